/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_BALLISTICS_H
#define CONSORT_LANES_BALLISTICS_H

/* How levels and gains move in time: what gate, compressor and de-esser share.

   Each step takes a vector and returns one; whether a lane rises or falls is
   chosen without a branch, off the recurrence wherever it can be. */

#include "engine/lanes/vecmath.h"
#include "engine/rt.h"

#include <math.h>
#include <stdbool.h>

/* Holds each peak for a number of frames. What follows it is the highest level
   since, held for as many again: a wave whose half period is shorter than that
   reads its peaks, however they change. */
typedef struct PeakHold {
  vf held;
  vf next;   /* the highest since held was reached */
  vi left;   /* frames until held gives way to it */
  vi frames; /* 0: the level itself */
} PeakHold;

/* Moves to its target: up by attack, down by release when the target has been
   lower for hold frames. The state is the way still to go, which shrinks to
   nothing: a gain that followed its target by increments would stop short of
   it where they round to nothing, 0.1 dB for a release of 4 s. */
typedef struct Ballistics {
  vf target;
  vf away;
  vi left; /* frames of hold, -1 when over */
  vf attack;
  vf release; /* of what is away, per sample */
  vi hold;
} Ballistics;

/* Holding a peak for longer than the half of a wave of 20 Hz brings nothing. */
#define PEAK_HOLD_SECONDS 0.025

/* Into locals for a loop, and what has changed back again; member by member, or
   else compilers copy through memory in pieces that stall the loads. */
static inline PeakHold
peakhold_load(const PeakHold *from) RT_SAFE
{
  return (PeakHold){ .held   = from->held,
                     .next   = from->next,
                     .left   = from->left,
                     .frames = from->frames };
}

static inline void
peakhold_store(PeakHold *to, const PeakHold *from) RT_SAFE
{
  to->held = from->held;
  to->next = from->next;
  to->left = from->left;
}

static inline Ballistics
ballistics_load(const Ballistics *from) RT_SAFE
{
  return (Ballistics){ .target  = from->target,
                       .away    = from->away,
                       .left    = from->left,
                       .attack  = from->attack,
                       .release = from->release,
                       .hold    = from->hold };
}

static inline void
ballistics_store(Ballistics *to, const Ballistics *from) RT_SAFE
{
  to->target = from->target;
  to->away   = from->away;
  to->left   = from->left;
}

static inline vf
peakhold_next(PeakHold *peak, vf level) RT_SAFE
{
  const vi left  = peak->left - 1;
  const vf floor = vf_by_sign((vf)left, peak->next, peak->held);
  const vi renew = left | (level >= floor); /* its sign counts */

  peak->held = vf_max(level, floor);
  peak->next = vf_by_sign((vf)renew, vf_all(0), vf_max(level, peak->next));
  peak->left = vi_select(renew, peak->frames, left);
  return peak->held;
}

/* The value at the next sample, without the hold; right where it is 0. */
static inline vf
ballistics_follow(Ballistics *b, vf target) RT_SAFE
{
  const vf away = b->away + (b->target - target);

  b->away   = vf_fma(-vf_by_sign(away, b->attack, b->release), away, away);
  b->target = target;
  return target + b->away;
}

static inline vf
ballistics_next(Ballistics *b, vf target) RT_SAFE
{
  const vi falls = target < b->target;
  const vi left  = vi_select(target > b->target, b->hold, b->left + falls);

  b->left = left | (left >> 31);
  return ballistics_follow(b,
                           vf_select(falls & ~(left >> 31), b->target, target));
}

/* The pole of a time constant. [any] */
static inline float
ballistics_pole(double seconds, double rate_hz) RT_SAFE
{
  return (float)-expm1(-1.0 / fmax(seconds * rate_hz, 1e-3));
}

/* Sets a lane's times. What the detector holds, where peaks count, is part of
   the hold, or else of the release. [audio] */
static inline void
ballistics_set(Ballistics *b,
               PeakHold   *peak,
               int         lane,
               double      attack,
               double      hold,
               double      release,
               bool        peaks,
               double      rate_hz) RT_SAFE
{
  const int kept  = (int)(fmin(release / 4, PEAK_HOLD_SECONDS) * rate_hz);
  const int held  = peaks ? kept : 0;
  const int asked = (int)(hold * rate_hz + 0.5);
  const int over  = asked < held ? held - asked : 0;
  const int stay  = asked - held + over;
  /* Without a hold left is not kept up. */
  const bool ready = b->hold[lane] == 0 || b->left[lane] == b->hold[lane];

  b->attack[lane]    = ballistics_pole(attack, rate_hz);
  b->release[lane]   = ballistics_pole(release - over / rate_hz, rate_hz);
  b->hold[lane]      = stay;
  peak->frames[lane] = kept;
  if (ready || b->left[lane] > stay)
    b->left[lane] = stay;
  if (peak->left[lane] > kept)
    peak->left[lane] = kept;
}

/* A lane forgets what it heard. [audio] */
static inline void
peakhold_clear(PeakHold *peak, int lane) RT_SAFE
{
  peak->held[lane] = peak->next[lane] = 0;
  peak->left[lane]                    = 0;
}

static inline void
ballistics_clear(Ballistics *b, int lane, float target) RT_SAFE
{
  b->target[lane] = target;
  b->away[lane]   = 0;
  b->left[lane]   = b->hold[lane];
}

#endif
