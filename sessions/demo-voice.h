/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_VOICE_H
#define CONSORT_SESSIONS_DEMO_VOICE_H

#include "sessions/demo-sound.h"

/* The singers: a glottal source through a cascade of formants, with breath
   and hiss (after D. Klatt, JASA 67, 1980). All play into a silent sound; false
   where memory ran out. */

bool demo_voice_lead(DemoSound *sound);    /* [any] */
bool demo_voice_harmony(DemoSound *sound); /* stereo: the words, above and below
                                              [any] */
bool demo_voice_choir(
  DemoSound *sound); /* stereo: open vowels on the chords [any]
                      */

#endif
