/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A bank of one block of the dynamics, in any instruction set, for its tests.

   Before including it a test says which block:

     #define RIG_TYPE     Comp
     #define RIG_SETTINGS CompSettings
     #define RIG_VERB(v)  comp_##v

   The block's structures are seen here with one lane, which is what a column of
   them looks like in every instruction set: word w of a lane stands at
   w * lanes + lane. */
#ifndef CONSORT_TESTS_ENGINE_DYNAMICS_RIG_H
#define CONSORT_TESTS_ENGINE_DYNAMICS_RIG_H

#include "engine/lanes/lookahead.h"

#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE__)
#  include <xmmintrin.h>
#endif

#define MAX_LANES 16

#define JOIN2(a, b)   a##_##b
#define JOIN(a, b)    JOIN2(a, b)
#define CALL(verb, i) JOIN(RIG_VERB(verb), i)

#define DECLARE(isa)                                                        \
  void CALL(init, isa)(RIG_TYPE *, double);                                 \
  void CALL(set, isa)(RIG_TYPE *, int, const RIG_SETTINGS *, double, bool); \
  void CALL(link, isa)(RIG_TYPE *, int, bool);                              \
  void CALL(clear, isa)(RIG_TYPE *, int);                                   \
  int  CALL(grid, isa)(RIG_TYPE *);                                         \
  RIG_PROCESS(CALL(process, isa));

#define ENTRY(isa, count)                                                      \
  {                                                                            \
    .name = #isa, .lanes = count, .init = CALL(init, isa),                     \
    .set = CALL(set, isa), .link = CALL(link, isa), .clear = CALL(clear, isa), \
    .grid = CALL(grid, isa), .process = CALL(process, isa)                     \
  }

#if defined(RIG_NO_KEY)
#  define RIG_PROCESS(name) void name(RIG_TYPE *, vf *, int)
#else
#  define RIG_PROCESS(name) \
    void name(RIG_TYPE *, vf *, const vf *, const Lookahead *, int)
#endif

typedef struct Isa {
  const char *name;
  int         lanes;
  void (*init)(RIG_TYPE *, double);
  void (*set)(RIG_TYPE *, int, const RIG_SETTINGS *, double, bool);
  void (*link)(RIG_TYPE *, int, bool);
  void (*clear)(RIG_TYPE *, int);
  int (*grid)(RIG_TYPE *);
  RIG_PROCESS((*process));
} Isa;

DECLARE(base)
#if defined(__x86_64__)
DECLARE(avx2)
DECLARE(avx512)
#endif

static const Isa isas[] = {
  ENTRY(plain, 1),
  ENTRY(base, 4),
#if defined(__x86_64__)
  ENTRY(avx2, 8),
  ENTRY(avx512, 16),
#endif
};

#define ISAS ((int)(sizeof isas / sizeof isas[0]))

static inline bool
isa_runs(const Isa *isa)
{
#if defined(__x86_64__)
  if (isa->lanes == 8)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa->lanes == 16)
    return __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw");
#endif
  return isa->lanes <= 4;
}

/* As every thread that makes sound does. */
static inline void
flush_to_zero(void)
{
#if defined(__SSE__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
}

/* One bank, its signals lane by lane, and how its slices are cut. */
typedef struct Rig {
  const Isa *isa;
  RIG_TYPE  *block;
  double     rate;
  float     *line; /* of the look-ahead */
  uint32_t   pos;
  uint32_t   cuts; /* 0: at the grid alone; else a seed */
} Rig;

#define LINE_FRAMES 2048

static inline void *
rig_memory(size_t bytes)
{
  size_t whole  = (bytes + 63) / 64 * 64;
  void  *memory = aligned_alloc(64, whole);

  ck_assert_ptr_nonnull(memory);
  memset(memory, 0, whole);
  return memory;
}

static inline Rig
rig_new(const Isa *isa, double rate)
{
  const size_t lanes = (size_t)isa->lanes;
  Rig          rig   = { .isa = isa, .rate = rate };

  flush_to_zero();
  rig.block = rig_memory(sizeof(RIG_TYPE) * lanes);
  rig.line  = rig_memory(LINE_FRAMES * lanes * sizeof(float));
  isa->init(rig.block, rate);
  return rig;
}

static inline void
rig_free(Rig *rig)
{
  free(rig->block);
  free(rig->line);
}

static inline void
rig_set(Rig *rig, int lane, RIG_SETTINGS settings, bool now)
{
  rig->isa->set(rig->block, lane, &settings, rig->rate, now);
}

static inline void
rig_set_all(Rig *rig, RIG_SETTINGS settings, bool now)
{
  for (int lane = 0; lane < rig->isa->lanes; lane++)
    rig_set(rig, lane, settings, now);
}

/* A word of a lane, by its offset in the structure of one lane. */
static inline float *
rig_word(Rig *rig, size_t offset, int lane)
{
  const size_t word = offset / sizeof(float);

  return (float *)rig->block + word * (size_t)rig->isa->lanes + lane;
}

static inline uint32_t
draw(uint32_t *seed)
{
  *seed ^= *seed << 13;
  *seed ^= *seed >> 17;
  *seed ^= *seed << 5;
  return *seed;
}

static inline float
noise(uint32_t *seed)
{
  return (float)(draw(seed) >> 8) * 0x1p-23F - 1.0F;
}

static inline int
next_cut(Rig *rig, int most)
{
  return rig->cuts ? 1 + (int)(draw(&rig->cuts) % (uint32_t)most) : most;
}

static inline void
rig_slice(Rig *rig, float *x, const float *key, int n)
{
#if defined(RIG_NO_KEY)
  (void)key;
  rig->isa->process(rig->block, (vf *)x, n);
#else
  const Lookahead ahead = { (vf *)rig->line, LINE_FRAMES - 1, rig->pos };

  rig->isa->process(
    rig->block, (vf *)x, key ? (const vf *)key : (vf *)x, &ahead, n);
#endif
  rig->pos += (uint32_t)n;
}

/* Runs interleaved frames, a whole number of grids, in place. */
static inline void
rig_run_key(Rig *rig, float *x, const float *key, int frames)
{
  const int          lanes = rig->isa->lanes;
  _Alignas(64) float xs[GRID * MAX_LANES];
  _Alignas(64) float keys[GRID * MAX_LANES];

  ck_assert_int_eq(frames % GRID, 0);
  for (int grid = 0; grid < frames; grid += GRID) {
    rig->isa->grid(rig->block);
    for (int n, at = 0; at < GRID; at += n) {
      const size_t first = (size_t)((grid + at) * lanes);
      size_t       bytes;

      n     = next_cut(rig, GRID - at);
      bytes = (size_t)(n * lanes) * sizeof(float);
      memcpy(xs, x + first, bytes);
      if (key)
        memcpy(keys, key + first, bytes);
      rig_slice(rig, xs, key ? keys : NULL, n);
      memcpy(x + first, xs, bytes);
    }
  }
}

static inline void
rig_run(Rig *rig, float *x, int frames)
{
  rig_run_key(rig, x, NULL, frames);
}

/* Room for the frames of all lanes. */
static inline float *
rig_frames(const Rig *rig, int frames)
{
  return rig_memory((size_t)(frames * rig->isa->lanes) * sizeof(float));
}

/* Runs a constant in every lane and returns the last frame's lane. */
static inline float
rig_hold(Rig *rig, float value, int frames, int lane)
{
  const int whole = (frames + GRID - 1) / GRID * GRID;
  float    *x     = rig_frames(rig, whole);
  float     last;

  for (int i = 0; i < whole * rig->isa->lanes; i++)
    x[i] = value;
  rig_run(rig, x, whole);
  last = x[(whole - 1) * rig->isa->lanes + lane];
  free(x);
  return last;
}

/* After how many frames of a constant the gain in dB has covered 1 - 1/e of its
   way from one to another; -1 if never. */
static inline int
rig_time(Rig *rig, float value, double from, double to, int frames)
{
  const int    whole = (frames + GRID - 1) / GRID * GRID;
  const int    lanes = rig->isa->lanes;
  const double mark  = from + (1 - exp(-1)) * (to - from);
  float       *x     = rig_frames(rig, whole);
  int          found = -1;

  for (int i = 0; i < whole * lanes; i++)
    x[i] = value;
  rig_run(rig, x, whole);
  for (int t = 0; t < whole && found < 0; t++) {
    const double gain = 20 * log10(fabs((double)x[t * lanes] / (double)value));

    if (to > from ? gain >= mark : gain <= mark)
      found = t + 1;
  }
  free(x);
  return found;
}

static inline float
from_db(double db)
{
  return (float)pow(10, db / 20);
}

static inline double
to_db(double gain)
{
  return 20 * log10(fabs(gain));
}

/* The largest of what lies above 4 kHz, in dB of full scale: a linear-phase
   high-pass whose stop band holds a tone of 1 kHz down by some 120 dB. */
#define CLICK_TAPS 1023

static inline double
click_level(const float *x, int frames, int stride)
{
  static double tap[CLICK_TAPS];
  const int     half  = CLICK_TAPS / 2;
  const double  pi    = acos(-1.0);
  double        worst = 0;

  for (int i = 0; i < CLICK_TAPS; i++) {
    const double t = i - half, w = 2 * pi * (i + 1) / (CLICK_TAPS + 1);
    const double window =
      0.35875 - 0.48829 * cos(w) + 0.14128 * cos(2 * w) - 0.01168 * cos(3 * w);
    const double f = 4000.0 / 48000.0;

    tap[i] = window * ((i == half ? 1 : 0) -
                       (i == half ? 2 * f : sin(2 * pi * f * t) / (pi * t)));
  }
  for (int at = half; at + half < frames; at++) {
    double sum = 0;

    for (int i = 0; i < CLICK_TAPS; i++)
      sum += tap[i] * (double)x[(at - half + i) * stride];
    worst = fmax(worst, fabs(sum));
  }
  return to_db(worst + 1e-12);
}

/* What was demanded, and what was measured, in one line a row. */
static inline void
tell(const Rig *rig, const char *what, double demand, double measured)
{
  printf("%-6s %-44s demand %9.3f  measured %9.3f\n",
         rig->isa->name,
         what,
         demand,
         measured);
  fflush(stdout);
}

/* Runs every case for every instruction set of this processor. */
static inline int
rig_suite(const char *name, const TTest *const *test, int count)
{
  Suite   *suite = suite_create(name);
  TCase   *tcase = tcase_create(name);
  SRunner *runner;
  int      failed;

  tcase_set_timeout(tcase, 120);
  for (int i = 0; i < count; i++)
    tcase_add_loop_test(tcase, test[i], 0, ISAS);
  suite_add_tcase(suite, tcase);
  runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
