/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_IMPORT_H
#define CONSORT_SESSIONS_IMPORT_H

/* A session from audio files: one strip a file, in natural order of the file
   names (2 before 10), named after them; files that differ by -L and -R (or
   .L, _left …) alone are one stereo strip; the rate that most files have; flat,
   routed to main. */

#include "console/desk.h"

/* Makes a new session in folder. Copies the audio into folder/audio, or links
   to where it is (as absolute paths) where link is set. False with a sentence
   in *error (g_free), and no folder left behind that was not there before.
   progress (may be NULL) is called with 0..1. [command line, import] */
bool session_new(const char        *folder,
                 const char *const *files,
                 int                count,
                 bool               link,
                 void (*progress)(void *, double),
                 void  *self,
                 char **error);

/* Copies one file into a session's audio folder under a name that is free;
 *track is the text for the strip's track, *name a name for the strip,
 *channels 1 or 2 (all g_free). [import] */
bool session_import(const char *folder,
                    const char *file,
                    char      **track,
                    char      **name,
                    int        *channels,
                    char      **error);

#endif
