/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_READERS_H
#define CONSORT_TRACKS_READERS_H

/* The threads that keep the tracks ahead of the playhead.

   Reader threads look at the playhead every few milliseconds, work out the
   pages that the song will come to (round the loop, too), and fill them across
   all tracks in the order in which they will be heard. One thread opens and
   closes files; others, of low priority, convert recordings of another rate and
   lossy ones into the cache. The audio thread wakes nobody. */

#include "engine/playlist.h"
#include "engine/tracks/audiofile.h"

typedef struct Readers Readers;

typedef struct {
  const char        *path;
  int                rate;   /* the session's, in Hz */
  const char        *cache;  /* folder for converted files, made when needed */
  const AudioSource *source; /* NULL: audio files */
} TrackSpec;

/* Starts `threads` (1 to 16) reader threads that follow a playhead, which must
   outlive them. NULL if they cannot be started. [control, main] */
Readers *readers_new(const Playhead *playhead, int threads);

/* Stops the threads and frees every track that is still open. It waits for the
   disk. NULL is fine. [main, loader] */
void readers_free(Readers *readers);

/* Asks for a recording and returns at once; track_state() tells how it goes.
   The same path at the same rate is the same track, opened and decoded once for
   all who use it. Never NULL, unless there is no memory. [control] */
Track *readers_open(Readers *readers, const TrackSpec *spec);

/* Gives a track back, once for each readers_open(), when the audio thread has
   let go of it. It is closed and freed elsewhere; a conversion that nobody
   waits for is given up. NULL is fine. [control] */
void readers_close(Readers *readers, Track *track);

/* What the track's own file holds, at its own rate; false as long as it has not
   been opened. [control] */
bool readers_info(Readers *readers, const Track *track, AudioFileInfo *info);

/* For freewheel and offline alone: waits until every track is open, converted
   and holds the block of `frames` (up to 16384) that starts at a song frame,
   round the playhead's loop if it comes to its end. False if a track failed or
   had a page that could not be read. [audio, when it may wait] */
bool readers_wait(Readers *readers, int64_t frame, int frames);

/* Waits until no track is being opened or converted, `milliseconds` at most
   (-1: as long as it takes), and returns whether that is so. [loader, render]
 */
bool readers_settle(Readers *readers, int milliseconds);

/* Underruns of all tracks that are open, since they were opened. [control] */
uint64_t readers_underruns(Readers *readers);

#endif
