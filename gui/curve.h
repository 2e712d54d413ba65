/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_CURVE_H
#define CONSORT_GUI_CURVE_H

/* What filters and equaliser do to a strip, drawn from the very coefficients
   that the engine computes. The numbered dots are the bands: they are dragged
   (Shift is fine), the wheel over one changes its Q, a double click makes it
   flat. */

#include <gtk/gtk.h>

#include "gui/mirror.h"

#define GUI_TYPE_CURVE (gui_curve_get_type())
G_DECLARE_FINAL_TYPE(GuiCurve, gui_curve, GUI, CURVE, GtkWidget)

GtkWidget *gui_curve_new(GuiMirror *mirror);

/* Shows a strip's. [screen] */
void gui_curve_show(GuiCurve *self, Address place);

#endif
