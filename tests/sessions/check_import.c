/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions from audio files: names, order, pairs, rates, and that nothing is
   left of one that could not be made. */

#include <check.h>
#include <glib.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "console/link.h"
#include "sessions/import-name.h"
#include "sessions/import.h"
#include "sessions/session.h"
#include "tests/broken.h"
#include "tests/scratch.h"

static char *folder, *audio, *session;

static void
setup(void)
{
  folder  = scratch_new();
  audio   = scratch_path(folder, "files");
  session = scratch_path(folder, "session");
  g_mkdir_with_parents(audio, 0755);
}

static void
teardown(void)
{
  g_free(session);
  g_free(audio);
  scratch_free(folder);
}

/* --- names --- */

START_TEST(natural_order)
{
  static const char *const order[] = {
    "/x/1 kick.wav",
    "/x/2 snare.wav",
    "/x/02 snare b.wav",
    "/x/10 bass.wav",
    "/x/a.wav",
    "/x/A-1.wav",
    "/x/a-2.wav",
    "/x/a-10.wav",
    "/x/take 99999999999999999999.wav",
    "/x/take 100000000000000000000.wav",
    "/x/z.wav",
    "/x/\xc3\xa4hre.wav",
  };

  for (size_t a = 0; a < G_N_ELEMENTS(order); a++)
    for (size_t b = 0; b < G_N_ELEMENTS(order); b++) {
      const int way = import_name_compare(order[a], order[b]);
      ck_assert_msg(a == b  ? way == 0
                    : a < b ? way < 0
                            : way > 0,
                    "%s, %s: %d",
                    order[a],
                    order[b],
                    way);
    }
  /* Names that count alike have an order all the same. */
  ck_assert_int_ne(import_name_compare("/x/01.wav", "/x/1.wav"), 0);
  ck_assert_int_ne(import_name_compare("/x/a.wav", "/y/a.wav"), 0);
}
END_TEST

START_TEST(sides)
{
  static const struct {
    const char *stem, *base;
    char        side;
  } names[] = {
    { "Drums-L", "Drums", 'L' },
    { "drums.R", "drums", 'R' },
    { "drums_left", "drums", 'L' },
    { "drums RIGHT", "drums", 'R' },
    { "OH-l", "OH", 'L' },
    { "control", "control", 0 },
    { "floor", "floor", 0 },
    { "L", "L", 0 },
    { "-L", "-L", 0 },
    { "left", "left", 0 },
    { "a-Left", "a", 'L' },
    { "\xc3\xa9-R", "\xc3\xa9", 'R' },
  };

  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    char      *stem = g_strdup(names[i].stem);
    const char side = import_name_cut_side(stem);
    ck_assert_msg(side == names[i].side && !strcmp(stem, names[i].base),
                  "%s: %s, %d",
                  names[i].stem,
                  stem,
                  side);
    g_free(stem);
  }
}
END_TEST

START_TEST(strip_names)
{
  static const struct {
    const char *stem, *suffix, *name;
  } names[] = {
    { "01-lead_guitar", "", "Lead guitar" },
    { "kick", "", "Kick" },
    { "808", "", "808" },
    { "2nd verse", "", "Nd verse" },
    { "\xc3\xa9toile", "", "\xc3\xa9toile" },
    { "a\nb\x1b[2J", "", "A b [2J" },
    { "a\xc2\x9b", "", "A" },
    { "___", "", "" },
    { "bad\xff", "", "Bad\xef\xbf\xbd" },
    { "live", " 12", "Live 12" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    char *name = import_name_strip(names[i].stem, names[i].suffix);
    ck_assert_str_eq(name, names[i].name);
    g_free(name);
  }
  char *many = g_strnfill(300, 'x');
  many[10]   = '\0';
  char *wide = g_strjoin(
    "\xe6\x9d\xb1", many, many, many, many, many, many, many, many, NULL);
  char *name = import_name_strip(wide, " 31");
  ck_assert_int_eq(g_utf8_strlen(name, -1), 64);
  ck_assert(g_str_has_suffix(name, " 31"));
  ck_assert(g_utf8_validate(name, -1, NULL));
  g_free(name);
  g_free(wide);
  g_free(many);
}
END_TEST

START_TEST(file_names)
{
  static const struct {
    const char *file, *ending;
    int         number;
    const char *name;
  } names[] = {
    { "/x/kick.wav", NULL, 1, "kick.wav" },
    { "/x/kick.wav", NULL, 2, "kick 2.wav" },
    { "/x/kick-L.flac", ".wav", 1, "kick-L.wav" },
    { "/x/take#3", NULL, 1, "take_3" },
    { "/x/a#1.b#2", NULL, 1, "a_1.b_2" },
    { "/x/a\nb.wav", NULL, 1, "a_b.wav" },
    { "/x/\xff.wav", NULL, 1, "\xef\xbf\xbd.wav" },
    { "/x/.hidden", NULL, 2, ".hidden 2" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    char *name =
      import_name_file(names[i].file, names[i].ending, names[i].number);
    ck_assert_str_eq(name, names[i].name);
    g_free(name);
  }
  char *stem = g_strnfill(250, '\xc3');
  for (int i = 1; i < 250; i += 2)
    stem[i] = '\xa4';
  char *file = g_strconcat("/x/", stem, ".w64", NULL);
  char *name = import_name_file(file, NULL, 123);
  ck_assert_uint_le(strlen(name), 255);
  ck_assert(g_utf8_validate(name, -1, NULL));
  ck_assert(g_str_has_suffix(name, " 123.w64"));
  g_free(name);
  g_free(file);
  g_free(stem);
}
END_TEST

/* --- sessions --- */

typedef struct Given {
  const char  *name;
  ScratchAudio audio;
} Given;

static char **
make_files(const Given *given, int count)
{
  char **files = g_new0(char *, (gsize)count + 1);

  for (int i = 0; i < count; i++) {
    char *above;
    files[i] = scratch_path(audio, given[i].name);
    above    = g_path_get_dirname(files[i]);
    g_mkdir_with_parents(above, 0755);
    scratch_audio(files[i], &given[i].audio);
    g_free(above);
  }
  return files;
}

static bool
make(char **files, bool link, char **error)
{
  const ImportOrder order = { .folder = session,
                              .files  = (const char *const *)files,
                              .count  = (int)g_strv_length(files),
                              .link   = link };

  return session_new(&order, error);
}

static Desk *
make_desk(const Given *given, int count, bool link)
{
  char **files = make_files(given, count);
  char  *error = NULL;

  ck_assert_msg(make(files, link, &error), "%s", error);
  Desk *desk = session_load(session, NULL, &error);
  ck_assert_msg(desk != NULL, "%s", error);
  g_strfreev(files);
  return desk;
}

static const char *
text_of(const Desk *desk, unsigned number, unsigned cell)
{
  return desk_get_text(desk, desk_address(OWNER_STRIP, number, cell));
}

static double
value_of(const Desk *desk, unsigned number, unsigned cell)
{
  return desk_get(desk, desk_address(OWNER_STRIP, number, cell));
}

static void
assert_tone(const char *track, int channels, int frames)
{
  char   *path = session_track_path(session, track);
  int     found, rate;
  int64_t length;
  float  *samples = scratch_read_audio(path, &found, &rate, &length);

  ck_assert_int_eq(found, channels);
  ck_assert_int_eq(length, frames);
  for (int i = 0; i < frames; i++)
    for (int c = 0; c < channels; c++)
      ck_assert_float_eq_tol(
        samples[i * channels + c], scratch_sample(c, i), 1.3e-7f);
  g_free(samples);
  g_free(path);
}

START_TEST(a_strip_a_file)
{
  static const Given given[] = {
    { "10 bass.wav", { 0, 48000, 1, 500 } },
    { "2-kick drum.flac",
      { SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 44100, 2, 400 } },
    { "strange #1 \xc3\xa9 name#2.wav", { 0, 44100, 1, 300 } },
    { "sub/10 bass.wav", { 0, 44100, 2, 200 } },
  };
  Desk *desk = make_desk(given, 4, false);

  ck_assert_uint_eq(desk_count(desk, OWNER_STRIP), 4);
  ck_assert_double_eq(desk_get(desk, desk_address(OWNER_DESK, 0, CELL_RATE)),
                      44100);
  ck_assert_str_eq(text_of(desk, 1, CELL_NAME), "Kick drum");
  ck_assert_str_eq(text_of(desk, 1, CELL_TRACK), "audio/2-kick drum.flac");
  ck_assert_double_eq(value_of(desk, 1, CELL_CHANNELS), 2);
  ck_assert_str_eq(text_of(desk, 2, CELL_TRACK), "audio/10 bass.wav");
  ck_assert_double_eq(value_of(desk, 2, CELL_CHANNELS), 1);
  ck_assert_str_eq(text_of(desk, 3, CELL_TRACK), "audio/10 bass 2.wav");
  ck_assert_str_eq(text_of(desk, 4, CELL_TRACK),
                   "audio/strange _1 \xc3\xa9 name_2.wav");
  for (unsigned k = 1; k <= 4; k++) {
    ck_assert_double_eq(value_of(desk, k, CELL_TO_MAIN), 1);
    ck_assert_double_eq(value_of(desk, k, CELL_FADER), 0);
    ck_assert_double_eq(value_of(desk, k, CELL_PAN), 0);
  }
  assert_tone("audio/2-kick drum.flac", 2, 400);
  assert_tone("audio/10 bass 2.wav", 2, 200);
  ck_assert_uint_eq(scratch_count(folder), 2); /* no half-made one beside it */
  ck_assert_uint_eq(scratch_count(session), 2);
  desk_free(desk);
}
END_TEST

START_TEST(pairs)
{
  static const Given given[] = {
    { "drums.R.wav", { 0, 0, 1, 900 } },
    { "drums.L.wav", { 0, 0, 1, 700 } },
    { "keys-L.wav", { 0, 44100, 1, 100 } }, /* another rate: no pair */
    { "keys-R.wav", { 0, 0, 1, 100 } },
    { "mix-L.wav", { 0, 0, 2, 100 } }, /* stereo already */
    { "mix-R.wav", { 0, 0, 2, 100 } },
    { "vox_left.wav", { SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0, 1, 100 } },
    { "VOX_RIGHT.wav", { 0, 0, 1, 100 } },
    { "a/x-L.wav", { 0, 0, 1, 50 } },
    { "b/x-R.wav", { 0, 0, 1, 50 } },
  };
  Desk   *desk = make_desk(given, 10, false);
  char   *path = session_track_path(session, "audio/drums.L.wav");
  int     channels;
  int64_t frames;
  float  *samples = scratch_read_audio(path, &channels, NULL, &frames);

  ck_assert_uint_eq(desk_count(desk, OWNER_STRIP), 8);
  ck_assert_str_eq(text_of(desk, 1, CELL_NAME), "Drums");
  ck_assert_str_eq(text_of(desk, 1, CELL_TRACK), "audio/drums.L.wav");
  ck_assert_double_eq(value_of(desk, 1, CELL_CHANNELS), 2);
  ck_assert_int_eq(channels, 2);
  ck_assert_int_eq(frames, 900);
  for (int i = 0; i < 900; i++) {
    const float mono = scratch_sample(0, i);
    ck_assert_float_eq_tol(samples[2 * i], i < 700 ? mono : 0, 1.3e-7f);
    ck_assert_float_eq_tol(samples[2 * i + 1], mono, 1.3e-7f);
  }
  unsigned stereo = 0, vox = 0;
  for (unsigned k = 1; k <= 8; k++) {
    stereo += value_of(desk, k, CELL_CHANNELS) > 1.5;
    vox += !strcmp(text_of(desk, k, CELL_NAME), "Vox");
  }
  ck_assert_uint_eq(stereo, 4);
  ck_assert_uint_eq(vox, 1);
  g_free(samples);
  g_free(path);
  desk_free(desk);
}
END_TEST

START_TEST(linked_pairs_move_as_one)
{
  static const Given given[] = { { "oh-L.wav", { 0, 0, 1, 10 } },
                                 { "oh-R.wav", { 0, 0, 1, 10 } },
                                 { "bass.wav", { 0, 0, 1, 10 } } };
  Desk              *desk    = make_desk(given, 3, true);
  char              *left    = scratch_path(audio, "oh-L.wav");

  ck_assert_uint_eq(desk_count(desk, OWNER_STRIP), 3);
  ck_assert_str_eq(text_of(desk, 2, CELL_NAME), "Oh L");
  ck_assert_str_eq(text_of(desk, 3, CELL_NAME), "Oh R");
  ck_assert_str_eq(text_of(desk, 2, CELL_TRACK), left);
  ck_assert_str_eq(text_of(desk, 2, CELL_LINK), "strip/3");
  ck_assert_str_eq(text_of(desk, 3, CELL_LINK), "strip/2");
  ck_assert_double_eq(value_of(desk, 2, CELL_PAN), -100);
  ck_assert_double_eq(value_of(desk, 3, CELL_PAN), 100);
  char *inside = scratch_path(session, "audio");
  ck_assert_uint_eq(scratch_count(inside), 0);
  g_free(inside);
  g_free(left);
  desk_free(desk);
}
END_TEST

START_TEST(many_channels)
{
  static const Given given[] = { { "show.wav", { 0, 0, 32, 10 } },
                                 { "quad.wav", { 0, 0, 4, 10 } } };
  Desk              *desk    = make_desk(given, 2, false);

  ck_assert_uint_eq(desk_count(desk, OWNER_STRIP), 36);
  ck_assert_str_eq(text_of(desk, 4, CELL_NAME), "Quad 4");
  ck_assert_str_eq(text_of(desk, 4, CELL_TRACK), "audio/quad.wav#4");
  ck_assert_str_eq(text_of(desk, 36, CELL_TRACK), "audio/show.wav#32");
  for (unsigned k = 1; k <= 36; k++)
    ck_assert_double_eq(value_of(desk, k, CELL_CHANNELS), 1);
  desk_free(desk);
}
END_TEST

/* --- what cannot be done --- */

static void
assert_nothing_made(const char *error, const char *about)
{
  ck_assert_msg(scratch_is_sentence(error), "%s", error);
  ck_assert_msg(strstr(error, about) != NULL, "%s", error);
  ck_assert_uint_eq(scratch_count(folder), 1);
}

START_TEST(broken_audio_is_refused)
{
  static const Given given[] = { { "a good one.wav", { 0, 0, 1, 100 } } };
  char             **files   = make_files(given, 1);
  char              *bad     = broken_make_audio((unsigned)_i, audio);
  char              *both[]  = { files[0], bad, NULL };
  char              *error   = NULL;

  ck_assert_msg(!make(both, false, &error), "%s is taken", bad);
  const char *lacks = broken_lacks(&broken_audio[_i], bad, error);
  ck_assert_msg(!lacks, "\"%s\" lacks %s", error, lacks);
  assert_nothing_made(error, bad);
  g_free(error);
  g_free(bad);
  g_strfreev(files);
}
END_TEST

START_TEST(a_folder_that_is_there_is_refused)
{
  static const Given given[] = { { "a.wav", { 0, 0, 1, 100 } } };
  char             **files   = make_files(given, 1);
  char              *error   = NULL;
  char              *inside  = scratch_path(session, "precious");

  g_mkdir_with_parents(inside, 0755);
  ck_assert(!make(files, false, &error));
  ck_assert(scratch_is_sentence(error));
  ck_assert_ptr_nonnull(strstr(error, session));
  ck_assert(g_file_test(inside, G_FILE_TEST_IS_DIR));
  ck_assert_uint_eq(scratch_count(session), 1);
  g_free(inside);
  g_free(error);
  g_strfreev(files);
}
END_TEST

/* A disk without room: no file may grow beyond a limit. */
START_TEST(a_full_disk_leaves_nothing)
{
  static const Given  given[] = { { "a.wav", { 0, 0, 1, 1000 } },
                                  { "b.wav", { 0, 0, 2, 50000 } } };
  char              **files   = make_files(given, 2);
  char               *error   = NULL;
  const struct rlimit small   = { 100000, 100000 };

  signal(SIGXFSZ, SIG_IGN);
  g_free(session);
  session = scratch_path(folder, "deep/er/session");
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
  ck_assert(!make(files, false, &error));
  assert_nothing_made(error, "b.wav");
  g_free(error);
  g_strfreev(files);
}
END_TEST

START_TEST(a_damaged_half_is_not_joined_in_silence)
{
  static const Given given[] = {
    { "x-L.flac", { SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 0, 1, 90000 } },
    { "x-R.flac", { SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 0, 1, 90000 } },
  };
  char **files = make_files(given, 2);
  char  *error = NULL;
  size_t size;
  char  *bytes = scratch_read(files[1], &size);

  memset(bytes + size / 2, 0x55, 2000);
  scratch_write(files[1], bytes, size);
  if (make(files, false, &error)) {
    Desk *desk = session_load(session, NULL, &error);
    ck_assert_uint_eq(desk_count(desk, OWNER_STRIP), 2);
    desk_free(desk);
  } else {
    assert_nothing_made(error, files[1]);
  }
  g_free(bytes);
  g_free(error);
  g_strfreev(files);
}
END_TEST

START_TEST(it_can_be_stopped)
{
  static const Given given[] = { { "x-L.wav", { 0, 0, 1, 90000 } },
                                 { "x-R.wav", { 0, 0, 1, 90000 } },
                                 { "y.wav", { 0, 0, 1, 90000 } } };
  const _Atomic bool cancel  = true;
  char             **files   = make_files(given, 3);
  char              *error   = NULL;
  const ImportOrder  order   = { .folder = session,
                                 .files  = (const char *const *)files,
                                 .count  = 3,
                                 .cancel = &cancel };

  ck_assert(!session_new(&order, &error));
  assert_nothing_made(error, "");
  g_free(error);
  g_strfreev(files);
}
END_TEST

START_TEST(too_many_strips)
{
  static const Given given[] = { { "a.wav", { 0, 0, 64, 1 } } };
  char             **files   = make_files(given, 1);
  char              *all[18];
  char              *error = NULL;

  for (int i = 0; i < 17; i++)
    all[i] = files[0];
  all[17] = NULL;
  ck_assert(!make(all, true, &error));
  assert_nothing_made(error, "1024");
  g_free(error);
  g_strfreev(files);
}
END_TEST

START_TEST(names_that_a_track_cannot_have)
{
  static const Given given[] = { { "take#3", { 0, 0, 1, 10 } },
                                 { "a\nb.wav", { 0, 0, 1, 10 } } };
  char             **files   = make_files(given, 2);

  for (int i = 0; i < 2; i++) {
    char *one[] = { files[i], NULL };
    char *error = NULL;
    ck_assert(!make(one, true, &error));
    ck_assert_uint_eq(scratch_count(folder), 1);
    ck_assert_ptr_nonnull(strstr(error, files[i]));
    g_free(error);
  }
  g_strfreev(files);
}
END_TEST

/* --- into one that is there --- */

START_TEST(importing)
{
  static const Given given[] = { { "kick.wav", { 0, 0, 1, 10 } },
                                 { "new/kick.wav", { 0, 0, 2, 20 } },
                                 { "new/show#8.wav", { 0, 0, 8, 30 } } };
  char             **files   = make_files(given, 3);
  char              *one[]   = { files[0], NULL };
  const Who          who     = { .origin = ORIGIN_COMMAND };
  char              *error   = NULL;
  char               reason[DESK_REASON];

  ck_assert(make(one, false, &error));
  Desk *desk = session_load(session, NULL, &error);
  for (int i = 1; i < 3; i++) {
    Imported imported;
    ck_assert_msg(
      session_import(session, files[i], NULL, &imported, &error), "%s", error);
    ck_assert_msg(imported_add(&imported, desk, who, reason), "%s", reason);
    imported_clear(&imported);
  }
  ck_assert_uint_eq(desk_count(desk, OWNER_STRIP), 10);
  ck_assert_str_eq(text_of(desk, 2, CELL_TRACK), "audio/kick 2.wav");
  ck_assert_str_eq(text_of(desk, 2, CELL_NAME), "Kick");
  ck_assert_double_eq(value_of(desk, 2, CELL_CHANNELS), 2);
  ck_assert_str_eq(text_of(desk, 10, CELL_TRACK), "audio/show_8.wav#8");
  ck_assert_str_eq(text_of(desk, 10, CELL_NAME), "Show#8 8");
  assert_tone("audio/kick 2.wav", 2, 20);
  desk_free(desk);
  g_strfreev(files);
}
END_TEST

static Suite *
import_suite(void)
{
  Suite *suite = suite_create("import");
  TCase *names = tcase_create("names");
  TCase *tests = tcase_create("sessions");

  tcase_add_test(names, natural_order);
  tcase_add_test(names, sides);
  tcase_add_test(names, strip_names);
  tcase_add_test(names, file_names);
  suite_add_tcase(suite, names);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, a_strip_a_file);
  tcase_add_test(tests, pairs);
  tcase_add_test(tests, linked_pairs_move_as_one);
  tcase_add_test(tests, many_channels);
  tcase_add_loop_test(
    tests, broken_audio_is_refused, 0, (int)broken_audio_count);
  tcase_add_test(tests, a_folder_that_is_there_is_refused);
  tcase_add_test(tests, a_full_disk_leaves_nothing);
  tcase_add_test(tests, a_damaged_half_is_not_joined_in_silence);
  tcase_add_test(tests, it_can_be_stopped);
  tcase_add_test(tests, too_many_strips);
  tcase_add_test(tests, names_that_a_track_cannot_have);
  tcase_add_test(tests, importing);
  tcase_set_timeout(tests, 60);
  suite_add_tcase(suite, tests);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(import_suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
