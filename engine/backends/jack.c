/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backend's thread looks round 50 times a second, and goes through states:
   no client, when the engine runs by the clock; a client that is open; a client
   that is active. */

#include "engine/backends/jack-private.h"

#include <errno.h>
#include <jack/thread.h>
#include <jack/transport.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/backends/server.h"

#define TURN_NS     20000000
#define RETRY_TURNS 12 /* turns between attempts to find a server */
#define SETTLED_TURNS                                                         \
  10                     /* a graph that has not changed for so long is meant \
                          */
#define ALSA_ATTEMPTS 2  /* before the dummy driver has to do */
#define BACKOFF_MOST  16 /* attempts between servers that do not start */
#define IDLE_FRAMES   1024 /* in a cycle without a server, at most */
#define IDLE_SECONDS  0.1  /* of such cycles in a turn, at most */
#define STUCK_NS      1000000000

static int64_t
now_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct timespec
in_ns(int64_t nanoseconds)
{
  const int64_t until = now_ns() + nanoseconds;

  return (struct timespec){ .tv_sec  = until / 1000000000,
                            .tv_nsec = until % 1000000000 };
}

void
backend_say(JackBackend *b, const char *format, ...)
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

void
backend_enter(JackBackend *b)
{
  atomic_store(&b->calling_since, now_ns());
}

void
backend_leave(JackBackend *b)
{
  atomic_store(&b->calling_since, 0);
}

static bool
is_stuck(JackBackend *b)
{
  const int64_t since = atomic_load(&b->calling_since);

  return since && now_ns() - since > STUCK_NS;
}

bool
backend_let_cycles_pass(JackBackend *b)
{
  const struct timespec pause = { .tv_nsec = 5000000 };
  const uint64_t        cycle = atomic_load(&b->cycles);

  for (int i = 0; i < 200; i++) {
    if (!atomic_load(&b->active) || atomic_load(&b->cycles) >= cycle + 2)
      return true;
    if (atomic_load(&b->dead))
      return false;
    nanosleep(&pause, NULL);
  }
  return false;
}

/* --- the client --- */

static void
close_client(JackBackend *b)
{
  atomic_store(&b->active, false);
  backend_enter(b);
  jack_client_close(b->client);
  backend_leave(b);
  b->client = NULL;
  ports_lose(b);
  b->turns = 0;
  clock_gettime(CLOCK_MONOTONIC, &b->idle_at);
}

static bool
open_client(JackBackend *b)
{
  jack_options_t options = JackNoStartServer;

  if (*b->server_name)
    options |= JackServerName;
  backend_enter(b);
  b->client = jack_client_open(b->client_name, options, NULL, b->server_name);
  backend_leave(b);
  if (!b->client)
    return false;
  cycle_install(b);
  pthread_mutex_lock(&b->lock);
  b->status.rate       = (int)jack_get_sample_rate(b->client);
  b->status.block      = atomic_load(&b->block);
  b->status.own_server = b->server > 0;
  pthread_mutex_unlock(&b->lock);
  return true;
}

/* Whether the audio thread has real-time scheduling: libjack's own word on it
   is yes where it was only asked for. */
static bool
has_realtime(const JackBackend *b)
{
  struct sched_param param;
  int                policy = SCHED_OTHER;

  pthread_getschedparam(jack_client_thread_id(b->client), &policy, &param);
  return policy == SCHED_FIFO || policy == SCHED_RR;
}

static void
tell_running(JackBackend *b)
{
  const bool realtime = has_realtime(b);

  b->was_connected = b->server <= 0;
  b->failures      = 0;
  pthread_mutex_lock(&b->lock);
  b->status.realtime = realtime;
  b->status.state    = BACKEND_RUNNING;
  pthread_mutex_unlock(&b->lock);
  backend_say(b,
              "JACK is running%s.",
              realtime
                ? ""
                : ", without real-time scheduling: expect dropouts under load");
}

static void
activate(JackBackend *b)
{
  ports_update(b);
  ports_register(b);
  cycle_prepare(b);
  backend_enter(b);
  const bool failed = jack_activate(b->client) != 0;
  backend_leave(b);
  if (failed) {
    backend_say(b, "JACK would not start the client.");
    close_client(b);
    return;
  }
  atomic_store(&b->active, true);
  atomic_store(&b->graph_changed, false);
  b->quiet_turns = 0;
  memset(b->told_latency, 0, sizeof b->told_latency);
  b->refused = !ports_connect(b);
  tell_running(b);
}

/* --- a server of our own --- */

static void
look_after_server(JackBackend *b)
{
  const ServerState state = server_look(b->server);

  if (state == SERVER_RUNS)
    return;
  b->server = 0;
  b->failures++;
  b->hopeless = state == SERVER_MISSING;
  if (b->hopeless)
    backend_say(b,
                "There is no jackd on this machine; install jackd2. The desk "
                "goes on, silent.");
}

static void
start_server(JackBackend *b)
{
  const bool card = server_has_card() && b->failures < ALSA_ATTEMPTS;

  b->server = server_start(
    *b->server_name ? b->server_name : NULL, b->options.rate, card);
  if (b->server > 0)
    backend_say(b,
                "No JACK server was found: starting one with %s.",
                card ? "ALSA" : "its dummy driver");
  else
    b->failures++;
}

/* A server that we did not start is waited for when it goes; otherwise one is
   started, less and less often where none stays. */
static void
look_for_server(JackBackend *b)
{
  const int attempt = b->turns / RETRY_TURNS;
  const int backoff =
    b->failures < BACKOFF_MOST ? b->failures + 1 : BACKOFF_MOST;

  if (b->turns++ % RETRY_TURNS != 0)
    return;
  if (b->server > 0)
    look_after_server(b);
  if (open_client(b) || b->server > 0 || b->was_connected || b->hopeless)
    return;
  if (attempt % backoff == 0)
    start_server(b);
}

/* --- without a server --- */

/* The engine goes on by the clock, so that the desk does. */
static void
run_idle(JackBackend *b)
{
  Engine         *engine = atomic_load(&b->engine);
  const double    rate   = engine_rate(engine);
  const int       most   = (int)(IDLE_SECONDS * rate);
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  const double gone = (double)(now.tv_sec - b->idle_at.tv_sec) +
                      1e-9 * (double)(now.tv_nsec - b->idle_at.tv_nsec);
  int frames = gone < IDLE_SECONDS ? (int)(gone * rate) : most;

  b->idle_at = now;
  while (frames > 0) {
    const EngineCycle cycle = { .frames =
                                  frames < IDLE_FRAMES ? frames : IDLE_FRAMES };
    engine_process(engine, &cycle);
    frames -= cycle.frames;
  }
  /* What was asked of a transport that is not there is forgotten. */
  atomic_store(&b->roll, 0);
  atomic_store(&b->locate, -1);
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
  if (atomic_load(&b->settled_engine) != atomic_load(&b->engine) &&
      backend_let_cycles_pass(b))
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
  const int64_t to   = atomic_exchange(&b->locate, -1);
  const int     roll = atomic_exchange(&b->roll, 0);

  if (to >= 0)
    jack_transport_locate(b->client, (jack_nframes_t)to);
  if (roll == 1)
    jack_transport_start(b->client);
  else if (roll == 2)
    jack_transport_stop(b->client);
}

/* Connections are remembered when they have stood for a while: those that are
   taken apart because the server shuts down are to be made again. */
static void
look_after_graph(JackBackend *b)
{
  if (atomic_exchange(&b->graph_changed, false)) {
    b->quiet_turns = 0;
    b->refused     = !ports_connect(b);
    return;
  }
  if (++b->quiet_turns == SETTLED_TURNS)
    ports_remember(b);
  if (b->refused && b->quiet_turns % RETRY_TURNS == 0)
    b->refused = !ports_connect(b);
}

static void
look_after_latency(JackBackend *b)
{
  const Engine *engine  = atomic_load(&b->engine);
  bool          changed = false;

  for (unsigned slot = SLOT_BUS; slot < SLOTS; slot++) {
    const int latency = engine_latency(engine, slot);
    changed |= latency != b->told_latency[slot - SLOT_BUS];
    b->told_latency[slot - SLOT_BUS] = latency;
  }
  if (!changed)
    return;
  backend_enter(b);
  jack_recompute_total_latencies(b->client);
  backend_leave(b);
}

static void
look_after_client(JackBackend *b)
{
  ports_update(b);
  look_after_graph(b);
  look_after_latency(b);
  ports_tell(b);
  lead_transport(b);
  const float load = jack_cpu_load(b->client);
  pthread_mutex_lock(&b->lock);
  b->status.load  = load / 100.0f;
  b->status.block = atomic_load(&b->block);
  pthread_mutex_unlock(&b->lock);
}

static void
lose_server(JackBackend *b)
{
  backend_say(
    b, "The JACK server is gone: the desk goes on, silent, until it is back.");
  set_state(b, BACKEND_WAITING);
  close_client(b);
}

static void
turn(JackBackend *b)
{
  take_engine(b);
  if (!b->client)
    look_for_server(b);
  else if (atomic_load(&b->dead))
    lose_server(b);
  if (b->client && !atomic_load(&b->active)) {
    if (rate_fits(b))
      activate(b);
    else
      set_state(b, BACKEND_RATE);
  }
  if (b->client && atomic_load(&b->active))
    look_after_client(b);
  else
    run_idle(b);
}

/* Waits for the next turn; false where there is to be none. */
static bool
rest(JackBackend *b)
{
  const struct timespec until = in_ns(TURN_NS);

  pthread_mutex_lock(&b->lock);
  if (!b->quit && !b->woken)
    pthread_cond_timedwait(&b->wake, &b->lock, &until);
  b->woken        = false;
  const bool quit = b->quit;
  pthread_mutex_unlock(&b->lock);
  return !quit;
}

static void *
run(void *self)
{
  JackBackend *b = self;

  clock_gettime(CLOCK_MONOTONIC, &b->idle_at);
  do
    turn(b);
  while (rest(b));
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

static void
init_locks(JackBackend *b)
{
  pthread_condattr_t monotonic;

  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&b->wake, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&b->lock, NULL);
  pthread_mutex_init(&b->table_lock, NULL);
}

static void
free_backend(JackBackend *b)
{
  ports_free(b->ports, b->port_count);
  ports_free(b->wanted, b->wanted_count);
  free(atomic_load(&b->table));
  pthread_mutex_destroy(&b->table_lock);
  pthread_mutex_destroy(&b->lock);
  pthread_cond_destroy(&b->wake);
  free(b);
}

static void
quiet(const char *message)
{
  (void)message;
}

JackBackend *
jack_backend_new(Engine *engine, const BackendOptions *options)
{
  JackBackend *b = calloc(1, sizeof *b);

  if (!b)
    return NULL;
  init_locks(b);
  atomic_store(&b->engine, engine);
  atomic_store(&b->settled_engine, engine);
  atomic_store(&b->wait_self, options->self);
  atomic_store(&b->locate, -1);
  copy_options(b, options);
  jack_set_error_function(quiet);
  jack_set_info_function(quiet);
  if (pthread_create(&b->thread, NULL, run, b) != 0) {
    free_backend(b);
    return NULL;
  }
  return b;
}

/* True when the thread is done; false when a call of libjack's holds it up. */
static bool
wait_for_thread(JackBackend *b)
{
  pthread_mutex_lock(&b->lock);
  b->quit = true;
  pthread_cond_broadcast(&b->wake);
  while (!b->done && !is_stuck(b)) {
    const struct timespec until = in_ns(TURN_NS);
    pthread_cond_timedwait(&b->wake, &b->lock, &until);
  }
  const bool done = b->done;
  pthread_mutex_unlock(&b->lock);
  return done;
}

bool
jack_backend_free(JackBackend *b)
{
  if (!b)
    return true;
  if (!wait_for_thread(b)) {
    pthread_detach(b->thread);
    return false;
  }
  pthread_join(b->thread, NULL);
  free_backend(b);
  return true;
}

static void
copy_port(Port *to, const BackendPort *from)
{
  to->want = *from;
  snprintf(to->name, sizeof to->name, "%s", from->name);
  snprintf(to->pretty, sizeof to->pretty, "%s", from->pretty);
  snprintf(to->group, sizeof to->group, "%s", from->group);
  snprintf(to->connect, sizeof to->connect, "%s", from->connect);
}

void
jack_backend_set_ports(JackBackend *b, const BackendPort *ports, int count)
{
  Port *wanted = calloc((size_t)count + 1, sizeof *wanted);

  if (!wanted)
    return;
  for (int i = 0; i < count; i++)
    copy_port(&wanted[i], &ports[i]);
  pthread_mutex_lock(&b->lock);
  Port     *unread       = b->wanted;
  const int unread_count = b->wanted_count;
  b->wanted              = wanted;
  b->wanted_count        = count;
  b->woken               = true;
  pthread_cond_broadcast(&b->wake);
  pthread_mutex_unlock(&b->lock);
  ports_free(unread, unread_count);
}

static void
wake(JackBackend *b)
{
  pthread_mutex_lock(&b->lock);
  b->woken = true;
  pthread_cond_broadcast(&b->wake);
  pthread_mutex_unlock(&b->lock);
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
  wake(b);
}

void
jack_backend_locate(JackBackend *b, int64_t frame)
{
  atomic_store(&b->locate, frame);
  wake(b);
}

void
jack_backend_set_engine(JackBackend *b, Engine *engine, void *self)
{
  pthread_mutex_lock(&b->lock);
  b->next_engine = engine;
  b->next_self   = self;
  pthread_mutex_unlock(&b->lock);
  wake(b);
}

Engine *
jack_backend_engine(JackBackend *b)
{
  return atomic_load(&b->settled_engine);
}

static BackendWatch
read_watch(WatchCounts *counts)
{
  return (BackendWatch){
    .cycles      = atomic_load(&counts->cycles),
    .page_faults = atomic_load(&counts->page_faults),
    .switches    = atomic_load(&counts->switches),
    .over_half   = atomic_load(&counts->over_half),
    .worst       = atomic_load(&counts->worst),
  };
}

BackendStatus
jack_backend_status(JackBackend *b)
{
  pthread_mutex_lock(&b->lock);
  BackendStatus status = b->status;
  pthread_mutex_unlock(&b->lock);
  status.xruns = atomic_load(&b->xruns);
  status.watch = read_watch(&b->watch);
  status.stuck = is_stuck(b);
  return status;
}
