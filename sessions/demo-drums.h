/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_DRUMS_H
#define CONSORT_SESSIONS_DEMO_DRUMS_H

#include "sessions/demo-sound.h"

/* The kit as its microphones hear it: each close one with a little of its
   neighbours, the two above with everything, later and from its side. All play
   into a silent sound; false where memory ran out. */

bool demo_drums_kick(DemoSound *sound);       /* [any] */
bool demo_drums_snare(DemoSound *sound);      /* [any] */
bool demo_drums_hat(DemoSound *sound);        /* [any] */
bool demo_drums_toms(DemoSound *sound);       /* stereo [any] */
bool demo_drums_overheads(DemoSound *sound);  /* stereo [any] */
bool demo_drums_percussion(DemoSound *sound); /* stereo [any] */

#endif
