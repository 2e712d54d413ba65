/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_BANKS_H
#define CONSORT_GUI_BANKS_H

/* All strips: inputs scroll at the left, buses stand at the right as far as
   there is room and scroll where there is none, main and monitor always stand
   at the far right. One strip is selected.

   Signal: "selected", when another strip is. */

#include <gtk/gtk.h>

#include "gui/mirror.h"
#include "gui/strip.h"

#define GUI_TYPE_BANKS (gui_banks_get_type())
G_DECLARE_FINAL_TYPE(GuiBanks, gui_banks, GUI, BANKS, GtkWidget)

/* Fills it, and follows what comes and goes. [screen] */
void gui_banks_set_mirror(GuiBanks *self, GuiMirror *mirror);

/* The selected strip; NULL before there is any. [screen] */
GuiStrip *gui_banks_selected(GuiBanks *self);

/* Shows the DCAs in the place of the buses. [screen] */
void gui_banks_set_dcas(GuiBanks *self, gboolean dcas);

/* Selects the strip that many places to the right (or left), and scrolls it
   into sight. [screen] */
void gui_banks_move(GuiBanks *self, int places);

/* Moves all meters on by a time in seconds. [screen] */
void gui_banks_advance(GuiBanks *self, double seconds);

#endif
