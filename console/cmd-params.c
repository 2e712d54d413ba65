/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table, printed for people, for programs, and for the manual. */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "console/cmd.h"
#include "engine/value.h"

static char *
owners_of(const ParamRow *row)
{
  GString *owners = g_string_new(NULL);

  for (Owner owner = 0; owner < OWNERS; owner++)
    if (row->owners & (1u << owner))
      g_string_append_printf(
        owners, "%s%s", owners->len ? " " : "", params_owner_name(owner));
  return g_string_free(owners, FALSE);
}

/* The range or the choices, in words. */
static char *
range_of(const ParamRow *row)
{
  char low[VALUE_TEXT], high[VALUE_TEXT];

  switch (row->taper) {
  case TAPER_SWITCH:
    return g_strdup("on, off");
  case TAPER_TRIGGER:
    return g_strdup("1 acts");
  case TAPER_TEXT:
    return g_strdup_printf("text of up to %.0f characters", row->max);
  case TAPER_CHOICE: {
    GString *choices = g_string_new(NULL);
    for (int i = 0; i <= (int)row->max; i++)
      g_string_append_printf(choices, "%s%s", i ? ", " : "", row->choices[i]);
    return g_string_free(choices, FALSE);
  }
  default:
    value_format(row, row->min, low);
    value_format(row, row->max, high);
    return g_strdup_printf("%s to %s", low, high);
  }
}

static char *
default_of(const ParamRow *row)
{
  char text[VALUE_TEXT];

  if (row->taper == TAPER_TEXT || row->taper == TAPER_TRIGGER)
    return g_strdup("");
  value_format(row, params_default(row->first), text);
  return g_strdup(text);
}

static void
print_text(const ParamRow *row,
           const char     *owners,
           const char     *range,
           const char     *otherwise)
{
  printf("%-22s %-24s %s%s%s%s\n    %s\n",
         row->symbol,
         owners,
         range,
         *otherwise ? " (" : "",
         otherwise,
         *otherwise ? ")" : "",
         row->doc);
}

static void
print_json_string(const char *name, const char *text, bool last)
{
  putchar('"');
  fputs(name, stdout);
  fputs("\": \"", stdout);
  for (; *text; text++)
    if (*text == '"' || *text == '\\')
      printf("\\%c", *text);
    else
      putchar(*text);
  printf("\"%s", last ? "" : ", ");
}

static void
print_json(const ParamRow *row,
           const char     *owners,
           const char     *range,
           const char     *otherwise,
           bool            last)
{
  putchar('{');
  print_json_string("symbol", row->symbol, false);
  print_json_string("label", row->label, false);
  print_json_string("owners", owners, false);
  print_json_string("range", range, false);
  print_json_string("default", otherwise, false);
  printf("\"count\": %u, \"automatable\": %s, \"saved\": %s, ",
         row->count,
         row->flags & PARAM_AUTO ? "true" : "false",
         row->flags & (PARAM_TRANSIENT | PARAM_READONLY | PARAM_LIVE) ? "false"
                                                                      : "true");
  print_json_string("doc", row->doc, true);
  printf("}%s\n", last ? "" : ",");
}

/* A line of the manual's source: a minus is one in roff only when it is said to
   be, and lines end before the 80th column. */
static void
print_roff(const char *text)
{
  enum { COLUMNS = 78 };
  char **words  = g_strsplit(text, " ", -1);
  size_t column = 0;

  for (char **word = words; *word; word++) {
    GString *safe = g_string_new(*word);
    g_string_replace(safe, "\\", "\\e", 0);
    g_string_replace(safe, "-", "\\-", 0);
    if (column && column + 1 + safe->len > COLUMNS) {
      putchar('\n');
      column = 0;
    }
    column += (size_t)printf("%s%s", column ? " " : "", safe->str);
    g_string_free(safe, TRUE);
  }
  putchar('\n');
  g_strfreev(words);
}

static void
print_mdoc(const ParamRow *row,
           const char     *owners,
           const char     *range,
           const char     *otherwise)
{
  char *line =
    *otherwise ? g_strdup_printf("Range: %s; %s unless set.", range, otherwise)
               : g_strdup_printf("Range: %s.", range);

  printf(".It Ic %s Pq %s\n", row->symbol, owners);
  print_roff(row->doc);
  print_roff(line);
  g_free(line);
}

int
cmd_params(int argc, char **argv)
{
  gboolean           text = FALSE, json = FALSE, mdoc = FALSE;
  const GOptionEntry entries[] = {
    { "text",
      0,
      0,
      G_OPTION_ARG_NONE,
      &text,
      "For people (the default)",
      NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "For programs", NULL },
    { "mdoc", 0, 0, G_OPTION_ARG_NONE, &mdoc, "For the manual", NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!cmd_parse(
        &argc, &argv, "- prints every parameter there is", entries, 0, 0))
    return EXIT_USAGE;
  if (json)
    puts("[");
  else if (mdoc)
    puts(".Bl -tag -width Ds");
  for (Row i = 0; i < ROWS; i++) {
    const ParamRow *row       = params_row(i);
    char           *owners    = owners_of(row);
    char           *range     = range_of(row);
    char           *otherwise = default_of(row);

    if (json)
      print_json(row, owners, range, otherwise, i == ROWS - 1);
    else if (mdoc)
      print_mdoc(row, owners, range, otherwise);
    else
      print_text(row, owners, range, otherwise);
    g_free(owners);
    g_free(range);
    g_free(otherwise);
  }
  if (json)
    puts("]");
  else if (mdoc)
    puts(".El");
  return 0;
}
