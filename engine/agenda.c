/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/agenda.h"

#include <stddef.h>

static bool
is_earlier(const AgendaItem *a, const AgendaItem *b) RT_SAFE
{
  return a->event.frame < b->event.frame ||
         (a->event.frame == b->event.frame && a->order < b->order);
}

bool
agenda_put(Agenda *agenda, const Event *event) RT_SAFE
{
  const AgendaItem item = { *event, agenda->order };
  int              at   = agenda->count;

  if (at == AGENDA_EVENTS)
    return false;
  while (at > 0 && is_earlier(&item, &agenda->item[(at - 1) / 2])) {
    agenda->item[at] = agenda->item[(at - 1) / 2];
    at               = (at - 1) / 2;
  }
  agenda->item[at] = item;
  agenda->count++;
  agenda->order++;
  return true;
}

const Event *
agenda_first(const Agenda *agenda) RT_SAFE
{
  return agenda->count ? &agenda->item[0].event : NULL;
}

Event
agenda_take(Agenda *agenda) RT_SAFE
{
  const Event      first = agenda->item[0].event;
  const AgendaItem last  = agenda->item[--agenda->count];
  int              at    = 0;

  for (;;) {
    int child = 2 * at + 1;

    if (child + 1 < agenda->count &&
        is_earlier(&agenda->item[child + 1], &agenda->item[child]))
      child++;
    if (child >= agenda->count || !is_earlier(&agenda->item[child], &last))
      break;
    agenda->item[at] = agenda->item[child];
    at               = child;
  }
  agenda->item[at] = last;
  return first;
}
