/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Curves of the designed sections against the analogue prototypes, as far as
   the prototype lies above -40 dB, 20 Hz to 18 kHz, for bands up to 16 kHz.
   The response is computed from the section's difference equation, in complex
   double precision, the prototype from its formula. */

#include "engine/dsp/design.h"

#include <check.h>
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define POINTS 240

typedef double complex Prototype(double complex s, double gain_db, double q);

static double complex
proto_bell(double complex s, double gain_db, double q)
{
  double a = pow(10.0, gain_db / 40.0);

  return (s * s + s * a / q + 1.0) / (s * s + s / (a * q) + 1.0);
}

static double complex
proto_lowshelf(double complex s, double gain_db, double q)
{
  double a = pow(10.0, gain_db / 40.0);

  return a * (s * s + sqrt(a) / q * s + a) /
         (a * s * s + sqrt(a) / q * s + 1.0);
}

static double complex
proto_highshelf(double complex s, double gain_db, double q)
{
  double a = pow(10.0, gain_db / 40.0);

  return a * (a * s * s + sqrt(a) / q * s + 1.0) /
         (s * s + sqrt(a) / q * s + a);
}

static double complex
proto_lowcut(double complex s, double gain_db, double q)
{
  (void)gain_db;
  return s * s / (s * s + s / q + 1.0);
}

static double complex
proto_highcut(double complex s, double gain_db, double q)
{
  (void)gain_db;
  return 1.0 / (s * s + s / q + 1.0);
}

static double complex
proto_notch(double complex s, double gain_db, double q)
{
  (void)gain_db;
  return (s * s + 1.0) / (s * s + s / q + 1.0);
}

static double complex
proto_tilt(double complex s, double gain_db, double q)
{
  double a = pow(10.0, gain_db / 20.0);

  (void)q;
  return (a * s + 1.0) / (s + a);
}

static double complex
proto_band(double complex s, double gain_db, double q)
{
  (void)gain_db;
  return s / q / (s * s + s / q + 1.0);
}

/* H(z) of one section: its equations with z·s for s'. */
static double complex
response(const SvfCoefs *coefs, double freq, double rate)
{
  const float   *c     = coefs->c;
  double         cross = (double)c[SVF_CROSS], pull = (double)c[SVF_PULL];
  double complex z   = cexp(2.0 * M_PI * I * freq / rate);
  double complex a11 = z - 1.0 + (double)c[SVF_DAMP], a12 = cross;
  double complex a21 = -cross, a22 = z - 1.0 + pull;
  double complex det = a11 * a22 - a12 * a21;
  double complex s1  = (cross * a22 - a12 * pull) / det;
  double complex s2  = (a11 * pull - cross * a21) / det;

  return (double)c[SVF_THRU] +
         (1.0 + z) * ((double)c[SVF_BAND] * s1 + (double)c[SVF_LOW] * s2);
}

static double
decibels(double complex h)
{
  return 20.0 * log10(cabs(h) + 1e-30);
}

/* The frequencies that are looked at: half of them over the whole band, half
   about the filter's own. */
static double
look_at(int i, double freq)
{
  const double top = 18000.0;

  if (i < POINTS / 2)
    return 20.0 * pow(top / 20.0, (double)i / (POINTS / 2 - 1));
  return fmin(
    top,
    freq * (1.0 + 0.1 * (2.0 * (i - POINTS / 2) / (POINTS / 2 - 1) - 1.0)));
}

typedef struct Worst {
  double error, freq, gain, q, at;
} Worst;

static void
compare(const SvfCoefs *coefs,
        Prototype      *prototype,
        double          freq,
        double          gain,
        double          q,
        double          rate,
        Worst          *worst)
{
  for (int i = 0; i < POINTS; i++) {
    double at   = look_at(i, freq);
    double want = decibels(prototype(I * at / freq, gain, q));
    double error;

    if (want <= -40.0)
      continue;
    error = fabs(decibels(response(coefs, at, rate)) - want);
    if (!(error <= worst->error))
      *worst = (Worst){ error, freq, gain, q, at };
  }
}

static double
demand(double rate)
{
  return rate < 48000.0 ? 0.8 : 0.6;
}

static void
judge(const char *what, double rate, double allowed, const Worst *worst)
{
  printf("EQ curve, %s at %.0f Hz: demand %.2f dB, measured %.3f "
         "(%.0f Hz, %g dB, Q %g, at %.0f Hz)\n",
         what,
         rate,
         allowed,
         worst->error,
         worst->freq,
         worst->gain,
         worst->q,
         worst->at);
  ck_assert_msg(worst->error <= allowed, "%s: %g dB", what, worst->error);
}

static const double rates[]   = { 44100.0, 48000.0, 96000.0 };
static const double freqs[]   = { 20,   63,   200,   630,   2000,  4000,
                                  6300, 8000, 10000, 12500, 14000, 16000 };
static const double gains[]   = { -18, -12, -6, -1, 0.3, 3, 6, 12, 18 };
static const double nothing[] = { 0 };
static const double qs[] = { 0.1, 0.3, 0.5, 0.71, 1, 1.4, 2, 3, 5, 10, 40 };

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* A resonance of several tens in the last octave is beyond a section of second
   order: the best one there is misses by more than the demand. The narrowest
   that is asked for here is what its curve is used for. */
typedef struct BandCase {
  const char   *name;
  enum BandType type;
  Prototype    *prototype;
  const double *gains;
  int           n_gains;
  double        q_max;
} BandCase;

static const BandCase bands[] = {
  { "bell", BAND_BELL, proto_bell, gains, COUNT(gains), 40 },
  { "low shelf", BAND_LOWSHELF, proto_lowshelf, gains, COUNT(gains), 3 },
  { "high shelf", BAND_HIGHSHELF, proto_highshelf, gains, COUNT(gains), 3 },
  { "low cut", BAND_LOWCUT, proto_lowcut, nothing, 1, 5 },
  { "high cut", BAND_HIGHCUT, proto_highcut, nothing, 1, 40 },
  { "notch", BAND_NOTCH, proto_notch, nothing, 1, 40 },
  { "tilt", BAND_TILT, proto_tilt, gains, COUNT(gains), 0.5 },
};

START_TEST(test_band_curves)
{
  const BandCase *band = &bands[_i];

  for (int r = 0; r < COUNT(rates); r++) {
    Worst worst = { 0 };

    for (int f = 0; f < COUNT(freqs); f++)
      for (int g = 0; g < band->n_gains; g++)
        for (int k = 0; k < COUNT(qs) && qs[k] <= band->q_max; k++) {
          SvfCoefs coefs;

          design_band(
            &coefs, band->type, freqs[f], band->gains[g], qs[k], rates[r]);
          compare(&coefs,
                  band->prototype,
                  freqs[f],
                  band->gains[g],
                  qs[k],
                  rates[r],
                  &worst);
        }
    judge(band->name, rates[r], demand(rates[r]), &worst);
  }
}
END_TEST

START_TEST(test_key_curves)
{
  static const struct {
    const char  *name;
    enum KeyType type;
    Prototype   *prototype;
  } keys[] = { { "key band", KEY_BAND, proto_band },
               { "key low", KEY_LOW, proto_highcut },
               { "key high", KEY_HIGH, proto_lowcut } };

  for (int r = 0; r < COUNT(rates); r++) {
    Worst worst = { 0 };

    for (int f = 0; f < COUNT(freqs); f++)
      for (int k = 1; k < COUNT(qs) && qs[k] <= 5; k++) {
        SvfCoefs coefs;

        design_key(&coefs, keys[_i].type, freqs[f], qs[k], rates[r]);
        compare(
          &coefs, keys[_i].prototype, freqs[f], 0.0, qs[k], rates[r], &worst);
      }
    judge(keys[_i].name, rates[r], demand(rates[r]), &worst);
  }
}
END_TEST

/* |H|² of a Butterworth low-pass of order n is 1/(1 + f^2n). */
static double
butterworth(double f, int order, bool highpass)
{
  double power = pow(highpass ? 1.0 / f : f, 2.0 * order);

  return -10.0 * log10(1.0 + power);
}

static void
compare_cut(double freq, int order, bool highpass, double rate, Worst *worst)
{
  SvfCoefs coefs[2];

  design_cut(coefs, highpass, freq, 6 * order, rate);
  for (int i = 0; i < POINTS; i++) {
    double at   = look_at(i, freq);
    double want = butterworth(at / freq, order, highpass);
    double error;

    if (want <= -40.0)
      continue;
    error = fabs(
      decibels(response(&coefs[0], at, rate) * response(&coefs[1], at, rate)) -
      want);
    if (!(error <= worst->error))
      *worst = (Worst){ error, freq, -6.0 * order, 0.0, at };
  }
}

START_TEST(test_cut_slopes)
{
  static const double high[] = { 16, 20, 80, 250, 1000 };
  static const double low[]  = { 1000, 2500, 5000, 10000, 16000 };

  for (int r = 0; r < COUNT(rates); r++) {
    Worst worst_high = { 0 }, worst_low = { 0 };

    for (int f = 0; f < COUNT(high); f++)
      compare_cut(high[f], _i, true, rates[r], &worst_high);
    for (int f = 0; f < COUNT(low); f++)
      compare_cut(low[f], _i, false, rates[r], &worst_low);
    judge("high-pass", rates[r], demand(rates[r]), &worst_high);
    judge("low-pass", rates[r], demand(rates[r]), &worst_low);
  }
}
END_TEST

START_TEST(test_unused_section_is_identity)
{
  for (int slope = 6; slope <= 12; slope += 6) {
    SvfCoefs coefs[2];

    design_cut(coefs, true, 80.0, slope, 48000.0);
    ck_assert(!design_is_identity(&coefs[0]));
    ck_assert(design_is_identity(&coefs[1]));
  }
}
END_TEST

START_TEST(test_no_gain_is_identity)
{
  static const enum BandType types[] = {
    BAND_BELL, BAND_LOWSHELF, BAND_HIGHSHELF, BAND_TILT
  };
  SvfCoefs coefs;

  for (int t = 0; t < COUNT(types); t++)
    for (int f = 0; f < COUNT(freqs); f++) {
      design_band(&coefs, types[t], freqs[f], 0.0, 1.0, 48000.0);
      ck_assert(design_is_identity(&coefs));
      design_band(&coefs, types[t], freqs[f], 1e-3, 1.0, 48000.0);
      ck_assert(!design_is_identity(&coefs));
    }
  design_identity(&coefs);
  ck_assert(design_is_identity(&coefs));
}
END_TEST

START_TEST(test_cut_inverts_boost)
{
  double worst = 0.0;

  for (int f = 0; f < COUNT(freqs); f++)
    for (int k = 0; k < COUNT(qs); k++) {
      SvfCoefs cut, boost;

      design_band(&cut, bands[_i].type, freqs[f], -12.0, qs[k], 48000.0);
      design_band(&boost, bands[_i].type, freqs[f], 12.0, qs[k], 48000.0);
      for (int i = 0; i < POINTS; i++) {
        double at = look_at(i, freqs[f]);

        worst = fmax(worst,
                     fabs(decibels(response(&cut, at, 48000.0) *
                                   response(&boost, at, 48000.0))));
      }
    }
  printf("cut times boost, %s: demand 0.002 dB, measured %.6f\n",
         bands[_i].name,
         worst);
  ck_assert_double_le(worst, 0.002);
}
END_TEST

/* A section that cannot ring for ever and whose motion is safe: the one that
   svf.h speaks of. */
static void
assert_sane(const SvfCoefs *coefs)
{
  double a1 = 1.0 - 0.5 * (double)coefs->c[SVF_DAMP];
  double a2 = 0.5 * (double)coefs->c[SVF_CROSS];
  double a3 = 0.5 * (double)coefs->c[SVF_PULL];

  for (int i = 0; i < SVF_COEFS; i++)
    ck_assert(isfinite(coefs->c[i]));
  ck_assert_double_gt(a1, 0.0);
  ck_assert_double_gt(a3, 0.0);
  ck_assert_double_lt(fabs(a2 * a2 - a1 * a3), 2e-7);
  ck_assert_double_lt(a1 + a3, 1.0);
}

/* Whatever a person can turn to at whatever rate, and beyond it. */
START_TEST(test_extremes_are_sane)
{
  static const double odd_rates[] = { 44100, 48000, 88200, 96000, 192000 };
  static const double odd_freqs[] = { 0,     1,     16,    20,    15000, 18100,
                                      20000, 22000, 23999, 30000, 1e9 };
  static const double odd_qs[]    = { 0, 0.1, 0.3, 0.7071, 1, 10, 40, 1e6 };
  static const double odd_gains[] = { -1000, -18, -1e-9, 0, 1e-9, 18, 1000 };

  for (int r = 0; r < COUNT(odd_rates); r++)
    for (int f = 0; f < COUNT(odd_freqs); f++)
      for (int k = 0; k < COUNT(odd_qs); k++)
        for (int g = 0; g < COUNT(odd_gains); g++) {
          SvfCoefs coefs;
          double   peak = 0.0;

          design_band(&coefs,
                      (enum BandType)_i,
                      odd_freqs[f],
                      odd_gains[g],
                      odd_qs[k],
                      odd_rates[r]);
          assert_sane(&coefs);
          for (int i = 0; i < 40; i++)
            peak =
              fmax(peak,
                   design_magnitude(
                     &coefs, odd_rates[r] * (i + 0.5) / 80.0, odd_rates[r]));
          ck_assert_double_le(20.0 * log10(peak + 1e-30), 100.0);
        }
}
END_TEST

/* The curve that is drawn is the curve that is heard. */
START_TEST(test_drawn_curve)
{
  for (int f = 0; f < COUNT(freqs); f++)
    for (int k = 0; k < COUNT(qs); k++) {
      SvfCoefs coefs;

      design_band(&coefs, (enum BandType)_i, freqs[f], 9.0, qs[k], 44100.0);
      for (int i = 0; i < POINTS; i++) {
        double at   = 20.0 + i * (22000.0 - 20.0) / POINTS;
        double want = cabs(response(&coefs, at, 44100.0));

        ck_assert_double_le(fabs(design_magnitude(&coefs, at, 44100.0) - want),
                            1e-5 + 1e-5 * want);
      }
    }
}
END_TEST

START_TEST(test_zero_and_direct_current)
{
  for (int f = 0; f < COUNT(freqs); f++) {
    SvfCoefs coefs;

    design_band(&coefs, BAND_LOWCUT, freqs[f], 0.0, 0.7071, 48000.0);
    ck_assert(design_magnitude(&coefs, 0.0, 48000.0) == 0.0);
    design_band(&coefs, BAND_NOTCH, freqs[f], 0.0, 2.0, 48000.0);
    ck_assert_double_le(design_magnitude(&coefs, freqs[f], 48000.0), 1e-3);
    design_band(&coefs, BAND_BELL, freqs[f], 12.0, 1.0, 48000.0);
    ck_assert_double_le(fabs(design_magnitude(&coefs, 0.0, 48000.0) - 1.0),
                        1e-6);
    design_band(&coefs, BAND_LOWSHELF, freqs[f], 12.0, 1.0, 48000.0);
    ck_assert_double_le(
      fabs(decibels(design_magnitude(&coefs, 0.0, 48000.0)) - 12.0), 1e-4);
  }
}
END_TEST

static Suite *
design_suite(void)
{
  Suite *suite = suite_create("design");
  TCase *tcase = tcase_create("design");

  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, test_band_curves, 0, COUNT(bands));
  tcase_add_loop_test(tcase, test_key_curves, 0, 3);
  tcase_add_loop_test(tcase, test_cut_slopes, 1, 5);
  tcase_add_test(tcase, test_unused_section_is_identity);
  tcase_add_test(tcase, test_no_gain_is_identity);
  tcase_add_loop_test(tcase, test_cut_inverts_boost, 0, 3);
  tcase_add_loop_test(tcase, test_extremes_are_sane, 0, BAND_TILT + 1);
  tcase_add_loop_test(tcase, test_drawn_curve, 0, BAND_TILT + 1);
  tcase_add_test(tcase, test_zero_and_direct_current);
  suite_add_tcase(suite, tcase);
  return suite;
}

int
main(void)
{
  SRunner *sr = srunner_create(design_suite());
  int      failed;

  srunner_run_all(sr, CK_ENV);
  failed = srunner_ntests_failed(sr);
  srunner_free(sr);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
