/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/transport.h"

#include <string.h>

#define FADE_OUT_SECONDS 0.005
#define FADE_IN_SECONDS  0.02

void
transport_init(Transport *transport, double rate)
{
  memset(transport, 0, sizeof *transport);
  transport->gain     = 1.0f;
  transport->fade_out = (float)(1.0 / (FADE_OUT_SECONDS * rate));
  transport->fade_in  = (float)(1.0 / (FADE_IN_SECONDS * rate));
}

bool
transport_play(Transport *transport) RT_SAFE
{
  if (transport->rolling) {
    /* A stop is taken back: the tape comes up again from where it is. */
    if (transport->stopping) {
      transport->stopping  = false;
      transport->gain_step = transport->fade_in;
    }
    return false;
  }
  transport->rolling   = true;
  transport->gain      = 1.0f;
  transport->gain_step = 0.0f;
  return true;
}

void
transport_stop(Transport *transport) RT_SAFE
{
  if (!transport->rolling || transport->stopping)
    return;
  transport->stopping = true;
  if (!transport->jumping)
    transport->stop_song = transport->song;
  transport->gain_step = -transport->fade_out;
}

bool
transport_locate(Transport *transport, int64_t song) RT_SAFE
{
  song = song < 0 ? 0 : song;
  if (!transport->rolling) {
    transport->song = song;
    return true;
  }
  transport->jumping   = true;
  transport->jump_song = song;
  transport->gain_step = -transport->fade_out;
  return false;
}

void
transport_loop(Transport *transport, bool on, int64_t start, int64_t end)
  RT_SAFE
{
  transport->loop       = on && end > start;
  transport->loop_start = start;
  transport->loop_end =
    end < start + LOOP_MIN_FRAMES ? start + LOOP_MIN_FRAMES : end;
}

bool
transport_follow(Transport *transport, bool rolling, int64_t song) RT_SAFE
{
  const bool started = rolling && !transport->rolling;
  const bool jumped  = transport->song != song;

  if (!rolling && transport->rolling) {
    transport_stop(transport);
    return false;
  }
  if (!rolling && !jumped)
    return false;
  if (rolling && transport->rolling && !jumped && !transport->stopping)
    return false;
  transport->stopping  = false;
  transport->jumping   = false;
  transport->rolling   = rolling;
  transport->song      = song;
  transport->gain      = started ? 1.0f : 0.0f;
  transport->gain_step = started ? 0.0f : transport->fade_in;
  return true;
}

static int
frames_to_silence(const Transport *transport) RT_SAFE
{
  const int frames = (int)(transport->gain / transport->fade_out) + 1;

  return frames < 1 ? 1 : frames;
}

int
transport_stretch(const Transport *transport, int frames) RT_SAFE
{
  if (!transport->rolling)
    return frames;
  if (transport->stopping || transport->jumping) {
    const int left = frames_to_silence(transport);
    frames         = frames < left ? frames : left;
  }
  if (transport->loop && transport->song < transport->loop_end &&
      transport->loop_end - transport->song < frames)
    frames = (int)(transport->loop_end - transport->song);
  return frames;
}

bool
transport_gain(Transport *transport, float *gain, int n) RT_SAFE
{
  if (transport->gain_step == 0.0f)
    return false;
  for (int i = 0; i < n; i++) {
    transport->gain += transport->gain_step;
    if (transport->gain >= 1.0f) {
      transport->gain      = 1.0f;
      transport->gain_step = 0.0f;
    }
    if (transport->gain <= 0.0f)
      transport->gain = 0.0f;
    const float g = transport->gain;
    gain[i]       = g * g * (3.0f - 2.0f * g);
  }
  return true;
}

bool
transport_advance(Transport *transport, int n) RT_SAFE
{
  if (!transport->rolling)
    return false;
  transport->song += n;
  if ((transport->stopping || transport->jumping) && transport->gain <= 0.0f) {
    const bool jumped = transport->jumping;

    transport->song      = jumped ? transport->jump_song : transport->stop_song;
    transport->rolling   = !transport->stopping;
    transport->gain_step = transport->stopping ? 0.0f : transport->fade_in;
    transport->stopping = transport->jumping = false;
    return true;
  }
  if (transport->loop && transport->song == transport->loop_end)
    transport->song = transport->loop_start;
  return false;
}

int
transport_spans(const Transport *transport,
                int              frames,
                SongSpan        *spans,
                int              room) RT_SAFE
{
  Transport at    = *transport;
  int       count = 0;

  /* A fade-out plays on where it is; what comes behind it is asked for when it
     is there. */
  at.stopping = at.jumping = false;
  while (at.rolling && frames > 0 && count < room) {
    const int n    = transport_stretch(&at, frames);
    spans[count++] = (SongSpan){ at.song, n };
    transport_advance(&at, n);
    frames -= n;
  }
  return count;
}
