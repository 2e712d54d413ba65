/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_OSC_H
#define CONSORT_OSC_OSC_H

/* The desk on the network: its own addresses over UDP. */

#include "console/control.h"

typedef struct OscServer   OscServer;
typedef struct OscCounters OscCounters; /* hub.h */

typedef struct OscOptions {
  const char *listen; /* an address to bind; NULL is 127.0.0.1 */
  int         port;   /* 0 takes a free one */
} OscOptions;

/* Opens the socket and serves it on the control thread's loop. Returns NULL
   with a sentence in *error (g_free) where the address cannot be had.
   [control, or before its loop runs] */
OscServer *osc_server_new(Control          *control,
                          const OscOptions *options,
                          char            **error);
void       osc_server_free(OscServer *server);

int osc_server_port(const OscServer *server);

/* What was received, sent and refused. [control] */
const OscCounters *osc_server_counters(const OscServer *server);

#endif
