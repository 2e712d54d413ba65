/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_RANGE_H
#define CONSORT_GUI_RANGE_H

/* A number under the hand: what faders and bars have in common. It moves from
   where it is and never jumps to the pointer; Shift is fine; the wheel, arrows
   and Page keys step; a double click or Delete gives the default; Return or a
   digit opens the line where a value is typed.

   It is a GtkRange, since that is what screen readers of GTK 4.8 can read and
   change; its adjustment holds the fraction 0..1 of the travel. GtkRange's own
   gestures, which warp, are turned off. */

#include "gui/palette.h"
#include "gui/param.h"

#define GUI_TYPE_RANGE (gui_range_get_type())
G_DECLARE_DERIVABLE_TYPE(GuiRange, gui_range, GUI, RANGE, GtkRange)

struct _GuiRangeClass {
  GtkRangeClass parent_class;

  /* The pixels that a hand moves from end to end. */
  double (*travel)(GuiRange *self);

  /* A press and release in place, at x, y; may be NULL. */
  void (*tapped)(GuiRange *self, double x, double y);
};

/* For those who paint: where it stands, what it says, and in which colours.
   [screen] */
double            gui_range_fraction(GuiRange *self);
const ParamRow   *gui_range_row(GuiRange *self); /* NULL: not bound */
const GuiPalette *gui_range_palette(GuiRange *self);

/* Moves it by steps of the wheel. [screen] */
void gui_range_step(GuiRange *self, double steps, bool fine);

/* Opens the line where a value is typed, starting with a text, or with the
   value where it is NULL. [screen] */
void gui_range_type(GuiRange *self, const char *start);

#endif
