/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-math.h"

#include <math.h>
#include <string.h>

double
demo_exp2(double x)
{
  /* Powers of ln 2 over factorials: the series of 2^r for |r| <= 1/2. */
  static const double series[] = {
    1.0,
    6.9314718055994530942e-1,
    2.4022650695910071233e-1,
    5.5504108664821579953e-2,
    9.6181291076284771619e-3,
    1.3333558146428443423e-3,
    1.5403530393381609954e-4,
    1.5252733804059840280e-5,
    1.3215486790144309488e-6,
    1.0178086009239699728e-7,
    7.0549116208011233299e-9,
    4.4455382718708114976e-10,
  };
  if (x < -1000.0) {
    return 0.0;
  }
  const double whole = floor(x + 0.5);
  const double rest  = x - whole;
  double       y     = 0.0;
  for (int i = (int)(sizeof series / sizeof *series) - 1; i >= 0; i--) {
    y = y * rest + series[i];
  }
  const uint64_t bits = (uint64_t)((int64_t)whole + 1023) << 52;
  double         scale;
  memcpy(&scale, &bits, sizeof scale);
  return y * scale;
}

double
demo_exp(double x)
{
  return demo_exp2(x * 1.44269504088896340736);
}

double
demo_gain(double db)
{
  return demo_exp2(db * 0.16609640474436811739);
}

double
demo_sin(double turns)
{
  double t = turns - floor(turns + 0.5);
  if (t > 0.25) {
    t = 0.5 - t;
  } else if (t < -0.25) {
    t = -0.5 - t;
  }
  const double x = 2.0 * DEMO_PI * t;
  const double s = x * x;
  return x * (1.0 +
              s * (-1.0 / 6.0 +
                   s * (1.0 / 120.0 +
                        s * (-1.0 / 5040.0 +
                             s * (1.0 / 362880.0 +
                                  s * (-1.0 / 39916800.0 +
                                       s * (1.0 / 6227020800.0 +
                                            s * (-1.0 / 1307674368000.0))))))));
}

double
demo_cos(double turns)
{
  return demo_sin(turns + 0.25);
}

double
demo_tan(double turns)
{
  return demo_sin(turns) / demo_cos(turns);
}

double
demo_atan(double x)
{
  /* Halved until the series needs few terms. */
  double y = x;
  for (int i = 0; i < 4; i++) {
    y = y / (1.0 + sqrt(1.0 + y * y));
  }
  const double s = y * y;
  const double angle =
    y * (1.0 + s * (-1.0 / 3.0 +
                    s * (1.0 / 5.0 + s * (-1.0 / 7.0 + s * (1.0 / 9.0)))));
  return 16.0 * angle / (2.0 * DEMO_PI);
}

double
demo_pitch_hz(double pitch)
{
  return 440.0 * demo_exp2((pitch - 69.0) / 12.0);
}

double
demo_clamp(double x, double low, double high)
{
  return x < low ? low : x > high ? high : x;
}

double
demo_rise(double x, double from, double to)
{
  const double t = demo_clamp((x - from) / (to - from), 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

DemoRandom
demo_random(uint64_t seed)
{
  return (DemoRandom){ seed * 0xd1342543de82ef95u + 0x9e3779b97f4a7c15u };
}

static uint64_t
random_bits(DemoRandom *random)
{
  random->state += 0x9e3779b97f4a7c15u;
  uint64_t z = random->state;
  z          = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z          = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

double
demo_random_noise(DemoRandom *random)
{
  return (double)(int64_t)(random_bits(random) >> 11) * 0x1p-52 - 1.0;
}

double
demo_random_between(DemoRandom *random, double low, double high)
{
  return low + (high - low) * 0.5 * (1.0 + demo_random_noise(random));
}

double
demo_random_human(DemoRandom *random)
{
  double sum = 0.0;
  for (int i = 0; i < 4; i++) {
    sum += demo_random_noise(random);
  }
  return sum * 0.86602540378443864676;
}
