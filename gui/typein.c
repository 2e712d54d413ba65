/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/typein.h"

struct _GuiTypein {
  GtkPopover parent_instance;
  GtkLabel  *title;
  GtkEntry  *entry;
  GtkLabel  *trouble;
  GtkWidget *at; /* weak */
  GuiMirror *mirror;
  Address    address;
};

G_DEFINE_FINAL_TYPE(GuiTypein, gui_typein, GTK_TYPE_POPOVER)

static void
on_activate(GuiTypein *self)
{
  char        reason[160];
  const char *text = gtk_editable_get_text(GTK_EDITABLE(self->entry));

  if (gui_mirror_set_typed(self->mirror, self->address, text, reason)) {
    gtk_popover_popdown(GTK_POPOVER(self));
    return;
  }
  gtk_label_set_text(self->trouble, reason);
  gtk_widget_show(GTK_WIDGET(self->trouble));
  gtk_widget_add_css_class(GTK_WIDGET(self->entry), "error");
}

static gboolean
part(gpointer self)
{
  gtk_widget_unparent(self);
  return G_SOURCE_REMOVE;
}

/* A popover may not be unparented while it closes. */
static void
gui_typein_closed(GtkPopover *popover)
{
  GuiTypein *self = GUI_TYPEIN(popover);

  if (self->at)
    gtk_widget_grab_focus(self->at);
  g_idle_add_full(G_PRIORITY_DEFAULT, part, g_object_ref(self), g_object_unref);
}

static void
gui_typein_dispose(GObject *object)
{
  GuiTypein *self = GUI_TYPEIN(object);

  g_clear_weak_pointer(&self->at);
  g_clear_object(&self->mirror);
  G_OBJECT_CLASS(gui_typein_parent_class)->dispose(object);
}

static void
gui_typein_class_init(GuiTypeinClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose   = gui_typein_dispose;
  GTK_POPOVER_CLASS(klass)->closed = gui_typein_closed;
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/consort/gui/typein.ui");
  gtk_widget_class_bind_template_child(widget_class, GuiTypein, title);
  gtk_widget_class_bind_template_child(widget_class, GuiTypein, entry);
  gtk_widget_class_bind_template_child(widget_class, GuiTypein, trouble);
  gtk_widget_class_bind_template_callback(widget_class, on_activate);
}

static void
gui_typein_init(GuiTypein *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}

static void
typein_fill(GuiTypein *self, const char *start)
{
  const ParamRow *row   = params_of_cell(self->address.cell);
  char           *value = gui_mirror_format(self->mirror, self->address);

  gtk_label_set_text(self->title, row->label);
  gtk_editable_set_text(GTK_EDITABLE(self->entry), start ? start : value);
  gtk_editable_set_width_chars(GTK_EDITABLE(self->entry),
                               row->taper == TAPER_TEXT ? 24 : 10);
  g_free(value);
}

/* A popover needs a parent that lays it out: the window's content. */
static void
typein_place(GuiTypein *self, GtkWidget *at)
{
  GtkWidget *content =
    gtk_window_get_child(GTK_WINDOW(gtk_widget_get_root(at)));
  graphene_rect_t bounds;

  gtk_widget_set_parent(GTK_WIDGET(self), content);
  if (gtk_widget_compute_bounds(at, content, &bounds))
    gtk_popover_set_pointing_to(GTK_POPOVER(self),
                                &(GdkRectangle){ (int)bounds.origin.x,
                                                 (int)bounds.origin.y,
                                                 (int)bounds.size.width,
                                                 (int)bounds.size.height });
}

void
gui_typein_open(GtkWidget  *at,
                GuiMirror  *mirror,
                Address     address,
                const char *start)
{
  GuiTypein *self = g_object_new(GUI_TYPE_TYPEIN, NULL);

  self->mirror  = g_object_ref(mirror);
  self->address = address;
  g_set_weak_pointer(&self->at, at);
  typein_fill(self, start);
  typein_place(self, at);
  gtk_popover_popup(GTK_POPOVER(self));
  gtk_widget_grab_focus(GTK_WIDGET(self->entry));
  gtk_editable_select_region(GTK_EDITABLE(self->entry), start ? -1 : 0, -1);
}
