/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading session.json with suspicion. A library judges the syntax; then the
   text is gone through once more for its lines, so that every sentence says in
   which one the trouble is, and lines of other versions can be kept to the
   letter. First everything comes into being, then values are set, then the
   routing is checked as a whole. */

#include "sessions/session-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/value.h"

#define SIZE_LIMIT  (32 * 1024 * 1024)
#define LINE_LIMIT  2000000 /* a full desk, every value changed, has half */
#define SHOWN_CHARS 40      /* of what a file says, in a sentence about it */

static const Who loader = { .origin = ORIGIN_LOADER };

/* A member of the file's object. */
typedef struct Member {
  char       *key;
  json_t     *value; /* the root's */
  const char *text;  /* as written, from the key on */
  size_t      length;
  unsigned    line;
} Member;

typedef struct Reading {
  const char   *path;
  Desk         *desk;
  SessionExtra *extra;
  char        **error;
} Reading;

/* --- refusals --- */

/* The sentence quotes what it found, which may be anything. */
static char *
make_readable(const char *sentence)
{
  char    *valid    = g_utf8_make_valid(sentence, -1);
  GString *readable = g_string_new(NULL);

  for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    if (g_unichar_iscntrl(c))
      g_string_append_printf(readable, "\\x%02x", c);
    else
      g_string_append_unichar(readable, c);
  }
  g_free(valid);
  return g_string_free(readable, FALSE);
}

/* Takes the reason; line 0: none. */
static void
refuse_with(const Reading *reading, unsigned line, char *why)
{
  char place[16] = "";

  if (line)
    g_snprintf(place, sizeof place, ":%u", line);
  char *sentence  = g_strdup_printf("%s%s: %s", reading->path, place, why);
  *reading->error = make_readable(sentence);
  g_free(sentence);
  g_free(why);
}

static bool G_GNUC_PRINTF(2, 3)
  refuse(const Reading *reading, const char *format, ...)
{
  va_list args;

  va_start(args, format);
  refuse_with(reading, 0, g_strdup_vprintf(format, args));
  va_end(args);
  return false;
}

/* The sentence names the address, once. */
static bool G_GNUC_PRINTF(3, 4) refuse_member(const Reading *reading,
                                              const Member  *member,
                                              const char    *format,
                                              ...)
{
  va_list args;

  va_start(args, format);
  char *why = g_strdup_vprintf(format, args);
  va_end(args);
  if (!g_str_has_prefix(why, member->key)) {
    char *named = g_strdup_printf("%s: %s", member->key, why);
    g_free(why);
    why = named;
  }
  refuse_with(reading, member->line, why);
  return false;
}

/* --- the file --- */

/* Regular files alone: opening a FIFO would wait for ever. */
static int
open_file(const Reading *reading, gsize *size)
{
  const int fd =
    open(reading->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat status;

  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      refuse(reading,
             "there is no session here; `consort new` or `consort demo` makes "
             "one.");
    else
      refuse(reading, "the session cannot be read: %s.", g_strerror(errno));
    return -1;
  }
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    refuse(reading, "this is no regular file; put the session's file here.");
  else if (status.st_size > SIZE_LIMIT)
    refuse(reading,
           "the file is larger than any session, which has 32 MiB at most; "
           "take it from a backup.");
  else if (status.st_size == 0)
    refuse(reading, "the file is empty; take it from a backup.");
  else {
    *size = (gsize)status.st_size;
    return fd;
  }
  close(fd);
  return -1;
}

static bool
read_all(int fd, char *text, gsize size)
{
  gsize got = 0;

  while (got < size) {
    const ssize_t n = read(fd, text + got, size - got);
    if (n < 0 && errno == EINTR)
      continue;
    if (n == 0)
      errno = EIO; /* it became shorter meanwhile */
    if (n <= 0)
      return false;
    got += (gsize)n;
  }
  text[size] = '\0';
  return true;
}

/* What would make the parser's memory grow without measure. */
static bool
is_sane(const Reading *reading, const char *text, gsize size)
{
  gsize count = 0;

  if (memchr(text, '\0', size))
    return refuse(reading,
                  "the file has zero bytes in it, so it is damaged; take it "
                  "from a backup.");
  for (const char *at = text; (at = strchr(at, ',')); at++)
    count++;
  if (count > LINE_LIMIT)
    return refuse(reading,
                  "the file has more lines than any session; take it from a "
                  "backup.");
  return true;
}

static char *
read_file(const Reading *reading)
{
  gsize     size = 0;
  const int fd   = open_file(reading, &size);

  if (fd < 0)
    return NULL;
  char *text = g_malloc(size + 1);
  bool  good = read_all(fd, text, size);
  if (!good)
    refuse(reading, "the session cannot be read: %s.", g_strerror(errno));
  close(fd);
  if (good && is_sane(reading, text, size))
    return text;
  g_free(text);
  return NULL;
}

/* --- syntax --- */

static json_t *
parse(const Reading *reading, const char *text)
{
  json_error_t error;
  json_t      *root =
    json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);

  if (!root) {
    refuse_with(reading,
                (unsigned)MAX(error.line, 1),
                g_strdup_printf("%s. Mend this line, or take the file from a "
                                "backup.",
                                error.text));
    return NULL;
  }
  const char *format = json_string_value(json_object_get(root, "format"));
  if (format && strcmp(format, SESSION_FORMAT) == 0)
    return root;
  if (format)
    refuse(reading,
           "format: \"%.40s\" is not what this version reads, which is "
           "\"" SESSION_FORMAT "\"; open it with the version that wrote it.",
           format);
  else
    refuse(reading,
           "format: this is no session; one begins with a line \"format\": "
           "\"" SESSION_FORMAT "\".");
  json_decref(root);
  return NULL;
}

/* Goes through the text of an object that is known to be sound. */
typedef struct Scanner {
  const char *at;
  unsigned    line;
} Scanner;

static void
skip_space(Scanner *scanner)
{
  while (strchr(" \t\r\n", *scanner->at) && *scanner->at) {
    scanner->line += *scanner->at == '\n';
    scanner->at++;
  }
}

static void
skip_string(Scanner *scanner)
{
  for (scanner->at++; *scanner->at != '"'; scanner->at++)
    if (*scanner->at == '\\')
      scanner->at++;
  scanner->at++;
}

static void
skip_value(Scanner *scanner)
{
  unsigned depth = 0;

  do {
    if (*scanner->at == '"') {
      skip_string(scanner);
      continue;
    }
    if (strchr("[{", *scanner->at))
      depth++;
    else if (strchr("]}", *scanner->at))
      depth--;
    scanner->line += *scanner->at == '\n';
    scanner->at++;
  } while (depth > 0 || !strchr(" \t\r\n,}", *scanner->at));
}

/* The key that a quoted text says. */
static char *
read_key(const char *text, size_t length)
{
  if (!memchr(text, '\\', length))
    return g_strndup(text + 1, length - 2);
  json_t *string = json_loadb(text, length, JSON_DECODE_ANY, NULL);
  char   *key    = g_strdup(json_string_value(string));

  json_decref(string);
  return key;
}

static void
clear_member(gpointer member)
{
  g_free(((Member *)member)->key);
}

static GArray *
read_members(const char *text, const json_t *root)
{
  GArray *members = g_array_new(FALSE, FALSE, sizeof(Member));
  Scanner scanner = { text, 1 };

  g_array_set_clear_func(members, clear_member);
  skip_space(&scanner);
  do {
    Member member;
    scanner.at++; /* the brace, or a comma */
    skip_space(&scanner);
    member.text = scanner.at;
    member.line = scanner.line;
    skip_string(&scanner);
    member.key   = read_key(member.text, (size_t)(scanner.at - member.text));
    member.value = json_object_get(root, member.key);
    skip_space(&scanner);
    scanner.at++; /* the colon */
    skip_space(&scanner);
    skip_value(&scanner);
    member.length = (size_t)(scanner.at - member.text);
    g_array_append_val(members, member);
    skip_space(&scanner);
  } while (*scanner.at == ',');
  return members;
}

/* --- values --- */

static char *
shown(const json_t *value)
{
  char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
  char *cut  = g_utf8_make_valid(text ? text : "?", -1);

  free(text);
  if (g_utf8_strlen(cut, -1) > SHOWN_CHARS)
    memcpy(g_utf8_offset_to_pointer(cut, SHOWN_CHARS - 1), "…", sizeof "…");
  return cut;
}

static bool
wrong_type(const Reading *reading, const Member *member, const char *should)
{
  char *text = shown(member->value);

  refuse_member(reading, member, "%s will not do; write %s.", text, should);
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
set_number(Reading *reading, const Member *member, Address address)
{
  const ParamRow *row   = params_of_cell(address.cell);
  const json_t   *value = member->value;
  const bool plain = row->taper != TAPER_SWITCH && row->taper != TAPER_CHOICE;
  char       reason[DESK_REASON], why[160];
  double     number = 0.0;

  if (json_is_boolean(value) && row->taper == TAPER_SWITCH)
    number = json_is_true(value) ? 1.0 : 0.0;
  else if (json_is_number(value) && plain)
    number = json_number_value(value);
  else if (!json_is_string(value) || row->taper == TAPER_SWITCH)
    return wrong_type(reading, member, should_be(row));
  else if (!value_parse(row, json_string_value(value), &number, why))
    return refuse_member(reading, member, "%s", why);
  return desk_set(reading->desk, address, number, loader, reason) ||
         refuse_member(reading, member, "%s", reason);
}

static bool
set_text(Reading *reading, const Member *member, Address address)
{
  const char *text = json_string_value(member->value);
  char        reason[DESK_REASON];

  if (!text)
    return wrong_type(reading, member, should_be(params_of_cell(address.cell)));
  return desk_set_text(reading->desk, address, text, loader, reason) ||
         refuse_member(reading, member, "%s", reason);
}

/* Recognises "/desk/next/strip". */
static bool
is_next_number(const char *key, Owner *owner)
{
  if (!g_str_has_prefix(key, SESSION_NEXT))
    return false;
  for (*owner = 0; *owner < OWNERS; (*owner)++)
    if (session_has_next(*owner) &&
        strcmp(key + strlen(SESSION_NEXT), params_owner_name(*owner)) == 0)
      return true;
  return false;
}

static bool
set_next_number(Reading *reading, const Member *member, Owner owner)
{
  const double next  = json_number_value(member->value);
  const double limit = params_owner_limit(owner) + 1.0;
  char         should[64];

  if (json_is_number(member->value) && next >= 1.0 && next <= limit &&
      next == (double)(unsigned)next) {
    desk_set_next_number(reading->desk, owner, (unsigned)next);
    return true;
  }
  g_snprintf(should, sizeof should, "a whole number from 1 to %.0f", limit);
  return wrong_type(reading, member, should);
}

static bool
read_address(const char *key, Address *address)
{
  return address_parse(key, address, NULL) &&
         session_keeps(params_of_cell(address->cell));
}

/* "/strip/1000000000/fader" is no line of another version: a desk with so many
   would not be this one any more. */
static bool
check_limits(const Reading *reading, const Member *member)
{
  for (Owner owner = 0; owner < OWNERS; owner++) {
    char       *prefix = g_strdup_printf("/%s/", params_owner_name(owner));
    const char *number = member->key + strlen(prefix);
    const bool  mine   = params_owner_is_numbered(owner) &&
                      g_str_has_prefix(member->key, prefix) &&
                      g_ascii_isdigit(*number);
    g_free(prefix);
    if (!mine)
      continue;
    const guint64 value = g_ascii_strtoull(number, NULL, 10);
    if (*number == '0' || value > params_owner_limit(owner)) {
      char *key = g_strdup_printf("%.*s", SHOWN_CHARS, member->key);
      refuse_with(reading,
                  member->line,
                  g_strdup_printf("%s: %s numbers go from 1 to %u; take the "
                                  "line out.",
                                  key,
                                  params_owner_name(owner),
                                  params_owner_limit(owner)));
      g_free(key);
      return false;
    }
  }
  return true;
}

static bool
refuse_missing(const Reading *reading, const Member *member, Address address)
{
  const Owner owner = (Owner)address.owner;
  unsigned    cell  = 0;
  char        line[ADDRESS_TEXT];

  while (!session_says_existence(owner, cell))
    cell++;
  address_print(desk_address(owner, address.number, cell), line);
  return refuse_member(reading,
                       member,
                       "there is no %s %u in this session; give it its line "
                       "\"%s\", or take this one out.",
                       params_owner_name(owner),
                       address.number,
                       line);
}

static bool
set_value(Reading *reading, const Member *member, Address address)
{
  if (!desk_exists(reading->desk, address.owner, address.number))
    return refuse_missing(reading, member, address);
  if (params_of_cell(address.cell)->taper == TAPER_TEXT)
    return set_text(reading, member, address);
  return set_number(reading, member, address);
}

/* --- the whole --- */

static bool
add_owners(Reading *reading, const GArray *members)
{
  for (guint i = 0; i < members->len; i++) {
    const Member *member = &g_array_index(members, Member, i);
    Address       address;
    char          reason[DESK_REASON];

    if (read_address(member->key, &address) &&
        session_says_existence(address.owner, address.cell) &&
        !desk_add(reading->desk, address.owner, address.number, loader, reason))
      return refuse_member(reading, member, "%s", reason);
  }
  return true;
}

static bool
set_member(Reading *reading, const Member *member, SessionRank *rank)
{
  Address     address;
  Owner       owner;
  SessionRank mine = 0;

  if (strcmp(member->key, "format") == 0)
    return true;
  if (is_next_number(member->key, &owner)) {
    mine = session_rank_next(owner);
    if (!set_next_number(reading, member, owner))
      return false;
  } else if (read_address(member->key, &address)) {
    mine = session_rank(address);
    if (!set_value(reading, member, address))
      return false;
  } else {
    session_extra_add(
      reading->extra, *rank, member->key, member->text, member->length);
    return check_limits(reading, member);
  }
  *rank = MAX(*rank, mine);
  return true;
}

static bool
fill(Reading *reading, const GArray *members)
{
  SessionRank rank = 0;
  char        reason[DESK_REASON];

  if (!add_owners(reading, members))
    return false;
  for (guint i = 0; i < members->len; i++)
    if (!set_member(reading, &g_array_index(members, Member, i), &rank))
      return false;
  if (!desk_check_routing(reading->desk, reason))
    return refuse(reading, "%s Take one of these ways out.", reason);
  return true;
}

/* Some editors begin a file with a byte order mark. */
static const char *
skip_mark(const char *text)
{
  return text + (g_str_has_prefix(text, "\xef\xbb\xbf") ? 3 : 0);
}

static bool
read_desk(Reading *reading)
{
  char       *file = read_file(reading);
  const char *text = file ? skip_mark(file) : NULL;
  json_t     *root = text ? parse(reading, text) : NULL;
  bool        done = false;

  if (root) {
    GArray *members = read_members(text, root);
    reading->desk   = desk_new();
    reading->extra  = session_extra_new();
    done            = fill(reading, members);
    g_array_free(members, TRUE);
  }
  json_decref(root);
  g_free(file);
  return done;
}

Desk *
session_load(const char *folder, SessionExtra **extra, char **error)
{
  char   *path    = g_build_filename(folder, SESSION_FILE, NULL);
  Reading reading = { .path = path, .error = error };

  if (!read_desk(&reading)) {
    desk_free(reading.desk);
    reading.desk = NULL;
  } else if (extra) {
    *extra        = reading.extra;
    reading.extra = NULL;
  }
  session_extra_free(reading.extra);
  g_free(path);
  return reading.desk;
}
