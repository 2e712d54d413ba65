/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/toggle.h"

struct _GuiToggle {
  GtkToggleButton parent_instance;
  GuiBond         bond;
  bool            updating;
};

static void gui_toggle_param_init(GuiParamInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(GuiToggle,
                              gui_toggle,
                              GTK_TYPE_TOGGLE_BUTTON,
                              G_IMPLEMENT_INTERFACE(GUI_TYPE_PARAM,
                                                    gui_toggle_param_init))

static GuiBond *
gui_toggle_bond(GuiParam *param)
{
  return &GUI_TOGGLE(param)->bond;
}

static void
gui_toggle_refresh(GuiParam *param)
{
  GuiToggle *self = GUI_TOGGLE(param);

  self->updating = true;
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(self),
                               self->bond.row->taper == TAPER_SWITCH &&
                                 gui_param_get(param) > 0);
  self->updating = false;
}

static void
gui_toggle_param_init(GuiParamInterface *interface)
{
  interface->bond    = gui_toggle_bond;
  interface->refresh = gui_toggle_refresh;
}

static void
gui_toggle_toggled(GtkToggleButton *button)
{
  GuiToggle *self = GUI_TOGGLE(button);

  if (!self->updating && self->bond.mirror)
    gui_param_set(GUI_PARAM(self), gtk_toggle_button_get_active(button));
}

static void
gui_toggle_dispose(GObject *object)
{
  gui_param_unbind(GUI_PARAM(object));
  G_OBJECT_CLASS(gui_toggle_parent_class)->dispose(object);
}

static void
gui_toggle_class_init(GuiToggleClass *klass)
{
  G_OBJECT_CLASS(klass)->dispose          = gui_toggle_dispose;
  GTK_TOGGLE_BUTTON_CLASS(klass)->toggled = gui_toggle_toggled;
}

static void
gui_toggle_init(GuiToggle *self)
{
  gtk_widget_set_focus_on_click(GTK_WIDGET(self), FALSE);
}

GtkWidget *
gui_toggle_new(const char *caption)
{
  return g_object_new(GUI_TYPE_TOGGLE, "label", caption, NULL);
}
