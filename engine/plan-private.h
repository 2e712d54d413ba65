/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_PLAN_PRIVATE_H
#define CONSORT_ENGINE_PLAN_PRIVATE_H

/* What the compiler's files share.

   What outlives a plan (banks, gains, rings) is a part, with the serial of the
   newest plan that uses it: it goes when a plan at least that new has been left
   behind. */

#include "engine/plan.h"

typedef struct Part Part;
struct Part {
  Part    *next;
  uint64_t made; /* the first plan that uses it */
  uint64_t last; /* the newest plan that uses it */
};

typedef struct CrossPart {
  Part part;
  Way  way; /* as in the newest plan */
  bool retired;
  bool changed; /* its gains were to be computed anew in the newest plan */
} CrossPart;

typedef struct RingPart {
  Part    part;
  TapRing ring;
} RingPart;

typedef struct AlignPart {
  Part       part;
  bool       holds; /* it is the bank's hold */
  AlignedTap tap;
} AlignPart;

typedef struct KeyPart {
  Part   part;
  KeyTap tap;
} KeyPart;

/* A bank: what its lanes have in common, and who has them. */
typedef struct BankPart {
  Part     part;
  Bank     bank;
  int      head_level, body_level;
  unsigned shape; /* the blocks that its first strip had on */
  unsigned taken; /* lanes, as bits */
  unsigned left;  /* of them, those that were left: free once the plan that left
                     them has settled */
  uint64_t vacated; /* the newest plan in which a strip moved away */
  float   *gate_ring, *comp_ring;
  Part    *crosses, *rings, *aligned;
} BankPart;

/* Where control believes a strip to be. */
typedef struct Seat {
  const Strip *strip; /* NULL: the slot is free */
  BankPart    *bank;
  int          lane;
  Place        place; /* as the audio thread was told */
} Seat;

struct PlanBuilder {
  const Kernel *kernel;
  double        rate;
  uint64_t      serial;  /* of the newest compilation, whatever came of it */
  uint64_t      retired; /* of the newest plan that was left behind */
  const Plan   *newest;  /* NULL: none yet */
  Part         *banks, *keys;
  Seat          seat[SLOTS];
};

/* What compiling finds out about a strip. */
typedef struct Node {
  const PlanStrip *spec;                   /* NULL: no such slot */
  int              head_level, body_level; /* -1: not known yet */
  int              head_latency;
  int              hold; /* frames that the body waits for a later key */
  int              tap_latency[TAPS];
  int              floor;   /* no lower level, since a way to it still fades */
  int              feeders; /* first of its list in Compile.edges, or -1 */
  bool             visited; /* now: a second visit is a cycle */
  bool             is_key;
} Node;

typedef struct Edge {
  uint16_t from;
  uint8_t  tap;
  int      next;
} Edge;

/* One run of the compiler. */
typedef struct Compile {
  PlanBuilder *builder;
  Plan        *plan;
  Node         node[SLOTS];
  int          dest[SLOTS][2]; /* input and output of a slot, or -1 */
  Edge        *edges;
  int          edge_count, edge_room;
  int          levels;
  int          copies;  /* of lanes, that the audio thread will make */
  bool         settled; /* the plan before has nothing left that fades */
  bool         failed;
  char        *reason;
} Compile;

static inline int
plan_max(int a, int b)
{
  return a > b ? a : b;
}

static inline bool
plan_on(const float *value, unsigned cell)
{
  return value[cell] > 0.5f;
}

/* The slot whose sum a way feeds; -1 for a physical output. */
static inline int
plan_slot_fed(const Way *way)
{
  switch ((WayKind)way->kind) {
  case WAY_MAIN:
    return SLOT_MAIN;
  case WAY_GROUP:
  case WAY_SEND:
    return SLOT_BUS + way->bus;
  case WAY_PFL:
  case WAY_AFL:
  case WAY_MONITOR:
    return SLOT_MONITOR;
  case WAY_OUTPUT:
    break;
  }
  return -1;
}

/* plan-parts.c: memory. */

/* Zeroed, for vectors; NULL, and the compilation has failed, when there is
   none. */
void  *plan_memory(Compile *c, size_t bytes);
size_t plan_frames_bytes(const PlanBuilder *builder, int frames);

/* Makes room for one more element of an array that grows; NULL, and the
   compilation has failed, when there is none. */
void *plan_grow(Compile *c, void *array, int count, int *room, size_t size);

/* A new part at the end of a list, so that the order in which sums are made
   stays. NULL as above. */
void *plan_part(Compile *c, Part **list, size_t size);

/* Frees the parts that no plan after builder->retired uses. */
void plan_sweep(PlanBuilder *builder);
void plan_free_parts(PlanBuilder *builder);

/* plan-graph.c: levels and latencies of all strips; false with the reason where
   there is a cycle. */
bool plan_graph(Compile *c, const PlanStrip *strips, int count);

/* plan-seats.c: a lane for each leg, and the banks' look-ahead rings. */
void plan_seats(Compile *c);

/* Is the bank in this plan? Someone sits in it, or its last notes sound. */
bool plan_bank_is_used(const Compile *c, const BankPart *part);

/* plan-ways.c: fills in one bank of the plan, whose index it is. */
void plan_fill_bank(Compile *c, BankPart *part, int index);

#endif
