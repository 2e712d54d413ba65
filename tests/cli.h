/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_CLI_H
#define CONSORT_TESTS_CLI_H

/* A folder with a song in it, and the console run on it as a script does. */

#include "tests/scratch.h"

typedef struct Cli {
  char *folder;
  char *session; /* a path in it */
  char *console;
} Cli;

void cli_init(Cli *cli);
void cli_cleanup(Cli *cli);

enum { CLI_RATE = 48000, CLI_FRAMES = 24000 };

/* A session of so many tracks with two channels, each 100 frames shorter than
   the one before, the first than CLI_FRAMES. lines are more lines of the file,
   from a comma on. */
void cli_make_song(const Cli *cli, int tracks, const char *lines);

/* What stands in its session.json. g_free. */
char *cli_text(const Cli *cli);

/* Runs the console with arguments up to NULL, and asserts its exit status, what
   it prints (NULL: anything) and, where `about` is not NULL, that it complains
   in a sentence that contains this; otherwise that it complains of nothing. */
void cli_expect(const Cli  *cli,
                int         status,
                const char *out,
                const char *about,
                ...) G_GNUC_NULL_TERMINATED;

/* The one sentence that a run complains in, without the program's name. g_free.
 */
char *cli_sentence(const ScratchRun *run);

#endif
