/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/value.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The fader's law: four straight segments that live engineers' hands know.
   Position of the segment's foot, dB there, dB for one unit of position. */
static const struct {
  double position;
  double db;
  double slope;
} fader_law[] = {
  { 0.5, -10, 40 },
  { 0.25, -30, 80 },
  { 0.0625, -60, 160 },
  { 0, -90, 480 },
};

static double
fader_from_position(double position) RT_SAFE
{
  size_t i = 0;

  if (position <= 0)
    return -INFINITY;
  while (position < fader_law[i].position)
    i++;
  return fader_law[i].db +
         (position - fader_law[i].position) * fader_law[i].slope;
}

static double
fader_to_position(double db) RT_SAFE
{
  size_t i = 0;

  if (db <= -90)
    return 0;
  while (db < fader_law[i].db)
    i++;
  return fader_law[i].position + (db - fader_law[i].db) / fader_law[i].slope;
}

static double
clamp(double value, double low, double high) RT_SAFE
{
  return value > low ? value < high ? value : high : low;
}

/* Fourteen digits are beyond any hand, and keep what a hand meant: a fader at
   0.7 stands at -2 dB and not at -2.0000000000000018. */
static double
rounded(double value) RT_SAFE
{
  if (value == 0 || !isfinite(value))
    return value;
  const double scale = pow(10, 13 - floor(log10(fabs(value))));

  return rint(value * scale) / scale;
}

static double
at_position(const ParamRow *row, double position) RT_SAFE
{
  double min = row->min, max = row->max;
  double p = clamp(position, 0, 1);

  switch (row->taper) {
  case TAPER_LINEAR:
    return p < 1 ? min + (max - min) * p : max;
  case TAPER_LOG:
    return p < 1 ? min * pow(max / min, p) : max;
  case TAPER_CUBIC:
    return p < 1 ? min + (max - min) * p * p * p : max;
  case TAPER_FADER:
    return clamp(fader_from_position(p), min, max);
  case TAPER_RATIO:
    return p < 1 ? clamp(1 / (1 - p), min, max) : max;
  case TAPER_SWITCH:
  case TAPER_TRIGGER:
    return p >= 0.5;
  case TAPER_CHOICE:
  case TAPER_INT:
    return clamp(rint(position), min, max);
  case TAPER_SECONDS:
  case TAPER_METER:
    return clamp(position, min, max);
  case TAPER_TEXT:
    break;
  }
  return 0;
}

double
value_from_position(const ParamRow *row, double position) RT_SAFE
{
  return clamp(rounded(at_position(row, position)), row->min, row->max);
}

double
value_to_position(const ParamRow *row, double value) RT_SAFE
{
  double min = row->min, max = row->max;
  double v = clamp(value, min, max);

  switch (row->taper) {
  case TAPER_LINEAR:
    return (v - min) / (max - min);
  case TAPER_LOG:
    return log(v / min) / log(max / min);
  case TAPER_CUBIC:
    return cbrt((v - min) / (max - min));
  case TAPER_FADER:
    return fader_to_position(v);
  case TAPER_RATIO:
    return 1 - 1 / v;
  case TAPER_SWITCH:
  case TAPER_TRIGGER:
  case TAPER_CHOICE:
  case TAPER_INT:
  case TAPER_SECONDS:
  case TAPER_METER:
    return v;
  case TAPER_TEXT:
    break;
  }
  return 0;
}

bool
value_is_valid(const ParamRow *row, double value) RT_SAFE
{
  if (!(value >= row->min && value <= row->max))
    return false;
  switch (row->taper) {
  case TAPER_SWITCH:
  case TAPER_TRIGGER:
  case TAPER_CHOICE:
  case TAPER_INT:
    return value == rint(value);
  case TAPER_TEXT:
    return false;
  default:
    return true;
  }
}

double
value_db_to_gain(double db) RT_SAFE
{
  return pow(10, db / 20);
}

double
value_gain_to_db(double gain) RT_SAFE
{
  return gain > 0 ? 20 * log10(gain) : -INFINITY;
}

/* Text. Numbers have a point in every locale: the thread's own is put aside
   while the C library reads or writes one. The "C" locale is the library's
   own; asking for it allocates nothing. */

static void print_plain(char *text, size_t size, const char *format, ...)
  __attribute__((format(printf, 3, 4)));

static void
print_plain(char *text, size_t size, const char *format, ...)
{
  locale_t plain  = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  locale_t before = uselocale(plain);
  va_list  list;

  va_start(list, format);
  vsnprintf(text, size, format, list);
  va_end(list);
  uselocale(before);
  freelocale(plain);
}

double
value_read(const char *text)
{
  locale_t plain  = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  double   number = strtod_l(text, NULL, plain);

  freelocale(plain);
  return number;
}

void
value_print(double value, char text[VALUE_TEXT])
{
  if (isinf(value) || value == 0) {
    strcpy(text, value == 0 ? "0" : value < 0 ? "-inf" : "inf");
    return;
  }
  /* Any decimal of up to 15 digits survives the way through a double, so
     fewer need not be tried; but for numbers too small to be normal. */
  for (int digits = fpclassify(value) == FP_NORMAL ? 15 : 1; digits <= 17;
       digits++) {
    print_plain(text, VALUE_TEXT, "%.*g", digits, value);
    if (value_read(text) == value)
      return;
  }
}

/* Writes a number with so many decimals at most, without trailing zeros, and
   never "-0". */
static void
print_short(double value, int decimals, char *text, size_t size)
{
  char *end;

  print_plain(text, size, "%.*f", decimals, value);
  if (decimals > 0) {
    end = text + strlen(text);
    while (end[-1] == '0')
      *--end = '\0';
    if (end[-1] == '.')
      *--end = '\0';
  }
  if (!strcmp(text, "-0"))
    strcpy(text, "0");
}

/* Three digits and a unit, as 2.40 kHz or 150 ms. */
static void
format_scaled(double value, const char *unit, char text[VALUE_TEXT])
{
  int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;

  if (value == 0)
    decimals = 0;
  else if (value < 0.9995)
    decimals = 3;
  print_plain(text, VALUE_TEXT, "%.*f %s", decimals, value, unit);
}

static void
format_hz(double hz, char text[VALUE_TEXT])
{
  if (hz < 999.5)
    format_scaled(hz, "Hz", text);
  else
    format_scaled(hz / 1000, "kHz", text);
}

static void
format_ms(double ms, char text[VALUE_TEXT])
{
  if (ms < 999.5)
    format_scaled(ms, "ms", text);
  else
    format_scaled(ms / 1000, "s", text);
}

static void
format_db(double db, char text[VALUE_TEXT])
{
  if (isinf(db))
    strcpy(text, db < 0 ? "-inf dB" : "inf dB");
  else
    print_plain(text, VALUE_TEXT, "%.1f dB", rint(db * 10) == 0 ? 0 : db);
}

static void
format_pan(double pan, char text[VALUE_TEXT])
{
  char number[VALUE_TEXT - 1];

  print_short(fabs(pan), 1, number, sizeof number);
  if (!strcmp(number, "0"))
    strcpy(text, "C");
  else
    snprintf(text, VALUE_TEXT, "%c%s", pan < 0 ? 'L' : 'R', number);
}

static void
format_ratio(double ratio, char text[VALUE_TEXT])
{
  char number[VALUE_TEXT - 2] = "inf";

  if (!isinf(ratio))
    print_short(ratio, ratio < 10 ? 2 : 1, number, sizeof number);
  snprintf(text, VALUE_TEXT, "%s:1", number);
}

/* 1:02.500, or 1:01:02.500 from an hour on. */
static void
format_time(double seconds, char text[VALUE_TEXT])
{
  long long ms = llrint(clamp(seconds, -1e12, 1e12) * 1000);
  long long s  = llabs(ms) / 1000;
  char      hours[24];

  hours[0] = '\0';
  if (s >= 3600)
    snprintf(hours, sizeof hours, "%lld:", s / 3600);
  snprintf(text,
           VALUE_TEXT,
           s >= 3600 ? "%s%s%02lld:%02lld.%03lld" : "%s%s%lld:%02lld.%03lld",
           ms < 0 ? "-" : "",
           hours,
           s / 60 % 60,
           s % 60,
           llabs(ms) % 1000);
}

static void
format_with(double value, int decimals, const char *unit, char text[VALUE_TEXT])
{
  char number[VALUE_TEXT - 8];

  print_short(value, decimals, number, sizeof number);
  snprintf(text, VALUE_TEXT, "%s%s", number, unit);
}

static void
format_unit(Unit unit, double value, char text[VALUE_TEXT])
{
  switch (unit) {
  case UNIT_DB:
    format_db(value, text);
    break;
  case UNIT_HZ:
    format_hz(value, text);
    break;
  case UNIT_MS:
    format_ms(value, text);
    break;
  case UNIT_S:
    format_scaled(value, "s", text);
    break;
  case UNIT_PERCENT:
    format_with(value, 1, " %", text);
    break;
  case UNIT_PAN:
    format_pan(value, text);
    break;
  case UNIT_RATIO:
    format_ratio(value, text);
    break;
  case UNIT_BPM:
    format_with(value, 2, " BPM", text);
    break;
  case UNIT_NONE:
    print_plain(text, VALUE_TEXT, "%.2f", value);
    break;
  case UNIT_TEXT:
  case UNIT_REF:
    text[0] = '\0';
    break;
  }
}

void
value_format(const ParamRow *row, double value, char text[VALUE_TEXT])
{
  switch (row->taper) {
  case TAPER_SWITCH:
  case TAPER_TRIGGER:
    strcpy(text, value >= 0.5 ? "on" : "off");
    break;
  case TAPER_CHOICE:
    snprintf(text,
             VALUE_TEXT,
             "%s",
             row->choices[(int)clamp(rint(value), row->min, row->max)]);
    break;
  case TAPER_INT:
    format_with(value, 0, row->unit == UNIT_HZ ? " Hz" : "", text);
    break;
  case TAPER_SECONDS:
    format_time(value, text);
    break;
  default:
    format_unit(row->unit, value, text);
  }
}
