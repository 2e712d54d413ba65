/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/fader.h"

#include <math.h>

#include "gui/scale.h"

enum {
  FADER_WIDTH  = 24,
  FADER_HEIGHT = 200, /* at least */
  CAP_WIDTH    = 20,
  CAP_HEIGHT   = 2 * GUI_FADER_INSET,
  GROOVE_WIDTH = 4,
};

struct _GuiFader {
  GuiRange parent_instance;
};

G_DEFINE_FINAL_TYPE(GuiFader, gui_fader, GUI_TYPE_RANGE)

static double
gui_fader_travel(GuiRange *range)
{
  return MAX(gtk_widget_get_height(GTK_WIDGET(range)) - CAP_HEIGHT, 1);
}

static void
draw_rounded(GtkSnapshot    *snapshot,
             graphene_rect_t rect,
             float           radius,
             const GdkRGBA  *colour)
{
  GskRoundedRect clip;

  gsk_rounded_rect_init_from_rect(&clip, &rect, radius);
  gtk_snapshot_push_rounded_clip(snapshot, &clip);
  gtk_snapshot_append_color(snapshot, colour, &rect);
  gtk_snapshot_pop(snapshot);
}

static void
draw_groove(GuiFader *self, GtkSnapshot *snapshot, float width, float cap_y)
{
  const GuiPalette *palette = gui_range_palette(GUI_RANGE(self));
  const float       x       = (width - GROOVE_WIDTH) / 2;
  const float       height  = (float)gtk_widget_get_height(GTK_WIDGET(self));
  const float       foot    = height - GUI_FADER_INSET;

  draw_rounded(
    snapshot,
    GRAPHENE_RECT_INIT(x, GUI_FADER_INSET, GROOVE_WIDTH, height - CAP_HEIGHT),
    GROOVE_WIDTH / 2,
    &palette->groove);
  gtk_snapshot_append_color(
    snapshot,
    &palette->accent,
    &GRAPHENE_RECT_INIT(x + 1, cap_y, GROOVE_WIDTH - 2, foot - cap_y));
}

/* Ticks on both sides of the groove; what they mean stands on the ruler. */
static void
draw_ticks(GuiFader *self, GtkSnapshot *snapshot, float width)
{
  const GuiPalette   *palette = gui_range_palette(GUI_RANGE(self));
  const float         travel  = (float)gui_fader_travel(GUI_RANGE(self));
  size_t              count;
  const GuiScaleMark *marks = gui_scale_marks(&count);

  for (size_t i = 0; i < count; i++) {
    const float   y = roundf(GUI_FADER_INSET +
                           (1 - (float)gui_scale_of_db(marks[i].db)) * travel);
    const GdkRGBA colour =
      gui_palette_fade(&palette->dim, marks[i].major ? 1 : 0.45f);

    gtk_snapshot_append_color(
      snapshot, &colour, &GRAPHENE_RECT_INIT(2, y - 0.5f, width - 4, 1));
  }
}

static void
draw_cap(GuiFader *self, GtkSnapshot *snapshot, float width, float cap_y)
{
  const GuiPalette *palette = gui_range_palette(GUI_RANGE(self));
  const float       x       = (width - CAP_WIDTH) / 2;
  const float       y       = cap_y - GUI_FADER_INSET;
  const GdkRGBA     shade   = gui_palette_fade(&palette->cap_line, 0.25f);

  draw_rounded(snapshot,
               GRAPHENE_RECT_INIT(x, y, CAP_WIDTH, CAP_HEIGHT),
               3,
               &palette->cap);
  for (int i = -2; i <= 2; i++)
    if (i)
      gtk_snapshot_append_color(
        snapshot,
        &shade,
        &GRAPHENE_RECT_INIT(
          x + 3, cap_y + 4 * (float)i - 0.5f, CAP_WIDTH - 6, 1));
  gtk_snapshot_append_color(snapshot,
                            &palette->cap_line,
                            &GRAPHENE_RECT_INIT(x, cap_y - 1, CAP_WIDTH, 2));
}

static void
gui_fader_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
  GuiFader   *self   = GUI_FADER(widget);
  GuiRange   *range  = GUI_RANGE(widget);
  const float width  = (float)gtk_widget_get_width(widget);
  const float height = (float)gtk_widget_get_height(widget);
  const float cap_y =
    height - GUI_FADER_INSET -
    (float)(gui_range_fraction(range) * gui_fader_travel(range));

  draw_ticks(self, snapshot, width);
  draw_groove(self, snapshot, width, cap_y);
  draw_cap(self, snapshot, width, cap_y);
}

static void
gui_fader_measure(GtkWidget     *widget,
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
    orientation == GTK_ORIENTATION_HORIZONTAL ? FADER_WIDTH : FADER_HEIGHT;
  *minimum_baseline = *natural_baseline = -1;
}

static void
gui_fader_class_init(GuiFaderClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  GUI_RANGE_CLASS(klass)->travel = gui_fader_travel;
  widget_class->snapshot         = gui_fader_snapshot;
  widget_class->measure          = gui_fader_measure;
  gtk_widget_class_set_css_name(widget_class, "fader");
}

static void
gui_fader_init(GuiFader *self)
{
  gtk_orientable_set_orientation(GTK_ORIENTABLE(self),
                                 GTK_ORIENTATION_VERTICAL);
}
