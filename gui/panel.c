/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/panel.h"

#include "gui/curve.h"
#include "gui/matrix.h"
#include "gui/section.h"
#include "gui/text.h"
#include "gui/toggle.h"

/* Which rows of the table stand on which page. Rows that no page names, new
   ones too, stand on the last. */

static bool
in_block(const ParamRow *row, const char *prefix)
{
  return g_str_has_prefix(row->symbol, prefix);
}

static bool
is_input(const ParamRow *row)
{
  return row->first >= CELL_CHANNELS && row->first <= CELL_DELAY &&
         row->first != CELL_BUS_KIND;
}

static bool
is_filter(const ParamRow *row)
{
  return in_block(row, "hpf/") || in_block(row, "lpf/") ||
         !strcmp(row->symbol, "eq/on");
}

static bool
is_gate(const ParamRow *row)
{
  return in_block(row, "gate/");
}

static bool
is_comp(const ParamRow *row)
{
  return in_block(row, "comp/");
}

static bool
is_deess(const ParamRow *row)
{
  return in_block(row, "deess/");
}

static bool
is_reverb(const ParamRow *row)
{
  return in_block(row, "reverb/");
}

static bool
is_echo(const ParamRow *row)
{
  return in_block(row, "delay/");
}

/* What the strip itself shows. */
static bool
is_on_strip(const ParamRow *row)
{
  return row->first == CELL_NAME || row->first == CELL_FADER ||
         row->first == CELL_MUTE || row->first == CELL_PAN ||
         row->first == CELL_SOLO;
}

static bool
is_other(const ParamRow *row)
{
  return !is_input(row) && !is_filter(row) && !is_gate(row) && !is_comp(row) &&
         !is_deess(row) && !is_reverb(row) && !is_echo(row) &&
         !is_on_strip(row) && !in_block(row, "eq/") && !in_block(row, "send/");
}

/* The desk's own, less what the top bar shows. */
static bool
is_desk(const ParamRow *row)
{
  return !(row->flags & PARAM_LIVE) && row->first != CELL_TEMPO;
}

static bool
is_transport(const ParamRow *row)
{
  return !(row->flags & PARAM_LIVE) && row->first != CELL_LOOP_ON;
}

/* Of which kind a bus must be for the page to concern it. */
enum { ANY_KIND = -1, KIND_REVERB = 3, KIND_DELAY = 4 };

static const struct Page {
  const char       *name;
  const char       *title;
  GuiSectionFilter *filter;
  bool              block; /* labels need not repeat its name */
  int               kind;
} pages[] = {
  { "input", "Input", is_input, false, ANY_KIND },
  { "gate", "Gate", is_gate, true, ANY_KIND },
  { "comp", "Comp", is_comp, true, ANY_KIND },
  { "deess", "De-ess", is_deess, true, ANY_KIND },
  { "reverb", "Reverb", is_reverb, true, KIND_REVERB },
  { "delay", "Delay", is_echo, true, KIND_DELAY },
  { "output", "Output", is_other, false, ANY_KIND },
};

enum { PAGES = G_N_ELEMENTS(pages), BEFORE_EQ = 2 };

struct _GuiPanel {
  GtkWidget   parent_instance;
  GuiMirror  *mirror;
  Address     place;
  bool        shown;
  GtkWidget  *box;
  GtkLabel   *title;
  GtkStack   *stack;
  GtkWidget  *sends_side;
  GtkWidget  *sends_box;
  GuiSection *sections[PAGES];
  GuiSection *filters;
  GuiSection *desk;
  GuiSection *transport;
  GtkWidget  *eq_page;
  GuiCurve   *curve;
  GuiMatrix  *bands;
  GuiMatrix  *sends;
};

G_DEFINE_FINAL_TYPE(GuiPanel, gui_panel, GTK_TYPE_WIDGET)

/* Showing. */

static void
panel_show_sends(GuiPanel *self)
{
  size_t         count;
  const Address *order = gui_mirror_order(self->mirror, &count);
  const bool     has = params_owner_has((Owner)self->place.owner, CELL_SEND_ON);

  gtk_widget_set_visible(self->sends_side, has);
  gui_matrix_clear(self->sends);
  for (size_t i = 0; has && i < count; i++) {
    char *title;

    if (order[i].owner != OWNER_BUS || (self->place.owner == OWNER_BUS &&
                                        self->place.number == order[i].number))
      continue;
    title = gui_mirror_title(self->mirror, OWNER_BUS, order[i].number);
    gui_matrix_add(self->sends, order[i].number, title);
    g_free(title);
  }
  if (has)
    gui_matrix_show(self->sends, self->place);
}

static bool
page_concerns(GuiPanel *self, const struct Page *page)
{
  Address kind = self->place;

  kind.cell = CELL_BUS_KIND;
  if (!gui_section_concerns(page->filter, (Owner)self->place.owner))
    return false;
  return page->kind == ANY_KIND ||
         gui_mirror_get(self->mirror, kind) == page->kind;
}

static void
panel_show_eq(GuiPanel *self)
{
  const bool has = params_owner_has((Owner)self->place.owner, CELL_EQ_ON);

  gtk_stack_page_set_visible(gtk_stack_get_page(self->stack, self->eq_page),
                             has);
  gui_curve_show(self->curve, self->place);
  if (!has)
    return;
  gui_section_show(self->filters, self->place, FALSE);
  gui_matrix_show(self->bands, self->place);
}

static void
panel_show_pages(GuiPanel *self, gboolean rebuild)
{
  for (int i = 0; i < PAGES; i++) {
    const bool concerns = page_concerns(self, &pages[i]);

    gtk_stack_page_set_visible(
      gtk_stack_get_page(self->stack, GTK_WIDGET(self->sections[i])), concerns);
    if (concerns)
      gui_section_show(self->sections[i], self->place, rebuild);
  }
  panel_show_eq(self);
}

/* What is no strip's. */
static void
panel_show_desk(GuiPanel *self)
{
  gui_section_show(self->desk, (Address){ OWNER_DESK, 0, 0 }, FALSE);
  gui_section_show(self->transport, (Address){ OWNER_TRANSPORT, 0, 0 }, FALSE);
}

static void
on_name(gpointer data, Address address)
{
  GuiPanel *self = data;
  char     *title =
    gui_mirror_title(self->mirror, (Owner)address.owner, address.number);

  gtk_label_set_text(self->title, title);
  g_free(title);
}

static Address
name_of(Address place)
{
  place.cell = CELL_NAME;
  return place;
}

static void
panel_show(GuiPanel *self, gboolean rebuild)
{
  if (!self->shown)
    return;
  panel_show_pages(self, rebuild);
  panel_show_sends(self);
}

void
gui_panel_show(GuiPanel *self, Address place)
{
  if (self->shown && self->place.owner == place.owner &&
      self->place.number == place.number)
    return;
  if (self->shown)
    gui_mirror_unwatch(self->mirror, name_of(self->place), on_name, self);
  self->place = place;
  self->shown = true;
  gui_mirror_watch(self->mirror, name_of(place), on_name, self);
  on_name(self, name_of(place));
  panel_show(self, FALSE);
}

static void
on_buses(GuiPanel *self)
{
  panel_show(self, TRUE);
}

/* Building. */

static void
panel_add_page(GuiPanel *self, int i)
{
  self->sections[i] =
    GUI_SECTION(gui_section_new(self->mirror, pages[i].filter, pages[i].block));
  gtk_stack_add_titled(
    self->stack, GTK_WIDGET(self->sections[i]), pages[i].name, pages[i].title);
}

static void
panel_add_eq(GuiPanel *self)
{
  GtkWidget *page   = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);

  self->filters = GUI_SECTION(gui_section_new(self->mirror, is_filter, FALSE));
  self->curve   = GUI_CURVE(gui_curve_new(self->mirror));
  self->bands   = GUI_MATRIX(
    gui_matrix_new(self->mirror, "eq/#/", GTK_ORIENTATION_HORIZONTAL));
  for (unsigned i = 1; i <= EQ_BANDS; i++) {
    char caption[16];

    g_snprintf(caption, sizeof caption, "Band %u", i);
    gui_matrix_add(self->bands, i, caption);
  }
  gtk_widget_set_vexpand(GTK_WIDGET(self->curve), TRUE);
  gtk_widget_set_hexpand(column, TRUE);
  gtk_box_append(GTK_BOX(column), GTK_WIDGET(self->curve));
  gtk_box_append(GTK_BOX(column), GTK_WIDGET(self->bands));
  gtk_box_append(GTK_BOX(page), GTK_WIDGET(self->filters));
  gtk_box_append(GTK_BOX(page), column);
  gtk_stack_add_titled(self->stack, page, "eq", "EQ");
  self->eq_page = page;
}

static GuiSection *
append_section(GuiPanel *self, GtkWidget *box, GuiSectionFilter *filter)
{
  GtkWidget *section = gui_section_new(self->mirror, filter, FALSE);

  gtk_box_append(GTK_BOX(box), section);
  return GUI_SECTION(section);
}

/* A button and a name for each mute group. */
static GtkWidget *
make_mutegroups(GuiMirror *mirror)
{
  GtkWidget *grid = gtk_grid_new();

  gtk_grid_set_row_spacing(GTK_GRID(grid), 4);
  gtk_grid_set_column_spacing(GTK_GRID(grid), 4);
  for (int i = 0; i < MAX_MUTEGROUPS; i++) {
    Address    address = { OWNER_MUTEGROUP, (uint16_t)(i + 1), 0 };
    GtkWidget *name    = gui_text_new();
    GtkWidget *toggle;
    char       caption[32];

    gtk_entry_set_placeholder_text(GTK_ENTRY(name), "Name");
    g_snprintf(caption, sizeof caption, "Mute group %d", i + 1);
    toggle       = gui_toggle_new(caption);
    address.cell = CELL_MUTEGROUP_ON;
    gui_param_bind(GUI_PARAM(toggle), mirror, address);
    gtk_widget_add_css_class(toggle, "mute");
    address.cell = CELL_NAME;
    gui_param_bind(GUI_PARAM(name), mirror, address);
    gtk_grid_attach(GTK_GRID(grid), toggle, 0, i, 1, 1);
    gtk_grid_attach(GTK_GRID(grid), name, 1, i, 1, 1);
  }
  return grid;
}

static void
panel_add_desk(GuiPanel *self)
{
  GtkWidget *page = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);

  self->desk      = append_section(self, page, is_desk);
  self->transport = append_section(self, page, is_transport);
  gtk_box_append(GTK_BOX(page), make_mutegroups(self->mirror));
  gtk_stack_add_titled(self->stack, page, "desk", "Desk");
}

void
gui_panel_set_mirror(GuiPanel *self, GuiMirror *mirror)
{
  self->mirror = g_object_ref(mirror);
  for (int i = 0; i < PAGES; i++) {
    if (i == BEFORE_EQ)
      panel_add_eq(self);
    panel_add_page(self, i);
  }
  panel_add_desk(self);
  panel_show_desk(self);
  gtk_stack_set_visible_child_name(self->stack, "eq");
  self->sends =
    GUI_MATRIX(gui_matrix_new(mirror, "send/#/", GTK_ORIENTATION_VERTICAL));
  gtk_box_append(GTK_BOX(self->sends_box), GTK_WIDGET(self->sends));
  g_signal_connect_object(
    mirror, "buses", G_CALLBACK(on_buses), self, G_CONNECT_SWAPPED);
}

/* The object. */

static void
gui_panel_dispose(GObject *object)
{
  GuiPanel *self = GUI_PANEL(object);

  if (self->shown)
    gui_mirror_unwatch(self->mirror, name_of(self->place), on_name, self);
  self->shown = false;
  g_clear_object(&self->mirror);
  g_clear_pointer(&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS(gui_panel_parent_class)->dispose(object);
}

static void
gui_panel_class_init(GuiPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose = gui_panel_dispose;
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/consort/gui/panel.ui");
  gtk_widget_class_bind_template_child(widget_class, GuiPanel, box);
  gtk_widget_class_bind_template_child(widget_class, GuiPanel, title);
  gtk_widget_class_bind_template_child(widget_class, GuiPanel, stack);
  gtk_widget_class_bind_template_child(widget_class, GuiPanel, sends_side);
  gtk_widget_class_bind_template_child(widget_class, GuiPanel, sends_box);
  gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name(widget_class, "panel");
  gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
gui_panel_init(GuiPanel *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}
