/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/session.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/value.h"

#define FILE_NAME   "session.json"
#define FORMAT      "consort session 1"
#define SIZE_LIMIT  (64 * 1024 * 1024)
#define SHOWN_BYTES 120 /* of what a file says, in a sentence about it */

/* Owners in the order in which a file lists them. */
static const Owner file_order[] = {
  OWNER_DESK, OWNER_TRANSPORT, OWNER_MARKER, OWNER_STRIP,  OWNER_BUS,
  OWNER_DCA,  OWNER_MUTEGROUP, OWNER_MAIN,   OWNER_MONITOR
};

struct SessionExtra {
  json_t *keys; /* an object: what this version does not know */
};

static const Who loader = { .origin = ORIGIN_LOADER };

/* --- names --- */

bool
session_exists(const char *folder)
{
  char      *path  = g_build_filename(folder, FILE_NAME, NULL);
  const bool there = g_file_test(path, G_FILE_TEST_IS_REGULAR);

  g_free(path);
  return there;
}

char *
session_cache(const char *folder)
{
  return g_build_filename(folder, "cache", NULL);
}

/* --- writing --- */

/* The cell that says that an owner exists; it always stands in the file. */
static bool
says_existence(Owner owner, unsigned cell)
{
  return (owner == OWNER_STRIP && cell == CELL_CHANNELS) ||
         (owner == OWNER_BUS && cell == CELL_BUS_KIND) ||
         (owner == OWNER_MARKER && cell == CELL_MARKER_TIME);
}

static bool
is_saved(const ParamRow *row)
{
  return !(row->flags & (PARAM_TRANSIENT | PARAM_READONLY | PARAM_LIVE));
}

static void
print_string(GString *out, const char *text)
{
  json_t *string = json_string(text);
  char   *quoted = json_dumps(string, JSON_ENCODE_ANY);

  g_string_append(out, quoted ? quoted : "\"\"");
  free(quoted);
  json_decref(string);
}

static void
print_number(GString *out, const ParamRow *row, double value)
{
  char text[VALUE_TEXT];

  if (row->taper == TAPER_SWITCH) {
    g_string_append(out, value > 0.5 ? "true" : "false");
  } else if (row->taper == TAPER_CHOICE) {
    print_string(out, row->choices[(int)value]);
  } else {
    value_print(value, text);
    if (isfinite(value))
      g_string_append(out, text);
    else
      print_string(out, text);
  }
}

static void
print_value(GString *out, const Desk *desk, Address address)
{
  const ParamRow *row = params_of_cell(address.cell);
  char            text[ADDRESS_TEXT];

  if (!params_owner_has(address.owner, address.cell) || !is_saved(row) ||
      (desk_is_default(desk, address) &&
       !says_existence(address.owner, address.cell)))
    return;
  address_print(address, text);
  g_string_append_printf(out, ",\n\"%s\": ", text);
  if (row->taper == TAPER_TEXT)
    print_string(out, desk_get_text(desk, address));
  else
    print_number(out, row, desk_get(desk, address));
}

static void
print_owner(GString *out, const Desk *desk, Owner owner, unsigned number)
{
  for (unsigned cell = 0; cell < CELLS; cell++)
    print_value(out, desk, desk_address(owner, number, cell));
}

/* The next number, where numbers were given that are gone. */
static void
print_next_number(GString *out, const Desk *desk, Owner owner)
{
  const unsigned count = desk_count(desk, owner);
  const unsigned last  = count ? desk_nth(desk, owner, count - 1) : 0;

  if (desk_next_number(desk, owner) > last + 1)
    g_string_append_printf(out,
                           ",\n\"/desk/next/%s\": %u",
                           params_owner_name(owner),
                           desk_next_number(desk, owner));
}

static void
print_extra(GString *out, const SessionExtra *extra)
{
  const char *key;
  json_t     *value;

  if (!extra)
    return;
  json_object_foreach(extra->keys, key, value)
  {
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    g_string_append(out, ",\n");
    print_string(out, key);
    g_string_append_printf(out, ": %s", text ? text : "null");
    free(text);
  }
}

char *
session_print(const Desk *desk, const SessionExtra *extra)
{
  GString *out = g_string_new("{\n\"format\": \"" FORMAT "\"");

  for (size_t i = 0; i < G_N_ELEMENTS(file_order); i++) {
    const Owner owner = file_order[i];
    if (owner == OWNER_STRIP || owner == OWNER_BUS || owner == OWNER_MARKER)
      print_next_number(out, desk, owner);
    if (!params_owner_is_numbered(owner))
      print_owner(out, desk, owner, 0);
    else
      for (unsigned k = 0; k < desk_count(desk, owner); k++)
        print_owner(out, desk, owner, desk_nth(desk, owner, k));
  }
  print_extra(out, extra);
  g_string_append(out, "\n}\n");
  return g_string_free(out, FALSE);
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
  return fsync(fd) == 0;
}

static bool
sync_folder(const char *folder)
{
  const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return false;
  const bool done = fsync(fd) == 0;
  return close(fd) == 0 && done;
}

static bool
put_in_place(const char *folder, const char *path, const char *text)
{
  char     *temporary = g_strdup_printf("%s.new", path);
  const int fd        = open(
    temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  bool done = fd >= 0 && write_all(fd, text);

  if (fd >= 0 && close(fd) != 0)
    done = false;
  done = done && rename(temporary, path) == 0 && sync_folder(folder);
  if (!done && fd >= 0) {
    const int why = errno;
    unlink(temporary);
    errno = why;
  }
  g_free(temporary);
  return done;
}

bool
session_write(const char *folder, const char *text, char **error)
{
  char *path = g_build_filename(folder, FILE_NAME, NULL);
  bool  done =
    g_mkdir_with_parents(folder, 0755) == 0 && put_in_place(folder, path, text);

  if (!done)
    *error = g_strdup_printf("%s: the session could not be saved: %s. What was "
                             "saved before is as it was.",
                             path,
                             g_strerror(errno));
  g_free(path);
  return done;
}

/* --- reading --- */

typedef struct Reading {
  const char *path;
  Desk       *desk;
  json_t     *extra;
  char      **error;
} Reading;

static bool G_GNUC_PRINTF(3, 4)
  refuse(const Reading *reading, const char *where, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  char *why = g_strdup_vprintf(format, args);
  va_end(args);
  *reading->error = g_strdup_printf(
    "%s: %s%s%s", reading->path, where, *where ? ": " : "", why);
  g_free(why);
  return false;
}

/* Regular files alone: opening a FIFO would wait for ever. */
static char *
read_file(const Reading *reading)
{
  const int   fd = open(reading->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat stat;
  char       *text = NULL;

  if (fd < 0) {
    refuse(reading,
           "",
           "the session cannot be read: %s.",
           errno == ENOENT ? "there is none; `consort new` makes one"
                           : g_strerror(errno));
    return NULL;
  }
  if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
    refuse(reading, "", "this is no regular file.");
  } else if (stat.st_size > SIZE_LIMIT) {
    refuse(reading, "", "the file is larger than any session: 64 MiB at most.");
  } else {
    gsize length = (gsize)stat.st_size, got = 0;
    text = g_malloc(length + 1);
    while (got < length) {
      const ssize_t n = read(fd, text + got, length - got);
      if (n <= 0)
        break;
      got += (gsize)n;
    }
    text[got] = '\0';
    if (memchr(text, '\0', got)) {
      g_clear_pointer(&text, g_free);
      refuse(reading,
             "",
             "the file has zero bytes in it: it is damaged; "
             "take it from a backup.");
    }
  }
  close(fd);
  return text;
}

static json_t *
parse(const Reading *reading, const char *text)
{
  json_error_t error;
  json_t      *root =
    json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);

  if (!root) {
    *reading->error = g_strdup_printf("%s:%d: %s. Mend this line, or take the "
                                      "file from a backup.",
                                      reading->path,
                                      error.line,
                                      error.text);
    return NULL;
  }
  const char *format = json_string_value(json_object_get(root, "format"));
  if (json_is_object(root) && format && strcmp(format, FORMAT) == 0)
    return root;
  refuse(reading,
         "format",
         "this is no session of this program: it should say \"%s\".",
         FORMAT);
  json_decref(root);
  return NULL;
}

/* Recognises "/desk/next/strip". */
static bool
is_next_number(const char *key, Owner *owner)
{
  static const Owner owners[] = { OWNER_STRIP, OWNER_BUS, OWNER_MARKER };

  for (size_t i = 0; i < G_N_ELEMENTS(owners); i++)
    if (g_str_has_prefix(key, "/desk/next/") &&
        strcmp(key + strlen("/desk/next/"), params_owner_name(owners[i])) ==
          0) {
      *owner = owners[i];
      return true;
    }
  return false;
}

static bool
read_address(const char *key, Address *address)
{
  const char *rest;

  return address_parse(key, address, &rest) && !*rest &&
         is_saved(params_of_cell(address->cell));
}

/* First everything that exists, so that what refers to it finds it. */
static bool
add_owner(Reading *reading, const char *key, Address address)
{
  char reason[DESK_REASON];

  if (!says_existence(address.owner, address.cell))
    return true;
  if (desk_add(reading->desk, address.owner, address.number, loader, reason))
    return true;
  return refuse(reading, key, "%s", reason);
}

static char *
shown(const json_t *value)
{
  char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
  char *cut  = g_utf8_make_valid(text ? text : "?", -1);

  free(text);
  if (strlen(cut) > SHOWN_BYTES) {
    char *at = g_utf8_find_prev_char(cut, cut + SHOWN_BYTES);
    strcpy(at, "…");
  }
  return cut;
}

static bool
wrong_type(const Reading *reading,
           const char    *key,
           const json_t  *value,
           const char    *should)
{
  char *text = shown(value);

  refuse(reading, key, "%s is not what stands here: use %s.", text, should);
  g_free(text);
  return false;
}

static const char *
should_be(const ParamRow *row)
{
  switch (row->taper) {
  case TAPER_TEXT:
    return "a text in quotes";
  case TAPER_SWITCH:
    return "true or false";
  case TAPER_CHOICE:
    return "one of the choices' names in quotes";
  default:
    return "a number, or \"-inf\" where it may be that";
  }
}

static bool
set_number(Reading      *reading,
           const char   *key,
           Address       address,
           const json_t *value)
{
  const ParamRow *row = params_of_cell(address.cell);
  char            reason[DESK_REASON];
  double          number = 0.0;

  if (json_is_boolean(value) && row->taper == TAPER_SWITCH)
    number = json_is_true(value) ? 1.0 : 0.0;
  else if (json_is_number(value) && row->taper != TAPER_SWITCH &&
           row->taper != TAPER_CHOICE)
    number = json_number_value(value);
  else if (json_is_string(value) && row->taper != TAPER_SWITCH) {
    char why[160];
    if (!value_parse(row, json_string_value(value), &number, why))
      return refuse(reading, key, "%s", why);
  } else
    return wrong_type(reading, key, value, should_be(row));
  if (desk_set(reading->desk, address, number, loader, reason))
    return true;
  return refuse(reading, key, "%s", reason);
}

/* A track that a file names stays inside the session's folder, unless a person
   gave a whole path. */
static bool
path_is_safe(const char *path)
{
  char **parts = g_strsplit(path, "/", -1);
  bool   safe  = true;

  for (int i = 0; parts[i]; i++)
    safe &= strcmp(parts[i], "..") != 0;
  g_strfreev(parts);
  return safe;
}

static bool
set_text(Reading      *reading,
         const char   *key,
         Address       address,
         const json_t *value)
{
  const char *text = json_string_value(value);
  char        reason[DESK_REASON];

  if (!text)
    return wrong_type(
      reading, key, value, should_be(params_of_cell(address.cell)));
  if (address.cell == CELL_TRACK && !path_is_safe(text))
    return refuse(reading,
                  key,
                  "the track leads out of the session's folder; use a path "
                  "without \"..\", or a whole one.");
  if (desk_set_text(reading->desk, address, text, loader, reason))
    return true;
  return refuse(reading, key, "%s", reason);
}

static bool
set_value(Reading *reading, const char *key, const json_t *value)
{
  Address address;
  Owner   owner;

  if (strcmp(key, "format") == 0)
    return true;
  if (is_next_number(key, &owner)) {
    const double next = json_number_value(value);
    if (!json_is_number(value) || next < 1.0 || next > MAX_NUMBER + 1.0)
      return wrong_type(reading, key, value, "a number from 1 to 10000");
    desk_set_next_number(reading->desk, owner, (unsigned)next);
    return true;
  }
  if (!read_address(key, &address)) {
    json_object_set(reading->extra, key, (json_t *)value);
    return true;
  }
  if (!desk_exists(reading->desk, address.owner, address.number))
    return refuse(reading,
                  key,
                  "there is no such strip here: a strip needs its line "
                  "\"channels\", a bus its \"kind\", a marker its \"time\".");
  if (params_of_cell(address.cell)->taper == TAPER_TEXT)
    return set_text(reading, key, address, value);
  return set_number(reading, key, address, value);
}

static bool
fill(Reading *reading, json_t *root)
{
  const char *key;
  json_t     *value;
  Address     address;
  char        reason[DESK_REASON];

  json_object_foreach(root, key, value)
  {
    if (read_address(key, &address) && !add_owner(reading, key, address))
      return false;
  }
  json_object_foreach(root, key, value)
  {
    if (!set_value(reading, key, value))
      return false;
  }
  if (!desk_check_routing(reading->desk, reason))
    return refuse(reading, "", "%s", reason);
  return true;
}

Desk *
session_load(const char *folder, SessionExtra **extra, char **error)
{
  char   *path    = g_build_filename(folder, FILE_NAME, NULL);
  Reading reading = { .path = path, .error = error };
  char   *text    = read_file(&reading);
  json_t *root    = text ? parse(&reading, text) : NULL;
  bool    done    = false;

  if (root) {
    reading.desk  = desk_new();
    reading.extra = json_object();
    done          = fill(&reading, root);
  }
  if (!done) {
    desk_free(reading.desk);
    reading.desk = NULL;
  }
  if (done && extra) {
    *extra         = g_new0(SessionExtra, 1);
    (*extra)->keys = json_incref(reading.extra);
  }
  json_decref(reading.extra);
  json_decref(root);
  g_free(text);
  g_free(path);
  return reading.desk;
}

void
session_extra_free(SessionExtra *extra)
{
  if (!extra)
    return;
  json_decref(extra->keys);
  g_free(extra);
}
