/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_PIANO_H
#define CONSORT_SESSIONS_DEMO_PIANO_H

#include "sessions/demo-sound.h"

/* An electric piano: a hammer strikes a tine, whose tip swings before a
   pickup that hears it crookedly, the more so the harder it is struck (the
   physics as in F. Pfeifle, M. Muenster, "Tone production of the Wurlitzer and
   Rhodes e-pianos", 2017). The stage amplifier pans it slowly to and fro. */

/* Plays the part into a silent stereo sound; false where memory ran out.
   [any] */
bool demo_piano_play(DemoSound *sound);

#endif
