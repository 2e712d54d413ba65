/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/lanes/gate.h"

void
LANE(gate_init)(Gate *gate, double rate_hz) RT_SAFE
{
  memset(gate, 0, sizeof *gate);
  sidechain_init(&gate->key, rate_hz);
  glide_init(&gate->clock, gate->glide, GATE_GLIDES, rate_hz);
  gate->sign = vf_all(-1);
}

/* Turns a lane over between a gate and a duck: its gain stays where it is. */
static void
set_sign(Gate *gate, int lane, float sign)
{
  if (gate->sign[lane] == sign)
    return;
  gate->sign[lane]        = sign;
  gate->move.target[lane] = -gate->move.target[lane];
  gate->move.away[lane]   = -gate->move.away[lane];
}

void
LANE(gate_set)(Gate               *gate,
               int                 lane,
               const GateSettings *settings,
               double              rate_hz,
               bool                now) RT_SAFE
{
  const enum GateMode mode  = settings->mode;
  const float         unit  = (float)(1 / DB_PER_LOG2);
  const float         range = settings->range_db * unit;
  const float         to[]  = {
             [GATE_ON]        = settings->on ? 1 : 0,
             [GATE_THRESHOLD] = settings->threshold_db * unit,
             [GATE_SLOPE] = mode <= GATE_EXP4 ? (float)(1 + mode - GATE_EXP2) : 0,
             [GATE_SHUT]  = mode == GATE_GATE ? range : 0,
             [GATE_OPEN]  = mode == GATE_DUCK ? range : 0,
             [GATE_RANGE]  = range,
             [GATE_LISTEN] = settings->listen ? 1 : 0,
  };

  glide_set(&gate->clock, gate->glide, to, GATE_GLIDES, lane, now);
  sidechain_set(&gate->key, lane, &settings->key, rate_hz, now);
  set_sign(gate, lane, mode == GATE_DUCK ? 1 : -1);
  ballistics_set(&gate->move,
                 &gate->peak,
                 lane,
                 (double)settings->attack_ms * 1e-3,
                 (double)settings->hold_ms * 1e-3,
                 (double)settings->release_ms * 1e-3,
                 true,
                 rate_hz);
  gate->hysteresis[lane] = settings->hysteresis_db * unit;
  gate->shown[lane]      = settings->on ? -1 : 0;
  gate->delay[lane] =
    dynamics_lookahead_frames(settings->lookahead_ms, rate_hz);
}

void
LANE(gate_link)(Gate *gate, int lane, bool linked) RT_SAFE
{
  gate->linked[lane] = linked ? -1 : 0;
}

void
LANE(gate_clear)(Gate *gate, int lane) RT_SAFE
{
  LANE(svf_clear)(&gate->key.svf, lane);
  peakhold_clear(&gate->peak, lane);
  ballistics_clear(&gate->move, lane, 0);
  gate->open[lane]      = 0;
  gate->reduction[lane] = 0;
}

void
LANE(gate_rest)(Gate *gate, int lane) RT_SAFE
{
  const bool  shuts = gate->sign[lane] < 0;
  const float range = gate->glide[GATE_RANGE].to[lane];

  LANE(gate_clear)(gate, lane);
  ballistics_clear(&gate->move, lane, shuts ? -range : 0);
}

int
LANE(gate_grid)(Gate *gate) RT_SAFE
{
  const int filter = sidechain_grid(&gate->key);

  return glide_grid(&gate->clock, gate->glide, GATE_GLIDES) | filter;
}

/* The reduction that the curve asks for at each frame, as the sign has it. */
static inline __attribute__((always_inline)) void
ask(Gate *gate, vf (*row)[GRID], const vf *key, vf *drop, int n, int step)
{
  const vi linked = gate->linked;
  const vf sign   = gate->sign;
  const vf gap    = gate->hysteresis;
  PeakHold peak   = peakhold_load(&gate->peak);
  vi       open   = gate->open;

  for (int t = 0; t < n; t++) {
    const vf threshold = row[GATE_THRESHOLD][t * step];
    vf       power     = key[t] * key[t];
    vf       level, down;

    power = vf_max(power, vf_keep(linked, vf_swap_pairs(power)));
    level = vf_log2(peakhold_next(&peak, power)) * 0.5f;
    open  = (level >= threshold) | (open & (level >= threshold - gap));
    down  = vf_select(open, row[GATE_OPEN][t * step], row[GATE_SHUT][t * step]);
    down  = vf_fma(
      row[GATE_SLOPE][t * step], vf_max(threshold - level, vf_all(0)), down);
    drop[t] = vf_min(down, row[GATE_RANGE][t * step]) * sign;
  }
  gate->open = open;
  peakhold_store(&gate->peak, &peak);
}

/* From the reduction asked for to the gain. */
static inline __attribute__((always_inline)) void
give(Gate *gate, vf (*row)[GRID], vf *drop, int n, int step)
{
  const vf   sign = gate->sign;
  Ballistics move = ballistics_load(&gate->move);
  vf         most = vf_all(0);

  if (step)
    move.attack = glide_attack(&gate->clock, move.attack);
  for (int t = 0; t < n; t++) {
    const vf on   = row[GATE_ON][t * step];
    const vf down = ballistics_next(&move, drop[t]) * sign;

    most    = vf_max(most, down);
    drop[t] = vf_fma(on, vf_exp2_within(-down), 1 - on);
  }
  ballistics_store(&gate->move, &move);
  gate->reduction =
    vf_max(gate->reduction, vf_keep(gate->shown, most * (float)DB_PER_LOG2));
}

/* Two loops: in one, the processor's window would not span two frames, and
   their recurrences would not overlap. */
static inline __attribute__((always_inline)) void
run(Gate *gate, vf (*row)[GRID], const vf *key, vf *gain, int n, int step)
{
  ask(gate, row, key, gain, n, step);
  give(gate, row, gain, n, step);
}

void
LANE(
  gate_process)(Gate *gate, vf *x, const vf *key, const Lookahead *ahead, int n)
  RT_SAFE
{
  vf        room[GRID], gain[GRID], row[GATE_GLIDES][GRID];
  const vf *heard = sidechain_hear(&gate->key, key, room, n);
  const int step  = glide_run(&gate->clock, gate->glide, row, GATE_GLIDES, n);

  if (step)
    run(gate, row, heard, gain, n, 1);
  else
    run(gate, row, heard, gain, n, 0);
  sidechain_listen(x, heard, gain, row[GATE_LISTEN], step, n);
  if (ahead)
    lookahead_process(ahead, gate->delay, x, n);
  for (int t = 0; t < n; t++)
    x[t] *= gain[t];
}
