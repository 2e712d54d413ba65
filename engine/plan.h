/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_PLAN_H
#define CONSORT_ENGINE_PLAN_H

/* The plan: the desk's routing, compiled into what the audio thread walks.

   Control describes the strips; the builder finds an order in which every strip
   is processed after all that it hears, gives each leg a lane in a bank, makes
   the ways between banks and destinations with the delays that let all paths
   arrive together, and lists the steps. A plan never changes once it is handed
   over; what it points to (banks, gains, delay lines) lives on from plan to
   plan, so that a new plan resets nothing. */

#include "engine/gains.h"

/* One strip as control wants it. Buses, main and monitor alike. */
typedef struct PlanStrip {
  Strip       *strip;
  const float *value;    /* CELLS values: control's copy */
  int          gate_key; /* a slot, or -1 */
  int          comp_key;
  Track       *track;
  int          track_channel[2];
  DelayLine   *delay;
  Reverb      *reverb;
  Echo        *echo;
} PlanStrip;

/* What the audio thread does to a strip when it takes a plan up. */
typedef struct Place {
  Strip     *strip;
  Bank      *bank;
  uint8_t    lane;
  bool       fresh; /* not heard before: its lanes start in silence */
  bool       blank; /* its lanes are silent already */
  bool       is_key;
  Track     *track;
  int        track_channel[2];
  DelayLine *delay;
  Reverb    *reverb;
  Echo      *echo;
} Place;

/* A key on its way to those who listen: a leg of a strip, delayed. */
typedef struct KeyTap {
  Strip *from;
  int    leg;   /* of Strip.key */
  int    delay; /* frames */
  int    size;  /* of the ring, a power of two; 0 without a delay */
  int    write;
  float *ring;
  float  frame[GRID_FRAMES];
} KeyTap;

typedef struct PlanBank {
  Bank        *bank;
  int          head_level, body_level;
  float       *gate_ring; /* of the look-ahead; NULL: nobody looks ahead */
  float       *comp_ring;
  Way         *ways;
  int          way_count;
  TapRing    **rings; /* to be kept, each before any tap that reads it */
  int          ring_count;
  AlignedTap **aligned;
  int          aligned_count;
  AlignedTap *hold; /* what the body waits for its keys with; NULL: none does */
  int         hold_delay[MAX_LANES]; /* where the hold goes */
  unsigned    taps;                  /* Work.taps */
  bool        has_gate_key, has_comp_key;
  const float *gate_key[MAX_LANES]; /* NULL: listens to itself */
  const float *comp_key[MAX_LANES];
} PlanBank;

/* A sum: the input of a bus, main or monitor, or a physical output. */
typedef struct PlanDest {
  uint16_t slot;
  bool     output;
  int      latency;   /* frames from the inputs to here */
  float   *sum[2];    /* GRID_FRAMES × lanes */
  float   *planar[2]; /* GRID_FRAMES */
} PlanDest;

typedef enum StepKind {
  STEP_SUM,  /* index: destination: its sums become its signal */
  STEP_HEAD, /* index: bank: source, trim, delay */
  STEP_KEY,  /* index: key tap */
  STEP_BODY, /* index: bank: the chain, and its ways out */
} StepKind;

typedef struct Step {
  uint16_t kind;
  uint16_t index;
} Step;

/* A way of a bank whose gains are to be computed anew. */
typedef struct WayRef {
  uint16_t bank;
  uint16_t way;
} WayRef;

/* A way that takes over from another of the same bank: in these lanes their
   delays are the same, and the gains are moved. */
typedef struct Carry {
  uint16_t bank;
  uint16_t to, from; /* ways */
  uint32_t lanes;    /* bits */
} Carry;

typedef struct Plan {
  uint64_t  serial;
  Strip    *strip[SLOTS];      /* NULL: there is none */
  uint16_t  dest_of[SLOTS];    /* the destination that is the strip's input */
  int       late[SLOTS][TAPS]; /* frames by which a tap is behind the inputs */
  PlanBank *banks;
  int       bank_count;
  Step     *steps;
  int       step_count;
  Place    *places; /* what is new since the plan before */
  int       place_count;
  PlanDest *dests;
  int       dest_count;
  KeyTap  **keys;
  int       key_count;
  Track   **tracks;
  int       track_count;
  Carry    *carries;
  int       carry_count, carry_room;
  WayRef   *changed; /* ways that rise from 0, or fall to it */
  int       changed_count, changed_room;
  int       fill; /* frames until what its new rings hold is whole: changed
                     ways wait so long */
  int  drain;     /* frames that the longest delay of a way still plays */
  bool fading;    /* compile again once settled: ways are left that have faded
                     out, or lanes that have played out */
  bool waits[SLOTS]; /* these strips could not move yet: compile again */
  bool waiting;      /* some of them do */

  /* Set by the audio thread: nothing fades any more. */
  _Atomic bool settled;
} Plan;

typedef struct PlanBuilder PlanBuilder;

/* Builds plans for a kernel and a sample rate. [control] */
PlanBuilder *plan_builder_new(const Kernel *kernel, double rate);
void         plan_builder_free(PlanBuilder *builder);

/* Compiles the desk. The plan before must be in use, and the one before that
   retired. The strips' DSP state is placed so that whoever was in the plan
   before keeps it. Returns NULL with the reason where the routing has a cycle
   or memory is out; the plan before then stays. [control] */
Plan *plan_compile(PlanBuilder     *builder,
                   const PlanStrip *strips,
                   int              count,
                   char             reason[160]);

/* Frees a plan which the audio thread has left behind or never got, and what
   only it needed. [control] */
void plan_retire(PlanBuilder *builder, Plan *plan);

#endif
