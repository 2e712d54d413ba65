/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_BALLISTICS_H
#define CONSORT_GUI_BALLISTICS_H

/* How a meter moves: up at once, down at the rate of a peak programme meter
   (20 dB in 1.7 s, IEC 60268-10 type I), with a mark that stays at the highest
   peak for two seconds, and a memory of the highest since it was cleared. */

#include "console/feed.h"

typedef struct GuiBallistics {
  double peak[2]; /* dB, what the bars show */
  double rms[2];
  double hold[2];     /* the marks */
  double hold_age[2]; /* seconds */
  double highest;     /* since it was cleared */
  double reduction;   /* dB, by gate and dynamics together */
  bool   over;        /* latched until cleared */
} GuiBallistics;

/* Silence, nothing held. [any] */
void gui_ballistics_init(GuiBallistics *self);

/* Moves on by a time in seconds; values may be NULL where none came. [any] */
void gui_ballistics_advance(GuiBallistics     *self,
                            const MeterValues *values,
                            double             seconds);

/* Forgets the highest peak and the over. [any] */
void gui_ballistics_clear(GuiBallistics *self);

#endif
