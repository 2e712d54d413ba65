/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_SOURCE_H
#define CONSORT_ENGINE_SOURCE_H

/* What a strip's head hears: an input, a track, or a bus's sum, and the delay
   on top. */

#include "engine/mixer.h"

/* A leg's signal for a slice: a pointer to n frames, which are the input itself
   where nothing is to be done, or room; NULL is silence. [audio] */
const float *source_read(Mixer       *mixer,
                         Strip       *strip,
                         int          leg,
                         const Slice *slice,
                         float       *room) RT_SAFE;

/* After all legs of a strip were read. [audio] */
void source_advance(Mixer *mixer, Strip *strip, const Slice *slice) RT_SAFE;

/* The delay's tap follows the strip's value, fading to its new place; now
   jumps. [audio, at grid points] */
void source_set_delay(Strip *strip, double rate, bool now) RT_SAFE;

#endif
