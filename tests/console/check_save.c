/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Saving under fire: a disk that fails and a process that is killed, at the
   system calls of a save, leave the old session or the new one. */

#include <check.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sessions/lock.h"
#include "tests/cli.h"

static Cli cli;

static void
setup(void)
{
  cli_init(&cli);
}

static void
teardown(void)
{
  cli_cleanup(&cli);
}

/* Is strace there, and may it trace? */
static bool
can_trace(void)
{
  char *strace = g_find_program_in_path("strace");
  bool  can    = false;

  if (strace) {
    ScratchRun run = scratch_run("strace", "-o", "/dev/null", "true", NULL);
    can            = run.status == 0;
    scratch_ran(&run);
  }
  if (!can)
    printf("strace cannot trace here: faults while saving are not tried\n");
  g_free(strace);
  return can;
}

/* Every system call of `set`, a line each, and which of them save. */
static char **
trace_a_save(unsigned *first, unsigned *last)
{
  char      *log = scratch_path(cli.folder, "trace");
  ScratchRun run = scratch_run("strace",
                               "-o",
                               log,
                               cli.console,
                               "set",
                               cli.session,
                               "/strip/1/fader=-1",
                               NULL);

  ck_assert_msg(run.status == 0, "%s", run.err);
  char  *text  = scratch_read(log, NULL);
  char **lines = g_strsplit(text, "\n", -1);
  *first = *last = 0;
  for (unsigned i = 0; lines[i]; i++) {
    if (!*first && strstr(lines[i], "session.json"))
      *first = i;
    if (strstr(lines[i], "exit_group"))
      *last = i;
  }
  ck_assert_uint_gt(*first, 0);
  ck_assert_uint_gt(*last, *first + 8);
  scratch_ran(&run);
  g_free(text);
  unlink(log);
  g_free(log);
  return lines;
}

static bool
has(const char *line, const char *call, const char *what)
{
  return line && g_str_has_prefix(line, call) && strstr(line, what);
}

/* What is on the disk before what is named: write, fsync, rename, fsync of the
   cli.folder, in this order and with nothing written between. */
START_TEST(a_save_is_durable_before_it_is_named)
{
  unsigned first, last, at;

  if (!can_trace())
    return;
  cli_make_song(&cli, 1, "");
  char **lines = trace_a_save(&first, &last);
  for (at = first; at < last && !has(lines[at], "write(", "consort session");)
    at++;
  ck_assert_msg(at < last, "nothing is written");
  const int file = atoi(strchr(lines[at], '(') + 1);
  for (at++; at < last && !g_str_has_prefix(lines[at], "fsync(");)
    at++;
  ck_assert_msg(at < last, "the file is not synced");
  ck_assert_int_eq(atoi(strchr(lines[at], '(') + 1), file);
  for (at++; at < last && !strstr(lines[at], "rename");)
    at++;
  ck_assert_msg(at < last && strstr(lines[at], "session.json\""), "no rename");
  for (at++; at < last && !g_str_has_prefix(lines[at], "fsync(");)
    at++;
  ck_assert_msg(at < last, "the folder is not synced");
  g_strfreev(lines);
}
END_TEST

/* After whatever befell a save, the session is the old one or the new one,
   whole, and can be saved again. Returns whether it is the new one. */
static bool
assert_whole(const char *old, const char *new, const char *fault)
{
  char      *text = cli_text(&cli);
  const bool done = strcmp(text, new) == 0;

  ck_assert_msg(done || strcmp(text, old) == 0, "%s left: %s", fault, text);
  g_free(text);
  return done;
}

static void
restore(const char *text)
{
  char *path = scratch_path(cli.session, "session.json");

  scratch_write_text(path, text);
  g_free(path);
}

/* The two states that there may be. */
static void
make_states(char **old, char **new)
{
  cli_make_song(&cli, 1, "");
  *old = cli_text(&cli);
  cli_expect(
    &cli, 0, "", NULL, "set", cli.session, "/strip/1/fader=-12.5", NULL);
  *new = cli_text(&cli);
  ck_assert_str_ne(*old, *new);
}

/* Saves with a fault, as strace injects it. Returns the exit status. */
static int
save_with(const char *inject, char **said)
{
  char      *option = g_strdup_printf("inject=%s", inject);
  ScratchRun run    = scratch_run("strace",
                               "-o",
                               "/dev/null",
                               "-e",
                               option,
                               cli.console,
                               "set",
                               cli.session,
                               "/strip/1/fader=-12.5",
                               NULL);

  *said = g_strdup(run.err);
  scratch_ran(&run);
  g_free(option);
  return run.status;
}

START_TEST(a_disk_that_fails)
{
  static const struct {
    const char *calls, *error;
  } faults[] = { { "write,pwrite64", "ENOSPC" },
                 { "write,pwrite64", "EIO" },
                 { "fsync", "EIO" },
                 { "rename,renameat,renameat2", "EROFS" },
                 { "ftruncate", "EIO" },
                 { "fchmod", "EPERM" } };
  char *old, *new;

  if (!can_trace())
    return;
  make_states(&old, &new);
  for (size_t i = 0; i < G_N_ELEMENTS(faults); i++)
    for (int when = 1; when <= 4; when++) {
      char *inject = g_strdup_printf(
        "%s:error=%s:when=%d", faults[i].calls, faults[i].error, when);
      char *said;
      restore(old);
      const int  status = save_with(inject, &said);
      const bool done   = assert_whole(old, new, inject);
      /* "Saved" is said only of what is saved, and a failure is told. */
      ck_assert_msg(status == 0 ? done && !*said : status == 1, "%s", inject);
      if (status == 1)
        ck_assert_msg(g_str_has_prefix(said, "consort: ") &&
                        strstr(said, "session.json"),
                      "%s: %s",
                      inject,
                      said);
      g_free(said);
      g_free(inject);
    }
  cli_expect(
    &cli, 0, "", NULL, "set", cli.session, "/strip/1/fader=-12.5", NULL);
  ck_assert_uint_eq(scratch_count(cli.session),
                    3); /* audio, lock, session.json */
  g_free(old);
  g_free(new);
}
END_TEST

/* strace counts each kind of call by itself. */
static char *
kill_at(char **lines, unsigned at)
{
  const size_t length = strcspn(lines[at], "(") + 1;
  unsigned     when   = 0;

  for (unsigned i = 0; i <= at; i++)
    when += strncmp(lines[i], lines[at], length) == 0;
  return g_strdup_printf(
    "%.*s:signal=KILL:when=%u", (int)length - 1, lines[at], when);
}

/* kill -9 at the system calls of a save: some of them, or each. */
START_TEST(killed_while_saving)
{
  unsigned first, last, before = 0, after = 0;
  char    *old, *new;

  if (!can_trace())
    return;
  make_states(&old, &new);
  restore(old);
  char         **lines = trace_a_save(&first, &last);
  const unsigned step = g_getenv("CONSORT_SIEGE") ? 1 : (last - first) / 16 + 1;
  for (unsigned at = first; at <= last; at += step) {
    char *inject = kill_at(lines, at);
    char *said;
    restore(old);
    save_with(inject, &said);
    if (assert_whole(old, new, inject))
      after++;
    else
      before++;
    /* Neither a lock nor half a file is in the way of the next. */
    SessionHolder holder;
    ck_assert(!session_holder(cli.session, &holder));
    g_free(said);
    g_free(inject);
  }
  ck_assert_uint_gt(before, 0);
  ck_assert_uint_gt(after, 0);
  printf("killed at %u of %u system calls of a save: %u times the old session, "
         "%u times the new\n",
         before + after,
         last - first + 1,
         before,
         after);
  cli_expect(
    &cli, 0, "", NULL, "set", cli.session, "/strip/1/fader=-12.5", NULL);
  ck_assert_uint_eq(scratch_count(cli.session), 3);
  g_strfreev(lines);
  g_free(old);
  g_free(new);
}
END_TEST

static Suite *
save_suite(void)
{
  Suite *suite = suite_create("save");
  TCase *tests = tcase_create("save");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, a_save_is_durable_before_it_is_named);
  tcase_add_test(tests, a_disk_that_fails);
  tcase_add_test(tests, killed_while_saving);
  tcase_set_timeout(tests, 3000);
  suite_add_tcase(suite, tests);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(save_suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
