/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/pattern.h"

#include <stdio.h>
#include <string.h>

/* The state of having matched; no part has as many states of its own. */
#define MATCHED (UINT64_C(1) << 63)

static const char *const tails[OSC_LEAVES] = {
  [OSC_POSITION] = "",    [OSC_VALUE] = "/value", [OSC_TEXT] = "/text",
  [OSC_TOUCH] = "/touch", [OSC_DELTA] = "/delta",
};

const char *
osc_leaf_tail(OscLeaf leaf)
{
  return tails[leaf];
}

OscLeaf
osc_leaf_of_tail(const char *tail)
{
  unsigned leaf = 0;
  while (leaf < OSC_LEAVES && strcmp(tail, tails[leaf]) != 0)
    ++leaf;
  return (OscLeaf)leaf;
}

bool
osc_is_pattern(const char *text)
{
  return strpbrk(text, "*?[]{}") != NULL;
}

/* A part is compiled from its end to its beginning: what follows an element is
   then known when the element is made. */
typedef struct Compiler {
  OscPart    *part;
  const char *end;
  const char *wrong; /* why it cannot be read */
} Compiler;

static uint64_t
fail(Compiler *compiler, const char *wrong)
{
  compiler->wrong = wrong;
  return 0;
}

/* A new state, which leads to follow. Returns its bit. */
static uint64_t
new_state(Compiler *compiler, uint64_t follow)
{
  OscPart *part = compiler->part;
  if (part->states == OSC_PART_MAX)
    return fail(compiler, "a part of it is longer than 60 characters");
  part->follow[part->states]   = follow;
  part->class[part->states][0] = 0;
  part->class[part->states][1] = 0;
  return UINT64_C(1) << part->states++;
}

/* Lets the newest state take the characters from first to last. */
static void
allow(Compiler *compiler, unsigned char first, unsigned char last)
{
  uint64_t *class = compiler->part->class[compiler->part->states - 1];
  for (unsigned c = first; c <= last && c < 128; ++c)
    class[c / 64] |= UINT64_C(1) << c % 64;
}

static uint64_t
literal(Compiler *compiler, char c, uint64_t follow)
{
  uint64_t state = new_state(compiler, follow);
  if (state)
    allow(compiler, (unsigned char)c, (unsigned char)c);
  return state;
}

static uint64_t
any_character(Compiler *compiler, uint64_t follow)
{
  uint64_t state = new_state(compiler, follow);
  if (state)
    allow(compiler, 1, 127);
  return state;
}

static uint64_t
any_string(Compiler *compiler, uint64_t follow)
{
  uint64_t state = any_character(compiler, follow);
  if (state)
    compiler->part->follow[compiler->part->states - 1] |= state;
  return state | follow;
}

static const char *
find(const char *text, const char *end, char c)
{
  return memchr(text, c, (size_t)(end - text));
}

/* text is what stands between the brackets. */
static uint64_t
one_of(Compiler *compiler, const char *text, const char *close, uint64_t follow)
{
  bool not = text < close && *text == '!';
  text += not ;
  if (text == close)
    return fail(compiler, "its [] names no character");
  uint64_t state = new_state(compiler, follow);
  if (!state)
    return 0;
  while (text < close) {
    bool range = close - text >= 3 && text[1] == '-';
    allow(compiler, (unsigned char)text[0], (unsigned char)text[range ? 2 : 0]);
    text += range ? 3 : 1;
  }
  uint64_t *class = compiler->part->class[compiler->part->states - 1];
  if (not ) {
    class[0] = ~class[0];
    class[1] = ~class[1];
  }
  return state;
}

/* text is what stands between the braces: strings and commas. */
static uint64_t
one_string_of(Compiler   *compiler,
              const char *text,
              const char *close,
              uint64_t    follow)
{
  uint64_t starts = 0;
  while (!compiler->wrong) {
    const char *comma = find(text, close, ',');
    const char *end   = comma ? comma : close;
    uint64_t    next  = follow;
    for (const char *c = end; c > text && !compiler->wrong; --c) {
      if (strchr("*?[]{", c[-1]))
        return fail(compiler, "its {} holds more than plain strings");
      next = literal(compiler, c[-1], next);
    }
    starts |= next;
    if (!comma)
      break;
    text = comma + 1;
  }
  return starts;
}

static uint64_t compile_from(Compiler *compiler, const char *text);

static uint64_t
compile_bracket(Compiler *compiler, const char *text, char closing)
{
  const char *close = find(text, compiler->end, closing);
  if (!close)
    return fail(compiler, closing == ']' ? "its [ has no ]" : "its { has no }");
  uint64_t follow = compile_from(compiler, close + 1);
  if (compiler->wrong)
    return 0;
  if (closing == ']')
    return one_of(compiler, text + 1, close, follow);
  return one_string_of(compiler, text + 1, close, follow);
}

/* The states in which what text holds may begin. */
static uint64_t
compile_from(Compiler *compiler, const char *text)
{
  if (text == compiler->end)
    return MATCHED;
  if (*text == '[' || *text == '{')
    return compile_bracket(compiler, text, *text == '[' ? ']' : '}');
  if (*text == ']' || *text == '}')
    return fail(compiler, "a bracket of it was not opened");
  uint64_t follow = compile_from(compiler, text + 1);
  if (compiler->wrong)
    return 0;
  switch (*text) {
  case '*':
    return any_string(compiler, follow);
  case '?':
    return any_character(compiler, follow);
  default:
    return literal(compiler, *text, follow);
  }
}

bool
osc_part_compile(OscPart    *part,
                 const char *text,
                 size_t      length,
                 char        reason[160])
{
  Compiler compiler = { part, text + length, NULL };
  part->states      = 0;
  part->start = length > OSC_PATTERN_MAX ? fail(&compiler, "it is too long")
                                         : compile_from(&compiler, text);
  if (compiler.wrong)
    snprintf(reason, 160, "The pattern cannot be read: %s.", compiler.wrong);
  return !compiler.wrong;
}

bool
osc_part_matches(const OscPart *part,
                 const char    *text,
                 size_t         length,
                 uint64_t      *steps)
{
  uint64_t work   = 1;
  uint64_t states = part->start;
  for (size_t i = 0; i < length && states; ++i) {
    unsigned char c    = (unsigned char)text[i];
    uint64_t      next = 0;
    for (uint64_t left = states & ~MATCHED; left; left &= left - 1) {
      int state = __builtin_ctzll(left);
      if (c < 128 && part->class[state][c / 64] >> c % 64 & 1)
        next |= part->follow[state];
      ++work;
    }
    states = next;
  }
  if (steps)
    *steps += work;
  return (states & MATCHED) != 0;
}

/* A pattern cut at its slashes. */
typedef struct Parts {
  OscPart  part[OSC_PARTS_MAX];
  unsigned count;
  OscReach reach;
  uint64_t steps;
} Parts;

static bool
cut(Parts *parts, const char *text, size_t length, char reason[160])
{
  const char *end = text + length;
  parts->count    = 0;
  while (text < end) {
    const char *slash = find(text + 1, end, '/');
    size_t      size  = (size_t)((slash ? slash : end) - text) - 1;
    if (parts->count == OSC_PARTS_MAX) {
      snprintf(reason, 160, "The pattern has more than 8 parts.");
      return false;
    }
    if (size == 0 && end - text > 1) {
      snprintf(reason, 160, "The pattern has an empty part.");
      return false;
    }
    if (size == 0)
      break;
    if (!osc_part_compile(&parts->part[parts->count++], text + 1, size, reason))
      return false;
    text += size + 1;
  }
  return true;
}

/* Do the parts from first on match a row's symbol, such as "eq/#/freq"? index
   stands in the place of '#'; where it is NULL, anything may. */
static bool
symbol_matches(Parts      *parts,
               unsigned    first,
               const char *symbol,
               const char *index)
{
  for (unsigned i = first; i < parts->count; ++i) {
    size_t      length = strcspn(symbol, "/");
    bool        open   = *symbol == '#';
    const char *text   = open && index ? index : symbol;
    size_t      size   = open && index ? strlen(index) : length;
    if (!(open && !index) &&
        !osc_part_matches(&parts->part[i], text, size, &parts->steps))
      return false;
    if (symbol[length] == '\0')
      return i + 1 == parts->count;
    symbol += length + 1;
  }
  return parts->reach == OSC_BELOW;
}

static void
find_owners(OscPattern *pattern, Parts *parts)
{
  pattern->owners = 0;
  for (unsigned owner = 0; owner < OWNERS; ++owner) {
    const char *name = params_owner_name((Owner)owner);
    if (parts->count == 0 ||
        osc_part_matches(&parts->part[0], name, strlen(name), &parts->steps))
      pattern->owners |= 1u << owner;
  }
  pattern->every_number = parts->count < 2;
  if (!pattern->every_number)
    pattern->number = parts->part[1];
}

static void
find_cells_of_row(uint64_t       *cells,
                  Parts          *parts,
                  unsigned        first,
                  const ParamRow *row)
{
  if (!symbol_matches(parts, first, row->symbol, NULL))
    return;
  for (unsigned i = 0; i < row->count; ++i) {
    unsigned cell = row->first + i;
    char     index[16];
    snprintf(index, sizeof index, "%u", i + 1);
    if (symbol_matches(parts, first, row->symbol, index))
      cells[cell / 64] |= UINT64_C(1) << cell % 64;
  }
}

static void
find_cells(OscPattern *pattern, Parts *parts)
{
  memset(pattern->cells, 0, sizeof pattern->cells);
  for (unsigned numbered = 0; numbered < 2; ++numbered)
    for (unsigned row = 0; row < ROWS; ++row)
      find_cells_of_row(
        pattern->cells[numbered], parts, 1 + numbered, params_row((Row)row));
}

/* Has any of the owners any of the cells? */
static bool
means_something(const OscPattern *pattern)
{
  for (unsigned owner = 0; owner < OWNERS; ++owner) {
    unsigned numbered = params_owner_is_numbered((Owner)owner);
    for (unsigned cell = 0; cell < CELLS; ++cell)
      if (pattern->owners >> owner & 1 &&
          pattern->cells[numbered][cell / 64] >> cell % 64 & 1 &&
          params_owner_has((Owner)owner, cell))
        return true;
  }
  return false;
}

/* Cuts the name of a leaf off a pattern's end. Returns what is left. */
static size_t
cut_leaf(const char *text, OscLeaf *leaf)
{
  const char *slash = strrchr(text, '/');
  *leaf             = osc_leaf_of_tail(slash);
  if (*leaf != OSC_LEAVES)
    return (size_t)(slash - text);
  *leaf = OSC_POSITION;
  return strlen(text);
}

bool
osc_pattern_compile(OscPattern *pattern,
                    const char *text,
                    OscReach    reach,
                    uint64_t   *steps,
                    char        reason[160])
{
  Parts parts;
  parts.reach = reach;
  parts.steps = 0;
  if (text[0] != '/' || strlen(text) > OSC_PATTERN_MAX) {
    snprintf(reason, 160, "A pattern begins with / and is not over 255 long.");
    return false;
  }
  size_t length = cut_leaf(text, &pattern->leaf);
  if (!cut(&parts, text, length, reason))
    return false;
  find_owners(pattern, &parts);
  find_cells(pattern, &parts);
  if (steps)
    *steps += parts.steps;
  bool found = means_something(pattern);
  if (!found)
    snprintf(reason, 160, "No address of the desk matches the pattern.");
  return found;
}

static bool
covers_number(const OscPattern *pattern, unsigned number)
{
  char text[16];
  if (pattern->every_number)
    return true;
  int length = snprintf(text, sizeof text, "%u", number);
  return osc_part_matches(&pattern->number, text, (size_t)length, NULL);
}

bool
osc_pattern_covers_owner(const OscPattern *pattern,
                         Owner             owner,
                         unsigned          number)
{
  if (!(pattern->owners >> owner & 1))
    return false;
  return !params_owner_is_numbered(owner) || covers_number(pattern, number);
}

bool
osc_pattern_covers(const OscPattern *pattern, Address address)
{
  Owner    owner    = (Owner)address.owner;
  unsigned numbered = params_owner_is_numbered(owner);
  unsigned cell     = address.cell;
  if (!(pattern->cells[numbered][cell / 64] >> cell % 64 & 1))
    return false;
  return osc_pattern_covers_owner(pattern, owner, address.number);
}
