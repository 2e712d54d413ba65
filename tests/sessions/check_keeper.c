/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The running desk and its session: saved, opened, imported into, on a control
   thread that runs; and left alone by all that is broken. */

#include <check.h>
#include <glib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sessions/keeper.h"
#include "sessions/lock.h"
#include "sessions/session.h"
#include "tests/broken.h"
#include "tests/scratch.h"

/* A console without sound. What the control thread hears is looked at on that
   thread alone, by asking it. */
typedef struct House {
  char           *folder;  /* of the test */
  char           *session; /* the one that is open */
  Keeper         *keeper;
  Control        *control;
  GArray         *notices; /* char *; guarded */
  pthread_mutex_t lock;
  char           *moved;  /* where the engine was told that the session is */
  bool            refuse; /* the engine takes no desk */
} House;

static House house;

/* --- hooks --- */

static void
on_save(void *self, const char *folder)
{
  keeper_save(((House *)self)->keeper, folder);
}

static void
on_open(void *self, const char *folder)
{
  keeper_open(((House *)self)->keeper, folder);
}

static void
on_import(void *self, const char *file)
{
  keeper_import(((House *)self)->keeper, file);
}

static void
on_notice(void *self, const char *text)
{
  House *here = self;
  char  *copy = g_strdup(text);

  pthread_mutex_lock(&here->lock);
  g_array_append_val(here->notices, copy);
  pthread_mutex_unlock(&here->lock);
}

static bool
open_desk(void       *self,
          Desk       *desk,
          const char *folder,
          const char *cache,
          char        reason[DESK_REASON])
{
  House *here = self;

  (void)folder;
  (void)cache;
  g_strlcpy(reason, "The engine is not in the mood.", DESK_REASON);
  if (here->refuse)
    return false;
  control_replace_desk(here->control, desk);
  return true;
}

static void
move_desk(void *self, const char *folder, const char *cache)
{
  House *here = self;

  (void)cache;
  g_free(here->moved);
  here->moved = g_strdup(folder);
}

/* --- asking the control thread --- */

typedef struct Question {
  void (*ask)(Control *control, void *answer);
  void           *answer;
  pthread_mutex_t lock;
  pthread_cond_t  changed;
  bool            done;
} Question;

static void
carry_out(Control *control, void *data)
{
  Question *question = data;

  question->ask(control, question->answer);
  pthread_mutex_lock(&question->lock);
  question->done = true;
  pthread_cond_signal(&question->changed);
  pthread_mutex_unlock(&question->lock);
}

static void
on_control(void (*ask)(Control *, void *), void *answer)
{
  Question question = { .ask = ask, .answer = answer };

  pthread_mutex_init(&question.lock, NULL);
  pthread_cond_init(&question.changed, NULL);
  control_invoke(house.control, carry_out, &question);
  pthread_mutex_lock(&question.lock);
  while (!question.done)
    pthread_cond_wait(&question.changed, &question.lock);
  pthread_mutex_unlock(&question.lock);
  pthread_mutex_destroy(&question.lock);
  pthread_cond_destroy(&question.changed);
}

static void
print_desk(Control *control, void *answer)
{
  *(char **)answer = session_print(control_desk(control), NULL);
}

static char *
desk_text(void)
{
  char *text = NULL;

  on_control(print_desk, &text);
  return text;
}

static void
copy_status(Control *control, void *answer)
{
  *(Status *)answer = *control_status(control);
}

static Status
status_now(void)
{
  Status status;

  on_control(copy_status, &status);
  return status;
}

/* Waits until the keeper has nothing to do and there are so many notices. */
static char *
wait_for_notice(guint count)
{
  char *last = NULL;

  for (int i = 0; i < 5000 && !last; i++) {
    pthread_mutex_lock(&house.lock);
    if (house.notices->len >= count)
      last = g_strdup(g_array_index(house.notices, char *, count - 1));
    pthread_mutex_unlock(&house.lock);
    if (!last)
      g_usleep(2000);
  }
  ck_assert_msg(last != NULL, "notice %u did not come", count);
  return last;
}

/* Waits until the desk has something, and returns all of it. */
static char *
wait_for_text(const char *part)
{
  char *text = desk_text();

  for (int i = 0; i < 5000 && !strstr(text, part); i++) {
    g_usleep(2000);
    g_free(text);
    text = desk_text();
  }
  return text;
}

static guint
notices(void)
{
  pthread_mutex_lock(&house.lock);
  const guint count = house.notices->len;
  pthread_mutex_unlock(&house.lock);
  return count;
}

static bool
is_open(const Status *status, const char *folder)
{
  return strcmp(status->session, folder) == 0;
}

static bool
wait_until(bool (*holds)(const Status *status, const char *text),
           const char *text)
{
  for (int i = 0; i < 5000; i++) {
    const Status status = status_now();
    if (holds(&status, text))
      return true;
    g_usleep(2000);
  }
  return false;
}

static bool
is_saved(const Status *status, const char *text)
{
  (void)text;
  return !status->saving && !status->modified;
}

static void
post(CommandKind kind, const char *text)
{
  control_post(house.control, &(Command){ .kind = kind, .text = text });
}

static void
post_fader(double value)
{
  control_post(house.control,
               &(Command){ .kind    = COMMAND_SET,
                           .address = desk_address(OWNER_STRIP, 1, CELL_FADER),
                           .number  = value });
}

/* --- the house --- */

static const char lines[] = "\"/strip/1/channels\": 1,\n"
                            "\"/strip/1/track\": \"audio/a.wav\",\n"
                            "\"/strip/2/channels\": 2,\n"
                            "\"/future\": [1]";

static void
setup(void)
{
  const ControlHooks hooks = { .save   = on_save,
                               .open   = on_open,
                               .import = on_import,
                               .notice = on_notice,
                               .self   = &house };
  const KeeperDesk   deeds = { open_desk, move_desk, &house };
  char              *error = NULL;
  Desk              *desk;

  house         = (House){ .folder = scratch_new() };
  house.session = scratch_path(house.folder, "one");
  house.notices = g_array_new(FALSE, FALSE, sizeof(char *));
  pthread_mutex_init(&house.lock, NULL);
  scratch_session(house.session, lines);
  char *audio = scratch_path(house.session, "audio");
  char *file  = scratch_path(audio, "a.wav");
  g_mkdir_with_parents(audio, 0755);
  scratch_audio(file, &(ScratchAudio){ .channels = 1, .frames = 100 });
  g_free(file);
  g_free(audio);
  house.keeper = keeper_new(house.session, &desk, &error);
  ck_assert_msg(house.keeper != NULL, "%s", error);
  house.control = control_new(desk);
  control_set_hooks(house.control, &hooks);
  keeper_announce(house.keeper, house.control, "127.0.0.1", 9777);
  ck_assert_int_eq(keeper_start(house.keeper, house.control, &deeds), 0);
  ck_assert_int_eq(control_start(house.control), 0);
}

static bool
close_house(char **error)
{
  control_stop(house.control);
  const bool done = keeper_finish(house.keeper, error);
  control_free(house.control);
  keeper_free(house.keeper);
  house.control = NULL;
  house.keeper  = NULL;
  return done;
}

static void
teardown(void)
{
  char *error = NULL;

  if (house.control)
    close_house(&error);
  for (guint i = 0; i < house.notices->len; i++)
    g_free(g_array_index(house.notices, char *, i));
  g_array_free(house.notices, TRUE);
  g_free(error);
  g_free(house.moved);
  g_free(house.session);
  scratch_free(house.folder);
}

static char *
file_text(const char *session)
{
  char *path = scratch_path(session, "session.json");
  char *text = scratch_read(path, NULL);

  g_free(path);
  return text;
}

static void
assert_holds(const char *session, const char *line)
{
  char *text = file_text(session);

  ck_assert_msg(strstr(text, line) != NULL, "%s lacks %s", text, line);
  g_free(text);
}

/* A session beside the open one. */
static char *
another(const char *name, const char *with)
{
  char *session = scratch_path(house.folder, name);

  scratch_session(session, with);
  return session;
}

/* --- broken ones --- */

START_TEST(a_broken_session_leaves_the_desk_alone)
{
  char *place = scratch_path(house.folder, "broken");
  char *path  = broken_make_session((unsigned)_i, place);

  post_fader(-7.25);
  char *before = desk_text();
  post(COMMAND_OPEN, place);
  char       *notice = wait_for_notice(1);
  const char *lacks  = broken_lacks(&broken_sessions[_i], path, notice);
  if (!broken_sessions[_i].make || access(path, F_OK) == 0)
    ck_assert_msg(
      !lacks, "%s: \"%s\" lacks %s", broken_sessions[_i].name, notice, lacks);
  char        *after  = desk_text();
  const Status status = status_now();
  ck_assert_str_eq(before, after);
  ck_assert_str_eq(status.session, house.session);
  ck_assert(status.modified);
  g_free(after);
  g_free(notice);
  g_free(before);
  g_free(path);
  g_free(place);
}
END_TEST

START_TEST(broken_audio_leaves_the_desk_alone)
{
  char *path   = broken_make_audio((unsigned)_i, house.folder);
  char *before = desk_text();

  post(COMMAND_IMPORT, path);
  char       *notice = wait_for_notice(1);
  const char *lacks  = broken_lacks(&broken_audio[_i], path, notice);
  ck_assert_msg(!lacks, "\"%s\" lacks %s", notice, lacks);
  char *after = desk_text();
  char *audio = scratch_path(house.session, "audio");
  ck_assert_str_eq(before, after);
  ck_assert_uint_eq(scratch_count(audio), 1);
  g_free(audio);
  g_free(after);
  g_free(notice);
  g_free(before);
  g_free(path);
}
END_TEST

START_TEST(an_engine_that_refuses)
{
  char *two    = another("two", "\"/main/fader\": -3");
  char *before = desk_text();
  char *error  = NULL;

  house.refuse = true;
  post(COMMAND_OPEN, two);
  char *notice = wait_for_notice(1);
  char *after  = desk_text();
  ck_assert_str_eq(notice, "The engine is not in the mood.");
  ck_assert_str_eq(before, after);
  /* Nobody holds the other one any more. */
  SessionLock *lock = NULL;
  for (int i = 0; i < 1000 && !lock; i++, g_usleep(2000)) {
    g_clear_pointer(&error, g_free);
    lock = session_lock(two, NULL, &error);
  }
  ck_assert_msg(lock != NULL, "%s", error);
  session_unlock(lock);
  g_free(after);
  g_free(notice);
  g_free(before);
  g_free(two);
}
END_TEST

/* --- saving --- */

START_TEST(saving)
{
  SessionHolder holder;

  ck_assert(session_holder(house.session, &holder));
  ck_assert_int_eq(holder.osc_port, 9777);
  post_fader(-4.5);
  ck_assert(status_now().modified);
  post(COMMAND_SAVE, NULL);
  ck_assert(wait_until(is_saved, NULL));
  assert_holds(house.session, "\"/strip/1/fader\": -4.5");
  assert_holds(house.session, "\"/future\": [1]");
  ck_assert_uint_eq(notices(), 0);
}
END_TEST

/* A folder where session.json should be: what is saved then fails. */
static void
block(const char *session)
{
  char *path = scratch_path(session, "session.json");

  unlink(path);
  g_mkdir_with_parents(path, 0755);
  g_free(path);
}

START_TEST(a_save_that_fails_is_told_and_not_forgotten)
{
  char *error = NULL;

  post_fader(-4.5);
  block(house.session);
  post(COMMAND_SAVE, NULL);
  char *notice = wait_for_notice(1);
  ck_assert_msg(scratch_is_sentence(notice), "%s", notice);
  ck_assert_ptr_nonnull(strstr(notice, house.session));
  ck_assert(status_now().modified);
  ck_assert(!close_house(&error));
  ck_assert(scratch_is_sentence(error));
  g_free(error);
  g_free(notice);
}
END_TEST

START_TEST(what_was_changed_is_saved_at_the_end)
{
  char *error = NULL;

  post_fader(-11.125);
  ck_assert(close_house(&error));
  assert_holds(house.session, "\"/strip/1/fader\": -11.125");
  SessionHolder holder;
  ck_assert(!session_holder(house.session, &holder));
}
END_TEST

START_TEST(nothing_changed_nothing_written)
{
  char       *path  = scratch_path(house.session, "session.json");
  char       *error = NULL;
  struct stat before, after;

  ck_assert_int_eq(stat(path, &before), 0);
  ck_assert(close_house(&error));
  ck_assert_int_eq(stat(path, &after), 0);
  ck_assert_uint_eq(before.st_ino, after.st_ino);
  g_free(path);
}
END_TEST

/* Saves and closing in one breath: the last state is on the disk. */
START_TEST(saves_at_the_end_come_in_order)
{
  char *error = NULL;

  for (int i = 0; i < 20; i++) {
    post_fader(-i);
    post(COMMAND_SAVE, NULL);
  }
  post_fader(-33);
  ck_assert(close_house(&error));
  assert_holds(house.session, "\"/strip/1/fader\": -33");
}
END_TEST

START_TEST(saving_elsewhere_takes_the_audio_along)
{
  char         *two  = scratch_path(house.folder, "deep/two");
  char         *file = scratch_path(two, "audio/a.wav");
  SessionHolder holder;

  post_fader(-5);
  post(COMMAND_SAVE, two);
  post_fader(-6);
  post(COMMAND_SAVE, NULL); /* behind it: goes where that led */
  ck_assert(wait_until(is_open, two));
  ck_assert(wait_until(is_saved, NULL));
  assert_holds(two, "\"/strip/1/fader\": -6");
  assert_holds(two, "\"/future\": [1]");
  ck_assert(g_file_test(file, G_FILE_TEST_IS_REGULAR));
  ck_assert_str_eq(house.moved, two);
  ck_assert(!session_holder(house.session, &holder));
  ck_assert(session_holder(two, &holder));
  ck_assert_int_eq(holder.osc_port, 9777);
  char *old = file_text(house.session);
  ck_assert_ptr_null(strstr(old, "fader"));
  ck_assert_uint_eq(notices(), 0);

  /* What is imported now lands there. */
  char *more = scratch_path(house.folder, "more.wav");
  scratch_audio(more, &(ScratchAudio){ .channels = 2, .frames = 10 });
  post(COMMAND_IMPORT, more);
  post(COMMAND_SAVE, NULL);
  char *error = NULL;
  g_free(wait_for_text("more.wav"));
  ck_assert(close_house(&error));
  assert_holds(two, "\"/strip/3/track\": \"audio/more.wav\"");
  g_free(more);
  g_free(old);
  g_free(file);
  g_free(two);
}
END_TEST

START_TEST(saving_where_something_is_is_refused)
{
  char *two    = another("two", "\"/main/fader\": -3");
  char *before = file_text(two);

  post(COMMAND_SAVE, two);
  char *notice = wait_for_notice(1);
  ck_assert(scratch_is_sentence(notice));
  ck_assert_ptr_nonnull(strstr(notice, two));
  char *after = file_text(two);
  ck_assert_str_eq(before, after);
  ck_assert_str_eq(status_now().session, house.session);
  /* The own folder by another spelling is no other. */
  char *same = g_strdup_printf("%s/../one/", house.session);
  post_fader(-2);
  post(COMMAND_SAVE, same);
  ck_assert(wait_until(is_saved, NULL));
  assert_holds(house.session, "\"/strip/1/fader\": -2");
  ck_assert_uint_eq(notices(), 1);
  g_free(same);
  g_free(after);
  g_free(notice);
  g_free(before);
  g_free(two);
}
END_TEST

/* --- opening --- */

START_TEST(opening_another_saves_this_one)
{
  char         *two = another("two", "\"/main/fader\": -3,\n\"/other\": 1.50");
  SessionHolder holder;

  post_fader(-8);
  post(COMMAND_OPEN, two);
  ck_assert(wait_until(is_open, two));
  char *text = desk_text();
  ck_assert_ptr_nonnull(strstr(text, "\"/main/fader\": -3"));
  ck_assert_ptr_null(strstr(text, "/strip/1"));
  ck_assert(!status_now().modified);
  assert_holds(house.session, "\"/strip/1/fader\": -8");
  ck_assert(session_holder(two, &holder));
  for (int i = 0; i < 1000 && session_holder(house.session, &holder); i++)
    g_usleep(2000);
  ck_assert(!session_holder(house.session, &holder));
  control_post(house.control,
               &(Command){ .kind    = COMMAND_SET,
                           .address = desk_address(OWNER_MAIN, 0, CELL_MUTE),
                           .number  = 1 });
  post(COMMAND_SAVE, NULL);
  ck_assert(wait_until(is_saved, NULL));
  assert_holds(two, "\"/main/mute\": true");
  assert_holds(two, "\"/other\": 1.50");
  g_free(text);
  g_free(two);
}
END_TEST

START_TEST(what_cannot_be_saved_is_not_left)
{
  char *two = another("two", "\"/main/fader\": -3");

  post_fader(-8);
  block(house.session);
  post(COMMAND_OPEN, two);
  char *notice = wait_for_notice(1);
  ck_assert_ptr_nonnull(strstr(notice, house.session));
  char *text = desk_text();
  ck_assert_ptr_nonnull(strstr(text, "\"/strip/1/fader\": -8"));
  ck_assert_str_eq(status_now().session, house.session);
  g_free(text);
  g_free(notice);
  g_free(two);
}
END_TEST

START_TEST(the_open_one_is_not_opened_twice)
{
  post(COMMAND_OPEN, house.session);
  char *notice = wait_for_notice(1);
  ck_assert(scratch_is_sentence(notice));
  ck_assert_ptr_nonnull(strstr(notice, "already"));
  g_free(notice);
}
END_TEST

START_TEST(opening_many_at_once)
{
  char *error = NULL;
  char *last  = NULL;

  for (int i = 0; i < 12; i++) {
    char *name = g_strdup_printf("s%d", i % 4);
    g_free(last);
    last = another(name, "\"/strip/1/channels\": 1");
    post(COMMAND_OPEN, last);
    post_fader(-i);
    post(COMMAND_SAVE, NULL);
    g_free(name);
  }
  ck_assert(close_house(&error));
  for (int i = 0; i < 4; i++) {
    SessionHolder holder;
    char         *name = g_strdup_printf("s%d", i);
    char         *path = scratch_path(house.folder, name);
    Desk         *desk = session_load(path, NULL, &error);
    ck_assert_msg(desk != NULL, "%s", error);
    ck_assert(!session_holder(path, &holder));
    desk_free(desk);
    g_free(path);
    g_free(name);
  }
  g_free(last);
}
END_TEST

/* --- importing --- */

START_TEST(importing_while_running)
{
  char *file = scratch_path(house.folder, "07 lead vox.wav");
  char *many = scratch_path(house.folder, "stage.wav");

  scratch_audio(file, &(ScratchAudio){ .channels = 1, .frames = 10 });
  scratch_audio(many, &(ScratchAudio){ .channels = 3, .frames = 10 });
  post(COMMAND_IMPORT, file);
  post(COMMAND_IMPORT, many);
  char *text = wait_for_text("/strip/6/track");
  ck_assert_ptr_nonnull(strstr(text, "\"/strip/3/name\": \"Lead vox\""));
  ck_assert_ptr_nonnull(
    strstr(text, "\"/strip/3/track\": \"audio/07 lead vox.wav\""));
  ck_assert_ptr_nonnull(strstr(text, "\"/strip/3/channels\": 1"));
  ck_assert_ptr_nonnull(
    strstr(text, "\"/strip/6/track\": \"audio/stage.wav#3\""));
  ck_assert(status_now().modified);
  g_free(text);
  g_free(many);
  g_free(file);
}
END_TEST

static Suite *
keeper_suite(void)
{
  Suite *suite = suite_create("keeper");
  TCase *bad   = tcase_create("broken");
  TCase *tests = tcase_create("keeper");

  tcase_add_checked_fixture(bad, setup, teardown);
  tcase_add_loop_test(
    bad, a_broken_session_leaves_the_desk_alone, 0, (int)broken_session_count);
  tcase_add_loop_test(
    bad, broken_audio_leaves_the_desk_alone, 0, (int)broken_audio_count);
  tcase_add_test(bad, an_engine_that_refuses);
  tcase_set_timeout(bad, 60);
  suite_add_tcase(suite, bad);
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, saving);
  tcase_add_test(tests, a_save_that_fails_is_told_and_not_forgotten);
  tcase_add_test(tests, what_was_changed_is_saved_at_the_end);
  tcase_add_test(tests, nothing_changed_nothing_written);
  tcase_add_test(tests, saves_at_the_end_come_in_order);
  tcase_add_test(tests, saving_elsewhere_takes_the_audio_along);
  tcase_add_test(tests, saving_where_something_is_is_refused);
  tcase_add_test(tests, opening_another_saves_this_one);
  tcase_add_test(tests, what_cannot_be_saved_is_not_left);
  tcase_add_test(tests, the_open_one_is_not_opened_twice);
  tcase_add_test(tests, opening_many_at_once);
  tcase_add_test(tests, importing_while_running);
  tcase_set_timeout(tests, 60);
  suite_add_tcase(suite, tests);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(keeper_suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
