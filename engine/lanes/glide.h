/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_GLIDE_H
#define CONSORT_LANES_GLIDE_H

/* Values that move to their targets without corners: three equal poles, two at
   the grid and one at each sample, so that a target may jump, or move at every
   grid point, and what it moves does not click. 90 % of the way takes 6.4 ms.
   At the end a value stands on its target to the bit.

   A block has one clock and an array of values. */

#include "engine/lanes/vec.h"
#include "engine/rt.h"

#include <math.h>
#include <stdbool.h>

#define GLIDE_SECONDS 1.2e-3
/* Time constants until what is left, 3e-6 of the way, is passed in one step. */
#define GLIDE_LENGTH 18.0

typedef struct Glide {
  vf to;   /* the target */
  vf near; /* after the first pole */
  vf line; /* after the second: straight between grid points */
  vf step; /* of line, per sample */
  vf at;   /* after the third: the value */
} Glide;

typedef struct GlideClock {
  vf grid_pole; /* of the way still to go, per grid point */
  vf sample_pole;
  vi grids; /* length of a glide */
  vi left;  /* of it, 0 at rest */
} GlideClock;

/* All values of all lanes rest at 0. [any] */
static inline void
glide_init(GlideClock *clock, Glide *glide, int count, double rate_hz) RT_SAFE
{
  const double frames = GLIDE_SECONDS * rate_hz;

  clock->grid_pole   = vf_all((float)-expm1(-GRID / frames));
  clock->sample_pole = vf_all((float)-expm1(-1.0 / frames));
  clock->grids       = vi_all((int32_t)ceil(GLIDE_LENGTH * frames / GRID));
  clock->left        = vi_all(0);
  memset(glide, 0, (size_t)count * sizeof *glide);
}

/* New targets for all values of a lane: reached at once, or from the next grid
   point on. [audio] */
static inline void
glide_set(GlideClock  *clock,
          Glide       *glide,
          const float *to,
          int          count,
          int          lane,
          bool         now) RT_SAFE
{
  for (int i = 0; i < count; i++) {
    if (glide[i].to[lane] != to[i])
      clock->left[lane] = clock->grids[lane];
    glide[i].to[lane] = to[i];
    if (now) {
      glide[i].near[lane] = glide[i].line[lane] = glide[i].at[lane] = to[i];
      glide[i].step[lane]                                           = 0;
    }
  }
  if (now)
    clock->left[lane] = 0;
}

/* Does any lane move before the next grid point? 1 or 0. [audio] */
static inline int
glide_moves(const GlideClock *clock) RT_SAFE
{
  return vi_any(clock->left > 0) != 0;
}

/* At each grid point, before its frames. Returns non-zero while any lane moves.
   [audio] */
static inline int
glide_grid(GlideClock *clock, Glide *glide, int count) RT_SAFE
{
  const vi ends = clock->left == 1;
  const vf pole = clock->grid_pole;

  if (!glide_moves(clock))
    return 0;
  clock->left += clock->left > 0;
  for (int i = 0; i < count; i++) {
    Glide   *g    = &glide[i];
    const vf near = g->near + pole * (g->to - g->near);

    g->step = (vf)((vi)(pole * (near - g->line) * (1.0f / GRID)) & ~ends);
    g->near = vf_select(ends, g->to, near);
    g->line = vf_select(ends, g->to, g->line);
    g->at   = vf_select(ends, g->to, g->at);
  }
  return glide_moves(clock);
}

/* The value at the next sample. [audio] */
static inline vf
glide_next(Glide *glide, vf sample_pole) RT_SAFE
{
  glide->line += glide->step;
  glide->at = vf_fma(sample_pole, glide->line - glide->at, glide->at);
  return glide->at;
}

/* The values over the next n frames, a row each: a value a frame while any lane
   moves, else one for all. Returns the step from frame to frame in a row, 1 or
   0. [audio] */
static inline int
glide_run(const GlideClock *clock,
          Glide            *glide,
          vf (*row)[GRID],
          int count,
          int n) RT_SAFE
{
  const int moves = glide_moves(clock);

  for (int i = 0; i < count; i++) {
    row[i][0] = glide[i].at;
    for (int t = 0; moves && t < n; t++)
      row[i][t] = glide_next(&glide[i], clock->sample_pole);
  }
  return moves;
}

/* The pole of an attack: in lanes that move none faster than theirs, or else a
   curve's corner that glides past the level would click. [audio] */
static inline vf
glide_attack(const GlideClock *clock, vf attack) RT_SAFE
{
  return vf_select(clock->left > 0, vf_min(attack, clock->sample_pole), attack);
}

#endif
