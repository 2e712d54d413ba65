/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/scale.h"

#include <math.h>

const GuiScaleMark *
gui_scale_marks(size_t *count)
{
  static const GuiScaleMark marks[] = {
    { 10, "+10", false },      { 5, "5", false },    { 0, "0", true },
    { -5, "5", false },        { -10, "10", false }, { -20, "20", false },
    { -30, "30", false },      { -40, "40", false }, { -60, "60", false },
    { -INFINITY, "∞", false },
  };

  *count = sizeof marks / sizeof *marks;
  return marks;
}

static double
clamp(double x, double low, double high)
{
  return fmin(fmax(x, low), high);
}

double
gui_scale_of_db(double db)
{
  return clamp(value_to_position(params_row(ROW_FADER), db), 0, 1);
}

/* Do positions of this taper run from 0 to 1? */
static bool
has_fraction(const ParamRow *row)
{
  return row->taper != TAPER_CHOICE && row->taper != TAPER_INT &&
         row->taper != TAPER_SECONDS && row->taper != TAPER_METER;
}

double
gui_scale_to_fraction(const ParamRow *row, double value)
{
  if (has_fraction(row))
    return clamp(value_to_position(row, value), 0, 1);
  return clamp((value - row->min) / (row->max - row->min), 0, 1);
}

double
gui_scale_from_fraction(const ParamRow *row, double fraction)
{
  const double f = clamp(fraction, 0, 1);

  if (has_fraction(row))
    return value_from_position(row, f);
  return round(row->min + f * (row->max - row->min));
}

/* The step in the parameter's own unit, 0 where it is a part of the travel. */
static double
unit_step(const ParamRow *row, bool fine)
{
  if (row->taper == TAPER_INT || row->taper == TAPER_CHOICE)
    return 1;
  if (row->taper != TAPER_LINEAR)
    return 0;
  switch (row->unit) {
  case UNIT_DB:
    return fine ? 0.1 : 0.5;
  case UNIT_PAN:
    return fine ? 1 : 5;
  case UNIT_PERCENT:
  case UNIT_BPM:
    return fine ? 0.1 : 1;
  default:
    return 0;
  }
}

/* On the fader's law 1/80 of the travel is half a decibel above -10 dB. */
static double
travel_step(const ParamRow *row, bool fine)
{
  if (row->taper == TAPER_FADER)
    return fine ? 1.0 / 400 : 1.0 / 80;
  return fine ? 0.001 : 0.01;
}

double
gui_scale_step(const ParamRow *row, double value, double steps, bool fine)
{
  const double step = unit_step(row, fine);

  if (step > 0)
    return clamp(value + steps * step, row->min, row->max);
  return gui_scale_from_fraction(
    row, gui_scale_to_fraction(row, value) + steps * travel_step(row, fine));
}

double
gui_scale_origin(const ParamRow *row)
{
  return row->taper == TAPER_LINEAR && row->min < 0 && row->max > 0
           ? gui_scale_to_fraction(row, 0)
           : 0;
}
