/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever looks ahead, all ways arrive together: a path and its inverse by
   another way leave exact silence. */

#include <check.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/backends/offline.h"
#include "tests/rig.h"
#include "tests/sound.h"

#define RATE 48000
#define N    9600

static Rig *rig;

static void
teardown(void)
{
  rig_done(rig);
}

/* The same noise into every strip. */
static void
start(unsigned strips)
{
  rig_start(rig, NULL);
  for (unsigned strip = 1; strip <= strips; strip++)
    for (int leg = 0; leg < 2; leg++)
      rig_feed(rig, strip, leg, rig_noise(N, 11 + (unsigned)leg));
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_hear(rig, OWNER_MONITOR, 0, N);
}

static int
latency(void)
{
  return engine_latency(link_engine(rig->link), SLOT_MAIN);
}

static void
expect_null(Owner owner, int from)
{
  for (int leg = 0; leg < 2; leg++)
    ck_assert_double_eq(
      sound_peak(rig_heard(rig, owner, 0, leg) + from, N - from), 0.0);
}

/* Each with another look-ahead. Of them all the compressor is off: what looks
   ahead and does nothing else must leave the sound alone. */
typedef struct Ahead {
  const char *address, *ms;
} Ahead;

static const Ahead aheads[] = {
  { "gate/lookahead", "1" },  { "gate/lookahead", "10" },
  { "comp/lookahead", "5" },  { "comp/lookahead", "0.1" },
  { "comp/lookahead", "10" }, { "gate/lookahead", "3.3" },
};

START_TEST(dry_against_delayed)
{
  rig = rig_new(2, 2, 0, RATE);
  rig_set(rig, "/strip/2/polarity", "on");
  rig_setf(rig, aheads[_i].ms, "/strip/2/%s", aheads[_i].address);
  start(2);
  rig_run(rig, 0, N, 0, 7);
  expect_null(OWNER_MAIN, 0);
  ck_assert_int_eq(latency(),
                   (int)floor(atof(aheads[_i].ms) * RATE / 1000.0 + 0.5));
}
END_TEST

/* Both blocks in both orders, in every strip another sum. */
START_TEST(many_at_once)
{
  const int strips = 12;

  rig = rig_new(2 * strips, 2, 0, RATE);
  for (int strip = 1; strip <= strips; strip++) {
    char ms[16];
    snprintf(ms, sizeof ms, "%g", 0.7 * strip);
    rig_setf(rig, ms, "/strip/%d/gate/lookahead", strip);
    rig_setf(rig, ms, "/strip/%d/comp/lookahead", 1 + strip % 7);
    rig_setf(rig, strip % 2 ? "pre" : "post", "/strip/%d/comp/position", strip);
    rig_setf(rig, "on", "/strip/%d/polarity", strips + strip);
  }
  start(2 * (unsigned)strips);
  rig_run(rig, 0, N, 0, 8);
  /* The order of sums is not that of pairs: rounding remains. */
  for (int leg = 0; leg < 2; leg++)
    ck_assert_double_lt(sound_peak(rig_heard(rig, OWNER_MAIN, 0, leg), N),
                        2e-5);
}
END_TEST

/* The delayed one comes by groups, which look ahead too. */
START_TEST(through_groups)
{
  rig = rig_new(2, 2, 3, RATE);
  rig_set(rig, "/strip/2/polarity", "on");
  rig_set(rig, "/strip/2/to-main", "off");
  rig_set(rig, "/strip/2/group/1", "on");
  rig_set(rig, "/strip/2/gate/lookahead", "2");
  rig_set(rig, "/bus/1/to-main", "off");
  rig_set(rig, "/bus/1/group/2", "on");
  rig_set(rig, "/bus/1/comp/lookahead", "4");
  rig_set(rig, "/bus/2/to-main", "off");
  rig_set(rig, "/bus/2/group/3", "on");
  rig_set(rig, "/bus/3/gate/lookahead", "10");
  rig_set(rig, "/main/comp/lookahead", "1");
  start(2);
  rig_run(rig, 0, N, 0, 9);
  expect_null(OWNER_MAIN, 0);
  expect_null(OWNER_MONITOR, 0);
  ck_assert_int_eq(latency(), 17 * RATE / 1000);
}
END_TEST

/* A send from each tap: what is tapped early waits for what is late. */
START_TEST(through_sends)
{
  static const char *const taps[] = {
    "input", "pre-eq", "post-eq", "pre-fader", "post-fader"
  };

  rig = rig_new(2, 2, 1, RATE);
  rig_set(rig, "/strip/1/gate/lookahead", "3");
  rig_set(rig, "/strip/1/comp/lookahead", "4");
  rig_set(rig, "/strip/1/comp/position", _i / 5 ? "pre" : "post");
  for (int strip = 1; strip <= 2; strip++) {
    rig_setf(rig, "off", "/strip/%d/to-main", strip);
    rig_setf(rig, "on", "/strip/%d/send/1/on", strip);
    rig_setf(rig, "0", "/strip/%d/send/1/level", strip);
  }
  rig_set(rig, "/strip/1/send/1/tap", taps[_i % 5]);
  rig_set(rig, "/strip/2/polarity", "on");
  start(2);
  rig_run(rig, 0, N, 0, 10);
  expect_null(OWNER_MAIN, 0);
}
END_TEST

/* What is heard is as late as the engine says. */
START_TEST(the_latency_that_is_told)
{
  rig = rig_new(2, 2, 1, RATE);
  rig_set(rig, "/strip/1/comp/lookahead", "6.2");
  rig_set(rig, "/bus/1/gate/lookahead", "5");
  rig_set(rig, "/strip/2/group/1", "on");
  rig_set(rig, "/strip/2/to-main", "off");
  rig_set(rig, "/main/gate/lookahead", "9.99");
  start(2);
  rig_run(rig, 0, N, 256, 0);
  ck_assert_int_eq(
    sound_delay(rig->in[0], rig_heard(rig, OWNER_MAIN, 0, 0), N, 2000),
    latency());
  /* To the bit, too: two times the same noise is exact. */
  for (int i = latency(); i < N; i++)
    ck_assert_float_eq(rig_heard(rig, OWNER_MAIN, 0, 0)[i],
                       2.0f * rig->in[0][i - latency()]);
}
END_TEST

/* PFL of a strip that is not late, beside one that is. */
START_TEST(pfl_waits_too)
{
  rig = rig_new(2, 2, 0, RATE);
  rig_set(rig, "/strip/1/comp/lookahead", "8");
  rig_set(rig, "/strip/2/polarity", "on");
  start(2);
  rig_set(rig, "/strip/1/solo", "on");
  rig_set(rig, "/strip/2/solo", "on");
  rig_run(rig, 0, N, 64, 0);
  expect_null(OWNER_MONITOR, 0);
}
END_TEST

/* --- keys --- */

/* A ducker that shuts at once and opens at once: what is heard tells at which
   frame the key was heard. The key is a step in the middle of silence, the
   strip a constant. */
static void
set_ducker(int strip, const char *key)
{
  rig_setf(rig, "on", "/strip/%d/gate/on", strip);
  rig_setf(rig, "duck", "/strip/%d/gate/mode", strip);
  rig_setf(rig, "0.02", "/strip/%d/gate/attack", strip);
  rig_setf(rig, "0", "/strip/%d/gate/hold", strip);
  rig_setf(rig, "-20", "/strip/%d/gate/threshold", strip);
  rig_setf(rig, "60", "/strip/%d/gate/range", strip);
  rig_setf(rig, key, "/strip/%d/gate/key", strip);
}

#define STEP 4000

static void
feed_ducker(unsigned ducked, unsigned key)
{
  for (int leg = 0; leg < 2; leg++) {
    float *step = sound_constant(N, 0.5);
    memset(step, 0, STEP * sizeof *step);
    rig_feed(rig, key, leg, step);
    rig_feed(rig, ducked, leg, sound_constant(N, 0.5));
  }
}

/* The first frame at which the strip is less than it was; the gate takes one
   more to begin. */
static int
duck_frame(const float *out, int from)
{
  for (int i = from; i < N; i++)
    if (out[i] < 0.499f)
      return i;
  return -1;
}

/* The listener in bank, level, legs and number as may be; the key likewise. */
START_TEST(a_key_of_another_strip)
{
  const int legs[2]  = { 1 + (_i & 1), 1 + (_i >> 1 & 1) };
  const int position = _i >> 2 & 1;

  rig = rig_new(20, 2, 0, RATE);
  rig_setf(rig, legs[0] == 1 ? "1" : "2", "/strip/1/channels");
  rig_setf(rig, legs[1] == 1 ? "1" : "2", "/strip/20/channels");
  rig_set(rig, "/strip/1/comp/position", position ? "pre" : "post");
  rig_set(rig, "/strip/1/pan", "0");
  rig_set(rig, "/strip/20/to-main", "off");
  set_ducker(1, "strip/20");
  rig_start(rig, NULL);
  feed_ducker(1, 20);
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_run(rig, 0, N, 0, 12);
  const float *out   = rig_heard(rig, OWNER_MAIN, 0, 0);
  const double whole = legs[0] == 1 ? 0.5 * sqrt(0.5) : 0.5;
  for (int i = 300; i < STEP; i++)
    ck_assert_double_eq_tol((double)out[i], whole, 1e-5);
  ck_assert_double_lt((double)out[STEP + 2], 0.9 * whole);
  ck_assert_double_eq_tol(sound_db((double)out[N - 1] / whole), -60.0, 0.5);
}
END_TEST

/* Stereo by stereo: the detectors are linked, so either leg ducks both. A mono
   listener hears the mean of a stereo key. */
START_TEST(a_key_in_one_leg)
{
  rig = rig_new(2, 2, 0, RATE);
  rig_set(rig, "/strip/2/to-main", "off");
  set_ducker(1, "strip/2");
  rig_start(rig, NULL);
  feed_ducker(1, 2);
  rig_feed(rig, 2, _i, rig_zeros(N));
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_run(rig, 0, N, 64, 0);
  for (int leg = 0; leg < 2; leg++)
    ck_assert_float_lt(rig_heard(rig, OWNER_MAIN, 0, leg)[N - 1], 0.001f);
}
END_TEST

START_TEST(a_key_filter)
{
  rig = rig_new(2, 2, 0, RATE);
  rig_set(rig, "/strip/2/to-main", "off");
  set_ducker(1, "strip/2");
  rig_set(rig, "/strip/1/gate/keyfilter/on", "on");
  rig_set(rig, "/strip/1/gate/keyfilter/type", _i ? "low" : "high");
  rig_set(rig, "/strip/1/gate/keyfilter/freq", "3000");
  rig_set(rig, "/strip/1/gate/threshold", "-12");
  rig_start(rig, NULL);
  feed_ducker(1, 2);
  for (int leg = 0; leg < 2; leg++)
    rig_feed(rig, 2, leg, sound_tone(N, 150.0, RATE, 0.0));
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_run(rig, 0, N, 64, 0);
  const float end = rig_heard(rig, OWNER_MAIN, 0, 0)[N - 1];
  if (_i)
    ck_assert_float_lt(end, 0.001f);
  else
    ck_assert_float_eq_tol(end, 0.5f, 1e-4f);
}
END_TEST

/* A key that is late itself: from a bus that is fed by what looks ahead. The
   ducked strip waits, so that it goes down in the frame in which the sound that
   ducks it is heard. */
START_TEST(a_key_from_a_bus_that_is_late)
{
  rig = rig_new(3, 2, 2, RATE);
  rig_set(rig, "/strip/2/group/1", "on");
  rig_set(rig, "/strip/2/to-main", "off");
  rig_set(rig, "/strip/2/comp/lookahead", "7");
  rig_set(rig, "/bus/1/to-main", "off");
  if (_i) {
    rig_set(rig, "/bus/1/group/2", "on");
    rig_set(rig, "/bus/1/gate/lookahead", "10");
    rig_set(rig, "/bus/2/to-main", "off");
  }
  set_ducker(1, _i ? "bus/2" : "bus/1");
  rig_start(rig, NULL);
  feed_ducker(1, 2);
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_run(rig, 0, N, 64, 0);
  const int late = (_i ? 17 : 7) * RATE / 1000;
  ck_assert_int_eq(latency(), late);
  const int at = duck_frame(rig_heard(rig, OWNER_MAIN, 0, 0), late + 300);
  ck_assert_int_ge(at, STEP + late);
  ck_assert_int_le(at, STEP + late + 2);
}
END_TEST

/* The key is heard at the compressor as late as the gate before it has made the
   sound. */
START_TEST(a_key_behind_a_gate_that_looks_ahead)
{
  rig = rig_new(2, 2, 0, RATE);
  rig_set(rig, "/strip/2/to-main", "off");
  rig_set(rig, "/strip/1/gate/lookahead", "6");
  rig_set(rig, "/strip/1/comp/on", "on");
  rig_set(rig, "/strip/1/comp/key", "strip/2");
  rig_set(rig, "/strip/1/comp/detector", "peak");
  rig_set(rig, "/strip/1/comp/attack", "0.05");
  rig_set(rig, "/strip/1/comp/keyfilter/on", "off");
  rig_set(rig, "/strip/1/comp/threshold", "-40");
  rig_set(rig, "/strip/1/comp/ratio", "inf");
  rig_start(rig, NULL);
  feed_ducker(1, 2);
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_run(rig, 0, N, 64, 0);
  const int late = 6 * RATE / 1000;
  const int at   = duck_frame(rig_heard(rig, OWNER_MAIN, 0, 0), late + 300);
  ck_assert_int_ge(at, STEP + late);
  ck_assert_int_le(at, STEP + late + 2);
}
END_TEST

/* Two that listen to one another, and a ring of waiting that has no end if a
   key is taken behind what waits: strip 1 listens to a bus that strip 2 feeds
   late, and strip 2 listens to strip 1. */
START_TEST(keys_in_a_ring)
{
  rig = rig_new(2, 2, 1, RATE);
  set_ducker(1, _i ? "bus/1" : "strip/2");
  set_ducker(2, "strip/1");
  rig_set(rig, "/strip/2/group/1", "on");
  rig_set(rig, "/strip/2/gate/lookahead", "5");
  start(2);
  rig_run(rig, 0, N, 64, 0);
  ck_assert_int_eq(latency(), 5 * RATE / 1000);
  for (int i = 0; i < N; i++)
    ck_assert(isfinite(rig_heard(rig, OWNER_MAIN, 0, 0)[i]));
}
END_TEST

/* A strip that waits for its key is in time with one that has none. */
START_TEST(who_waits_is_in_time)
{
  rig = rig_new(3, 2, 1, RATE);
  rig_set(rig, "/strip/3/comp/lookahead", "9");
  rig_set(rig, "/strip/3/group/1", "on");
  rig_set(rig, "/strip/3/to-main", "off");
  rig_set(rig, "/bus/1/to-main", "off");
  rig_set(rig, "/strip/1/gate/key", "bus/1"); /* the gate is off */
  rig_set(rig, "/strip/2/polarity", "on");
  start(3);
  rig_run(rig, 0, N, 0, 14);
  expect_null(OWNER_MAIN, 0);
  ck_assert_int_eq(latency(), 9 * RATE / 1000);
}
END_TEST

/* --- events --- */

/* Behind a look-ahead of L, an event meets the sound of its frame L later. */
START_TEST(events_meet_their_sound)
{
  static const unsigned cells[] = {
    CELL_FADER, CELL_TRIM, CELL_PAN, CELL_MUTE
  };
  static const double values[] = { -6, -6, 100, 1 };
  const int           frame = 3001, late = 5 * RATE / 1000;

  rig = rig_new(1, 2, 0, RATE);
  rig_set(rig, "/strip/1/comp/lookahead", "5");
  rig_start(rig, NULL);
  rig_feed(rig, 1, 0, sound_constant(N, 0.5));
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_event(rig, 1, cells[_i], frame, values[_i]);
  rig_run(rig, 0, N, 0, 15);
  const float *out = rig_heard(rig, OWNER_MAIN, 0, 0);
  for (int i = late; i < frame + late; i++)
    ck_assert_float_eq(out[i], 0.5f);
  ck_assert_float_lt(out[frame + late], 0.5f);
}
END_TEST

/* --- offline --- */

typedef struct Sunk {
  float *left;
  int    count;
} Sunk;

static bool
no_wait(void *self, int64_t frame, int frames)
{
  (void)self;
  (void)frame;
  (void)frames;
  return true;
}

static bool
sink(void *self, const float *frames, int count)
{
  Sunk *sunk = self;

  for (int i = 0; i < count; i++)
    sunk->left[sunk->count++] = frames[2 * i];
  return true;
}

/* A render has the length that was asked, whatever is late. */
START_TEST(a_render_drops_it)
{
  rig = rig_new(1, 2, 0, RATE);
  rig_set(rig, "/strip/1/comp/lookahead", "10");
  rig_set(rig, "/main/comp/lookahead", "2.5");
  rig_start(rig, NULL);
  Sunk             sunk = { .left = rig_zeros(20000) };
  const OfflineJob job  = { .engine = link_engine(rig->link),
                            .frames = 7777,
                            .block  = 1 + 333 * _i,
                            .wait   = no_wait,
                            .sink   = sink,
                            .self   = &sunk };
  ck_assert(offline_run(&job));
  ck_assert_int_eq(sunk.count, 7777);
  ck_assert_int_eq(
    atomic_load(&engine_state(link_engine(rig->link))->engine_frame),
    7777 + 600);
  free(sunk.left);
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("latency");
  TCase *tcase = tcase_create("latency");

  tcase_set_timeout(tcase, 30);
  tcase_add_checked_fixture(tcase, NULL, teardown);
  tcase_add_loop_test(tcase, dry_against_delayed, 0, 6);
  tcase_add_test(tcase, many_at_once);
  tcase_add_test(tcase, through_groups);
  tcase_add_loop_test(tcase, through_sends, 0, 10);
  tcase_add_test(tcase, the_latency_that_is_told);
  tcase_add_test(tcase, pfl_waits_too);
  tcase_add_loop_test(tcase, a_key_of_another_strip, 0, 8);
  tcase_add_loop_test(tcase, a_key_in_one_leg, 0, 2);
  tcase_add_loop_test(tcase, a_key_filter, 0, 2);
  tcase_add_loop_test(tcase, a_key_from_a_bus_that_is_late, 0, 2);
  tcase_add_test(tcase, a_key_behind_a_gate_that_looks_ahead);
  tcase_add_loop_test(tcase, keys_in_a_ring, 0, 2);
  tcase_add_test(tcase, who_waits_is_in_time);
  tcase_add_loop_test(tcase, events_meet_their_sound, 0, 4);
  tcase_add_loop_test(tcase, a_render_drops_it, 0, 4);
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
