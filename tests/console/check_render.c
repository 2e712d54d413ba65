/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mixes into files: exact in length, level and bits, repeatable at every block
   size, and refused where they would not be what they seem. */

#include <check.h>
#include <glib.h>
#include <math.h>
#include <signal.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/cli.h"

static Cli cli;

static void
setup(void)
{
  cli_init(&cli);
}

static void
teardown(void)
{
  cli_cleanup(&cli);
}

typedef struct Mix {
  float  *samples; /* stereo */
  int64_t frames;
  int     rate;
} Mix;

/* Renders with options up to NULL. */
static Mix
render(const char *name, ...)
{
  GPtrArray *argv = g_ptr_array_new();
  char      *path = scratch_path(cli.folder, name);
  Mix        mix;
  int        channels;
  va_list    list;

  g_ptr_array_add(argv, cli.console);
  g_ptr_array_add(argv, (char *)"render");
  g_ptr_array_add(argv, cli.session);
  g_ptr_array_add(argv, (char *)"-o");
  g_ptr_array_add(argv, path);
  va_start(list, name);
  for (char *next; (next = va_arg(list, char *));)
    g_ptr_array_add(argv, next);
  va_end(list);
  g_ptr_array_add(argv, NULL);
  ScratchRun run = scratch_run_v((const char *const *)argv->pdata);
  ck_assert_msg(run.status == 0 && !*run.err, "%s", run.err);
  ck_assert_str_eq(run.out, "");
  mix.samples = scratch_read_audio(path, &channels, &mix.rate, &mix.frames);
  ck_assert_int_eq(channels, 2);
  scratch_ran(&run);
  g_ptr_array_free(argv, TRUE);
  g_free(path);
  return mix;
}

static void
assert_same_file(const char *a, const char *b)
{
  char  *one = scratch_path(cli.folder, a), *two = scratch_path(cli.folder, b);
  size_t size, other;
  char  *bytes = scratch_read(one, &size), *more = scratch_read(two, &other);

  ck_assert_uint_eq(size, other);
  ck_assert_msg(memcmp(bytes, more, size) == 0, "%s is not %s", a, b);
  g_free(more);
  g_free(bytes);
  g_free(two);
  g_free(one);
}

/* The sign of a zero aside. */
static bool
same_samples(const float *a, const float *b, int64_t count)
{
  int64_t at = 0;

  while (at < count && a[at] == b[at])
    at++;
  return at == count;
}

/* Every processor, a reverb that moves and an echo. */
static const char rich[] =
  ",\n\"/strip/1/gate/on\": true,\n\"/strip/1/eq/on\": true,\n"
  "\"/strip/1/eq/2/gain\": 5,\n\"/strip/1/comp/on\": true,\n"
  "\"/strip/1/comp/key\": \"strip/2\",\n\"/strip/1/deess/on\": true,\n"
  "\"/strip/1/send/1/on\": true,\n\"/strip/1/send/1/level\": -3,\n"
  "\"/strip/2/hpf/on\": true,\n\"/strip/2/pan\": 40,\n"
  "\"/strip/2/send/2/on\": true,\n\"/strip/2/send/2/level\": -6,\n"
  "\"/bus/1/kind\": \"reverb\",\n\"/bus/2/kind\": \"delay\",\n"
  "\"/main/fader\": -9";

START_TEST(renders_are_repeatable)
{
  static const char *const blocks[] = { "16", "64", "477", "16384" };
  static const char *const bits[]   = { "16", "24", "32f" };

  cli_make_song(&cli, 2, rich);
  for (size_t k = 0; k < G_N_ELEMENTS(bits); k++) {
    Mix whole = render("a.wav", "--bits", bits[k], "--tail", "0.5", NULL);
    ck_assert_int_eq(whole.frames, CLI_FRAMES - 100 + CLI_RATE / 2);
    g_free(whole.samples);
    for (size_t i = k; i < G_N_ELEMENTS(blocks); i++) {
      Mix again = render("b.wav",
                         "--bits",
                         bits[k],
                         "--tail",
                         "0.5",
                         "--block",
                         blocks[i],
                         NULL);
      g_free(again.samples);
      assert_same_file("a.wav", "b.wav");
    }
  }
}
END_TEST

START_TEST(lengths_are_exact)
{
  static const struct {
    const char *start, *end, *tail;
    int64_t     frames;
  } spans[] = {
    { "0", "0.25", "0", 12000 },       { "0.1", "0.2", "0", 4800 },
    { "0.1", "0.2", "1.5", 76800 },    { "0.00001", "0.00003", "0", 1 },
    { "0.3333333", "0.4", "0", 3200 }, { "0", "2", "0", 96000 },
  };

  cli_make_song(&cli, 1, "");
  Mix whole = render("whole.wav", "--bits", "32f", NULL);
  ck_assert_int_eq(whole.frames, CLI_FRAMES - 100);
  ck_assert_int_eq(whole.rate, CLI_RATE);
  for (size_t i = 0; i < G_N_ELEMENTS(spans); i++) {
    Mix           part = render("part.wav",
                      "--bits",
                      "32f",
                      "--start",
                      spans[i].start,
                      "--end",
                      spans[i].end,
                      "--tail",
                      spans[i].tail,
                      NULL);
    const int64_t from = llround(atof(spans[i].start) * CLI_RATE);
    double        sum  = 0.0;
    ck_assert_int_eq(part.frames, spans[i].frames);
    /* What lies behind the last track is silent. */
    const int64_t there = CLAMP(whole.frames - from, 0, part.frames);
    ck_assert(same_samples(part.samples, whole.samples + 2 * from, 2 * there));
    for (int64_t at = 2 * there; at < 2 * part.frames; at++)
      sum += fabs((double)part.samples[at]);
    ck_assert_double_eq(sum, 0.0);
    g_free(part.samples);
  }
  g_free(whole.samples);
}
END_TEST

START_TEST(depths_rates_and_formats)
{
  static const struct {
    const char *name, *bits, *rate;
    int         subtype, hertz;
  } files[] = {
    { "a.wav", "16", "48000", SF_FORMAT_PCM_16, 48000 },
    { "b.wav", "24", "44100", SF_FORMAT_PCM_24, 44100 },
    { "c.w64", "32f", "96000", SF_FORMAT_FLOAT, 96000 },
    { "d.flac", "16", "48000", SF_FORMAT_PCM_16, 48000 },
    { "e.aiff", "24", "48000", SF_FORMAT_PCM_24, 48000 },
    { "f.caf", "24", "48000", SF_FORMAT_PCM_24, 48000 },
  };

  cli_make_song(&cli, 1, "");
  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    Mix mix = render(
      files[i].name, "--bits", files[i].bits, "--rate", files[i].rate, NULL);
    char   *path  = scratch_path(cli.folder, files[i].name);
    SF_INFO found = { 0 };
    sf_close(sf_open(path, SFM_READ, &found));
    ck_assert_int_eq(found.format & SF_FORMAT_SUBMASK, files[i].subtype);
    ck_assert_int_eq(mix.rate, files[i].hertz);
    const double frames = (CLI_FRAMES - 100.0) * files[i].hertz / CLI_RATE;
    ck_assert_double_le(fabs((double)mix.frames - frames), 1.0);
    g_free(path);
    g_free(mix.samples);
  }
}
END_TEST

START_TEST(one_stereo_strip_is_untouched)
{
  cli_make_song(&cli, 1, "");
  Mix     mix  = render("mix.wav", "--bits", "32f", NULL);
  char   *path = scratch_path(cli.session, "audio/1.wav");
  int     channels;
  int64_t frames;
  float  *track = scratch_read_audio(path, &channels, NULL, &frames);

  ck_assert_int_eq(mix.frames, frames);
  ck_assert(memcmp(mix.samples, track, (size_t)frames * 2 * sizeof *track) ==
            0);
  g_free(mix.samples);
  mix = render("mix24.wav", "--bits", "24", NULL);
  ck_assert(memcmp(mix.samples, track, (size_t)frames * 2 * sizeof *track) ==
            0);
  g_free(mix.samples);
  g_free(track);
  g_free(path);
}
END_TEST

START_TEST(clipping_is_told)
{
  cli_make_song(&cli, 1, "");
  cli_expect(&cli, 0, "", NULL, "set", cli.session, "/strip/1/fader=9", NULL);
  char      *mix = scratch_path(cli.folder, "mix.wav");
  ScratchRun run =
    scratch_run(cli.console, "render", cli.session, "-o", mix, NULL);
  char   *sentence = cli_sentence(&run);
  int64_t frames, cut = 0;
  int     channels;

  ck_assert_int_eq(run.status, 0);
  ck_assert(scratch_is_sentence(sentence));
  ck_assert_ptr_nonnull(strstr(sentence, "full scale"));
  scratch_ran(&run);
  g_free(sentence);
  /* In floating point nothing is cut, and as many are over. */
  run = scratch_run(
    cli.console, "render", cli.session, "-o", mix, "--bits", "32f", NULL);
  ck_assert_str_eq(run.err, "");
  float *samples = scratch_read_audio(mix, &channels, NULL, &frames);
  for (int64_t i = 0; i < 2 * frames; i++)
    cut += fabsf(samples[i]) > 1.0f;
  ck_assert_int_gt(cut, 1000);
  scratch_ran(&run);
  g_free(samples);
  g_free(mix);
}
END_TEST

START_TEST(nonsense_is_refused)
{
  static const struct {
    const char *option, *value;
  } wrong[] = {
    { "--bits", "12" },     { "--bits", "" },      { "--rate", "7999" },
    { "--rate", "-1" },     { "--rate", "x" },     { "--start", "-1" },
    { "--start", "nan" },   { "--end", "inf" },    { "--end", "-3" },
    { "--tail", "4000" },   { "--tail", "-0.1" },  { "--block", "0" },
    { "--block", "16385" }, { "--kernel", "z80" },
  };
  char *mix = scratch_path(cli.folder, "mix.wav");

  cli_make_song(&cli, 1, "");
  for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
    char *option = g_strdup_printf("%s=%s", wrong[i].option, wrong[i].value);
    cli_expect(&cli,
               2,
               "",
               *wrong[i].value ? wrong[i].value : wrong[i].option,
               "render",
               cli.session,
               "-o",
               mix,
               option,
               NULL);
    g_free(option);
  }
  cli_expect(&cli, 2, "", "-o FILE", "render", cli.session, NULL);
  cli_expect(&cli,
             1,
             "",
             "nothing to render",
             "render",
             cli.session,
             "-o",
             mix,
             "--start",
             "5",
             NULL);
  char *mp3 = scratch_path(cli.folder, "mix.mp3");
  cli_expect(&cli, 1, "", "mix.mp3", "render", cli.session, "-o", mp3, NULL);
  char *nowhere = scratch_path(cli.folder, "no/where.wav");
  cli_expect(
    &cli, 1, "", "no/where.wav", "render", cli.session, "-o", nowhere, NULL);
  char *own = scratch_path(cli.session, "audio/1.wav");
  cli_expect(
    &cli, 1, "", "own recordings", "render", cli.session, "-o", own, NULL);
  ck_assert_uint_eq(scratch_count(cli.folder), 1);
  g_free(own);
  g_free(nowhere);
  g_free(mp3);
  g_free(mix);
}
END_TEST

START_TEST(a_render_that_is_stopped_leaves_nothing)
{
  cli_make_song(&cli, 1, "");
  char *mix    = scratch_path(cli.folder, "mix.wav");
  char *argv[] = { cli.console,
                   (char *)"render",
                   cli.session,
                   (char *)"-o",
                   mix,
                   (char *)"--tail",
                   (char *)"3600",
                   (char *)"--rate",
                   (char *)"384000",
                   (char *)"--block",
                   (char *)"16",
                   NULL };
  GPid  child;
  int   status;

  ck_assert(
    g_spawn_async(NULL,
                  argv,
                  NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                  NULL,
                  NULL,
                  &child,
                  NULL));
  for (int i = 0; i < 5000 && scratch_count(cli.folder) < 2; i++)
    g_usleep(2000);
  ck_assert_uint_eq(scratch_count(cli.folder), 2); /* it is writing */
  g_usleep(20000);
  kill(child, SIGINT);
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert(WIFEXITED(status));
  ck_assert_int_eq(WEXITSTATUS(status), 1);
  ck_assert_uint_eq(scratch_count(cli.folder), 1);
  g_free(mix);
}
END_TEST

/* --- real stems --- */

static const char *const stems[] = { "01-drums.flac",
                                     "02-bass-guitar.flac",
                                     "03-lead-guitar.flac",
                                     "04-clavinet.flac",
                                     "05-horns.flac" };

static char *
find_stems(void)
{
  const char *place = "../shared/audio/song-boas-jam";

  if (g_file_test(place, G_FILE_TEST_IS_DIR))
    return g_strdup(place);
  printf("%s is not there: real stems are not mixed\n", place);
  return NULL;
}

static bool
make_song_of_stems(void)
{
  char *place                         = find_stems();
  char *argv[G_N_ELEMENTS(stems) + 4] = { cli.console,
                                          (char *)"new",
                                          cli.session };

  if (!place)
    return false;
  for (size_t i = 0; i < G_N_ELEMENTS(stems); i++)
    argv[3 + i] = scratch_path(place, stems[i]);
  ScratchRun run = scratch_run_v((const char *const *)argv);
  ck_assert_msg(run.status == 0 && !*run.err, "%s", run.err);
  for (size_t i = 0; i < G_N_ELEMENTS(stems); i++)
    g_free(argv[3 + i]);
  scratch_ran(&run);
  g_free(place);
  return true;
}

/* The sum of the stems in double precision, each with its gains. */
static double *
sum_stems(const double gain[5][2], int64_t *length)
{
  double *sum = NULL;

  *length = 0;
  for (size_t i = 0; i < G_N_ELEMENTS(stems); i++) {
    char   *name = g_strconcat("audio/", stems[i], NULL);
    char   *path = scratch_path(cli.session, name);
    int     channels;
    int64_t frames;
    float  *samples = scratch_read_audio(path, &channels, NULL, &frames);
    if (frames > *length) {
      sum = g_renew(double, sum, (gsize)(2 * frames));
      for (int64_t at = 2 * *length; at < 2 * frames; at++)
        sum[at] = 0.0;
      *length = frames;
    }
    for (int64_t at = 0; at < frames; at++)
      for (int side = 0; side < 2; side++)
        sum[2 * at + side] +=
          gain[i][side] * (channels == 1 ? M_SQRT1_2 : 1.0) *
          (double)samples[at * channels + (channels == 1 ? 0 : side)];
    g_free(samples);
    g_free(path);
    g_free(name);
  }
  return sum;
}

/* Of the difference, in dBFS. */
static double
residue(const Mix *mix, const double *sum)
{
  double power = 0.0;

  for (int64_t i = 0; i < 2 * mix->frames; i++)
    power += pow((double)mix->samples[i] - sum[i], 2.0);
  return 10.0 * log10(power / (double)(2 * mix->frames));
}

START_TEST(stems_null)
{
  static const double flat[5][2] = {
    { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }, { 1, 1 }
  };
  int64_t length;

  if (!make_song_of_stems())
    return;
  double *sum = sum_stems(flat, &length);
  Mix     mix = render("mix.wav", "--bits", "32f", NULL);
  ck_assert_int_eq(mix.frames, length);
  ck_assert_int_eq(mix.rate, 44100);
  const double flat_residue = residue(&mix, sum);
  ck_assert_double_le(flat_residue, -140.0);
  g_free(mix.samples);
  g_free(sum);

  /* Level and balance: balance lowers the far side alone. */
  cli_expect(&cli,
             0,
             "",
             NULL,
             "set",
             cli.session,
             "/strip/1/fader=-6",
             "/strip/3/pan=L100",
             "/strip/4/polarity=on",
             "/strip/5/mute=on",
             "/main/fader=-3",
             NULL);
  const double main = pow(10, -3 / 20.0), drums = pow(10, -6 / 20.0);
  const double moved[5][2] = { { drums * main, drums * main },
                               { main, main },
                               { main, 0 },
                               { -main, -main },
                               { 0, 0 } };
  sum                      = sum_stems(moved, &length);
  mix                      = render("mix.wav", "--bits", "32f", NULL);
  ck_assert_int_eq(mix.frames, length);
  const double moved_residue = residue(&mix, sum);
  ck_assert_double_le(moved_residue, -130.0);
  printf("five stems against their sum: flat %.1f dBFS, moved %.1f dBFS\n",
         flat_residue,
         moved_residue);
  g_free(mix.samples);
  g_free(sum);
}
END_TEST

START_TEST(one_stem_is_untouched)
{
  if (!make_song_of_stems())
    return;
  cli_expect(&cli,
             0,
             "",
             NULL,
             "set",
             cli.session,
             "/strip/2/mute=on",
             "/strip/3/mute=on",
             "/strip/4/mute=on",
             "/strip/5/mute=on",
             NULL);
  char   *path = scratch_path(cli.session, "audio/01-drums.flac");
  int     channels;
  int64_t frames;
  float  *drums = scratch_read_audio(path, &channels, NULL, &frames);
  Mix     mix   = render("mix.wav", "--bits", "32f", NULL);
  ck_assert_int_eq(mix.frames, frames);
  ck_assert(same_samples(mix.samples, drums, 2 * frames));
  g_free(mix.samples);
  g_free(drums);
  g_free(path);
}
END_TEST

static Suite *
render_suite(void)
{
  Suite *suite = suite_create("render");
  TCase *tests = tcase_create("render");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, renders_are_repeatable);
  tcase_add_test(tests, lengths_are_exact);
  tcase_add_test(tests, depths_rates_and_formats);
  tcase_add_test(tests, one_stereo_strip_is_untouched);
  tcase_add_test(tests, clipping_is_told);
  tcase_add_test(tests, nonsense_is_refused);
  tcase_add_test(tests, a_render_that_is_stopped_leaves_nothing);
  tcase_add_test(tests, stems_null);
  tcase_add_test(tests, one_stem_is_untouched);
  tcase_set_timeout(tests, 600);
  suite_add_tcase(suite, tests);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(render_suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
