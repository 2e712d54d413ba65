/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways of a bank to its destinations. A way that is new rises from silence,
   one that nobody wants any more fades out before it goes; where only the delay
   changes, the one takes over from the other, at once in the lanes to which
   nothing happened. */

#include "engine/plan-private.h"

#include <stdlib.h>
#include <string.h>

#define RING_MIN                                                               \
  1024                 /* frames: another delay shall rarely need another ring \
                        */
#define HOLD_MAX  1.3  /* seconds: more than all buses in a row can be late */
#define HOLD_FADE 0.01 /* seconds */

/* A bank while its ways are listed. */
typedef struct BankWays {
  BankPart    *part;
  PlanBank    *bank;
  int          index;
  int          room;
  const Strip *strip[MAX_LANES];
} BankWays;

/* --- rings and delays --- */

/* The memory of a tap that reaches so far back. */
static RingPart *
find_ring(Compile *c, BankPart *bank, Tap tap, int frames)
{
  int size = RING_MIN;

  for (Part *each = bank->rings; each; each = each->next) {
    RingPart *part = (RingPart *)each;
    if (part->ring.tap == tap && part->ring.size >= frames + 2 * GRID_FRAMES)
      return part;
  }
  RingPart *part = plan_part(c, &bank->rings, sizeof *part);
  if (!part)
    return NULL;
  while (size < 2 * frames + 2 * GRID_FRAMES)
    size *= 2;
  part->ring.tap    = tap;
  part->ring.size   = size;
  part->ring.frames = plan_memory(c, plan_frames_bytes(c->builder, size));
  return part;
}

/* A ring is kept up from the first plan that lists it to the last. */
static void
use_ring(Compile *c, RingPart *part, int frames)
{
  const uint64_t serial = c->plan->serial;

  if (part->part.last + 1 < serial && part->part.made != serial)
    part->part.made = serial; /* it was left for a while */
  part->part.last = serial;
  if (part->part.made == serial || !c->settled)
    c->plan->fill = plan_max(c->plan->fill, frames);
}

static int
longest(const int delay[MAX_LANES])
{
  int most = 0;

  for (int lane = 0; lane < MAX_LANES; lane++)
    most = plan_max(most, delay[lane]);
  return most;
}

static AlignPart *
new_aligned(Compile *c, BankPart *bank, TapRing *ring)
{
  AlignPart *part = plan_part(c, &bank->aligned, sizeof *part);

  if (!part)
    return NULL;
  part->tap.ring  = ring;
  part->tap.frame = plan_memory(c, plan_frames_bytes(c->builder, GRID_FRAMES));
  return part;
}

static AlignedTap *
find_aligned(Compile *c, BankPart *bank, Tap tap, const int delay[MAX_LANES])
{
  const int  most = longest(delay);
  RingPart  *ring = find_ring(c, bank, tap, most);
  AlignPart *part = NULL;

  if (!ring || c->failed)
    return NULL;
  for (Part *each = bank->aligned; each && !part; each = each->next) {
    AlignPart *known = (AlignPart *)each;
    if (!known->holds && known->tap.ring == &ring->ring &&
        memcmp(known->tap.delay, delay, sizeof known->tap.delay) == 0)
      part = known;
  }
  if (!part)
    part = new_aligned(c, bank, &ring->ring);
  if (!part || c->failed)
    return NULL;
  memcpy(part->tap.delay, delay, sizeof part->tap.delay);
  use_ring(c, ring, most);
  part->part.last = c->plan->serial;
  c->plan->drain  = plan_max(c->plan->drain, most);
  return &part->tap;
}

/* The delays of a bank's lanes that make a tap arrive at a destination in time;
   false where none is needed. */
static bool
lane_delays(const Compile  *c,
            const BankWays *list,
            Tap             tap,
            int             latency,
            int             delay[MAX_LANES])
{
  bool any = false;

  for (int lane = 0; lane < MAX_LANES; lane++) {
    const Strip *strip = list->strip[lane];

    /* Who is later than the destination is not heard there. */
    delay[lane] =
      strip ? plan_max(0, latency - c->node[strip->slot].tap_latency[tap]) : 0;
    any |= delay[lane] > 0;
  }
  return any;
}

/* --- ways --- */

static Way *
list_way(Compile *c, BankWays *list, const Way *way)
{
  PlanBank *bank = list->bank;
  Plan     *plan = c->plan;
  Way      *ways =
    plan_grow(c, bank->ways, bank->way_count, &list->room, sizeof *ways);

  if (!ways)
    return NULL;
  bank->ways = ways;
  bank->taps |= 1u << way->tap;
  ways[bank->way_count] = *way;
  if (way->waits) {
    WayRef *changed = plan_grow(c,
                                plan->changed,
                                plan->changed_count,
                                &plan->changed_room,
                                sizeof *changed);
    if (!changed)
      return NULL;
    plan->changed = changed;
    changed[plan->changed_count++] =
      (WayRef){ (uint16_t)list->index, (uint16_t)bank->way_count };
  }
  return &ways[bank->way_count++];
}

static bool
same_course(const Way *a, const Way *b)
{
  return a->kind == b->kind && a->tap == b->tap && a->bus == b->bus;
}

static bool
is_listed(const BankWays *list, const Way *way)
{
  for (int i = 0; i < list->bank->way_count; i++)
    if (same_course(&list->bank->ways[i], way))
      return true;
  return false;
}

static CrossPart *
find_cross(const BankPart *bank, const Way *way)
{
  for (Part *each = bank->crosses; each; each = each->next) {
    CrossPart *part = (CrossPart *)each;
    if (same_course(&part->way, way) && part->way.aligned == way->aligned)
      return part;
  }
  return NULL;
}

static CrossPart *
new_cross(Compile *c, BankPart *bank)
{
  const Kernel *kernel = c->builder->kernel;
  CrossPart    *part   = plan_part(c, &bank->crosses, sizeof *part);

  if (!part)
    return NULL;
  part->changed   = true;
  part->way.cross = plan_memory(c, kernel->cross_size);
  if (part->way.cross)
    kernel->cross_init(part->way.cross);
  return part;
}

static void
want_way(Compile  *c,
         BankWays *list,
         WayKind   kind,
         unsigned  bus,
         Tap       tap,
         int       dest)
{
  int delay[MAX_LANES];
  Way way = { .kind = (uint8_t)kind,
              .tap  = (uint8_t)tap,
              .bus  = (uint8_t)bus,
              .dest = (uint16_t)dest };

  if (dest < 0 || c->failed || is_listed(list, &way))
    return;
  if (lane_delays(c, list, tap, c->plan->dests[dest].latency, delay))
    way.aligned = find_aligned(c, list->part, tap, delay);
  CrossPart *part = find_cross(list->part, &way);
  if (part)
    part->changed = part->retired || (part->changed && !c->settled);
  else
    part = new_cross(c, list->part);
  if (c->failed)
    return;
  way.cross       = part->way.cross;
  way.waits       = part->changed;
  part->way       = way;
  part->retired   = false;
  part->part.last = c->plan->serial;
  list_way(c, list, &way);
}

static void
want_bus_ways(Compile *c, BankWays *list, unsigned slot, unsigned bus)
{
  const float *value = c->node[slot].spec->value;
  const Node  *to    = &c->node[SLOT_BUS + bus];

  if (!to->spec)
    return;
  const int dest = c->dest[SLOT_BUS + bus][0];
  if (slot != SLOT_MAIN && plan_on(value, CELL_GROUP + bus))
    want_way(c, list, WAY_GROUP, bus, TAP_POST_FADER, dest);
  if (plan_on(value, CELL_SEND_ON + bus))
    want_way(c,
             list,
             WAY_SEND,
             bus,
             gains_send_tap(value, to->spec->value, bus),
             dest);
}

static void
want_strip_ways(Compile *c, BankWays *list, unsigned slot)
{
  const float *value   = c->node[slot].spec->value;
  const int    main    = c->dest[SLOT_MAIN][0];
  const int    monitor = c->dest[SLOT_MONITOR][0];

  if (slot >= SLOT_BUS)
    want_way(
      c, list, WAY_OUTPUT, slot - SLOT_BUS, TAP_POST_FADER, c->dest[slot][1]);
  if (slot == SLOT_MONITOR)
    return;
  if (slot == SLOT_MAIN) {
    want_way(c, list, WAY_MONITOR, 0, TAP_POST_FADER, monitor);
  } else {
    if (plan_on(value, CELL_TO_MAIN))
      want_way(c, list, WAY_MAIN, 0, TAP_POST_FADER, main);
    want_way(c, list, WAY_PFL, 0, TAP_PRE_FADER, monitor);
    want_way(c, list, WAY_AFL, 0, TAP_POST_FADER, monitor);
  }
  for (unsigned bus = 0; bus < MAX_BUSES; bus++)
    want_bus_ways(c, list, slot, bus);
}

/* --- ways that go --- */

static int
dest_of(const Compile *c, const Way *way)
{
  const int slot = plan_slot_fed(way);

  /* A bus whose output goes has itself faded out and gone. */
  return slot < 0 ? -1 : c->dest[slot][0];
}

static void
keep_ring(Compile *c, BankPart *bank, const AlignedTap *aligned)
{
  for (Part *each = bank->aligned; each; each = each->next)
    if (&((AlignPart *)each)->tap == aligned)
      each->last = c->plan->serial;
  for (Part *each = bank->rings; each; each = each->next)
    if (&((RingPart *)each)->ring == aligned->ring)
      each->last = c->plan->serial;
  c->plan->drain = plan_max(c->plan->drain, longest(aligned->delay));
}

/* Ways of the plan before that nobody wants now fade out before they go. */
static void
keep_fading_ways(Compile *c, BankWays *list)
{
  for (Part *each = list->part->crosses; each; each = each->next) {
    CrossPart *part = (CrossPart *)each;
    const int  dest = dest_of(c, &part->way);

    if (each->last == c->plan->serial || dest < 0 ||
        (part->retired && c->settled))
      continue;
    part->retired = part->changed = true;
    each->last                    = c->plan->serial;
    part->way.retired = part->way.waits = true;
    part->way.dest                      = (uint16_t)dest;
    if (part->way.aligned)
      keep_ring(c, list->part, part->way.aligned);
    list_way(c, list, &part->way);
    c->plan->fading = true;
  }
}

/* A strip that came from another bank brings along what it no longer wants, so
   that it fades out here. */
static void
bring_way(Compile *c, BankWays *list, int lane, const Seat *seat, Way way)
{
  const AlignedTap *from             = way.aligned;
  int               delay[MAX_LANES] = { 0 };

  for (int leg = 0; from && leg < seat->strip->legs; leg++)
    delay[lane + leg] = from->delay[seat->place.lane + leg];
  way.aligned = from ? find_aligned(c, list->part, (Tap)way.tap, delay) : NULL;
  CrossPart *part = new_cross(c, list->part);
  if (c->failed)
    return;
  way.cross   = part->way.cross;
  way.dest    = (uint16_t)dest_of(c, &way);
  way.retired = way.waits = part->retired = true;
  part->way                               = way;
  c->plan->fading                         = true;
  list_way(c, list, &way);
}

static void
bring_fading_ways(Compile *c, BankWays *list, int lane)
{
  const Seat *seat = &c->builder->seat[list->strip[lane]->slot];
  const Part *from = c->builder->banks;

  while (from && &((const BankPart *)from)->bank != seat->place.bank)
    from = from->next;
  if (!from || from == &list->part->part ||
      seat->place.strip != list->strip[lane])
    return;
  for (const Part *each = ((const BankPart *)from)->crosses; each && !c->failed;
       each             = each->next) {
    const Way *way = &((const CrossPart *)each)->way;
    if (!is_listed(list, way) && dest_of(c, way) >= 0)
      bring_way(c, list, lane, seat, *way);
  }
}

/* Lanes in which a way can take over from another as it is: to those who sit
   there nothing happened, and what they hear is the same. */
static uint32_t
carried_lanes(const BankWays *list, const Way *to, const Way *from)
{
  uint32_t lanes = 0;

  for (int lane = 0; lane < MAX_LANES; lane++) {
    const int old = from->aligned ? from->aligned->delay[lane] : 0;
    const int new = to->aligned ? to->aligned->delay[lane] : 0;

    if (list->strip[lane] && old == new &&
        (new == 0 || to->aligned->ring == from->aligned->ring))
      lanes |= 1u << lane;
  }
  return lanes;
}

static void
carry(Compile *c, const BankWays *list, int to, int from)
{
  Plan          *plan = c->plan;
  const uint32_t lanes =
    carried_lanes(list, &list->bank->ways[to], &list->bank->ways[from]);
  Carry *carries = plan_grow(
    c, plan->carries, plan->carry_count, &plan->carry_room, sizeof *carries);

  if (!carries)
    return;
  plan->carries = carries;
  if (lanes)
    carries[plan->carry_count++] =
      (Carry){ (uint16_t)list->index, (uint16_t)to, (uint16_t)from, lanes };
}

/* Where a way was given another delay, the old one stands among those that fade
   out. */
static void
carry_ways(Compile *c, const BankWays *list)
{
  const PlanBank *bank = list->bank;

  for (int from = 0; from < bank->way_count && !c->failed; from++)
    for (int to = 0; bank->ways[from].retired && to < from; to++)
      if (bank->ways[to].waits && !bank->ways[to].retired &&
          same_course(&bank->ways[to], &bank->ways[from]))
        carry(c, list, to, from);
}

/* --- keys --- */

static KeyTap *
find_key(Compile *c, Strip *from, int leg, int delay)
{
  KeyPart *part = NULL;

  for (Part *each = c->builder->keys; each && !part; each = each->next) {
    KeyPart *known = (KeyPart *)each;
    if (known->tap.from == from && known->tap.leg == leg &&
        known->tap.delay == delay)
      part = known;
  }
  const bool listed = part && part->part.last == c->plan->serial;
  if (!part) {
    part = plan_part(c, &c->builder->keys, sizeof *part);
    if (!part)
      return NULL;
    part->tap = (KeyTap){ .from = from, .leg = leg, .delay = delay };
    if (delay > 0) {
      part->tap.size = 32;
      while (part->tap.size < delay + 2 * GRID_FRAMES)
        part->tap.size *= 2;
      part->tap.ring = plan_memory(c, (size_t)part->tap.size * sizeof(float));
    }
  }
  part->part.last = c->plan->serial;
  if (!listed)
    c->plan->keys[c->plan->key_count++] = &part->tap;
  return &part->tap;
}

/* A stereo listener hears a stereo key leg by leg, any other the whole; at as
   late a moment as its own sound is there. */
static bool
set_key(Compile     *c,
        const Strip *strip,
        int          lane,
        int          slot,
        int          latency,
        const float *keys[MAX_LANES])
{
  if (slot < 0 || slot == strip->slot || !c->node[slot].spec)
    return false;
  Strip    *from  = c->node[slot].spec->strip;
  const int delay = plan_max(0, latency - c->node[slot].head_latency);

  for (int leg = 0; leg < strip->legs; leg++) {
    const int     side = strip->legs == 2 && from->legs == 2 ? leg : 2;
    const KeyTap *tap  = find_key(c, from, side, delay);

    if (!tap)
      return false;
    keys[lane + leg] = tap->frame;
  }
  return true;
}

static void
set_keys(Compile *c, PlanBank *bank, const Strip *strip, int lane)
{
  const Node *node = &c->node[strip->slot];

  bank->has_gate_key |= set_key(c,
                                strip,
                                lane,
                                node->spec->gate_key,
                                node->head_latency + node->hold,
                                bank->gate_key);
  bank->has_comp_key |= set_key(c,
                                strip,
                                lane,
                                node->spec->comp_key,
                                node->tap_latency[TAP_PRE_EQ],
                                bank->comp_key);
}

static AlignPart *
find_hold(const BankPart *bank)
{
  for (Part *each = bank->aligned; each; each = each->next)
    if (((AlignPart *)each)->holds)
      return (AlignPart *)each;
  return NULL;
}

/* A bank in which a body waits for a late key keeps a hold from then on. */
static void
set_hold(Compile *c, BankWays *list)
{
  AlignPart *part  = find_hold(list->part);
  int       *delay = list->bank->hold_delay;

  for (int lane = 0; lane < MAX_LANES; lane++)
    delay[lane] = list->strip[lane] ? c->node[list->strip[lane]->slot].hold : 0;
  if (!part && !longest(delay))
    return;
  RingPart *ring =
    find_ring(c, list->part, TAP_INPUT, (int)(HOLD_MAX * c->builder->rate));
  if (ring && !part && (part = new_aligned(c, list->part, &ring->ring)))
    part->holds = true;
  if (!ring || !part)
    return;
  part->tap.fade_frames = (int)(HOLD_FADE * c->builder->rate);
  part->part.last       = c->plan->serial;
  list->bank->hold      = &part->tap;
  use_ring(c, ring, longest(delay));
}

/* --- a bank --- */

static bool
add_ring(PlanBank *bank, TapRing *ring)
{
  for (int i = 0; i < bank->ring_count; i++)
    if (bank->rings[i] == ring)
      return false;
  bank->rings[bank->ring_count++] = ring;
  return true;
}

/* What the ways read, each once. */
static void
list_aligned(Compile *c, PlanBank *bank)
{
  const size_t room = (size_t)bank->way_count + 2;

  bank->aligned = calloc(room, sizeof *bank->aligned);
  bank->rings   = calloc(room, sizeof *bank->rings);
  if (!bank->aligned || !bank->rings) {
    c->failed = true;
    return;
  }
  if (bank->hold)
    add_ring(bank, bank->hold->ring);
  for (int i = 0; i < bank->way_count; i++) {
    AlignedTap *aligned = bank->ways[i].aligned;
    bool        listed  = !aligned;

    for (int k = 0; k < bank->aligned_count && !listed; k++)
      listed = bank->aligned[k] == aligned;
    if (listed)
      continue;
    bank->aligned[bank->aligned_count++] = aligned;
    add_ring(bank, aligned->ring);
  }
}

static void
seat_in_bank(Compile *c, BankWays *list)
{
  for (unsigned slot = 0; slot < SLOTS && !c->failed; slot++) {
    const Seat *seat = &c->builder->seat[slot];

    if (!seat->strip || seat->bank != list->part)
      continue;
    for (int leg = 0; leg < seat->strip->legs; leg++)
      list->strip[seat->lane + leg] = seat->strip;
    set_keys(c, list->bank, seat->strip, seat->lane);
  }
}

static bool
is_first_leg(const BankWays *list, int lane)
{
  return list->strip[lane] &&
         (lane == 0 || list->strip[lane] != list->strip[lane - 1]);
}

void
plan_fill_bank(Compile *c, BankPart *part, int index)
{
  PlanBank *bank = &c->plan->banks[index];
  BankWays  list = { .part = part, .bank = bank, .index = index };

  part->part.last  = c->plan->serial;
  bank->bank       = &part->bank;
  bank->gate_ring  = part->gate_ring;
  bank->comp_ring  = part->comp_ring;
  bank->head_level = part->head_level;
  bank->body_level = part->body_level;
  seat_in_bank(c, &list);
  for (int lane = 0; lane < MAX_LANES && !c->failed; lane++)
    if (is_first_leg(&list, lane))
      want_strip_ways(c, &list, list.strip[lane]->slot);
  for (int lane = 0; lane < MAX_LANES && !c->failed; lane++)
    if (is_first_leg(&list, lane))
      bring_fading_ways(c, &list, lane);
  if (!c->failed)
    keep_fading_ways(c, &list);
  if (!c->failed)
    carry_ways(c, &list);
  if (!c->failed)
    set_hold(c, &list);
  if (!c->failed)
    list_aligned(c, bank);
}
