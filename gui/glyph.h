/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_GLYPH_H
#define CONSORT_GUI_GLYPH_H

/* The pictures on the transport's buttons, painted in the colour of the text,
   so that they need no icon theme. */

#include <gtk/gtk.h>

typedef enum GuiGlyphShape {
  GUI_GLYPH_PLAY,
  GUI_GLYPH_STOP,
  GUI_GLYPH_START,
  GUI_GLYPH_LOOP,
  GUI_GLYPH_MENU,
} GuiGlyphShape;

#define GUI_TYPE_GLYPH_SHAPE (gui_glyph_shape_get_type())
GType gui_glyph_shape_get_type(void);

#define GUI_TYPE_GLYPH (gui_glyph_get_type())
G_DECLARE_FINAL_TYPE(GuiGlyph, gui_glyph, GUI, GLYPH, GtkWidget)

#endif
