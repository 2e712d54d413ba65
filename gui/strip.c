/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/strip.h"

#include <math.h>

#include "gui/bar.h"
#include "gui/fader.h"
#include "gui/meter.h"
#include "gui/readout.h"
#include "gui/ruler.h"
#include "gui/toggle.h"
#include "gui/typein.h"

enum {
  COLOUR_HEIGHT = 4,
  WISH          = 92, /* the width of a strip that has room */
};

struct _GuiStrip {
  GtkWidget        parent_instance;
  GuiMirror       *mirror;
  Address          place;
  GdkRGBA          colour;
  GtkWidget       *box;
  GtkLabel        *name;
  GtkLabel        *kind;
  GuiBar          *pan;
  GuiToggle       *mute;
  GuiToggle       *solo;
  GtkToggleButton *select;
  GtkWidget       *level_button;
  GuiReadout      *level;
  GtkWidget       *peak_button;
  GuiReadout      *peak;
  GuiFader        *fader;
  GuiMeter        *meter;
};

enum { SIGNAL_SELECTED, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(GuiStrip, gui_strip, GTK_TYPE_WIDGET)

static Address
strip_cell(const GuiStrip *self, unsigned cell)
{
  Address address = self->place;

  address.cell = (uint16_t)cell;
  return address;
}

static bool
strip_has(const GuiStrip *self, unsigned cell)
{
  return params_owner_has((Owner)self->place.owner, cell);
}

/* Following the desk. */

static void
on_name(gpointer data, Address address)
{
  GuiStrip *self = data;
  char     *title =
    gui_mirror_title(self->mirror, (Owner)address.owner, address.number);

  gtk_label_set_text(self->name, title);
  gtk_accessible_update_property(
    GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_free(title);
}

static void
on_kind(gpointer data, Address address)
{
  GuiStrip *self = data;
  char     *kind = gui_mirror_format(self->mirror, address);
  char     *text = g_strdup_printf("%s %u", kind, address.number);

  gtk_label_set_text(self->kind, text);
  g_free(text);
  g_free(kind);
}

/* While a strip's track is on its way, or where it cannot be had, the strip
   says so in the place of its number. */
static void
on_status(gpointer data, Address address)
{
  GuiStrip   *self   = data;
  const char *status = gui_mirror_get_text(self->mirror, address);
  char       *number = g_strdup_printf("%u", address.number);

  gtk_label_set_text(self->kind, *status ? status : number);
  gtk_widget_set_tooltip_text(GTK_WIDGET(self->kind), *status ? status : NULL);
  if (*status)
    gtk_widget_add_css_class(GTK_WIDGET(self->kind), "waiting");
  else
    gtk_widget_remove_css_class(GTK_WIDGET(self->kind), "waiting");
  g_free(number);
}

static void
on_colour(gpointer data, Address address)
{
  static const char *const names[OWNERS] = {
    [OWNER_STRIP] = "desk_strip", [OWNER_BUS] = "desk_bus",
    [OWNER_MAIN] = "desk_main",   [OWNER_MONITOR] = "desk_monitor",
    [OWNER_DCA] = "desk_dca",
  };
  GuiStrip   *self = data;
  const char *text = gui_mirror_get_text(self->mirror, address);

  if (!*text || !gdk_rgba_parse(&self->colour, text))
    gtk_style_context_lookup_color(
      gtk_widget_get_style_context(GTK_WIDGET(self)),
      names[address.owner],
      &self->colour);
  gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void
on_channels(gpointer data, Address address)
{
  GuiStrip *self = data;

  gui_meter_set_mono(self->meter, gui_mirror_get(self->mirror, address) < 2);
}

/* "-3.5", without the unit: the column says it. */
static void
on_level(gpointer data, Address address)
{
  GuiStrip *self = data;
  char     *text = gui_mirror_format(self->mirror, address);
  char     *unit = strchr(text, ' ');

  if (unit)
    *unit = '\0';
  gui_readout_set(self->level, text);
  g_free(text);
}

/* Under the hand. */

static void
on_level_clicked(GuiStrip *self)
{
  gui_typein_open(
    self->level_button, self->mirror, strip_cell(self, CELL_FADER), NULL);
}

static void
strip_show_peak(GuiStrip *self)
{
  const double peak = gui_meter_highest(self->meter);
  char         text[16];

  if (peak > -99)
    g_snprintf(text, sizeof text, "%.1f", peak);
  else
    g_strlcpy(text, "-inf", sizeof text);
  gui_readout_set(self->peak, text);
  if (gui_meter_is_over(self->meter))
    gtk_widget_add_css_class(self->peak_button, "over");
  else
    gtk_widget_remove_css_class(self->peak_button, "over");
}

static void
on_peak_clicked(GuiStrip *self)
{
  gui_meter_clear(self->meter);
}

static void
on_select_clicked(GuiStrip *self)
{
  g_signal_emit(self, signals[SIGNAL_SELECTED], 0);
}

static void
on_pressed(GtkGestureClick *click,
           int              presses,
           double           x,
           double           y,
           GuiStrip        *self)
{
  (void)click;
  (void)x;
  (void)y;
  if (presses == 1)
    g_signal_emit(self, signals[SIGNAL_SELECTED], 0);
}

static void
on_name_pressed(GtkGestureClick *click,
                int              presses,
                double           x,
                double           y,
                GuiStrip        *self)
{
  (void)click;
  (void)x;
  (void)y;
  if (presses == 2)
    gui_strip_rename(self);
}

void
gui_strip_rename(GuiStrip *self)
{
  gui_typein_open(
    GTK_WIDGET(self->name),
    self->mirror,
    strip_cell(self, CELL_NAME),
    gui_mirror_get_text(self->mirror, strip_cell(self, CELL_NAME)));
}

/* The object. */

static void
strip_watch(GuiStrip *self, unsigned cell, GuiWatch *func)
{
  if (!strip_has(self, cell))
    return;
  gui_mirror_watch(self->mirror, strip_cell(self, cell), func, self);
  func(self, strip_cell(self, cell));
}

static void
strip_unwatch(GuiStrip *self, unsigned cell, GuiWatch *func)
{
  gui_mirror_unwatch(self->mirror, strip_cell(self, cell), func, self);
}

static void
strip_bind(GuiStrip *self, gpointer param, unsigned cell)
{
  gtk_widget_set_visible(param, strip_has(self, cell));
  if (strip_has(self, cell))
    gui_param_bind(param, self->mirror, strip_cell(self, cell));
}

/* What a kind of strip lacks leaves its room free, so that all faders stand
   level; but for the solo, whose neighbour is wider then. */
static void
strip_dress(GuiStrip *self)
{
  char        number[16];
  const Owner owner = (Owner)self->place.owner;

  g_snprintf(number, sizeof number, "%u", self->place.number);
  gtk_label_set_text(
    self->kind,
    params_owner_is_numbered(owner) ? number : params_owner_name(owner));
  if (owner == OWNER_MONITOR) {
    gtk_button_set_label(GTK_BUTTON(self->solo), "Dim");
    strip_bind(self, self->solo, CELL_DIM);
  } else {
    strip_bind(self, self->solo, CELL_SOLO);
  }
  gtk_widget_set_child_visible(GTK_WIDGET(self->meter),
                               strip_has(self, CELL_METER_OUT));
  gtk_widget_set_child_visible(self->peak_button,
                               strip_has(self, CELL_METER_OUT));
  gtk_widget_add_css_class(GTK_WIDGET(self), params_owner_name(owner));
}

static void
gui_strip_dispose(GObject *object)
{
  GuiStrip *self = GUI_STRIP(object);

  if (self->mirror) {
    strip_unwatch(self, CELL_NAME, on_name);
    strip_unwatch(self, CELL_COLOR, on_colour);
    strip_unwatch(self, CELL_FADER, on_level);
    strip_unwatch(self, CELL_BUS_KIND, on_kind);
    strip_unwatch(self, CELL_STATUS, on_status);
    strip_unwatch(self, CELL_CHANNELS, on_channels);
  }
  g_clear_object(&self->mirror);
  g_clear_pointer(&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS(gui_strip_parent_class)->dispose(object);
}

static void
gui_strip_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
  GTK_WIDGET_CLASS(gui_strip_parent_class)->snapshot(widget, snapshot);
  gtk_snapshot_append_color(
    snapshot,
    &GUI_STRIP(widget)->colour,
    &GRAPHENE_RECT_INIT(
      0, 0, (float)gtk_widget_get_width(widget), COLOUR_HEIGHT));
}

static void
gui_strip_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
  GuiStrip *self = GUI_STRIP(widget);

  GTK_WIDGET_CLASS(gui_strip_parent_class)->css_changed(widget, change);
  if (self->mirror)
    on_colour(self, strip_cell(self, CELL_COLOR));
}

static void
gui_strip_bind_children(GtkWidgetClass *klass)
{
  gtk_widget_class_bind_template_child(klass, GuiStrip, box);
  gtk_widget_class_bind_template_child(klass, GuiStrip, name);
  gtk_widget_class_bind_template_child(klass, GuiStrip, kind);
  gtk_widget_class_bind_template_child(klass, GuiStrip, pan);
  gtk_widget_class_bind_template_child(klass, GuiStrip, mute);
  gtk_widget_class_bind_template_child(klass, GuiStrip, solo);
  gtk_widget_class_bind_template_child(klass, GuiStrip, select);
  gtk_widget_class_bind_template_child(klass, GuiStrip, level_button);
  gtk_widget_class_bind_template_child(klass, GuiStrip, level);
  gtk_widget_class_bind_template_child(klass, GuiStrip, peak_button);
  gtk_widget_class_bind_template_child(klass, GuiStrip, peak);
  gtk_widget_class_bind_template_child(klass, GuiStrip, fader);
  gtk_widget_class_bind_template_child(klass, GuiStrip, meter);
  gtk_widget_class_bind_template_callback(klass, on_level_clicked);
  gtk_widget_class_bind_template_callback(klass, on_peak_clicked);
  gtk_widget_class_bind_template_callback(klass, on_select_clicked);
  gtk_widget_class_bind_template_callback(klass, on_pressed);
  gtk_widget_class_bind_template_callback(klass, on_name_pressed);
  gtk_widget_class_bind_template_callback(klass, strip_show_peak);
}

static void
gui_strip_class_init(GuiStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose = gui_strip_dispose;
  widget_class->snapshot         = gui_strip_snapshot;
  widget_class->css_changed      = gui_strip_css_changed;
  g_type_ensure(GUI_TYPE_BAR);
  g_type_ensure(GUI_TYPE_TOGGLE);
  g_type_ensure(GUI_TYPE_READOUT);
  g_type_ensure(GUI_TYPE_FADER);
  g_type_ensure(GUI_TYPE_RULER);
  g_type_ensure(GUI_TYPE_METER);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/consort/gui/strip.ui");
  gui_strip_bind_children(widget_class);
  gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name(widget_class, "strip");
  gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  signals[SIGNAL_SELECTED] = g_signal_new("selected",
                                          GUI_TYPE_STRIP,
                                          G_SIGNAL_RUN_LAST,
                                          0,
                                          NULL,
                                          NULL,
                                          NULL,
                                          G_TYPE_NONE,
                                          0);
}

static void
gui_strip_init(GuiStrip *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  gui_bar_set_wish(self->pan, WISH);
}

GtkWidget *
gui_strip_new(GuiMirror *mirror, Address place)
{
  GuiStrip *self = g_object_new(GUI_TYPE_STRIP, NULL);

  self->mirror = g_object_ref(mirror);
  self->place  = place;
  strip_dress(self);
  gtk_widget_set_child_visible(GTK_WIDGET(self->pan),
                               strip_has(self, CELL_PAN));
  if (strip_has(self, CELL_PAN))
    strip_bind(self, self->pan, CELL_PAN);
  strip_bind(self, self->mute, CELL_MUTE);
  strip_bind(self, self->fader, CELL_FADER);
  strip_watch(self, CELL_NAME, on_name);
  strip_watch(self, CELL_COLOR, on_colour);
  strip_watch(self, CELL_FADER, on_level);
  strip_watch(self, CELL_BUS_KIND, on_kind);
  strip_watch(self, CELL_STATUS, on_status);
  strip_watch(self, CELL_CHANNELS, on_channels);
  strip_show_peak(self);
  return GTK_WIDGET(self);
}

Address
gui_strip_place(GuiStrip *self)
{
  return self->place;
}

void
gui_strip_set_selected(GuiStrip *self, gboolean selected)
{
  gtk_toggle_button_set_active(self->select, selected);
  if (selected)
    gtk_widget_add_css_class(GTK_WIDGET(self), "selected");
  else
    gtk_widget_remove_css_class(GTK_WIDGET(self), "selected");
}

void
gui_strip_focus(GuiStrip *self)
{
  gtk_widget_grab_focus(GTK_WIDGET(self->fader));
}

void
gui_strip_nudge(GuiStrip *self, double steps, gboolean fine)
{
  gui_range_step(GUI_RANGE(self->fader), steps, fine);
}

void
gui_strip_advance(GuiStrip *self, const MeterValues *values, double seconds)
{
  if (gui_meter_advance(self->meter, values, seconds))
    strip_show_peak(self);
}
