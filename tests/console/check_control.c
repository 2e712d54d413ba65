/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "console/control.h"

static const Who hand = { ORIGIN_SCREEN, 3 };

static Control *control;

/* A face of another thread: a feed, and waiting until it has something. */
typedef struct Face {
  Feed           *feed;
  pthread_mutex_t lock;
  pthread_cond_t  woken;
  bool            something;
} Face;

static void
wake(void *data)
{
  Face *face = data;

  pthread_mutex_lock(&face->lock);
  face->something = true;
  pthread_cond_signal(&face->woken);
  pthread_mutex_unlock(&face->lock);
}

static void
face_init(Face *face)
{
  pthread_mutex_init(&face->lock, NULL);
  pthread_cond_init(&face->woken, NULL);
  face->something = false;
  face->feed      = feed_new(wake, face);
}

static void
face_cleanup(Face *face)
{
  feed_free(face->feed);
  pthread_cond_destroy(&face->woken);
  pthread_mutex_destroy(&face->lock);
}

static void
face_wait(Face *face)
{
  pthread_mutex_lock(&face->lock);
  while (!face->something)
    pthread_cond_wait(&face->woken, &face->lock);
  face->something = false;
  pthread_mutex_unlock(&face->lock);
}

/* Waits until the feed tells of this, and returns the number or a copy of the
   text. */
static double
await(Face *face, FeedKind kind, Address address, char **text)
{
  for (;;) {
    size_t    count;
    FeedItem *items  = feed_take(face->feed, &count);
    bool      found  = false;
    double    number = 0;

    for (size_t i = 0; i < count; i++)
      if (items[i].kind == kind && address_equal(items[i].address, address)) {
        found  = true;
        number = items[i].number;
        if (text)
          *text = g_strdup(items[i].text);
      }
    feed_items_free(items, count);
    if (found)
      return number;
    face_wait(face);
  }
}

static void
await_notice(Face *face, unsigned serial, Status *status)
{
  while (!feed_take_status(face->feed, status) ||
         status->notice_serial < serial)
    face_wait(face);
}

static void
post_set(Address address, double number)
{
  Command command = {
    .kind = COMMAND_SET, .address = address, .number = number, .who = hand
  };

  control_post(control, &command);
}

static void
post(CommandKind kind,
     Owner       owner,
     unsigned    number,
     unsigned    cell,
     const char *text)
{
  Command command = { .kind    = kind,
                      .address = desk_address(owner, number, cell),
                      .text    = text,
                      .who     = hand };

  control_post(control, &command);
}

static void
setup(void)
{
  control = control_new(NULL);
}

static void
start(void)
{
  setup();
  ck_assert_int_eq(control_start(control), 0);
}

static void
teardown(void)
{
  control_free(control);
}

static const Address reset = { 0, 0, 0 };

START_TEST(commands_come_back_through_the_feed)
{
  Face    face;
  char   *text   = NULL;
  char    name[] = "Drums";
  Address fader  = desk_address(OWNER_MAIN, 0, CELL_FADER);

  face_init(&face);
  control_subscribe(control, face.feed);
  await(&face, FEED_RESET, reset, NULL);
  post(COMMAND_ADD, OWNER_STRIP, 0, 0, NULL);
  await(&face, FEED_ADDED, desk_address(OWNER_STRIP, 1, 0), NULL);
  post_set(fader, -3);
  ck_assert_double_eq(await(&face, FEED_VALUE, fader, NULL), -3);
  post(COMMAND_SET_TEXT, OWNER_STRIP, 1, CELL_NAME, name);
  strcpy(name, "-----"); /* the command was a copy */
  await(&face, FEED_VALUE, desk_address(OWNER_STRIP, 1, CELL_NAME), &text);
  ck_assert_str_eq(text, "Drums");
  post(COMMAND_REMOVE, OWNER_STRIP, 1, 0, NULL);
  await(&face, FEED_REMOVED, desk_address(OWNER_STRIP, 1, 0), NULL);
  control_unsubscribe(control, face.feed);
  face_cleanup(&face);
  g_free(text);
}
END_TEST

START_TEST(what_is_refused_is_said)
{
  Face   face;
  Status status;

  face_init(&face);
  control_subscribe(control, face.feed);
  post_set(desk_address(OWNER_STRIP, 9, CELL_FADER), 0);
  await_notice(&face, 1, &status);
  ck_assert_str_eq(status.notice, "/strip/9/fader: there is no Strip 9.");
  ck_assert(!status.modified);
  post(COMMAND_REMOVE, OWNER_MAIN, 0, 0, NULL);
  await_notice(&face, 2, &status);
  ck_assert_str_eq(status.notice, "Main belongs to every desk and stays.");
  post(COMMAND_OPEN, OWNER_DESK, 0, 0, "/nowhere");
  await_notice(&face, 3, &status);
  ck_assert_str_eq(status.notice, "This desk cannot open another session.");
  control_unsubscribe(control, face.feed);
  face_cleanup(&face);
}
END_TEST

START_TEST(what_is_saved_is_marked_as_modified)
{
  static const struct {
    Owner    owner;
    unsigned cell;
    double   value;
    bool     saved;
  } cases[] = {
    { OWNER_MONITOR, CELL_DIM, 1, false }, /* of the moment */
    { OWNER_TRANSPORT, CELL_PLAY, 1, false },
    { OWNER_MAIN, CELL_FADER, -3, true },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    desk_set(control_desk(control),
             desk_address(cases[i].owner, 0, cases[i].cell),
             cases[i].value,
             hand,
             NULL);
    ck_assert(control_status(control)->modified == cases[i].saved);
  }
}
END_TEST

static void
note(Control *which, void *data)
{
  GString *order = data;

  (void)which;
  g_string_append_c(order, (char)('a' + order->len % 26));
}

static void
note_command(void *self, const Change *change)
{
  g_string_append_c(self, change->number > 0 ? '+' : '-');
}

START_TEST(tasks_and_commands_keep_their_order)
{
  GString *order = g_string_new(NULL);

  control_observe_desk(control, note_command, NULL, order);
  for (int i = 1; i <= 4; i++) {
    post_set(desk_address(OWNER_MAIN, 0, CELL_MUTE), i % 2);
    control_invoke(control, note, order);
  }
  ck_assert_uint_eq(order->len, 0);
  ck_assert_int_eq(control_start(control), 0);
  control_stop(control);
  ck_assert_str_eq(order->str, "+b-d+f-h");
  /* Nobody listens any more, and nobody is held up. */
  control_invoke(control, note, order);
  post_set(desk_address(OWNER_MAIN, 0, CELL_MUTE), 1);
  ck_assert_uint_eq(order->len, 8);
  g_string_free(order, TRUE);
}
END_TEST

static void
hook_text(void *self, const char *text)
{
  g_string_append_printf(self, "[%s]", text ? text : "-");
}

static void
hook_quit(void *self)
{
  g_string_append(self, "quit");
}

START_TEST(hooks_do_what_the_desk_cannot)
{
  GString     *said  = g_string_new(NULL);
  ControlHooks hooks = { hook_text, hook_text, hook_text,
                         hook_quit, hook_text, said };

  control_set_hooks(control, &hooks);
  post(COMMAND_SAVE, OWNER_DESK, 0, 0, NULL);
  post(COMMAND_SAVE, OWNER_DESK, 0, 0, "/a");
  post(COMMAND_OPEN, OWNER_DESK, 0, 0, "/b");
  post(COMMAND_IMPORT, OWNER_DESK, 0, 0, "/c.wav");
  post_set(desk_address(OWNER_DCA, 9, CELL_FADER), 0);
  post(COMMAND_QUIT, OWNER_DESK, 0, 0, NULL);
  ck_assert_int_eq(control_start(control), 0);
  control_stop(control);
  ck_assert_str_eq(said->str,
                   "[-][/a][/b][/c.wav][/dca/9/fader: there is no DCA 9.]quit");
  g_string_free(said, TRUE);
}
END_TEST

typedef struct Follower {
  Desk    *desk;
  unsigned changes;
  unsigned replaced;
} Follower;

static void
count_change(void *self, const Change *change)
{
  (void)change;
  ((Follower *)self)->changes++;
}

static void
follow_desk(void *self, Desk *desk)
{
  Follower *follower = self;

  /* The old one is still there. */
  ck_assert_uint_eq(desk_count(follower->desk, OWNER_DCA), 8);
  follower->desk = desk;
  follower->replaced++;
}

static void
replace(Control *which, void *data)
{
  control_replace_desk(which, data);
}

START_TEST(another_desk_takes_the_place)
{
  Desk    *other    = desk_new();
  Follower follower = { .desk = control_desk(control) };
  Follower left     = follower;
  Face     face;
  Address  strip = desk_address(OWNER_STRIP, 4, 0);
  Address  trim  = desk_address(OWNER_STRIP, 4, CELL_TRIM);
  Status   status;

  control_observe_desk(control, count_change, follow_desk, &follower);
  control_observe_desk(control, count_change, follow_desk, &left);
  control_unobserve_desk(control, count_change, &left);
  face_init(&face);
  control_subscribe(control, face.feed);
  ck_assert_int_eq(control_start(control), 0);
  post_set(desk_address(OWNER_MAIN, 0, CELL_FADER), -3);
  await(&face, FEED_VALUE, desk_address(OWNER_MAIN, 0, CELL_FADER), NULL);
  desk_add(other, OWNER_STRIP, 4, hand, NULL);
  desk_set(other, trim, 6, hand, NULL);
  control_invoke(control, replace, other);
  await(&face, FEED_ADDED, strip, NULL);
  post_set(trim, 7);
  ck_assert_double_eq(await(&face, FEED_VALUE, trim, NULL), 7);
  control_stop(control);
  ck_assert_ptr_eq(control_desk(control), other);
  ck_assert_ptr_eq(follower.desk, other);
  ck_assert_uint_eq(follower.replaced, 1);
  ck_assert_uint_eq(follower.changes, 2);
  ck_assert_uint_eq(left.changes + left.replaced, 0);
  ck_assert(feed_take_status(face.feed, &status));
  ck_assert(status.modified); /* by the trim, not by the opening */
  control_unsubscribe(control, face.feed);
  face_cleanup(&face);
}
END_TEST

START_TEST(a_feed_hears_after_the_engine)
{
  /* Whoever observes the desk before the start comes before the feeds. */
  Follower engine = { 0 };
  Face     face;
  Address  fader = desk_address(OWNER_MAIN, 0, CELL_FADER);

  face_init(&face);
  desk_observe(control_desk(control), count_change, &engine);
  control_subscribe(control, face.feed);
  ck_assert_int_eq(control_start(control), 0);
  for (int i = 1; i <= 50; i++) {
    post_set(fader, -i);
    await(&face, FEED_VALUE, fader, NULL);
    ck_assert_uint_eq(engine.changes, (unsigned)i);
  }
  control_unsubscribe(control, face.feed);
  control_stop(control);
  face_cleanup(&face);
}
END_TEST

static void
count_tick(void *self)
{
  ++*(int *)self;
}

START_TEST(meters_go_to_all)
{
  MeterItem  items[2] = { { .owner = OWNER_STRIP, .number = 1 },
                          { .owner = OWNER_MAIN } };
  MeterItem *taken    = NULL;
  size_t     count, room = 0;
  int        ticks = 0;
  Face       face;

  items[1].values.out[0] = 0.5f;
  face_init(&face);
  control_subscribe(control, face.feed);
  ck_assert_int_eq(control_start(control), 0);
  control_stop(control);
  control_set_meter_tick(control, count_tick, &ticks);
  control_put_meters(control, items, 2);
  control_put_meters(control, items, 2);
  ck_assert_int_eq(ticks, 2);
  ck_assert_float_eq(control_meters(control, &count)[1].values.out[0], 0.5f);
  ck_assert_uint_eq(count, 2);
  ck_assert_uint_eq(feed_take_meters(face.feed, &taken, &room), 2);
  ck_assert_float_eq(taken[1].values.out[0], 0.5f);
  g_free(taken);
  control_unsubscribe(control, face.feed);
  face_cleanup(&face);
}
END_TEST

/* Many hands at once: each thread turns a strip of its own, and comes and goes
   with a feed. */
enum { HANDS = 4, TURNS = 300 };

static void *
run_hand(void *data)
{
  unsigned number = 1 + *(const unsigned *)data;
  Address  fader  = desk_address(OWNER_STRIP, number, CELL_FADER);
  Face     face;

  for (int round = 0; round < 5; round++) {
    face_init(&face);
    control_subscribe(control, face.feed);
    for (int turn = 1; turn <= TURNS; turn++)
      post_set(fader, -turn / 10.0);
    while (await(&face, FEED_VALUE, fader, NULL) != -TURNS / 10.0)
      continue;
    control_unsubscribe(control, face.feed);
    face_cleanup(&face);
    post_set(fader, 0);
  }
  return NULL;
}

START_TEST(many_hands_at_once)
{
  pthread_t threads[HANDS];
  unsigned  numbers[HANDS];

  for (unsigned i = 0; i < HANDS; i++) {
    numbers[i] = i;
    post(COMMAND_ADD, OWNER_STRIP, i + 1, 0, NULL);
    ck_assert_int_eq(pthread_create(&threads[i], NULL, run_hand, &numbers[i]),
                     0);
  }
  for (unsigned i = 0; i < HANDS; i++)
    pthread_join(threads[i], NULL);
  control_stop(control);
  for (unsigned i = 0; i < HANDS; i++)
    ck_assert_double_eq(desk_get(control_desk(control),
                                 desk_address(OWNER_STRIP, i + 1, CELL_FADER)),
                        0);
}
END_TEST

START_TEST(starting_and_stopping_at_once_is_safe)
{
  for (int i = 0; i < 100; i++) {
    Control *brief = control_new(NULL);

    if (i % 3)
      ck_assert_int_eq(control_start(brief), 0);
    if (i % 2)
      control_stop(brief);
    control_free(brief);
  }
}
END_TEST

static Suite *
suite(void)
{
  Suite *s       = suite_create("control");
  TCase *running = tcase_create("running");
  TCase *waiting = tcase_create("waiting");

  tcase_add_checked_fixture(running, start, teardown);
  tcase_set_timeout(running, 60);
  tcase_add_test(running, commands_come_back_through_the_feed);
  tcase_add_test(running, what_is_refused_is_said);
  tcase_add_test(running, many_hands_at_once);
  suite_add_tcase(s, running);
  tcase_add_checked_fixture(waiting, setup, teardown);
  tcase_set_timeout(waiting, 60);
  tcase_add_test(waiting, what_is_saved_is_marked_as_modified);
  tcase_add_test(waiting, tasks_and_commands_keep_their_order);
  tcase_add_test(waiting, hooks_do_what_the_desk_cannot);
  tcase_add_test(waiting, another_desk_takes_the_place);
  tcase_add_test(waiting, a_feed_hears_after_the_engine);
  tcase_add_test(waiting, meters_go_to_all);
  tcase_add_test(waiting, starting_and_stopping_at_once_is_safe);
  suite_add_tcase(s, waiting);
  return s;
}

int
main(void)
{
  SRunner *runner = srunner_create(suite());
  int      failed;

  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
