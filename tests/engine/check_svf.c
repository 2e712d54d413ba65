/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The filter sections in lanes, in every instruction set of this processor:
   precision against double precision, bits independent of how a slice is cut,
   and no clicks when they are switched and swept. */

#include "engine/dsp/design.h"

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRID      16
#define MAX_LANES 16
#define RATE      48000.0

/* The vectors have no name here, where no instruction set is chosen. What the
   lanes' structures hold is vectors alone, so they are floats: so many vectors
   of so many lanes. */
#define SVF_VECTORS   (2 + SVF_COEFS)
#define GLIDE_VECTORS (4 * SVF_COEFS + 3)

#define DECLARE(isa)                                               \
  void svf_init_##isa(void *, void *, double);                     \
  void svf_set_##isa(void *, void *, int, const SvfCoefs *, bool); \
  void svf_clear_##isa(void *, int);                               \
  int  svf_grid_##isa(void *, void *);                             \
  void svf_process_##isa(void *, void *, float *, int);            \
  void svf_run_##isa(void *const *, void *const *, int, float *, int);

#define ENTRY(isa, n)                                                       \
  {                                                                         \
    .name = #isa, .lanes = n, .init = svf_init_##isa, .set = svf_set_##isa, \
    .clear = svf_clear_##isa, .grid = svf_grid_##isa,                       \
    .process = svf_process_##isa, .run = svf_run_##isa                      \
  }

typedef struct Isa {
  const char *name;
  int         lanes;
  void (*init)(void *, void *, double);
  void (*set)(void *, void *, int, const SvfCoefs *, bool);
  void (*clear)(void *, int);
  int (*grid)(void *, void *);
  void (*process)(void *, void *, float *, int);
  void (*run)(void *const *, void *const *, int, float *, int);
} Isa;

DECLARE(plain)
DECLARE(base)
#if defined(__x86_64__)
DECLARE(avx2)
DECLARE(avx512)
#endif

static const Isa isas[] = {
  ENTRY(plain, 1),
  ENTRY(base, 4),
#if defined(__x86_64__)
  ENTRY(avx2, 8),
  ENTRY(avx512, 16),
#endif
};

#define ISAS ((int)(sizeof isas / sizeof isas[0]))

static bool
runs(const Isa *isa)
{
#if defined(__x86_64__)
  if (isa->lanes == 8)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa->lanes == 16)
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw");
#endif
  return isa->lanes <= 4;
}

/* One section of some instruction set. */
typedef struct Section {
  const Isa *isa;
  void      *svf;
  void      *glide;
} Section;

static void *
vectors(const Isa *isa, int count)
{
  size_t bytes  = ((size_t)(count * isa->lanes) * sizeof(float) + 63) / 64 * 64;
  void  *memory = aligned_alloc(64, bytes);

  ck_assert_ptr_nonnull(memory);
  memset(memory, 0, bytes);
  return memory;
}

static Section
section_new(const Isa *isa, double rate)
{
  Section section = { isa,
                      vectors(isa, SVF_VECTORS),
                      vectors(isa, GLIDE_VECTORS) };

  isa->init(section.svf, section.glide, rate);
  return section;
}

static void
section_free(Section *section)
{
  free(section->svf);
  free(section->glide);
}

static void
section_set_all(Section *section, const SvfCoefs *coefs, bool now)
{
  for (int lane = 0; lane < section->isa->lanes; lane++)
    section->isa->set(section->svf, section->glide, lane, coefs, now);
}

static uint32_t
draw(uint32_t *seed)
{
  *seed ^= *seed << 13;
  *seed ^= *seed >> 17;
  *seed ^= *seed << 5;
  return *seed;
}

static float
noise(uint32_t *seed)
{
  return (float)(draw(seed) >> 8) * 0x1p-23F - 1.0F;
}

static SvfCoefs
any_band(uint32_t *seed)
{
  SvfCoefs coefs;
  int      type = (int)(draw(seed) % 8);
  double   freq = 20.0 * pow(1000.0, draw(seed) / 4294967296.0);
  double   gain = 36.0 * (draw(seed) / 4294967296.0) - 18.0;
  double   q    = 0.1 * pow(100.0, draw(seed) / 4294967296.0);

  if (type > BAND_TILT)
    design_identity(&coefs);
  else
    design_band(&coefs, (enum BandType)type, freq, gain, q, RATE);
  return coefs;
}

/* Precision ------------------------------------------------------------- */

/* The same filter in double precision; its poles not from the rounded
   coefficients but from where the matched z-transform has them. */
typedef struct Reference {
  double s1, s2, cross, damp, pull, thru, band, low;
} Reference;

static void
reference_init(Reference *r, const SvfCoefs *c)
{
  *r = (Reference){ .cross = (double)c->c[SVF_CROSS],
                    .damp  = (double)c->c[SVF_DAMP],
                    .pull  = (double)c->c[SVF_PULL],
                    .thru  = (double)c->c[SVF_THRU],
                    .band  = (double)c->c[SVF_BAND],
                    .low   = (double)c->c[SVF_LOW] };
}

static void
reference_poles(Reference *r, double freq, double q, double rate)
{
  double w      = 2.0 * M_PI * freq / rate;
  double radius = exp(-0.5 * w / q);
  double turn   = w * sqrt(1.0 - 0.25 / (q * q));
  double at_dc  = (1.0 - radius) * (1.0 - radius) +
                 4.0 * radius * sin(0.5 * turn) * sin(0.5 * turn);
  double at_top = (1.0 + radius) * (1.0 + radius) -
                  4.0 * radius * sin(0.5 * turn) * sin(0.5 * turn);

  r->pull  = 0.5 * at_dc;
  r->cross = 0.5 * sqrt(at_dc * at_top);
  r->damp  = r->pull + (1.0 - radius) * (1.0 + radius);
}

static double
reference_step(Reference *r, double x)
{
  double u  = x - r->s2;
  double s1 = r->s1 + r->cross * u - r->damp * r->s1;
  double s2 = r->s2 + r->cross * r->s1 + r->pull * u;
  double y  = r->thru * x + r->band * (r->s1 + s1) + r->low * (r->s2 + s2);

  r->s1 = s1;
  r->s2 = s2;
  return y;
}

typedef struct PrecisionCase {
  const char   *name;
  enum BandType type;
  double        freq, gain, q;
  double        pole_q; /* 0: poles as they are in the coefficients */
  double        demand;
} PrecisionCase;

static const PrecisionCase precision[] = {
  { "bell +6 dB, 20 Hz, Q 10", BAND_BELL, 20, 6, 10, 14.125375446227544, -120 },
  { "bell +18 dB, 20 Hz, Q 10",
    BAND_BELL,
    20,
    18,
    10,
    28.183829312644537,
    -120 },
  { "low-pass, 20 Hz, Q 10", BAND_HIGHCUT, 20, 0, 10, 10, -110 },
  { "high-pass, 20 Hz, Q 10", BAND_LOWCUT, 20, 0, 10, 0, -110 },
  { "bell -18 dB, 20 Hz, Q 10", BAND_BELL, 20, -18, 10, 0, -120 },
  { "notch, 20 Hz, Q 10", BAND_NOTCH, 20, 0, 10, 0, -120 },
  { "low shelf +12 dB, 20 Hz", BAND_LOWSHELF, 20, 12, 0.7071, 0, -120 },
  { "bell +6 dB, 1 kHz, Q 1", BAND_BELL, 1000, 6, 1, 1.4125375446227544, -120 },
  { "bell +6 dB, 12 kHz, Q 4",
    BAND_BELL,
    12000,
    6,
    4,
    5.650150178491018,
    -120 },
};

#define PRECISION_CASES ((int)(sizeof precision / sizeof precision[0]))

static double
precision_error(const Isa *isa, const PrecisionCase *p, double rate)
{
  Section   section = section_new(isa, rate);
  float    *x       = vectors(isa, GRID);
  double    error = 0.0, power = 0.0;
  uint32_t  seed = 1;
  Reference reference;
  SvfCoefs  coefs;

  design_band(&coefs, p->type, p->freq, p->gain, p->q, rate);
  reference_init(&reference, &coefs);
  if (p->pole_q > 0.0)
    reference_poles(&reference, p->freq, p->pole_q, rate);
  section_set_all(&section, &coefs, true);
  for (int f = 0; f < 10 * 48000; f += GRID) {
    double want[GRID];

    for (int i = 0; i < GRID; i++) {
      float in = noise(&seed);

      for (int lane = 0; lane < isa->lanes; lane++)
        x[i * isa->lanes + lane] = in;
      want[i] = reference_step(&reference, (double)in);
    }
    isa->process(section.svf, NULL, x, GRID);
    for (int i = 0; i < GRID; i++) {
      double off = (double)x[(i + 1) * isa->lanes - 1] - want[i];

      error += off * off;
      power += want[i] * want[i];
    }
  }
  free(x);
  section_free(&section);
  return 10.0 * log10(error / power);
}

START_TEST(test_precision)
{
  for (int i = 0; i < ISAS; i++) {
    if (!runs(&isas[i]))
      continue;
    for (int k = 0; k < PRECISION_CASES; k++) {
      double error = precision_error(&isas[i], &precision[k], RATE);

      printf("filter precision, %s, %s: demand %.0f dB, measured %.1f\n",
             isas[i].name,
             precision[k].name,
             precision[k].demand,
             error);
      ck_assert_double_le(error, precision[k].demand);
    }
  }
}
END_TEST

/* The lanes compute what the coefficients mean: an impulse's spectrum against
   design_magnitude(), which check_design.c holds against the prototypes. */
START_TEST(test_impulse_response)
{
  static const double at[] = { 100, 900, 1000, 1100, 3000, 12000, 17000 };
  const Isa          *isa  = &isas[_i];
  Section             section;
  SvfCoefs            coefs;
  float              *x;
  double              re[7] = { 0 }, im[7] = { 0 };

  if (!runs(isa))
    return;
  section = section_new(isa, RATE);
  x       = vectors(isa, GRID);
  design_band(&coefs, BAND_BELL, 1000.0, 9.0, 4.0, RATE);
  section_set_all(&section, &coefs, true);
  for (int f = 0; f < 16384; f += GRID) {
    memset(x, 0, sizeof(float) * (size_t)(GRID * isa->lanes));
    x[0] = f == 0 ? 1.0F : 0.0F;
    isa->process(section.svf, NULL, x, GRID);
    for (int i = 0; i < GRID; i++)
      for (int k = 0; k < 7; k++) {
        re[k] +=
          (double)x[i * isa->lanes] * cos(2.0 * M_PI * at[k] * (f + i) / RATE);
        im[k] +=
          (double)x[i * isa->lanes] * sin(2.0 * M_PI * at[k] * (f + i) / RATE);
      }
  }
  for (int k = 0; k < 7; k++)
    ck_assert_double_le(
      fabs(hypot(re[k], im[k]) - design_magnitude(&coefs, at[k], RATE)), 1e-5);
  free(x);
  section_free(&section);
}
END_TEST

/* Bits ------------------------------------------------------------------- */

#define SECTIONS 6

/* Plays noise through six sections while targets arrive, and writes what comes
   out. How the slices are cut, and whether the sections run one at a time,
   must not be heard. */
static void
play(const Isa *isa, float *out, int frames, bool cut, bool together)
{
  Section  section[SECTIONS];
  void    *svf[SECTIONS], *glide[SECTIONS];
  uint32_t seed = 7, scissors = 99;

  for (int k = 0; k < SECTIONS; k++) {
    section[k] = section_new(isa, RATE);
    svf[k]     = section[k].svf;
  }
  for (int f = 0; f < frames; f += GRID) {
    float *x = out + f * isa->lanes;

    for (int i = 0; i < GRID * isa->lanes; i++)
      x[i] = noise(&seed);
    if (draw(&seed) % 40 == 0) {
      int      k     = (int)(draw(&seed) % SECTIONS);
      int      lane  = (int)(draw(&seed) % (uint32_t)isa->lanes);
      SvfCoefs coefs = any_band(&seed);

      isa->set(svf[k], section[k].glide, lane, &coefs, draw(&seed) % 8 == 0);
    }
    for (int k = 0; k < SECTIONS; k++)
      glide[k] = isa->grid(svf[k], section[k].glide) ? section[k].glide : NULL;
    for (int done = 0, n; done < GRID; done += n) {
      n = cut ? 1 + (int)(draw(&scissors) % (uint32_t)(GRID - done)) : GRID;
      if (together)
        isa->run(svf, glide, SECTIONS, x + done * isa->lanes, n);
      else
        for (int k = 0; k < SECTIONS; k++)
          isa->process(svf[k], glide[k], x + done * isa->lanes, n);
    }
  }
  for (int k = 0; k < SECTIONS; k++)
    section_free(&section[k]);
}

START_TEST(test_splits_give_the_same_bits)
{
  const Isa *isa    = &isas[_i];
  const int  frames = 48000;
  size_t     bytes;
  float     *whole, *other;

  if (!runs(isa))
    return;
  whole = vectors(isa, frames);
  other = vectors(isa, frames);
  bytes = (size_t)(frames * isa->lanes) * sizeof(float);
  play(isa, whole, frames, false, true);
  for (int i = 0; i < frames * isa->lanes; i++)
    ck_assert(isfinite(whole[i]));
  play(isa, other, frames, true, true);
  ck_assert_msg(memcmp(whole, other, bytes) == 0, "cut slices differ");
  play(isa, other, frames, false, false);
  ck_assert_msg(memcmp(whole, other, bytes) == 0, "one at a time differs");
  play(isa, other, frames, true, false);
  ck_assert_msg(memcmp(whole, other, bytes) == 0, "both differ");
  printf("splits, %s: demand identical bits, measured identical\n", isa->name);
  free(whole);
  free(other);
}
END_TEST

/* A run of every length, from one section to more than stand abreast. */
START_TEST(test_run_of_any_length)
{
  const Isa *isa = &isas[_i];

  if (!runs(isa))
    return;
  for (int count = 0; count <= 9; count++)
    for (int n = 1; n <= GRID; n++) {
      Section  one[9], all[9];
      void    *svf[9];
      float   *x = vectors(isa, GRID), *y = vectors(isa, GRID);
      uint32_t seed = 3;

      for (int k = 0; k < count; k++) {
        SvfCoefs coefs = any_band(&seed);

        one[k] = section_new(isa, RATE);
        all[k] = section_new(isa, RATE);
        section_set_all(&one[k], &coefs, true);
        section_set_all(&all[k], &coefs, true);
        svf[k] = all[k].svf;
      }
      for (int i = 0; i < n * isa->lanes; i++)
        x[i] = y[i] = noise(&seed);
      for (int k = 0; k < count; k++)
        isa->process(one[k].svf, NULL, x, n);
      isa->run(svf, NULL, count, y, n);
      ck_assert(memcmp(x, y, sizeof(float) * (size_t)(GRID * isa->lanes)) == 0);
      for (int k = 0; k < count; k++) {
        section_free(&one[k]);
        section_free(&all[k]);
      }
      free(x);
      free(y);
    }
}
END_TEST

/* What moves in one lane is not heard in another; and a lane that lets all
   through gives back its bits. */
START_TEST(test_lanes_are_apart)
{
  const Isa *isa = &isas[_i];
  Section    quiet, busy;
  float     *x, *y;
  uint32_t   seed = 5;

  if (!runs(isa) || isa->lanes < 4)
    return;
  quiet = section_new(isa, RATE);
  busy  = section_new(isa, RATE);
  x     = vectors(isa, GRID);
  y     = vectors(isa, GRID);
  for (int f = 0; f < 4800; f += GRID) {
    float    in[MAX_LANES * GRID];
    SvfCoefs coefs = any_band(&seed);

    if (f % 480 == 0) {
      isa->set(busy.svf, busy.glide, 0, &coefs, false);
      isa->set(busy.svf, busy.glide, 3, &coefs, true);
    }
    if (f == 1600) {
      design_band(&coefs, BAND_BELL, 300.0, 9.0, 2.0, RATE);
      isa->set(busy.svf, busy.glide, 1, &coefs, false);
      isa->set(quiet.svf, quiet.glide, 1, &coefs, false);
    }
    for (int i = 0; i < GRID * isa->lanes; i++)
      x[i] = y[i] = in[i] = noise(&seed);
    isa->process(
      busy.svf, isa->grid(busy.svf, busy.glide) ? busy.glide : NULL, x, GRID);
    isa->process(quiet.svf,
                 isa->grid(quiet.svf, quiet.glide) ? quiet.glide : NULL,
                 y,
                 GRID);
    for (int i = 0; i < GRID; i++) {
      ck_assert(x[i * isa->lanes + 1] == y[i * isa->lanes + 1]);
      ck_assert(x[i * isa->lanes + 2] == in[i * isa->lanes + 2]);
    }
  }
  free(x);
  free(y);
  section_free(&quiet);
  section_free(&busy);
}
END_TEST

START_TEST(test_identity_is_exact)
{
  const Isa *isa = &isas[_i];
  Section    section;
  SvfCoefs   coefs;
  float     *x;
  uint32_t   seed  = 11;
  int        moved = 0;

  if (!runs(isa))
    return;
  section = section_new(isa, RATE);
  x       = vectors(isa, GRID);
  for (int f = 0; f < 48000; f += GRID) {
    float in[GRID];

    if (f == 4800)
      design_band(&coefs, BAND_BELL, 100.0, 0.0, 1.0, RATE);
    if (f == 9600)
      design_band(&coefs, BAND_BELL, 100.0, 12.0, 1.0, RATE);
    if (f == 14400)
      design_identity(&coefs);
    if (f == 4800 || f == 9600 || f == 14400)
      section_set_all(&section, &coefs, false);
    for (int i = 0; i < GRID; i++)
      x[i * isa->lanes] = in[i] = noise(&seed);
    moved = isa->grid(section.svf, section.glide);
    isa->process(section.svf, moved ? section.glide : NULL, x, GRID);
    if (f < 9600 || f >= 19200) {
      ck_assert_int_eq(moved, 0);
      for (int i = 0; i < GRID; i++)
        ck_assert(x[i * isa->lanes] == in[i]);
    }
  }
  free(x);
  section_free(&section);
}
END_TEST

/* A glide ends, and ends where a jump would have gone. */
START_TEST(test_glide_arrives)
{
  static const double rates[] = { 44100, 48000, 96000, 192000 };
  const Isa          *isa     = &isas[_i];

  if (!runs(isa))
    return;
  for (int r = 0; r < 4; r++) {
    Section jump  = section_new(isa, rates[r]),
            glide = section_new(isa, rates[r]);
    float   *x    = vectors(isa, GRID);
    SvfCoefs coefs;
    int      grids = 0;

    design_band(&coefs, BAND_BELL, 100.0, 6.0, 1.0, rates[r]);
    section_set_all(&glide, &coefs, true);
    design_band(&coefs, BAND_HIGHSHELF, 4000.0, -6.0, 1.0, rates[r]);
    section_set_all(&jump, &coefs, true);
    section_set_all(&glide, &coefs, false);
    while (isa->grid(glide.svf, glide.glide)) {
      isa->process(glide.svf, glide.glide, x, GRID);
      grids++;
    }
    ck_assert_double_le(grids * GRID / rates[r], 0.023);
    ck_assert_double_ge(grids * GRID / rates[r], 0.015);
    for (int i = 2 * isa->lanes; i < SVF_VECTORS * isa->lanes; i++)
      ck_assert(((float *)glide.svf)[i] == ((float *)jump.svf)[i]);
    free(x);
    section_free(&jump);
    section_free(&glide);
  }
}
END_TEST

/* Targets that jump anywhere at every grid point, under noise: a filter whose
   steps lengthened its states would run away. */
START_TEST(test_nothing_runs_away)
{
  const Isa *isa = &isas[_i];
  Section    section;
  float     *x;
  uint32_t   seed = 23;
  double     peak = 0.0;

  if (!runs(isa))
    return;
  section = section_new(isa, RATE);
  x       = vectors(isa, GRID);
  for (int f = 0; f < 5 * 48000; f += GRID) {
    for (int lane = 0; lane < isa->lanes; lane++)
      if (draw(&seed) % 4 == 0) {
        SvfCoefs coefs = any_band(&seed);

        isa->set(
          section.svf, section.glide, lane, &coefs, draw(&seed) % 16 == 0);
      }
    for (int i = 0; i < GRID * isa->lanes; i++)
      x[i] = noise(&seed);
    isa->process(section.svf,
                 isa->grid(section.svf, section.glide) ? section.glide : NULL,
                 x,
                 GRID);
    for (int i = 0; i < GRID * isa->lanes; i++)
      peak = fmax(peak, fabs((double)x[i]));
  }
  printf("random targets, %s: demand <= 36 dB, measured peak %.1f dB\n",
         isa->name,
         20.0 * log10(peak));
  ck_assert_double_le(20.0 * log10(peak), 36.0);
  free(x);
  section_free(&section);
}
END_TEST

/* Clicks ------------------------------------------------------------------ */

/* A zero-phase high-pass at 4 kHz: one minus a low-pass, Kaiser's window,
   -120 dB from 3.5 kHz down. */
#define TAPS 511

static double
bessel(double x)
{
  double sum = 1.0, term = 1.0;

  for (int k = 1; k < 60; k++) {
    term *= 0.25 * x * x / (k * k);
    sum += term;
  }
  return sum;
}

static void
high_pass_init(double h[TAPS])
{
  double sum = 0.0;

  for (int i = 0; i < TAPS; i++) {
    double t = i - TAPS / 2, r = t / (TAPS / 2 + 1.0);

    h[i] = (t == 0.0 ? 2.0 * 4000.0 / RATE
                     : sin(2.0 * M_PI * 4000.0 / RATE * t) / (M_PI * t)) *
           bessel(12.5 * sqrt(1.0 - r * r));
    sum += h[i];
  }
  for (int i = 0; i < TAPS; i++)
    h[i] = (i == TAPS / 2 ? 1.0 : 0.0) - h[i] / sum;
}

/* The highest peak above 4 kHz of x from frame from to frame to. */
static double
peak_above(const double *x, int from, int to)
{
  static double h[TAPS];
  double        peak = 0.0;

  if (h[0] == 0.0)
    high_pass_init(h);
  for (int f = from; f < to; f++) {
    double sum = 0.0;

    for (int i = 0; i < TAPS; i++)
      sum += h[i] * x[f + i - TAPS / 2];
    peak = fmax(peak, fabs(sum));
  }
  return 20.0 * log10(peak + 1e-30);
}

/* What a person does to a section while 997 Hz go through it, by the time in
   seconds since the beginning. Returns whether there is a new target. */
typedef bool Move(int grid, double time, SvfCoefs *coefs);

typedef struct ClickCase {
  const char *name;
  Move       *move;
  double      seconds; /* that are listened to, from 0.05 s on */
} ClickCase;

static SvfCoefs
band(enum BandType type, double freq, double gain, double q)
{
  SvfCoefs coefs;

  design_band(&coefs, type, freq, gain, q, RATE);
  return coefs;
}

static bool
switched(int grid, double time, SvfCoefs *coefs, SvfCoefs on)
{
  (void)time;
  design_identity(coefs);
  if (grid == 210)
    *coefs = on;
  return grid == 210 || grid == 480;
}

static bool
switch_bell(int grid, double time, SvfCoefs *coefs)
{
  return switched(grid, time, coefs, band(BAND_BELL, 1000.0, 12.0, 1.0));
}

static bool
switch_narrow_bell(int grid, double time, SvfCoefs *coefs)
{
  return switched(grid, time, coefs, band(BAND_BELL, 1000.0, 18.0, 10.0));
}

static bool
switch_cutting_bell(int grid, double time, SvfCoefs *coefs)
{
  return switched(grid, time, coefs, band(BAND_BELL, 997.0, -18.0, 2.0));
}

static bool
switch_low_bell(int grid, double time, SvfCoefs *coefs)
{
  return switched(grid, time, coefs, band(BAND_BELL, 20.0, 18.0, 10.0));
}

static bool
switch_shelf(int grid, double time, SvfCoefs *coefs)
{
  return switched(grid, time, coefs, band(BAND_HIGHSHELF, 500.0, -12.0, 0.7));
}

static bool
switch_low_cut(int grid, double time, SvfCoefs *coefs)
{
  return switched(grid, time, coefs, band(BAND_LOWCUT, 1000.0, 0.0, 0.7071));
}

static bool
switch_high_cut(int grid, double time, SvfCoefs *coefs)
{
  return switched(grid, time, coefs, band(BAND_HIGHCUT, 1000.0, 0.0, 0.7071));
}

static bool
switch_notch(int grid, double time, SvfCoefs *coefs)
{
  return switched(grid, time, coefs, band(BAND_NOTCH, 997.0, 0.0, 2.0));
}

/* 0 to 1 within half a second. */
static double
way(double time)
{
  return fmin(1.0, fmax(0.0, (time - 0.07) / 0.5));
}

static bool
sweep_gain(int grid, double time, SvfCoefs *coefs)
{
  (void)grid;
  *coefs = band(BAND_BELL, 1000.0, -18.0 + 36.0 * way(time), 1.0);
  return true;
}

static bool
sweep_freq(int grid, double time, SvfCoefs *coefs)
{
  (void)grid;
  *coefs = band(BAND_BELL, 100.0 * pow(100.0, way(time)), 12.0, 1.0);
  return true;
}

static bool
sweep_low_cut(int grid, double time, SvfCoefs *coefs)
{
  (void)grid;
  *coefs = band(BAND_LOWCUT, 20.0 * pow(200.0, way(time)), 0.0, 1.0);
  return true;
}

/* As from a mouse or a tablet: sixty times a second. */
static bool
sweep_in_steps(int grid, double time, SvfCoefs *coefs)
{
  *coefs = band(BAND_BELL, 200.0 * pow(40.0, way(time)), 12.0, 1.0);
  return grid % 50 == 0;
}

static const ClickCase clicks[] = {
  { "bypass of a bell, +12 dB", switch_bell, 0.2 },
  { "bypass of a bell, +18 dB, Q 10", switch_narrow_bell, 0.2 },
  { "bypass of a bell, -18 dB", switch_cutting_bell, 0.2 },
  { "bypass of a bell, 20 Hz, +18 dB, Q 10", switch_low_bell, 0.2 },
  { "bypass of a high shelf, -12 dB", switch_shelf, 0.2 },
  { "bypass of a low cut", switch_low_cut, 0.2 },
  { "bypass of a high cut", switch_high_cut, 0.2 },
  { "bypass of a notch", switch_notch, 0.2 },
  { "gain swept in 0.5 s", sweep_gain, 0.6 },
  { "frequency swept in 0.5 s", sweep_freq, 0.6 },
  { "low cut swept in 0.5 s", sweep_low_cut, 0.6 },
  { "frequency swept in 60 steps a second", sweep_in_steps, 0.6 },
};

#define CLICKS ((int)(sizeof clicks / sizeof clicks[0]))
#define PHASES 12

/* The peak above 4 kHz at one phase of the tone, amplitude 1. */
static double
click(const Isa *isa, const ClickCase *c, double phase)
{
  int     frames  = (int)((c->seconds + 0.1) * RATE) / GRID * GRID;
  Section section = section_new(isa, RATE);
  float  *x       = vectors(isa, GRID);
  double *y       = calloc((size_t)frames, sizeof *y);
  double  peak;

  for (int f = 0; f < frames; f += GRID) {
    SvfCoefs coefs;

    if (c->move(f / GRID, f / RATE, &coefs))
      section_set_all(&section, &coefs, f == 0);
    for (int i = 0; i < GRID; i++)
      for (int lane = 0; lane < isa->lanes; lane++)
        x[i * isa->lanes + lane] =
          (float)sin(2.0 * M_PI * (997.0 * (f + i) / RATE + phase));
    isa->process(section.svf,
                 isa->grid(section.svf, section.glide) ? section.glide : NULL,
                 x,
                 GRID);
    for (int i = 0; i < GRID; i++)
      y[f + i] = (double)x[i * isa->lanes];
  }
  peak = peak_above(y, (int)(0.05 * RATE), (int)((c->seconds + 0.05) * RATE));
  free(x);
  free(y);
  section_free(&section);
  return peak;
}

START_TEST(test_clicks)
{
  const ClickCase *c = &clicks[_i];

  for (int i = 0; i < ISAS; i++) {
    double worst = -300.0;

    if (!runs(&isas[i]) || isas[i].lanes == 1)
      continue;
    for (int phase = 0; phase < PHASES; phase++)
      worst = fmax(worst, click(&isas[i], c, 0.5 * phase / PHASES));
    printf("clicks, %s, %s: demand -80 dB, measured %.1f\n",
           c->name,
           isas[i].name,
           worst);
    ck_assert_double_le(worst, -80.0);
  }
}
END_TEST

static Suite *
svf_suite(void)
{
  Suite *suite = suite_create("svf");
  TCase *tcase = tcase_create("svf");

  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, test_precision);
  tcase_add_loop_test(tcase, test_impulse_response, 0, ISAS);
  tcase_add_loop_test(tcase, test_splits_give_the_same_bits, 0, ISAS);
  tcase_add_loop_test(tcase, test_run_of_any_length, 0, ISAS);
  tcase_add_loop_test(tcase, test_lanes_are_apart, 0, ISAS);
  tcase_add_loop_test(tcase, test_identity_is_exact, 0, ISAS);
  tcase_add_loop_test(tcase, test_glide_arrives, 0, ISAS);
  tcase_add_loop_test(tcase, test_nothing_runs_away, 0, ISAS);
  tcase_add_loop_test(tcase, test_clicks, 0, CLICKS);
  suite_add_tcase(suite, tcase);
  return suite;
}

int
main(void)
{
  SRunner *sr = srunner_create(svf_suite());
  int      failed;

  srunner_run_all(sr, CK_ENV);
  failed = srunner_ntests_failed(sr);
  srunner_free(sr);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
