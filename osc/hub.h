/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_HUB_H
#define CONSORT_OSC_HUB_H

/* Between the desk and its clients: datagrams in, datagrams out, whatever
   carries them. A datagram is checked (packet.h), its messages set or ask what
   their addresses name, and what changes on the desk, whoever changed it, is
   told to those who subscribed to it: the latest value, not more often than
   they wish, and not to the one who just sent it. */

#include <lo/lo.h>

#include "console/desk.h"
#include "console/feed.h"
#include "osc/clients.h"
#include "osc/fault.h"

/* What a hub needs of the program round it. All are called on the desk's
   thread. */
typedef struct OscHost {
  void *self;
  /* Sends; false where the network did not take it. */
  bool (*send)(void *self, const OscPeer *to, const void *data, size_t size);
  /* Wants osc_hub_push() to be called at this time (INT64_MAX: never). */
  void (*schedule)(void *self, int64_t when);
  int64_t (*now)(void *self);  /* microseconds that only grow */
  int64_t (*wall)(void *self); /* microseconds since 1970 */
  const Status *(*status)(void *self);
  const MeterItem *(*meters)(void *self, size_t *count);
  void (*save)(void *self); /* asks for it */
} OscHost;

typedef struct OscCounters {
  uint64_t datagrams; /* received */
  uint64_t messages;  /* carried out or refused one by one */
  uint64_t changes;   /* asked of the desk */
  uint64_t questions;
  uint64_t sent; /* datagrams */
  uint64_t refused[OSC_FAULTS];
} OscCounters;

/* The work that one datagram may ask for: a message or a change is one. */
enum { OSC_WORK_MAX = 32768 };

typedef struct OscHub OscHub;

/* Serves a desk, whose every change is to be told to osc_hub_change().
   [control] */
OscHub *osc_hub_new(const OscHost *host, Desk *desk);
void    osc_hub_free(OscHub *hub);

/* The desk changed: a DeskObserver. [control] */
void osc_hub_change(void *hub, const Change *change);

/* Serves another desk from now on. Subscribers are told everything anew.
   [control] */
void osc_hub_set_desk(OscHub *hub, Desk *desk);

/* Carries out a datagram. Returns the work that it was. [control] */
uint64_t osc_hub_receive(OscHub        *hub,
                         const OscPeer *from,
                         const void    *data,
                         size_t         size);

/* Sends what is due. [control] */
void osc_hub_push(OscHub *hub);

/* The meters and the status were gathered anew. [control] */
void osc_hub_tick(OscHub *hub);

/* Counts what was refused outside the hub. [control] */
void osc_hub_count(OscHub *hub, OscFault fault);

const OscCounters *osc_hub_counters(const OscHub *hub);

/* A message as the verbs see it. */
typedef struct OscCall {
  OscHub     *hub;
  OscClient  *client;
  const char *path;
  const char *types;
  lo_arg    **arguments;
  int         count;
} OscCall;

Desk          *osc_hub_desk(OscHub *hub);
const OscHost *osc_hub_host(const OscHub *hub);
OscClients    *osc_hub_clients(OscHub *hub);
uint64_t      *osc_hub_steps(OscHub *hub); /* of matching, this datagram */

/* Sees to it that the client is told in time what it waits for. [control] */
void osc_hub_wake(OscHub *hub, const OscClient *client);

/* Answers the caller; frees the message. [control] */
void osc_call_answer(OscCall *call, const char *path, lo_message message);

/* Refuses with a sentence, which the caller is sent as /error unless it got
   too many. [control] */
void osc_call_refuse(OscCall *call, OscFault fault, const char *format, ...)
  __attribute__((format(printf, 3, 4)));

/* The caller as the desk knows it. [control] */
Who osc_call_who(const OscCall *call);

#endif
