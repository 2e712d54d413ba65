/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_SECTION_H
#define CONSORT_GUI_SECTION_H

/* A page of parameters of one strip: a control for each row of the table that
   belongs to it and that the strip has, in columns. */

#include <gtk/gtk.h>

#include "gui/mirror.h"

#define GUI_TYPE_SECTION (gui_section_get_type())
G_DECLARE_FINAL_TYPE(GuiSection, gui_section, GUI, SECTION, GtkWidget)

/* Does the row belong on the page? */
typedef bool GuiSectionFilter(const ParamRow *row);

/* short_labels: the page is one block, whose name need not be said again. */
GtkWidget *gui_section_new(GuiMirror        *mirror,
                           GuiSectionFilter *filter,
                           gboolean          short_labels);

/* Shows a strip's parameters; builds anew only where the kind of strip is
   another, or rebuild says that the buses are. [screen] */
void gui_section_show(GuiSection *self, Address place, gboolean rebuild);

/* Has it a control for this kind of strip? [any] */
bool gui_section_concerns(GuiSectionFilter *filter, Owner owner);

#endif
