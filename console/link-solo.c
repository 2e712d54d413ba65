/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is heard because of solos. Solo before and after the fader feed the
   monitor; solo in place cuts what is not soloed, but never the effect returns,
   and keeps alive what feeds a soloed bus. */

#include "console/link-private.h"

enum { MODE_PFL, MODE_AFL, MODE_IN_PLACE };

static bool
cell_on(const LinkStrip *strip, unsigned cell)
{
  return strip->value[cell] > 0.5f;
}

static bool
is_soloed(const Link *link, const LinkStrip *strip)
{
  if (!strip->strip || strip->removed || strip->owner > OWNER_BUS)
    return false;
  if (cell_on(strip, CELL_SOLO))
    return true;
  for (unsigned dca = 0; dca < MAX_DCAS; dca++)
    if (cell_on(strip, CELL_IN_DCA + dca) &&
        desk_get(link->desk, desk_address(OWNER_DCA, dca + 1, CELL_SOLO)) > 0.5)
      return true;
  return false;
}

/* Does what this strip sends reach a soloed bus? The desk has no cycles. */
static bool
feeds_solo(const Link *link, const LinkStrip *strip)
{
  for (unsigned bus = 0; bus < MAX_BUSES; bus++) {
    const LinkStrip *to = &link->slot[SLOT_BUS + bus];

    if (!to->strip || (!cell_on(strip, CELL_GROUP + bus) &&
                       !cell_on(strip, CELL_SEND_ON + bus)))
      continue;
    if (is_soloed(link, to) || feeds_solo(link, to))
      return true;
  }
  return false;
}

static unsigned
bits_of(const Link *link, unsigned slot, int mode, bool any)
{
  const LinkStrip *strip  = &link->slot[slot];
  const bool       soloed = is_soloed(link, strip);

  if (!any)
    return 0;
  if (slot == SLOT_MAIN)
    return mode == MODE_IN_PLACE ? 0 : SOLO_REPLACE;
  if (slot == SLOT_MONITOR)
    return 0;
  if (mode == MODE_PFL)
    return soloed ? SOLO_PFL : 0;
  if (mode == MODE_AFL)
    return soloed ? SOLO_AFL : 0;
  if (soloed || cell_on(strip, CELL_SOLOSAFE) || slot >= SLOT_BUS)
    return 0;
  return feeds_solo(link, strip) ? SOLO_CUT_MAIN : SOLO_CUT;
}

void
link_update_solo(Link *link)
{
  const int mode =
    (int)desk_get(link->desk, desk_address(OWNER_DESK, 0, CELL_SOLO_MODE));
  bool any = false;

  for (unsigned slot = 0; slot < SLOT_MAIN; slot++)
    any |= is_soloed(link, &link->slot[slot]);
  link->soloed = any;
  for (unsigned slot = 0; slot < SLOTS; slot++) {
    LinkStrip     *strip = &link->slot[slot];
    const unsigned bits  = bits_of(link, slot, mode, any);
    const Event    event = { .kind  = EVENT_SOLO,
                             .slot  = (uint16_t)slot,
                             .cell  = (uint16_t)bits,
                             .frame = EVENT_NOW };

    if (strip->strip && strip->solo != bits &&
        engine_post(link->engine, &event))
      strip->solo = bits;
  }
}
