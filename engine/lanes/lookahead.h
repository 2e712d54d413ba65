/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_LOOKAHEAD_H
#define CONSORT_LANES_LOOKAHEAD_H

/* The delay of what is heard behind what a detector hears, in whole frames, of
   each lane its own. */

#include "engine/lanes/vec.h"
#include "engine/rt.h"

/* Memory of one block of one bank, and where the next frame is written. The
   owner counts pos on by the frames that each call processes, and lends line
   only where some lane of the bank looks ahead. */
typedef struct Lookahead {
  vf *line; /* mask + 1 frames */
  uint32_t
    mask;       /* a power of two, less one: GRID more than the longest delay */
  uint32_t pos; /* a running count of frames; its wrap does no harm */
} Lookahead;

/* Puts n frames, at most GRID, through the delay, in place. [audio] */
static inline void
lookahead_process(const Lookahead *ahead, vi delay, vf *x, int n) RT_SAFE
{
  for (int t = 0; t < n; t++)
    ahead->line[(ahead->pos + (uint32_t)t) & ahead->mask] = x[t];
  for (int lane = 0; lane < LANES; lane++) {
    uint32_t from = ahead->pos - (uint32_t)delay[lane];

    if (delay[lane])
      for (int t = 0; t < n; t++)
        x[t][lane] = ahead->line[(from + (uint32_t)t) & ahead->mask][lane];
  }
}

#endif
