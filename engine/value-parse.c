/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Reading what people type. The text is brought into one form first (lower
   case, no blanks at the ends, an ASCII minus), then read by the row's taper
   and unit. */

#include "engine/value.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TYPED = 80 };

static bool
is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Signs that people paste, and what stands for them. */
static const struct {
  const char *sign;
  const char *plain;
} signs[] = {
  { "\u2212", "-" }, /* the minus of typesetters */
  { "\u221e", "inf" }, { "\u00b5", "u" }, { "\u03bc", "u" }, { "\u00a0", " " },
};

/* What stands for the sign at text, and its length; NULL where there is none.
 */
static const char *
replace_sign(const char *text, size_t *length)
{
  if ((unsigned char)*text < 0x80)
    return NULL;
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    *length = strlen(signs[i].sign);
    if (!strncmp(text, signs[i].sign, *length))
      return signs[i].plain;
  }
  return NULL;
}

/* Copies text to plain in that one form; false where it does not fit. */
static bool
simplify(const char *text, char plain[TYPED])
{
  size_t length = 0, sign;

  while (is_blank(*text))
    text++;
  while (*text) {
    const char *put = replace_sign(text, &sign);

    if (length + 4 >= TYPED)
      return false;
    if (put) {
      strcpy(plain + length, put);
      length += strlen(put);
      text += sign;
    } else {
      bool upper = *text >= 'A' && *text <= 'Z';

      plain[length++] = upper ? (char)(*text + 'a' - 'A') : *text;
      text++;
    }
  }
  while (length > 0 && is_blank(plain[length - 1]))
    length--;
  plain[length] = '\0';
  return true;
}

static const char *
skip_blanks(const char *text)
{
  while (is_blank(*text))
    text++;
  return text;
}

static size_t
count_digits(const char *text)
{
  size_t count = 0;

  while (isdigit((unsigned char)text[count]))
    count++;
  return count;
}

/* How long the number at text is, 0 where there is none. A comma is the point
   of many countries, unless it may part thousands: 1,000 could be either. */
static size_t
scan_number(const char *text)
{
  size_t at    = *text == '-' || *text == '+';
  size_t whole = count_digits(text + at), part = 0;

  at += whole;
  if (text[at] == '.' || text[at] == ',') {
    part = count_digits(text + at + 1);
    if (text[at] == ',' && (part == 0 || (whole > 0 && part == 3)))
      return 0;
    at += 1 + part;
  }
  if (whole + part == 0)
    return 0;
  if (text[at] == 'e') {
    size_t sign = text[at + 1] == '-' || text[at + 1] == '+';
    size_t more = count_digits(text + at + 1 + sign);

    if (more > 0)
      at += 1 + sign + more;
  }
  return at;
}

/* Reads a number, or inf. Returns what follows it, NULL where there is none. */
static const char *
read_real(const char *text, double *value)
{
  char        buffer[TYPED];
  size_t      length = scan_number(text);
  const char *word   = text + (*text == '-' || *text == '+');
  char       *comma;

  if (!strncmp(word, "inf", 3) || !strncmp(word, "oo", 2)) {
    *value = *text == '-' ? -INFINITY : INFINITY;
    word += *word == 'i' ? 3 : 2;
    return strncmp(word, "inity", 5) ? word : word + 5;
  }
  if (length == 0)
    return NULL;
  memcpy(buffer, text, length);
  buffer[length] = '\0';
  comma          = strchr(buffer, ',');
  if (comma)
    *comma = '.';
  *value = value_read(buffer);
  return isinf(*value) ? NULL : text + length;
}

/* The words that may follow a number of each unit, and what they make of it. */
static const struct {
  Unit        unit;
  const char *word;
  double      factor;
} suffixes[] = {
  { UNIT_DB, "db", 1 },     { UNIT_DB, "dbfs", 1 },   { UNIT_HZ, "hz", 1 },
  { UNIT_HZ, "k", 1000 },   { UNIT_HZ, "khz", 1000 }, { UNIT_MS, "ms", 1 },
  { UNIT_MS, "s", 1000 },   { UNIT_MS, "us", 0.001 }, { UNIT_S, "s", 1 },
  { UNIT_S, "sec", 1 },     { UNIT_S, "ms", 0.001 },  { UNIT_S, "min", 60 },
  { UNIT_PERCENT, "%", 1 }, { UNIT_BPM, "bpm", 1 },   { UNIT_RATIO, ":1", 1 },
  { UNIT_RATIO, ": 1", 1 },
};

/* Reads a number with or without its unit, to the end of the text. */
static bool
read_quantity(Unit unit, const char *text, double *value)
{
  const char *rest = read_real(text, value);

  if (!rest)
    return false;
  rest = skip_blanks(rest);
  if (*rest == '\0')
    return true;
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
    if (suffixes[i].unit == unit && !strcmp(suffixes[i].word, rest)) {
      *value *= suffixes[i].factor;
      return true;
    }
  return false;
}

/* "c", "l30", "30 r", "r", or a number from -100 to 100. */
static bool
read_pan(const char *text, double *value)
{
  size_t      length = strlen(text);
  char        side   = text[0];
  const char *rest;

  if (!strcmp(text, "c") || !strcmp(text, "center") ||
      !strcmp(text, "centre")) {
    *value = 0;
    return true;
  }
  if (side != 'l' && side != 'r')
    side = length > 0 ? text[length - 1] : '\0';
  else
    text = skip_blanks(text + 1);
  if (side != 'l' && side != 'r')
    return read_quantity(UNIT_PAN, text, value);
  if (*text == '\0') {
    *value = side == 'l' ? -100 : 100;
    return true;
  }
  rest = read_real(text, value);
  if (!rest || *value < 0)
    return false;
  rest = skip_blanks(rest);
  if (*rest != '\0' && (rest[0] != side || rest[1] != '\0'))
    return false;
  if (side == 'l')
    *value = -*value;
  return true;
}

/* "62.5", "1:02.5", "1:01:02.5"; the parts before the last are whole, and
   those after the first below 60. */
static bool
read_time(const char *text, double *value)
{
  bool        negative = *text == '-';
  double      total    = 0, part;
  const char *colon    = strchr(text, ':');

  if (!colon)
    return read_quantity(UNIT_S, text, value);
  for (int parts = 1; parts <= 3; parts++) {
    text += parts == 1 && negative;
    if (!isdigit((unsigned char)*text))
      return false;
    if (!colon) {
      const char *rest = read_real(text, &part);

      *value = (negative ? -1 : 1) * (total + part);
      return rest && *rest == '\0' && part < 60;
    }
    part = (double)strtoul(text, NULL, 10);
    if (text + count_digits(text) != colon || (parts > 1 && part >= 60))
      return false;
    total = (total + part) * 60;
    text  = colon + 1;
    colon = strchr(text, ':');
  }
  return false;
}

static bool
read_switch(const char *text, double *value)
{
  static const char *const words[2][5] = {
    { "off", "false", "no", "0", "0.0" },
    { "on", "true", "yes", "1", "1.0" },
  };

  for (size_t i = 0; i < 5; i++)
    for (int on = 0; on < 2; on++)
      if (!strcmp(text, words[on][i])) {
        *value = on;
        return true;
      }
  return false;
}

/* A choice by its name, by the beginning of one name alone, or by its index
   where the names themselves are no numbers. */
static bool
read_choice(const ParamRow *row, const char *text, double *value)
{
  int    count = (int)row->max + 1, found = 0;
  size_t length  = strlen(text);
  bool   numbers = false;

  for (int i = 0; i < count; i++) {
    const char *name = row->choices[i];

    if (!strcasecmp(name, text)) {
      *value = i;
      return true;
    }
    numbers |= isdigit((unsigned char)*name) != 0;
    if (length > 0 && !strncasecmp(name, text, length)) {
      *value = i;
      found++;
    }
  }
  if (!numbers && length > 0 && count_digits(text) == length && length < 4) {
    *value = (double)strtoul(text, NULL, 10);
    return *value < count;
  }
  return found == 1;
}

static bool
read_typed(const ParamRow *row, const char *text, double *value)
{
  switch (row->taper) {
  case TAPER_SWITCH:
  case TAPER_TRIGGER:
    return read_switch(text, value);
  case TAPER_CHOICE:
    return read_choice(row, text, value);
  case TAPER_TEXT:
    return false;
  default:
    break;
  }
  if (row->unit == UNIT_PAN)
    return read_pan(text, value);
  if (row->taper == TAPER_SECONDS)
    return read_time(text, value);
  return read_quantity(row->unit, text, value);
}

/* What would do: "a level, as -6 or -6 dB" */
static void
describe_what(const ParamRow *row, char *text, size_t size)
{
  static const char *const examples[] = {
    [UNIT_NONE]    = "a number",
    [UNIT_DB]      = "a level, as -6 or \"-6 dB\"",
    [UNIT_HZ]      = "a frequency, as 440 or 2.4k",
    [UNIT_MS]      = "a time, as \"20 ms\" or \"1.5 s\"",
    [UNIT_S]       = "a time, as 12.5 or 1:02.5",
    [UNIT_PERCENT] = "a share, as 50 or \"50 %\"",
    [UNIT_PAN]     = "a place, as L30, C or R30",
    [UNIT_RATIO]   = "a ratio, as 4 or 4:1",
    [UNIT_BPM]     = "a tempo, as 120",
    [UNIT_TEXT]    = "a text",
    [UNIT_REF]     = "a strip, as strip/3",
  };
  size_t used = 0;

  switch (row->taper) {
  case TAPER_SWITCH:
  case TAPER_TRIGGER:
    snprintf(text, size, "on or off");
    break;
  case TAPER_CHOICE:
    for (int i = 0; row->choices[i] && used < size; i++)
      used += (size_t)snprintf(
        text + used, size - used, "%s%s", i > 0 ? ", " : "", row->choices[i]);
    break;
  default:
    snprintf(text, size, "%s", examples[row->unit]);
  }
}

/* The longest beginning of text that has at most max bytes and cuts no UTF-8
   character. */
static int
fitting(const char *text, size_t max)
{
  size_t length = strlen(text);

  if (length > max) {
    length = max;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
      length--;
  }
  return (int)length;
}

bool
value_parse(const ParamRow *row,
            const char     *text,
            double         *value,
            char            reason[160])
{
  char   plain[TYPED], low[VALUE_TEXT], high[VALUE_TEXT], what[110];
  double read;

  if (!simplify(text, plain) || !read_typed(row, plain, &read)) {
    if (reason) {
      describe_what(row, what, sizeof what);
      snprintf(reason,
               160,
               "\"%.*s\" will not do for %s: it takes %s.",
               fitting(text, 16),
               text,
               row->label,
               what);
    }
    return false;
  }
  if (!value_is_valid(row, read)) {
    if (reason) {
      value_format(row, row->min, low);
      value_format(row, row->max, high);
      snprintf(reason,
               160,
               "%s goes from %.20s to %.20s%s; \"%.*s\" is outside.",
               row->label,
               low,
               high,
               row->taper == TAPER_INT ? " in whole numbers" : "",
               fitting(text, 16),
               text);
    }
    return false;
  }
  *value = read == 0 ? 0 : read;
  return true;
}
