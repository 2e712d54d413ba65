/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_MATRIX_H
#define CONSORT_GUI_MATRIX_H

/* Controls of a parameter that comes many times: a line (or a column) for each
   element, with a control for each row of the table under one prefix, such as
   "eq/#/" or "send/#/". */

#include <gtk/gtk.h>

#include "gui/mirror.h"

#define GUI_TYPE_MATRIX (gui_matrix_get_type())
G_DECLARE_FINAL_TYPE(GuiMatrix, gui_matrix, GUI, MATRIX, GtkWidget)

/* Lines go down the page, or stand beside each other in columns. [screen] */
GtkWidget *gui_matrix_new(GuiMirror     *mirror,
                          const char    *prefix,
                          GtkOrientation lines);

/* Adds element number (from 1), whose switch has this caption. [screen] */
void gui_matrix_add(GuiMatrix *self, unsigned element, const char *caption);
void gui_matrix_clear(GuiMatrix *self);

/* Shows a strip's. [screen] */
void gui_matrix_show(GuiMatrix *self, Address place);

#endif
