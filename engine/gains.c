/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/gains.h"

#include <math.h>

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

  const double angle = (pan + 100.0) * (acos(-1.0) / 400.0);

  side[0] = (float)to_law(cos(angle), law);
  side[1] = (float)to_law(sin(angle), law);
}

void
gains_balance(double pan, int law, float side[2]) RT_SAFE
{
  float  gain[2];
  double centre = to_law(sqrt(0.5), law);

  side[0] = side[1] = 1.0f;
  if (pan == 0.0)
    return;
  gains_pan(pan, law, gain);
  const int far = pan > 0.0 ? 0 : 1;
  side[far]     = (float)fmin(1.0, (double)gain[far] / centre);
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

static void
place_as_panned(const Strip   *strip,
                int            leg,
                const Globals *globals,
                float          gain[2]) RT_SAFE
{
  place_leg(strip,
            leg,
            (double)strip->value[CELL_PAN],
            (double)strip->value[CELL_WIDTH],
            globals->pan_law,
            gain);
}

static void
scale(float gain[2], float by) RT_SAFE
{
  gain[0] *= by;
  gain[1] *= by;
}

static void
send_gains(const Strip   *strip,
           int            leg,
           const Way     *way,
           const Strip   *bus,
           const Globals *globals,
           float          gain[2]) RT_SAFE
{
  const float *value = strip->value;
  const bool   open  = value[CELL_SEND_ON + way->bus] > 0.5f &&
                    gains_send_tap(value, bus->value, way->bus) == way->tap;
  const bool safe = bus->value[CELL_MUTESAFE] > 0.5f && !strip->leaving;

  if (!open ||
      (way->tap != TAP_POST_FADER && !safe && is_muted(strip, globals))) {
    scale(gain, 0.0f);
    return;
  }
  if (value[CELL_SEND_FOLLOW + way->bus] > 0.5f)
    place_as_panned(strip, leg, globals, gain);
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
solo_gains(const Strip   *strip,
           int            leg,
           const Way     *way,
           const Strip   *monitor,
           const Globals *globals,
           float          gain[2]) RT_SAFE
{
  const unsigned bit = way->kind == WAY_PFL ? SOLO_PFL : SOLO_AFL;

  if (!(strip->solo & bit) || strip->leaving) {
    scale(gain, 0.0f);
  } else if (way->kind == WAY_AFL) {
    place_as_panned(strip, leg, globals, gain);
  } else if (strip->legs == 1) {
    gain[0] = gain[1] = 1.0f;
  } else if (monitor && monitor->value[CELL_PFL_MONO] > 0.5f) {
    gain[0] = gain[1] = 0.5f;
  } else {
    gain[leg]     = 1.0f;
    gain[1 - leg] = 0.0f;
  }
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

void
gains_way(const Strip   *strip,
          int            leg,
          const Way     *way,
          const Strip   *bus,
          const Strip   *monitor,
          const Globals *globals,
          float          gain[2]) RT_SAFE
{
  bool open = !way->retired;

  gain[0] = gain[1] = 0.0f;
  switch ((WayKind)way->kind) {
  case WAY_MAIN:
    open &= strip->value[CELL_TO_MAIN] > 0.5f && !(strip->solo & SOLO_CUT_MAIN);
    place_as_panned(strip, leg, globals, gain);
    break;
  case WAY_GROUP:
    open &= bus && strip->value[CELL_GROUP + way->bus] > 0.5f;
    place_as_panned(strip, leg, globals, gain);
    break;
  case WAY_SEND:
    open &= bus != NULL;
    if (open)
      send_gains(strip, leg, way, bus, globals, gain);
    break;
  case WAY_PFL:
  case WAY_AFL:
    solo_gains(strip, leg, way, monitor, globals, gain);
    break;
  case WAY_MONITOR:
    open &= monitor && monitor->value[CELL_MONITOR_SOURCE] < 0.5f &&
            !(strip->solo & SOLO_REPLACE);
    place_as_panned(strip, leg, globals, gain);
    break;
  case WAY_OUTPUT:
    if (strip->legs == 1)
      gain[0] = 1.0f;
    else
      place_as_panned(strip, leg, globals, gain);
    if (strip->owner == OWNER_MONITOR)
      monitor_gains(strip, gain);
    break;
  }
  if (!open)
    gain[0] = gain[1] = 0.0f;

  if ((way->kind == WAY_GROUP || way->kind == WAY_SEND) && bus &&
      bus->legs == 1) {
    /* A mono bus hears a mono strip as it is, and the mean of a stereo one. */
    const bool sounds = gain[0] != 0.0f || gain[1] != 0.0f;
    const bool sent   = way->kind == WAY_SEND;

    gain[0] = !sounds ? 0.0f : strip->legs == 1 ? 1.0f : 0.5f;
    gain[1] = 0.0f;
    if (sent)
      gain[0] *= gain_of_db(strip->value[CELL_SEND_LEVEL + way->bus]);
  }
}
