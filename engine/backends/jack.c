/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backend's thread goes through states: no client (the engine runs by the
   clock), a client that is open, a client that is active. What control wants is
   a copy under a lock that is never held over a libjack call. */

#include "engine/backends/jack.h"

#include <errno.h>
#include <jack/jack.h>
#include <jack/metadata.h>
#include <jack/thread.h>
#include <jack/uuid.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "engine/backends/server.h"

#define TURN_NS      20000000 /* the thread looks round 50 times a second */
#define RETRY_TURNS  12       /* turns between attempts to find a server */
#define IDLE_FRAMES  1024     /* most that a turn without a server runs */
#define SPANS        64
#define NAME_MAX_LEN 128
#define CONNECT_LEN  512

/* A port that is wanted, or there. */
typedef struct Port {
  BackendPort  want;
  char         name[NAME_MAX_LEN];
  char         pretty[NAME_MAX_LEN];
  char         group[32];
  char         connect[CONNECT_LEN];
  jack_port_t *port;      /* NULL: not registered */
  char       **connected; /* as last seen; NULL-terminated, of jack_free() */
} Port;

/* What the callback walks; swapped by pointer. */
typedef struct Table {
  int          count;
  jack_port_t *port[INPUT_PORTS + OUTPUT_PORTS];
  int          index[INPUT_PORTS + OUTPUT_PORTS];
  bool         input[INPUT_PORTS + OUTPUT_PORTS];
} Table;

struct JackBackend {
  pthread_t       thread;
  pthread_mutex_t lock; /* over what control wants, and the status */
  pthread_cond_t  wake;

  /* Under the lock. */
  Engine        *next_engine; /* not NULL: take it */
  void          *next_self;
  BackendOptions options;
  char           client_name[64];
  char           server_name[64];
  Port          *wanted;
  int            wanted_count;
  bool           ports_changed;
  bool           quit, done;
  BackendStatus  status;

  /* The thread's own. */
  Port           *ports;
  int             port_count;
  pid_t           server;
  bool            was_connected; /* to a server that we did not start */
  int             turns;
  struct timespec idle_at;

  /* Shared with callbacks. */
  _Atomic(Engine *) engine;
  _Atomic(Engine *) settled_engine; /* nobody is in a cycle of another */
  _Atomic(void *)   wait_self;
  _Atomic(Table *)  table;
  jack_client_t    *client;
  _Atomic bool      active;
  _Atomic bool      dead;
  _Atomic bool      freewheel;
  _Atomic bool      graph_changed;
  _Atomic bool      follow;
  _Atomic int       roll;   /* 0: nothing asked, 1: start, 2: stop */
  _Atomic int64_t   locate; /* -1: nothing asked */
  _Atomic uint64_t  xruns;
  _Atomic uint64_t  cycles;
  BackendWatch      watch; /* the callback's; others look without care */
  _Atomic int       block;
  _Atomic int64_t   calling_since; /* ns; 0: in no libjack call */
  Table            *seen;          /* the callback's: the table of in and out */
  const float      *in[INPUT_PORTS];
  float            *out[OUTPUT_PORTS];
};

static int64_t
now_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void __attribute__((format(printf, 2, 3)))
say(JackBackend *b, const char *format, ...)
{
  va_list args;

  pthread_mutex_lock(&b->lock);
  va_start(args, format);
  vsnprintf(b->status.message, sizeof b->status.message, format, args);
  va_end(args);
  b->status.message_serial++;
  pthread_mutex_unlock(&b->lock);
}

static void
set_state(JackBackend *b, BackendState state)
{
  pthread_mutex_lock(&b->lock);
  b->status.state = state;
  pthread_mutex_unlock(&b->lock);
}

/* Around libjack calls that can hang: so that others see that one does. */
static void
enter(JackBackend *b)
{
  atomic_store(&b->calling_since, now_ns());
}

static void
leave(JackBackend *b)
{
  atomic_store(&b->calling_since, 0);
}

/* --- the callbacks --- */

static void
take_table(JackBackend *b) RT_SAFE
{
  Table *table = atomic_load_explicit(&b->table, memory_order_acquire);

  if (table == b->seen)
    return;
  memset(b->in, 0, sizeof b->in);
  memset(b->out, 0, sizeof b->out);
  b->seen = table;
}

/* For the process callback by its own manual, which its header cannot say. */
void *jack_port_get_buffer(jack_port_t *port, jack_nframes_t frames) RT_SAFE;

static void
get_buffers(JackBackend *b, jack_nframes_t frames) RT_SAFE
{
  const Table *table = b->seen;

  for (int i = 0; table && i < table->count; i++) {
    float *buffer = jack_port_get_buffer(table->port[i], frames);
    if (table->input[i])
      b->in[table->index[i]] = buffer;
    else
      b->out[table->index[i]] = buffer;
  }
}

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
run_engine(JackBackend *b, jack_nframes_t frames)
{
  Engine     *engine = atomic_load_explicit(&b->engine, memory_order_acquire);
  EngineCycle cycle  = {
     .frames = (int)frames, .in = b->in, .out = b->out, .physical = true
  };

  if (atomic_load_explicit(&b->follow, memory_order_relaxed)) {
    jack_position_t              position;
    const jack_transport_state_t state =
      jack_transport_query(b->client, &position);
    cycle.external         = true;
    cycle.external_rolling = state == JackTransportRolling;
    cycle.external_frame   = position.frame;
  }
  if (atomic_load_explicit(&b->freewheel, memory_order_relaxed)) {
    /* A cycle of no length takes a start in before its tracks are asked for. */
    EngineCycle none = cycle;
    none.frames      = 0;
    engine_process(engine, &none);
    wait_for_tracks(b, &cycle);
  }
  engine_process(engine, &cycle);
}

static double
cpu_seconds(const struct rusage *usage)
{
  return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
         1e-6 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

/* The first cycles warm caches and stack; they do not count. */
static void
watch_cycle(JackBackend *b, const struct rusage *before, jack_nframes_t frames)
{
  BackendWatch *watch = &b->watch;
  struct rusage after;

  getrusage(RUSAGE_THREAD, &after);
  if (atomic_load(&b->cycles) < 64 || atomic_load(&b->freewheel))
    return;
  const double period = (double)frames / engine_rate(atomic_load(&b->engine));
  const double share  = (cpu_seconds(&after) - cpu_seconds(before)) / period;
  watch->cycles++;
  watch->page_faults += (uint64_t)(after.ru_minflt - before->ru_minflt +
                                   after.ru_majflt - before->ru_majflt);
  watch->switches += (uint64_t)(after.ru_nvcsw - before->ru_nvcsw);
  watch->over_half += share > 0.5;
  watch->worst = share > watch->worst ? share : watch->worst;
}

static int
process(jack_nframes_t frames, void *self)
{
  JackBackend *b = self;

  struct rusage before;

  if (b->options.watch)
    getrusage(RUSAGE_THREAD, &before);
  take_table(b);
  get_buffers(b, frames);
  run_engine(b, frames);
  if (b->options.watch)
    watch_cycle(b, &before, frames);
  atomic_fetch_add_explicit(&b->cycles, 1, memory_order_release);
  return 0;
}

static void
on_thread(void *self)
{
  JackBackend *b = self;

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

/* Our ports pass on what latency stands before or behind them, and add ours. */
static void
on_latency(jack_latency_callback_mode_t mode, void *self)
{
  JackBackend *b     = self;
  const Table *table = atomic_load(&b->table);
  const bool   from  = mode == JackCaptureLatency;
  const int own = atomic_load(&engine_state(atomic_load(&b->engine))->latency);
  jack_latency_range_t sum = { .min = UINT32_MAX, .max = 0 };

  for (int i = 0; table && i < table->count; i++) {
    jack_latency_range_t range;
    if (table->input[i] != from)
      continue;
    jack_port_get_latency_range(table->port[i], mode, &range);
    sum.min = range.min < sum.min ? range.min : sum.min;
    sum.max = range.max > sum.max ? range.max : sum.max;
  }
  if (sum.min == UINT32_MAX)
    sum.min = 0;
  sum.min += (jack_nframes_t)own;
  sum.max += (jack_nframes_t)own;
  for (int i = 0; table && i < table->count; i++)
    if (table->input[i] != from)
      jack_port_set_latency_range(table->port[i], mode, &sum);
}

/* --- ports --- */

static void
describe_port(JackBackend *b, const Port *port)
{
  const jack_uuid_t uuid = jack_port_uuid(port->port);
  char              order[16];

  snprintf(order, sizeof order, "%d", port->want.order);
  jack_set_property(
    b->client, uuid, JACK_METADATA_PRETTY_NAME, port->pretty, "text/plain");
  jack_set_property(
    b->client, uuid, JACK_METADATA_PORT_GROUP, port->group, "text/plain");
  jack_set_property(b->client,
                    uuid,
                    JACK_METADATA_ORDER,
                    order,
                    "http://www.w3.org/2001/XMLSchema#int");
}

static void
connect_one(JackBackend *b, const Port *port, const char *other)
{
  const char *own = jack_port_name(port->port);

  if (port->want.input)
    jack_connect(b->client, other, own);
  else
    jack_connect(b->client, own, other);
}

/* "auto": main takes the first pair of speakers where the monitor has a second
   pair, or else leaves the only one to the monitor, where solo is heard too. */
static void
connect_speakers(JackBackend *b, const Port *port)
{
  const char **speakers =
    jack_get_ports(b->client,
                   NULL,
                   JACK_DEFAULT_AUDIO_TYPE,
                   JackPortIsInput | JackPortIsPhysical | JackPortIsTerminal);
  const int slot  = SLOT_BUS + port->want.index / 2;
  const int side  = port->want.index % 2;
  int       count = 0;

  while (speakers && speakers[count])
    count++;
  if (slot == SLOT_MONITOR && count >= 4)
    connect_one(b, port, speakers[2 + side]);
  else if (slot == SLOT_MONITOR && count >= 2)
    connect_one(b, port, speakers[side]);
  else if (slot == SLOT_MAIN && count >= 4)
    connect_one(b, port, speakers[side]);
  jack_free(speakers);
}

/* Legs of a pair share the list: the first name is the left one's, the second
   the right one's; with one name, both have it. */
static void
connect_listed(JackBackend *b, const Port *port)
{
  char  list[CONNECT_LEN];
  char *name[16];
  int   count = 0;
  char *rest  = NULL;

  snprintf(list, sizeof list, "%s", port->connect);
  for (char *at = strtok_r(list, ",", &rest); at && count < 16;
       at       = strtok_r(NULL, ",", &rest)) {
    at += strspn(at, " ");
    at[strcspn(at, "\r\n")] = '\0';
    name[count++]           = at;
  }
  const int side = port->want.index % 2;
  for (int i = 0; i < count; i++)
    if (count == 1 || i % 2 == side)
      connect_one(b, port, name[i]);
}

static void
connect_port(JackBackend *b, const Port *port)
{
  if (strcmp(port->connect, "auto") == 0)
    connect_speakers(b, port);
  else if (*port->connect && strcmp(port->connect, "none") != 0)
    connect_listed(b, port);
}

/* Back to where it was connected when the server went. */
static void
reconnect_port(JackBackend *b, const Port *port)
{
  if (!port->connected)
    connect_port(b, port);
  for (int i = 0; port->connected && port->connected[i]; i++)
    connect_one(b, port, port->connected[i]);
}

static void
register_port(JackBackend *b, Port *port)
{
  const unsigned long flags =
    port->want.input ? JackPortIsInput : JackPortIsOutput;

  port->port = jack_port_register(
    b->client, port->name, JACK_DEFAULT_AUDIO_TYPE, flags, 0);
  if (!port->port)
    say(b, "JACK has no room for the port %s.", port->name);
  else
    describe_port(b, port);
}

static void
forget_connections(Port *port)
{
  for (int i = 0; port->connected && port->connected[i]; i++)
    free(port->connected[i]);
  free(port->connected);
  port->connected = NULL;
}

/* The callback may be in its last cycle with what it had: true when two more
   have passed, or none will come. */
static bool
let_cycles_pass(JackBackend *b)
{
  const struct timespec pause = { .tv_nsec = 5000000 };
  const uint64_t        cycle = atomic_load(&b->cycles);

  for (int i = 0; i < 200; i++) {
    if (!atomic_load(&b->active) || atomic_load(&b->dead) ||
        atomic_load(&b->cycles) >= cycle + 2)
      return true;
    nanosleep(&pause, NULL);
  }
  return false;
}

static void
publish_table(JackBackend *b)
{
  Table *table = calloc(1, sizeof *table);
  Table *old   = atomic_load(&b->table);

  if (!table)
    return;
  for (int i = 0; i < b->port_count; i++) {
    if (!b->ports[i].port)
      continue;
    table->port[table->count]  = b->ports[i].port;
    table->index[table->count] = b->ports[i].want.index;
    table->input[table->count] = b->ports[i].want.input;
    table->count++;
  }
  atomic_store_explicit(&b->table, table, memory_order_release);
  if (let_cycles_pass(b))
    free(old);
}

static Port *
find_port(Port *ports, int count, const Port *like)
{
  for (int i = 0; i < count; i++)
    if (ports[i].want.input == like->want.input &&
        strcmp(ports[i].name, like->name) == 0)
      return &ports[i];
  return NULL;
}

/* Makes what is there what is wanted: new ports, vanished ones, new names. */
static void
update_ports(JackBackend *b)
{
  pthread_mutex_lock(&b->lock);
  Port     *wanted = b->wanted;
  const int count  = b->wanted_count;
  b->wanted        = NULL;
  b->ports_changed = false;
  pthread_mutex_unlock(&b->lock);
  if (!wanted)
    return;

  Port     *old       = b->ports;
  const int old_count = b->port_count;
  enter(b);
  for (int i = 0; i < count; i++) {
    Port *before = find_port(old, old_count, &wanted[i]);
    if (!before)
      continue;
    wanted[i].port      = before->port;
    wanted[i].connected = before->connected;
    before->port        = NULL;
    before->connected   = NULL;
    if (wanted[i].port && b->client) {
      describe_port(b, &wanted[i]);
      if (strcmp(before->connect, wanted[i].connect) != 0)
        connect_port(b, &wanted[i]);
    }
  }
  b->ports      = wanted;
  b->port_count = count;
  if (b->client) {
    jack_port_t *gone[64];
    for (int i = 0; i < count; i++)
      if (!wanted[i].port) {
        register_port(b, &wanted[i]);
        if (wanted[i].port && atomic_load(&b->active))
          reconnect_port(b, &wanted[i]);
      }
    publish_table(b);
    /* Gone ports leave the callback's table before they leave the server. */
    int gone_count = 0;
    for (int i = 0; i < old_count; i++)
      if (old[i].port) {
        gone[gone_count++] = old[i].port;
        if (gone_count == 64 || i == old_count - 1) {
          while (gone_count > 0)
            jack_port_unregister(b->client, gone[--gone_count]);
        }
      }
    while (gone_count > 0)
      jack_port_unregister(b->client, gone[--gone_count]);
  }
  leave(b);
  for (int i = 0; i < old_count; i++)
    forget_connections(&old[i]);
  free(old);
}

/* Keeps what a person connected by hand, for when the server comes back. */
static void
remember_connections(JackBackend *b)
{
  enter(b);
  for (int i = 0; i < b->port_count && !atomic_load(&b->dead); i++) {
    Port *port = &b->ports[i];
    if (!port->port)
      continue;
    const char **names = jack_port_get_all_connections(b->client, port->port);
    int          count = 0;
    while (names && names[count])
      count++;
    char **copy = calloc((size_t)count + 1, sizeof *copy);
    for (int k = 0; copy && k < count; k++)
      copy[k] = strdup(names[k]);
    jack_free(names);
    if (!copy || atomic_load(&b->dead)) {
      for (int k = 0; copy && k < count; k++)
        free(copy[k]);
      free(copy);
      continue;
    }
    forget_connections(port);
    port->connected = copy;
  }
  leave(b);
}

/* --- the client --- */

static void
close_client(JackBackend *b)
{
  atomic_store(&b->active, false);
  enter(b);
  jack_client_close(b->client);
  leave(b);
  b->client = NULL;
  for (int i = 0; i < b->port_count; i++)
    b->ports[i].port = NULL;
  free(atomic_exchange(&b->table, NULL));
  b->seen = NULL;
  clock_gettime(CLOCK_MONOTONIC, &b->idle_at);
}

static void
quiet(const char *message)
{
  (void)message;
}

static bool
open_client(JackBackend *b)
{
  jack_status_t  status;
  jack_options_t options = JackNoStartServer;

  if (*b->server_name)
    options |= JackServerName;
  enter(b);
  b->client =
    jack_client_open(b->client_name, options, &status, b->server_name);
  leave(b);
  if (!b->client)
    return false;
  atomic_store(&b->dead, false);
  atomic_store(&b->freewheel, false);
  jack_set_process_callback(b->client, process, b);
  jack_set_thread_init_callback(b->client, on_thread, b);
  jack_on_info_shutdown(b->client, on_shutdown, b);
  jack_set_xrun_callback(b->client, on_xrun, b);
  jack_set_buffer_size_callback(b->client, on_block, b);
  jack_set_freewheel_callback(b->client, on_freewheel, b);
  jack_set_port_connect_callback(b->client, on_connect, b);
  jack_set_latency_callback(b->client, on_latency, b);
  atomic_store(&b->block, (int)jack_get_buffer_size(b->client));
  pthread_mutex_lock(&b->lock);
  b->status.rate       = (int)jack_get_sample_rate(b->client);
  b->status.block      = atomic_load(&b->block);
  b->status.own_server = b->server > 0;
  pthread_mutex_unlock(&b->lock);
  return true;
}

static void
activate(JackBackend *b)
{
  update_ports(b);
  enter(b);
  for (int i = 0; i < b->port_count; i++)
    if (!b->ports[i].port)
      register_port(b, &b->ports[i]);
  leave(b);
  publish_table(b);
  enter(b);
  const bool failed = jack_activate(b->client) != 0;
  leave(b);
  if (failed) {
    say(b, "JACK would not start the client.");
    close_client(b);
    return;
  }
  atomic_store(&b->active, true);
  enter(b);
  for (int i = 0; i < b->port_count; i++)
    if (b->ports[i].port)
      reconnect_port(b, &b->ports[i]);
  leave(b);
  b->was_connected = b->server <= 0;

  struct sched_param param;
  int                policy = SCHED_OTHER;
  const pthread_t    thread = jack_client_thread_id(b->client);
  pthread_getschedparam(thread, &policy, &param);
  pthread_mutex_lock(&b->lock);
  b->status.realtime = policy == SCHED_FIFO || policy == SCHED_RR;
  b->status.state    = BACKEND_RUNNING;
  pthread_mutex_unlock(&b->lock);
  say(b,
      "JACK is running%s.",
      policy == SCHED_OTHER
        ? ", without real-time scheduling: expect dropouts under load"
        : "");
}

/* A server that we did not start is waited for when it goes; otherwise one is
   started. */
static void
look_for_server(JackBackend *b)
{
  if (b->turns++ % RETRY_TURNS != 0)
    return;
  if (b->server > 0 && !server_runs(b->server)) {
    say(b, "The JACK server ended; starting it again.");
    b->server = 0;
  }
  if (open_client(b))
    return;
  if (b->server > 0 || b->was_connected)
    return;
  const bool card = server_has_card() && b->turns < 20 * RETRY_TURNS;
  b->server       = server_start(
    *b->server_name ? b->server_name : NULL, b->options.rate, card);
  if (b->server > 0)
    say(b,
        "No JACK server was found: starting one with %s.",
        card ? "ALSA" : "its dummy driver");
}

/* --- without a server --- */

/* The engine goes on by the clock, so that the desk does. */
static void
run_idle(JackBackend *b)
{
  Engine         *engine = atomic_load(&b->engine);
  const double    rate   = engine_rate(engine);
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  const double gone = (double)(now.tv_sec - b->idle_at.tv_sec) +
                      1e-9 * (double)(now.tv_nsec - b->idle_at.tv_nsec);
  int frames = (int)(gone * rate);

  b->idle_at = now;
  frames     = frames < (int)(0.1 * rate) ? frames : (int)(0.1 * rate);
  while (frames > 0) {
    const EngineCycle cycle = { .frames =
                                  frames < IDLE_FRAMES ? frames : IDLE_FRAMES };
    engine_process(engine, &cycle);
    frames -= cycle.frames;
  }
}

/* --- the thread --- */

static void
take_engine(JackBackend *b)
{
  pthread_mutex_lock(&b->lock);
  Engine *next = b->next_engine;
  if (next) {
    atomic_store(&b->wait_self, b->next_self);
    atomic_store(&b->engine, next);
    b->next_engine = NULL;
  }
  pthread_mutex_unlock(&b->lock);
  if (next || atomic_load(&b->settled_engine) != atomic_load(&b->engine))
    if (let_cycles_pass(b))
      atomic_store(&b->settled_engine, atomic_load(&b->engine));
}

static bool
rate_fits(JackBackend *b)
{
  const Engine *engine = atomic_load(&b->engine);

  return (int)(engine_rate(engine) + 0.5) == b->status.rate;
}

static void
lead_transport(JackBackend *b)
{
  const int     roll = atomic_exchange(&b->roll, 0);
  const int64_t to   = atomic_exchange(&b->locate, -1);

  if (to >= 0)
    jack_transport_locate(b->client, (jack_nframes_t)to);
  if (roll == 1)
    jack_transport_start(b->client);
  else if (roll == 2)
    jack_transport_stop(b->client);
}

static void
look_after_client(JackBackend *b)
{
  bool changed;

  if (atomic_load(&b->dead)) {
    say(b,
        "The JACK server is gone: the desk goes on, silent, until it is back.");
    set_state(b, BACKEND_WAITING);
    close_client(b);
    b->turns = 0;
    return;
  }
  pthread_mutex_lock(&b->lock);
  changed = b->ports_changed;
  pthread_mutex_unlock(&b->lock);
  if (changed)
    update_ports(b);
  if (atomic_exchange(&b->graph_changed, false))
    remember_connections(b);
  lead_transport(b);
  const float load = jack_cpu_load(b->client);
  pthread_mutex_lock(&b->lock);
  b->status.load  = load / 100.0f;
  b->status.block = atomic_load(&b->block);
  pthread_mutex_unlock(&b->lock);
}

static void
turn(JackBackend *b)
{
  take_engine(b);
  if (!b->client)
    look_for_server(b);
  if (b->client && !atomic_load(&b->active)) {
    if (atomic_load(&b->dead))
      close_client(b);
    else if (rate_fits(b))
      activate(b);
    else
      set_state(b, BACKEND_RATE);
  }
  if (b->client && atomic_load(&b->active))
    look_after_client(b);
  if (!b->client || !atomic_load(&b->active))
    run_idle(b);
}

static void *
run(void *self)
{
  JackBackend *b = self;

  clock_gettime(CLOCK_MONOTONIC, &b->idle_at);
  for (;;) {
    struct timespec until;

    turn(b);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += TURN_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&b->lock);
    if (!b->quit && !b->ports_changed)
      pthread_cond_timedwait(&b->wake, &b->lock, &until);
    const bool quit = b->quit;
    pthread_mutex_unlock(&b->lock);
    if (quit)
      break;
  }
  if (b->client)
    close_client(b);
  server_stop(b->server);
  pthread_mutex_lock(&b->lock);
  b->done = true;
  pthread_cond_broadcast(&b->wake);
  pthread_mutex_unlock(&b->lock);
  return NULL;
}

/* --- for control --- */

static void
copy_options(JackBackend *b, const BackendOptions *options)
{
  b->options = *options;
  snprintf(b->client_name, sizeof b->client_name, "%s", options->client);
  snprintf(b->server_name,
           sizeof b->server_name,
           "%s",
           options->server ? options->server : "");
}

JackBackend *
jack_backend_new(Engine *engine, const BackendOptions *options)
{
  JackBackend *b = calloc(1, sizeof *b);

  if (!b)
    return NULL;
  pthread_mutex_init(&b->lock, NULL);
  pthread_cond_init(&b->wake, NULL);
  atomic_store(&b->engine, engine);
  atomic_store(&b->settled_engine, engine);
  atomic_store(&b->wait_self, options->self);
  atomic_store(&b->locate, -1);
  copy_options(b, options);
  jack_set_error_function(quiet);
  jack_set_info_function(quiet);
  if (pthread_create(&b->thread, NULL, run, b) != 0) {
    free(b);
    return NULL;
  }
  return b;
}

static void
free_ports(Port *ports, int count)
{
  for (int i = 0; ports && i < count; i++)
    forget_connections(&ports[i]);
  free(ports);
}

bool
jack_backend_free(JackBackend *b)
{
  struct timespec until;

  if (!b)
    return true;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 3;
  pthread_mutex_lock(&b->lock);
  b->quit = true;
  pthread_cond_broadcast(&b->wake);
  while (!b->done &&
         pthread_cond_timedwait(&b->wake, &b->lock, &until) != ETIMEDOUT)
    ;
  const bool done = b->done;
  pthread_mutex_unlock(&b->lock);
  if (!done) {
    pthread_detach(b->thread);
    return false;
  }
  pthread_join(b->thread, NULL);
  free_ports(b->ports, b->port_count);
  free_ports(b->wanted, b->wanted_count);
  free(atomic_load(&b->table));
  pthread_mutex_destroy(&b->lock);
  pthread_cond_destroy(&b->wake);
  free(b);
  return true;
}

void
jack_backend_set_ports(JackBackend *b, const BackendPort *ports, int count)
{
  Port *wanted = calloc((size_t)count + 1, sizeof *wanted);

  if (!wanted)
    return;
  for (int i = 0; i < count; i++) {
    Port *port = &wanted[i];
    port->want = ports[i];
    snprintf(port->name, sizeof port->name, "%s", ports[i].name);
    snprintf(port->pretty, sizeof port->pretty, "%s", ports[i].pretty);
    snprintf(port->group, sizeof port->group, "%s", ports[i].group);
    snprintf(port->connect, sizeof port->connect, "%s", ports[i].connect);
  }
  pthread_mutex_lock(&b->lock);
  Port *unread     = b->wanted;
  b->wanted        = wanted;
  b->wanted_count  = count;
  b->ports_changed = true;
  pthread_cond_broadcast(&b->wake);
  pthread_mutex_unlock(&b->lock);
  free(unread);
}

void
jack_backend_follow(JackBackend *b, bool follow)
{
  atomic_store(&b->follow, follow);
}

void
jack_backend_roll(JackBackend *b, bool rolling)
{
  atomic_store(&b->roll, rolling ? 1 : 2);
}

void
jack_backend_locate(JackBackend *b, int64_t frame)
{
  atomic_store(&b->locate, frame);
}

void
jack_backend_set_engine(JackBackend *b, Engine *engine, void *self)
{
  pthread_mutex_lock(&b->lock);
  b->next_engine = engine;
  b->next_self   = self;
  pthread_mutex_unlock(&b->lock);
}

Engine *
jack_backend_engine(JackBackend *b)
{
  return atomic_load(&b->settled_engine);
}

BackendStatus
jack_backend_status(JackBackend *b)
{
  const int64_t since = atomic_load(&b->calling_since);

  pthread_mutex_lock(&b->lock);
  BackendStatus status = b->status;
  pthread_mutex_unlock(&b->lock);
  status.xruns = atomic_load(&b->xruns);
  status.watch = b->watch;
  status.stuck = since && now_ns() - since > 1000000000;
  return status;
}
