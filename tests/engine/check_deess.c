/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The de-esser in lanes, in every instruction set of this processor: how far it
   turns down what, that it leaves the rest alone, and that nothing clicks,
   leaks from lane to lane, or depends on how a slice is cut. */

#define ISA   plain
#define LANES 1

#include "engine/lanes/deess.h"

#define RIG_TYPE     Deess
#define RIG_SETTINGS DeessSettings
#define RIG_VERB(v)  deess_##v
#define RIG_NO_KEY

#include "tests/engine/dynamics-rig.h"

#define RATE 48000.0
#define FREQ 5500.0

#define SKIP_UNLESS_IT_RUNS(i) \
  if (!isa_runs(&isas[i]))     \
  return

static DeessSettings
settings(enum DeessMode mode, double threshold_db, double range_db)
{
  return (DeessSettings){ .on           = true,
                          .mode         = mode,
                          .freq         = (float)FREQ,
                          .threshold_db = (float)threshold_db,
                          .range_db     = (float)range_db };
}

/* What a Butterworth high-pass of second order, an analogue one, leaves of a
   tone, in dB. */
static double
heard_db(double hz)
{
  const double w = hz / FREQ;

  return 20 * log10(w * w / sqrt(1 + pow(w, 4)));
}

/* Down to the threshold through a knee of 6 dB, and by the range at most. */
static double
reduction_db(double over, double range)
{
  if (over > -3 && over < 3)
    over = pow(over + 3, 2) / 12;
  return fmin(fmax(over, 0), range);
}

/* The level of a tone in the last second of a lane, in dB. */
static double
tone_db(const float *x, int frames, int lanes, double hz)
{
  const double w      = 2 * acos(-1.0) * hz / RATE;
  double       sum[2] = { 0, 0 };

  for (int t = frames - 48000; t < frames; t++) {
    sum[0] += cos(w * t) * (double)x[t * lanes];
    sum[1] += sin(w * t) * (double)x[t * lanes];
  }
  return to_db(hypot(sum[0], sum[1]) / 24000);
}

/* Two tones, and how each of them has changed. */
static void
change_of(Rig *rig, const double hz[2], const double db[2], double change[2])
{
  const int    frames = 64000, lanes = rig->isa->lanes;
  const double w = 2 * acos(-1.0) / RATE;
  float       *x = rig_frames(rig, frames);

  for (int i = 0; i < frames * lanes; i++)
    x[i] = (float)(pow(10, db[0] / 20) * sin(w * hz[0] * (i / lanes)) +
                   pow(10, db[1] / 20) * sin(w * hz[1] * (i / lanes)));
  rig_run(rig, x, frames);
  for (int i = 0; i < 2; i++)
    change[i] = tone_db(x, frames, lanes, hz[i]) - db[i];
  free(x);
}

START_TEST(wide_turns_all_down)
{
  const double hz[2] = { 200, 9000 };
  double       worst = 0;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int level = -50; level <= 0; level += 5) {
    Rig          rig   = rig_new(&isas[_i], RATE);
    const double db[2] = { -60, level };
    double       change[2], asked;

    rig_set_all(&rig, settings(DEESS_WIDE, -30, 12), true);
    change_of(&rig, hz, db, change);
    asked = reduction_db(level + heard_db(hz[1]) + 30, 12);
    worst = fmax(worst, fabs(change[0] + asked));
    worst = fmax(worst, fabs(change[1] + asked));
    rig_free(&rig);
  }
  tell(&(Rig){ .isa = &isas[_i] }, "wide: reduction, dB", 0.3, worst);
  ck_assert_double_le(worst, 0.3);
}
END_TEST

/* The shelf: ((1 + a s) / (1 + s))^2, a^2 the gain, s the bilinear one, with
   its corner half an octave below the frequency. */
static double
shelf_db(double hz, double reduction)
{
  const double pi = acos(-1.0);
  const double s  = tan(pi * hz / RATE) / tan(pi * FREQ * sqrt(0.5) / RATE);
  const double a  = pow(10, -reduction / 40);

  return 20 * log10((1 + a * a * s * s) / (1 + s * s));
}

START_TEST(split_spares_the_voice)
{
  const double hz[2] = { 200, 9000 }, db[2] = { -20, -10 };
  double       change[2], asked;

  SKIP_UNLESS_IT_RUNS(_i);
  Rig rig = rig_new(&isas[_i], RATE);

  rig_set_all(&rig, settings(DEESS_SPLIT, -30, 10), true);
  change_of(&rig, hz, db, change);
  asked = shelf_db(hz[1], 10);
  tell(&rig, "split: 9 kHz, dB", asked, change[1]);
  tell(&rig, "split: 200 Hz, dB", 0, change[0]);
  ck_assert_double_le(fabs(change[1] - asked), 0.1);
  ck_assert_double_le(fabs(change[0]), 0.05);
  rig_free(&rig);
}
END_TEST

START_TEST(meter_and_listen)
{
  const double  hz[2] = { 200, 9000 }, db[2] = { -20, -10 };
  double        change[2];
  DeessSettings s = settings(DEESS_SPLIT, -30, 10);

  SKIP_UNLESS_IT_RUNS(_i);
  Rig rig = rig_new(&isas[_i], RATE);

  s.listen = true;
  rig_set_all(&rig, s, true);
  change_of(&rig, hz, db, change);
  tell(&rig,
       "meter, dB",
       10,
       (double)*rig_word(&rig, offsetof(Deess, reduction), 0));
  tell(&rig, "listen: 9 kHz, dB", heard_db(hz[1]), change[1]);
  tell(&rig, "listen: 200 Hz, dB at most", -50, change[0]);
  ck_assert_double_le(
    fabs((double)*rig_word(&rig, offsetof(Deess, reduction), 0) - 10), 0.05);
  ck_assert_double_le(fabs(change[1] - heard_db(hz[1])), 0.6);
  ck_assert_double_le(change[0], -50);
  rig_free(&rig);
}
END_TEST

/* --- lanes --- */

static DeessSettings
any_settings(uint32_t *seed)
{
  return (DeessSettings){
    .on           = draw(seed) % 4 != 0,
    .mode         = draw(seed) % 2 ? DEESS_WIDE : DEESS_SPLIT,
    .freq         = 2000 + (float)(draw(seed) % 10000),
    .threshold_db = -60 + (float)(draw(seed) % 61),
    .range_db     = (float)(draw(seed) % 25),
    .listen       = draw(seed) % 5 == 0,
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

START_TEST(linked_pairs_share_the_louder)
{
  const int frames = 4800, lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  if (lanes < 4)
    return;
  Rig    rig = rig_new(&isas[_i], RATE);
  float *x   = rig_frames(&rig, frames);

  rig_set_all(&rig, settings(DEESS_WIDE, -30, 12), true);
  rig.isa->link(rig.block, 0, true);
  rig.isa->link(rig.block, 1, true);
  for (int i = 0; i < frames * lanes; i++)
    x[i] = (i / lanes % 4 < 2 ? 1 : -1) * (i % lanes % 2 ? 0.5F : 0.001F);
  rig_run(&rig, x, frames);
  const float *last = x + (frames - 1) * lanes;
  tell(&rig, "link: quiet side, dB", -12, to_db((double)last[0] / 0.001));
  ck_assert_double_le(fabs(to_db((double)last[0] / 0.001) + 12), 0.05);
  ck_assert_double_le(fabs(to_db((double)last[2] / 0.001)), 0.001);
  free(x);
  rig_free(&rig);
}
END_TEST

/* --- rest and clicks --- */

START_TEST(nothing_to_do_is_bit_exact)
{
  const int frames = 4800, lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int on = 0; on < 2; on++) {
    Rig           rig = rig_new(&isas[_i], RATE);
    float        *x = rig_frames(&rig, frames), *y = rig_frames(&rig, frames);
    DeessSettings s = settings(DEESS_SPLIT, on ? 0 : -60, 20);

    s.on = on;
    rig_set_all(&rig, s, true);
    fill(x, frames, lanes, 5);
    for (int i = 0; i < frames * lanes; i++)
      y[i] = x[i] *= 0.25F;
    rig_run(&rig, y, frames);
    ck_assert_mem_eq(x, y, (size_t)(frames * lanes) * sizeof(float));
    free(x);
    free(y);
    rig_free(&rig);
  }
  tell(&(Rig){ .isa = &isas[_i] },
       "off, or below the threshold: bits changed",
       0,
       0);
}
END_TEST

static DeessSettings
step_of(int what, DeessSettings s)
{
  switch (what) {
  case 0:
    s.on = false;
    break;
  case 1:
    s.threshold_db = -20;
    break;
  case 2:
    s.range_db = 2;
    break;
  case 3:
    s.mode = DEESS_WIDE;
    break;
  case 4:
    s.freq = 3000;
    break;
  case 5:
    s.listen = true;
    break;
  default:
    break;
  }
  return s;
}

/* A loud 997 Hz, which the detector still hears, a phase a lane. */
START_TEST(steps_do_not_click)
{
  static const char *const names[] = {
    "click: on, off", "click: threshold", "click: range",   "click: mode",
    "click: freq",    "click: listen",    "click: nothing",
  };
  const int frames = 9600, lanes = isas[_i].lanes;

  SKIP_UNLESS_IT_RUNS(_i);
  for (int what = 0; what < 7; what++) {
    Rig           rig   = rig_new(&isas[_i], RATE);
    float        *x     = rig_frames(&rig, 3 * frames);
    DeessSettings s     = settings(DEESS_SPLIT, -60, 12);
    double        worst = -200;

    for (int i = 0; i < 3 * frames * lanes; i++)
      x[i] = (float)sin(
        2 * acos(-1.0) *
        (997 * (i / lanes) / RATE + (double)(i % lanes) / (2 * lanes)));
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
    wide_turns_all_down,
    split_spares_the_voice,
    meter_and_listen,
    cuts_give_the_same_bits,
    lanes_do_not_hear_one_another,
    linked_pairs_share_the_louder,
    nothing_to_do_is_bit_exact,
    steps_do_not_click,
  };

  return rig_suite("deess", tests, (int)(sizeof tests / sizeof tests[0]));
}
