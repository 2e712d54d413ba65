/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last stage: what is in order passes bit for bit, what is not is never
   heard, and what starts comes up gently. */

#include "engine/output.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/messages.h"
#include "tests/rig.h"
#include "tests/sound.h"

#define RATE 48000
#define N    (2 * RATE)
#define FADE 960 /* 20 ms */

static Output output;
static float *left, *right;

static void
setup(void)
{
  output_init(&output, RATE);
  left  = rig_noise(N, 1);
  right = rig_noise(N, 2);
}

static void
teardown(void)
{
  free(left);
  free(right);
}

/* Runs frames in cuts of 16, and returns the faults that were told. */
static int
run(int from, int to, int faults[8])
{
  int count = 0;

  for (int at = from; at < to; at += 16) {
    const int fault = output_process(&output, left + at, right + at, 16);
    if (fault && count < 8)
      faults[count++] = fault;
  }
  return count;
}

START_TEST(passes_what_is_in_order)
{
  int    faults[8];
  float *in[2] = { rig_noise(N, 1), rig_noise(N, 2) };

  for (int i = 0; i < N; i++) {
    in[0][i] = left[i] *= 15.8f; /* loud, but under +24 dBFS */
    in[1][i] = right[i];
  }
  ck_assert_int_eq(run(0, N, faults), 0);
  ck_assert_float_eq(left[0], 0.0f);
  ck_assert_mem_eq(left + FADE, in[0] + FADE, (N - FADE) * sizeof(float));
  ck_assert_mem_eq(right + FADE, in[1] + FADE, (N - FADE) * sizeof(float));
  free(in[0]);
  free(in[1]);
}
END_TEST

START_TEST(fades_in)
{
  int faults[8];

  for (int i = 0; i < N; i++)
    left[i] = 0.4f;
  run(0, N / 2, faults);
  for (int i = 1; i < N / 2; i++)
    ck_assert_float_ge(left[i], left[i - 1]);
  ck_assert_float_eq_tol(left[FADE / 2], 0.2f, 0.001f);
  ck_assert_float_eq(left[FADE], 0.4f);
  output_wake(&output);
  run(N / 2, N, faults);
  ck_assert_float_eq(left[N / 2], 0.0f);
  ck_assert_float_lt(left[N / 2 + FADE - 16], 0.4f);
  ck_assert_float_eq(left[N / 2 + FADE], 0.4f);
}
END_TEST

/* One bad sample: both sides silent from its slice on for half a second, told
   once, then up again. */
START_TEST(mutes_a_fault)
{
  static const struct {
    float bad;
    int   code;
  } cases[] = {
    { NAN, OUTPUT_NOT_FINITE }, { INFINITY, OUTPUT_NOT_FINITE },
    { 1e30f, OUTPUT_RUNAWAY },  { -1e30f, OUTPUT_RUNAWAY },
    { 15.86f, OUTPUT_RUNAWAY }, { -INFINITY, OUTPUT_NOT_FINITE },
    { 3e38f, OUTPUT_RUNAWAY },
  };
  const int at = 10000, slice = at / 16 * 16;
  int       faults[8];

  (_i % 2 ? left : right)[at] = cases[_i].bad;
  ck_assert_int_eq(run(0, N, faults), 1);
  ck_assert_int_eq(faults[0], cases[_i].code);
  ck_assert_float_ne(left[slice - 1], 0.0f);
  for (int i = slice; i < slice + RATE / 2; i++) {
    ck_assert_float_eq(left[i], 0.0f);
    ck_assert_float_eq(right[i], 0.0f);
  }
  ck_assert_double_gt(sound_rms(left + slice + RATE / 2 + FADE, 9600), 0.5);
}
END_TEST

START_TEST(mutes_dc)
{
  int       faults[8];
  int       count = 0, heard = 0;
  const int most = 4 * RATE;

  for (int at = 0; at < most; at += 16) {
    float side[2][16];
    for (int i = 0; i < 16; i++)
      side[0][i] = side[1][i] = 0.9f;
    const int fault = output_process(&output, side[0], side[1], 16);
    if (fault)
      faults[count++] = fault;
    heard += side[0][15] != 0.0f;
  }
  ck_assert_int_eq(count, 1);
  ck_assert_int_eq(faults[0], OUTPUT_DC);
  /* A mean over a second passes 0.5 after 0.81 s. */
  ck_assert_int_eq(heard * 16 / RATE, 0);
  /* And none where there is none: a square at full level. */
  output_init(&output, RATE);
  for (int at = 0; at < most; at += 16) {
    float side[2][16];
    for (int i = 0; i < 16; i++)
      side[0][i] = side[1][i] = (at + i) / 600 % 2 ? 1.0f : -1.0f;
    ck_assert_int_eq(output_process(&output, side[0], side[1], 16), 0);
  }
}
END_TEST

/* A fault that stays is told once, and never heard. */
START_TEST(a_lasting_fault_is_told_once)
{
  int faults[8];

  for (int i = 5000; i < N; i += 1000)
    left[i] = NAN;
  ck_assert_int_eq(run(0, N, faults), 1);
  for (int i = 5008; i < N; i++)
    ck_assert_float_eq(right[i], 0.0f);
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("output");
  TCase *tcase = tcase_create("output");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, passes_what_is_in_order);
  tcase_add_test(tcase, fades_in);
  tcase_add_loop_test(tcase, mutes_a_fault, 0, 7);
  tcase_add_test(tcase, mutes_dc);
  tcase_add_test(tcase, a_lasting_fault_is_told_once);
  suite_add_tcase(suite, tcase);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
