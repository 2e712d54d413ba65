/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/make.h"

#include "gui/bar.h"
#include "gui/choice.h"
#include "gui/text.h"
#include "gui/toggle.h"

bool
gui_can_make(const ParamRow *row)
{
  return !(row->flags & PARAM_READONLY) && row->taper != TAPER_METER;
}

static GtkWidget *
make_bar(const char *caption)
{
  GtkWidget *bar = gui_bar_new();

  gui_bar_set_caption(GUI_BAR(bar), caption);
  return bar;
}

/* A caption before a control that has no room for it inside. */
static GtkWidget *
make_captioned(GtkWidget *control, const char *caption)
{
  GtkWidget *box;
  GtkWidget *label;

  gtk_widget_set_hexpand(control, TRUE);
  if (!caption || !*caption)
    return control;
  box   = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
  label = gtk_label_new(caption);
  gtk_widget_add_css_class(label, "caption");
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_box_append(GTK_BOX(box), label);
  gtk_box_append(GTK_BOX(box), control);
  return box;
}

static GtkWidget *
make_text(const char *caption)
{
  GtkWidget *text = gui_text_new();

  gtk_editable_set_width_chars(GTK_EDITABLE(text), 4);
  gtk_editable_set_max_width_chars(GTK_EDITABLE(text), 12);
  return make_captioned(text, caption);
}

GtkWidget *
gui_make(const ParamRow *row, const char *caption)
{
  switch (row->taper) {
  case TAPER_SWITCH:
  case TAPER_TRIGGER:
    return gui_toggle_new(caption);
  case TAPER_CHOICE:
    return make_captioned(gui_choice_new(), caption);
  case TAPER_TEXT:
  case TAPER_SECONDS:
    return make_text(caption);
  default:
    return make_bar(caption);
  }
}

GuiParam *
gui_made_param(GtkWidget *made)
{
  return GUI_IS_PARAM(made) ? GUI_PARAM(made)
                            : GUI_PARAM(gtk_widget_get_last_child(made));
}
