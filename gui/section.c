/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/section.h"

#include <stdio.h>

#include "gui/make.h"
#include "gui/toggle.h"

enum {
  ROWS_A_COLUMN = 7,
  COLUMN_WIDTH  = 172,
  FEW           = 8, /* elements that fit in one line */
};

/* A control and the cell it stands for. */
typedef struct Place {
  GuiParam *param;
  unsigned  cell;
} Place;

struct _GuiSection {
  GtkWidget         parent_instance;
  GuiMirror        *mirror;
  GuiSectionFilter *filter;
  gboolean          short_labels;
  GtkWidget        *grid;
  GArray           *places;
  int               count; /* of the grid's cells that are taken */
  int               owner; /* that it was built for; -1: not yet */
};

G_DEFINE_FINAL_TYPE(GuiSection, gui_section, GTK_TYPE_WIDGET)

static bool
row_concerns(GuiSectionFilter *filter, const ParamRow *row, Owner owner)
{
  return gui_can_make(row) && params_owner_has(owner, row->first) &&
         filter(row);
}

bool
gui_section_concerns(GuiSectionFilter *filter, Owner owner)
{
  for (unsigned row = 0; row < ROWS; row++)
    if (row_concerns(filter, params_row((Row)row), owner))
      return true;
  return false;
}

static void
section_note(GuiSection *self, GuiParam *param, unsigned cell)
{
  const Place place = { param, cell };

  g_array_append_val(self->places, place);
}

static void
section_attach(GuiSection *self, GtkWidget *widget)
{
  gtk_widget_set_size_request(widget, COLUMN_WIDTH, -1);
  gtk_grid_attach(GTK_GRID(self->grid),
                  widget,
                  self->count / ROWS_A_COLUMN,
                  self->count % ROWS_A_COLUMN,
                  1,
                  1);
  self->count++;
}

/* A line of small buttons with their numbers. */
static void
section_add_few(GuiSection *self, const ParamRow *row)
{
  GtkWidget *box   = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 2);
  GtkWidget *label = gtk_label_new(row->label);

  gtk_widget_add_css_class(label, "caption");
  gtk_label_set_xalign(GTK_LABEL(label), 0);
  gtk_widget_set_hexpand(label, TRUE);
  gtk_box_append(GTK_BOX(box), label);
  for (unsigned i = 0; i < row->count; i++) {
    char       caption[16];
    GtkWidget *toggle;

    snprintf(caption, sizeof caption, "%u", i + 1);
    toggle = gui_toggle_new(caption);
    gtk_widget_add_css_class(toggle, "small");
    gtk_box_append(GTK_BOX(box), toggle);
    section_note(self, GUI_PARAM(toggle), row->first + i);
  }
  section_attach(self, box);
}

/* One button for each group bus, by its name. */
static void
section_add_groups(GuiSection *self, const ParamRow *row)
{
  size_t         count;
  const Address *order = gui_mirror_order(self->mirror, &count);

  for (size_t i = 0; i < count; i++) {
    Address    kind = order[i];
    GtkWidget *toggle;
    char      *title;
    char      *caption;

    kind.cell = CELL_BUS_KIND;
    if (kind.owner != OWNER_BUS || gui_mirror_get(self->mirror, kind) > 0)
      continue;
    title   = gui_mirror_title(self->mirror, OWNER_BUS, kind.number);
    caption = g_strdup_printf("To %s", title);
    toggle  = gui_toggle_new(caption);
    section_note(
      self, GUI_PARAM(toggle), (unsigned)(row->first + kind.number - 1));
    section_attach(self, toggle);
    g_free(caption);
    g_free(title);
  }
}

static void
section_add(GuiSection *self, const ParamRow *row)
{
  GtkWidget *made;
  char      *caption;

  if (row == params_row(ROW_GROUP)) {
    section_add_groups(self, row);
    return;
  }
  if (row->count > 1) {
    if (row->count <= FEW && row->taper == TAPER_SWITCH)
      section_add_few(self, row);
    return;
  }
  caption =
    self->short_labels ? gui_param_short_label(row) : g_strdup(row->label);
  made = gui_make(row, caption);
  section_note(self, gui_made_param(made), row->first);
  section_attach(self, made);
  g_free(caption);
}

static void
section_clear(GuiSection *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child(self->grid)))
    gtk_grid_remove(GTK_GRID(self->grid), child);
  g_array_set_size(self->places, 0);
  self->count = 0;
}

void
gui_section_show(GuiSection *self, Address place, gboolean rebuild)
{
  if (rebuild || self->owner != place.owner) {
    section_clear(self);
    self->owner = place.owner;
    for (unsigned row = 0; row < ROWS; row++)
      if (row_concerns(self->filter, params_row((Row)row), (Owner)place.owner))
        section_add(self, params_row((Row)row));
  }
  for (guint i = 0; i < self->places->len; i++) {
    const Place *p = &g_array_index(self->places, Place, i);

    place.cell = (uint16_t)p->cell;
    gui_param_bind(p->param, self->mirror, place);
  }
}

static void
gui_section_dispose(GObject *object)
{
  GuiSection *self = GUI_SECTION(object);

  g_clear_pointer(&self->places, g_array_unref);
  g_clear_object(&self->mirror);
  while (gtk_widget_get_first_child(GTK_WIDGET(self)))
    gtk_widget_unparent(gtk_widget_get_first_child(GTK_WIDGET(self)));
  G_OBJECT_CLASS(gui_section_parent_class)->dispose(object);
}

static void
gui_section_class_init(GuiSectionClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose = gui_section_dispose;
  gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name(widget_class, "section");
}

static void
gui_section_init(GuiSection *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new();

  self->owner  = -1;
  self->places = g_array_new(FALSE, FALSE, sizeof(Place));
  self->grid   = gtk_grid_new();
  gtk_widget_set_halign(self->grid, GTK_ALIGN_START);
  gtk_grid_set_column_homogeneous(GTK_GRID(self->grid), TRUE);
  gtk_grid_set_row_spacing(GTK_GRID(self->grid), 4);
  gtk_grid_set_column_spacing(GTK_GRID(self->grid), 12);
  gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scroller), self->grid);
  gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(scroller),
                                                  TRUE);
  gtk_scrolled_window_set_propagate_natural_height(
    GTK_SCROLLED_WINDOW(scroller), TRUE);
  gtk_widget_set_parent(scroller, GTK_WIDGET(self));
}

GtkWidget *
gui_section_new(GuiMirror        *mirror,
                GuiSectionFilter *filter,
                gboolean          short_labels)
{
  GuiSection *self = g_object_new(GUI_TYPE_SECTION, NULL);

  self->mirror       = g_object_ref(mirror);
  self->filter       = filter;
  self->short_labels = short_labels;
  return GTK_WIDGET(self);
}
