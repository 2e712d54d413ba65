/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consort info: what a session holds, and what is wrong with it. */

#include <stdio.h>
#include <stdlib.h>

#include "console/cmd-tracks.h"
#include "console/cmd.h"
#include "sessions/lock.h"
#include "sessions/session.h"

typedef struct Summary {
  double   rate;
  double   length; /* seconds, of the longest track */
  unsigned strips, buses, tracks, missing;
} Summary;

static const char *
text_of(const Desk *desk, Owner owner, unsigned number, unsigned cell)
{
  return desk_get_text(desk, desk_address(owner, number, cell));
}

/* Opens the strip's track, says what is wrong with it, and counts it. */
static bool
look_at_track(const Desk    *desk,
              const char    *folder,
              unsigned       number,
              Summary       *summary,
              AudioFileInfo *info)
{
  char *error = NULL;

  if (!*text_of(desk, OWNER_STRIP, number, CELL_TRACK))
    return false;
  summary->tracks++;
  if (!cmd_track_probe(desk, folder, number, info, &error)) {
    summary->missing++;
    cmd_fail("%s", error);
    g_free(error);
    return false;
  }
  summary->length =
    MAX(summary->length, (double)info->frames / (double)info->rate);
  return true;
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

/* Keys that were kept for other versions, or are misspelt. */
static void
print_extra(const SessionExtra *extra)
{
  for (unsigned i = 0; i < session_extra_count(extra); i++) {
    char *key = cmd_visible(session_extra_key(extra, i));
    printf("not known here, and kept: %.80s\n", key);
    g_free(key);
  }
}

static void
print_totals(const Summary *summary)
{
  printf("%.0f Hz, %.2f s, %u strip%s, %u bus%s\n",
         summary->rate,
         summary->length,
         summary->strips,
         summary->strips == 1 ? "" : "s",
         summary->buses,
         summary->buses == 1 ? "" : "es");
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
    const bool     known = look_at_track(desk, folder, number, &summary, &info);
    if (!json)
      print_strip(desk, number, &info, known);
  }
  for (unsigned k = 0; !json && k < summary.buses; k++)
    print_bus(desk, desk_nth(desk, OWNER_BUS, k));
  if (json)
    print_summary_json(&summary);
  else
    print_totals(&summary);
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
  SessionExtra *extra = NULL;
  char         *error = NULL;

  if (!cmd_parse(
        &argc, &argv, "SESSION - says what a session holds", entries, 1, 1))
    return EXIT_USAGE;
  Desk *desk = session_load(argv[1], &extra, &error);
  if (!desk) {
    cmd_fail("%s", error);
    g_free(error);
    return EXIT_FAULT;
  }
  print_info(desk, argv[1], json);
  if (!json)
    print_extra(extra);
  if (!json && session_holder(argv[1], &holder))
    printf("open in process %d, OSC port %d\n", holder.pid, holder.osc_port);
  session_extra_free(extra);
  desk_free(desk);
  return 0;
}
