/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_JINGLE_H
#define CONSORT_SESSIONS_DEMO_JINGLE_H

#include "sessions/demo-groove.h"

/* Shaken things: beads or jingles that collide at random while the hand's
   energy lasts, and the resonances that they strike (P. Cook, "Physically
   informed sonic modeling", Computer Music Journal 21:3, 1997). */

/* Adds all that the shaker or the tambourine plays to `out`. [any] */
void demo_jingle_play(DemoPiece piece, float *out, size_t frames);

#endif
