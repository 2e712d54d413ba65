/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_VALUE_H
#define CONSORT_ENGINE_VALUE_H

/* Values as positions of a control, and as text for eyes, hands and files. */

#include "engine/params.h"

enum { VALUE_TEXT = 64 }; /* bytes that hold any number's text */

/* The value at a position, and the position of a value. Positions run from 0
   to 1 but for choices, whole numbers, times and levels, whose position is the
   value. A value outside the row's range gives the end's position. [any] */
double value_from_position(const ParamRow *row, double position) RT_SAFE;
double value_to_position(const ParamRow *row, double value) RT_SAFE;

/* May this number be the row's value? NaN never; switches are 0 or 1; choices
   and whole numbers are whole. [any] */
bool value_is_valid(const ParamRow *row, double value) RT_SAFE;

/* For eyes: "-3.5 dB", "2.40 kHz", "L30", "-inf dB", "on", "highshelf". [any]
 */
void value_format(const ParamRow *row, double value, char text[VALUE_TEXT]);

/* What people type: "-6", "-6 dB", "2.4k", "L30", "4:1", "on", "1:02.5".
   Returns false where it cannot be read or is out of range, with a sentence in
   reason (if not NULL) that says what would do. [any] */
bool value_parse(const ParamRow *row,
                 const char     *text,
                 double         *value,
                 char            reason[160]);

/* For files: the shortest decimal that reads back to the same number; -inf and
   inf in words. [any] */
void value_print(double value, char text[VALUE_TEXT]);

/* Reads the number at the beginning of a text, as strtod() does, but with a
   point in every locale. [any] */
double value_read(const char *text);

/* Decibels to gain; exactly 1 at 0 dB and 0 at -inf. [any] */
double value_db_to_gain(double db) RT_SAFE;
double value_gain_to_db(double gain) RT_SAFE;

#endif
