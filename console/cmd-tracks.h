/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_CMD_TRACKS_H
#define CONSORT_CONSOLE_CMD_TRACKS_H

/* The recordings that a session's strips play, looked at before they do. */

#include "console/desk.h"
#include "engine/tracks/audiofile.h"

/* Opens the recording of a strip that has one. False with a sentence in *error
   (g_free) that names the strip and the file. [command line] */
bool cmd_track_probe(const Desk    *desk,
                     const char    *folder,
                     unsigned       number,
                     AudioFileInfo *info,
                     char         **error);

/* Looks at all of them, and says what is wrong with each. False where something
   is. [command line] */
bool cmd_tracks_check(const Desk *desk, const char *folder);

/* Is the file one of the session's recordings? [command line] */
bool cmd_tracks_have(const Desk *desk, const char *folder, const char *file);

#endif
