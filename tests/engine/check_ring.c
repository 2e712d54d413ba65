/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue between two threads: nothing lost, nothing twice, nothing torn. */

#include "engine/ring.h"

#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct Letter {
  uint32_t number;
  uint32_t body[6]; /* all follow from the number */
} Letter;

static Letter
write_letter(uint32_t number)
{
  Letter letter = { .number = number };

  for (uint32_t i = 0; i < 6; i++)
    letter.body[i] = number * 2654435761u + i;
  return letter;
}

static bool
is_whole(const Letter *letter)
{
  const Letter same = write_letter(letter->number);

  for (int i = 0; i < 6; i++)
    if (letter->body[i] != same.body[i])
      return false;
  return true;
}

START_TEST(holds_what_it_says)
{
  static const size_t sizes[] = { 1, 2, 3, 7, 8, 100 };
  const size_t        asked   = sizes[_i];
  Ring               *ring    = ring_new(sizeof(Letter), asked);
  Letter              letter;
  uint32_t            put = 0, got = 0;

  ck_assert(!ring_get(ring, &letter));
  for (int round = 0; round < 50; round++) {
    while (letter = write_letter(put), ring_put(ring, &letter))
      put++;
    ck_assert_uint_ge(put - got, asked);
    ck_assert_uint_eq(ring_room(ring), 0);
    /* A full ring takes nothing, and nothing in it changes. */
    ck_assert(!ring_put(ring, &letter));
    for (int i = 0; i <= round % 5 && ring_get(ring, &letter); i++) {
      ck_assert_uint_eq(letter.number, got++);
      ck_assert(is_whole(&letter));
    }
  }
  while (ring_get(ring, &letter))
    ck_assert_uint_eq(letter.number, got++);
  ck_assert_uint_eq(got, put);
  ring_free(ring);
}
END_TEST

#define LETTERS 200000u

static void *
writer(void *ring)
{
  for (uint32_t number = 0; number < LETTERS; number++) {
    const Letter letter = write_letter(number);
    while (!ring_put(ring, &letter))
      sched_yield();
  }
  return NULL;
}

START_TEST(two_threads)
{
  Ring     *ring = ring_new(sizeof(Letter), 64);
  pthread_t thread;
  Letter    letter;

  ck_assert_int_eq(pthread_create(&thread, NULL, writer, ring), 0);
  for (uint32_t number = 0; number < LETTERS; number++) {
    while (!ring_get(ring, &letter))
      sched_yield();
    ck_assert_uint_eq(letter.number, number);
    ck_assert(is_whole(&letter));
  }
  pthread_join(thread, NULL);
  ck_assert(!ring_get(ring, &letter));
  ring_free(ring);
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("ring");
  TCase *tcase = tcase_create("ring");

  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, holds_what_it_says, 0, 6);
  tcase_add_test(tcase, two_threads);
  suite_add_tcase(suite, tcase);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
