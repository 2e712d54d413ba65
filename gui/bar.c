/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/bar.h"

#include <math.h>

#include "gui/scale.h"

enum {
  BAR_HEIGHT  = 22,
  BAR_WIDTH   = 40, /* at least */
  BAR_TRAVEL  = 160,
  BAR_PAD     = 5,
  LINE_HEIGHT = 2,
  MARK_HEIGHT = 5,
};

struct _GuiBar {
  GuiRange     parent_instance;
  PangoLayout *caption;
  PangoLayout *value;
  int          wish; /* width */
};

G_DEFINE_FINAL_TYPE(GuiBar, gui_bar, GUI_TYPE_RANGE)

/* A short bar would be too quick for the hand. */
static double
gui_bar_travel(GuiRange *range)
{
  return MAX(gtk_widget_get_width(GTK_WIDGET(range)), BAR_TRAVEL);
}

static bool
has_caption(const GuiBar *self)
{
  return *pango_layout_get_text(self->caption) != '\0';
}

static void
gui_bar_tapped(GuiRange *range, double x, double y)
{
  const double width = gtk_widget_get_width(GTK_WIDGET(range));

  (void)y;
  if (has_caption(GUI_BAR(range)) && x > width * 0.55)
    gui_range_type(range, NULL);
}

static void
draw_fill(GuiBar *self, GtkSnapshot *snapshot, float width, float height)
{
  GuiRange         *range   = GUI_RANGE(self);
  const GuiPalette *palette = gui_range_palette(range);
  const float       to      = (float)gui_range_fraction(range) * width;
  const float   from   = (float)gui_scale_origin(gui_range_row(range)) * width;
  const GdkRGBA shade  = gui_palette_fade(&palette->accent, 0.25f);
  const float   left   = fminf(from, to);
  const float   filled = fabsf(to - from);

  gtk_snapshot_append_color(
    snapshot, &shade, &GRAPHENE_RECT_INIT(left, 0, filled, height));
  gtk_snapshot_append_color(
    snapshot,
    &palette->accent,
    &GRAPHENE_RECT_INIT(left, height - LINE_HEIGHT, filled, LINE_HEIGHT));
  gtk_snapshot_append_color(
    snapshot,
    &palette->accent,
    &GRAPHENE_RECT_INIT(fminf(fmaxf(to - 1.5f, 0), width - 3),
                        height - MARK_HEIGHT,
                        3,
                        MARK_HEIGHT));
}

static void
draw_text(GtkSnapshot   *snapshot,
          PangoLayout   *layout,
          const GdkRGBA *colour,
          float          x,
          float          height)
{
  int text_height;

  pango_layout_get_pixel_size(layout, NULL, &text_height);
  gtk_snapshot_save(snapshot);
  gtk_snapshot_translate(
    snapshot,
    &GRAPHENE_POINT_INIT(
      x, floorf((height - LINE_HEIGHT - (float)text_height) / 2)));
  gtk_snapshot_append_layout(snapshot, layout, colour);
  gtk_snapshot_restore(snapshot);
}

static void
draw_texts(GuiBar *self, GtkSnapshot *snapshot, float width, float height)
{
  const GuiPalette *palette = gui_range_palette(GUI_RANGE(self));
  char              text[VALUE_TEXT];
  int               value_width;

  value_format(
    gui_range_row(GUI_RANGE(self)), gui_param_get(GUI_PARAM(self)), text);
  pango_layout_set_text(self->value, text, -1);
  pango_layout_get_pixel_size(self->value, &value_width, NULL);
  if (!has_caption(self)) {
    draw_text(snapshot,
              self->value,
              &palette->text,
              floorf((width - (float)value_width) / 2),
              height);
    return;
  }
  pango_layout_set_width(self->caption,
                         PANGO_SCALE *
                           MAX((int)width - value_width - 3 * BAR_PAD, 0));
  draw_text(snapshot, self->caption, &palette->dim, BAR_PAD, height);
  draw_text(snapshot,
            self->value,
            &palette->text,
            width - (float)value_width - BAR_PAD,
            height);
}

static void
gui_bar_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
  GuiBar           *self    = GUI_BAR(widget);
  const GuiPalette *palette = gui_range_palette(GUI_RANGE(widget));
  const float       width   = (float)gtk_widget_get_width(widget);
  const float       height  = (float)gtk_widget_get_height(widget);
  GskRoundedRect    clip;

  if (!gui_range_row(GUI_RANGE(widget)))
    return;
  gsk_rounded_rect_init_from_rect(
    &clip, &GRAPHENE_RECT_INIT(0, 0, width, height), 4);
  gtk_snapshot_push_rounded_clip(snapshot, &clip);
  gtk_snapshot_append_color(
    snapshot, &palette->groove, &GRAPHENE_RECT_INIT(0, 0, width, height));
  draw_fill(self, snapshot, width, height);
  draw_texts(self, snapshot, width, height);
  gtk_snapshot_pop(snapshot);
}

static void
gui_bar_measure(GtkWidget     *widget,
                GtkOrientation orientation,
                int            for_size,
                int           *minimum,
                int           *natural,
                int           *minimum_baseline,
                int           *natural_baseline)
{
  const bool across = orientation == GTK_ORIENTATION_HORIZONTAL;

  (void)for_size;
  *minimum = across ? BAR_WIDTH : BAR_HEIGHT;
  *natural = across ? MAX(BAR_WIDTH, GUI_BAR(widget)->wish) : BAR_HEIGHT;
  *minimum_baseline = *natural_baseline = -1;
}

static void
gui_bar_finalize(GObject *object)
{
  GuiBar *self = GUI_BAR(object);

  g_clear_object(&self->caption);
  g_clear_object(&self->value);
  G_OBJECT_CLASS(gui_bar_parent_class)->finalize(object);
}

static void
gui_bar_class_init(GuiBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->finalize = gui_bar_finalize;
  GUI_RANGE_CLASS(klass)->travel  = gui_bar_travel;
  GUI_RANGE_CLASS(klass)->tapped  = gui_bar_tapped;
  widget_class->snapshot          = gui_bar_snapshot;
  widget_class->measure           = gui_bar_measure;
  gtk_widget_class_set_css_name(widget_class, "bar");
}

static void
gui_bar_init(GuiBar *self)
{
  self->caption = gtk_widget_create_pango_layout(GTK_WIDGET(self), "");
  self->value   = gtk_widget_create_pango_layout(GTK_WIDGET(self), "");
  pango_layout_set_ellipsize(self->caption, PANGO_ELLIPSIZE_END);
}

GtkWidget *
gui_bar_new(void)
{
  return g_object_new(GUI_TYPE_BAR, NULL);
}

void
gui_bar_set_caption(GuiBar *self, const char *caption)
{
  pango_layout_set_text(self->caption, caption ? caption : "", -1);
  gtk_widget_queue_draw(GTK_WIDGET(self));
}

void
gui_bar_set_wish(GuiBar *self, int width)
{
  self->wish = width;
  gtk_widget_queue_resize(GTK_WIDGET(self));
}
