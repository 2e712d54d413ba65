/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/reverb.h"

#include "engine/dsp/reverb-front.h"
#include "engine/dsp/reverb-net.h"
#include "engine/dsp/reverb-shape.h"
#include "engine/dsp/rings.h"
#include "engine/dsp/tail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The way of the sound, in blocks of 16 frames that are gathered first:

     cuts - smearing allpasses - ring for predelay -+- early reflections - +
                                                    +- allpasses - lines - +
                                                                         width

   Gathering makes the bits independent of how a stretch is cut; it costs a
   block of delay, which the early reflections make up for. */

const ReverbSettings reverb_defaults = {
  .kind         = REVERB_HALL,
  .predelay_ms  = 20,
  .decay_s      = 2,
  .size         = 60,
  .damping_hz   = 6000,
  .bass         = 1.2,
  .crossover_hz = 200,
  .diffusion    = 80,
  .modulation   = 30,
  .lowcut_hz    = 40,
  .highcut_hz   = 12000,
  .early        = 50,
  .width        = 100,
};

struct Reverb {
  ReverbPlan     plan;
  ReverbSettings wanted;
  bool           dirty; /* wanted has not been taken up */

  ReverbShape   from, to;    /* of a glide */
  ReverbFigures was, figure; /* at the end of the last block, of this */
  ReverbWay     way;
  float         glided; /* 0 to 1: how far from `from` to `to` */
  float         pace;   /* of it in a block */

  Tail        tail;
  int64_t     song_frame; /* of the block's first */
  ReverbFront front;
  ReverbNet   net;
};

/* ---- life ---- */

Reverb *
reverb_new(double rate)
{
  Reverb *r = aligned_alloc(64, (sizeof *r + 63) / 64 * 64);

  if (!r)
    return NULL;
  *r = (Reverb){ .pace = (float)(BLOCK / (0.02 * rate)) };
  if (!reverb_plan_init(&r->plan, rate) ||
      !reverb_front_init(&r->front, &r->plan) ||
      !reverb_net_init(&r->net, &r->plan)) {
    reverb_free(r);
    return NULL;
  }
  r->tail.longest = (r->front.early.length + r->net.lines.length +
                     2 * r->front.spreads.length) /
                    BLOCK;
  r->tail.rings[0] = &r->front.smears;
  r->tail.rings[1] = &r->front.early;
  r->tail.rings[2] = &r->front.spreads;
  r->tail.rings[3] = &r->net.lines;
  r->way           = (ReverbWay){ .was        = &r->was,
                                  .now        = &r->figure,
                                  .from       = &r->from.length,
                                  .to         = &r->to.length,
                                  .early_from = &r->from.early,
                                  .early_to   = &r->to.early };
  reverb_set(r, &reverb_defaults, true);
  return r;
}

void
reverb_free(Reverb *r)
{
  if (!r)
    return;
  reverb_net_cleanup(&r->net);
  reverb_front_cleanup(&r->front);
  reverb_plan_cleanup(&r->plan);
  free(r);
}

/* ---- gliding ---- */

static void
glide_end(Reverb *r) RT_SAFE
{
  r->from            = r->to;
  r->figure          = r->to.figure;
  r->was             = r->figure;
  r->way.moves       = false;
  r->way.early_moves = false;
}

static void
glide_begin(Reverb *r) RT_SAFE
{
  r->from = r->to;
  reverb_shape_make(&r->plan, &r->wanted, &r->to);
  r->dirty           = false;
  r->way.moves       = true;
  r->glided          = 0;
  r->way.early_moves = memcmp(&r->from.early, &r->to.early, sizeof r->to.early);
}

static void
at_once(Reverb *r) RT_SAFE
{
  glide_begin(r);
  glide_end(r);
}

/* A block's part of the way. */
static void
glide(Reverb *r) RT_SAFE
{
  if (r->way.moves && r->glided >= 1)
    glide_end(r);
  if (!r->way.moves && r->dirty)
    glide_begin(r);
  if (!r->way.moves)
    return;
  r->was             = r->figure;
  const float before = r->glided;
  r->glided          = fminf(r->glided + r->pace, 1);
  const float after  = ease(r->glided);

  block_ease(&r->way.share, before, r->glided);
  for (size_t i = 0; i < sizeof r->figure.all / sizeof *r->figure.all; i++)
    r->figure.all[i] = r->from.figure.all[i] +
                       after * (r->to.figure.all[i] - r->from.figure.all[i]);
}

/* ---- a block ---- */

static void
multiply(Block side[2], float from, float to) RT_SAFE
{
  Block gain;

  block_ramp(&gain, from, to);
  for (int s = 0; s < 2; s++)
    for (int t = 0; t < BLOCK; t++)
      side[s].frame[t] *= gain.frame[t];
}

/* Early and late together, and the width. */
static void
put_out(const ReverbFigures *was,
        const ReverbFigures *now,
        const Block          early[2],
        Block                late[2]) RT_SAFE
{
  Block level, straight, across;

  block_ramp(&level, was->early, now->early);
  block_ramp(&straight, was->straight, now->straight);
  block_ramp(&across, was->across, now->across);
  for (int t = 0; t < BLOCK; t++) {
    const float e = level.frame[t], s = straight.frame[t], a = across.frame[t];
    const float l    = late[0].frame[t] + e * early[0].frame[t];
    const float r    = late[1].frame[t] + e * early[1].frame[t];
    late[0].frame[t] = s * l + a * r;
    late[1].frame[t] = s * r + a * l;
  }
}

static bool
is_faint(const Block side[2]) RT_SAFE
{
  return block_is_faint(&side[0]) && block_is_faint(&side[1]);
}

/* Returns whether anything above -200 dBFS goes round. What is heard of the
   lines is the sum of all of them, so that it tells for them all. */
static bool
sound(Reverb *r) RT_SAFE
{
  const ReverbFigures *was = &r->was, *now = &r->figure;
  Block               *side = r->tail.block;
  Block                early[2];
  bool                 live;

  glide(r);
  block_guard(&side[0]);
  block_guard(&side[1]);
  reverb_front_run(&r->front, &r->way, side, early);
  multiply(side, was->into, now->into);
  live = !is_faint(side);
  reverb_net_run(&r->net, &r->way, r->song_frame, side);
  live |= !is_faint(side) || !is_faint(early);
  put_out(was, now, early, side);
  return live;
}

/* From silence everything is as the settings and the song's frame say. */
static void
wake(Reverb *r) RT_SAFE
{
  at_once(r);
  reverb_front_rest(&r->front, &r->figure);
  reverb_net_rest(&r->net, &r->figure, r->song_frame);
}

static void
block(Reverb *r) RT_SAFE
{
  switch (tail_begin(&r->tail)) {
  case TAIL_WAKE:
    wake(r);
    tail_end(&r->tail, sound(r));
    break;
  case TAIL_SOUND:
    tail_end(&r->tail, sound(r));
    break;
  case TAIL_REST:
    break;
  }
  r->song_frame += BLOCK;
}

/* ---- for strangers ---- */

void
reverb_set(Reverb *r, const ReverbSettings *settings, bool now) RT_SAFE
{
  ReverbSettings tamed = *settings;

  reverb_settings_tame(&tamed);
  r->dirty |= memcmp(&tamed, &r->wanted, sizeof tamed) != 0;
  r->wanted = tamed;
  if (now)
    at_once(r);
}

void
reverb_locate(Reverb *r, int64_t song_frame) RT_SAFE
{
  tail_align(&r->tail);
  r->song_frame = song_frame - r->tail.filled;
}

void
reverb_process(Reverb *r, float *left, float *right, int n) RT_SAFE
{
  for (int i = 0; i < n;) {
    i += tail_exchange(&r->tail, left + i, right + i, n - i);
    if (r->tail.filled == BLOCK)
      block(r);
  }
}

bool
reverb_idle(const Reverb *r) RT_SAFE
{
  return tail_is_idle(&r->tail);
}

void
reverb_clear(Reverb *r) RT_SAFE
{
  tail_clear(&r->tail);
}
