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

#include "engine/mixer.h"
#include "engine/transport.h"

#define EVENTS  32768
#define REPORTS 32768
#define PENDING 4096
#define SPANS   64

struct Engine {
  Mixer      *mixer;
  Ring       *events;
  Ring       *reports;
  Transport   transport;
  Playhead    playhead;
  EngineState state;
  double      rate;
  Output      output[SLOTS - SLOT_BUS];
  bool        panic;
  int         grid; /* frames since the last grid point */
  int         pending_count;
  Event       pending[PENDING]; /* events of later frames, in order */
  float       tape_gain[GRID_FRAMES];
};

Engine *
engine_new(double rate, const Kernel *kernel)
{
  Engine *engine = calloc(1, sizeof *engine);

  if (!engine)
    return NULL;
  memset(engine->pending, 0, sizeof engine->pending);
  engine->rate    = rate;
  engine->events  = ring_new(sizeof(Event), EVENTS);
  engine->reports = ring_new(sizeof(Report), REPORTS);
  engine->mixer =
    mixer_new(kernel ? kernel : kernel_choose(NULL), rate, engine->reports);
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
engine_wake(Engine *engine) RT_SAFE
{
  for (int i = 0; i < SLOTS - SLOT_BUS; i++)
    output_wake(&engine->output[i]);
}

/* --- events --- */

static void
start_grid(Engine *engine) RT_SAFE
{
  engine->grid = 0;
  mixer_locate(engine->mixer, engine->transport.song);
}

static void
take_plan(Engine *engine, Plan *plan) RT_SAFE
{
  mixer_take_plan(engine->mixer, plan);
  for (int i = 0; i < plan->dest_count; i++)
    if (plan->dests[i].output)
      atomic_store_explicit(
        &engine->state.latency[plan->dests[i].slot - SLOT_BUS],
        plan->dests[i].latency,
        memory_order_relaxed);
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
    mixer_leave(mixer, event->slot, event->number > 0.5);
    break;
  case EVENT_PLAN:
    take_plan(engine, event->pointer);
    break;
  case EVENT_PLAY:
    if (transport_play(&engine->transport))
      start_grid(engine);
    break;
  case EVENT_STOP:
    transport_stop(&engine->transport);
    break;
  case EVENT_LOCATE:
    if (transport_locate(&engine->transport, event->position))
      start_grid(engine);
    break;
  case EVENT_LOOP:
    transport_loop(
      &engine->transport, event->number > 0.5, event->position, event->end);
    break;
  case EVENT_TEMPO:
    mixer_set_tempo(mixer, event->number);
    break;
  case EVENT_PAN_LAW:
    mixer_set_pan_law(mixer, (int)event->number);
    break;
  case EVENT_PANIC:
    engine->panic = event->number > 0.5;
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

/* Keeps what is for later, in order of frames and of arrival. Where there is no
   more room it takes effect at once, which is better than never. */
static void
defer_event(Engine *engine, const Event *event) RT_SAFE
{
  int at = engine->pending_count;

  if (at == PENDING) {
    apply_event(engine, event);
    return;
  }
  while (at > 0 && engine->pending[at - 1].frame > event->frame) {
    engine->pending[at] = engine->pending[at - 1];
    at--;
  }
  engine->pending[at] = *event;
  engine->pending_count++;
}

static void
take_events(Engine *engine) RT_SAFE
{
  Event event;

  while (ring_get(engine->events, &event)) {
    if (event.frame <= engine->mixer->engine_frame)
      apply_event(engine, &event);
    else
      defer_event(engine, &event);
  }
}

void
engine_settle(Engine *engine, Plan *plan)
{
  take_plan(engine, plan);
  take_events(engine);
  mixer_settle(engine->mixer);
}

static bool
take_due_events(Engine *engine) RT_SAFE
{
  int due = 0;

  while (due < engine->pending_count &&
         engine->pending[due].frame <= engine->mixer->engine_frame)
    apply_event(engine, &engine->pending[due++]);
  if (due == 0)
    return false;
  engine->pending_count -= due;
  memmove(engine->pending,
          engine->pending + due,
          (size_t)engine->pending_count * sizeof *engine->pending);
  return true;
}

/* --- tracks --- */

static void
release_tracks(const Engine *engine) RT_SAFE
{
  const Plan *plan = engine->mixer->plan;

  for (int i = 0; plan && i < plan->track_count; i++)
    track_end(plan->tracks[i]);
}

/* Strips whose track missed audio come up again gently when it is back. */
static void
mark_late(const Plan *plan, const Track *track) RT_SAFE
{
  for (unsigned slot = 0; slot < SLOT_BUS; slot++)
    if (plan->strip[slot] && plan->strip[slot]->track == track)
      plan->strip[slot]->tape_gain = 0.0f;
}

static void
hold_tracks(Engine *engine, int frames) RT_SAFE
{
  const Plan *plan = engine->mixer->plan;
  SongSpan    spans[SPANS];
  const int   count = transport_spans(&engine->transport, frames, spans, SPANS);

  for (int i = 0; plan && i < plan->track_count; i++) {
    Track         *track = plan->tracks[i];
    const uint32_t before =
      atomic_load_explicit(&track->underruns, memory_order_relaxed);

    track_begin(track, spans, count);
    if (atomic_load_explicit(&track->underruns, memory_order_relaxed) !=
        before) {
      mark_late(plan, track);
      atomic_fetch_add_explicit(
        &engine->state.underruns, 1, memory_order_relaxed);
    }
  }
}

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

/* --- the cycle --- */

static int
slice_frames(const Engine *engine, int left) RT_SAFE
{
  int n = GRID_FRAMES - engine->grid;

  n = n < left ? n : left;
  if (engine->pending_count) {
    const int64_t ahead =
      engine->pending[0].frame - engine->mixer->engine_frame;
    n = ahead < n ? (int)ahead : n;
  }
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

  if (engine->panic)
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

/* A change of the transport within the cycle: other pages are needed. */
static void
song_moved(Engine *engine, int frames_left) RT_SAFE
{
  release_tracks(engine);
  hold_tracks(engine, frames_left);
}

static void
run_cycle(Engine *engine, const EngineCycle *cycle) RT_SAFE
{
  int offset = 0;

  if (cycle->external && transport_follow(&engine->transport,
                                          cycle->external_rolling,
                                          cycle->external_frame))
    start_grid(engine);
  take_events(engine);
  hold_tracks(engine, cycle->frames);
  while (offset < cycle->frames) {
    const Plan *plan = engine->mixer->plan;
    if (engine->pending_count &&
        engine->pending[0].frame <= engine->mixer->engine_frame) {
      release_tracks(engine);
      take_due_events(engine);
      hold_tracks(engine, cycle->frames - offset);
    }
    if (engine->grid == 0)
      mixer_grid(engine->mixer);
    const int n = slice_frames(engine, cycle->frames - offset);
    run_slice(engine, cycle, offset, n);
    offset += n;
    if (transport_advance(&engine->transport, n)) {
      start_grid(engine);
      if (plan)
        song_moved(engine, cycle->frames - offset);
    }
  }
  release_tracks(engine);
}

void
engine_process(Engine *engine, const EngineCycle *cycle) RT_SAFE
{
#if defined(__SSE__)
  /* JACK leaves denormals on; a tail that fades costs a hundred times as much
     with them. Bits 15 and 6: flush to zero, denormals are zero. */
  const unsigned csr = _mm_getcsr();
  _mm_setcsr(csr | 0x8040);
#endif
  silence(cycle);
  run_cycle(engine, cycle);
  publish(engine);
#if defined(__SSE__)
  _mm_setcsr(csr);
#endif
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
