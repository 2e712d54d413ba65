/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program as scripts use it: exit statuses, what goes to which stream, and
   what it says of broken files. */

#include <check.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/broken.h"
#include "tests/cli.h"

static Cli cli;

static void
setup(void)
{
  cli_init(&cli);
}

static void
teardown(void)
{
  cli_cleanup(&cli);
}

/* --- get, set, info, params --- */

START_TEST(get_and_set)
{
  cli_make_song(&cli, 2, "");
  cli_expect(&cli,
             0,
             "",
             NULL,
             "set",
             cli.session,
             "/strip/1/fader=-6 dB",
             "/main/name=A=B",
             "/strip/1/hpf/freq=2e2",
             "/strip/2/mute=on",
             "/strip/2/pan=L30",
             NULL);
  cli_expect(&cli,
             0,
             "/strip/1/fader\t-6.0 dB\n/main/name\tA=B\n/strip/2/mute\ton\n"
             "/strip/2/pan\tL30\n/strip/2/fader\t0.0 dB\n",
             NULL,
             "get",
             cli.session,
             "/strip/1/fader",
             "/main/name",
             "/strip/2/mute",
             "/strip/2/pan",
             "/strip/2/fader",
             NULL);
  char *before = cli_text(&cli);
  ck_assert_ptr_nonnull(strstr(before, "\"/strip/1/fader\": -6,"));
  ck_assert_ptr_nonnull(strstr(before, "\"/strip/1/hpf/freq\": 200,"));
  /* Setting to what it is: the same bytes. */
  cli_expect(&cli, 0, "", NULL, "set", cli.session, "/strip/1/fader=-6", NULL);
  char *after = cli_text(&cli);
  ck_assert_str_eq(before, after);
  g_free(after);
  g_free(before);
}
END_TEST

/* All or nothing: what is refused leaves the file as it was. */
START_TEST(refused_values)
{
  cli_make_song(&cli, 2, "");
  char *before = cli_text(&cli);
  cli_expect(&cli,
             1,
             "",
             "/strip/1/fader",
             "set",
             cli.session,
             "/strip/2/fader=-3",
             "/strip/1/fader=11",
             NULL);
  cli_expect(&cli,
             1,
             "",
             "nosuch",
             "set",
             cli.session,
             "/strip/2/fader=-3",
             "/strip/1/nosuch=11",
             NULL);
  cli_expect(&cli,
             1,
             "",
             "/strip/7/fader",
             "set",
             cli.session,
             "/strip/7/fader=-3",
             NULL);
  cli_expect(
    &cli, 1, "", "ADDRESS=VALUE", "set", cli.session, "/strip/1/fader", NULL);
  cli_expect(
    &cli, 1, "", "..", "set", cli.session, "/strip/1/track=../../x.wav", NULL);
  cli_expect(&cli,
             1,
             "",
             "can only be read",
             "set",
             cli.session,
             "/strip/1/meter/gate=3",
             NULL);
  char *after = cli_text(&cli);
  ck_assert_str_eq(before, after);
  cli_expect(&cli,
             1,
             "/main/fader\t0.0 dB\n",
             "/strip/9/fader",
             "get",
             cli.session,
             "/strip/9/fader",
             "/main/fader",
             NULL);
  cli_expect(&cli, 1, "", "no such address", "get", cli.session, "fader", NULL);
  cli_expect(&cli, 2, "", "missing", "get", NULL);
  cli_expect(&cli, 2, "", "missing", "set", cli.session, NULL);
  cli_expect(&cli, 1, "", "consort new", "get", cli.folder, NULL);
  cli_expect(
    &cli, 1, "", "consort new", "set", cli.folder, "/main/mute=on", NULL);
  g_free(after);
  g_free(before);
}
END_TEST

START_TEST(sets_at_once_wait_for_each_other)
{
  enum { AT_ONCE = 6 };
  GPid child[AT_ONCE];

  cli_make_song(&cli, AT_ONCE, "");
  for (int i = 0; i < AT_ONCE; i++) {
    char *value  = g_strdup_printf("/strip/%d/fader=-%d", i + 1, i + 1);
    char *argv[] = { cli.console, (char *)"set", cli.session, value, NULL };
    ck_assert(g_spawn_async(NULL,
                            argv,
                            NULL,
                            G_SPAWN_DO_NOT_REAP_CHILD,
                            NULL,
                            NULL,
                            &child[i],
                            NULL));
    g_free(value);
  }
  for (int i = 0; i < AT_ONCE; i++) {
    int status;
    ck_assert_int_eq(waitpid(child[i], &status, 0), child[i]);
    ck_assert_int_eq(status, 0);
  }
  char *text = cli_text(&cli);
  for (int i = 1; i <= AT_ONCE; i++) {
    char *line = g_strdup_printf("\"/strip/%d/fader\": -%d", i, i);
    ck_assert_msg(strstr(text, line) != NULL, "%s lacks %s", text, line);
    g_free(line);
  }
  g_free(text);
}
END_TEST

/* Judged by Python, which shares nothing with us. */
static void
assert_json(const char *text, const char *program)
{
  char      *path = scratch_path(cli.folder, "text.json");
  ScratchRun run;

  scratch_write_text(path, text);
  run = scratch_run("python3", "-c", program, path, NULL);
  ck_assert_msg(run.status == 0, "%s", run.err);
  scratch_ran(&run);
  g_free(path);
}

START_TEST(info)
{
  cli_make_song(&cli, 2, "");
  ScratchRun run =
    scratch_run(cli.console, "info", cli.session, "--json", NULL);
  ck_assert_int_eq(run.status, 0);
  assert_json(run.out,
              "import json,sys; d=json.load(open(sys.argv[1])); "
              "assert d['strips']==2 and d['rate']==48000 and d['tracks']==2 "
              "and d['missing']==0 and abs(d['length']-23900/48000)<1e-5");
  scratch_ran(&run);
  char *track = scratch_path(cli.session, "audio/2.wav");
  unlink(track);
  run            = scratch_run(cli.console, "info", cli.session, NULL);
  char *sentence = cli_sentence(&run);
  ck_assert_int_eq(run.status, 0);
  ck_assert(scratch_is_sentence(sentence));
  ck_assert_ptr_nonnull(strstr(sentence, track));
  ck_assert_ptr_nonnull(strstr(sentence, "strip 2"));
  ck_assert_ptr_nonnull(strstr(run.out, "48000 Hz"));
  scratch_ran(&run);
  /* What is misspelt by hand is shown. */
  scratch_session(cli.session, "\"/main/fadr\": -3, \"/x\\u001b[2J\": 1");
  run = scratch_run(cli.console, "info", cli.session, NULL);
  ck_assert_ptr_nonnull(strstr(run.out, "/main/fadr"));
  ck_assert_ptr_null(strchr(run.out, '\x1b'));
  scratch_ran(&run);
  g_free(sentence);
  g_free(track);
}
END_TEST

START_TEST(params)
{
  ScratchRun run = scratch_run(cli.console, "params", "--json", NULL);

  ck_assert_int_eq(run.status, 0);
  assert_json(
    run.out,
    "import json,sys; d=json.load(open(sys.argv[1])); "
    "s=[(r['symbol'],r['owners']) for r in d]; assert len(s)==len(set(s))>100; "
    "assert all(r['label'] and r['doc'].endswith('.') and r['range'] for r in "
    "d); assert any(r['symbol']=='eq/#/freq' and r['count']==6 for r in d)");
  scratch_ran(&run);
  run = scratch_run(cli.console, "params", "--mdoc", NULL);
  ck_assert_int_eq(run.status, 0);
  char *page = g_strconcat(".Dd January 1, 2026\n.Dt X 7\n.Os\n.Sh NAME\n"
                           ".Nm x\n.Nd parameters\n.Sh PARAMETERS\n",
                           run.out,
                           NULL);
  char *path = scratch_path(cli.folder, "page.7");
  scratch_write_text(path, page);
  scratch_ran(&run);
  char *mandoc = g_find_program_in_path("mandoc");
  if (mandoc) {
    run = scratch_run("mandoc", "-Tlint", "-Wwarning", path, NULL);
    ck_assert_msg(run.status == 0, "%s", run.out);
    scratch_ran(&run);
  }
  run = scratch_run(cli.console, "params", NULL);
  ck_assert_int_eq(run.status, 0);
  ck_assert_ptr_nonnull(strstr(run.out, "fader"));
  scratch_ran(&run);
  cli_expect(&cli, 2, NULL, "too much", "params", "x", NULL);
  g_free(mandoc);
  g_free(path);
  g_free(page);
}
END_TEST

START_TEST(usage)
{
  ScratchRun run = scratch_run(cli.console, "--help", NULL);

  ck_assert_int_eq(run.status, 0);
  ck_assert_ptr_nonnull(strstr(run.out, "render"));
  ck_assert_str_eq(run.err, "");
  scratch_ran(&run);
  run = scratch_run(cli.console, "--version", NULL);
  ck_assert(g_str_has_prefix(run.out, "consort "));
  scratch_ran(&run);
  cli_expect(&cli, 2, "", "--bogus", "--bogus", NULL);
  cli_expect(&cli, 2, "", "--bogus", "render", cli.session, "--bogus", NULL);
  cli_expect(
    &cli, 2, "", "--osc-port", "run", cli.session, "--osc-port", "70000", NULL);
  cli_expect(&cli, 2, "", "missing", "new", cli.session, NULL);
  cli_expect(&cli, 2, "", "missing", "demo", NULL);
  cli_expect(&cli, 1, "", "no session", "no such", "--headless", NULL);
}
END_TEST

START_TEST(what_a_terminal_obeys_is_made_visible)
{
  ScratchRun run = scratch_run(
    cli.console, "get", "\x1b]0;x\x07\xc2\x9b\xe2\x80\xae\xff", NULL);
  char *sentence = cli_sentence(&run);

  ck_assert(scratch_is_sentence(sentence));
  ck_assert_ptr_nonnull(strstr(sentence, "\\x1b]0;x\\x07\\x9b\\u202e"));
  g_free(sentence);
  scratch_ran(&run);
}
END_TEST

/* --- broken files --- */

START_TEST(broken_sessions_are_told)
{
  static const char *const verbs[] = { "info", "get", "render", "run" };
  char       *path     = broken_make_session((unsigned)_i, cli.session);
  const char *verb     = verbs[_i % 4];
  char       *mix      = scratch_path(cli.folder, "mix.wav");
  const bool  mixes    = strcmp(verb, "render") == 0;
  ScratchRun  run      = scratch_run(cli.console,
                               verb,
                               cli.session,
                               mixes         ? "-o"
                                     : _i % 4 == 3 ? "--headless"
                                                   : NULL,
                               mixes ? mix : NULL,
                               NULL);
  char       *sentence = cli_sentence(&run);

  ck_assert_int_eq(run.status, 1);
  ck_assert_str_eq(run.out, "");
  ck_assert_int_ne(access(mix, F_OK), 0);
  /* Where there is no file at all, the folder is what is named. */
  const char *lacks = broken_lacks(&broken_sessions[_i],
                                   access(path, F_OK) == 0 ? path : cli.session,
                                   sentence);
  ck_assert_msg(!lacks || access(path, F_OK) != 0,
                "%s: \"%s\" lacks %s",
                broken_sessions[_i].name,
                sentence,
                lacks);
  ck_assert(scratch_is_sentence(sentence));
  g_free(sentence);
  scratch_ran(&run);
  g_free(mix);
  g_free(path);
}
END_TEST

START_TEST(broken_audio_is_not_rendered)
{
  char *mix = scratch_path(cli.folder, "mix.wav");

  cli_make_song(&cli, 1, "");
  char *place = scratch_path(cli.session, "audio");
  char *bad   = broken_make_audio((unsigned)_i, place);
  char *lines = g_strdup_printf("\"/strip/1/channels\": 2,\n"
                                "\"/strip/1/track\": \"audio/1.wav\",\n"
                                "\"/strip/2/channels\": 2,\n"
                                "\"/strip/2/track\": \"audio/%s\"",
                                broken_audio[_i].name);
  scratch_session(cli.session, lines);
  ScratchRun run =
    scratch_run(cli.console, "render", cli.session, "-o", mix, NULL);
  char **said = g_strsplit(run.err, "\n", -1);
  ck_assert_int_eq(run.status, 1);
  ck_assert_uint_eq(g_strv_length(said), 3); /* what is wrong, what to do */
  ck_assert_ptr_nonnull(strstr(said[0], "strip 2"));
  const char *lacks = broken_lacks(&broken_audio[_i], bad, said[0]);
  ck_assert_msg(!lacks, "\"%s\" lacks %s", said[0], lacks);
  ck_assert(scratch_is_sentence(said[1]));
  ck_assert_uint_eq(scratch_count(cli.folder), 1);
  g_strfreev(said);
  scratch_ran(&run);
  g_free(lines);
  g_free(bad);
  g_free(place);
  g_free(mix);
}
END_TEST

/* --- new and demo --- */

START_TEST(new_sessions)
{
  char *kick  = scratch_path(cli.folder, "1-kick \xc3\xa9#.wav");
  char *left  = scratch_path(cli.folder, "2-keys-L.wav");
  char *right = scratch_path(cli.folder, "2-keys-R.wav");
  char *deep  = scratch_path(cli.folder, "songs/first/");

  scratch_audio(kick, &(ScratchAudio){ .channels = 1, .frames = 100 });
  scratch_audio(left, &(ScratchAudio){ .channels = 1, .frames = 100 });
  scratch_audio(right, &(ScratchAudio){ .channels = 1, .frames = 100 });
  cli_expect(&cli, 0, "", NULL, "new", deep, right, kick, left, NULL);
  cli_expect(&cli,
             0,
             "/strip/1/name\tKick \xc3\xa9#\n/strip/1/track\t"
             "audio/1-kick \xc3\xa9_.wav\n/strip/2/name\tKeys\n"
             "/strip/2/channels\t2\n",
             NULL,
             "get",
             deep,
             "/strip/1/name",
             "/strip/1/track",
             "/strip/2/name",
             "/strip/2/channels",
             NULL);
  cli_expect(&cli, 1, "", "already", "new", deep, kick, NULL);
  cli_expect(
    &cli, 1, "", "none.wav", "new", cli.session, kick, "none.wav", NULL);
  ck_assert_int_ne(access(cli.session, F_OK), 0);
  cli_expect(
    &cli, 0, "", NULL, "new", "--link", cli.session, kick, left, right, NULL);
  cli_expect(&cli, 0, NULL, NULL, "get", cli.session, "/strip/3/link", NULL);
  g_free(deep);
  g_free(right);
  g_free(left);
  g_free(kick);
}
END_TEST

START_TEST(a_demo_never_lands_on_something)
{
  char *precious = scratch_path(cli.folder, "letter.txt");

  scratch_write_text(precious, "Dear");
  cli_expect(&cli, 1, "", "something in this folder", "demo", cli.folder, NULL);
  ck_assert_uint_eq(scratch_count(cli.folder), 1);
  cli_make_song(&cli, 1, "");
  cli_expect(&cli, 1, "", "already", "demo", cli.session, NULL);
  g_free(precious);
}
END_TEST

static Suite *
cli_suite(void)
{
  Suite *suite = suite_create("cli");
  TCase *tests = tcase_create("cli");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, get_and_set);
  tcase_add_test(tests, refused_values);
  tcase_add_test(tests, sets_at_once_wait_for_each_other);
  tcase_add_test(tests, info);
  tcase_add_test(tests, params);
  tcase_add_test(tests, usage);
  tcase_add_test(tests, what_a_terminal_obeys_is_made_visible);
  tcase_add_test(tests, new_sessions);
  tcase_add_test(tests, a_demo_never_lands_on_something);
  tcase_add_loop_test(
    tests, broken_sessions_are_told, 0, (int)broken_session_count);
  tcase_add_loop_test(
    tests, broken_audio_is_not_rendered, 0, (int)broken_audio_count);
  tcase_set_timeout(tests, 600);
  suite_add_tcase(suite, tests);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(cli_suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
