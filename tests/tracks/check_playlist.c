/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The table of pages: what is heard, what is silent, what is counted, and that
   the two sides never use a page at the same time. */

#include "engine/playlist.h"

#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#define PAGES  40
#define FRAMES (PAGES * TRACK_PAGE - 500) /* ends inside a page */
#define SLOTS  6

static float
code(int64_t frame, int channel)
{
  return (float)(frame + 1) + (float)channel * 1e6f;
}

static void
fill(Track *track, int slot, int64_t page)
{
  for (int c = 0; c < track->channels; c++) {
    float *room = track_room(track, slot, c);
    for (int i = 0; i < TRACK_PAGE; i++) {
      const int64_t frame = page * TRACK_PAGE + i;
      room[i]             = frame < track->frames ? code(frame, c) : 0.0f;
    }
  }
  track_publish(track, slot);
}

static void
load(Track *track, int slot, int64_t page)
{
  ck_assert(track_claim(track, slot, page));
  fill(track, slot, page);
}

static void
open_track(Track *track)
{
  track_init(track);
  ck_assert(track_prepare(track, 2, FRAMES, SLOTS));
  atomic_store(&track->state, TRACK_READY);
}

static uint32_t
underruns(const Track *track)
{
  return atomic_load(&track->underruns);
}

static void
begin(Track *track, int64_t frame, int frames)
{
  track_begin(track, &(SongSpan){ frame, frames }, 1);
}

START_TEST(test_reads_across_pages)
{
  Track track;
  float out[3000];
  open_track(&track);
  load(&track, 4, 7);
  load(&track, 1, 8);
  load(&track, 0, 9);

  const int64_t start = 8 * TRACK_PAGE - 17;
  begin(&track, start, 3000);
  track_read(&track, 1, start, 3000, out);
  for (int i = 0; i < 3000; i++)
    ck_assert_float_eq(out[i], code(start + i, 1));
  track_end(&track);
  ck_assert_uint_eq(underruns(&track), 0);
  track_cleanup(&track);
}
END_TEST

START_TEST(test_silence_outside_is_no_underrun)
{
  Track track;
  float out[64];
  open_track(&track);
  load(&track, 0, 0);
  load(&track, 1, PAGES - 1);

  begin(&track, -32, 64);
  track_read(&track, 0, -32, 64, out);
  track_end(&track);
  for (int i = 0; i < 64; i++)
    ck_assert_float_eq(out[i], i < 32 ? 0.0f : code(i - 32, 0));

  begin(&track, FRAMES - 10, 64);
  track_read(&track, 0, FRAMES - 10, 64, out);
  track_end(&track);
  for (int i = 0; i < 64; i++)
    ck_assert_float_eq(out[i], i < 10 ? code(FRAMES - 10 + i, 0) : 0.0f);

  begin(&track, -5000, 64);
  track_end(&track);
  begin(&track, (int64_t)1 << 40, 64);
  track_read(&track, 0, (int64_t)1 << 40, 64, out);
  track_end(&track);
  ck_assert_float_eq(out[63], 0.0f);
  ck_assert_uint_eq(underruns(&track), 0);
  track_cleanup(&track);
}
END_TEST

START_TEST(test_channels_that_are_not_there_are_silent)
{
  Track track;
  float out[2] = { 1, 1 };
  open_track(&track);
  load(&track, 0, 0);
  begin(&track, 0, 2);
  track_read(&track, 2, 0, 2, out);
  ck_assert_float_eq(out[0], 0.0f);
  track_read(&track, -1, 0, 2, out);
  ck_assert_float_eq(out[1], 0.0f);
  track_end(&track);
  track_cleanup(&track);
}
END_TEST

START_TEST(test_missing_page_is_silent_and_counted_once_a_block)
{
  Track track;
  float out[4096];
  open_track(&track);
  load(&track, 0, 3);

  begin(&track, 2 * TRACK_PAGE, 3 * TRACK_PAGE);
  ck_assert_uint_eq(underruns(&track), 1);
  track_read(&track, 0, 3 * TRACK_PAGE - 2048, 4096, out);
  for (int i = 0; i < 4096; i++)
    ck_assert_float_eq(out[i],
                       i < 2048 ? 0.0f : code(3 * TRACK_PAGE - 2048 + i, 0));

  /* Arriving in the middle of a block it is not heard before the next. */
  load(&track, 1, 2);
  track_read(&track, 0, 2 * TRACK_PAGE, 16, out);
  ck_assert_float_eq(out[0], 0.0f);
  track_end(&track);
  begin(&track, 2 * TRACK_PAGE, 16);
  track_read(&track, 0, 2 * TRACK_PAGE, 16, out);
  track_end(&track);
  ck_assert_float_eq(out[0], code(2 * TRACK_PAGE, 0));
  ck_assert_uint_eq(underruns(&track), 1);
  track_cleanup(&track);
}
END_TEST

START_TEST(test_not_ready_is_silent_and_not_counted)
{
  static const TrackState states[] = { TRACK_OPENING,
                                       TRACK_CONVERTING,
                                       TRACK_FAILED };
  Track                   track;
  float                   out[16] = { 1 };
  track_init(&track);
  atomic_store(&track.state, states[_i]);
  begin(&track, 0, 16);
  track_read(&track, 0, 0, 16, out);
  track_end(&track);
  ck_assert_float_eq(out[0], 0.0f);
  ck_assert_uint_eq(underruns(&track), 0);
  ck_assert(!track_holds(&track, 0, 16));
}
END_TEST

START_TEST(test_pinned_page_cannot_be_claimed)
{
  Track track;
  open_track(&track);
  load(&track, 0, 5);
  ck_assert_int_eq(track_spare(&track, 0), 5);
  ck_assert_int_eq(track_spare(&track, 1), TRACK_SLOT_EMPTY);

  begin(&track, 5 * TRACK_PAGE, 16);
  ck_assert_int_eq(track_spare(&track, 0), TRACK_SLOT_TAKEN);
  ck_assert(!track_claim(&track, 0, 6));
  ck_assert(track_holds(&track, 5 * TRACK_PAGE, TRACK_PAGE));
  track_end(&track);
  ck_assert(track_claim(&track, 0, 6));
  ck_assert(!track_claim(&track, 0, 7));
  ck_assert(!track_holds(&track, 5 * TRACK_PAGE, 1));
  ck_assert(!track_holds(&track, 6 * TRACK_PAGE, 1));
  ck_assert_int_eq(track_slot(&track, 6), 0);

  begin(&track, 6 * TRACK_PAGE, 16);
  ck_assert_uint_eq(underruns(&track), 1);
  track_end(&track);
  fill(&track, 0, 6);
  ck_assert(track_holds(&track, 6 * TRACK_PAGE, 1));
  track_cleanup(&track);
}
END_TEST

/* A loop shorter than the block asks for the same page many times. */
START_TEST(test_spans_share_pins)
{
  Track    track;
  SongSpan spans[100];
  float    out[3];
  open_track(&track);
  load(&track, 0, 0);
  load(&track, 1, 1);
  for (int i = 0; i < 100; i++)
    spans[i] = (SongSpan){ TRACK_PAGE - 2, 3 };
  track_begin(&track, spans, 100);
  ck_assert_int_eq(track.pins, 2);
  track_read(&track, 0, TRACK_PAGE - 2, 3, out);
  ck_assert_float_eq(out[2], code(TRACK_PAGE, 0));
  track_end(&track);
  ck_assert_uint_eq(underruns(&track), 0);
  track_cleanup(&track);
}
END_TEST

/* --- both sides at once --- */

typedef struct {
  Track        track;
  _Atomic bool stop;
} Shared;

static uint32_t
next_random(uint32_t *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static void *
shuffle_pages(void *data)
{
  Shared  *shared = data;
  uint32_t seed   = 12345;
  while (!atomic_load(&shared->stop)) {
    const int     slot = (int)(next_random(&seed) % SLOTS);
    const int64_t page = next_random(&seed) % 12;
    if (track_slot(&shared->track, page) < 0 &&
        track_claim(&shared->track, slot, page))
      fill(&shared->track, slot, page);
  }
  return NULL;
}

/* A reader that changes pages at random under a player that locates at random:
   whatever is heard is the right sample or silence, a page at a time. */
START_TEST(test_never_old_data)
{
  Shared    shared = { .stop = false };
  pthread_t reader;
  uint32_t  seed = 1, heard = 0, wrong = 0;
  open_track(&shared.track);
  ck_assert_int_eq(pthread_create(&reader, NULL, shuffle_pages, &shared), 0);

  for (int block = 0; block < 30000; block++) {
    const int64_t start = next_random(&seed) % (10 * TRACK_PAGE);
    float         out[256];
    begin(&shared.track, start, 256);
    track_read(&shared.track, block & 1, start, 256, out);
    for (int i = 0; i < 256; i++) {
      wrong += out[i] != 0.0f && out[i] != code(start + i, block & 1);
      heard += out[i] != 0.0f;
    }
    track_end(&shared.track);
  }
  atomic_store(&shared.stop, true);
  pthread_join(reader, NULL);
  ck_assert_uint_eq(wrong, 0);
  ck_assert_uint_gt(heard, 1000);
  track_cleanup(&shared.track);
}
END_TEST

START_TEST(test_playhead_carries_the_position)
{
  Playhead           playhead = { 0 };
  const SongPosition in       = { -5, true, true, 100, (int64_t)1 << 40 };
  playhead_publish(&playhead, &in);
  const SongPosition out = playhead_look(&playhead);
  ck_assert_int_eq(out.frame, -5);
  ck_assert(out.rolling && out.loop);
  ck_assert_int_eq(out.loop_start, 100);
  ck_assert_int_eq(out.loop_end, (int64_t)1 << 40);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("playlist");
  TCase *tcase = tcase_create("pages");
  tcase_set_timeout(tcase, 120);
  tcase_add_test(tcase, test_reads_across_pages);
  tcase_add_test(tcase, test_silence_outside_is_no_underrun);
  tcase_add_test(tcase, test_channels_that_are_not_there_are_silent);
  tcase_add_test(tcase, test_missing_page_is_silent_and_counted_once_a_block);
  tcase_add_loop_test(tcase, test_not_ready_is_silent_and_not_counted, 0, 3);
  tcase_add_test(tcase, test_pinned_page_cannot_be_claimed);
  tcase_add_test(tcase, test_spans_share_pins);
  tcase_add_test(tcase, test_never_old_data);
  tcase_add_test(tcase, test_playhead_carries_the_position);
  suite_add_tcase(suite, tcase);

  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
