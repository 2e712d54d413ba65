/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A desk outlives its JACK server: killed, ended, stopped and continued, or
   never there. It answers OSC all the while, and comes back by itself. */

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/jack-rig.h"
#include "tests/program.h"
#include "tests/song.h"

#define SETTLE_MS                                            \
  1500 /* connections have stood for long enough to be meant \
        */

static char folder[64], session[128];

static void
setup(void)
{
  program_folder(folder);
  snprintf(session, sizeof session, "%s/song", folder);
  song_session(session);
}

static void
teardown(void)
{
  program_remove(folder);
}

/* --- what is asked again and again --- */

static void
expect_answer(Program *desk)
{
  double rolls;

  ck_assert_msg(program_ask(desk, "/transport/play", &rolls, NULL),
                "no answer: %s",
                desk->log);
}

typedef struct Wait {
  Program    *desk;
  const char *part;
} Wait;

/* While it waits for a sentence the desk has to answer. */
static bool
says(void *self)
{
  const Wait *wait = self;

  expect_answer(wait->desk);
  return program_has_printed(wait->desk, wait->part);
}

static void
expect_sentence(Program *desk, const char *part)
{
  Wait wait = { desk, part };

  ck_assert_msg(wait_until(says, &wait), "no «%s» in: %s", part, desk->log);
}

/* --- connections --- */

static const char *const pairs[][2] = {
  { "consort:main-L", "recorder:in-1" },
  { "consort:main-R", "recorder:in-2" },
  { "recorder:out-1", "consort:strip-2" },
  { "system:capture_1", "consort:strip-1-L" },
};

static void
connect_by_hand(Probe *probe)
{
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    probe_connect(probe, pairs[i][0], pairs[i][1]);
}

static void
expect_connections(Program *desk, Probe *probe)
{
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    ck_assert_msg(probe_sees_connection(probe, pairs[i][0], pairs[i][1]),
                  "%s is not connected with %s: %s",
                  pairs[i][0],
                  pairs[i][1],
                  program_log(desk));
  ck_assert(
    probe_sees_connection(probe, "consort:monitor-L", "system:playback_1"));
  ck_assert(
    probe_sees_connection(probe, "consort:monitor-R", "system:playback_2"));
}

static void
expect_sound(Probe *recorder)
{
  probe_keep(recorder, 4096, true);
  ck_assert_msg(probe_kept(recorder), "nothing is heard");
}

/* --- the server ends --- */

static const int ends[] = { SIGKILL, SIGTERM };

START_TEST(all_comes_back_with_the_server)
{
  JackServer server;
  Program    desk;

  jack_server_start(&server, 44100, 256);
  Probe *recorder = probe_new(&server, "recorder", 2, 1);
  program_start(&desk, session, "--play --server %s", server.name);
  connect_by_hand(recorder);
  expect_connections(&desk, recorder);
  expect_sound(recorder);
  pause_ms(SETTLE_MS);

  jack_server_end(&server, ends[_i]);
  expect_sentence(&desk, "The JACK server is gone");
  probe_free(recorder);

  /* The desk is there before the recorder, or behind it. */
  jack_server_again(&server);
  recorder = probe_new(&server, "recorder", 2, 1);
  expect_connections(&desk, recorder);
  expect_sound(recorder);
  expect_answer(&desk);
  ck_assert_int_eq(program_stop(&desk), 0);
  program_free(&desk);
  probe_free(recorder);
  jack_server_stop(&server);
}
END_TEST

START_TEST(what_was_parted_by_hand_stays_so)
{
  JackServer server;
  Program    desk;

  jack_server_start(&server, 44100, 256);
  Probe *probe = probe_new(&server, "recorder", 2, 1);
  program_start(&desk, session, "--server %s", server.name);
  connect_by_hand(probe);
  expect_connections(&desk, probe);
  jack_disconnect(probe->client, "consort:monitor-L", "system:playback_1");
  pause_ms(SETTLE_MS);
  jack_server_end(&server, SIGKILL);
  expect_sentence(&desk, "The JACK server is gone");
  probe_free(probe);
  jack_server_again(&server);
  probe = probe_new(&server, "recorder", 2, 1);
  ck_assert(
    probe_sees_connection(probe, "consort:monitor-R", "system:playback_2"));
  ck_assert(probe_sees_connection(probe, pairs[3][0], pairs[3][1]));
  jack_port_t *left = jack_port_by_name(probe->client, "consort:monitor-L");
  ck_assert_ptr_nonnull(left);
  const char **names = jack_port_get_all_connections(probe->client, left);
  ck_assert_ptr_null(names);
  program_stop(&desk);
  program_free(&desk);
  probe_free(probe);
  jack_server_stop(&server);
}
END_TEST

/* --- the server stands still --- */

/* The strip that is added makes the backend call a server that does not answer.
 */
START_TEST(a_stopped_server_holds_up_nobody)
{
  JackServer server;
  Program    desk;
  double     fader = 0.0;

  jack_server_start(&server, 44100, 256);
  Probe *recorder = probe_new(&server, "recorder", 2, 1);
  program_start(&desk, session, "--play --server %s", server.name);
  connect_by_hand(recorder);
  expect_sound(recorder);

  kill(server.pid, SIGSTOP);
  program_say(&desk, "/desk/add", "s", "strip");
  for (int i = 0; i < 40; i++) {
    program_set(&desk, "/strip/1/fader", -1.0 - i);
    expect_answer(&desk);
    pause_ms(50);
  }
  kill(server.pid, SIGCONT);
  ck_assert(probe_sees(recorder, "consort:strip-6-L", true));
  expect_sound(recorder);
  ck_assert(program_ask(&desk, "/strip/1/fader/value", &fader, NULL));
  ck_assert_double_eq_tol(fader, -40.0, 1e-3);
  ck_assert_int_eq(program_stop(&desk), 0);
  program_free(&desk);
  probe_free(recorder);
  jack_server_stop(&server);
}
END_TEST

START_TEST(it_ends_though_the_server_stands_still)
{
  JackServer server;
  Program    desk;

  jack_server_start(&server, 44100, 256);
  program_start(&desk, session, "--server %s", server.name);
  expect_sentence(&desk, "JACK is running");
  kill(server.pid, SIGSTOP);
  expect_answer(&desk);
  ck_assert_int_eq(program_stop(&desk), 0);
  program_free(&desk);
  jack_server_stop(&server);
}
END_TEST

/* --- no server --- */

static bool
has_no_server(void *self)
{
  return jack_server_find(self) == 0;
}

static bool
has_server(void *self)
{
  return jack_server_find(self) != 0 && jack_server_answers(self);
}

START_TEST(it_has_a_server_of_its_own)
{
  JackServer server;
  Program    desk;

  jack_server_hold(&server);
  program_start(&desk, session, "--play --server %s", server.name);
  expect_sentence(&desk, "starting one");
  expect_sentence(&desk, "JACK is running");
  Probe *recorder = probe_new(&server, "recorder", 2, 0);
  probe_connect(recorder, "consort:main-L", "recorder:in-1");
  expect_sound(recorder);
  probe_free(recorder);

  /* It ends: another takes its place. */
  const pid_t first = jack_server_find(&server);
  ck_assert_int_gt(first, 0);
  kill(first, SIGKILL);
  expect_sentence(&desk, "The JACK server is gone");
  ck_assert(wait_until(has_server, &server));

  ck_assert_int_eq(program_stop(&desk), 0);
  ck_assert(wait_until(has_no_server, &server));
  program_free(&desk);
  jack_server_stop(&server);
}
END_TEST

START_TEST(its_server_ends_when_it_is_killed)
{
  JackServer server;
  Program    desk;

  jack_server_hold(&server);
  program_start(&desk, session, "--server %s", server.name);
  expect_sentence(&desk, "JACK is running");
  ck_assert_int_gt(jack_server_find(&server), 0);
  program_kill(&desk);
  ck_assert(wait_until(has_no_server, &server));
  program_free(&desk);
  jack_server_stop(&server);
}
END_TEST

START_TEST(without_jackd_it_says_so)
{
  JackServer server;
  Program    desk;

  jack_server_hold(&server);
  setenv("PATH", folder, 1);
  program_start(&desk, session, "--play --server %s", server.name);
  expect_sentence(&desk, "There is no jackd on this machine");
  expect_answer(&desk);
  ck_assert_int_eq(program_stop(&desk), 0);
  program_free(&desk);
  jack_server_stop(&server);
}
END_TEST

static Suite *
suite(void)
{
  Suite *s  = suite_create("survive");
  TCase *tc = tcase_create("survive");

  tcase_add_unchecked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 200);
  tcase_add_loop_test(tc, all_comes_back_with_the_server, 0, 2);
  tcase_add_test(tc, what_was_parted_by_hand_stays_so);
  tcase_add_test(tc, a_stopped_server_holds_up_nobody);
  tcase_add_test(tc, it_ends_though_the_server_stands_still);
  tcase_add_test(tc, it_has_a_server_of_its_own);
  tcase_add_test(tc, its_server_ends_when_it_is_killed);
  tcase_add_test(tc, without_jackd_it_says_so);
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
