/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_RULER_H
#define CONSORT_GUI_RULER_H

/* The printed scale between a fader and its meter. It never moves, so it is
   painted once; readers of the screen hear the values themselves. */

#include <gtk/gtk.h>

#define GUI_TYPE_RULER (gui_ruler_get_type())
G_DECLARE_FINAL_TYPE(GuiRuler, gui_ruler, GUI, RULER, GtkWidget)

#endif
