/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Timers: the link every 5 ms, meters and status every 20 ms. When the server's
   rate is not the engine's, or another desk comes, a new link is made beside
   the old one, and the old one is freed when the backend has let go of it. */

#include "console/live.h"

#include <math.h>
#include <string.h>

#include "console/link.h"
#include "engine/backends/jack.h"

#define LINK_MS   5
#define METER_MS  20
#define SETTLE_US 250000 /* how long the engine has to do what it was told */
#define FADE_US   60000  /* ports stay until who is to go has faded out */
#define READERS   2

struct Live {
  Control     *control;
  Link        *link;
  Link        *old; /* the backend may still be in it */
  JackBackend *backend;
  char        *client;
  char        *server;
  char        *folder;
  char        *cache;
  bool         watch;
  GThreadPool *attic; /* old links are freed there: that may wait for a disk */
  bool         ports_dirty;
  gint64       ports_at; /* µs; not sent before */
  gint64       told_at;  /* µs: the transport was last told something */
  uint64_t     message_serial;
  MeterItem   *meters;
  size_t       meter_room;
  GSource     *timers[2];
};

static bool
wait_for_tracks(void *self, int64_t frame, int frames)
{
  return readers_wait(link_readers(self), frame, frames);
}

static void
roll(void *self, bool rolling)
{
  Live *live = self;

  jack_backend_roll(live->backend, rolling);
}

static void
locate(void *self, int64_t frame)
{
  Live *live = self;

  jack_backend_locate(live->backend, frame);
}

static void
notice(void *self, const char *sentence)
{
  Live *live = self;

  control_notice(live->control, "%s", sentence);
}

static Link *
make_link(Live       *live,
          Desk       *desk,
          double      rate,
          const char *folder,
          const char *cache,
          char        reason[DESK_REASON])
{
  const LinkOptions options = {
    .rate = rate, .folder = folder, .cache = cache, .reader_threads = READERS
  };
  Link *link = link_new(desk, &options, reason);

  if (link) {
    const LinkTransport transport = { roll, locate, live };
    link_set_notice(link, notice, live);
    link_set_transport(link, &transport);
  }
  return link;
}

static double
desk_rate(const Desk *desk)
{
  return desk_get(desk, desk_address(OWNER_DESK, 0, CELL_RATE));
}

/* --- ports --- */

typedef struct PortList {
  Live      *live;
  GArray    *ports; /* BackendPort */
  GPtrArray *names;
} PortList;

static const char *
keep(PortList *list, char *text)
{
  g_ptr_array_add(list->names, text);
  return text;
}

static void
list_legs(PortList   *list,
          Owner       owner,
          unsigned    number,
          bool        input,
          const char *name,
          const char *pretty,
          const char *group,
          int         legs,
          const char *connect)
{
  static const char *const sides[] = { "L", "R" };
  const int                slot    = link_slot(list->live->link, owner, number);

  for (int leg = 0; leg < legs && slot >= 0; leg++) {
    const BackendPort port = {
      .index   = 2 * (input ? slot : slot - SLOT_BUS) + leg,
      .input   = input,
      .name    = legs == 1
                   ? name
                   : keep(list, g_strdup_printf("%s-%s", name, sides[leg])),
      .pretty  = legs == 1
                   ? pretty
                   : keep(list, g_strdup_printf("%s %s", pretty, sides[leg])),
      .group   = group,
      .order   = (int)list->ports->len,
      .connect = connect,
    };
    g_array_append_val(list->ports, port);
  }
}

static void
list_strip(PortList *list, Owner owner, unsigned number)
{
  const Desk *desk    = control_desk(list->live->control);
  const bool  input   = owner == OWNER_STRIP;
  const char *kind    = params_owner_name(owner);
  const char *connect = desk_get_text(
    desk, desk_address(owner, number, input ? CELL_INPUT : CELL_OUTPUT));
  const char *title =
    desk_get_text(desk, desk_address(owner, number, CELL_NAME));
  const bool stereo =
    owner > OWNER_BUS ||
    desk_get(desk, desk_address(owner, number, CELL_CHANNELS)) > 1.5;
  char *name = number ? g_strdup_printf("%s-%u", kind, number) : g_strdup(kind);
  const char *pretty = *title ? title : keep(list, g_strdup(name));

  if (owner > OWNER_BUS && !*connect)
    connect = "auto";
  list_legs(list,
            owner,
            number,
            input,
            keep(list, name),
            pretty,
            input                ? "Inputs"
            : owner == OWNER_BUS ? "Buses"
                                 : "Main",
            stereo ? 2 : 1,
            connect);
}

static void
send_ports(Live *live)
{
  static const Owner owners[] = { OWNER_STRIP, OWNER_BUS };
  const Desk        *desk     = control_desk(live->control);
  PortList           list     = {
                  .live  = live,
                  .ports = g_array_new(FALSE, FALSE, sizeof(BackendPort)),
                  .names = g_ptr_array_new_with_free_func(g_free),
  };

  for (int i = 0; i < 2; i++)
    for (unsigned k = 0; k < desk_count(desk, owners[i]); k++)
      list_strip(&list, owners[i], desk_nth(desk, owners[i], k));
  list_strip(&list, OWNER_MAIN, 0);
  list_strip(&list, OWNER_MONITOR, 0);
  jack_backend_set_ports(live->backend,
                         (BackendPort *)(void *)list.ports->data,
                         (int)list.ports->len);
  g_array_free(list.ports, TRUE);
  g_ptr_array_free(list.names, TRUE);
  live->ports_dirty = false;
}

/* --- the desk --- */

static void
observe(void *self, const Change *change)
{
  Live          *live = self;
  const unsigned cell = change->address.cell;

  if (change->kind != CHANGE_VALUE || cell == CELL_NAME ||
      cell == CELL_CHANNELS || cell == CELL_INPUT || cell == CELL_OUTPUT)
    live->ports_dirty = true;
  if (change->kind == CHANGE_REMOVED ||
      (change->kind == CHANGE_VALUE && cell == CELL_CHANNELS))
    live->ports_at = g_get_monotonic_time() + FADE_US;
  if (change->address.owner != OWNER_TRANSPORT ||
      change->kind != CHANGE_VALUE || change->who.origin == ORIGIN_ENGINE)
    return;
  live->told_at = g_get_monotonic_time();
  if (cell == CELL_FOLLOW)
    jack_backend_follow(live->backend, change->number > 0.5);
}

static void
follow_as_said(Live *live, const Desk *desk)
{
  const Address follow = desk_address(OWNER_TRANSPORT, 0, CELL_FOLLOW);

  jack_backend_follow(live->backend, desk_get(desk, follow) > 0.5);
}

static void
replaced(void *self, Desk *desk)
{
  Live *live = self;

  live->ports_dirty = true;
  follow_as_said(live, desk);
}

/* --- timers --- */

static void
free_link(void *link, void *self)
{
  (void)self;
  link_free(link);
}

/* The backend is given a link's engine; the one before goes when it has let go.
 */
static void
change_link(Live *live, Link *link)
{
  live->old         = live->link;
  live->link        = link;
  live->ports_dirty = true;
  jack_backend_set_engine(live->backend, link_engine(link), link);
}

static void
free_old(Live *live)
{
  if (!live->old ||
      jack_backend_engine(live->backend) != link_engine(live->link))
    return;
  g_thread_pool_push(live->attic, live->old, NULL);
  live->old = NULL;
}

/* The tape of an engine that takes another's place is where the other's was. */
static void
carry_transport(const Live *live, Link *link, double rate)
{
  const EngineState *state  = engine_state(link_engine(live->link));
  const double       was    = engine_rate(link_engine(live->link));
  const double       song   = (double)atomic_load(&state->song_frame);
  const Event        locate = { .kind     = EVENT_LOCATE,
                                .frame    = EVENT_NOW,
                                .position = llround(song * rate / was) };
  const Event        play   = { .kind = EVENT_PLAY, .frame = EVENT_NOW };

  engine_post(link_engine(link), &locate);
  if (atomic_load(&state->rolling))
    engine_post(link_engine(link), &play);
}

static void
follow_rate(Live *live, const BackendStatus *backend)
{
  char reason[DESK_REASON];

  if (backend->state != BACKEND_RATE || live->old ||
      engine_rate(link_engine(live->link)) == (double)backend->rate)
    return;
  Link *link = make_link(live,
                         control_desk(live->control),
                         (double)backend->rate,
                         live->folder,
                         live->cache,
                         reason);
  if (!link) {
    control_notice(live->control, "%s", reason);
    return;
  }
  control_notice(live->control,
                 "JACK runs at %d Hz: tracks of another rate are converted.",
                 backend->rate);
  carry_transport(live, link, (double)backend->rate);
  link_detach(live->link);
  change_link(live, link);
}

static gboolean
tick_link(gpointer self)
{
  Live *live = self;

  link_tick(live->link);
  free_old(live);
  if (live->ports_dirty && g_get_monotonic_time() >= live->ports_at)
    send_ports(live);
  return G_SOURCE_CONTINUE;
}

static void
describe_backend(const BackendStatus *backend, Status *status)
{
  if (backend->stuck)
    g_strlcpy(status->backend, "JACK does not answer", sizeof status->backend);
  else if (backend->state == BACKEND_RUNNING)
    g_snprintf(status->backend,
               sizeof status->backend,
               "JACK, %d Hz, %d frames",
               backend->rate,
               backend->block);
  else
    g_strlcpy(status->backend,
              backend->state == BACKEND_WAITING ? "waiting for JACK"
                                                : "looking for JACK",
              sizeof status->backend);
  status->sounding = backend->state == BACKEND_RUNNING && !backend->stuck;
  status->load     = (double)backend->load;
  status->block    = (unsigned)backend->block;
  status->xruns    = backend->xruns;
}

static void
set_transport(Live *live, unsigned cell, double value)
{
  const Who who = { .origin = ORIGIN_ENGINE };

  desk_set(control_desk(live->control),
           desk_address(OWNER_TRANSPORT, 0, cell),
           value,
           who,
           NULL);
}

/* The desk says what the engine does, once it has had time to do what the desk
   said. */
static void
follow_transport(Live *live, const Status *status)
{
  set_transport(live, CELL_POSITION, status->position);
  if (g_get_monotonic_time() - live->told_at > SETTLE_US)
    set_transport(live, CELL_PLAY, status->rolling ? 1.0 : 0.0);
}

static gboolean
tick_meters(gpointer self)
{
  Live               *live    = self;
  Status             *status  = control_status_edit(live->control);
  const BackendStatus backend = jack_backend_status(live->backend);
  const size_t        count =
    link_take_meters(live->link, &live->meters, &live->meter_room);

  control_put_meters(live->control, live->meters, count);
  link_fill_status(live->link, status);
  describe_backend(&backend, status);
  status->rate = engine_rate(link_engine(live->link));
  control_status_changed(live->control);
  follow_transport(live, status);
  follow_rate(live, &backend);
  if (backend.message_serial != live->message_serial) {
    live->message_serial = backend.message_serial;
    control_notice(live->control, "%s", backend.message);
  }
  return G_SOURCE_CONTINUE;
}

static GSource *
add_timer(Live *live, guint milliseconds, GSourceFunc function)
{
  GSource *source = g_timeout_source_new(milliseconds);

  g_source_set_callback(source, function, live, NULL);
  g_source_attach(source, control_context(live->control));
  return source;
}

/* --- life --- */

Live *
live_new(Control           *control,
         const LiveOptions *options,
         const char        *folder,
         const char        *cache,
         char               reason[DESK_REASON])
{
  Live *live = g_new0(Live, 1);
  Desk *desk = control_desk(control);

  live->control = control;
  live->client  = g_strdup(options->client ? options->client : "consort");
  live->server  = g_strdup(options->server);
  live->folder  = g_strdup(folder);
  live->cache   = g_strdup(cache);
  live->watch   = options->watch;
  live->attic   = g_thread_pool_new(free_link, NULL, 1, FALSE, NULL);
  live->link    = make_link(live, desk, desk_rate(desk), folder, cache, reason);
  if (live->link) {
    const BackendOptions backend = { .client = live->client,
                                     .server = live->server,
                                     .rate   = (int)lround(desk_rate(desk)),
                                     .watch  = live->watch,
                                     .wait   = wait_for_tracks,
                                     .self   = live->link };
    live->backend = jack_backend_new(link_engine(live->link), &backend);
    g_snprintf(reason, DESK_REASON, "The JACK thread cannot be started.");
  }
  if (!live->backend) {
    live_free(live);
    return NULL;
  }
  follow_as_said(live, desk);
  control_observe_desk(control, observe, replaced, live);
  send_ports(live);
  live->timers[0] = add_timer(live, LINK_MS, tick_link);
  live->timers[1] = add_timer(live, METER_MS, tick_meters);
  return live;
}

static void
set_folder(Live *live, const char *folder, const char *cache)
{
  g_free(live->folder);
  g_free(live->cache);
  live->folder = g_strdup(folder);
  live->cache  = g_strdup(cache);
}

void
live_move(Live *live, const char *folder, const char *cache)
{
  set_folder(live, folder, cache);
  link_move(live->link, folder, cache);
}

bool
live_open(Live       *live,
          Desk       *desk,
          const char *folder,
          const char *cache,
          char        reason[DESK_REASON])
{
  const BackendStatus backend = jack_backend_status(live->backend);
  const double        rate =
    backend.state == BACKEND_RUNNING ? (double)backend.rate : desk_rate(desk);

  if (live->old) {
    g_snprintf(reason, DESK_REASON, "Another session is just being opened.");
    return false;
  }
  Link *link = make_link(live, desk, rate, folder, cache, reason);
  if (!link)
    return false;
  set_folder(live, folder, cache);
  link_detach(live->link);
  change_link(live, link);
  control_replace_desk(live->control, desk);
  return true;
}

/* Says what the audio thread did wrong, if anybody asked. */
static void
report_watch(const Live *live)
{
  const BackendStatus backend = jack_backend_status(live->backend);
  const BackendWatch *watch   = &backend.watch;

  if (live->watch)
    g_print("audio thread: %" G_GUINT64_FORMAT " cycles, %" G_GUINT64_FORMAT
            " page faults, %" G_GUINT64_FORMAT
            " voluntary switches, %" G_GUINT64_FORMAT
            " over half the period, the longest %.0f %%; %" G_GUINT64_FORMAT
            " xruns, %" G_GUINT64_FORMAT " track underruns\n",
            watch->cycles,
            watch->page_faults,
            watch->switches,
            watch->over_half,
            100.0 * watch->worst,
            backend.xruns,
            atomic_load(&engine_state(link_engine(live->link))->underruns));
}

void
live_free(Live *live)
{
  bool released = true;

  if (!live)
    return;
  for (int i = 0; i < 2; i++)
    if (live->timers[i]) {
      g_source_destroy(live->timers[i]);
      g_source_unref(live->timers[i]);
    }
  if (live->backend) {
    control_unobserve_desk(live->control, observe, live);
    report_watch(live);
    released = jack_backend_free(live->backend);
  }
  if (released) {
    link_free(live->old);
    link_free(live->link);
  }
  g_thread_pool_free(live->attic, FALSE, TRUE);
  g_free(live->meters);
  g_free(live->client);
  g_free(live->server);
  g_free(live->folder);
  g_free(live->cache);
  g_free(live);
}
