/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files as they are delivered: exact where they can be, dithered as theory has
   it where they cannot, and whole or not at all. */

#include "engine/tracks/writer.h"

#include "tests/tracks/fixture.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define RATE 48000

static AudioWriter *
open_writer(const char *name, int channels, WriterBits bits)
{
  char        *error = NULL;
  AudioWriter *writer =
    writer_open(fixture_path(name), RATE, channels, bits, &error);
  ck_assert_msg(writer != NULL, "%s", error);
  return writer;
}

static void
close_writer(AudioWriter *writer)
{
  char *error = NULL;
  ck_assert_msg(writer_close(writer, &error), "%s", error);
}

/* The samples of a WAV file with PCM, taken from its bytes. */
static int64_t
read_pcm(const char *path, int bytes_each, int32_t *out, int64_t max)
{
  FILE         *file = fopen(path, "rb");
  unsigned char chunk[8];
  int64_t       count = 0;
  ck_assert_ptr_nonnull(file);
  fseek(file, 12, SEEK_SET);
  while (fread(chunk, 1, 8, file) == 8) {
    const uint32_t size = chunk[4] | (uint32_t)chunk[5] << 8 |
                          (uint32_t)chunk[6] << 16 | (uint32_t)chunk[7] << 24;
    if (memcmp(chunk, "data", 4) != 0) {
      fseek(file, size, SEEK_CUR);
      continue;
    }
    unsigned char b[4];
    for (; count < size / (unsigned)bytes_each && count < max; count++) {
      if (fread(b, 1, (size_t)bytes_each, file) != (size_t)bytes_each)
        ck_abort_msg("%s ends early", path);
      uint32_t value = 0;
      for (int i = 0; i < bytes_each; i++)
        value |= (uint32_t)b[i] << (8 * (4 - bytes_each + i));
      out[count] = (int32_t)value >> (32 - 8 * bytes_each);
    }
    break;
  }
  fclose(file);
  return count;
}

START_TEST(test_wav_is_a_plain_riff_file)
{
  const float samples[6] = { 0.0f, 0.5f, -0.25f, -1.0f, 1.0f, 0x1p-23f };
  const int   wanted[6]  = { 0, 4194304, -2097152, -8388608, 8388607, 1 };
  int32_t     pcm[8];
  char        magic[12];

  AudioWriter *writer = open_writer("a.wav", 2, WRITER_24);
  ck_assert(writer_write(writer, samples, 3));
  ck_assert_uint_eq(writer_clipped(writer), 0);
  close_writer(writer);
  FILE *file = fopen(fixture_path("a.wav"), "rb");
  ck_assert_uint_eq(fread(magic, 1, 12, file), 12);
  fclose(file);
  ck_assert_int_eq(memcmp(magic, "RIFF", 4), 0);
  ck_assert_int_eq(memcmp(magic + 8, "WAVE", 4), 0);
  ck_assert_int_eq(read_pcm(fixture_path("a.wav"), 3, pcm, 8), 6);
  for (int i = 0; i < 6; i++)
    ck_assert_int_eq(pcm[i], wanted[i]);
  ck_assert_int_eq(fixture_count(fixture_folder), 1);
}
END_TEST

typedef struct {
  const char *name;
  WriterBits  bits;
  int         channels;
} Case;

static const Case cases[] = {
  { "a.wav", WRITER_FLOAT, 1 }, { "a.wav", WRITER_24, 2 },
  { "a.WAV", WRITER_24, 7 },    { "a.wav", WRITER_FLOAT, 64 },
  { "a.w64", WRITER_24, 2 },    { "a.w64", WRITER_FLOAT, 3 },
  { "a.caf", WRITER_24, 2 },    { "a.caf", WRITER_FLOAT, 2 },
  { "a.aiff", WRITER_24, 2 },   { "a.aif", WRITER_FLOAT, 2 },
  { "a.flac", WRITER_24, 2 },   { "a.flac", WRITER_24, 8 },
};

/* What was 24 bits comes out as it was, in every format. */
START_TEST(test_24_bits_survive)
{
  const Case  *of     = &cases[_i];
  const int    frames = 20011;
  const size_t count  = (size_t)frames * (size_t)of->channels;
  float       *in     = malloc(count * sizeof *in);
  float       *out    = malloc(count * sizeof *out);
  for (size_t i = 0; i < count; i++)
    in[i] = fixture_code((int64_t)i / of->channels, (int)i % of->channels);

  AudioWriter *writer = open_writer(of->name, of->channels, of->bits);
  for (int at = 0; at < frames; at += 1501) {
    const int part = frames - at < 1501 ? frames - at : 1501;
    ck_assert(writer_write(writer, in + at * of->channels, part));
  }
  close_writer(writer);

  SF_INFO  info = { 0 };
  SNDFILE *file = sf_open(fixture_path(of->name), SFM_READ, &info);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(info.frames, frames);
  ck_assert_int_eq(info.channels, of->channels);
  ck_assert_int_eq(info.samplerate, RATE);
  ck_assert_int_eq(sf_readf_float(file, out, frames), frames);
  ck_assert_int_eq(memcmp(in, out, count * sizeof *in), 0);
  sf_close(file);
  free(out);
  free(in);
}
END_TEST

START_TEST(test_float_keeps_what_is_over_full_scale)
{
  const float samples[4] = { 1.5f, -40.0f, 0x1p-140f, 1.0f };
  float       out[4];
  SF_INFO     info = { 0 };

  AudioWriter *writer = open_writer("a.wav", 1, WRITER_FLOAT);
  writer_write(writer, samples, 4);
  ck_assert_uint_eq(writer_clipped(writer), 0);
  close_writer(writer);
  SNDFILE *file = sf_open(fixture_path("a.wav"), SFM_READ, &info);
  ck_assert_int_eq(sf_readf_float(file, out, 4), 4);
  sf_close(file);
  ck_assert_int_eq(memcmp(samples, out, sizeof out), 0);
}
END_TEST

START_TEST(test_clipping_and_nonsense)
{
  const float samples[6] = { 2.0f, -2.0f, NAN, INFINITY, 1.0f, -1.0f };
  int32_t     pcm[6];

  AudioWriter *writer = open_writer("a.wav", 1, WRITER_24);
  writer_write(writer, samples, 6);
  ck_assert_uint_eq(writer_clipped(writer), 2);
  close_writer(writer);
  ck_assert_int_eq(read_pcm(fixture_path("a.wav"), 3, pcm, 6), 6);
  ck_assert_int_eq(pcm[0], 8388607);
  ck_assert_int_eq(pcm[1], -8388608);
  ck_assert_int_eq(pcm[2], 0);
  ck_assert_int_eq(pcm[3], 0);
  ck_assert_int_eq(pcm[4], 8388607);
  ck_assert_int_eq(pcm[5], -8388608);
}
END_TEST

/* --- dither --- */

#define DITHERED 400000

static int32_t pcm_out[2 * DITHERED];

/* Writes a signal at 16 bits in two channels; the result is in pcm_out. */
static void
write_16(const float *left, const float *right)
{
  AudioWriter *writer = open_writer("d.wav", 2, WRITER_16);
  static float both[2 * DITHERED];
  for (int i = 0; i < DITHERED; i++) {
    both[2 * i]     = left[i];
    both[2 * i + 1] = right[i];
  }
  ck_assert(writer_write(writer, both, DITHERED));
  close_writer(writer);
  ck_assert_int_eq(read_pcm(fixture_path("d.wav"), 2, pcm_out, 2 * DITHERED),
                   2 * DITHERED);
}

static double
error_at(const float *in, int frame, int channel)
{
  return pcm_out[2 * frame + channel] - (double)in[frame] * 32768.0;
}

START_TEST(test_dither_of_a_tone)
{
  static float in[DITHERED];
  double       sum = 0, both = 0;
  for (int i = 0; i < DITHERED; i++)
    in[i] = (float)(0.3 * sin(2 * M_PI * 997 / RATE * i));
  write_16(in, in);
  for (int i = 0; i < DITHERED; i++) {
    sum += error_at(in, i, 0) * error_at(in, i, 0);
    both += error_at(in, i, 0) * error_at(in, i, 1);
  }
  const double db = 10 * log10(sum / DITHERED / 32768.0 / 32768.0);
  ck_assert_double_eq_tol(db, -96.33, 0.05);
  /* The correlation of the noise of left and right. */
  ck_assert_double_eq_tol(both / sum, 0.0, 0.01);
}
END_TEST

/* A level between two steps: neither the mean nor the spread of the error may
   depend on where. */
START_TEST(test_dither_of_dc)
{
  static float in[DITHERED];
  double       mean = 0, square = 0;
  for (int i = 0; i < DITHERED; i++)
    in[i] = (float)(_i / 16.0 / 32768.0);
  write_16(in, in);
  for (int i = 0; i < DITHERED; i++) {
    mean += error_at(in, i, 0) + error_at(in, i, 1);
    square += pow(error_at(in, i, 0), 2) + pow(error_at(in, i, 1), 2);
  }
  mean /= 2.0 * DITHERED;
  const double variance = square / (2.0 * DITHERED) - mean * mean;
  ck_assert_double_eq_tol(mean, 0.0, 0.01);
  ck_assert_double_eq_tol(variance / 0.25, 1.0, 0.01);
}
END_TEST

/* A tone below the last step: its harmonics stay under the noise, and it is
   there at its own level. */
START_TEST(test_dither_of_a_tone_below_the_steps)
{
  static float in[DITHERED];
  const double amplitude = pow(10, -110.0 / 20);
  /* 997 periods in 48000 frames, and a whole number of those. */
  const int frames = DITHERED / RATE * RATE;
  for (int i = 0; i < DITHERED; i++)
    in[i] = (float)(amplitude * sin(2 * M_PI * 997 / RATE * i));
  write_16(in, in);
  /* White noise of RMS ½ step spread over `frames` bins. */
  const double noise = 0.5 / 32768 * sqrt(2.0 / frames);
  for (int harmonic = 1; harmonic <= 9; harmonic++) {
    double re = 0, im = 0;
    for (int i = 0; i < frames; i++) {
      const double phase = 2 * M_PI * 997 / RATE * harmonic * i;
      const double x = (pcm_out[2 * i] + pcm_out[2 * i + 1]) / 2.0 / 32768.0;
      re += x * cos(phase) * 2 / frames;
      im += x * sin(phase) * 2 / frames;
    }
    const double found = hypot(re, im);
    if (harmonic == 1)
      ck_assert_double_eq_tol(found, amplitude, 4 * noise);
    else
      ck_assert_double_le(found, 4 * noise);
  }
}
END_TEST

/* --- repeatable --- */

static void
write_song(const char *name, WriterBits bits)
{
  AudioWriter *writer = open_writer(name, 2, bits);
  float        frame[2];
  for (int i = 0; i < 5000; i++) {
    frame[0] = fixture_code(i, 0);
    frame[1] = fixture_code(i, 1);
    writer_write(writer, frame, 1);
  }
  close_writer(writer);
}

static bool
same_bytes(const char *a, const char *b)
{
  FILE *first  = fopen(a, "rb");
  FILE *second = fopen(b, "rb");
  int   x, y;
  do {
    x = getc(first);
    y = getc(second);
  } while (x == y && x != EOF);
  fclose(first);
  fclose(second);
  return x == y;
}

START_TEST(test_the_same_again_gives_the_same_bytes)
{
  static const Case repeated[] = {
    { "a.wav", WRITER_16, 2 },    { "a.wav", WRITER_24, 2 },
    { "a.wav", WRITER_FLOAT, 2 }, { "a.w64", WRITER_FLOAT, 2 },
    { "a.caf", WRITER_FLOAT, 2 }, { "a.aiff", WRITER_FLOAT, 2 },
    { "a.flac", WRITER_16, 2 },
  };
  const size_t count = sizeof repeated / sizeof *repeated;
  char         names[2][16][32];
  for (int time = 0; time < 2; time++) {
    for (size_t i = 0; i < count; i++) {
      snprintf(names[time][i], 32, "%d-%zu-%s", time, i, repeated[i].name);
      write_song(names[time][i], repeated[i].bits);
    }
    sleep(1); /* whatever holds the time of day would differ */
  }
  for (size_t i = 0; i < count; i++)
    ck_assert_msg(
      same_bytes(fixture_path(names[0][i]), fixture_path(names[1][i])),
      "%s",
      names[1][i]);
}
END_TEST

/* --- failures --- */

typedef struct {
  const char *name;
  int         channels;
  WriterBits  bits;
  const char *says;
} Refused;

static const Refused refused[] = {
  { "a", 2, WRITER_16, "must end in" },
  { "a.mp3", 2, WRITER_16, "must end in" },
  { "a.flac", 2, WRITER_FLOAT, "24 bits" },
  { "a.flac", 9, WRITER_24, "9 channels" },
  { "a.wav", 0, WRITER_24, "0 channels" },
  { "none/a.wav", 2, WRITER_24, "No such file" },
  { "folder.wav", 2, WRITER_24, "folder" },
  { "device.wav", 2, WRITER_24, "device" },
};

START_TEST(test_refusals)
{
  char *error = NULL;
  ck_assert_int_eq(mkdir(fixture_path("folder.wav"), 0777), 0);
  ck_assert_int_eq(symlink("/dev/null", fixture_path("device.wav")), 0);
  const int before = fixture_count(fixture_folder);
  ck_assert_ptr_null(writer_open(fixture_path(refused[_i].name),
                                 RATE,
                                 refused[_i].channels,
                                 refused[_i].bits,
                                 &error));
  ck_assert_ptr_nonnull(error);
  ck_assert_msg(strstr(error, refused[_i].says) != NULL, "%s", error);
  ck_assert_msg(strstr(error, refused[_i].name) != NULL, "%s", error);
  ck_assert_int_eq(fixture_count(fixture_folder), before);
  free(error);
}
END_TEST

START_TEST(test_cancel_leaves_what_was_there)
{
  write_song("a.wav", WRITER_24);
  write_song("b.wav", WRITER_24);
  AudioWriter *writer = open_writer("a.wav", 1, WRITER_16);
  writer_write(writer, &(float){ 0.5f }, 1);
  writer_cancel(writer);
  writer_cancel(NULL);
  ck_assert(same_bytes(fixture_path("a.wav"), fixture_path("b.wav")));
  ck_assert_int_eq(fixture_count(fixture_folder), 2);
}
END_TEST

START_TEST(test_a_link_stays_a_link)
{
  struct stat status;
  write_song("a.wav", WRITER_24);
  ck_assert_int_eq(symlink("a.wav", fixture_path("link.wav")), 0);
  write_song("link.wav", WRITER_16);
  ck_assert_int_eq(lstat(fixture_path("link.wav"), &status), 0);
  ck_assert(S_ISLNK(status.st_mode));
  write_song("b.wav", WRITER_16);
  ck_assert(same_bytes(fixture_path("a.wav"), fixture_path("b.wav")));
}
END_TEST

/* Writes with a limit on the size of files, sends what was said to a pipe, and
   returns 0 if writing failed. */
static int
write_limited(rlim_t bytes, int to)
{
  const struct rlimit limit = { bytes, bytes };
  char               *error = NULL;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
  AudioWriter *writer =
    writer_open(fixture_path("a.wav"), RATE, 2, WRITER_24, &error);
  for (int i = 0; i < 5000 && writer; i++)
    writer_write(writer, (float[]){ 0.1f, 0.2f }, 1);
  const bool done = writer && writer_close(writer, &error);
  if (error && write(to, error, strlen(error)) < 0)
    return 2;
  free(error);
  return done;
}

/* A disk that takes no more, at any point: the limit on a file's size stands in
   for it. */
START_TEST(test_full_disk_is_told)
{
  static const rlim_t limits[] = { 10, 100, 5000, 29999 };
  write_song("a.wav", WRITER_24);
  write_song("b.wav", WRITER_24);
  int  ends[2];
  char error[1000] = { 0 };
  ck_assert_int_eq(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0)
    _exit(write_limited(limits[_i], ends[1]));
  close(ends[1]);
  ck_assert_int_gt(read(ends[0], error, sizeof error - 1), 0);
  close(ends[0]);
  int status;
  ck_assert_int_eq(waitpid(child, &status, 0), child);
  ck_assert_int_eq(status, 0);
  ck_assert_msg(strstr(error, "a.wav") != NULL, "%s", error);
  ck_assert_msg(strstr(error, "larger") != NULL, "%s", error);
  ck_assert(same_bytes(fixture_path("a.wav"), fixture_path("b.wav")));
  ck_assert_int_eq(fixture_count(fixture_folder), 2);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("writer");
  TCase *tcase = tcase_create("writer");
  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
  tcase_add_test(tcase, test_wav_is_a_plain_riff_file);
  tcase_add_loop_test(tcase, test_24_bits_survive, 0, 12);
  tcase_add_test(tcase, test_float_keeps_what_is_over_full_scale);
  tcase_add_test(tcase, test_clipping_and_nonsense);
  tcase_add_test(tcase, test_dither_of_a_tone);
  tcase_add_loop_test(tcase, test_dither_of_dc, 0, 16);
  tcase_add_test(tcase, test_dither_of_a_tone_below_the_steps);
  tcase_add_test(tcase, test_the_same_again_gives_the_same_bytes);
  tcase_add_loop_test(tcase, test_refusals, 0, 8);
  tcase_add_test(tcase, test_cancel_leaves_what_was_there);
  tcase_add_test(tcase, test_a_link_stays_a_link);
  tcase_add_loop_test(tcase, test_full_disk_is_told, 0, 4);
  suite_add_tcase(suite, tcase);

  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
