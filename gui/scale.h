/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_SCALE_H
#define CONSORT_GUI_SCALE_H

/* Where things stand along a control: the printed scale of faders and meters,
   the steps of wheel and keys, and the fraction of its travel that a value
   takes. No widgets here. */

#include "engine/value.h"

typedef struct GuiScaleMark {
  double      db;
  const char *label;
  bool        major; /* 0 dB */
} GuiScaleMark;

/* The marks printed beside faders, from the top to the foot; meters share
   them, so that a level and a cap at the same height mean the same dB. [any] */
const GuiScaleMark *gui_scale_marks(size_t *count);

/* The fraction 0..1 of the fader's travel for a level in dB. [any] */
double gui_scale_of_db(double db);

/* The fraction 0..1 of a control's travel, for every taper. [any] */
double gui_scale_to_fraction(const ParamRow *row, double value);
double gui_scale_from_fraction(const ParamRow *row, double fraction);

/* The value one step up (steps > 0) or down from here: half a decibel near
   0 dB and more where the scale is tight, a hundredth of the way elsewhere;
   fine is a fifth or a tenth of that. [any] */
double gui_scale_step(const ParamRow *row,
                      double          value,
                      double          steps,
                      bool            fine);

/* The fraction from which a bar is filled: the zero of a range that has both
   signs, else its foot. [any] */
double gui_scale_origin(const ParamRow *row);

#endif
