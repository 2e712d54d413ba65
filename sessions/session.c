/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of a session, and the form of its file. */

#include "sessions/session-private.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console/link.h"
#include "engine/tracks/sentence.h"
#include "engine/tracks/tempfile.h"
#include "sessions/folder.h"

/* --- names --- */

bool
session_exists(const char *folder)
{
  char      *path  = g_build_filename(folder, SESSION_FILE, NULL);
  const bool there = g_file_test(path, G_FILE_TEST_EXISTS);

  g_free(path);
  return there;
}

char *
session_cache(const char *folder)
{
  return g_build_filename(folder, "cache", NULL);
}

char *
session_track_path(const char *folder, const char *track)
{
  int          channel[2];
  const size_t length = link_parse_track(track, channel);
  char        *name   = g_strndup(track, length);
  char        *path   = g_path_is_absolute(name) ? g_strdup(name)
                                                 : g_build_filename(folder, name, NULL);

  g_free(name);
  return path;
}

/* --- the form of the file --- */

static const Owner file_order[OWNERS] = {
  OWNER_DESK, OWNER_TRANSPORT, OWNER_MARKER, OWNER_STRIP,  OWNER_BUS,
  OWNER_DCA,  OWNER_MUTEGROUP, OWNER_MAIN,   OWNER_MONITOR
};

Owner
session_owner(unsigned index)
{
  return file_order[index];
}

SessionRank
session_rank_next(Owner owner)
{
  SessionRank place = 0;

  while (file_order[place] != owner)
    place++;
  return (place + 1) << 32;
}

SessionRank
session_rank(Address address)
{
  return session_rank_next((Owner)address.owner) |
         (SessionRank)address.number << 16 | (address.cell + 1u);
}

bool
session_keeps(const ParamRow *row)
{
  return !(row->flags & (PARAM_TRANSIENT | PARAM_READONLY | PARAM_LIVE));
}

bool
session_says_existence(Owner owner, unsigned cell)
{
  return (owner == OWNER_STRIP && cell == CELL_CHANNELS) ||
         (owner == OWNER_BUS && cell == CELL_BUS_KIND) ||
         (owner == OWNER_MARKER && cell == CELL_MARKER_TIME);
}

bool
session_has_next(Owner owner)
{
  return owner == OWNER_STRIP || owner == OWNER_BUS || owner == OWNER_MARKER;
}

/* --- lines of other versions --- */

struct SessionExtra {
  GArray *lines; /* ExtraLine */
};

static void
clear_line(gpointer line)
{
  g_free(((ExtraLine *)line)->key);
  g_free(((ExtraLine *)line)->text);
}

SessionExtra *
session_extra_new(void)
{
  SessionExtra *extra = g_new0(SessionExtra, 1);

  extra->lines = g_array_new(FALSE, FALSE, sizeof(ExtraLine));
  g_array_set_clear_func(extra->lines, clear_line);
  return extra;
}

void
session_extra_free(SessionExtra *extra)
{
  if (!extra)
    return;
  g_array_free(extra->lines, TRUE);
  g_free(extra);
}

void
session_extra_add(SessionExtra *extra,
                  SessionRank   after,
                  const char   *key,
                  const char   *text,
                  size_t        length)
{
  const ExtraLine line = { .after = after,
                           .key   = g_strdup(key),
                           .text  = g_strndup(text, length) };

  g_array_append_val(extra->lines, line);
}

unsigned
session_extra_count(const SessionExtra *extra)
{
  return extra ? extra->lines->len : 0;
}

const ExtraLine *
session_extra_line(const SessionExtra *extra, unsigned index)
{
  return &g_array_index(extra->lines, ExtraLine, index);
}

const char *
session_extra_key(const SessionExtra *extra, unsigned index)
{
  return session_extra_line(extra, index)->key;
}

/* --- putting it in place --- */

static bool
write_all(int fd, const char *text)
{
  size_t left = strlen(text);

  while (left > 0) {
    const ssize_t written = write(fd, text, left);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    text += written;
    left -= (size_t)written;
  }
  return true;
}

/* The new file may be read and written by whom the old one could. */
static void
keep_mode(int fd, const char *path)
{
  struct stat old;

  if (stat(path, &old) == 0 && fchmod(fd, old.st_mode & 0777) != 0)
    g_debug("%s: its permissions could not be kept", path);
}

static bool
put_in_place(const char *path, const char *text, char **fault)
{
  TempFile file;

  tempfile_sweep(path);
  if (!tempfile_open(&file, path, fault))
    return false;
  keep_mode(file.fd, path);
  if (write_all(file.fd, text))
    return tempfile_commit(&file, fault);
  sentence(fault, "%s: cannot be written: %s", path, strerror(errno));
  tempfile_discard(&file);
  return false;
}

static void
sync_above(const char *folder)
{
  char *above = g_path_get_dirname(folder);

  if (!folder_sync(above))
    g_debug("%s: cannot be made durable", above);
  g_free(above);
}

bool
session_write(const char *folder, const char *text, char **error)
{
  char *path  = g_build_filename(folder, SESSION_FILE, NULL);
  char *fault = NULL;
  char *first;
  bool  done = folder_make(folder, &first);

  if (!done)
    *error = g_strdup_printf(
      "%s: the folder cannot be made: %s.", folder, g_strerror(errno));
  else if (!(done = put_in_place(path, text, &fault)))
    *error =
      g_strdup_printf("The session is not saved: %s. Make room or mend the "
                      "disk and save again, or save it in another folder.",
                      fault ? fault : path);
  if (!done)
    folder_unmake(folder, first);
  else if (first)
    sync_above(first);
  free(fault);
  g_free(first);
  g_free(path);
  return done;
}
