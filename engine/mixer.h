/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_MIXER_H
#define CONSORT_ENGINE_MIXER_H

/* The mixer walks the plan, slice by slice. It belongs to the audio thread;
   control makes it, and settles its first plan. */

#include "engine/output.h"
#include "engine/plan.h"
#include "engine/ring.h"

/* What a slice hears. */
typedef struct Slice {
  const float *const *in;     /* INPUT_PORTS pointers */
  int                 offset; /* of the slice in them */
  int                 n;      /* <= GRID_FRAMES */
  int64_t             song;
  bool                rolling;
  const float        *tape_gain; /* n gains, NULL where the tape is up */
} Slice;

typedef struct Mixer {
  const Kernel *kernel;
  double        rate;
  int           switch_frames; /* from input to track and back */
  int           return_frames; /* in which what was late or new comes up */
  Plan         *plan;
  Globals       globals;
  Work          work;
  Bank          blank; /* silent lanes, to copy from */
  int64_t       engine_frame;
  int           publish; /* the bank whose meters are next */

  /* Slots of strips whose gains are due before the next slice. */
  uint16_t due[SLOTS];
  bool     is_due[SLOTS];
  int      due_count;
  int      gain_budget; /* gains that may still be computed before the grid */

  /* Slots of strips that wait for the grid, first come, first served. */
  uint16_t queue[SLOTS];
  bool     is_queued[SLOTS];
  int      queue_first, queue_count;

  /* How far the plan has come into its own. */
  int64_t plan_frame;   /* when it was taken up */
  int     changed;      /* of its list, the next way to be computed */
  int64_t settle_frame; /* when nothing fades any more; -1: not known yet */

  float lane_room[MAX_LANES][GRID_FRAMES];
  float leg_room[2][GRID_FRAMES];
} Mixer;

/* NULL when memory is out. [control] */
Mixer *mixer_new(const Kernel *kernel, double rate);
void   mixer_free(Mixer *mixer);

/* Takes a plan up; returns the one before, or NULL. [audio] */
Plan *mixer_take_plan(Mixer *mixer, Plan *plan) RT_SAFE;

/* Brings every strip of the plan to its values at once. [control, before any
   cycle] */
void mixer_settle(Mixer *mixer);

/* By how many frames a value of a strip comes later, to meet the sound that has
   been behind look-aheads. [audio] */
int mixer_late(const Mixer *mixer, unsigned slot, unsigned cell) RT_SAFE;

/* New values. Gains start to move at the next frame, as far as the budget goes
   in which that can be done; the rest at grid points. Any number of changes of
   a strip before the next slice cost no more than one. [audio] */
void mixer_set_value(Mixer *mixer, unsigned slot, unsigned cell, float value)
  RT_SAFE;
void mixer_set_dca(Mixer *mixer, unsigned dca, unsigned cell, float value)
  RT_SAFE;
void mixer_set_mutegroup(Mixer *mixer, unsigned group, bool muted) RT_SAFE;
void mixer_set_solo(Mixer *mixer, unsigned slot, unsigned bits) RT_SAFE;
void mixer_set_pan_law(Mixer *mixer, int law) RT_SAFE;
void mixer_set_tempo(Mixer *mixer, double tempo) RT_SAFE;
void mixer_leave(Mixer *mixer, unsigned slot, bool leaves, unsigned count)
  RT_SAFE;

/* The song jumped or started: effects take their phase from it. [audio] */
void mixer_locate(Mixer *mixer, int64_t song) RT_SAFE;

/* At each grid point, before its frames. [audio] */
void mixer_grid(Mixer *mixer) RT_SAFE;

/* Mixes a slice; the outputs stand in the plan's destinations. [audio] */
void mixer_slice(Mixer *mixer, const Slice *slice) RT_SAFE;

#endif
