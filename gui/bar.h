/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_BAR_H
#define CONSORT_GUI_BAR_H

/* A slim bar that lies down: what it is at the left, the value at the right,
   and filled as far as the value goes; from the middle where the range has
   both signs. A click on the value types another. */

#include "gui/range.h"

#define GUI_TYPE_BAR (gui_bar_get_type())
G_DECLARE_FINAL_TYPE(GuiBar, gui_bar, GUI, BAR, GuiRange)

GtkWidget *gui_bar_new(void);

/* The text at the left; NULL or "" for none: the value stands in the middle
   then. [screen] */
void gui_bar_set_caption(GuiBar *self, const char *caption);

/* The width that it would like to have, in pixels. [screen] */
void gui_bar_set_wish(GuiBar *self, int width);

#endif
