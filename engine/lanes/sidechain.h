/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_SIDECHAIN_H
#define CONSORT_LANES_SIDECHAIN_H

/* The filter before a detector, of each lane its own; free of cost while no
   lane of the bank has one. */

#include "engine/dsp/dynamics.h"
#include "engine/lanes/svf.h"
#include "engine/rt.h"

typedef struct Sidechain {
  Svf      svf;
  SvfGlide glide;
  vi       used;  /* lanes that filter */
  vi       moves; /* all lanes alike: some lane glides before the next grid */
} Sidechain;

static inline void
sidechain_init(Sidechain *side, double rate_hz) RT_SAFE
{
  LANE(svf_init)(&side->svf, &side->glide, rate_hz);
  side->used = side->moves = vi_all(0);
}

/* A target that has not changed starts no new glide. */
static inline bool
sidechain_is(const Sidechain *side, int lane, const SvfCoefs *coefs) RT_SAFE
{
  for (int i = 0; i < SVF_COEFS; i++)
    if (side->glide.to[i][lane] != coefs->c[i])
      return false;
  return true;
}

static inline void
sidechain_set(Sidechain       *side,
              int              lane,
              const KeyFilter *filter,
              double           rate_hz,
              bool             now) RT_SAFE
{
  SvfCoefs coefs;

  if (!filter->on && !side->used[lane] && !now)
    return;
  if (filter->on)
    design_key(
      &coefs, filter->type, (double)filter->freq, (double)filter->q, rate_hz);
  else
    design_identity(&coefs);
  if (now || !sidechain_is(side, lane, &coefs))
    LANE(svf_set)(&side->svf, &side->glide, lane, &coefs, now);
  side->used[lane] = filter->on ? -1 : 0;
}

static inline int
sidechain_grid(Sidechain *side) RT_SAFE
{
  const int moves = LANE(svf_grid)(&side->svf, &side->glide);

  side->moves = vi_all(moves ? -1 : 0);
  return moves;
}

/* What the detectors hear of n frames, at most GRID: the key itself, or room
   with the key filtered. */
static inline const vf *
sidechain_hear(Sidechain *side, const vf *key, vf *room, int n) RT_SAFE
{
  const int moves = vi_any(side->moves);

  if (!moves && !vi_any(side->used))
    return key;
  memcpy(room, key, (size_t)n * sizeof *room);
  LANE(svf_process)(&side->svf, moves ? &side->glide : NULL, room, n);
  return room;
}

/* Lets n frames of x give way to what the detectors hear, and the gain to 1, by
   a row of weights as glide_run() makes them. gain may be NULL. */
static inline void
sidechain_listen(vf       *x,
                 const vf *heard,
                 vf       *gain,
                 const vf *weight,
                 int       step,
                 int       n) RT_SAFE
{
  if (!step && !vi_any(weight[0] != 0))
    return;
  for (int t = 0; t < n; t++) {
    const vf part = weight[t * step];

    x[t] = vf_fma(part, heard[t] - x[t], x[t]);
    if (gain)
      gain[t] = vf_fma(part, 1 - gain[t], gain[t]);
  }
}

#endif
