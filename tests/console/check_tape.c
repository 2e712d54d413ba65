/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tracks as they are heard: every sample of the files tells where it belongs.
 */

#include <math.h>

#include "tests/rig.h"
#include "tests/sound.h"
#include "tests/tracks/fixture.h"

#define RATE   48000
#define FRAMES 200000
#define IN     960 /* frames in which a locate comes up */
#define OUT    240 /* and in which what went before goes down */

static Rig *rig;

static void
setup(void)
{
  fixture_setup();
  fixture_write(
    fixture_path("a.wav"), SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 2, FRAMES);
}

static void
teardown(void)
{
  rig_done(rig);
  fixture_teardown();
}

/* One strip that plays the file. */
static void
start(int channels, const char *which)
{
  char track[PATH_MAX + 300];

  rig = rig_new(1, channels, 0, RATE);
  snprintf(track, sizeof track, "%s%s", fixture_path("a.wav"), which);
  rig_set(rig, "/strip/1/track", track);
  rig_start(rig, NULL);
}

static void
hear(int n)
{
  rig_hear(rig, OWNER_MAIN, 0, n);
}

static float
out(int leg, int i)
{
  return rig_heard(rig, OWNER_MAIN, 0, leg)[i];
}

/* Frames whose samples are not those of the song from a frame on. */
static int
wrong(int from, int n, int64_t song)
{
  int count = 0;

  for (int i = 0; i < n; i++)
    for (int leg = 0; leg < 2; leg++)
      count += !(out(leg, from + i) == fixture_code(song + i, leg));
  return count;
}

static int64_t
song_frame(void)
{
  return atomic_load(&engine_state(link_engine(rig->link))->song_frame);
}

START_TEST(the_first_sample_is_heard)
{
  const int start_frame = _i * 10000 / 3;
  char      seconds[32];

  start(2, "");
  hear(20000);
  rig_run(rig, 0, 1000, 64, 0);
  ck_assert_double_eq(sound_peak(rig_heard(rig, OWNER_MAIN, 0, 0), 1000), 0.0);
  snprintf(seconds, sizeof seconds, "%.9f", start_frame / (double)RATE);
  rig_set(rig, "/transport/locate", seconds);
  rig_set(rig, "/transport/play", "on");
  rig_take(rig);
  rig_run(rig, 0, 20000, 0, 3);
  ck_assert_int_eq(wrong(0, 20000, start_frame), 0);
  ck_assert_int_eq(song_frame(), start_frame + 20000);
}
END_TEST

/* The same file on a mono strip: one of its channels. */
START_TEST(one_channel_of_many)
{
  start(1, _i ? "#2" : "");
  rig_set(rig, "/strip/1/pan", "L100");
  hear(10000);
  rig_set(rig, "/transport/play", "on");
  rig_take(rig);
  rig_rest(rig, 480);
  rig_run(rig, 0, 10000, 256, 0);
  for (int i = 0; i < 10000; i++)
    ck_assert_float_eq(out(0, i), fixture_code(480 + i, _i));
}
END_TEST

START_TEST(behind_the_end_is_silence)
{
  start(2, "");
  hear(4000);
  rig_set(rig, "/transport/locate", "4.125");
  rig_set(rig, "/transport/play", "on");
  rig_rest(rig, 1024);
  const int left = (int)(FRAMES - song_frame());
  rig_run(rig, 0, 4000, 64, 0);
  ck_assert_int_eq(wrong(0, left, FRAMES - left), 0);
  for (int i = left; i < 4000; i++)
    ck_assert_float_eq(out(0, i), 0.0f);
}
END_TEST

/* A thousand times round, at odd blocks: not a sample is not the song's. */
START_TEST(a_thousand_loops)
{
  const int start_frame = 2880, length = 2400, n = 120000;
  int64_t   song = 0;
  int       bad  = 0;

  start(2, "");
  hear(n);
  rig_set(rig, "/transport/loop/start", "0.06");
  rig_set(rig, "/transport/loop/end", "0.11");
  rig_set(rig, "/transport/loop/on", "on");
  rig_set(rig, "/transport/play", "on");
  rig_take(rig);
  for (int round = 0; round < 21; round++) {
    rig_run(rig, 0, n, round % 3 ? 1024 : 0, (unsigned)round);
    for (int i = 0; i < n; i++) {
      bad += !(out(0, i) == fixture_code(song, 0)) ||
             !(out(1, i) == fixture_code(song, 1));
      if (++song == start_frame + length)
        song = start_frame;
    }
  }
  ck_assert_int_eq(bad, 0);
}
END_TEST

START_TEST(a_locate_while_it_plays)
{
  start(2, "");
  hear(8000);
  rig_set(rig, "/transport/play", "on");
  rig_rest(rig, 4800);
  const int64_t from = song_frame();
  rig_set(rig, "/transport/locate", "3");
  rig_run(rig, 0, OUT, OUT, 0);
  ck_assert_float_eq(out(0, OUT - 1), 0.0f);
  for (int i = 0; i < OUT; i++)
    ck_assert_float_le(fabsf(out(0, i)), fabsf(fixture_code(from + i, 0)));
  rig_run(rig, OUT, 8000 - OUT, 64, 0);
  for (int i = 0; i < IN; i++)
    ck_assert_float_le(fabsf(out(1, OUT + i)),
                       fabsf(fixture_code(144000 + i, 1)));
  ck_assert_int_eq(wrong(OUT + IN, 8000 - OUT - IN, 144000 + IN), 0);
}
END_TEST

/* Stopped, it stands where it was asked to, and goes on with that sample. */
START_TEST(stop_and_go)
{
  start(2, "");
  hear(8000);
  rig_set(rig, "/transport/play", "on");
  rig_rest(rig, 4800);
  const int64_t from = song_frame();
  rig_set(rig, "/transport/stop", "1");
  rig_run(rig, 0, 1000, 64, 0);
  for (int i = OUT; i < 1000; i++)
    ck_assert_float_eq(out(0, i), 0.0f);
  ck_assert_int_eq(song_frame(), from);
  rig_set(rig, "/transport/play", "on");
  rig_take(rig);
  rig_run(rig, 0, 8000, 64, 0);
  ck_assert_int_eq(wrong(0, 8000, from), 0);
}
END_TEST

/* Between input and track: no click, and at the end the one or the other to the
   bit, at every block size the same. */
START_TEST(tape_and_input)
{
  const int n = 9600;
  float    *first[2];

  for (int which = 0; which < 2; which++) {
    start(2, "");
    rig_set(rig, "/transport/play", "on");
    rig_rest(rig, 4800);
    for (int leg = 0; leg < 2; leg++)
      rig_feed(rig, 1, leg, rig_noise(n, (unsigned)leg));
    hear(n);
    const int64_t song = song_frame();
    rig_event(rig, 1, CELL_TAPE, 4800 + 1003, 0.0);
    rig_event(rig, 1, CELL_TAPE, 4800 + 5003, 1.0);
    rig_run(rig, 0, n, which ? 0 : 64, 5);
    ck_assert_int_eq(wrong(0, 1003, song), 0);
    ck_assert_mem_eq(rig_heard(rig, OWNER_MAIN, 0, 0) + 1003 + OUT,
                     rig->in[0] + 1003 + OUT,
                     (4000 - OUT) * sizeof(float));
    ck_assert_int_eq(wrong(5003 + OUT, n - 5003 - OUT, song + 5003 + OUT), 0);
    first[which] = rig_zeros(n);
    memcpy(first[which],
           rig_heard(rig, OWNER_MAIN, 0, 1),
           (size_t)n * sizeof(float));
    if (!which)
      rig_done(rig);
  }
  ck_assert_mem_eq(first[0], first[1], (size_t)n * sizeof(float));
  free(first[0]);
  free(first[1]);
}
END_TEST

/* Nobody waits for the disk: there may be silence, but never another place of
   the song, and what comes back comes up. */
START_TEST(late_audio_is_silence)
{
  const float *none[INPUT_PORTS]   = { NULL };
  float       *ports[OUTPUT_PORTS] = { NULL };
  float        room[2][64];
  unsigned     seed = 3;

  start(2, "");
  Engine           *engine = link_engine(rig->link);
  const EngineCycle cycle  = { .frames = 64, .in = none, .out = ports };
  for (int leg = 0; leg < 2; leg++)
    ports[rig_output(OWNER_MAIN, 0, leg)] = room[leg];
  rig_set(rig, "/transport/play", "on");
  float last = 0.0f;
  for (int round = 0; round < 20000; round++) {
    seed = seed * 1664525u + 1013904223u;
    if ((seed >> 16) % 400 == 0) {
      char seconds[16];
      snprintf(seconds, sizeof seconds, "%u.%u", (seed >> 8) % 4, seed >> 30);
      rig_set(rig, "/transport/locate", seconds);
    }
    if (round % 50 == 0)
      link_tick(rig->link);
    engine_process(engine, &cycle);
    const int64_t end = song_frame();
    if (last != 0.0f && room[0][63] != 0.0f && end > 64 && end < FRAMES) {
      const float code = fixture_code(end - 1, 0);
      ck_assert_float_le(fabsf(room[0][63]), fabsf(code));
      ck_assert(room[0][63] * code > 0.0f);
    }
    last = room[0][63];
  }
}
END_TEST

/* Somebody else's transport: we are where it is, from the first frame on. */
START_TEST(an_external_transport)
{
  const float *none[INPUT_PORTS]   = { NULL };
  float       *ports[OUTPUT_PORTS] = { NULL };
  float        room[2][256];
  EngineCycle  cycle = {
     .frames = 256, .in = none, .out = ports, .external = true
  };

  start(2, "");
  Engine *engine = link_engine(rig->link);
  for (int leg = 0; leg < 2; leg++)
    ports[rig_output(OWNER_MAIN, 0, leg)] = room[leg];
  for (int round = 0; round < 3; round++) {
    cycle.external_rolling = false;
    cycle.external_frame   = 10000 * round;
    for (int i = 0; i < 4; i++)
      engine_process(engine, &cycle);
    for (int i = 0; i < 256; i++)
      ck_assert_float_eq(room[0][i], 0.0f);
    cycle.external_rolling = true;
    for (int at = 0; at < 20; at++) {
      cycle.external_frame = 10000 * round + 256 * at;
      readers_wait(link_readers(rig->link), cycle.external_frame, cycle.frames);
      engine_process(engine, &cycle);
      for (int i = 0; i < 256; i++)
        ck_assert_float_eq(room[1][i],
                           fixture_code(cycle.external_frame + i, 1));
    }
    cycle.external_frame += 256;
  }
}
END_TEST

/* Another file while it plays: a fade, the new one where the song is. */
START_TEST(another_track)
{
  start(2, "");
  fixture_write(
    fixture_path("b.wav"), SF_FORMAT_WAV | SF_FORMAT_FLOAT, RATE, 2, FRAMES);
  rig_set(rig, "/transport/play", "on");
  rig_rest(rig, 4800);
  rig_set(rig, "/strip/1/track", fixture_path("b.wav"));
  for (int i = 0; i < 200; i++) {
    rig_rest(rig, 64);
    usleep(500);
  }
  hear(4800);
  const int64_t song = song_frame();
  rig_run(rig, 0, 4800, 64, 0);
  ck_assert_int_eq(wrong(0, 4800, song), 0);
  rig_set(rig, "/strip/1/track", "");
  rig_rest(rig, 9600);
  rig_run(rig, 0, 4800, 64, 0);
  ck_assert_double_eq(sound_peak(rig_heard(rig, OWNER_MAIN, 0, 0), 4800), 0.0);
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("tape");
  TCase *tcase = tcase_create("tape");

  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_loop_test(tcase, the_first_sample_is_heard, 0, 4);
  tcase_add_loop_test(tcase, one_channel_of_many, 0, 2);
  tcase_add_test(tcase, behind_the_end_is_silence);
  tcase_add_test(tcase, a_thousand_loops);
  tcase_add_test(tcase, a_locate_while_it_plays);
  tcase_add_test(tcase, stop_and_go);
  tcase_add_test(tcase, tape_and_input);
  tcase_add_test(tcase, late_audio_is_silence);
  tcase_add_test(tcase, an_external_transport);
  tcase_add_test(tcase, another_track);
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
