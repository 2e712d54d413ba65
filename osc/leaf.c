/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/leaf.h"

#include <glib.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/value.h"

static double
decimal_of_float(float number)
{
  char text[VALUE_TEXT];
  for (int digits = 6; digits <= 9; ++digits) {
    snprintf(text, sizeof text, "%.*g", digits, (double)number);
    if (strtof(text, NULL) == number)
      return strtod(text, NULL);
  }
  return (double)number;
}

/* liblo keeps arguments at every fourth byte, which is not enough for the
   widest member of the union that it calls them. */
bool
osc_argument_number(char type, const lo_arg *argument, double *number)
{
  int32_t i;
  int64_t h;
  float   f;
  switch (type) {
  case 'i':
    memcpy(&i, argument, sizeof i);
    *number = i;
    return true;
  case 'h':
    memcpy(&h, argument, sizeof h);
    *number = (double)h;
    return true;
  case 'f':
    memcpy(&f, argument, sizeof f);
    *number = decimal_of_float(f);
    return true;
  case 'd':
    memcpy(number, argument, sizeof *number);
    return true;
  case 'T':
    *number = 1;
    return true;
  case 'F':
    *number = 0;
    return true;
  default:
    return false;
  }
}

const char *
osc_argument_text(char type, const lo_arg *argument)
{
  return type == 's' || type == 'S' ? (const char *)argument : NULL;
}

static bool
is_whole(const ParamRow *row)
{
  return row->taper == TAPER_SWITCH || row->taper == TAPER_TRIGGER ||
         row->taper == TAPER_CHOICE || row->taper == TAPER_INT;
}

/* Does a position say the value itself, rather than 0 to 1? */
static bool
is_plain(const ParamRow *row)
{
  return is_whole(row) || row->taper == TAPER_SECONDS ||
         row->taper == TAPER_METER;
}

lo_message
osc_leaf_text(const char *text)
{
  lo_message message = lo_message_new();
  lo_message_add_string(message, text);
  return message;
}

lo_message
osc_leaf_number(const ParamRow *row, double number, OscLeaf leaf)
{
  char text[VALUE_TEXT];
  if (leaf == OSC_TEXT) {
    value_format(row, number, text);
    return osc_leaf_text(text);
  }
  if (leaf == OSC_POSITION)
    number = value_to_position(row, number);
  if (row->taper == TAPER_METER)
    number = fmax(number, OSC_SILENCE);
  if (isinf(number)) {
    value_print(number, text);
    return osc_leaf_text(text);
  }
  lo_message message = lo_message_new();
  if (is_whole(row))
    lo_message_add_int32(message, (int32_t)number);
  else
    lo_message_add_float(message, (float)number);
  return message;
}

/* What osc_leaf_set() works on. */
typedef struct Setting {
  Desk           *desk;
  Address         address;
  const ParamRow *row;
  Who             who;
  char           *reason;
  char            name[ADDRESS_TEXT];
} Setting;

static bool G_GNUC_PRINTF(2, 3)
  refuse(const Setting *setting, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(setting->reason, DESK_REASON, format, arguments);
  va_end(arguments);
  return false;
}

static bool
set_number(const Setting *setting, double value, bool *settled)
{
  if (!desk_set(
        setting->desk, setting->address, value, setting->who, setting->reason))
    return false;
  *settled = desk_get(setting->desk, setting->address) == value;
  return true;
}

static bool
set_position(const Setting *setting, double position, bool *settled)
{
  if (is_plain(setting->row))
    return set_number(setting, position, settled);
  if (!(position >= 0 && position <= 1))
    return refuse(setting,
                  "%s takes a position from 0 to 1; "
                  "its value in real units is set at %s/value.",
                  setting->name,
                  setting->name);
  return set_number(
    setting, value_from_position(setting->row, position), settled);
}

static double
clamp(double number, double low, double high)
{
  return fmin(fmax(number, low), high);
}

/* Relative moves stop at the ends. */
static bool
set_delta(const Setting *setting, double delta, bool *settled)
{
  const ParamRow *row = setting->row;
  double          now = desk_get(setting->desk, setting->address);
  if (row->taper == TAPER_TRIGGER)
    return refuse(setting, "%s is not moved, but set to 1.", setting->name);
  if (is_plain(row)) {
    double whole = is_whole(row) ? rint(delta) : delta;
    if (row->taper == TAPER_SWITCH)
      whole = (delta > 0) - (delta < 0);
    return set_number(setting, clamp(now + whole, row->min, row->max), settled);
  }
  double position = clamp(value_to_position(row, now) + delta, 0, 1);
  return set_number(setting, value_from_position(row, position), settled);
}

static bool
set_text(const Setting *setting, const char *text, bool *settled)
{
  if (!desk_set_text(
        setting->desk, setting->address, text, setting->who, setting->reason))
    return false;
  *settled = strcmp(desk_get_text(setting->desk, setting->address), text) == 0;
  return true;
}

static bool
set_typed(const Setting *setting, const char *text, bool *settled)
{
  char shown[VALUE_TEXT];
  if (!desk_set_typed(
        setting->desk, setting->address, text, setting->who, setting->reason))
    return false;
  desk_format(setting->desk, setting->address, shown, sizeof shown);
  *settled = strcmp(shown, text) == 0;
  return true;
}

static bool
set_from_text(const Setting *setting,
              OscLeaf        leaf,
              const char    *text,
              bool          *settled)
{
  if (leaf == OSC_DELTA)
    return refuse(setting, "%s/delta takes a number.", setting->name);
  if (setting->row->taper == TAPER_TEXT)
    return set_text(setting, text, settled);
  if (leaf == OSC_POSITION && setting->row->taper != TAPER_CHOICE)
    return refuse(setting,
                  "%s takes a number; text is set at %s/text.",
                  setting->name,
                  setting->name);
  return set_typed(setting, text, settled);
}

static bool
set_from_number(const Setting *setting,
                OscLeaf        leaf,
                double         number,
                bool          *settled)
{
  if (setting->row->taper == TAPER_TEXT)
    return refuse(setting, "%s takes a string.", setting->name);
  switch (leaf) {
  case OSC_POSITION:
    return set_position(setting, number, settled);
  case OSC_VALUE:
    return set_number(setting, number, settled);
  case OSC_DELTA:
    return set_delta(setting, number, settled);
  default:
    return refuse(setting, "%s/text takes a string.", setting->name);
  }
}

bool
osc_leaf_set(Desk         *desk,
             Address       address,
             OscLeaf       leaf,
             char          type,
             const lo_arg *argument,
             Who           who,
             bool         *settled,
             char          reason[DESK_REASON])
{
  Setting     setting = { desk, address, params_of_cell(address.cell),
                          who,  reason,  "" };
  const char *text    = osc_argument_text(type, argument);
  double      number;
  *settled = false;
  address_print(address, setting.name);
  if (text)
    return set_from_text(&setting, leaf, text, settled);
  if (osc_argument_number(type, argument, &number))
    return set_from_number(&setting, leaf, number, settled);
  return refuse(&setting, "%s takes a number or a string.", setting.name);
}
