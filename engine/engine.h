/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_ENGINE_H
#define CONSORT_ENGINE_ENGINE_H

/* The engine: everything that happens to sound, from the inputs of a cycle to
   its outputs. A backend calls engine_process() on its audio thread; control
   posts events and takes reports. */

#include "engine/messages.h"
#include "engine/plan.h"

typedef struct Engine Engine;

enum {
  INPUT_PORTS  = 2 * SLOT_BUS,           /* index: 2·slot + leg */
  OUTPUT_PORTS = 2 * (SLOTS - SLOT_BUS), /* index: 2·(slot - SLOT_BUS) + leg */
};

/* One cycle. */
typedef struct EngineCycle {
  int                 frames;
  const float *const *in;  /* INPUT_PORTS pointers; NULL ones are silent */
  float *const       *out; /* OUTPUT_PORTS pointers; NULL ones are not there */
  bool    physical; /* the outputs go to ears: the last stage is in force */
  bool    external; /* somebody else's transport is followed */
  bool    external_rolling;
  int64_t external_frame; /* song frame at the cycle's start */
} EngineCycle;

/* What anyone may look at. */
typedef struct EngineState {
  _Atomic int64_t  engine_frame;
  _Atomic int64_t  song_frame;
  _Atomic bool     rolling;
  _Atomic uint64_t underruns;
  _Atomic int      latency[SLOTS - SLOT_BUS]; /* frames: engine_latency() */
} EngineState;

/* An engine at a sample rate. kernel NULL takes the fastest. NULL when memory
   is out. [control] */
Engine *engine_new(double rate, const Kernel *kernel);

/* No backend may be calling it any more. [control] */
void engine_free(Engine *engine);

const Kernel *engine_kernel(const Engine *engine);
double        engine_rate(const Engine *engine);
Playhead     *engine_playhead(Engine *engine);

/* Posts an event; false where the ring is full. [control] */
bool engine_post(Engine *engine, const Event *event);

/* The next report; false where there is none. [control] */
bool engine_report(Engine *engine, Report *report);

/* Takes a plan up and the events that were posted, and brings strips to their
   values at once, on the calling thread. Only before any cycle: so that a
   session sounds from its first sample as it will from then on. [control] */
void engine_settle(Engine *engine, Plan *plan);

/* Silences every output within a block, whatever waits in the ring; or fades
   them in again. [any] */
void engine_panic(Engine *engine, bool on);

/* Processes one cycle. [audio] */
void engine_process(Engine *engine, const EngineCycle *cycle) RT_SAFE;

/* The audio thread starts or comes back: outputs fade in. [audio] */
void engine_wake(Engine *engine) RT_SAFE;

const EngineState *engine_state(const Engine *engine);

/* How many frames the output of a bus, main or the monitor is late. [any] */
int engine_latency(const Engine *engine, unsigned slot) RT_SAFE;

/* The song frames that the next cycle of so many frames will play, for backends
   that wait for tracks. Returns how many spans. [audio, between cycles] */
int engine_next_spans(const Engine      *engine,
                      const EngineCycle *cycle,
                      SongSpan          *spans,
                      int                room) RT_SAFE;

#endif
