/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-drive.h"

#include "sessions/demo-math.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
  OVER   = 4,
  HALF   = 12, /* slow samples to each side of the kernel's middle */
  TAPS   = 2 * HALF,
  BLOCK  = 256,
  MARGIN = 2 * HALF,
  WINDOW = BLOCK + 2 * MARGIN,
};

/* A windowed sinc cut into the phases of the fast rate. The fast samples of
   slow sample n stand at n - 1 + (phase + 1/2) / OVER; read backwards, the same
   taps lead down again. */
typedef double Phases __attribute__((vector_size(OVER * sizeof(double))));

typedef struct Kernel {
  Phases up[TAPS];
} Kernel;

static void
kernel_make(Kernel *kernel)
{
  const double edge = 0.86; /* of the slow rate's half: 20 kHz */
  double       sum  = 0.0;
  for (int k = 0; k < TAPS; k++) {
    for (int p = 0; p < OVER; p++) {
      const double t    = k - HALF + 0.5 - (p + 0.5) / OVER + 0.5;
      const double x    = DEMO_PI * edge * t;
      const double sinc = fabs(t) > 1e-9 ? demo_sin(edge * t / 2.0) / x : 1.0;
      kernel->up[k][p]  = sinc * (0.5 + 0.5 * demo_cos(t / (2.0 * HALF + 1.0)));
      sum += kernel->up[k][p];
    }
  }
  for (int k = 0; k < TAPS; k++) {
    for (int p = 0; p < OVER; p++) {
      kernel->up[k][p] *= OVER / sum;
    }
  }
}

static bool
is_silent(const double *x, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (fabs(x[i]) > 1e-9) {
      return false;
    }
  }
  return true;
}

/* The bent fast samples of one slow sample, which x points at. */
static void
bend(const DemoDrive *drive,
     const Kernel    *kernel,
     double           rest,
     const double    *x,
     Phases          *fast)
{
  Phases u = { 0.0 };
  for (int k = 0; k < TAPS; k++) {
    u += kernel->up[k] * x[k - HALF];
  }
  const Phases v = drive->gain * u + drive->bias;
  for (int p = 0; p < OVER; p++) {
    (*fast)[p] = (v[p] / sqrt(1.0 + v[p] * v[p]) - rest) / drive->gain;
  }
}

/* Bends `frames` samples; `x` has MARGIN more on either side. */
static void
drive_block(const DemoDrive *drive,
            const Kernel    *kernel,
            const double    *x,
            float           *out,
            size_t           frames)
{
  Phases       fast[BLOCK + TAPS];
  const double rest = drive->bias / sqrt(1.0 + drive->bias * drive->bias);
  for (int i = 0; i < BLOCK + TAPS; i++) {
    bend(drive, kernel, rest, x + i - HALF, &fast[i]);
  }
  for (size_t i = 0; i < frames; i++) {
    Phases sum = { 0.0 };
    for (size_t k = 0; k < TAPS; k++) {
      sum += kernel->up[TAPS - 1 - k] * fast[i + k + 1];
    }
    out[i] = (float)(((sum[0] + sum[1]) + (sum[2] + sum[3])) / OVER);
  }
}

void
demo_drive_apply(const DemoDrive *drive, float *x, size_t frames)
{
  Kernel kernel;
  double window[WINDOW] = { 0.0 };
  kernel_make(&kernel);
  for (size_t i = 0; i < MARGIN + BLOCK; i++) {
    window[MARGIN + i] = i < frames ? (double)x[i] : 0.0;
  }
  for (size_t start = 0; start < frames; start += BLOCK) {
    const size_t count = frames - start < BLOCK ? frames - start : BLOCK;
    if (!is_silent(window, WINDOW)) {
      drive_block(drive, &kernel, window + MARGIN, x + start, count);
    }
    memmove(window, window + BLOCK, 2 * MARGIN * sizeof *window);
    for (size_t i = 0; i < BLOCK; i++) {
      const size_t at        = start + BLOCK + MARGIN + i;
      window[2 * MARGIN + i] = at < frames ? (double)x[at] : 0.0;
    }
  }
}
