/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The console as it runs, under jackd: what it keeps, who may have a session,
   and that broken files cost one strip its sound and nobody else. */

#include <check.h>
#include <glib.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sessions/lock.h"
#include "tests/broken.h"
#include "tests/cli.h"
#include "tests/jack-rig.h"
#include "tests/program.h"

static Cli        cli;
static JackServer server;
static Program    desk;

static void
setup(void)
{
  cli_init(&cli);
  cli_make_song(&cli, 2, ",\n\"/future\": {\"a\": 1.0}");
  jack_server_start(&server, CLI_RATE, 256);
}

static void
teardown(void)
{
  jack_server_stop(&server);
  cli_cleanup(&cli);
}

static void
start(void)
{
  program_start(&desk, cli.session, "--server %s --osc-port 0", server.name);
}

static void
stop(int status)
{
  const int ended = program_stop(&desk);

  ck_assert_msg(ended == status, "exit %d: %s", ended, desk.log);
  program_free(&desk);
}

static void
assert_file_has(const char *line)
{
  char *text = cli_text(&cli);

  ck_assert_msg(strstr(text, line) != NULL, "%s lacks %s", text, line);
  g_free(text);
}

/* --- what it keeps --- */

static int
end_with(int signal)
{
  int status = -1;

  kill(desk.pid, signal);
  for (int left = PATIENCE_MS; left > 0; left -= 10) {
    if (waitpid(desk.pid, &status, WNOHANG) == desk.pid)
      break;
    pause_ms(10);
  }
  program_free(&desk);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

START_TEST(what_is_changed_is_kept)
{
  static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
  char            *line = g_strdup_printf("\"/strip/1/fader\": -%d.25", _i + 1);

  start();
  program_set(&desk, "/strip/1/fader", -1.25 - _i);
  program_say(&desk, "/strip/2/name", "s", "Gro\xc3\x9f");
  program_say(&desk, "/desk/add", "s", "bus");
  ck_assert(program_answers(&desk, "/bus/1/mute", 0));
  ck_assert_int_eq(end_with(signals[_i]), 0);
  assert_file_has(line);
  assert_file_has("\"/strip/2/name\": \"Gro\xc3\x9f\"");
  assert_file_has("\"/bus/1/kind\": \"group\"");
  assert_file_has("\"/future\": {\"a\": 1.0}");

  /* Opened again and left alone: the same bytes, and the same values. */
  char *before = cli_text(&cli);
  start();
  ck_assert(program_answers(&desk, "/strip/1/fader/value", -1.25 - _i));
  stop(0);
  char *after = cli_text(&cli);
  ck_assert_str_eq(before, after);
  g_free(after);
  g_free(before);
  g_free(line);
}
END_TEST

START_TEST(what_was_saved_survives_a_kill)
{
  SessionHolder holder;

  start();
  program_set(&desk, "/strip/1/fader", -7);
  program_say(&desk, "/desk/save", "");
  for (int left = PATIENCE_MS; left > 0; left -= 10) {
    char *text = cli_text(&cli);
    bool  done = strstr(text, "\"/strip/1/fader\": -7") != NULL;
    g_free(text);
    if (done)
      break;
    pause_ms(10);
  }
  program_set(&desk, "/strip/1/fader", -8);
  program_kill(&desk);
  program_free(&desk);
  assert_file_has("\"/strip/1/fader\": -7");
  ck_assert(!session_holder(cli.session, &holder));
  start();
  ck_assert(program_answers(&desk, "/strip/1/fader/value", -7));
  stop(0);
}
END_TEST

START_TEST(a_save_that_fails_is_shown)
{
  char *path = scratch_path(cli.session, "session.json");

  start();
  program_set(&desk, "/strip/1/fader", -7);
  unlink(path);
  g_mkdir_with_parents(path, 0755); /* no file can come here */
  program_say(&desk, "/desk/save", "");
  ck_assert(program_prints(&desk, "consort: The session is not saved"));
  ck_assert(program_answers(&desk, "/strip/1/fader/value", -7));
  stop(1);
  g_free(path);
}
END_TEST

/* What is done to the file meanwhile does not reach the desk. */
START_TEST(a_file_that_breaks_under_it)
{
  start();
  program_set(&desk, "/strip/1/fader", -3);
  char *path = scratch_path(cli.session, "session.json");
  scratch_write_text(path, "{\n\"format\": 7,,\n");
  program_set(&desk, "/strip/2/fader", -4);
  stop(0);
  assert_file_has("\"/strip/1/fader\": -3");
  assert_file_has("\"/strip/2/fader\": -4");
  g_free(path);
}
END_TEST

START_TEST(nobody_listens_any_more)
{
  start();
  close(desk.output);
  desk.output = -1;
  program_say(&desk, "/strip/1/track", "s", "audio/none.wav");
  program_set(&desk, "/strip/1/fader", -3);
  pause_ms(300);
  program_set(&desk, "/strip/1/fader", -2);
  kill(desk.pid, SIGTERM);
  int status;
  ck_assert_int_eq(waitpid(desk.pid, &status, 0), desk.pid);
  ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  assert_file_has("\"/strip/1/fader\": -2");
  program_free(&desk);
}
END_TEST

/* --- who has it --- */

START_TEST(one_desk_a_session)
{
  start();
  char      *holder   = g_strdup_printf("process %d", (int)desk.pid);
  ScratchRun run      = scratch_run(cli.console,
                               "run",
                               cli.session,
                               "--headless",
                               "--server",
                               server.name,
                               NULL);
  char      *sentence = cli_sentence(&run);
  ck_assert_int_eq(run.status, 1);
  ck_assert(scratch_is_sentence(sentence));
  ck_assert_ptr_nonnull(strstr(sentence, holder));
  ck_assert_ptr_nonnull(strstr(sentence, cli.session));
  ck_assert(program_answers(&desk, "/strip/1/fader/value", 0));
  scratch_ran(&run);
  g_free(sentence);
  g_free(holder);
  stop(0);
}
END_TEST

/* The command line speaks to the desk that has the session. */
START_TEST(get_and_set_reach_the_desk)
{
  start();
  cli_expect(&cli,
             0,
             "",
             NULL,
             "set",
             cli.session,
             "/strip/1/fader=-6 dB",
             "/strip/2/name=A=\xc3\xa9 b",
             "/strip/2/mute=on",
             "/strip/1/comp/ratio=inf",
             NULL);
  ck_assert(program_answers(&desk, "/strip/1/fader/value", -6));
  cli_expect(&cli,
             0,
             "/strip/1/fader\t-6.0 dB\n/strip/2/name\tA=\xc3\xa9 b\n"
             "/strip/1/comp/ratio\tinf:1\n/strip/2/mute\ton\n",
             NULL,
             "get",
             cli.session,
             "/strip/1/fader",
             "/strip/2/name",
             "/strip/1/comp/ratio",
             "/strip/2/mute",
             NULL);
  cli_expect(&cli,
             1,
             "",
             "/strip/1/fader",
             "set",
             cli.session,
             "/strip/1/fader=11",
             NULL);
  cli_expect(&cli, 1, "", "", "set", cli.session, "/strip/9/fader=1", NULL);
  cli_expect(&cli, 1, "", "", "get", cli.session, "/strip/9/fader", NULL);
  cli_expect(&cli, 1, "", "name the addresses", "get", cli.session, NULL);
  ck_assert(program_answers(&desk, "/strip/1/fader/value", -6));
  char *text = cli_text(&cli); /* the file is the desk's to write */
  ck_assert_ptr_null(strstr(text, "fader"));
  g_free(text);
  stop(0);
  assert_file_has("\"/strip/1/fader\": -6");
}
END_TEST

START_TEST(a_port_that_is_taken)
{
  char  *other = scratch_path(cli.folder, "other");
  double port  = 0;

  start();
  char *at = strstr(desk.log, "osc.udp://127.0.0.1:");
  port     = g_ascii_strtod(at + strlen("osc.udp://127.0.0.1:"), NULL);
  scratch_session(other, "\"/strip/1/channels\": 1");
  char      *number   = g_strdup_printf("%.0f", port);
  ScratchRun run      = scratch_run(cli.console,
                               "run",
                               other,
                               "--headless",
                               "--server",
                               server.name,
                               "--name",
                               "second",
                               "--osc-port",
                               number,
                               NULL);
  char      *sentence = cli_sentence(&run);
  ck_assert_int_eq(run.status, 1);
  ck_assert(scratch_is_sentence(sentence));
  ck_assert_ptr_nonnull(strstr(sentence, number));
  ck_assert_ptr_nonnull(strstr(sentence, "--osc-port"));
  scratch_ran(&run);
  g_free(sentence);
  /* Without a wish it takes another. */
  Program second;
  program_start(&second, other, "--server %s --name second", server.name);
  ck_assert(program_answers(&second, "/strip/1/channels/value", 1));
  ck_assert_int_eq(program_stop(&second), 0);
  program_free(&second);
  g_free(number);
  g_free(other);
  stop(0);
}
END_TEST

/* A desk that starts its own server and is killed: the server, which lives a
   moment longer, does not hold the session. */
START_TEST(the_own_server_holds_no_lock)
{
  SessionHolder holder;
  char         *error = NULL;

  jack_server_end(&server, SIGKILL);
  start();
  ck_assert_msg(program_prints(&desk, "JACK"), "%s", desk.log);
  for (int left = PATIENCE_MS; left > 0 && !jack_server_answers(&server);
       left -= 100)
    pause_ms(100);
  ck_assert(session_holder(cli.session, &holder));
  program_kill(&desk);
  SessionLock *lock = session_lock(cli.session, NULL, &error);
  ck_assert_msg(lock != NULL, "%s", error);
  session_unlock(lock);
  program_free(&desk);
}
END_TEST

/* --- broken audio --- */

static void
assert_sounds(unsigned strip, bool sounds)
{
  char   address[64];
  double level = NAN;

  snprintf(address, sizeof address, "/strip/%u/meter/out/1/value", strip);
  for (int left = PATIENCE_MS; left > 0; left -= 20) {
    ck_assert(program_ask(&desk, address, &level, NULL));
    if ((level > -20) == sounds)
      return;
    pause_ms(20);
  }
  ck_abort_msg("strip %u: %g dB: %s", strip, level, desk.log);
}

static void
play_in_a_loop(void)
{
  program_set(&desk, "/transport/loop/end", 0.4);
  program_say(&desk, "/transport/loop/on", "i", 1);
  program_say(&desk, "/transport/play", "i", 1);
}

START_TEST(a_missing_track_is_silent)
{
  char *track = scratch_path(cli.session, "audio/2.wav");

  unlink(track);
  start();
  ck_assert_msg(program_prints(&desk, "No such file"), "%s", desk.log);
  ck_assert(program_prints(&desk, "Strip 2"));
  ck_assert(program_prints(&desk, track));
  play_in_a_loop();
  assert_sounds(1, true);
  assert_sounds(2, false);
  stop(0);
  assert_file_has("\"/strip/2/track\": \"audio/2.wav\"");
  g_free(track);
}
END_TEST

/* The sentence that names a file, cut out of what was printed. */
static char *
sentence_about(const char *path)
{
  char **lines = g_strsplit(desk.log, "\n", -1);
  char  *about = NULL;

  for (char **line = lines; *line; line++)
    if (strstr(*line, path) && !about)
      about = g_strdup(*line);
  g_strfreev(lines);
  return about;
}

START_TEST(broken_tracks_cost_one_strip_its_sound)
{
  start();
  play_in_a_loop();
  assert_sounds(1, true);
  assert_sounds(2, true);
  for (unsigned i = 0; i < broken_audio_count; i++) {
    char *path = broken_make_audio(i, cli.folder);
    program_say(&desk, "/strip/2/track", "s", path);
    ck_assert_msg(program_prints(&desk, path), "%s: %s", path, desk.log);
    ck_assert(program_prints(&desk, "\n"));
    char       *sentence = sentence_about(path);
    const char *lacks    = broken_lacks(&broken_audio[i], path, sentence);
    ck_assert_msg(!lacks, "\"%s\" lacks %s", sentence, lacks);
    assert_sounds(2, false);
    assert_sounds(1, true);
    g_free(sentence);
    g_free(path);
  }
  program_say(&desk, "/strip/2/track", "s", "audio/2.wav");
  assert_sounds(2, true);
  /* A way out of the folder is refused at once. */
  char name[256] = "";
  program_say(&desk, "/strip/2/track", "s", "../x.wav");
  ck_assert(program_ask(&desk, "/strip/2/track", NULL, name));
  ck_assert_str_eq(name, "audio/2.wav");
  stop(0);
}
END_TEST

static Suite *
run_suite(void)
{
  Suite *suite = suite_create("run");
  TCase *tests = tcase_create("run");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, what_is_changed_is_kept, 0, 3);
  tcase_add_test(tests, what_was_saved_survives_a_kill);
  tcase_add_test(tests, a_save_that_fails_is_shown);
  tcase_add_test(tests, a_file_that_breaks_under_it);
  tcase_add_test(tests, nobody_listens_any_more);
  tcase_add_test(tests, one_desk_a_session);
  tcase_add_test(tests, get_and_set_reach_the_desk);
  tcase_add_test(tests, a_port_that_is_taken);
  tcase_add_test(tests, the_own_server_holds_no_lock);
  tcase_add_test(tests, a_missing_track_is_silent);
  tcase_add_test(tests, broken_tracks_cost_one_strip_its_sound);
  tcase_set_timeout(tests, 120);
  suite_add_tcase(suite, tests);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(run_suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
