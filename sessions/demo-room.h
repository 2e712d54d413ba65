/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_ROOM_H
#define CONSORT_SESSIONS_DEMO_ROOM_H

#include "sessions/demo-sound.h"

/* The recording room, small and damped: what two microphones above a drum kit
   hear besides the kit. Eight delay lines that feed one another through a
   Hadamard matrix (J. Stautner, M. Puckette, CMJ 6:1, 1982). */

/* Adds the room's answer to a mono buffer to both channels. [any] */
void demo_room_add(DemoSound *sound, const float *x, double gain);

#endif
