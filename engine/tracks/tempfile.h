/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_TEMPFILE_H
#define CONSORT_TRACKS_TEMPFILE_H

/* A file that gets its name when it is complete and on the disk, not before. */

#include "engine/rt.h"

#include <stdbool.h>

typedef struct {
  int   fd;
  char *name;  /* where it is written: beside the final one, .part- behind it */
  char *final; /* what it will be called */
} TempFile;

/* Creates an empty file beside `final`, of which only a regular file may
   already exist; a symbolic link is followed. False with a sentence in *error.
   [render, reader] */
bool tempfile_open(TempFile *file, const char *final, char **error);

/* Makes what was written durable and gives it its name; on failure it is
   discarded and *error says why. [render, reader] */
bool tempfile_commit(TempFile *file, char **error);

/* Removes it. [render, reader] */
void tempfile_discard(TempFile *file);

/* Removes what killed programs left of earlier attempts at `final`; one that is
   still being written, by whatever program, stays. [reader] */
void tempfile_sweep(const char *final);

#endif
