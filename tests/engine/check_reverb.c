/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/reverb.h"

#include <check.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The reverb as a measuring engineer hears it: decays by Schroeder's integral
   in octaves (ISO 3382), echo density, correlation; and what the engine asks of
   it: the same bits, silence, no clicks, no harm from bad input. */

static const double pi = 3.14159265358979323846;

enum { GRID = 16 };

typedef struct Sound {
  int    n;
  float *side[2];
} Sound;

static Sound
sound_new(double seconds, double rate)
{
  Sound s = { .n = (int)(seconds * rate) / GRID * GRID };

  for (int i = 0; i < 2; i++) {
    s.side[i] = calloc((size_t)s.n, sizeof(float));
    ck_assert_ptr_nonnull(s.side[i]);
  }
  return s;
}

static void
sound_free(Sound *s)
{
  free(s->side[0]);
  free(s->side[1]);
}

static void
process(Reverb *r, Sound *s)
{
  for (int i = 0; i < s->n; i += 64)
    reverb_process(
      r, s->side[0] + i, s->side[1] + i, s->n - i < 64 ? s->n - i : 64);
}

/* What an impulse on both sides becomes. */
static Sound
impulse(const ReverbSettings *settings, double seconds, double rate)
{
  Sound   s = sound_new(seconds, rate);
  Reverb *r = reverb_new(rate);

  ck_assert_ptr_nonnull(r);
  reverb_set(r, settings, true);
  s.side[0][0] = s.side[1][0] = 1;
  process(r, &s);
  reverb_free(r);
  return s;
}

static float
noise(uint32_t *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return (float)(int32_t)*seed / 2147483648.f;
}

static void
fill_noise(Sound *s, int n, uint32_t seed)
{
  for (int i = 0; i < n; i++)
    for (int side = 0; side < 2; side++)
      s->side[side][i] = noise(&seed);
}

static void
assert_same(const Sound *a, const Sound *b)
{
  ck_assert_int_eq(a->n, b->n);
  for (int side = 0; side < 2; side++)
    ck_assert_mem_eq(
      a->side[side], b->side[side], (size_t)a->n * sizeof(float));
}

/* --- decays --- */

/* The audio EQ cookbook's band-pass, from the end to the start, so that its own
   ringing does not lengthen what decays. */
static void
backwards(double *x, int n, double hz, double q, double rate)
{
  const double w = 2 * pi * hz / rate, alpha = sin(w) / (2 * q), c = cos(w);
  double       x1 = 0, x2 = 0, y1 = 0, y2 = 0;

  for (int i = n - 1; i >= 0; i--) {
    const double y =
      (alpha * (x[i] - x2) + 2 * c * y1 - (1 - alpha) * y2) / (1 + alpha);
    x2   = x1;
    x1   = x[i];
    y2   = y1;
    y1   = y;
    x[i] = y;
  }
}

/* An octave, as IEC 61260 asks: Butterworth of the third order. Its poles are
   those of the low-pass, -1 and -1/2 ± j·sqrt(3)/2, brought to a band whose Q
   is the root of 2. */
static void
octave(double *x, int n, double hz, double rate)
{
  backwards(x, n, hz, sqrt(2), rate);
  backwards(x, n, hz * 1.3578, 2.962, rate);
  backwards(x, n, hz * 0.7365, 2.962, rate);
}

/* Energy that is still to come, in dB of all, both sides together. */
static double *
schroeder(const Sound *s, double hz, double rate)
{
  double *sum = calloc((size_t)s->n, sizeof *sum);
  double *x   = malloc((size_t)s->n * sizeof *x);
  double  all;

  for (int side = 0; side < 2; side++) {
    for (int i = 0; i < s->n; i++)
      x[i] = (double)s->side[side][i];
    octave(x, s->n, hz, rate);
    for (int i = 0; i < s->n; i++)
      sum[i] += x[i] * x[i];
  }
  for (int i = s->n - 2; i >= 0; i--)
    sum[i] += sum[i + 1];
  all = sum[0];
  for (int i = 0; i < s->n; i++)
    sum[i] = 10 * log10(sum[i] / all + 1e-30);
  free(x);
  return sum;
}

/* T30: the line of least squares from -5 to -35 dB; bend is the farthest that
   the curve is from it, in dB. */
static double
t30(const Sound *s, double hz, double rate, double *bend)
{
  double *level = schroeder(s, hz, rate);
  int     begin = 0, end;
  double  n, st = 0, sl = 0, stt = 0, stl = 0, slope, offset;

  while (begin < s->n && level[begin] > -5)
    begin++;
  for (end = begin; end < s->n && level[end] > -35; end++) {
    st += end;
    sl += level[end];
    stt += (double)end * end;
    stl += end * level[end];
  }
  ck_assert_int_lt(end, s->n);
  n      = end - begin;
  slope  = (n * stl - st * sl) / (n * stt - st * st);
  offset = (sl - slope * st) / n;
  *bend  = 0;
  for (int i = begin; i < end; i++)
    *bend = fmax(*bend, fabs(level[i] - offset - slope * i));
  free(level);
  return -60 / slope / rate;
}

/* The law that reverb.h states. */
static double
law(const ReverbSettings *s, double hz)
{
  const double l = pow(s->crossover_hz / hz, 2);
  const double h = s->damping_hz < 20000 ? pow(hz / s->damping_hz, 1.8) : 0;

  return s->decay_s /
         (1 - (1 - 1 / s->bass) * l / (1 + l) + 4.4 * h / (3.4 + h));
}

typedef struct Decay {
  enum ReverbKind kind;
  double          decay_s, bass, crossover_hz, damping_hz, size, rate;
} Decay;

static const Decay decays[] = {
  { REVERB_HALL, 0.4, 1, 200, 20000, 60, 48000 },
  { REVERB_HALL, 1, 1, 200, 20000, 60, 48000 },
  { REVERB_HALL, 2, 1.2, 200, 6000, 60, 48000 },
  { REVERB_HALL, 4, 2.5, 500, 3000, 60, 44100 },
  { REVERB_HALL, 10, 1, 200, 20000, 100, 48000 },
  { REVERB_HALL, 10, 0.5, 300, 4000, 0, 48000 },
  { REVERB_PLATE, 0.4, 1, 200, 12000, 60, 48000 },
  { REVERB_PLATE, 2, 1.5, 200, 8000, 60, 96000 },
  { REVERB_PLATE, 10, 1, 200, 20000, 60, 44100 },
  { REVERB_ROOM, 0.4, 1, 200, 20000, 60, 48000 },
  { REVERB_ROOM, 0.8, 1.2, 200, 6000, 60, 48000 },
  { REVERB_ROOM, 5, 1.2, 200, 2000, 60, 48000 },
  { REVERB_CHAMBER, 0.6, 1, 200, 10000, 60, 192000 },
  { REVERB_CHAMBER, 3, 2, 250, 5000, 60, 48000 },
};

/* 5 %, 6 where bands are bent by damping or bass; or what chance makes of a
   narrow band: one and a half standard deviations of T30 from integrated
   impulse responses at two places, by ISO 3382-2. */
static double
tolerance(const ReverbSettings *s, double hz, double seconds)
{
  const bool   flat  = s->bass == 1 && s->damping_hz >= 20000;
  const double sigma = 0.55 * sqrt(1.152 / (2 * 0.71 * hz * seconds));

  return fmax(flat ? 0.05 : 0.06, 1.5 * sigma);
}

START_TEST(test_decay_follows_the_law)
{
  const Decay   *d = &decays[_i];
  ReverbSettings s = reverb_defaults;
  Sound          response;

  s.kind         = d->kind;
  s.decay_s      = d->decay_s;
  s.bass         = d->bass;
  s.crossover_hz = d->crossover_hz;
  s.damping_hz   = d->damping_hz;
  s.size         = d->size;
  s.predelay_ms  = 0;
  s.modulation   = 0;
  s.early        = 0;
  s.lowcut_hz    = 10;
  s.highcut_hz   = 20000;
  response       = impulse(&s, d->decay_s * fmax(1, d->bass) + 0.5, d->rate);
  for (double hz = 125; hz < 9000; hz *= 2) {
    double       bend;
    const double expected = law(&s, hz);
    const double measured = t30(&response, hz, d->rate, &bend);
    ck_assert_msg(fabs(measured / expected - 1) < tolerance(&s, hz, expected),
                  "%g Hz: %.3f s for %.3f s (%+.1f %%)",
                  hz,
                  measured,
                  expected,
                  100 * (measured / expected - 1));
    ck_assert_msg(bend < 2.5, "%g Hz: bent by %.2f dB", hz, bend);
  }
  sound_free(&response);
}
END_TEST

/* --- the tail's texture --- */

static ReverbSettings
of_kind(int kind)
{
  ReverbSettings s = reverb_defaults;

  s.kind        = (enum ReverbKind)kind;
  s.predelay_ms = 0;
  return s;
}

/* The share of samples outside the standard deviation in 20 ms, 1 for noise:
   J. Abel, P. Huang, "A Simple, Robust Measure of Reverberation Echo Density"
   (AES 121, 2006). */
static double
echo_density(const float *x, int n)
{
  double energy = 0, outside = 0;

  for (int i = 0; i < n; i++)
    energy += (double)x[i] * (double)x[i];
  for (int i = 0; i < n; i++)
    outside += fabs((double)x[i]) > sqrt(energy / n);
  return outside / n / erfc(sqrt(0.5));
}

START_TEST(test_echoes_become_dense)
{
  const ReverbSettings s        = of_kind(_i);
  Sound                response = impulse(&s, 0.5, 48000);

  for (double at = 0.1; at < 0.4; at += 0.1) {
    double mean = 0;
    for (int i = 0; i < 4; i++)
      mean += echo_density(
                response.side[i % 2] + (int)((at + 0.01 * i) * 48000), 960) /
              4;
    ck_assert_double_gt(mean, 0.85);
  }
  sound_free(&response);
}
END_TEST

START_TEST(test_tail_is_wide)
{
  const ReverbSettings s        = of_kind(_i);
  Sound                response = impulse(&s, 2, 48000);
  double               ll = 0, rr = 0, lr = 0;

  for (int i = 9600; i < response.n; i++) {
    const double l = (double)response.side[0][i];
    const double r = (double)response.side[1][i];
    ll += l * l;
    rr += r * r;
    lr += l * r;
  }
  ck_assert_double_lt(fabs(lr) / sqrt(ll * rr), 0.15);
  ck_assert_double_lt(fabs(10 * log10(ll / rr)), 1.5);
  sound_free(&response);
}
END_TEST

/* No tone stands out of a noise's late tail: the strongest line of its spectrum
   against those around it. Two hundred bins are computed one by one. */
START_TEST(test_tail_does_not_ring)
{
  const ReverbSettings s         = of_kind(_i);
  const int            n         = 48000;
  Sound                x         = impulse(&s, 1.3, 48000);
  double               strongest = 0, sum = 0;

  for (int bin = 0; bin < 400; bin++) {
    double re = 0, im = 0;
    for (int i = 0; i < n; i++) {
      const double w = 0.5 - 0.5 * cos(2 * pi * i / n);
      const double level =
        (double)x.side[0][i + 14000] * pow(10, 3. * i / n / s.decay_s) * w;
      const double phase = 2 * pi * (double)(600 + bin) * i / n;
      re += level * cos(phase);
      im += level * sin(phase);
    }
    strongest = fmax(strongest, re * re + im * im);
    sum += re * re + im * im;
  }
  ck_assert_double_lt(10 * log10(strongest / (sum / 400)), 14);
  sound_free(&x);
}
END_TEST

START_TEST(test_predelay_comes_first)
{
  const double   ms[] = { 0, 20, 250 };
  ReverbSettings s    = reverb_defaults;
  Sound          x;
  int            first = 0;

  s.kind        = REVERB_PLATE;
  s.predelay_ms = ms[_i];
  x             = impulse(&s, 0.5, 48000);
  while (first < x.n && fabsf(x.side[0][first]) < 1e-6f)
    first++;
  ck_assert_double_ge(first / 48., ms[_i]);
  ck_assert_double_lt(first / 48., ms[_i] + 4);
  sound_free(&x);
}
END_TEST

START_TEST(test_no_width_is_mono)
{
  ReverbSettings s = of_kind(_i);
  Sound          x;

  s.width = 0;
  x       = impulse(&s, 1, 48000);
  for (int i = 0; i < x.n; i++)
    ck_assert_float_eq(x.side[0][i], x.side[1][i]);
  sound_free(&x);
}
END_TEST

/* --- silence --- */

START_TEST(test_tail_ends_in_silence)
{
  ReverbSettings s = of_kind(_i);
  Sound          x;
  Reverb        *r = reverb_new(48000);

  s.decay_s = 0.5;
  reverb_set(r, &s, true);
  ck_assert(reverb_idle(r));
  x = sound_new(4, 48000);
  fill_noise(&x, 4800, 1);
  process(r, &x);
  ck_assert(reverb_idle(r));
  for (int i = x.n - 4800; i < x.n; i++)
    ck_assert(x.side[0][i] == 0 && x.side[1][i] == 0);
  sound_free(&x);
  reverb_free(r);
}
END_TEST

START_TEST(test_clear_silences_at_once)
{
  Reverb *r = reverb_new(48000), *fresh = reverb_new(48000);
  Sound   x = sound_new(0.5, 48000), y = sound_new(0.5, 48000);
  Sound   z = sound_new(0.5, 48000), silence = sound_new(0.1, 48000);

  fill_noise(&x, x.n, 1);
  process(r, &x);
  reverb_clear(r);
  ck_assert(!reverb_idle(r));
  process(r, &silence);
  for (int i = 0; i < silence.n; i++)
    ck_assert(silence.side[0][i] == 0 && silence.side[1][i] == 0);
  ck_assert(reverb_idle(r));

  fill_noise(&y, y.n, 2);
  fill_noise(&z, z.n, 2);
  reverb_locate(r, 0);
  process(r, &y);
  process(fresh, &z);
  assert_same(&y, &z);
  sound_free(&x);
  sound_free(&y);
  sound_free(&z);
  sound_free(&silence);
  reverb_free(r);
  reverb_free(fresh);
}
END_TEST

/* --- the same bits --- */

/* Noise for a second and its tail, with settings that change on the grid, cut
   at random where a seed is given. */
static Sound
eventful(Reverb *r, int64_t song_frame, uint32_t cuts)
{
  Sound          x = sound_new(2, 48000);
  ReverbSettings s = reverb_defaults;

  reverb_set(r, &s, true);
  reverb_locate(r, song_frame);
  fill_noise(&x, 48000, 7);
  for (int i = 0; i < x.n; i += GRID) {
    if (i % 4800 == 0) {
      s.kind    = (enum ReverbKind)(i / 9600 % REVERB_KINDS);
      s.size    = i / 4800 * 7 % 100;
      s.decay_s = 0.3 + i / 4800 % 5;
      s.width   = i / 4800 * 31 % 200;
      reverb_set(r, &s, false);
    }
    const int cut = cuts ? (int)(fabsf(noise(&cuts)) * (GRID + 1)) : 0;
    reverb_process(r, x.side[0] + i, x.side[1] + i, cut);
    reverb_process(r, x.side[0] + i + cut, x.side[1] + i + cut, GRID - cut);
  }
  return x;
}

START_TEST(test_cuts_do_not_change_bits)
{
  Reverb *whole = reverb_new(48000), *cut = reverb_new(48000);
  Sound   a = eventful(whole, 0, 0), b = eventful(cut, 0, 99);

  assert_same(&a, &b);
  sound_free(&a);
  sound_free(&b);
  reverb_free(whole);
  reverb_free(cut);
}
END_TEST

START_TEST(test_song_repeats_from_silence)
{
  Reverb *r = reverb_new(48000), *fresh = reverb_new(48000);
  Sound   a = eventful(r, 123456789, 0), silence = sound_new(30, 48000);
  Sound   b, c, d = eventful(fresh, 123456789, 0);

  process(r, &silence);
  ck_assert(reverb_idle(r));
  reverb_process(r,
                 silence.side[0] + silence.n - 5,
                 silence.side[1] + silence.n - 5,
                 5); /* off the grid */
  b = eventful(r, 123456789, 0);
  assert_same(&a, &b);
  assert_same(&a, &d);
  memset(silence.side[0], 0, (size_t)silence.n * sizeof(float));
  memset(silence.side[1], 0, (size_t)silence.n * sizeof(float));
  process(r, &silence);
  c = eventful(r, 0, 0);
  ck_assert_mem_ne(a.side[0], c.side[0], (size_t)a.n * sizeof(float));
  sound_free(&a);
  sound_free(&b);
  sound_free(&c);
  sound_free(&d);
  sound_free(&silence);
  reverb_free(r);
  reverb_free(fresh);
}
END_TEST

/* --- no harm --- */

/* Ten minutes of noise: the level of the fourth and of the tenth. */
START_TEST(test_maximum_does_not_build_up)
{
  ReverbSettings s          = of_kind(_i);
  Reverb        *r          = reverb_new(48000);
  double         energy[10] = { 0 };
  uint32_t       seed       = 3;

  s.decay_s    = 20;
  s.bass       = 2.5;
  s.damping_hz = 20000;
  s.modulation = 100;
  s.diffusion  = 100;
  s.size       = _i % 2 ? 0 : 100;
  s.highcut_hz = 20000;
  s.lowcut_hz  = 10;
  reverb_set(r, &s, true);
  for (int i = 0; i < 10 * 60 * 48000; i += 64) {
    float left[64], right[64];
    for (int k = 0; k < 64; k++) {
      left[k]  = noise(&seed);
      right[k] = noise(&seed);
    }
    reverb_process(r, left, right, 64);
    for (int k = 0; k < 64; k++)
      energy[i / (60 * 48000)] += (double)left[k] * (double)left[k];
  }
  ck_assert_double_lt(energy[9], 60 * 48000 * 10.);
  ck_assert_double_lt(fabs(10 * log10(energy[9] / energy[3])), 0.5);
  reverb_free(r);
}
END_TEST

START_TEST(test_bad_input_is_silence)
{
  const float bad[] = { NAN, INFINITY, -INFINITY, 1e30f };
  Reverb     *r = reverb_new(48000), *good = reverb_new(48000);
  Sound       x = sound_new(0.5, 48000), y = sound_new(0.5, 48000);

  fill_noise(&x, x.n, 5);
  fill_noise(&y, y.n, 5);
  for (int i = 0; i < 64; i++) {
    x.side[i % 2][2000 + i] = bad[_i];
    y.side[i % 2][2000 + i] = 0;
  }
  process(r, &x);
  process(good, &y);
  assert_same(&x, &y);
  sound_free(&x);
  sound_free(&y);
  reverb_free(r);
  reverb_free(good);
}
END_TEST

START_TEST(test_bad_settings_are_tamed)
{
  const double   bad[] = { NAN, INFINITY, -INFINITY, -1, 0, 1e9 };
  const double   b     = bad[_i];
  ReverbSettings s     = {
        (enum ReverbKind)77, b, b, b, b, b, b, b, b, b, b, b, b
  };
  Sound x = impulse(&s, 0.5, 44100);

  for (int i = 0; i < x.n; i++)
    ck_assert_float_lt(fabsf(x.side[0][i]), 10);
  sound_free(&x);
}
END_TEST

/* --- no clicks --- */

typedef struct Step {
  const char *what;
  size_t      offset;
  double      from, to;
} Step;

static const Step steps[] = {
  { "predelay", offsetof(ReverbSettings, predelay_ms), 20, 120 },
  { "decay", offsetof(ReverbSettings, decay_s), 2, 0.5 },
  { "size", offsetof(ReverbSettings, size), 60, 100 },
  { "damping", offsetof(ReverbSettings, damping_hz), 6000, 1500 },
  { "bass", offsetof(ReverbSettings, bass), 1, 2 },
  { "diffusion", offsetof(ReverbSettings, diffusion), 80, 0 },
  { "modulation", offsetof(ReverbSettings, modulation), 0, 100 },
  { "lowcut", offsetof(ReverbSettings, lowcut_hz), 20, 500 },
  { "highcut", offsetof(ReverbSettings, highcut_hz), 20000, 500 },
  { "early", offsetof(ReverbSettings, early), 0, 100 },
  { "width", offsetof(ReverbSettings, width), 100, 0 },
};

/* The peak above 4 kHz: a tone's third differences, which leave 997 Hz some
   -53 dB, against those before the step. */
static double
roughness(const float *x, int begin, int end)
{
  double most = 0;

  for (int i = begin; i < end; i++) {
    double y = 0;
    for (int k = 0; k <= 6; k++) {
      const double binomial[] = { 1, -6, 15, -20, 15, -6, 1 };
      y += binomial[k] * (double)x[i + k] / 64;
    }
    most = fmax(most, fabs(y));
  }
  return most;
}

START_TEST(test_steps_do_not_click)
{
  ReverbSettings s     = reverb_defaults;
  Reverb        *r     = reverb_new(48000);
  Sound          x     = sound_new(3, 48000);
  double        *knob  = (double *)((char *)&s + steps[_i].offset);
  double         level = 0;

  *knob = steps[_i].from;
  reverb_set(r, &s, true);
  for (int i = 0; i < x.n; i++)
    x.side[0][i] = x.side[1][i] = 0.5f * (float)sin(2 * pi * 997 * i / 48000);
  for (int i = 0; i < x.n; i += GRID) {
    if (i == 96000) {
      *knob = steps[_i].to;
      reverb_set(r, &s, false);
    }
    reverb_process(r, x.side[0] + i, x.side[1] + i, GRID);
  }
  for (int i = 90000; i < 96000; i++)
    level = fmax(level, fabs((double)x.side[0][i]));
  /* A clean tone: sin(pi·997/48000)^6, -142 dB. */
  ck_assert_msg(roughness(x.side[0], 96000, 110000) < level * 1e-4,
                "%s: %.1f dB",
                steps[_i].what,
                20 * log10(roughness(x.side[0], 96000, 110000) / level));
  sound_free(&x);
  reverb_free(r);
}
END_TEST

static Suite *
reverb_suite(void)
{
  Suite *suite = suite_create("reverb");
  TCase *decay = tcase_create("decay"), *texture = tcase_create("texture");
  TCase *silence = tcase_create("silence"), *bits = tcase_create("bits");
  TCase *harm = tcase_create("harm"), *clicks = tcase_create("clicks");

  tcase_set_timeout(decay, 60);
  tcase_add_loop_test(
    decay, test_decay_follows_the_law, 0, sizeof decays / sizeof *decays);
  tcase_set_timeout(texture, 60);
  tcase_add_loop_test(texture, test_echoes_become_dense, 0, REVERB_KINDS);
  tcase_add_loop_test(texture, test_tail_is_wide, 0, REVERB_KINDS);
  tcase_add_loop_test(texture, test_tail_does_not_ring, 0, REVERB_KINDS);
  tcase_add_loop_test(texture, test_predelay_comes_first, 0, 3);
  tcase_add_loop_test(texture, test_no_width_is_mono, 0, REVERB_KINDS);
  tcase_set_timeout(silence, 60);
  tcase_add_loop_test(silence, test_tail_ends_in_silence, 0, REVERB_KINDS);
  tcase_add_test(silence, test_clear_silences_at_once);
  tcase_set_timeout(bits, 60);
  tcase_add_test(bits, test_cuts_do_not_change_bits);
  tcase_add_test(bits, test_song_repeats_from_silence);
  tcase_set_timeout(harm, 60);
  tcase_add_loop_test(harm, test_maximum_does_not_build_up, 0, REVERB_KINDS);
  tcase_add_loop_test(harm, test_bad_input_is_silence, 0, 4);
  tcase_add_loop_test(harm, test_bad_settings_are_tamed, 0, 6);
  tcase_set_timeout(clicks, 60);
  tcase_add_loop_test(
    clicks, test_steps_do_not_click, 0, sizeof steps / sizeof *steps);
  suite_add_tcase(suite, decay);
  suite_add_tcase(suite, texture);
  suite_add_tcase(suite, silence);
  suite_add_tcase(suite, bits);
  suite_add_tcase(suite, harm);
  suite_add_tcase(suite, clicks);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(reverb_suite());
  int      failed;

  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
