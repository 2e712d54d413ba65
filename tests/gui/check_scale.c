/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where faders stand, and how far wheel and keys move what. */

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gui/scale.h"

static const ParamRow *
fader(void)
{
  return params_row(ROW_FADER);
}

/* The law of PARAMETERS.md, written down again. */
static double
law(double position)
{
  if (position >= 0.5)
    return 40 * position - 30;
  if (position >= 0.25)
    return 80 * position - 50;
  if (position >= 0.0625)
    return 160 * position - 70;
  return position > 0 ? 480 * position - 90 : -INFINITY;
}

START_TEST(fader_stands_where_the_law_says)
{
  for (int i = 0; i <= 1000; i++) {
    const double position = i / 1000.0;

    ck_assert_double_eq_tol(gui_scale_of_db(law(position)), position, 1e-12);
  }
}
END_TEST

START_TEST(marks_fall_from_top_to_foot)
{
  size_t              count;
  const GuiScaleMark *marks = gui_scale_marks(&count);

  ck_assert_uint_eq(count, 10);
  ck_assert_double_eq(gui_scale_of_db(marks[0].db), 1);
  ck_assert_double_eq(gui_scale_of_db(marks[count - 1].db), 0);
  for (size_t i = 1; i < count; i++)
    ck_assert(gui_scale_of_db(marks[i].db) < gui_scale_of_db(marks[i - 1].db));
}
END_TEST

START_TEST(every_row_goes_there_and_back)
{
  const ParamRow *row = params_row((Row)_i);

  if (row->taper == TAPER_TEXT || row->taper == TAPER_METER ||
      row->taper == TAPER_SECONDS)
    return;
  for (int i = 0; i <= 20; i++) {
    const double value    = gui_scale_from_fraction(row, i / 20.0);
    const double fraction = gui_scale_to_fraction(row, value);

    ck_assert_msg(value_is_valid(row, value), "%s at %d/20", row->symbol, i);
    ck_assert_double_eq_tol(
      gui_scale_to_fraction(row, gui_scale_from_fraction(row, fraction)),
      fraction,
      1e-9);
  }
}
END_TEST

START_TEST(fractions_beyond_the_ends_stay_at_them)
{
  ck_assert_double_eq(gui_scale_from_fraction(fader(), 1.7), 10);
  ck_assert(isinf(gui_scale_from_fraction(fader(), -0.2)));
  ck_assert_double_eq(gui_scale_of_db(40), 1);
}
END_TEST

START_TEST(a_step_of_the_fader_is_half_a_decibel)
{
  ck_assert_double_eq_tol(gui_scale_step(fader(), -4, 1, false), -3.5, 1e-9);
  ck_assert_double_eq_tol(gui_scale_step(fader(), -4, -1, false), -4.5, 1e-9);
  ck_assert_double_eq_tol(gui_scale_step(fader(), -4, 1, true), -3.9, 1e-9);
  ck_assert_double_eq(gui_scale_step(fader(), 9.9, 3, false), 10);
  ck_assert(isinf(gui_scale_step(fader(), -89, -5, false)));
  ck_assert(isfinite(gui_scale_step(fader(), -INFINITY, 1, false)));
}
END_TEST

START_TEST(steps_of_round_units_are_round)
{
  const ParamRow *gain = params_row(ROW_EQ_GAIN);
  const ParamRow *pan  = params_row(ROW_PAN);

  ck_assert_double_eq(gui_scale_step(gain, 1, 1, false), 1.5);
  ck_assert_double_eq(gui_scale_step(gain, 17.8, 1, false), 18);
  ck_assert_double_eq(gui_scale_step(pan, 0, -2, false), -10);
  ck_assert_double_eq(gui_scale_step(pan, 0, 1, true), 1);
}
END_TEST

START_TEST(ranges_with_both_signs_fill_from_zero)
{
  ck_assert_double_eq(gui_scale_origin(params_row(ROW_PAN)), 0.5);
  ck_assert_double_eq(gui_scale_origin(params_row(ROW_EQ_GAIN)), 0.5);
  ck_assert_double_eq(gui_scale_origin(params_row(ROW_COMP_MAKEUP)), 0.2);
  ck_assert_double_eq(gui_scale_origin(fader()), 0);
  ck_assert_double_eq(gui_scale_origin(params_row(ROW_HPF_FREQ)), 0);
}
END_TEST

int
main(void)
{
  Suite   *suite = suite_create("scale");
  TCase   *tcase = tcase_create("scale");
  SRunner *runner;
  int      failed;

  tcase_add_test(tcase, fader_stands_where_the_law_says);
  tcase_add_test(tcase, marks_fall_from_top_to_foot);
  tcase_add_loop_test(tcase, every_row_goes_there_and_back, 0, ROWS);
  tcase_add_test(tcase, fractions_beyond_the_ends_stay_at_them);
  tcase_add_test(tcase, a_step_of_the_fader_is_half_a_decibel);
  tcase_add_test(tcase, steps_of_round_units_are_round);
  tcase_add_test(tcase, ranges_with_both_signs_fill_from_zero);
  suite_add_tcase(suite, tcase);
  runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
