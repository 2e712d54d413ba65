/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_PARAM_H
#define CONSORT_GUI_PARAM_H

/* What all widgets of one parameter have in common: they can be bound to an
   address, and again to another; they say their name, value and address. */

#include <gtk/gtk.h>

#include "gui/mirror.h"

#define GUI_TYPE_PARAM (gui_param_get_type())
G_DECLARE_INTERFACE(GuiParam, gui_param, GUI, PARAM, GtkWidget)

/* The bond between a widget and an address: embedded in the widget. */
typedef struct GuiBond {
  GuiMirror      *mirror; /* NULL: not bound; owned */
  const ParamRow *row;
  Address         address;
  GtkWidget      *named; /* who bears the accessible name; NULL: the widget */
  char           *label; /* the name read to those who cannot see it */
  bool            told;  /* the tooltip is connected */
} GuiBond;

struct _GuiParamInterface {
  GTypeInterface parent;
  GuiBond *(*bond)(GuiParam *self);
  void (*refresh)(GuiParam *self); /* show the value that is there now */
  void (*leave)(GuiParam *self);   /* end what a hand has begun; may be NULL */
};

/* Binds the widget to an address, away from where it was, and shows what is
   there. [screen] */
void gui_param_bind(GuiParam *self, GuiMirror *mirror, Address address);

/* Lets go: in dispose(). [screen] */
void gui_param_unbind(GuiParam *self);

/* What it is bound to; not before gui_param_bind(). [screen] */
Address gui_param_address(GuiParam *self);

/* The value that is shown, and asking for another. [screen] */
double gui_param_get(GuiParam *self);
void   gui_param_set(GuiParam *self, double value);
void   gui_param_set_default(GuiParam *self);

/* The parameter's label less the name of the block that it stands in: "freq"
   for "EQ freq"; g_free. [any] */
char *gui_param_short_label(const ParamRow *row);

#endif
