/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The lanes' logarithm and power against the C library's, over all that they
   may be given. One lane is seen here; the same polynomials in the other
   instruction sets are judged with the gate and the compressor, and so are the
   swaps of neighbours. */

#define ISA   plain
#define LANES 1

#include "engine/lanes/vecmath.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void
tell(const char *what, double demand, double measured)
{
  printf("%-32s demand %9.2g  measured %9.2g\n", what, demand, measured);
  fflush(stdout);
}

static float
log2_of(float x)
{
  return vf_log2(vf_all(x))[0];
}

static float
exp2_of(float x)
{
  return vf_exp2(vf_all(x))[0];
}

START_TEST(logarithm)
{
  double worst = 0;

  for (uint32_t bits = 0x00800000; bits < 0x7f800000; bits += 997) {
    float  x;
    double exact, last_bit;

    memcpy(&x, &bits, sizeof x);
    exact    = log2((double)x);
    last_bit = fabs(exact) * 0x1p-23;
    worst    = fmax(worst, fabs((double)log2_of(x) - exact) - last_bit);
  }
  tell("log2, error beyond the last bit", 1e-5, worst);
  ck_assert_double_le(worst, 1e-5);
}
END_TEST

START_TEST(logarithm_at_its_ends)
{
  ck_assert_float_eq(log2_of(1), 0);
  ck_assert_float_eq(log2_of(0), -127);
  ck_assert_float_eq(log2_of(2), 1);
  ck_assert_float_eq(log2_of(0x1p-100F), -100);
  ck_assert_float_eq(log2_of(INFINITY), 128);
  ck_assert(isfinite(log2_of(NAN)));
}
END_TEST

START_TEST(power)
{
  double worst = 0;

  for (int i = -125 * 4096; i <= 127 * 4096; i++) {
    const float  x     = (float)i / 4096 + (i < 127 * 4096 ? 1e-5F : 0);
    const double exact = exp2((double)x);

    worst = fmax(worst, fabs((double)exp2_of(x) - exact) / exact);
  }
  tell("exp2, relative error", 1e-6, worst);
  ck_assert_double_le(worst, 1e-6);
}
END_TEST

START_TEST(power_at_its_ends)
{
  ck_assert_float_eq(exp2_of(0), 1);
  ck_assert_float_eq(exp2_of(-0.0F), 1);
  ck_assert_float_eq(exp2_of(-1e-9F), 1);
  ck_assert_float_eq(exp2_of(-1000), 0x1p-125F);
  ck_assert_float_eq(exp2_of(-INFINITY), 0x1p-125F);
  ck_assert_float_eq(exp2_of(1000), 0x1p127F);
  ck_assert_float_eq(exp2_of(INFINITY), 0x1p127F);
  ck_assert(isfinite(exp2_of(NAN)));
}
END_TEST

START_TEST(choices)
{
  ck_assert_float_eq(vf_by_sign(vf_all(-3), vf_all(1), vf_all(2))[0], 1);
  ck_assert_float_eq(vf_by_sign(vf_all(3), vf_all(1), vf_all(2))[0], 2);
  ck_assert_int_eq(vi_select(vi_all(-1), vi_all(5), vi_all(6))[0], 5);
  ck_assert_int_eq(vi_select(vi_all(0), vi_all(5), vi_all(6))[0], 6);
  ck_assert_float_eq(vf_keep(vi_all(0), vf_all(7))[0], 0);
  ck_assert_float_eq(vf_keep(vi_all(-1), vf_all(7))[0], 7);
  ck_assert_float_eq(vf_swap_pairs(vf_all(7))[0], 7);
}
END_TEST

int
main(void)
{
  Suite   *suite = suite_create("vecmath");
  TCase   *tcase = tcase_create("vecmath");
  SRunner *runner;
  int      failed;

  tcase_add_test(tcase, logarithm);
  tcase_add_test(tcase, logarithm_at_its_ends);
  tcase_add_test(tcase, power);
  tcase_add_test(tcase, power_at_its_ends);
  tcase_add_test(tcase, choices);
  suite_add_tcase(suite, tcase);
  runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
