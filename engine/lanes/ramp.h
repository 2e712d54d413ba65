/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_RAMP_H
#define CONSORT_LANES_RAMP_H

/* A gain in each lane that moves to a new value in about 5 ms, from the very
   frame at which it is set, along the quintic 6u⁵ - 15u⁴ + 10u³, whose first
   and second derivatives vanish at both ends: a mute at any phase of a tone
   leaves nothing to hear above it. It ends on its target to the bit. */

#include "engine/lanes/vec.h"
#include "engine/rt.h"

#include <stdbool.h>

#define RAMP_SECONDS 0.005

typedef struct Ramp {
  vf to;   /* the target */
  vf away; /* target less start */
  vf left; /* of the way: 1 at the start, 0 at rest */
  vf step; /* of left, per frame */
} Ramp;

static inline vf
ramp_value(const Ramp *ramp, vf left)
{
  const vf cube = left * left * left;
  const vf inner =
    vf_fma(left, vf_fma(left, vf_all(6), vf_all(-15)), vf_all(10));

  return ramp->to - ramp->away * (cube * inner);
}

static inline vf
ramp_next(Ramp *ramp)
{
  ramp->left = vf_max(ramp->left - ramp->step, vf_all(0));
  return ramp_value(ramp, ramp->left);
}

static inline bool
ramp_moves(const Ramp *ramp)
{
  return vi_any(ramp->left > vf_all(0));
}

static inline void
ramp_set(Ramp *ramp, int lane, float to, double rate, bool now)
{
  const float from = ramp_value(ramp, ramp->left)[lane];

  if (!now && ramp->to[lane] == to)
    return;
  ramp->to[lane]   = to;
  ramp->away[lane] = now ? 0.0f : to - from;
  ramp->left[lane] = now || to == from ? 0.0f : 1.0f;
  ramp->step[lane] = (float)(1.0 / (RAMP_SECONDS * rate));
}

#endif
