/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/dither.h"

/* SplitMix64: a counter and a mixing function (Steele, Lea, Flood, "Fast
   Splittable Pseudorandom Number Generators", OOPSLA 2014). */
static uint64_t
mix(uint64_t z)
{
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

void
dither_init(Dither *dither, unsigned stream)
{
  dither->state = mix(mix((uint64_t)stream + 1));
}

double
dither_next(Dither *dither)
{
  dither->state += 0x9E3779B97F4A7C15u;
  const uint64_t bits = mix(dither->state);
  /* Two even distributions of one step, the second taken from the first. */
  return ((double)(bits >> 32) - (double)(bits & 0xFFFFFFFFu)) / 4294967296.0;
}
