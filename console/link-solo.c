/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is heard because of solos. Solo before and after the fader feed the
   monitor. Solo in place cuts inputs that are not soloed; those that feed a
   soloed bus lose their way to main alone, and so do buses that carry nothing
   soloed. Effect returns stay, and so does whatever a soloed strip goes through
   on its way to main. */

#include "console/link-private.h"

enum { MODE_PFL, MODE_AFL, MODE_IN_PLACE };

/* Buses are bits. */
typedef struct Routes {
  uint64_t fed[SLOT_MAIN]; /* which a strip feeds, in the end */
  uint64_t soloed;
  uint64_t carrying; /* fed by someone who is soloed, or safe from solo */
} Routes;

static bool
cell_on(const LinkStrip *strip, unsigned cell)
{
  return strip->value[cell] > 0.5f;
}

static unsigned
soloed_dcas(const Link *link)
{
  unsigned bits = 0;

  for (unsigned dca = 0; dca < MAX_DCAS; dca++)
    if (desk_get(link->desk, desk_address(OWNER_DCA, dca + 1, CELL_SOLO)) > 0.5)
      bits |= 1u << dca;
  return bits;
}

static bool
is_soloed(const LinkStrip *strip, unsigned dcas)
{
  if (!strip->strip || strip->removed || strip->owner > OWNER_BUS)
    return false;
  if (cell_on(strip, CELL_SOLO))
    return true;
  for (unsigned dca = 0; dca < MAX_DCAS; dca++)
    if ((dcas >> dca & 1) && cell_on(strip, CELL_IN_DCA + dca))
      return true;
  return false;
}

static uint64_t
buses_of(const Link *link, const LinkStrip *strip)
{
  uint64_t bits = 0;

  for (unsigned bus = 0; bus < MAX_BUSES; bus++)
    if (link->slot[SLOT_BUS + bus].strip &&
        (cell_on(strip, CELL_GROUP + bus) ||
         cell_on(strip, CELL_SEND_ON + bus)))
      bits |= UINT64_C(1) << bus;
  return bits;
}

static uint64_t
with_fed(const uint64_t *fed_by_bus, uint64_t buses)
{
  uint64_t all = buses;

  for (uint64_t left = buses; left; left &= left - 1)
    all |= fed_by_bus[__builtin_ctzll(left)];
  return all;
}

/* As many rounds as the longest row of buses: the desk has no circle. */
static void
follow_buses(uint64_t *fed_by_bus)
{
  bool more = true;

  while (more) {
    more = false;
    for (unsigned bus = 0; bus < MAX_BUSES; bus++) {
      const uint64_t all = with_fed(fed_by_bus, fed_by_bus[bus]);
      more |= all != fed_by_bus[bus];
      fed_by_bus[bus] = all;
    }
  }
}

static void
find_routes(const Link *link, unsigned dcas, Routes *routes)
{
  for (unsigned slot = SLOT_BUS; slot < SLOT_MAIN; slot++)
    if (link->slot[slot].strip)
      routes->fed[slot] = buses_of(link, &link->slot[slot]);
  follow_buses(routes->fed + SLOT_BUS);
  for (unsigned slot = 0; slot < SLOT_MAIN; slot++) {
    const LinkStrip *strip  = &link->slot[slot];
    const bool       soloed = is_soloed(strip, dcas);

    if (!strip->strip)
      continue;
    if (slot < SLOT_BUS)
      routes->fed[slot] =
        with_fed(routes->fed + SLOT_BUS, buses_of(link, strip));
    if (soloed && slot >= SLOT_BUS)
      routes->soloed |= UINT64_C(1) << (slot - SLOT_BUS);
    if (soloed || cell_on(strip, CELL_SOLOSAFE))
      routes->carrying |= routes->fed[slot];
  }
}

static unsigned
bits_in_place(const LinkStrip *strip,
              unsigned         slot,
              bool             soloed,
              const Routes    *routes)
{
  if (soloed || cell_on(strip, CELL_SOLOSAFE))
    return 0;
  if (slot < SLOT_BUS)
    return routes->fed[slot] & routes->soloed ? SOLO_CUT_MAIN : SOLO_CUT;
  if (strip->value[CELL_BUS_KIND] >= (float)BUS_REVERB ||
      (routes->carrying >> (slot - SLOT_BUS) & 1))
    return 0;
  return SOLO_CUT_MAIN;
}

static unsigned
bits_of(const LinkStrip *strip,
        unsigned         slot,
        int              mode,
        unsigned         dcas,
        const Routes    *routes)
{
  const bool soloed = is_soloed(strip, dcas);

  if (slot == SLOT_MONITOR)
    return 0;
  if (slot == SLOT_MAIN)
    return mode == MODE_IN_PLACE ? 0 : SOLO_REPLACE;
  if (mode == MODE_IN_PLACE)
    return bits_in_place(strip, slot, soloed, routes);
  return !soloed ? 0 : mode == MODE_PFL ? SOLO_PFL : SOLO_AFL;
}

/* True where the engine knows. */
static bool
tell(Link *link, unsigned slot, unsigned bits)
{
  LinkStrip  *strip = &link->slot[slot];
  const Event event = { .kind  = EVENT_SOLO,
                        .slot  = (uint16_t)slot,
                        .cell  = (uint16_t)bits,
                        .frame = EVENT_NOW };

  if (strip->solo == bits && strip->live)
    return true;
  if (!strip->live)
    strip->strip->solo = (uint8_t)bits;
  else if (!engine_post(link->engine, &event))
    return false;
  strip->solo = bits;
  return true;
}

void
link_update_solo(Link *link)
{
  const int mode =
    (int)desk_get(link->desk, desk_address(OWNER_DESK, 0, CELL_SOLO_MODE));
  const unsigned dcas   = soloed_dcas(link);
  Routes         routes = { 0 };
  bool           any    = false;

  for (unsigned slot = 0; slot < SLOT_MAIN; slot++)
    any |= is_soloed(&link->slot[slot], dcas);
  if (any && mode == MODE_IN_PLACE)
    find_routes(link, dcas, &routes);
  link->soloed   = any;
  link->due.solo = false;
  for (unsigned slot = 0; slot < SLOTS; slot++) {
    const LinkStrip *strip = &link->slot[slot];

    if (strip->strip &&
        !tell(link, slot, any ? bits_of(strip, slot, mode, dcas, &routes) : 0))
      link->due.solo = true;
  }
}
