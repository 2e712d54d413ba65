/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_FEED_H
#define CONSORT_CONSOLE_FEED_H

/* What a face of another thread (the screen) sees of the desk: copied messages,
   never pointers. The desk's thread puts, the face takes. Values that were not
   taken yet are replaced by newer ones of the same address, and what came and
   went in between is never told, so a feed that nobody reads (a frozen window)
   holds at most one item an address, and the desk never waits: the lock is held
   for a hash-table look-up or a swap.

   A face that follows a feed holds params_default() where nothing was put. */

#include "console/desk.h"

/* The state of the running console, as a whole. */
typedef struct Status {
  char     session[4096]; /* folder; empty when none */
  char     backend[128];  /* "JACK, 48000 Hz, 64 frames", or what is wrong */
  char     notice[1024];  /* the newest notice; a new serial shows it again */
  char     osc[128];      /* where OSC is heard: "osc.udp://127.0.0.1:9000" */
  unsigned notice_serial;
  bool     sounding; /* a backend runs */
  bool     modified; /* there is something to save */
  bool     saving;
  bool     rolling;
  bool     soloed;     /* something is in the monitor */
  bool     converting; /* tracks are being made ready */
  double   position;   /* seconds into the song */
  double   length;     /* seconds to the end of the last track */
  double   load;       /* the audio thread's share of its time, 0..1 */
  double   rate;
  unsigned block;
  uint64_t xruns;
  uint64_t underruns; /* track data that came too late, in blocks */
  uint64_t warnings;  /* outputs muted for what was not finite, DC, runaway */
} Status;

/* The meters of one strip, the highest since they were last taken. */
typedef struct MeterValues {
  float in[2];     /* peak, linear */
  float out[2];    /* peak, linear */
  float in_rms[2]; /* linear, a full-scale sine reads 1 */
  float out_rms[2];
  float gate; /* reductions in dB, 0 or more */
  float comp;
  float deess;
  bool  over; /* a sample reached full scale since the last */
} MeterValues;

typedef struct MeterItem {
  Owner       owner;
  unsigned    number;
  MeterValues values;
} MeterItem;

typedef enum FeedKind {
  FEED_VALUE,
  FEED_ADDED,
  FEED_REMOVED,
  FEED_RESET, /* forget everything: a new desk follows, item by item; all that
                 exists is ADDED, main and the like too */
} FeedKind;

typedef struct FeedItem {
  FeedKind kind;
  Address  address;
  double   number;
  char    *text; /* a copy, freed by feed_items_free(); NULL for numbers */
  Who      who;
} FeedItem;

typedef struct Feed Feed;

/* wake (if not NULL) is called on the putting thread when the feed stops being
   empty of items, of a status or of meters; it must return at once. */
Feed *feed_new(void (*wake)(void *), void *data);
void  feed_free(Feed *feed);

/* Puts. [control] */
void feed_put_change(Feed *feed, const Change *change);
void feed_put_desk(Feed *feed, const Desk *desk); /* RESET, then what differs
                                                     from the defaults */
void feed_put_status(Feed *feed, const Status *status);
void feed_put_meters(Feed *feed, const MeterItem *items, size_t count);

/* Takes everything there is, in order: structure as it happened, then each
   value once; NULL where there is nothing. The caller frees. [the face's
   thread] */
FeedItem *feed_take(Feed *feed, size_t *count);
void      feed_items_free(FeedItem *items, size_t count);
bool      feed_take_status(Feed *feed, Status *status); /* false: not new */

/* The meters since the last call, the highest of what was put. *items (NULL and
   *room 0 at first) is exchanged for an array that is full; free the last one
   with g_free(). Returns the number of items. [the face's thread] */
size_t feed_take_meters(Feed *feed, MeterItem **items, size_t *room);

#endif
