/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_DSP_RINGS_H
#define CONSORT_DSP_RINGS_H

#include "engine/rt.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Delay lines of one length that are written together, a block of BLOCK frames
   at a time, so that what is read lies in one piece: each ring's first blocks
   stand once more behind its end. */

enum { BLOCK = 16, RING_MIRROR = 2 * BLOCK };

/* Part of whatever calls it, and compiled for the same processor. A function
   marked WIDE is compiled for one that HAVE_WIDE() asks for: the same sums in
   the same order, the same bits, in wider vectors. */
#define INLINED static inline __attribute__((always_inline))
#if defined(__x86_64__)
#  define WIDE        __attribute__((target("avx2")))
#  define HAVE_WIDE() __builtin_cpu_supports("avx2")
#endif

/* A block of a signal. Loops over one run as vectors, as wide as there are. */
typedef struct Block {
  _Alignas(64) float frame[BLOCK];
} Block;

/* Four and eight at a time, where the compiler needs to be told; eight are two
   vectors where they do not fit into one. */
typedef float f4 __attribute__((vector_size(16), may_alias));
typedef float f4_loose __attribute__((vector_size(16), aligned(4), may_alias));
typedef float f8 __attribute__((vector_size(32), aligned(4), may_alias));

INLINED f8 *
f8_at(const float *p)
{
  return (f8 *)p;
}

/* Rows to columns. */
INLINED void
f4_turn(f4 *a, f4 *b, f4 *c, f4 *d)
{
  const f4 ac_low  = __builtin_shufflevector(*a, *c, 0, 4, 1, 5);
  const f4 ac_high = __builtin_shufflevector(*a, *c, 2, 6, 3, 7);
  const f4 bd_low  = __builtin_shufflevector(*b, *d, 0, 4, 1, 5);
  const f4 bd_high = __builtin_shufflevector(*b, *d, 2, 6, 3, 7);

  *a = __builtin_shufflevector(ac_low, bd_low, 0, 4, 1, 5);
  *b = __builtin_shufflevector(ac_low, bd_low, 2, 6, 3, 7);
  *c = __builtin_shufflevector(ac_high, bd_high, 0, 4, 1, 5);
  *d = __builtin_shufflevector(ac_high, bd_high, 2, 6, 3, 7);
}

typedef struct Rings {
  float *data;
  int    count;
  int    length; /* of a ring in frames, a multiple of BLOCK */
  int    stride; /* from ring to ring */
  int    head;   /* where the present block is written */
  size_t wiped;  /* floats, by rings_wipe() */
} Rings;

/* Silent rings that hold the present block and `longest` frames before it.
   False where memory is short. [control] */
bool rings_init(Rings *rings, int count, int longest) NODISCARD;

/* [control] */
void rings_cleanup(Rings *rings);

/* Zeroes the next piece of the rings, all of them after a number of calls; true
   when all are zero, and the next call begins anew. [audio] */
bool rings_wipe(Rings *rings) RT_SAFE;

/* What is below -200 dBFS is 0, so that tails end. */
INLINED float
cut_off(float x)
{
  return fabsf(x) > 1e-10f ? x : 0;
}

/* The present block of a ring, to be written. */
INLINED float *
rings_head(Rings *rings, int ring)
{
  return rings->data + (size_t)ring * (size_t)rings->stride + rings->head;
}

/* The BLOCK frames that lie `delay` frames before the present block, and as
   many after them. What is younger than the block before the present one must
   have been written: delay is BLOCK at least, or 0 with the present block
   already in place. [audio] */
INLINED const float *
rings_tap(const Rings *rings, int ring, int delay)
{
  int at = rings->head - delay;

  if (at < 0)
    at += rings->length;
  return rings->data + (size_t)ring * (size_t)rings->stride + at;
}

/* a + share·(b - a), frame by frame, in place of b. */
INLINED void
block_fade(const Block *restrict a,
           const Block *restrict share,
           Block *restrict b)
{
  for (int i = 0; i < BLOCK; i++)
    b->frame[i] = a->frame[i] + share->frame[i] * (b->frame[i] - a->frame[i]);
}

/* A straight way on from the last frame before the block. */
INLINED void
block_ramp(Block *restrict block, float from, float to)
{
  const float step = (to - from) * (1.f / BLOCK);

  for (int i = 0; i < BLOCK; i++)
    block->frame[i] = from + (float)(i + 1) * step;
}

/* The way of a glide: from 0 to 1 without a corner at either end. */
INLINED float
ease(float x)
{
  return x * x * (3 - 2 * x);
}

/* A block's part of it. */
INLINED void
block_ease(Block *restrict block, float from, float to)
{
  block_ramp(block, from, to);
  for (int i = 0; i < BLOCK; i++)
    block->frame[i] = ease(block->frame[i]);
}

/* Nothing above -200 dBFS. The first frame mostly answers. */
INLINED bool
block_is_faint(const Block *block)
{
  for (int i = 0; i < BLOCK; i++)
    if (fabsf(block->frame[i]) > 1e-10f)
      return false;
  return true;
}

INLINED bool
block_is_silent(const Block *block)
{
  for (int i = 0; i < BLOCK; i++)
    if (block->frame[i] != 0)
      return false;
  return true;
}

/* What is not a number, or beyond all reason, is 0: it would sound for ever. */
INLINED void
block_guard(Block *block)
{
  for (int i = 0; i < BLOCK; i++)
    block->frame[i] = fabsf(block->frame[i]) < 1e6f ? block->frame[i] : 0;
}

/* A ring's block at a delay that may be on its way to another: share is the
   other's. In the ring itself, or in own where both count. */
INLINED const float *
rings_read(const Rings *rings,
           int          ring,
           int          from,
           int          to,
           const Block *share,
           Block       *own)
{
  const float *new = rings_tap(rings, ring, to);

  if (from == to)
    return new;
  const float *old = rings_tap(rings, ring, from);
  for (int i = 0; i < BLOCK; i++)
    own->frame[i] = old[i] + share->frame[i] * (new[i] - old[i]);
  return own->frame;
}

/* After all rings are written: goes on to the next block. */
INLINED void
rings_advance(Rings *rings)
{
  if (rings->head < RING_MIRROR)
    for (int i = 0; i < rings->count; i++) {
      float *block = rings_head(rings, i);
      memcpy(block + rings->length, block, BLOCK * sizeof *block);
    }
  rings->head += BLOCK;
  if (rings->head == rings->length)
    rings->head = 0;
}

#endif
