/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_MEMBRANE_H
#define CONSORT_SESSIONS_DEMO_MEMBRANE_H

#include "sessions/demo-groove.h"

#include <stdbool.h>

/* Skins and wood: the drums that are not cymbals. The modes of a round
   membrane, whose pitch falls as the blow's tension leaves it, the noise of the
   beater, and the snare's wires. */

/* Adds all that a drum (kick, snare, rim or a tom) plays in the song to `out`;
   false where memory ran out. [any] */
bool demo_membrane_play(DemoPiece piece, float *out, size_t frames);

#endif
