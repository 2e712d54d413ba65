/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consort new and demo: sessions from nothing. consort info: what one holds. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/cmd.h"
#include "console/link.h"
#include "engine/tracks/audiofile.h"
#include "sessions/demo.h"
#include "sessions/import.h"
#include "sessions/lock.h"
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
  char *error = NULL;

  if (!cmd_parse(&argc,
                 &argv,
                 "SESSION FILE… - makes a session from audio files",
                 entries,
                 2,
                 -1))
    return EXIT_USAGE;
  if (!session_new(argv[1],
                   (const char *const *)argv + 2,
                   argc - 2,
                   link,
                   cmd_progress,
                   (void *)"new",
                   &error)) {
    cmd_fail("%s", error);
    g_free(error);
    return EXIT_FAULT;
  }
  return 0;
}

/* --- demo --- */

static void
show_demo(void *self, double fraction, const char *track)
{
  (void)self;
  (void)track;
  cmd_progress((void *)"demo", fraction);
}

static bool
make_demo(const char *folder)
{
  char *error = NULL;

  if (demo_make(folder, show_demo, NULL, &error))
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

/* --- info --- */

typedef struct Summary {
  double   rate;
  double   length; /* seconds, of the longest track */
  unsigned strips, buses, tracks, missing;
} Summary;

static char *
track_path(const char *folder, const char *track)
{
  int          channel[2];
  const size_t length = link_parse_track(track, channel);
  char        *name   = g_strndup(track, length);
  char        *path   = g_path_is_absolute(name) ? g_strdup(name)
                                                 : g_build_filename(folder, name, NULL);

  g_free(name);
  return path;
}

static const char *
text_of(const Desk *desk, Owner owner, unsigned number, unsigned cell)
{
  return desk_get_text(desk, desk_address(owner, number, cell));
}

/* Opens the strip's track, says what is wrong with it, and counts it. */
static void
look_at_track(const Desk    *desk,
              const char    *folder,
              unsigned       number,
              Summary       *summary,
              AudioFileInfo *info,
              bool          *known)
{
  const char *track = text_of(desk, OWNER_STRIP, number, CELL_TRACK);
  char       *error = NULL;

  *known = false;
  if (!*track)
    return;
  summary->tracks++;
  char *path = track_path(folder, track);
  *known     = audiofile_probe(path, info, &error);
  if (*known) {
    const double length = (double)info->frames / info->rate;
    summary->length     = length > summary->length ? length : summary->length;
  } else {
    summary->missing++;
    cmd_fail("strip %u: %s", number, error);
    free(error);
  }
  g_free(path);
}

static void
print_strip(const Desk          *desk,
            unsigned             number,
            const AudioFileInfo *info,
            bool                 known)
{
  printf("strip/%-4u %-24s %s",
         number,
         text_of(desk, OWNER_STRIP, number, CELL_NAME),
         text_of(desk, OWNER_STRIP, number, CELL_TRACK));
  if (known)
    printf(" (%s, %d Hz, %d channel%s, %.2f s)",
           info->format,
           info->rate,
           info->channels,
           info->channels == 1 ? "" : "s",
           (double)info->frames / info->rate);
  putchar('\n');
}

static void
print_bus(const Desk *desk, unsigned number)
{
  char kind[64];

  desk_format(
    desk, desk_address(OWNER_BUS, number, CELL_BUS_KIND), kind, sizeof kind);
  printf("bus/%-6u %-24s %s\n",
         number,
         text_of(desk, OWNER_BUS, number, CELL_NAME),
         kind);
}

static void
print_summary_json(const Summary *summary)
{
  printf("{\"rate\": %.0f, \"length\": %.6f, \"strips\": %u, \"buses\": %u, "
         "\"tracks\": %u, \"missing\": %u}\n",
         summary->rate,
         summary->length,
         summary->strips,
         summary->buses,
         summary->tracks,
         summary->missing);
}

static void
print_info(const Desk *desk, const char *folder, bool json)
{
  Summary summary = {
    .rate   = desk_get(desk, desk_address(OWNER_DESK, 0, CELL_RATE)),
    .strips = desk_count(desk, OWNER_STRIP),
    .buses  = desk_count(desk, OWNER_BUS),
  };

  for (unsigned k = 0; k < summary.strips; k++) {
    const unsigned number = desk_nth(desk, OWNER_STRIP, k);
    AudioFileInfo  info;
    bool           known;
    look_at_track(desk, folder, number, &summary, &info, &known);
    if (!json)
      print_strip(desk, number, &info, known);
  }
  if (json) {
    print_summary_json(&summary);
    return;
  }
  for (unsigned k = 0; k < summary.buses; k++)
    print_bus(desk, desk_nth(desk, OWNER_BUS, k));
  printf("%.0f Hz, %.2f s, %u strip%s, %u bus%s\n",
         summary.rate,
         summary.length,
         summary.strips,
         summary.strips == 1 ? "" : "s",
         summary.buses,
         summary.buses == 1 ? "" : "es");
}

int
cmd_info(int argc, char **argv)
{
  gboolean           json      = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "For programs", NULL },
    G_OPTION_ENTRY_NULL,
  };
  SessionHolder holder;
  char         *error = NULL;

  if (!cmd_parse(
        &argc, &argv, "SESSION - says what a session holds", entries, 1, 1))
    return EXIT_USAGE;
  Desk *desk = session_load(argv[1], NULL, &error);
  if (!desk) {
    cmd_fail("%s", error);
    g_free(error);
    return EXIT_FAULT;
  }
  print_info(desk, argv[1], json);
  if (!json && session_holder(argv[1], &holder))
    printf("open in process %d, OSC port %d\n", holder.pid, holder.osc_port);
  desk_free(desk);
  return 0;
}
