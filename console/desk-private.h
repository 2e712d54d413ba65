/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_DESK_PRIVATE_H
#define CONSORT_CONSOLE_DESK_PRIVATE_H

/* What the desk is made of, for desk.c and its helpers desk-*.c alone.

   A holder is one strip, bus, … with all its cells: numbers in a dense array,
   the few texts beside it. References (keys, links) are kept as pointers too,
   so that routing can be followed without reading text. */

#include <glib.h>

#include "console/desk.h"

typedef struct Holder Holder;

/* A holder in the graph of what must be computed before what has two nodes: its
   head is the sound after trim and delay, which keys hear; its body is the rest
   of the strip, which hears its keys and feeds buses. */
typedef struct Node {
  Holder      *holder;
  struct Node *from; /* whence the last search came here */
  struct Node *next; /* in the search's queue, then along the path found */
  unsigned     mark; /* the search that was here last */
} Node;

typedef struct TextCell {
  unsigned cell;
  char    *text;
} TextCell;

enum { KEYS = 2 }; /* the gate's and the compressor's */

struct Holder {
  Owner     owner;
  unsigned  number;
  Node      head;
  Node      body;
  Holder   *keys[KEYS]; /* whom it listens to, NULL for itself */
  unsigned  listeners;  /* how many keys elsewhere listen to it */
  Holder   *partner;    /* the strip that it is linked with, or NULL */
  TextCell *texts;      /* those that are not empty */
  unsigned  text_count;
  double    values[CELLS];
};

/* All holders of one owner. */
typedef struct HolderSet {
  Holder **by_number; /* limit + 1 of them */
  Holder **list;      /* those that exist, by rising number */
  unsigned count;
  unsigned next; /* the number after the highest ever given */
} HolderSet;

typedef struct Observer {
  unsigned      id;
  DeskObserver *call; /* NULL when it left during a call */
  void         *self;
} Observer;

struct Desk {
  HolderSet sets[OWNERS];
  GArray   *observers; /* of Observer */
  unsigned  next_observer;
  GArray   *queue; /* of Change: made, not yet told; its texts are its own */
  unsigned  depth; /* of desk_begin() */
  unsigned  search;
};

/* Writes the reason, if wanted, and returns false. */
bool desk_refuse(char reason[DESK_REASON], const char *format, ...)
  G_GNUC_PRINTF(2, 3);

/* "Strip 3", "Main", … */
enum { DESK_TITLE = 32 };
void desk_title(Owner owner, unsigned number, char title[DESK_TITLE]);

Holder *desk_find(const Desk *desk, Owner owner, unsigned number);

/* Changes made between these are told after the last desk_end(), when the desk
   holds them all; those that observers make in turn are told after them, so
   that all observers see all changes in the order in which they happened. */
void desk_begin(Desk *desk);
void desk_end(Desk *desk);

/* Change and queue for telling, without any check. desk_put() returns whether
   there was something to change; desk_put_text() takes the text over. */
bool desk_put(Desk *desk, Holder *holder, unsigned cell, double value, Who who);
void desk_put_text(Desk    *desk,
                   Holder  *holder,
                   unsigned cell,
                   char    *text,
                   Who      who);

/* desk-text.c: the text as it is to be kept, newly allocated; NULL with the
   reason where it will not do. */
char *desk_check_text(const Desk   *desk,
                      const Holder *holder,
                      unsigned      cell,
                      const char   *text,
                      char          reason[DESK_REASON]);

/* Takes a strip out of /desk/order. */
void desk_order_forget(Desk *desk, const Holder *gone);

/* desk-routing.c: may this switch or choice be set, as far as the routing is
   concerned? */
bool desk_check_route(Desk    *desk,
                      Holder  *holder,
                      unsigned cell,
                      double   value,
                      char     reason[DESK_REASON]);

/* May the holder listen to the key? */
bool desk_check_key(Desk   *desk,
                    Holder *holder,
                    Holder *key,
                    char    reason[DESK_REASON]);

/* desk-links.c: the partner that follows a change of this cell, or NULL. */
Holder *desk_follower(const Holder *holder, unsigned cell, Who who);

/* Makes a pair of two strips, or (with NULL) ends one. */
void desk_join(Desk *desk, Holder *holder, Holder *other, Who who);

/* Sets back what refers to a holder that is about to go. */
void desk_forget(Desk *desk, Holder *gone);

/* What follows from a change that was made: triggers act, buses of some kinds
   leave main. */
void desk_act(Desk *desk, Holder *holder, unsigned cell, double value);

static const Who desk_itself = { ORIGIN_DESK, 0 };

#endif
