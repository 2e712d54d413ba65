/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/hub.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/value.h"
#include "osc/leaf.h"
#include "osc/packet.h"
#include "osc/verbs.h"
#include "osc/writer.h"

enum {
  PUSH_DATAGRAMS  = 8,    /* to a client at a time */
  METER_DATAGRAMS = 16,   /* likewise */
  PUSH_WORK       = 8192, /* addresses looked at for a client at a time */
  STEPS_A_WORK    = 16,   /* of matching patterns */
  /* Sentences a second and at once, to a client and to all. */
  CLIENT_SENTENCES = 10,
  ALL_SENTENCES    = 100,
};

/* The change that a client is asking the desk for just now. */
typedef struct Asking {
  const OscClient *client;
  Address          address;
  OscLeaf          leaf;
} Asking;

struct OscHub {
  OscHost     host;
  Desk       *desk;
  int64_t     due;
  uint64_t    work;  /* of this datagram */
  uint64_t    steps; /* of its patterns */
  Asking      asking;
  double      position; /* the song's, last told */
  unsigned    notice;   /* likewise */
  OscBudget   sentences;
  OscCounters counters;
  OscClients  clients;
  OscWriter   writer;
};

Desk *
osc_hub_desk(OscHub *hub)
{
  return hub->desk;
}

const OscHost *
osc_hub_host(const OscHub *hub)
{
  return &hub->host;
}

OscClients *
osc_hub_clients(OscHub *hub)
{
  return &hub->clients;
}

uint64_t *
osc_hub_steps(OscHub *hub)
{
  return &hub->steps;
}

const OscCounters *
osc_hub_counters(const OscHub *hub)
{
  return &hub->counters;
}

void
osc_hub_count(OscHub *hub, OscFault fault)
{
  ++hub->counters.refused[fault];
}

Who
osc_call_who(const OscCall *call)
{
  return (Who){ ORIGIN_OSC, call->client->id };
}

static int64_t
now(const OscHub *hub)
{
  return hub->host.now(hub->host.self);
}

/* Sending. */

static void
send_writer(OscHub *hub, const OscClient *client)
{
  size_t      size;
  const void *data = osc_writer_datagram(&hub->writer, &size);
  if (size == 0)
    return;
  if (hub->host.send(hub->host.self, &client->destination, data, size))
    ++hub->counters.sent;
  else
    osc_hub_count(hub, OSC_UNSENT);
  osc_writer_clear(&hub->writer);
}

/* Adds a message to the datagram; one that is full is sent first. Returns how
   many were sent. Frees the message. */
static unsigned
gather(OscHub          *hub,
       const OscClient *client,
       const char      *path,
       lo_message       message)
{
  unsigned sent = 0;
  if (!osc_writer_add(&hub->writer, path, message)) {
    sent = hub->writer.count > 0;
    send_writer(hub, client);
    if (!osc_writer_add(&hub->writer, path, message))
      osc_hub_count(hub, OSC_UNSENT);
  }
  lo_message_free(message);
  return sent;
}

static void
send_one(OscHub          *hub,
         const OscClient *client,
         const char      *path,
         lo_message       message)
{
  osc_writer_clear(&hub->writer);
  gather(hub, client, path, message);
  send_writer(hub, client);
}

void
osc_call_answer(OscCall *call, const char *path, lo_message message)
{
  send_one(call->hub, call->client, path, message);
}

static bool
may_complain(OscHub *hub, OscClient *client)
{
  int64_t time = now(hub);
  if (osc_budget_spend(
        &client->sentences, time, CLIENT_SENTENCES, CLIENT_SENTENCES) &&
      osc_budget_spend(&hub->sentences, time, ALL_SENTENCES, ALL_SENTENCES))
    return true;
  osc_hub_count(hub, OSC_WITHHELD);
  return false;
}

static void
complain(OscHub     *hub,
         OscClient  *client,
         OscFault    fault,
         const char *address,
         const char *sentence)
{
  osc_hub_count(hub, fault);
  if (!may_complain(hub, client))
    return;
  lo_message message = lo_message_new();
  lo_message_add_string(message, address);
  lo_message_add_string(message, sentence);
  send_one(hub, client, "/error", message);
}

void
osc_call_refuse(OscCall *call, OscFault fault, const char *format, ...)
{
  char    sentence[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(sentence, sizeof sentence, format, arguments);
  va_end(arguments);
  complain(call->hub, call->client, fault, call->path, sentence);
}

/* Reading the desk. */

static double
meter_number(OscHub *hub, Address address)
{
  size_t             count;
  const ParamRow    *row   = params_of_cell(address.cell);
  const MeterItem   *items = hub->host.meters(hub->host.self, &count);
  const MeterValues *v     = NULL;
  for (size_t i = 0; i < count && !v; ++i)
    if (items[i].owner == (Owner)address.owner &&
        items[i].number == address.number)
      v = &items[i].values;
  if (!v)
    return row->def;
  unsigned side = address.cell - row->first;
  switch ((Cell)row->first) {
  case CELL_METER_IN:
    return value_gain_to_db((double)v->in[side]);
  case CELL_METER_OUT:
    return value_gain_to_db((double)v->out[side]);
  case CELL_METER_IN_RMS:
    return value_gain_to_db((double)v->in_rms[side]);
  case CELL_METER_OUT_RMS:
    return value_gain_to_db((double)v->out_rms[side]);
  case CELL_METER_GATE:
    return (double)v->gate;
  case CELL_METER_COMP:
    return (double)v->comp;
  case CELL_METER_DEESS:
    return (double)v->deess;
  default:
    return row->def;
  }
}

/* Levels and the song's position are the engine's, not the desk's. */
static lo_message
show(OscHub *hub, Address address, OscLeaf leaf)
{
  const ParamRow *row = params_of_cell(address.cell);
  double          number;
  if (row->taper == TAPER_TEXT)
    return osc_leaf_text(desk_get_text(hub->desk, address));
  if (row->taper == TAPER_METER)
    number = meter_number(hub, address);
  else if (address.cell == CELL_POSITION)
    number = hub->host.status(hub->host.self)->position;
  else
    number = desk_get(hub->desk, address);
  return osc_leaf_number(row, number, leaf);
}

static void
print_path(Address address, OscLeaf leaf, char path[ADDRESS_TEXT + 8])
{
  char text[ADDRESS_TEXT];
  address_print(address, text);
  snprintf(path, ADDRESS_TEXT + 8, "%s%s", text, osc_leaf_tail(leaf));
}

/* Telling. */

void
osc_hub_wake(OscHub *hub, const OscClient *client)
{
  if (!osc_client_is_pending(client) || client->next_push >= hub->due)
    return;
  hub->due = client->next_push;
  hub->host.schedule(hub->host.self, hub->due);
}

static void
push_client(OscHub *hub, OscClient *client, int64_t time)
{
  unsigned datagrams = 0, work = PUSH_WORK;
  Address  address;
  OscLeaf  leaf;
  osc_writer_clear(&hub->writer);
  while (datagrams < PUSH_DATAGRAMS &&
         osc_client_next(client, hub->desk, &work, &address, &leaf) ==
           OSC_STEP_FOUND) {
    char path[ADDRESS_TEXT + 8];
    print_path(address, leaf, path);
    datagrams += gather(hub, client, path, show(hub, address, leaf));
  }
  send_writer(hub, client);
  client->next_push = time + client->interval;
}

void
osc_hub_push(OscHub *hub)
{
  int64_t time = now(hub);
  int64_t due  = INT64_MAX;
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i) {
    OscClient *client = &hub->clients.client[i];
    osc_client_lapse(client, time);
    if (!client->id || !osc_client_is_pending(client))
      continue;
    if (client->next_push <= time)
      push_client(hub, client, time);
    if (osc_client_is_pending(client))
      due = MIN(due, client->next_push);
  }
  hub->due = due;
  hub->host.schedule(hub->host.self, due);
}

/* Tells all subscribers at once; frees the message. */
static void
tell_all(OscHub *hub, const char *path, lo_message message)
{
  int64_t time = now(hub);
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i) {
    OscClient *client = &hub->clients.client[i];
    osc_client_lapse(client, time);
    if (!client->id || !client->subscribed)
      continue;
    osc_writer_clear(&hub->writer);
    osc_writer_add(&hub->writer, path, message);
    send_writer(hub, client);
  }
  lo_message_free(message);
}

/* The one who just set an address knows what it sent. */
static void
mark(OscHub *hub, Address address)
{
  const Asking *asking = &hub->asking;
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i) {
    OscClient *client = &hub->clients.client[i];
    if (!client->id || !client->subscribed)
      continue;
    bool own =
      client == asking->client && address_equal(address, asking->address);
    osc_client_mark(client, address, own ? asking->leaf : OSC_LEAVES);
    osc_hub_wake(hub, client);
  }
}

void
osc_hub_change(void *self, const Change *change)
{
  OscHub *hub = self;
  if (change->kind == CHANGE_VALUE) {
    mark(hub, change->address);
    return;
  }
  lo_message message = lo_message_new();
  lo_message_add_string(message,
                        params_owner_name((Owner)change->address.owner));
  lo_message_add_int32(message, change->address.number);
  tell_all(hub,
           change->kind == CHANGE_ADDED ? "/desk/added" : "/desk/removed",
           message);
}

/* What a message says. */

static bool
find_room(OscCall *call, uint64_t work)
{
  OscHub *hub = call->hub;
  if (hub->work + work > OSC_WORK_MAX) {
    osc_call_refuse(call, OSC_TOO_MUCH, "%s", osc_fault_sentence(OSC_TOO_MUCH));
    return false;
  }
  hub->work += work;
  return true;
}

static bool
touch(OscCall *call, Address address, char reason[DESK_REASON])
{
  double number;
  if (!osc_argument_number(call->types[0], call->arguments[0], &number)) {
    g_snprintf(reason, DESK_REASON, "A touch is 1, a release 0.");
    return false;
  }
  if (number == 0) {
    osc_client_release(call->client, address);
    return true;
  }
  if (osc_client_touch(call->client, address))
    return true;
  g_snprintf(reason, DESK_REASON, "A client may touch 32 controls at a time.");
  return false;
}

/* A sender whose wish was refused, or was not met to the letter, is told what
   the desk has instead. */
static bool
set_one(OscCall *call, Address address, OscLeaf leaf, char reason[DESK_REASON])
{
  OscHub *hub     = call->hub;
  bool    settled = false;
  bool    done;
  ++hub->counters.changes;
  if (leaf == OSC_TOUCH) {
    done = touch(call, address, reason);
    osc_hub_wake(hub, call->client);
    return done;
  }
  hub->asking = (Asking){ call->client, address, leaf };
  done        = osc_leaf_set(hub->desk,
                      address,
                      leaf,
                      call->types[0],
                      call->arguments[0],
                      osc_call_who(call),
                      &settled,
                      reason);
  hub->asking = (Asking){ 0 };
  if (!done || !settled)
    osc_client_mark(call->client, address, OSC_LEAVES);
  osc_hub_wake(hub, call->client);
  return done;
}

static void
answer_touch(OscCall *call, Address address)
{
  bool        touched = false;
  OscClients *clients = &call->hub->clients;
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i)
    touched |=
      clients->client[i].id && osc_client_touches(&clients->client[i], address);
  lo_message message = lo_message_new();
  lo_message_add_int32(message, touched);
  osc_call_answer(call, call->path, message);
}

static void
ask_one(OscCall *call, Address address, OscLeaf leaf)
{
  ++call->hub->counters.questions;
  if (leaf == OSC_TOUCH)
    answer_touch(call, address);
  else if (leaf == OSC_DELTA)
    osc_call_refuse(
      call, OSC_REFUSED, "%s takes a number to move by.", call->path);
  else
    osc_call_answer(call, call->path, show(call->hub, address, leaf));
}

static void
ask_pattern(OscCall *call)
{
  OscHub *hub = call->hub;
  char    reason[160];
  ++hub->counters.questions;
  if (osc_client_ask(
        call->client, call->path, OSC_EXACT, false, &hub->steps, reason))
    osc_hub_wake(hub, call->client);
  else
    osc_call_refuse(call, OSC_REFUSED, "%s", reason);
}

/* How many addresses of the desk a pattern means, more than a datagram may
   change counted no further. */
static unsigned
count_pattern(OscHub *hub, const OscPattern *pattern)
{
  OscWalk  walk;
  Address  address;
  unsigned found = 0, work = OSC_WORK_MAX;
  osc_walk_start(&walk, pattern, false);
  while (osc_walk_next(&walk, hub->desk, &work, &address) == OSC_STEP_FOUND)
    ++found;
  hub->steps += OSC_WORK_MAX - work;
  return work ? found : OSC_WORK_MAX + 1;
}

static void
set_pattern(OscCall *call)
{
  OscPattern pattern;
  OscWalk    walk;
  Address    address;
  char       reason[DESK_REASON], first[DESK_REASON] = "";
  unsigned   refused = 0;
  OscHub    *hub     = call->hub;
  if (!osc_pattern_compile(
        &pattern, call->path, OSC_EXACT, &hub->steps, reason)) {
    osc_call_refuse(call, OSC_REFUSED, "%s", reason);
    return;
  }
  unsigned count = count_pattern(hub, &pattern);
  unsigned work  = 2 * OSC_WORK_MAX;
  if (count == 0) {
    osc_call_refuse(
      call, OSC_UNKNOWN, "Nothing on the desk matches the pattern.");
    return;
  }
  if (!find_room(call, count))
    return;
  osc_walk_start(&walk, &pattern, false);
  while (osc_walk_next(&walk, hub->desk, &work, &address) == OSC_STEP_FOUND)
    if (!set_one(call, address, pattern.leaf, reason) && refused++ == 0)
      g_strlcpy(first, reason, sizeof first);
  if (refused > 1)
    osc_call_refuse(call, OSC_REFUSED, "%u of %u: %s", refused, count, first);
  else if (refused)
    osc_call_refuse(call, OSC_REFUSED, "%s", first);
}

static void
on_pattern(OscCall *call)
{
  if (call->count == 0)
    ask_pattern(call);
  else
    set_pattern(call);
}

static void
on_address(OscCall *call)
{
  Address     address;
  const char *rest;
  char        reason[DESK_REASON];
  if (!address_parse(call->path, &address, &rest)) {
    osc_call_refuse(call, OSC_UNKNOWN, "%s", osc_fault_sentence(OSC_UNKNOWN));
    return;
  }
  Owner owner = (Owner)address.owner;
  if (params_owner_is_numbered(owner) &&
      !desk_exists(call->hub->desk, owner, address.number)) {
    osc_call_refuse(call,
                    OSC_UNKNOWN,
                    "There is no %s %u on the desk.",
                    params_owner_name(owner),
                    address.number);
    return;
  }
  OscLeaf leaf = osc_leaf_of_tail(rest);
  if (call->count == 0)
    ask_one(call, address, leaf);
  else if (!set_one(call, address, leaf, reason))
    osc_call_refuse(call, OSC_REFUSED, "%s", reason);
}

/* Tablets send their pages (/1), their motion and their own kind of answers
   whether anyone listens or not. */
static bool
is_noise(const char *path)
{
  static const char *const noise[] = { "/accxyz", "/error", "/pong" };
  for (size_t i = 0; i < G_N_ELEMENTS(noise); ++i)
    if (strcmp(path, noise[i]) == 0)
      return true;
  return g_ascii_isdigit(path[1]) != 0;
}

static void
dispatch(OscCall *call)
{
  const OscVerb *verb   = osc_verb_find(call->path);
  uint64_t       before = call->hub->steps;
  ++call->hub->counters.messages;
  if (is_noise(call->path))
    osc_hub_count(call->hub, OSC_IGNORED);
  else if (!find_room(call, 1))
    return;
  else if (verb)
    verb->run(call);
  else if (call->count > 1)
    osc_call_refuse(call, OSC_REFUSED, "%s takes one argument.", call->path);
  else if (osc_is_pattern(call->path))
    on_pattern(call);
  else
    on_address(call);
  call->hub->work += (call->hub->steps - before) / STEPS_A_WORK;
}

/* A datagram as it is carried out. */
typedef struct Delivery {
  OscHub        *hub;
  const OscPeer *from;
} Delivery;

static void
on_message(void *self, const void *data, size_t size)
{
  const Delivery *delivery = self;
  OscHub         *hub      = delivery->hub;
  OscCall         call     = { .hub = hub, .path = data, .types = "" };
  lo_message      message  = NULL;
  call.client = osc_clients_meet(&hub->clients, delivery->from, now(hub));
  if (!call.client)
    return;
  if (size > ((strlen(call.path) + 4) & ~(size_t)3)) {
    message = lo_message_deserialise((void *)data, size, NULL);
    if (!message) {
      osc_hub_count(hub, OSC_MALFORMED);
      return;
    }
    call.types     = lo_message_get_types(message);
    call.arguments = lo_message_get_argv(message);
    call.count     = lo_message_get_argc(message);
  }
  dispatch(&call);
  if (message)
    lo_message_free(message);
}

uint64_t
osc_hub_receive(OscHub *hub, const OscPeer *from, const void *data, size_t size)
{
  const char *address;
  Delivery    delivery = { hub, from };
  uint64_t    wall     = osc_packet_ntp(hub->host.wall(hub->host.self));
  OscClient  *client   = osc_clients_meet(&hub->clients, from, now(hub));
  hub->work = hub->steps = 0;
  ++hub->counters.datagrams;
  if (!client) {
    osc_hub_count(hub, OSC_CROWDED);
    return 1;
  }
  OscFault fault = osc_packet_check(data, size, wall, &address);
  if (fault != OSC_FINE) {
    complain(hub, client, fault, address, osc_fault_sentence(fault));
    return 1;
  }
  client->heard = now(hub);
  osc_packet_each(data, size, on_message, &delivery);
  return hub->work + 1;
}

/* The program's side. */

void
osc_hub_set_desk(OscHub *hub, Desk *desk)
{
  const Status *status = hub->host.status(hub->host.self);
  char         *name   = g_path_get_basename(status->session);
  hub->desk            = desk;
  tell_all(hub, "/desk/opened", osc_leaf_text(status->session[0] ? name : ""));
  g_free(name);
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i) {
    osc_client_sweep(&hub->clients.client[i]);
    osc_hub_wake(hub, &hub->clients.client[i]);
  }
}

static void
send_meters(OscHub *hub, OscClient *client)
{
  unsigned   datagrams = 0;
  char       path[ADDRESS_TEXT];
  lo_message message;
  osc_writer_clear(&hub->writer);
  while (datagrams < METER_DATAGRAMS &&
         (message = osc_meter_feed_next(client->meters, path)))
    datagrams += gather(hub, client, path, message);
  send_writer(hub, client);
}

static void
tick_meters(OscHub *hub)
{
  size_t           count;
  int64_t          time  = now(hub);
  const MeterItem *items = hub->host.meters(hub->host.self, &count);
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i) {
    OscClient *client = &hub->clients.client[i];
    if (!client->meters || osc_client_lapse(client, time))
      continue;
    if (osc_meter_feed_gather(client->meters, items, count, time))
      send_meters(hub, client);
  }
}

void
osc_hub_tick(OscHub *hub)
{
  const Status *status = hub->host.status(hub->host.self);
  if (status->position != hub->position) {
    hub->position = status->position;
    mark(hub, desk_address(OWNER_TRANSPORT, 0, CELL_POSITION));
  }
  if (status->notice_serial != hub->notice) {
    hub->notice = status->notice_serial;
    tell_all(hub, "/desk/notice", osc_leaf_text(status->notice));
  }
  tick_meters(hub);
}

OscHub *
osc_hub_new(const OscHost *host, Desk *desk)
{
  OscHub *hub         = g_new0(OscHub, 1);
  hub->host           = *host;
  hub->due            = INT64_MAX;
  hub->sentences.left = ALL_SENTENCES;
  hub->sentences.at   = now(hub);
  hub->desk           = desk;
  osc_writer_clear(&hub->writer);
  return hub;
}

void
osc_hub_free(OscHub *hub)
{
  if (!hub)
    return;
  osc_clients_cleanup(&hub->clients);
  g_free(hub);
}
