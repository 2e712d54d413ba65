/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-sound.h"

#include <stdlib.h>

bool
demo_sound_init(DemoSound *sound, size_t frames, int channels)
{
  sound->frames     = frames;
  sound->channels   = channels;
  sound->channel[0] = calloc(frames, sizeof(float));
  sound->channel[1] =
    channels == 2 ? calloc(frames, sizeof(float)) : sound->channel[0];
  return sound->channel[0] && sound->channel[1];
}

void
demo_sound_cleanup(DemoSound *sound)
{
  if (sound->channels == 2) {
    free(sound->channel[1]);
  }
  free(sound->channel[0]);
  *sound = (DemoSound){ 0 };
}

void
demo_sound_add(DemoSound    *sound,
               int           channel,
               long          at,
               const double *x,
               size_t        frames,
               double        gain)
{
  float *out = sound->channel[channel];
  for (size_t i = 0; i < frames; i++) {
    const long to = at + (long)i;
    if (to >= 0 && to < (long)sound->frames) {
      out[to] = (float)((double)out[to] + gain * x[i]);
    }
  }
}

void
demo_sound_mix(DemoSound   *sound,
               int          channel,
               const float *x,
               size_t       delay,
               double       gain)
{
  float *out = sound->channel[channel];
  for (size_t i = delay; i < sound->frames; i++) {
    out[i] = (float)((double)out[i] + gain * (double)x[i - delay]);
  }
}

void
demo_sound_gain(DemoSound *sound, double gain)
{
  for (int c = 0; c < sound->channels; c++) {
    for (size_t i = 0; i < sound->frames; i++) {
      sound->channel[c][i] = (float)(gain * (double)sound->channel[c][i]);
    }
  }
}
