/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_RECORDING_H
#define CONSORT_TRACKS_RECORDING_H

/* A track and where its audio comes from: what is done to one of them, without
   a thought of threads. One thread at a time works on a recording. */

#include "engine/playlist.h"
#include "engine/tracks/audiofile.h"

typedef enum {
  RECORDING_NEW,
  RECORDING_TO_CONVERT,
  RECORDING_LOADED,
  RECORDING_FAILED,
} RecordingStage;

typedef struct Recording {
  Track              track; /* first: what the rest of the program sees */
  char              *path;
  char              *folder; /* of the cache, or NULL */
  char              *cached; /* the converted file, if it takes one */
  int                rate;   /* the session's */
  const AudioSource *asked;  /* where its audio was said to be, */
  const AudioSource *source; /* and is read, when it has been converted */
  void              *file;
  AudioFileInfo      info; /* of the original */
  _Atomic bool       cancel;

  /* Guarded by the readers' lock. */
  RecordingStage stage;
  int            users;
  bool           busy;    /* a thread works on it */
  bool           skipped; /* another would have liked to */

  struct Recording *next; /* in the bin */
} Recording;

/* NULL if there is no memory. [control] */
Recording *recording_new(const char        *path,
                         const char        *folder,
                         int                rate,
                         const AudioSource *source);

/* Closes and frees. [opener] */
void recording_free(Recording *recording);

/* Opens the file, and loads it if it can be played as it is or was converted
   before. Returns the new stage; on failure the track has its message.
   [opener] */
RecordingStage recording_open(Recording *recording);

/* Converts into the cache and loads that. Returns the new stage. [converter] */
RecordingStage recording_convert(Recording *recording);

/* Fills a slot that was claimed for a page and publishes it. `room` holds
   TRACK_PAGE frames of AUDIOFILE_CHANNELS_MAX channels. [reader] */
void recording_fill(Recording *recording, int64_t page, int slot, float *room);

/* How many of a path's pages the track has slots for. [reader] */
int recording_reach(const Recording *recording);

#endif
