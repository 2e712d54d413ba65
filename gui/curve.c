/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/curve.h"

#include <math.h>

#include "engine/dsp/design.h"
#include "gui/palette.h"
#include "gui/scale.h"

enum {
  CURVE_WIDTH  = 200, /* at least */
  CURVE_HEIGHT = 90,
  MAX_POINTS   = 512,
  CUT_SECTIONS = 2,
  MAX_SECTIONS = EQ_BANDS + 2 * CUT_SECTIONS,
  LABEL_PAD    = 3,
  DOT_RADIUS   = 7,
  REACH        = 14, /* how near to a dot a hand must be */
};

static const double LOWEST_HZ  = 20;
static const double HIGHEST_HZ = 20000;
static const double RANGE_DB   = 20; /* up and down */

struct _GuiCurve {
  GtkWidget  parent_instance;
  GuiMirror *mirror;
  GuiPalette palette;
  Address    place;
  bool       shown;

  int    held;      /* the band under the hand; -1: none */
  double held_part; /* where the hand has it: of the width, and in dB */
  double held_db;
  double last_x; /* of the drag */
  double last_y;
  double pointer_x;
  double pointer_y;
};

G_DEFINE_FINAL_TYPE(GuiCurve, gui_curve, GTK_TYPE_WIDGET)

/* The cells that bend the curve: those of the filters and of the EQ stand
   together in the table. */
typedef struct Span {
  unsigned first, last;
} Span;

static const Span spans[] = {
  { CELL_HPF_ON, CELL_LPF_SLOPE },
  { CELL_EQ_ON, CELL_EQ_Q_LAST },
};

static double
curve_get(GuiCurve *self, unsigned cell)
{
  Address address = self->place;

  address.cell = (uint16_t)cell;
  return gui_mirror_get(self->mirror, address);
}

static double
curve_rate(GuiCurve *self)
{
  return gui_mirror_get(self->mirror, (Address){ OWNER_DESK, 0, CELL_RATE });
}

/* The sections that are on; returns how many. */

static size_t
add_cut(GuiCurve *self, SvfCoefs *sections, bool highpass, double rate)
{
  static const int slopes[] = { 6, 12, 18, 24 };
  const unsigned   on       = highpass ? CELL_HPF_ON : CELL_LPF_ON;
  const unsigned   freq     = highpass ? CELL_HPF_FREQ : CELL_LPF_FREQ;
  const unsigned   slope    = highpass ? CELL_HPF_SLOPE : CELL_LPF_SLOPE;

  if (curve_get(self, on) < 1)
    return 0;
  design_cut(sections,
             highpass,
             curve_get(self, freq),
             slopes[(int)curve_get(self, slope)],
             rate);
  return CUT_SECTIONS;
}

static size_t
add_bands(GuiCurve *self, SvfCoefs *sections, double rate)
{
  size_t count = 0;

  if (curve_get(self, CELL_EQ_ON) < 1)
    return 0;
  for (unsigned i = 0; i < EQ_BANDS; i++)
    if (curve_get(self, CELL_EQ_BAND_ON + i) > 0)
      design_band(&sections[count++],
                  (enum BandType)curve_get(self, CELL_EQ_TYPE + i),
                  curve_get(self, CELL_EQ_FREQ + i),
                  curve_get(self, CELL_EQ_GAIN + i),
                  curve_get(self, CELL_EQ_Q + i),
                  rate);
  return count;
}

static size_t
curve_sections(GuiCurve *self, SvfCoefs sections[MAX_SECTIONS], double rate)
{
  size_t count = add_cut(self, sections, true, rate);

  count += add_cut(self, sections + count, false, rate);
  return count + add_bands(self, sections + count, rate);
}

static double
hz_at(double part)
{
  return LOWEST_HZ * pow(HIGHEST_HZ / LOWEST_HZ, part);
}

static double
part_of_hz(double hz)
{
  return log(hz / LOWEST_HZ) / log(HIGHEST_HZ / LOWEST_HZ);
}

static double
y_of_db(double db, double height)
{
  return height * (0.5 - db / (2 * RANGE_DB));
}

static double
band_x(GuiCurve *self, unsigned band, double width)
{
  return part_of_hz(curve_get(self, CELL_EQ_FREQ + band)) * width;
}

static double
band_y(GuiCurve *self, unsigned band, double height)
{
  return y_of_db(curve_get(self, CELL_EQ_GAIN + band), height);
}

/* Painting. */

static void
draw_label(GuiCurve    *self,
           GtkSnapshot *snapshot,
           const char  *text,
           double       x,
           double       y)
{
  PangoLayout *layout = gtk_widget_create_pango_layout(GTK_WIDGET(self), text);

  gtk_snapshot_save(snapshot);
  gtk_snapshot_translate(snapshot, &GRAPHENE_POINT_INIT((float)x, (float)y));
  gtk_snapshot_append_layout(snapshot, layout, &self->palette.dim);
  gtk_snapshot_restore(snapshot);
  g_object_unref(layout);
}

static void
draw_frequencies(GuiCurve *self, GtkSnapshot *snapshot, double w, double h)
{
  static const struct {
    double      hz;
    const char *label;
  } marks[] = {
    { 50, "50" },   { 100, "100" }, { 200, "200" }, { 500, "500" },
    { 1000, "1k" }, { 2000, "2k" }, { 5000, "5k" }, { 10000, "10k" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
    const double x = round(part_of_hz(marks[i].hz) * w);

    gtk_snapshot_append_color(snapshot,
                              &self->palette.line,
                              &GRAPHENE_RECT_INIT((float)x, 0, 1, (float)h));
    draw_label(self, snapshot, marks[i].label, x + LABEL_PAD, h - 14);
  }
}

static void
draw_levels(GuiCurve *self, GtkSnapshot *snapshot, double w, double h)
{
  for (int db = -12; db <= 12; db += 6) {
    const double y = round(y_of_db(db, h));
    char         label[8];

    gtk_snapshot_append_color(snapshot,
                              db ? &self->palette.line : &self->palette.dim,
                              &GRAPHENE_RECT_INIT(0, (float)y, (float)w, 1));
    g_snprintf(label, sizeof label, db ? "%+d" : "0", db);
    if (db % 12 == 0)
      draw_label(self, snapshot, label, LABEL_PAD, y - (db < 0 ? 13 : 0));
  }
}

static void
curve_compute(GuiCurve *self, size_t points, float db[MAX_POINTS])
{
  const double rate = curve_rate(self);
  SvfCoefs     sections[MAX_SECTIONS];
  const size_t count = curve_sections(self, sections, rate);

  for (size_t i = 0; i < points; i++) {
    const double hz =
      fmin(hz_at((double)i / (double)(points - 1)), rate * 0.499);
    double gain = 1;

    for (size_t s = 0; s < count; s++)
      gain *= design_magnitude(&sections[s], hz, rate);
    db[i] = (float)value_gain_to_db(gain);
  }
}

static void
draw_line(GuiCurve *self, cairo_t *cr, double w, double h)
{
  const size_t  points = (size_t)CLAMP((int)w / 2, 2, MAX_POINTS);
  const GdkRGBA shade  = gui_palette_fade(&self->palette.accent, 0.15f);
  float         db[MAX_POINTS];

  curve_compute(self, points, db);
  for (size_t i = 0; i < points; i++)
    cairo_line_to(cr,
                  w * (double)i / (double)(points - 1),
                  fmin(fmax(y_of_db((double)db[i], h), -4), h + 4));
  gdk_cairo_set_source_rgba(cr, &self->palette.accent);
  cairo_set_line_width(cr, 2);
  cairo_stroke_preserve(cr);
  cairo_line_to(cr, w, y_of_db(0, h));
  cairo_line_to(cr, 0, y_of_db(0, h));
  gdk_cairo_set_source_rgba(cr, &shade);
  cairo_fill(cr);
}

/* A numbered dot for each band, so that the columns below can be found. */
static void
draw_bands(GuiCurve *self, cairo_t *cr, double w, double h)
{
  const bool lit = curve_get(self, CELL_EQ_ON) > 0;

  for (unsigned i = 0; i < EQ_BANDS; i++) {
    const double x  = band_x(self, i, w);
    const double y  = band_y(self, i, h);
    const bool   on = lit && curve_get(self, CELL_EQ_BAND_ON + i) > 0;
    char         number[12];

    gdk_cairo_set_source_rgba(cr,
                              on ? &self->palette.accent : &self->palette.dim);
    cairo_arc(cr, x, y, DOT_RADIUS, 0, 2 * M_PI);
    cairo_fill(cr);
    g_snprintf(number, sizeof number, "%u", i + 1);
    gdk_cairo_set_source_rgba(cr, &self->palette.groove);
    cairo_set_font_size(cr, 10);
    cairo_move_to(cr, x - 3, y + 3.5);
    cairo_show_text(cr, number);
  }
}

static void
gui_curve_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
  GuiCurve             *self = GUI_CURVE(widget);
  const double          w    = gtk_widget_get_width(widget);
  const double          h    = gtk_widget_get_height(widget);
  const graphene_rect_t all  = GRAPHENE_RECT_INIT(0, 0, (float)w, (float)h);
  GskRoundedRect        clip;
  cairo_t              *cr;

  gsk_rounded_rect_init_from_rect(&clip, &all, 4);
  gtk_snapshot_push_rounded_clip(snapshot, &clip);
  gtk_snapshot_append_color(snapshot, &self->palette.groove, &all);
  draw_frequencies(self, snapshot, w, h);
  draw_levels(self, snapshot, w, h);
  if (self->shown) {
    cr = gtk_snapshot_append_cairo(snapshot, &all);
    draw_line(self, cr, w, h);
    draw_bands(self, cr, w, h);
    cairo_destroy(cr);
  }
  gtk_snapshot_pop(snapshot);
}

static void
gui_curve_measure(GtkWidget     *widget,
                  GtkOrientation orientation,
                  int            for_size,
                  int           *minimum,
                  int           *natural,
                  int           *minimum_baseline,
                  int           *natural_baseline)
{
  (void)widget;
  (void)for_size;
  *minimum = *natural =
    orientation == GTK_ORIENTATION_HORIZONTAL ? CURVE_WIDTH : CURVE_HEIGHT;
  *minimum_baseline = *natural_baseline = -1;
}

/* Under the hand. */

/* The band whose dot is nearest, within reach; -1 where none is. */
static int
curve_pick(GuiCurve *self, double x, double y)
{
  const double w       = gtk_widget_get_width(GTK_WIDGET(self));
  const double h       = gtk_widget_get_height(GTK_WIDGET(self));
  double       nearest = REACH;
  int          picked  = -1;

  for (unsigned i = 0; self->shown && i < EQ_BANDS; i++) {
    const double away = hypot(x - band_x(self, i, w), y - band_y(self, i, h));

    if (away < nearest) {
      nearest = away;
      picked  = (int)i;
    }
  }
  return picked;
}

static void
band_set(GuiCurve *self, unsigned first, int band, double value)
{
  const ParamRow *row     = params_of_cell(first);
  Address         address = self->place;

  address.cell = (uint16_t)(first + (unsigned)band);
  gui_mirror_set(self->mirror, address, fmin(fmax(value, row->min), row->max));
}

static void
on_drag_begin(GtkGestureDrag *drag, double x, double y, GuiCurve *self)
{
  self->held = curve_pick(self, x, y);
  if (self->held < 0) {
    gtk_gesture_set_state(GTK_GESTURE(drag), GTK_EVENT_SEQUENCE_DENIED);
    return;
  }
  self->held_part =
    part_of_hz(curve_get(self, CELL_EQ_FREQ + (unsigned)self->held));
  self->held_db = curve_get(self, CELL_EQ_GAIN + (unsigned)self->held);
  self->last_x = self->last_y = 0;
}

static void
on_drag_update(GtkGestureDrag *drag, double x, double y, GuiCurve *self)
{
  const double w = gtk_widget_get_width(GTK_WIDGET(self));
  const double h = gtk_widget_get_height(GTK_WIDGET(self));
  const double fine =
    gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(drag)) &
        GDK_SHIFT_MASK
      ? 0.1
      : 1;

  if (self->held < 0)
    return;
  self->held_part += fine * (x - self->last_x) / w;
  self->held_db -= fine * (y - self->last_y) / h * 2 * RANGE_DB;
  self->last_x = x;
  self->last_y = y;
  band_set(self, CELL_EQ_FREQ, self->held, hz_at(self->held_part));
  band_set(self, CELL_EQ_GAIN, self->held, self->held_db);
}

static void
on_pressed(GtkGestureClick *click,
           int              presses,
           double           x,
           double           y,
           GuiCurve        *self)
{
  const int band = curve_pick(self, x, y);

  (void)click;
  if (presses == 2 && band >= 0)
    band_set(self, CELL_EQ_GAIN, band, 0);
}

static void
on_motion(GtkEventControllerMotion *motion, double x, double y, GuiCurve *self)
{
  (void)motion;
  self->pointer_x = x;
  self->pointer_y = y;
}

static gboolean
on_scroll(GtkEventControllerScroll *scroll,
          double                    dx,
          double                    dy,
          GuiCurve                 *self)
{
  const int  band = curve_pick(self, self->pointer_x, self->pointer_y);
  const bool fine =
    gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(scroll)) &
    GDK_SHIFT_MASK;

  if (band < 0)
    return GDK_EVENT_PROPAGATE;
  band_set(self,
           CELL_EQ_Q,
           band,
           gui_scale_step(params_row(ROW_EQ_Q),
                          curve_get(self, CELL_EQ_Q + (unsigned)band),
                          2 * (dx - dy),
                          fine));
  return GDK_EVENT_STOP;
}

/* Following the desk. */

static void
on_bent(gpointer self, Address address)
{
  (void)address;
  gtk_widget_queue_draw(self);
}

typedef void Watching(GuiMirror *, Address, GuiWatch *, gpointer);

static void
curve_each(GuiCurve *self, Watching *watching)
{
  Address address = self->place;

  for (size_t i = 0; i < G_N_ELEMENTS(spans); i++)
    for (unsigned cell = spans[i].first; cell <= spans[i].last; cell++) {
      address.cell = (uint16_t)cell;
      watching(self->mirror, address, on_bent, self);
    }
}

static void
curve_let_go(GuiCurve *self)
{
  if (self->shown)
    curve_each(self, gui_mirror_unwatch);
  self->shown = false;
}

void
gui_curve_show(GuiCurve *self, Address place)
{
  curve_let_go(self);
  self->place = place;
  self->shown = params_owner_has((Owner)place.owner, CELL_EQ_ON);
  if (self->shown)
    curve_each(self, gui_mirror_watch);
  gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void
gui_curve_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS(gui_curve_parent_class)->css_changed(widget, change);
  gui_palette_read(&GUI_CURVE(widget)->palette, widget);
}

static void
gui_curve_dispose(GObject *object)
{
  GuiCurve *self = GUI_CURVE(object);

  curve_let_go(self);
  g_clear_object(&self->mirror);
  G_OBJECT_CLASS(gui_curve_parent_class)->dispose(object);
}

static void
gui_curve_class_init(GuiCurveClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose = gui_curve_dispose;
  widget_class->snapshot         = gui_curve_snapshot;
  widget_class->measure          = gui_curve_measure;
  widget_class->css_changed      = gui_curve_css_changed;
  gtk_widget_class_set_css_name(widget_class, "curve");
  gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
add_hand(GuiCurve *self)
{
  GtkWidget          *widget = GTK_WIDGET(self);
  GtkGesture         *drag   = gtk_gesture_drag_new();
  GtkGesture         *click  = gtk_gesture_click_new();
  GtkEventController *motion = gtk_event_controller_motion_new();
  GtkEventController *scroll =
    gtk_event_controller_scroll_new(GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  g_signal_connect(drag, "drag-begin", G_CALLBACK(on_drag_begin), self);
  g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), self);
  g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
  g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
  g_signal_connect(scroll, "scroll", G_CALLBACK(on_scroll), self);
  gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(drag));
  gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));
  gtk_widget_add_controller(widget, motion);
  gtk_widget_add_controller(widget, scroll);
  gtk_gesture_group(click, drag);
}

static void
gui_curve_init(GuiCurve *self)
{
  self->held = -1;
  add_hand(self);
  gtk_accessible_update_property(GTK_ACCESSIBLE(self),
                                 GTK_ACCESSIBLE_PROPERTY_LABEL,
                                 "Frequency response",
                                 -1);
}

GtkWidget *
gui_curve_new(GuiMirror *mirror)
{
  GuiCurve *self = g_object_new(GUI_TYPE_CURVE, NULL);

  self->mirror = g_object_ref(mirror);
  return GTK_WIDGET(self);
}
