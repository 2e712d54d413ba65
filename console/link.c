/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A value that changes is an event at once. A change of structure marks the
   plan as due; what would click on the way is faded out first, and in again
   with the new plan. One plan is under way at a time. */

#include "console/link-private.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define FADE_US  30000  /* longer than any fade of a gain */
#define CLEAN_US 100000 /* when the ways that faded out are dropped */

void
link_say(Link *link, const char *format, ...)
{
  char    sentence[1024];
  va_list args;

  va_start(args, format);
  g_vsnprintf(sentence, sizeof sentence, format, args);
  va_end(args);
  if (link->notice)
    link->notice(link->notice_self, sentence);
}

void
link_throw(Link *link, void (*release)(void *link, void *thing), void *thing)
{
  const LinkTrash trash = { .free = release, .thing = thing };

  if (thing)
    g_array_append_val(link->trash, trash);
}

/* --- slots --- */

int
link_slot_of(const Link *link, Owner owner, unsigned number)
{
  switch (owner) {
  case OWNER_STRIP:
    for (int slot = 0; slot < SLOT_BUS; slot++)
      if (link->slot[slot].strip && link->slot[slot].number == number &&
          !link->slot[slot].removed)
        return slot;
    return -1;
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

static void
read_values(Link *link, LinkStrip *slot)
{
  for (unsigned cell = 0; cell < CELLS; cell++)
    if (params_owner_has(slot->owner, cell) &&
        params_of_cell(cell)->taper != TAPER_TEXT &&
        !(params_of_cell(cell)->flags & PARAM_READONLY))
      slot->value[cell] = (float)desk_get(
        link->desk, desk_address(slot->owner, slot->number, cell));
    else
      slot->value[cell] = (float)params_default(cell);
}

static unsigned
legs_of(const LinkStrip *slot)
{
  return slot->owner <= OWNER_BUS && slot->value[CELL_CHANNELS] < 1.5f ? 1 : 2;
}

static void
add_strip(Link *link, Owner owner, unsigned number)
{
  const int index = free_slot(link, owner, number);

  if (index < 0) {
    link_say(link,
             "Strip %u makes no sound: the engine holds %d strips.",
             number,
             MAX_INPUTS);
    return;
  }
  LinkStrip *slot = &link->slot[index];
  *slot           = (LinkStrip){ .owner = owner, .number = number };
  read_values(link, slot);
  slot->strip     = strip_new((unsigned)index, owner, legs_of(slot));
  link->structure = true;
}

/* --- events --- */

static bool
post_value(Link *link, unsigned slot, unsigned cell)
{
  const Event event = { .kind   = EVENT_VALUE,
                        .slot   = (uint16_t)slot,
                        .cell   = (uint16_t)cell,
                        .frame  = EVENT_NOW,
                        .number = (double)link->slot[slot].value[cell] };

  return engine_post(link->engine, &event);
}

static void
keep_unsent(LinkStrip *slot, unsigned cell)
{
  slot->unsent[cell / 64] |= UINT64_C(1) << (cell % 64);
  slot->has_unsent = true;
}

void
link_send_value(Link *link, unsigned index, unsigned cell)
{
  LinkStrip *slot = &link->slot[index];

  if (!slot->live)
    slot->strip->value[cell] = slot->value[cell];
  else if (slot->has_unsent || !post_value(link, index, cell))
    keep_unsent(slot, cell);
}

/* The latest values of what found no room in the ring, or waited for a plan. */
static void
flush_slot(Link *link, unsigned index)
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

static void
flush_values(Link *link)
{
  for (unsigned slot = 0; slot < SLOTS; slot++)
    if (link->slot[slot].has_unsent && link->slot[slot].live &&
        !link->slot[slot].fading)
      flush_slot(link, slot);
}

static double
desk_value(const Link *link, Owner owner, unsigned cell)
{
  return desk_get(link->desk, desk_address(owner, 0, cell));
}

static bool
post_desk_event(Link *link, int which)
{
  Event event = { .frame = EVENT_NOW };

  switch (which) {
  case LINK_LOOP:
    event.kind   = EVENT_LOOP;
    event.number = desk_value(link, OWNER_TRANSPORT, CELL_LOOP_ON);
    event.position =
      llround(desk_value(link, OWNER_TRANSPORT, CELL_LOOP_START) * link->rate);
    event.end =
      llround(desk_value(link, OWNER_TRANSPORT, CELL_LOOP_END) * link->rate);
    break;
  case LINK_TEMPO:
    event.kind   = EVENT_TEMPO;
    event.number = desk_value(link, OWNER_DESK, CELL_TEMPO);
    break;
  case LINK_PAN_LAW:
    event.kind   = EVENT_PAN_LAW;
    event.number = desk_value(link, OWNER_DESK, CELL_PAN_LAW);
    break;
  default:
    event.kind   = EVENT_PANIC;
    event.number = desk_value(link, OWNER_DESK, CELL_PANIC);
    break;
  }
  return engine_post(link->engine, &event);
}

static void
flush_desk(Link *link)
{
  for (int which = 0; which < 4; which++)
    if (link->desk_dirty[which] && post_desk_event(link, which))
      link->desk_dirty[which] = false;
}

static void
post_member(Link     *link,
            EventKind kind,
            unsigned  number,
            unsigned  cell,
            double    value)
{
  const Event event = { .kind   = (uint8_t)kind,
                        .slot   = (uint16_t)(number - 1),
                        .cell   = (uint16_t)cell,
                        .frame  = EVENT_NOW,
                        .number = value };

  if (!engine_post(link->engine, &event))
    link_say(link, "The engine is not listening: a DCA's move was lost.");
}

static void
post_leave(Link *link, unsigned slot, bool leaves)
{
  const Event event = { .kind   = EVENT_LEAVE,
                        .slot   = (uint16_t)slot,
                        .frame  = EVENT_NOW,
                        .number = leaves };

  engine_post(link->engine, &event);
}

/* --- changes of the desk --- */

/* Silences a strip before a change that would click; the plan that brings the
   change brings it back. */
static void
fade_around(Link *link, unsigned index)
{
  LinkStrip *slot = &link->slot[index];

  link->structure = true;
  if (!slot->live || slot->fading)
    return;
  slot->fading     = true;
  link->fade_until = g_get_monotonic_time() + FADE_US;
  post_leave(link, index, true);
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
    slot->value[cell] = (float)change->number;
    if (slot->live)
      keep_unsent(slot, cell);
    else
      slot->strip->value[cell] = slot->value[cell];
    fade_around(link, index);
  } else {
    slot->value[cell] = (float)change->number;
    link_send_value(link, index, cell);
    link->structure |= (row->flags & PARAM_ROUTE) != 0;
    link->structure |= cell == CELL_DELAY && !slot->delay;
  }
  if (cell == CELL_SOLO || cell == CELL_SOLOSAFE ||
      (cell >= CELL_IN_DCA && cell <= CELL_IN_DCA_LAST))
    link_update_solo(link);
}

static void
roll(Link *link, bool rolling)
{
  const Event event = { .kind  = rolling ? EVENT_PLAY : EVENT_STOP,
                        .frame = EVENT_NOW };

  if (desk_value(link, OWNER_TRANSPORT, CELL_FOLLOW) > 0.5 &&
      link->transport.roll)
    link->transport.roll(link->transport.self, rolling);
  else
    engine_post(link->engine, &event);
}

static void
locate(Link *link, double seconds)
{
  const Event event = { .kind     = EVENT_LOCATE,
                        .frame    = EVENT_NOW,
                        .position = llround(seconds * link->rate) };

  if (desk_value(link, OWNER_TRANSPORT, CELL_FOLLOW) > 0.5 &&
      link->transport.locate)
    link->transport.locate(link->transport.self, event.position);
  else
    engine_post(link->engine, &event);
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
    link->desk_dirty[LINK_LOOP] = true;
    break;
  case CELL_TEMPO:
    link->desk_dirty[LINK_TEMPO] = true;
    break;
  case CELL_PAN_LAW:
    link->desk_dirty[LINK_PAN_LAW] = true;
    break;
  case CELL_PANIC:
    link->desk_dirty[LINK_PANIC] = true;
    break;
  case CELL_SOLO_MODE:
    link_update_solo(link);
    break;
  }
  flush_desk(link);
}

static void
value_changed(Link *link, const Change *change)
{
  const Owner    owner  = change->address.owner;
  const unsigned number = change->address.number;
  const unsigned cell   = change->address.cell;

  if (owner == OWNER_DCA && (cell == CELL_FADER || cell == CELL_MUTE)) {
    post_member(link, EVENT_DCA, number, cell, change->number);
  } else if (owner == OWNER_DCA && cell == CELL_SOLO) {
    link_update_solo(link);
  } else if (owner == OWNER_MUTEGROUP && cell == CELL_MUTEGROUP_ON) {
    post_member(link, EVENT_MUTEGROUP, number, cell, change->number);
  } else if (owner == OWNER_TRANSPORT || owner == OWNER_DESK) {
    desk_changed(link, change);
  } else {
    const int slot = link_slot_of(link, owner, number);
    if (slot >= 0 && link->slot[slot].strip)
      strip_changed(link, (unsigned)slot, change);
  }
}

static void
observe(void *self, const Change *change)
{
  Link       *link  = self;
  const Owner owner = change->address.owner;
  int         slot;

  switch (change->kind) {
  case CHANGE_VALUE:
    value_changed(link, change);
    break;
  case CHANGE_ADDED:
    if (owner == OWNER_STRIP || owner == OWNER_BUS)
      add_strip(link, owner, change->address.number);
    break;
  case CHANGE_REMOVED:
    slot = link_slot_of(link, owner, change->address.number);
    if (slot < 0 || !link->slot[slot].strip)
      break;
    fade_around(link, (unsigned)slot);
    link->slot[slot].removed = true;
    link_update_solo(link);
    break;
  }
}

/* --- tracks --- */

size_t
link_parse_track(const char *text, int channel[2])
{
  const char *hash = strrchr(text, '#');
  char       *end;

  channel[0] = channel[1] = -1;
  if (!hash)
    return strlen(text);
  const guint64 first  = g_ascii_strtoull(hash + 1, &end, 10);
  guint64       second = 0;

  if (end != hash + 1 && *end == '+') {
    char *from = end + 1;
    second     = g_ascii_strtoull(from, &end, 10);
    if (end == from)
      return strlen(text);
  }
  if (end == hash + 1 || *end || first < 1 || first > AUDIOFILE_CHANNELS_MAX ||
      second > AUDIOFILE_CHANNELS_MAX)
    return strlen(text); /* the name itself has a # */
  channel[0] = (int)first - 1;
  channel[1] = (int)second - 1;
  return (size_t)(hash - text);
}

static void
close_track(void *link, void *track)
{
  readers_close(((Link *)link)->readers, track);
}

void
link_update_track(Link *link, unsigned index)
{
  LinkStrip  *slot = &link->slot[index];
  const char *text = desk_get_text(
    link->desk, desk_address(slot->owner, slot->number, CELL_TRACK));
  int          channel[2];
  const size_t length = link_parse_track(text, channel);

  link_throw(link, close_track, slot->track);
  slot->track    = NULL;
  slot->reported = false;
  if (!*text)
    return;
  char           *name = g_strndup(text, length);
  char           *path = g_path_is_absolute(name) || !link->folder
                           ? g_strdup(name)
                           : g_build_filename(link->folder, name, NULL);
  const TrackSpec spec = { .path  = path,
                           .rate  = (int)lround(link->rate),
                           .cache = link->cache };

  slot->track = readers_open(link->readers, &spec);
  g_free(path);
  g_free(name);
}

/* Which of the file's channels the two legs hear. */
static void
choose_channels(const Link *link, const LinkStrip *slot, int channel[2])
{
  const char *text = desk_get_text(
    link->desk, desk_address(slot->owner, slot->number, CELL_TRACK));
  AudioFileInfo info;
  int           asked[2];

  link_parse_track(text, asked);
  channel[0] = asked[0] >= 0 ? asked[0] : 0;
  channel[1] = asked[1] >= 0 ? asked[1] : channel[0];
  if (asked[0] < 0 && readers_info(link->readers, slot->track, &info) &&
      info.channels > 1)
    channel[1] = 1;
}

static void
watch_tracks(Link *link)
{
  for (unsigned index = 0; index < SLOT_BUS; index++) {
    LinkStrip *slot = &link->slot[index];

    if (!slot->track || slot->reported)
      continue;
    const TrackState state = track_state(slot->track);
    if (state != TRACK_READY && state != TRACK_FAILED)
      continue;
    slot->reported  = true;
    link->structure = true; /* now its channels are known */
    if (track_message(slot->track))
      link_say(link, "Strip %u: %s.", slot->number, track_message(slot->track));
  }
}

/* --- plans --- */

static int
key_slot(const Link *link, const LinkStrip *slot, unsigned cell)
{
  Owner    owner;
  unsigned number;

  if (!address_parse_ref(
        desk_get_text(link->desk,
                      desk_address(slot->owner, slot->number, cell)),
        &owner,
        &number))
    return -1;
  return link_slot_of(link, owner, number);
}

static void
free_delay(void *link, void *thing)
{
  (void)link;
  delay_line_free(thing);
}

static void
free_reverb(void *link, void *thing)
{
  (void)link;
  reverb_free(thing);
}

static void
free_echo(void *link, void *thing)
{
  (void)link;
  echo_free(thing);
}

static void
free_strip(void *link, void *thing)
{
  (void)link;
  strip_free(thing);
}

/* What is large comes into being when it is asked for, and goes with the plan
   that no longer has it. */
static void
equip(Link *link, LinkStrip *slot, const PlanStrip *spec)
{
  const int  kind   = (int)slot->value[CELL_BUS_KIND];
  const bool is_bus = slot->owner == OWNER_BUS;
  const bool later  = spec->gate_key >= SLOT_BUS || spec->comp_key >= SLOT_BUS;

  if (!slot->delay && (slot->value[CELL_DELAY] > 0.0f || later))
    slot->delay = delay_line_new((int)(0.55 * link->rate), slot->strip->legs);
  if (is_bus && kind == 3 && !slot->reverb)
    slot->reverb = reverb_new(link->rate);
  if (is_bus && kind == 4 && !slot->echo)
    slot->echo = echo_new(link->rate);
  if (slot->reverb && kind != 3) {
    link_throw(link, free_reverb, slot->reverb);
    slot->reverb = NULL;
  }
  if (slot->echo && kind != 4) {
    link_throw(link, free_echo, slot->echo);
    slot->echo = NULL;
  }
}

static void
drop_strip(Link *link, LinkStrip *slot)
{
  link_throw(link, free_strip, slot->strip);
  link_throw(link, free_delay, slot->delay);
  slot->strip = NULL;
  slot->delay = NULL;
  slot->live  = false;
}

static void
drop_slot(Link *link, LinkStrip *slot)
{
  drop_strip(link, slot);
  link_throw(link, free_reverb, slot->reverb);
  link_throw(link, free_echo, slot->echo);
  link_throw(link, close_track, slot->track);
  *slot = (LinkStrip){ 0 };
}

/* A strip that became mono or stereo is another strip in the same slot. */
static void
renew_strip(Link *link, unsigned index)
{
  LinkStrip *slot = &link->slot[index];

  drop_strip(link, slot);
  slot->strip = strip_new(index, slot->owner, legs_of(slot));
  memcpy(slot->strip->value, slot->value, sizeof slot->value);
  memset(slot->unsent, 0, sizeof slot->unsent);
  slot->has_unsent = false;
  slot->solo       = 0;
  slot->fading     = false;
}

static int
describe(Link *link, PlanStrip *specs)
{
  int count = 0;

  for (unsigned index = 0; index < SLOTS; index++) {
    LinkStrip *slot = &link->slot[index];

    if (slot->strip && slot->removed)
      drop_slot(link, slot);
    if (!slot->strip)
      continue;
    if (slot->strip->legs != legs_of(slot))
      renew_strip(link, index);
    PlanStrip *spec = &specs[count++];
    *spec           = (PlanStrip){ .strip    = slot->strip,
                                   .value    = slot->value,
                                   .gate_key = key_slot(link, slot, CELL_GATE_KEY),
                                   .comp_key = key_slot(link, slot, CELL_COMP_KEY) };
    equip(link, slot, spec);
    spec->track  = slot->track;
    spec->delay  = slot->delay;
    spec->reverb = slot->reverb;
    spec->echo   = slot->echo;
    if (slot->track)
      choose_channels(link, slot, spec->track_channel);
  }
  return count;
}

static Plan *
make_plan(Link *link)
{
  PlanStrip *specs = g_new0(PlanStrip, SLOTS);
  const int  count = describe(link, specs);
  char       reason[160];
  Plan      *plan = plan_compile(
    link->builder, specs, count, g_get_monotonic_time() / 1000, reason);

  if (!plan)
    link_say(link, "The routing stays as it was: %s.", reason);
  g_free(specs);
  return plan;
}

static void
plan_posted(Link *link, Plan *plan)
{
  for (guint i = 0; i < link->trash->len; i++) {
    LinkTrash *trash = &g_array_index(link->trash, LinkTrash, i);
    if (!trash->after)
      trash->after = link->plan;
  }
  link->leaving  = link->plan;
  link->plan     = plan;
  link->clean_at = plan->fading ? g_get_monotonic_time() + CLEAN_US : 0;
  for (unsigned index = 0; index < SLOTS; index++) {
    LinkStrip *slot = &link->slot[index];
    if (!slot->strip)
      continue;
    slot->live = true;
    if (slot->fading)
      post_leave(link, index, false);
    slot->fading = false;
  }
}

static void
compile_if_due(Link *link)
{
  const gint64 now = g_get_monotonic_time();

  if (link->clean_at && now >= link->clean_at)
    link->structure = true;
  if (!link->structure || link->leaving || link->waiting ||
      now < link->fade_until)
    return;
  link->structure = false;
  link->clean_at  = 0;
  link->waiting   = make_plan(link);
}

/* A plan that finds no room in the ring is tried again: nothing may overtake
   it. */
static void
post_waiting(Link *link)
{
  const Event event = { .kind    = EVENT_PLAN,
                        .frame   = EVENT_NOW,
                        .pointer = link->waiting };

  if (!link->waiting || !engine_post(link->engine, &event))
    return;
  plan_posted(link, link->waiting);
  link->waiting = NULL;
}

/* --- reports --- */

static void
plan_left(Link *link, Plan *plan)
{
  plan_retire(link->builder, plan);
  for (guint i = 0; i < link->trash->len;) {
    const LinkTrash trash = g_array_index(link->trash, LinkTrash, i);
    if (trash.after != plan) {
      i++;
      continue;
    }
    g_array_remove_index(link->trash, i);
    trash.free(link, trash.thing);
  }
  link->leaving = NULL;
}

static const char *
output_fault(unsigned code)
{
  switch (code) {
  case OUTPUT_NOT_FINITE:
    return "a sample that is no number";
  case OUTPUT_DC:
    return "DC";
  default:
    return "a level beyond +24 dBFS";
  }
}

static void
output_muted(Link *link, const Report *report)
{
  const LinkStrip *slot = &link->slot[report->slot];

  /* One sentence for a stretch of faults, not one a slice. */
  if (link->warnings++ % 1000 == 0)
    link_say(link,
             "The output of %s was muted for half a second: %s.",
             slot->owner == OWNER_MAIN      ? "main"
             : slot->owner == OWNER_MONITOR ? "the monitor"
                                            : "a bus",
             output_fault(report->code));
}

static void
take_reports(Link *link)
{
  Report report;

  while (engine_report(link->engine, &report)) {
    if (report.kind == REPORT_PLAN)
      plan_left(link, report.pointer);
    else if (report.kind == REPORT_OUTPUT)
      output_muted(link, &report);
  }
}

void
link_tick(Link *link)
{
  take_reports(link);
  watch_tracks(link);
  compile_if_due(link);
  post_waiting(link);
  flush_values(link);
  flush_desk(link);
  link_update_solo(link);
}

/* --- life --- */

static void
add_all(Link *link)
{
  static const Owner owners[] = { OWNER_STRIP, OWNER_BUS };

  for (int i = 0; i < 2; i++)
    for (unsigned k = 0; k < desk_count(link->desk, owners[i]); k++)
      add_strip(link, owners[i], desk_nth(link->desk, owners[i], k));
  add_strip(link, OWNER_MAIN, 0);
  add_strip(link, OWNER_MONITOR, 0);
  for (unsigned index = 0; index < SLOTS; index++)
    if (link->slot[index].strip) {
      memcpy(link->slot[index].strip->value,
             link->slot[index].value,
             sizeof link->slot[index].value);
      if (index < SLOT_BUS)
        link_update_track(link, index);
    }
}

/* The first plan is settled here, where nothing sounds yet: what the desk says
   holds from the first sample. */
static bool
settle_first(Link *link)
{
  Plan *plan = make_plan(link);

  if (!plan)
    return false;
  engine_settle(link->engine, plan);
  link->structure = false;
  plan_posted(link, plan);
  return true;
}

static void
post_all(Link *link)
{
  static const unsigned cells[] = { CELL_FADER, CELL_MUTE };

  for (int which = 0; which < 4; which++)
    link->desk_dirty[which] = true;
  flush_desk(link);
  for (unsigned dca = 1; dca <= MAX_DCAS; dca++)
    for (int i = 0; i < 2; i++)
      post_member(link,
                  EVENT_DCA,
                  dca,
                  cells[i],
                  desk_get(link->desk, desk_address(OWNER_DCA, dca, cells[i])));
  for (unsigned group = 1; group <= MAX_MUTEGROUPS; group++)
    post_member(
      link,
      EVENT_MUTEGROUP,
      group,
      0,
      desk_get(link->desk,
               desk_address(OWNER_MUTEGROUP, group, CELL_MUTEGROUP_ON)));
}

Link *
link_new(Desk *desk, const LinkOptions *options, char reason[DESK_REASON])
{
  Link *link = g_new0(Link, 1);

  link->desk   = desk;
  link->rate   = options->rate;
  link->folder = g_strdup(options->folder);
  link->cache  = g_strdup(options->cache);
  link->trash  = g_array_new(FALSE, FALSE, sizeof(LinkTrash));
  link->engine = engine_new(options->rate, options->kernel);
  if (link->engine) {
    link->builder =
      plan_builder_new(engine_kernel(link->engine), options->rate);
    link->readers =
      readers_new(engine_playhead(link->engine), options->reader_threads);
  }
  if (!link->engine || !link->builder || !link->readers) {
    g_snprintf(reason, DESK_REASON, "There is not enough memory to start.");
    link_free(link);
    return NULL;
  }
  link->observer = desk_observe(desk, observe, link);
  add_all(link);
  post_all(link);
  link_update_solo(link);
  if (!settle_first(link)) {
    g_snprintf(reason, DESK_REASON, "The routing cannot be made.");
    link_free(link);
    return NULL;
  }
  return link;
}

void
link_detach(Link *link)
{
  if (link->observer)
    desk_unobserve(link->desk, link->observer);
  link->observer = 0;
}

void
link_move(Link *link, const char *folder, const char *cache)
{
  g_free(link->folder);
  g_free(link->cache);
  link->folder = g_strdup(folder);
  link->cache  = g_strdup(cache);
}

int
link_slot(const Link *link, Owner owner, unsigned number)
{
  return link_slot_of(link, owner, number);
}

void
link_free(Link *link)
{
  if (!link)
    return;
  link_detach(link);
  for (unsigned index = 0; index < SLOTS; index++)
    if (link->slot[index].strip)
      drop_slot(link, &link->slot[index]);
  if (link->leaving)
    plan_retire(link->builder, link->leaving);
  if (link->plan)
    plan_retire(link->builder, link->plan);
  if (link->waiting)
    plan_retire(link->builder, link->waiting);
  for (guint i = 0; i < link->trash->len; i++) {
    const LinkTrash trash = g_array_index(link->trash, LinkTrash, i);
    trash.free(link, trash.thing);
  }
  g_array_free(link->trash, TRUE);
  readers_free(link->readers);
  plan_builder_free(link->builder);
  engine_free(link->engine);
  g_free(link->folder);
  g_free(link->cache);
  g_free(link);
}

void
link_set_notice(Link *link, LinkNotice *notice, void *self)
{
  link->notice      = notice;
  link->notice_self = self;
}

void
link_set_transport(Link *link, const LinkTransport *transport)
{
  link->transport = *transport;
}

Engine *
link_engine(Link *link)
{
  return link->engine;
}

Readers *
link_readers(Link *link)
{
  return link->readers;
}

/* --- offline --- */

bool
link_settle(Link *link, char reason[DESK_REASON])
{
  readers_settle(link->readers, -1);
  for (unsigned index = 0; index < SLOT_BUS; index++) {
    const Track *track = link->slot[index].track;
    if (track && track_state(track) == TRACK_FAILED) {
      g_snprintf(reason,
                 DESK_REASON,
                 "Strip %u cannot be played: %s",
                 link->slot[index].number,
                 track_message(track));
      return false;
    }
  }
  watch_tracks(link);
  link->fade_until = 0;
  if (link->structure) {
    /* Files are open now, and their channels known: the first plan over. */
    Plan *plan = make_plan(link);
    if (!plan) {
      g_snprintf(reason, DESK_REASON, "The routing cannot be made.");
      return false;
    }
    engine_settle(link->engine, plan);
    link->structure = false;
    plan_posted(link, plan);
  }
  take_reports(link);
  return true;
}

/* --- what the link knows --- */

static MeterValues
take_levels(StripMeters *meters)
{
  MeterValues values = { 0 };

  for (int leg = 0; leg < 2; leg++) {
    values.in[leg]      = atomic_exchange(&meters->in[leg], 0.0f);
    values.out[leg]     = atomic_exchange(&meters->out[leg], 0.0f);
    values.in_rms[leg]  = atomic_load(&meters->in_rms[leg]);
    values.out_rms[leg] = atomic_load(&meters->out_rms[leg]);
  }
  values.gate  = atomic_exchange(&meters->gate, 0.0f);
  values.comp  = atomic_exchange(&meters->comp, 0.0f);
  values.deess = atomic_exchange(&meters->deess, 0.0f);
  values.over  = values.out[0] >= 1.0f || values.out[1] >= 1.0f;
  return values;
}

size_t
link_take_meters(Link *link, MeterItem **items, size_t *room)
{
  size_t count = 0;

  if (*room < SLOTS) {
    *items = g_renew(MeterItem, *items, SLOTS);
    *room  = SLOTS;
  }
  for (unsigned index = 0; index < SLOTS; index++) {
    LinkStrip *slot = &link->slot[index];
    if (slot->strip && !slot->removed)
      (*items)[count++] =
        (MeterItem){ .owner  = slot->owner,
                     .number = slot->number,
                     .values = take_levels(&slot->strip->meters) };
  }
  return count;
}

double
link_length(Link *link)
{
  int64_t frames = 0;

  for (unsigned index = 0; index < SLOT_BUS; index++) {
    const Track *track = link->slot[index].track;
    if (track && track_state(track) == TRACK_READY)
      frames = MAX(frames, track->frames);
  }
  return (double)frames / link->rate;
}

void
link_fill_status(Link *link, Status *status)
{
  const EngineState *state = engine_state(link->engine);

  status->rolling    = atomic_load(&state->rolling);
  status->position   = (double)atomic_load(&state->song_frame) / link->rate;
  status->underruns  = atomic_load(&state->underruns);
  status->length     = link_length(link);
  status->soloed     = link->soloed;
  status->warnings   = link->warnings;
  status->converting = false;
  for (unsigned index = 0; index < SLOT_BUS; index++) {
    const Track *track = link->slot[index].track;
    /* Until the plan knows its channels. */
    if (track && !link->slot[index].reported)
      status->converting = true;
  }
}
