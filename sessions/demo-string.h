/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_STRING_H
#define CONSORT_SESSIONS_DEMO_STRING_H

#include "sessions/demo-math.h"

#include <stddef.h>

/* A plucked string: a wave that runs round a delay line and loses a little on
   each lap, as Karplus and Strong found and Jaffe and Smith extended it (CMJ
   7:2, 1983): a fractional delay that may bend, a pluck and a pickup at their
   places along the string, two planes of vibration that beat. */

typedef struct DemoString {
  double hz;
  double bend;      /* semitones from which the pitch is reached */
  double bend_time; /* seconds for that */
  double vibrato;   /* semitones to either side, once the note stands */
  double length;    /* seconds until it is damped */
  double velocity;  /* 0..1 */
  double pick;      /* where it is plucked, as a part of its length */
  double pickup;    /* where it is heard; 0 for the bridge itself */
  double pick_hz;   /* edge of the plectrum's or finger's sound */
  double scrape;    /* noise in the pluck, 0..1 */
  double t60;       /* seconds, of its lowest partials */
  double dull;      /* dB a second that 4 kHz falls beyond that */
  double damped;    /* T60 once it is damped */
} DemoString;

/* Plucks the string into `out` and returns how many samples it took until the
   string is still or the `room` is full. [any] */
size_t demo_string_pluck(const DemoString *string,
                         DemoRandom       *random,
                         double           *out,
                         size_t            room);

#endif
