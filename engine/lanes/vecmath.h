/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_VECMATH_H
#define CONSORT_LANES_VECMATH_H

/* Logarithms, powers and choices for the lanes' vectors.

   The polynomials are our own minimax fits; the error bounds beside them are
   held by a test. Nothing here traps, branches, or returns what is not finite,
   whatever goes into them. [any] */

#include "engine/lanes/vec.h"
#include "engine/rt.h"

/* One unit of a base-2 logarithm, in decibels. */
#define DB_PER_LOG2 6.0205999132796239

/* Lane by lane: a where sign's sign bit is set, else b. */
static inline vf
vf_by_sign(vf sign, vf a, vf b) RT_SAFE
{
#if LANES == 16
  __mmask16 minus = _mm512_movepi32_mask((__m512i)sign);

  return (vf)_mm512_mask_blend_ps(minus, (__m512)b, (__m512)a);
#elif LANES == 8
  return (vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)sign);
#else
  return vf_select((vi)sign >> 31, a, b);
#endif
}

/* The same by a mask, whose lanes are all ones or all zeros. */
static inline vi
vi_select(vi mask, vi a, vi b) RT_SAFE
{
  return (vi)vf_by_sign((vf)mask, (vf)a, (vf)b);
}

/* Lane by lane: the mask's lanes of x, 0 in the others. */
static inline vf
vf_keep(vi mask, vf x) RT_SAFE
{
  return (vf)(mask & (vi)x);
}

/* Changes over the lanes of each pair 2i, 2i + 1. One lane has no neighbour. */
static inline vf
vf_swap_pairs(vf x) RT_SAFE
{
#if LANES == 16
  return __builtin_shufflevector(
    x, x, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
#elif LANES == 8
  return __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6);
#elif LANES == 4
  return __builtin_shufflevector(x, x, 1, 0, 3, 2);
#else
  return x;
#endif
}

/* Base-2 logarithm of x >= 0, to 1e-5 and its last bit; of 1 it is 0, of 0 it
   is -127, of infinity 128. */
static inline vf
vf_log2(vf x) RT_SAFE
{
  const int32_t half     = 0x3f3504f3; /* the bits of sqrt(1/2) */
  vi            exponent = ((vi)x - half) >> 23;
  vf            t        = (vf)((vi)x - (exponent << 23)) - 1.0f;
  vf            p;

  p = vf_fma(vf_all(-0.298072368f), t, vf_all(0.36139068f));
  p = vf_fma(p, t, vf_all(-0.35763976f));
  p = vf_fma(p, t, vf_all(0.474986076f));
  p = vf_fma(p, t, vf_all(-0.721367359f));
  p = vf_fma(p, t, vf_all(1.44280946f));
  return vf_fma(p, t, __builtin_convertvector(exponent, vf));
}

/* Two to the power of x, to 1e-6 of itself; 1 for 0. x lies within -125 to 127;
   what is beyond gives nonsense. */
static inline vf
vf_exp2_within(vf x) RT_SAFE
{
  const float round = 12582912; /* 1.5 * 2^23: no fraction fits beside it */
  vf          whole = x + round;
  vf          t     = x - (whole - round);
  vf          p;

  p = vf_fma(vf_all(0.00111255073f), t, vf_all(0.00966628268f));
  p = vf_fma(p, t, vf_all(0.0555740036f));
  p = vf_fma(p, t, vf_all(0.240223512f));
  p = vf_fma(p, t, vf_all(0.693142831f));
  p = vf_fma(p, t, vf_all(1));
  return (vf)((vi)p + ((vi)whole << 23));
}

/* The same for any x, which is brought into the range. */
static inline vf
vf_exp2(vf x) RT_SAFE
{
  return vf_exp2_within(vf_min(vf_max(x, vf_all(-125)), vf_all(127)));
}

#endif
