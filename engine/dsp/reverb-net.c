/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/reverb-net.h"

#include <math.h>

/* Turns a second of the lines' modulation; no two lines sway together. */
static const double sway_hz[REVERB_SWAYS] = { 0.31, 0.83, 0.47, 1.09,
                                              0.37, 0.71, 0.59, 0.97 };

/* The share of a frame by which a line's length may change in a frame: ten
   cents. Modulation stays below it; a jump of its phase is made up at it. */
static const double haste = 0.006;

/* ---- modulation ---- */

/* A sine by two parabolas, 0.1 % off, of a phase whose turn is 2^32. */
INLINED float
sine(uint32_t phase)
{
  const float x = (float)(int32_t)phase * (1.f / 2147483648.f);
  const float y = 4 * x * (1 - fabsf(x));

  return y + 0.225f * (y * fabsf(y) - y);
}

INLINED float
sway_at(const ReverbNet *net, int i, float depth, int64_t frame)
{
  const uint32_t golden = 2654435769u;

  return depth * sine((uint32_t)frame * net->pace[i] + (uint32_t)i * golden);
}

INLINED float
approach(float value, float target, float most)
{
  const float upward = target > value + most ? value + most : target;

  return upward < value - most ? value - most : upward;
}

void
reverb_net_rest(ReverbNet *net, const ReverbFigures *figure, int64_t song_frame)
  RT_SAFE
{
  memset(net->state, 0, sizeof net->state);
  for (int i = 0; i < REVERB_SWAYS; i++)
    net->sway[i] = sway_at(net, i, figure->sway, song_frame);
}

/* How the lines that sway are read in a block: by four taps, by Lagrange's
   cubic, whose weights move from frame to frame. */
typedef struct Sway {
  int   whole[REVERB_SWAYS]; /* frames by which they are longer, at least */
  float weight[4][REVERB_SWAYS], step[4][REVERB_SWAYS];
} Sway;

/* For a delay of 2 - f after the first of four samples in order of time. */
INLINED void
cubic(const float *restrict f, float (*restrict w)[REVERB_SWAYS])
{
  for (int i = 0; i < REVERB_SWAYS; i++) {
    const float a = f[i] + 1, b = f[i], c = f[i] - 1, d = f[i] - 2;
    w[0][i] = a * b * c * (1.f / 6);
    w[1][i] = a * b * d * (-1.f / 2);
    w[2][i] = a * c * d * (1.f / 2);
    w[3][i] = b * c * d * (-1.f / 6);
  }
}

/* Moves the lines on by a block. Returns whether any of them sways. */
INLINED bool
sway(ReverbNet *net, float depth, int64_t song_frame, Sway *out)
{
  float from[REVERB_SWAYS], to[REVERB_SWAYS], last[4][REVERB_SWAYS];
  bool  any = false;

  for (int i = 0; i < REVERB_SWAYS; i++)
    to[i] = sway_at(net, i, depth, song_frame + BLOCK);
  for (int i = 0; i < REVERB_SWAYS; i++) {
    from[i] = net->sway[i];
    to[i]   = approach(from[i], to[i], net->hasty);
  }
  for (int i = 0; i < REVERB_SWAYS; i++) {
    any |= from[i] != 0 || to[i] != 0;
    net->sway[i] = to[i];
  }
  for (int i = 0; i < REVERB_SWAYS; i++) {
    const float least = from[i] < to[i] ? from[i] : to[i];
    out->whole[i]     = (int)(least + 1024) - 1024;
    from[i] -= (float)out->whole[i];
    to[i] -= (float)out->whole[i];
  }
  cubic(from, out->weight);
  cubic(to, last);
  for (int k = 0; k < 4; k++)
    for (int i = 0; i < REVERB_SWAYS; i++)
      out->step[k][i] = (last[k][i] - out->weight[k][i]) * (1.f / BLOCK);
  return any;
}

/* ---- reading the lines ---- */

INLINED void
read_swaying(const Rings *lines,
             int          line,
             int          length,
             const Sway  *s,
             int          i,
             Block *restrict out)
{
  const float *p  = rings_tap(lines, line, length + s->whole[i] + 2);
  const float  w0 = s->weight[0][i], d0 = s->step[0][i];
  const float  w1 = s->weight[1][i], d1 = s->step[1][i];
  const float  w2 = s->weight[2][i], d2 = s->step[2][i];
  const float  w3 = s->weight[3][i], d3 = s->step[3][i];
  f8           n = { 1, 2, 3, 4, 5, 6, 7, 8 };

  for (int t = 0; t < BLOCK; t += 8, p += 8, n += 8)
    *f8_at(out->frame + t) =
      (w0 + n * d0) * *f8_at(p) + (w1 + n * d1) * *f8_at(p + 1) +
      ((w2 + n * d2) * *f8_at(p + 2) + (w3 + n * d3) * *f8_at(p + 3));
}

/* A block of each line, in own memory where it is not simply the ring's. */
INLINED void
read_lines(ReverbNet       *net,
           const ReverbWay *way,
           int64_t          song_frame,
           Block            own[REVERB_LINES],
           const float     *out[REVERB_LINES])
{
  const int *from = way->from->line, *to = way->to->line;
  Sway       moving;
  const bool any = sway(net, way->now->sway, song_frame, &moving);

  for (int i = 0; i < REVERB_LINES; i++) {
    const bool sways = any && i % 2;
    Block      old;

    if (!sways) {
      out[i] = rings_read(&net->lines, i, from[i], to[i], &way->share, &own[i]);
      continue;
    }
    out[i] = own[i].frame;
    read_swaying(&net->lines, i, to[i], &moving, i / 2, &own[i]);
    if (from[i] == to[i])
      continue;
    read_swaying(&net->lines, i, from[i], &moving, i / 2, &old);
    block_fade(&old, &way->share, &own[i]);
  }
}

/* ---- the lines' losses ---- */

/* From rows to columns: blocks of lines to frames of all lines, and back. */
INLINED void
transpose(const float *const row[16], Block column[16])
{
  for (int r = 0; r < 16; r += 4)
    for (int c = 0; c < 16; c += 4) {
      f4 w = *(const f4_loose *)(row[r] + c);
      f4 x = *(const f4_loose *)(row[r + 1] + c);
      f4 y = *(const f4_loose *)(row[r + 2] + c);
      f4 z = *(const f4_loose *)(row[r + 3] + c);
      f4_turn(&w, &x, &y, &z);
      *(f4 *)(column[c].frame + r)     = w;
      *(f4 *)(column[c + 1].frame + r) = x;
      *(f4 *)(column[c + 2].frame + r) = y;
      *(f4 *)(column[c + 3].frame + r) = z;
    }
}

/* Half of the lines' filters at work. */
typedef struct Losses {
  f8 gain, low_b, low_a, high_b, high_a;
  f8 low, high, higher; /* states */
} Losses;

INLINED void
losses_load(Losses *l, const ReverbNet *net, const ReverbFigures *f, int i)
{
  l->gain   = *f8_at(f->gain + i);
  l->low_b  = *f8_at(f->low_b + i);
  l->low_a  = *f8_at(f->low_a + i);
  l->high_b = *f8_at(f->high_b + i);
  l->high_a = *f8_at(f->high_a + i);
  l->low    = *f8_at(net->state[0] + i);
  l->high   = *f8_at(net->state[1] + i);
  l->higher = *f8_at(net->state[2] + i);
}

INLINED void
losses_keep(const Losses *l, ReverbNet *net, int i)
{
  *f8_at(net->state[0] + i) = l->low;
  *f8_at(net->state[1] + i) = l->high;
  *f8_at(net->state[2] + i) = l->higher;
}

INLINED void
losses_run(Losses *l, f8 *x)
{
  const f8 in     = l->gain * *x;
  const f8 low    = in + l->low;
  const f8 high   = low + l->high;
  const f8 higher = high + l->higher;

  l->low    = l->low_b * in - l->low_a * low;
  l->high   = l->high_b * low - l->high_a * high;
  l->higher = l->high_b * high - l->high_a * higher;
  *x        = higher;
}

INLINED void
losses_move(Losses *l, const ReverbWay *way, int i)
{
  const ReverbFigures *a = way->was, *b = way->now;
  const float          step = 1.f / BLOCK;

  l->gain += (*f8_at(b->gain + i) - *f8_at(a->gain + i)) * step;
  l->low_b += (*f8_at(b->low_b + i) - *f8_at(a->low_b + i)) * step;
  l->low_a += (*f8_at(b->low_a + i) - *f8_at(a->low_a + i)) * step;
  l->high_b += (*f8_at(b->high_b + i) - *f8_at(a->high_b + i)) * step;
  l->high_a += (*f8_at(b->high_a + i) - *f8_at(a->high_a + i)) * step;
}

/* Each frame's lines through their filters: the second half works while the
   first waits for its own results. */
INLINED void
absorb(ReverbNet *net, const ReverbWay *way, Block frame[BLOCK])
{
  Losses one, two;

  losses_load(&one, net, way->was, 0);
  losses_load(&two, net, way->was, 8);
  for (int t = 0; t < BLOCK; t++) {
    if (way->moves) {
      losses_move(&one, way, 0);
      losses_move(&two, way, 8);
    }
    losses_run(&one, f8_at(frame[t].frame));
    losses_run(&two, f8_at(frame[t].frame + 8));
  }
  losses_keep(&one, net, 0);
  losses_keep(&two, net, 8);
}

/* ---- mixing ---- */

/* Hadamard's matrix of order 4 on lines that are `apart` from one another. */
INLINED void
mix_four(Block *line, int apart)
{
  for (int t = 0; t < BLOCK; t += 8) {
    f8 *p = f8_at(line[0].frame + t), *q = f8_at(line[apart].frame + t);
    f8 *r      = f8_at(line[2 * apart].frame + t),
       *s      = f8_at(line[3 * apart].frame + t);
    const f8 a = *p + *q, b = *p - *q;
    const f8 c = *r + *s, d = *r - *s;
    *p = a + c;
    *q = b + d;
    *r = a - c;
    *s = b - d;
  }
}

/* The mixed lines: two of them are what is heard, then what comes in is added,
   odd lines from the right, and all go back. */
INLINED void
mix(ReverbNet *net, Block line[REVERB_LINES], Block side[2])
{
  enum { HEARD_LEFT = 6, HEARD_RIGHT = 9 };

  for (int i = 0; i < REVERB_LINES; i += 4)
    mix_four(line + i, 1);
  for (int i = 0; i < 4; i++)
    mix_four(line + i, 4);
  for (int i = 0; i < REVERB_LINES; i++)
    for (int t = 0; t < BLOCK; t += 8) {
      const f8 *mixed = f8_at(line[i].frame + t);
      const f8 *in    = f8_at(side[i % 2].frame + t);
      *f8_at(rings_head(&net->lines, i) + t) =
        i & 2 ? *mixed - *in : *mixed + *in;
    }
  rings_advance(&net->lines);
  side[0] = line[HEARD_LEFT];
  side[1] = line[HEARD_RIGHT];
}

/* ---- a block ---- */

INLINED void
run(ReverbNet *net, const ReverbWay *way, int64_t song_frame, Block side[2])
{
  Block        line[REVERB_LINES], frame[BLOCK];
  const float *row[16];

  read_lines(net, way, song_frame, line, row);
  transpose(row, frame);
  absorb(net, way, frame);
  for (int t = 0; t < BLOCK; t++)
    row[t] = frame[t].frame;
  transpose(row, line);
  mix(net, line, side);
}

static void
run_plain(ReverbNet       *net,
          const ReverbWay *way,
          int64_t          song_frame,
          Block            side[2]) RT_SAFE
{
  run(net, way, song_frame, side);
}

#ifdef WIDE
WIDE static void
run_wide(ReverbNet       *net,
         const ReverbWay *way,
         int64_t          song_frame,
         Block            side[2]) RT_SAFE
{
  run(net, way, song_frame, side);
}
#endif

void
reverb_net_run(ReverbNet       *net,
               const ReverbWay *way,
               int64_t          song_frame,
               Block            side[2]) RT_SAFE
{
  net->run(net, way, song_frame, side);
}

/* ---- life ---- */

bool
reverb_net_init(ReverbNet *net, const ReverbPlan *plan)
{
  const int reach = (int)(1e-3 * plan->rate) + 4; /* of modulation */

  *net       = (ReverbNet){ .run = run_plain };
  net->hasty = (float)(haste * BLOCK);
  for (int i = 0; i < REVERB_SWAYS; i++)
    net->pace[i] = (uint32_t)lrint(sway_hz[i] / plan->rate * 4294967296.);
#ifdef WIDE
  if (HAVE_WIDE())
    net->run = run_wide;
#endif
  return rings_init(
    &net->lines, REVERB_LINES, reverb_longest_line(plan) + reach);
}

void
reverb_net_cleanup(ReverbNet *net)
{
  rings_cleanup(&net->lines);
}
