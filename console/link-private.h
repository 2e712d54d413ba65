/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_LINK_PRIVATE_H
#define CONSORT_CONSOLE_LINK_PRIVATE_H

/* What the link's files share. */

#include <glib.h>

#include "console/link.h"

#define CELL_WORDS ((CELLS + 63) / 64)

/* A strip of the desk as the link sees it. */
typedef struct LinkStrip {
  Owner      owner;
  unsigned   number;
  Strip     *strip; /* NULL: the slot is free */
  Track     *track;
  DelayLine *delay;
  Reverb    *reverb;
  Echo      *echo;
  float      value[CELLS];
  uint64_t   unsent[CELL_WORDS]; /* cells whose event waits */
  bool       has_unsent;
  bool       live;     /* a posted plan has it: its values are events */
  bool       removed;  /* the desk no longer has it */
  bool       fading;   /* silenced for a change that would click */
  bool       reported; /* its track's message was shown */
  unsigned   solo;     /* SOLO_… as posted */
} LinkStrip;

/* Something to be freed when a plan has been left behind. */
typedef struct LinkTrash {
  void (*free)(void *link, void *thing);
  void *thing;
  Plan *after;
} LinkTrash;

struct Link {
  Desk         *desk;
  unsigned      observer;
  Engine       *engine;
  Readers      *readers;
  PlanBuilder  *builder;
  char         *folder;
  char         *cache;
  double        rate;
  LinkStrip     slot[SLOTS];
  Plan         *plan;      /* the newest that was posted */
  Plan         *waiting;   /* compiled, but there was no room to post it */
  Plan         *leaving;   /* the one before it, until it is reported back */
  bool          structure; /* a new plan is due */
  bool          desk_dirty[4]; /* LINK_…: desk-wide events that wait */
  gint64        fade_until;    /* µs; no plan before */
  gint64        clean_at; /* µs; a plan is due then to drop faded ways; 0 */
  GArray       *trash;    /* LinkTrash */
  bool          soloed;
  uint64_t      warnings;
  LinkNotice   *notice;
  void         *notice_self;
  LinkTransport transport;
};

enum { LINK_LOOP, LINK_TEMPO, LINK_PAN_LAW, LINK_PANIC };

void link_say(Link *link, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The slot of a strip, or -1. */
int link_slot_of(const Link *link, Owner owner, unsigned number);

/* Sends a strip's cell, or keeps it until there is room. */
void link_send_value(Link *link, unsigned slot, unsigned cell);

/* Computes who is heard because of solos, and posts what changed. */
void link_update_solo(Link *link);

/* Opens and closes a strip's track as its value says. */
void link_update_track(Link *link, unsigned slot);

void link_throw(Link *link,
                void (*release)(void *link, void *thing),
                void *thing);

#endif
