/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_RAMP_H
#define CONSORT_LANES_RAMP_H

/* A gain in each lane that moves to a new value in about 5 ms, from the very
   frame at which it is set, along a quintic whose first and second derivatives
   vanish at the end, and go on from what they are at the start: a mute at any
   phase of a tone leaves nothing to hear above it, and neither does a fader
   that is told another place at every millisecond. It ends on its target to the
   bit.

   With s the way that is left, from 1 to 0, the gain is
   to + s³(c0 + c1·s + c2·s²); from rest that is 6u⁵ - 15u⁴ + 10u³ of the way,
   u = 1 - s. */

#include "engine/lanes/vec.h"
#include "engine/rt.h"

#include <stdbool.h>

#define RAMP_SECONDS 0.005

typedef struct Ramp {
  vf to;         /* the target */
  vf c0, c1, c2; /* of the way to it */
  vf left;       /* s: 0 at rest */
  vf step;       /* of s, per frame */
} Ramp;

static inline vf
ramp_next(Ramp *ramp) RT_SAFE
{
  const vf s = vf_max(ramp->left - ramp->step, vf_all(0));

  ramp->left = s;
  return vf_fma(
    s * s * s, vf_fma(s, vf_fma(s, ramp->c2, ramp->c1), ramp->c0), ramp->to);
}

static inline bool
ramp_moves(const Ramp *ramp) RT_SAFE
{
  return vi_any(ramp->left > vf_all(0));
}

/* A lane's new target: now, or from the next frame on. */
static inline void
ramp_set(Ramp *ramp, int lane, float to, double rate, bool now) RT_SAFE
{
  const float s = ramp->left[lane];
  const float a = ramp->c0[lane], b = ramp->c1[lane], c = ramp->c2[lane];

  if (!now && ramp->to[lane] == to)
    return;
  /* Where it is against the target, and its first and second derivatives. */
  const float d = ramp->to[lane] - to + s * s * s * (a + s * (b + s * c));
  const float v = s * s * (3 * a + s * (4 * b + s * 5 * c));
  const float w = s * (6 * a + s * (12 * b + s * 20 * c));

  ramp->to[lane]   = to;
  ramp->c0[lane]   = 10 * d - 4 * v + w / 2;
  ramp->c1[lane]   = -15 * d + 7 * v - w;
  ramp->c2[lane]   = 6 * d - 3 * v + w / 2;
  ramp->left[lane] = now ? 0.0f : 1.0f;
  ramp->step[lane] = (float)(1.0 / (RAMP_SECONDS * rate));
}

#endif
