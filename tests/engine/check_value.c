/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/value.h"

static bool
has_position(const ParamRow *row)
{
  switch (row->taper) {
  case TAPER_LINEAR:
  case TAPER_LOG:
  case TAPER_CUBIC:
  case TAPER_FADER:
  case TAPER_RATIO:
    return true;
  default:
    return false;
  }
}

/* Laws */

static const struct {
  double position;
  double db;
} fader_points[] = {
  { 0, -INFINITY }, { 0.03125, -75 }, { 0.0625, -60 }, { 0.125, -50 },
  { 0.25, -30 },    { 0.375, -20 },   { 0.5, -10 },    { 0.625, -5 },
  { 0.75, 0 },      { 0.875, 5 },     { 1, 10 },
};

START_TEST(the_fader_law_goes_through_its_points)
{
  const ParamRow *row = params_row(ROW_FADER);
  double          p = fader_points[_i].position, db = fader_points[_i].db;

  ck_assert(value_from_position(row, p) == db);
  ck_assert(value_to_position(row, db) == p);
}
END_TEST

START_TEST(the_fader_law_is_the_four_segments)
{
  const ParamRow *row = params_row(ROW_FADER);

  for (double p = 0.0005; p < 1; p += 0.0005) {
    double db = p >= 0.5      ? 40 * p - 30
                : p >= 0.25   ? 80 * p - 50
                : p >= 0.0625 ? 160 * p - 70
                              : 480 * p - 90;

    ck_assert_double_eq_tol(value_from_position(row, p), db, 1e-12);
  }
  ck_assert_double_eq(value_to_position(row, -INFINITY), 0);
  ck_assert_double_eq(value_to_position(row, -200), 0);
}
END_TEST

START_TEST(known_positions)
{
  static const struct {
    Row    row;
    double position;
    double value;
  } cases[] = {
    { ROW_EQ_FREQ, 0, 20 },
    { ROW_EQ_FREQ, 1, 20000 },
    { ROW_EQ_FREQ, 1.0 / 3, 200 },
    { ROW_EQ_GAIN, 0.5, 0 },
    { ROW_PAN, 0.5, 0 },
    { ROW_PAN, 0.25, -50 },
    { ROW_COMP_RATIO, 0, 1 },
    { ROW_COMP_RATIO, 0.75, 4 },
    { ROW_COMP_RATIO, 1, INFINITY },
    { ROW_DELAY, 0.5, 62.5 },
    { ROW_MUTE, 1, 1 },
    { ROW_MUTE, 0, 0 },
    { ROW_EQ_TYPE, 3, 3 },
    { ROW_CHANNELS, 2, 2 },
    { ROW_LOCATE, 62.5, 62.5 },
    { ROW_METER_IN, -12, -12 },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const ParamRow *row   = params_row(cases[i].row);
    double          value = value_from_position(row, cases[i].position);

    if (isinf(cases[i].value))
      ck_assert(value == cases[i].value);
    else
      ck_assert_double_eq_tol(value, cases[i].value, 1e-9);
    ck_assert_double_eq_tol(
      value_to_position(row, cases[i].value), cases[i].position, 1e-12);
  }
}
END_TEST

START_TEST(a_taper_is_its_own_inverse)
{
  const ParamRow *row  = params_row((Row)_i);
  double          last = -INFINITY;

  if (!has_position(row))
    return;
  for (int i = 0; i <= 4096; i++) {
    double p = i / 4096.0, value = value_from_position(row, p);
    double back = value_to_position(row, value);

    if (!value_is_valid(row, value) || fabs(back - p) > 1e-9 || value < last)
      ck_abort_msg("%s: %.17g gives %.17g", row->symbol, p, value);
    last = value;
  }
  /* The ends are exact. */
  ck_assert(value_from_position(row, 0) == row->min);
  ck_assert(value_from_position(row, 1) == row->max);
  ck_assert_double_eq(value_to_position(row, row->min), 0);
  ck_assert_double_eq(value_to_position(row, row->max), 1);
}
END_TEST

START_TEST(what_is_outside_gives_the_end)
{
  const ParamRow *row = params_row((Row)_i);

  if (row->taper == TAPER_TEXT)
    return;
  ck_assert(value_from_position(row, -INFINITY) == row->min);
  ck_assert(value_from_position(row, 1e6) == row->max);
  if (has_position(row)) {
    ck_assert_double_eq(value_to_position(row, -1e9), 0);
    ck_assert_double_eq(value_to_position(row, INFINITY), 1);
  }
  ck_assert(value_is_valid(row, value_from_position(row, NAN)));
}
END_TEST

START_TEST(gains)
{
  ck_assert(value_db_to_gain(0) == 1);
  ck_assert(value_db_to_gain(-INFINITY) == 0);
  ck_assert_double_eq_tol(value_db_to_gain(20), 10, 1e-12);
  ck_assert_double_eq_tol(value_db_to_gain(-6), 0.50118723362727224, 1e-15);
  ck_assert(value_gain_to_db(1) == 0);
  ck_assert(value_gain_to_db(0) == -INFINITY);
  ck_assert(value_gain_to_db(-1) == -INFINITY);
  for (double db = -150; db < 60; db += 0.37)
    ck_assert_double_eq_tol(value_gain_to_db(value_db_to_gain(db)), db, 1e-11);
}
END_TEST

START_TEST(validity)
{
  static const struct {
    Row    row;
    double value;
    bool   valid;
  } cases[] = {
    { ROW_FADER, -INFINITY, true },
    { ROW_FADER, 10, true },
    { ROW_FADER, 10.0001, false },
    { ROW_FADER, NAN, false },
    { ROW_FADER, INFINITY, false },
    { ROW_TRIM, -24, true },
    { ROW_TRIM, -INFINITY, false },
    { ROW_MUTE, 0.5, false },
    { ROW_MUTE, 1, true },
    { ROW_MUTE, 2, false },
    { ROW_EQ_TYPE, 6, true },
    { ROW_EQ_TYPE, 7, false },
    { ROW_EQ_TYPE, 1.5, false },
    { ROW_EQ_TYPE, -1, false },
    { ROW_CHANNELS, 0, false },
    { ROW_CHANNELS, 2, true },
    { ROW_COMP_RATIO, INFINITY, true },
    { ROW_COMP_RATIO, 0.9, false },
    { ROW_NAME, 0, false },
    { ROW_STOP, 1, true },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    ck_assert_msg(value_is_valid(params_row(cases[i].row), cases[i].value) ==
                    cases[i].valid,
                  "case %zu",
                  i);
}
END_TEST

/* Text for eyes */

static const struct {
  Row         row;
  double      value;
  const char *text;
} formats[] = {
  { ROW_FADER, -3.5, "-3.5 dB" },
  { ROW_FADER, -INFINITY, "-inf dB" },
  { ROW_FADER, 0, "0.0 dB" },
  { ROW_FADER, -0.04, "0.0 dB" },
  { ROW_FADER, -0.06, "-0.1 dB" },
  { ROW_EQ_FREQ, 2400, "2.40 kHz" },
  { ROW_EQ_FREQ, 20, "20.0 Hz" },
  { ROW_EQ_FREQ, 440, "440 Hz" },
  { ROW_EQ_FREQ, 99.96, "100 Hz" },
  { ROW_EQ_FREQ, 999.6, "1.00 kHz" },
  { ROW_EQ_FREQ, 9999, "10.0 kHz" },
  { ROW_EQ_FREQ, 20000, "20.0 kHz" },
  { ROW_PAN, -30, "L30" },
  { ROW_PAN, 30, "R30" },
  { ROW_PAN, 0, "C" },
  { ROW_PAN, -0.04, "C" },
  { ROW_PAN, 100, "R100" },
  { ROW_PAN, 12.5, "R12.5" },
  { ROW_GATE_ATTACK, 0.02, "0.020 ms" },
  { ROW_GATE_ATTACK, 1.5, "1.50 ms" },
  { ROW_GATE_RELEASE, 150, "150 ms" },
  { ROW_GATE_RELEASE, 2500, "2.50 s" },
  { ROW_DELAY, 0, "0 ms" },
  { ROW_REVERB_DECAY, 2.2, "2.20 s" },
  { ROW_COMP_RATIO, 4, "4:1" },
  { ROW_COMP_RATIO, 2.5, "2.5:1" },
  { ROW_COMP_RATIO, INFINITY, "inf:1" },
  { ROW_COMP_MIX, 50, "50 %" },
  { ROW_COMP_MIX, 33.3, "33.3 %" },
  { ROW_EQ_Q, 0.71, "0.71" },
  { ROW_MUTE, 1, "on" },
  { ROW_MUTE, 0, "off" },
  { ROW_EQ_TYPE, 2, "highshelf" },
  { ROW_ECHO_LEFTNOTE, 8, "1/8." },
  { ROW_CHANNELS, 2, "2" },
  { ROW_RATE, 44100, "44100 Hz" },
  { ROW_TEMPO, 120, "120 BPM" },
  { ROW_TEMPO, 97.5, "97.5 BPM" },
  { ROW_LOCATE, 62.5, "1:02.500" },
  { ROW_LOCATE, 59.9996, "1:00.000" },
  { ROW_LOCATE, 3723.042, "1:02:03.042" },
  { ROW_METER_IN, -INFINITY, "-inf dB" },
};

START_TEST(values_are_formatted_for_eyes)
{
  char text[VALUE_TEXT];

  value_format(params_row(formats[_i].row), formats[_i].value, text);
  ck_assert_str_eq(text, formats[_i].text);
}
END_TEST

/* How far a formatted value may stand from the value: half its last digit. */
static double
coarseness(const ParamRow *row, double value)
{
  if (row->taper == TAPER_SECONDS)
    return 0.0006;
  switch (row->unit) {
  case UNIT_DB:
  case UNIT_PAN:
  case UNIT_PERCENT:
    return 0.051;
  case UNIT_HZ:
  case UNIT_MS:
  case UNIT_S:
    return fabs(value) * 0.0051 + 0.0006;
  default:
    return fabs(value) * 0.006 + 0.0051;
  }
}

START_TEST(what_is_formatted_reads_back)
{
  const ParamRow *row = params_row((Row)_i);

  if (row->taper == TAPER_TEXT)
    return;
  for (int i = 0; i <= 512; i++) {
    bool whole = !has_position(row) && row->taper != TAPER_SECONDS &&
                 row->taper != TAPER_METER;
    double low   = isinf(row->min) ? -90 : row->min;
    double value = has_position(row) ? value_from_position(row, i / 512.0)
                                     : low + (row->max - low) * i / 512;
    char   text[VALUE_TEXT], reason[160] = "";
    double back;

    if (whole)
      value = rint(value);
    value_format(row, value, text);
    if (!value_parse(row, text, &back, reason))
      ck_abort_msg("%s: \"%s\": %s", row->symbol, text, reason);
    if (back != value && !(fabs(back - value) <= coarseness(row, value)))
      ck_abort_msg(
        "%s: %.9g is \"%s\" is %.9g", row->symbol, value, text, back);
  }
}
END_TEST

/* What people type */

static const struct {
  Row         row;
  const char *text;
  double      value; /* NAN: refused */
} typed[] = {
  { ROW_FADER, "-6", -6 },
  { ROW_FADER, "-6 dB", -6 },
  { ROW_FADER, " -6DB ", -6 },
  { ROW_FADER, "+3.5", 3.5 },
  { ROW_FADER, ".5", 0.5 },
  { ROW_FADER, "5.", 5 },
  { ROW_FADER, "-2,5 dB", -2.5 },
  { ROW_FADER, "\u22126", -6 },
  { ROW_FADER, "-inf", -INFINITY },
  { ROW_FADER, "-inf dB", -INFINITY },
  { ROW_FADER, "-\u221e", -INFINITY },
  { ROW_FADER, "-oo", -INFINITY },
  { ROW_FADER, "-Infinity", -INFINITY },
  { ROW_FADER, "1e1", 10 },
  { ROW_FADER, "inf", NAN },
  { ROW_FADER, "nan", NAN },
  { ROW_FADER, "0x1", NAN },
  { ROW_FADER, "1e999", NAN },
  { ROW_FADER, "11", NAN },
  { ROW_FADER, "", NAN },
  { ROW_FADER, "dB", NAN },
  { ROW_FADER, "-6 Hz", NAN },
  { ROW_FADER, "-6-", NAN },
  { ROW_FADER, "--6", NAN },
  { ROW_FADER, "6 6", NAN },
  { ROW_FADER, "-1,000", NAN },
  { ROW_FADER, "loud", NAN },
  { ROW_EQ_FREQ, "440", 440 },
  { ROW_EQ_FREQ, "2.4k", 2400 },
  { ROW_EQ_FREQ, "2,4 kHz", 2400 },
  { ROW_EQ_FREQ, "2.4 K", 2400 },
  { ROW_EQ_FREQ, "100hz", 100 },
  { ROW_EQ_FREQ, "1,000", NAN },
  { ROW_EQ_FREQ, "19", NAN },
  { ROW_EQ_FREQ, "20.1k", NAN },
  { ROW_PAN, "L30", -30 },
  { ROW_PAN, "l 30", -30 },
  { ROW_PAN, "30R", 30 },
  { ROW_PAN, "30 l", -30 },
  { ROW_PAN, "C", 0 },
  { ROW_PAN, "centre", 0 },
  { ROW_PAN, "L", -100 },
  { ROW_PAN, "R", 100 },
  { ROW_PAN, "-12.5", -12.5 },
  { ROW_PAN, "L-30", NAN },
  { ROW_PAN, "L30R", NAN },
  { ROW_PAN, "R101", NAN },
  { ROW_COMP_RATIO, "4:1", 4 },
  { ROW_COMP_RATIO, "4", 4 },
  { ROW_COMP_RATIO, "2.5 : 1", 2.5 },
  { ROW_COMP_RATIO, "inf", INFINITY },
  { ROW_COMP_RATIO, "inf:1", INFINITY },
  { ROW_COMP_RATIO, "\u221e:1", INFINITY },
  { ROW_COMP_RATIO, "4:2", NAN },
  { ROW_COMP_RATIO, "0.5", NAN },
  { ROW_GATE_ATTACK, "20 ms", 20 },
  { ROW_GATE_ATTACK, "0.1 s", 100 },
  { ROW_GATE_ATTACK, "200us", 0.2 },
  { ROW_GATE_ATTACK, "200 \u00b5s", 0.2 },
  { ROW_GATE_ATTACK, "20", 20 },
  { ROW_REVERB_DECAY, "1.5", 1.5 },
  { ROW_REVERB_DECAY, "800 ms", 0.8 },
  { ROW_COMP_MIX, "50%", 50 },
  { ROW_COMP_MIX, "50 %", 50 },
  { ROW_TEMPO, "97.5 bpm", 97.5 },
  { ROW_MUTE, "on", 1 },
  { ROW_MUTE, "OFF", 0 },
  { ROW_MUTE, "true", 1 },
  { ROW_MUTE, "no", 0 },
  { ROW_MUTE, "1", 1 },
  { ROW_MUTE, "2", NAN },
  { ROW_MUTE, "o", NAN },
  { ROW_EQ_TYPE, "notch", 5 },
  { ROW_EQ_TYPE, "High", NAN }, /* highshelf, highcut */
  { ROW_EQ_TYPE, "highs", 2 },
  { ROW_EQ_TYPE, "t", 6 },
  { ROW_EQ_TYPE, "5", 5 },
  { ROW_EQ_TYPE, "7", NAN },
  { ROW_EQ_TYPE, "", NAN },
  { ROW_HPF_SLOPE, "12", 1 },
  { ROW_HPF_SLOPE, "1", NAN }, /* 12 and 18; an index it is not */
  { ROW_HPF_SLOPE, "3", NAN },
  { ROW_ECHO_LEFTNOTE, "1/4", 6 },
  { ROW_ECHO_LEFTNOTE, "1/4t", 7 },
  { ROW_PAN_LAW, "-4.5", 1 },
  { ROW_PAN_LAW, "-4.5 dB", 1 },
  { ROW_CHANNELS, "2", 2 },
  { ROW_CHANNELS, "1.5", NAN },
  { ROW_RATE, "44.1k", 44100 },
  { ROW_RATE, "44100 Hz", 44100 },
  { ROW_LOCATE, "62.5", 62.5 },
  { ROW_LOCATE, "1:02.5", 62.5 },
  { ROW_LOCATE, "1:02,5", 62.5 },
  { ROW_LOCATE, "1:01:02.5", 3662.5 },
  { ROW_LOCATE, "90:00", 5400 },
  { ROW_LOCATE, "2 min", 120 },
  { ROW_LOCATE, "1:60", NAN },
  { ROW_LOCATE, "1:60:00", NAN },
  { ROW_LOCATE, "1:2:3:4", NAN },
  { ROW_LOCATE, "1:", NAN },
  { ROW_LOCATE, ":30", NAN },
  { ROW_LOCATE, "1:-5", NAN },
  { ROW_LOCATE, "-1", NAN },
  { ROW_NAME, "1", NAN },
};

START_TEST(what_people_type_is_read)
{
  const ParamRow *row         = params_row(typed[_i].row);
  double          value       = -12345;
  char            reason[160] = "";
  bool            ok = value_parse(row, typed[_i].text, &value, reason);

  if (isnan(typed[_i].value)) {
    size_t length = strlen(reason);

    ck_assert_msg(!ok, "\"%s\" gave %g", typed[_i].text, value);
    ck_assert_double_eq(value, -12345);
    ck_assert_uint_gt(length, 20);
    ck_assert_int_eq(reason[length - 1], '.');
    ck_assert(!value_parse(row, typed[_i].text, &value, NULL));
    return;
  }
  ck_assert_msg(ok, "\"%s\": %s", typed[_i].text, reason);
  if (isinf(typed[_i].value))
    ck_assert(value == typed[_i].value);
  else
    ck_assert_double_eq_tol(value, typed[_i].value, 1e-12);
}
END_TEST

START_TEST(long_and_odd_texts_do_no_harm)
{
  char     text[400], reason[160];
  double   value;
  unsigned seed = 1;

  memset(text, '1', sizeof text);
  text[sizeof text - 1] = '\0';
  ck_assert(!value_parse(params_row(ROW_FADER), text, &value, reason));
  for (int round = 0; round < 20000; round++) {
    static const char some[] = "0123456789.,:-+eklrhzdbsinf%/ \xc3\xa4\xe2\x88";

    size_t length;

    seed   = seed * 1664525u + 1013904223u;
    length = seed >> 25;
    for (size_t i = 0; i < length; i++) {
      seed    = seed * 1664525u + 1013904223u;
      text[i] = some[(seed >> 8) % (sizeof some - 1)];
    }
    text[length] = '\0';
    for (Row r = 0; r < ROWS; r += 7) {
      const ParamRow *row = params_row(r);

      if (value_parse(row, text, &value, reason) && !value_is_valid(row, value))
        ck_abort_msg("%s took \"%s\" as %g", row->symbol, text, value);
    }
  }
}
END_TEST

/* Text for files */

START_TEST(printed_numbers_are_short)
{
  static const struct {
    double      value;
    const char *text;
  } cases[] = {
    { 0, "0" },          { -0.0, "0" },
    { 0.1, "0.1" },      { -3.5, "-3.5" },
    { 48000, "48000" },  { 1.0 / 3, "0.3333333333333333" },
    { 1e21, "1e+21" },   { 5e-324, "5e-324" },
    { INFINITY, "inf" }, { -INFINITY, "-inf" },
    { 0.3, "0.3" },      { 0.1 + 0.2, "0.30000000000000004" },
    { 2.4e3, "2400" },   { 9007199254740993.0, "9007199254740992" },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[VALUE_TEXT];

    value_print(cases[i].value, text);
    ck_assert_str_eq(text, cases[i].text);
  }
}
END_TEST

static uint64_t
random_bits(uint64_t *state)
{
  /* SplitMix64: Steele, Lea and Flood, OOPSLA 2014. */
  uint64_t z = *state += 0x9e3779b97f4a7c15u;

  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

START_TEST(printed_numbers_read_back_and_none_is_shorter)
{
  uint64_t state = 42;

  for (int i = 0; i < 100000; i++) {
    uint64_t bits = random_bits(&state);
    double   value;
    char     text[VALUE_TEXT], shorter[VALUE_TEXT];
    int      digits = 0;

    memcpy(&value, &bits, sizeof value);
    if (i % 2)
      value = (double)(int64_t)(bits % 2000001 - 1000000) / 1000;
    if (!isfinite(value))
      continue;
    value_print(value, text);
    if (strtod(text, NULL) != value || value_read(text) != value)
      ck_abort_msg("%a is printed as %s", value, text);
    for (const char *c = text; *c && *c != 'e'; c++)
      digits += *c >= '0' && *c <= '9';
    if (digits < 2 || strchr(text, 'e') == NULL)
      continue;
    snprintf(shorter, sizeof shorter, "%.*e", digits - 2, value);
    if (strtod(shorter, NULL) == value)
      ck_abort_msg("%s is longer than %s", text, shorter);
  }
}
END_TEST

/* Takes on a locale with a decimal comma; builds one where the machine has none
   but the means. */
static bool
use_comma_locale(void)
{
  static const char *const names[] = { "de_DE.UTF-8", "de_DE", "fr_FR.UTF-8" };

  char folder[] = "/tmp/check_value_XXXXXX", command[128];
  bool found;

  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (setlocale(LC_ALL, names[i]))
      return true;
  if (!mkdtemp(folder))
    return false;
  snprintf(command,
           sizeof command,
           "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 2>/dev/null",
           folder);
  found = system(command) == 0 && setenv("LOCPATH", folder, 1) == 0 &&
          setlocale(LC_ALL, "de_DE.UTF-8");
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command) == 0 && found;
}

START_TEST(a_comma_locale_changes_nothing)
{
  char   text[VALUE_TEXT], native[16];
  double value;

  if (!use_comma_locale())
    return;
  snprintf(native, sizeof native, "%.1f", 0.5);
  ck_assert_str_eq(native, "0,5");
  value_print(0.5, text);
  ck_assert_str_eq(text, "0.5");
  value_format(params_row(ROW_FADER), -3.5, text);
  ck_assert_str_eq(text, "-3.5 dB");
  ck_assert(value_parse(params_row(ROW_FADER), "-3.5", &value, NULL));
  ck_assert_double_eq(value, -3.5);
  ck_assert_double_eq(value_read("2.5"), 2.5);
  /* And leaves the locale as it was. */
  snprintf(native, sizeof native, "%.1f", 0.5);
  ck_assert_str_eq(native, "0,5");
}
END_TEST

static Suite *
suite(void)
{
  Suite *s    = suite_create("value");
  TCase *laws = tcase_create("laws");
  TCase *text = tcase_create("text");

  tcase_set_timeout(laws, 60);
  tcase_add_loop_test(laws,
                      the_fader_law_goes_through_its_points,
                      0,
                      sizeof fader_points / sizeof *fader_points);
  tcase_add_test(laws, the_fader_law_is_the_four_segments);
  tcase_add_test(laws, known_positions);
  tcase_add_loop_test(laws, a_taper_is_its_own_inverse, 0, ROWS);
  tcase_add_loop_test(laws, what_is_outside_gives_the_end, 0, ROWS);
  tcase_add_test(laws, gains);
  tcase_add_test(laws, validity);
  suite_add_tcase(s, laws);
  tcase_set_timeout(text, 60);
  tcase_add_loop_test(
    text, values_are_formatted_for_eyes, 0, sizeof formats / sizeof *formats);
  tcase_add_loop_test(text, what_is_formatted_reads_back, 0, ROWS);
  tcase_add_loop_test(
    text, what_people_type_is_read, 0, sizeof typed / sizeof *typed);
  tcase_add_test(text, long_and_odd_texts_do_no_harm);
  tcase_add_test(text, printed_numbers_are_short);
  tcase_add_test(text, printed_numbers_read_back_and_none_is_shorter);
  tcase_add_test(text, a_comma_locale_changes_nothing);
  suite_add_tcase(s, text);
  return s;
}

int
main(void)
{
  SRunner *runner = srunner_create(suite());
  int      failed;

  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
