/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_SOUND_H
#define CONSORT_SESSIONS_DEMO_SOUND_H

#include <stdbool.h>
#include <stddef.h>

/* What a player of the demo song plays into: one or two channels from the
   song's start. A mono sound's two channels are the same. */
typedef struct DemoSound {
  size_t frames;
  int    channels;
  float *channel[2];
} DemoSound;

/* A silent sound; false where memory ran out. Free it in either case. [any] */
bool demo_sound_init(DemoSound *sound, size_t frames, int channels);
void demo_sound_cleanup(DemoSound *sound);

/* Adds mono samples that start at frame `at`, which may lie outside. [any] */
void demo_sound_add(DemoSound    *sound,
                    int           channel,
                    long          at,
                    const double *x,
                    size_t        frames,
                    double        gain);

/* Adds the whole of a mono buffer `delay` frames late. [any] */
void demo_sound_mix(DemoSound   *sound,
                    int          channel,
                    const float *x,
                    size_t       delay,
                    double       gain);

/* Multiplies all channels. [any] */
void demo_sound_gain(DemoSound *sound, double gain);

#endif
