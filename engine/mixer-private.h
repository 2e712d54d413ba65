/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_MIXER_PRIVATE_H
#define CONSORT_ENGINE_MIXER_PRIVATE_H

/* What the mixer's files share. All of it runs on the audio thread. */

#include "engine/mixer.h"

/* mixer-values.c: from values to gains and coefficients. */

/* Marks what must be computed anew: gains before the next slice, the rest at
   grid points; mixer_enqueue() leaves the gains to the grid, too. */
void mixer_touch(Mixer *mixer, Strip *strip, unsigned dirty) RT_SAFE;
void mixer_enqueue(Mixer *mixer, Strip *strip, unsigned dirty) RT_SAFE;

/* Computes what is due; what waits for the grid, within its budget. */
void mixer_flush_due(Mixer *mixer) RT_SAFE;
void mixer_work_queue(Mixer *mixer) RT_SAFE;

void mixer_update_gains(Mixer *mixer, Strip *strip, unsigned dirty, bool now)
  RT_SAFE;
void mixer_update_blocks(Mixer *mixer, Strip *strip, unsigned dirty, bool now)
  RT_SAFE;

/* A way's gains for one strip, by Stand. */
void mixer_set_way(Mixer       *mixer,
                   const Strip *strip,
                   const Stand *stand,
                   Way         *way,
                   bool         now) RT_SAFE;

/* mixer-plan.c: at each grid point, what is new of the plan rises, what is gone
   falls. */
void mixer_work_plan(Mixer *mixer) RT_SAFE;

/* The plan's part for the bank that the strip sits in. */
static inline PlanBank *
mixer_bank_of(const Mixer *mixer, const Strip *strip) RT_SAFE
{
  return &mixer->plan->banks[strip->bank->index];
}

#endif
