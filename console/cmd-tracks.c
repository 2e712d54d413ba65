/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/cmd-tracks.h"

#include <glib.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "console/cmd.h"
#include "console/link.h"
#include "sessions/session.h"

static const char *
track_of(const Desk *desk, unsigned number)
{
  return desk_get_text(desk, desk_address(OWNER_STRIP, number, CELL_TRACK));
}

/* Does the file have the channels that are asked of it? */
static bool
has_channels(const char *track, const AudioFileInfo *info)
{
  int channel[2];

  link_parse_track(track, channel);
  return channel[0] < info->channels && channel[1] < info->channels;
}

bool
cmd_track_probe(const Desk    *desk,
                const char    *folder,
                unsigned       number,
                AudioFileInfo *info,
                char         **error)
{
  const char *track = track_of(desk, number);
  char       *path  = session_track_path(folder, track);
  char       *fault = NULL;
  bool        good  = audiofile_probe(path, info, &fault);

  if (!good) {
    *error = g_strdup_printf("strip %u: %s.", number, fault);
    free(fault);
  } else if (!has_channels(track, info)) {
    good   = false;
    *error = g_strdup_printf("strip %u: %s: \"%s\" asks for a channel that the "
                             "file lacks; it has %d.",
                             number,
                             path,
                             track,
                             info->channels);
  }
  g_free(path);
  return good;
}

bool
cmd_tracks_check(const Desk *desk, const char *folder)
{
  bool good = true;

  for (unsigned k = 0; k < desk_count(desk, OWNER_STRIP); k++) {
    const unsigned number = desk_nth(desk, OWNER_STRIP, k);
    AudioFileInfo  info;
    char          *error = NULL;
    if (!*track_of(desk, number) ||
        cmd_track_probe(desk, folder, number, &info, &error))
      continue;
    cmd_fail("%s", error);
    g_free(error);
    good = false;
  }
  return good;
}

bool
cmd_tracks_have(const Desk *desk, const char *folder, const char *file)
{
  struct stat here, there;
  bool        found = false;

  if (stat(file, &here) != 0)
    return false;
  for (unsigned k = 0; k < desk_count(desk, OWNER_STRIP) && !found; k++) {
    const char *track = track_of(desk, desk_nth(desk, OWNER_STRIP, k));
    char       *path  = session_track_path(folder, track);
    found = *track && stat(path, &there) == 0 && here.st_dev == there.st_dev &&
            here.st_ino == there.st_ino;
    g_free(path);
  }
  return found;
}
