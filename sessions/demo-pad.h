/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_PAD_H
#define CONSORT_SESSIONS_DEMO_PAD_H

#include "sessions/demo-sound.h"

/* A string machine: sawtooth oscillators, several a note and a little out of
   tune with one another, through a filter that follows the song. Their steps
   are rounded by polynomials so as not to alias (V. Valimaki, A. Huovilainen,
   IEEE Signal Processing Magazine 24:2, 2007). */

/* Plays the part into a silent stereo sound; false where memory ran out.
   [any] */
bool demo_pad_play(DemoSound *sound);

#endif
