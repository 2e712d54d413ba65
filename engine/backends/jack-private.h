/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_BACKENDS_JACK_PRIVATE_H
#define CONSORT_BACKENDS_JACK_PRIVATE_H

/* What the files of the JACK backend share. Three sides meet here: control says
   what it wants, under a lock that is never held over a call of libjack's; the
   backend's own thread, [jack], makes those calls; and libjack calls back, on
   its audio thread and on that of its notifications. */

#include "engine/backends/jack.h"

#include <jack/jack.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <time.h>

#include "engine/backends/peers.h"

#define NAME_LEN    128
#define GROUP_LEN   32
#define CONNECT_LEN 512

/* A port that is wanted, or there. */
typedef struct Port {
  BackendPort  want;
  char         name[NAME_LEN];
  char         pretty[NAME_LEN];
  char         group[GROUP_LEN];
  char         connect[CONNECT_LEN];
  jack_port_t *port; /* NULL: not registered */
  Peers        peers;
  bool         joined; /* connected as it should be, since it was registered */
  bool         told;   /* its names are in JACK's metadata */
} Port;

/* What the callback walks; swapped by pointer. */
typedef struct PortTable {
  int          count;
  jack_port_t *port[INPUT_PORTS + OUTPUT_PORTS];
  int          index[INPUT_PORTS + OUTPUT_PORTS];
  bool         input[INPUT_PORTS + OUTPUT_PORTS];
} PortTable;

/* BackendWatch as the audio thread counts it. */
typedef struct WatchCounts {
  _Atomic uint64_t cycles, page_faults, switches, over_half;
  _Atomic double   worst;
} WatchCounts;

struct JackBackend {
  pthread_t       thread;
  pthread_mutex_t lock; /* over what control wants, and the status */
  pthread_cond_t  wake;

  /* Under the lock. */
  Engine       *next_engine; /* not NULL: take it */
  void         *next_self;
  Port         *wanted; /* not NULL: take them */
  int           wanted_count;
  bool          woken, quit, done;
  BackendStatus status;

  /* Fixed. */
  BackendOptions options;
  char           client_name[64];
  char           server_name[64];

  /* The thread's own. */
  Port           *ports;
  int             port_count;
  pid_t           server;        /* a child; 0: none */
  int             failures;      /* of servers of our own, in a row */
  bool            hopeless;      /* there is no jackd to be started */
  bool            was_connected; /* to a server that we did not start */
  int             turns;         /* without a client */
  int             quiet_turns;   /* since the graph changed last */
  bool            refused;       /* a connection; it is tried again */
  int             told_latency[SLOTS - SLOT_BUS];
  struct timespec idle_at;

  /* Shared with callbacks. */
  jack_client_t       *client;
  _Atomic(Engine *)    engine;
  _Atomic(Engine *)    settled_engine; /* nobody is in a cycle of another */
  _Atomic(void *)      wait_self;
  _Atomic(PortTable *) table;
  pthread_mutex_t      table_lock; /* the latency callback reads it, too */
  _Atomic bool         active;
  _Atomic bool         dead;
  _Atomic bool         freewheel;
  _Atomic bool         graph_changed;
  _Atomic bool         follow;
  _Atomic int          roll;   /* 0: nothing asked, 1: start, 2: stop */
  _Atomic int64_t      locate; /* -1: nothing asked */
  _Atomic uint64_t     xruns;
  _Atomic uint64_t     cycles;
  _Atomic int          block;
  _Atomic int64_t      calling_since; /* ns; 0: in no call of libjack's */
  WatchCounts          watch;

  /* The audio thread's own. */
  PortTable   *seen; /* in and out are of this table */
  const float *in[INPUT_PORTS];
  float       *out[OUTPUT_PORTS];
};

/* A sentence for the status. [jack] */
void backend_say(JackBackend *b, const char *format, ...)
  __attribute__((format(printf, 2, 3)));

/* Around calls of libjack's that can hang, so that others see that one does.
   [jack] */
void backend_enter(JackBackend *b);
void backend_leave(JackBackend *b);

/* The callback may be in its last cycle with what it had: true when two more
   have passed, or there is no callback; false where none come, and it cannot be
   known. [jack] */
bool backend_let_cycles_pass(JackBackend *b);

/* --- jack-cycle.c --- */

/* Hangs the callbacks into a client that is open and not active. [jack] */
void cycle_install(JackBackend *b);

/* Takes the table up in the audio thread's place, while there is none. [jack]
 */
void cycle_prepare(JackBackend *b);

/* --- jack-ports.c --- */

/* Makes what is there what is wanted: new ports, vanished ones, other names and
   connections. Without a client it only takes note. [jack] */
void ports_update(JackBackend *b);

/* Registers whatever is not registered, and shows it to the callback. [jack] */
void ports_register(JackBackend *b);

/* Makes the connections that are due, of an active client: those of new ports,
   and those to ports that have come back. False where some refuse, and are to
   be asked again. [jack] */
bool ports_connect(JackBackend *b);

/* Keeps what a person has connected, for when the server comes back. [jack] */
void ports_remember(JackBackend *b);

/* Tells JACK the names of some ports that it has not been told. [jack] */
void ports_tell(JackBackend *b);

/* The client is closed: nothing is registered any more. [jack] */
void ports_lose(JackBackend *b);

void ports_free(Port *ports, int count);

#endif
