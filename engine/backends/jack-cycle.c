/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libjack calls: the cycle on its audio thread, and the rest on the thread
   of its notifications, where atomics are set and nothing waits. */

#include "engine/backends/jack-private.h"

#include <string.h>
#include <sys/resource.h>

#define SPANS       64
#define STACK_BYTES (128 * 1024) /* more than any cycle needs */

/* --- ports --- */

static void
take_table(JackBackend *b) RT_SAFE
{
  PortTable *table = atomic_load_explicit(&b->table, memory_order_acquire);

  if (table == b->seen)
    return;
  memset(b->in, 0, sizeof b->in);
  memset(b->out, 0, sizeof b->out);
  b->seen = table;
}

static void
get_buffers(JackBackend *b, jack_nframes_t frames)
{
  const PortTable *table = b->seen;

  for (int i = 0; table && i < table->count; i++) {
    float *buffer = jack_port_get_buffer(table->port[i], frames);
    if (table->input[i])
      b->in[table->index[i]] = buffer;
    else
      b->out[table->index[i]] = buffer;
  }
}

/* --- the cycle --- */

static void
wait_for_tracks(JackBackend *b, const EngineCycle *cycle)
{
  SongSpan  spans[SPANS];
  const int count =
    engine_next_spans(atomic_load(&b->engine), cycle, spans, SPANS);

  for (int i = 0; i < count; i++)
    b->options.wait(
      atomic_load(&b->wait_self), spans[i].frame, spans[i].frames);
}

static void
follow_transport(JackBackend *b, EngineCycle *cycle)
{
  jack_position_t              position;
  const jack_transport_state_t state =
    jack_transport_query(b->client, &position);

  cycle->external         = true;
  cycle->external_rolling = state == JackTransportRolling;
  cycle->external_frame   = position.frame;
}

static void
run_engine(JackBackend *b, jack_nframes_t frames)
{
  Engine     *engine = atomic_load_explicit(&b->engine, memory_order_acquire);
  EngineCycle cycle  = {
     .frames = (int)frames, .in = b->in, .out = b->out, .physical = true
  };

  if (atomic_load_explicit(&b->follow, memory_order_relaxed))
    follow_transport(b, &cycle);
  if (atomic_load_explicit(&b->freewheel, memory_order_relaxed)) {
    /* A cycle of no length takes a start in before its tracks are asked for. */
    EngineCycle none = cycle;
    none.frames      = 0;
    engine_process(engine, &none);
    wait_for_tracks(b, &cycle);
  }
  engine_process(engine, &cycle);
}

/* --- the watch --- */

typedef struct Usage {
  struct rusage   counts;
  struct timespec time; /* of the processor's that the thread has had */
} Usage;

static Usage
look_at_thread(void)
{
  Usage usage;

  getrusage(RUSAGE_THREAD, &usage.counts);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &usage.time);
  return usage;
}

static void
count(_Atomic uint64_t *counter, long much)
{
  atomic_fetch_add_explicit(counter, (uint64_t)much, memory_order_relaxed);
}

static void
watch_cycle(JackBackend *b, const Usage *before, jack_nframes_t frames)
{
  const Usage          after = look_at_thread();
  const struct rusage *then  = &before->counts;
  const struct rusage *now   = &after.counts;
  const double period = (double)frames / engine_rate(atomic_load(&b->engine));
  const double seconds =
    (double)(after.time.tv_sec - before->time.tv_sec) +
    1e-9 * (double)(after.time.tv_nsec - before->time.tv_nsec);
  const double share = seconds / period;

  count(&b->watch.cycles, 1);
  count(&b->watch.page_faults,
        now->ru_minflt - then->ru_minflt + now->ru_majflt - then->ru_majflt);
  count(&b->watch.switches, now->ru_nvcsw - then->ru_nvcsw);
  count(&b->watch.over_half, share > 0.5);
  if (share > atomic_load_explicit(&b->watch.worst, memory_order_relaxed))
    atomic_store_explicit(&b->watch.worst, share, memory_order_relaxed);
}

/* In freewheel it waits for the tracks, and nobody for it. */
static void
run_cycle(JackBackend *b, jack_nframes_t frames)
{
  take_table(b);
  get_buffers(b, frames);
  run_engine(b, frames);
}

static int
on_process(jack_nframes_t frames, void *self)
{
  JackBackend *b = self;

  if (b->options.watch && !atomic_load(&b->freewheel)) {
    const Usage before = look_at_thread();
    run_cycle(b, frames);
    watch_cycle(b, &before, frames);
  } else {
    run_cycle(b, frames);
  }
  atomic_fetch_add_explicit(&b->cycles, 1, memory_order_release);
  return 0;
}

/* --- notifications --- */

/* So deep as the cycle may go, the stack is there before. */
static void
touch_stack(void)
{
  volatile char stack[STACK_BYTES];

  for (size_t i = 0; i < sizeof stack; i += 1024)
    stack[i] = 0;
}

static void
on_thread(void *self)
{
  JackBackend *b = self;

  touch_stack();
  engine_wake(atomic_load(&b->engine));
}

static void
on_shutdown(jack_status_t code, const char *reason, void *self)
{
  JackBackend *b = self;

  (void)code;
  (void)reason;
  atomic_store(&b->dead, true);
}

static int
on_xrun(void *self)
{
  JackBackend *b = self;

  atomic_fetch_add(&b->xruns, 1);
  return 0;
}

static int
on_block(jack_nframes_t frames, void *self)
{
  JackBackend *b = self;

  atomic_store(&b->block, (int)frames);
  return 0;
}

static void
on_freewheel(int starting, void *self)
{
  JackBackend *b = self;

  atomic_store(&b->freewheel, starting != 0);
}

static void
on_connect(jack_port_id_t a, jack_port_id_t c, int connected, void *self)
{
  JackBackend *b = self;

  (void)a;
  (void)c;
  (void)connected;
  atomic_store(&b->graph_changed, true);
}

static void
on_register(jack_port_id_t port, int registered, void *self)
{
  JackBackend *b = self;

  (void)port;
  (void)registered;
  atomic_store(&b->graph_changed, true);
}

/* --- latency --- */

/* What stands before the inputs that are connected, or behind the outputs. */
static jack_latency_range_t
latency_beyond(const PortTable *table, jack_latency_callback_mode_t mode)
{
  jack_latency_range_t sum = { .min = UINT32_MAX, .max = 0 };

  for (int i = 0; i < table->count; i++) {
    jack_latency_range_t range;
    if (table->input[i] != (mode == JackCaptureLatency) ||
        !jack_port_connected(table->port[i]))
      continue;
    jack_port_get_latency_range(table->port[i], mode, &range);
    sum.min = range.min < sum.min ? range.min : sum.min;
    sum.max = range.max > sum.max ? range.max : sum.max;
  }
  sum.min = sum.min < sum.max ? sum.min : sum.max;
  return sum;
}

/* Each output is as late as its way through the desk makes it; an input can be
   heard at many, and is taken for main's. */
static void
pass_latency_on(JackBackend                 *b,
                const PortTable             *table,
                jack_latency_callback_mode_t mode)
{
  const Engine              *engine = atomic_load(&b->engine);
  const bool                 from   = mode == JackCaptureLatency;
  const jack_latency_range_t beyond = latency_beyond(table, mode);

  for (int i = 0; i < table->count; i++) {
    if (table->input[i] == from)
      continue;
    const int slot = from ? SLOT_BUS + table->index[i] / 2 : SLOT_MAIN;
    const jack_nframes_t own =
      (jack_nframes_t)engine_latency(engine, (unsigned)slot);
    jack_latency_range_t range = { beyond.min + own, beyond.max + own };
    jack_port_set_latency_range(table->port[i], mode, &range);
  }
}

static void
on_latency(jack_latency_callback_mode_t mode, void *self)
{
  JackBackend *b = self;

  pthread_mutex_lock(&b->table_lock);
  const PortTable *table = atomic_load(&b->table);
  if (table)
    pass_latency_on(b, table, mode);
  pthread_mutex_unlock(&b->table_lock);
}

/* --- for the backend's thread --- */

void
cycle_prepare(JackBackend *b)
{
  take_table(b);
}

void
cycle_install(JackBackend *b)
{
  jack_client_t *client = b->client;

  atomic_store(&b->dead, false);
  atomic_store(&b->freewheel, false);
  jack_set_process_callback(client, on_process, b);
  jack_set_thread_init_callback(client, on_thread, b);
  jack_on_info_shutdown(client, on_shutdown, b);
  jack_set_xrun_callback(client, on_xrun, b);
  jack_set_buffer_size_callback(client, on_block, b);
  jack_set_freewheel_callback(client, on_freewheel, b);
  jack_set_port_connect_callback(client, on_connect, b);
  jack_set_port_registration_callback(client, on_register, b);
  jack_set_latency_callback(client, on_latency, b);
  atomic_store(&b->block, (int)jack_get_buffer_size(client));
}
