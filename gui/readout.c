/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/readout.h"

#include <math.h>
#include <string.h>

struct _GuiReadout {
  GtkWidget    parent_instance;
  PangoLayout *layout;
  char        *sample; /* the widest text; property "sample" */
  float        xalign; /* property "xalign" */
};

enum { PROP_0, PROP_SAMPLE, PROP_XALIGN, PROPS };

static GParamSpec *properties[PROPS];

G_DEFINE_FINAL_TYPE(GuiReadout, gui_readout, GTK_TYPE_WIDGET)

static void
gui_readout_measure(GtkWidget     *widget,
                    GtkOrientation orientation,
                    int            for_size,
                    int           *minimum,
                    int           *natural,
                    int           *minimum_baseline,
                    int           *natural_baseline)
{
  GuiReadout  *self = GUI_READOUT(widget);
  PangoLayout *sample =
    gtk_widget_create_pango_layout(widget, self->sample ? self->sample : "");
  int width;
  int height;

  (void)for_size;
  pango_layout_get_pixel_size(sample, &width, &height);
  *minimum = *natural =
    orientation == GTK_ORIENTATION_HORIZONTAL ? width : height;
  *minimum_baseline = *natural_baseline = -1;
  g_object_unref(sample);
}

static void
gui_readout_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
  GuiReadout *self = GUI_READOUT(widget);
  GdkRGBA     colour;
  int         width;
  int         height;
  const int   room_x = gtk_widget_get_width(widget);
  const int   room_y = gtk_widget_get_height(widget);

  gtk_style_context_get_color(gtk_widget_get_style_context(widget), &colour);
  pango_layout_set_width(self->layout, -1);
  pango_layout_get_pixel_size(self->layout, &width, &height);
  if (width > room_x)
    pango_layout_set_width(self->layout, room_x * PANGO_SCALE);
  gtk_snapshot_save(snapshot);
  gtk_snapshot_translate(
    snapshot,
    &GRAPHENE_POINT_INIT(roundf(self->xalign * (float)MAX(room_x - width, 0)),
                         roundf((float)(room_y - height) / 2)));
  gtk_snapshot_append_layout(snapshot, self->layout, &colour);
  gtk_snapshot_restore(snapshot);
}

static void
gui_readout_get_property(GObject    *object,
                         guint       id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  GuiReadout *self = GUI_READOUT(object);

  switch (id) {
  case PROP_SAMPLE:
    g_value_set_string(value, self->sample);
    break;
  case PROP_XALIGN:
    g_value_set_float(value, self->xalign);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void
gui_readout_set_property(GObject      *object,
                         guint         id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  GuiReadout *self = GUI_READOUT(object);

  switch (id) {
  case PROP_SAMPLE:
    g_free(self->sample);
    self->sample = g_value_dup_string(value);
    gtk_widget_queue_resize(GTK_WIDGET(self));
    break;
  case PROP_XALIGN:
    self->xalign = g_value_get_float(value);
    gtk_widget_queue_draw(GTK_WIDGET(self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void
gui_readout_finalize(GObject *object)
{
  GuiReadout *self = GUI_READOUT(object);

  g_clear_object(&self->layout);
  g_free(self->sample);
  G_OBJECT_CLASS(gui_readout_parent_class)->finalize(object);
}

static void
gui_readout_class_init(GuiReadoutClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS(klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  object_class->finalize     = gui_readout_finalize;
  object_class->get_property = gui_readout_get_property;
  object_class->set_property = gui_readout_set_property;
  widget_class->measure      = gui_readout_measure;
  widget_class->snapshot     = gui_readout_snapshot;
  gtk_widget_class_set_css_name(widget_class, "readout");
  gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_LABEL);
  properties[PROP_SAMPLE] = g_param_spec_string(
    "sample", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  properties[PROP_XALIGN] =
    g_param_spec_float("xalign",
                       NULL,
                       NULL,
                       0,
                       1,
                       0.5f,
                       G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties(object_class, PROPS, properties);
}

static void
gui_readout_init(GuiReadout *self)
{
  self->xalign = 0.5f;
  self->layout = gtk_widget_create_pango_layout(GTK_WIDGET(self), "");
  pango_layout_set_ellipsize(self->layout, PANGO_ELLIPSIZE_END);
}

const char *
gui_readout_get(GuiReadout *self)
{
  return pango_layout_get_text(self->layout);
}

void
gui_readout_set(GuiReadout *self, const char *text)
{
  if (!strcmp(text, gui_readout_get(self)))
    return;
  pango_layout_set_text(self->layout, text, -1);
  gtk_accessible_update_property(
    GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw(GTK_WIDGET(self));
}
