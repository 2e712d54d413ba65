/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/lanes/svf.h"

#include <math.h>
#include <stddef.h>

/* Time constant of each of a glide's three poles, in seconds, and after how
   many of them what is left, -110 dB of the way, is passed in one step. */
#define GLIDE_TIME  1.2e-3
#define GLIDE_TIMES 18.0

/* Sections that are processed side by side. */
#define ABREAST 4

/* The loop that follows is written out in full, at most n times. */
#if defined(__clang__)
#  define ALL_OF(n) _Pragma("unroll")
#else
#  define ALL_OF_TEXT(text) _Pragma(#  text)
#  define ALL_OF(n)         ALL_OF_TEXT(GCC unroll n)
#endif

void
LANE(svf_init)(Svf *svf, SvfGlide *glide, double rate_hz) RT_SAFE
{
  double   frames = GLIDE_TIME * rate_hz;
  SvfCoefs coefs;

  design_identity(&coefs);
  svf->s[0] = svf->s[1] = vf_all(0.0F);
  for (int i = 0; i < SVF_COEFS; i++) {
    svf->c[i] = glide->to[i] = vf_all(coefs.c[i]);
    for (int k = 0; k < SVF_POLES; k++)
      glide->off[k][i] = vf_all(0.0F);
  }
  glide->pole  = vf_all((float)-expm1(-1.0 / frames));
  glide->grids = vi_all((int32_t)ceil(GLIDE_TIMES * frames / GRID));
  glide->left  = vi_all(0);
}

/* Gives a lane's coefficient a new target, there at once or on the way. */
static void
aim(Svf *svf, SvfGlide *glide, int lane, int i, float to, bool now)
{
  float turn = glide->to[i][lane] - to;

  glide->to[i][lane] = to;
  for (int k = 0; k < SVF_POLES; k++) {
    glide->off[k][i][lane] = now ? 0.0F : glide->off[k][i][lane] + turn;
    turn /= glide->pole[lane];
  }
  if (now)
    svf->c[i][lane] = to;
}

static bool
lets_through(const Svf *svf, int lane)
{
  return svf->c[SVF_THRU][lane] == 1.0F && svf->c[SVF_BAND][lane] == 0.0F &&
         svf->c[SVF_LOW][lane] == 0.0F;
}

void
LANE(svf_clear)(Svf *svf, int lane) RT_SAFE
{
  svf->s[0][lane] = 0.0F;
  svf->s[1][lane] = 0.0F;
}

void
LANE(
  svf_set)(Svf *svf, SvfGlide *glide, int lane, const SvfCoefs *coefs, bool now)
  RT_SAFE
{
  bool off  = design_is_identity(coefs);
  bool idle = glide->left[lane] == 0 && lets_through(svf, lane);

  /* Where nothing of the states is heard, neither is their reset. */
  if (idle)
    LANE(svf_clear)(svf, lane);
  if (now || idle || !off)
    for (int i = 0; i < SVF_THRU; i++)
      aim(svf, glide, lane, i, coefs->c[i], now || idle);
  for (int i = SVF_THRU; i < SVF_COEFS; i++)
    aim(svf, glide, lane, i, coefs->c[i], now);
  glide->left[lane] = now || (idle && off) ? 0 : glide->grids[lane];
}

int
LANE(svf_grid)(Svf *svf, SvfGlide *glide) RT_SAFE
{
  vi moves = glide->left > 0;
  vi goes  = glide->left > 1;

  if (!vi_any(moves))
    return 0;
  glide->left += moves;
  if (vi_any(moves & ~goes))
    for (int i = 0; i < SVF_COEFS; i++) {
      for (int k = 0; k < SVF_POLES; k++)
        glide->off[k][i] = (vf)((vi)glide->off[k][i] & goes);
      svf->c[i] = vf_select(goes, svf->c[i], glide->to[i]);
    }
  return vi_any(goes);
}

/* A section on its way over a slice of frames. Its coefficients at frame f
   stand at c + f·stride; where nothing moves, the stride is 0. */
typedef struct Pass {
  Svf      *svf;
  const vf *c;
  int       stride;
} Pass;

/* The coefficients of a section that moves, frame by frame. They are worked out
   by threes, which leaves their poles in registers. */
static inline void
unroll_three(Svf *svf, SvfGlide *glide, vf table[GRID][SVF_COEFS], int n, int i)
{
  vf a[3], b[3], c[3];
  vf keep = 1.0F - glide->pole, scale = glide->pole * glide->pole;

  ALL_OF(3)
  for (int k = 0; k < 3; k++) {
    a[k] = glide->off[0][i + k];
    b[k] = glide->off[1][i + k];
    c[k] = glide->off[2][i + k];
  }
  for (int f = 0; f < n; f++) {
    ALL_OF(3)
    for (int k = 0; k < 3; k++) {
      c[k]            = vf_fma(keep, c[k], b[k]);
      b[k]            = vf_fma(keep, b[k], a[k]);
      a[k]            = keep * a[k];
      table[f][i + k] = vf_fma(scale, c[k], glide->to[i + k]);
    }
  }
  ALL_OF(3)
  for (int k = 0; k < 3; k++) {
    glide->off[0][i + k] = a[k];
    glide->off[1][i + k] = b[k];
    glide->off[2][i + k] = c[k];
    svf->c[i + k]        = vf_fma(scale, c[k], glide->to[i + k]);
  }
}

_Static_assert(SVF_COEFS == 2 * 3 && SVF_POLES == 3, "all of them, by threes");

static void
unroll_glide(Svf *svf, SvfGlide *glide, vf table[GRID][SVF_COEFS], int n)
{
  unroll_three(svf, glide, table, n, 0);
  unroll_three(svf, glide, table, n, 3);
}

static Pass
begin(Svf *svf, SvfGlide *glide, vf table[GRID][SVF_COEFS], int n)
{
  if (!glide)
    return (Pass){ .svf = svf, .c = svf->c, .stride = 0 };
  unroll_glide(svf, glide, table, n);
  return (Pass){ .svf = svf, .c = table[0], .stride = SVF_COEFS };
}

/* One sample of one section. */
static inline vf
advance(vf s[2], const vf *c, vf x)
{
  vf u  = x - s[1];
  vf s0 = vf_fma(c[SVF_CROSS], u, vf_fma(-c[SVF_DAMP], s[0], s[0]));
  vf s1 = vf_fma(c[SVF_PULL], u, vf_fma(c[SVF_CROSS], s[0], s[1]));
  vf y  = vf_fma(
    c[SVF_LOW], s[1] + s1, vf_fma(c[SVF_BAND], s[0] + s0, c[SVF_THRU] * x));

  s[0] = s0;
  s[1] = s1;
  return y;
}

/* The same in place, at frame f of x. */
static inline void
advance_at(const Pass *pass, vf s[2], vf *x, int f)
{
  x[f] = advance(s, pass->c + (ptrdiff_t)f * pass->stride, x[f]);
}

/* Several sections in one pass, each a frame behind the one before it: so what
   stands together in the loop does not wait for one another, and the processor
   fills the latency of one recurrence with the others. count is a constant
   where this is expanded, and n at least count - 1. */
static inline __attribute__((always_inline)) void
wave(const Pass *pass, const int count, vf *x, int n)
{
  vf s[ABREAST][2];

  ALL_OF(ABREAST)
  for (int j = 0; j < count; j++) {
    s[j][0] = pass[j].svf->s[0];
    s[j][1] = pass[j].svf->s[1];
  }
  ALL_OF(ABREAST)
  for (int i = 0; i < count - 1; i++) {
    ALL_OF(ABREAST)
    for (int j = 0; j <= i; j++)
      advance_at(&pass[j], s[j], x, i - j);
  }
  for (int f = count - 1; f < n; f++) {
    ALL_OF(ABREAST)
    for (int j = 0; j < count; j++)
      advance_at(&pass[j], s[j], x, f - j);
  }
  ALL_OF(ABREAST)
  for (int i = 1; i < count; i++) {
    ALL_OF(ABREAST)
    for (int j = i; j < count; j++)
      advance_at(&pass[j], s[j], x, n - 1 + i - j);
  }
  ALL_OF(ABREAST)
  for (int j = 0; j < count; j++) {
    pass[j].svf->s[0] = s[j][0];
    pass[j].svf->s[1] = s[j][1];
  }
}

static void
run_passes(const Pass *pass, int count, vf *x, int n)
{
  if (n < ABREAST) {
    for (int j = 0; j < count; j++)
      wave(&pass[j], 1, x, n);
    return;
  }
  switch (count) {
  case 1:
    wave(pass, 1, x, n);
    break;
  case 2:
    wave(pass, 2, x, n);
    break;
  case 3:
    wave(pass, 3, x, n);
    break;
  default:
    wave(pass, ABREAST, x, n);
    break;
  }
}

void
LANE(svf_process)(Svf *svf, SvfGlide *glide, vf *x, int n) RT_SAFE
{
  vf   table[GRID][SVF_COEFS];
  Pass pass = begin(svf, glide, table, n);

  wave(&pass, 1, x, n);
}

/* How many of so many go next: five better as three and two than as four and
   one. */
static int
abreast(int count)
{
  if (count == ABREAST + 1)
    return ABREAST - 1;
  return count < ABREAST ? count : ABREAST;
}

void
LANE(svf_run)(Svf *const      *sections,
              SvfGlide *const *glides,
              int              count,
              vf              *x,
              int              n) RT_SAFE
{
  while (count > 0) {
    int  some = abreast(count);
    vf   table[ABREAST][GRID][SVF_COEFS];
    Pass pass[ABREAST];

    for (int j = 0; j < some; j++)
      pass[j] = begin(sections[j], glides ? glides[j] : NULL, table[j], n);
    run_passes(pass, some, x, n);
    sections += some;
    glides = glides ? glides + some : NULL;
    count -= some;
  }
}
