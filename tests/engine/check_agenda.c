/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of later frames come out as a stable sort has them. */

#include "engine/agenda.h"

#include <check.h>
#include <stdlib.h>

static Agenda agenda;

static int
by_frame_then_serial(const void *a, const void *b)
{
  const Event *x = a, *y = b;

  if (x->frame != y->frame)
    return x->frame < y->frame ? -1 : 1;
  return x->serial < y->serial ? -1 : 1;
}

START_TEST(as_a_stable_sort)
{
  static Event sorted[AGENDA_EVENTS];
  unsigned     seed   = 1u + (unsigned)_i;
  const int    spread = _i == 0 ? 1 : _i == 1 ? 10 : 100000;

  agenda = (Agenda){ 0 };
  ck_assert_ptr_null(agenda_first(&agenda));
  for (uint32_t i = 0; i < AGENDA_EVENTS; i++) {
    seed      = seed * 1664525u + 1013904223u;
    sorted[i] = (Event){ .frame = (seed >> 8) % (unsigned)spread, .serial = i };
    ck_assert(agenda_put(&agenda, &sorted[i]));
  }
  const Event late = { 0 };
  ck_assert(!agenda_put(&agenda, &late));
  qsort(sorted, AGENDA_EVENTS, sizeof *sorted, by_frame_then_serial);
  for (int i = 0; i < AGENDA_EVENTS; i++) {
    ck_assert_int_eq(agenda_first(&agenda)->frame, sorted[i].frame);
    ck_assert_uint_eq(agenda_take(&agenda).serial, sorted[i].serial);
  }
  ck_assert_ptr_null(agenda_first(&agenda));
}
END_TEST

/* Coming and going at once, as in a cycle. */
START_TEST(never_out_of_order)
{
  unsigned seed = 5;
  int64_t  now  = 0;

  agenda = (Agenda){ 0 };
  for (int i = 0; i < 100000; i++) {
    seed = seed * 1664525u + 1013904223u;
    if ((seed >> 30) == 0 && agenda.count) {
      const Event event = agenda_take(&agenda);
      ck_assert_int_ge(event.frame, now);
      now = event.frame;
    } else {
      const Event event = { .frame = now + (seed >> 8) % 1000 };
      agenda_put(&agenda, &event);
    }
  }
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("agenda");
  TCase *tcase = tcase_create("agenda");

  tcase_add_loop_test(tcase, as_a_stable_sort, 0, 3);
  tcase_add_test(tcase, never_out_of_order);
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
