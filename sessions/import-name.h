/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_IMPORT_NAME_H
#define CONSORT_SESSIONS_IMPORT_NAME_H

/* What the names of audio files say, and the names that are made of them. */

#include <stdbool.h>

/* Natural order of two paths by the names of the files: digits by their value,
   letters without regard to case; never 0 for two paths. [any] */
int import_name_compare(const char *a, const char *b);

/* The name without folder and ending. g_free. [any] */
char *import_name_stem(const char *file);

/* Which side of a pair a stem names by its end ("-L", ".r", "_left"): 'L', 'R'
   or 0. Cuts it off. [any] */
char import_name_cut_side(char *stem);

/* A strip's name: "01-lead_guitar" is "Lead guitar". The suffix stays whole
   where the name must be cut. g_free. [any] */
char *import_name_strip(const char *stem, const char *suffix);

/* A name for the file inside a session: UTF-8, without control characters, and
   without # which would be read as a channel. ending NULL keeps its own.
   g_free. [any] */
char *import_name_file(const char *file, const char *ending, int number);

/* Can the path stand for a track as it is? [any] */
bool import_name_is_track(const char *path);

#endif
