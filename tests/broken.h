/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_BROKEN_H
#define CONSORT_TESTS_BROKEN_H

/* Sessions and audio files that are broken, each in a way of its own. */

#include <stdbool.h>

typedef struct Broken {
  const char *name;
  const char *text; /* of session.json; NULL: make() makes it */
  void (*make)(const char *path);
  const char *says[3]; /* what the sentence about it must contain, beside the
                          file's name */
} Broken;

extern const Broken   broken_sessions[];
extern const unsigned broken_session_count;

/* Audio files, under the name that they have here. */
extern const Broken   broken_audio[];
extern const unsigned broken_audio_count;

/* Makes a folder with the session, or the file in a folder. Returns the path of
   what is broken; g_free. */
char *broken_make_session(unsigned index, const char *folder);
char *broken_make_audio(unsigned index, const char *folder);

/* Does the sentence do: is it one, with the file's name and what it must say?
   NULL, or what it lacks. */
const char *broken_lacks(const Broken *broken,
                         const char   *path,
                         const char   *sentence);

#endif
