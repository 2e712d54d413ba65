/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_GLOTTIS_H
#define CONSORT_SESSIONS_DEMO_GLOTTIS_H

#include <stddef.h>

/* The voice's source: the derivative of the air flow between the vocal folds
   after Liljencrants and Fant (STL-QPSR 4/1985), shaped by one number from
   pressed to breathy (G. Fant, "The LF-model revisited", STL-QPSR 2-3/1995),
   as one-cycle tables that hold no harmonic above hearing. */

enum {
  DEMO_GLOTTIS_LENGTH = 4096,
  DEMO_GLOTTIS_SHAPES = 8,
  DEMO_GLOTTIS_RANGES = 6,
};

typedef struct DemoGlottis {
  float table[DEMO_GLOTTIS_SHAPES][DEMO_GLOTTIS_RANGES]
             [DEMO_GLOTTIS_LENGTH + 1];
} DemoGlottis;

/* Fills the tables. [any] */
void demo_glottis_make(DemoGlottis *glottis);

/* Which range of tables suits a pitch: one without harmonics above
   21 kHz. [any] */
int demo_glottis_range(double hz);

/* The source at a phase of 0..1 of the cycle. `shape` is Fant's Rd, from 0.4
   (pressed) to 2.5 (breathy). The steepest point of closure is about -1. [any]
 */
static inline double
demo_glottis_at(const DemoGlottis *glottis,
                int                range,
                double             shape,
                double             phase)
{
  double place   = (shape - 0.4) * (DEMO_GLOTTIS_SHAPES - 1) / 2.1;
  place          = place < 0.0 ? 0.0 : place > 6.999 ? 6.999 : place;
  const int    k = (int)place;
  const double m = place - k;
  const double x = phase * DEMO_GLOTTIS_LENGTH;
  const size_t i = (size_t)x;
  const double t = x - (double)i;
  const float *a = glottis->table[k][range];
  const float *b = glottis->table[k + 1][range];
  const double y = (double)a[i] + t * ((double)a[i + 1] - (double)a[i]);
  const double z = (double)b[i] + t * ((double)b[i + 1] - (double)b[i]);
  return y + m * (z - y);
}

#endif
