/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_OUTPUT_H
#define CONSORT_ENGINE_OUTPUT_H

/* The last stage before a physical output, which nothing can bypass: what is
   not finite becomes silence, runaway levels and DC are muted until they end,
   and what starts fades in. A signal that is in order passes bit for bit. */

#include <stdbool.h>

#include "engine/rt.h"

#define OUTPUT_RUNAWAY_LEVEL 15.849f /* +24 dBFS */
#define OUTPUT_DC_LEVEL      0.5f    /* mean over about a second */
#define OUTPUT_FADE_SECONDS  0.02
#define OUTPUT_HOLD_SECONDS  0.5

typedef struct Output {
  float fade;      /* 0 to 1, along a raised cosine */
  float fade_step; /* per frame */
  int   hold;      /* frames that it stays muted from the last fault on */
  int   hold_frames;
  float dc_pole;
  float dc[2];
} Output;

/* Starts in silence, fading in. [any] */
void output_init(Output *output, double rate);

/* Fades in anew: after a load, a reconnection, a wake. [audio] */
void output_wake(Output *output) RT_SAFE;

/* Processes both sides in place. Returns 0, or where it begins to mute one of
   messages.h's OUTPUT_ codes, once for as long as it goes on muting. [audio] */
int output_process(Output *output, float *left, float *right, int n) RT_SAFE;

#endif
