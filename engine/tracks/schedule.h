/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_SCHEDULE_H
#define CONSORT_TRACKS_SCHEDULE_H

/* Which page of which recording is to be read next.

   The way ahead is the same for all tracks. It is cut into levels that double
   in length, and a cursor goes through them level by level, through all
   recordings in each: after a locate every track has its first page before any
   has its second. The cursor starts anew whenever the way changes. Whoever
   calls holds the readers' lock. */

#include "engine/tracks/playpath.h"
#include "engine/tracks/recording.h"

#define SCHEDULE_LEVELS 32

typedef struct {
  const Playhead *playhead;
  SongPosition    position; /* that the path starts from */
  PlayPath        path;
  int64_t         ahead; /* frames of it */
  unsigned        route; /* counts the paths there have been */

  PlayPath demand;      /* what someone waits for, before all else */
  int64_t  demand_from; /* where the song was then */
  bool     demanded;    /* the path is to be made anew */
  bool     held;        /* who waits still does */

  int  levels;
  int  level_end[SCHEDULE_LEVELS]; /* in the path */
  int  level;                      /* the cursor */
  int  next;
  bool retry; /* a page found no slot */
} Schedule;

/* Follows the playhead; true if that led to another path. [reader] */
bool schedule_follow(Schedule *schedule);

/* Sends the cursor back to what is most urgent. [reader] */
void schedule_rewind(Schedule *schedule);

/* Looks at least so many frames ahead from now on. [control] */
void schedule_reach(Schedule *schedule, int64_t frames);

/* Puts the pages of a block where no reader gives them up: in front. Blocks
   that are asked for while the song is at one place, such as the parts of a
   loop, stay together, TRACK_PINS pages at most. [audio, when it may wait] */
void schedule_demand(Schedule *schedule, const PlayPath *block, int64_t from);

/* The next recording that lacks pages of a level, marked as busy; NULL if the
   cursor is through. [reader] */
Recording *schedule_pick(Schedule         *schedule,
                         Recording *const *recordings,
                         int               count,
                         int              *level);

/* Claims a slot for the first page of a level that a recording lacks. False if
   it lacks none or has no slot to spare. [reader] */
bool schedule_claim(Schedule  *schedule,
                    Recording *recording,
                    int        level,
                    int64_t   *page,
                    int       *slot);

#endif
