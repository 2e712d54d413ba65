/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_PALETTE_H
#define CONSORT_GUI_PALETTE_H

/* The colours of painted widgets, by the names that the style sheets give
   them, and the two style sheets. */

#include <gtk/gtk.h>
#include <stdbool.h>

typedef struct GuiPalette {
  GdkRGBA text;
  GdkRGBA dim;    /* of scales and labels */
  GdkRGBA groove; /* behind what moves */
  GdkRGBA line;   /* grids */
  GdkRGBA accent; /* what a hand has set */
  GdkRGBA cap;    /* the fader's */
  GdkRGBA cap_line;
  GdkRGBA low; /* meters: below -18 dB, above, above -6, over */
  GdkRGBA mid;
  GdkRGBA high;
  GdkRGBA over;
  GdkRGBA hold;
  GdkRGBA reduction;
} GuiPalette;

/* Reads the colours that hold for a widget: in its css_changed(). [screen] */
void gui_palette_read(GuiPalette *self, GtkWidget *widget);

/* A colour with another opacity. [screen] */
GdkRGBA gui_palette_fade(const GdkRGBA *colour, float alpha);

/* Loads the style sheets for the display: dark, or light where the person's
   desktop asks for it, now or later. [screen] */
void gui_palette_install(GdkDisplay *display);

/* Is it dark now, and otherwise? [screen] */
bool gui_palette_is_dark(GdkDisplay *display);
void gui_palette_set_dark(GdkDisplay *display, bool dark);

#endif
