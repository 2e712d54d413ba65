/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_STRIP_H
#define CONSORT_ENGINE_STRIP_H

/* A strip inside the engine. Control makes it, fills in its first values, and
   hands it over with a plan; from then on it belongs to the audio thread until
   a plan that no longer has it was left behind, but for the meters, which
   anyone may read. */

#include <stdatomic.h>

#include "engine/dsp/echo.h"
#include "engine/dsp/reverb.h"
#include "engine/messages.h"
#include "engine/params.h"
#include "engine/playlist.h"

/* Parts of a strip whose coefficients or gains must be computed anew. */
enum {
  DIRTY_TRIM    = 1 << 0,
  DIRTY_FADER   = 1 << 1,
  DIRTY_MIX     = 1 << 2, /* all its ways out */
  DIRTY_SENDS   = 1 << 3, /* the sends that Strip.sends names */
  DIRTY_DELAY   = 1 << 4,
  DIRTY_FILTERS = 1 << 5,
  DIRTY_GATE    = 1 << 6,
  DIRTY_COMP    = 1 << 7,
  DIRTY_DEESS   = 1 << 8,
  DIRTY_EFFECT  = 1 << 9,
  DIRTY_EQ      = 1 << 10, /* the first of EQ_BANDS bits */
  DIRTY_EQ_ALL  = DIRTY_EQ * ((1 << EQ_BANDS) - 1),
  DIRTY_ALL     = (DIRTY_EQ << EQ_BANDS) - 1,
  /* What takes effect at the frame of its event; the rest waits for the grid.
   */
  DIRTY_NOW = DIRTY_TRIM | DIRTY_FADER | DIRTY_MIX | DIRTY_SENDS,
};

/* The levels of a strip since they were last taken: the audio thread raises,
   the taker puts back to 0. All linear, reductions in dB. */
typedef struct StripMeters {
  _Atomic float in[2];
  _Atomic float out[2];
  _Atomic float in_rms[2]; /* as of now, not the highest */
  _Atomic float out_rms[2];
  _Atomic float gate;
  _Atomic float comp;
  _Atomic float deess;
} StripMeters;

/* A delay line for each leg, with one tap that fades to a new place. */
typedef struct DelayLine {
  int    size; /* frames, a power of two */
  int    write;
  int    filled;       /* frames written, up to size */
  int    tap, old_tap; /* frames behind */
  int    fade;         /* frames left of the fade from old_tap to tap */
  float *leg[2];
} DelayLine;

struct Bank;

#define GRID_FRAMES 16

typedef struct Strip {
  uint16_t     slot;
  uint8_t      owner;
  uint8_t      legs;
  uint8_t      lane;     /* of its first leg */
  bool         arriving; /* in the plan, but its first values wait */
  bool         leaving;
  uint16_t     left; /* which of its leavings */
  uint8_t      solo; /* SOLO_… */
  unsigned     dirty;
  uint64_t     sends; /* DIRTY_SENDS: those to these buses */
  struct Bank *bank;

  float value[CELLS]; /* base values, as the desk has them */

  Track   *track; /* NULL: none */
  int      track_channel[2];
  uint32_t underruns; /* of the track, those that were heard */
  int      tape;      /* frames of the way from the input to the track */
  int      absent; /* frames until a track whose audio came back is at its level
                    */

  DelayLine *delay;  /* NULL: none was ever asked for */
  Reverb    *reverb; /* effect buses */
  Echo      *echo;
  int        rising; /* frames until a new effect hears its input in full */

  bool  is_key;              /* others listen to it */
  float key[3][GRID_FRAMES]; /* its signal after trim and delay, for them: the
                                legs, and what a mono listener hears */

  StripMeters meters;
} Strip;

/* A strip with every value at its default, silent; NULL when memory is out.
   [control] */
Strip *strip_new(unsigned slot, Owner owner, unsigned legs);
void   strip_free(Strip *strip);

/* A delay line of at least so many frames, touched; NULL when memory is out.
   [control] */
DelayLine *delay_line_new(int frames, int legs);
void       delay_line_free(DelayLine *line);

/* What depends on a cell: DIRTY_… [any] */
unsigned strip_dirty_of(unsigned cell) RT_SAFE;

#endif
