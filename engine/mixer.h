/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_MIXER_H
#define CONSORT_ENGINE_MIXER_H

/* The mixer walks the plan, slice by slice. It belongs to the audio thread;
   control makes it, and settles its first plan. */

#include "engine/output.h"
#include "engine/plan.h"
#include "engine/ring.h"

/* Coefficients computed anew between two grid points, at most: what more there
   is waits for the next, so that a recall of everything costs no cycle its
   deadline. */
#define GRID_BUDGET 48

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
  Plan         *plan;
  Globals       globals;
  Work          work;
  Ring         *reports;
  int64_t       engine_frame;
  int           publish; /* the bank whose meters are next */

  /* Slots of strips that wait for coefficients, first come, first served. */
  uint16_t queue[SLOTS];
  int      queue_first, queue_count;
  int      changed_way; /* of the plan's list, the next to be computed */

  float lane_room[MAX_LANES][GRID_FRAMES];
  float leg_room[2][GRID_FRAMES];
} Mixer;

/* NULL when memory is out. [control] */
Mixer *mixer_new(const Kernel *kernel, double rate, Ring *reports);
void   mixer_free(Mixer *mixer);

/* Takes a plan up; the one before is reported back. [audio] */
void mixer_take_plan(Mixer *mixer, Plan *plan) RT_SAFE;

/* Brings every strip of the plan to its values at once. [control, before any
   cycle] */
void mixer_settle(Mixer *mixer);

/* New values; they take effect at the next frame, or grid point. [audio] */
void mixer_set_value(Mixer *mixer, unsigned slot, unsigned cell, float value)
  RT_SAFE;
void mixer_set_dca(Mixer *mixer, unsigned dca, unsigned cell, float value)
  RT_SAFE;
void mixer_set_mutegroup(Mixer *mixer, unsigned group, bool muted) RT_SAFE;
void mixer_set_solo(Mixer *mixer, unsigned slot, unsigned bits) RT_SAFE;
void mixer_set_pan_law(Mixer *mixer, int law) RT_SAFE;
void mixer_set_tempo(Mixer *mixer, double tempo) RT_SAFE;
void mixer_leave(Mixer *mixer, unsigned slot, bool leaves) RT_SAFE;

/* The song jumped or started: effects take their phase from it. [audio] */
void mixer_locate(Mixer *mixer, int64_t song) RT_SAFE;

/* At each grid point, before its frames. [audio] */
void mixer_grid(Mixer *mixer) RT_SAFE;

/* Mixes a slice; the outputs stand in the plan's destinations. [audio] */
void mixer_slice(Mixer *mixer, const Slice *slice) RT_SAFE;

#endif
