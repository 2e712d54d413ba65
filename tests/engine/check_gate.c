/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The gate in lanes, in every instruction set of this processor: curves, where
   it opens and shuts, its times, and that nothing clicks, leaks from lane to
   lane, or depends on how a slice is cut. */

#define ISA   plain
#define LANES 1

#include "engine/lanes/gate.h"

#define RIG_TYPE     Gate
#define RIG_SETTINGS GateSettings
#define RIG_VERB(v)  gate_##v

#include "tests/engine/dynamics-rig.h"

#define RATE 48000.0

#define SKIP_UNLESS_IT_RUNS(i) \
  if (!isa_runs(&isas[i]))     \
  return

static GateSettings
settings(enum GateMode mode, double threshold_db, double range_db)
{
  return (GateSettings){ .on           = true,
                         .mode         = mode,
                         .threshold_db = (float)threshold_db,
                         .range_db     = (float)range_db,
                         .attack_ms    = 1,
                         .release_ms   = 20 };
}

/* The static curves of a downward expander, a gate and a ducker: gain in dB. */
static double
curve_db(enum GateMode mode, double x, double t, double range)
{
  switch (mode) {
  case GATE_EXP2:
    return fmax(fmin(x - t, 0), -range);
  case GATE_EXP3:
    return fmax(fmin(2 * (x - t), 0), -range);
  case GATE_EXP4:
    return fmax(fmin(3 * (x - t), 0), -range);
  case GATE_GATE:
    return x < t ? -range : 0;
  default:
    return x < t ? 0 : -range;
  }
}

/* Half a second of a square wave, and the gain at its end. */
static double
gain_of_square(Rig *rig, double level_db)
{
  const int frames = 24000, lanes = rig->isa->lanes;
  float    *x = rig_frames(rig, frames);
  double    gain;

  for (int i = 0; i < frames * lanes; i++)
    x[i] = from_db(level_db) * (i / lanes % 48 < 24 ? 1 : -1);
  rig_run(rig, x, frames);
  gain = to_db((double)x[(frames - 1) * lanes]) - level_db;
  free(x);
  return gain;
}

START_TEST(curves)
{
  static const struct {
    double t, range;
  } cases[] = { { -40.5, 60 }, { -20.5, 20 }, { -60.5, 3 }, { -0.5, 80 } };
  static const char *const names[] = {
    "curve, expander 2, dB", "curve, expander 3, dB", "curve, expander 4, dB",
    "curve, gate, dB",       "curve, duck, dB",
  };

  SKIP_UNLESS_IT_RUNS(_i);
  for (int mode = GATE_EXP2; mode <= GATE_DUCK; mode++) {
    double worst = 0;
    Rig    rig   = rig_new(&isas[_i], RATE);

    for (int i = 0; i < 4; i++)
      for (int level = -80; level <= 0; level += 8) {
        rig_set_all(&rig,
                    settings((enum GateMode)mode, cases[i].t, cases[i].range),
                    true);
        worst =
          fmax(worst,
               fabs(gain_of_square(&rig, level) -
                    curve_db(
                      (enum GateMode)mode, level, cases[i].t, cases[i].range)));
      }
    tell(&rig, names[mode], 0.05, worst);
    ck_assert_double_le(worst, 0.05);
    rig_free(&rig);
  }
}
END_TEST

/* The level rises and falls by 0.1 dB at a time. */
START_TEST(opens_and_shuts)
{
  static const double gaps[] = { 0, 3, 12 };

  SKIP_UNLESS_IT_RUNS(_i);
  for (int duck = 0; duck < 2; duck++)
    for (int i = 0; i < 3; i++) {
      Rig          rig = rig_new(&isas[_i], RATE);
      GateSettings s   = settings(duck ? GATE_DUCK : GATE_GATE, -30, 60);
      double       up = 0, down = 0;

      s.hysteresis_db = (float)gaps[i];
      s.release_ms    = 5;
      rig_set_all(&rig, s, true);
      for (int k = 0; k <= 200 && up == 0; k++) {
        const double db = -40.05 + k * 0.1;
        const double g =
          to_db((double)rig_hold(&rig, from_db(db), 3200, 0)) - db;

        up = (g > -30) == !duck ? db : 0;
      }
      for (int k = 0; k <= 300 && down == 0; k++) {
        const double db = -20.05 - k * 0.1;
        const double g =
          to_db((double)rig_hold(&rig, from_db(db), 3200, 0)) - db;

        down = (g < -30) == !duck ? db : 0;
      }
      tell(&rig, "opens at, dB", -29.95, up);
      tell(&rig, "shuts at, dB", -30.05 - gaps[i], down);
      ck_assert_double_le(fabs(up + 29.95), 0.06);
      ck_assert_double_le(fabs(down + 30.05 + gaps[i]), 0.06);
      rig_free(&rig);
    }
}
END_TEST

/* --- times --- */

static double
time_error(int found, double ms, double rate)
{
  const double asked = ms * 1e-3 * rate;

  ck_assert_int_gt(found, 0);
  return fabs(found - asked) <= 1 ? 0 : fabs(found / asked - 1);
}

START_TEST(attack_and_release)
{
  static const double rates[]    = { 44100, 48000, 96000 };
  static const double attacks[]  = { 0.02, 0.3, 10, 40, 120 };
  static const double releases[] = { 5, 37, 120, 1000, 4000 };
  double              worst      = 0;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int duck = 0; duck < 2; duck++)
    for (int i = 0; i < 15; i++) {
      const double rate   = rates[i / 5];
      const double attack = attacks[i % 5], release = releases[i % 5];
      const int    rise  = (int)(rate * 12e-3 * attack) + 480;
      const int    fall  = (int)(rate * 3e-3 * release);
      Rig          rig   = rig_new(&isas[_i], rate);
      GateSettings s     = settings(duck ? GATE_DUCK : GATE_GATE, -10, 40);
      const double quiet = duck ? 0 : -40, loud = -40 - quiet;

      s.attack_ms  = (float)attack;
      s.release_ms = 5;
      rig_set_all(&rig, s, true);
      rig_hold(&rig, 0.1F, 4800, 0);
      s.release_ms = (float)release;
      rig_set_all(&rig, s, true);
      worst = fmax(
        worst, time_error(rig_time(&rig, 1, quiet, loud, rise), attack, rate));
      worst = fmax(
        worst,
        time_error(rig_time(&rig, 0.1F, loud, quiet, fall), release, rate));
      rig_free(&rig);
    }
  tell(&(Rig){ .isa = &isas[_i] }, "attack and release, %", 5, 100 * worst);
  ck_assert_double_le(worst, 0.05);
}
END_TEST

START_TEST(hold_stays)
{
  static const double holds[] = { 1, 20, 150, 2000 };
  double              worst = 0, moved = 0;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int i = 0; i < 4; i++) {
    Rig          rig   = rig_new(&isas[_i], RATE);
    GateSettings s     = settings(GATE_GATE, -10, 40);
    const int    held  = (int)(holds[i] * 48);
    const int    whole = (held + 15) / 16 * 16 + 16000;
    const int    lanes = rig.isa->lanes;
    float       *x     = rig_frames(&rig, whole);
    int          t     = 0;

    s.hold_ms    = (float)holds[i];
    s.release_ms = 100;
    rig_set_all(&rig, s, true);
    rig_hold(&rig, 1, 9600, 0);
    for (int k = 0; k < whole * lanes; k++)
      x[k] = 0.1F;
    rig_run(&rig, x, whole);
    moved = fmax(moved, fabs(to_db((double)x[(held - 1) * lanes] / 0.1)));
    while (to_db((double)x[t * lanes] / 0.1) > -40 * (1 - exp(-1)))
      t++;
    worst = fmax(worst, time_error(t + 1, holds[i] + 100, RATE));
    free(x);
    rig_free(&rig);
  }
  tell(&(Rig){ .isa = &isas[_i] }, "hold, dB moved within it", 0.01, moved);
  tell(&(Rig){ .isa = &isas[_i] }, "hold and release, %", 5, 100 * worst);
  ck_assert_double_le(moved, 0.01);
  ck_assert_double_le(worst, 0.05);
}
END_TEST

/* A wave's zeros do not shut it, even without a hold. */
START_TEST(low_notes_do_not_chatter)
{
  const int frames = 48000, lanes = isas[_i].lanes;
  double    worst = 0;

  SKIP_UNLESS_IT_RUNS(_i);
  Rig          rig = rig_new(&isas[_i], RATE);
  float       *x = rig_frames(&rig, frames), *y = rig_frames(&rig, frames);
  GateSettings s = settings(GATE_GATE, -30, 60);

  s.release_ms = 100;
  rig_set_all(&rig, s, true);
  for (int i = 0; i < frames * lanes; i++)
    y[i] = x[i] = (float)(0.1 * sin(2 * acos(-1.0) * 30 * (i / lanes) / RATE));
  rig_run(&rig, y, frames);
  for (int t = 4800; t < frames; t++)
    worst = fmax(worst, fabs((double)y[t * lanes] - (double)x[t * lanes]));
  tell(&rig, "30 Hz, 10 dB above the threshold, error", 1e-6, worst);
  ck_assert_double_le(worst, 1e-6);
  free(x);
  free(y);
  rig_free(&rig);
}
END_TEST

/* --- lanes --- */

START_TEST(linked_pairs_share_the_louder)
{
  SKIP_UNLESS_IT_RUNS(_i);
  if (isas[_i].lanes < 4)
    return;
  Rig    rig = rig_new(&isas[_i], RATE);
  float *x   = rig_frames(&rig, 9600);

  rig_set_all(&rig, settings(GATE_GATE, -20, 60), true);
  rig.isa->link(rig.block, 0, true);
  rig.isa->link(rig.block, 1, true);
  for (int i = 0; i < 9600 * rig.isa->lanes; i++)
    x[i] = i % 2 ? 1 : 0.01F;
  rig_run(&rig, x, 9600);
  const float *last = x + 9599 * rig.isa->lanes;
  tell(&rig, "link: quiet side, dB", 0, to_db((double)last[0] / 0.01));
  ck_assert_double_le(fabs(to_db((double)last[0] / 0.01)), 0.001);
  ck_assert_double_le(fabs(to_db((double)last[1])), 0.001);
  ck_assert_double_le(fabs(to_db((double)last[2] / 0.01) + 60), 0.05);
  ck_assert_double_le(fabs(to_db((double)last[3])), 0.001);
  free(x);
  rig_free(&rig);
}
END_TEST

static GateSettings
any_settings(uint32_t *seed)
{
  return (GateSettings){
    .on            = draw(seed) % 4 != 0,
    .mode          = (enum GateMode)(draw(seed) % 5),
    .threshold_db  = -60 + (float)(draw(seed) % 61),
    .range_db      = 3 + (float)(draw(seed) % 77),
    .attack_ms     = 0.02F * (float)(1 + draw(seed) % 500),
    .hold_ms       = draw(seed) % 2 ? (float)(draw(seed) % 20) : 0,
    .release_ms    = 5 + (float)(draw(seed) % 100),
    .hysteresis_db = (float)(draw(seed) % 12),
    .lookahead_ms  = (float)(draw(seed) % 11),
    .listen        = draw(seed) % 5 == 0,
    .key           = { .on   = draw(seed) % 2,
                       .type = (enum KeyType)(draw(seed) % 3),
                       .freq = 100 + (float)(draw(seed) % 9000),
                       .q    = 0.3F + 0.1F * (float)(draw(seed) % 50) },
  };
}

/* Noise that swells and falls. */
static void
fill(float *x, int frames, int lanes, uint32_t seed)
{
  for (int t = 0; t < frames; t++)
    for (int lane = 0; lane < lanes; lane++)
      x[t * lanes + lane] =
        noise(&seed) * from_db(-40 * fabs(sin(t * 3e-4 + lane)));
}

/* Changes a lane at grid points; lane 0 by its own seed, the others by theirs,
   and not at all where that is 0. */
static void
play(Rig *rig, float *x, int frames, uint32_t first, uint32_t others)
{
  for (int at = 0; at < frames; at += 640) {
    for (int lane = 0; lane < rig->isa->lanes; lane++)
      if (lane == 0 || others)
        rig_set(rig, lane, any_settings(lane ? &others : &first), false);
    rig_run(rig, x + at * rig->isa->lanes, 640);
  }
}

START_TEST(cuts_give_the_same_bits)
{
  const int frames = 64000;

  SKIP_UNLESS_IT_RUNS(_i);
  Rig    whole = rig_new(&isas[_i], RATE), cut = rig_new(&isas[_i], RATE);
  float *a = rig_frames(&whole, frames), *b = rig_frames(&cut, frames);

  cut.cuts = 12345;
  fill(a, frames, isas[_i].lanes, 99);
  fill(b, frames, isas[_i].lanes, 99);
  play(&whole, a, frames, 7, 8);
  play(&cut, b, frames, 7, 8);
  ck_assert_mem_eq(a, b, (size_t)(frames * isas[_i].lanes) * sizeof(float));
  free(a);
  free(b);
  rig_free(&whole);
  rig_free(&cut);
}
END_TEST

START_TEST(lanes_do_not_hear_one_another)
{
  const int frames = 64000, lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  Rig    busy = rig_new(&isas[_i], RATE), alone = rig_new(&isas[_i], RATE);
  float *a = rig_frames(&busy, frames), *b = rig_frames(&alone, frames);

  fill(a, frames, lanes, 99);
  fill(b, frames, lanes, 99);
  play(&busy, a, frames, 7, 8);
  play(&alone, b, frames, 7, 0);
  for (int t = 0; t < frames; t++)
    ck_assert_mem_eq(a + t * lanes, b + t * lanes, sizeof(float));
  free(a);
  free(b);
  rig_free(&busy);
  rig_free(&alone);
}
END_TEST

/* A lane is a column of words: moved to another bank, it goes on as it was. */
START_TEST(columns_move)
{
  const int frames = 16000, lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  Rig      from = rig_new(&isas[_i], RATE), to = rig_new(&isas[_i], RATE);
  float   *a = rig_frames(&from, frames), *b = rig_frames(&to, frames);
  uint32_t seed = 3;

  rig_set(&from, 0, settings(GATE_DUCK, -30, 20), true);
  fill(a, frames, lanes, 5);
  rig_run(&from, a, frames);
  rig_set(&from, 0, any_settings(&seed), false);
  from.isa->grid(from.block);
  for (size_t w = 0; w < sizeof(Gate); w += sizeof(float))
    *rig_word(&to, w, lanes - 1) = *rig_word(&from, w, 0);
  for (int t = 0; t < LINE_FRAMES; t++)
    to.line[t * lanes + lanes - 1] = from.line[t * lanes];
  to.pos = from.pos;
  fill(a, frames, lanes, 6);
  for (int t = 0; t < frames; t++)
    b[t * lanes + lanes - 1] = a[t * lanes];
  rig_run(&from, a, frames);
  rig_run(&to, b, frames);
  for (int t = 0; t < frames; t++)
    ck_assert_mem_eq(a + t * lanes, b + t * lanes + lanes - 1, sizeof(float));
  free(a);
  free(b);
  rig_free(&from);
  rig_free(&to);
}
END_TEST

/* --- look-ahead, key, listen, meter --- */

/* The gate is open when the sound arrives, on its frame, on or off. */
START_TEST(look_ahead)
{
  const int lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int on = 0; on < 2; on++) {
    Rig          rig = rig_new(&isas[_i], RATE);
    float       *x   = rig_frames(&rig, 4800);
    GateSettings s   = settings(GATE_GATE, -20, 60);

    s.on           = on;
    s.attack_ms    = 0.5F;
    s.lookahead_ms = 10;
    rig.cuts       = 77;
    rig_set_all(&rig, s, true);
    for (int i = 2400 * lanes; i < 4800 * lanes; i++)
      x[i] = 0.5F;
    rig_run(&rig, x, 4800);
    ck_assert_float_eq(x[2879 * lanes], 0);
    tell(&rig,
         on ? "look-ahead: first frame, dB" : "look-ahead while off, dB",
         0,
         to_db((double)x[2880 * lanes] / 0.5));
    ck_assert_double_le(fabs(to_db((double)x[2880 * lanes] / 0.5)), 0.001);
    free(x);
    rig_free(&rig);
  }
}
END_TEST

static double
keyed_gain(Rig *rig, bool filtered, bool listen, double *heard)
{
  const int    frames = 24000, lanes = rig->isa->lanes;
  float       *x = rig_frames(rig, frames), *key = rig_frames(rig, frames);
  GateSettings s = settings(GATE_GATE, -40, 60);
  double       gain;

  s.listen       = listen;
  s.lookahead_ms = 2;
  s.release_ms   = 100;
  s.key          = (KeyFilter){ filtered, KEY_HIGH, 4000, 0.707F };
  rig_set_all(rig, s, true);
  for (int i = 0; i < frames * lanes; i++) {
    x[i]   = 0.001F;
    key[i] = 0.1F * (float)sin(2 * acos(-1.0) * ((i / lanes % 480) / 480.0));
  }
  rig_run_key(rig, x, key, frames);
  gain   = to_db((double)x[(frames - 1) * lanes] / 0.001);
  *heard = 0;
  for (int t = frames - 480; t < frames; t++)
    *heard =
      fmax(*heard, fabs((double)x[t * lanes] - (double)key[(t - 96) * lanes]));
  free(x);
  free(key);
  return gain;
}

START_TEST(key_filter_and_listen)
{
  double error, gain;

  SKIP_UNLESS_IT_RUNS(_i);
  Rig rig = rig_new(&isas[_i], RATE);

  gain = keyed_gain(&rig, false, false, &error);
  tell(&rig, "key: loud tone, dB", 0, gain);
  ck_assert_double_le(fabs(gain), 0.001);
  gain = keyed_gain(&rig, true, false, &error);
  tell(&rig, "key filter: 100 Hz through 4 kHz, dB", -60, gain);
  ck_assert_double_le(fabs(gain + 60), 1);
  keyed_gain(&rig, false, true, &error);
  tell(&rig, "listen: error, dB", -140, to_db(error + 1e-12));
  ck_assert_double_le(error, 1e-7);
  rig_free(&rig);
}
END_TEST

START_TEST(meter_reads_the_reduction)
{
  const size_t at = offsetof(Gate, reduction);

  SKIP_UNLESS_IT_RUNS(_i);
  Rig          rig = rig_new(&isas[_i], RATE);
  GateSettings s   = settings(GATE_GATE, -20, 35);

  rig_set_all(&rig, s, true);
  rig_hold(&rig, 0.01F, 9600, 0);
  tell(&rig, "meter, dB", 35, (double)*rig_word(&rig, at, 0));
  ck_assert_double_le(fabs((double)*rig_word(&rig, at, 0) - 35), 0.05);
  rig_hold(&rig, 1, 9600, 0);
  *rig_word(&rig, at, 0) = 0;
  rig_hold(&rig, 1, 16, 0);
  ck_assert_double_le((double)*rig_word(&rig, at, 0), 0.001);
  s.on = false;
  rig_set_all(&rig, s, false);
  rig_hold(&rig, 0.01F, 9600, 0);
  ck_assert_double_le((double)*rig_word(&rig, at, 0), 0.001);
  rig_free(&rig);
}
END_TEST

/* --- rest and clicks --- */

static void
expect_unity(Rig *rig)
{
  const int lanes = rig->isa->lanes;
  float    *x = rig_frames(rig, 1600), *y = rig_frames(rig, 1600);

  fill(x, 1600, lanes, 5);
  memcpy(y, x, (size_t)(1600 * lanes) * sizeof *x);
  rig_run(rig, y, 1600);
  ck_assert_mem_eq(x, y, (size_t)(1600 * lanes) * sizeof(float));
  free(x);
  free(y);
}

START_TEST(nothing_to_do_is_bit_exact)
{
  SKIP_UNLESS_IT_RUNS(_i);
  Rig          rig = rig_new(&isas[_i], RATE);
  GateSettings s   = settings(GATE_GATE, -50, 60);

  expect_unity(&rig);
  s.hold_ms = 50;
  rig_set_all(&rig, s, true);
  rig_hold(&rig, 0, 4800, 0);
  rig_hold(&rig, 1, 4800, 0);
  expect_unity(&rig);
  s.on = false;
  rig_set_all(&rig, s, false);
  rig_hold(&rig, 0, 4800, 0);
  expect_unity(&rig);
  tell(&rig, "off, or open: bits changed", 0, 0);
  rig_free(&rig);
}
END_TEST

START_TEST(silence_comes_to_rest)
{
  SKIP_UNLESS_IT_RUNS(_i);
  Rig rig = rig_new(&isas[_i], RATE);

  rig_set_all(&rig, settings(GATE_EXP3, -40, 60), true);
  rig_hold(&rig, 1, 4800, 0);
  rig_hold(&rig, 0, 48000 * 60, 0);
  for (size_t w = 0; w < sizeof(Gate); w += 4)
    if (w != offsetof(Gate, linked))
      ck_assert(*(int32_t *)rig_word(&rig, w, 0) < 0x800000 ||
                fpclassify(*rig_word(&rig, w, 0)) != FP_SUBNORMAL);
  rig_free(&rig);
}
END_TEST

static GateSettings
step_of(int what, GateSettings s)
{
  switch (what) {
  case 0:
    s.on = !s.on;
    break;
  case 1:
    s.threshold_db = -30;
    break;
  case 2:
    s.mode = GATE_GATE;
    break;
  case 3:
    s.mode = GATE_EXP4;
    break;
  case 4:
    s.mode = GATE_DUCK;
    break;
  case 5:
    s.range_db = 6;
    break;
  case 6:
    s.listen = true;
    break;
  default:
    break;
  }
  return s;
}

/* 997 Hz 12 dB below the threshold of an expander, a phase a lane; there and
   back again, with the fastest of attacks. */
START_TEST(steps_do_not_click)
{
  static const char *const names[] = {
    "click: on, off",      "click: threshold",    "click: mode to gate",
    "click: mode to exp4", "click: mode to duck", "click: range",
    "click: listen",       "click: nothing",
  };
  const int frames = 9600, lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int what = 0; what < 8; what++) {
    Rig          rig   = rig_new(&isas[_i], RATE);
    float       *x     = rig_frames(&rig, 3 * frames);
    GateSettings s     = settings(GATE_EXP2, 0, 80);
    double       worst = -200;

    s.attack_ms = 0.02F;
    for (int i = 0; i < 3 * frames * lanes; i++)
      x[i] = (float)(0.25 * sin(2 * acos(-1.0) *
                                (997 * (i / lanes) / RATE +
                                 (double)(i % lanes) / (2 * lanes))));
    rig_set_all(&rig, s, true);
    rig_run(&rig, x, frames);
    rig_set_all(&rig, step_of(what, s), false);
    rig_run(&rig, x + frames * lanes, frames);
    rig_set_all(&rig, s, false);
    rig_run(&rig, x + 2 * frames * lanes, frames);
    for (int lane = 0; lane < lanes; lane++)
      for (int k = 1; k < 3; k++)
        worst =
          fmax(worst,
               click_level(x + (k * frames - 600) * lanes + lane, 2400, lanes));
    tell(&rig, names[what], -80, worst);
    ck_assert_double_le(worst, -80);
    free(x);
    rig_free(&rig);
  }
}
END_TEST

int
main(void)
{
  const TTest *const tests[] = {
    curves,
    opens_and_shuts,
    attack_and_release,
    hold_stays,
    low_notes_do_not_chatter,
    linked_pairs_share_the_louder,
    cuts_give_the_same_bits,
    lanes_do_not_hear_one_another,
    columns_move,
    look_ahead,
    key_filter_and_listen,
    meter_reads_the_reduction,
    nothing_to_do_is_bit_exact,
    silence_comes_to_rest,
    steps_do_not_click,
  };

  return rig_suite("gate", tests, (int)(sizeof tests / sizeof tests[0]));
}
