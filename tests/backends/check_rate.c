/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server at another rate than the session's: tracks are converted, and play
   at their speed and pitch. */

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/jack-rig.h"
#include "tests/program.h"
#include "tests/song.h"

#define HZ      997.0
#define SECONDS 2.0

static char folder[64], session[128];

static void
setup(void)
{
  program_folder(folder);
  snprintf(session, sizeof session, "%s/sine", folder);
  song_sine(session, HZ, SECONDS);
}

static void
teardown(void)
{
  program_remove(folder);
}

/* The level of a sine of that frequency in the frames, by correlation. */
static double
level_of(const float *frames, int count, double hz, double rate)
{
  double re = 0.0, im = 0.0;

  for (int i = 0; i < count; i++) {
    re += (double)frames[i] * cos(2.0 * M_PI * hz * i / rate);
    im += (double)frames[i] * sin(2.0 * M_PI * hz * i / rate);
  }
  return 2.0 * hypot(re, im) / count;
}

static const int rates[] = { 48000, 96000 };

START_TEST(it_plays_at_its_speed_and_pitch)
{
  const int  rate   = rates[_i];
  const int  length = (int)(SECONDS * rate);
  JackServer server;
  Program    desk;
  double     number = 0.0;

  jack_server_start(&server, rate, 256);
  Probe *probe = probe_new(&server, "probe", 2, 0);
  program_start(&desk, session, "--server %s", server.name);
  ck_assert_msg(program_prints(&desk, "JACK is running"), "%s", desk.log);
  ck_assert(program_has_printed(&desk, "tracks of another rate are converted"));
  ck_assert(program_ask(&desk, "/info", &number, NULL));
  ck_assert_int_eq((int)number, rate);

  probe_connect(probe, "consort:main-L", "probe:in-1");
  jack_set_freewheel(probe->client, 1);
  probe_keep(probe, length + rate, true);
  program_say(&desk, "/transport/play", "i", 1);
  ck_assert(probe_kept(probe));
  jack_set_freewheel(probe->client, 0);

  /* A quarter to three quarters: a window of whole periods of neither. */
  const float *middle = probe->kept[0] + length / 4;
  const double at     = level_of(middle, length / 2, HZ, rate);
  ck_assert_double_eq_tol(20.0 * log10(at / 0.5), 0.0, 0.02);
  ck_assert_double_lt(level_of(middle, length / 2, HZ * 1.001, rate), at);
  ck_assert_double_lt(level_of(middle, length / 2, HZ * 0.999, rate), at);

  int last = length + rate - 1;
  while (last > 0 && fabsf(probe->kept[0][last]) < 1e-3f)
    last--;
  ck_assert_int_le(abs(last + 1 - length), 32);
  ck_assert_int_eq(program_stop(&desk), 0);
  program_free(&desk);
  probe_free(probe);
  jack_server_stop(&server);
}
END_TEST

static Suite *
suite(void)
{
  Suite *s  = suite_create("rate");
  TCase *tc = tcase_create("rate");

  tcase_add_unchecked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 200);
  tcase_add_loop_test(tc,
                      it_plays_at_its_speed_and_pitch,
                      0,
                      (int)(sizeof rates / sizeof *rates));
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
