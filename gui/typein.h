/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_TYPEIN_H
#define CONSORT_GUI_TYPEIN_H

/* The line where a value is typed: a small popover at a control. Return sets
   the value, Escape leaves it; what cannot be read stays, with a sentence that
   says what would do. */

#include <gtk/gtk.h>

#include "gui/mirror.h"

#define GUI_TYPE_TYPEIN (gui_typein_get_type())
G_DECLARE_FINAL_TYPE(GuiTypein, gui_typein, GUI, TYPEIN, GtkPopover)

/* Opens it at a widget for an address, starting with a text, or with the value
   that is there, selected, where start is NULL. [screen] */
void gui_typein_open(GtkWidget  *at,
                     GuiMirror  *mirror,
                     Address     address,
                     const char *start);

#endif
