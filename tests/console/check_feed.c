/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "console/feed.h"

static const Who hand = { ORIGIN_OSC, 7 };

static Desk *desk;
static Feed *feed;
static int   wakes;

static void
count_wake(void *data)
{
  ++*(int *)data;
}

static void
relay(void *self, const Change *change)
{
  feed_put_change(self, change);
}

static void
setup(void)
{
  wakes = 0;
  desk  = desk_new();
  feed  = feed_new(count_wake, &wakes);
  desk_observe(desk, relay, feed);
}

static void
teardown(void)
{
  feed_free(feed);
  desk_free(desk);
}

static void
set(Owner owner, unsigned number, unsigned cell, double value)
{
  ck_assert(
    desk_set(desk, desk_address(owner, number, cell), value, hand, NULL));
}

static bool
is(const FeedItem *item, FeedKind kind, Owner owner, unsigned number)
{
  return item->kind == kind && item->address.owner == owner &&
         item->address.number == number;
}

START_TEST(only_the_newest_value_is_taken)
{
  size_t    count;
  FeedItem *items;

  for (int i = 1; i <= 1000; i++) {
    set(OWNER_MAIN, 0, CELL_FADER, -i / 1000.0);
    set(OWNER_MAIN, 0, CELL_PAN, i / 10.0);
  }
  ck_assert_int_eq(wakes, 1);
  items = feed_take(feed, &count);
  ck_assert_uint_eq(count, 2);
  ck_assert(is(&items[0], FEED_VALUE, OWNER_MAIN, 0));
  ck_assert_uint_eq(items[0].address.cell, CELL_FADER);
  ck_assert_double_eq(items[0].number, -1);
  ck_assert_double_eq(items[1].number, 100);
  ck_assert_uint_eq(items[1].who.client, 7);
  feed_items_free(items, count);
  ck_assert_ptr_null(feed_take(feed, &count));
  ck_assert_uint_eq(count, 0);
  set(OWNER_MAIN, 0, CELL_FADER, -2);
  ck_assert_int_eq(wakes, 2);
}
END_TEST

START_TEST(texts_are_copies)
{
  char      name[] = "Kick";
  size_t    count;
  FeedItem *items;

  desk_set_text(desk, desk_address(OWNER_MAIN, 0, CELL_NAME), name, hand, NULL);
  strcpy(name, "Snar");
  desk_set_text(desk, desk_address(OWNER_MAIN, 0, CELL_NAME), name, hand, NULL);
  desk_free(desk);
  items = feed_take(feed, &count);
  ck_assert_uint_eq(count, 1);
  ck_assert_str_eq(items[0].text, "Snar");
  feed_items_free(items, count);
  desk = desk_new();
}
END_TEST

START_TEST(structure_comes_before_values)
{
  size_t    count;
  FeedItem *items;

  set(OWNER_MAIN, 0, CELL_FADER, -1);
  desk_add(desk, OWNER_STRIP, 1, hand, NULL);
  set(OWNER_STRIP, 1, CELL_FADER, -2);
  desk_add(desk, OWNER_STRIP, 2, hand, NULL);
  items = feed_take(feed, &count);
  ck_assert_uint_eq(count, 4);
  ck_assert(is(&items[0], FEED_ADDED, OWNER_STRIP, 1));
  ck_assert(is(&items[1], FEED_ADDED, OWNER_STRIP, 2));
  ck_assert(is(&items[2], FEED_VALUE, OWNER_MAIN, 0));
  ck_assert(is(&items[3], FEED_VALUE, OWNER_STRIP, 1));
  feed_items_free(items, count);
}
END_TEST

START_TEST(what_is_gone_leaves_no_values)
{
  size_t    count;
  FeedItem *items;

  desk_add(desk, OWNER_STRIP, 1, hand, NULL);
  items = feed_take(feed, &count);
  feed_items_free(items, count);
  set(OWNER_STRIP, 1, CELL_FADER, -2);
  desk_set_text(desk, desk_address(OWNER_STRIP, 1, CELL_NAME), "a", hand, NULL);
  set(OWNER_MAIN, 0, CELL_FADER, -1);
  set(OWNER_STRIP, 1, CELL_PAN, -2);
  desk_remove(desk, OWNER_STRIP, 1, hand, NULL);
  desk_add(desk, OWNER_STRIP, 1, hand, NULL);
  set(OWNER_MAIN, 0, CELL_FADER, -3);
  set(OWNER_STRIP, 1, CELL_MUTE, 1);
  items = feed_take(feed, &count);
  ck_assert_uint_eq(count, 4);
  ck_assert(is(&items[0], FEED_REMOVED, OWNER_STRIP, 1));
  ck_assert(is(&items[1], FEED_ADDED, OWNER_STRIP, 1));
  ck_assert(is(&items[2], FEED_VALUE, OWNER_MAIN, 0));
  ck_assert_double_eq(items[2].number, -3);
  ck_assert_uint_eq(items[3].address.cell, CELL_MUTE);
  feed_items_free(items, count);
}
END_TEST

START_TEST(a_frozen_face_holds_little)
{
  size_t    count;
  FeedItem *items;

  desk_add(desk, OWNER_STRIP, 5, hand, NULL);
  items = feed_take(feed, &count);
  feed_items_free(items, count);
  for (int round = 0; round < 3000; round++) {
    unsigned number = desk_add(desk, OWNER_STRIP, 0, hand, NULL);

    set(OWNER_STRIP, number, CELL_FADER, -1);
    desk_remove(desk, OWNER_STRIP, number, hand, NULL);
    desk_remove(desk, OWNER_STRIP, 5, hand, NULL);
    desk_add(desk, OWNER_STRIP, 5, hand, NULL);
    set(OWNER_STRIP, 5, CELL_FADER, -1);
    set(OWNER_STRIP, 5, CELL_FADER, -round / 100.0);
  }
  items = feed_take(feed, &count);
  ck_assert_uint_eq(count, 3);
  ck_assert(is(&items[0], FEED_REMOVED, OWNER_STRIP, 5));
  ck_assert(is(&items[1], FEED_ADDED, OWNER_STRIP, 5));
  ck_assert(is(&items[2], FEED_VALUE, OWNER_STRIP, 5));
  feed_items_free(items, count);
}
END_TEST

START_TEST(a_desk_is_put_whole_and_replaces_what_waits)
{
  Desk     *other = desk_new();
  size_t    count;
  FeedItem *items;

  set(OWNER_MAIN, 0, CELL_FADER, -1);
  desk_add(desk, OWNER_STRIP, 1, hand, NULL);
  desk_add(other, OWNER_BUS, 3, hand, NULL);
  desk_set(other, desk_address(OWNER_BUS, 3, CELL_TRIM), 2, hand, NULL);
  desk_set_text(
    other, desk_address(OWNER_BUS, 3, CELL_NAME), "Verb", hand, NULL);
  feed_put_desk(feed, other);
  desk_free(other);
  ck_assert_int_eq(wakes, 1);
  items = feed_take(feed, &count);
  /* RESET; main, monitor, 8 DCAs, 6 mute groups, transport, desk, the bus; and
     two values. */
  ck_assert_uint_eq(count, 1 + 19 + 2);
  ck_assert_int_eq(items[0].kind, FEED_RESET);
  ck_assert(is(&items[1], FEED_ADDED, OWNER_BUS, 3));
  ck_assert(is(&items[20], FEED_VALUE, OWNER_BUS, 3));
  ck_assert_str_eq(items[20].text, "Verb");
  ck_assert_ptr_null(items[21].text);
  ck_assert_double_eq(items[21].number, 2);
  feed_items_free(items, count);
}
END_TEST

START_TEST(a_status_is_taken_once)
{
  Status status = { .position = 1.5 }, taken;

  ck_assert(!feed_take_status(feed, &taken));
  feed_put_status(feed, &status);
  status.position = 2.5;
  feed_put_status(feed, &status);
  ck_assert_int_eq(wakes, 1);
  ck_assert(feed_take_status(feed, &taken));
  ck_assert_double_eq(taken.position, 2.5);
  ck_assert(!feed_take_status(feed, &taken));
}
END_TEST

static MeterItem
meter(Owner owner, unsigned number, float level)
{
  MeterItem item = { .owner = owner, .number = number };

  item.values.in[0]  = level;
  item.values.out[1] = 2 * level;
  item.values.gate   = 10 * level;
  item.values.over   = level > 1;
  return item;
}

START_TEST(meters_are_the_highest_since_the_last_taking)
{
  MeterItem  first[]  = { meter(OWNER_STRIP, 1, 0.5f),
                          meter(OWNER_STRIP, 2, 1.5f) };
  MeterItem  second[] = { meter(OWNER_STRIP, 2, 0.25f),
                          meter(OWNER_BUS, 1, 0.125f),
                          meter(OWNER_STRIP, 1, 0.75f) };
  MeterItem *taken    = NULL;
  size_t     room     = 0;

  ck_assert_uint_eq(feed_take_meters(feed, &taken, &room), 0);
  for (int round = 0; round < 3; round++) {
    feed_put_meters(feed, first, 2);
    feed_put_meters(feed, second, 3);
    ck_assert_int_eq(wakes, round + 1);
    ck_assert_uint_eq(feed_take_meters(feed, &taken, &room), 3);
    ck_assert_uint_ge(room, 3);
    ck_assert_uint_eq(taken[0].number, 1);
    ck_assert_float_eq(taken[0].values.in[0], 0.75f);
    ck_assert_float_eq(taken[0].values.gate, 7.5f);
    ck_assert(!taken[0].values.over);
    ck_assert_uint_eq(taken[1].number, 2);
    ck_assert_float_eq(taken[1].values.out[1], 3);
    ck_assert(taken[1].values.over);
    ck_assert_int_eq(taken[2].owner, OWNER_BUS);
    ck_assert_uint_eq(feed_take_meters(feed, &taken, &room), 0);
  }
  g_free(taken);
}
END_TEST

/* Two threads: one turns faders and puts strips up and down, the other follows.
   In the end the follower holds what the desk holds. */
enum { STRIPS = 40, ROUNDS = 20000 };

typedef struct Follower {
  Feed      *feed;
  atomic_int done;
  bool       exists[STRIPS + 1];
  double     fader[STRIPS + 1];
  char       name[STRIPS + 1][16];
  long       strangers; /* values of strips that do not exist */
} Follower;

static void
follow(Follower *follower, const FeedItem *item)
{
  unsigned number = item->address.number;

  if (item->address.owner != OWNER_STRIP)
    return;
  switch (item->kind) {
  case FEED_ADDED:
  case FEED_REMOVED:
    follower->exists[number]  = item->kind == FEED_ADDED;
    follower->fader[number]   = 0;
    follower->name[number][0] = '\0';
    break;
  case FEED_VALUE:
    follower->strangers += !follower->exists[number];
    if (item->text)
      strcpy(follower->name[number], item->text);
    else
      follower->fader[number] = item->number;
    break;
  case FEED_RESET:
    memset(follower->exists, 0, sizeof follower->exists);
    break;
  }
}

static void *
run_follower(void *data)
{
  Follower  *follower = data;
  MeterItem *meters   = NULL;
  size_t     room     = 0;
  bool       done;

  do {
    FeedItem *items;
    Status    status;
    size_t    count;

    done  = atomic_load(&follower->done);
    items = feed_take(follower->feed, &count);
    for (size_t i = 0; i < count; i++)
      follow(follower, &items[i]);
    feed_items_free(items, count);
    feed_take_status(follower->feed, &status);
    feed_take_meters(follower->feed, &meters, &room);
  } while (!done);
  g_free(meters);
  return NULL;
}

static void
disturb(unsigned *seed)
{
  unsigned number, what;
  char     name[16];

  *seed  = *seed * 1664525u + 1013904223u;
  number = 1 + (*seed >> 8) % STRIPS;
  what   = (*seed >> 20) % 16;
  if (what == 0)
    desk_remove(desk, OWNER_STRIP, number, hand, NULL);
  else if (what < 3)
    desk_add(desk, OWNER_STRIP, number, hand, NULL);
  else if (what < 5) {
    g_snprintf(name, sizeof name, "n%u", *seed);
    desk_set_text(
      desk, desk_address(OWNER_STRIP, number, CELL_NAME), name, hand, NULL);
  } else
    desk_set(desk,
             desk_address(OWNER_STRIP, number, CELL_FADER),
             -(double)(*seed % 90),
             hand,
             NULL);
}

START_TEST(a_follower_of_another_thread_ends_with_the_same_desk)
{
  Follower *follower = g_new0(Follower, 1);
  Status    status   = { .rate = 48000 };
  MeterItem levels[] = { meter(OWNER_STRIP, 1, 0.5f) };
  unsigned  seed     = (unsigned)_i;
  pthread_t thread;

  follower->feed = feed;
  feed_put_desk(feed, desk);
  ck_assert_int_eq(pthread_create(&thread, NULL, run_follower, follower), 0);
  for (int i = 0; i < ROUNDS; i++) {
    disturb(&seed);
    if (i % 100 == 0) {
      feed_put_status(feed, &status);
      feed_put_meters(feed, levels, 1);
    }
  }
  atomic_store(&follower->done, 1);
  pthread_join(thread, NULL);
  ck_assert_int_eq(follower->strangers, 0);
  for (unsigned n = 1; n <= STRIPS; n++) {
    Address fader = desk_address(OWNER_STRIP, n, CELL_FADER);
    Address name  = desk_address(OWNER_STRIP, n, CELL_NAME);

    ck_assert(follower->exists[n] == desk_exists(desk, OWNER_STRIP, n));
    if (!follower->exists[n])
      continue;
    ck_assert_double_eq(follower->fader[n], desk_get(desk, fader));
    ck_assert_str_eq(follower->name[n], desk_get_text(desk, name));
  }
  g_free(follower);
}
END_TEST

static Suite *
suite(void)
{
  Suite *s     = suite_create("feed");
  TCase *feeds = tcase_create("feed");

  tcase_add_checked_fixture(feeds, setup, teardown);
  tcase_set_timeout(feeds, 60);
  tcase_add_test(feeds, only_the_newest_value_is_taken);
  tcase_add_test(feeds, texts_are_copies);
  tcase_add_test(feeds, structure_comes_before_values);
  tcase_add_test(feeds, what_is_gone_leaves_no_values);
  tcase_add_test(feeds, a_frozen_face_holds_little);
  tcase_add_test(feeds, a_desk_is_put_whole_and_replaces_what_waits);
  tcase_add_test(feeds, a_status_is_taken_once);
  tcase_add_test(feeds, meters_are_the_highest_since_the_last_taking);
  tcase_add_loop_test(
    feeds, a_follower_of_another_thread_ends_with_the_same_desk, 0, 3);
  suite_add_tcase(s, feeds);
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
