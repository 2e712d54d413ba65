/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who has a session open: one at a time, as long as its process lives, and not
   a moment longer. */

#include <check.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sessions/lock.h"
#include "tests/scratch.h"

static char *folder;

static void
setup(void)
{
  folder = scratch_new();
}

static void
teardown(void)
{
  scratch_free(folder);
}

/* A process that holds the lock until it is killed; where `starts`, it has
   started another program, which goes on. Returns when the lock is held, with
   the other program's id in *child. */
static pid_t
hold(bool starts, pid_t *child)
{
  int pipes[2];
  ck_assert_int_eq(pipe(pipes), 0);
  const pid_t pid = fork();

  if (pid == 0) {
    char        *error = NULL;
    SessionLock *lock  = session_lock(folder, NULL, &error);
    pid_t        other = 0;
    if (lock)
      session_lock_announce(lock, "192.168.7.9", 9123);
    if (starts && (other = fork()) == 0) {
      execlp("sleep", "sleep", "30", NULL);
      _exit(127);
    }
    if (starts)
      usleep(100000); /* until it is another program */
    if (write(pipes[1], &other, sizeof other) != sizeof other)
      _exit(1);
    pause();
    _exit(0);
  }
  close(pipes[1]);
  ck_assert_int_eq(read(pipes[0], child, sizeof *child), sizeof *child);
  close(pipes[0]);
  return pid;
}

static void
end(pid_t pid)
{
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}

START_TEST(nobody_holds_what_is_not_locked)
{
  SessionHolder holder;
  char         *path = scratch_path(folder, "lock");

  ck_assert(!session_holder(folder, &holder));
  ck_assert_int_eq(holder.pid, 0);
  ck_assert_uint_eq(scratch_count(folder), 0); /* asking leaves no trace */
  scratch_write_text(path, "12345 9000 127.0.0.1 elsewhere\n");
  ck_assert(!session_holder(folder, &holder)); /* of a desk that was killed */
  ck_assert_int_eq(holder.pid, 0);
  g_free(path);
}
END_TEST

START_TEST(one_at_a_time)
{
  char         *error = NULL;
  SessionHolder holder;
  SessionLock  *lock = session_lock(folder, NULL, &error);

  ck_assert_ptr_nonnull(lock);
  ck_assert_ptr_null(session_lock(folder, &holder, &error));
  ck_assert_int_eq(holder.pid, getpid());
  ck_assert(session_holder_is_us(&holder));
  ck_assert(!session_holder_is_heard(&holder));
  ck_assert(scratch_is_sentence(error));
  ck_assert_ptr_nonnull(strstr(error, folder));
  g_clear_pointer(&error, g_free);
  session_lock_announce(lock, "127.0.0.1", 9001);
  ck_assert(session_holder(folder, &holder));
  ck_assert_int_eq(holder.osc_port, 9001);
  ck_assert_str_eq(holder.address, "127.0.0.1");
  ck_assert(session_holder_is_heard(&holder));
  session_unlock(lock);
  ck_assert(!session_holder(folder, &holder));
  lock = session_lock(folder, NULL, &error);
  ck_assert_ptr_nonnull(lock);
  session_unlock(lock);
}
END_TEST

START_TEST(another_process_is_named)
{
  pid_t         child;
  const pid_t   pid   = hold(false, &child);
  char         *error = NULL;
  char         *name  = g_strdup_printf("process %d", (int)pid);
  SessionHolder holder;

  ck_assert_ptr_null(session_lock(folder, &holder, &error));
  ck_assert_int_eq(holder.pid, pid);
  ck_assert_int_eq(holder.osc_port, 9123);
  ck_assert_str_eq(holder.address, "192.168.7.9");
  ck_assert(!session_holder_is_us(&holder));
  ck_assert(scratch_is_sentence(error));
  ck_assert_ptr_nonnull(strstr(error, name));
  ck_assert_ptr_nonnull(strstr(error, "9123"));
  end(pid);
  g_free(name);
  g_free(error);
}
END_TEST

/* A desk starts a JACK server, and may be killed while that lives on. */
START_TEST(it_ends_with_its_process_alone)
{
  pid_t         child;
  const pid_t   pid   = hold(true, &child);
  char         *error = NULL;
  SessionHolder holder;

  ck_assert(session_holder(folder, &holder));
  end(pid);
  ck_assert_int_eq(kill(child, 0), 0);
  ck_assert(!session_holder(folder, &holder));
  SessionLock *lock = session_lock(folder, NULL, &error);
  ck_assert_msg(lock != NULL, "%s", error);
  kill(child, SIGKILL);
  session_unlock(lock);
}
END_TEST

/* Those who ask must not keep the one who locks from it. */
START_TEST(asking_keeps_nobody_out)
{
  char       *error = NULL;
  const pid_t pid   = fork();

  if (pid == 0)
    for (;;) {
      SessionHolder holder;
      session_holder(folder, &holder);
    }
  for (int i = 0; i < 2000; i++) {
    SessionLock *lock = session_lock(folder, NULL, &error);
    ck_assert_msg(lock != NULL, "%s", error);
    session_unlock(lock);
  }
  end(pid);
}
END_TEST

/* Of many that try at once, one gets it. */
START_TEST(a_race)
{
  enum { RUNNERS = 8 };
  int   pipes[2];
  pid_t runners[RUNNERS];

  ck_assert_int_eq(pipe(pipes), 0);
  for (int i = 0; i < RUNNERS; i++)
    if ((runners[i] = fork()) == 0) {
      char        *error = NULL;
      SessionLock *lock  = session_lock(folder, NULL, &error);
      const char   got   = lock ? 'y' : 'n';
      if (write(pipes[1], &got, 1) != 1)
        _exit(1);
      pause();
    }
  int winners = 0;
  for (int i = 0; i < RUNNERS; i++) {
    char got;
    ck_assert_int_eq(read(pipes[0], &got, 1), 1);
    winners += got == 'y';
  }
  ck_assert_int_eq(winners, 1);
  for (int i = 0; i < RUNNERS; i++)
    end(runners[i]);
}
END_TEST

/* A session from a stranger: its lock file is a link to something dear. */
START_TEST(a_link_is_not_followed)
{
  char         *dear  = scratch_path(folder, "dear");
  char         *path  = scratch_path(folder, "lock");
  char         *error = NULL;
  SessionHolder holder;

  scratch_write_text(dear, "the only copy");
  ck_assert_int_eq(symlink(dear, path), 0);
  ck_assert_ptr_null(session_lock(folder, &holder, &error));
  ck_assert(scratch_is_sentence(error));
  ck_assert(!session_holder(folder, &holder));
  char *text = scratch_read(dear, NULL);
  ck_assert_str_eq(text, "the only copy");
  g_free(text);
  g_clear_pointer(&error, g_free);
  unlink(path);
  ck_assert_int_eq(mkfifo(path, 0600), 0);
  ck_assert_ptr_null(session_lock(folder, &holder, &error));
  ck_assert(scratch_is_sentence(error));
  g_free(error);
  g_free(path);
  g_free(dear);
}
END_TEST

START_TEST(no_folder)
{
  char         *error = NULL;
  char         *none  = scratch_path(folder, "none");
  SessionHolder holder;

  ck_assert_ptr_null(session_lock(none, &holder, &error));
  ck_assert_int_eq(holder.pid, 0);
  ck_assert(scratch_is_sentence(error));
  g_free(error);
  g_free(none);
}
END_TEST

static Suite *
lock_suite(void)
{
  Suite *suite = suite_create("lock");
  TCase *tests = tcase_create("lock");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, nobody_holds_what_is_not_locked);
  tcase_add_test(tests, one_at_a_time);
  tcase_add_test(tests, another_process_is_named);
  tcase_add_test(tests, it_ends_with_its_process_alone);
  tcase_add_test(tests, asking_keeps_nobody_out);
  tcase_add_test(tests, a_race);
  tcase_add_test(tests, a_link_is_not_followed);
  tcase_add_test(tests, no_folder);
  tcase_set_timeout(tests, 60);
  suite_add_tcase(suite, tests);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(lock_suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
