/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_MAKE_H
#define CONSORT_GUI_MAKE_H

/* The widget for a row of the table: a bar, a toggle, a choice or a line of
   text, by its taper. A new row needs nothing here. */

#include "gui/param.h"

/* A widget for the row with a caption of its own, to be bound; its caption
   stands in it or before it. [screen] */
GtkWidget *gui_make(const ParamRow *row, const char *caption);

/* The parameter in what gui_make() made. [screen] */
GuiParam *gui_made_param(GtkWidget *made);

/* Is it for a hand to set (not a meter)? [any] */
bool gui_can_make(const ParamRow *row);

#endif
