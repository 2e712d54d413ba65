/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/desk-private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/value.h"

/* Takes off half a character, where a text was cut. */
static void
trim_utf8(char *text)
{
  const char *end;

  g_utf8_validate(text, -1, &end);
  text[end - text] = '\0';
}

bool
desk_refuse(char reason[DESK_REASON], const char *format, ...)
{
  va_list list;

  if (reason) {
    va_start(list, format);
    g_vsnprintf(reason, DESK_REASON, format, list);
    va_end(list);
    trim_utf8(reason);
  }
  return false;
}

void
desk_title(Owner owner, unsigned number, char title[DESK_TITLE])
{
  static const char *const words[OWNERS] = {
    [OWNER_STRIP]     = "Strip",
    [OWNER_BUS]       = "Bus",
    [OWNER_MAIN]      = "Main",
    [OWNER_MONITOR]   = "Monitor",
    [OWNER_DCA]       = "DCA",
    [OWNER_MUTEGROUP] = "Mute group",
    [OWNER_TRANSPORT] = "Transport",
    [OWNER_MARKER]    = "Marker",
    [OWNER_DESK]      = "Desk",
  };

  if (params_owner_is_numbered(owner))
    g_snprintf(title, DESK_TITLE, "%s %u", words[owner], number);
  else
    g_strlcpy(title, words[owner], DESK_TITLE);
}

/* Holders */

static Holder *
holder_new(Owner owner, unsigned number)
{
  Holder *holder = g_new0(Holder, 1);

  holder->owner       = owner;
  holder->number      = number;
  holder->head.holder = holder;
  holder->body.holder = holder;
  for (unsigned cell = 0; cell < CELLS; cell++)
    holder->values[cell] = params_default(cell);
  return holder;
}

static void
holder_free(Holder *holder)
{
  for (unsigned i = 0; i < holder->text_count; i++)
    g_free(holder->texts[i].text);
  g_free(holder->texts);
  g_free(holder);
}

static TextCell *
holder_text(const Holder *holder, unsigned cell)
{
  for (unsigned i = 0; i < holder->text_count; i++)
    if (holder->texts[i].cell == cell)
      return &holder->texts[i];
  return NULL;
}

/* Puts a text into its cell and returns what was there, NULL for nothing. */
static char *
holder_exchange(Holder *holder, unsigned cell, char *text)
{
  TextCell *at       = holder_text(holder, cell);
  char     *previous = NULL;

  if (at) {
    previous = at->text;
    at->text = text;
    if (*text == '\0') {
      g_free(text);
      *at = holder->texts[--holder->text_count];
    }
  } else if (*text == '\0') {
    g_free(text);
  } else {
    holder->texts = g_renew(TextCell, holder->texts, holder->text_count + 1);
    holder->texts[holder->text_count++] = (TextCell){ cell, text };
  }
  return previous;
}

static void
set_insert(HolderSet *set, Holder *holder)
{
  unsigned at = set->count;

  set->list = g_renew(Holder *, set->list, set->count + 1);
  while (at > 0 && set->list[at - 1]->number > holder->number)
    at--;
  memmove(
    set->list + at + 1, set->list + at, (set->count - at) * sizeof *set->list);
  set->list[at]                  = holder;
  set->by_number[holder->number] = holder;
  set->count++;
  if (set->next <= holder->number)
    set->next = holder->number + 1;
}

static void
set_remove(HolderSet *set, Holder *holder)
{
  unsigned at = 0;

  while (set->list[at] != holder)
    at++;
  set->count--;
  memmove(
    set->list + at, set->list + at + 1, (set->count - at) * sizeof *set->list);
  set->by_number[holder->number] = NULL;
}

/* The desk's life */

/* Strips, buses and markers come and go. */
static bool
comes_and_goes(Owner owner)
{
  return owner == OWNER_STRIP || owner == OWNER_BUS || owner == OWNER_MARKER;
}

Desk *
desk_new(void)
{
  Desk *desk = g_new0(Desk, 1);

  desk->observers     = g_array_new(FALSE, FALSE, sizeof(Observer));
  desk->queue         = g_array_new(FALSE, FALSE, sizeof(Change));
  desk->next_observer = 1;
  for (Owner owner = 0; owner < OWNERS; owner++) {
    HolderSet *set   = &desk->sets[owner];
    unsigned   limit = params_owner_limit(owner);

    set->by_number = g_new0(Holder *, limit + 1);
    set->next      = 1;
    if (comes_and_goes(owner))
      continue;
    for (unsigned number = limit > 0; number <= limit; number++)
      set_insert(set, holder_new(owner, number));
  }
  return desk;
}

void
desk_free(Desk *desk)
{
  if (!desk)
    return;
  for (Owner owner = 0; owner < OWNERS; owner++) {
    HolderSet *set = &desk->sets[owner];

    for (unsigned i = 0; i < set->count; i++)
      holder_free(set->list[i]);
    g_free(set->list);
    g_free(set->by_number);
  }
  g_array_free(desk->observers, TRUE);
  g_array_free(desk->queue, TRUE);
  g_free(desk);
}

/* Telling */

unsigned
desk_observe(Desk *desk, DeskObserver *observer, void *self)
{
  Observer item = { desk->next_observer++, observer, self };

  g_array_append_val(desk->observers, item);
  return item.id;
}

static void
drop_left_observers(Desk *desk)
{
  for (unsigned i = desk->observers->len; i-- > 0;)
    if (!g_array_index(desk->observers, Observer, i).call)
      g_array_remove_index(desk->observers, i);
}

void
desk_unobserve(Desk *desk, unsigned id)
{
  for (unsigned i = 0; i < desk->observers->len; i++) {
    Observer *observer = &g_array_index(desk->observers, Observer, i);

    if (observer->id == id)
      observer->call = NULL;
  }
  if (desk->depth == 0)
    drop_left_observers(desk);
}

static void
tell(Desk *desk, const Change *change)
{
  for (unsigned i = 0; i < desk->observers->len; i++) {
    Observer observer = g_array_index(desk->observers, Observer, i);

    if (observer.call)
      observer.call(observer.self, change);
  }
}

void
desk_begin(Desk *desk)
{
  desk->depth++;
}

void
desk_end(Desk *desk)
{
  if (desk->depth == 1) {
    /* The queue may grow, and move, while it is told. */
    for (unsigned i = 0; i < desk->queue->len; i++) {
      Change change = g_array_index(desk->queue, Change, i);

      tell(desk, &change);
      g_free((char *)change.text);
      g_free((char *)change.previous_text);
    }
    g_array_set_size(desk->queue, 0);
    drop_left_observers(desk);
  }
  desk->depth--;
}

static Address
holder_address(const Holder *holder, unsigned cell)
{
  return desk_address(holder->owner, holder->number, cell);
}

bool
desk_put(Desk *desk, Holder *holder, unsigned cell, double value, Who who)
{
  double previous = holder->values[cell];

  /* A locate is a deed: going there twice is going there twice. */
  if (previous == value && cell != CELL_LOCATE)
    return false;
  holder->values[cell] = value;
  if (desk->observers->len > 0) {
    Change change = { .kind     = CHANGE_VALUE,
                      .address  = holder_address(holder, cell),
                      .number   = value,
                      .previous = previous,
                      .who      = who };

    g_array_append_val(desk->queue, change);
  }
  return true;
}

/* Keeps the pointers that stand for references in step with their text. */
static void
follow_reference(const Desk *desk,
                 Holder     *holder,
                 unsigned    cell,
                 const char *text)
{
  Owner    owner;
  unsigned number;
  Holder  *named = address_parse_ref(text, &owner, &number)
                     ? desk_find(desk, owner, number)
                     : NULL;
  Holder **key;

  if (cell == CELL_LINK)
    holder->partner = named;
  if (cell != CELL_GATE_KEY && cell != CELL_COMP_KEY)
    return;
  key = &holder->keys[cell == CELL_COMP_KEY];
  if (*key)
    (*key)->listeners--;
  if (named)
    named->listeners++;
  *key = named;
}

void
desk_put_text(Desk *desk, Holder *holder, unsigned cell, char *text, Who who)
{
  Change change = { .kind    = CHANGE_VALUE,
                    .address = holder_address(holder, cell),
                    .who     = who };
  char  *previous;

  if (!strcmp(text, desk_get_text(desk, change.address))) {
    g_free(text);
    return;
  }
  if (params_of_cell(cell)->unit == UNIT_REF)
    follow_reference(desk, holder, cell, text);
  if (desk->observers->len > 0)
    change.text = g_strdup(text);
  previous = holder_exchange(holder, cell, text);
  if (desk->observers->len == 0) {
    g_free(previous);
    return;
  }
  change.previous_text = previous ? previous : g_strdup("");
  g_array_append_val(desk->queue, change);
}

static void
queue_existence(Desk *desk, const Holder *holder, ChangeKind kind, Who who)
{
  Change change = { .kind    = kind,
                    .address = holder_address(holder, 0),
                    .who     = who };

  if (desk->observers->len > 0)
    g_array_append_val(desk->queue, change);
}

/* Coming and going */

/* How many of an owner there may be at one time. */
static unsigned
room_for(Owner owner)
{
  return owner == OWNER_STRIP    ? MAX_INPUTS
         : owner == OWNER_MARKER ? MAX_MARKERS
                                 : MAX_BUSES;
}

static bool
check_addition(const Desk *desk,
               Owner       owner,
               unsigned    number,
               char        reason[DESK_REASON])
{
  const HolderSet *set   = &desk->sets[owner];
  const char      *name  = params_owner_name(owner);
  unsigned         limit = params_owner_limit(owner);
  char             title[DESK_TITLE];

  if (!comes_and_goes(owner))
    return desk_refuse(reason, "The desk has all of its %ss already.", name);
  if (set->count >= room_for(owner))
    return desk_refuse(reason,
                       "The desk is full: it holds %u %s at most. Remove one "
                       "first.",
                       room_for(owner),
                       owner == OWNER_BUS     ? "buses"
                       : owner == OWNER_STRIP ? "strips"
                                              : "markers");
  if (number == 0 && set->next > limit)
    return desk_refuse(reason,
                       "Every %s number up to %u has been given in this "
                       "session; a removed one can be added again by its "
                       "number.",
                       name,
                       limit);
  if (number > limit)
    return desk_refuse(reason,
                       "%s numbers go from 1 to %u; %u is too high.",
                       name,
                       limit,
                       number);
  if (desk_find(desk, owner, number)) {
    desk_title(owner, number, title);
    return desk_refuse(reason, "%s is there already.", title);
  }
  return true;
}

unsigned
desk_add(Desk    *desk,
         Owner    owner,
         unsigned number,
         Who      who,
         char     reason[DESK_REASON])
{
  Holder *holder;

  if (!check_addition(desk, owner, number, reason))
    return 0;
  if (number == 0)
    number = desk->sets[owner].next;
  holder = holder_new(owner, number);
  desk_begin(desk);
  set_insert(&desk->sets[owner], holder);
  queue_existence(desk, holder, CHANGE_ADDED, who);
  desk_end(desk);
  return number;
}

bool
desk_remove(Desk    *desk,
            Owner    owner,
            unsigned number,
            Who      who,
            char     reason[DESK_REASON])
{
  Holder *holder = desk_find(desk, owner, number);
  char    title[DESK_TITLE];

  desk_title(owner, number, title);
  if (!holder)
    return desk_refuse(reason, "There is no %s to remove.", title);
  if (!comes_and_goes(owner))
    return desk_refuse(reason, "%s belongs to every desk and stays.", title);
  desk_begin(desk);
  desk_forget(desk, holder);
  queue_existence(desk, holder, CHANGE_REMOVED, who);
  set_remove(&desk->sets[owner], holder);
  holder_free(holder);
  desk_end(desk);
  return true;
}

Holder *
desk_find(const Desk *desk, Owner owner, unsigned number)
{
  if (owner >= OWNERS || number > params_owner_limit(owner))
    return NULL;
  return desk->sets[owner].by_number[number];
}

bool
desk_exists(const Desk *desk, Owner owner, unsigned number)
{
  return desk_find(desk, owner, number) != NULL;
}

unsigned
desk_count(const Desk *desk, Owner owner)
{
  return desk->sets[owner].count;
}

unsigned
desk_nth(const Desk *desk, Owner owner, unsigned index)
{
  const HolderSet *set = &desk->sets[owner];

  return index < set->count ? set->list[index]->number : 0;
}

unsigned
desk_next_number(const Desk *desk, Owner owner)
{
  return desk->sets[owner].next;
}

void
desk_set_next_number(Desk *desk, Owner owner, unsigned number)
{
  HolderSet *set   = &desk->sets[owner];
  unsigned   above = set->count ? set->list[set->count - 1]->number + 1 : 1;

  set->next = MIN(MAX(number, above), params_owner_limit(owner) + 1);
}

/* Asking */

double
desk_get(const Desk *desk, Address address)
{
  const Holder *holder = desk_find(desk, (Owner)address.owner, address.number);

  return holder ? holder->values[address.cell] : params_default(address.cell);
}

const char *
desk_get_text(const Desk *desk, Address address)
{
  const Holder *holder = desk_find(desk, (Owner)address.owner, address.number);
  const TextCell *at   = holder ? holder_text(holder, address.cell) : NULL;

  return at ? at->text : "";
}

bool
desk_is_default(const Desk *desk, Address address)
{
  if (params_of_cell(address.cell)->taper == TAPER_TEXT)
    return *desk_get_text(desk, address) == '\0';
  return desk_get(desk, address) == params_default(address.cell);
}

void
desk_format(const Desk *desk, Address address, char *text, size_t size)
{
  const ParamRow *row = params_of_cell(address.cell);
  char            number[VALUE_TEXT];

  if (row->taper == TAPER_TEXT) {
    if (g_strlcpy(text, desk_get_text(desk, address), size) >= size)
      trim_utf8(text);
    return;
  }
  value_format(row, desk_get(desk, address), number);
  g_strlcpy(text, number, size);
}
