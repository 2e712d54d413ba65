/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cycle is cut into slices: at the grid, at the frames where events fall, and
   where the song jumps. The grid counts frames from the last start or locate,
   so that a song gives the same bits however its cycles are cut. */

#include "engine/engine.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SSE__)
#  include <xmmintrin.h>
#endif

#include "engine/agenda.h"
#include "engine/mixer.h"
#include "engine/transport.h"

#define EVENTS  32768
#define REPORTS 32768
#define SPANS   64

/* Events that are taken from the ring in a cycle: a flood comes bit by bit. */
#define EVENTS_A_CYCLE 1024

struct Engine {
  Mixer       *mixer;
  Ring        *events;
  Ring        *reports;
  Transport    transport;
  Playhead     playhead;
  EngineState  state;
  double       rate;
  Output       output[SLOTS - SLOT_BUS];
  _Atomic bool panic;
  bool         panics;     /* as the audio thread has seen it */
  bool         song_moved; /* other pages of the tracks are needed */
  Plan        *left;       /* a plan left behind that is not reported yet */
  int          grid;       /* frames since the last grid point */
  float        tape_gain[GRID_FRAMES];
  Agenda       agenda;
};

Engine *
engine_new(double rate, const Kernel *kernel)
{
  Engine *engine = calloc(1, sizeof *engine);

  if (!engine)
    return NULL;
  /* Touched, so that the audio thread never meets a fresh page. */
  memset(&engine->agenda, 0, sizeof engine->agenda);
  engine->rate    = rate;
  engine->events  = ring_new(sizeof(Event), EVENTS);
  engine->reports = ring_new(sizeof(Report), REPORTS);
  engine->mixer   = mixer_new(kernel ? kernel : kernel_choose(NULL), rate);
  if (!engine->events || !engine->reports || !engine->mixer) {
    engine_free(engine);
    return NULL;
  }
  transport_init(&engine->transport, rate);
  for (int i = 0; i < SLOTS - SLOT_BUS; i++)
    output_init(&engine->output[i], rate);
  return engine;
}

void
engine_free(Engine *engine)
{
  if (!engine)
    return;
  mixer_free(engine->mixer);
  ring_free(engine->events);
  ring_free(engine->reports);
  free(engine);
}

const Kernel *
engine_kernel(const Engine *engine)
{
  return engine->mixer->kernel;
}

double
engine_rate(const Engine *engine)
{
  return engine->rate;
}

Playhead *
engine_playhead(Engine *engine)
{
  return &engine->playhead;
}

const EngineState *
engine_state(const Engine *engine)
{
  return &engine->state;
}

int
engine_latency(const Engine *engine, unsigned slot) RT_SAFE
{
  return atomic_load_explicit(&engine->state.latency[slot - SLOT_BUS],
                              memory_order_relaxed);
}

bool
engine_post(Engine *engine, const Event *event)
{
  return ring_put(engine->events, event);
}

bool
engine_report(Engine *engine, Report *report)
{
  return ring_get(engine->reports, report);
}

void
engine_panic(Engine *engine, bool on)
{
  atomic_store_explicit(&engine->panic, on, memory_order_relaxed);
}

void
engine_wake(Engine *engine) RT_SAFE
{
  for (int i = 0; i < SLOTS - SLOT_BUS; i++)
    output_wake(&engine->output[i]);
}

/* --- tracks --- */

static void
release_tracks(const Engine *engine) RT_SAFE
{
  const Plan *plan = engine->mixer->plan;

  for (int i = 0; plan && i < plan->track_count; i++)
    track_end(plan->tracks[i]);
}

static void
hold_tracks(Engine *engine, int frames) RT_SAFE
{
  const Plan *plan = engine->mixer->plan;
  SongSpan    spans[SPANS];
  const int   count = transport_spans(&engine->transport, frames, spans, SPANS);

  engine->song_moved = false;
  for (int i = 0; plan && i < plan->track_count; i++) {
    Track         *track = plan->tracks[i];
    const uint32_t before =
      atomic_load_explicit(&track->underruns, memory_order_relaxed);

    track_begin(track, spans, count);
    if (atomic_load_explicit(&track->underruns, memory_order_relaxed) != before)
      atomic_fetch_add_explicit(
        &engine->state.underruns, 1, memory_order_relaxed);
  }
}

/* --- events --- */

static void
start_grid(Engine *engine) RT_SAFE
{
  engine->grid = 0;
  mixer_locate(engine->mixer, engine->transport.song);
}

/* The plan before goes back to control, now or as soon as there is room. */
static void
report_left(Engine *engine) RT_SAFE
{
  const Report report = { .kind = REPORT_PLAN, .pointer = engine->left };

  if (engine->left && ring_put(engine->reports, &report))
    engine->left = NULL;
}

static void
take_plan(Engine *engine, Plan *plan) RT_SAFE
{
  release_tracks(engine);
  engine->left = mixer_take_plan(engine->mixer, plan);
  report_left(engine);
  for (int i = 0; i < plan->dest_count; i++)
    if (plan->dests[i].output)
      atomic_store_explicit(
        &engine->state.latency[plan->dests[i].slot - SLOT_BUS],
        plan->dests[i].latency,
        memory_order_relaxed);
}

static bool defer_event(Engine *engine, Event event) RT_SAFE;

/* A strip comes back when what its change made anew has heard enough. */
static void
leave(Engine *engine, const Event *event) RT_SAFE
{
  Event later = *event;

  later.frame    = engine->mixer->engine_frame + event->position;
  later.position = 0;
  later.serial   = 0;
  if (event->position == 0 || !defer_event(engine, later))
    mixer_leave(engine->mixer, event->slot, event->number > 0.5, event->cell);
}

static void
apply_transport(Engine *engine, const Event *event) RT_SAFE
{
  Transport *transport = &engine->transport;
  bool       starts    = false;

  if (event->kind == EVENT_PLAY)
    starts = transport_play(transport);
  else if (event->kind == EVENT_STOP)
    transport_stop(transport);
  else if (event->kind == EVENT_LOCATE)
    starts = transport_locate(transport, event->position);
  else
    transport_loop(transport, event->number > 0.5, event->position, event->end);
  engine->song_moved = true;
  if (starts)
    start_grid(engine);
}

static void
apply_event(Engine *engine, const Event *event) RT_SAFE
{
  Mixer *mixer = engine->mixer;

  switch ((EventKind)event->kind) {
  case EVENT_VALUE:
    mixer_set_value(mixer, event->slot, event->cell, (float)event->number);
    break;
  case EVENT_DCA:
    mixer_set_dca(mixer, event->slot, event->cell, (float)event->number);
    break;
  case EVENT_MUTEGROUP:
    mixer_set_mutegroup(mixer, event->slot, event->number > 0.5);
    break;
  case EVENT_SOLO:
    mixer_set_solo(mixer, event->slot, event->cell);
    break;
  case EVENT_LEAVE:
    leave(engine, event);
    break;
  case EVENT_PLAN:
    take_plan(engine, event->pointer);
    engine->song_moved = true;
    break;
  case EVENT_PLAY:
  case EVENT_STOP:
  case EVENT_LOCATE:
  case EVENT_LOOP:
    apply_transport(engine, event);
    break;
  case EVENT_TEMPO:
    mixer_set_tempo(mixer, event->number);
    break;
  case EVENT_PAN_LAW:
    mixer_set_pan_law(mixer, (int)event->number);
    break;
  }
  if (!event->serial)
    return;
  const Report report = { .kind         = REPORT_APPLIED,
                          .serial       = event->serial,
                          .engine_frame = mixer->engine_frame,
                          .song_frame   = engine->transport.song };
  ring_put(engine->reports, &report);
}

/* Keeps what is for later; false where there is no more room, and at once is
   better than never. */
static bool
defer_event(Engine *engine, Event event) RT_SAFE
{
  return agenda_put(&engine->agenda, &event);
}

static void
take_event(Engine *engine, Event *event) RT_SAFE
{
  if (event->frame != EVENT_NOW && event->kind == EVENT_VALUE)
    event->frame += mixer_late(engine->mixer, event->slot, event->cell);
  if (event->frame <= engine->mixer->engine_frame ||
      !defer_event(engine, *event))
    apply_event(engine, event);
}

static void
take_events(Engine *engine, int most) RT_SAFE
{
  Event event;

  while (most-- > 0 && ring_get(engine->events, &event))
    take_event(engine, &event);
}

static void
take_due_events(Engine *engine) RT_SAFE
{
  const Event *first;

  while ((first = agenda_first(&engine->agenda)) &&
         first->frame <= engine->mixer->engine_frame) {
    const Event event = agenda_take(&engine->agenda);
    apply_event(engine, &event);
  }
}

static void
take_panic(Engine *engine) RT_SAFE
{
  const bool on = atomic_load_explicit(&engine->panic, memory_order_relaxed);

  if (engine->panics && !on)
    engine_wake(engine);
  engine->panics = on;
}

void
engine_settle(Engine *engine, Plan *plan)
{
  take_plan(engine, plan);
  take_events(engine, EVENTS);
  mixer_settle(engine->mixer);
}

/* --- the cycle --- */

static void
publish(Engine *engine) RT_SAFE
{
  const Transport   *transport = &engine->transport;
  const SongPosition position  = { .frame      = transport->jumping
                                                   ? transport->jump_song
                                                   : transport->song,
                                   .rolling    = transport->rolling,
                                   .loop       = transport->loop,
                                   .loop_start = transport->loop_start,
                                   .loop_end   = transport->loop_end };

  playhead_publish(&engine->playhead, &position);
  atomic_store_explicit(
    &engine->state.song_frame, transport->song, memory_order_relaxed);
  atomic_store_explicit(&engine->state.rolling,
                        transport->rolling && !transport->stopping,
                        memory_order_relaxed);
  atomic_store_explicit(&engine->state.engine_frame,
                        engine->mixer->engine_frame,
                        memory_order_relaxed);
}

static int
slice_frames(const Engine *engine, int left) RT_SAFE
{
  int n = GRID_FRAMES - engine->grid;

  n                  = n < left ? n : left;
  const Event *first = agenda_first(&engine->agenda);
  if (first && first->frame - engine->mixer->engine_frame < n)
    n = (int)(first->frame - engine->mixer->engine_frame);
  return transport_stretch(&engine->transport, n);
}

static void
write_output(Engine            *engine,
             const PlanDest    *dest,
             const EngineCycle *cycle,
             int                offset,
             int                n) RT_SAFE
{
  const int index = dest->slot - SLOT_BUS;

  if (engine->panics)
    for (int side = 0; side < 2; side++)
      memset(dest->planar[side], 0, (size_t)n * sizeof(float));
  if (cycle->physical) {
    const int found = output_process(
      &engine->output[index], dest->planar[0], dest->planar[1], n);
    const Report report = { .kind         = REPORT_OUTPUT,
                            .slot         = dest->slot,
                            .code         = (uint16_t)found,
                            .engine_frame = engine->mixer->engine_frame };
    if (found)
      ring_put(engine->reports, &report);
  }
  for (int side = 0; side < 2; side++)
    if (cycle->out && cycle->out[2 * index + side])
      memcpy(cycle->out[2 * index + side] + offset,
             dest->planar[side],
             (size_t)n * sizeof(float));
}

static void
run_slice(Engine *engine, const EngineCycle *cycle, int offset, int n) RT_SAFE
{
  Transport *transport = &engine->transport;
  Plan      *plan      = engine->mixer->plan;
  Slice      slice     = { .in      = cycle->in,
                           .offset  = offset,
                           .n       = n,
                           .song    = transport->song,
                           .rolling = transport->rolling };

  if (transport->rolling && transport_gain(transport, engine->tape_gain, n))
    slice.tape_gain = engine->tape_gain;
  mixer_slice(engine->mixer, &slice);
  for (int i = 0; plan && i < plan->dest_count; i++)
    if (plan->dests[i].output)
      write_output(engine, &plan->dests[i], cycle, offset, n);
  engine->grid = (engine->grid + n) % GRID_FRAMES;
}

static void
silence(const EngineCycle *cycle) RT_SAFE
{
  for (int i = 0; cycle->out && i < OUTPUT_PORTS; i++)
    if (cycle->out[i])
      memset(cycle->out[i], 0, (size_t)cycle->frames * sizeof(float));
}

/* What stands before the next slice: events, and the pages that are needed. */
static void
prepare(Engine *engine, int frames_left) RT_SAFE
{
  take_due_events(engine);
  if (engine->song_moved) {
    release_tracks(engine);
    hold_tracks(engine, frames_left);
  }
  if (engine->grid == 0)
    mixer_grid(engine->mixer);
}

static void
run_cycle(Engine *engine, const EngineCycle *cycle) RT_SAFE
{
  int offset = 0;

  if (!cycle->external)
    transport_lead(&engine->transport);
  else if (transport_follow(&engine->transport,
                            cycle->external_rolling,
                            cycle->external_frame))
    start_grid(engine);
  take_panic(engine);
  report_left(engine);
  take_events(engine, EVENTS_A_CYCLE);
  engine->song_moved = true;
  while (offset < cycle->frames) {
    prepare(engine, cycle->frames - offset);
    const int n = slice_frames(engine, cycle->frames - offset);
    run_slice(engine, cycle, offset, n);
    offset += n;
    if (transport_advance(&engine->transport, n)) {
      start_grid(engine);
      engine->song_moved = true;
    }
  }
  release_tracks(engine);
}

/* A tail that fades into denormals costs a hundred times as much, and JACK
   leaves them on: flush to zero, denormals are zero. Returns what was. */
static uint64_t
flush_denormals(void) RT_SAFE
{
#if defined(__SSE__)
  const unsigned before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
#elif defined(__aarch64__)
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | UINT64_C(1) << 24));
  return before;
#else
  return 0;
#endif
}

static void
restore_denormals(uint64_t before) RT_SAFE
{
#if defined(__SSE__)
  _mm_setcsr((unsigned)before);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"(before));
#else
  (void)before;
#endif
}

void
engine_process(Engine *engine, const EngineCycle *cycle) RT_SAFE
{
  const uint64_t before = flush_denormals();

  silence(cycle);
  run_cycle(engine, cycle);
  publish(engine);
  restore_denormals(before);
}

int
engine_next_spans(const Engine      *engine,
                  const EngineCycle *cycle,
                  SongSpan          *spans,
                  int                room) RT_SAFE
{
  Transport next = engine->transport;

  if (cycle->external)
    transport_follow(&next, cycle->external_rolling, cycle->external_frame);
  return transport_spans(&next, cycle->frames, spans, room);
}
