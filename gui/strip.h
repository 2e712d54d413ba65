/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_STRIP_H
#define CONSORT_GUI_STRIP_H

/* One strip of the mixer, whatever its kind: colour, name, pan, mute, solo,
   select, fader and meter.

   Signal: "selected", when a hand selects it. */

#include <gtk/gtk.h>

#include "gui/mirror.h"

#define GUI_TYPE_STRIP (gui_strip_get_type())
G_DECLARE_FINAL_TYPE(GuiStrip, gui_strip, GUI, STRIP, GtkWidget)

GtkWidget *gui_strip_new(GuiMirror *mirror, Address place);

/* Whose strip it is; the cell has no meaning. [screen] */
Address gui_strip_place(GuiStrip *self);

/* Shows it as the selected one. [screen] */
void gui_strip_set_selected(GuiStrip *self, gboolean selected);

/* Puts the focus on its fader. [screen] */
void gui_strip_focus(GuiStrip *self);

/* Moves its fader by steps of the wheel. [screen] */
void gui_strip_nudge(GuiStrip *self, double steps, gboolean fine);

/* Opens the line where its name is typed. [screen] */
void gui_strip_rename(GuiStrip *self);

/* Moves the meter on by a time in seconds; values may be NULL. [screen] */
void gui_strip_advance(GuiStrip          *self,
                       const MeterValues *values,
                       double             seconds);

#endif
