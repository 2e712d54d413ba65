/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/range.h"

#include <math.h>

#include "gui/scale.h"
#include "gui/typein.h"

/* A hand that clicks trembles by this much. */
static const double SLACK_PX = 2;
static const double FINE     = 0.1;

typedef struct GuiRangePrivate {
  GuiBond     bond;
  GuiPalette  palette;
  GtkGesture *drag;
  double      virtual_fraction; /* may run past the ends while dragging */
  double      last_x;
  double      last_y;
  bool        moved;    /* the hand left the slack */
  bool        updating; /* the adjustment follows the desk */
} GuiRangePrivate;

static void gui_range_param_init(GuiParamInterface *interface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE(GuiRange,
                                 gui_range,
                                 GTK_TYPE_RANGE,
                                 G_ADD_PRIVATE(GuiRange)
                                   G_IMPLEMENT_INTERFACE(GUI_TYPE_PARAM,
                                                         gui_range_param_init))

static GuiRangePrivate *
priv_of(GuiRange *self)
{
  return gui_range_get_instance_private(self);
}

static bool
is_fine(GtkEventController *controller)
{
  return gtk_event_controller_get_current_event_state(controller) &
         GDK_SHIFT_MASK;
}

static void
range_set_fraction(GuiRange *self, double fraction)
{
  const GuiRangePrivate *priv = priv_of(self);

  gui_param_set(GUI_PARAM(self),
                gui_scale_from_fraction(priv->bond.row, fraction));
}

void
gui_range_step(GuiRange *self, double steps, bool fine)
{
  const GuiRangePrivate *priv = priv_of(self);

  gui_param_set(GUI_PARAM(self),
                gui_scale_step(
                  priv->bond.row, gui_param_get(GUI_PARAM(self)), steps, fine));
}

/* Dragging. */

static void
on_drag_begin(GtkGestureDrag *drag, double x, double y, GuiRange *self)
{
  GuiRangePrivate *priv = priv_of(self);

  (void)x;
  (void)y;
  if (!priv->bond.mirror)
    return;
  priv->moved            = false;
  priv->last_x           = 0;
  priv->last_y           = 0;
  priv->virtual_fraction = gui_range_fraction(self);
  gtk_widget_grab_focus(GTK_WIDGET(self));
  gtk_gesture_set_state(GTK_GESTURE(drag), GTK_EVENT_SEQUENCE_CLAIMED);
}

/* How far the hand went, in pixels towards more: up, and to the right where the
   control lies down. */
static double
hand_moved(GuiRange *self, double dx, double dy)
{
  const bool upright = gtk_orientable_get_orientation(GTK_ORIENTABLE(self)) ==
                       GTK_ORIENTATION_VERTICAL;

  return upright ? -dy : dx - dy;
}

static void
on_drag_update(GtkGestureDrag *drag, double x, double y, GuiRange *self)
{
  GuiRangePrivate *priv = priv_of(self);
  double           part;

  if (!priv->bond.mirror)
    return;
  if (!priv->moved && fabs(x) <= SLACK_PX && fabs(y) <= SLACK_PX)
    return;
  part = hand_moved(self, x - priv->last_x, y - priv->last_y) /
         GUI_RANGE_GET_CLASS(self)->travel(self);
  priv->moved  = true;
  priv->last_x = x;
  priv->last_y = y;
  if (is_fine(GTK_EVENT_CONTROLLER(drag)))
    part *= FINE;
  priv->virtual_fraction += part;
  range_set_fraction(self, priv->virtual_fraction);
}

static void
on_released(GtkGestureClick *click, int n, double x, double y, GuiRange *self)
{
  const GuiRangePrivate *priv  = priv_of(self);
  GuiRangeClass         *klass = GUI_RANGE_GET_CLASS(self);

  (void)click;
  if (!priv->bond.mirror || priv->moved)
    return;
  if (n == 2)
    gui_param_set_default(GUI_PARAM(self));
  else if (n == 1 && klass->tapped)
    klass->tapped(self, x, y);
}

/* Wheel and keys. */

static gboolean
on_scroll(GtkEventControllerScroll *scroll,
          double                    dx,
          double                    dy,
          GuiRange                 *self)
{
  const GuiRangePrivate *priv = priv_of(self);

  if (!priv->bond.mirror)
    return GDK_EVENT_PROPAGATE;
  gui_range_step(self, dx - dy, is_fine(GTK_EVENT_CONTROLLER(scroll)));
  return GDK_EVENT_STOP;
}

/* The steps that a key asks for, 0 for other keys. */
static double
key_steps(GuiRange *self, guint key)
{
  const bool upright = gtk_orientable_get_orientation(GTK_ORIENTABLE(self)) ==
                       GTK_ORIENTATION_VERTICAL;

  switch (key) {
  case GDK_KEY_Up:
  case GDK_KEY_KP_Up:
    return 1;
  case GDK_KEY_Down:
  case GDK_KEY_KP_Down:
    return -1;
  case GDK_KEY_Page_Up:
    return 10;
  case GDK_KEY_Page_Down:
    return -10;
  case GDK_KEY_Right:
    return upright ? 0 : 1;
  case GDK_KEY_Left:
    return upright ? 0 : -1;
  default:
    return 0;
  }
}

static bool
starts_a_number(gunichar c)
{
  return c < 128 && (g_ascii_isdigit(c) || c == '-' || c == '+' || c == '.');
}

static gboolean
on_key(GtkEventControllerKey *controller,
       guint                  key,
       guint                  code,
       GdkModifierType        state,
       GuiRange              *self)
{
  const GuiRangePrivate *priv     = priv_of(self);
  const double           steps    = key_steps(self, key);
  const gunichar         typed    = gdk_keyval_to_unicode(key);
  char                   start[8] = "";

  (void)controller;
  (void)code;
  if (!priv->bond.mirror || state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return GDK_EVENT_PROPAGATE;
  if (steps != 0)
    gui_range_step(self, steps, state & GDK_SHIFT_MASK);
  else if (key == GDK_KEY_Delete || key == GDK_KEY_BackSpace)
    gui_param_set_default(GUI_PARAM(self));
  else if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter)
    gui_range_type(self, NULL);
  else if (starts_a_number(typed)) {
    g_unichar_to_utf8(typed, start);
    gui_range_type(self, start);
  } else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

void
gui_range_type(GuiRange *self, const char *start)
{
  const GuiRangePrivate *priv = priv_of(self);

  gui_typein_open(
    GTK_WIDGET(self), priv->bond.mirror, priv->bond.address, start);
}

/* Following the desk, and hearing of a screen reader's changes. */

static void
gui_range_refresh(GuiParam *param)
{
  GuiRange        *self = GUI_RANGE(param);
  GuiRangePrivate *priv = priv_of(self);
  char             text[VALUE_TEXT];
  const double     value = gui_param_get(param);

  priv->updating = true;
  gtk_range_set_value(GTK_RANGE(self),
                      gui_scale_to_fraction(priv->bond.row, value));
  priv->updating = false;
  value_format(priv->bond.row, value, text);
  gtk_accessible_update_property(
    GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void
gui_range_value_changed(GtkRange *range)
{
  GuiRange              *self = GUI_RANGE(range);
  const GuiRangePrivate *priv = priv_of(self);

  if (priv->bond.mirror && !priv->updating)
    range_set_fraction(self, gtk_range_get_value(range));
}

/* A hand that drags lets go. */
static void
gui_range_leave(GuiParam *param)
{
  GuiRangePrivate *priv = priv_of(GUI_RANGE(param));

  gtk_event_controller_reset(GTK_EVENT_CONTROLLER(priv->drag));
}

static GuiBond *
gui_range_bond(GuiParam *param)
{
  return &priv_of(GUI_RANGE(param))->bond;
}

static void
gui_range_param_init(GuiParamInterface *interface)
{
  interface->bond    = gui_range_bond;
  interface->refresh = gui_range_refresh;
  interface->leave   = gui_range_leave;
}

double
gui_range_fraction(GuiRange *self)
{
  const GuiRangePrivate *priv = priv_of(self);

  return priv->bond.mirror ? gui_scale_to_fraction(
                               priv->bond.row, gui_param_get(GUI_PARAM(self)))
                           : 0;
}

const ParamRow *
gui_range_row(GuiRange *self)
{
  return priv_of(self)->bond.row;
}

const GuiPalette *
gui_range_palette(GuiRange *self)
{
  return &priv_of(self)->palette;
}

/* The object. */

static void
gui_range_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS(gui_range_parent_class)->css_changed(widget, change);
  gui_palette_read(&priv_of(GUI_RANGE(widget))->palette, widget);
}

static void
gui_range_dispose(GObject *object)
{
  gui_param_unbind(GUI_PARAM(object));
  G_OBJECT_CLASS(gui_range_parent_class)->dispose(object);
}

/* GtkRange takes its adjustment when it is constructed, not before. */
static void
gui_range_constructed(GObject *object)
{
  G_OBJECT_CLASS(gui_range_parent_class)->constructed(object);
  gtk_range_set_adjustment(GTK_RANGE(object),
                           gtk_adjustment_new(0, 0, 1, 0.01, 0.1, 0));
}

static void
gui_range_class_init(GuiRangeClass *klass)
{
  G_OBJECT_CLASS(klass)->constructed    = gui_range_constructed;
  G_OBJECT_CLASS(klass)->dispose        = gui_range_dispose;
  GTK_WIDGET_CLASS(klass)->css_changed  = gui_range_css_changed;
  GTK_RANGE_CLASS(klass)->value_changed = gui_range_value_changed;
}

static void
silence_parent(GtkWidget *widget)
{
  GListModel *controllers = gtk_widget_observe_controllers(widget);

  for (guint i = 0; i < g_list_model_get_n_items(controllers); i++) {
    GtkEventController *controller = g_list_model_get_item(controllers, i);

    gtk_event_controller_set_propagation_phase(controller, GTK_PHASE_NONE);
    g_object_unref(controller);
  }
  g_object_unref(controllers);
}

static void
add_pointer(GuiRange *self)
{
  GtkWidget          *widget = GTK_WIDGET(self);
  GtkGesture         *drag   = gtk_gesture_drag_new();
  GtkGesture         *click  = gtk_gesture_click_new();
  GtkEventController *scroll =
    gtk_event_controller_scroll_new(GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  g_signal_connect(drag, "drag-begin", G_CALLBACK(on_drag_begin), self);
  g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), self);
  g_signal_connect(click, "released", G_CALLBACK(on_released), self);
  g_signal_connect(scroll, "scroll", G_CALLBACK(on_scroll), self);
  priv_of(self)->drag = drag;
  gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(drag));
  gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));
  gtk_widget_add_controller(widget, scroll);
  gtk_gesture_group(click, drag);
}

static void
gui_range_init(GuiRange *self)
{
  GtkEventController *keys = gtk_event_controller_key_new();

  silence_parent(GTK_WIDGET(self));
  add_pointer(self);
  g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
  gtk_widget_add_controller(GTK_WIDGET(self), keys);
  gtk_widget_set_focusable(GTK_WIDGET(self), TRUE);
}
