/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Recordings that must be converted before they play: once, in the background,
   kept, checked, and given up when nobody wants them. */

#include "engine/tracks/cache.h"
#include "engine/tracks/readers.h"

#include "tests/tracks/fixture.h"

#include <math.h>
#include <sys/stat.h>
#include <time.h>
#include <utime.h>

#define RATE 48000

static Playhead playhead;

/* How often files were opened as recordings, to see what the cache spares. */
static _Atomic int reads;

static void *
counted_open(const char *path, AudioFileInfo *info, char **error)
{
  return audiofile_source.open(path, info, error);
}

static int
counted_read(void *file, int64_t frame, int frames, float *out)
{
  atomic_fetch_add(&reads, 1);
  return audiofile_source.read(file, frame, frames, out);
}

static void
counted_close(void *file)
{
  audiofile_source.close(file);
}

static const AudioSource counted = { counted_open,
                                     counted_read,
                                     counted_close };

static Track *
open_counted(Readers *readers, const char *path)
{
  return readers_open(readers,
                      &(TrackSpec){ .path   = path,
                                    .rate   = RATE,
                                    .cache  = fixture_path("cache"),
                                    .source = &counted });
}

/* Opens a recording, plays its middle, closes. Returns how many times the
   original had to be read. */
static int
use(const char *path, float *middle)
{
  Readers *readers = readers_new(&playhead, 2);
  atomic_store(&reads, 0);
  Track *track = open_counted(readers, path);
  ck_assert(readers_wait(readers, 20000, 512));
  ck_assert_msg(track_state(track) == TRACK_READY, "%s", track_message(track));
  track_begin(track, &(SongSpan){ 20000, 512 }, 1);
  track_read(track, 0, 20000, 512, middle);
  track_end(track);
  readers_free(readers);
  return atomic_load(&reads);
}

static void
write_song(const char *path)
{
  fixture_write(path, SF_FORMAT_WAV | SF_FORMAT_PCM_24, 44100, 2, 60001);
}

/* The one file in the cache. */
static void
find_cached(char path[PATH_MAX])
{
  const char *folder = fixture_path("cache");
  DIR        *dir    = opendir(folder);
  ck_assert_ptr_nonnull(dir);
  ck_assert_int_eq(fixture_count(folder), 1);
  for (struct dirent *entry; (entry = readdir(dir));)
    if (entry->d_name[0] != '.')
      snprintf(path, PATH_MAX, "%.3000s/%.255s", folder, entry->d_name);
  closedir(dir);
}

START_TEST(test_converted_once_and_kept)
{
  float       first[512], second[512];
  char        cached[PATH_MAX];
  const char *path = fixture_path("My song (take 2).wav");
  write_song(path);
  ck_assert_int_gt(use(path, first), 0);
  find_cached(cached);
  ck_assert_ptr_nonnull(strstr(cached, "/My_song__take_2_-48000-"));
  ck_assert_int_eq(use(path, second), 0);
  ck_assert_int_eq(memcmp(first, second, sizeof first), 0);

  /* It is a file as any other program reads it. */
  SF_INFO  info = { 0 };
  SNDFILE *file = sf_open(cached, SFM_READ, &info);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(info.samplerate, RATE);
  ck_assert_int_eq(info.frames, lround(60001.0 * 480 / 441));
  sf_close(file);
}
END_TEST

START_TEST(test_what_the_track_says)
{
  AudioFileInfo info;
  write_song(fixture_path("a.wav"));
  Readers *readers = readers_new(&playhead, 1);
  Track   *track   = open_counted(readers, fixture_path("a.wav"));
  ck_assert(readers_settle(readers, -1));
  ck_assert_int_eq(track_state(track), TRACK_READY);
  ck_assert_int_eq(atomic_load(&track->progress), 100);
  ck_assert_int_eq(track->frames, lround(60001.0 * 480 / 441));
  ck_assert(readers_info(readers, track, &info));
  ck_assert_int_eq(info.rate, 44100);
  ck_assert_int_eq(info.frames, 60001);
  readers_free(readers);
}
END_TEST

static void
truncate_file(const char *path)
{
  ck_assert_int_eq(truncate(path, 50000), 0);
}

static void
empty_file(const char *path)
{
  ck_assert_int_eq(truncate(path, 0), 0);
}

static void
scribble(const char *path)
{
  FILE *file = fopen(path, "r+b");
  fputs("This is no longer audio", file);
  fclose(file);
}

static void
other_audio(const char *path)
{
  fixture_write(path, SF_FORMAT_W64 | SF_FORMAT_FLOAT, RATE, 2, 500);
}

static void (*const damages[])(const char *path) = { truncate_file,
                                                     empty_file,
                                                     scribble,
                                                     other_audio };

START_TEST(test_broken_cache_is_made_again)
{
  float first[512], second[512];
  char  cached[PATH_MAX];
  write_song(fixture_path("a.wav"));
  use(fixture_path("a.wav"), first);
  find_cached(cached);
  damages[_i](cached);
  ck_assert_int_gt(use(fixture_path("a.wav"), second), 0);
  ck_assert_int_eq(memcmp(first, second, sizeof first), 0);
  find_cached(cached);
}
END_TEST

START_TEST(test_changed_recording_is_converted_anew)
{
  float first[512], second[512];
  write_song(fixture_path("a.wav"));
  use(fixture_path("a.wav"), first);
  const struct utimbuf time = { 1000000000, 1000000000 };
  ck_assert_int_eq(utime(fixture_path("a.wav"), &time), 0);
  ck_assert_int_gt(use(fixture_path("a.wav"), second), 0);
  ck_assert_int_eq(fixture_count(fixture_path("cache")), 2);
}
END_TEST

/* A session can move with its cache. */
START_TEST(test_moved_recording_is_known)
{
  float first[512], second[512];
  ck_assert_int_eq(mkdir(fixture_path("there"), 0777), 0);
  write_song(fixture_path("a.wav"));
  use(fixture_path("a.wav"), first);
  ck_assert_int_eq(rename(fixture_path("a.wav"), fixture_path("there/a.wav")),
                   0);
  ck_assert_int_eq(use(fixture_path("there/a.wav"), second), 0);
  ck_assert_int_eq(memcmp(first, second, sizeof first), 0);
}
END_TEST

/* Lossy recordings go through the cache even at the session's rate, and then
   every frame is what the decoder gave on its way from the start. */
START_TEST(test_vorbis_is_exact_from_anywhere)
{
  const int frames = 100000;
  uint32_t  seed   = 4;
  int       wrong  = 0;
  fixture_write(
    fixture_path("a.ogg"), SF_FORMAT_OGG | SF_FORMAT_VORBIS, RATE, 1, frames);
  float   *whole = malloc((size_t)frames * sizeof *whole);
  SF_INFO  info  = { 0 };
  SNDFILE *file  = sf_open(fixture_path("a.ogg"), SFM_READ, &info);
  ck_assert_int_eq(sf_readf_float(file, whole, frames), frames);
  sf_close(file);

  Readers *readers = readers_new(&playhead, 2);
  Track   *track   = open_counted(readers, fixture_path("a.ogg"));
  for (int i = 0; i < 50; i++) {
    const int64_t start = fixture_random(&seed) % (uint32_t)(frames - 1000);
    float         out[1000];
    ck_assert(readers_wait(readers, start, 1000));
    track_begin(track, &(SongSpan){ start, 1000 }, 1);
    track_read(track, 0, start, 1000, out);
    track_end(track);
    wrong += memcmp(out, whole + start, sizeof out) != 0;
  }
  ck_assert_int_eq(wrong, 0);
  readers_free(readers);
  free(whole);
}
END_TEST

/* --- what can go wrong --- */

START_TEST(test_no_folder_is_told)
{
  write_song(fixture_path("a.wav"));
  Readers *readers = readers_new(&playhead, 1);
  Track   *track   = readers_open(
    readers, &(TrackSpec){ .path = fixture_path("a.wav"), .rate = RATE });
  ck_assert(readers_settle(readers, -1));
  ck_assert_int_eq(track_state(track), TRACK_FAILED);
  ck_assert_ptr_nonnull(strstr(track_message(track), "44100 to 48000 Hz"));
  ck_assert_ptr_nonnull(strstr(track_message(track), "a.wav"));
  readers_free(readers);
}
END_TEST

START_TEST(test_impossible_folder_is_told)
{
  write_song(fixture_path("a.wav"));
  Readers *readers = readers_new(&playhead, 1);
  Track   *track =
    readers_open(readers,
                 &(TrackSpec){ .path  = fixture_path("a.wav"),
                               .rate  = RATE,
                               .cache = fixture_path("none/cache") });
  ck_assert(readers_settle(readers, -1));
  ck_assert_int_eq(track_state(track), TRACK_FAILED);
  ck_assert_ptr_nonnull(strstr(track_message(track), "none/cache"));
  readers_free(readers);
}
END_TEST

/* Attempts that were killed leave nothing for good; one that is alive stays. */
START_TEST(test_leftovers_are_swept)
{
  float middle[512];
  char  cached[PATH_MAX], left[PATH_MAX + 16];
  write_song(fixture_path("a.wav"));
  use(fixture_path("a.wav"), middle);
  find_cached(cached);
  snprintf(left, sizeof left, "%s.part-1-0", cached);
  ck_assert_int_eq(rename(cached, left), 0);
  use(fixture_path("a.wav"), middle);
  find_cached(cached);
}
END_TEST

/* --- a conversion that takes for ever --- */

static void *
endless_open(const char *path, AudioFileInfo *info, char **error)
{
  (void)path;
  (void)error;
  *info = (AudioFileInfo){ .rate     = 44100,
                           .channels = 1,
                           .frames   = (int64_t)44100 * 3600 * 24,
                           .lossless = true };
  return &reads;
}

static int
endless_read(void *file, int64_t frame, int frames, float *out)
{
  (void)file;
  (void)frame;
  atomic_fetch_add(&reads, 1);
  nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
  memset(out, 0, (size_t)frames * sizeof *out);
  return frames;
}

static void
endless_close(void *file)
{
  (void)file;
  atomic_store(&reads, -1);
}

static const AudioSource endless = { endless_open,
                                     endless_read,
                                     endless_close };

static void
nap(void)
{
  nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static Track *
begin_endless(Readers *readers)
{
  fixture_write(
    fixture_path("a.wav"), SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 1, 100);
  Track *track = readers_open(readers,
                              &(TrackSpec){ .path   = fixture_path("a.wav"),
                                            .rate   = RATE,
                                            .cache  = fixture_path("cache"),
                                            .source = &endless });
  while (atomic_load(&reads) < 3)
    nap();
  ck_assert_int_eq(track_state(track), TRACK_CONVERTING);
  ck_assert_int_eq(fixture_count(fixture_path("cache")), 1);
  return track;
}

START_TEST(test_closing_gives_a_conversion_up)
{
  float    out[64] = { 1 };
  Readers *readers = readers_new(&playhead, 1);
  Track   *track   = begin_endless(readers);

  /* Silent while it waits, and not an underrun. */
  track_begin(track, &(SongSpan){ 0, 64 }, 1);
  track_read(track, 0, 0, 64, out);
  track_end(track);
  ck_assert_float_eq(out[0], 0.0f);
  ck_assert_uint_eq(atomic_load(&track->underruns), 0);

  readers_close(readers, track);
  while (atomic_load(&reads) >= 0)
    nap();
  ck_assert_int_eq(fixture_count(fixture_path("cache")), 0);
  readers_free(readers);
}
END_TEST

START_TEST(test_the_end_gives_a_conversion_up)
{
  Readers *readers = readers_new(&playhead, 1);
  begin_endless(readers);
  readers_free(readers);
  ck_assert_int_eq(atomic_load(&reads), -1);
  ck_assert_int_eq(fixture_count(fixture_path("cache")), 0);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("cache");
  TCase *tcase = tcase_create("cache");
  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
  tcase_add_test(tcase, test_converted_once_and_kept);
  tcase_add_test(tcase, test_what_the_track_says);
  tcase_add_loop_test(tcase, test_broken_cache_is_made_again, 0, 4);
  tcase_add_test(tcase, test_changed_recording_is_converted_anew);
  tcase_add_test(tcase, test_moved_recording_is_known);
  tcase_add_test(tcase, test_vorbis_is_exact_from_anywhere);
  tcase_add_test(tcase, test_no_folder_is_told);
  tcase_add_test(tcase, test_impossible_folder_is_told);
  tcase_add_test(tcase, test_leftovers_are_swept);
  tcase_add_test(tcase, test_closing_gives_a_conversion_up);
  tcase_add_test(tcase, test_the_end_gives_a_conversion_up);
  suite_add_tcase(suite, tcase);

  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
