/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JACK's transport, followed and led. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/jack-rig.h"
#include "tests/program.h"
#include "tests/song.h"

#define RATE 44100

static char       folder[64], session[128];
static JackServer server;
static Program    desk;
static Probe     *probe;

static void
make_session(void)
{
  program_folder(folder);
  snprintf(session, sizeof session, "%s/song", folder);
  song_session(session);
}

static void
remove_session(void)
{
  program_remove(folder);
}

static void
setup(void)
{
  jack_server_start(&server, RATE, 256);
  probe = probe_new(&server, "probe", 2, 0);
  program_start(&desk, session, "--server %s", server.name);
  ck_assert(program_prints(&desk, "JACK is running"));
  program_set(&desk, "/transport/follow", 1);
}

static void
teardown(void)
{
  ck_assert_int_eq(program_stop(&desk), 0);
  program_free(&desk);
  probe_free(probe);
  jack_server_stop(&server);
}

/* --- looking --- */

typedef struct Wish {
  jack_transport_state_t state;
  double                 past; /* seconds */
} Wish;

static bool
jack_is(void *self)
{
  const Wish     *wish = self;
  jack_position_t position;

  return jack_transport_query(probe->client, &position) == wish->state &&
         position.frame >= (jack_nframes_t)(wish->past * RATE);
}

static bool
desk_is_past(void *self)
{
  double at = 0.0;

  program_ask(&desk, "/transport/position", &at, NULL);
  return at > *(double *)self;
}

static void
expect_jack(jack_transport_state_t state, double past)
{
  Wish wish = { state, past };

  ck_assert(wait_until(jack_is, &wish));
}

static void
expect_desk(bool rolls, double past)
{
  ck_assert(program_answers(&desk, "/transport/play", rolls));
  ck_assert(wait_until(desk_is_past, &past));
}

/* --- tests --- */

START_TEST(the_desk_follows)
{
  jack_transport_locate(probe->client, 5 * RATE);
  ck_assert(program_answers(&desk, "/transport/position", 5.0));
  jack_transport_start(probe->client);
  expect_desk(true, 5.2);
  jack_transport_locate(probe->client, 20 * RATE);
  expect_desk(true, 20.2);
  jack_transport_stop(probe->client);
  expect_desk(false, 20.2);
  jack_transport_locate(probe->client, 0);
  ck_assert(program_answers(&desk, "/transport/position", 0.0));
}
END_TEST

START_TEST(the_desk_leads)
{
  program_say(&desk, "/transport/play", "i", 1);
  expect_jack(JackTransportRolling, 0.2);
  expect_desk(true, 0.2);
  program_say(&desk, "/transport/locate", "f", 10.0);
  expect_jack(JackTransportRolling, 10.1);
  expect_desk(true, 10.1);
  program_say(&desk, "/transport/play", "i", 0);
  expect_jack(JackTransportStopped, 10.1);
  expect_desk(false, 10.1);
  program_say(&desk, "/transport/locate", "f", 3.0);
  expect_jack(JackTransportStopped, 3.0);
  ck_assert(program_answers(&desk, "/transport/position", 3.0));
}
END_TEST

START_TEST(on_its_own_it_leaves_jack_alone)
{
  program_set(&desk, "/transport/follow", 0);
  program_say(&desk, "/transport/play", "i", 1);
  expect_desk(true, 0.2);
  expect_jack(JackTransportStopped, 0.0);
  jack_transport_locate(probe->client, 30 * RATE);
  expect_jack(JackTransportStopped, 30.0);
  program_say(&desk, "/transport/play", "i", 0);
  expect_desk(false, 0.2);
  expect_jack(JackTransportStopped, 30.0);
}
END_TEST

/* The song goes on through JACK's time, whatever loop the desk would play. */
START_TEST(a_loop_is_not_played_while_it_follows)
{
  program_set(&desk, "/transport/loop/start", 1);
  program_set(&desk, "/transport/loop/end", 2);
  program_set(&desk, "/transport/loop/on", 1);
  jack_transport_locate(probe->client, RATE);
  jack_transport_start(probe->client);
  expect_desk(true, 2.5);
  jack_transport_stop(probe->client);
  expect_desk(false, 2.5);
}
END_TEST

static Suite *
suite(void)
{
  Suite *s  = suite_create("transport");
  TCase *tc = tcase_create("transport");

  tcase_add_unchecked_fixture(tc, make_session, remove_session);
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 200);
  tcase_add_test(tc, the_desk_follows);
  tcase_add_test(tc, the_desk_leads);
  tcase_add_test(tc, on_its_own_it_leaves_jack_alone);
  tcase_add_test(tc, a_loop_is_not_played_while_it_follows);
  suite_add_tcase(s, tc);
  return s;
}

int
main(void)
{
  SRunner *sr = srunner_create(suite());

  srunner_run_all(sr, CK_ENV);
  const int failed = srunner_ntests_failed(sr);
  srunner_free(sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
