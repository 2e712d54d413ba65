/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/lanes/comp.h"

/* Each of the two poles that average the power. */
#define MEAN_SECONDS 5e-3

/* Of automatic release: how the slow envelope fills and empties, in releases,
   and its longest times. */
#define SLOW_FILL      4.0
#define SLOW_EMPTY     8.0
#define SLOW_FILL_MAX  2.0
#define SLOW_EMPTY_MAX 8.0

/* A knee of less than this, in base-2 logarithms, is none; it divides. */
#define KNEE_MIN 1e-4f

void
LANE(comp_init)(Comp *comp, double rate_hz) RT_SAFE
{
  Glide *knee = &comp->glide[COMP_KNEE];

  memset(comp, 0, sizeof *comp);
  sidechain_init(&comp->key, rate_hz);
  glide_init(&comp->clock, comp->glide, COMP_GLIDES, rate_hz);
  knee->to = knee->near = knee->line = knee->at = vf_all(KNEE_MIN);
  comp->mean_pole = vf_all(ballistics_pole(MEAN_SECONDS, rate_hz));
}

/* Half of what the curve takes from a level of 0 dB. */
static float
auto_makeup(float foot, float knee, float slope)
{
  const float over  = fmaxf(-foot, 0);
  const float curve = fminf(over, knee);

  return 0.5f * slope * (curve * curve * 0.5f / knee + (over - curve));
}

static void
set_times(Comp *comp, int lane, const CompSettings *settings, double rate_hz)
{
  const double release = (double)settings->release_ms * 1e-3;

  ballistics_set(&comp->move,
                 &comp->peak,
                 lane,
                 (double)settings->attack_ms * 1e-3,
                 (double)settings->hold_ms * 1e-3,
                 release,
                 settings->detector == COMP_PEAK,
                 rate_hz);
  comp->slow.attack[lane] =
    ballistics_pole(fmin(SLOW_FILL * release, SLOW_FILL_MAX), rate_hz);
  comp->slow.release[lane] =
    ballistics_pole(fmin(SLOW_EMPTY * release, SLOW_EMPTY_MAX), rate_hz);
}

void
LANE(comp_set)(Comp               *comp,
               int                 lane,
               const CompSettings *settings,
               double              rate_hz,
               bool                now) RT_SAFE
{
  const float unit   = (float)(1 / DB_PER_LOG2);
  const float knee   = fmaxf(settings->knee_db * unit, KNEE_MIN);
  const float foot   = settings->threshold_db * unit - 0.5f * knee;
  const float slope  = 1 - 1 / fmaxf(settings->ratio, 1);
  const float makeup = settings->makeup_db * unit;
  const float to[]   = {
      [COMP_WET]   = settings->on ? settings->mix : 0,
      [COMP_FOOT]  = foot,
      [COMP_KNEE]  = knee,
      [COMP_SLOPE] = slope,
      [COMP_MAKEUP] =
        makeup + (settings->auto_makeup ? auto_makeup(foot, knee, slope) : 0),
      [COMP_MEAN]   = settings->detector == COMP_RMS ? 1 : 0,
      [COMP_AUTO]   = settings->auto_release ? 1 : 0,
      [COMP_LISTEN] = settings->listen ? 1 : 0,
  };

  glide_set(&comp->clock, comp->glide, to, COMP_GLIDES, lane, now);
  sidechain_set(&comp->key, lane, &settings->key, rate_hz, now);
  set_times(comp, lane, settings, rate_hz);
  comp->shown[lane] = settings->on ? -1 : 0;
  comp->delay[lane] =
    dynamics_lookahead_frames(settings->lookahead_ms, rate_hz);
}

void
LANE(comp_link)(Comp *comp, int lane, bool linked) RT_SAFE
{
  comp->linked[lane] = linked ? -1 : 0;
}

void
LANE(comp_clear)(Comp *comp, int lane) RT_SAFE
{
  LANE(svf_clear)(&comp->key.svf, lane);
  comp->mean[0][lane] = comp->mean[1][lane] = 0;
  peakhold_clear(&comp->peak, lane);
  ballistics_clear(&comp->slow, lane, 0);
  ballistics_clear(&comp->move, lane, 0);
  comp->reduction[lane] = 0;
}

int
LANE(comp_grid)(Comp *comp) RT_SAFE
{
  const int filter = sidechain_grid(&comp->key);

  return glide_grid(&comp->clock, comp->glide, COMP_GLIDES) | filter;
}

/* What some lane of the bank needs. A body without a feature gives a lane that
   does not use it the same bits as one with it. */
enum {
  MOVING = 1, /* glides */
  MEAN   = 2, /* RMS */
  SLOW   = 4, /* automatic release */
  HOLD   = 8,
};

/* Lanes in which a weight is more than 0, or will be. */
static inline vi
weighs(const Glide *glide)
{
  return (glide->at > 0) | (glide->to > 0);
}

static unsigned
features(const Comp *comp, int step)
{
  if (step)
    return MOVING | MEAN | SLOW | HOLD;
  return (vi_any(weighs(&comp->glide[COMP_MEAN])) ? MEAN : 0u) |
         (vi_any(weighs(&comp->glide[COMP_AUTO])) ? SLOW : 0u) |
         (vi_any(comp->move.hold > 0) ? HOLD : 0u);
}

/* The reduction that the curve asks for at each frame. */
static inline __attribute__((always_inline)) void
ask(Comp *comp, vf (*row)[GRID], const vf *key, vf *drop, int n, unsigned has)
{
  const int step   = has & MOVING;
  const vi  linked = comp->linked;
  const vi  means  = weighs(&comp->glide[COMP_MEAN]);
  const vf  pole   = comp->mean_pole;
  vf        mean0  = vf_keep(means, comp->mean[0]);
  vf        mean1  = vf_keep(means, comp->mean[1]);
  PeakHold  peak   = peakhold_load(&comp->peak);

  for (int t = 0; t < n; t++) {
    const vf foot  = row[COMP_FOOT][t * step];
    const vf knee  = row[COMP_KNEE][t * step];
    const vf power = key[t] * key[t];
    vf       heard = peakhold_next(&peak, power);
    vf       over, bent;

    if (has & MEAN) {
      const vf weight = row[COMP_MEAN][t * step];

      mean0 = vf_fma(pole, vf_keep(means, power) - mean0, mean0);
      mean1 = vf_fma(pole, mean0 - mean1, mean1);
      heard = vf_fma(weight, mean1, (1 - weight) * heard);
    }
    heard   = vf_max(heard, vf_keep(linked, vf_swap_pairs(heard)));
    over    = vf_max(vf_fma(vf_log2(heard), vf_all(0.5f), -foot), vf_all(0));
    bent    = vf_min(over, knee);
    over    = vf_fma(bent, vf_fma(bent, 0.5f / knee, vf_all(-1)), over);
    drop[t] = over * row[COMP_SLOPE][t * step];
  }
  comp->mean[0] = mean0;
  comp->mean[1] = mean1;
  peakhold_store(&comp->peak, &peak);
}

/* From the reduction asked for to the gain. */
static inline __attribute__((always_inline)) void
give(Comp *comp, vf (*row)[GRID], vf *drop, int n, unsigned has)
{
  const int  step  = has & MOVING;
  const vi   slows = weighs(&comp->glide[COMP_AUTO]);
  Ballistics slow  = ballistics_load(&comp->slow);
  Ballistics move  = ballistics_load(&comp->move);
  vf         most  = vf_all(0);

  slow.away   = vf_keep(slows, slow.away);
  slow.target = vf_keep(slows, slow.target);
  if (step)
    move.attack = glide_attack(&comp->clock, move.attack);
  for (int t = 0; t < n; t++) {
    const vf wet = row[COMP_WET][t * step];
    vf       to  = drop[t];

    if (has & SLOW) {
      ballistics_follow(&slow, vf_keep(slows, to));
      to = vf_fma(row[COMP_AUTO][t * step], vf_max(slow.away, vf_all(0)), to);
    }
    to = has & HOLD ? ballistics_next(&move, to) : ballistics_follow(&move, to);
    most    = vf_max(most, to);
    to      = vf_exp2_within(row[COMP_MAKEUP][t * step] - to);
    drop[t] = vf_fma(wet, to, 1 - wet);
  }
  ballistics_store(&comp->slow, &slow);
  ballistics_store(&comp->move, &move);
  comp->reduction =
    vf_max(comp->reduction, vf_keep(comp->shown, most * (float)DB_PER_LOG2));
}

/* Two loops: in one, the processor's window would not span two frames, and
   their recurrences would not overlap. */
static inline __attribute__((always_inline)) void
run(Comp *comp, vf (*row)[GRID], const vf *key, vf *gain, int n, unsigned has)
{
  ask(comp, row, key, gain, n, has);
  give(comp, row, gain, n, has);
}

static void
choose(Comp *comp, vf (*row)[GRID], const vf *key, vf *gain, int n, int step)
{
  switch (features(comp, step)) {
#define BODY(has)                      \
  case has:                            \
    run(comp, row, key, gain, n, has); \
    break
    BODY(0);
    BODY(MEAN);
    BODY(SLOW);
    BODY(MEAN | SLOW);
    BODY(HOLD);
    BODY(MEAN | HOLD);
    BODY(SLOW | HOLD);
    BODY(MEAN | SLOW | HOLD);
#undef BODY
  default:
    run(comp, row, key, gain, n, MOVING | MEAN | SLOW | HOLD);
  }
}

void
LANE(
  comp_process)(Comp *comp, vf *x, const vf *key, const Lookahead *ahead, int n)
  RT_SAFE
{
  vf        room[GRID], gain[GRID], row[COMP_GLIDES][GRID];
  const vf *heard = sidechain_hear(&comp->key, key, room, n);
  const int step  = glide_run(&comp->clock, comp->glide, row, COMP_GLIDES, n);

  choose(comp, row, heard, gain, n, step);
  sidechain_listen(x, heard, gain, row[COMP_LISTEN], step, n);
  if (ahead)
    lookahead_process(ahead, comp->delay, x, n);
  for (int t = 0; t < n; t++)
    x[t] *= gain[t];
}
