/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_GUITAR_H
#define CONSORT_SESSIONS_DEMO_GUITAR_H

#include "sessions/demo-sound.h"

/* The players of plucked strings, with what stands between string and tape:
   pickup, amplifier and loudspeaker, or a wooden body and two microphones. All
   play into a silent sound; false where memory ran out. */

bool demo_guitar_bass(DemoSound *sound);     /* [any] */
bool demo_guitar_clean(DemoSound *sound);    /* [any] */
bool demo_guitar_acoustic(DemoSound *sound); /* stereo [any] */
bool demo_guitar_lead(DemoSound *sound);     /* [any] */

#endif
