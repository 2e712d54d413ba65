/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The pages ahead, against walking through the song frame by frame. */

#include "engine/tracks/playpath.h"

#include <check.h>
#include <stdlib.h>

static uint32_t
next_random(uint32_t *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

/* The pages in the order in which frame after frame meets them. */
static PlayPath
walk(const SongPosition *position, int64_t frame, int64_t frames)
{
  PlayPath path = { 0 };
  for (int64_t i = 0; i < frames; i++) {
    const int64_t page = frame / TRACK_PAGE;
    if (frame >= 0 && playpath_rank(&path, page) < 0)
      path.page[path.count++] = page;
    frame++;
    if (position->loop && frame == position->loop_end &&
        position->loop_start < position->loop_end)
      frame = position->loop_start;
  }
  return path;
}

START_TEST(test_against_a_walk)
{
  uint32_t seed = 1000u + (uint32_t)_i;
  for (int go = 0; go < 40; go++) {
    const int64_t start = next_random(&seed) % 100000;
    const int64_t frame = start - 20000 + (int64_t)(next_random(&seed) % 60000);
    const int64_t frames        = 1 + next_random(&seed) % 60000;
    const SongPosition position = {
      .loop       = go % 4 != 0,
      .loop_start = start,
      .loop_end   = start - 50 + next_random(&seed) % (go % 3 ? 500 : 30000),
    };
    PlayPath       path   = { 0 };
    const PlayPath wanted = walk(&position, frame, frames);
    playpath_follow(&path, &position, frame, frames);
    ck_assert_int_eq(path.count, wanted.count);
    for (int i = 0; i < path.count; i++)
      ck_assert_int_eq(path.page[i], wanted.page[i]);
  }
}
END_TEST

START_TEST(test_never_more_than_fits)
{
  PlayPath           path     = { 0 };
  const SongPosition position = { 0 };
  playpath_follow(&path, &position, 0, (int64_t)1 << 50);
  ck_assert_int_eq(path.count, PLAYPATH_MAX);
  ck_assert_int_eq(playpath_rank(&path, 255), 255);
  ck_assert_int_eq(playpath_rank(&path, 256), -1);
}
END_TEST

START_TEST(test_append_keeps_the_first_place)
{
  PlayPath           path = { 0 }, other = { 0 };
  const SongPosition position = { 0 };
  playpath_follow(&path, &position, 5 * TRACK_PAGE, 1);
  playpath_follow(&other, &position, 4 * TRACK_PAGE, 3 * TRACK_PAGE);
  playpath_append(&path, &other);
  ck_assert_int_eq(path.count, 3);
  ck_assert_int_eq(path.page[0], 5);
  ck_assert_int_eq(path.page[1], 4);
  ck_assert_int_eq(path.page[2], 6);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("playpath");
  TCase *tcase = tcase_create("playpath");
  tcase_add_loop_test(tcase, test_against_a_walk, 0, 10);
  tcase_add_test(tcase, test_never_more_than_fits);
  tcase_add_test(tcase, test_append_keeps_the_first_place);
  suite_add_tcase(suite, tcase);

  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
