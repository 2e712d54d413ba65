/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is heard where when something is soloed. */

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rig.h"
#include "tests/sound.h"

#define RATE 48000
#define N    2400

static Rig *rig;

static void
teardown(void)
{
  rig_done(rig);
}

static double
gain(double db)
{
  return pow(10.0, db / 20.0);
}

/* Strip n's legs are at 1/n and -1/(n + 3). */
static double
level_in(unsigned strip, int leg)
{
  return leg ? -1.0 / (strip + 3.0) : 1.0 / strip;
}

static void
start(unsigned strips, int legs)
{
  rig_start(rig, NULL);
  for (unsigned strip = 1; strip <= strips; strip++)
    for (int leg = 0; leg < legs; leg++)
      rig_feed(rig, strip, leg, sound_constant(N, level_in(strip, leg)));
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_hear(rig, OWNER_MONITOR, 0, N);
}

static void
expect(Owner owner, unsigned number, double left, double right)
{
  rig_play(rig, 0, N, 64);
  ck_assert_double_eq_tol(
    (double)rig_heard(rig, owner, number, 0)[N - 1], left, 2e-6);
  ck_assert_double_eq_tol(
    (double)rig_heard(rig, owner, number, 1)[N - 1], right, 2e-6);
}

static double
sum(int leg, const char *strips)
{
  double level = 0.0;

  for (; *strips; strips++)
    level += level_in((unsigned)(*strips - '0'), leg);
  return level;
}

/* Main hears the strips whose numbers are listed. */
static void
expect_in(Owner owner, const char *strips)
{
  expect(owner, 0, sum(0, strips), sum(1, strips));
}

/* --- PFL and AFL --- */

START_TEST(pfl_is_before_the_fader)
{
  rig = rig_new(3, 2, 0, RATE);
  rig_set(rig, "/strip/2/fader", "-20");
  rig_set(rig, "/strip/2/pan", "R100");
  rig_set(rig, "/strip/3/mute", "on");
  start(3, 2);
  rig_set(rig, "/strip/2/solo", "on");
  expect_in(OWNER_MONITOR, "2");
  rig_set(rig, "/strip/3/solo", "on");
  expect_in(OWNER_MONITOR, "23");
  rig_set(rig, "/monitor/pflmono", "on");
  const double mono = (sum(0, "23") + sum(1, "23")) / 2.0;
  expect(OWNER_MONITOR, 0, mono, mono);
  rig_set(rig, "/desk/soloclear", "1");
  expect(OWNER_MONITOR,
         0,
         level_in(1, 0),
         level_in(1, 1) + gain(-20) * level_in(2, 1));
}
END_TEST

START_TEST(pfl_of_a_mono_strip_is_in_both_ears)
{
  rig = rig_new(2, 1, 0, RATE);
  rig_set(rig, "/strip/2/pan", "L100");
  start(2, 1);
  rig_set(rig, "/strip/2/solo", "on");
  expect(OWNER_MONITOR, 0, level_in(2, 0), level_in(2, 0));
}
END_TEST

START_TEST(afl_is_behind_fader_and_pan)
{
  rig = rig_new(3, 2, 0, RATE);
  rig_set(rig, "/desk/solomode", "AFL");
  rig_set(rig, "/strip/2/fader", "-20");
  rig_set(rig, "/strip/2/pan", "R100");
  start(3, 2);
  rig_set(rig, "/strip/2/solo", "on");
  expect(OWNER_MONITOR, 0, 0.0, gain(-20) * level_in(2, 1));
  rig_set(rig, "/strip/3/solo", "on");
  expect(OWNER_MONITOR,
         0,
         level_in(3, 0),
         gain(-20) * level_in(2, 1) + level_in(3, 1));
  rig_set(rig, "/strip/2/mute", "on");
  expect_in(OWNER_MONITOR, "3");
}
END_TEST

/* What goes out is the same to the bit whether somebody listens or not. */
START_TEST(main_does_not_hear_of_it)
{
  const int n = 9600;
  float    *heard[2][2];

  for (int which = 0; which < 2; which++) {
    rig = rig_new(4, 2, 1, RATE);
    rig_set(rig, "/desk/solomode", _i ? "AFL" : "PFL");
    rig_set(rig, "/strip/1/group/1", "on");
    rig_start(rig, NULL);
    for (unsigned strip = 1; strip <= 4; strip++)
      for (int leg = 0; leg < 2; leg++)
        rig_feed(rig, strip, leg, rig_noise(n, 2 * strip + (unsigned)leg));
    rig_hear(rig, OWNER_MAIN, 0, n);
    for (int at = 0; at < n; at += 960) {
      if (which) {
        rig_setf(rig, at / 960 % 2 ? "off" : "on", "/strip/2/solo");
        rig_setf(rig, at / 960 % 3 ? "off" : "on", "/bus/1/solo");
        rig_setf(rig, at / 960 % 4 ? "off" : "on", "/monitor/dim");
      }
      rig_play(rig, at, 960, 64);
    }
    for (int leg = 0; leg < 2; leg++) {
      heard[which][leg] = rig_zeros(n);
      memcpy(heard[which][leg],
             rig_heard(rig, OWNER_MAIN, 0, leg),
             (size_t)n * sizeof(float));
    }
    if (!which)
      rig_done(rig);
  }
  for (int leg = 0; leg < 2; leg++) {
    ck_assert_mem_eq(heard[0][leg], heard[1][leg], (size_t)n * sizeof(float));
    free(heard[0][leg]);
    free(heard[1][leg]);
  }
}
END_TEST

START_TEST(buses_and_dcas_are_soloed_too)
{
  rig = rig_new(4, 2, 1, RATE);
  rig_set(rig, "/strip/1/group/1", "on");
  rig_set(rig, "/strip/2/dca/5", "on");
  rig_set(rig, "/strip/4/dca/5", "on");
  start(4, 2);
  rig_set(rig, "/bus/1/solo", "on");
  expect_in(OWNER_MONITOR, "1");
  rig_set(rig, "/dca/5/solo", "on");
  expect_in(OWNER_MONITOR, "124");
  rig_set(rig, "/bus/1/solo", "off");
  expect_in(OWNER_MONITOR, "24");
  rig_set(rig, "/strip/4/dca/5", "off");
  expect_in(OWNER_MONITOR, "2");
  /* A DCA that holds nobody solos nobody. */
  rig_set(rig, "/strip/2/dca/5", "off");
  expect_in(OWNER_MONITOR, "12341");
}
END_TEST

/* --- in place --- */

static void
in_place(int strips, int buses)
{
  rig = rig_new(strips, 2, buses, RATE);
  rig_set(rig, "/desk/solomode", "in-place");
}

START_TEST(in_place_cuts_the_others)
{
  in_place(4, 0);
  rig_set(rig, "/strip/3/solosafe", "on");
  start(4, 2);
  rig_set(rig, "/strip/2/solo", "on");
  expect_in(OWNER_MAIN, "23");
  expect_in(OWNER_MONITOR, "23");
  rig_set(rig, "/strip/4/solo", "on");
  expect_in(OWNER_MAIN, "234");
  rig_set(rig, "/desk/soloclear", "1");
  expect_in(OWNER_MAIN, "1234");
}
END_TEST

/* A soloed strip goes on through its group; an idle group is not heard, and a
   cut strip's sends are silent. */
START_TEST(in_place_through_groups)
{
  in_place(3, 3);
  for (int strip = 1; strip <= 3; strip++) {
    rig_setf(rig, "off", "/strip/%d/to-main", strip);
    rig_setf(rig, "on", "/strip/%d/group/%d", strip, strip);
  }
  rig_set(rig, "/bus/1/to-main", "off");
  rig_set(rig, "/bus/1/group/2", "on");
  start(3, 2);
  rig_set(rig, "/strip/1/solo", "on");
  expect_in(OWNER_MAIN, "1");
  rig_set(rig, "/strip/1/solo", "off");
  rig_set(rig, "/strip/3/solo", "on");
  expect_in(OWNER_MAIN, "3");
}
END_TEST

/* A soloed bus keeps its feeders, but not their own ways to main, nor those of
   the groups between. */
START_TEST(in_place_of_a_bus)
{
  in_place(4, 3);
  rig_set(rig, "/strip/1/group/1", "on"); /* and main */
  rig_set(rig, "/strip/2/group/2", "on");
  rig_set(rig, "/strip/2/to-main", "off");
  rig_set(rig, "/bus/2/group/1", "on"); /* and main */
  rig_set(rig, "/strip/3/group/3", "on");
  start(4, 2);
  expect_in(OWNER_MAIN,
            "11"
            "22"
            "33"
            "4");
  rig_set(rig, "/bus/1/solo", "on");
  expect_in(OWNER_MAIN, "12");
  /* New ways count at once. */
  rig_set(rig, "/bus/3/group/1", "on");
  expect_in(OWNER_MAIN, "123");
}
END_TEST

/* Reverbs and delays stay, and what they go through. */
START_TEST(in_place_keeps_effect_returns)
{
  in_place(2, 2);
  rig_set(rig, "/bus/1/kind", "delay");
  rig_set(rig, "/bus/1/delay/left", "1");
  rig_set(rig, "/bus/1/delay/right", "1");
  rig_set(rig, "/bus/1/delay/feedback", "0");
  rig_set(rig, "/bus/1/delay/lowcut", "10");
  rig_set(rig, "/bus/1/to-main", "off");
  rig_set(rig, "/bus/1/group/2", "on");
  rig_set(rig, "/strip/1/to-main", "off");
  rig_set(rig, "/strip/1/send/1/on", "on");
  rig_set(rig, "/strip/1/send/1/level", "0");
  rig_start(rig, NULL);
  rig_feed(rig, 1, 0, sound_tone(2 * N, 1000.0, RATE, 0.0));
  rig_hear(rig, OWNER_MAIN, 0, 2 * N);
  rig_set(rig, "/strip/1/solo", "on");
  rig_play(rig, 0, 2 * N, 64);
  ck_assert_double_gt(sound_rms(rig_heard(rig, OWNER_MAIN, 0, 0) + N, N), 0.3);
  /* Another's solo silences what goes in, not what comes out. */
  rig_set(rig, "/strip/1/solo", "off");
  rig_set(rig, "/strip/2/solo", "on");
  rig_play(rig, 0, 2 * N, 64);
  ck_assert_double_eq(sound_peak(rig_heard(rig, OWNER_MAIN, 0, 0) + N, N), 0.0);
}
END_TEST

/* Whoever comes while another is soloed is cut from its first sample. */
START_TEST(in_place_holds_for_newcomers)
{
  static const Who who = { .origin = ORIGIN_COMMAND };

  in_place(2, 0);
  start(2, 2);
  rig_set(rig, "/strip/1/solo", "on");
  expect_in(OWNER_MAIN, "1");
  const unsigned number = desk_add(rig->desk, OWNER_STRIP, 0, who, NULL);
  for (int leg = 0; leg < 2; leg++)
    rig_feed(rig, number, leg, sound_constant(N, 1.0));
  for (int round = 0; round < 10; round++) {
    rig_play(rig, 0, N, 64);
    ck_assert_double_eq_tol(
      sound_peak(rig_heard(rig, OWNER_MAIN, 0, 0), N), 1.0, 2e-6);
  }
  rig_set(rig, "/strip/1/solo", "off");
  rig_play(rig, 0, N, 64);
  expect(OWNER_MAIN, 0, sum(0, "12") + 1.0, sum(1, "12") + 1.0);
}
END_TEST

/* A hundred buses deep and wide: the search has as many paths as there are
   subsets, and must not walk them. */
START_TEST(in_place_among_sixty_four_buses)
{
  in_place(2, 64);
  for (int bus = 1; bus <= 64; bus++)
    for (int to = bus + 1; to <= 64; to++) {
      rig_setf(rig, "on", "/bus/%d/send/%d/on", bus, to);
      rig_setf(rig, "off", "/bus/%d/to-main", bus);
    }
  rig_set(rig, "/strip/1/group/1", "on");
  start(2, 2);
  rig_set(rig, "/strip/2/solo", "on");
  expect_in(OWNER_MAIN, "2");
}
END_TEST

/* --- the monitor's switches --- */

START_TEST(monitor_switches)
{
  rig = rig_new(1, 2, 0, RATE);
  start(1, 2);
  const double left = level_in(1, 0), right = level_in(1, 1);
  rig_set(rig, "/monitor/fader", "-6");
  expect(OWNER_MONITOR, 0, gain(-6) * left, gain(-6) * right);
  rig_set(rig, "/monitor/dim", "on");
  expect(OWNER_MONITOR, 0, gain(-26) * left, gain(-26) * right);
  rig_set(rig, "/monitor/dimlevel", "-10");
  expect(OWNER_MONITOR, 0, gain(-16) * left, gain(-16) * right);
  rig_set(rig, "/monitor/dim", "off");
  rig_set(rig, "/monitor/fader", "0");
  rig_set(rig, "/monitor/swap", "on");
  expect(OWNER_MONITOR, 0, right, left);
  rig_set(rig, "/monitor/swap", "off");
  rig_set(rig, "/monitor/flip", "on");
  expect(OWNER_MONITOR, 0, left, -right);
  rig_set(rig, "/monitor/flip", "off");
  rig_set(rig, "/monitor/mono", "on");
  expect(OWNER_MONITOR, 0, (left + right) / 2, (left + right) / 2);
  rig_set(rig, "/monitor/mono", "off");
  rig_set(rig, "/monitor/source", "none");
  expect(OWNER_MONITOR, 0, 0.0, 0.0);
  expect_in(OWNER_MAIN, "1");
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("solo");
  TCase *tcase = tcase_create("solo");

  tcase_set_timeout(tcase, 30);
  tcase_add_checked_fixture(tcase, NULL, teardown);
  tcase_add_test(tcase, pfl_is_before_the_fader);
  tcase_add_test(tcase, pfl_of_a_mono_strip_is_in_both_ears);
  tcase_add_test(tcase, afl_is_behind_fader_and_pan);
  tcase_add_loop_test(tcase, main_does_not_hear_of_it, 0, 2);
  tcase_add_test(tcase, buses_and_dcas_are_soloed_too);
  tcase_add_test(tcase, in_place_cuts_the_others);
  tcase_add_test(tcase, in_place_through_groups);
  tcase_add_test(tcase, in_place_of_a_bus);
  tcase_add_test(tcase, in_place_keeps_effect_returns);
  tcase_add_test(tcase, in_place_holds_for_newcomers);
  tcase_add_test(tcase, in_place_among_sixty_four_buses);
  tcase_add_test(tcase, monitor_switches);
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
