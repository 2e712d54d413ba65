/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_QUEUE_H
#define CONSORT_OSC_QUEUE_H

/* What a client has still to be told: places, not values, each at most once
   and in the order in which they changed. Since a value is read when it is
   told, the latest wins, and what is queued cannot outgrow the queue. */

#include <stdbool.h>
#include <stdint.h>

#include "osc/pattern.h"

enum { OSC_QUEUE_ROOM = 4096 };

typedef struct OscQueue OscQueue;

OscQueue *osc_queue_new(void);
void      osc_queue_free(OscQueue *queue);

/* Adds a place; false where the queue is full. [control] */
bool osc_queue_add(OscQueue *queue, Address address, OscLeaf leaf);

/* Forgets a place, or every place. [control] */
void osc_queue_remove(OscQueue *queue, Address address, OscLeaf leaf);
void osc_queue_clear(OscQueue *queue);

/* Takes the oldest; false where there is none. [control] */
bool osc_queue_take(OscQueue *queue, Address *address, OscLeaf *leaf);

bool osc_queue_is_empty(const OscQueue *queue);

#endif
