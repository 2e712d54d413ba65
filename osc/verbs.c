/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/verbs.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "osc/hub.h"
#include "osc/leaf.h"

/* What the verbs of subscription take: strings are patterns; a whole number is
   a port from 1024 on, and up to 1000 an interval in milliseconds. */
typedef struct Wish {
  const char *patterns[OSC_SUBSCRIPTIONS_MAX];
  unsigned    count;
  uint16_t    port;     /* 0: where the messages come from */
  int64_t     interval; /* microseconds, 0: not told */
} Wish;

static bool
wish_pattern(Wish *wish, const char *text)
{
  if (wish->count == OSC_SUBSCRIPTIONS_MAX)
    return false;
  wish->patterns[wish->count++] = text;
  return true;
}

static bool
wish_number(Wish *wish, double number)
{
  bool whole = number == rint(number);
  if (whole && number >= 1024 && number <= 65535)
    wish->port = (uint16_t)number;
  else if (whole && number >= 1 && number <= OSC_INTERVAL_MAX)
    wish->interval = (int64_t)number * 1000;
  else
    return false;
  return true;
}

static bool
read_argument(Wish *wish, char type, const lo_arg *argument)
{
  double      number;
  const char *text = osc_argument_text(type, argument);
  if (text)
    return wish_pattern(wish, text);
  return osc_argument_number(type, argument, &number) &&
         wish_number(wish, number);
}

/* Reads the arguments, and lets the caller hear where it wishes to. */
static bool
read_wish(OscCall *call, Wish *wish)
{
  *wish = (Wish){ 0 };
  for (int i = 0; i < call->count; ++i) {
    if (read_argument(wish, call->types[i], call->arguments[i]))
      continue;
    osc_call_refuse(call,
                    OSC_REFUSED,
                    "%s takes up to 8 patterns, an interval of 1 to 1000 "
                    "milliseconds and a port of 1024 to 65535.",
                    call->path);
    return false;
  }
  if (wish->port)
    call->client = osc_clients_redirect(
      osc_hub_clients(call->hub), call->client, wish->port);
  return true;
}

static void
answer_number(OscCall *call, const char *path, int number)
{
  lo_message message = lo_message_new();
  lo_message_add_int32(message, number);
  osc_call_answer(call, path, message);
}

static void
subscribe(OscCall *call)
{
  Wish wish;
  char reason[160];
  if (!read_wish(call, &wish))
    return;
  if (wish.count == 0)
    wish.patterns[wish.count++] = "/";
  if (wish.interval)
    call->client->interval = wish.interval;
  for (unsigned i = 0; i < wish.count; ++i)
    if (!osc_client_subscribe(
          call->client, wish.patterns[i], osc_hub_steps(call->hub), reason)) {
      osc_call_refuse(call, OSC_REFUSED, "%s: %s", wish.patterns[i], reason);
      return;
    }
  answer_number(call, "/subscribed", OSC_LIFETIME);
}

static void
unsubscribe(OscCall *call)
{
  Wish     wish;
  unsigned taken = 0;
  if (!read_wish(call, &wish))
    return;
  if (wish.count == 0)
    taken = osc_client_unsubscribe(call->client, NULL);
  for (unsigned i = 0; i < wish.count; ++i)
    taken += osc_client_unsubscribe(call->client, wish.patterns[i]);
  answer_number(call, "/unsubscribed", (int)taken);
}

static void
renew(OscCall *call)
{
  Wish wish;
  if (!read_wish(call, &wish))
    return;
  if (call->client->subscribed == 0 && !call->client->meters)
    osc_call_refuse(
      call, OSC_REFUSED, "You have no subscription; send /subscribe.");
}

static void
refresh(OscCall *call)
{
  Wish wish;
  char reason[160];
  if (!read_wish(call, &wish))
    return;
  bool changed = wish.count == 0;
  if (changed)
    wish.patterns[wish.count++] = "/";
  for (unsigned i = 0; i < wish.count; ++i)
    if (!osc_client_ask(call->client,
                        wish.patterns[i],
                        OSC_BELOW,
                        changed,
                        osc_hub_steps(call->hub),
                        reason)) {
      osc_call_refuse(call, OSC_REFUSED, "%s: %s", wish.patterns[i], reason);
      return;
    }
  osc_hub_wake(call->hub, call->client);
}

static void
subscribe_meters(OscCall *call)
{
  Wish wish;
  char reason[160];
  if (!read_wish(call, &wish))
    return;
  int64_t interval = wish.interval ? wish.interval : OSC_METER_INTERVAL * 1000;
  OscMeterFeed *feed =
    osc_meter_feed_new(wish.count ? wish.patterns[0] : NULL,
                       MAX(interval, OSC_METER_INTERVAL_MIN * 1000),
                       osc_hub_steps(call->hub),
                       reason);
  if (!feed) {
    osc_call_refuse(call, OSC_REFUSED, "%s", reason);
    return;
  }
  osc_meter_feed_free(call->client->meters);
  call->client->meters = feed;
  answer_number(call, "/subscribed", OSC_LIFETIME);
}

static void
unsubscribe_meters(OscCall *call)
{
  Wish wish;
  if (!read_wish(call, &wish))
    return;
  int taken = call->client->meters != NULL;
  osc_meter_feed_free(call->client->meters);
  call->client->meters = NULL;
  answer_number(call, "/unsubscribed", taken);
}

static void
ping(OscCall *call)
{
  osc_call_answer(call, "/pong", lo_message_new());
}

static void
info(OscCall *call)
{
  const OscHost *host   = osc_hub_host(call->hub);
  const Status  *status = host->status(host->self);
  char          *session =
    status->session[0] ? g_path_get_basename(status->session) : g_strdup("");
  lo_message message = lo_message_new();
  lo_message_add_string(message, "consort");
  lo_message_add_string(message, CONSORT_VERSION);
  lo_message_add_string(message, session);
  lo_message_add_int32(message, (int32_t)status->rate);
  lo_message_add_int32(message, (int32_t)status->block);
  osc_call_answer(call, "/info", message);
  g_free(session);
}

/* The kinds that can be added and removed. */
static bool
read_owner(OscCall *call, Owner *owner)
{
  static const Owner owners[] = { OWNER_STRIP, OWNER_BUS, OWNER_MARKER };
  const char        *text =
    call->count ? osc_argument_text(call->types[0], call->arguments[0]) : NULL;
  for (size_t i = 0; text && i < G_N_ELEMENTS(owners); ++i)
    if (strcmp(text, params_owner_name(owners[i])) == 0) {
      *owner = owners[i];
      return true;
    }
  osc_call_refuse(call,
                  OSC_REFUSED,
                  "%s takes \"strip\", \"bus\" or \"marker\" first.",
                  call->path);
  return false;
}

/* The number that stands second. */
static bool
read_owner_number(OscCall *call, Owner owner, unsigned *number)
{
  double value;
  double limit = params_owner_limit(owner);
  if (call->count == 2 &&
      osc_argument_number(call->types[1], call->arguments[1], &value) &&
      value == rint(value) && value >= 1 && value <= limit) {
    *number = (unsigned)value;
    return true;
  }
  osc_call_refuse(call,
                  OSC_REFUSED,
                  "%s takes a number from 1 to %.0f second.",
                  call->path,
                  limit);
  return false;
}

static void
answer_owner(OscCall *call, Owner owner, unsigned number)
{
  lo_message message = lo_message_new();
  lo_message_add_string(message, params_owner_name(owner));
  lo_message_add_int32(message, (int32_t)number);
  osc_call_answer(call, call->path, message);
}

static void
desk_add_one(OscCall *call)
{
  char     reason[DESK_REASON];
  Owner    owner;
  unsigned number = 0;
  if (!read_owner(call, &owner) ||
      (call->count > 1 && !read_owner_number(call, owner, &number)))
    return;
  number = desk_add(
    osc_hub_desk(call->hub), owner, number, osc_call_who(call), reason);
  if (number)
    answer_owner(call, owner, number);
  else
    osc_call_refuse(call, OSC_REFUSED, "%s", reason);
}

static void
desk_remove_one(OscCall *call)
{
  char     reason[DESK_REASON];
  Owner    owner;
  unsigned number;
  if (!read_owner(call, &owner) || !read_owner_number(call, owner, &number))
    return;
  if (desk_remove(
        osc_hub_desk(call->hub), owner, number, osc_call_who(call), reason))
    answer_owner(call, owner, number);
  else
    osc_call_refuse(call, OSC_REFUSED, "%s", reason);
}

static void
list(OscCall *call, Owner owner)
{
  const Desk *desk    = osc_hub_desk(call->hub);
  unsigned    count   = desk_count(desk, owner);
  lo_message  message = lo_message_new();
  for (unsigned i = 0; i < count; ++i)
    lo_message_add_int32(message, (int32_t)desk_nth(desk, owner, i));
  osc_call_answer(call, call->path, message);
}

static void
list_strips(OscCall *call)
{
  list(call, OWNER_STRIP);
}

static void
list_buses(OscCall *call)
{
  list(call, OWNER_BUS);
}

static void
list_markers(OscCall *call)
{
  list(call, OWNER_MARKER);
}

static void
save(OscCall *call)
{
  const OscHost *host = osc_hub_host(call->hub);
  host->save(host->self);
}

static void
add_count(lo_message message, const char *word, uint64_t count)
{
  lo_message_add_string(message, word);
  lo_message_add_int64(message, (int64_t)count);
}

static void
counters(OscCall *call)
{
  const OscCounters *counted = osc_hub_counters(call->hub);
  lo_message         message = lo_message_new();
  add_count(message, "datagrams", counted->datagrams);
  add_count(message, "messages", counted->messages);
  add_count(message, "changes", counted->changes);
  add_count(message, "questions", counted->questions);
  add_count(message, "sent", counted->sent);
  for (unsigned i = OSC_FINE + 1; i < OSC_FAULTS; ++i)
    add_count(message, osc_fault_word((OscFault)i), counted->refused[i]);
  osc_call_answer(call, call->path, message);
}

static const OscVerb verbs[] = {
  { "/ping", "", "Answered with /pong.", ping },
  { "/info",
    "",
    "Answered with the program's name, its version, the session, the sample "
    "rate and the block size.",
    info },
  { "/subscribe",
    "[s pattern ...] [i interval] [i port]",
    "Pushes every change of the addresses that a pattern means, or of all.",
    subscribe },
  { "/unsubscribe",
    "[s pattern ...] [i port]",
    "Ends one subscription, or all.",
    unsubscribe },
  { "/renew",
    "[i port]",
    "Keeps subscriptions alive, as any other message does.",
    renew },
  { "/refresh",
    "[s pattern ...] [i port]",
    "Sends all values of a pattern, or all that are not at their defaults.",
    refresh },
  { "/subscribe/meters",
    "[s pattern] [i interval] [i port]",
    "Pushes meters: the output's of all strips, or those that a pattern means.",
    subscribe_meters },
  { "/unsubscribe/meters", "[i port]", "Ends the meters.", unsubscribe_meters },
  { "/desk/add",
    "s kind [i number]",
    "Adds a strip, a bus or a marker; answered with its kind and number.",
    desk_add_one },
  { "/desk/remove",
    "s kind i number",
    "Removes a strip, a bus or a marker; answered with its kind and number.",
    desk_remove_one },
  { "/desk/strips",
    "",
    "Answered with the numbers of all input strips.",
    list_strips },
  { "/desk/buses", "", "Answered with the numbers of all buses.", list_buses },
  { "/desk/markers",
    "",
    "Answered with the numbers of all markers.",
    list_markers },
  { "/desk/save", "", "Saves the session.", save },
  { "/desk/osc/counters",
    "",
    "Answered with what was received, sent and refused, by kind.",
    counters },
};

const OscVerb *
osc_verbs(size_t *count)
{
  *count = G_N_ELEMENTS(verbs);
  return verbs;
}

const OscVerb *
osc_verb_find(const char *path)
{
  for (size_t i = 0; i < G_N_ELEMENTS(verbs); ++i)
    if (strcmp(verbs[i].path, path) == 0)
      return &verbs[i];
  return NULL;
}
