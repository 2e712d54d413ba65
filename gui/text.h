/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_TEXT_H
#define CONSORT_GUI_TEXT_H

/* A line of text that is a parameter, or a number that is typed rather than
   dragged (a time). It is set by Return or by leaving the line. */

#include "gui/param.h"

#define GUI_TYPE_TEXT (gui_text_get_type())
G_DECLARE_FINAL_TYPE(GuiText, gui_text, GUI, TEXT, GtkEntry)

GtkWidget *gui_text_new(void);

#endif
