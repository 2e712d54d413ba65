/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/plan-private.h"

PlanBuilder *
plan_builder_new(const Kernel *kernel, double rate)
{
  PlanBuilder *builder = calloc(1, sizeof *builder);

  if (builder) {
    builder->kernel = kernel;
    builder->rate   = rate;
  }
  return builder;
}

void
plan_builder_free(PlanBuilder *builder)
{
  if (builder)
    plan_free_parts(builder);
  free(builder);
}

/* --- what the plan lists --- */

static void
list_dest(Compile *c, unsigned slot, bool output)
{
  Plan     *plan = c->plan;
  PlanDest *dest = &plan->dests[plan->dest_count];

  *dest         = (PlanDest){ .slot = (uint16_t)slot, .output = output };
  dest->latency = output ? c->node[slot].tap_latency[TAP_POST_FADER]
                         : c->node[slot].head_latency;
  for (int side = 0; side < 2; side++) {
    dest->sum[side] =
      plan_memory(c, plan_frames_bytes(c->builder, GRID_FRAMES));
    dest->planar[side] = plan_memory(c, GRID_FRAMES * sizeof(float));
  }
  c->dest[slot][output] = plan->dest_count++;
  if (!output)
    plan->dest_of[slot] = (uint16_t)c->dest[slot][0];
}

static void
list_dests(Compile *c)
{
  for (unsigned slot = 0; slot < SLOTS; slot++) {
    c->dest[slot][0] = c->dest[slot][1] = -1;
    for (int output = 0; output < 2; output++)
      if (slot >= SLOT_BUS && c->node[slot].spec)
        list_dest(c, slot, output);
  }
}

static void
list_banks(Compile *c)
{
  Plan  *plan  = c->plan;
  size_t count = 0;

  for (Part *each = c->builder->banks; each; each = each->next)
    count++;
  plan->banks = calloc(count + 1, sizeof *plan->banks);
  c->failed |= !plan->banks;
  for (Part *each = c->builder->banks; each && !c->failed; each = each->next) {
    BankPart *part = (BankPart *)each;

    if (!plan_bank_is_used(c, part))
      continue;
    if (part->vacated && !(part->taken & ~part->left))
      plan->fading = true;
    plan_fill_bank(c, part, plan->bank_count++);
  }
}

static void
step(Plan *plan, StepKind kind, int index)
{
  plan->steps[plan->step_count++] = (Step){ (uint16_t)kind, (uint16_t)index };
}

/* Of each level: what arrives, the heads, the keys, then the bodies. */
static void
list_level(Compile *c, int level)
{
  Plan *plan = c->plan;

  for (int i = 0; i < plan->dest_count; i++)
    if (!plan->dests[i].output &&
        c->node[plan->dests[i].slot].head_level == level)
      step(plan, STEP_SUM, i);
  for (int i = 0; i < plan->bank_count; i++)
    if (plan->banks[i].head_level == level)
      step(plan, STEP_HEAD, i);
  for (int i = 0; i < plan->key_count; i++)
    if (c->node[plan->keys[i]->from->slot].head_level == level)
      step(plan, STEP_KEY, i);
  for (int i = 0; i < plan->bank_count; i++)
    if (plan->banks[i].body_level == level)
      step(plan, STEP_BODY, i);
}

static void
list_steps(Compile *c)
{
  Plan        *plan = c->plan;
  const size_t count =
    (size_t)(2 * plan->bank_count + plan->dest_count + plan->key_count);
  int levels = c->levels;

  plan->steps = calloc(count + 1, sizeof *plan->steps);
  if (!plan->steps) {
    c->failed = true;
    return;
  }
  /* A bank that has only just been left may stand above all others. */
  for (int i = 0; i < plan->bank_count; i++)
    levels = plan_max(levels, plan->banks[i].body_level + 1);
  for (int level = 0; level < levels; level++)
    list_level(c, level);
  for (int i = 0; i < plan->dest_count; i++)
    if (plan->dests[i].output)
      step(plan, STEP_SUM, i);
}

static void
list_track(Plan *plan, Track *track)
{
  for (int i = 0; i < plan->track_count; i++)
    if (plan->tracks[i] == track)
      return;
  plan->tracks[plan->track_count++] = track;
}

static bool
same_place(const Place *a, const Place *b)
{
  return a->strip == b->strip && a->bank == b->bank && a->lane == b->lane &&
         a->is_key == b->is_key && a->track == b->track &&
         a->track_channel[0] == b->track_channel[0] &&
         a->track_channel[1] == b->track_channel[1] && a->delay == b->delay &&
         a->reverb == b->reverb && a->echo == b->echo;
}

static void
list_place(Compile *c, Seat *seat, const Node *node)
{
  const PlanStrip *spec  = node->spec;
  Place            place = {
               .strip         = spec->strip,
               .bank          = &seat->bank->bank,
               .lane          = (uint8_t)seat->lane,
               .is_key        = node->is_key,
               .track         = spec->track,
               .track_channel = { spec->track_channel[0], spec->track_channel[1] },
               .delay         = spec->delay,
               .reverb        = spec->reverb,
               .echo          = spec->echo,
  };

  if (same_place(&seat->place, &place))
    return;
  place.fresh = seat->place.strip != place.strip;
  place.blank = seat->bank->part.made == c->plan->serial;
  seat->place = place;
  c->plan->places[c->plan->place_count++] = place;
}

/* Says what changed about a strip since the plan before. */
static void
list_places(Compile *c)
{
  for (unsigned slot = 0; slot < SLOTS; slot++) {
    const Node *node = &c->node[slot];

    if (!node->spec)
      continue;
    c->plan->strip[slot] = node->spec->strip;
    memcpy(c->plan->late[slot], node->tap_latency, sizeof c->plan->late[slot]);
    if (node->spec->track)
      list_track(c->plan, node->spec->track);
    list_place(c, &c->builder->seat[slot], node);
  }
}

/* --- a plan --- */

static Plan *
plan_new(uint64_t serial)
{
  Plan *plan = calloc(1, sizeof *plan);

  if (!plan)
    return NULL;
  plan->serial = serial;
  plan->dests  = calloc(2 * (SLOTS - SLOT_BUS), sizeof *plan->dests);
  /* Two keys of two legs are all that a strip can listen to. */
  plan->keys   = calloc(4 * SLOTS, sizeof(KeyTap *));
  plan->tracks = calloc(SLOTS, sizeof(Track *));
  plan->places = calloc(SLOTS, sizeof *plan->places);
  return plan;
}

static bool
is_complete(const Plan *plan)
{
  return plan->dests && plan->keys && plan->tracks && plan->places;
}

static void
plan_free(Plan *plan)
{
  for (int i = 0; i < plan->bank_count; i++) {
    free(plan->banks[i].ways);
    free(plan->banks[i].rings);
    free(plan->banks[i].aligned);
  }
  for (int i = 0; i < plan->dest_count; i++)
    for (int side = 0; side < 2; side++) {
      free(plan->dests[i].sum[side]);
      free(plan->dests[i].planar[side]);
    }
  free(plan->banks);
  free(plan->dests);
  free(plan->keys);
  free(plan->tracks);
  free(plan->places);
  free(plan->steps);
  free(plan->carries);
  free(plan->changed);
  free(plan);
}

static void
compile(Compile *c, const PlanStrip *strips, int count)
{
  if (!plan_graph(c, strips, count))
    return;
  plan_seats(c);
  if (!c->failed)
    list_dests(c);
  if (!c->failed)
    list_banks(c);
  if (!c->failed)
    list_steps(c);
  if (!c->failed)
    list_places(c);
}

Plan *
plan_compile(PlanBuilder     *builder,
             const PlanStrip *strips,
             int              count,
             char             reason[160])
{
  Compile *c    = calloc(1, sizeof *c);
  Plan    *plan = plan_new(++builder->serial);

  snprintf(reason, 160, "there is not enough memory for the routing");
  if (c && plan && is_complete(plan)) {
    c->builder = builder;
    c->plan    = plan;
    c->reason  = reason;
    c->settled =
      !builder->newest ||
      atomic_load_explicit(&builder->newest->settled, memory_order_acquire);
    compile(c, strips, count);
  }
  const bool done = c && plan && is_complete(plan) && !c->failed;
  if (c)
    free(c->edges);
  free(c);
  if (done) {
    builder->newest = plan;
    return plan;
  }
  if (plan)
    plan_free(plan);
  return NULL;
}

void
plan_retire(PlanBuilder *builder, Plan *plan)
{
  if (!plan)
    return;
  builder->retired = plan->serial;
  if (builder->newest == plan)
    builder->newest = NULL;
  plan_free(plan);
  plan_sweep(builder);
}
