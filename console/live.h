/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_LIVE_H
#define CONSORT_CONSOLE_LIVE_H

/* A console that sounds: the control thread's desk, the link to its engine, and
   the JACK backend, held together by timers on the control thread. */

#include "console/control.h"

typedef struct Live Live;

typedef struct LiveOptions {
  const char *client; /* JACK client's name; NULL: consort */
  const char *server; /* JACK server's name; NULL: the default */
  bool        watch;  /* count the audio thread's own faults */
} LiveOptions;

/* Makes the control's desk sound, with relative tracks in folder and converted
   ones in cache. Before control_start(). NULL with a sentence in reason. */
Live *live_new(Control           *control,
               const LiveOptions *options,
               const char        *folder,
               const char        *cache,
               char               reason[DESK_REASON]);

/* A desk that was built elsewhere takes the running one's place, without a gap
   in the backend. False with a sentence in reason where it cannot; the running
   one goes on then. [control] */
bool live_open(Live       *live,
               Desk       *desk,
               const char *folder,
               const char *cache,
               char        reason[DESK_REASON]);

/* The running session lies in another folder now. [control] */
void live_move(Live *live, const char *folder, const char *cache);

/* After control_stop(). */
void live_free(Live *live);

#endif
