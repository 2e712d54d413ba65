/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_CACHE_H
#define CONSORT_TRACKS_CACHE_H

/* Recordings that had to be converted, kept for the next time.

   A cached file is known by what the original is, not by where it is: its own
   name, size, time of change, rate, and what its first and last 64 KiB hold. A
   session can be moved with its cache, and a recording that was changed is
   converted anew. */

#include "engine/tracks/audiofile.h"

/* The path of the cached form of a recording at a rate, to be freed; NULL and a
   sentence if the recording cannot be looked at. [reader] */
char *cache_path(const char          *folder,
                 const char          *recording,
                 const AudioFileInfo *info,
                 int                  rate,
                 char               **error);

/* How long a recording is at another rate, in frames; never nothing. [any] */
int64_t cache_frames(const AudioFileInfo *info, int rate);

/* Opens the cached form of a recording; NULL if there is none or it is not what
   it should be. [reader] */
AudioFile *cache_open(const char *path, const AudioFileInfo *info, int rate);

#endif
