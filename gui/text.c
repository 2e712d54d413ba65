/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/text.h"

struct _GuiText {
  GtkEntry parent_instance;
  GuiBond  bond;
  bool     left; /* what is typed belongs to an address that it has left */
};

static void gui_text_param_init(GuiParamInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(GuiText,
                              gui_text,
                              GTK_TYPE_ENTRY,
                              G_IMPLEMENT_INTERFACE(GUI_TYPE_PARAM,
                                                    gui_text_param_init))

static GuiBond *
gui_text_bond(GuiParam *param)
{
  return &GUI_TEXT(param)->bond;
}

static bool
is_being_edited(GuiText *self)
{
  return gtk_widget_get_state_flags(GTK_WIDGET(self)) &
         GTK_STATE_FLAG_FOCUS_WITHIN;
}

/* What is being typed is not overwritten. */
static void
gui_text_refresh(GuiParam *param)
{
  GuiText *self = GUI_TEXT(param);
  char    *text;

  if (self->bond.row->unit == UNIT_REF)
    gtk_entry_set_placeholder_text(GTK_ENTRY(self), "strip/3, bus/1");
  if (is_being_edited(self) && !self->left)
    return;
  self->left = false;
  text       = gui_mirror_format(self->bond.mirror, self->bond.address);
  gtk_editable_set_text(GTK_EDITABLE(self), text);
  gtk_widget_remove_css_class(GTK_WIDGET(self), "error");
  g_free(text);
}

static void
text_commit(GuiText *self)
{
  const char *typed = gtk_editable_get_text(GTK_EDITABLE(self));
  char        reason[160];
  char       *text;
  bool        same;

  if (!self->bond.mirror)
    return;
  text = gui_mirror_format(self->bond.mirror, self->bond.address);
  same = !strcmp(text, typed);
  g_free(text);
  if (same || gui_mirror_set_typed(
                self->bond.mirror, self->bond.address, typed, reason))
    gtk_widget_remove_css_class(GTK_WIDGET(self), "error");
  else
    gtk_widget_add_css_class(GTK_WIDGET(self), "error");
}

/* What was typed is for where it was typed. */
static void
gui_text_leave(GuiParam *param)
{
  GuiText *self = GUI_TEXT(param);

  if (is_being_edited(self))
    text_commit(self);
  self->left = true;
}

static void
gui_text_param_init(GuiParamInterface *interface)
{
  interface->bond    = gui_text_bond;
  interface->refresh = gui_text_refresh;
  interface->leave   = gui_text_leave;
}

static void
gui_text_dispose(GObject *object)
{
  gui_param_unbind(GUI_PARAM(object));
  G_OBJECT_CLASS(gui_text_parent_class)->dispose(object);
}

static void
gui_text_class_init(GuiTextClass *klass)
{
  G_OBJECT_CLASS(klass)->dispose = gui_text_dispose;
}

static void
gui_text_init(GuiText *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new();

  g_signal_connect_swapped(self, "activate", G_CALLBACK(text_commit), self);
  g_signal_connect_swapped(focus, "leave", G_CALLBACK(text_commit), self);
  gtk_widget_add_controller(GTK_WIDGET(self), focus);
}

GtkWidget *
gui_text_new(void)
{
  return g_object_new(GUI_TYPE_TEXT, NULL);
}
