/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/source.h"

#include <math.h>
#include <string.h>

#define SWITCH_SECONDS     0.005 /* tape to input and back */
#define DELAY_FADE_SECONDS 0.01
#define RETURN_SECONDS     0.02 /* a track whose audio was late comes back */

static float
shaped(float x) RT_SAFE
{
  return x * x * (3.0f - 2.0f * x);
}

static float
clamp01(float x) RT_SAFE
{
  return fminf(1.0f, fmaxf(0.0f, x));
}

static bool
wants_tape(const Strip *strip) RT_SAFE
{
  return strip->track && strip->value[CELL_TAPE] > 0.5f;
}

static const float *
port_of(const Strip *strip, int leg, const Slice *slice) RT_SAFE
{
  const float *port = slice->in ? slice->in[2 * strip->slot + leg] : NULL;

  return port ? port + slice->offset : NULL;
}

static const float *
read_tape(const Strip *strip,
          int          leg,
          const Slice *slice,
          double       rate,
          float       *room) RT_SAFE
{
  if (!slice->rolling)
    return NULL;
  track_read(
    strip->track, strip->track_channel[leg], slice->song, slice->n, room);
  if (slice->tape_gain)
    for (int i = 0; i < slice->n; i++)
      room[i] *= slice->tape_gain[i];
  if (strip->tape_gain < 1.0f) {
    const float step = (float)(1.0 / (RETURN_SECONDS * rate));
    for (int i = 0; i < slice->n; i++)
      room[i] *= shaped(clamp01(strip->tape_gain + step * (float)(i + 1)));
  }
  return room;
}

/* Both while the switch between them moves, one of them at rest. */
static const float *
read_input(Mixer       *mixer,
           const Strip *strip,
           int          leg,
           const Slice *slice,
           float       *room) RT_SAFE
{
  const float *port = port_of(strip, leg, slice);

  if (!strip->track)
    return port;
  const float to = wants_tape(strip) ? 1.0f : 0.0f;
  if (strip->tape == to)
    return to > 0.5f ? read_tape(strip, leg, slice, mixer->rate, room) : port;

  const float *tape = read_tape(strip, leg, slice, mixer->rate, room);
  const float  step =
    (to > strip->tape ? 1.0f : -1.0f) / (float)(SWITCH_SECONDS * mixer->rate);
  for (int i = 0; i < slice->n; i++) {
    const float tapes = shaped(clamp01(strip->tape + step * (float)(i + 1)));
    room[i]           = tapes * (tape ? room[i] : 0.0f) +
              (1.0f - tapes) * (port ? port[i] : 0.0f);
  }
  return room;
}

static const float *
delayed(const Strip *strip,
        int          leg,
        const float *source,
        int          n,
        double       rate,
        float       *room) RT_SAFE
{
  const DelayLine *line  = strip->delay;
  const int        mask  = line->size - 1;
  float           *ring  = line->leg[leg];
  const float      fades = (float)(DELAY_FADE_SECONDS * rate);

  for (int i = 0; i < n; i++)
    ring[(line->write + i) & mask] = source ? source[i] : 0.0f;
  for (int i = 0; i < n; i++) {
    const int   at   = line->write + i;
    const int   left = line->fade - i;
    const float tap  = ring[(at - line->tap) & mask];

    if (left <= 0) {
      room[i] = tap;
      continue;
    }
    const float old = ring[(at - line->old_tap) & mask];
    room[i]         = old + shaped(1.0f - (float)left / fades) * (tap - old);
  }
  return room;
}

const float *
source_read(Mixer       *mixer,
            Strip       *strip,
            int          leg,
            const Slice *slice,
            float       *room) RT_SAFE
{
  const Plan  *plan   = mixer->plan;
  const float *source = strip->slot < SLOT_BUS
                          ? read_input(mixer, strip, leg, slice, room)
                          : plan->dests[plan->dest_of[strip->slot]].planar[leg];

  if (!strip->delay)
    return source;
  return delayed(strip, leg, source, slice->n, mixer->rate, room);
}

void
source_advance(Mixer *mixer, Strip *strip, const Slice *slice) RT_SAFE
{
  const float n = (float)slice->n;

  if (strip->delay) {
    strip->delay->write =
      (strip->delay->write + slice->n) & (strip->delay->size - 1);
    strip->delay->fade -=
      strip->delay->fade < slice->n ? strip->delay->fade : slice->n;
  }
  if (!strip->track)
    return;
  const float to = wants_tape(strip) ? 1.0f : 0.0f;
  if (strip->tape != to) {
    const float step = n / (float)(SWITCH_SECONDS * mixer->rate);
    strip->tape      = clamp01(strip->tape + (to > strip->tape ? step : -step));
  }
  if (strip->tape_gain < 1.0f && slice->rolling)
    strip->tape_gain =
      fminf(1.0f, strip->tape_gain + n / (float)(RETURN_SECONDS * mixer->rate));
}

void
source_set_delay(Strip *strip, double rate, bool now) RT_SAFE
{
  DelayLine *line = strip->delay;

  if (!line)
    return;
  const double asked = (double)strip->value[CELL_DELAY] * 0.001 * rate;
  const int    most  = line->size - 2 * GRID_FRAMES;
  int          tap   = (int)(asked + 0.5) + strip->align;

  tap = tap > most ? most : tap;
  if (tap == line->tap)
    return;
  if (now) {
    line->tap  = tap;
    line->fade = 0;
  } else if (line->fade == 0) {
    line->old_tap = line->tap;
    line->tap     = tap;
    line->fade    = (int)(DELAY_FADE_SECONDS * rate);
  } else {
    /* One fade at a time: this one is taken up when it has ended. */
    strip->dirty |= DIRTY_DELAY;
  }
}
