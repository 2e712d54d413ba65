/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_IMPORT_H
#define CONSORT_SESSIONS_IMPORT_H

/* A session from audio files: one strip a file, in natural order of the file
   names (2 before 10), named after them; files that differ by -L and -R (or
   .L, _left …) alone are one stereo strip; a file of more than two channels is
   a mono strip for each; the rate that most files have; flat, routed to main.
 */

#include <stdatomic.h>

#include "console/desk.h"

typedef struct ImportOrder {
  const char        *folder; /* of the new session */
  const char *const *files;
  int                count;
  bool               link; /* leave the audio where it is */
  void (*progress)(void *self, double fraction); /* may be NULL */
  void               *self;
  const _Atomic bool *cancel; /* may be NULL */
} ImportOrder;

/* Makes a new session. It comes into being whole, under its name, or not at
   all: false then with a sentence in *error (g_free), and nothing left behind
   that was not there before. [command line] */
bool session_new(const ImportOrder *order, char **error);

/* A recording that was brought into a session. */
typedef struct Imported {
  char *track; /* the text for a strip's track */
  char *name;
  int   channels; /* of the file */
} Imported;

/* Copies one file into a session's audio folder under a name that is free.
   False with a sentence in *error (g_free). cancel may be NULL. [import] */
bool session_import(const char         *folder,
                    const char         *file,
                    const _Atomic bool *cancel,
                    Imported           *imported,
                    char              **error);
void imported_clear(Imported *imported);

/* Puts strips for it on a desk, one, or a mono one for each channel of many.
   False with the reason where there is no room; those that found room stay.
   [the desk's thread] */
bool imported_add(const Imported *imported,
                  Desk           *desk,
                  Who             who,
                  char            reason[DESK_REASON]);

#endif
