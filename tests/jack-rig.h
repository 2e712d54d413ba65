/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_JACK_RIG_H
#define CONSORT_TESTS_JACK_RIG_H

/* JACK servers without a sound card, and a client that is not ours.

   A server has one of a few names, held by whoever runs it, so that JACK's
   registry of servers stays small and heals itself whatever happens to a test.
   Servers end with the thread that started them, stopped ones too. */

#include <jack/jack.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

/* --- a server --- */

typedef struct JackServer {
  char  name[32];
  int   hold; /* a socket whose name holds the server's */
  pid_t pid;
  int   rate, block;
} JackServer;

/* Takes a name, and starts jackd's dummy driver under it; aborts the test where
   that fails. */
void jack_server_start(JackServer *server, int rate, int block);

/* Takes a name alone. */
void jack_server_hold(JackServer *server);

/* Starts jackd again under the name that is held. */
void jack_server_again(JackServer *server);

/* Sends a signal that ends it, and waits for its end. */
void jack_server_end(JackServer *server, int signal);

/* Ends it properly and gives the name back. */
void jack_server_stop(JackServer *server);

/* The jackd that has this name, whoever started it; 0: there is none. */
pid_t jack_server_find(const JackServer *server);

/* Does a server answer under this name? */
bool jack_server_answers(const JackServer *server);

/* --- a client that listens and speaks --- */

#define PROBE_PORTS 4

typedef struct Probe {
  jack_client_t *client;
  jack_port_t   *in[PROBE_PORTS], *out[PROBE_PORTS];
  int            ins, outs;

  float *kept[PROBE_PORTS]; /* what was heard */
  int    room;
  float *speech[PROBE_PORTS]; /* what to say, once; NULL: silence */
  int    speech_frames;
  bool   from_sound; /* keeps nothing before the first sample that is not 0 */

  _Atomic bool     keeping;
  _Atomic int      count; /* frames kept */
  _Atomic uint64_t frames;
  _Atomic uint64_t xruns;      /* while it kept */
  _Atomic int      last_cycle; /* its frames */
  _Atomic bool     gone;       /* the server is */
} Probe;

/* A client of a server, active, with ports "in-1".. and "out-1"... */
Probe *probe_new(const JackServer *server, const char *name, int ins, int outs);
void   probe_free(Probe *probe);

/* Keeps so many frames of its inputs: from now on, or from the first sample of
   any that is not 0. What its outputs say begins at the same frame. */
void probe_keep(Probe *probe, int frames, bool from_sound);

/* Waits until they are kept; false where they do not come. */
bool probe_kept(Probe *probe);

/* Lets frames go by; false where they do not. */
bool probe_pass(Probe *probe, int frames);

/* Connects, waiting until that is possible. */
void probe_connect(Probe *probe, const char *from, const char *to);

/* Waits until a port is there, or is not. */
bool probe_sees(Probe *probe, const char *port, bool there);

/* Waits until two ports are connected; or until a port has so many connections.
 */
bool probe_sees_connection(Probe *probe, const char *port, const char *other);
bool probe_sees_connections(Probe *probe, const char *port, int count);

/* --- patience --- */

/* Far longer than anything takes: what comes late is no failure. */
#define PATIENCE_MS 30000

/* Asks every few milliseconds until it is so, and returns whether it is. */
bool wait_until(bool (*so)(void *self), void *self);

void pause_ms(int milliseconds);

#endif
