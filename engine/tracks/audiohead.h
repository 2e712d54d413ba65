/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_AUDIOHEAD_H
#define CONSORT_TRACKS_AUDIOHEAD_H

/* What an audio file's header says, read without any library.

   libsndfile knows two dozen formats and codecs that no mix is made of, and not
   all of that code is sound. Only a file whose header names one of ours, with
   samples that are plain PCM or floating point, is passed on to it. */

#include <stdint.h>

typedef enum {
  AUDIOHEAD_OK,
  AUDIOHEAD_UNKNOWN, /* none of our formats */
  AUDIOHEAD_CODED,   /* one of them, but neither PCM nor floating point */
  AUDIOHEAD_BROKEN,  /* it has no description of its samples, or no samples */
  AUDIOHEAD_ENDLESS, /* more chunks than any program writes */
} AudioHeadStatus;

typedef struct {
  const char *format;     /* WAV, RF64, W64, AIFF, CAF, FLAC or OGG */
  int64_t     data_bytes; /* of samples, as promised; -1: it does not say */
  int64_t     data_at;    /* where they start; -1: no such place */
} AudioHead;

/* Reads the header of an open file, wherever its position is.
   [loader, reader, import] */
AudioHeadStatus audiohead_read(int fd, AudioHead *head);

#endif
