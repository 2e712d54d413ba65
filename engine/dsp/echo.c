/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/echo.h"

#include "engine/dsp/rings.h"
#include "engine/dsp/tail.h"

#include <math.h>
#include <stdlib.h>

/* A ring a side. A block comes in, is added to what comes round, and goes into
   the rings; what is heard is read from them a block early, since blocks are
   gathered first: echoes are in time to the frame. */

enum { SIDES = 2 };

static const double longest_ms = 4000;

const EchoSettings echo_defaults = {
  .left_ms    = 375,
  .right_ms   = 500,
  .tempo_bpm  = 120,
  .feedback   = 30,
  .lowcut_hz  = 100,
  .highcut_hz = 8000,
  .width      = 100,
};

/* What glides. */
typedef union EchoFigures {
  struct {
    float straight, crossed;  /* feedback to the own side and the other */
    float in_own, in_other;   /* of a side into the left ring */
    float in_right;           /* of the right side into the right ring */
    float out_own, out_other; /* width */
    float lowcut, highcut;    /* g/(1 + g), g = tan(pi·f/rate) */
    float duck;               /* dB */
  };
  float all[10];
} EchoFigures;

/* First-order filters of a side (trapezoidal, as U. Zölzer, DAFX, has them). */
typedef struct LoopFilter {
  float low, high;
} LoopFilter;

struct Echo {
  double       rate;
  EchoSettings wanted;
  bool         dirty; /* wanted has not been taken up */

  int         from[SIDES], to[SIDES]; /* delays of a glide, in frames */
  EchoFigures before, after;          /* its ends */
  EchoFigures was, figure; /* at the end of the last block, of this */
  Block       share;       /* of the new delays */
  bool        gliding;
  float       glided; /* 0 to 1 */
  float       pace;   /* of it in a block */

  float envelope; /* 0 to 1: how much is played */
  float duck;     /* gain at the end of the last block */
  float rise, fall;

  LoopFilter loop[SIDES];
  Rings      rings;
  Tail       tail;
};

/* ---- settings ---- */

static const double note_beats[ECHO_NOTES] = {
  0,    4,   3,      2,     4. / 3, 1.5,    1,     2. / 3,
  0.75, 0.5, 1. / 3, 0.375, 0.25,   1. / 6, 0.125,
};

double
echo_note_beats(int choice) RT_SAFE
{
  return choice > 0 && choice < ECHO_NOTES ? note_beats[choice] : 0;
}

static double
within(double value, double low, double high, double otherwise) RT_SAFE
{
  if (isnan(value))
    return otherwise;
  return value < low ? low : value > high ? high : value;
}

static int
delay_frames(const Echo *e, double ms, int note) RT_SAFE
{
  const double tempo =
    within(e->wanted.tempo_bpm, 20, 400, echo_defaults.tempo_bpm);
  double time_ms = within(ms, 1, longest_ms, 500);
  int    frames;

  if (echo_note_beats(note) > 0)
    time_ms = echo_note_beats(note) * 60000 / tempo;
  while (time_ms > longest_ms)
    time_ms /= 2;
  frames = (int)lrint(time_ms / 1000 * e->rate);
  return frames > BLOCK ? frames : BLOCK;
}

static float
pole(const Echo *e, double hz) RT_SAFE
{
  const double g = tan(3.14159265358979323846 * fmin(hz / e->rate, 0.49));

  return (float)(g / (1 + g));
}

static EchoFigures
figures(const Echo *e) RT_SAFE
{
  const EchoSettings *s = &e->wanted, *d = &echo_defaults;
  const float feedback = (float)(within(s->feedback, 0, 98, d->feedback) / 100);
  const float wide     = (float)(within(s->width, 0, 200, d->width) / 100);
  const float crossed  = s->pingpong ? 1 : 0;

  return (EchoFigures){
    .straight  = feedback * (1 - crossed),
    .crossed   = feedback * crossed,
    .in_own    = 1 - 0.5f * crossed,
    .in_other  = 0.5f * crossed,
    .in_right  = 1 - crossed,
    .out_own   = 0.5f * (1 + wide),
    .out_other = 0.5f * (1 - wide),
    .lowcut    = pole(e, within(s->lowcut_hz, 10, 1000, d->lowcut_hz)),
    .highcut   = pole(e, within(s->highcut_hz, 500, 20000, d->highcut_hz)),
    .duck      = (float)within(s->duck_db, 0, 40, d->duck_db),
  };
}

/* ---- gliding ---- */

static void
glide_begin(Echo *e) RT_SAFE
{
  e->to[0]   = delay_frames(e, e->wanted.left_ms, e->wanted.left_note);
  e->to[1]   = delay_frames(e, e->wanted.right_ms, e->wanted.right_note);
  e->before  = e->figure;
  e->after   = figures(e);
  e->dirty   = false;
  e->gliding = true;
  e->glided  = 0;
}

static void
glide_end(Echo *e) RT_SAFE
{
  e->from[0] = e->to[0];
  e->from[1] = e->to[1];
  e->figure  = e->after;
  e->gliding = false;
}

static void
at_once(Echo *e) RT_SAFE
{
  glide_begin(e);
  glide_end(e);
  e->was = e->figure;
}

/* A block's part of the way. */
static void
glide(Echo *e) RT_SAFE
{
  e->was = e->figure;
  if (e->gliding && e->glided >= 1)
    glide_end(e);
  if (!e->gliding && e->dirty)
    glide_begin(e);
  if (!e->gliding)
    return;
  const float begin = e->glided;
  e->glided         = fminf(e->glided + e->pace, 1);
  const float end   = ease(e->glided);

  block_ease(&e->share, begin, e->glided);
  for (size_t i = 0; i < sizeof e->figure.all / sizeof *e->figure.all; i++)
    e->figure.all[i] =
      e->before.all[i] + end * (e->after.all[i] - e->before.all[i]);
}

/* ---- sound ---- */

/* The low cut and then the high cut, in place. */
static void
filter(LoopFilter *f, const EchoFigures *from, const EchoFigures *to, Block *x)
  RT_SAFE
{
  Block low_gain, high_gain;

  block_ramp(&low_gain, from->lowcut, to->lowcut);
  block_ramp(&high_gain, from->highcut, to->highcut);
  for (int t = 0; t < BLOCK; t++) {
    const float step = (x->frame[t] - f->low) * low_gain.frame[t];
    const float low  = f->low + step;
    const float rest = ((x->frame[t] - low) - f->high) * high_gain.frame[t];
    f->low           = low + step;
    x->frame[t]      = f->high + rest;
    f->high          = x->frame[t] + rest;
  }
  f->low  = cut_off(f->low);
  f->high = cut_off(f->high);
}

/* out = a·own + b·other, the gains on their way. */
static void
blend(const Block *own,
      float        own_from,
      float        own_to,
      const Block *other,
      float        other_from,
      float        other_to,
      Block *restrict out) RT_SAFE
{
  Block a, b;

  block_ramp(&a, own_from, own_to);
  block_ramp(&b, other_from, other_to);
  for (int t = 0; t < BLOCK; t++)
    out->frame[t] = a.frame[t] * own->frame[t] + b.frame[t] * other->frame[t];
}

/* What goes into the rings: the input, and what comes round. */
static void
feed(Echo *e, const Block in[SIDES], Block back[SIDES]) RT_SAFE
{
  const EchoFigures *was = &e->was, *now = &e->figure;
  const Block        none = { 0 };
  Block              own[SIDES], round[SIDES];

  for (int side = 0; side < SIDES; side++)
    filter(&e->loop[side], was, now, &back[side]);
  blend(&in[0],
        was->in_own,
        now->in_own,
        &in[1],
        was->in_other,
        now->in_other,
        &own[0]);
  blend(&in[1], was->in_right, now->in_right, &none, 0, 0, &own[1]);
  for (int side = 0; side < SIDES; side++) {
    float *restrict head = rings_head(&e->rings, side);
    blend(&back[side],
          was->straight,
          now->straight,
          &back[1 - side],
          was->crossed,
          now->crossed,
          &round[side]);
    for (int t = 0; t < BLOCK; t++)
      head[t] = cut_off(own[side].frame[t] + round[side].frame[t]);
  }
}

/* A block from each ring, `early` frames ahead of its time. */
static void
read_rings(const Echo *e, int early, Block out[SIDES]) RT_SAFE
{
  for (int side = 0; side < SIDES; side++) {
    Block        own;
    const float *tap = rings_read(&e->rings,
                                  side,
                                  e->from[side] - early,
                                  e->to[side] - early,
                                  &e->share,
                                  &own);
    memcpy(out[side].frame, tap, sizeof own.frame);
  }
}

/* How much is played, from 0 at -50 dBFS to 1 at -20: the echoes give way in
   some 10 ms and come back in some 300. */
static float
listen(Echo *e, const Block in[SIDES]) RT_SAFE
{
  float peak = 1e-6f, played;

  for (int t = 0; t < BLOCK; t++)
    peak = fmaxf(peak, fmaxf(fabsf(in[0].frame[t]), fabsf(in[1].frame[t])));
  played = fminf(fmaxf((20 * log10f(peak) + 50) / 30, 0), 1);
  e->envelope +=
    (played - e->envelope) * (played > e->envelope ? e->rise : e->fall);
  return powf(10, -e->figure.duck * e->envelope / 20);
}

/* Returns whether anything above -200 dBFS came out. */
static bool
sound(Echo *e) RT_SAFE
{
  const float duck = e->duck;
  Block      *side = e->tail.block;
  Block       back[SIDES], heard[SIDES], gain;

  glide(e);
  block_guard(&side[0]);
  block_guard(&side[1]);
  e->duck = listen(e, side);
  read_rings(e, 0, back);
  feed(e, side, back);
  read_rings(e, BLOCK, heard);
  rings_advance(&e->rings);
  block_ramp(&gain, duck, e->duck);
  for (int s = 0; s < SIDES; s++) {
    blend(&heard[s],
          e->was.out_own,
          e->figure.out_own,
          &heard[1 - s],
          e->was.out_other,
          e->figure.out_other,
          &side[s]);
    for (int t = 0; t < BLOCK; t++)
      side[s].frame[t] *= gain.frame[t];
  }
  return !block_is_faint(&heard[0]) || !block_is_faint(&heard[1]);
}

static void
wake(Echo *e) RT_SAFE
{
  at_once(e);
  e->loop[0] = e->loop[1] = (LoopFilter){ 0 };
  e->envelope             = 0;
  e->duck                 = 1;
}

static void
block(Echo *e) RT_SAFE
{
  switch (tail_begin(&e->tail)) {
  case TAIL_WAKE:
    wake(e);
    tail_end(&e->tail, sound(e));
    break;
  case TAIL_SOUND:
    tail_end(&e->tail, sound(e));
    break;
  case TAIL_REST:
    break;
  }
}

/* ---- for strangers ---- */

Echo *
echo_new(double rate)
{
  const int longest = (int)(longest_ms / 1000 * rate) + 1;
  Echo     *e       = aligned_alloc(64, (sizeof *e + 63) / 64 * 64);

  if (!e)
    return NULL;
  *e = (Echo){ .rate = rate,
               .pace = (float)(BLOCK / (0.03 * rate)),
               .rise = (float)(1 - exp(-BLOCK / (0.005 * rate))),
               .fall = (float)(1 - exp(-BLOCK / (0.15 * rate))) };
  if (!rings_init(&e->rings, SIDES, longest)) {
    free(e);
    return NULL;
  }
  e->tail.rings[0] = &e->rings;
  e->tail.longest  = e->rings.length / BLOCK;
  echo_set(e, &echo_defaults, true);
  return e;
}

void
echo_free(Echo *e)
{
  if (e)
    rings_cleanup(&e->rings);
  free(e);
}

void
echo_set(Echo *e, const EchoSettings *settings, bool now) RT_SAFE
{
  e->wanted = *settings;
  e->dirty  = true;
  if (now)
    at_once(e);
}

void
echo_process(Echo *e, float *left, float *right, int n) RT_SAFE
{
  for (int i = 0; i < n;) {
    i += tail_exchange(&e->tail, left + i, right + i, n - i);
    if (e->tail.filled == BLOCK)
      block(e);
  }
}

bool
echo_idle(const Echo *e) RT_SAFE
{
  return tail_is_idle(&e->tail);
}

void
echo_clear(Echo *e) RT_SAFE
{
  tail_clear(&e->tail);
}

void
echo_locate(Echo *e) RT_SAFE
{
  tail_align(&e->tail);
}
