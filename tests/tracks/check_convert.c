/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Conversion of rates, measured: sines go in, and what comes out is compared
   with the same sines at the new rate, so that level, time and everything that
   does not belong there show at once. */

#include "engine/tracks/convert.h"

#include "tests/tracks/fixture.h"

#include <math.h>
#include <stdatomic.h>

#define TONES   32
#define SECONDS 1
#define LEVEL   0.9

typedef struct {
  int from, to;
} Rates;

static const Rates rates[] = { { 44100, 48000 }, { 48000, 44100 },
                               { 48000, 96000 }, { 96000, 48000 },
                               { 96000, 44100 }, { 192000, 48000 },
                               { 44100, 96000 }, { 88200, 48000 } };
#define RATES (int)(sizeof rates / sizeof *rates)

/* One tone in each channel. */
static void
write_tones(const char *path, int rate, const double *hz, double frames)
{
  SF_INFO  info = { .samplerate = rate,
                    .channels   = TONES,
                    .format     = SF_FORMAT_W64 | SF_FORMAT_FLOAT };
  SNDFILE *file = sf_open(path, SFM_WRITE, &info);
  ck_assert_ptr_nonnull(file);
  for (int i = 0; i < frames; i++) {
    float row[TONES];
    for (int c = 0; c < TONES; c++)
      row[c] = (float)(LEVEL * sin(2 * M_PI * hz[c] / rate * i));
    sf_writef_float(file, row, 1);
  }
  sf_close(file);
}

/* Converts a file and returns all of the result. */
static float *
run(const char *path, int rate, AudioFileInfo *info, AudioFileInfo *result)
{
  const char  *out     = fixture_path("out.w64");
  _Atomic int  percent = 0;
  _Atomic bool cancel  = false;
  char        *error   = NULL;
  AudioFile   *in      = audiofile_open(path, info, &error);
  ck_assert_msg(in != NULL, "%s", error);
  const bool done = convert(&(Conversion){ .source  = &audiofile_source,
                                           .file    = in,
                                           .info    = info,
                                           .rate    = rate,
                                           .path    = out,
                                           .percent = &percent,
                                           .cancel  = &cancel },
                            &error);
  ck_assert_msg(done, "%s", error);
  ck_assert_int_eq(atomic_load(&percent), 100);
  audiofile_close(in);

  AudioFile *back = audiofile_open(out, result, &error);
  ck_assert_msg(back != NULL, "%s", error);
  const int    frames  = (int)result->frames;
  const size_t count   = (size_t)frames * (size_t)result->channels;
  float       *samples = malloc(count * sizeof *samples);
  ck_assert_int_eq(audiofile_read(back, 0, frames, samples), frames);
  audiofile_close(back);
  return samples;
}

/* The middle half of the result: away from where the tones start and stop. */
typedef struct {
  double gain;    /* dB */
  double late;    /* seconds */
  double residue; /* RMS of all that is not the tone, dB of full scale */
} Measure;

/* Least squares of a·sin + b·cos. */
static Measure
measure(const float *samples, int frames, int channel, double hz, int rate)
{
  const int    start = frames / 4, end = frames * 3 / 4;
  const double w  = 2 * M_PI * hz / rate;
  double       ss = 0, sc = 0, cc = 0, xs = 0, xc = 0, residue = 0;
  for (int i = start; i < end; i++) {
    const double x = samples[i * TONES + channel];
    const double s = sin(w * i), c = cos(w * i);
    ss += s * s, sc += s * c, cc += c * c, xs += x * s, xc += x * c;
  }
  const double det = ss * cc - sc * sc;
  const double a = (xs * cc - xc * sc) / det, b = (xc * ss - xs * sc) / det;
  for (int i = start; i < end; i++) {
    const double x = samples[i * TONES + channel];
    residue += pow(x - a * sin(w * i) - b * cos(w * i), 2);
  }
  return (Measure){
    .gain    = 20 * log10(hypot(a, b) / LEVEL),
    .late    = -atan2(b, a) / (2 * M_PI * hz),
    .residue = 10 * log10(residue / (end - start) + 1e-30),
  };
}

static double
rms_db(const float *samples, int frames, int channel)
{
  double sum = 0;
  for (int i = frames / 4; i < frames * 3 / 4; i++)
    sum += pow(samples[i * TONES + channel], 2);
  return 10 * log10(sum / (frames / 2.0) + 1e-30);
}

/* 20 Hz to 20 kHz: flat to 0.01 dB, on time to a thousandth of a sample, and
   nothing beside the tone above −120 dBFS. */
START_TEST(test_passband)
{
  const Rates   r = rates[_i];
  double        hz[TONES];
  AudioFileInfo info, result;
  double        worst = 0, late = 0, residue = -1000;
  for (int c = 0; c < TONES; c++)
    hz[c] = 20 * pow(1000, c / (TONES - 1.0));
  write_tones(fixture_path("in.w64"), r.from, hz, r.from * SECONDS);
  float *out = run(fixture_path("in.w64"), r.to, &info, &result);

  for (int c = 0; c < TONES; c++) {
    const Measure m = measure(out, (int)result.frames, c, hz[c], r.to);
    worst           = fmax(worst, fabs(m.gain));
    residue         = fmax(residue, m.residue);
    late            = fmax(late, fabs(m.late) * r.to);
  }
  printf("%6d -> %6d Hz: ±%.5f dB to 20 kHz, %.6f samples late, rest %.1f dB\n",
         r.from,
         r.to,
         worst,
         late,
         residue);
  ck_assert_double_le(worst, 0.01);
  ck_assert_double_le(late, 0.001);
  ck_assert_double_le(residue, -120.0);
  free(out);
}
END_TEST

/* Tones between the new Nyquist frequency and the old one leave nothing. */
START_TEST(test_aliases)
{
  const Rates   r = rates[_i];
  double        hz[TONES];
  AudioFileInfo info, result;
  double        worst = -1000;
  if (r.to >= r.from)
    return;
  for (int c = 0; c < TONES; c++)
    hz[c] = r.to / 2.0 * 1.001 +
            (r.from / 2.0 * 0.999 - r.to / 2.0 * 1.001) * c / (TONES - 1.0);
  write_tones(fixture_path("in.w64"), r.from, hz, r.from * SECONDS);
  float *out = run(fixture_path("in.w64"), r.to, &info, &result);

  for (int c = 0; c < TONES; c++)
    worst = fmax(worst, rms_db(out, (int)result.frames, c));
  printf("%6d -> %6d Hz: aliases %.1f dB\n", r.from, r.to, worst);
  ck_assert_double_le(worst, -120.0);
  free(out);
}
END_TEST

/* A click stays where it is in time, however the length rounds. */
START_TEST(test_length_and_place)
{
  static const int lengths[] = { 1, 2, 147, 8192, 8193, 30001 };
  const Rates      r         = rates[_i % RATES];
  const int        frames    = lengths[_i / RATES];
  AudioFileInfo    info, result;
  SF_INFO          sf   = { .samplerate = r.from,
                            .channels   = 1,
                            .format     = SF_FORMAT_W64 | SF_FORMAT_FLOAT };
  SNDFILE         *file = sf_open(fixture_path("in.w64"), SFM_WRITE, &sf);
  const int        at   = frames / 2;
  for (int i = 0; i < frames; i++)
    sf_writef_float(file, &(float){ i == at ? 0.5f : 0.0f }, 1);
  sf_close(file);

  float          *out    = run(fixture_path("in.w64"), r.to, &info, &result);
  const long long length = llround((double)frames * r.to / r.from);
  ck_assert_int_eq(result.frames, length > 0 ? length : 1);
  ck_assert_int_eq(result.rate, r.to);
  int peak = 0;
  for (int i = 0; i < result.frames; i++)
    if (fabsf(out[i]) > fabsf(out[peak]))
      peak = i;
  ck_assert_double_le(fabs(peak - (double)at * r.to / r.from), 0.6);
  free(out);
}
END_TEST

/* Same rate: what a lossy file decodes to from start to end. */
START_TEST(test_same_rate_copies)
{
  AudioFileInfo info, result;
  fixture_write(
    fixture_path("a.ogg"), SF_FORMAT_OGG | SF_FORMAT_VORBIS, 48000, 2, 50000);
  float   *out  = run(fixture_path("a.ogg"), 48000, &info, &result);
  float   *in   = malloc(2 * 50000 * sizeof *in);
  SF_INFO  sf   = { 0 };
  SNDFILE *file = sf_open(fixture_path("a.ogg"), SFM_READ, &sf);
  ck_assert_int_eq(sf_readf_float(file, in, 50000), 50000);
  sf_close(file);
  ck_assert_int_eq(result.frames, 50000);
  ck_assert_int_eq(memcmp(in, out, 2 * 50000 * sizeof *in), 0);
  free(in);
  free(out);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("convert");
  TCase *tcase = tcase_create("convert");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
  tcase_add_loop_test(tcase, test_passband, 0, RATES);
  tcase_add_loop_test(tcase, test_aliases, 0, RATES);
  tcase_add_loop_test(tcase, test_length_and_place, 0, 6 * RATES);
  tcase_add_test(tcase, test_same_rate_copies);
  suite_add_tcase(suite, tcase);

  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
