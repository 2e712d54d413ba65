/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_CYMBAL_H
#define CONSORT_SESSIONS_DEMO_CYMBAL_H

#include "sessions/demo-groove.h"

/* A cymbal as a bank of modes that a stick excites. The strokes add to what
   still rings, the high modes fill later than the low ones, as energy climbs
   through a real plate, and a pedal changes how fast all of them die. */

/* Which metal. */
typedef enum DemoMetal {
  DEMO_METAL_HAT,
  DEMO_METAL_CRASH_LEFT,
  DEMO_METAL_CRASH_RIGHT,
  DEMO_METAL_RIDE,
} DemoMetal;

/* Adds all that a cymbal plays in the song to `out`. [any] */
void demo_cymbal_play(DemoMetal metal, float *out, size_t frames);

#endif
