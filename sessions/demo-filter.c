/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-filter.h"

#include "sessions/demo-math.h"
#include "sessions/demo-song.h"

#include <math.h>

#define RATE ((double)DEMO_SONG_RATE)

/* Sets a section from a quotient whose leading denominator is `a0`. */
static void
biquad_set(DemoBiquad *f, const double b[3], double a0, double a1, double a2)
{
  f->b0 = b[0] / a0;
  f->b1 = b[1] / a0;
  f->b2 = b[2] / a0;
  f->a1 = a1 / a0;
  f->a2 = a2 / a0;
}

void
demo_biquad_lowpass(DemoBiquad *f, double hz, double q)
{
  const double c     = demo_cos(hz / RATE);
  const double alpha = demo_sin(hz / RATE) / (2.0 * q);
  const double b[3]  = { (1.0 - c) / 2.0, 1.0 - c, (1.0 - c) / 2.0 };
  biquad_set(f, b, 1.0 + alpha, -2.0 * c, 1.0 - alpha);
}

void
demo_biquad_highpass(DemoBiquad *f, double hz, double q)
{
  const double c     = demo_cos(hz / RATE);
  const double alpha = demo_sin(hz / RATE) / (2.0 * q);
  const double b[3]  = { (1.0 + c) / 2.0, -1.0 - c, (1.0 + c) / 2.0 };
  biquad_set(f, b, 1.0 + alpha, -2.0 * c, 1.0 - alpha);
}

void
demo_biquad_bandpass(DemoBiquad *f, double hz, double q)
{
  const double c     = demo_cos(hz / RATE);
  const double alpha = demo_sin(hz / RATE) / (2.0 * q);
  const double b[3]  = { alpha, 0.0, -alpha };
  biquad_set(f, b, 1.0 + alpha, -2.0 * c, 1.0 - alpha);
}

void
demo_biquad_bell(DemoBiquad *f, double hz, double q, double db)
{
  const double c     = demo_cos(hz / RATE);
  const double alpha = demo_sin(hz / RATE) / (2.0 * q);
  const double a     = demo_gain(db / 2.0);
  const double b[3]  = { 1.0 + alpha * a, -2.0 * c, 1.0 - alpha * a };
  biquad_set(f, b, 1.0 + alpha / a, -2.0 * c, 1.0 - alpha / a);
}

void
demo_biquad_lowshelf(DemoBiquad *f, double hz, double db)
{
  const double c    = demo_cos(hz / RATE);
  const double a    = demo_gain(db / 2.0);
  const double beta = demo_sin(hz / RATE) * sqrt(2.0 * a);
  const double b[3] = { a * (a + 1.0 - (a - 1.0) * c + beta),
                        2.0 * a * (a - 1.0 - (a + 1.0) * c),
                        a * (a + 1.0 - (a - 1.0) * c - beta) };
  biquad_set(f,
             b,
             a + 1.0 + (a - 1.0) * c + beta,
             -2.0 * (a - 1.0 + (a + 1.0) * c),
             a + 1.0 + (a - 1.0) * c - beta);
}

void
demo_biquad_highshelf(DemoBiquad *f, double hz, double db)
{
  const double c    = demo_cos(hz / RATE);
  const double a    = demo_gain(db / 2.0);
  const double beta = demo_sin(hz / RATE) * sqrt(2.0 * a);
  const double b[3] = { a * (a + 1.0 + (a - 1.0) * c + beta),
                        -2.0 * a * (a - 1.0 + (a + 1.0) * c),
                        a * (a + 1.0 + (a - 1.0) * c - beta) };
  biquad_set(f,
             b,
             a + 1.0 - (a - 1.0) * c + beta,
             2.0 * (a - 1.0 - (a + 1.0) * c),
             a + 1.0 - (a - 1.0) * c - beta);
}

void
demo_biquad_formant(DemoBiquad *f, double hz, double bandwidth)
{
  const double r    = demo_exp(-DEMO_PI * bandwidth / RATE);
  const double a1   = -2.0 * r * demo_cos(hz / RATE);
  const double a2   = r * r;
  const double b[3] = { 1.0 + a1 + a2, 0.0, 0.0 };
  biquad_set(f, b, 1.0, a1, a2);
}

void
demo_biquad_antiformant(DemoBiquad *f, double hz, double bandwidth)
{
  const double r    = demo_exp(-DEMO_PI * bandwidth / RATE);
  const double c1   = -2.0 * r * demo_cos(hz / RATE);
  const double c2   = r * r;
  const double sum  = 1.0 + c1 + c2;
  const double b[3] = { 1.0 / sum, c1 / sum, c2 / sum };
  biquad_set(f, b, 1.0, 0.0, 0.0);
}

void
demo_biquad_mode(DemoBiquad *f, double hz, double t60)
{
  const double r    = demo_decay(t60);
  const double b[3] = { 0.0, r * demo_sin(hz / RATE), 0.0 };
  biquad_set(f, b, 1.0, -2.0 * r * demo_cos(hz / RATE), r * r);
}

void
demo_biquad_apply(DemoBiquad *f, float *x, size_t frames)
{
  for (size_t i = 0; i < frames; i++) {
    x[i] = (float)demo_biquad_run(f, (double)x[i]);
  }
}

double
demo_smoothing(double hz)
{
  return 1.0 - demo_exp(-2.0 * DEMO_PI * hz / RATE);
}

double
demo_decay(double t60)
{
  return demo_exp2(-9.965784284662087 / (t60 * RATE));
}
