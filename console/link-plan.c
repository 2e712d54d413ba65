/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One plan is under way at a time: a new one is compiled when the one before
   has been reported back, and when whoever it would make click is silent. */

#include "console/link-private.h"

#include <stdatomic.h>
#include <string.h>

#define STUCK_US     500000 /* an engine that does not run fades nothing */
#define LINE_SECONDS 0.55   /* a delay line: the longest delay, and room */

/* --- what goes --- */

void
link_throw(Link *link, void (*release)(void *link, void *thing), void *thing)
{
  const LinkTrash trash = { .free  = release,
                            .thing = thing,
                            .after =
                              link->waiting ? link->waiting : link->plan };

  if (!thing)
    return;
  if (trash.after)
    g_array_append_val(link->trash, trash);
  else
    release(link, thing);
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

static void
drop_strip(Link *link, LinkStrip *slot)
{
  link_throw(link, free_strip, slot->strip);
  link_throw(link, free_delay, slot->delay);
  slot->strip = NULL;
  slot->delay = NULL;
}

void
link_drop_slot(Link *link, LinkStrip *slot)
{
  drop_strip(link, slot);
  link_throw(link, free_reverb, slot->reverb);
  link_throw(link, free_echo, slot->echo);
  link_throw(link, link_close_track, slot->track);
  *slot = (LinkStrip){ 0 };
}

/* --- what comes --- */

unsigned
link_legs_of(const LinkStrip *slot)
{
  return slot->owner <= OWNER_BUS && slot->value[CELL_CHANNELS] < 1.5f ? 1 : 2;
}

/* What is large comes into being when it is asked for, and goes with the plan
   that no longer has it. */
static void
equip(Link *link, LinkStrip *slot)
{
  const int  kind   = (int)slot->value[CELL_BUS_KIND];
  const bool is_bus = slot->owner == OWNER_BUS;
  const bool reverb = is_bus && kind == BUS_REVERB;
  const bool echo   = is_bus && kind == BUS_DELAY;

  if (!slot->delay && slot->value[CELL_DELAY] > 0.0f)
    slot->delay =
      delay_line_new((int)(LINE_SECONDS * link->rate), slot->strip->legs);
  if (reverb && !slot->reverb)
    slot->reverb = reverb_new(link->rate);
  if (echo && !slot->echo)
    slot->echo = echo_new(link->rate);
  if (!reverb) {
    link_throw(link, free_reverb, slot->reverb);
    slot->reverb = NULL;
  }
  if (!echo) {
    link_throw(link, free_echo, slot->echo);
    slot->echo = NULL;
  }
}

/* A strip that became mono or stereo is another strip in the same slot. */
static void
renew_strip(Link *link, unsigned index)
{
  LinkStrip *slot  = &link->slot[index];
  Strip     *strip = strip_new(index, slot->owner, link_legs_of(slot));

  if (!strip)
    return;
  drop_strip(link, slot);
  slot->strip = strip;
  memcpy(strip->value, slot->value, sizeof slot->value);
  memset(slot->unsent, 0, sizeof slot->unsent);
  strip->solo = (uint8_t)slot->solo;
  slot->live = slot->has_unsent = false;
  slot->fading = slot->returning = false;
  slot->leave_due                = false;
}

/* --- compiling --- */

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
describe_strip(Link *link, unsigned index, PlanStrip *spec)
{
  LinkStrip *slot = &link->slot[index];

  equip(link, slot);
  *spec = (PlanStrip){ .strip    = slot->strip,
                       .value    = slot->value,
                       .gate_key = key_slot(link, slot, CELL_GATE_KEY),
                       .comp_key = key_slot(link, slot, CELL_COMP_KEY),
                       .track    = slot->track,
                       .delay    = slot->delay,
                       .reverb   = slot->reverb,
                       .echo     = slot->echo };
  if (slot->track)
    link_choose_channels(link, index, spec->track_channel);
}

static int
describe(Link *link, PlanStrip *specs)
{
  int count = 0;

  for (unsigned index = 0; index < SLOTS; index++)
    if (link->slot[index].strip && link->slot[index].removed)
      link_drop_slot(link, &link->slot[index]);
  if (link->homeless)
    link_add_strips(link);
  for (unsigned index = 0; index < SLOTS; index++) {
    LinkStrip *slot = &link->slot[index];

    if (!slot->strip)
      continue;
    if (slot->strip->legs != link_legs_of(slot))
      renew_strip(link, index);
    describe_strip(link, index, &specs[count++]);
  }
  return count;
}

/* Whoever was silenced for a change that is not made, or made now. */
static void
bring_back(Link *link, const Plan *plan)
{
  for (unsigned index = 0; index < SLOTS; index++) {
    LinkStrip *slot = &link->slot[index];

    if (!slot->strip || !slot->fading || slot->removed ||
        (plan && plan->waits[index]))
      continue;
    slot->fading    = false;
    slot->leave_due = false;
    slot->returning = link->due.leaves = true;
  }
}

Plan *
link_make_plan(Link *link)
{
  PlanStrip *specs = g_new0(PlanStrip, SLOTS);
  const int  count = describe(link, specs);
  char       reason[160];
  Plan      *plan = plan_compile(link->builder, specs, count, reason);

  if (!plan) {
    link_say(link, "The routing stays as it was: %s.", reason);
    bring_back(link, NULL);
  }
  g_free(specs);
  return plan;
}

void
link_plan_posted(Link *link, Plan *plan)
{
  link->leaving = link->plan;
  link->plan    = plan;
  for (unsigned index = 0; index < SLOTS; index++)
    if (link->slot[index].strip)
      link->slot[index].live = true;
  bring_back(link, plan);
  if (plan->waiting)
    link->structure = true;
  if (link->homeless)
    link_say(link,
             "The engine holds %d strips: those beyond make no sound.",
             MAX_INPUTS);
}

/* Is nobody on the way out any more? */
static bool
is_quiet(const Link *link)
{
  const EngineState *state = engine_state(link->engine);

  if (g_get_monotonic_time() - link->told_at > STUCK_US)
    return true;
  for (unsigned index = 0; index < SLOTS && link->due.leaves; index++)
    if (link->slot[index].strip && link->slot[index].leave_due)
      return false;
  return !link->due.leave &&
         atomic_load(&state->engine_frame) >= link->due.leave_end;
}

static void
compile_if_due(Link *link)
{
  /* Ways that have faded out are dropped. */
  if (link->plan->fading && atomic_load(&link->plan->settled))
    link->structure = true;
  if (!link->structure || link->leaving || link->waiting || !is_quiet(link))
    return;
  link->structure = false;
  link->waiting   = link_make_plan(link);
}

/* A plan that finds no room in the ring is tried again: nothing may overtake
   it. */
void
link_update_plan(Link *link)
{
  compile_if_due(link);
  const Event event = { .kind    = EVENT_PLAN,
                        .frame   = EVENT_NOW,
                        .pointer = link->waiting };

  if (!link->waiting || !engine_post(link->engine, &event))
    return;
  Plan *plan    = link->waiting;
  link->waiting = NULL;
  link_plan_posted(link, plan);
}

void
link_plan_left(Link *link, Plan *plan)
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
