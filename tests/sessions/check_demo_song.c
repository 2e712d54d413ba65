/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The demo song: that it is repeatable, that its files are what they should
   be, and that what is heard is what the score says. */

#include "sessions/demo-groove.h"
#include "sessions/demo-math.h"
#include "sessions/demo-score.h"
#include "sessions/demo-song.h"
#include "sessions/demo-speech.h"

#include <check.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

#define RATE ((double)DEMO_SONG_RATE)

/* Tracks by what they are called, so that the order may change. */
static int
track_of(const char *file)
{
  for (int i = 0; i < demo_song_tracks(); i++) {
    if (strstr(demo_song_track(i)->file, file)) {
      return i;
    }
  }
  ck_abort_msg("no track %s", file);
  return -1;
}

static size_t
frames_of(double seconds)
{
  return (size_t)(seconds * RATE);
}

/* The beginning of a track, for the caller to free. */
static float *
render(int track, size_t frames)
{
  const size_t count = frames * (size_t)demo_song_track(track)->channels;
  float       *x     = malloc(count * sizeof *x);
  ck_assert_ptr_nonnull(x);
  ck_assert(demo_song_render(track, frames, x));
  return x;
}

START_TEST(song_is_described)
{
  const double seconds = (double)demo_song_frames() / RATE;
  ck_assert_int_ge(demo_song_tracks(), 10);
  ck_assert_double_ge(seconds, 60.0);
  ck_assert_double_le(seconds, 90.0);
  ck_assert_ptr_null(demo_song_track(-1));
  ck_assert_ptr_null(demo_song_track(demo_song_tracks()));
  for (int i = 0; i < demo_song_tracks(); i++) {
    const DemoTrack *track = demo_song_track(i);
    ck_assert_uint_eq(strlen(track->color), 7);
    ck_assert(track->channels == 1 || track->channels == 2);
    for (int k = 0; k < i; k++) {
      ck_assert_str_ne(track->file, demo_song_track(k)->file);
      ck_assert_str_ne(track->name, demo_song_track(k)->name);
    }
  }
  for (int i = 1; i < demo_song_sections(); i++) {
    ck_assert_double_gt(demo_song_section(i)->start,
                        demo_song_section(i - 1)->start);
    ck_assert_double_lt(demo_song_section(i)->start, seconds);
  }
}
END_TEST

START_TEST(track_is_repeatable)
{
  /* A longer rendering begins with the shorter one, bit for bit; the odd
     length splits blocks. */
  const size_t part  = frames_of(10.1) + 77;
  const size_t whole = frames_of(10.4);
  const size_t count = part * (size_t)demo_song_track(_i)->channels;
  float       *a     = render(_i, part);
  float       *b     = render(_i, whole);
  ck_assert_int_eq(memcmp(a, b, count * sizeof *a), 0);
  free(a);
  free(b);
}
END_TEST

START_TEST(kick_is_on_the_grid)
{
  /* Until the first chorus no two kicks are closer than a quarter second,
     and each one's beginning lies near a step of the score. */
  const size_t frames = frames_of(19.2);
  float       *x      = render(track_of("kick"), frames);
  DemoHits     hits;
  size_t       found = 0, written = 0;
  size_t       rest = 0;
  demo_groove(DEMO_KICK, &hits);
  for (size_t h = 0; h < hits.count; h++) {
    written += hits.hit[h].time < 19.1;
  }
  for (size_t i = 0; i < frames; i++) {
    const double level = fabs((double)x[i]);
    if (level > 0.12 && i >= rest) {
      const double step = (double)i / DEMO_STEP_FRAMES;
      const double due  = demo_score_time(floor(step + 0.25)) * RATE;
      ck_assert_msg(
        fabs((double)i - due) < 0.012 * RATE, "a kick at step %.3f", step);
      found++;
      rest = i + frames_of(0.25);
    }
  }
  ck_assert_uint_eq(found, written);
  free(x);
}
END_TEST

/* How alike x is to itself a lag later, 0..1. */
static double
likeness(const float *x, size_t frames, double lag)
{
  const size_t whole = (size_t)lag;
  const double t     = lag - (double)whole;
  double       xy = 0.0, xx = 0.0, yy = 0.0;
  for (size_t i = 0; i < frames; i++) {
    const double a = (double)x[i];
    const double b =
      (1.0 - t) * (double)x[i + whole] + t * (double)x[i + whole + 1];
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  return xy / sqrt(xx * yy + 1e-30);
}

/* By how many cents the pitch of x stands away from `hz`, from the best lag
   within half a semitone over three periods. */
static double
cents_off(const float *x, size_t frames, double hz)
{
  const double laps = 3.0;
  double       best = -1.0, where = 0.0;
  for (double cents = -50.0; cents <= 50.0; cents += 0.5) {
    const double lag  = laps * RATE / (hz * exp2(cents / 1200.0));
    const double like = likeness(x, frames, lag);
    if (like > best) {
      best  = like;
      where = cents;
    }
  }
  return where;
}

START_TEST(bass_is_in_tune)
{
  const size_t frames = frames_of(30.0);
  float       *x      = render(track_of("bass"), frames);
  DemoNotes   *notes  = calloc(1, sizeof *notes);
  int          heard  = 0;
  demo_score_bass(notes);
  for (size_t i = 0; i < notes->count; i++) {
    const DemoNote *note = &notes->note[i];
    const size_t    from = frames_of(note->start + 0.12);
    if (note->length > 0.35 && from + 12000 < frames) {
      const double cents =
        cents_off(x + from, frames_of(0.1), demo_pitch_hz(note->pitch));
      ck_assert_msg(fabs(cents) < 10.0,
                    "pitch %.0f at %.2f s is %.1f cents off",
                    note->pitch,
                    note->start,
                    cents);
      heard++;
    }
  }
  ck_assert_int_gt(heard, 15);
  free(notes);
  free(x);
}
END_TEST

/* Energy of x at a frequency: Goertzel's filter. */
static double
energy_at(const float *x, size_t frames, double hz)
{
  const double c = 2.0 * cos(2.0 * DEMO_PI * hz / RATE);
  double       a = 0.0, b = 0.0;
  for (size_t i = 0; i < frames; i++) {
    const double y = (double)x[i] + c * a - b;
    b              = a;
    a              = y;
  }
  return a * a + b * b - c * a * b;
}

static double
energy_between(const float *x, size_t frames, double low, double high)
{
  double sum = 0.0;
  for (double hz = low; hz < high; hz += 25.0) {
    sum += energy_at(x, frames, hz);
  }
  return sum;
}

START_TEST(lead_has_consonants)
{
  /* Before each vowel that an S opens, the hiss between 5 and 10 kHz is most
     of what is heard; in the vowel it is little. */
  const size_t        frames = frames_of(30.0);
  float              *x      = render(track_of("lead-voice"), frames);
  size_t              count;
  const DemoSyllable *s     = demo_score_lyric(&count);
  int                 heard = 0;
  for (size_t i = 0; i < count; i++) {
    const double sing = demo_score_time(s[i].start) + 0.012;
    if (!strncmp(s[i].sounds, "S IH", 4) && sing < 29.0) {
      const size_t hiss  = frames_of(sing - 0.085);
      const size_t vowel = frames_of(sing + 0.07);
      const size_t span  = frames_of(0.05);
      const double sharp = energy_between(x + hiss, span, 5000.0, 10000.0);
      ck_assert_double_gt(sharp, energy_between(x + hiss, span, 100.0, 4000.0));
      ck_assert_double_lt(energy_between(x + vowel, span, 5000.0, 10000.0),
                          energy_between(x + vowel, span, 100.0, 4000.0));
      heard++;
    }
  }
  ck_assert_int_ge(heard, 3);
  free(x);
}
END_TEST

START_TEST(lead_is_in_tune)
{
  /* Long vowels: their second half, without the vibrato's swing. */
  const size_t        frames = frames_of(30.0);
  float              *x      = render(track_of("lead-voice"), frames);
  size_t              count;
  const DemoSyllable *s     = demo_score_lyric(&count);
  int                 heard = 0;
  for (size_t i = 0; i < count; i++) {
    const double sing = demo_score_time(s[i].start);
    if (s[i].length >= 5 && sing < 28.0) {
      double mean = 0.0;
      for (int k = 0; k < 6; k++) {
        const size_t from = frames_of(sing + 0.22 + 0.062 * k);
        mean +=
          cents_off(x + from, frames_of(0.03), demo_pitch_hz(s[i].lead)) / 6.0;
      }
      ck_assert_msg(fabs(mean) < 25.0,
                    "\"%s\" at %.2f s is %.1f cents off",
                    s[i].sounds,
                    sing,
                    mean);
      heard++;
    }
  }
  ck_assert_int_ge(heard, 4);
  free(x);
}
END_TEST

START_TEST(lyric_can_be_said)
{
  size_t              count;
  const DemoSyllable *s = demo_score_lyric(&count);
  for (size_t i = 0; i < count; i++) {
    for (const char *at = s[i].sounds; at; at = demo_speech_next(at)) {
      ck_assert_msg(*at == '-' || demo_speech_find(at),
                    "nobody can say \"%s\"",
                    s[i].sounds);
    }
    ck_assert(i == 0 || s[i].start > s[i - 1].start);
  }
}
END_TEST

START_TEST(parts_fit)
{
  void (*const parts[])(DemoNotes *) = { demo_score_bass,
                                         demo_score_guitar,
                                         demo_score_acoustic,
                                         demo_score_solo,
                                         demo_score_piano };
  for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
    DemoNotes *notes = calloc(1, sizeof *notes);
    parts[p](notes);
    ck_assert_uint_gt(notes->count, 20);
    ck_assert_uint_lt(notes->count, DEMO_SCORE_NOTES);
    free(notes);
  }
  for (int piece = 0; piece < DEMO_PIECES; piece++) {
    DemoHits hits;
    demo_groove((DemoPiece)piece, &hits);
    ck_assert_uint_gt(hits.count, 0);
    ck_assert_uint_lt(hits.count, DEMO_GROOVE_HITS);
  }
}
END_TEST

START_TEST(mathematics_is_right)
{
  for (double x = -9.0; x < 9.0; x += 0.0137) {
    ck_assert_double_eq_tol(demo_exp2(x) / exp2(x), 1.0, 1e-11);
    ck_assert_double_eq_tol(demo_sin(x), sin(2.0 * DEMO_PI * x), 1e-10);
    ck_assert_double_eq_tol(demo_atan(x), atan(x) / (2.0 * DEMO_PI), 1e-8);
  }
}
END_TEST

/* Counts the reports, and checks their order. */
static void
count_progress(void *data, double fraction, const char *track)
{
  double *last = data;
  ck_assert_double_ge(fraction, *last);
  ck_assert_double_le(fraction, 1.0);
  ck_assert_ptr_nonnull(track);
  *last = fraction;
}

/* A file of the song: its form, and that it sounds like a good recording. */
static void
check_file(const char *path, const DemoTrack *track)
{
  SF_INFO      info     = { 0 };
  SNDFILE     *file     = sf_open(path, SFM_READ, &info);
  const size_t channels = (size_t)track->channels;
  const size_t frames   = demo_song_frames();
  double      *x        = malloc(frames * channels * sizeof *x);
  double       peak = 0.0, edges = 0.0, sum[2] = { 0.0 };
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(info.format, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
  ck_assert_int_eq(info.samplerate, 48000);
  ck_assert_int_eq(info.channels, track->channels);
  ck_assert_int_eq(info.frames, (sf_count_t)frames);
  ck_assert_int_eq(sf_readf_double(file, x, info.frames), info.frames);
  for (size_t i = 0; i < frames * channels; i++) {
    peak = fmax(peak, fabs(x[i]));
    sum[i % channels] += x[i];
  }
  for (size_t c = 0; c < channels; c++) {
    edges = fmax(edges, fabs(x[c]));
    edges = fmax(edges, fabs(x[(frames - 1) * channels + c]));
  }
  const double db = 20.0 * log10(peak);
  ck_assert_msg(
    db > -12.0 && db < -3.0, "%s peaks at %.2f dBFS", track->name, db);
  ck_assert_double_lt(fabs(sum[0]) / (double)frames, 1e-5);
  ck_assert_double_lt(fabs(sum[1]) / (double)frames, 1e-5);
  ck_assert_double_lt(edges, 1e-4);
  free(x);
  sf_close(file);
}

START_TEST(files_are_whole)
{
  char  *folder = g_dir_make_tmp("demo-XXXXXX", NULL);
  char  *inner  = g_build_filename(folder, "song", NULL);
  char  *error  = NULL;
  double last   = 0.0;
  ck_assert_msg(
    demo_song_write(inner, count_progress, &last, &error), "%s", error);
  ck_assert_double_eq(last, 1.0);
  for (int i = 0; i < demo_song_tracks(); i++) {
    const DemoTrack *track = demo_song_track(i);
    char            *path  = g_build_filename(inner, track->file, NULL);
    check_file(path, track);
    g_unlink(path);
    g_free(path);
  }
  /* Nothing else is left: no half-written file. */
  ck_assert_int_eq(g_rmdir(inner), 0);
  g_rmdir(folder);
  g_free(inner);
  g_free(folder);
}
END_TEST

START_TEST(refusal_is_explained)
{
  char *folder = g_dir_make_tmp("demo-XXXXXX", NULL);
  char *taken  = g_build_filename(folder, "taken", NULL);
  char *error  = NULL;
  ck_assert(g_file_set_contents(taken, "a file", -1, NULL));
  ck_assert(!demo_song_write(taken, NULL, NULL, &error));
  ck_assert_ptr_nonnull(error);
  ck_assert_ptr_nonnull(strstr(error, taken));
  g_free(error);
  g_unlink(taken);
  g_rmdir(folder);
  g_free(taken);
  g_free(folder);
}
END_TEST

static Suite *
demo_song_suite(void)
{
  Suite *suite = suite_create("demo song");
  TCase *score = tcase_create("score");
  TCase *sound = tcase_create("sound");
  TCase *files = tcase_create("files");
  tcase_set_timeout(sound, 240);
  tcase_set_timeout(files, 240);
  tcase_add_test(score, song_is_described);
  tcase_add_test(score, lyric_can_be_said);
  tcase_add_test(score, parts_fit);
  tcase_add_test(score, mathematics_is_right);
  tcase_add_loop_test(sound, track_is_repeatable, 0, demo_song_tracks());
  tcase_add_test(sound, kick_is_on_the_grid);
  tcase_add_test(sound, bass_is_in_tune);
  tcase_add_test(sound, lead_has_consonants);
  tcase_add_test(sound, lead_is_in_tune);
  tcase_add_test(files, files_are_whole);
  tcase_add_test(files, refusal_is_explained);
  suite_add_tcase(suite, score);
  suite_add_tcase(suite, sound);
  suite_add_tcase(suite, files);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(demo_song_suite());
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
