/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_TOPBAR_H
#define CONSORT_GUI_TOPBAR_H

/* The bar at the top: session, transport, time, tempo, how the machine does,
   solo clear and panic. */

#include <gtk/gtk.h>

#include "gui/mirror.h"

#define GUI_TYPE_TOPBAR (gui_topbar_get_type())
G_DECLARE_FINAL_TYPE(GuiTopbar, gui_topbar, GUI, TOPBAR, GtkWidget)

/* Fills it, and follows the desk. [screen] */
void gui_topbar_set_mirror(GuiTopbar *self, GuiMirror *mirror);

/* "1:02.345" for a time in the song in seconds. [any] */
void gui_topbar_format_time(double seconds, char text[32]);

#endif
