/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/params.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The short words of params.def. */
enum {
  STRIP     = PARAM_STRIP,
  BUS       = PARAM_BUS,
  MAIN      = PARAM_MAIN,
  MONITOR   = PARAM_MONITOR,
  DCA       = PARAM_DCA,
  MUTEGROUP = PARAM_MUTEGROUP,
  TRANSPORT = PARAM_TRANSPORT,
  MARKER    = PARAM_MARKER,
  DESK      = PARAM_DESK,
  STRIPS    = PARAM_STRIPS,
  NAMED     = PARAM_NAMED,
};

enum {
  AUTO      = PARAM_AUTO,
  NOLINK    = PARAM_NOLINK,
  STRUCT    = PARAM_STRUCT,
  ROUTE     = PARAM_ROUTE,
  PORTS     = PARAM_PORTS,
  TRANSIENT = PARAM_TRANSIENT,
  READONLY  = PARAM_READONLY,
  LIVE      = PARAM_LIVE,
};

#define CHOICES(name, ...) \
  static const char *const name[] = { __VA_ARGS__, NULL }

CHOICES(bus_kinds, "group", "aux", "matrix", "reverb", "delay");
CHOICES(slopes, "6", "12", "18", "24");
CHOICES(gate_modes, "exp2", "exp3", "exp4", "gate", "duck");
CHOICES(key_types, "band", "low", "high");
CHOICES(band_types,
        "bell",
        "lowshelf",
        "highshelf",
        "lowcut",
        "highcut",
        "notch",
        "tilt");
CHOICES(detectors, "peak", "rms");
CHOICES(comp_positions, "pre", "post");
CHOICES(deess_modes, "split", "wide");
CHOICES(reverb_kinds, "hall", "plate", "room", "chamber");
CHOICES(notes,
        "off",
        "1/1",
        "1/2.",
        "1/2",
        "1/2T",
        "1/4.",
        "1/4",
        "1/4T",
        "1/8.",
        "1/8",
        "1/8T",
        "1/16.",
        "1/16",
        "1/16T",
        "1/32");
CHOICES(taps, "input", "pre-eq", "post-eq", "pre-fader", "post-fader");
CHOICES(send_taps,
        "input",
        "pre-eq",
        "post-eq",
        "pre-fader",
        "post-fader",
        "bus");
CHOICES(monitor_sources, "main", "none");
CHOICES(pan_laws, "-3 dB", "-4.5 dB", "-6 dB");
CHOICES(solo_modes, "pfl", "afl", "in-place");

/* The defaults of the rows whose indices differ. */
#define EACH(id, ...) static const double each_##id[] = { __VA_ARGS__ };
#include "engine/params.def"

#define ROW(id,                          \
            number,                      \
            sym,                         \
            name,                        \
            of,                          \
            law,                         \
            low,                         \
            high,                        \
            normal,                      \
            list,                        \
            whose,                       \
            bits,                        \
            sentence)                    \
  [ROW_##id] = { .symbol  = (sym),       \
                 .label   = (name),      \
                 .doc     = (sentence),  \
                 .choices = (list),      \
                 .min     = (low),       \
                 .max     = (high),      \
                 .def     = (normal),    \
                 .unit    = UNIT_##of,   \
                 .taper   = TAPER_##law, \
                 .owners  = (whose),     \
                 .flags   = (bits),      \
                 .count   = (number),    \
                 .first   = CELL_##id },
static const ParamRow rows[ROWS] = {
#include "engine/params.def"
};

#define ROW(id, ...) [CELL_##id... CELL_##id##_LAST] = ROW_##id,
static const uint8_t row_of_cell[CELLS] = {
#include "engine/params.def"
};

_Static_assert(ROWS <= UINT8_MAX, "row_of_cell holds a row in a byte");
_Static_assert(CELLS <= 1 << 12, "address_key() has 12 bits for the cell");
_Static_assert(OWNERS <= 1 << 4, "address_key() has 4 bits for the owner");

typedef struct OwnerWord {
  const char *name;
  unsigned    limit; /* the highest number, 0 where there is one alone */
} OwnerWord;

static const OwnerWord owners[OWNERS] = {
  [OWNER_STRIP]     = { "strip", MAX_NUMBER },
  [OWNER_BUS]       = { "bus", MAX_BUSES },
  [OWNER_MAIN]      = { "main", 0 },
  [OWNER_MONITOR]   = { "monitor", 0 },
  [OWNER_DCA]       = { "dca", MAX_DCAS },
  [OWNER_MUTEGROUP] = { "mutegroup", MAX_MUTEGROUPS },
  [OWNER_TRANSPORT] = { "transport", 0 },
  [OWNER_MARKER]    = { "marker", MAX_NUMBER },
  [OWNER_DESK]      = { "desk", 0 },
};

const ParamRow *
params_row(Row row) RT_SAFE
{
  return &rows[row];
}

const ParamRow *
params_of_cell(unsigned cell) RT_SAFE
{
  return &rows[row_of_cell[cell]];
}

double
params_default(unsigned cell) RT_SAFE
{
  switch (row_of_cell[cell]) {
#define EACH(id, ...) \
  case ROW_##id:      \
    return each_##id[cell - CELL_##id];
#include "engine/params.def"
  default:
    return rows[row_of_cell[cell]].def;
  }
}

bool
params_owner_has(Owner owner, unsigned cell) RT_SAFE
{
  return cell < CELLS && params_of_cell(cell)->owners & 1u << owner;
}

const char *
params_owner_name(Owner owner)
{
  return owners[owner].name;
}

bool
params_owner_is_numbered(Owner owner)
{
  return owners[owner].limit > 0;
}

unsigned
params_owner_limit(Owner owner)
{
  return owners[owner].limit;
}

void
address_print(Address address, char text[ADDRESS_TEXT])
{
  const OwnerWord *owner  = &owners[address.owner];
  const ParamRow  *row    = params_of_cell(address.cell);
  const char      *symbol = row->symbol;
  int              before = (int)strcspn(symbol, "#");
  char             number[8], index[8];

  number[0] = index[0] = '\0';
  if (owner->limit)
    snprintf(number, sizeof number, "/%u", address.number);
  if (symbol[before])
    snprintf(index, sizeof index, "%u", address.cell - row->first + 1u);
  snprintf(text,
           ADDRESS_TEXT,
           "/%s%s/%.*s%s%s",
           owner->name,
           number,
           before,
           symbol,
           index,
           symbol[before] ? symbol + before + 1 : "");
}

/* Reads a number from 1 to limit, written the one way it can be. Returns what
   follows it, NULL where there is none. */
static const char *
read_number(const char *text, unsigned limit, unsigned *number)
{
  unsigned value = 0;

  if (*text < '1' || *text > '9')
    return NULL;
  for (; *text >= '0' && *text <= '9'; text++) {
    value = value * 10 + (unsigned)(*text - '0');
    if (value > limit)
      return NULL;
  }
  *number = value;
  return text;
}

/* Reads "strip/3", "main" …; what follows is "" or begins with a slash. */
static const char *
read_owner(const char *text, Owner *owner, unsigned *number)
{
  size_t length = strcspn(text, "/");

  for (unsigned i = 0; i < OWNERS; i++) {
    if (strncmp(owners[i].name, text, length) || owners[i].name[length])
      continue;
    *owner  = (Owner)i;
    *number = 0;
    text += length;
    if (!owners[i].limit)
      return text;
    if (*text != '/')
      return NULL;
    text = read_number(text + 1, owners[i].limit, number);
    return text && (*text == '/' || *text == '\0') ? text : NULL;
  }
  return NULL;
}

/* Reads a row's symbol, whose '#' is an index. Returns what follows it. */
static const char *
read_symbol(const char *text, const ParamRow *row, unsigned *index)
{
  *index = 1;
  for (const char *symbol = row->symbol; *symbol; symbol++) {
    if (*symbol == '#') {
      text = read_number(text, row->count, index);
      if (!text)
        return NULL;
    } else if (*symbol == *text) {
      text++;
    } else {
      return NULL;
    }
  }
  return text;
}

static bool
is_leaf(const char *text)
{
  static const char *const leaves[] = {
    "", "/value", "/text", "/touch", "/delta"
  };

  for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++)
    if (!strcmp(text, leaves[i]))
      return true;
  return false;
}

bool
address_parse(const char *text, Address *address, const char **rest)
{
  Owner    owner;
  unsigned number, index;

  if (*text != '/')
    return false;
  text = read_owner(text + 1, &owner, &number);
  if (!text || *text != '/')
    return false;
  text++;
  for (const ParamRow *row = rows; row < rows + ROWS; row++) {
    const char *after;

    if (!(row->owners & 1u << owner) || row->symbol[0] != *text)
      continue;
    after = read_symbol(text, row, &index);
    if (!after || !(rest ? is_leaf(after) : *after == '\0'))
      continue;
    *address = (Address){ (uint8_t)owner,
                          (uint16_t)number,
                          (uint16_t)(row->first + index - 1) };
    if (rest)
      *rest = after;
    return true;
  }
  return false;
}

bool
address_equal(Address a, Address b)
{
  return a.owner == b.owner && a.number == b.number && a.cell == b.cell;
}

uint32_t
address_key(Address address)
{
  return (uint32_t)address.owner << 28 | (uint32_t)address.number << 12 |
         address.cell;
}

Address
address_from_key(uint32_t key)
{
  return (Address){ (uint8_t)(key >> 28),
                    (uint16_t)(key >> 12 & 0xffff),
                    (uint16_t)(key & 0xfff) };
}

bool
address_parse_ref(const char *text, Owner *owner, unsigned *number)
{
  const char *rest = read_owner(text, owner, number);

  return rest && *rest == '\0' &&
         (*owner == OWNER_STRIP || *owner == OWNER_BUS);
}
