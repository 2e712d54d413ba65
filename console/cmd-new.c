/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consort new and demo: sessions from nothing. */

#include "console/cmd.h"
#include "sessions/demo.h"
#include "sessions/import.h"
#include "sessions/session.h"

int
cmd_new(int argc, char **argv)
{
  gboolean           link      = FALSE;
  const GOptionEntry entries[] = {
    { "link",
      0,
      0,
      G_OPTION_ARG_NONE,
      &link,
      "Leave the audio where it is instead of copying it in",
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  CmdProgress progress = { .label = "new" };
  char       *error    = NULL;

  if (!cmd_parse(&argc,
                 &argv,
                 "SESSION FILE… - makes a session from audio files",
                 entries,
                 2,
                 -1))
    return EXIT_USAGE;
  const ImportOrder order = { .folder   = argv[1],
                              .files    = (const char *const *)argv + 2,
                              .count    = argc - 2,
                              .link     = link,
                              .progress = cmd_progress,
                              .self     = &progress,
                              .cancel   = cmd_catch_signals() };
  if (session_new(&order, &error))
    return 0;
  cmd_fail("%s", error);
  g_free(error);
  return EXIT_FAULT;
}

/* --- demo --- */

static void
show_demo(void *self, double fraction, const char *track)
{
  (void)track;
  cmd_progress(self, fraction);
}

static bool
make_demo(const char *folder)
{
  CmdProgress progress = { .label = "demo" };
  char       *error    = NULL;

  if (demo_make(folder, show_demo, &progress, &error))
    return true;
  cmd_fail("%s", error);
  g_free(error);
  return false;
}

char *
cmd_demo_folder(void)
{
  char *folder =
    g_build_filename(g_get_user_data_dir(), "consort", "demo", NULL);

  if (!session_exists(folder)) {
    g_printerr("consort: making the demo song, which takes some seconds\n");
    if (!make_demo(folder))
      g_clear_pointer(&folder, g_free);
  }
  return folder;
}

int
cmd_demo(int argc, char **argv)
{
  if (!cmd_parse(
        &argc, &argv, "DIR - makes the demo song's session", NULL, 1, 1))
    return EXIT_USAGE;
  return make_demo(argv[1]) ? 0 : EXIT_FAULT;
}
