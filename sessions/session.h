/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_SESSION_H
#define CONSORT_SESSIONS_SESSION_H

/* A session on disk: a folder with session.json, audio/, cache/ and lock.

   session.json is one flat object, a line a parameter, address and value in
   real units, only what differs from the default, in a fixed order: a session
   that was not changed is written with the same bytes. A strip's channels, a
   bus's kind and a marker's time always stand there, since they say that it
   exists. Keys that this version does not know are kept, as they are written
   and between the neighbours that they have. */

#include "console/desk.h"

/* What a session file holds beyond the desk: lines of other versions. */
typedef struct SessionExtra SessionExtra;

/* Reads a session into a new desk. NULL with a sentence in *error (g_free) that
   names the file, the line, the address, and what to do; nothing else is
   changed. *extra (may be NULL) is freed by session_extra_free(). Reads the
   disk. [loader] */
Desk *session_load(const char *folder, SessionExtra **extra, char **error);
void  session_extra_free(SessionExtra *extra);

/* The keys that were not known, in the order of the file. NULL extra: none.
   [any] */
unsigned    session_extra_count(const SessionExtra *extra);
const char *session_extra_key(const SessionExtra *extra, unsigned index);

/* The bytes of session.json for a desk; extra may be NULL. g_free.
   [the desk's thread] */
char *session_print(const Desk *desk, const SessionExtra *extra);

/* Puts the bytes in place: temporary file, fsync, rename, fsync of the folder.
   Makes the folder where there is none. False with a sentence in *error
   (g_free); what stands there then is the old file or the new one, whole.
   [saver] */
bool session_write(const char *folder, const char *text, char **error);

/* Is there a session in the folder? [any that may read the disk] */
bool session_exists(const char *folder);

/* Where converted tracks are kept: folder/cache. g_free. */
char *session_cache(const char *folder);

/* Where a strip's track lies: in the folder, unless the track is a whole path.
   Without the channels behind #. g_free. [any] */
char *session_track_path(const char *folder, const char *track);

#endif
