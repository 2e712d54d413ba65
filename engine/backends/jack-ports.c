/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ports that there should be, made what there is. A port belongs to its
   name; what it is connected with belongs to it, and comes back with it. */

#include "engine/backends/jack-private.h"

#include <errno.h>
#include <jack/metadata.h>
#include <jack/uuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TELL_PORTS    32 /* whose names are told in one turn */
#define LISTED_MAX    16
#define REFUSALS_MOST 100
#define XSD_INT       "http://www.w3.org/2001/XMLSchema#int"

/* --- connections --- */

static bool
connect_with(JackBackend *b, const Port *port, const char *other)
{
  const char *own    = jack_port_name(port->port);
  const int   status = port->want.input ? jack_connect(b->client, other, own)
                                        : jack_connect(b->client, own, other);

  return status == 0 || status == EEXIST;
}

static void
await_speaker(Port *port, const char **speakers, int count, int first)
{
  const int side = port->want.index % 2;

  if (first + side < count)
    peers_await(&port->peers, speakers[first + side]);
}

/* "auto": main takes the first pair of speakers where the monitor has a second
   pair, or else leaves the only one to the monitor, where solo is heard too. */
static void
await_speakers(JackBackend *b, Port *port)
{
  const char **speakers =
    jack_get_ports(b->client,
                   NULL,
                   JACK_DEFAULT_AUDIO_TYPE,
                   JackPortIsInput | JackPortIsPhysical | JackPortIsTerminal);
  const int slot  = SLOT_BUS + port->want.index / 2;
  int       count = 0;

  while (speakers && speakers[count])
    count++;
  if (slot == SLOT_MONITOR)
    await_speaker(port, speakers, count, count >= 4 ? 2 : 0);
  else if (slot == SLOT_MAIN && count >= 4)
    await_speaker(port, speakers, count, 0);
  jack_free(speakers);
}

/* Legs of a pair share the list: the first name is the left one's, the second
   the right one's; with one name, both have it. */
static void
await_listed(Port *port)
{
  char  list[CONNECT_LEN];
  char *name[LISTED_MAX];
  char *rest  = NULL;
  int   count = 0;

  memcpy(list, port->connect, sizeof list);
  for (char *at = strtok_r(list, ",\r\n", &rest); at && count < LISTED_MAX;
       at       = strtok_r(NULL, ",\r\n", &rest)) {
    at += strspn(at, " ");
    if (*at)
      name[count++] = at;
  }
  for (int i = 0; i < count; i++)
    if (count == 1 || i % 2 == port->want.index % 2)
      peers_await(&port->peers, name[i]);
}

/* A port that is new: with whom it was connected last, or else as the desk
   says. */
static void
await_peers(JackBackend *b, Port *port)
{
  if (port->peers.known)
    peers_scatter(&port->peers);
  else if (strcmp(port->connect, "auto") == 0)
    await_speakers(b, port);
  else if (strcmp(port->connect, "none") != 0)
    await_listed(port);
}

/* A port can be there while its client is not active yet: then it refuses, and
   is asked again, but not for ever. Returns how many do. */
static int
connect_awaited(JackBackend *b, Port *port)
{
  int refused = 0;

  for (int i = 0; i < port->peers.count; i++) {
    Peer *peer = &port->peers.peer[i];
    if (!peer->absent || !jack_port_by_name(b->client, peer->name))
      continue;
    peer->absent =
      !connect_with(b, port, peer->name) && ++peer->refusals < REFUSALS_MOST;
    refused += peer->absent;
  }
  return refused;
}

bool
ports_connect(JackBackend *b)
{
  int refused = 0;

  backend_enter(b);
  for (int i = 0; i < b->port_count && !atomic_load(&b->dead); i++) {
    Port *port = &b->ports[i];
    if (!port->port)
      continue;
    if (!port->joined)
      await_peers(b, port);
    port->joined = true;
    refused += connect_awaited(b, port);
  }
  backend_leave(b);
  return refused == 0;
}

void
ports_remember(JackBackend *b)
{
  backend_enter(b);
  for (int i = 0; i < b->port_count && !atomic_load(&b->dead); i++) {
    Port *port = &b->ports[i];
    if (!port->port)
      continue;
    const char **names = jack_port_get_all_connections(b->client, port->port);
    if (!atomic_load(&b->dead))
      peers_see(&port->peers, names);
    jack_free(names);
  }
  backend_leave(b);
}

/* --- names --- */

static void
tell_port(JackBackend *b, const Port *port)
{
  const jack_uuid_t uuid = jack_port_uuid(port->port);
  char              order[16];

  snprintf(order, sizeof order, "%d", port->want.order);
  jack_set_property(
    b->client, uuid, JACK_METADATA_PRETTY_NAME, port->pretty, "text/plain");
  jack_set_property(
    b->client, uuid, JACK_METADATA_PORT_GROUP, port->group, "text/plain");
  jack_set_property(b->client, uuid, JACK_METADATA_ORDER, order, XSD_INT);
}

void
ports_tell(JackBackend *b)
{
  int told = 0;

  backend_enter(b);
  for (int i = 0; i < b->port_count && told < TELL_PORTS; i++) {
    Port *port = &b->ports[i];
    if (!port->port || port->told || atomic_load(&b->dead))
      continue;
    tell_port(b, port);
    port->told = true;
    told++;
  }
  backend_leave(b);
}

/* --- what the callback sees --- */

static PortTable *
make_table(const JackBackend *b)
{
  PortTable *table = calloc(1, sizeof *table);

  for (int i = 0; table && i < b->port_count; i++) {
    const Port *port = &b->ports[i];
    if (!port->port)
      continue;
    table->port[table->count]  = port->port;
    table->index[table->count] = port->want.index;
    table->input[table->count] = port->want.input;
    table->count++;
  }
  return table;
}

/* The old table is freed when neither the cycle nor the latency callback can be
   in it; where that cannot be known it is left. */
static void
publish_table(JackBackend *b)
{
  PortTable *table = make_table(b);

  if (!table)
    return;
  pthread_mutex_lock(&b->table_lock);
  PortTable *old = atomic_exchange(&b->table, table);
  pthread_mutex_unlock(&b->table_lock);
  if (backend_let_cycles_pass(b))
    free(old);
}

/* --- what there is --- */

static Port *
find_port(Port *ports, int count, const Port *like)
{
  for (int i = 0; i < count; i++)
    if (ports[i].want.input == like->want.input &&
        strcmp(ports[i].name, like->name) == 0)
      return &ports[i];
  return NULL;
}

/* A port that was there before goes on as it is; another wish for connections
   takes the place of what was connected. */
static void
inherit(JackBackend *b, Port *port, Port *before)
{
  const bool moved = strcmp(port->connect, before->connect) != 0;

  port->port   = before->port;
  port->peers  = before->peers;
  port->joined = before->joined;
  port->told   = before->told && port->want.order == before->want.order &&
               strcmp(port->pretty, before->pretty) == 0 &&
               strcmp(port->group, before->group) == 0;
  before->port  = NULL;
  before->peers = (Peers){ 0 };
  if (!moved)
    return;
  peers_clear(&port->peers);
  port->joined = false;
  if (b->client && port->port)
    jack_port_disconnect(b->client, port->port);
}

static void
register_port(JackBackend *b, Port *port)
{
  port->port =
    jack_port_register(b->client,
                       port->name,
                       JACK_DEFAULT_AUDIO_TYPE,
                       port->want.input ? JackPortIsInput : JackPortIsOutput,
                       0);
  if (!port->port && !atomic_load(&b->dead))
    backend_say(b, "JACK has no room for the port %s.", port->name);
}

void
ports_register(JackBackend *b)
{
  backend_enter(b);
  for (int i = 0; i < b->port_count && !atomic_load(&b->dead); i++)
    if (!b->ports[i].port)
      register_port(b, &b->ports[i]);
  publish_table(b);
  backend_leave(b);
}

static void
unregister_ports(JackBackend *b, Port *ports, int count)
{
  backend_enter(b);
  for (int i = 0; i < count && !atomic_load(&b->dead); i++) {
    if (!ports[i].port)
      continue;
    jack_remove_properties(b->client, jack_port_uuid(ports[i].port));
    jack_port_unregister(b->client, ports[i].port);
  }
  backend_leave(b);
}

static bool
take_wanted(JackBackend *b)
{
  pthread_mutex_lock(&b->lock);
  Port     *wanted = b->wanted;
  const int count  = b->wanted_count;
  b->wanted        = NULL;
  pthread_mutex_unlock(&b->lock);
  if (!wanted)
    return false;
  b->ports      = wanted;
  b->port_count = count;
  return true;
}

void
ports_update(JackBackend *b)
{
  Port     *old       = b->ports;
  const int old_count = b->port_count;

  if (!take_wanted(b))
    return;
  backend_enter(b);
  for (int i = 0; i < b->port_count; i++) {
    Port *before = find_port(old, old_count, &b->ports[i]);
    if (before)
      inherit(b, &b->ports[i], before);
  }
  backend_leave(b);
  if (b->client) {
    /* Gone ports leave the callback's table before they leave the server. */
    ports_register(b);
    unregister_ports(b, old, old_count);
  }
  ports_free(old, old_count);
  atomic_store(&b->graph_changed, true);
}

void
ports_lose(JackBackend *b)
{
  for (int i = 0; i < b->port_count; i++) {
    b->ports[i].port   = NULL;
    b->ports[i].joined = false;
    b->ports[i].told   = false;
  }
  free(atomic_exchange(&b->table, NULL));
  b->seen = NULL;
}

void
ports_free(Port *ports, int count)
{
  for (int i = 0; ports && i < count; i++)
    peers_clear(&ports[i].peers);
  free(ports);
}
