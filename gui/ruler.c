/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/ruler.h"

#include <math.h>

#include "gui/fader.h"
#include "gui/palette.h"
#include "gui/scale.h"

enum { RULER_WIDTH = 22 };

struct _GuiRuler {
  GtkWidget  parent_instance;
  GuiPalette palette;
};

G_DEFINE_FINAL_TYPE(GuiRuler, gui_ruler, GTK_TYPE_WIDGET)

static void
draw_mark(GuiRuler           *self,
          GtkSnapshot        *snapshot,
          PangoLayout        *layout,
          const GuiScaleMark *mark)
{
  const float    width  = (float)gtk_widget_get_width(GTK_WIDGET(self));
  const float    height = (float)gtk_widget_get_height(GTK_WIDGET(self));
  const float    travel = height - 2 * GUI_FADER_INSET;
  const float    y      = roundf(height - GUI_FADER_INSET -
                         (float)gui_scale_of_db(mark->db) * travel);
  const GdkRGBA *colour =
    mark->major ? &self->palette.text : &self->palette.dim;
  PangoRectangle ink;

  pango_layout_set_text(layout, mark->label, -1);
  pango_layout_get_pixel_extents(layout, &ink, NULL);
  gtk_snapshot_save(snapshot);
  gtk_snapshot_translate(
    snapshot,
    &GRAPHENE_POINT_INIT(floorf((width - (float)ink.width) / 2) - (float)ink.x,
                         roundf(y - (float)ink.height / 2) - (float)ink.y));
  gtk_snapshot_append_layout(snapshot, layout, colour);
  gtk_snapshot_restore(snapshot);
}

static void
gui_ruler_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
  size_t              count;
  const GuiScaleMark *marks  = gui_scale_marks(&count);
  PangoLayout        *layout = gtk_widget_create_pango_layout(widget, NULL);

  for (size_t i = 0; i < count; i++)
    draw_mark(GUI_RULER(widget), snapshot, layout, &marks[i]);
  g_object_unref(layout);
}

static void
gui_ruler_measure(GtkWidget     *widget,
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
    orientation == GTK_ORIENTATION_HORIZONTAL ? RULER_WIDTH : 0;
  *minimum_baseline = *natural_baseline = -1;
}

static void
gui_ruler_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS(gui_ruler_parent_class)->css_changed(widget, change);
  gui_palette_read(&GUI_RULER(widget)->palette, widget);
}

static void
gui_ruler_class_init(GuiRulerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  widget_class->snapshot    = gui_ruler_snapshot;
  widget_class->measure     = gui_ruler_measure;
  widget_class->css_changed = gui_ruler_css_changed;
  gtk_widget_class_set_css_name(widget_class, "ruler");
  gtk_widget_class_set_accessible_role(widget_class,
                                       GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
gui_ruler_init(GuiRuler *self)
{
  gtk_widget_set_can_target(GTK_WIDGET(self), FALSE);
}
