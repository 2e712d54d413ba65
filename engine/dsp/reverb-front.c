/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/reverb-front.h"

/* ---- cuts ---- */

typedef struct Cuts {
  f4 cross, damp, pull;
  f4 cross_step, damp_step, pull_step;
  f4 band, low, out;
} Cuts;

static inline f4
pair(float low, float high)
{
  return (f4){ low, low, high, high };
}

/* A frame: x holds the two sides, and the low cut's last frame. */
static inline f4
cut_frame(Cuts *c, f4 x)
{
  const f4 thru = { 1, 1, 0, 0 }, half = { -0.5f, -0.5f, 0.5f, 0.5f };
  const f4 root = { -0.70710678f, -0.70710678f, 0, 0 };
  const f4 band = c->band, low = c->low, u = x - low;

  c->cross += c->cross_step;
  c->damp += c->damp_step;
  c->pull += c->pull_step;
  c->band = band + (c->cross * u - c->damp * band);
  c->low  = low + (c->cross * band + c->pull * u);
  c->out  = thru * x + (root * (band + c->band) + half * (low + c->low));
  return c->out;
}

/* Four frames. */
static inline void
cut_quad(Cuts *c, float *left, float *right)
{
  f4 *const l = (f4 *)left, *const r = (f4 *)right;
  const f4 early = __builtin_shufflevector(*l, *r, 0, 4, 1, 5);
  const f4 late  = __builtin_shufflevector(*l, *r, 2, 6, 3, 7);
  const f4 w = cut_frame(c, __builtin_shufflevector(early, c->out, 0, 1, 4, 5));
  const f4 x = cut_frame(c, __builtin_shufflevector(early, c->out, 2, 3, 4, 5));
  const f4 y = cut_frame(c, __builtin_shufflevector(late, c->out, 0, 1, 4, 5));
  const f4 z = cut_frame(c, __builtin_shufflevector(late, c->out, 2, 3, 4, 5));
  const f4 wx = __builtin_shufflevector(w, x, 2, 6, 3, 7);
  const f4 yz = __builtin_shufflevector(y, z, 2, 6, 3, 7);

  *l = __builtin_shufflevector(wx, yz, 0, 1, 4, 5);
  *r = __builtin_shufflevector(wx, yz, 2, 3, 6, 7);
}

/* Coefficients go in a straight line to the new ones: the filter stays stable,
   as engine/lanes/svf.h says. */
static inline void
cut(ReverbCuts *cuts, const ReverbFigures *f, Block side[2])
{
  const f4 cross = pair(f->low.cross, f->high.cross);
  const f4 damp  = pair(f->low.damp, f->high.damp);
  const f4 pull  = pair(f->low.pull, f->high.pull);
  Cuts     c     = { .cross      = cuts->cross,
                     .damp       = cuts->damp,
                     .pull       = cuts->pull,
                     .cross_step = (cross - cuts->cross) * (1.f / BLOCK),
                     .damp_step  = (damp - cuts->damp) * (1.f / BLOCK),
                     .pull_step  = (pull - cuts->pull) * (1.f / BLOCK),
                     .band       = cuts->band,
                     .low        = cuts->low,
                     .out        = cuts->out };

  for (int t = 0; t < BLOCK; t += 4)
    cut_quad(&c, side[0].frame + t, side[1].frame + t);
  *cuts = (ReverbCuts){ cross, damp, pull, c.band, c.low, c.out };
}

/* ---- allpasses ---- */

/* M. Schroeder, "Natural Sounding Artificial Reverberation" (JAES 10, 1962). */
static inline void
allpass(float *restrict head,
        const float *old,
        const Block *gain,
        Block *restrict x)
{
  for (int t = 0; t < BLOCK; t++) {
    const float was = old[t], g = gain->frame[t];
    const float in = x->frame[t] + g * was;
    x->frame[t]    = was - g * in;
    head[t]        = in;
  }
}

/* A number of allpasses a side, from the first: a side works while the other
   waits for its own results. */
static inline void
allpasses(Rings           *rings,
          const ReverbWay *way,
          int              first,
          int              count,
          Block            side[2])
{
  for (int i = 0; i < count; i++)
    for (int s = 0; s < 2; s++) {
      const int    ring = 2 * i + s, from = way->from->allpass[s][first + i];
      Block        own, gain;
      const float *old = rings_read(
        rings, ring, from, way->to->allpass[s][first + i], &way->share, &own);
      block_ramp(&gain,
                 way->was->allpass[s][first + i],
                 way->now->allpass[s][first + i]);
      allpass(rings_head(rings, ring), old, &gain, &side[s]);
    }
  rings_advance(rings);
}

/* ---- early reflections ---- */

static inline void
early_to_ear(const Rings       *rings,
             const ReverbEarly *early,
             int                ear,
             Block *restrict out)
{
  float sum[BLOCK] = { 0 };

  for (int side = 0; side < 2; side++)
    for (int i = 0; i < REVERB_IMAGES; i++) {
      const float *p = rings_tap(rings, side, early->delay[side][ear][i]);
      const float  g = early->gain[side][ear][i];
      for (int t = 0; t < BLOCK; t++)
        sum[t] += g * p[t];
    }
  memcpy(out->frame, sum, sizeof sum);
}

static inline void
early_run(const Rings *rings, const ReverbWay *way, Block out[2])
{
  for (int ear = 0; ear < 2; ear++) {
    Block old;
    early_to_ear(rings, way->early_to, ear, &out[ear]);
    if (!way->early_moves)
      continue;
    early_to_ear(rings, way->early_from, ear, &old);
    block_fade(&old, &way->share, &out[ear]);
  }
}

static inline void
early_write(Rings *rings, const Block side[2])
{
  for (int s = 0; s < 2; s++)
    for (int t = 0; t < BLOCK; t++)
      rings_head(rings, s)[t] = cut_off(side[s].frame[t]);
}

/* ---- a block ---- */

static inline void
run(ReverbFront *front, const ReverbWay *way, Block late[2], Block early[2])
{
  cut(&front->cuts, way->now, late);
  allpasses(&front->smears, way, 0, REVERB_SMEARS, late);
  early_write(&front->early, late);
  early_run(&front->early, way, early);
  for (int side = 0; side < 2; side++) {
    Block        own;
    const float *read = rings_read(
      &front->early, side, way->from->late, way->to->late, &way->share, &own);
    memcpy(late[side].frame, read, sizeof own.frame);
  }
  rings_advance(&front->early);
  allpasses(&front->spreads, way, REVERB_SMEARS, REVERB_SPREAD, late);
}

PLAIN_BODY static void
run_plain(ReverbFront     *front,
          const ReverbWay *way,
          Block            late[2],
          Block            early[2]) RT_SAFE
{
  run(front, way, late, early);
}

#ifdef WIDE_BODY
WIDE_BODY static void
run_wide(ReverbFront     *front,
         const ReverbWay *way,
         Block            late[2],
         Block            early[2]) RT_SAFE
{
  run(front, way, late, early);
}
#endif

void
reverb_front_run(ReverbFront     *front,
                 const ReverbWay *way,
                 Block            late[2],
                 Block            early[2]) RT_SAFE
{
  front->run(front, way, late, early);
}

/* ---- life ---- */

void
reverb_front_rest(ReverbFront *front, const ReverbFigures *figure) RT_SAFE
{
  const ReverbCut *low = &figure->low, *high = &figure->high;

  front->cuts = (ReverbCuts){
    .cross = { low->cross, low->cross, high->cross, high->cross },
    .damp  = { low->damp, low->damp, high->damp, high->damp },
    .pull  = { low->pull, low->pull, high->pull, high->pull },
  };
}

bool
reverb_front_init(ReverbFront *front, const ReverbPlan *plan)
{
  const int allpass = reverb_longest_allpass(plan);

  *front = (ReverbFront){ .run = run_plain };
#ifdef WIDE_BODY
  if (HAVE_WIDE())
    front->run = run_wide;
#endif
  return rings_init(&front->smears, 2 * REVERB_SMEARS, allpass) &&
         rings_init(&front->early, 2, reverb_longest_early(plan)) &&
         rings_init(&front->spreads, 2 * REVERB_SPREAD, allpass);
}

void
reverb_front_cleanup(ReverbFront *front)
{
  rings_cleanup(&front->spreads);
  rings_cleanup(&front->early);
  rings_cleanup(&front->smears);
}
