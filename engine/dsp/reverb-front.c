/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/reverb-front.h"

/* ---- cuts ---- */

typedef struct Steps {
  f4 cross, damp, pull;
} Steps;

INLINED f4
pair(float low, float high)
{
  return (f4){ low, low, high, high };
}

/* A frame, in place. */
INLINED void
cut_frame(ReverbCuts *c, const Steps *step, f4 *x)
{
  const f4 thru = { 1, 1, 0, 0 }, half = { -0.5f, -0.5f, 0.5f, 0.5f };
  const f4 root = { -0.70710678f, -0.70710678f, 0, 0 };
  const f4 band = c->band, low = c->low, u = *x - low;

  c->cross += step->cross;
  c->damp += step->damp;
  c->pull += step->pull;
  c->band = (band - c->damp * band) + c->cross * u;
  c->low  = (low + c->cross * band) + c->pull * u;
  *x      = thru * *x + (root * (band + c->band) + half * (low + c->low));
}

/* Coefficients go in a straight line to the new ones: the filter stays stable,
   as engine/lanes/svf.h says. */
INLINED void
cut(ReverbCuts *cuts, const ReverbFigures *f, Block side[2])
{
  const f4    cross = pair(f->low.cross, f->high.cross);
  const f4    damp  = pair(f->low.damp, f->high.damp);
  const f4    pull  = pair(f->low.pull, f->high.pull);
  const Steps step  = { (cross - cuts->cross) * (1.f / BLOCK),
                        (damp - cuts->damp) * (1.f / BLOCK),
                        (pull - cuts->pull) * (1.f / BLOCK) };
  ReverbCuts  c     = *cuts;

  for (int t = 0; t < BLOCK; t += 4) {
    f4 *const left  = (f4 *)(side[0].frame + t);
    f4 *const right = (f4 *)(side[1].frame + t);
    f4        x[4]  = { *left, *right, c.left, c.right };

    f4_turn(&x[0], &x[1], &x[2], &x[3]);
    cut_frame(&c, &step, &x[0]);
    cut_frame(&c, &step, &x[1]);
    cut_frame(&c, &step, &x[2]);
    cut_frame(&c, &step, &x[3]);
    f4_turn(&x[0], &x[1], &x[2], &x[3]);
    c.left  = x[0];
    c.right = x[1];
    *left   = x[2];
    *right  = x[3];
  }
  c.cross = cross;
  c.damp  = damp;
  c.pull  = pull;
  *cuts   = c;
}

/* ---- allpasses ---- */

/* M. Schroeder, "Natural Sounding Artificial Reverberation" (JAES 10, 1962). */
INLINED void
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
INLINED void
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

INLINED void
early_to_ear(const Rings       *rings,
             const ReverbEarly *early,
             int                ear,
             Block *restrict out)
{
  f8 begin = { 0 }, end = { 0 };

  for (int side = 0; side < 2; side++)
    for (int i = 0; i < REVERB_IMAGES; i++) {
      const float *p = rings_tap(rings, side, early->delay[side][ear][i]);
      const float  g = early->gain[side][ear][i];
      begin += g * *f8_at(p);
      end += g * *f8_at(p + 8);
    }
  *f8_at(out->frame)     = begin;
  *f8_at(out->frame + 8) = end;
}

INLINED void
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

INLINED void
early_write(Rings *rings, const Block side[2])
{
  for (int s = 0; s < 2; s++)
    for (int t = 0; t < BLOCK; t++)
      rings_head(rings, s)[t] = cut_off(side[s].frame[t]);
}

/* ---- a block ---- */

INLINED void
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

static void
run_plain(ReverbFront     *front,
          const ReverbWay *way,
          Block            late[2],
          Block            early[2]) RT_SAFE
{
  run(front, way, late, early);
}

#ifdef WIDE
WIDE static void
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
#ifdef WIDE
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
