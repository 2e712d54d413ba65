/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_DITHER_H
#define CONSORT_TRACKS_DITHER_H

/* Dither of triangular density, two steps wide: it makes the mean and the
   variance of a requantisation error independent of the signal (Lipshitz,
   Wannamaker, Vanderkooy, "Quantization and Dither", JAES 40, 1992). */

#include <stdint.h>

typedef struct {
  uint64_t state;
} Dither;

/* Starts one of many independent streams, the same at every start. [any] */
void dither_init(Dither *dither, unsigned stream);

/* The next value, from -1 to 1 step. [any] */
double dither_next(Dither *dither);

#endif
