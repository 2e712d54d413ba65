/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_VEC_H
#define CONSORT_LANES_VEC_H

/* The vector that the lanes are made of: LANES floats side by side, one leg of
   a strip in each. Every source in this folder is built once for each
   instruction set (ISA) and its public names end in that set's name. */

#include <stdint.h>
#include <string.h>

#if defined(__AVX2__)
#  include <immintrin.h>
#endif

#define LANE_JOIN2(name, isa) name##_##isa
#define LANE_JOIN(name, isa)  LANE_JOIN2(name, isa)
#define LANE(name)            LANE_JOIN(name, ISA)

/* Work is cut at this grid, in frames: events, coefficient targets, buffers. */
#define GRID 16

typedef float   vf __attribute__((vector_size(4 * LANES)));
typedef int32_t vi __attribute__((vector_size(4 * LANES)));

static inline vf
vf_all(float x)
{
  return (vf){ 0 } + x;
}

static inline vi
vi_all(int32_t x)
{
  return (vi){ 0 } + x;
}

/* Lane by lane: mask ? a : b; a mask's lane is all ones or all zeros. */
static inline vf
vf_select(vi mask, vf a, vf b)
{
  return (vf)((mask & (vi)a) | (~mask & (vi)b));
}

/* The second operand where either is not a number, as SSE's MINPS has it. */
static inline vf
vf_min(vf a, vf b)
{
#if LANES == 16
  return (vf)_mm512_min_ps((__m512)a, (__m512)b);
#elif LANES == 8
  return (vf)_mm256_min_ps((__m256)a, (__m256)b);
#else
  return vf_select(a < b, a, b);
#endif
}

static inline vf
vf_max(vf a, vf b)
{
#if LANES == 16
  return (vf)_mm512_max_ps((__m512)a, (__m512)b);
#elif LANES == 8
  return (vf)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return vf_select(a > b, a, b);
#endif
}

/* a·b + c, rounded once where the instruction set can. */
static inline vf
vf_fma(vf a, vf b, vf c)
{
#if LANES == 16
  return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif LANES == 8
  return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return a * b + c;
#endif
}

static inline vf
vf_abs(vf x)
{
  return (vf)((vi)x & vi_all(0x7fffffff));
}

/* Is any lane of a mask set? */
static inline int
vi_any(vi mask)
{
#if LANES == 16
  return _mm512_test_epi32_mask((__m512i)mask, (__m512i)mask) != 0;
#elif LANES == 8
  return !_mm256_testz_si256((__m256i)mask, (__m256i)mask);
#else
  int32_t lane[LANES];
  int32_t any = 0;

  memcpy(lane, &mask, sizeof lane);
  for (int i = 0; i < LANES; i++)
    any |= lane[i];
  return any != 0;
#endif
}

#endif
