/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The laws of pan and balance, against what is written of them. */

#include "engine/gains.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

static double
db(double gain)
{
  return 20.0 * log10(gain);
}

/* The sine law, and its powers: L^(2/p) + R^(2/p) is 1 at every pan. */
START_TEST(pan_keeps_its_power)
{
  static const double power[] = { 1.0, 1.5, 2.0 };

  for (int i = 0; i <= 2000; i++) {
    const double pan = -100.0 + 0.1 * i;
    float        side[2];

    gains_pan(pan, _i, side);
    const double left  = pow((double)side[0], 2.0 / power[_i]);
    const double right = pow((double)side[1], 2.0 / power[_i]);
    ck_assert_double_eq_tol(left + right, 1.0, 1e-6);
    ck_assert_float_ge(side[0], 0.0f);
    ck_assert_float_ge(side[1], 0.0f);
  }
}
END_TEST

START_TEST(pan_at_the_centre)
{
  static const double centre[] = { -3.0103, -4.5154, -6.0206 };
  float               side[2];

  gains_pan(0.0, _i, side);
  ck_assert_double_eq_tol(db((double)side[0]), centre[_i], 0.001);
  ck_assert_double_eq_tol(db((double)side[1]), centre[_i], 0.001);
}
END_TEST

START_TEST(pan_at_the_ends)
{
  float side[2];

  gains_pan(-100.0, _i, side);
  ck_assert_float_eq(side[0], 1.0f);
  ck_assert_float_eq(side[1], 0.0f);
  gains_pan(100.0, _i, side);
  ck_assert_float_eq(side[0], 0.0f);
  ck_assert_float_eq(side[1], 1.0f);
}
END_TEST

/* No step on the way: a hundredth of the way moves a side by little. */
START_TEST(pan_and_balance_are_smooth)
{
  float last[2][2];

  gains_pan(-100.0, _i, last[0]);
  gains_balance(-100.0, _i, last[1]);
  for (int i = 1; i <= 20000; i++) {
    const double pan = -100.0 + 0.01 * i;
    float        now[2][2];

    gains_pan(pan, _i, now[0]);
    gains_balance(pan, _i, now[1]);
    for (int law = 0; law < 2; law++)
      for (int side = 0; side < 2; side++) {
        ck_assert_float_le(fabsf(now[law][side] - last[law][side]), 2.5e-4f);
        last[law][side] = now[law][side];
      }
  }
}
END_TEST

START_TEST(balance_keeps_the_near_side)
{
  float side[2];

  gains_balance(0.0, _i, side);
  ck_assert_float_eq(side[0], 1.0f);
  ck_assert_float_eq(side[1], 1.0f);
  for (int i = 1; i <= 1000; i++) {
    const double pan = 0.1 * i;

    gains_balance(pan, _i, side);
    ck_assert_float_eq(side[1], 1.0f);
    ck_assert_float_lt(side[0], 1.0f);
    gains_balance(-pan, _i, side);
    ck_assert_float_eq(side[0], 1.0f);
    ck_assert_float_lt(side[1], 1.0f);
  }
  ck_assert_float_eq(side[1], 0.0f);
}
END_TEST

START_TEST(a_send_left_to_its_bus)
{
  static float strip[CELLS], bus[CELLS];

  for (int tap = 0; tap < TAPS; tap++) {
    strip[CELL_SEND_TAP + 5] = (float)tap;
    bus[CELL_BUS_TAP]        = (float)((tap + 2) % TAPS);
    ck_assert_int_eq(gains_send_tap(strip, bus, 5), tap);
    strip[CELL_SEND_TAP + 5] = TAPS;
    ck_assert_int_eq(gains_send_tap(strip, bus, 5), (tap + 2) % TAPS);
  }
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("gains");
  TCase *tcase = tcase_create("gains");

  tcase_add_loop_test(tcase, pan_keeps_its_power, 0, 3);
  tcase_add_loop_test(tcase, pan_at_the_centre, 0, 3);
  tcase_add_loop_test(tcase, pan_at_the_ends, 0, 3);
  tcase_add_loop_test(tcase, pan_and_balance_are_smooth, 0, 3);
  tcase_add_loop_test(tcase, balance_keeps_the_near_side, 0, 3);
  tcase_add_test(tcase, a_send_left_to_its_bus);
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
