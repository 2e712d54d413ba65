/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_SONG_H
#define CONSORT_SESSIONS_DEMO_SONG_H

#include <stdbool.h>
#include <stddef.h>

/* The demo song: a band that exists only as arithmetic.

   Every track is synthesised from the score in demo-score.c, dry and at the
   level of a good recording, by a player of its own: nothing is sampled. The
   same program gives the same bytes wherever doubles are IEEE 754, since the
   players use no function of the C library's mathematics but sqrt and round,
   and a random generator of their own. */

#define DEMO_SONG_RATE  48000
#define DEMO_SONG_TEMPO 100.0 /* quarter notes a minute */

typedef struct DemoTrack {
  const char *name;     /* what the strip is called */
  const char *file;     /* name of its file in the folder */
  int         channels; /* 1 or 2 */
  const char *color;    /* "#rrggbb" */
} DemoTrack;

/* A named part of the song's form, for markers. */
typedef struct DemoSection {
  const char *name;
  double      start; /* seconds */
} DemoSection;

/* Told how much of the song is done, 0..1, and which track comes next. */
typedef void DemoProgress(void *data, double fraction, const char *track);

/* How many tracks the song has; they are numbered 0 to this less one. [any] */
int demo_song_tracks(void);

/* What a track is; NULL where there is none of that number. [any] */
const DemoTrack *demo_song_track(int track);

/* How many sections the song has. [any] */
int demo_song_sections(void);

/* A section by number; NULL where there is none of that number. [any] */
const DemoSection *demo_song_section(int section);

/* The song's length in frames, the same for every track. [any] */
size_t demo_song_frames(void);

/* Synthesises the first `frames` frames of a track into `out`, interleaved by
   its channels: the beginning of what the whole would be, bit for bit. Full
   scale is 1. False where memory ran out or there is no such track; `out` is
   then undefined. [any] */
bool demo_song_render(int track, size_t frames, float *out);

/* Writes every track into `folder`, made if need be, as a 24-bit WAV file of
   48 kHz. A file appears under its name only when it is whole, so that an
   interrupted demo can be told by what is missing. Plays on up to four threads,
   and calls `progress`, which may be NULL, on the caller's.
   False on failure, with a sentence in `*error` for the caller to free with
   g_free(). [any] */
bool demo_song_write(const char   *folder,
                     DemoProgress *progress,
                     void         *data,
                     char        **error);

#endif
