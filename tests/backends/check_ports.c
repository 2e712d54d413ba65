/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk's ports: what they are called, how they come and go and are
   connected, and how late they say they are. */

#include <check.h>
#include <jack/metadata.h>
#include <jack/uuid.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/jack-rig.h"
#include "tests/program.h"
#include "tests/song.h"

#define RATE 44100

static char       folder[64], session[128];
static JackServer server;
static Program    desk;
static Probe     *probe;

static void
make_folder(void)
{
  program_folder(folder);
}

static void
remove_folder(void)
{
  program_remove(folder);
}

/* Of its own for each test: a desk saves what was moved when it ends. */
static void
make_session(void)
{
  snprintf(session, sizeof session, "%s/song-%d", folder, (int)getpid());
  song_session_with(session,
                    "\"/bus/1/name\": \"Band\",\n"
                    "\"/bus/1/kind\": \"group\",\n"
                    "\"/bus/1/channels\": 1,\n"
                    "\"/strip/6/name\": \"Live\",\n"
                    "\"/strip/6/channels\": 1,\n"
                    "\"/strip/6/gate/on\": true,\n"
                    "\"/strip/6/gate/threshold\": -80,\n"
                    "\"/strip/6/gate/lookahead\": 5,\n"
                    "\"/strip/7/channels\": 2,\n"
                    "\"/strip/7/name\": \"Keys\"");
}

static void
setup(void)
{
  make_session();
  jack_server_start(&server, RATE, 256);
  probe = probe_new(&server, "probe", 2, 1);
  program_start(&desk, session, "--server %s", server.name);
  ck_assert(probe_sees(probe, "consort:monitor-R", true));
}

static void
teardown(void)
{
  ck_assert_int_eq(program_stop(&desk), 0);
  program_free(&desk);
  probe_free(probe);
  jack_server_stop(&server);
}

/* --- names --- */

typedef struct Property {
  const char *port, *key, *value;
} Property;

static bool
is_told(void *self)
{
  const Property *property = self;
  jack_port_t    *port     = jack_port_by_name(probe->client, property->port);
  char           *value = NULL, *type = NULL;

  if (!port)
    return false;
  const bool told =
    jack_get_property(jack_port_uuid(port), property->key, &value, &type) ==
      0 &&
    strcmp(value, property->value) == 0;
  jack_free(value);
  jack_free(type);
  return told;
}

static void
expect_property(const char *port, const char *key, const char *value)
{
  Property property = { port, key, value };

  ck_assert_msg(wait_until(is_told, &property), "%s: no %s", port, value);
}

static const struct {
  const char *port, *pretty, *group, *order;
} names[] = {
  { "consort:strip-6", "Live", "Inputs", "9" },
  { "consort:strip-7-L", "Keys L", "Inputs", "10" },
  { "consort:strip-7-R", "Keys R", "Inputs", "11" },
  { "consort:bus-1", "Band", "Buses", "12" },
  { "consort:main-L", "main L", "Main", "13" },
  { "consort:monitor-R", "monitor R", "Main", "16" },
};

START_TEST(ports_say_what_they_are)
{
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    expect_property(names[i].port, JACK_METADATA_PRETTY_NAME, names[i].pretty);
    expect_property(names[i].port, JACK_METADATA_PORT_GROUP, names[i].group);
    expect_property(names[i].port, JACK_METADATA_ORDER, names[i].order);
  }
}
END_TEST

START_TEST(a_new_name_is_told_and_the_port_stays)
{
  probe_connect(probe, "probe:out-1", "consort:strip-2");
  program_set_text(&desk, "/strip/2/name", "Double bass");
  expect_property("consort:strip-2", JACK_METADATA_PRETTY_NAME, "Double bass");
  ck_assert(probe_sees_connection(probe, "consort:strip-2", "probe:out-1"));
}
END_TEST

/* --- coming and going --- */

START_TEST(ports_come_and_go_with_their_strips)
{
  probe_connect(probe, "probe:out-1", "consort:strip-2");
  program_say(&desk, "/desk/add", "si", "strip", 9);
  ck_assert(probe_sees(probe, "consort:strip-9-L", true));
  ck_assert(probe_sees(probe, "consort:strip-9-R", true));
  expect_property("consort:strip-9-R", JACK_METADATA_PRETTY_NAME, "strip-9 R");
  program_set(&desk, "/strip/9/channels", 1);
  ck_assert(probe_sees(probe, "consort:strip-9", true));
  ck_assert(probe_sees(probe, "consort:strip-9-L", false));
  program_say(&desk, "/desk/add", "si", "bus", 2);
  ck_assert(probe_sees(probe, "consort:bus-2-R", true));
  program_say(&desk, "/desk/remove", "si", "strip", 9);
  program_say(&desk, "/desk/remove", "si", "bus", 2);
  ck_assert(probe_sees(probe, "consort:strip-9", false));
  ck_assert(probe_sees(probe, "consort:bus-2-R", false));
  ck_assert(probe_sees_connection(probe, "consort:strip-2", "probe:out-1"));
}
END_TEST

START_TEST(the_desk_says_who_is_connected)
{
  program_set_text(&desk, "/main/output", "probe:in-1,probe:in-2");
  ck_assert(probe_sees_connection(probe, "consort:main-L", "probe:in-1"));
  ck_assert(probe_sees_connection(probe, "consort:main-R", "probe:in-2"));
  program_set_text(&desk, "/monitor/output", "none");
  ck_assert(probe_sees_connections(probe, "consort:monitor-L", 0));
  program_set_text(&desk, "/bus/1/output", "probe:in-2");
  ck_assert(probe_sees_connection(probe, "consort:bus-1", "probe:in-2"));
}
END_TEST

START_TEST(who_comes_later_is_awaited)
{
  program_set_text(&desk, "/strip/6/input", "later:out-1");
  ck_assert(probe_pass(probe, RATE / 2));
  Probe *later = probe_new(&server, "later", 0, 1);
  ck_assert(probe_sees_connection(probe, "consort:strip-6", "later:out-1"));
  probe_free(later);
}
END_TEST

/* --- latency --- */

static int
told_latency(const char *name)
{
  jack_port_t         *port = jack_port_by_name(probe->client, name);
  jack_latency_range_t range;

  jack_port_get_latency_range(port, JackCaptureLatency, &range);
  ck_assert_int_eq(range.min, range.max);
  return (int)range.max;
}

static bool
is_late(void *name)
{
  return told_latency(name) > 0;
}

/* By how much the one has to be shifted to be most like the other. */
static int
lag_of(const float *late, const float *early, int frames)
{
  int    best = -1;
  double most = 0.0;

  for (int lag = 0; lag < frames / 4; lag++) {
    double sum = 0.0;
    for (int i = 0; i < frames / 2; i++)
      sum += (double)late[i + lag] * (double)early[i];
    if (sum > most) {
      most = sum;
      best = lag;
    }
  }
  return best;
}

/* Who speaks and who listens are two: one who did both would hear itself a
   cycle late. */
START_TEST(reported_latency_is_where_the_correlation_peaks)
{
  enum { FRAMES = 8192 };
  Probe   *speaker = probe_new(&server, "speaker", 0, 1);
  unsigned seed    = 1;
  float   *noise   = malloc(FRAMES * sizeof *noise);
  int      own     = (int)lround(0.005 * RATE);

  for (int i = 0; i < FRAMES; i++) {
    seed     = seed * 1664525u + 1013904223u;
    noise[i] = (float)(int)seed / 4294967296.0f;
  }
  probe_connect(probe, "consort:main-L", "probe:in-1");
  probe_connect(probe, "speaker:out-1", "probe:in-2");
  probe_connect(probe, "speaker:out-1", "consort:strip-6");
  ck_assert(wait_until(is_late, (void *)"consort:main-L"));
  ck_assert_int_le(abs(told_latency("consort:main-L") - own), 1);

  speaker->speech[0]     = noise;
  speaker->speech_frames = FRAMES;
  probe_keep(probe, 2 * FRAMES, true);
  probe_keep(speaker, FRAMES, false);
  ck_assert(probe_kept(probe));
  ck_assert_int_eq(lag_of(probe->kept[0], probe->kept[1], FRAMES),
                   told_latency("consort:main-L"));
  probe_free(speaker);
  free(noise);
}
END_TEST

static Suite *
suite(void)
{
  Suite *s  = suite_create("ports");
  TCase *tc = tcase_create("ports");

  tcase_add_unchecked_fixture(tc, make_folder, remove_folder);
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 200);
  tcase_add_test(tc, ports_say_what_they_are);
  tcase_add_test(tc, a_new_name_is_told_and_the_port_stays);
  tcase_add_test(tc, ports_come_and_go_with_their_strips);
  tcase_add_test(tc, the_desk_says_who_is_connected);
  tcase_add_test(tc, who_comes_later_is_awaited);
  tcase_add_test(tc, reported_latency_is_where_the_correlation_peaks);
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
