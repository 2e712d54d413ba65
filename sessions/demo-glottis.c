/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-glottis.h"

#include "sessions/demo-math.h"

#include <math.h>

enum {
  N         = DEMO_GLOTTIS_LENGTH,
  HARMONICS = 128,
};

static const int range_harmonics[DEMO_GLOTTIS_RANGES] = { 128, 100, 78,
                                                          60,  46,  34 };

/* The pulse's shape in parts of its period. */
typedef struct Pulse {
  double te, ta; /* of steepest closure; the length of the return */
  double w;      /* turns per period of the opening's sine */
  double alpha;  /* growth of the opening */
  double epsilon;
} Pulse;

/* The flow that a cycle leaves behind: zero for the right growth. */
static double
pulse_balance(const Pulse *p)
{
  const double w    = 2.0 * DEMO_PI * p->w;
  const double s    = demo_sin(p->w * p->te);
  const double c    = demo_cos(p->w * p->te);
  const double rest = 1.0 - p->te;
  const double end  = demo_exp(-p->epsilon * rest);
  const double back =
    -((1.0 - end) / p->epsilon - rest * end) / (p->epsilon * p->ta);
  const double open =
    -(p->alpha * s - w * c + w * demo_exp(-p->alpha * p->te)) /
    (s * (p->alpha * p->alpha + w * w));
  return open + back;
}

static Pulse
pulse_make(double rd)
{
  const double ra = (-1.0 + 4.8 * rd) / 100.0;
  const double rk = (22.4 + 11.8 * rd) / 100.0;
  const double rg = 1.0 / (4.0 * ((0.11 * rd / (0.5 + 1.2 * rk)) - ra) / rk);
  const double tp = 1.0 / (2.0 * rg);
  Pulse        p  = {
            .te = tp * (1.0 + rk), .ta = ra, .w = 0.5 / tp, .epsilon = 1 / ra
  };
  for (int i = 0; i < 60; i++) {
    p.epsilon = (1.0 - demo_exp(-p.epsilon * (1.0 - p.te))) / p.ta;
  }
  double low = -40.0, high = 120.0;
  for (int i = 0; i < 80; i++) {
    p.alpha = 0.5 * (low + high);
    /* More growth means more closing flow, so less is left. */
    if (pulse_balance(&p) > 0.0) {
      low = p.alpha;
    } else {
      high = p.alpha;
    }
  }
  return p;
}

static double
pulse_at(const Pulse *p, double t)
{
  if (t < p->te) {
    return -demo_exp(p->alpha * (t - p->te)) * demo_sin(p->w * t) /
           demo_sin(p->w * p->te);
  }
  const double end = demo_exp(-p->epsilon * (1.0 - p->te));
  return -(demo_exp(-p->epsilon * (t - p->te)) - end) / (p->epsilon * p->ta);
}

/* One shape's tables from its harmonics. `sine` is one period of a sine. */
static void
shape_make(DemoGlottis *glottis, int shape, const double sine[N])
{
  const Pulse pulse = pulse_make(0.4 + 2.1 * shape / (DEMO_GLOTTIS_SHAPES - 1));
  double      re[HARMONICS + 1] = { 0.0 }, im[HARMONICS + 1] = { 0.0 };
  for (int i = 0; i < N; i++) {
    const double x = pulse_at(&pulse, (double)i / N) * 2.0 / N;
    for (int h = 1; h <= HARMONICS; h++) {
      re[h] += x * sine[(h * i + N / 4) % N];
      im[h] += x * sine[(h * i) % N];
    }
  }
  for (int r = 0; r < DEMO_GLOTTIS_RANGES; r++) {
    float *table = glottis->table[shape][r];
    for (int i = 0; i <= N; i++) {
      double y = 0.0;
      for (int h = 1; h <= range_harmonics[r]; h++) {
        y += re[h] * sine[(h * i + N / 4) % N] + im[h] * sine[(h * i) % N];
      }
      table[i] = (float)y;
    }
  }
}

void
demo_glottis_make(DemoGlottis *glottis)
{
  double sine[N];
  for (int i = 0; i < N; i++) {
    sine[i] = demo_sin((double)i / N);
  }
  for (int shape = 0; shape < DEMO_GLOTTIS_SHAPES; shape++) {
    shape_make(glottis, shape, sine);
  }
}

int
demo_glottis_range(double hz)
{
  int range = 0;
  while (range + 1 < DEMO_GLOTTIS_RANGES &&
         hz * range_harmonics[range] > 21000.0) {
    range++;
  }
  return range;
}
