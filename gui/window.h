/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_WINDOW_H
#define CONSORT_GUI_WINDOW_H

/* The mixer's window: top bar, notices, strips, and the panel of the selected
   strip. Once a frame it takes what the desk has told, and moves the meters. */

#include <gtk/gtk.h>

#include "gui/mirror.h"

#define GUI_TYPE_WINDOW (gui_window_get_type())
G_DECLARE_FINAL_TYPE(GuiWindow, gui_window, GUI, WINDOW, GtkApplicationWindow)

GtkWidget *gui_window_new(GtkApplication *application, GuiMirror *mirror);

#endif
