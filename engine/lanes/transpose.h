/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_TRANSPOSE_H
#define CONSORT_LANES_TRANSPOSE_H

/* Between planar signals and lanes, four frames of four lanes at a time. */

#include "engine/lanes/vec.h"
#include "engine/rt.h"

typedef float quad __attribute__((vector_size(16)));

static inline quad
quad_load(const float *from)
{
  quad q;

  memcpy(&q, from, sizeof q);
  return q;
}

static inline void
quad_store(float *to, quad q)
{
  memcpy(to, &q, sizeof q);
}

/* Rows become columns. */
static inline void
quad_transpose(quad row[4])
{
  const quad a = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
  const quad b = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
  const quad c = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
  const quad d = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);

  row[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  row[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  row[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  row[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

/* n frames of up to LANES planar signals into frames of lanes; NULL is silence.
   [audio] */
static inline void
transpose_in(float *frames, const float *const *planar, int n) RT_SAFE
{
  const int whole = LANES >= 4 ? n & ~3 : 0;

  for (int lane = 0; lane + 4 <= LANES; lane += 4)
    for (int i = 0; i < whole; i += 4) {
      quad row[4];
      for (int k = 0; k < 4; k++)
        row[k] =
          planar[lane + k] ? quad_load(planar[lane + k] + i) : (quad){ 0 };
      quad_transpose(row);
      for (int k = 0; k < 4; k++)
        quad_store(frames + (i + k) * LANES + lane, row[k]);
    }
  for (int lane = 0; lane < LANES; lane++)
    for (int i = whole; i < n; i++)
      frames[i * LANES + lane] = planar[lane] ? planar[lane][i] : 0.0f;
}

#if LANES >= 4
/* The lanes of a frame, folded to four. */
static inline quad
fold(const float *frame)
{
  quad sum = quad_load(frame);

  for (int lane = 4; lane < LANES; lane += 4)
    sum += quad_load(frame + lane);
  return sum;
}
#endif

/* The sum over the lanes of each of n frames, in an order that does not depend
   on n. [audio] */
static inline void
transpose_sum(const float *frames, float *planar, int n) RT_SAFE
{
#if LANES >= 4
  int i = 0;

  for (; i + 4 <= n; i += 4) {
    quad row[4];
    for (int k = 0; k < 4; k++)
      row[k] = fold(frames + (i + k) * LANES);
    quad_transpose(row);
    quad_store(planar + i, (row[0] + row[2]) + (row[1] + row[3]));
  }
  for (; i < n; i++) {
    const quad sum = fold(frames + i * LANES);
    planar[i]      = (sum[0] + sum[2]) + (sum[1] + sum[3]);
  }
#else
  for (int i = 0; i < n; i++)
    planar[i] = frames[i];
#endif
}

#endif
