/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/clients.h"

#include <glib.h>
#include <string.h>

static const int64_t lifetime = OSC_LIFETIME * G_USEC_PER_SEC;

bool
osc_peer_equal(const OscPeer *a, const OscPeer *b)
{
  return a->port == b->port && a->family == b->family && a->scope == b->scope &&
         memcmp(a->host, b->host, sizeof a->host) == 0;
}

bool
osc_budget_spend(OscBudget *budget, int64_t now, double rate, double burst)
{
  double filled =
    budget->left + rate * (double)(now - budget->at) / G_USEC_PER_SEC;
  budget->left = MIN(filled, burst);
  budget->at   = now;
  if (budget->left < 1)
    return false;
  budget->left -= 1;
  return true;
}

static OscRange *
range_new(const char *pattern,
          OscReach    reach,
          uint64_t   *steps,
          char        reason[160])
{
  OscRange *range = g_new0(OscRange, 1);
  if (!osc_pattern_compile(&range->pattern, pattern, reach, steps, reason)) {
    g_free(range);
    return NULL;
  }
  g_strlcpy(range->text, pattern, sizeof range->text);
  return range;
}

static void
drop_question(OscClient *client)
{
  g_free(client->questions[0]);
  --client->asked;
  memmove(client->questions,
          client->questions + 1,
          client->asked * sizeof *client->questions);
}

static void
stop_listening(OscClient *client)
{
  osc_client_unsubscribe(client, NULL);
  while (client->asked)
    drop_question(client);
  osc_meter_feed_free(client->meters);
  client->meters  = NULL;
  client->touches = 0;
}

static void
client_cleanup(OscClient *client)
{
  stop_listening(client);
  *client = (OscClient){ 0 };
}

void
osc_clients_cleanup(OscClients *clients)
{
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i)
    client_cleanup(&clients->client[i]);
}

bool
osc_client_lapse(OscClient *client, int64_t now)
{
  if (!client->id || now - client->heard <= lifetime)
    return false;
  stop_listening(client);
  return true;
}

static OscClient *
find_source(OscClients *clients, const OscPeer *source)
{
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i)
    if (clients->client[i].id &&
        osc_peer_equal(&clients->client[i].source, source))
      return &clients->client[i];
  return NULL;
}

static OscClient *
find_destination(OscClients *clients, const OscPeer *destination)
{
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i)
    if (clients->client[i].id &&
        osc_peer_equal(&clients->client[i].destination, destination))
      return &clients->client[i];
  return NULL;
}

/* How willingly a place is given to someone else: free ones first, then those
   who listen to nothing, by how long they were silent. A listener keeps its
   place for half its lifetime. Negative: not at all. */
static int64_t
spare(const OscClient *client, int64_t now)
{
  int64_t silent = now - client->heard;
  if (!client->id)
    return INT64_MAX;
  if (!client->subscribed && !client->meters)
    return INT64_MAX / 2 + silent;
  return silent > lifetime / 2 ? silent : -1;
}

static OscClient *
find_place(OscClients *clients, int64_t now)
{
  OscClient *best = NULL;
  int64_t    most = -1;
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i) {
    int64_t this = spare(&clients->client[i], now);
    if (this <= most)
      continue;
    best = &clients->client[i];
    most = this;
  }
  return best;
}

OscClient *
osc_clients_meet(OscClients *clients, const OscPeer *source, int64_t now)
{
  OscClient *client = find_source(clients, source);
  if (!client)
    client = find_destination(clients, source);
  if (client) {
    osc_client_lapse(client, now);
    return client;
  }
  client = find_place(clients, now);
  if (!client)
    return NULL;
  client_cleanup(client);
  *client = (OscClient){
    .id          = ++clients->ids,
    .source      = *source,
    .destination = *source,
    .heard       = now,
    .interval    = OSC_INTERVAL * 1000,
    .sentences   = { .left = 1, .at = now },
  };
  return client;
}

OscClient *
osc_clients_redirect(OscClients *clients, OscClient *client, uint16_t port)
{
  OscPeer destination = client->source;
  destination.port    = port;
  OscClient *other    = find_destination(clients, &destination);
  if (!other || other == client) {
    client->destination = destination;
    return client;
  }
  other->source = client->source;
  other->heard  = client->heard;
  client_cleanup(client);
  return other;
}

static OscRange **
find_subscription(OscClient *client, const char *pattern)
{
  for (unsigned i = 0; i < client->subscribed; ++i)
    if (strcmp(client->subscriptions[i]->text, pattern) == 0)
      return &client->subscriptions[i];
  return NULL;
}

bool
osc_client_subscribe(OscClient  *client,
                     const char *pattern,
                     uint64_t   *steps,
                     char        reason[160])
{
  if (find_subscription(client, pattern))
    return true;
  if (client->subscribed == OSC_SUBSCRIPTIONS_MAX) {
    g_strlcpy(reason, "A client may have 8 subscriptions at a time.", 160);
    return false;
  }
  OscRange *range = range_new(pattern, OSC_BELOW, steps, reason);
  if (!range)
    return false;
  if (range->pattern.leaf > OSC_TEXT) {
    g_free(range);
    g_strlcpy(
      reason, "Only positions, /value and /text can be subscribed to.", 160);
    return false;
  }
  client->subscriptions[client->subscribed++] = range;
  if (!client->queue)
    client->queue = osc_queue_new();
  return true;
}

unsigned
osc_client_unsubscribe(OscClient *client, const char *pattern)
{
  unsigned taken = 0;
  for (unsigned i = client->subscribed; i-- > 0;) {
    OscRange *range = client->subscriptions[i];
    if (pattern && strcmp(range->text, pattern) != 0)
      continue;
    client->subscriptions[i] = client->subscriptions[--client->subscribed];
    g_free(range);
    ++taken;
  }
  if (client->subscribed == 0) {
    osc_queue_free(client->queue);
    client->queue = NULL;
  }
  return taken;
}

bool
osc_client_ask(OscClient  *client,
               const char *pattern,
               OscReach    reach,
               bool        changed,
               uint64_t   *steps,
               char        reason[160])
{
  if (client->asked == OSC_QUESTIONS_MAX) {
    g_strlcpy(reason,
              "Four of your patterns are still being answered; ask again.",
              160);
    return false;
  }
  OscRange *range = range_new(pattern, reach, steps, reason);
  if (!range)
    return false;
  if (range->pattern.leaf > OSC_TEXT) {
    g_free(range);
    g_strlcpy(reason, "Only positions, /value and /text can be asked.", 160);
    return false;
  }
  osc_walk_start(&range->walk, &range->pattern, changed);
  client->questions[client->asked++] = range;
  return true;
}

static Address *
find_touch(const OscClient *client, Address address)
{
  for (unsigned i = 0; i < client->touches; ++i)
    if (address_equal(client->touched[i], address))
      return (Address *)&client->touched[i];
  return NULL;
}

bool
osc_client_touches(const OscClient *client, Address address)
{
  return find_touch(client, address) != NULL;
}

bool
osc_client_touch(OscClient *client, Address address)
{
  if (osc_client_touches(client, address))
    return true;
  if (client->touches == OSC_TOUCHES_MAX)
    return false;
  client->touched[client->touches++] = address;
  return true;
}

void
osc_client_release(OscClient *client, Address address)
{
  Address *touch = find_touch(client, address);
  if (!touch)
    return;
  *touch = client->touched[--client->touches];
  osc_client_mark(client, address, OSC_LEAVES);
}

void
osc_client_sweep(OscClient *client)
{
  if (client->queue)
    osc_queue_clear(client->queue);
  for (unsigned i = 0; i < client->subscribed; ++i) {
    OscRange *range = client->subscriptions[i];
    osc_walk_start(&range->walk, &range->pattern, false);
  }
}

void
osc_client_mark(OscClient *client, Address address, OscLeaf except)
{
  for (unsigned i = 0; i < client->subscribed; ++i) {
    const OscPattern *pattern = &client->subscriptions[i]->pattern;
    if (!osc_pattern_covers(pattern, address))
      continue;
    if (pattern->leaf == except) {
      osc_queue_remove(client->queue, address, except);
      continue;
    }
    if (!osc_queue_add(client->queue, address, pattern->leaf)) {
      osc_client_sweep(client);
      return;
    }
  }
}

bool
osc_client_is_pending(const OscClient *client)
{
  if (client->asked || (client->queue && !osc_queue_is_empty(client->queue)))
    return true;
  for (unsigned i = 0; i < client->subscribed; ++i)
    if (client->subscriptions[i]->walk.pattern)
      return true;
  return false;
}

/* A control in a hand is not moved by others; what its label says is. */
static bool
is_held_back(const OscClient *client, Address address, OscLeaf leaf)
{
  return leaf != OSC_TEXT && osc_client_touches(client, address);
}

static bool
next_change(OscClient  *client,
            const Desk *desk,
            Address    *address,
            OscLeaf    *leaf)
{
  while (client->queue && osc_queue_take(client->queue, address, leaf)) {
    Owner owner = (Owner)address->owner;
    if (!is_held_back(client, *address, *leaf) &&
        (!params_owner_is_numbered(owner) ||
         desk_exists(desk, owner, address->number)))
      return true;
  }
  return false;
}

static OscStep
next_answer(OscClient  *client,
            const Desk *desk,
            unsigned   *work,
            Address    *address,
            OscLeaf    *leaf)
{
  while (client->asked) {
    OscRange *range = client->questions[0];
    *leaf           = range->pattern.leaf;
    OscStep step    = osc_walk_next(&range->walk, desk, work, address);
    if (step != OSC_STEP_END)
      return step;
    drop_question(client);
  }
  return OSC_STEP_END;
}

static OscStep
next_of_sweep(OscClient  *client,
              const Desk *desk,
              unsigned   *work,
              Address    *address,
              OscLeaf    *leaf)
{
  for (unsigned i = 0; i < client->subscribed; ++i) {
    OscRange *range = client->subscriptions[i];
    OscStep   step;
    *leaf = range->pattern.leaf;
    do
      step = osc_walk_next(&range->walk, desk, work, address);
    while (step == OSC_STEP_FOUND && is_held_back(client, *address, *leaf));
    if (step != OSC_STEP_END)
      return step;
  }
  return OSC_STEP_END;
}

OscStep
osc_client_next(OscClient  *client,
                const Desk *desk,
                unsigned   *work,
                Address    *address,
                OscLeaf    *leaf)
{
  if (next_change(client, desk, address, leaf))
    return OSC_STEP_FOUND;
  OscStep step = next_answer(client, desk, work, address, leaf);
  if (step == OSC_STEP_END)
    step = next_of_sweep(client, desk, work, address, leaf);
  return step;
}
