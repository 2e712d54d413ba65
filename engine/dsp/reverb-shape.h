/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_DSP_REVERB_SHAPE_H
#define CONSORT_DSP_REVERB_SHAPE_H

#include "engine/dsp/reverb.h"
#include "engine/dsp/rings.h"
#include "engine/rt.h"

/* From the settings to the figures that the reverb runs by. */

enum {
  REVERB_LINES     = 16,
  REVERB_SWAYS     = 8, /* lines that modulation moves: every second one */
  REVERB_SMEARS    = 2, /* allpasses a side before the early reflections */
  REVERB_SPREAD    = 4, /* allpasses a side before the lines */
  REVERB_ALLPASSES = REVERB_SMEARS + REVERB_SPREAD,
  REVERB_IMAGES    = 8, /* early reflections from a side to an ear */
};

/* Lengths in frames: they change by fading from tap to tap. */
typedef struct ReverbLengths {
  int line[REVERB_LINES];
  int allpass[2][REVERB_ALLPASSES]; /* by side */
  int late;                         /* before the lines' allpasses */
} ReverbLengths;

/* Early reflections from a side to an ear: they fade as a whole. */
typedef struct ReverbEarly {
  int   delay[2][2][REVERB_IMAGES]; /* in frames, and a block */
  float gain[2][2][REVERB_IMAGES];
} ReverbEarly;

/* A cut's coefficients, Butterworth, as a state-variable filter: see
   engine/dsp/design.h. */
typedef struct ReverbCut {
  float cross, damp, pull;
} ReverbCut;

/* Figures that glide. A line's filter is a gain, a first-order section that
   sets lows apart, and one that takes the highs, twice:
   (1 + b/z) / (1 + a/z). */
typedef union ReverbFigures {
  struct {
    float     gain[REVERB_LINES]; /* the mixing's 1/4 included */
    float     low_b[REVERB_LINES], low_a[REVERB_LINES];
    float     high_b[REVERB_LINES], high_a[REVERB_LINES];
    float     into;             /* from the allpasses to the lines */
    float     early;            /* to the output */
    float     straight, across; /* width: to the own side and the other */
    float     allpass[2][REVERB_ALLPASSES];
    float     sway; /* modulation, in frames to each side */
    ReverbCut low, high;
  };
  float all[5 * REVERB_LINES + 2 * REVERB_ALLPASSES + 5 + 6];
} ReverbFigures;

typedef struct ReverbShape {
  ReverbLengths length;
  ReverbEarly   early;
  ReverbFigures figure;
} ReverbShape;

/* A block's part of a glide. Figures go in straight lines from those at the end
   of the last block to those at the end of this; of old and new lengths share
   is the new ones' part, frame by frame. */
typedef struct ReverbWay {
  const ReverbFigures *was, *now;
  const ReverbLengths *from, *to;
  const ReverbEarly   *early_from, *early_to;
  bool                 moves;       /* anything does */
  bool                 early_moves; /* the early reflections do */
  Block                share;
} ReverbWay;

/* What depends on the sample rate alone. */
typedef struct ReverbPlan {
  double rate;
  int   *prime; /* the first prime from a number on */
  int    prime_end;
  struct {
    float delay_s[2][2][REVERB_IMAGES], gain[2][2][REVERB_IMAGES];
  } early[REVERB_KINDS];
} ReverbPlan;

/* False where memory is short. [control] */
bool reverb_plan_init(ReverbPlan *plan, double rate) NODISCARD;

/* [control] */
void reverb_plan_cleanup(ReverbPlan *plan);

/* Brings every value into its range. [audio] */
void reverb_settings_tame(ReverbSettings *settings) RT_SAFE;

/* The shape for settings within their ranges: some microseconds. [audio] */
void reverb_shape_make(const ReverbPlan     *plan,
                       const ReverbSettings *settings,
                       ReverbShape          *shape) RT_SAFE;

/* The longest lengths of all settings, in frames. [control] */
int reverb_longest_line(const ReverbPlan *plan);
int reverb_longest_allpass(const ReverbPlan *plan);
int reverb_longest_early(const ReverbPlan *plan);

#endif
