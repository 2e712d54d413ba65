/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk's changes on their way to the engine. A value that changes is an
   event at once; where the ring is full the place is marked, and its latest
   value goes when there is room. A change of structure marks the plan as due;
   what would click on the way is faded out first, and in again with the new
   plan. */

#include "console/link-private.h"

#include <math.h>
#include <string.h>

#define COME_BACK_SECONDS 0.02 /* until what looks ahead has heard enough */

/* --- slots --- */

int
link_slot_of(const Link *link, Owner owner, unsigned number)
{
  switch (owner) {
  case OWNER_STRIP:
    return number <= MAX_NUMBER ? link->slot_of[number] - 1 : -1;
  case OWNER_BUS:
    return (int)(SLOT_BUS + number - 1);
  case OWNER_MAIN:
    return SLOT_MAIN;
  case OWNER_MONITOR:
    return SLOT_MONITOR;
  default:
    return -1;
  }
}

static int
free_slot(const Link *link, Owner owner, unsigned number)
{
  if (owner != OWNER_STRIP)
    return link_slot_of(link, owner, number);
  for (int slot = 0; slot < SLOT_BUS; slot++)
    if (!link->slot[slot].strip)
      return slot;
  return -1;
}

static bool
is_number(const LinkStrip *slot, unsigned cell)
{
  const ParamRow *row = params_of_cell(cell);

  return params_owner_has(slot->owner, cell) && row->taper != TAPER_TEXT &&
         !(row->flags & PARAM_READONLY);
}

static void
read_values(Link *link, LinkStrip *slot)
{
  for (unsigned cell = 0; cell < CELLS; cell++)
    slot->value[cell] =
      (float)(is_number(slot, cell)
                ? desk_get(link->desk,
                           desk_address(slot->owner, slot->number, cell))
                : params_default(cell));
}

/* Where a bus comes back before the one of its number has gone, the old one
   makes room: it has been silenced. */
void
link_add_strip(Link *link, Owner owner, unsigned number)
{
  const int index = free_slot(link, owner, number);

  if (index < 0) {
    link->homeless = true;
    return;
  }
  LinkStrip *slot = &link->slot[index];
  if (slot->strip)
    link_drop_slot(link, slot);
  *slot = (LinkStrip){ .owner = owner, .number = number };
  read_values(link, slot);
  slot->strip = strip_new((unsigned)index, owner, link_legs_of(slot));
  if (!slot->strip) {
    link_say(link, "There is not enough memory for another strip.");
    return;
  }
  memcpy(slot->strip->value, slot->value, sizeof slot->value);
  if (owner == OWNER_STRIP) {
    link->slot_of[number] = (int16_t)(index + 1);
    link_update_track(link, (unsigned)index);
  }
  link->structure = link->due.solo = true;
}

void
link_add_strips(Link *link)
{
  link->homeless = false;
  for (unsigned k = 0; k < desk_count(link->desk, OWNER_STRIP); k++) {
    const unsigned number = desk_nth(link->desk, OWNER_STRIP, k);

    if (!link->slot_of[number])
      link_add_strip(link, OWNER_STRIP, number);
  }
}

/* --- values --- */

static bool
post(Link *link, Event event)
{
  event.frame = EVENT_NOW;
  return engine_post(link->engine, &event);
}

static bool
post_value(Link *link, unsigned slot, unsigned cell)
{
  return post(link,
              (Event){ .kind   = EVENT_VALUE,
                       .slot   = (uint16_t)slot,
                       .cell   = (uint16_t)cell,
                       .number = (double)link->slot[slot].value[cell] });
}

static void
keep_unsent(LinkStrip *slot, unsigned cell)
{
  slot->unsent[cell / 64] |= UINT64_C(1) << (cell % 64);
  slot->has_unsent = true;
}

static void
send_value(Link *link, unsigned index, unsigned cell)
{
  LinkStrip *slot = &link->slot[index];

  if (!slot->live)
    slot->strip->value[cell] = slot->value[cell];
  else if (slot->has_unsent || !post_value(link, index, cell))
    keep_unsent(slot, cell);
}

/* The latest values of what found no room in the ring, or waited for a plan. */
static void
flush_values(Link *link, unsigned index)
{
  LinkStrip *slot = &link->slot[index];

  for (unsigned word = 0; word < CELL_WORDS; word++)
    while (slot->unsent[word]) {
      const unsigned bit = (unsigned)__builtin_ctzll(slot->unsent[word]);
      if (!post_value(link, index, word * 64 + bit))
        return;
      slot->unsent[word] &= slot->unsent[word] - 1;
    }
  slot->has_unsent = false;
}

/* --- leaving and coming back --- */

/* The way out is reported, so that the plan waits for its end; the way back
   stands behind the values for which it was made. */
static bool
post_leave(Link *link, unsigned index)
{
  LinkStrip  *slot  = &link->slot[index];
  const Event event = {
    .kind     = EVENT_LEAVE,
    .slot     = (uint16_t)index,
    .cell     = slot->leavings,
    .number   = slot->leave_due,
    .serial   = slot->leave_due ? link->serial + 1 : 0,
    .position = slot->leave_due || link->due.at_once
                  ? 0
                  : link->plan->fill + (int)(COME_BACK_SECONDS * link->rate),
  };

  if (slot->has_unsent && !slot->leave_due)
    return false;
  if (!post(link, event))
    return false;
  if (slot->leave_due)
    link->due.leave = ++link->serial;
  slot->leave_due = slot->returning = false;
  return true;
}

/* Silences a strip before a change that would click; the plan that brings the
   change brings it back. */
static void
fade_around(Link *link, unsigned index)
{
  LinkStrip *slot = &link->slot[index];

  link->structure = true;
  if (!slot->live || slot->fading)
    return;
  slot->fading = slot->leave_due = true;
  slot->returning                = false;
  slot->leavings++;
  link->due.leaves = true;
  link->told_at    = g_get_monotonic_time();
  post_leave(link, index);
}

static void
flush_leaves(Link *link)
{
  bool left = false;

  for (unsigned index = 0; index < SLOTS && link->due.leaves; index++) {
    LinkStrip *slot = &link->slot[index];
    if (slot->strip && (slot->leave_due || slot->returning))
      left |= !post_leave(link, index);
  }
  link->due.leaves = left;
}

/* --- what is not a strip's --- */

static double
desk_value(const Link *link, Owner owner, unsigned cell)
{
  return desk_get(link->desk, desk_address(owner, 0, cell));
}

static int64_t
desk_frames(const Link *link, unsigned cell)
{
  return llround(desk_value(link, OWNER_TRANSPORT, cell) * link->rate);
}

static bool
post_loop(Link *link)
{
  return post(
    link,
    (Event){ .kind     = EVENT_LOOP,
             .number   = desk_value(link, OWNER_TRANSPORT, CELL_LOOP_ON),
             .position = desk_frames(link, CELL_LOOP_START),
             .end      = desk_frames(link, CELL_LOOP_END) });
}

static void
flush_desk(Link *link)
{
  LinkDue *due = &link->due;

  if (due->loop)
    due->loop = !post_loop(link);
  if (due->tempo)
    due->tempo =
      !post(link,
            (Event){ .kind   = EVENT_TEMPO,
                     .number = desk_value(link, OWNER_DESK, CELL_TEMPO) });
  if (due->pan_law)
    due->pan_law =
      !post(link,
            (Event){ .kind   = EVENT_PAN_LAW,
                     .number = desk_value(link, OWNER_DESK, CELL_PAN_LAW) });
  if (due->locate)
    due->locate =
      !post(link, (Event){ .kind = EVENT_LOCATE, .position = due->locate_to });
  if (due->roll && !due->locate)
    due->roll =
      !post(link, (Event){ .kind = due->rolling ? EVENT_PLAY : EVENT_STOP });
}

static bool
post_member(Link     *link,
            EventKind kind,
            Owner     owner,
            unsigned  index,
            unsigned  cell)
{
  return post(link,
              (Event){ .kind   = (uint8_t)kind,
                       .slot   = (uint16_t)index,
                       .cell   = (uint16_t)cell,
                       .number = desk_get(
                         link->desk, desk_address(owner, index + 1, cell)) });
}

/* Those whose bit is set; returns those that found no room. */
static uint8_t
flush_members(Link     *link,
              EventKind kind,
              Owner     owner,
              unsigned  cell,
              uint8_t   bits)
{
  uint8_t left = 0;

  for (unsigned index = 0; index < 8; index++)
    if ((bits >> index & 1) && !post_member(link, kind, owner, index, cell))
      left |= (uint8_t)(1u << index);
  return left;
}

static void
flush_all_members(Link *link)
{
  LinkDue *due = &link->due;

  due->dca_fader =
    flush_members(link, EVENT_DCA, OWNER_DCA, CELL_FADER, due->dca_fader);
  due->dca_mute =
    flush_members(link, EVENT_DCA, OWNER_DCA, CELL_MUTE, due->dca_mute);
  due->mutegroup = flush_members(
    link, EVENT_MUTEGROUP, OWNER_MUTEGROUP, CELL_MUTEGROUP_ON, due->mutegroup);
}

void
link_flush(Link *link)
{
  for (unsigned slot = 0; slot < SLOTS; slot++)
    if (link->slot[slot].has_unsent && link->slot[slot].live &&
        !link->slot[slot].fading)
      flush_values(link, slot);
  flush_leaves(link);
  flush_desk(link);
  flush_all_members(link);
  if (link->due.solo)
    link_update_solo(link);
}

void
link_tell_all(Link *link)
{
  LinkDue *due = &link->due;

  due->loop = due->tempo = due->pan_law = due->solo = true;
  due->dca_fader = due->dca_mute = (1u << MAX_DCAS) - 1;
  due->mutegroup                 = (1u << MAX_MUTEGROUPS) - 1;
  engine_panic(link->engine, desk_value(link, OWNER_DESK, CELL_PANIC) > 0.5);
}

/* --- changes --- */

/* Only an effect makes or ends a bus's own sound. */
static bool
is_gentle(const Change *change)
{
  return change->address.cell == CELL_BUS_KIND && change->number < BUS_REVERB &&
         change->previous < BUS_REVERB;
}

static void
structure_changed(Link *link, unsigned index, const Change *change)
{
  LinkStrip     *slot = &link->slot[index];
  const unsigned cell = change->address.cell;

  slot->value[cell] = (float)change->number;
  if (is_gentle(change)) {
    send_value(link, index, cell);
    link->due.solo = true;
    return;
  }
  if (slot->live)
    keep_unsent(slot, cell);
  else
    slot->strip->value[cell] = slot->value[cell];
  fade_around(link, index);
}

static void
strip_changed(Link *link, unsigned index, const Change *change)
{
  LinkStrip      *slot = &link->slot[index];
  const unsigned  cell = change->address.cell;
  const ParamRow *row  = params_of_cell(cell);

  if (cell == CELL_TRACK) {
    link_update_track(link, index);
    fade_around(link, index);
  } else if (row->taper == TAPER_TEXT) {
    link->structure |= (row->flags & PARAM_STRUCT) != 0;
  } else if (row->flags & PARAM_STRUCT) {
    structure_changed(link, index, change);
  } else {
    slot->value[cell] = (float)change->number;
    send_value(link, index, cell);
    link->structure |= (row->flags & PARAM_ROUTE) != 0;
    link->structure |= cell == CELL_DELAY && !slot->delay;
  }
  link->due.solo |= (row->flags & PARAM_ROUTE) != 0;
  if (cell == CELL_SOLO || cell == CELL_SOLOSAFE ||
      (cell >= CELL_IN_DCA && cell <= CELL_IN_DCA_LAST))
    link_update_solo(link);
}

static bool
is_followed(const Link *link)
{
  return desk_value(link, OWNER_TRANSPORT, CELL_FOLLOW) > 0.5;
}

static void
roll(Link *link, bool rolling)
{
  if (is_followed(link) && link->transport.roll) {
    link->transport.roll(link->transport.self, rolling);
    return;
  }
  link->due.roll    = true;
  link->due.rolling = rolling;
}

static void
locate(Link *link, double seconds)
{
  const int64_t frame = llround(seconds * link->rate);

  if (is_followed(link) && link->transport.locate) {
    link->transport.locate(link->transport.self, frame);
    return;
  }
  link->due.locate    = true;
  link->due.locate_to = frame;
}

static void
desk_changed(Link *link, const Change *change)
{
  switch (change->address.cell) {
  case CELL_PLAY:
    if (change->who.origin != ORIGIN_ENGINE)
      roll(link, change->number > 0.5);
    break;
  case CELL_LOCATE:
    locate(link, change->number);
    break;
  case CELL_LOOP_ON:
  case CELL_LOOP_START:
  case CELL_LOOP_END:
    link->due.loop = true;
    break;
  case CELL_TEMPO:
    link->due.tempo = true;
    break;
  case CELL_PAN_LAW:
    link->due.pan_law = true;
    break;
  case CELL_PANIC:
    engine_panic(link->engine, change->number > 0.5);
    break;
  case CELL_SOLO_MODE:
    link_update_solo(link);
    break;
  }
  flush_desk(link);
}

static void
member_changed(Link *link, const Change *change)
{
  const unsigned index = change->address.number - 1;

  switch (change->address.cell) {
  case CELL_FADER:
    link->due.dca_fader |= (uint8_t)(1u << index);
    break;
  case CELL_MUTE:
    link->due.dca_mute |= (uint8_t)(1u << index);
    break;
  case CELL_SOLO:
    link_update_solo(link);
    break;
  case CELL_MUTEGROUP_ON:
    link->due.mutegroup |= (uint8_t)(1u << index);
    break;
  }
  flush_all_members(link);
}

static void
value_changed(Link *link, const Change *change)
{
  const Owner owner = change->address.owner;

  if (owner == OWNER_DCA || owner == OWNER_MUTEGROUP) {
    member_changed(link, change);
  } else if (owner == OWNER_TRANSPORT || owner == OWNER_DESK) {
    desk_changed(link, change);
  } else {
    const int slot = link_slot_of(link, owner, change->address.number);
    if (slot >= 0 && link->slot[slot].strip)
      strip_changed(link, (unsigned)slot, change);
  }
}

static void
strip_removed(Link *link, Owner owner, unsigned number)
{
  const int slot = link_slot_of(link, owner, number);

  if (slot < 0 || !link->slot[slot].strip)
    return;
  fade_around(link, (unsigned)slot);
  link->slot[slot].removed = true;
  if (owner == OWNER_STRIP)
    link->slot_of[number] = 0;
  link_update_solo(link);
}

void
link_observe(void *self, const Change *change)
{
  Link          *link   = self;
  const Owner    owner  = change->address.owner;
  const unsigned number = change->address.number;

  if (change->kind == CHANGE_VALUE) {
    value_changed(link, change);
  } else if (owner == OWNER_STRIP || owner == OWNER_BUS) {
    if (change->kind == CHANGE_REMOVED)
      strip_removed(link, owner, number);
    else
      link_add_strip(link, owner, number);
  }
}
