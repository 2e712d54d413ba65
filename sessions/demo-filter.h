/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_FILTER_H
#define CONSORT_SESSIONS_DEMO_FILTER_H

#include <stddef.h>

/* The demo players' filters, at the song's rate unless said otherwise. */

/* A second-order section (transposed direct form II). A zeroed one is silent:
   shape it with one of the functions below, which keep its state. */
typedef struct DemoBiquad {
  double b0, b1, b2, a1, a2;
  double s1, s2;
} DemoBiquad;

/* The shapes of R. Bristow-Johnson's cookbook: frequency in Hz, quality, gain
   in dB. The bandpass has 0 dB at its peak. [any] */
void demo_biquad_lowpass(DemoBiquad *f, double hz, double q);
void demo_biquad_highpass(DemoBiquad *f, double hz, double q);
void demo_biquad_bandpass(DemoBiquad *f, double hz, double q);
void demo_biquad_bell(DemoBiquad *f, double hz, double q, double db);
void demo_biquad_lowshelf(DemoBiquad *f, double hz, double db);
void demo_biquad_highshelf(DemoBiquad *f, double hz, double db);

/* A pair of poles at `hz`, `bandwidth` Hz wide, 0 dB at DC: a formant (D.
   Klatt, JASA 67, 1980). [any] */
void demo_biquad_formant(DemoBiquad *f, double hz, double bandwidth);

/* The inverse of a formant: a pair of zeros. [any] */
void demo_biquad_antiformant(DemoBiquad *f, double hz, double bandwidth);

/* A pair of poles that rings at `hz` for `t60` seconds, about 0 dB in height
   of its impulse response: one mode of a struck body. [any] */
void demo_biquad_mode(DemoBiquad *f, double hz, double t60);

/* One sample through a section. [any] */
static inline double
demo_biquad_run(DemoBiquad *f, double x)
{
  const double y = f->b0 * x + f->s1;
  f->s1          = f->b1 * x - f->a1 * y + f->s2;
  f->s2          = f->b2 * x - f->a2 * y;
  return y;
}

/* A buffer through a section, in place. [any] */
void demo_biquad_apply(DemoBiquad *f, float *x, size_t frames);

/* A first-order lowpass: its factor for a frequency in Hz, to be used as
   state += factor * (input - state). [any] */
double demo_smoothing(double hz);

/* The factor by which a level falls in each sample to be 60 dB down after
   `t60` seconds. [any] */
double demo_decay(double t60);

#endif
