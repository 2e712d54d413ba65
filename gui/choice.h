/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_CHOICE_H
#define CONSORT_GUI_CHOICE_H

/* One of a few: a list that drops down, filled from the row's choices. */

#include "gui/param.h"

#define GUI_TYPE_CHOICE (gui_choice_get_type())
G_DECLARE_FINAL_TYPE(GuiChoice, gui_choice, GUI, CHOICE, GtkWidget)

GtkWidget *gui_choice_new(void);

#endif
