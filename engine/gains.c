/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/gains.h"

#include <math.h>
#include <string.h>

#include "engine/value.h"

static float
gain_of_db(float db) RT_SAFE
{
  return (float)value_db_to_gain((double)db);
}

static double
to_law(double sine, int law) RT_SAFE
{
  switch (law) {
  case 1:
    return sine * sqrt(sine);
  case 2:
    return sine * sine;
  default:
    return sine;
  }
}

void
gains_pan(double pan, int law, float side[2]) RT_SAFE
{
  if (pan <= -100.0 || pan >= 100.0) {
    side[0] = pan < 0.0 ? 1.0f : 0.0f;
    side[1] = 1.0f - side[0];
    return;
  }

  const double angle = (pan + 100.0) * (M_PI / 400.0);

  side[0] = (float)to_law(cos(angle), law);
  side[1] = (float)to_law(sin(angle), law);
}

void
gains_balance(double pan, int law, float side[2]) RT_SAFE
{
  float gain[2];

  side[0] = side[1] = 1.0f;
  if (pan == 0.0)
    return;
  gains_pan(pan, law, gain);
  const int far = pan > 0.0 ? 0 : 1;
  side[far]     = (float)fmin(1.0, (double)gain[far] / to_law(M_SQRT1_2, law));
}

float
gains_trim(const Strip *strip) RT_SAFE
{
  const float gain = gain_of_db(strip->value[CELL_TRIM]);

  return strip->value[CELL_POLARITY] > 0.5f ? -gain : gain;
}

/* Silenced by a hand, a DCA, a mute group, or the solo of others. */
static bool
is_muted(const Strip *strip, const Globals *globals) RT_SAFE
{
  if (strip->leaving || strip->value[CELL_MUTE] > 0.5f ||
      (strip->solo & SOLO_CUT))
    return true;
  for (int i = 0; i < MAX_DCAS; i++)
    if (globals->dca_mute[i] && strip->value[CELL_IN_DCA + i] > 0.5f)
      return true;
  for (int i = 0; i < MAX_MUTEGROUPS; i++)
    if (globals->mutegroup[i] && strip->value[CELL_IN_MUTEGROUP + i] > 0.5f)
      return true;
  return false;
}

float
gains_fader(const Strip *strip, const Globals *globals) RT_SAFE
{
  float db = strip->value[CELL_FADER];

  if (is_muted(strip, globals))
    return 0.0f;
  for (int i = 0; i < MAX_DCAS; i++)
    if (strip->value[CELL_IN_DCA + i] > 0.5f)
      db += globals->dca_db[i];
  return gain_of_db(db);
}

Tap
gains_send_tap(const float *strip_value, const float *bus_value, unsigned bus)
  RT_SAFE
{
  const int tap = (int)strip_value[CELL_SEND_TAP + bus];

  return (Tap)(tap < TAPS ? tap : (int)bus_value[CELL_BUS_TAP]);
}

/* A leg's part in the two sides of a stereo destination. */
static void
place_leg(const Strip *strip,
          int          leg,
          double       pan,
          double       width,
          int          law,
          float        gain[2]) RT_SAFE
{
  float side[2];

  if (strip->legs == 1) {
    gains_pan(pan, law, gain);
    return;
  }
  gains_balance(pan, law, side);
  const float near = (float)((1.0 + width / 100.0) / 2.0);
  const float far  = (float)((1.0 - width / 100.0) / 2.0);

  gain[leg]     = near * side[leg];
  gain[1 - leg] = far * side[1 - leg];
}

Stand
gains_stand(const Strip *strip, const Globals *globals) RT_SAFE
{
  Stand stand = { .muted = is_muted(strip, globals) };

  for (int leg = 0; leg < strip->legs; leg++)
    place_leg(strip,
              leg,
              (double)strip->value[CELL_PAN],
              (double)strip->value[CELL_WIDTH],
              globals->pan_law,
              stand.leg[leg]);
  return stand;
}

static void
place_as_panned(const Stand *stand, int leg, float gain[2]) RT_SAFE
{
  memcpy(gain, stand->leg[leg], sizeof stand->leg[leg]);
}

static void
place_in_mono(const Strip *strip, float gain[2]) RT_SAFE
{
  gain[0] = strip->legs == 1 ? 1.0f : 0.5f;
  gain[1] = 0.0f;
}

static void
scale(float gain[2], float by) RT_SAFE
{
  gain[0] *= by;
  gain[1] *= by;
}

static void
group_gains(const Strip *strip,
            const Stand *stand,
            int          leg,
            const Way   *way,
            const Strip *bus,
            float        gain[2]) RT_SAFE
{
  if (strip->value[CELL_GROUP + way->bus] < 0.5f)
    return;
  if (bus->legs == 1)
    place_in_mono(strip, gain);
  else
    place_as_panned(stand, leg, gain);
}

/* Is this way the one that the send takes, and does it sound? */
static bool
send_is_open(const Strip *strip,
             const Stand *stand,
             const Way   *way,
             const Strip *bus) RT_SAFE
{
  const float *value = strip->value;
  const bool   safe  = bus->value[CELL_MUTESAFE] > 0.5f && !strip->leaving;

  return value[CELL_SEND_ON + way->bus] > 0.5f &&
         gains_send_tap(value, bus->value, way->bus) == way->tap &&
         (way->tap == TAP_POST_FADER || safe || !stand->muted);
}

static void
send_gains(const Strip   *strip,
           const Stand   *stand,
           int            leg,
           const Way     *way,
           const Strip   *bus,
           const Globals *globals,
           float          gain[2]) RT_SAFE
{
  const float *value = strip->value;

  if (!send_is_open(strip, stand, way, bus))
    return;
  if (bus->legs == 1)
    place_in_mono(strip, gain);
  else if (value[CELL_SEND_FOLLOW + way->bus] > 0.5f)
    place_as_panned(stand, leg, gain);
  else
    place_leg(strip,
              leg,
              (double)value[CELL_SEND_PAN + way->bus],
              100.0,
              globals->pan_law,
              gain);
  scale(gain, gain_of_db(value[CELL_SEND_LEVEL + way->bus]));
}

static void
solo_gains(const Strip *strip,
           const Stand *stand,
           int          leg,
           const Way   *way,
           const Strip *monitor,
           float        gain[2]) RT_SAFE
{
  const unsigned bit = way->kind == WAY_PFL ? SOLO_PFL : SOLO_AFL;

  if (!(strip->solo & bit) || strip->leaving)
    return;
  if (way->kind == WAY_AFL)
    place_as_panned(stand, leg, gain);
  else if (strip->legs == 1)
    gain[0] = gain[1] = 1.0f;
  else if (monitor && monitor->value[CELL_PFL_MONO] > 0.5f)
    gain[0] = gain[1] = 0.5f;
  else
    gain[leg] = 1.0f;
}

/* The monitor's own switches, in the order in which they are printed on it. */
static void
monitor_gains(const Strip *monitor, float gain[2]) RT_SAFE
{
  const float *value = monitor->value;

  if (value[CELL_MONO] > 0.5f)
    gain[0] = gain[1] = (gain[0] + gain[1]) * 0.5f;
  if (value[CELL_SWAP] > 0.5f) {
    const float left = gain[0];
    gain[0]          = gain[1];
    gain[1]          = left;
  }
  if (value[CELL_FLIP] > 0.5f)
    gain[1] = -gain[1];
  if (value[CELL_DIM] > 0.5f)
    scale(gain, gain_of_db(value[CELL_DIM_LEVEL]));
}

static void
output_gains(const Strip *strip, const Stand *stand, int leg, float gain[2])
  RT_SAFE
{
  if (strip->legs == 1)
    gain[0] = 1.0f;
  else
    place_as_panned(stand, leg, gain);
  if (strip->owner == OWNER_MONITOR)
    monitor_gains(strip, gain);
}

static bool
hears_main(const Strip *main, const Strip *monitor) RT_SAFE
{
  return monitor && monitor->value[CELL_MONITOR_SOURCE] < 0.5f &&
         !(main->solo & SOLO_REPLACE);
}

void
gains_way(const Strip   *strip,
          const Stand   *stand,
          int            leg,
          const Way     *way,
          const Strip   *bus,
          const Strip   *monitor,
          const Globals *globals,
          float          gain[2]) RT_SAFE
{
  gain[0] = gain[1] = 0.0f;
  if (way->retired)
    return;
  switch ((WayKind)way->kind) {
  case WAY_MAIN:
    if (strip->value[CELL_TO_MAIN] > 0.5f && !(strip->solo & SOLO_CUT_MAIN))
      place_as_panned(stand, leg, gain);
    break;
  case WAY_GROUP:
    if (bus)
      group_gains(strip, stand, leg, way, bus, gain);
    break;
  case WAY_SEND:
    if (bus)
      send_gains(strip, stand, leg, way, bus, globals, gain);
    break;
  case WAY_PFL:
  case WAY_AFL:
    solo_gains(strip, stand, leg, way, monitor, gain);
    break;
  case WAY_MONITOR:
    if (hears_main(strip, monitor))
      place_as_panned(stand, leg, gain);
    break;
  case WAY_OUTPUT:
    if (strip->slot == SLOT_BUS + way->bus)
      output_gains(strip, stand, leg, gain);
    break;
  }
}
