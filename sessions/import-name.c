/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/import-name.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "console/link.h"

enum {
  STRIP_CHARS = 64,
  STEM_BYTES  = 200, /* file systems hold 255, with number and ending */
  END_BYTES   = 30,
};

/* --- order --- */

static int
compare_numbers(const char **a, const char **b)
{
  size_t x, y;

  *a += strspn(*a, "0");
  *b += strspn(*b, "0");
  x               = strspn(*a, "0123456789");
  y               = strspn(*b, "0123456789");
  const int order = x != y ? (x < y ? -1 : 1) : strncmp(*a, *b, x);
  *a += x;
  *b += y;
  return order;
}

static int
natural(const char *a, const char *b)
{
  while (*a && *b) {
    int order;
    if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
      order = compare_numbers(&a, &b);
    } else {
      order = (guchar)g_ascii_tolower(*a) - (guchar)g_ascii_tolower(*b);
      a++;
      b++;
    }
    if (order)
      return order;
  }
  return (guchar)*a - (guchar)*b;
}

int
import_name_compare(const char *a, const char *b)
{
  char *x     = import_name_stem(a);
  char *y     = import_name_stem(b);
  int   order = natural(x, y);

  g_free(x);
  g_free(y);
  return order ? order : strcmp(a, b);
}

/* --- what they say --- */

char *
import_name_stem(const char *file)
{
  char *stem = g_path_get_basename(file);
  char *dot  = strrchr(stem, '.');

  if (dot && dot != stem)
    *dot = '\0';
  return stem;
}

char
import_name_cut_side(char *stem)
{
  static const struct {
    const char *end;
    char        side;
  } ends[] = { { "left", 'L' }, { "right", 'R' }, { "l", 'L' }, { "r", 'R' } };
  const size_t length = strlen(stem);

  for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
    const size_t end = strlen(ends[i].end);
    if (length < end + 2 || !strchr("-_. ", stem[length - end - 1]) ||
        g_ascii_strcasecmp(stem + length - end, ends[i].end) != 0)
      continue;
    stem[length - end - 1] = '\0';
    return ends[i].side;
  }
  return 0;
}

/* --- what is made of them --- */

/* Valid UTF-8 with a blank or underscore in the place of what moves cursors. */
static char *
printable(const char *text, char instead)
{
  char    *valid = g_utf8_make_valid(text, -1);
  GString *clean = g_string_new(NULL);

  for (const char *at = valid; *at; at = g_utf8_next_char(at))
    if (g_unichar_iscntrl(g_utf8_get_char(at)))
      g_string_append_c(clean, instead);
    else
      g_string_append_unichar(clean, g_utf8_get_char(at));
  g_free(valid);
  return g_string_free(clean, FALSE);
}

static void
cut_bytes(char *text, size_t most)
{
  if (strlen(text) > most)
    *g_utf8_find_prev_char(text, text + most + 1) = '\0';
}

char *
import_name_strip(const char *stem, const char *suffix)
{
  const char *from = stem;

  while (g_ascii_isdigit(*from))
    from++;
  if (from > stem)
    from += strspn(from, "-_. ");
  char *name = printable(*from ? from : stem, ' ');
  g_strdelimit(name, "_-", ' ');
  g_strstrip(name);
  *name            = g_ascii_toupper(*name);
  const glong most = STRIP_CHARS - g_utf8_strlen(suffix, -1);
  if (g_utf8_strlen(name, -1) > most)
    *g_utf8_offset_to_pointer(name, most) = '\0';
  char *whole = g_strconcat(name, suffix, NULL);
  g_free(name);
  return whole;
}

char *
import_name_file(const char *file, const char *ending, int number)
{
  char *base = g_path_get_basename(file);
  char *name = printable(base, '_');
  char *dot  = strrchr(name, '.');
  char  count[16];

  g_strdelimit(name, "#", '_');
  if (dot == name)
    dot = NULL;
  char *end = g_strdup(ending ? ending : dot ? dot : "");
  if (dot)
    *dot = '\0';
  cut_bytes(name, STEM_BYTES);
  cut_bytes(end, END_BYTES);
  g_snprintf(count, sizeof count, " %d", number);
  char *whole = g_strconcat(name, number > 1 ? count : "", end, NULL);
  g_free(end);
  g_free(name);
  g_free(base);
  return whole;
}

bool
import_name_is_track(const char *path)
{
  char      *clean = printable(path, '_');
  int        channel[2];
  const bool same =
    strcmp(clean, path) == 0 && link_parse_track(path, channel) == strlen(path);

  g_free(clean);
  return same;
}
