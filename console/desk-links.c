/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What follows from a change: partners move together, triggers act, and what
   refers to a strip that goes is set back. */

#include "console/desk-private.h"

Holder *
desk_follower(const Holder *holder, unsigned cell, Who who)
{
  const ParamRow *row = params_of_cell(cell);

  /* A session says for both what they are. */
  if (who.origin == ORIGIN_LOADER ||
      row->flags & (PARAM_NOLINK | PARAM_READONLY))
    return NULL;
  return holder->partner;
}

/* Gives a new partner what pairs have in common, so that they start as one.
   What the routing forbids it keeps. */
static void
take_after(Desk *desk, Holder *holder, Holder *from)
{
  for (unsigned cell = 0; cell < CELLS; cell++) {
    const ParamRow *row = params_of_cell(cell);
    Holder         *key = from->keys[cell == CELL_COMP_KEY];

    if (!(row->owners & PARAM_STRIP) ||
        row->flags & (PARAM_NOLINK | PARAM_READONLY | PARAM_TRANSIENT))
      continue;
    if (row->taper != TAPER_TEXT) {
      if (desk_check_route(desk, holder, cell, from->values[cell], NULL))
        desk_put(desk, holder, cell, from->values[cell], desk_itself);
    } else if (!key || desk_check_key(desk, holder, key, NULL)) {
      Address there = desk_address(from->owner, from->number, cell);

      desk_put_text(
        desk, holder, cell, g_strdup(desk_get_text(desk, there)), desk_itself);
    }
  }
}

static void
put_link(Desk *desk, Holder *holder, const Holder *other, Who who)
{
  desk_put_text(desk,
                holder,
                CELL_LINK,
                other ? g_strdup_printf("strip/%u", other->number)
                      : g_strdup(""),
                who);
}

void
desk_join(Desk *desk, Holder *holder, Holder *other, Who who)
{
  if (holder->partner == other)
    return;
  if (holder->partner)
    put_link(desk, holder->partner, NULL, desk_itself);
  if (other && other->partner)
    put_link(desk, other->partner, NULL, desk_itself);
  put_link(desk, holder, other, who);
  if (!other)
    return;
  put_link(desk, other, holder, desk_itself);
  if (who.origin != ORIGIN_LOADER)
    take_after(desk, other, holder);
}

/* Sets the sends and groups into a bus back, those of one strip. */
static void
forget_bus(Desk *desk, Holder *holder, unsigned bus)
{
  static const Row rows[] = { ROW_GROUP,    ROW_SEND_ON,     ROW_SEND_LEVEL,
                              ROW_SEND_PAN, ROW_SEND_FOLLOW, ROW_SEND_TAP };

  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    unsigned cell = params_row(rows[i])->first + bus - 1;

    desk_put(desk, holder, cell, params_default(cell), desk_itself);
  }
}

void
desk_forget(Desk *desk, Holder *gone)
{
  static const Owner owners[] = {
    OWNER_STRIP, OWNER_BUS, OWNER_MAIN, OWNER_MONITOR
  };

  if (gone->partner)
    desk_join(desk, gone, NULL, desk_itself);
  for (size_t kind = 0; kind < G_N_ELEMENTS(owners); kind++) {
    HolderSet *set = &desk->sets[owners[kind]];

    for (unsigned i = 0; i < set->count; i++) {
      Holder *holder = set->list[i];

      if (holder->keys[0] == gone)
        desk_put_text(desk, holder, CELL_GATE_KEY, g_strdup(""), desk_itself);
      if (holder->keys[1] == gone)
        desk_put_text(desk, holder, CELL_COMP_KEY, g_strdup(""), desk_itself);
      if (gone->owner == OWNER_BUS)
        forget_bus(desk, holder, gone->number);
    }
  }
  /* Whom it listened to itself must not count it any more. */
  desk_put_text(desk, gone, CELL_GATE_KEY, g_strdup(""), desk_itself);
  desk_put_text(desk, gone, CELL_COMP_KEY, g_strdup(""), desk_itself);
  if (gone->owner == OWNER_STRIP || gone->owner == OWNER_BUS)
    desk_order_forget(desk, gone);
}

static void
clear_solos(Desk *desk)
{
  static const Owner owners[] = { OWNER_STRIP, OWNER_BUS, OWNER_DCA };

  for (size_t kind = 0; kind < G_N_ELEMENTS(owners); kind++)
    for (unsigned i = 0; i < desk->sets[owners[kind]].count; i++)
      desk_put(
        desk, desk->sets[owners[kind]].list[i], CELL_SOLO, 0, desk_itself);
}

/* Auxes and matrices go to outputs of their own; the others are part of the
   mix, where that makes no circle. */
static void
route_by_kind(Desk *desk, Holder *bus, double kind)
{
  double to_main = kind != BUS_AUX && kind != BUS_MATRIX;

  if (desk_check_route(desk, bus, CELL_TO_MAIN, to_main, NULL))
    desk_put(desk, bus, CELL_TO_MAIN, to_main, desk_itself);
}

void
desk_act(Desk *desk, Holder *holder, unsigned cell, double value)
{
  switch (cell) {
  case CELL_STOP:
    if (value > 0)
      desk_put(desk, holder, CELL_PLAY, 0, desk_itself);
    break;
  case CELL_SOLO_CLEAR:
    if (value > 0)
      clear_solos(desk);
    break;
  case CELL_BUS_KIND:
    route_by_kind(desk, holder, value);
    break;
  default:
    break;
  }
}
