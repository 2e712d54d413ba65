/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/glyph.h"

#include <math.h>

enum { GLYPH_SIZE = 16 };

struct _GuiGlyph {
  GtkWidget     parent_instance;
  GuiGlyphShape shape; /* property "shape" */
};

enum { PROP_0, PROP_SHAPE, PROPS };

static GParamSpec *properties[PROPS];

G_DEFINE_FINAL_TYPE(GuiGlyph, gui_glyph, GTK_TYPE_WIDGET)

GType
gui_glyph_shape_get_type(void)
{
  static gsize            type     = 0;
  static const GEnumValue values[] = {
    { GUI_GLYPH_PLAY, "GUI_GLYPH_PLAY", "play" },
    { GUI_GLYPH_STOP, "GUI_GLYPH_STOP", "stop" },
    { GUI_GLYPH_START, "GUI_GLYPH_START", "start" },
    { GUI_GLYPH_LOOP, "GUI_GLYPH_LOOP", "loop" },
    { GUI_GLYPH_MENU, "GUI_GLYPH_MENU", "menu" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter(&type))
    g_once_init_leave(&type, g_enum_register_static("GuiGlyphShape", values));
  return type;
}

static void
draw_triangle(cairo_t *cr, double base, double tip)
{
  cairo_move_to(cr, base, 2);
  cairo_line_to(cr, tip, 8);
  cairo_line_to(cr, base, 14);
  cairo_close_path(cr);
  cairo_fill(cr);
}

/* A ring with a gap and the head of an arrow at it. */
static void
draw_loop(cairo_t *cr)
{
  const double gap = M_PI / 4;

  cairo_set_line_width(cr, 2);
  cairo_arc(cr, 8, 8.5, 5.5, -M_PI / 2 + gap, 1.5 * M_PI);
  cairo_stroke(cr);
  cairo_move_to(cr, 7, -0.5);
  cairo_line_to(cr, 12, 3);
  cairo_line_to(cr, 7, 6.5);
  cairo_close_path(cr);
  cairo_fill(cr);
}

static void
draw_shape(cairo_t *cr, GuiGlyphShape shape)
{
  switch (shape) {
  case GUI_GLYPH_PLAY:
    draw_triangle(cr, 3, 14);
    break;
  case GUI_GLYPH_STOP:
    cairo_rectangle(cr, 3, 3, 10, 10);
    cairo_fill(cr);
    break;
  case GUI_GLYPH_START:
    cairo_rectangle(cr, 2, 2, 2.5, 12);
    cairo_fill(cr);
    draw_triangle(cr, 14, 4.5);
    break;
  case GUI_GLYPH_LOOP:
    draw_loop(cr);
    break;
  case GUI_GLYPH_MENU:
    for (int i = 0; i < 3; i++)
      cairo_rectangle(cr, 2, 3 + 4 * i, 12, 2);
    cairo_fill(cr);
    break;
  }
}

static void
gui_glyph_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
  const float width  = (float)gtk_widget_get_width(widget);
  const float height = (float)gtk_widget_get_height(widget);
  GdkRGBA     colour;
  cairo_t    *cr = gtk_snapshot_append_cairo(
    snapshot, &GRAPHENE_RECT_INIT(0, 0, width, height));

  gtk_style_context_get_color(gtk_widget_get_style_context(widget), &colour);
  gdk_cairo_set_source_rgba(cr, &colour);
  cairo_translate(cr,
                  floor((double)(width - GLYPH_SIZE) / 2),
                  floor((double)(height - GLYPH_SIZE) / 2));
  draw_shape(cr, GUI_GLYPH(widget)->shape);
  cairo_destroy(cr);
}

static void
gui_glyph_measure(GtkWidget     *widget,
                  GtkOrientation orientation,
                  int            for_size,
                  int           *minimum,
                  int           *natural,
                  int           *minimum_baseline,
                  int           *natural_baseline)
{
  (void)widget;
  (void)orientation;
  (void)for_size;
  *minimum = *natural = GLYPH_SIZE;
  *minimum_baseline = *natural_baseline = -1;
}

static void
gui_glyph_get_property(GObject    *object,
                       guint       id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  if (id == PROP_SHAPE)
    g_value_set_enum(value, (int)GUI_GLYPH(object)->shape);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void
gui_glyph_set_property(GObject      *object,
                       guint         id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  if (id != PROP_SHAPE) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    return;
  }
  GUI_GLYPH(object)->shape = (GuiGlyphShape)g_value_get_enum(value);
  gtk_widget_queue_draw(GTK_WIDGET(object));
}

static void
gui_glyph_class_init(GuiGlyphClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS(klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  object_class->get_property = gui_glyph_get_property;
  object_class->set_property = gui_glyph_set_property;
  widget_class->snapshot     = gui_glyph_snapshot;
  widget_class->measure      = gui_glyph_measure;
  gtk_widget_class_set_css_name(widget_class, "glyph");
  gtk_widget_class_set_accessible_role(widget_class,
                                       GTK_ACCESSIBLE_ROLE_PRESENTATION);
  properties[PROP_SHAPE] =
    g_param_spec_enum("shape",
                      NULL,
                      NULL,
                      GUI_TYPE_GLYPH_SHAPE,
                      GUI_GLYPH_PLAY,
                      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties(object_class, PROPS, properties);
}

static void
gui_glyph_init(GuiGlyph *self)
{
  (void)self;
}
