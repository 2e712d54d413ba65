/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_PROGRAM_H
#define CONSORT_TESTS_PROGRAM_H

/* The program itself, run as a person runs it and spoken to over OSC. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A new folder for a test's files, and its removal with all that is in it. */
void program_folder(char folder[64]);
void program_remove(const char *folder);

/* Runs `consort ARGUMENTS` to its end; blanks part the arguments. Aborts the
   test where it fails. */
void program_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* --- a desk --- */

typedef struct Program {
  pid_t  pid;
  int    socket; /* connected to its OSC port */
  int    output; /* what it prints */
  char  *log;
  size_t length;
  bool   silent; /* it has closed its output */
} Program;

/* Starts `consort run SESSION --headless ARGUMENTS` and waits until it says
   where OSC is. It is killed when the thread that started it ends. */
void program_start(Program    *program,
                   const char *session,
                   const char *format,
                   ...) __attribute__((format(printf, 3, 4)));

/* Ends it as Ctrl-C does and reads what it still prints. Returns its exit
   status; -1 where it had to be killed. The log stays until program_free(). */
int  program_stop(Program *program);
void program_kill(Program *program);
void program_free(Program *program);

/* What it has printed so far. */
const char *program_log(Program *program);

/* Has it printed something? Or waits until it has. */
bool program_has_printed(Program *program, const char *part);
bool program_prints(Program *program, const char *part);

/* Sends a message; types and arguments as lo_message_add() takes them. */
void program_say(Program *program, const char *path, const char *types, ...);

/* Asks, and asks again every second, until the answer comes; false where none
   comes. number takes its first number, text its first string; NULL: not
   wanted. */
bool program_ask(Program    *program,
                 const char *path,
                 double     *number,
                 char        text[256]);

/* Waits until the answer is this number. */
bool program_answers(Program *program, const char *path, double number);

/* Sets a value in its real unit, and waits until it has it. */
void program_set(Program *program, const char *address, double value);

/* Sets a text, and waits until it has it. */
void program_set_text(Program *program, const char *address, const char *text);

#endif
