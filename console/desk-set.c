/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Setting what the desk holds: every change is checked here, and what is
   refused changes nothing. */

#include "console/desk-private.h"

#include <stdarg.h>

#include "engine/value.h"

/* Refuses with the address before the rest of the sentence. */
G_GNUC_PRINTF(3, 4)
static bool
refuse_at(Address address, char reason[DESK_REASON], const char *format, ...)
{
  char    place[ADDRESS_TEXT], rest[DESK_REASON];
  va_list list;

  if (!reason)
    return false;
  address_print(address, place);
  va_start(list, format);
  g_vsnprintf(rest, sizeof rest, format, list);
  va_end(list);
  return desk_refuse(reason, "%s%s", place, rest);
}

/* The holder of a cell that may be set; NULL with the reason. */
static Holder *
check_place(const Desk *desk,
            Address     address,
            Who         who,
            char        reason[DESK_REASON])
{
  Owner   owner = (Owner)address.owner;
  Holder *holder;
  char    title[DESK_TITLE];

  if (owner >= OWNERS || !params_owner_has(owner, address.cell)) {
    desk_refuse(reason, "That is no address of the desk.");
    return NULL;
  }
  holder = desk_find(desk, owner, address.number);
  if (!holder) {
    desk_title(owner, address.number, title);
    refuse_at(address, reason, ": there is no %s.", title);
    return NULL;
  }
  if (params_of_cell(address.cell)->flags & PARAM_READONLY &&
      who.origin != ORIGIN_ENGINE) {
    refuse_at(address, reason, " can only be read.");
    return NULL;
  }
  return holder;
}

/* Groups and sends are there where their bus is. */
static bool
check_bus(const Desk *desk, Address address, char reason[DESK_REASON])
{
  const ParamRow *row    = params_of_cell(address.cell);
  unsigned        number = address.cell - row->first + 1u;

  if (row->count != MAX_BUSES || desk_find(desk, OWNER_BUS, number))
    return true;
  return refuse_at(address, reason, ": there is no Bus %u.", number);
}

static bool
refuse_number(Address address, double value, char reason[DESK_REASON])
{
  const ParamRow *row   = params_of_cell(address.cell);
  bool            whole = row->taper == TAPER_INT || row->taper == TAPER_CHOICE;
  char            low[VALUE_TEXT], high[VALUE_TEXT], given[VALUE_TEXT];

  if (row->taper == TAPER_TEXT)
    return refuse_at(address, reason, " takes a text, not a number.");
  value_format(row, row->min, low);
  value_format(row, row->max, high);
  value_print(value, given);
  return refuse_at(address,
                   reason,
                   " goes from %s to %s%s; %s will not do.",
                   low,
                   high,
                   whole ? " in whole steps" : "",
                   given);
}

static bool
check_number(const Desk *desk,
             Address     address,
             double      value,
             char        reason[DESK_REASON])
{
  if (!value_is_valid(params_of_cell(address.cell), value))
    return refuse_number(address, value, reason);
  return check_bus(desk, address, reason);
}

bool
desk_set(Desk   *desk,
         Address address,
         double  value,
         Who     who,
         char    reason[DESK_REASON])
{
  unsigned cell   = address.cell;
  Holder  *holder = check_place(desk, address, who, reason);
  Holder  *partner;

  if (!holder || !check_number(desk, address, value, reason))
    return false;
  partner = desk_follower(holder, cell, who);
  if (who.origin != ORIGIN_LOADER &&
      (!desk_check_route(desk, holder, cell, value, reason) ||
       (partner && !desk_check_route(desk, partner, cell, value, reason))))
    return false;
  desk_begin(desk);
  value += 0.0; /* -0 becomes 0 */
  if (params_of_cell(cell)->taper == TAPER_TRIGGER) {
    desk_act(desk, holder, cell, value);
  } else if (desk_put(desk, holder, cell, value, who)) {
    if (partner)
      desk_put(desk, partner, cell, value, desk_itself);
    if (who.origin != ORIGIN_LOADER)
      desk_act(desk, holder, cell, value);
  }
  desk_end(desk);
  return true;
}

static Holder *
named_holder(const Desk *desk, const char *text)
{
  Owner    owner;
  unsigned number;

  return address_parse_ref(text, &owner, &number)
           ? desk_find(desk, owner, number)
           : NULL;
}

bool
desk_set_text(Desk       *desk,
              Address     address,
              const char *text,
              Who         who,
              char        reason[DESK_REASON])
{
  unsigned cell   = address.cell;
  Holder  *holder = check_place(desk, address, who, reason);
  Holder  *partner, *named;
  char    *clean =
    holder ? desk_check_text(desk, holder, cell, text, reason) : NULL;

  if (!clean)
    return false;
  partner = desk_follower(holder, cell, who);
  named =
    params_of_cell(cell)->unit == UNIT_REF ? named_holder(desk, clean) : NULL;
  if (named && cell != CELL_LINK && who.origin != ORIGIN_LOADER &&
      (!desk_check_key(desk, holder, named, reason) ||
       (partner && !desk_check_key(desk, partner, named, reason)))) {
    g_free(clean);
    return false;
  }
  desk_begin(desk);
  if (cell == CELL_LINK)
    desk_join(desk, holder, named, who);
  else {
    desk_put_text(desk, holder, cell, g_strdup(clean), who);
    if (partner)
      desk_put_text(desk, partner, cell, g_strdup(clean), desk_itself);
  }
  desk_end(desk);
  g_free(clean);
  return true;
}

bool
desk_set_typed(Desk       *desk,
               Address     address,
               const char *text,
               Who         who,
               char        reason[DESK_REASON])
{
  char   why[160];
  double value;

  if (!check_place(desk, address, who, reason))
    return false;
  if (params_of_cell(address.cell)->taper == TAPER_TEXT)
    return desk_set_text(desk, address, text, who, reason);
  if (!value_parse(params_of_cell(address.cell), text, &value, why))
    return refuse_at(address, reason, ": %s", why);
  return desk_set(desk, address, value, who, reason);
}
