/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_LINK_H
#define CONSORT_CONSOLE_LINK_H

/* The link between the desk and an engine. It observes the desk, posts every
   change to the audio thread as an event, has a new plan compiled when the
   structure changes, opens and closes tracks, and takes the engine's reports.
   It lives on the desk's thread and never waits. */

#include "console/desk.h"
#include "console/feed.h"
#include "engine/engine.h"
#include "engine/tracks/readers.h"

typedef struct Link Link;

typedef struct LinkOptions {
  double        rate;   /* of the engine, in Hz */
  const Kernel *kernel; /* NULL: the fastest */
  const char   *folder; /* of the session: relative tracks are found there */
  const char   *cache;  /* where converted tracks are kept */
  int           reader_threads;
} LinkOptions;

/* Something that the link has to tell a person. */
typedef void LinkNotice(void *self, const char *sentence);

/* An engine that holds the desk as it is, before any backend runs it: its first
   sample sounds as the desk says. NULL with a sentence in reason. */
Link *link_new(Desk              *desk,
               const LinkOptions *options,
               char               reason[DESK_REASON]);

/* The backend must have let go of the engine. */
void link_free(Link *link);

void link_set_notice(Link *link, LinkNotice *notice, void *self);

/* Lets go of the desk, which is about to be freed; link_free() is all that may
   follow. */
void link_detach(Link *link);

/* The session lies in another folder now: tracks that are asked for from here
   on are found there, and those that play go on. */
void link_move(Link *link, const char *folder, const char *cache);

/* The engine's slot of a strip, by which its ports are known; -1: none. */
int link_slot(const Link *link, Owner owner, unsigned number);

Engine  *link_engine(Link *link);
Readers *link_readers(Link *link);

/* To be called every few milliseconds: compiles and posts what is due, takes
   reports, looks after tracks. */
void link_tick(Link *link);

/* Waits until every track can be played, and brings a plan that is due up at
   once: for offline use alone. Returns false with a sentence where a track
   cannot be played. */
bool link_settle(Link *link, char reason[DESK_REASON]);

/* The meters since the last call, for each strip there is. The array grows as
   needed; returns the number of items. */
size_t link_take_meters(Link *link, MeterItem **items, size_t *room);

/* Fills in what the link knows: rolling, position, length, soloed, converting,
   underruns, warnings. */
void link_fill_status(Link *link, Status *status);

/* The end of the last track, in seconds. */
double link_length(Link *link);

/* Posts the transport's commands to the engine, unless JACK's transport is
   followed, when the backend is asked instead. */
typedef struct LinkTransport {
  void (*roll)(void *self, bool rolling);
  void (*locate)(void *self, int64_t song_frame);
  void *self;
} LinkTransport;
void link_set_transport(Link *link, const LinkTransport *transport);

/* A track reference: a path, and behind # the channels in the file counted from
   1, as #3 or #3+4. Writes the path's length and channels counted from 0; -1
   where a channel is not said. */
size_t link_parse_track(const char *text, int channel[2]);

#endif
