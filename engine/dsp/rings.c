/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/rings.h"

#include <stdlib.h>

/* Floats that a call of rings_wipe() zeroes: about a microsecond. */
enum { WIPE = 8192 };

static size_t
rings_floats(const Rings *rings)
{
  return (size_t)rings->count * (size_t)rings->stride;
}

bool
rings_init(Rings *rings, int count, int longest)
{
  const int blocks = (longest + BLOCK - 1) / BLOCK + 2;

  /* An odd number of cache lines from ring to ring: neighbouring rings are
     written at once and must not share a set of the cache. */
  *rings      = (Rings){ .count  = count,
                         .length = blocks * BLOCK,
                         .stride = (blocks + RING_MIRROR / BLOCK) / 2 * 2 * BLOCK +
                                   3 * BLOCK };
  rings->data = aligned_alloc(64, rings_floats(rings) * sizeof(float));
  if (!rings->data)
    return false;
  memset(rings->data, 0, rings_floats(rings) * sizeof(float));
  return true;
}

void
rings_cleanup(Rings *rings)
{
  free(rings->data);
  rings->data = NULL;
}

bool
rings_wipe(Rings *rings) RT_SAFE
{
  size_t left = rings_floats(rings) - rings->wiped;

  if (left > WIPE)
    left = WIPE;
  memset(rings->data + rings->wiped, 0, left * sizeof(float));
  rings->wiped += left;
  if (rings->wiped < rings_floats(rings))
    return false;
  rings->wiped = 0;
  return true;
}
