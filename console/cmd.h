/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_CMD_H
#define CONSORT_CONSOLE_CMD_H

/* The commands of the program: the files main.c and cmd-*.c alone know every
   folder. A command returns the exit status: 0, 1 for failure, 2 for usage. */

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { EXIT_FAULT = 1, EXIT_USAGE = 2 };

int cmd_run(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_new(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_get(int argc, char **argv);
int cmd_set(int argc, char **argv);
int cmd_render(int argc, char **argv);
int cmd_params(int argc, char **argv);

/* "consort: SENTENCE" on stderr, with a full stop at its end. Returns
   EXIT_FAULT. */
int cmd_fail(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The text with all that a terminal would obey made visible. g_free. */
char *cmd_visible(const char *text);

/* Parses options; what is left are argv[1]…argv[argc - 1]. summary follows the
   command's name. Returns false, with the usage on stderr, where they are wrong
   or there are fewer than `least` or more than `most` arguments left (most -1:
   any number). */
bool cmd_parse(int                *argc,
               char             ***argv,
               const char         *summary,
               const GOptionEntry *entries,
               int                 least,
               int                 most);

/* Shows how far something is, where stderr is a terminal. */
typedef struct CmdProgress {
  const char *label;
  int         shown; /* 1 + the last percentage that was shown; 0: none yet */
} CmdProgress;
void cmd_progress(void *progress, double fraction);

/* From here on SIGINT, SIGTERM and SIGHUP no longer end the program, but set
   what is returned: so that nothing half made is left behind. */
const _Atomic bool *cmd_catch_signals(void);

/* The folder of the demo session in the user's data directory, made if it is
   not there; NULL after a message. g_free. */
char *cmd_demo_folder(void);

#endif
