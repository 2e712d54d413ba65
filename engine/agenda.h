/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_AGENDA_H
#define CONSORT_ENGINE_AGENDA_H

/* Events of later frames, the earliest first; of one frame, in the order in
   which they came. A binary heap: what comes and goes costs the logarithm of
   what waits. */

#include <stdbool.h>

#include "engine/messages.h"
#include "engine/rt.h"

#define AGENDA_EVENTS 4096

typedef struct AgendaItem {
  Event    event;
  uint64_t order;
} AgendaItem;

typedef struct Agenda {
  int        count;
  uint64_t   order; /* of the next to come */
  AgendaItem item[AGENDA_EVENTS];
} Agenda;

/* Puts an event in; false, with nothing changed, where it is full. [audio] */
bool agenda_put(Agenda *agenda, const Event *event) RT_SAFE;

/* The earliest, or NULL. [audio] */
const Event *agenda_first(const Agenda *agenda) RT_SAFE;

/* Takes the earliest out; there must be one. [audio] */
Event agenda_take(Agenda *agenda) RT_SAFE;

#endif
