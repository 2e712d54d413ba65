/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_MATH_H
#define CONSORT_SESSIONS_DEMO_MATH_H

#include <stdint.h>

/* Mathematics that rounds alike everywhere.

   The C library picks its sin, exp and pow by processor, and their last bits
   differ. These are polynomials in plain double arithmetic, good to about
   1e-11, so that the demo song is the same on every machine. */

#define DEMO_PI 3.14159265358979323846

/* 2 to the power x, for x < 1000. [any] */
double demo_exp2(double x);

/* e to the power x. [any] */
double demo_exp(double x);

/* The factor of a level in dB. [any] */
double demo_gain(double db);

/* Sine and cosine of an angle in turns, of any size. [any] */
double demo_sin(double turns);
double demo_cos(double turns);

/* Tangent of an angle in turns, |turns| < 0.25. [any] */
double demo_tan(double turns);

/* Arc tangent in turns, from -0.25 to 0.25. [any] */
double demo_atan(double x);

/* Frequency in Hz of a MIDI pitch, fractions allowed; 69 is 440 Hz. [any] */
double demo_pitch_hz(double pitch);

/* A number limited to a range. [any] */
double demo_clamp(double x, double low, double high);

/* 0 below `from`, 1 above `to`, and a smooth rise between (3t^2 - 2t^3). [any]
 */
double demo_rise(double x, double from, double to);

/* A random generator: splitmix64 (Steele, Lea, Flood, OOPSLA 2014). */
typedef struct DemoRandom {
  uint64_t state;
} DemoRandom;

/* A generator for a purpose: equal seeds give equal numbers. [any] */
DemoRandom demo_random(uint64_t seed);

/* Uniform from -1 to 1. [any] */
double demo_random_noise(DemoRandom *random);

/* Uniform from `low` to `high`. [any] */
double demo_random_between(DemoRandom *random, double low, double high);

/* Near normal with a deviation of 1, never beyond 3.5 (a sum of four uniform
   numbers): what hands do. [any] */
double demo_random_human(DemoRandom *random);

#endif
