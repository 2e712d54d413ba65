/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/cli.h"

#include <check.h>
#include <stdarg.h>
#include <string.h>

void
cli_init(Cli *cli)
{
  cli->folder  = scratch_new();
  cli->session = scratch_path(cli->folder, "song");
  cli->console = scratch_console();
}

void
cli_cleanup(Cli *cli)
{
  g_free(cli->console);
  g_free(cli->session);
  scratch_free(cli->folder);
}

void
cli_make_song(const Cli *cli, int tracks, const char *lines)
{
  char    *audio = scratch_path(cli->session, "audio");
  GString *all   = g_string_new(NULL);

  g_mkdir_with_parents(audio, 0755);
  g_string_append_printf(all, "\"/desk/rate\": %d", CLI_RATE);
  for (int i = 1; i <= tracks; i++) {
    char *name = g_strdup_printf("%d.wav", i);
    char *path = scratch_path(audio, name);
    scratch_audio(path,
                  &(ScratchAudio){ .rate     = CLI_RATE,
                                   .channels = 2,
                                   .frames   = CLI_FRAMES - 100 * i });
    g_string_append_printf(all,
                           ",\n\"/strip/%d/channels\": 2,\n"
                           "\"/strip/%d/track\": \"audio/%s\"",
                           i,
                           i,
                           name);
    g_free(path);
    g_free(name);
  }
  g_string_append(all, lines);
  scratch_session(cli->session, all->str);
  g_string_free(all, TRUE);
  g_free(audio);
}

char *
cli_text(const Cli *cli)
{
  char *path = scratch_path(cli->session, "session.json");
  char *text = scratch_read(path, NULL);

  g_free(path);
  return text;
}

char *
cli_sentence(const ScratchRun *run)
{
  const char *end = strchr(run->err, '\n');

  ck_assert_msg(g_str_has_prefix(run->err, "consort: ") && end && !end[1],
                "\"%s\"",
                run->err);
  return g_strndup(run->err + 9, (gsize)(end - run->err - 9));
}

/* The usage may follow the sentence. */
static void
assert_complains(const ScratchRun *run, const char *about)
{
  char **lines = g_strsplit(run->err, "\n", 2);

  ck_assert_msg(g_str_has_prefix(lines[0], "consort: ") &&
                  scratch_is_sentence(lines[0]),
                "%s",
                run->err);
  ck_assert_msg(
    strstr(run->err, about) != NULL, "\"%s\" lacks %s", run->err, about);
  g_strfreev(lines);
}

void
cli_expect(const Cli *cli, int status, const char *out, const char *about, ...)
{
  GPtrArray *argv = g_ptr_array_new();
  va_list    list;

  va_start(list, about);
  g_ptr_array_add(argv, cli->console);
  for (char *next; (next = va_arg(list, char *));)
    g_ptr_array_add(argv, next);
  va_end(list);
  g_ptr_array_add(argv, NULL);
  ScratchRun run = scratch_run_v((const char *const *)argv->pdata);
  ck_assert_msg(run.status == status,
                "%s: status %d: %s",
                (char *)argv->pdata[1],
                run.status,
                run.err);
  if (out)
    ck_assert_str_eq(run.out, out);
  if (about)
    assert_complains(&run, about);
  else
    ck_assert_str_eq(run.err, "");
  scratch_ran(&run);
  g_ptr_array_free(argv, TRUE);
}
