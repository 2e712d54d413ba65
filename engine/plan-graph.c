/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each strip is two steps: its head, the sound after trim and delay that keys
   hear, and its body, all that comes after. A head comes after the bodies of
   all that feed it, a body after its own head and those of its keys: a level is
   how many bodies must come before. A body waits until its latest key is there;
   a head waits for nothing, so that keys that listen to one another never wait
   in a ring. */

#include "engine/plan-private.h"

#include <stdio.h>

#include "engine/dsp/dynamics.h"

static void
add_edge(Compile *c, unsigned from, unsigned to, Tap tap)
{
  if (!c->node[from].spec || !c->node[to].spec || c->failed)
    return;
  Edge *edges =
    plan_grow(c, c->edges, c->edge_count, &c->edge_room, sizeof *c->edges);
  if (!edges)
    return;
  c->edges = edges;
  edges[c->edge_count] =
    (Edge){ (uint16_t)from, (uint8_t)tap, c->node[to].feeders };
  c->node[to].feeders = c->edge_count++;
}

static void
add_strip_edges(Compile *c, unsigned slot)
{
  const float *value = c->node[slot].spec->value;

  if (slot == SLOT_MONITOR)
    return;
  if (slot != SLOT_MAIN && plan_on(value, CELL_TO_MAIN))
    add_edge(c, slot, SLOT_MAIN, TAP_POST_FADER);
  for (unsigned bus = 0; bus < MAX_BUSES; bus++) {
    const Node *to = &c->node[SLOT_BUS + bus];

    if (!to->spec)
      continue;
    if (slot != SLOT_MAIN && plan_on(value, CELL_GROUP + bus))
      add_edge(c, slot, SLOT_BUS + bus, TAP_POST_FADER);
    if (plan_on(value, CELL_SEND_ON + bus))
      add_edge(
        c, slot, SLOT_BUS + bus, gains_send_tap(value, to->spec->value, bus));
  }
  add_edge(c, slot, SLOT_MONITOR, TAP_PRE_FADER);
  add_edge(c, slot, SLOT_MONITOR, TAP_POST_FADER);
}

static int
gate_ahead(const Compile *c, const Node *node)
{
  return dynamics_lookahead_frames(node->spec->value[CELL_GATE_LOOKAHEAD],
                                   c->builder->rate);
}

/* Frames by which each tap is behind the inputs. */
static void
find_latencies(const Compile *c, Node *node)
{
  const float *value = node->spec->value;
  const int    comp =
    dynamics_lookahead_frames(value[CELL_COMP_LOOKAHEAD], c->builder->rate);
  const bool pre = value[CELL_COMP_POSITION] < 0.5f;
  int       *tap = node->tap_latency;

  tap[TAP_INPUT]     = node->head_latency;
  tap[TAP_PRE_EQ]    = node->head_latency + node->hold + gate_ahead(c, node);
  tap[TAP_POST_EQ]   = tap[TAP_PRE_EQ] + (pre ? comp : 0);
  tap[TAP_PRE_FADER] = tap[TAP_POST_FADER] = tap[TAP_PRE_EQ] + comp;
}

static void visit_head(Compile *c, unsigned slot);

/* A body's level, raised by that of a key. ahead is by how much the sound is
   late already where the key is heard. */
static int
hear_key(Compile *c, unsigned slot, int key, int ahead, int level)
{
  Node *node = &c->node[slot];

  if (key < 0 || key == (int)slot || !c->node[key].spec)
    return level;
  visit_head(c, (unsigned)key);
  Node *from   = &c->node[key];
  from->is_key = true;
  node->hold =
    plan_max(node->hold, from->head_latency - node->head_latency - ahead);
  return plan_max(level, from->head_level);
}

static void
visit_body(Compile *c, unsigned slot)
{
  Node *node = &c->node[slot];

  if (node->body_level >= 0 || c->failed)
    return;
  visit_head(c, slot);
  const int gate = hear_key(c, slot, node->spec->gate_key, 0, node->head_level);
  const int comp =
    hear_key(c, slot, node->spec->comp_key, gate_ahead(c, node), gate);

  node->body_level = comp;
  c->levels        = plan_max(c->levels, comp + 1);
  find_latencies(c, node);
}

static void
visit_head(Compile *c, unsigned slot)
{
  Node *node = &c->node[slot];

  if (node->head_level >= 0 || c->failed)
    return;
  if (node->visited) {
    c->failed = true;
    snprintf(c->reason, 160, "the routing feeds a strip back into itself");
    return;
  }
  node->visited = true;
  int level = node->floor, latency = 0;

  for (int e = node->feeders; e >= 0; e = c->edges[e].next) {
    visit_body(c, c->edges[e].from);
    if (c->failed)
      return;
    const Node *from = &c->node[c->edges[e].from];
    level            = plan_max(level, from->body_level + 1);
    latency          = plan_max(latency, from->tap_latency[c->edges[e].tap]);
  }
  node->head_latency = latency;
  node->head_level   = level;
}

/* Ways of the plan before, which may be about to fade out, must still come
   before what they feed. */
static void
find_floors(Compile *c)
{
  const Plan *newest = c->builder->newest;

  for (Part *each = newest ? c->builder->banks : NULL; each;
       each       = each->next) {
    const BankPart *bank = (const BankPart *)each;

    for (const Part *at = bank->crosses; at; at = at->next) {
      const CrossPart *cross = (const CrossPart *)at;
      const int        slot  = plan_slot_fed(&cross->way);

      if (slot >= 0 && at->last == newest->serial &&
          !(cross->retired && c->settled))
        c->node[slot].floor =
          plan_max(c->node[slot].floor, bank->body_level + 1);
    }
  }
}

bool
plan_graph(Compile *c, const PlanStrip *strips, int count)
{
  for (unsigned slot = 0; slot < SLOTS; slot++)
    c->node[slot] = (Node){ .head_level = -1, .body_level = -1, .feeders = -1 };
  for (int i = 0; i < count; i++)
    c->node[strips[i].strip->slot].spec = &strips[i];
  for (unsigned slot = 0; slot < SLOTS; slot++)
    if (c->node[slot].spec)
      add_strip_edges(c, slot);
  find_floors(c);
  for (unsigned slot = 0; slot < SLOTS && !c->failed; slot++)
    if (c->node[slot].spec)
      visit_body(c, slot);
  return !c->failed;
}
