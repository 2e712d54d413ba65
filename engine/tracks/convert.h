/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_CONVERT_H
#define CONSORT_TRACKS_CONVERT_H

/* A recording at another rate: 32-bit float, the first frame on the original's
   first, flat to 0.91 of the lower Nyquist frequency, by libsoxr at its very
   high quality. Also how a lossy recording becomes one that can be played from
   anywhere. */

#include "engine/tracks/audiofile.h"

#include <stdatomic.h>

typedef struct {
  const AudioSource   *source;
  void                *file; /* the source's, open */
  const AudioFileInfo *info; /* and what it said */
  int                  rate; /* wanted, in Hz */
  const char          *path; /* of the W64 file to be written */
  _Atomic int         *percent;
  const _Atomic bool  *cancel; /* set by anyone to give up */
} Conversion;

/* Converts. False with a sentence in *error, or without one if it was
   cancelled; nothing is left behind then. What cannot be read becomes silence.
   [converter] */
bool convert(const Conversion *order, char **error);

#endif
