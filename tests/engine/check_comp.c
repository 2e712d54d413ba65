/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The compressor in lanes, in every instruction set of this processor: its
   curve against the published one, its times, and that nothing clicks, leaks
   from lane to lane, or depends on how a slice is cut. */

#define ISA   plain
#define LANES 1

#include "engine/lanes/comp.h"

#define RIG_TYPE     Comp
#define RIG_SETTINGS CompSettings
#define RIG_VERB(v)  comp_##v

#include "tests/engine/dynamics-rig.h"

#define RATE 48000.0

#define SKIP_UNLESS_IT_RUNS(i) \
  if (!isa_runs(&isas[i]))     \
  return

static CompSettings
settings(double threshold_db, double ratio, double knee_db)
{
  return (CompSettings){ .on           = true,
                         .detector     = COMP_PEAK,
                         .threshold_db = (float)threshold_db,
                         .ratio        = (float)ratio,
                         .knee_db      = (float)knee_db,
                         .attack_ms    = 1,
                         .release_ms   = 100,
                         .mix          = 1 };
}

/* The static curve as published: output level for input level, in dB. */
static double
curve_db(double x, double t, double r, double w)
{
  const double slope = isinf(r) ? 0 : 1 / r;

  if (2 * (x - t) < -w)
    return x;
  if (2 * fabs(x - t) <= w && w > 0)
    return x + (slope - 1) * pow(x - t + w / 2, 2) / (2 * w);
  return t + (x - t) * slope;
}

static const struct {
  double t, r, w;
} curves[] = { { -20, 4, 0 },   { -30, 2, 12 },      { -10, INFINITY, 6 },
               { -60, 20, 24 }, { -40, 1, 6 },       { -18, 3, 6 },
               { 0, 10, 24 },   { -60, INFINITY, 0 } };

#define CURVES ((int)(sizeof curves / sizeof curves[0]))

/* The level after a second of a wave, less that before, in dB. */
static double
steady_gain(Rig *rig, double level_db, bool sine)
{
  const int frames = 48000, lanes = rig->isa->lanes;
  float    *x   = rig_frames(rig, frames);
  double    sum = 0;

  for (int t = 0; t < frames; t++) {
    const double phase = (t % 48 + 0.5) / 48;
    const double wave =
      sine ? sin(2 * acos(-1.0) * phase) : (phase < 0.5 ? 1 : -1);

    for (int lane = 0; lane < lanes; lane++)
      x[t * lanes + lane] = (float)(wave * pow(10, level_db / 20));
  }
  rig_run(rig, x, frames);
  for (int t = frames - 480; t < frames; t++)
    sum += pow((double)x[t * lanes], 2);
  free(x);
  return 10 * log10(sum / 480) - level_db - (sine ? 10 * log10(0.5) : 0);
}

/* From silence, and down from full scale. */
static double
worst_of_curve(const Isa *isa, int curve, bool rms, bool sine)
{
  const double t = curves[curve].t, r = curves[curve].r, w = curves[curve].w;
  double       worst = 0;

  for (int level = -80; level <= 0; level += 8)
    for (int loud = 0; loud < 2; loud++) {
      Rig          rig = rig_new(isa, RATE);
      CompSettings s   = settings(t, r, w);
      const double x   = rms ? level + 10 * log10(0.5) : level;

      s.detector = rms ? COMP_RMS : COMP_PEAK;
      rig_set_all(&rig, s, true);
      if (loud)
        rig_hold(&rig, 1, 4800, 0);
      worst =
        fmax(worst,
             fabs(steady_gain(&rig, level, sine) - (curve_db(x, t, r, w) - x)));
      rig_free(&rig);
    }
  return worst;
}

START_TEST(curve_of_squares)
{
  SKIP_UNLESS_IT_RUNS(_i);
  for (int i = 0; i < CURVES; i++) {
    double worst = worst_of_curve(&isas[_i], i, false, false);

    tell(&(Rig){ .isa = &isas[_i] }, "curve, squares, peak, dB", 0.05, worst);
    ck_assert_double_le(worst, 0.05);
  }
}
END_TEST

START_TEST(curve_of_sines)
{
  SKIP_UNLESS_IT_RUNS(_i);
  for (int rms = 0; rms < 2; rms++)
    for (int i = 0; i < CURVES; i += 2) {
      double worst = worst_of_curve(&isas[_i], i, rms, true);

      tell(&(Rig){ .isa = &isas[_i] },
           rms ? "curve, sines, RMS, dB" : "curve, sines, peak, dB",
           0.1,
           worst);
      ck_assert_double_le(worst, 0.1);
    }
}
END_TEST

/* A release that moves by less than a float's last bit still arrives. */
START_TEST(longest_release_arrives)
{
  double gain;
  Rig    rig;

  SKIP_UNLESS_IT_RUNS(_i);
  rig            = rig_new(&isas[_i], RATE);
  CompSettings s = settings(-60, INFINITY, 0);

  s.release_ms = 4000;
  rig_set_all(&rig, s, true);
  rig_hold(&rig, 1, 4800, 0);
  gain = to_db((double)rig_hold(&rig, 0.1F, 48 * 40000, 0) / 0.1);
  tell(&rig, "release of 4 s, error after 40 s, dB", 0.05, fabs(gain + 40));
  ck_assert_double_le(fabs(gain + 40), 0.05);
  rig_free(&rig);
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
  static const double attacks[]  = { 0.05, 0.3, 10, 250, 120 };
  static const double releases[] = { 5, 37, 120, 1000, 4000 };
  double              worst      = 0;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int i = 0; i < 15; i++) {
    const double rate      = rates[i / 5];
    Rig          rig       = rig_new(&isas[_i], rate);
    CompSettings s         = settings(-40, 4, 0);
    const int    long_time = (int)(rate * 12 * attacks[i % 5] * 1e-3) + 4800;

    s.attack_ms  = (float)attacks[i % 5];
    s.release_ms = (float)releases[i % 5];
    rig_set_all(&rig, s, true);
    rig_hold(&rig, 0.1F, long_time, 0);
    worst = fmax(
      worst,
      time_error(rig_time(&rig, 1, -15, -30, long_time), attacks[i % 5], rate));
    worst = fmax(
      worst,
      time_error(
        rig_time(&rig, 0.1F, -30, -15, (int)(rate * 3e-3 * releases[i % 5])),
        releases[i % 5],
        rate));
    rig_free(&rig);
  }
  tell(&(Rig){ .isa = &isas[_i] }, "attack and release, %", 5, 100 * worst);
  ck_assert_double_le(worst, 0.05);
}
END_TEST

START_TEST(hold_stays)
{
  static const double holds[] = { 1, 20, 150, 2000 };

  SKIP_UNLESS_IT_RUNS(_i);
  for (int i = 0; i < 4; i++) {
    Rig          rig  = rig_new(&isas[_i], RATE);
    CompSettings s    = settings(-40, 4, 0);
    const int    held = (int)(holds[i] * 48), whole = (held + 15) / 16 * 16;
    float       *x = rig_frames(&rig, whole + 16000);
    double       moved, error;
    int          t = 0;

    s.hold_ms = (float)holds[i];
    rig_set_all(&rig, s, true);
    rig_hold(&rig, 1, 9600, 0);
    for (int k = 0; k < (whole + 16000) * rig.isa->lanes; k++)
      x[k] = 0.1F;
    rig_run(&rig, x, whole + 16000);
    moved = to_db((double)x[(held - 1) * rig.isa->lanes] / 0.1) + 30;
    while (to_db((double)x[t * rig.isa->lanes] / 0.1) <
           -30 + 15 * (1 - exp(-1)))
      t++;
    error = time_error(t + 1, holds[i] + 100, RATE);
    tell(&rig, "hold, dB moved within it", 0.01, fabs(moved));
    tell(&rig, "hold and release, %", 5, 100 * error);
    ck_assert_double_le(fabs(moved), 0.01);
    ck_assert_double_le(error, 0.05);
    free(x);
    rig_free(&rig);
  }
}
END_TEST

/* Short after a peak, long after a passage; the curve as ever. */
START_TEST(automatic_release)
{
  int frames[2];

  SKIP_UNLESS_IT_RUNS(_i);
  for (int lasting = 0; lasting < 2; lasting++) {
    Rig          rig = rig_new(&isas[_i], RATE);
    CompSettings s   = settings(-40, 4, 0);

    s.auto_release = true;
    rig_set_all(&rig, s, true);
    rig_hold(&rig, 0.01F, 48000, 0);
    rig_hold(&rig, 1, lasting ? 48 * 4000 : 48 * 20, 0);
    frames[lasting] = rig_time(&rig, 0.01F, -30, 0, 96000);
    rig_free(&rig);
  }
  tell(&(Rig){ .isa = &isas[_i] },
       "auto: 100 ms after a peak of 20 ms, ms",
       130,
       frames[0] / 48.0);
  tell(&(Rig){ .isa = &isas[_i] },
       "auto: after a passage of 4 s, ms at least",
       400,
       frames[1] / 48.0);
  ck_assert_int_ge(frames[0], 48 * 90);
  ck_assert_int_le(frames[0], 48 * 130);
  ck_assert_int_ge(frames[1], 48 * 400);
}
END_TEST

START_TEST(automatic_release_keeps_the_curve)
{
  Rig          rig;
  CompSettings s = settings(-40, 4, 0);
  double       gain;

  SKIP_UNLESS_IT_RUNS(_i);
  rig            = rig_new(&isas[_i], RATE);
  s.auto_release = true;
  rig_set_all(&rig, s, true);
  rig_hold(&rig, 1, 48000, 0);
  gain = to_db((double)rig_hold(&rig, 0.1F, 480000, 0) / 0.1);
  tell(&rig, "auto: curve after 10 s, dB", 0.05, fabs(gain + 15));
  ck_assert_double_le(fabs(gain + 15), 0.05);
  rig_free(&rig);
}
END_TEST

START_TEST(makeup)
{
  Rig          rig;
  CompSettings s = settings(-20, 4, 0);
  double       gain;

  SKIP_UNLESS_IT_RUNS(_i);
  rig         = rig_new(&isas[_i], RATE);
  s.makeup_db = 6;
  rig_set_all(&rig, s, true);
  gain = to_db((double)rig_hold(&rig, 0.01F, 48000, 0) / 0.01);
  ck_assert_double_le(fabs(gain - 6), 0.01);
  s.auto_makeup = true; /* half of the 15 dB at 0 dBFS */
  rig_set_all(&rig, s, true);
  gain = to_db((double)rig_hold(&rig, 0.01F, 48000, 0) / 0.01);
  tell(&rig, "makeup and automatic makeup, dB", 13.5, gain);
  ck_assert_double_le(fabs(gain - 13.5), 0.01);
  rig_free(&rig);
}
END_TEST

/* --- lanes --- */

START_TEST(linked_pairs_share_the_louder)
{
  Rig    rig;
  float *x;

  SKIP_UNLESS_IT_RUNS(_i);
  if (isas[_i].lanes < 4)
    return;
  rig = rig_new(&isas[_i], RATE);
  x   = rig_frames(&rig, 9600);
  rig_set_all(&rig, settings(-20, 4, 0), true);
  rig.isa->link(rig.block, 0, true);
  rig.isa->link(rig.block, 1, true);
  for (int t = 0; t < 9600; t++)
    for (int lane = 0; lane < rig.isa->lanes; lane++)
      x[t * rig.isa->lanes + lane] = lane % 2 ? 1 : 0.01F;
  rig_run(&rig, x, 9600);
  const float *last = x + 9599 * rig.isa->lanes;
  tell(&rig, "link: quiet side, dB", -15, to_db((double)last[0] / 0.01));
  ck_assert_double_le(fabs(to_db((double)last[0] / 0.01) + 15), 0.05);
  ck_assert_double_le(fabs(to_db((double)last[1]) + 15), 0.05);
  ck_assert_double_le(fabs(to_db((double)last[2] / 0.01)), 0.001);
  ck_assert_double_le(fabs(to_db((double)last[3]) + 15), 0.05);
  free(x);
  rig_free(&rig);
}
END_TEST

static CompSettings
any_settings(uint32_t *seed)
{
  return (CompSettings){
    .on           = draw(seed) % 4 != 0,
    .detector     = draw(seed) % 2 ? COMP_RMS : COMP_PEAK,
    .threshold_db = -60 + (float)(draw(seed) % 61),
    .ratio        = draw(seed) % 5 ? 1 + (float)(draw(seed) % 19) : INFINITY,
    .knee_db      = (float)(draw(seed) % 25),
    .attack_ms    = 0.05F * (float)(1 + draw(seed) % 200),
    .hold_ms      = draw(seed) % 2 ? (float)(draw(seed) % 20) : 0,
    .release_ms   = 5 + (float)(draw(seed) % 100),
    .auto_release = draw(seed) % 2,
    .makeup_db    = (float)(draw(seed) % 24) - 6,
    .auto_makeup  = draw(seed) % 2,
    .mix          = (float)(draw(seed) % 5) / 4,
    .lookahead_ms = (float)(draw(seed) % 11),
    .listen       = draw(seed) % 5 == 0,
    .key          = { .on   = draw(seed) % 2,
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
  Rig          from = rig_new(&isas[_i], RATE), to = rig_new(&isas[_i], RATE);
  float       *a = rig_frames(&from, frames), *b = rig_frames(&to, frames);
  CompSettings s    = settings(-40, 4, 6);
  uint32_t     seed = 3;

  s.key = (KeyFilter){ true, KEY_HIGH, 500, 0.7F };
  rig_set(&from, 0, s, true);
  fill(a, frames, lanes, 5);
  rig_run(&from, a, frames);
  rig_set(&from, 0, any_settings(&seed), false);
  from.isa->grid(from.block);
  for (size_t w = 0; w < sizeof(Comp); w += sizeof(float))
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

/* --- look-ahead, mix, key, listen, meter --- */

START_TEST(look_ahead_delays_on_and_off)
{
  const int lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int on = 0; on < 2; on++) {
    Rig    rig = rig_new(&isas[_i], RATE);
    float *x   = rig_frames(&rig, 1600);

    for (int lane = 0; lane < lanes; lane++) {
      CompSettings s = settings(-20, 4, 0);

      s.on           = on;
      s.mix          = 0.5F;
      s.lookahead_ms = 10.0F * (float)(lane + 1) / (float)lanes;
      rig_set(&rig, lane, s, true);
      x[100 * lanes + lane] = 0.5F;
    }
    rig.cuts = 77;
    rig_run(&rig, x, 1600);
    for (int lane = 0; lane < lanes; lane++)
      for (int t = 0; t < 1600; t++) {
        const int at = 100 + (int)lround(480.0 * (lane + 1) / lanes);

        if (t == at)
          ck_assert_float_gt(x[t * lanes + lane], 0.2F);
        else
          ck_assert_float_eq(x[t * lanes + lane], 0);
        if (t == at && !on)
          ck_assert_float_eq(x[t * lanes + lane], 0.5F);
      }
    free(x);
    rig_free(&rig);
  }
  tell(&(Rig){ .isa = &isas[_i] }, "look-ahead: impulse off its frame", 0, 0);
}
END_TEST

/* The reduction is there when the sound arrives. */
START_TEST(look_ahead_acts_early)
{
  const int lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  Rig          rig = rig_new(&isas[_i], RATE);
  float       *x   = rig_frames(&rig, 1600);
  CompSettings s   = settings(-20, 4, 0);

  s.lookahead_ms = 10;
  rig_set_all(&rig, s, true);
  for (int i = 100 * lanes; i < 1600 * lanes; i++)
    x[i] = 1;
  rig_run(&rig, x, 1600);
  ck_assert_float_eq(x[579 * lanes], 0);
  tell(&rig,
       "look-ahead: first frame of a step, dB",
       -15,
       to_db((double)x[580 * lanes]));
  ck_assert_double_le(fabs(to_db((double)x[580 * lanes]) + 15), 0.05);
  free(x);
  rig_free(&rig);
}
END_TEST

/* Noise that the mix must not comb: wet and dry stand in the same frame. */
START_TEST(mix_is_aligned)
{
  const int frames = 4800, lanes = isas[_i].lanes;
  double    worst = 0;

  SKIP_UNLESS_IT_RUNS(_i);
  Rig          rig = rig_new(&isas[_i], RATE);
  float       *x   = rig_frames(&rig, frames);
  float       *y   = rig_frames(&rig, frames);
  CompSettings s   = settings(-60, 4, 0);

  s.mix          = 0.25F;
  s.lookahead_ms = 5;
  rig_set_all(&rig, s, true);
  fill(x, frames, lanes, 5);
  for (int i = 0; i < frames * lanes; i++)
    x[i] = x[i] > 0 ? 0.5F : -0.5F;
  memcpy(y, x, (size_t)(frames * lanes) * sizeof *x);
  rig_run(&rig, y, frames);
  const double wet  = curve_db(to_db(0.5), -60, 4, 0) - to_db(0.5);
  const double gain = 0.75 + 0.25 * pow(10, wet / 20);
  for (int t = 2400; t < frames; t++)
    worst = fmax(
      worst, fabs((double)y[t * lanes] - gain * (double)x[(t - 240) * lanes]));
  tell(&rig, "mix: error, dB", -80, to_db(worst));
  ck_assert_double_le(to_db(worst), -80);
  free(x);
  free(y);
  rig_free(&rig);
}
END_TEST

/* The key decides; its filter too; and listen lets it be heard. */
static double
keyed_gain(Rig *rig, bool filtered, bool listen, double *heard)
{
  const int    frames = 48000, lanes = rig->isa->lanes;
  float       *x = rig_frames(rig, frames), *key = rig_frames(rig, frames);
  CompSettings s = settings(-40, 4, 0);
  double       gain;

  s.listen       = listen;
  s.lookahead_ms = 2;
  s.key          = (KeyFilter){ filtered, KEY_HIGH, 4000, 0.707F };
  rig_set_all(rig, s, true);
  for (int t = 0; t < frames; t++)
    for (int lane = 0; lane < lanes; lane++) {
      x[t * lanes + lane] = 0.01F;
      key[t * lanes + lane] =
        (float)sin(2 * acos(-1.0) * ((t % 480) / 480.0)); /* 100 Hz */
    }
  rig_run_key(rig, x, key, frames);
  gain   = to_db((double)x[(frames - 1) * lanes] / 0.01);
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
  tell(&rig, "key: full-scale sine, dB", -30, gain);
  ck_assert_double_le(fabs(gain + 30), 0.05);
  gain = keyed_gain(&rig, true, false, &error);
  tell(&rig, "key filter: 100 Hz through 4 kHz, dB", 0, gain);
  ck_assert_double_ge(gain, -0.01);
  keyed_gain(&rig, false, true, &error);
  tell(&rig, "listen: error, dB", -140, to_db(error + 1e-12));
  ck_assert_double_le(error, 1e-7);
  rig_free(&rig);
}
END_TEST

START_TEST(meter_reads_the_reduction)
{
  const size_t at = offsetof(Comp, reduction);

  SKIP_UNLESS_IT_RUNS(_i);
  Rig          rig = rig_new(&isas[_i], RATE);
  CompSettings s   = settings(-20, 4, 0);

  s.makeup_db = 10;
  rig_set_all(&rig, s, true);
  rig_hold(&rig, 1, 9600, 0);
  tell(&rig, "meter, dB", 15, (double)*rig_word(&rig, at, 0));
  ck_assert_double_le(fabs((double)*rig_word(&rig, at, 0) - 15), 0.05);
  rig_hold(&rig, 0.001F, 96000, 0);
  ck_assert_double_le(fabs((double)*rig_word(&rig, at, 0) - 15), 0.05);
  *rig_word(&rig, at, 0) = 0;
  rig_hold(&rig, 0.001F, 16, 0);
  ck_assert_double_le((double)*rig_word(&rig, at, 0), 0.001);
  s.on = false;
  rig_set_all(&rig, s, false);
  *rig_word(&rig, at, 0) = 0;
  rig_hold(&rig, 1, 9600, 0);
  ck_assert_float_eq(*rig_word(&rig, at, 0), 0);
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
  for (int i = 0; i < 1600 * lanes; i++)
    y[i] = x[i] *= 0.1F;
  rig_run(rig, y, 1600);
  ck_assert_mem_eq(x, y, (size_t)(1600 * lanes) * sizeof(float));
  free(x);
  free(y);
}

START_TEST(nothing_to_do_is_bit_exact)
{
  SKIP_UNLESS_IT_RUNS(_i);
  Rig          rig = rig_new(&isas[_i], RATE);
  CompSettings s   = settings(-10, 4, 6);

  expect_unity(&rig);
  rig_set_all(&rig, s, true);
  expect_unity(&rig);
  rig_hold(&rig, 1, 4800, 0);
  rig_hold(&rig, 0, 48000 * 3, 0);
  expect_unity(&rig);
  s.on           = false;
  s.threshold_db = -50;
  rig_set_all(&rig, s, false);
  rig_hold(&rig, 1, 4800, 0);
  expect_unity(&rig);
  tell(&rig, "off, or below the threshold: bits changed", 0, 0);
  rig_free(&rig);
}
END_TEST

/* After a burst and long silence nothing is left that could be denormal. */
START_TEST(silence_comes_to_rest)
{
  SKIP_UNLESS_IT_RUNS(_i);
  Rig          rig = rig_new(&isas[_i], RATE);
  CompSettings s   = settings(-40, 4, 6);

  s.detector     = COMP_RMS;
  s.auto_release = true;
  rig_set_all(&rig, s, true);
  rig_hold(&rig, 1, 48000, 0);
  rig_hold(&rig, 0, 48000 * 60, 0);
  for (size_t w = offsetof(Comp, mean); w < sizeof(Comp); w += 4)
    ck_assert_int_ne(fpclassify(*rig_word(&rig, w, 0)), FP_SUBNORMAL);
  rig_free(&rig);
}
END_TEST

static CompSettings
step_of(int what, CompSettings s)
{
  switch (what) {
  case 0:
    s.on = !s.on;
    break;
  case 1:
    s.threshold_db = -20;
    break;
  case 2:
    s.ratio = INFINITY;
    break;
  case 3:
    s.detector = s.detector == COMP_RMS ? COMP_PEAK : COMP_RMS;
    break;
  case 4:
    s.makeup_db = 6;
    break;
  case 5:
    s.mix = 0.2F;
    break;
  case 6:
    s.knee_db = 24;
    break;
  case 7:
    s.auto_release = !s.auto_release;
    break;
  case 8:
    s.threshold_db = 10; /* the corner passes the level */
    s.knee_db      = 0;
    break;
  case 9:
    s.key = (KeyFilter){ true, KEY_HIGH, 1000, 0.7F };
    break;
  default:
    break;
  }
  return s;
}

/* 997 Hz, a phase a lane; there and back again. */
START_TEST(steps_do_not_click)
{
  static const char *const names[] = {
    "click: on, off", "click: threshold",  "click: ratio",   "click: detector",
    "click: makeup",  "click: mix",        "click: knee",    "click: auto",
    "click: corner",  "click: key filter", "click: nothing",
  };
  const int frames = 9600, lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int what = 0; what < 11; what++) {
    Rig          rig   = rig_new(&isas[_i], RATE);
    float       *x     = rig_frames(&rig, 3 * frames);
    CompSettings s     = settings(-30, 4, 6);
    double       worst = -200;

    s.attack_ms  = what == 9 ? 5 : 0.05F;
    s.release_ms = 20;
    for (int t = 0; t < 3 * frames; t++)
      for (int lane = 0; lane < lanes; lane++)
        x[t * lanes + lane] = (float)sin(
          2 * acos(-1.0) * (997 * t / RATE + (double)lane / (2 * lanes)));
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
    curve_of_squares,
    curve_of_sines,
    longest_release_arrives,
    attack_and_release,
    hold_stays,
    automatic_release,
    automatic_release_keeps_the_curve,
    makeup,
    linked_pairs_share_the_louder,
    cuts_give_the_same_bits,
    lanes_do_not_hear_one_another,
    columns_move,
    look_ahead_delays_on_and_off,
    look_ahead_acts_early,
    mix_is_aligned,
    key_filter_and_listen,
    meter_reads_the_reduction,
    nothing_to_do_is_bit_exact,
    silence_comes_to_rest,
    steps_do_not_click,
  };

  return rig_suite("comp", tests, (int)(sizeof tests / sizeof tests[0]));
}
