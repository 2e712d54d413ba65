/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_TOGGLE_H
#define CONSORT_GUI_TOGGLE_H

/* A button that is lit while its switch is on. A trigger's button acts and
   stays dark. Clicks leave the focus where it is, so that the space bar goes on
   to start and stop the tape. */

#include "gui/param.h"

#define GUI_TYPE_TOGGLE (gui_toggle_get_type())
G_DECLARE_FINAL_TYPE(GuiToggle, gui_toggle, GUI, TOGGLE, GtkToggleButton)

GtkWidget *gui_toggle_new(const char *caption);

#endif
