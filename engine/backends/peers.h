/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_BACKENDS_PEERS_H
#define CONSORT_BACKENDS_PEERS_H

/* Whom a port is connected with, by name. A peer may be absent: it was there,
   or is to be, and will be connected when it comes. */

#include <stdbool.h>

typedef struct Peer {
  char *name;
  bool  absent;
  int   refusals; /* it was there, and could not be connected */
} Peer;

typedef struct Peers {
  Peer *peer;
  int   count;
  bool  known; /* even if there are none */
} Peers;

/* Awaits one more; nothing where it is there already. */
void peers_await(Peers *peers, const char *name);

/* Those who are connected now, a NULL-terminated list; NULL is none. Absent
   ones stay, others go. */
void peers_see(Peers *peers, const char *const *names);

/* All are absent. */
void peers_scatter(Peers *peers);

/* Nothing is known. */
void peers_clear(Peers *peers);

#endif
