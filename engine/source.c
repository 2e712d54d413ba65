/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/source.h"

#include <math.h>
#include <string.h>

#define DELAY_FADE_SECONDS 0.01

static float
shaped(float x) RT_SAFE
{
  return x * x * (3.0f - 2.0f * x);
}

static int
least(int a, int b) RT_SAFE
{
  return a < b ? a : b;
}

/* A fault at an input, before it meets other samples; what meets none is looked
   at in the strip's head. */
static float
clean(float x) RT_SAFE
{
  return fabsf(x) <= INPUT_LIMIT ? x : 0.0f;
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

/* A track that missed audio comes up gently when it is back. */
static void
notice_gap(const Mixer *mixer, Strip *strip) RT_SAFE
{
  const uint32_t underruns =
    atomic_load_explicit(&strip->track->underruns, memory_order_relaxed);

  if (underruns != strip->underruns || track_state(strip->track) != TRACK_READY)
    strip->absent = mixer->return_frames;
  strip->underruns = underruns;
}

static const float *
read_tape(const Mixer *mixer,
          Strip       *strip,
          int          leg,
          const Slice *slice,
          float       *room) RT_SAFE
{
  if (!slice->rolling)
    return NULL;
  if (leg == 0)
    notice_gap(mixer, strip);
  track_read(
    strip->track, strip->track_channel[leg], slice->song, slice->n, room);
  if (slice->tape_gain)
    for (int i = 0; i < slice->n; i++)
      room[i] *= slice->tape_gain[i];
  for (int i = 0; i < least(slice->n, strip->absent); i++)
    room[i] *= shaped(1.0f - (float)(strip->absent - i - 1) /
                               (float)mixer->return_frames);
  return room;
}

/* Both while the switch between them moves, one of them at rest. */
static const float *
read_input(Mixer *mixer, Strip *strip, int leg, const Slice *slice, float *room)
  RT_SAFE
{
  const int    way  = mixer->switch_frames;
  const float *port = port_of(strip, leg, slice);

  if (!strip->track)
    return port;
  const int to = wants_tape(strip) ? way : 0;
  if (strip->tape == to)
    return to ? read_tape(mixer, strip, leg, slice, room) : port;

  const float *tape = read_tape(mixer, strip, leg, slice, room);
  for (int i = 0; i < slice->n; i++) {
    const int   at    = to ? least(way, strip->tape + i + 1)
                           : way - least(way, way - strip->tape + i + 1);
    const float tapes = shaped((float)at / (float)way);

    room[i] = tapes * (tape ? clean(room[i]) : 0.0f) +
              (1.0f - tapes) * (port ? clean(port[i]) : 0.0f);
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
    ring[(line->write + i) & mask] = source ? clean(source[i]) : 0.0f;
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

static void
advance_delay(DelayLine *line, int n) RT_SAFE
{
  line->write  = (line->write + n) & (line->size - 1);
  line->filled = least(line->filled + n, line->size);
  line->fade -= least(line->fade, n);
}

void
source_advance(Mixer *mixer, Strip *strip, const Slice *slice) RT_SAFE
{
  const int way = mixer->switch_frames;

  if (strip->delay)
    advance_delay(strip->delay, slice->n);
  if (!strip->track)
    return;
  strip->tape = wants_tape(strip) ? least(way, strip->tape + slice->n)
                                  : strip->tape - least(strip->tape, slice->n);
  if (slice->rolling)
    strip->absent -= least(strip->absent, slice->n);
  else if (track_state(strip->track) == TRACK_READY)
    /* A start is not a return: the first sample is heard. */
    strip->absent = 0;
}

void
source_set_delay(Strip *strip, double rate, bool now) RT_SAFE
{
  DelayLine *line = strip->delay;

  if (!line)
    return;
  const double asked = (double)strip->value[CELL_DELAY] * 0.001 * rate;
  const int    tap   = least((int)(asked + 0.5), line->size - 2 * GRID_FRAMES);

  if (tap == line->tap)
    return;
  if (now) {
    line->tap  = tap;
    line->fade = 0;
  } else if (line->fade == 0 && tap <= line->filled) {
    line->old_tap = line->tap;
    line->tap     = tap;
    line->fade    = (int)(DELAY_FADE_SECONDS * rate);
  } else {
    /* One fade at a time, and none to where a new line holds nothing yet: this
       one is taken up later. */
    strip->dirty |= DIRTY_DELAY;
  }
}
