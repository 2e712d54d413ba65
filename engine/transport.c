/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/transport.h"

#include <string.h>

#define FADE_IN_SECONDS 0.02
#define FADE_OUT_STEP   4 /* times as fast: 5 ms */

void
transport_init(Transport *transport, double rate)
{
  memset(transport, 0, sizeof *transport);
  transport->full =
    FADE_OUT_STEP * (int)(FADE_IN_SECONDS / FADE_OUT_STEP * rate);
  transport->level = transport->full;
}

bool
transport_play(Transport *transport) RT_SAFE
{
  /* A stop that is under way is taken back: the tape comes up again from where
     it is, unless it is on its way elsewhere too. */
  transport->stopping = false;
  if (transport->rolling)
    return false;
  transport->rolling = true;
  transport->level   = transport->full;
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

  transport->external = true;
  if (!rolling && transport->rolling) {
    transport_stop(transport);
    return false;
  }
  if (!started && !jumped && !transport->stopping)
    return false;
  transport->stopping = false;
  transport->jumping  = false;
  transport->rolling  = rolling;
  transport->song     = song;
  transport->level    = started ? transport->full : 0;
  return true;
}

void
transport_lead(Transport *transport) RT_SAFE
{
  transport->external = false;
}

static bool
fades_out(const Transport *transport) RT_SAFE
{
  return transport->stopping || transport->jumping;
}

/* The level after n more frames. */
static int
level_after(const Transport *transport, int n) RT_SAFE
{
  if (fades_out(transport)) {
    const int level = transport->level - FADE_OUT_STEP * n;
    return level > 0 ? level : 0;
  }
  return n < transport->full - transport->level ? transport->level + n
                                                : transport->full;
}

static bool
loops(const Transport *transport) RT_SAFE
{
  return transport->loop && !transport->external;
}

int
transport_stretch(const Transport *transport, int frames) RT_SAFE
{
  if (!transport->rolling)
    return frames;
  if (fades_out(transport)) {
    const int left = (transport->level + FADE_OUT_STEP - 1) / FADE_OUT_STEP;
    frames         = frames < left ? frames : left;
    frames         = frames > 0 ? frames : 1;
  }
  if (loops(transport) && transport->song < transport->loop_end &&
      transport->loop_end - transport->song < frames)
    frames = (int)(transport->loop_end - transport->song);
  return frames;
}

bool
transport_gain(const Transport *transport, float *gain, int n) RT_SAFE
{
  if (transport->level == transport->full && !fades_out(transport))
    return false;
  for (int i = 0; i < n; i++) {
    const float level =
      (float)level_after(transport, i + 1) / (float)transport->full;
    gain[i] = level * level * (3.0f - 2.0f * level);
  }
  return true;
}

bool
transport_advance(Transport *transport, int n) RT_SAFE
{
  if (!transport->rolling)
    return false;
  transport->song += n;
  transport->level = level_after(transport, n);
  if (fades_out(transport) && transport->level == 0) {
    transport->song =
      transport->jumping ? transport->jump_song : transport->stop_song;
    transport->rolling  = !transport->stopping;
    transport->stopping = transport->jumping = false;
    return true;
  }
  if (loops(transport) && transport->song == transport->loop_end)
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
