/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_PARAMS_H
#define CONSORT_ENGINE_PARAMS_H

/* The table of parameters, and the address of a value on the desk.

   Everything on the desk is a parameter with one address. A row of the table
   describes one parameter; a row with a count is an array of them (six EQ
   bands, a send for each bus). Each element of each row is a *cell*: cells
   number the values of an owner from 0 to CELLS - 1, the same for every kind
   of owner, so that a value is found by owner and cell alone. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/rt.h"

enum {
  MAX_INPUTS     = 1024, /* strips at one time */
  MAX_BUSES      = 64,
  MAX_DCAS       = 8,
  MAX_MUTEGROUPS = 6,
  MAX_MARKERS    = 999,
  MAX_NUMBER     = 9999, /* the highest number of an input strip */
  EQ_BANDS       = 6,
};

/* Whose parameter it is: the first part of an address. */
typedef enum Owner {
  OWNER_STRIP,
  OWNER_BUS,
  OWNER_MAIN,
  OWNER_MONITOR,
  OWNER_DCA,
  OWNER_MUTEGROUP,
  OWNER_TRANSPORT,
  OWNER_MARKER,
  OWNER_DESK,
  OWNERS
} Owner;

/* Sets of owners, for ParamRow.owners. */
enum {
  PARAM_STRIP     = 1 << OWNER_STRIP,
  PARAM_BUS       = 1 << OWNER_BUS,
  PARAM_MAIN      = 1 << OWNER_MAIN,
  PARAM_MONITOR   = 1 << OWNER_MONITOR,
  PARAM_DCA       = 1 << OWNER_DCA,
  PARAM_MUTEGROUP = 1 << OWNER_MUTEGROUP,
  PARAM_TRANSPORT = 1 << OWNER_TRANSPORT,
  PARAM_MARKER    = 1 << OWNER_MARKER,
  PARAM_DESK      = 1 << OWNER_DESK,
  PARAM_STRIPS    = PARAM_STRIP | PARAM_BUS | PARAM_MAIN | PARAM_MONITOR,
  PARAM_NAMED     = PARAM_DCA | PARAM_MUTEGROUP | PARAM_MARKER,
};

enum {
  PARAM_AUTO      = 1 << 0, /* may be automated */
  PARAM_NOLINK    = 1 << 1, /* linked strips keep their own */
  PARAM_STRUCT    = 1 << 2, /* a change makes a new plan */
  PARAM_ROUTE     = 1 << 3, /* a path of the routing: checked for cycles */
  PARAM_PORTS     = 1 << 4, /* connections outside the program */
  PARAM_TRANSIENT = 1 << 5, /* of the moment: not saved, no step of undo */
  PARAM_READONLY  = 1 << 6, /* read only, not saved */
  PARAM_LIVE = 1 << 7, /* a command or a state of the running desk: not saved */
};

typedef enum Unit {
  UNIT_NONE,
  UNIT_DB,
  UNIT_HZ,
  UNIT_MS,
  UNIT_S,
  UNIT_PERCENT,
  UNIT_PAN,   /* -100 is L100, 100 is R100 */
  UNIT_RATIO, /* 4 is 4:1 */
  UNIT_BPM,
  UNIT_TEXT,
  UNIT_REF, /* text that names a strip: strip/3, bus/1; empty is none */
} Unit;

/* How a position 0..1 on a control maps to a value. */
typedef enum Taper {
  TAPER_LINEAR,
  TAPER_LOG,
  TAPER_CUBIC,   /* min + (max - min) p^3: for ranges that start at 0 */
  TAPER_FADER,   /* four straight segments, -inf at the foot */
  TAPER_RATIO,   /* 1 / (1 - p): 1 at the foot, 2 half way, inf at the top */
  TAPER_SWITCH,  /* 0 or 1 */
  TAPER_TRIGGER, /* acts when set to 1, reads 0 */
  TAPER_CHOICE,  /* an index into the choices; its position is the index */
  TAPER_INT,     /* whole numbers; its position is the number */
  TAPER_SECONDS, /* a time in the song; its position is the time in seconds */
  TAPER_METER,   /* a level; its position is the value in dB */
  TAPER_TEXT,    /* a string of at most max bytes */
} Taper;

typedef struct ParamRow {
  const char        *symbol;  /* the address's tail; '#' is an index from 1 */
  const char        *label;   /* on screen */
  const char        *doc;     /* one sentence */
  const char *const *choices; /* TAPER_CHOICE: max + 1 of them */
  double             min;
  double             max;
  double             def; /* params_default() knows what differs by index */
  Unit               unit;
  Taper              taper;
  unsigned           owners; /* PARAM_STRIP … */
  unsigned           flags;  /* PARAM_AUTO … */
  uint16_t           count;
  uint16_t           first; /* its first cell */
} ParamRow;

/* ROW_FADER, … : the rows of the table, by name. */
typedef enum Row {
#define ROW(id, ...) ROW_##id,
#include "engine/params.def"
  ROWS
} Row;

/* CELL_FADER, CELL_EQ_FREQ + band, … : the cells. */
typedef enum Cell {
#define ROW(id, count, ...) CELL_##id, CELL_##id##_LAST = CELL_##id + (count)-1,
#include "engine/params.def"
  CELLS
} Cell;

/* Where a value lives. number counts from 1 and is 0 for the owners of which
   there is one (main, monitor, transport, desk). */
typedef struct Address {
  uint8_t  owner;
  uint16_t number;
  uint16_t cell;
} Address;

/* The table: ROWS rows. [any] */
const ParamRow *params_row(Row row) RT_SAFE;

/* The row that a cell belongs to. [any] */
const ParamRow *params_of_cell(unsigned cell) RT_SAFE;

/* What a cell holds until it is set; for most rows its def, for the EQ's bands
   one each. [any] */
double params_default(unsigned cell) RT_SAFE;

/* Does the owner have this cell? [any] */
bool params_owner_has(Owner owner, unsigned cell) RT_SAFE;

/* The words of an address's first part: "strip", "main", … [any] */
const char *params_owner_name(Owner owner);

/* Is there more than one of this owner, so that its addresses have a number?
   [any] */
bool params_owner_is_numbered(Owner owner);

/* The highest number that an owner may have; 0 where it has none. [any] */
unsigned params_owner_limit(Owner owner);

enum { ADDRESS_TEXT = 64 }; /* bytes that hold any address */

/* Writes an address, as "/strip/3/eq/2/freq", into text. [any] */
void address_print(Address address, char text[ADDRESS_TEXT]);

/* Reads an address. Returns false where the text is none; *rest (if not NULL)
   is set to what follows it: "" or one of the leaves "/value", "/text",
   "/touch", "/delta"; with rest NULL nothing may follow. The owner's number
   need not exist on a desk. [any] */
bool address_parse(const char *text, Address *address, const char **rest);

/* The same place? [any] */
bool address_equal(Address a, Address b);

/* A key for hash tables: different for different addresses. [any] */
uint32_t address_key(Address address);
Address  address_from_key(uint32_t key);

/* The strip or bus that a reference such as "strip/3" names; false for anything
   else, the empty text included. [any] */
bool address_parse_ref(const char *text, Owner *owner, unsigned *number);

#endif
