/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/ballistics.h"

#include <math.h>

#include "engine/value.h"

static const double FALL_DB_PER_S      = 20 / 1.7;
static const double HOLD_S             = 2;
static const double HOLD_FALL_DB_PER_S = 30;
static const double FLOOR_DB           = -90;
static const double CEILING_DB         = 60;

/* Falls from where it is, or jumps to what is higher. Below the foot of any
   scale is silence, so that an idle meter comes to rest. */
static double
fall(double from, double to, double by)
{
  const double level = fmax(from - by, to);

  return level < FLOOR_DB ? -INFINITY : level;
}

/* What is not finite reads as more than anything, and falls like the rest. */
static double
level_of(float linear)
{
  return isfinite(linear) ? fmin(value_gain_to_db((double)linear), CEILING_DB)
                          : CEILING_DB;
}

void
gui_ballistics_init(GuiBallistics *self)
{
  for (int side = 0; side < 2; side++) {
    self->peak[side]     = -INFINITY;
    self->rms[side]      = -INFINITY;
    self->hold[side]     = -INFINITY;
    self->hold_age[side] = 0;
  }
  self->reduction = 0;
  gui_ballistics_clear(self);
}

void
gui_ballistics_clear(GuiBallistics *self)
{
  self->highest = -INFINITY;
  self->over    = false;
}

static void
advance_hold(GuiBallistics *self, int side, double peak, double seconds)
{
  if (peak >= self->hold[side]) {
    self->hold[side]     = peak;
    self->hold_age[side] = 0;
    return;
  }
  self->hold_age[side] += seconds;
  if (self->hold_age[side] > HOLD_S)
    self->hold[side] =
      fall(self->hold[side], self->peak[side], HOLD_FALL_DB_PER_S * seconds);
}

static void
advance_side(GuiBallistics     *self,
             int                side,
             const MeterValues *values,
             double             seconds)
{
  const double by   = FALL_DB_PER_S * seconds;
  const double peak = values ? level_of(values->out[side]) : -INFINITY;
  const double rms  = values ? level_of(values->out_rms[side]) : -INFINITY;

  self->peak[side] = fall(self->peak[side], peak, by);
  self->rms[side]  = fall(self->rms[side], rms, by);
  self->highest    = fmax(self->highest, peak);
  advance_hold(self, side, peak, seconds);
}

void
gui_ballistics_advance(GuiBallistics     *self,
                       const MeterValues *values,
                       double             seconds)
{
  for (int side = 0; side < 2; side++)
    advance_side(self, side, values, seconds);
  if (values) {
    self->over |= values->over;
    self->reduction =
      (double)values->gate + (double)values->comp + (double)values->deess;
  }
}
