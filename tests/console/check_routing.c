/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From inputs to outputs: levels over every way, against what the values say in
   decibels. */

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rig.h"
#include "tests/sound.h"

#define RATE 48000
#define N    4800

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

/* Constants at the inputs: strip 1's legs are 1 and -0.5, strip 2's 0.25 and
   0.5 and so on, so that no two legs are alike. */
static double
level_in(unsigned strip, int leg)
{
  static const double levels[] = { 1.0, -0.5, 0.25, 0.5, -0.125, 0.75 };

  return levels[(2 * (strip - 1) + (unsigned)leg) % 6];
}

static void
start(unsigned strips, int legs)
{
  rig_start(rig, NULL);
  for (unsigned strip = 1; strip <= strips; strip++)
    for (int leg = 0; leg < legs; leg++)
      rig_feed(rig, strip, leg, sound_constant(N, level_in(strip, leg)));
}

static void
hear(Owner owner, unsigned number)
{
  rig_hear(rig, owner, number, N);
}

static void
expect(Owner owner, unsigned number, double left, double right)
{
  const double heard[] = { (double)rig_heard(rig, owner, number, 0)[N - 1],
                           (double)rig_heard(rig, owner, number, 1)[N - 1] };

  ck_assert_double_eq_tol(heard[0], left, 2e-6);
  ck_assert_double_eq_tol(heard[1], right, 2e-6);
}

static void
expect_silence(Owner owner, unsigned number)
{
  for (int leg = 0; leg < 2; leg++)
    ck_assert_double_eq(sound_peak(rig_heard(rig, owner, number, leg), N), 0.0);
}

/* --- main --- */

START_TEST(trim_fader_and_polarity)
{
  rig = rig_new(2, 2, 0, RATE);
  rig_set(rig, "/strip/1/trim", "-7.5");
  rig_set(rig, "/strip/1/fader", "4");
  rig_set(rig, "/strip/2/polarity", "on");
  rig_set(rig, "/strip/2/fader", "-12");
  rig_set(rig, "/main/trim", "3");
  rig_set(rig, "/main/fader", "-2");
  start(2, 2);
  hear(OWNER_MAIN, 0);
  rig_run(rig, 0, N, 64, 0);
  const double one = gain(-7.5 + 4 + 3 - 2), two = -gain(-12 + 3 - 2);
  expect(OWNER_MAIN,
         0,
         one * level_in(1, 0) + two * level_in(2, 0),
         one * level_in(1, 1) + two * level_in(2, 1));
}
END_TEST

/* Mono strips by each law, anywhere between the sides. */
START_TEST(pan_laws)
{
  static const char *const laws[]  = { "-3 dB", "-4.5 dB", "-6 dB" };
  static const double      power[] = { 1.0, 1.5, 2.0 };
  const double             pan     = -100.0 + 25.0 * (_i / 3);
  const double             angle   = (pan + 100.0) / 200.0 * M_PI_2;

  rig = rig_new(1, 1, 0, RATE);
  rig_set(rig, "/desk/panlaw", laws[_i % 3]);
  char text[32];
  snprintf(text, sizeof text, "%g", pan);
  rig_set(rig, "/strip/1/pan", text);
  start(1, 1);
  hear(OWNER_MAIN, 0);
  rig_run(rig, 0, N, 64, 0);
  expect(OWNER_MAIN,
         0,
         pow(fmax(0.0, cos(angle)), power[_i % 3]),
         pow(fmax(0.0, sin(angle)), power[_i % 3]));
  if (_i / 3 == 0)
    ck_assert_double_eq(sound_peak(rig_heard(rig, OWNER_MAIN, 0, 1), N), 0.0);
  if (_i / 3 == 8)
    ck_assert_double_eq(sound_peak(rig_heard(rig, OWNER_MAIN, 0, 0), N), 0.0);
}
END_TEST

/* Width scales the side signal. */
START_TEST(width)
{
  const double side = (level_in(1, 0) - level_in(1, 1)) / 2.0 * 0.5 * _i;
  const double mid  = (level_in(1, 0) + level_in(1, 1)) / 2.0;
  char         text[16];

  rig = rig_new(1, 2, 0, RATE);
  snprintf(text, sizeof text, "%d", 50 * _i);
  rig_set(rig, "/strip/1/width", text);
  start(1, 2);
  hear(OWNER_MAIN, 0);
  rig_run(rig, 0, N, 64, 0);
  expect(OWNER_MAIN, 0, mid + side, mid - side);
}
END_TEST

START_TEST(balance)
{
  rig = rig_new(1, 2, 0, RATE);
  rig_set(rig, "/strip/1/pan", _i ? "R50" : "L50");
  start(1, 2);
  hear(OWNER_MAIN, 0);
  rig_run(rig, 0, N, 64, 0);
  const double far = cos(0.75 * M_PI_2) / sqrt(0.5);
  expect(OWNER_MAIN,
         0,
         level_in(1, 0) * (_i ? far : 1.0),
         level_in(1, 1) * (_i ? 1.0 : far));
}
END_TEST

START_TEST(delay_to_the_sample)
{
  static const double      rates[] = { 44100, 48000, 96000 };
  static const char *const texts[] = { "0.1", "1", "12.5", "100", "500" };
  const double             rate    = rates[_i / 5];
  const int frames = (int)floor(atof(texts[_i % 5]) * rate / 1000 + 0.5);
  const int n      = frames + 2000;

  rig = rig_new(1, 2, 0, rate);
  rig_set(rig, "/strip/1/delay", texts[_i % 5]);
  rig_start(rig, NULL);
  for (int leg = 0; leg < 2; leg++)
    rig_feed(rig, 1, leg, rig_noise(n, 3 + (unsigned)leg));
  rig_hear(rig, OWNER_MAIN, 0, n);
  rig_run(rig, 0, n, 0, 9);
  for (int leg = 0; leg < 2; leg++) {
    const float *out = rig_heard(rig, OWNER_MAIN, 0, leg);
    ck_assert_double_eq(sound_peak(out, frames), 0.0);
    ck_assert_mem_eq(
      out + frames, rig->in[rig_input(rig, 1, leg)], 2000 * sizeof(float));
  }
}
END_TEST

/* --- sends --- */

/* A tone that every block changes by a known gain: trim -6 dB, a 24 dB
   high-pass at its corner, a bell of +6 dB, make-up of 3 dB, fader -10 dB. */
static double
tap_gain(int tap, bool comp_pre)
{
  const double high = 1.0 / sqrt(1.0 + pow(1000.0 / 997.0, 8.0));
  const double trim = gain(-6.0), makeup = gain(3.0), bell = gain(6.0);

  switch (tap) {
  case TAP_INPUT:
    return trim;
  case TAP_PRE_EQ:
    return trim * high;
  case TAP_POST_EQ:
    return trim * high * bell * (comp_pre ? makeup : 1.0);
  case TAP_PRE_FADER:
    return trim * high * bell * makeup;
  default:
    return trim * high * bell * makeup * gain(-10.0);
  }
}

static const char *const taps[] = { "input",
                                    "pre-eq",
                                    "post-eq",
                                    "pre-fader",
                                    "post-fader" };

static void
set_blocks(bool comp_pre)
{
  rig_set(rig, "/strip/1/trim", "-6");
  rig_set(rig, "/strip/1/hpf/on", "on");
  rig_set(rig, "/strip/1/hpf/freq", "1000");
  rig_set(rig, "/strip/1/hpf/slope", "24");
  rig_set(rig, "/strip/1/eq/on", "on");
  rig_set(rig, "/strip/1/eq/2/freq", "997");
  rig_set(rig, "/strip/1/eq/2/gain", "6");
  rig_set(rig, "/strip/1/comp/on", "on");
  rig_set(rig, "/strip/1/comp/ratio", "1");
  rig_set(rig, "/strip/1/comp/makeup", "3");
  rig_set(rig, "/strip/1/comp/position", comp_pre ? "pre" : "post");
  rig_set(rig, "/strip/1/fader", "-10");
}

START_TEST(send_taps)
{
  const bool by_bus = _i & 1, comp_pre = _i & 2;

  rig = rig_new(1, 2, 5, RATE);
  set_blocks(comp_pre);
  for (int tap = 0; tap < TAPS; tap++) {
    rig_setf(rig, "on", "/strip/1/send/%d/on", tap + 1);
    rig_setf(rig, "0", "/strip/1/send/%d/level", tap + 1);
    if (by_bus)
      rig_setf(rig, taps[tap], "/bus/%d/tap", tap + 1);
    else
      rig_setf(rig, taps[tap], "/strip/1/send/%d/tap", tap + 1);
  }
  rig_start(rig, NULL);
  rig_feed(rig, 1, 0, sound_tone(2 * N, 997.0, RATE, 0.3));
  for (unsigned bus = 1; bus <= TAPS; bus++)
    rig_hear(rig, OWNER_BUS, bus, 2 * N);
  rig_run(rig, 0, 2 * N, 64, 0);
  for (int tap = 0; tap < TAPS; tap++) {
    const double heard = sound_level_at(
      rig_heard(rig, OWNER_BUS, (unsigned)tap + 1, 0) + N, N, 997.0, RATE);
    ck_assert_msg(fabs(sound_db(heard / tap_gain(tap, comp_pre))) < 0.05,
                  "%s: %.3f dB, not %.3f",
                  taps[tap],
                  sound_db(heard),
                  sound_db(tap_gain(tap, comp_pre)));
  }
}
END_TEST

START_TEST(send_level_and_pan)
{
  rig = rig_new(1, 1, 3, RATE);
  rig_set(rig, "/strip/1/pan", "L100");
  for (int bus = 1; bus <= 3; bus++) {
    rig_setf(rig, "on", "/strip/1/send/%d/on", bus);
    rig_setf(rig, "-4", "/strip/1/send/%d/level", bus);
    rig_setf(rig, "R50", "/strip/1/send/%d/pan", bus);
  }
  rig_set(rig, "/strip/1/send/2/follow", "off");
  rig_set(rig, "/bus/3/channels", "1");
  start(1, 1);
  for (unsigned bus = 1; bus <= 3; bus++)
    hear(OWNER_BUS, bus);
  rig_run(rig, 0, N, 64, 0);
  expect(OWNER_BUS, 1, gain(-4), 0.0);
  expect(
    OWNER_BUS, 2, gain(-4) * cos(0.75 * M_PI_2), gain(-4) * sin(0.75 * M_PI_2));
  expect(OWNER_BUS, 3, gain(-4), 0.0);
}
END_TEST

/* A mono bus hears a mono strip as it is, the mean of a stereo one, wherever
   they are panned. */
START_TEST(mono_buses)
{
  static const char *const pans[] = { "L100", "L99", "C", "R30", "R100" };
  const int                legs   = 1 + _i / 5;

  rig = rig_new(1, legs, 2, RATE);
  rig_set(rig, "/bus/1/channels", "1");
  rig_set(rig, "/bus/2/channels", "1");
  rig_set(rig, "/strip/1/pan", pans[_i % 5]);
  rig_set(rig, "/strip/1/group/1", "on");
  rig_set(rig, "/strip/1/send/2/on", "on");
  rig_set(rig, "/strip/1/send/2/level", "-6");
  start(1, legs);
  hear(OWNER_BUS, 1);
  hear(OWNER_BUS, 2);
  rig_run(rig, 0, N, 64, 0);
  const double whole =
    legs == 1 ? level_in(1, 0) : (level_in(1, 0) + level_in(1, 1)) / 2.0;
  expect(OWNER_BUS, 1, whole, 0.0);
  expect(OWNER_BUS, 2, whole * gain(-6), 0.0);
}
END_TEST

/* A mono bus in main: a mono strip like any other. */
START_TEST(a_mono_bus_is_panned)
{
  rig = rig_new(1, 1, 1, RATE);
  rig_set(rig, "/bus/1/channels", "1");
  rig_set(rig, "/bus/1/pan", "R100");
  rig_set(rig, "/strip/1/to-main", "off");
  rig_set(rig, "/strip/1/group/1", "on");
  start(1, 1);
  hear(OWNER_MAIN, 0);
  rig_run(rig, 0, N, 64, 0);
  expect(OWNER_MAIN, 0, 0.0, 1.0);
}
END_TEST

/* --- mutes --- */

/* Each reason to be silent. */
static void
mute_by(int reason)
{
  switch (reason) {
  case 0:
    rig_set(rig, "/strip/1/mute", "on");
    break;
  case 1:
    rig_set(rig, "/strip/1/dca/3", "on");
    rig_set(rig, "/dca/3/mute", "on");
    break;
  case 2:
    rig_set(rig, "/strip/1/mutegroup/6", "on");
    rig_set(rig, "/mutegroup/6/on", "on");
    break;
  case 3:
    rig_set(rig, "/strip/1/dca/8", "on");
    rig_set(rig, "/dca/8/fader", "-inf");
    break;
  case 4:
    rig_set(rig, "/strip/1/fader", "-inf");
    break;
  }
}

/* Pre-fader sends go with the strip, unless the bus is safe or the fader alone
   is down. The very first sample already holds to it. */
START_TEST(mutes)
{
  const bool by_fader = _i >= 3;

  rig = rig_new(2, 2, 3, RATE);
  mute_by(_i);
  for (int bus = 1; bus <= 3; bus++) {
    rig_setf(rig, "on", "/strip/1/send/%d/on", bus);
    rig_setf(rig, "0", "/strip/1/send/%d/level", bus);
    rig_setf(rig, "off", "/bus/%d/to-main", bus);
  }
  rig_set(rig, "/strip/1/send/2/tap", "pre-fader");
  rig_set(rig, "/strip/1/send/3/tap", "pre-fader");
  rig_set(rig, "/bus/3/mutesafe", "on");
  start(1, 2);
  hear(OWNER_MAIN, 0);
  for (unsigned bus = 1; bus <= 3; bus++)
    hear(OWNER_BUS, bus);
  rig_run(rig, 0, N, 64, 0);
  expect_silence(OWNER_MAIN, 0);
  expect_silence(OWNER_BUS, 1);
  if (by_fader)
    expect(OWNER_BUS, 2, level_in(1, 0), level_in(1, 1));
  else
    expect_silence(OWNER_BUS, 2);
  expect(OWNER_BUS, 3, level_in(1, 0), level_in(1, 1));
}
END_TEST

/* While it plays: off, and on again to the same level. */
START_TEST(mutes_come_and_go)
{
  rig = rig_new(1, 2, 0, RATE);
  start(1, 2);
  hear(OWNER_MAIN, 0);
  rig_play(rig, 0, N, 64);
  mute_by(_i);
  rig_play(rig, 0, N, 64);
  expect(OWNER_MAIN, 0, 0.0, 0.0);
  if (_i == 0)
    rig_set(rig, "/strip/1/mute", "off");
  else if (_i == 1)
    rig_set(rig, "/dca/3/mute", "off");
  else if (_i == 2)
    rig_set(rig, "/mutegroup/6/on", "off");
  else if (_i == 3)
    rig_set(rig, "/strip/1/dca/8", "off");
  else
    rig_set(rig, "/strip/1/fader", "0");
  rig_play(rig, 0, N, 64);
  expect(OWNER_MAIN, 0, level_in(1, 0), level_in(1, 1));
}
END_TEST

START_TEST(dcas_add_in_decibels)
{
  rig = rig_new(1, 2, 1, RATE);
  rig_set(rig, "/strip/1/fader", "-3");
  rig_set(rig, "/strip/1/dca/1", "on");
  rig_set(rig, "/strip/1/dca/7", "on");
  rig_set(rig, "/dca/1/fader", "-6.5");
  rig_set(rig, "/dca/7/fader", "4");
  rig_set(rig, "/dca/2/fader", "-40");
  rig_set(rig, "/strip/1/to-main", "off");
  rig_set(rig, "/strip/1/group/1", "on");
  rig_set(rig, "/bus/1/dca/1", "on");
  start(1, 2);
  hear(OWNER_MAIN, 0);
  rig_run(rig, 0, N, 64, 0);
  const double all = gain(-3 - 6.5 + 4 - 6.5);
  expect(OWNER_MAIN, 0, all * level_in(1, 0), all * level_in(1, 1));
  /* From the first sample on. */
  ck_assert_double_eq_tol(
    (double)rig_heard(rig, OWNER_MAIN, 0, 0)[0], all * level_in(1, 0), 2e-6);
}
END_TEST

/* --- buses --- */

START_TEST(groups_in_a_row)
{
  const int depth = 10;

  rig = rig_new(2, 2, depth, RATE);
  for (int bus = 1; bus <= depth; bus++) {
    rig_setf(rig, "-1", "/bus/%d/fader", bus);
    if (bus < depth) {
      rig_setf(rig, "on", "/bus/%d/group/%d", bus, bus + 1);
      rig_setf(rig, "off", "/bus/%d/to-main", bus);
    }
  }
  rig_set(rig, "/strip/1/to-main", "off");
  rig_set(rig, "/strip/1/group/1", "on");
  rig_set(rig, "/strip/2/to-main", "off");
  rig_set(rig, "/strip/2/group/8", "on");
  start(2, 2);
  hear(OWNER_MAIN, 0);
  hear(OWNER_BUS, 4);
  rig_run(rig, 0, N, 0, 3);
  expect(OWNER_BUS, 4, gain(-4) * level_in(1, 0), gain(-4) * level_in(1, 1));
  expect(OWNER_MAIN,
         0,
         gain(-10) * level_in(1, 0) + gain(-3) * level_in(2, 0),
         gain(-10) * level_in(1, 1) + gain(-3) * level_in(2, 1));
}
END_TEST

/* All the buses that there can be, each at a level of its own, each at its own
   output and at no other. */
START_TEST(sixty_four_buses)
{
  rig = rig_new(3, 2, 64, RATE);
  for (int bus = 1; bus <= 64; bus++) {
    char level[16];
    snprintf(level, sizeof level, "%g", -0.5 * bus);
    rig_setf(rig, "on", "/strip/%d/send/%d/on", 1 + bus % 3, bus);
    rig_setf(rig, level, "/strip/%d/send/%d/level", 1 + bus % 3, bus);
    rig_setf(rig, bus % 5 ? "off" : "on", "/bus/%d/to-main", bus);
    rig_setf(rig, bus % 2 ? "post" : "pre", "/bus/%d/comp/position", bus);
  }
  start(3, 2);
  for (unsigned bus = 1; bus <= 64; bus++)
    hear(OWNER_BUS, bus);
  rig_run(rig, 0, N, 64, 0);
  for (unsigned bus = 1; bus <= 64; bus++)
    expect(OWNER_BUS,
           bus,
           gain(-0.5 * bus) * level_in(1 + bus % 3, 0),
           gain(-0.5 * bus) * level_in(1 + bus % 3, 1));
}
END_TEST

START_TEST(a_matrix_hears_main_and_buses)
{
  rig = rig_new(2, 2, 2, RATE);
  rig_set(rig, "/bus/2/kind", "matrix");
  rig_set(rig, "/bus/2/to-main", "off");
  rig_set(rig, "/strip/2/to-main", "off");
  rig_set(rig, "/strip/2/group/1", "on");
  rig_set(rig, "/bus/1/to-main", "off");
  rig_set(rig, "/bus/1/send/2/on", "on");
  rig_set(rig, "/bus/1/send/2/level", "-3");
  rig_set(rig, "/main/send/2/on", "on");
  rig_set(rig, "/main/send/2/level", "-9");
  rig_set(rig, "/main/fader", "-1");
  start(2, 2);
  hear(OWNER_BUS, 2);
  rig_run(rig, 0, N, 64, 0);
  expect(OWNER_BUS,
         2,
         gain(-3) * level_in(2, 0) + gain(-10) * level_in(1, 0),
         gain(-3) * level_in(2, 1) + gain(-10) * level_in(1, 1));
}
END_TEST

/* A burst into a reverb by a send sounds on when the strip is silent, and ends
   in exact silence. */
START_TEST(an_aux_into_a_reverb)
{
  const int n = 6 * RATE;

  rig = rig_new(1, 1, 2, RATE);
  rig_set(rig, "/bus/1/to-main", "off");
  rig_set(rig, "/bus/1/send/2/on", "on");
  rig_set(rig, "/bus/1/send/2/level", "0");
  rig_set(rig, "/bus/2/kind", "reverb");
  rig_set(rig, "/bus/2/reverb/decay", "0.4");
  rig_set(rig, "/strip/1/send/1/on", "on");
  rig_set(rig, "/strip/1/send/1/level", "0");
  rig_set(rig, "/strip/1/to-main", "off");
  rig_start(rig, NULL);
  float *burst = rig_noise(n, 4);
  memset(burst + 2000, 0, (size_t)(n - 2000) * sizeof *burst);
  rig_feed(rig, 1, 0, burst);
  rig_hear(rig, OWNER_MAIN, 0, n);
  rig_run(rig, 0, n, 256, 0);
  const float *out = rig_heard(rig, OWNER_MAIN, 0, 0);
  ck_assert_double_gt(sound_rms(out + 4000, 4000), 1e-3);
  ck_assert_double_eq(sound_peak(out + n - RATE, RATE), 0.0);
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("routing");
  TCase *tcase = tcase_create("routing");

  tcase_set_timeout(tcase, 30);
  tcase_add_checked_fixture(tcase, NULL, teardown);
  tcase_add_test(tcase, trim_fader_and_polarity);
  tcase_add_loop_test(tcase, pan_laws, 0, 27);
  tcase_add_loop_test(tcase, width, 0, 5);
  tcase_add_loop_test(tcase, balance, 0, 2);
  tcase_add_loop_test(tcase, delay_to_the_sample, 0, 15);
  tcase_add_loop_test(tcase, send_taps, 0, 4);
  tcase_add_test(tcase, send_level_and_pan);
  tcase_add_loop_test(tcase, mono_buses, 0, 10);
  tcase_add_test(tcase, a_mono_bus_is_panned);
  tcase_add_loop_test(tcase, mutes, 0, 5);
  tcase_add_loop_test(tcase, mutes_come_and_go, 0, 5);
  tcase_add_test(tcase, dcas_add_in_decibels);
  tcase_add_test(tcase, groups_in_a_row);
  tcase_add_test(tcase, sixty_four_buses);
  tcase_add_test(tcase, a_matrix_hears_main_and_buses);
  tcase_add_test(tcase, an_aux_into_a_reverb);
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
