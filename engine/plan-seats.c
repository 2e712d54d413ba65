/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strips share a bank where their heads and bodies have the same levels and
   their compressor stands in the same place; of those with room, one whose
   strips have the same blocks on is preferred, so that what is off costs
   nothing. Whoever has a seat that still suits keeps it.

   Seats are therefore a matter of history: a desk that was loaded and one that
   came to be the same by many changes may sum in another order, and their mixes
   differ in the last bit. */

#include "engine/plan-private.h"

/* Lanes that one plan copies: what the audio thread does in one cycle. */
#define COPIES_MAX 64

#define SHAPES 64

static int
lookahead_ring(const PlanBuilder *builder)
{
  int size = 64;

  while (size < builder->rate * 0.01 + 2 * GRID_FRAMES)
    size *= 2;
  return size;
}

static bool
comp_is_pre(const Node *node)
{
  return node->spec->value[CELL_COMP_POSITION] < 0.5f;
}

static bool
has_levels(const BankPart *part, const Node *node)
{
  return part->head_level == node->head_level &&
         part->body_level == node->body_level;
}

static bool
suits(const BankPart *part, const Node *node)
{
  return has_levels(part, node) && part->bank.comp_pre == comp_is_pre(node);
}

/* Which blocks a strip has on. */
static unsigned
shape_of(const float *value)
{
  static const unsigned cells[] = { CELL_HPF_ON, CELL_LPF_ON,  CELL_GATE_ON,
                                    CELL_EQ_ON,  CELL_COMP_ON, CELL_DEESS_ON };
  unsigned              shape   = 0;

  for (unsigned i = 0; i < sizeof cells / sizeof *cells; i++)
    shape |= (unsigned)plan_on(value, cells[i]) << i;
  return shape;
}

static BankPart *
new_bank(Compile *c, const Node *node)
{
  const Kernel *kernel = c->builder->kernel;
  BankPart     *part   = plan_part(c, &c->builder->banks, sizeof *part);

  if (!part)
    return NULL;
  part->head_level       = node->head_level;
  part->body_level       = node->body_level;
  part->shape            = shape_of(node->spec->value);
  part->bank.comp_pre    = comp_is_pre(node);
  part->bank.ring_frames = lookahead_ring(c->builder);
  part->bank.lanes       = plan_memory(c, kernel->lanes_size);
  part->bank.in = plan_memory(c, plan_frames_bytes(c->builder, GRID_FRAMES));
  if (!c->failed)
    kernel->init(&part->bank, c->builder->rate);
  return part;
}

static unsigned
lane_bits(const Strip *strip, int lane)
{
  return (strip->legs == 2 ? 3u : 1u) << lane;
}

/* The first lane with room, or -1; a stereo strip takes an even one. */
static int
free_lane(const Compile *c, const BankPart *part, const Strip *strip)
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

/* A new strip in a bank that has sounded, and one that moves, cost copies. */
static void
take_seat(Compile *c, Seat *seat, const Strip *strip, BankPart *part, int lane)
{
  if (seat->strip == strip) {
    seat->bank->vacated = c->plan->serial;
    c->copies += 2 * strip->legs;
  } else if (part->part.made != c->plan->serial) {
    c->copies += strip->legs;
  }
  leave_seat(seat);
  seat->strip = strip;
  seat->bank  = part;
  seat->lane  = lane;
  part->taken |= lane_bits(strip, lane);
}

static bool
take_seat_in_bank(Compile *c, unsigned slot, bool same_shape)
{
  const Node  *node  = &c->node[slot];
  const Strip *strip = node->spec->strip;
  Seat        *seat  = &c->builder->seat[slot];
  const bool   dear  = c->copies >= COPIES_MAX && seat->strip != strip;

  for (Part *each = c->builder->banks; each; each = each->next) {
    BankPart *part = (BankPart *)each;

    if (!suits(part, node) || (dear && each->made != c->plan->serial) ||
        (same_shape && part->shape != shape_of(node->spec->value)))
      continue;
    const int lane = free_lane(c, part, strip);
    if (lane < 0)
      continue;
    take_seat(c, seat, strip, part, lane);
    return true;
  }
  return false;
}

static void
seat_strip(Compile *c, unsigned slot)
{
  const Node *node = &c->node[slot];
  Seat       *seat = &c->builder->seat[slot];

  if (seat->strip == node->spec->strip && has_levels(seat->bank, node)) {
    if (seat->bank->bank.comp_pre == comp_is_pre(node))
      return;
    if (c->copies >= COPIES_MAX) {
      c->plan->waits[slot] = c->plan->waiting = true;
      return;
    }
  }
  if (take_seat_in_bank(c, slot, true) || take_seat_in_bank(c, slot, false))
    return;
  BankPart *part = new_bank(c, node);
  if (part && !c->failed)
    take_seat(c, seat, node->spec->strip, part, 0);
}

/* A look-ahead needs its ring; the audio thread is given it with the plan. */
static void
give_rings(Compile *c)
{
  const size_t bytes =
    plan_frames_bytes(c->builder, lookahead_ring(c->builder));

  for (unsigned slot = 0; slot < SLOTS && !c->failed; slot++) {
    if (!c->node[slot].spec)
      continue;
    const float *value = c->node[slot].spec->value;
    BankPart    *part  = c->builder->seat[slot].bank;

    if (value[CELL_GATE_LOOKAHEAD] > 0.0f && !part->gate_ring)
      part->gate_ring = plan_memory(c, bytes);
    if (value[CELL_COMP_LOOKAHEAD] > 0.0f && !part->comp_ring)
      part->comp_ring = plan_memory(c, bytes);
  }
}

void
plan_seats(Compile *c)
{
  for (Part *each = c->builder->banks; each && c->settled; each = each->next) {
    BankPart *part = (BankPart *)each;
    part->taken &= ~part->left;
    part->left = 0;
  }
  for (unsigned slot = 0; slot < SLOTS; slot++)
    if (!c->node[slot].spec) {
      /* A later strip may come to lie where this one lay in memory. */
      leave_seat(&c->builder->seat[slot]);
      c->builder->seat[slot].place = (Place){ 0 };
    }
  /* By shape, so that strips alike come to sit together. */
  for (unsigned shape = 0; shape < SHAPES && !c->failed; shape++)
    for (unsigned slot = 0; slot < SLOTS && !c->failed; slot++)
      if (c->node[slot].spec && shape_of(c->node[slot].spec->value) == shape)
        seat_strip(c, slot);
  if (!c->failed)
    give_rings(c);
}

bool
plan_bank_is_used(const Compile *c, const BankPart *part)
{
  const bool emptied =
    part->vacated == c->plan->serial || (part->vacated && !c->settled);

  return (part->taken & ~part->left) || emptied;
}
