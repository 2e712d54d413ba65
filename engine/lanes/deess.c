/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/lanes/deess.h"

/* A sibilant lasts some 50 to 150 ms: caught at its start, let go at its end.
 */
#define ATTACK_SECONDS  1e-3
#define RELEASE_SECONDS 40e-3

#define KNEE ((float)(6 / DB_PER_LOG2))

void
LANE(deess_init)(Deess *deess, double rate_hz) RT_SAFE
{
  memset(deess, 0, sizeof *deess);
  sidechain_init(&deess->key, rate_hz);
  glide_init(&deess->clock, deess->glide, DEESS_GLIDES, rate_hz);
}

void
LANE(deess_set)(Deess               *deess,
                int                  lane,
                const DeessSettings *settings,
                double               rate_hz,
                bool                 now) RT_SAFE
{
  const float     unit   = (float)(1 / DB_PER_LOG2);
  const double    top    = 0.49 * rate_hz;
  const double    freq   = fmin((double)settings->freq, top);
  const double    turn   = tan(acos(-1.0) * freq * sqrt(0.5) / rate_hz);
  const KeyFilter filter = {
    .on = true, .type = KEY_HIGH, .freq = (float)freq, .q = (float)sqrt(0.5)
  };
  const float to[] = {
    [DEESS_ON]     = settings->on ? 1 : 0,
    [DEESS_FOOT]   = settings->threshold_db * unit - KNEE / 2,
    [DEESS_RANGE]  = settings->range_db * unit,
    [DEESS_BOTH]   = settings->mode == DEESS_WIDE ? 1 : 0,
    [DEESS_CORNER] = (float)(turn / (1 + turn)),
    [DEESS_LISTEN] = settings->listen ? 1 : 0,
  };

  glide_set(&deess->clock, deess->glide, to, DEESS_GLIDES, lane, now);
  sidechain_set(&deess->key, lane, &filter, rate_hz, now);
  ballistics_set(&deess->move,
                 &deess->peak,
                 lane,
                 ATTACK_SECONDS,
                 0,
                 RELEASE_SECONDS,
                 true,
                 rate_hz);
  deess->shown[lane] = settings->on ? -1 : 0;
}

void
LANE(deess_link)(Deess *deess, int lane, bool linked) RT_SAFE
{
  deess->linked[lane] = linked ? -1 : 0;
}

void
LANE(deess_clear)(Deess *deess, int lane) RT_SAFE
{
  LANE(svf_clear)(&deess->key.svf, lane);
  peakhold_clear(&deess->peak, lane);
  ballistics_clear(&deess->move, lane, 0);
  deess->low[0][lane] = deess->low[1][lane] = 0;
  deess->reduction[lane]                    = 0;
}

int
LANE(deess_grid)(Deess *deess) RT_SAFE
{
  const int filter = sidechain_grid(&deess->key);

  return glide_grid(&deess->clock, deess->glide, DEESS_GLIDES) | filter;
}

/* The gain of each frame, as a base-2 logarithm, by the level of what is left
   of it above the corner. */
static inline __attribute__((always_inline)) void
ask(Deess *deess, vf (*row)[GRID], const vf *key, vf *gain, int n, int step)
{
  const vi   linked = deess->linked;
  PeakHold   peak   = peakhold_load(&deess->peak);
  Ballistics move   = ballistics_load(&deess->move);
  vf         most   = vf_all(0);

  if (step)
    move.attack = glide_attack(&deess->clock, move.attack);
  for (int t = 0; t < n; t++) {
    const vf foot  = row[DEESS_FOOT][t * step];
    vf       power = key[t] * key[t];
    vf       over, bent;

    power = vf_max(power, vf_keep(linked, vf_swap_pairs(power)));
    power = peakhold_next(&peak, power);
    over  = vf_max(vf_fma(vf_log2(power), vf_all(0.5f), -foot), vf_all(0));
    bent  = vf_min(over, vf_all(KNEE));
    over  = vf_fma(bent, vf_fma(bent, vf_all(0.5f / KNEE), vf_all(-1)), over);
    over  = ballistics_follow(&move, vf_min(over, row[DEESS_RANGE][t * step]));
    most  = vf_max(most, over);
    gain[t] = -over;
  }
  peakhold_store(&deess->peak, &peak);
  ballistics_store(&deess->move, &move);
  deess->reduction =
    vf_max(deess->reduction, vf_keep(deess->shown, most * (float)DB_PER_LOG2));
}

/* One first-order shelf, less of what lies above the corner. */
static inline vf
shelve(vf *low, vf corner, vf less, vf x)
{
  const vf step = corner * (x - *low);
  const vf high = x - (*low + step);

  *low += step + step;
  return vf_fma(-less, high, x);
}

/* Turns down the upper band in two steps, or the whole in one. */
static inline __attribute__((always_inline)) void
give(Deess *deess, vf (*row)[GRID], const vf *gain, vf *x, int n, int step)
{
  vf low0 = deess->low[0];
  vf low1 = deess->low[1];

  for (int t = 0; t < n; t++) {
    const vf corner = row[DEESS_CORNER][t * step];
    const vf both   = row[DEESS_BOTH][t * step];
    const vf on     = row[DEESS_ON][t * step];
    const vf root   = vf_exp2_within(gain[t] * 0.5f);
    const vf upper  = on * (1 - both) * (1 - root);
    const vf whole  = on * both * (1 - root * root);
    vf       y      = x[t];

    y    = shelve(&low0, corner, upper, y);
    y    = shelve(&low1, corner, upper, y);
    x[t] = vf_fma(-whole, y, y);
  }
  deess->low[0] = low0;
  deess->low[1] = low1;
}

static inline __attribute__((always_inline)) void
run(Deess *deess, vf (*row)[GRID], const vf *key, vf *x, int n, int step)
{
  vf gain[GRID];

  ask(deess, row, key, gain, n, step);
  give(deess, row, gain, x, n, step);
}

void
LANE(deess_process)(Deess *deess, vf *x, int n) RT_SAFE
{
  vf        room[GRID], key[GRID], row[DEESS_GLIDES][GRID];
  const int step = glide_run(&deess->clock, deess->glide, row, DEESS_GLIDES, n);
  const vf *heard = sidechain_hear(&deess->key, x, room, n);

  if (heard == x)
    heard = memcpy(key, x, (size_t)n * sizeof *x);
  if (step)
    run(deess, row, heard, x, n, 1);
  else
    run(deess, row, heard, x, n, 0);
  sidechain_listen(x, heard, NULL, row[DEESS_LISTEN], step, n);
}
