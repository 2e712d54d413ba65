/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_PANEL_H
#define CONSORT_GUI_PANEL_H

/* Everything about the selected strip: pages of parameters, the equaliser with
   its curve, and its sends. */

#include <gtk/gtk.h>

#include "gui/mirror.h"

#define GUI_TYPE_PANEL (gui_panel_get_type())
G_DECLARE_FINAL_TYPE(GuiPanel, gui_panel, GUI, PANEL, GtkWidget)

/* Fills it; once. [screen] */
void gui_panel_set_mirror(GuiPanel *self, GuiMirror *mirror);

/* Shows a strip. [screen] */
void gui_panel_show(GuiPanel *self, Address place);

#endif
