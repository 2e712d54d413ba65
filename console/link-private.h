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
  bool       live;      /* a posted plan has it: its values are events */
  bool       removed;   /* the desk no longer has it */
  bool       fading;    /* silenced for a change that would click */
  bool       leave_due; /* of which the engine is still to be told */
  bool       returning; /* the change is made: to be brought back */
  uint16_t   leavings;
  bool       reported; /* its track's message was shown */
  unsigned   solo;     /* SOLO_… as the engine has it */
} LinkStrip;

/* Something to be freed when a plan has been left behind. */
typedef struct LinkTrash {
  void (*free)(void *link, void *thing);
  void       *thing;
  const Plan *after;
} LinkTrash;

/* What the engine is still to be told of, beside the strips. */
typedef struct LinkDue {
  bool     loop, tempo, pan_law, solo;
  uint8_t  dca_fader, dca_mute; /* a bit each */
  uint8_t  mutegroup;
  bool     locate, roll;
  int64_t  locate_to;
  bool     rolling;
  bool     leaves;   /* some strip has leave_due, or is returning */
  bool     at_once;  /* nothing sounds yet: who returns need not wait */
  uint32_t leave;    /* serial of the last leaving that was posted; 0: it took
                        effect, and the fade ends at leave_end */
  int64_t leave_end; /* engine frame */
} LinkDue;

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
  int16_t       slot_of[MAX_NUMBER + 1]; /* of input strips, and 1; 0: none */
  Plan         *plan;                    /* the newest that was posted */
  Plan         *waiting;   /* compiled, but there was no room to post it */
  Plan         *leaving;   /* the one before it, until it is reported back */
  bool          structure; /* a new plan is due */
  bool          homeless;  /* strips found no slot */
  gint64        told_at;   /* µs: when a strip was last told to leave */
  LinkDue       due;
  uint32_t      serial;
  GArray       *trash; /* LinkTrash */
  bool          soloed;
  uint64_t      warnings;
  LinkNotice   *notice;
  void         *notice_self;
  LinkTransport transport;
};

void link_say(Link *link, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The slot of a strip, or -1. */
int link_slot_of(const Link *link, Owner owner, unsigned number);

/* Frees a thing when no plan that the engine has can know of it any more. */
void link_throw(Link *link,
                void (*release)(void *link, void *thing),
                void *thing);

/* link-desk.c: the desk's changes on their way to the engine. */

void link_observe(void *self, const Change *change);

/* Gives a strip a slot; or every input strip that has none, as far as there are
   any. */
void link_add_strip(Link *link, Owner owner, unsigned number);
void link_add_strips(Link *link);

/* Tells the engine what it does not know yet, as far as there is room. */
void link_flush(Link *link);

/* Marks everything that is not a strip's for telling. */
void link_tell_all(Link *link);

/* link-plan.c: a plan is compiled, posted, and comes back. */

/* Compiles the desk; NULL after having said why. */
Plan *link_make_plan(Link *link);
void  link_plan_posted(Link *link, Plan *plan);
void  link_plan_left(Link *link, Plan *plan);
void  link_update_plan(Link *link);

/* 1 or 2, as its values say. */
unsigned link_legs_of(const LinkStrip *slot);

/* Frees what a slot has, when the engine no longer knows it. */
void link_drop_slot(Link *link, LinkStrip *slot);

/* link-tracks.c: opens and closes a strip's track as its value says; which of
   its channels the legs hear; what has become of all tracks. */
void link_update_track(Link *link, unsigned slot);
void link_choose_channels(const Link *link, unsigned slot, int channel[2]);
void link_close_track(void *link, void *track);
void link_watch_tracks(Link *link);

/* link-solo.c: computes who is heard because of solos, and tells what changed.
 */
void link_update_solo(Link *link);

#endif
