/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What outlives a plan (banks, gains, rings) is kept in the builder's list of
   parts, each with the serial of the newest plan that uses it; a part goes when
   a plan at least that new has been left behind. */

#include "engine/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/dsp/dynamics.h"

#define FADE_MS 40 /* longer than any gain takes to reach 0 */

typedef enum PartKind { PART_BANK, PART_CROSS, PART_ALIGN, PART_KEY } PartKind;

typedef struct Part Part;
struct Part {
  Part    *next;
  PartKind kind;
  uint64_t last; /* the newest plan that uses it */
  /* what it is, for finding it again */
  Bank    *bank;
  uint32_t key;
  int64_t  fading_since; /* PART_CROSS: -1 while it is wanted */
  Way      way;          /* PART_CROSS: as in the newest plan */
  union {
    Bank       own;
    AlignedTap aligned;
    KeyTap     tap;
  };
  /* PART_BANK: what its lanes have in common, and who has them */
  int      head_level, body_level;
  unsigned taken; /* lanes, as bits */
  unsigned left;  /* of them, those that were left with the newest plan: free
                     when that is in use */
  float *gate_ring, *comp_ring;
};

/* Where control believes a strip to be. */
typedef struct Seat {
  Strip *strip; /* NULL: the slot is free */
  Part  *bank;
  int    lane;
  Place  place;
} Seat;

/* What compiling finds out about a strip. */
typedef struct Node {
  const PlanStrip *spec;                   /* NULL: no such slot */
  int              head_level, body_level; /* -1: not known yet */
  int              head_latency;
  int              tap_latency[TAPS];
  int              feeders; /* first of its list in Compile.edges, or -1 */
  uint8_t          mark;    /* 1: being visited, a second visit is a cycle */
  bool             is_key;
} Node;

typedef struct Edge {
  uint16_t from;
  uint8_t  tap;
  int      next;
} Edge;

struct PlanBuilder {
  const Kernel *kernel;
  double        rate;
  uint64_t      serial;
  uint64_t      retired;
  Part         *parts;
  Seat          seat[SLOTS];
};

/* One run of the compiler. */
typedef struct Compile {
  PlanBuilder *builder;
  Plan        *plan;
  int64_t      now;
  Node         node[SLOTS];
  Edge        *edges;
  int          edge_count, edge_room;
  int          levels;
  bool         failed;
  char        *reason;
} Compile;

/* --- memory --- */

static void *
part_memory(size_t bytes)
{
  void *memory = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

  if (memory)
    memset(memory, 0, (bytes + 63) & ~(size_t)63);
  return memory;
}

static size_t
frames_bytes(const PlanBuilder *builder, int frames)
{
  return (size_t)frames * (size_t)builder->kernel->lanes * sizeof(float);
}

static void
part_free(Part *part)
{
  switch (part->kind) {
  case PART_BANK:
    free(part->own.lanes);
    free(part->own.in);
    free(part->gate_ring);
    free(part->comp_ring);
    break;
  case PART_CROSS:
    free(part->way.cross);
    break;
  case PART_ALIGN:
    free(part->aligned.ring);
    free(part->aligned.frame);
    break;
  case PART_KEY:
    free(part->tap.ring);
    break;
  }
  free(part);
}

static void
free_unused(PlanBuilder *builder)
{
  Part **link = &builder->parts;

  while (*link) {
    Part *part = *link;
    if (part->last <= builder->retired) {
      *link = part->next;
      part_free(part);
    } else {
      link = &part->next;
    }
  }
}

static Part *
part_new(Compile *c, PartKind kind, Bank *bank, uint32_t key)
{
  Part *part = calloc(1, sizeof *part);

  if (!part) {
    c->failed = true;
    return NULL;
  }
  part->kind         = kind;
  part->bank         = bank;
  part->key          = key;
  part->fading_since = -1;
  part->next         = c->builder->parts;
  c->builder->parts  = part;
  return part;
}

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
  if (!builder)
    return;
  while (builder->parts) {
    Part *part     = builder->parts;
    builder->parts = part->next;
    part_free(part);
  }
  free(builder);
}

/* --- the routing as a graph --- */

static bool
on(const float *value, unsigned cell)
{
  return value[cell] > 0.5f;
}

static void
add_edge(Compile *c, unsigned from, unsigned to, Tap tap)
{
  if (!c->node[from].spec || !c->node[to].spec)
    return;
  if (c->edge_count == c->edge_room) {
    const int room  = c->edge_room ? 2 * c->edge_room : 4096;
    Edge     *edges = realloc(c->edges, (size_t)room * sizeof *edges);

    if (!edges) {
      c->failed = true;
      return;
    }
    c->edges     = edges;
    c->edge_room = room;
  }
  c->edges[c->edge_count] =
    (Edge){ (uint16_t)from, (uint8_t)tap, c->node[to].feeders };
  c->node[to].feeders = c->edge_count++;
}

static void
add_strip_edges(Compile *c, unsigned slot)
{
  const float *value = c->node[slot].spec->value;

  if (slot == SLOT_MONITOR)
    return;
  if (slot != SLOT_MAIN && on(value, CELL_TO_MAIN))
    add_edge(c, slot, SLOT_MAIN, TAP_POST_FADER);
  for (unsigned bus = 0; bus < MAX_BUSES; bus++) {
    const Node *to = &c->node[SLOT_BUS + bus];

    if (!to->spec)
      continue;
    if (slot != SLOT_MAIN && on(value, CELL_GROUP + bus))
      add_edge(c, slot, SLOT_BUS + bus, TAP_POST_FADER);
    if (on(value, CELL_SEND_ON + bus))
      add_edge(
        c, slot, SLOT_BUS + bus, gains_send_tap(value, to->spec->value, bus));
  }
  add_edge(c, slot, SLOT_MONITOR, TAP_PRE_FADER);
  add_edge(c, slot, SLOT_MONITOR, TAP_POST_FADER);
}

/* Frames that a strip's blocks delay it by, up to a tap. */
static void
find_latencies(Compile *c, Node *node)
{
  const float *value = node->spec->value;
  const double rate  = c->builder->rate;
  const int  gate = dynamics_lookahead_frames(value[CELL_GATE_LOOKAHEAD], rate);
  const int  comp = dynamics_lookahead_frames(value[CELL_COMP_LOOKAHEAD], rate);
  const bool pre  = value[CELL_COMP_POSITION] < 0.5f;

  node->tap_latency[TAP_INPUT]  = node->head_latency;
  node->tap_latency[TAP_PRE_EQ] = node->head_latency + gate;
  node->tap_latency[TAP_POST_EQ] =
    node->tap_latency[TAP_PRE_EQ] + (pre ? comp : 0);
  node->tap_latency[TAP_PRE_FADER]  = node->tap_latency[TAP_PRE_EQ] + comp;
  node->tap_latency[TAP_POST_FADER] = node->tap_latency[TAP_PRE_FADER];
}

static void visit_head(Compile *c, unsigned slot);

static int
max_int(int a, int b)
{
  return a > b ? a : b;
}

/* A strip's body comes after its own head and those of its keys; a key that
   arrives later than the strip itself holds the strip's head back. */
static void
visit_body(Compile *c, unsigned slot)
{
  Node *node = &c->node[slot];

  if (node->body_level >= 0 || c->failed)
    return;
  visit_head(c, slot);
  int       level  = node->head_level;
  const int keys[] = { node->spec->gate_key, node->spec->comp_key };

  for (int i = 0; i < 2; i++) {
    if (keys[i] < 0 || keys[i] == (int)slot || !c->node[keys[i]].spec)
      continue;
    visit_head(c, (unsigned)keys[i]);
    Node *key          = &c->node[keys[i]];
    key->is_key        = true;
    level              = max_int(level, key->head_level);
    node->head_latency = max_int(node->head_latency, key->head_latency);
  }
  node->body_level = level;
  c->levels        = max_int(c->levels, level + 1);
  find_latencies(c, node);
}

static void
visit_head(Compile *c, unsigned slot)
{
  Node *node = &c->node[slot];

  if (node->head_level >= 0 || c->failed)
    return;
  if (node->mark) {
    c->failed = true;
    snprintf(c->reason, 160, "the routing feeds a strip back into itself");
    return;
  }
  node->mark = 1;
  int level = 0, latency = 0;

  for (int e = node->feeders; e >= 0; e = c->edges[e].next) {
    visit_body(c, c->edges[e].from);
    if (c->failed)
      return;
    const Node *from = &c->node[c->edges[e].from];
    level            = max_int(level, from->body_level + 1);
    latency          = max_int(latency, from->tap_latency[c->edges[e].tap]);
  }
  node->mark         = 0;
  node->head_latency = latency;
  node->head_level   = level;
  c->levels          = max_int(c->levels, level + 1);
}

static void
build_graph(Compile *c, const PlanStrip *strips, int count)
{
  for (unsigned slot = 0; slot < SLOTS; slot++)
    c->node[slot] = (Node){ .head_level = -1, .body_level = -1, .feeders = -1 };
  for (int i = 0; i < count; i++)
    c->node[strips[i].strip->slot].spec = &strips[i];
  for (unsigned slot = 0; slot < SLOTS; slot++)
    if (c->node[slot].spec)
      add_strip_edges(c, slot);
  for (unsigned slot = 0; slot < SLOTS && !c->failed; slot++)
    if (c->node[slot].spec)
      visit_body(c, slot);
}

/* --- seats --- */

static int
lookahead_ring(const PlanBuilder *builder)
{
  int size = 64;

  while (size < builder->rate * 0.01 + 2 * GRID_FRAMES)
    size *= 2;
  return size;
}

static Part *
new_bank(Compile *c, const Node *node, bool comp_pre)
{
  const Kernel *kernel = c->builder->kernel;
  Part         *part   = part_new(c, PART_BANK, NULL, 0);

  if (!part)
    return NULL;
  part->bank            = &part->own;
  part->head_level      = node->head_level;
  part->body_level      = node->body_level;
  part->own.comp_pre    = comp_pre;
  part->own.ring_frames = lookahead_ring(c->builder);
  part->own.lanes       = part_memory(kernel->lanes_size);
  part->own.in          = part_memory(frames_bytes(c->builder, GRID_FRAMES));
  if (!part->own.lanes || !part->own.in) {
    c->failed = true;
    return part;
  }
  kernel->init(&part->own, c->builder->rate);
  return part;
}

static bool
comp_is_pre(const Node *node)
{
  return node->spec->value[CELL_COMP_POSITION] < 0.5f;
}

static bool
suits(const Part *part, const Node *node)
{
  return part->kind == PART_BANK && part->head_level == node->head_level &&
         part->body_level == node->body_level &&
         part->own.comp_pre == comp_is_pre(node);
}

#define SHAPES 64

/* Which blocks a strip has on: strips of one shape share a bank, so that what
   is off costs nothing. */
static unsigned
shape_of(const float *value)
{
  unsigned shape = 0;

  shape |= (unsigned)on(value, CELL_HPF_ON) << 0;
  shape |= (unsigned)on(value, CELL_LPF_ON) << 1;
  shape |= (unsigned)on(value, CELL_GATE_ON) << 2;
  shape |= (unsigned)on(value, CELL_EQ_ON) << 3;
  shape |= (unsigned)on(value, CELL_COMP_ON) << 4;
  shape |= (unsigned)on(value, CELL_DEESS_ON) << 5;
  return shape;
}

static unsigned
lane_bits(const Strip *strip, int lane)
{
  return (strip->legs == 2 ? 3u : 1u) << lane;
}

/* The first lane with room, or -1; a stereo strip takes an even one. */
static int
free_lane(const Compile *c, const Part *part, const Strip *strip)
{
  for (int lane = 0; lane + strip->legs <= c->builder->kernel->lanes;
       lane += strip->legs)
    if (!(part->taken & lane_bits(strip, lane)))
      return lane;
  return -1;
}

static void
leave_seat(Seat *seat)
{
  if (seat->strip)
    seat->bank->left |= lane_bits(seat->strip, seat->lane);
  seat->strip = NULL;
}

static void
take_seat(Seat *seat, Strip *strip, Part *part, int lane)
{
  leave_seat(seat);
  *seat = (Seat){ .strip = strip, .bank = part, .lane = lane };
  part->taken |= lane_bits(strip, lane);
}

static bool
take_seat_in(Compile *c, unsigned slot, bool same_shape)
{
  const Node *node  = &c->node[slot];
  Strip      *strip = node->spec->strip;

  for (Part *part = c->builder->parts; part; part = part->next) {
    if (!suits(part, node) ||
        (same_shape && part->key != shape_of(node->spec->value)))
      continue;
    const int lane = free_lane(c, part, strip);
    if (lane < 0)
      continue;
    take_seat(&c->builder->seat[slot], strip, part, lane);
    return true;
  }
  return false;
}

static void
seat_strip(Compile *c, unsigned slot)
{
  const Node *node = &c->node[slot];
  Seat       *seat = &c->builder->seat[slot];

  if (seat->strip && seat->strip == node->spec->strip &&
      suits(seat->bank, node))
    return;
  if (take_seat_in(c, slot, true) || take_seat_in(c, slot, false))
    return;
  Part *part = new_bank(c, node, comp_is_pre(node));
  if (!part || c->failed)
    return;
  part->key = shape_of(node->spec->value);
  take_seat(seat, node->spec->strip, part, 0);
}

/* By shape, so that strips alike come to sit together. */
static void
seat_strips(Compile *c)
{
  for (Part *part = c->builder->parts; part; part = part->next) {
    part->taken &= ~part->left;
    part->left = 0;
  }
  for (unsigned slot = 0; slot < SLOTS; slot++)
    if (!c->node[slot].spec)
      leave_seat(&c->builder->seat[slot]);
  for (unsigned shape = 0; shape < SHAPES && !c->failed; shape++)
    for (unsigned slot = 0; slot < SLOTS && !c->failed; slot++)
      if (c->node[slot].spec && shape_of(c->node[slot].spec->value) == shape)
        seat_strip(c, slot);
}

/* A look-ahead needs its ring; the audio thread is given it with the plan. */
static void
give_rings(Compile *c)
{
  const size_t bytes = frames_bytes(c->builder, lookahead_ring(c->builder));

  for (unsigned slot = 0; slot < SLOTS && !c->failed; slot++) {
    if (!c->node[slot].spec)
      continue;
    const float *value = c->node[slot].spec->value;
    Part        *part  = c->builder->seat[slot].bank;

    if (value[CELL_GATE_LOOKAHEAD] > 0.0f && !part->gate_ring)
      c->failed |= !(part->gate_ring = part_memory(bytes));
    if (value[CELL_COMP_LOOKAHEAD] > 0.0f && !part->comp_ring)
      c->failed |= !(part->comp_ring = part_memory(bytes));
  }
}

/* --- ways --- */

static int
tap_latency(const Node *node, Tap tap)
{
  return node->tap_latency[tap];
}

/* The delays of a bank's lanes that make a tap arrive at a destination in time;
   false where none is needed. */
static bool
lane_delays(const Compile      *c,
            const Strip *const *strips,
            Tap                 tap,
            int                 latency,
            int                 delay[MAX_LANES])
{
  bool any = false;

  for (int lane = 0; lane < c->builder->kernel->lanes; lane++) {
    delay[lane] = 0;
    if (!strips[lane])
      continue;
    delay[lane] = latency - tap_latency(&c->node[strips[lane]->slot], tap);
    any |= delay[lane] > 0;
  }
  return any;
}

static AlignedTap *
find_aligned(Compile *c, Part *bank, Tap tap, const int delay[MAX_LANES])
{
  int most = 0;

  for (Part *part = c->builder->parts; part; part = part->next)
    if (part->kind == PART_ALIGN && part->bank == bank->bank &&
        part->aligned.tap == tap &&
        memcmp(part->aligned.delay, delay, sizeof part->aligned.delay) == 0) {
      part->last = c->plan->serial;
      return &part->aligned;
    }
  Part *part = part_new(c, PART_ALIGN, bank->bank, 0);
  if (!part)
    return NULL;
  for (int lane = 0; lane < MAX_LANES; lane++)
    most = max_int(most, delay[lane]);
  part->last         = c->plan->serial;
  part->aligned.tap  = tap;
  part->aligned.size = 32;
  while (part->aligned.size < most + 2 * GRID_FRAMES)
    part->aligned.size *= 2;
  memcpy(part->aligned.delay, delay, sizeof part->aligned.delay);
  part->aligned.ring =
    part_memory(frames_bytes(c->builder, part->aligned.size));
  part->aligned.frame = part_memory(frames_bytes(c->builder, GRID_FRAMES));
  c->failed |= !part->aligned.ring || !part->aligned.frame;
  return &part->aligned;
}

/* A bank while its ways are listed. */
typedef struct BankWays {
  Part        *part;
  PlanBank    *bank;
  int          index;
  int          room;
  const Strip *strip[MAX_LANES];
} BankWays;

static void
list_way(Compile *c, BankWays *list, const Way *way, bool changed)
{
  PlanBank *bank = list->bank;

  if (bank->way_count == list->room) {
    const int room = list->room ? 2 * list->room : 8;
    Way      *ways = realloc(bank->ways, (size_t)room * sizeof *ways);

    if (!ways) {
      c->failed = true;
      return;
    }
    bank->ways = ways;
    list->room = room;
  }
  bank->taps |= 1u << way->tap;
  if (changed)
    c->plan->changed_ways[c->plan->changed_way_count++] =
      (uint32_t)list->index << 16 | (uint32_t)bank->way_count;
  bank->ways[bank->way_count++] = *way;
}

static bool
same_way(const Way *a, const Way *b)
{
  return a->kind == b->kind && a->tap == b->tap && a->bus == b->bus &&
         a->aligned == b->aligned;
}

static void
want_way(Compile  *c,
         BankWays *list,
         WayKind   kind,
         unsigned  bus,
         Tap       tap,
         int       dest)
{
  int delay[MAX_LANES] = { 0 };
  Way way              = { .kind = (uint8_t)kind,
                           .tap  = (uint8_t)tap,
                           .bus  = (uint8_t)bus,
                           .dest = (uint16_t)dest };

  for (int i = 0; i < list->bank->way_count; i++)
    if (list->bank->ways[i].kind == kind && list->bank->ways[i].tap == tap &&
        list->bank->ways[i].bus == bus)
      return;
  if (kind != WAY_OUTPUT &&
      lane_delays(c, list->strip, tap, c->plan->dests[dest].latency, delay))
    way.aligned = find_aligned(c, list->part, tap, delay);
  if (c->failed)
    return;

  Part *part = c->builder->parts;
  while (part && !(part->kind == PART_CROSS && part->bank == list->part->bank &&
                   same_way(&part->way, &way)))
    part = part->next;
  const bool changed = !part || part->fading_since >= 0;
  if (!part) {
    part = part_new(c, PART_CROSS, list->part->bank, 0);
    if (!part)
      return;
    part->way       = way;
    part->way.cross = part_memory(c->builder->kernel->cross_size);
    if (!part->way.cross) {
      c->failed = true;
      return;
    }
    c->builder->kernel->cross_init(part->way.cross);
  }
  way.cross          = part->way.cross;
  part->way          = way;
  part->fading_since = -1;
  part->last         = c->plan->serial;
  list_way(c, list, &way, changed);
}

static int
dest_index(const Compile *c, unsigned slot, bool output)
{
  for (int i = 0; i < c->plan->dest_count; i++)
    if (c->plan->dests[i].slot == slot && c->plan->dests[i].output == output)
      return i;
  return -1;
}

static void
want_strip_ways(Compile *c, BankWays *list, unsigned slot)
{
  const float *value   = c->node[slot].spec->value;
  const int    main    = dest_index(c, SLOT_MAIN, false);
  const int    monitor = dest_index(c, SLOT_MONITOR, false);

  if (slot >= SLOT_BUS)
    want_way(c, list, WAY_OUTPUT, 0, TAP_POST_FADER, dest_index(c, slot, true));
  if (slot == SLOT_MONITOR)
    return;
  if (slot == SLOT_MAIN && monitor >= 0)
    want_way(c, list, WAY_MONITOR, 0, TAP_POST_FADER, monitor);
  if (slot != SLOT_MAIN && main >= 0 && on(value, CELL_TO_MAIN))
    want_way(c, list, WAY_MAIN, 0, TAP_POST_FADER, main);
  if (slot != SLOT_MAIN && monitor >= 0) {
    want_way(c, list, WAY_PFL, 0, TAP_PRE_FADER, monitor);
    want_way(c, list, WAY_AFL, 0, TAP_POST_FADER, monitor);
  }
  for (unsigned bus = 0; bus < MAX_BUSES; bus++) {
    const Node *to = &c->node[SLOT_BUS + bus];

    if (!to->spec)
      continue;
    if (slot != SLOT_MAIN && on(value, CELL_GROUP + bus))
      want_way(c,
               list,
               WAY_GROUP,
               bus,
               TAP_POST_FADER,
               dest_index(c, SLOT_BUS + bus, false));
    if (on(value, CELL_SEND_ON + bus))
      want_way(c,
               list,
               WAY_SEND,
               bus,
               gains_send_tap(value, to->spec->value, bus),
               dest_index(c, SLOT_BUS + bus, false));
  }
}

/* Ways of the plan before that nobody wants now fade out before they go. */
static void
keep_fading_ways(Compile *c, BankWays *list)
{
  for (Part *part = c->builder->parts; part; part = part->next) {
    if (part->kind != PART_CROSS || part->bank != list->part->bank ||
        part->last != c->plan->serial - 1)
      continue;
    const bool first = part->fading_since < 0;
    Way        way   = part->way;

    if (first)
      part->fading_since = c->now;
    const unsigned slot = way.kind == WAY_MAIN ? (unsigned)SLOT_MAIN
                          : way.kind == WAY_GROUP || way.kind == WAY_SEND
                            ? (unsigned)SLOT_BUS + way.bus
                            : (unsigned)SLOT_MONITOR;
    const int      dest = dest_index(c, slot, false);
    if (dest < 0 || way.kind == WAY_OUTPUT ||
        c->now - part->fading_since >= FADE_MS)
      continue;
    way.dest        = (uint16_t)dest;
    way.retired     = true;
    part->last      = c->plan->serial;
    c->plan->fading = true;
    for (Part *ring = c->builder->parts; ring; ring = ring->next)
      if (ring->kind == PART_ALIGN && &ring->aligned == way.aligned)
        ring->last = c->plan->serial;
    list_way(c, list, &way, first);
  }
}

static void
list_aligned(Compile *c, PlanBank *bank)
{
  bank->aligned = calloc((size_t)bank->way_count + 1, sizeof *bank->aligned);
  if (!bank->aligned) {
    c->failed = true;
    return;
  }
  for (int i = 0; i < bank->way_count; i++) {
    AlignedTap *aligned = bank->ways[i].aligned;
    bool        listed  = !aligned;

    for (int k = 0; k < bank->aligned_count; k++)
      listed |= bank->aligned[k] == aligned;
    if (!listed)
      bank->aligned[bank->aligned_count++] = aligned;
  }
}

/* --- keys --- */

static KeyTap *
find_key(Compile *c, const Strip *from, int leg, int delay)
{
  const uint32_t key = (uint32_t)leg << 24 | (uint32_t)delay;
  Part          *part;

  for (part = c->builder->parts; part; part = part->next)
    if (part->kind == PART_KEY && part->key == key && part->tap.from == from)
      break;
  if (!part) {
    part = part_new(c, PART_KEY, NULL, key);
    if (!part)
      return NULL;
    part->tap = (KeyTap){ .from = (Strip *)from, .leg = leg, .delay = delay };
    if (delay > 0) {
      part->tap.size = 32;
      while (part->tap.size < delay + 2 * GRID_FRAMES)
        part->tap.size *= 2;
      part->tap.ring = part_memory((size_t)part->tap.size * sizeof(float));
      c->failed |= !part->tap.ring;
    }
  }
  if (part->last != c->plan->serial)
    c->plan->keys[c->plan->key_count++] = &part->tap;
  part->last = c->plan->serial;
  return &part->tap;
}

/* A stereo listener hears a stereo key leg by leg, any other the whole. */
static void
set_keys(Compile *c, PlanBank *bank, const Strip *strip, int lane)
{
  const Node *node        = &c->node[strip->slot];
  const int   gate        = node->spec->gate_key;
  const int   comp        = node->spec->comp_key;
  const int   pairs[2][2] = {
      { gate, node->head_latency },
      { comp, node->tap_latency[TAP_PRE_EQ] },
  };

  for (int which = 0; which < 2; which++) {
    const int slot = pairs[which][0];
    if (slot < 0 || slot == strip->slot || !c->node[slot].spec)
      continue;
    const Strip *from = c->node[slot].spec->strip;
    const int delay = max_int(0, pairs[which][1] - c->node[slot].head_latency);
    for (int leg = 0; leg < strip->legs; leg++) {
      const int     side = strip->legs == 2 && from->legs == 2 ? leg : 2;
      const KeyTap *tap  = find_key(c, from, side, delay);
      if (!tap)
        return;
      (which == 0 ? bank->gate_key : bank->comp_key)[lane + leg] = tap->frame;
    }
    *(which == 0 ? &bank->has_gate_key : &bank->has_comp_key) = true;
  }
}

/* --- putting it together --- */

static void
list_dests(Compile *c)
{
  Plan *plan = c->plan;

  for (unsigned slot = SLOT_BUS; slot < SLOTS; slot++) {
    if (!c->node[slot].spec)
      continue;
    for (int output = 0; output < 2; output++) {
      PlanDest *dest = &plan->dests[plan->dest_count];

      *dest         = (PlanDest){ .slot = (uint16_t)slot, .output = output };
      dest->latency = output ? c->node[slot].tap_latency[TAP_POST_FADER]
                             : c->node[slot].head_latency;
      for (int side = 0; side < 2; side++) {
        dest->sum[side]    = part_memory(frames_bytes(c->builder, GRID_FRAMES));
        dest->planar[side] = part_memory(GRID_FRAMES * sizeof(float));
        c->failed |= !dest->sum[side] || !dest->planar[side];
      }
      if (!output)
        plan->dest_of[slot] = (uint16_t)plan->dest_count;
      plan->dest_count++;
    }
  }
  if (c->node[SLOT_MAIN].spec)
    plan->latency = c->node[SLOT_MAIN].tap_latency[TAP_POST_FADER];
}

static int
count_banks(const Compile *c)
{
  int count = 0;

  for (const Part *part = c->builder->parts; part; part = part->next)
    count += part->kind == PART_BANK;
  return count;
}

static bool
has_strips(const Part *part)
{
  return part->kind == PART_BANK && (part->taken & ~part->left);
}

static void
fill_bank(Compile *c, Part *part)
{
  Plan    *plan = c->plan;
  BankWays list = { .part  = part,
                    .bank  = &plan->banks[plan->bank_count],
                    .index = plan->bank_count };

  plan->bank_count++;
  part->last            = plan->serial;
  list.bank->bank       = part->bank;
  list.bank->gate_ring  = part->gate_ring;
  list.bank->comp_ring  = part->comp_ring;
  list.bank->head_level = part->head_level;
  list.bank->body_level = part->body_level;
  for (unsigned slot = 0; slot < SLOTS; slot++) {
    const Seat *seat = &c->builder->seat[slot];
    if (!seat->strip || seat->bank != part)
      continue;
    for (int leg = 0; leg < seat->strip->legs; leg++)
      list.strip[seat->lane + leg] = seat->strip;
    set_keys(c, list.bank, seat->strip, seat->lane);
  }
  for (int lane = 0; lane < MAX_LANES && !c->failed; lane++)
    if (list.strip[lane] && (!lane || list.strip[lane] != list.strip[lane - 1]))
      want_strip_ways(c, &list, list.strip[lane]->slot);
  if (!c->failed)
    keep_fading_ways(c, &list);
  if (!c->failed)
    list_aligned(c, list.bank);
}

static void
step(Plan *plan, StepKind kind, int index)
{
  plan->steps[plan->step_count++] = (Step){ (uint16_t)kind, (uint16_t)index };
}

static void
list_steps(Compile *c)
{
  Plan *plan = c->plan;

  for (int level = 0; level < c->levels; level++) {
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

/* Says what changed about a strip since the plan before. */
static void
list_places(Compile *c)
{
  for (unsigned slot = 0; slot < SLOTS; slot++) {
    const Node *node = &c->node[slot];
    Seat       *seat = &c->builder->seat[slot];

    if (!node->spec)
      continue;
    c->plan->strip[slot] = node->spec->strip;
    if (node->spec->track)
      list_track(c->plan, node->spec->track);
    int path = 0;
    for (int e = node->feeders; e >= 0; e = c->edges[e].next)
      path =
        max_int(path, c->node[c->edges[e].from].tap_latency[c->edges[e].tap]);
    const Place place = {
      .strip         = node->spec->strip,
      .bank          = seat->bank->bank,
      .lane          = (uint8_t)seat->lane,
      .is_key        = node->is_key,
      .align         = slot < SLOT_BUS ? node->head_latency - path : 0,
      .track         = node->spec->track,
      .track_channel = { node->spec->track_channel[0],
                         node->spec->track_channel[1] },
      .delay         = node->spec->delay,
      .reverb        = node->spec->reverb,
      .echo          = node->spec->echo,
    };
    const bool fresh = seat->place.strip != place.strip;
    if (!fresh && memcmp(&seat->place, &place, sizeof place) == 0)
      continue;
    seat->place   = place;
    Place *listed = &c->plan->places[c->plan->place_count++];
    memcpy(listed, &place, sizeof place);
    listed->fresh = fresh;
  }
}

static bool
allocate(Compile *c)
{
  Plan        *plan  = c->plan;
  const size_t banks = (size_t)count_banks(c);
  const size_t dests = 2 * (MAX_BUSES + 2);

  plan->banks        = calloc(banks, sizeof *plan->banks);
  plan->dests        = calloc(dests, sizeof *plan->dests);
  plan->keys         = calloc(4 * SLOTS, sizeof *plan->keys);
  plan->tracks       = calloc(SLOTS, sizeof *plan->tracks);
  plan->places       = calloc(SLOTS, sizeof *plan->places);
  plan->steps        = calloc(2 * banks + dests + 4 * SLOTS, sizeof(Step));
  plan->changed_ways = calloc(banks * 512, sizeof(uint32_t));
  return plan->banks && plan->dests && plan->keys && plan->tracks &&
         plan->places && plan->steps && plan->changed_ways;
}

static void
plan_free(Plan *plan)
{
  for (int i = 0; plan->banks && i < plan->bank_count; i++) {
    free(plan->banks[i].ways);
    free(plan->banks[i].aligned);
  }
  for (int i = 0; plan->dests && i < plan->dest_count; i++)
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
  free(plan->changed_ways);
  free(plan);
}

static void
compile(Compile *c, const PlanStrip *strips, int count)
{
  build_graph(c, strips, count);
  if (!c->failed)
    seat_strips(c);
  if (!c->failed)
    give_rings(c);
  if (!c->failed && !allocate(c))
    c->failed = true;
  if (!c->failed)
    list_dests(c);
  for (Part *part = c->builder->parts; part && !c->failed; part = part->next)
    if (has_strips(part))
      fill_bank(c, part);
  if (c->failed)
    return;
  list_steps(c);
  list_places(c);
}

Plan *
plan_compile(PlanBuilder     *builder,
             const PlanStrip *strips,
             int              count,
             int64_t          now_ms,
             char             reason[160])
{
  Compile *c    = calloc(1, sizeof *c);
  Plan    *plan = calloc(1, sizeof *plan);

  snprintf(reason, 160, "there is not enough memory for the routing");
  if (!c || !plan) {
    free(c);
    free(plan);
    return NULL;
  }
  *c = (Compile){
    .builder = builder, .plan = plan, .now = now_ms, .reason = reason
  };
  plan->serial = builder->serial + 1;
  compile(c, strips, count);
  if (c->failed) {
    plan_free(plan);
    plan = NULL;
  } else {
    builder->serial = plan->serial;
  }
  free(c->edges);
  free(c);
  return plan;
}

void
plan_retire(PlanBuilder *builder, Plan *plan)
{
  if (!plan)
    return;
  builder->retired = plan->serial;
  plan_free(plan);
  free_unused(builder);
}
