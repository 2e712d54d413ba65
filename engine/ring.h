/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_RING_H
#define CONSORT_ENGINE_RING_H

/* A lock-free queue of messages of one size, from one writer to one reader. */

#include <stdbool.h>
#include <stddef.h>

#include "engine/rt.h"

typedef struct Ring Ring;

/* A ring that holds count messages (rounded up to a power of two), its memory
   touched. NULL when memory is out. [any] */
Ring *ring_new(size_t message_size, size_t count);
void  ring_free(Ring *ring);

/* Copies a message in; false, with nothing changed, where the ring is full.
   [writer] */
bool ring_put(Ring *ring, const void *message) RT_SAFE;

/* Copies the oldest message out; false where there is none. [reader] */
bool ring_get(Ring *ring, void *message) RT_SAFE;

/* How many more messages fit. [writer] */
size_t ring_room(const Ring *ring) RT_SAFE;

#endif
