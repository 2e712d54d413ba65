/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_PLAYPATH_H
#define CONSORT_TRACKS_PLAYPATH_H

/* The pages that the song will come to, the most urgent first. */

#include "engine/playlist.h"

#define PLAYPATH_MAX 256

typedef struct {
  int     count;
  int64_t page[PLAYPATH_MAX]; /* no page twice */
} PlayPath;

/* Appends what playing `frames` from a frame on passes through, round the loop
   of `position` if it comes to the loop's end. [reader] */
void playpath_follow(PlayPath           *path,
                     const SongPosition *position,
                     int64_t             frame,
                     int64_t             frames);

/* Appends another path. [reader] */
void playpath_append(PlayPath *path, const PlayPath *other);

/* How urgent a page is, 0 the most, or -1 if it is not on the way. [reader] */
int playpath_rank(const PlayPath *path, int64_t page);

#endif
