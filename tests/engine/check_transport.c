/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tape, a frame at a time: which song frame is heard, and how loud, however
   the way is cut. */

#include "engine/transport.h"

#include <check.h>
#include <stdlib.h>

#define RATE 48000
#define OUT  240 /* frames of a fade-out: 5 ms */
#define IN   960 /* of a fade-in: 20 ms */

static Transport tape;

/* What was heard: -1 while the tape stands. */
typedef struct Heard {
  int64_t song;
  float   gain;
} Heard;

static void
setup(void)
{
  transport_init(&tape, RATE);
}

/* Runs n frames in pieces of at most so many. */
static void
run(Heard *heard, int n, int piece)
{
  float gain[16];

  for (int at = 0; at < n;) {
    int length = piece < n - at ? piece : n - at;
    length     = transport_stretch(&tape, length < 16 ? length : 16);
    ck_assert_int_ge(length, 1);
    const bool moves = tape.rolling && transport_gain(&tape, gain, length);
    for (int i = 0; heard && i < length; i++)
      heard[at + i] =
        (Heard){ tape.rolling ? tape.song + i : -1, moves ? gain[i] : 1.0f };
    at += length;
    transport_advance(&tape, length);
  }
}

static float
curve(double x)
{
  x = x < 0.0 ? 0.0 : x > 1.0 ? 1.0 : x;
  return (float)(x * x * (3.0 - 2.0 * x));
}

START_TEST(starts_without_a_fade)
{
  Heard heard[100];

  ck_assert(transport_locate(&tape, 777));
  ck_assert(transport_play(&tape));
  run(heard, 100, 16);
  for (int i = 0; i < 100; i++) {
    ck_assert_int_eq(heard[i].song, 777 + i);
    ck_assert_float_eq(heard[i].gain, 1.0f);
  }
}
END_TEST

START_TEST(stops_where_it_was_asked)
{
  Heard heard[400];

  transport_play(&tape);
  run(NULL, 1000, 16);
  transport_stop(&tape);
  run(heard, 400, 7);
  for (int i = 0; i < OUT; i++) {
    ck_assert_int_eq(heard[i].song, 1000 + i);
    ck_assert_float_eq_tol(heard[i].gain, curve(1.0 - (i + 1.0) / OUT), 1e-6f);
  }
  ck_assert_float_eq(heard[OUT - 1].gain, 0.0f);
  ck_assert_int_eq(heard[OUT].song, -1);
  ck_assert_int_eq(tape.song, 1000);
  ck_assert(!tape.rolling);
}
END_TEST

START_TEST(locates_while_it_plays)
{
  Heard heard[2000];

  transport_play(&tape);
  run(NULL, 5000, 16);
  ck_assert(!transport_locate(&tape, 90000));
  run(heard, 2000, 16);
  ck_assert_int_eq(heard[OUT - 1].song, 5000 + OUT - 1);
  ck_assert_float_eq(heard[OUT - 1].gain, 0.0f);
  for (int i = 0; i < 1500; i++) {
    ck_assert_int_eq(heard[OUT + i].song, 90000 + i);
    ck_assert_float_eq_tol(heard[OUT + i].gain, curve((i + 1.0) / IN), 1e-6f);
  }
  ck_assert_float_eq(heard[OUT + IN].gain, 1.0f);
}
END_TEST

START_TEST(a_second_locate_wins)
{
  transport_play(&tape);
  run(NULL, 5000, 16);
  transport_locate(&tape, 90000);
  run(NULL, 100, 16);
  transport_locate(&tape, 20000);
  run(NULL, OUT - 100 + 50, 16);
  ck_assert_int_eq(tape.song, 20050);
}
END_TEST

/* Stop, locate and play in each order while the other fades: it ends where the
   last of each said. */
START_TEST(changes_of_mind)
{
  Heard heard[4000];

  transport_play(&tape);
  run(NULL, 5000, 16);
  transport_stop(&tape);
  run(NULL, 40, 16);
  transport_locate(&tape, 33000);
  run(NULL, 40, 16);
  ck_assert(!transport_play(&tape));
  run(heard, 4000, 16);
  ck_assert(tape.rolling);
  ck_assert_int_eq(tape.song, 33000 + 4000 - (OUT - 80));
  ck_assert_float_eq(heard[3999].gain, 1.0f);

  transport_locate(&tape, 50000);
  run(NULL, 40, 16);
  transport_stop(&tape);
  run(NULL, OUT, 16);
  ck_assert(!tape.rolling);
  ck_assert_int_eq(tape.song, 50000);
}
END_TEST

/* A stop that is taken back: the song goes on where it is, and comes up from as
   loud as it was. */
START_TEST(a_stop_taken_back)
{
  Heard heard[1000];

  transport_play(&tape);
  run(NULL, 5000, 16);
  transport_stop(&tape);
  run(heard, 120, 16);
  transport_play(&tape);
  run(heard + 120, 880, 16);
  for (int i = 0; i < 1000; i++)
    ck_assert_int_eq(heard[i].song, 5000 + i);
  for (int i = 120; i < 1000; i++)
    ck_assert_float_ge(heard[i].gain, heard[i - 1].gain);
  ck_assert_float_eq(heard[999].gain, 1.0f);
}
END_TEST

START_TEST(loops_without_a_seam)
{
  static const int starts[] = { 0, 1, 777, 4096 };
  const int        start = starts[_i], length = LOOP_MIN_FRAMES + 7 * _i;
  static Heard     heard[20000];
  int64_t          expected = 0;
  int              wrong    = 0;

  transport_loop(&tape, true, start, start + length);
  transport_play(&tape);
  for (int round = 0; round < 110; round++) {
    run(heard, 20000, 1 + round % 16);
    for (int i = 0; i < 20000; i++) {
      wrong += heard[i].song != expected || !(heard[i].gain >= 1.0f);
      if (++expected == start + length)
        expected = start;
    }
  }
  ck_assert_int_eq(wrong, 0);
  /* 2.2 million frames: more than a thousand times round. */
}
END_TEST

START_TEST(a_loop_behind_the_song_is_not_entered)
{
  transport_locate(&tape, 10000);
  transport_loop(&tape, true, 0, 5000);
  transport_play(&tape);
  run(NULL, 10000, 16);
  ck_assert_int_eq(tape.song, 20000);
}
END_TEST

START_TEST(a_short_loop_is_held_to_the_least)
{
  transport_loop(&tape, true, 100, 101);
  transport_play(&tape);
  run(NULL, 100 + LOOP_MIN_FRAMES, 16);
  ck_assert_int_eq(tape.song, 100);
  transport_loop(&tape, true, 100, 100);
  ck_assert(!tape.loop);
}
END_TEST

/* Commands at the same frames, any cut: the same song at the same loudness. */
START_TEST(any_cut)
{
  static Heard whole[30000], cut[30000];
  Heard       *to[] = { whole, cut };

  for (int which = 0; which < 2; which++) {
    unsigned seed = 100u + (unsigned)_i;
    int      at   = 0;

    transport_init(&tape, RATE);
    transport_loop(&tape, true, 9000, 12000);
    while (at < 30000) {
      seed             = seed * 1664525u + 1013904223u;
      const int n      = 1 + (int)(seed >> 8) % 600;
      const int length = n < 30000 - at ? n : 30000 - at;
      run(to[which] + at, length, which ? 1 + (int)(seed >> 20) % 16 : 1);
      at += length;
      if ((seed >> 5) % 4 == 0)
        transport_play(&tape);
      else if ((seed >> 5) % 4 == 1)
        transport_stop(&tape);
      else if ((seed >> 5) % 4 == 2)
        transport_locate(&tape, (seed >> 12) % 20000);
    }
  }
  for (int i = 0; i < 30000; i++) {
    ck_assert_int_eq(whole[i].song, cut[i].song);
    ck_assert_float_eq(whole[i].gain, cut[i].gain);
  }
}
END_TEST

/* Spans are what is heard, loops included. */
START_TEST(spans_are_what_is_heard)
{
  static Heard heard[8192];
  SongSpan     spans[64];

  transport_loop(&tape, true, 3000, 3000 + LOOP_MIN_FRAMES);
  transport_play(&tape);
  run(NULL, 17 * _i, 16);
  const int count = transport_spans(&tape, 8192, spans, 64);
  run(heard, 8192, 16);
  int at = 0;
  for (int i = 0; i < count; i++)
    for (int k = 0; k < spans[i].frames; k++)
      ck_assert_int_eq(heard[at++].song, spans[i].frame + k);
  ck_assert_int_eq(at, 8192);
}
END_TEST

/* Somebody else's transport, at cycles of 256. */
START_TEST(follows)
{
  Heard heard[256];

  transport_loop(&tape, true, 0, 3000); /* ours, and not in force */
  ck_assert(!transport_follow(&tape, false, 0));
  ck_assert(transport_follow(&tape, false, 1000));
  ck_assert_int_eq(tape.song, 1000);
  ck_assert(transport_follow(&tape, true, 1000));
  for (int cycle = 0; cycle < 40; cycle++) {
    ck_assert(cycle == 0 || !transport_follow(&tape, true, 1000 + 256 * cycle));
    run(heard, 256, 16);
    ck_assert_int_eq(heard[0].song, 1000 + 256 * cycle);
    ck_assert_float_eq(heard[255].gain, 1.0f);
  }
  /* It jumps: we come up at the new place. */
  ck_assert(transport_follow(&tape, true, 500000));
  run(heard, 256, 16);
  ck_assert_int_eq(heard[0].song, 500000);
  ck_assert_float_lt(heard[0].gain, 0.01f);
  /* It stops: we fade, and stand where it stands. */
  transport_follow(&tape, false, 500256);
  run(heard, 256, 16);
  ck_assert_int_eq(heard[63].song, 500256 + 63);
  ck_assert_float_eq(heard[63].gain, 0.0f);
  ck_assert_int_eq(heard[64].song, -1);
  ck_assert(!transport_follow(&tape, false, 500256));
  ck_assert(!tape.rolling);
  ck_assert_int_eq(tape.song, 500256);
  /* And our loop is ours again. */
  transport_lead(&tape);
  transport_locate(&tape, 2900);
  transport_play(&tape);
  run(NULL, 200, 16);
  ck_assert_int_eq(tape.song, 100);
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("transport");
  TCase *tcase = tcase_create("transport");

  tcase_add_checked_fixture(tcase, setup, NULL);
  tcase_add_test(tcase, starts_without_a_fade);
  tcase_add_test(tcase, stops_where_it_was_asked);
  tcase_add_test(tcase, locates_while_it_plays);
  tcase_add_test(tcase, a_second_locate_wins);
  tcase_add_test(tcase, changes_of_mind);
  tcase_add_test(tcase, a_stop_taken_back);
  tcase_add_loop_test(tcase, loops_without_a_seam, 0, 4);
  tcase_add_test(tcase, a_loop_behind_the_song_is_not_entered);
  tcase_add_test(tcase, a_short_loop_is_held_to_the_least);
  tcase_add_loop_test(tcase, any_cut, 0, 20);
  tcase_add_loop_test(tcase, spans_are_what_is_heard, 0, 20);
  tcase_add_test(tcase, follows);
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
