/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/meter.h"

#include <math.h>
#include <string.h>

#include "gui/ballistics.h"
#include "gui/fader.h"
#include "gui/palette.h"
#include "gui/scale.h"

enum {
  METER_WIDTH = 18,
  REDUCTION_X = 0,
  REDUCTION_W = 3,
  BAR_X       = 5,
  BAR_W       = 6,
  BAR_GAP     = 1,
  LIGHT_H     = 6,
  HOLD_H      = 2,
};

/* What is on the screen, in pixels above the foot: the meter is painted again
   only when one of these changes. */
typedef struct Shown {
  int  peak[2];
  int  rms[2];
  int  hold[2];
  int  reduction;
  bool over;
} Shown;

struct _GuiMeter {
  GtkWidget     parent_instance;
  GuiPalette    palette;
  GuiBallistics ballistics;
  Shown         shown;
  gboolean      mono;
};

enum { SIGNAL_CLEARED, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(GuiMeter, gui_meter, GTK_TYPE_WIDGET)

static int
meter_travel(GuiMeter *self)
{
  return gtk_widget_get_height(GTK_WIDGET(self)) - 2 * GUI_FADER_INSET;
}

static int
pixels_of(GuiMeter *self, double db)
{
  return (int)lround(gui_scale_of_db(db) * MAX(meter_travel(self), 0));
}

static void
meter_look(GuiMeter *self, Shown *shown)
{
  const GuiBallistics *b = &self->ballistics;

  memset(shown, 0, sizeof *shown);
  for (int side = 0; side < 2; side++) {
    shown->peak[side] = pixels_of(self, b->peak[side]);
    shown->rms[side]  = pixels_of(self, b->rms[side]);
    shown->hold[side] = pixels_of(self, b->hold[side]);
  }
  /* Reduction hangs from the 0 dB mark, on the same scale. */
  shown->reduction = pixels_of(self, 0) - pixels_of(self, -b->reduction);
  shown->over      = b->over;
}

gboolean
gui_meter_advance(GuiMeter *self, const MeterValues *values, double seconds)
{
  const double highest = self->ballistics.highest;
  const bool   over    = self->ballistics.over;
  Shown        shown;

  gui_ballistics_advance(&self->ballistics, values, seconds);
  meter_look(self, &shown);
  if (memcmp(&shown, &self->shown, sizeof shown) != 0) {
    self->shown = shown;
    gtk_widget_queue_draw(GTK_WIDGET(self));
  }
  return self->ballistics.highest != highest || self->ballistics.over != over;
}

void
gui_meter_set_mono(GuiMeter *self, gboolean mono)
{
  self->mono = mono;
  gtk_widget_queue_draw(GTK_WIDGET(self));
}

double
gui_meter_highest(GuiMeter *self)
{
  return self->ballistics.highest;
}

gboolean
gui_meter_is_over(GuiMeter *self)
{
  return self->ballistics.over;
}

void
gui_meter_clear(GuiMeter *self)
{
  gui_ballistics_clear(&self->ballistics);
  meter_look(self, &self->shown);
  gtk_widget_queue_draw(GTK_WIDGET(self));
  g_signal_emit(self, signals[SIGNAL_CLEARED], 0);
}

/* Painting. */

/* Where a bar stands. */
typedef struct Column {
  float x;
  float width;
  float foot;
} Column;

static Column
column_of(GuiMeter *self, int side)
{
  return (Column){
    .x     = (float)(BAR_X + side * (BAR_W + BAR_GAP)),
    .width = self->mono ? 2 * BAR_W + BAR_GAP : BAR_W,
    .foot  = (float)(meter_travel(self) + GUI_FADER_INSET),
  };
}

static void
draw_span(GtkSnapshot   *snapshot,
          const Column  *column,
          int            from,
          int            to,
          const GdkRGBA *colour)
{
  if (to > from)
    gtk_snapshot_append_color(snapshot,
                              colour,
                              &GRAPHENE_RECT_INIT(column->x,
                                                  column->foot - (float)to,
                                                  column->width,
                                                  (float)(to - from)));
}

/* The colours of a level, as far as it reaches. */
static void
draw_level(GuiMeter     *self,
           GtkSnapshot  *snapshot,
           const Column *column,
           int           height,
           float         alpha)
{
  const GuiPalette *palette   = &self->palette;
  const GdkRGBA    *colours[] = {
       &palette->low, &palette->mid, &palette->high, &palette->over
  };
  const int ends[] = { pixels_of(self, -18),
                       pixels_of(self, -6),
                       pixels_of(self, 0),
                       meter_travel(self) };

  for (int i = 0, from = 0; i < 4; from = ends[i++]) {
    const GdkRGBA colour = gui_palette_fade(colours[i], alpha);

    draw_span(snapshot, column, from, MIN(height, ends[i]), &colour);
  }
}

static void
draw_side(GuiMeter *self, GtkSnapshot *snapshot, int side)
{
  const Shown   *shown  = &self->shown;
  const Column   column = column_of(self, side);
  const int      hold   = shown->hold[side];
  const GdkRGBA *mark =
    hold > pixels_of(self, 0) ? &self->palette.over : &self->palette.hold;

  draw_span(snapshot, &column, 0, meter_travel(self), &self->palette.groove);
  draw_level(self, snapshot, &column, shown->peak[side], 0.55f);
  draw_level(self, snapshot, &column, shown->rms[side], 1);
  if (hold > 0)
    draw_span(snapshot, &column, hold - HOLD_H, hold, mark);
}

static void
gui_meter_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
  GuiMeter   *self = GUI_METER(widget);
  const float top =
    (float)(GUI_FADER_INSET + meter_travel(self) - pixels_of(self, 0));

  gtk_snapshot_append_color(
    snapshot,
    self->shown.over ? &self->palette.over : &self->palette.groove,
    &GRAPHENE_RECT_INIT(
      BAR_X, GUI_FADER_INSET - LIGHT_H - 2, 2 * BAR_W + BAR_GAP, LIGHT_H));
  for (int side = 0; side < (self->mono ? 1 : 2); side++)
    draw_side(self, snapshot, side);
  if (self->shown.reduction > 0)
    gtk_snapshot_append_color(
      snapshot,
      &self->palette.reduction,
      &GRAPHENE_RECT_INIT(
        REDUCTION_X, top, REDUCTION_W, (float)self->shown.reduction));
}

static void
gui_meter_measure(GtkWidget     *widget,
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
    orientation == GTK_ORIENTATION_HORIZONTAL ? METER_WIDTH : 0;
  *minimum_baseline = *natural_baseline = -1;
}

static void
gui_meter_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
  GuiMeter *self = GUI_METER(widget);

  GTK_WIDGET_CLASS(gui_meter_parent_class)
    ->size_allocate(widget, width, height, baseline);
  meter_look(self, &self->shown);
}

static void
gui_meter_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS(gui_meter_parent_class)->css_changed(widget, change);
  gui_palette_read(&GUI_METER(widget)->palette, widget);
}

static void
gui_meter_class_init(GuiMeterClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  widget_class->snapshot      = gui_meter_snapshot;
  widget_class->measure       = gui_meter_measure;
  widget_class->size_allocate = gui_meter_size_allocate;
  widget_class->css_changed   = gui_meter_css_changed;
  gtk_widget_class_set_css_name(widget_class, "levelmeter");
  gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_METER);
  signals[SIGNAL_CLEARED] = g_signal_new("cleared",
                                         GUI_TYPE_METER,
                                         G_SIGNAL_RUN_LAST,
                                         0,
                                         NULL,
                                         NULL,
                                         NULL,
                                         G_TYPE_NONE,
                                         0);
}

static void
gui_meter_init(GuiMeter *self)
{
  GtkGesture *click = gtk_gesture_click_new();

  gui_ballistics_init(&self->ballistics);
  g_signal_connect_swapped(click, "pressed", G_CALLBACK(gui_meter_clear), self);
  gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(click));
}
