/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/choice.h"

struct _GuiChoice {
  GtkWidget       parent_instance;
  GtkWidget      *list;
  const ParamRow *filled; /* whose choices the list holds */
  GuiBond         bond;
  bool            updating;
};

static void gui_choice_param_init(GuiParamInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(GuiChoice,
                              gui_choice,
                              GTK_TYPE_WIDGET,
                              G_IMPLEMENT_INTERFACE(GUI_TYPE_PARAM,
                                                    gui_choice_param_init))

static GuiBond *
gui_choice_bond(GuiParam *param)
{
  return &GUI_CHOICE(param)->bond;
}

static void
choice_fill(GuiChoice *self)
{
  const ParamRow *row   = self->bond.row;
  GtkStringList  *model = gtk_string_list_new(NULL);

  for (int i = 0; i <= (int)row->max; i++)
    gtk_string_list_append(model, row->choices[i]);
  gtk_drop_down_set_model(GTK_DROP_DOWN(self->list), G_LIST_MODEL(model));
  g_object_unref(model);
  self->filled = row;
}

static void
gui_choice_refresh(GuiParam *param)
{
  GuiChoice *self = GUI_CHOICE(param);

  self->updating = true;
  if (self->filled != self->bond.row)
    choice_fill(self);
  gtk_drop_down_set_selected(GTK_DROP_DOWN(self->list),
                             (guint)gui_param_get(param));
  self->updating = false;
}

static void
gui_choice_param_init(GuiParamInterface *interface)
{
  interface->bond    = gui_choice_bond;
  interface->refresh = gui_choice_refresh;
}

static void
on_selected(GtkDropDown *list, GParamSpec *pspec, GuiChoice *self)
{
  const guint selected = gtk_drop_down_get_selected(list);

  (void)pspec;
  if (!self->updating && self->bond.mirror &&
      selected != GTK_INVALID_LIST_POSITION)
    gui_param_set(GUI_PARAM(self), selected);
}

static void
gui_choice_dispose(GObject *object)
{
  GuiChoice *self = GUI_CHOICE(object);

  gui_param_unbind(GUI_PARAM(self));
  g_clear_pointer(&self->list, gtk_widget_unparent);
  G_OBJECT_CLASS(gui_choice_parent_class)->dispose(object);
}

static void
gui_choice_class_init(GuiChoiceClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose = gui_choice_dispose;
  gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name(widget_class, "choice");
}

static void
gui_choice_init(GuiChoice *self)
{
  self->list       = gtk_drop_down_new(NULL, NULL);
  self->bond.named = self->list;
  gtk_widget_set_focus_on_click(self->list, FALSE);
  gtk_widget_set_parent(self->list, GTK_WIDGET(self));
  g_signal_connect(
    self->list, "notify::selected", G_CALLBACK(on_selected), self);
}

GtkWidget *
gui_choice_new(void)
{
  return g_object_new(GUI_TYPE_CHOICE, NULL);
}
