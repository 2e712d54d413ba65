/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_DRIVE_H
#define CONSORT_SESSIONS_DEMO_DRIVE_H

#include <stddef.h>

/* A valve's curve, bent at four times the rate so that it does not alias. */
typedef struct DemoDrive {
  double gain; /* of the input, linear */
  double bias; /* shifts the curve: even harmonics */
} DemoDrive;

/* Bends a buffer in place: with u = gain x + bias, u / sqrt(1 + u^2), less its
   value in silence and divided by `gain`, so that soft sounds keep their
   level. Aligned: no delay. A sample depends on the 24 after it. [any] */
void demo_drive_apply(const DemoDrive *drive, float *x, size_t frames);

#endif
