/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_READOUT_H
#define CONSORT_GUI_READOUT_H

/* A text that changes often: as wide as its widest, so that a change is a
   stroke of paint and no new layout of the window. */

#include <gtk/gtk.h>

#define GUI_TYPE_READOUT (gui_readout_get_type())
G_DECLARE_FINAL_TYPE(GuiReadout, gui_readout, GUI, READOUT, GtkWidget)

/* Shows a text; paints only when it is another. [screen] */
void        gui_readout_set(GuiReadout *self, const char *text);
const char *gui_readout_get(GuiReadout *self);

#endif
