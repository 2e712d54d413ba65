/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_CLIENTS_H
#define CONSORT_OSC_CLIENTS_H

/* Who speaks with the desk. A client is a place from which messages come and a
   place where it wants to hear: the same, unless it named another port of its
   host. All that is kept of one has a limit, and so has the number of them:
   the least recently heard of those that wait for nothing gives way. */

#include "osc/meter-feed.h"
#include "osc/queue.h"
#include "osc/walk.h"

enum {
  OSC_CLIENTS_MAX       = 64,
  OSC_SUBSCRIPTIONS_MAX = 8,  /* of a client */
  OSC_QUESTIONS_MAX     = 4,  /* patterns of a client on their way */
  OSC_TOUCHES_MAX       = 32, /* of a client */
  OSC_LIFETIME          = 10, /* seconds after the last message */
  OSC_INTERVAL          = 20, /* milliseconds between pushes, if not told */
  OSC_INTERVAL_MAX      = 1000,
};

/* A place on the network. */
typedef struct OscPeer {
  uint8_t  host[16];
  uint32_t scope;
  uint16_t family;
  uint16_t port;
} OscPeer;

/* Addresses that a client is told of, and how far it was told of them all. */
typedef struct OscRange {
  OscPattern pattern;
  OscWalk    walk;
  char       text[OSC_PATTERN_MAX + 1];
} OscRange;

/* Sentences that may still be sent. */
typedef struct OscBudget {
  double  left;
  int64_t at; /* microseconds */
} OscBudget;

typedef struct OscClient {
  uint32_t      id; /* 0 where there is none */
  OscPeer       source;
  OscPeer       destination;
  int64_t       heard;     /* when it was last, in microseconds */
  int64_t       next_push; /* not before this */
  int64_t       interval;  /* between pushes, in microseconds */
  OscBudget     sentences;
  OscQueue     *queue; /* while it subscribes */
  OscRange     *subscriptions[OSC_SUBSCRIPTIONS_MAX];
  unsigned      subscribed;
  OscRange     *questions[OSC_QUESTIONS_MAX];
  unsigned      asked;
  Address       touched[OSC_TOUCHES_MAX];
  unsigned      touches;
  OscMeterFeed *meters; /* while it subscribes to them */
} OscClient;

typedef struct OscClients {
  OscClient client[OSC_CLIENTS_MAX];
  uint32_t  ids; /* given so far */
} OscClients;

void osc_clients_cleanup(OscClients *clients);

bool osc_peer_equal(const OscPeer *a, const OscPeer *b);

/* Spends one of a budget that fills up at so many a second, to at most burst.
   [control] */
bool osc_budget_spend(OscBudget *budget,
                      int64_t    now,
                      double     rate,
                      double     burst);

/* The client whose messages come from there; a new one where there was none.
   What it subscribed to has lapsed if it was silent too long. NULL where the
   desk has all the clients it can have. [control] */
OscClient *osc_clients_meet(OscClients    *clients,
                            const OscPeer *source,
                            int64_t        now);

/* Lets a client hear at another port of its host. If another client hears
   there already, the two are one from now on. Returns which. [control] */
OscClient *osc_clients_redirect(OscClients *clients,
                                OscClient  *client,
                                uint16_t    port);

/* Forgets all that a client wants to hear if it was silent too long. Returns
   true if it was. [control] */
bool osc_client_lapse(OscClient *client, int64_t now);

/* Adds a pattern; the same twice is once. Returns false with the reason.
   [control] */
bool osc_client_subscribe(OscClient  *client,
                          const char *pattern,
                          uint64_t   *steps,
                          char        reason[160]);

/* Takes a pattern away, or all of them for NULL. Returns how many. [control] */
unsigned osc_client_unsubscribe(OscClient *client, const char *pattern);

/* Asks for all addresses of a pattern, or of them what is not at its default.
   Returns false with the reason. [control] */
bool osc_client_ask(OscClient  *client,
                    const char *pattern,
                    OscReach    reach,
                    bool        changed,
                    uint64_t   *steps,
                    char        reason[160]);

/* A hand takes hold, and lets go. Returns false where it has too many. */
bool osc_client_touch(OscClient *client, Address address);
void osc_client_release(OscClient *client, Address address);
bool osc_client_touches(const OscClient *client, Address address);

/* Notes that the client is to be told of an address if it subscribes to it.
   Where its queue is full it is told everything again, little by little.
   except is a leaf that it knows already, OSC_LEAVES for none. [control] */
void osc_client_mark(OscClient *client, Address address, OscLeaf except);

/* Everything that it subscribes to is told again. [control] */
void osc_client_sweep(OscClient *client);

/* Is there something to be told? [control] */
bool osc_client_is_pending(const OscClient *client);

/* Takes the next address to be told. [control] */
OscStep osc_client_next(OscClient  *client,
                        const Desk *desk,
                        unsigned   *work,
                        Address    *address,
                        OscLeaf    *leaf);

#endif
