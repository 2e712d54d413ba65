/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "sessions/demo-mix.h"
#include "sessions/session.h"

static const Who who = { .origin = ORIGIN_LOADER };

static bool
set(Desk *desk, const char *name, const char *value, char **error)
{
  char    reason[DESK_REASON] = "there is no such address.";
  Address address;

  if (address_parse(name, &address, NULL) &&
      desk_set_typed(desk, address, value, who, reason))
    return true;
  *error = g_strdup_printf(
    "%s: the demo's mix does not fit this desk: %s", name, reason);
  return false;
}

static void
add_tracks(Desk *desk)
{
  for (int i = 0; i < demo_song_tracks(); i++) {
    const DemoTrack *track  = demo_song_track(i);
    const unsigned   number = desk_add(desk, OWNER_STRIP, 0, who, NULL);
    char            *file   = g_strdup_printf("audio/%s", track->file);
    const struct {
      unsigned    cell;
      const char *text;
    } texts[] = { { CELL_NAME, track->name },
                  { CELL_COLOR, track->color },
                  { CELL_TRACK, file } };

    desk_set(desk,
             desk_address(OWNER_STRIP, number, CELL_CHANNELS),
             track->channels,
             who,
             NULL);
    for (size_t k = 0; k < G_N_ELEMENTS(texts); k++)
      desk_set_text(desk,
                    desk_address(OWNER_STRIP, number, texts[k].cell),
                    texts[k].text,
                    who,
                    NULL);
    g_free(file);
  }
}

static void
add_markers(Desk *desk)
{
  for (int i = 0; i < demo_song_sections(); i++) {
    const DemoSection *section = demo_song_section(i);
    const unsigned     number  = desk_add(desk, OWNER_MARKER, 0, who, NULL);

    desk_set(desk,
             desk_address(OWNER_MARKER, number, CELL_MARKER_TIME),
             section->start,
             who,
             NULL);
    desk_set_text(desk,
                  desk_address(OWNER_MARKER, number, CELL_NAME),
                  section->name,
                  who,
                  NULL);
  }
}

/* Buses come into being as the mix names them. */
static bool
apply_mix(Desk *desk, char **error)
{
  const DemoSetting *settings = demo_mix_settings();

  for (int i = 0; settings[i].address; i++) {
    Address address;

    if (address_parse(settings[i].address, &address, NULL) &&
        address.owner == OWNER_BUS &&
        !desk_exists(desk, OWNER_BUS, address.number))
      desk_add(desk, OWNER_BUS, address.number, who, NULL);
  }
  for (int i = 0; settings[i].address; i++)
    if (!set(desk, settings[i].address, settings[i].value, error))
      return false;
  return true;
}

static bool
write_desk(const char *folder, char **error)
{
  Desk *desk = desk_new();

  add_tracks(desk);
  add_markers(desk);
  bool done = apply_mix(desk, error);
  if (done) {
    char *text = session_print(desk, NULL);
    done       = session_write(folder, text, error);
    g_free(text);
  }
  desk_free(desk);
  return done;
}

/* Nothing but what a demo that was interrupted leaves: never a folder that
   somebody has put something into. */
static bool
is_free(const char *folder)
{
  GDir       *dir  = g_dir_open(folder, 0, NULL);
  const char *name = NULL;
  bool        free = true;

  while (dir && free && (name = g_dir_read_name(dir)))
    free = strcmp(name, "audio") == 0;
  if (dir)
    g_dir_close(dir);
  return free;
}

/* The session file comes last: a demo that was interrupted is no session. */
bool
demo_make(const char *folder, DemoProgress *progress, void *self, char **error)
{
  char *audio = g_build_filename(folder, "audio", NULL);
  bool  done  = false;

  if (session_exists(folder))
    *error = g_strdup_printf(
      "%s: there is a session already; choose another folder.", folder);
  else if (!is_free(folder))
    *error = g_strdup_printf(
      "%s: there is something in this folder; choose a new one.", folder);
  else if (g_mkdir_with_parents(audio, 0755) != 0)
    *error = g_strdup_printf(
      "%s: the folder cannot be made: %s.", folder, g_strerror(errno));
  else
    done = demo_song_write(audio, progress, self, error) &&
           write_desk(folder, error);
  g_free(audio);
  return done;
}
