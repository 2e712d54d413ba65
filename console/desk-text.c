/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which texts will do: names, colours, references to strips, their order. */

#include "console/desk-private.h"

#include <string.h>

/* UTF-8, at most max characters of it, and nothing that moves a cursor. */
static bool
check_characters(const char *text,
                 double      max,
                 const char *place,
                 char        reason[DESK_REASON])
{
  if (!g_utf8_validate(text, -1, NULL))
    return desk_refuse(reason, "%s: the text is not valid UTF-8.", place);
  if ((double)g_utf8_strlen(text, -1) > max)
    return desk_refuse(reason,
                       "%s holds %.0f characters at most, not %ld.",
                       place,
                       max,
                       g_utf8_strlen(text, -1));
  for (const char *at = text; *at; at = g_utf8_next_char(at))
    if (g_unichar_iscntrl(g_utf8_get_char(at)))
      return desk_refuse(reason,
                         "%s: the text has a control character, such as a new "
                         "line or a tab; leave it out.",
                         place);
  return true;
}

static bool
is_colour(const char *text)
{
  if (*text == '\0')
    return true;
  if (*text != '#' || strlen(text) != 7)
    return false;
  for (const char *digit = text + 1; *digit; digit++)
    if (!g_ascii_isxdigit(*digit))
      return false;
  return true;
}

/* A recording lies in the session's folder, or a person gave its whole path. */
static bool
check_track(const char *text, const char *place, char reason[DESK_REASON])
{
  for (const char *at = text; at; at = strchr(at, '/')) {
    at += *at == '/';
    if (*text != '/' && !strncmp(at, "..", 2) && (at[2] == '/' || !at[2]))
      return desk_refuse(reason,
                         "%s: \"%.80s\" leads out of the session's folder; "
                         "give a path without \"..\", or a whole one.",
                         place,
                         text);
  }
  return true;
}

static bool
check_reference(const Desk   *desk,
                const Holder *holder,
                unsigned      cell,
                const char   *text,
                const char   *place,
                char          reason[DESK_REASON])
{
  bool     link = cell == CELL_LINK;
  Owner    owner;
  unsigned number;
  char     title[DESK_TITLE];

  if (!address_parse_ref(text, &owner, &number) ||
      (link && owner != OWNER_STRIP))
    return desk_refuse(reason,
                       "%s: \"%.40s\" names no strip; it takes one such as "
                       "strip/3%s, or nothing.",
                       place,
                       text,
                       link ? "" : " or bus/1");
  desk_title(owner, number, title);
  if (!desk_find(desk, owner, number))
    return desk_refuse(reason, "%s: there is no %s.", place, title);
  if (link && number == holder->number)
    return desk_refuse(
      reason, "%s: %s cannot be its own partner.", place, title);
  return true;
}

/* The order with single blanks; NULL with the reason where a word names no
   strip or one that stood before. */
static char *
check_order(const Desk *desk,
            const char *text,
            const char *place,
            char        reason[DESK_REASON])
{
  GHashTable *seen  = g_hash_table_new(g_str_hash, g_str_equal);
  char      **words = g_strsplit_set(text, " ", -1);
  GString    *order = g_string_new(NULL);
  bool        ok    = true;

  for (char **word = words; ok && *word; word++) {
    Owner    owner;
    unsigned number;

    if (**word == '\0')
      continue;
    if (!address_parse_ref(*word, &owner, &number))
      ok = desk_refuse(reason,
                       "%s: \"%.40s\" names no strip; it takes names such as "
                       "strip/3 and bus/1 with blanks between.",
                       place,
                       *word);
    else if (!desk_find(desk, owner, number))
      ok = desk_refuse(reason, "%s: there is no %s.", place, *word);
    else if (!g_hash_table_add(seen, *word))
      ok = desk_refuse(reason, "%s names %s twice.", place, *word);
    else
      g_string_append_printf(order, "%s%s", order->len ? " " : "", *word);
  }
  g_strfreev(words);
  g_hash_table_destroy(seen);
  return g_string_free(order, !ok);
}

char *
desk_check_text(const Desk   *desk,
                const Holder *holder,
                unsigned      cell,
                const char   *text,
                char          reason[DESK_REASON])
{
  const ParamRow *row = params_of_cell(cell);
  char            place[ADDRESS_TEXT];

  address_print(desk_address(holder->owner, holder->number, cell), place);
  if (row->taper != TAPER_TEXT) {
    desk_refuse(reason, "%s takes a number, not a text.", place);
    return NULL;
  }
  if (!check_characters(text, row->max, place, reason))
    return NULL;
  if (cell == CELL_COLOR && !is_colour(text)) {
    desk_refuse(reason,
                "%s: \"%.40s\" is no colour; it takes one such as #ff8800, or "
                "nothing.",
                place,
                text);
    return NULL;
  }
  if (cell == CELL_TRACK && !check_track(text, place, reason))
    return NULL;
  if (cell == CELL_ORDER)
    return check_order(desk, text, place, reason);
  if (row->unit == UNIT_REF) {
    if (cell != CELL_LINK && !strcmp(text, "self"))
      text = "";
    if (*text != '\0' &&
        !check_reference(desk, holder, cell, text, place, reason))
      return NULL;
  }
  return g_strdup(text);
}

/* The order of the strips on screen */

static Holder *
next_in_order(const Desk *desk, const char **text)
{
  char     word[16];
  Owner    owner;
  unsigned number;
  size_t   length = strcspn(*text, " ");

  g_strlcpy(word, *text, MIN(sizeof word, length + 1));
  *text += length;
  *text += **text == ' ';
  return address_parse_ref(word, &owner, &number)
           ? desk_find(desk, owner, number)
           : NULL;
}

static const char *
order_text(const Desk *desk)
{
  return desk_get_text(desk, desk_address(OWNER_DESK, 0, CELL_ORDER));
}

void
desk_order_forget(Desk *desk, const Holder *gone)
{
  const char *text = order_text(desk);
  GString    *left;

  if (*text == '\0')
    return;
  left = g_string_new(NULL);
  while (*text) {
    const Holder *holder = next_in_order(desk, &text);

    if (holder && holder != gone)
      g_string_append_printf(left,
                             "%s%s/%u",
                             left->len ? " " : "",
                             params_owner_name(holder->owner),
                             holder->number);
  }
  desk_put_text(desk,
                desk_find(desk, OWNER_DESK, 0),
                CELL_ORDER,
                g_string_free(left, FALSE),
                desk_itself);
}

enum { ORDER_SLOTS = 2 * (MAX_NUMBER + 1) };

static size_t
order_slot(const Holder *holder)
{
  return (holder->owner == OWNER_BUS ? MAX_NUMBER + 1 : 0) + holder->number;
}

size_t
desk_order(const Desk *desk, Address *order, size_t max)
{
  static const Owner owners[] = { OWNER_STRIP, OWNER_BUS };

  size_t      count = 0;
  const char *text  = order_text(desk);
  bool       *named = g_new0(bool, ORDER_SLOTS);

  while (*text) {
    const Holder *holder = next_in_order(desk, &text);

    if (!holder)
      continue;
    named[order_slot(holder)] = 1;
    if (count < max)
      order[count] = desk_address(holder->owner, holder->number, 0);
    count++;
  }
  for (size_t kind = 0; kind < G_N_ELEMENTS(owners); kind++) {
    const HolderSet *set = &desk->sets[owners[kind]];

    for (unsigned i = 0; i < set->count; i++) {
      const Holder *holder = set->list[i];

      if (named[order_slot(holder)])
        continue;
      if (count < max)
        order[count] = desk_address(holder->owner, holder->number, 0);
      count++;
    }
  }
  g_free(named);
  return count;
}
