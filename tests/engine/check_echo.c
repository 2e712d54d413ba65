/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/echo.h"

#include <check.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The delay: echoes at their frame, at their level, on their side; the same
   bits, silence, no clicks, no harm from bad input. */

static const double pi = 3.14159265358979323846;

enum { GRID = 16 };

typedef struct Sound {
  int    n;
  float *side[2];
} Sound;

static Sound
sound_new(double seconds, double rate)
{
  Sound s = { .n = (int)(seconds * rate) / GRID * GRID };

  for (int i = 0; i < 2; i++) {
    s.side[i] = calloc((size_t)s.n, sizeof(float));
    ck_assert_ptr_nonnull(s.side[i]);
  }
  return s;
}

static void
sound_free(Sound *s)
{
  free(s->side[0]);
  free(s->side[1]);
}

/* What the first frame of the two sides becomes. */
static Sound
impulse(const EchoSettings *settings,
        float               left,
        float               right,
        double              seconds,
        double              rate)
{
  Sound s = sound_new(seconds, rate);
  Echo *e = echo_new(rate);

  ck_assert_ptr_nonnull(e);
  echo_set(e, settings, true);
  s.side[0][0] = left;
  s.side[1][0] = right;
  echo_process(e, s.side[0], s.side[1], s.n);
  echo_free(e);
  return s;
}

static float
noise(uint32_t *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return (float)(int32_t)*seed / 2147483648.f;
}

static void
fill_noise(Sound *s, int n, uint32_t seed)
{
  for (int i = 0; i < n; i++)
    for (int side = 0; side < 2; side++)
      s->side[side][i] = noise(&seed);
}

static void
assert_same(const Sound *a, const Sound *b)
{
  for (int side = 0; side < 2; side++)
    ck_assert_mem_eq(
      a->side[side], b->side[side], (size_t)a->n * sizeof(float));
}

/* --- time --- */

static const struct {
  double left_ms, right_ms, rate;
  int    left, right; /* frames */
} times[] = {
  { 1, 4000, 48000, 48, 192000 },
  { 375, 500, 48000, 18000, 24000 },
  { 1, 1.5, 44100, 44, 66 },
  { 123.4, 10, 44100, 5442, 441 },
  { 333.333, 250, 96000, 32000, 24000 },
  { 4000, 1, 192000, 768000, 192 },
};

START_TEST(test_echo_is_in_time)
{
  EchoSettings s = echo_defaults;
  Sound        x;

  s.left_ms  = times[_i].left_ms;
  s.right_ms = times[_i].right_ms;
  s.feedback = 0;
  x          = impulse(&s, 0.5f, -0.25f, 4.2, times[_i].rate);
  for (int i = 0; i < x.n; i++) {
    ck_assert_float_eq(x.side[0][i], i == times[_i].left ? 0.5f : 0);
    ck_assert_float_eq(x.side[1][i], i == times[_i].right ? -0.25f : 0);
  }
  sound_free(&x);
}
END_TEST

/* Quarter notes, by the names in the parameter table. */
static const struct {
  const char *name;
  double      beats;
} notes[ECHO_NOTES] = {
  { "off", 0 },     { "1/1", 4 },        { "1/2.", 3 },
  { "1/2", 2 },     { "1/2T", 4. / 3 },  { "1/4.", 1.5 },
  { "1/4", 1 },     { "1/4T", 2. / 3 },  { "1/8.", 0.75 },
  { "1/8", 0.5 },   { "1/8T", 1. / 3 },  { "1/16.", 0.375 },
  { "1/16", 0.25 }, { "1/16T", 1. / 6 }, { "1/32", 0.125 },
};

START_TEST(test_notes_follow_the_tempo)
{
  EchoSettings s        = echo_defaults;
  const double tempos[] = { 60, 120, 97.5 };

  ck_assert_double_eq_tol(echo_note_beats(_i), notes[_i].beats, 1e-12);
  s.feedback  = 0;
  s.left_note = _i;
  s.left_ms   = 77;
  for (int k = 0; k < 3; k++) {
    double expected_ms = _i ? notes[_i].beats * 60000 / tempos[k] : 77;
    Sound  x;
    int    first = 0;
    while (expected_ms > 4000)
      expected_ms /= 2;
    s.tempo_bpm = tempos[k];
    x           = impulse(&s, 1, 0, 4.2, 48000);
    while (first < x.n && x.side[0][first] == 0)
      first++;
    ck_assert_double_eq_tol(first, expected_ms * 48, 0.5001);
    sound_free(&x);
  }
}
END_TEST

START_TEST(test_no_note_is_no_beat)
{
  ck_assert_double_eq(echo_note_beats(-1), 0);
  ck_assert_double_eq(echo_note_beats(ECHO_NOTES), 0);
}
END_TEST

/* --- level and side --- */

/* Open filters would still colour an impulse; a tone in their pass band keeps
   its level. Bursts of 1 kHz, 20 ms long. */
static Sound
burst(const EchoSettings *settings, double seconds)
{
  Sound s = sound_new(seconds, 48000);
  Echo *e = echo_new(48000);

  echo_set(e, settings, true);
  for (int i = 0; i < 960; i++)
    s.side[0][i] = s.side[1][i] = (float)sin(2 * pi * 1000 * i / 48000);
  echo_process(e, s.side[0], s.side[1], s.n);
  echo_free(e);
  return s;
}

/* RMS of a burst that begins at a frame, its ends left out. */
static double
level(const Sound *s, int side, int begin)
{
  double sum = 0;

  for (int i = begin + 240; i < begin + 720; i++)
    sum += (double)s->side[side][i] * (double)s->side[side][i];
  return sqrt(sum / 480);
}

START_TEST(test_feedback_is_the_ratio)
{
  const double feedback[] = { 10, 50, 98 };
  EchoSettings s          = echo_defaults;
  Sound        x;

  s.left_ms = s.right_ms = 100;
  s.feedback             = feedback[_i];
  s.lowcut_hz            = 10;
  s.highcut_hz           = 20000;
  x                      = burst(&s, 1);
  for (int k = 1; k < 6; k++)
    ck_assert_double_eq_tol(level(&x, 0, 4800 * (k + 1)) /
                              level(&x, 0, 4800 * k),
                            feedback[_i] / 100,
                            0.003 * feedback[_i] / 100);
  sound_free(&x);
}
END_TEST

/* The analogue filters' gain at the tone, each time round. */
START_TEST(test_cuts_work_each_time_round)
{
  EchoSettings s = echo_defaults;
  const double expected =
    0.9 / sqrt(1 + pow(800. / 1000, 2)) / sqrt(1 + pow(1000. / 2000, 2));
  Sound x;

  s.left_ms = s.right_ms = 100;
  s.feedback             = 90;
  s.lowcut_hz            = 800;
  s.highcut_hz           = 2000;
  x                      = burst(&s, 1);
  ck_assert_double_eq_tol(level(&x, 1, 4800), sqrt(0.5), 1e-3);
  for (int k = 1; k < 4; k++)
    ck_assert_double_eq_tol(
      level(&x, 1, 4800 * (k + 1)) / level(&x, 1, 4800 * k), expected, 0.02);
  sound_free(&x);
}
END_TEST

START_TEST(test_pingpong_changes_sides)
{
  EchoSettings s = echo_defaults;
  Sound        x;
  int          at = 0;

  s.left_ms    = 100;
  s.right_ms   = 150;
  s.feedback   = 80;
  s.pingpong   = true;
  s.lowcut_hz  = 10;
  s.highcut_hz = 20000;
  x            = burst(&s, 1);
  for (int k = 0; k < 6; k++) {
    at += k % 2 ? 7200 : 4800;
    ck_assert_double_eq_tol(
      level(&x, k % 2, at), sqrt(0.5) * pow(0.8, k), 0.02);
    ck_assert_double_lt(level(&x, 1 - k % 2, at), 1e-3);
  }
  sound_free(&x);
}
END_TEST

START_TEST(test_width)
{
  EchoSettings s       = echo_defaults;
  const double width[] = { 0, 50, 100, 200 };
  const float  own[]   = { 0.5f, 0.75f, 1, 1.5f };
  const float  other[] = { 0.5f, 0.25f, 0, -0.5f };
  Sound        x;

  s.left_ms  = 10;
  s.feedback = 0;
  s.width    = width[_i];
  x          = impulse(&s, 1, 0, 0.1, 48000);
  ck_assert_float_eq_tol(x.side[0][480], own[_i], 1e-6f);
  ck_assert_float_eq_tol(x.side[1][480], other[_i], 1e-6f);
  sound_free(&x);
}
END_TEST

START_TEST(test_echoes_duck)
{
  const double db[] = { 0, 12, 40 };
  EchoSettings s    = echo_defaults;
  Sound        x    = sound_new(3, 48000);
  Echo        *e    = echo_new(48000);
  double       loud = 0, alone = 0;

  s.left_ms = s.right_ms = 500;
  s.feedback             = 0;
  s.duck_db              = db[_i];
  echo_set(e, &s, true);
  for (int i = 0; i < 96000; i++)
    x.side[0][i] = (float)sin(2 * pi * 1000 * i / 48000);
  echo_process(e, x.side[0], x.side[1], x.n);
  for (int i = 72000; i < 76800; i++)
    loud += pow((double)x.side[0][i], 2) / 2400;
  for (int i = 115200; i < 120000; i++)
    alone += pow((double)x.side[0][i], 2) / 2400;
  ck_assert_double_eq_tol(10 * log10(loud), -db[_i], 0.1);
  if (db[_i] > 0)
    ck_assert_double_gt(10 * log10(alone), -db[_i] * 0.5);
  sound_free(&x);
  echo_free(e);
}
END_TEST

/* --- silence --- */

START_TEST(test_echoes_end_in_silence)
{
  EchoSettings s = echo_defaults;
  Sound        x = sound_new(12, 48000);
  Echo        *e = echo_new(48000);

  s.left_ms  = 40;
  s.right_ms = 60;
  s.feedback = 50;
  echo_set(e, &s, true);
  ck_assert(echo_idle(e));
  fill_noise(&x, 48000, 1);
  echo_process(e, x.side[0], x.side[1], 48000);
  ck_assert(!echo_idle(e));
  echo_process(e, x.side[0] + 48000, x.side[1] + 48000, x.n - 48000);
  ck_assert(echo_idle(e));
  for (int i = x.n - 48000; i < x.n; i++)
    ck_assert(x.side[0][i] == 0 && x.side[1][i] == 0);
  sound_free(&x);
  echo_free(e);
}
END_TEST

/* The longest echo comes, however long the silence before it. */
START_TEST(test_long_echo_is_not_forgotten)
{
  EchoSettings s = echo_defaults;
  Sound        x;

  s.left_ms  = 4000;
  s.feedback = 98;
  x          = impulse(&s, 1, 0, 8.5, 48000);
  ck_assert_float_eq(x.side[0][192000], 1);
  ck_assert_float_gt(fabsf(x.side[0][384000]), 0.1f);
  sound_free(&x);
}
END_TEST

START_TEST(test_clear_silences_at_once)
{
  Echo *e = echo_new(48000), *fresh = echo_new(48000);
  Sound x = sound_new(1, 48000), y = sound_new(1, 48000);
  Sound z = sound_new(1, 48000), silence = sound_new(0.1, 48000);

  fill_noise(&x, x.n, 1);
  echo_process(e, x.side[0], x.side[1], x.n - 5);
  echo_clear(e);
  echo_process(e, silence.side[0], silence.side[1], silence.n);
  for (int i = 0; i < silence.n; i++)
    ck_assert(silence.side[0][i] == 0 && silence.side[1][i] == 0);
  ck_assert(echo_idle(e));
  fill_noise(&y, y.n, 2);
  fill_noise(&z, z.n, 2);
  echo_locate(e);
  echo_process(e, y.side[0], y.side[1], y.n);
  echo_process(fresh, z.side[0], z.side[1], z.n);
  assert_same(&y, &z);
  sound_free(&x);
  sound_free(&y);
  sound_free(&z);
  sound_free(&silence);
  echo_free(e);
  echo_free(fresh);
}
END_TEST

/* --- the same bits --- */

START_TEST(test_cuts_do_not_change_bits)
{
  EchoSettings s     = echo_defaults;
  Echo        *whole = echo_new(48000), *cut = echo_new(48000);
  Sound        a = sound_new(2, 48000), b = sound_new(2, 48000);
  uint32_t     seed = 99;

  fill_noise(&a, 48000, 7);
  fill_noise(&b, 48000, 7);
  for (int i = 0; i < a.n; i += GRID) {
    if (i % 4800 == 0) {
      s.left_ms  = 1 + i / 4800 * 37 % 500;
      s.pingpong = i / 9600 % 2;
      s.feedback = i / 4800 * 13 % 98;
      s.duck_db  = i / 4800 % 3 * 6;
      echo_set(whole, &s, false);
      echo_set(cut, &s, false);
    }
    const int n = (int)(fabsf(noise(&seed)) * (GRID + 1));
    echo_process(whole, a.side[0] + i, a.side[1] + i, GRID);
    echo_process(cut, b.side[0] + i, b.side[1] + i, n);
    echo_process(cut, b.side[0] + i + n, b.side[1] + i + n, GRID - n);
  }
  assert_same(&a, &b);
  sound_free(&a);
  sound_free(&b);
  echo_free(whole);
  echo_free(cut);
}
END_TEST

/* --- no harm --- */

START_TEST(test_maximum_stays_stable)
{
  EchoSettings s = echo_defaults;
  Echo        *e = echo_new(48000);
  Sound        x = sound_new(20, 48000);

  s.left_ms    = 1;
  s.right_ms   = 1.3;
  s.feedback   = 98;
  s.lowcut_hz  = 10;
  s.highcut_hz = 20000;
  s.pingpong   = _i;
  echo_set(e, &s, true);
  fill_noise(&x, x.n, 3);
  for (int i = 0; i < x.n; i += GRID) {
    if (i % 480 == 0) { /* moved all the time */
      s.left_ms = 1 + i / 480 % 7;
      echo_set(e, &s, false);
    }
    echo_process(e, x.side[0] + i, x.side[1] + i, GRID);
  }
  for (int i = 0; i < x.n; i++)
    ck_assert_float_le(fabsf(x.side[0][i]), 50); /* 1/(1 - 0.98) */
  sound_free(&x);
  echo_free(e);
}
END_TEST

START_TEST(test_bad_input_is_silence)
{
  const float bad[] = { NAN, INFINITY, -INFINITY, 1e30f };
  Echo       *e = echo_new(48000), *good = echo_new(48000);
  Sound       x = sound_new(1.5, 48000), y = sound_new(1.5, 48000);

  fill_noise(&x, x.n, 5);
  fill_noise(&y, y.n, 5);
  for (int i = 0; i < 64; i++) {
    x.side[i % 2][2000 + i] = bad[_i];
    y.side[i % 2][2000 + i] = 0;
  }
  echo_process(e, x.side[0], x.side[1], x.n);
  echo_process(good, y.side[0], y.side[1], y.n);
  assert_same(&x, &y);
  sound_free(&x);
  sound_free(&y);
  echo_free(e);
  echo_free(good);
}
END_TEST

START_TEST(test_bad_settings_are_tamed)
{
  const double bad[] = { NAN, INFINITY, -INFINITY, -1, 0, 1e9 };
  const double b     = bad[_i];
  EchoSettings s     = { b, b, 99, -5, b, b, b, b, true, b, b };
  Sound        x     = impulse(&s, 1, 1, 5, 44100);

  for (int i = 0; i < x.n; i++)
    ck_assert_float_le(fabsf(x.side[0][i]), 10);
  sound_free(&x);
}
END_TEST

/* --- no clicks --- */

/* The sixth difference: 997 Hz leaves -142 dB of itself, a jump a third. */
static double
roughness(const float *x, int begin, int end)
{
  const double binomial[] = { 1, -6, 15, -20, 15, -6, 1 };
  double       most       = 0;

  for (int i = begin; i < end; i++) {
    double y = 0;
    for (int k = 0; k <= 6; k++)
      y += binomial[k] * (double)x[i + k] / 64;
    most = fmax(most, fabs(y));
  }
  return most;
}

static void
step_settings(EchoSettings *s, int which)
{
  switch (which) {
  case 0:
    s->left_ms = 123.456;
    break;
  case 1:
    s->tempo_bpm = 97;
    s->left_note = 6;
    break;
  case 2:
    s->feedback = 90;
    break;
  case 3:
    s->lowcut_hz = 1000;
    break;
  case 4:
    s->highcut_hz = 500;
    break;
  case 5:
    s->pingpong = true;
    break;
  case 6:
    s->width = 0;
    break;
  default:
    s->duck_db = 40;
    break;
  }
}

START_TEST(test_steps_do_not_click)
{
  EchoSettings s = echo_defaults;
  Echo        *e = echo_new(48000);
  Sound        x = sound_new(3, 48000);

  for (int i = 0; i < x.n; i++) {
    x.side[0][i] = 0.5f * (float)sin(2 * pi * 997 * i / 48000);
    x.side[1][i] = 0.5f * (float)cos(2 * pi * 997 * i / 48000);
  }
  echo_set(e, &s, true);
  for (int i = 0; i < x.n; i += GRID) {
    if (i == 96000) {
      step_settings(&s, _i);
      echo_set(e, &s, false);
    }
    echo_process(e, x.side[0] + i, x.side[1] + i, GRID);
  }
  ck_assert_msg(roughness(x.side[0], 95000, 110000) < 0.5e-4,
                "step %d: %.1f dB",
                _i,
                20 * log10(roughness(x.side[0], 95000, 110000) / 0.5));
  sound_free(&x);
  echo_free(e);
}
END_TEST

static Suite *
echo_suite(void)
{
  Suite *suite = suite_create("echo");
  TCase *time = tcase_create("time"), *sides = tcase_create("level and side");
  TCase *silence = tcase_create("silence"), *harm = tcase_create("harm");

  tcase_set_timeout(time, 60);
  tcase_add_loop_test(time, test_echo_is_in_time, 0, 6);
  tcase_add_loop_test(time, test_notes_follow_the_tempo, 0, ECHO_NOTES);
  tcase_add_test(time, test_no_note_is_no_beat);
  tcase_add_loop_test(sides, test_feedback_is_the_ratio, 0, 3);
  tcase_add_test(sides, test_cuts_work_each_time_round);
  tcase_add_test(sides, test_pingpong_changes_sides);
  tcase_add_loop_test(sides, test_width, 0, 4);
  tcase_add_loop_test(sides, test_echoes_duck, 0, 3);
  tcase_set_timeout(silence, 60);
  tcase_add_test(silence, test_echoes_end_in_silence);
  tcase_add_test(silence, test_long_echo_is_not_forgotten);
  tcase_add_test(silence, test_clear_silences_at_once);
  tcase_add_test(silence, test_cuts_do_not_change_bits);
  tcase_set_timeout(harm, 60);
  tcase_add_loop_test(harm, test_maximum_stays_stable, 0, 2);
  tcase_add_loop_test(harm, test_bad_input_is_silence, 0, 4);
  tcase_add_loop_test(harm, test_bad_settings_are_tamed, 0, 6);
  tcase_add_loop_test(harm, test_steps_do_not_click, 0, 8);
  suite_add_tcase(suite, time);
  suite_add_tcase(suite, sides);
  suite_add_tcase(suite, silence);
  suite_add_tcase(suite, harm);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(echo_suite());
  int      failed;

  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
