/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing session.json, a line a parameter. */

#include "sessions/session-private.h"

#include <glib.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "engine/value.h"

typedef struct Printing {
  GString            *out;
  const Desk         *desk;
  const SessionExtra *extra;
  unsigned            told; /* extra lines that are out */
} Printing;

/* Lines of other versions follow those that they followed when they were
   read. */
static void
print_extra(Printing *printing, SessionRank before)
{
  while (printing->told < session_extra_count(printing->extra)) {
    const ExtraLine *line = session_extra_line(printing->extra, printing->told);
    if (line->after >= before)
      return;
    g_string_append_printf(printing->out, ",\n%s", line->text);
    printing->told++;
  }
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
print_value(Printing *printing, Address address)
{
  const ParamRow *row = params_of_cell(address.cell);
  char            text[ADDRESS_TEXT];

  if (!session_keeps(row) || !params_owner_has(address.owner, address.cell) ||
      (desk_is_default(printing->desk, address) &&
       !session_says_existence(address.owner, address.cell)))
    return;
  print_extra(printing, session_rank(address));
  address_print(address, text);
  g_string_append_printf(printing->out, ",\n\"%s\": ", text);
  if (row->taper == TAPER_TEXT)
    print_string(printing->out, desk_get_text(printing->desk, address));
  else
    print_number(printing->out, row, desk_get(printing->desk, address));
}

static void
print_one(Printing *printing, Owner owner, unsigned number)
{
  for (unsigned cell = 0; cell < CELLS; cell++)
    print_value(printing, desk_address(owner, number, cell));
}

/* The next number, where numbers were given that are gone. */
static void
print_next_number(Printing *printing, Owner owner)
{
  const unsigned count = desk_count(printing->desk, owner);
  const unsigned last  = count ? desk_nth(printing->desk, owner, count - 1) : 0;
  const unsigned next  = desk_next_number(printing->desk, owner);

  if (next <= last + 1)
    return;
  print_extra(printing, session_rank_next(owner));
  g_string_append_printf(printing->out,
                         ",\n\"" SESSION_NEXT "%s\": %u",
                         params_owner_name(owner),
                         next);
}

static void
print_owner(Printing *printing, Owner owner)
{
  if (session_has_next(owner))
    print_next_number(printing, owner);
  if (!params_owner_is_numbered(owner)) {
    print_one(printing, owner, 0);
    return;
  }
  for (unsigned k = 0; k < desk_count(printing->desk, owner); k++)
    print_one(printing, owner, desk_nth(printing->desk, owner, k));
}

char *
session_print(const Desk *desk, const SessionExtra *extra)
{
  Printing printing = { .out =
                          g_string_new("{\n\"format\": \"" SESSION_FORMAT "\""),
                        .desk  = desk,
                        .extra = extra };

  for (unsigned i = 0; i < OWNERS; i++)
    print_owner(&printing, session_owner(i));
  print_extra(&printing, UINT64_MAX);
  g_string_append(printing.out, "\n}\n");
  return g_string_free(printing.out, FALSE);
}
