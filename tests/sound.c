/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sound.h"

#include <math.h>
#include <stdlib.h>

float *
sound_tone(int n, double hz, double rate, double phase)
{
  float *x = malloc((size_t)n * sizeof *x);

  for (int i = 0; i < n; i++)
    x[i] = (float)sin(2.0 * M_PI * hz / rate * i + phase);
  return x;
}

float *
sound_constant(int n, double level)
{
  float *x = malloc((size_t)n * sizeof *x);

  for (int i = 0; i < n; i++)
    x[i] = (float)level;
  return x;
}

double
sound_db(double gain)
{
  return 20.0 * log10(gain + 1e-30);
}

double
sound_peak(const float *x, int n)
{
  double peak = 0.0;

  for (int i = 0; i < n; i++)
    peak = fmax(peak, fabs((double)x[i]));
  return peak;
}

double
sound_rms(const float *x, int n)
{
  double sum = 0.0;

  for (int i = 0; i < n; i++)
    sum += (double)x[i] * (double)x[i];
  return sqrt(sum / n);
}

double
sound_level_at(const float *x, int n, double hz, double rate)
{
  double in = 0.0, quadrature = 0.0;

  for (int i = 0; i < n; i++) {
    const double angle = 2.0 * M_PI * hz / rate * i;
    in += (double)x[i] * cos(angle);
    quadrature += (double)x[i] * sin(angle);
  }
  return 2.0 * hypot(in, quadrature) / n;
}

static double
bessel(double x)
{
  double term = 1.0, sum = 1.0;

  for (int k = 1; k < 60; k++) {
    term *= (x / 2.0 / k) * (x / 2.0 / k);
    sum += term;
  }
  return sum;
}

/* A windowed sinc (Kaiser and Schafer, 1980). */
static double *
high_pass(int half, double corner)
{
  double *tap = malloc((size_t)(2 * half + 1) * sizeof *tap);

  for (int i = -half; i <= half; i++) {
    const double place = (double)i / half;
    const double window =
      bessel(14.0 * sqrt(1.0 - place * place)) / bessel(14.0);
    const double low =
      i ? sin(2.0 * M_PI * corner * i) / (M_PI * i) : 2.0 * corner;
    tap[half + i] = ((i == 0) - low) * window;
  }
  return tap;
}

double
sound_click(const float *x, int n, double rate)
{
  const int half = SOUND_EDGE / 2;
  double   *tap  = high_pass(half, 4000.0 / rate);
  double    peak = 0.0;

  for (int i = SOUND_EDGE; i < n - SOUND_EDGE; i++) {
    double sum = 0.0;
    for (int k = -half; k <= half; k++)
      sum += tap[half + k] * (double)x[i + k];
    peak = fmax(peak, fabs(sum));
  }
  free(tap);
  return sound_db(peak);
}

int
sound_delay(const float *x, const float *y, int n, int most)
{
  double best = -1.0;
  int    at   = -1;

  for (int delay = 0; delay <= most; delay++) {
    double sum = 0.0;
    for (int i = delay; i < n; i++)
      sum += (double)x[i - delay] * (double)y[i];
    if (sum > best) {
      best = sum;
      at   = delay;
    }
  }
  return at;
}

int
sound_differences(const float *x, const float *y, int n, int *first)
{
  int count = 0;

  *first = -1;
  for (int i = 0; i < n; i++)
    if (!(x[i] == y[i])) {
      *first = *first < 0 ? i : *first;
      count++;
    }
  return count;
}
