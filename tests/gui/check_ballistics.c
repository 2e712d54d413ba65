/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How meters move. */

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "gui/ballistics.h"

static const double FRAME_S = 1.0 / 60;

static MeterValues
level(double db)
{
  const float linear = (float)pow(10, db / 20);

  return (MeterValues){ .out     = { linear, linear },
                        .out_rms = { linear / 2, linear / 2 } };
}

static void
idle(GuiBallistics *meter, double seconds)
{
  for (double t = 0; t < seconds - FRAME_S / 2; t += FRAME_S)
    gui_ballistics_advance(meter, NULL, FRAME_S);
}

START_TEST(rises_at_once)
{
  GuiBallistics     meter;
  const MeterValues loud = level(-6);

  gui_ballistics_init(&meter);
  gui_ballistics_advance(&meter, &loud, FRAME_S);
  ck_assert_double_eq_tol(meter.peak[0], -6, 1e-5);
  ck_assert_double_eq_tol(meter.rms[1], -6 - 20 * log10(2), 1e-5);
}
END_TEST

/* IEC 60268-10, type I: 20 dB in 1.7 s. */
START_TEST(falls_20_db_in_1700_ms)
{
  GuiBallistics     meter;
  const MeterValues loud = level(0);

  gui_ballistics_init(&meter);
  gui_ballistics_advance(&meter, &loud, FRAME_S);
  idle(&meter, 1.7);
  ck_assert_double_eq_tol(meter.peak[0], -20, 0.2);
}
END_TEST

/* However the frames fall. */
START_TEST(falls_alike_at_every_frame_rate)
{
  GuiBallistics     quick, slow;
  const MeterValues loud = level(-3);

  gui_ballistics_init(&quick);
  gui_ballistics_init(&slow);
  gui_ballistics_advance(&quick, &loud, 0);
  gui_ballistics_advance(&slow, &loud, 0);
  for (int i = 0; i < 120; i++)
    gui_ballistics_advance(&quick, NULL, 1.0 / 120);
  for (int i = 0; i < 10; i++)
    gui_ballistics_advance(&slow, NULL, 0.1);
  ck_assert_double_eq_tol(quick.peak[0], slow.peak[0], 1e-9);
}
END_TEST

START_TEST(mark_holds_two_seconds_then_falls)
{
  GuiBallistics     meter;
  const MeterValues loud = level(-6);

  gui_ballistics_init(&meter);
  gui_ballistics_advance(&meter, &loud, FRAME_S);
  idle(&meter, 1.9);
  ck_assert_double_eq_tol(meter.hold[0], -6, 1e-5);
  idle(&meter, 0.6);
  ck_assert(meter.hold[0] < -7);
  ck_assert(meter.hold[0] >= meter.peak[0]);
}
END_TEST

START_TEST(comes_to_rest_in_silence)
{
  GuiBallistics     meter;
  const MeterValues loud = level(0);

  gui_ballistics_init(&meter);
  gui_ballistics_advance(&meter, &loud, FRAME_S);
  idle(&meter, 12);
  ck_assert(isinf(meter.peak[0]) && isinf(meter.rms[0]));
  ck_assert(isinf(meter.hold[0]));
}
END_TEST

START_TEST(highest_and_over_stay_until_cleared)
{
  GuiBallistics meter;
  MeterValues   loud = level(1.5);

  loud.over = true;
  gui_ballistics_init(&meter);
  gui_ballistics_advance(&meter, &loud, FRAME_S);
  idle(&meter, 20);
  ck_assert(meter.over);
  ck_assert_double_eq_tol(meter.highest, 1.5, 1e-5);
  gui_ballistics_clear(&meter);
  idle(&meter, 1);
  ck_assert(!meter.over);
  ck_assert(isinf(meter.highest));
}
END_TEST

START_TEST(not_a_number_reads_high_and_falls)
{
  GuiBallistics meter;
  MeterValues   bad = level(-20);

  bad.out[0] = NAN;
  gui_ballistics_init(&meter);
  gui_ballistics_advance(&meter, &bad, FRAME_S);
  ck_assert(meter.peak[0] > 20);
  ck_assert_double_eq_tol(meter.peak[1], -20, 1e-4);
  idle(&meter, 20);
  ck_assert(isinf(meter.peak[0]) && meter.peak[0] < 0);
}
END_TEST

int
main(void)
{
  Suite   *suite = suite_create("ballistics");
  TCase   *tcase = tcase_create("ballistics");
  SRunner *runner;
  int      failed;

  tcase_add_test(tcase, rises_at_once);
  tcase_add_test(tcase, falls_20_db_in_1700_ms);
  tcase_add_test(tcase, falls_alike_at_every_frame_rate);
  tcase_add_test(tcase, mark_holds_two_seconds_then_falls);
  tcase_add_test(tcase, comes_to_rest_in_silence);
  tcase_add_test(tcase, highest_and_over_stay_until_cleared);
  tcase_add_test(tcase, not_a_number_reads_high_and_falls);
  suite_add_tcase(suite, tcase);
  runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
