/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_MESSAGES_H
#define CONSORT_ENGINE_MESSAGES_H

/* What control and audio say to one another. Events go down, reports come up,
   each by a ring of its own. */

#include <stdint.h>

/* Slots number the strips inside the engine: the inputs first, then the buses
   by their number, main and monitor. */
enum {
  SLOT_BUS     = 1024,
  SLOT_MAIN    = SLOT_BUS + 64,
  SLOT_MONITOR = SLOT_MAIN + 1,
  SLOTS
};

typedef enum EventKind {
  EVENT_VALUE,     /* slot, cell, number: a strip's value */
  EVENT_DCA,       /* slot: 0..7, cell, number: fader or mute of a DCA */
  EVENT_MUTEGROUP, /* slot: 0..5, number: on or off */
  EVENT_SOLO,      /* slot, cell: SOLO_… bits of a strip */
  EVENT_LEAVE, /* slot, cell, number: fades the strip out, before its removal
                  or a change that would click; or in again, position
                  frames later, if cell is that of the last fade-out */
  EVENT_PLAN,  /* pointer: a new plan; the old one is reported back. No
                  other before that */
  EVENT_PLAY,
  EVENT_STOP,
  EVENT_LOCATE,  /* position: song frame */
  EVENT_LOOP,    /* position, end: song frames; number: on or off */
  EVENT_TEMPO,   /* number: beats a minute */
  EVENT_PAN_LAW, /* number: the table's choice */
} EventKind;

enum {
  SOLO_PFL      = 1 << 0, /* heard in the monitor before the fader */
  SOLO_AFL      = 1 << 1, /* heard in the monitor after fader and pan */
  SOLO_CUT      = 1 << 2, /* muted, since others are soloed in place */
  SOLO_CUT_MAIN = 1 << 3, /* keeps its ways to buses, loses that to main */
  SOLO_REPLACE  = 1 << 4, /* main: out of the monitor, something is soloed */
};

#define EVENT_NOW INT64_MIN

typedef struct Event {
  uint8_t  kind; /* EventKind */
  uint16_t slot;
  uint16_t cell;
  uint32_t serial; /* not 0: report the frame where it took effect */
  int64_t  frame;  /* engine frame whose sound it meets: a strip's value comes
                      as much later as the sound does behind what looks ahead.
                      EVENT_NOW, or a past one: at once */
  double  number;
  int64_t position;
  union {
    int64_t end;
    void   *pointer;
  };
} Event;

typedef enum ReportKind {
  REPORT_APPLIED, /* serial, engine_frame, song_frame, of an event */
  REPORT_PLAN,    /* pointer: a plan that the audio thread left behind */
  REPORT_OUTPUT, /* slot, code: OUTPUT_… : the last stage muted an output, once
                    for each time that it does */
} ReportKind;

enum { OUTPUT_NOT_FINITE = 1, OUTPUT_RUNAWAY = 2, OUTPUT_DC = 3 };

typedef struct Report {
  uint8_t  kind; /* ReportKind */
  uint16_t slot;
  uint16_t code;
  uint32_t serial;
  int64_t  engine_frame;
  int64_t  song_frame;
  void    *pointer;
} Report;

#endif
