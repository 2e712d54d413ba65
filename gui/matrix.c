/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/matrix.h"

#include "gui/make.h"

enum { LEVEL_WIDTH = 96 };

typedef struct Place {
  GuiParam *param;
  unsigned  cell;
} Place;

struct _GuiMatrix {
  GtkWidget      parent_instance;
  GuiMirror     *mirror;
  const char    *prefix;
  GtkOrientation lines;
  GtkWidget     *grid;
  GArray        *places;
  int            count; /* lines */
};

G_DEFINE_FINAL_TYPE(GuiMatrix, gui_matrix, GTK_TYPE_WIDGET)

/* The first switch is the element's own and bears its caption; the rest have
   the row's label, where there is room for one. */
static char *
matrix_caption(GuiMatrix *self, const ParamRow *row, int at, const char *own)
{
  if (at == 0)
    return g_strdup(own);
  if (self->lines == GTK_ORIENTATION_HORIZONTAL && row->taper == TAPER_CHOICE)
    return g_strdup("");
  if (row->taper == TAPER_CHOICE || row->taper == TAPER_FADER ||
      row->unit == UNIT_PAN)
    return g_strdup("");
  return gui_param_short_label(row);
}

static void
matrix_attach(GuiMatrix *self, GtkWidget *widget, int at)
{
  const bool down = self->lines == GTK_ORIENTATION_VERTICAL;

  gtk_widget_set_hexpand(widget, TRUE);
  gtk_grid_attach(GTK_GRID(self->grid),
                  widget,
                  down ? at : self->count,
                  down ? self->count : at,
                  1,
                  1);
}

static void
matrix_add_cell(GuiMatrix      *self,
                const ParamRow *row,
                unsigned        element,
                int             at,
                const char     *own)
{
  char       *caption = matrix_caption(self, row, at, own);
  GtkWidget  *made    = gui_make(row, caption);
  const Place place   = { gui_made_param(made), row->first + element - 1 };

  if (row->taper == TAPER_FADER)
    gtk_widget_set_size_request(made, LEVEL_WIDTH, -1);
  matrix_attach(self, made, at);
  g_array_append_val(self->places, place);
  g_free(caption);
}

void
gui_matrix_add(GuiMatrix *self, unsigned element, const char *caption)
{
  int at = 0;

  for (unsigned i = 0; i < ROWS; i++) {
    const ParamRow *row = params_row((Row)i);

    if (g_str_has_prefix(row->symbol, self->prefix) && gui_can_make(row) &&
        element <= row->count)
      matrix_add_cell(self, row, element, at++, caption);
  }
  self->count++;
}

void
gui_matrix_clear(GuiMatrix *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child(self->grid)))
    gtk_grid_remove(GTK_GRID(self->grid), child);
  g_array_set_size(self->places, 0);
  self->count = 0;
}

void
gui_matrix_show(GuiMatrix *self, Address place)
{
  for (guint i = 0; i < self->places->len; i++) {
    const Place *p = &g_array_index(self->places, Place, i);

    place.cell = (uint16_t)p->cell;
    gui_param_bind(p->param, self->mirror, place);
  }
}

static void
gui_matrix_dispose(GObject *object)
{
  GuiMatrix *self = GUI_MATRIX(object);

  g_clear_pointer(&self->places, g_array_unref);
  g_clear_object(&self->mirror);
  g_clear_pointer(&self->grid, gtk_widget_unparent);
  G_OBJECT_CLASS(gui_matrix_parent_class)->dispose(object);
}

static void
gui_matrix_class_init(GuiMatrixClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose = gui_matrix_dispose;
  gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name(widget_class, "matrix");
}

static void
gui_matrix_init(GuiMatrix *self)
{
  self->places = g_array_new(FALSE, FALSE, sizeof(Place));
  self->grid   = gtk_grid_new();
  gtk_grid_set_row_spacing(GTK_GRID(self->grid), 4);
  gtk_grid_set_column_spacing(GTK_GRID(self->grid), 4);
  gtk_widget_set_parent(self->grid, GTK_WIDGET(self));
}

GtkWidget *
gui_matrix_new(GuiMirror *mirror, const char *prefix, GtkOrientation lines)
{
  GuiMatrix *self = g_object_new(GUI_TYPE_MATRIX, NULL);

  self->mirror = g_object_ref(mirror);
  self->prefix = prefix;
  self->lines  = lines;
  if (lines == GTK_ORIENTATION_HORIZONTAL)
    gtk_grid_set_column_homogeneous(GTK_GRID(self->grid), TRUE);
  return GTK_WIDGET(self);
}
