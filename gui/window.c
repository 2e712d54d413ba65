/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/window.h"

#include "gui/banks.h"
#include "gui/files.h"
#include "gui/palette.h"
#include "gui/panel.h"
#include "gui/topbar.h"

/* Long enough to read a sentence twice. */
enum { NOTICE_US = 20 * 1000 * 1000 };

/* Meters move once in so many frames: as smooth to the eye as every frame, and
   half the painting. */
enum { METER_FRAMES = 2 };

/* After a window was hidden its meters need not catch up. */
static const double LONGEST_FRAME_S = 0.5;

struct _GuiWindow {
  GtkApplicationWindow parent_instance;
  GuiMirror           *mirror;
  GuiTopbar           *topbar;
  GuiBanks            *banks;
  GuiPanel            *panel;
  GtkRevealer         *notice_bar;
  GtkLabel            *notice;

  gint64 now; /* of the frame */

  gint64 last_meters;

  gint64   notice_until;
  unsigned notice_serial;
  bool     dcas;
};

/* "dcas": the bank beside the inputs holds the DCAs, not the buses. */
enum { PROP_0, PROP_DCAS, PROPS };

G_DEFINE_FINAL_TYPE(GuiWindow, gui_window, GTK_TYPE_APPLICATION_WINDOW)

static void
on_dismiss(GuiWindow *self)
{
  self->notice_until = 0;
  gtk_revealer_set_reveal_child(self->notice_bar, FALSE);
}

/* Once a frame. */

static void
window_move_meters(GuiWindow *self, gint64 now)
{
  const double seconds = (double)(now - self->last_meters) * 1e-6;

  self->last_meters = now;
  gui_banks_advance(self->banks, CLAMP(seconds, 0, LONGEST_FRAME_S));
}

static gboolean
on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GuiWindow *self = GUI_WINDOW(widget);

  (void)data;
  self->now = gdk_frame_clock_get_frame_time(clock);
  gui_mirror_drain(self->mirror);
  if (gdk_frame_clock_get_frame_counter(clock) % METER_FRAMES == 0)
    window_move_meters(self, self->now);
  if (self->notice_until && self->now > self->notice_until)
    on_dismiss(self);
  return G_SOURCE_CONTINUE;
}

/* Notices. */

static void
window_show_notice(GuiWindow *self, const Status *status)
{
  char *text;

  if (status->notice_serial == self->notice_serial)
    return;
  self->notice_serial = status->notice_serial;
  if (!*status->notice)
    return;
  text = g_utf8_make_valid(status->notice, -1);
  gtk_label_set_text(self->notice, text);
  gtk_revealer_set_reveal_child(self->notice_bar, TRUE);
  self->notice_until = self->now + NOTICE_US;
  g_free(text);
}

static void
on_status(GuiWindow *self)
{
  window_show_notice(self, gui_mirror_status(self->mirror));
}

/* Actions. */

static void
action_save(GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void)name;
  (void)parameter;
  gui_mirror_ask(GUI_WINDOW(widget)->mirror, COMMAND_SAVE, OWNER_DESK, 0, NULL);
}

static void
action_files(GtkWidget *widget, const char *name, GVariant *parameter)
{
  GuiMirror *mirror = GUI_WINDOW(widget)->mirror;

  (void)parameter;
  if (!strcmp(name, "win.open"))
    gui_files_ask(GTK_WINDOW(widget), mirror, COMMAND_OPEN);
  else if (!strcmp(name, "win.save-as"))
    gui_files_ask(GTK_WINDOW(widget), mirror, COMMAND_SAVE);
  else
    gui_files_ask(GTK_WINDOW(widget), mirror, COMMAND_IMPORT);
}

static void
action_add(GtkWidget *widget, const char *name, GVariant *parameter)
{
  const Owner owner = strcmp(name, "win.add-bus") ? OWNER_STRIP : OWNER_BUS;

  (void)parameter;
  gui_mirror_ask(GUI_WINDOW(widget)->mirror, COMMAND_ADD, owner, 0, NULL);
}

static void
action_light(GtkWidget *widget, const char *name, GVariant *parameter)
{
  GdkDisplay *display = gtk_widget_get_display(widget);

  (void)name;
  (void)parameter;
  gui_palette_set_dark(display, !gui_palette_is_dark(display));
}

static void
action_quit(GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void)name;
  (void)parameter;
  gtk_window_close(GTK_WINDOW(widget));
}

/* Keys that no control took. */

static void
window_flip(GuiWindow *self, Address address)
{
  if (params_owner_has((Owner)address.owner, address.cell))
    gui_mirror_set(
      self->mirror, address, gui_mirror_get(self->mirror, address) < 1);
}

static void
window_flip_selected(GuiWindow *self, unsigned cell)
{
  Address address = gui_strip_place(gui_banks_selected(self->banks));

  address.cell = (uint16_t)cell;
  window_flip(self, address);
}

static bool
window_take_key(GuiWindow *self, guint key, bool fine)
{
  switch (key) {
  case GDK_KEY_space:
    window_flip(self, (Address){ OWNER_TRANSPORT, 0, CELL_PLAY });
    return true;
  case GDK_KEY_Home:
    gui_mirror_set(
      self->mirror, (Address){ OWNER_TRANSPORT, 0, CELL_LOCATE }, 0);
    return true;
  case GDK_KEY_m:
    window_flip_selected(self, CELL_MUTE);
    return true;
  case GDK_KEY_s:
    window_flip_selected(self, CELL_SOLO);
    return true;
  case GDK_KEY_Left:
    gui_banks_move(self->banks, -1);
    return true;
  case GDK_KEY_Right:
    gui_banks_move(self->banks, 1);
    return true;
  case GDK_KEY_Up:
    gui_strip_nudge(gui_banks_selected(self->banks), 1, fine);
    return true;
  case GDK_KEY_Down:
    gui_strip_nudge(gui_banks_selected(self->banks), -1, fine);
    return true;
  case GDK_KEY_F2:
    gui_strip_rename(gui_banks_selected(self->banks));
    return true;
  default:
    return false;
  }
}

static gboolean
on_key(GtkEventControllerKey *controller,
       guint                  key,
       guint                  code,
       GdkModifierType        state,
       GuiWindow             *self)
{
  (void)controller;
  (void)code;
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return GDK_EVENT_PROPAGATE;
  return window_take_key(
    self, gdk_keyval_to_lower(key), state & GDK_SHIFT_MASK);
}

static void
on_selected(GuiWindow *self)
{
  gui_panel_show(self->panel, gui_strip_place(gui_banks_selected(self->banks)));
}

/* The object. */

static void
gui_window_get_property(GObject    *object,
                        guint       id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  if (id == PROP_DCAS)
    g_value_set_boolean(value, GUI_WINDOW(object)->dcas);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void
gui_window_set_property(GObject      *object,
                        guint         id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  GuiWindow *self = GUI_WINDOW(object);

  if (id != PROP_DCAS) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    return;
  }
  self->dcas = g_value_get_boolean(value);
  gui_banks_set_dcas(self->banks, self->dcas);
}

static void
gui_window_dispose(GObject *object)
{
  GuiWindow *self = GUI_WINDOW(object);

  g_clear_object(&self->mirror);
  G_OBJECT_CLASS(gui_window_parent_class)->dispose(object);
}

static void
gui_window_add_actions(GtkWidgetClass *klass)
{
  static const struct {
    const char                 *name;
    GtkWidgetActionActivateFunc func;
    guint                       key;
    GdkModifierType             modifiers;
  } actions[] = {
    { "win.save", action_save, GDK_KEY_s, GDK_CONTROL_MASK },
    { "win.save-as",
      action_files,
      GDK_KEY_s,
      GDK_CONTROL_MASK | GDK_SHIFT_MASK },
    { "win.open", action_files, GDK_KEY_o, GDK_CONTROL_MASK },
    { "win.import", action_files, GDK_KEY_i, GDK_CONTROL_MASK },
    { "win.add-strip", action_add, GDK_KEY_t, GDK_CONTROL_MASK },
    { "win.add-bus", action_add, GDK_KEY_b, GDK_CONTROL_MASK },
    { "win.light", action_light, GDK_KEY_l, GDK_CONTROL_MASK },
    { "win.quit", action_quit, GDK_KEY_q, GDK_CONTROL_MASK },
  };

  for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
    gtk_widget_class_install_action(
      klass, actions[i].name, NULL, actions[i].func);
    gtk_widget_class_add_binding_action(
      klass, actions[i].key, actions[i].modifiers, actions[i].name, NULL);
  }
  gtk_widget_class_install_property_action(klass, "win.dcas", "dcas");
  gtk_widget_class_add_binding_action(
    klass, GDK_KEY_d, GDK_CONTROL_MASK, "win.dcas", NULL);
  gtk_widget_class_add_binding_action(
    klass, GDK_KEY_F1, 0, "win.show-help-overlay", NULL);
}

static void
gui_window_class_init(GuiWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose      = gui_window_dispose;
  G_OBJECT_CLASS(klass)->get_property = gui_window_get_property;
  G_OBJECT_CLASS(klass)->set_property = gui_window_set_property;
  g_object_class_install_property(
    G_OBJECT_CLASS(klass),
    PROP_DCAS,
    g_param_spec_boolean(
      "dcas", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  g_type_ensure(GUI_TYPE_TOPBAR);
  g_type_ensure(GUI_TYPE_BANKS);
  g_type_ensure(GUI_TYPE_PANEL);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/consort/gui/window.ui");
  gtk_widget_class_bind_template_child(widget_class, GuiWindow, topbar);
  gtk_widget_class_bind_template_child(widget_class, GuiWindow, banks);
  gtk_widget_class_bind_template_child(widget_class, GuiWindow, panel);
  gtk_widget_class_bind_template_child(widget_class, GuiWindow, notice_bar);
  gtk_widget_class_bind_template_child(widget_class, GuiWindow, notice);
  gtk_widget_class_bind_template_callback(widget_class, on_key);
  gtk_widget_class_bind_template_callback(widget_class, on_selected);
  gtk_widget_class_bind_template_callback(widget_class, on_dismiss);
  gui_window_add_actions(widget_class);
}

static void
gui_window_init(GuiWindow *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}

/* As large as the monitor that it will stand on: a desk is worked in full. */
static void
window_fill_monitor(GuiWindow *self)
{
  GListModel *monitors =
    gdk_display_get_monitors(gtk_widget_get_display(GTK_WIDGET(self)));
  GdkMonitor  *monitor = g_list_model_get_item(monitors, 0);
  GdkRectangle area    = { 0, 0, 1280, 800 };

  if (monitor)
    gdk_monitor_get_geometry(monitor, &area);
  g_clear_object(&monitor);
  gtk_window_set_default_size(GTK_WINDOW(self), area.width, area.height);
  gtk_window_maximize(GTK_WINDOW(self));
}

static void
window_add_help(GuiWindow *self)
{
  GtkBuilder *builder =
    gtk_builder_new_from_resource("/org/consort/gui/shortcuts.ui");

  gtk_application_window_set_help_overlay(
    GTK_APPLICATION_WINDOW(self),
    GTK_SHORTCUTS_WINDOW(gtk_builder_get_object(builder, "shortcuts")));
  g_object_unref(builder);
}

GtkWidget *
gui_window_new(GtkApplication *application, GuiMirror *mirror)
{
  GuiWindow *self =
    g_object_new(GUI_TYPE_WINDOW, "application", application, NULL);

  self->mirror = g_object_ref(mirror);
  gui_topbar_set_mirror(self->topbar, mirror);
  gui_panel_set_mirror(self->panel, mirror);
  gui_banks_set_mirror(self->banks, mirror);
  g_signal_connect_object(
    mirror, "status", G_CALLBACK(on_status), self, G_CONNECT_SWAPPED);
  window_add_help(self);
  window_fill_monitor(self);
  gtk_widget_add_tick_callback(GTK_WIDGET(self), on_tick, NULL, NULL);
  return GTK_WIDGET(self);
}
