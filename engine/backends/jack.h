/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_BACKENDS_JACK_H
#define CONSORT_BACKENDS_JACK_H

/* The engine as a JACK client.

   Every libjack call that can hang is made by one thread of the backend's own,
   which nobody waits for: a server that was stopped holds up that thread and no
   other. Where there is no server the same thread runs the engine by the clock,
   into nothing, so that the desk goes on; when the server is back, ports and
   connections are made again. A server that nobody started is started as a
   child, and ended with us. */

#include "engine/engine.h"

typedef struct JackBackend JackBackend;

/* A port as it should be. Strings are copied. */
typedef struct BackendPort {
  int         index; /* of EngineCycle.in or .out */
  bool        input;
  const char *name;    /* "strip-1-L": stays while the strip lives */
  const char *pretty;  /* "Kick L" */
  const char *group;   /* "Inputs" */
  int         order;   /* among all */
  const char *connect; /* ports to be connected with, separated by commas;
                          "auto": the speakers */
} BackendPort;

typedef enum BackendState {
  BACKEND_STARTING, /* looking for a server, or starting one */
  BACKEND_RUNNING,
  BACKEND_WAITING, /* the server went away; waits for it */
  BACKEND_RATE, /* the server's rate is not the engine's: a new one is needed */
} BackendState;

/* What the audio thread itself did wrong, counted where it is watched. */
typedef struct BackendWatch {
  uint64_t cycles;
  uint64_t page_faults;
  uint64_t switches;  /* voluntary: it waited for something */
  uint64_t over_half; /* took more than half the period in CPU time */
  double   worst;     /* the most of the period that one took */
} BackendWatch;

/* What anyone may look at, copied out. */
typedef struct BackendStatus {
  BackendState state;
  int          rate;
  int          block;
  float        load; /* 0..1 */
  uint64_t     xruns;
  BackendWatch watch;
  bool         realtime; /* the audio thread has real-time scheduling */
  bool         own_server;
  bool         stuck; /* the server does not answer */
  char         message[128];
  uint64_t     message_serial;
} BackendStatus;

typedef struct BackendOptions {
  const char *client; /* the client's name */
  const char *server; /* the server's name; NULL: JACK's default */
  int         rate;   /* for a server of our own */
  bool        watch;  /* count BackendWatch: four system calls a cycle */
  /* Waits until a span can be played, in freewheel alone. [audio] */
  bool (*wait)(void *self, int64_t frame, int frames);
  void *self;
} BackendOptions;

/* Starts the backend's thread with an engine. NULL when memory is out.
   [control] */
JackBackend *jack_backend_new(Engine *engine, const BackendOptions *options);

/* Ends it, and a server of its own. Waits a second for a server that does not
   answer, and returns false where it had to leave the thread behind, which may
   still use the engine: then the engine must not be freed. [main] */
bool jack_backend_free(JackBackend *backend);

/* The ports that there should be. [control] */
void jack_backend_set_ports(JackBackend       *backend,
                            const BackendPort *ports,
                            int                count);

/* Whether JACK's transport is followed and led. [control] */
void jack_backend_follow(JackBackend *backend, bool follow);
void jack_backend_roll(JackBackend *backend, bool rolling);
void jack_backend_locate(JackBackend *backend, int64_t frame);

/* The engine to go on with: of another session, or, in state BACKEND_RATE, of
   the server's rate. self is what wait is called with from then on. The one
   before is not touched any more when jack_backend_engine() names the new one.
   [control] */
void jack_backend_set_engine(JackBackend *backend, Engine *engine, void *self);
Engine *jack_backend_engine(JackBackend *backend);

BackendStatus jack_backend_status(JackBackend *backend);

#endif
