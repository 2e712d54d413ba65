/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/walk.h"

void
osc_walk_start(OscWalk *walk, const OscPattern *pattern, bool changed)
{
  *walk = (OscWalk){ .pattern = pattern, .changed = changed, .number = -1 };
}

/* The least number above this one of those that exist, -1 where there is none.
   An owner without numbers has the number 0. */
static int
number_after(const Desk *desk, Owner owner, int number)
{
  if (!params_owner_is_numbered(owner))
    return number < 0 ? 0 : -1;
  unsigned low = 0, high = desk_count(desk, owner);
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if ((int)desk_nth(desk, owner, middle) > number)
      high = middle;
    else
      low = middle + 1;
  }
  return low < desk_count(desk, owner) ? (int)desk_nth(desk, owner, low) : -1;
}

/* Goes to the next of a kind, or to the next kind. */
static void
next_owner(OscWalk *walk, const Desk *desk)
{
  Owner owner  = (Owner)walk->owner;
  walk->inside = false;
  walk->cell   = 0;
  walk->number = walk->pattern->owners >> owner & 1
                   ? number_after(desk, owner, walk->number)
                   : -1;
  if (walk->number < 0)
    ++walk->owner;
  else
    walk->inside =
      osc_pattern_covers_owner(walk->pattern, owner, (unsigned)walk->number);
}

/* The next cell that the pattern means, a word of them at most passed over;
   CELLS where there is none in it. */
static unsigned
next_cell(OscWalk *walk)
{
  unsigned numbered = params_owner_is_numbered((Owner)walk->owner);
  unsigned word     = walk->cell / 64;
  uint64_t left     = walk->pattern->cells[numbered][word] & ~UINT64_C(0)
                                                           << walk->cell % 64;
  if (!left) {
    walk->cell = (word + 1) * 64;
    return CELLS;
  }
  unsigned cell = word * 64 + (unsigned)__builtin_ctzll(left);
  walk->cell    = cell + 1;
  return cell;
}

/* The bus that a cell is about; 0 for most. */
static unsigned
bus_of_cell(unsigned cell)
{
  const ParamRow *row = params_of_cell(cell);
  switch (row - params_row((Row)0)) {
  case ROW_GROUP:
  case ROW_SEND_ON:
  case ROW_SEND_LEVEL:
  case ROW_SEND_PAN:
  case ROW_SEND_FOLLOW:
  case ROW_SEND_TAP:
    return cell - row->first + 1;
  default:
    return 0;
  }
}

static bool
is_there(const OscWalk *walk, const Desk *desk, Address address)
{
  Owner    owner = (Owner)address.owner;
  unsigned bus   = bus_of_cell(address.cell);
  return params_owner_has(owner, address.cell) &&
         (!bus || desk_exists(desk, OWNER_BUS, bus)) &&
         (!params_owner_is_numbered(owner) ||
          desk_exists(desk, owner, address.number)) &&
         !(walk->changed && desk_is_default(desk, address));
}

OscStep
osc_walk_next(OscWalk *walk, const Desk *desk, unsigned *work, Address *address)
{
  while (walk->pattern && walk->owner < OWNERS) {
    if (*work == 0)
      return OSC_STEP_TIRED;
    --*work;
    if (!walk->inside || walk->cell >= CELLS) {
      next_owner(walk, desk);
      continue;
    }
    Owner    owner = (Owner)walk->owner;
    unsigned cell  = next_cell(walk);
    *address       = desk_address(owner, (unsigned)walk->number, cell);
    if (cell < CELLS && is_there(walk, desk, *address))
      return OSC_STEP_FOUND;
  }
  walk->pattern = NULL;
  return OSC_STEP_END;
}
