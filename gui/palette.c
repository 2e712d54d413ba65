/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/palette.h"

#include <stdbool.h>

/* What the desktop portal answers where a person prefers light windows. */
enum { PORTAL_PREFERS_LIGHT = 2 };

#define PORTAL_NAME      "org.freedesktop.portal.Desktop"
#define PORTAL_PATH      "/org/freedesktop/portal/desktop"
#define PORTAL_SETTINGS  "org.freedesktop.portal.Settings"
#define PORTAL_NAMESPACE "org.freedesktop.appearance"
#define PORTAL_KEY       "color-scheme"

static const char COLOURS_DATA[] = "consort-colours";

static GdkRGBA
named_colour(GtkWidget *widget, const char *name)
{
  GdkRGBA colour = { 1, 0, 1, 1 };

  gtk_style_context_lookup_color(
    gtk_widget_get_style_context(widget), name, &colour);
  return colour;
}

void
gui_palette_read(GuiPalette *self, GtkWidget *widget)
{
  self->text      = named_colour(widget, "desk_text");
  self->dim       = named_colour(widget, "desk_dim");
  self->groove    = named_colour(widget, "desk_groove");
  self->line      = named_colour(widget, "desk_line");
  self->accent    = named_colour(widget, "desk_accent");
  self->cap       = named_colour(widget, "desk_cap");
  self->cap_line  = named_colour(widget, "desk_cap_line");
  self->low       = named_colour(widget, "meter_low");
  self->mid       = named_colour(widget, "meter_mid");
  self->high      = named_colour(widget, "meter_high");
  self->over      = named_colour(widget, "meter_over");
  self->hold      = named_colour(widget, "meter_hold");
  self->reduction = named_colour(widget, "meter_reduction");
}

GdkRGBA
gui_palette_fade(const GdkRGBA *colour, float alpha)
{
  GdkRGBA faded = *colour;

  faded.alpha *= alpha;
  return faded;
}

static void
add_sheet(GdkDisplay *display, GtkCssProvider *provider, const char *path)
{
  gtk_css_provider_load_from_resource(provider, path);
  gtk_style_context_add_provider_for_display(
    display,
    GTK_STYLE_PROVIDER(provider),
    GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

bool
gui_palette_is_dark(GdkDisplay *display)
{
  gboolean dark = TRUE;

  g_object_get(gtk_settings_get_for_display(display),
               "gtk-application-prefer-dark-theme",
               &dark,
               NULL);
  return dark;
}

void
gui_palette_set_dark(GdkDisplay *display, bool dark)
{
  GtkCssProvider *colours = g_object_get_data(G_OBJECT(display), COLOURS_DATA);

  g_object_set(gtk_settings_get_for_display(display),
               "gtk-application-prefer-dark-theme",
               (gboolean)dark,
               NULL);
  gtk_css_provider_load_from_resource(
    colours, dark ? "/org/consort/gui/dark.css" : "/org/consort/gui/light.css");
}

static void
take_preference(GVariant *scheme, GdkDisplay *display)
{
  GVariant *plain = g_variant_ref(scheme);

  while (g_variant_is_of_type(plain, G_VARIANT_TYPE_VARIANT)) {
    GVariant *inner = g_variant_get_variant(plain);

    g_variant_unref(plain);
    plain = inner;
  }
  if (g_variant_is_of_type(plain, G_VARIANT_TYPE_UINT32))
    gui_palette_set_dark(display,
                         g_variant_get_uint32(plain) != PORTAL_PREFERS_LIGHT);
  g_variant_unref(plain);
}

static void
on_portal_signal(GDBusProxy *portal,
                 const char *sender,
                 const char *signal,
                 GVariant   *parameters,
                 GdkDisplay *display)
{
  const char *space;
  const char *key;
  GVariant   *value;

  (void)portal;
  (void)sender;
  if (strcmp(signal, "SettingChanged") != 0 ||
      !g_variant_is_of_type(parameters, G_VARIANT_TYPE("(ssv)")))
    return;
  g_variant_get(parameters, "(&s&sv)", &space, &key, &value);
  if (!strcmp(space, PORTAL_NAMESPACE) && !strcmp(key, PORTAL_KEY))
    take_preference(value, display);
  g_variant_unref(value);
}

static void
on_portal_answer(GObject *portal, GAsyncResult *result, gpointer display)
{
  GVariant *answer =
    g_dbus_proxy_call_finish(G_DBUS_PROXY(portal), result, NULL);

  if (!answer)
    return;
  if (g_variant_is_of_type(answer, G_VARIANT_TYPE("(v)"))) {
    GVariant *scheme = g_variant_get_child_value(answer, 0);

    take_preference(scheme, display);
    g_variant_unref(scheme);
  }
  g_variant_unref(answer);
}

static void
on_portal(GObject *source, GAsyncResult *result, gpointer display)
{
  GDBusProxy *portal = g_dbus_proxy_new_for_bus_finish(result, NULL);

  (void)source;
  if (!portal)
    return;
  g_object_set_data_full(
    G_OBJECT(display), PORTAL_SETTINGS, portal, g_object_unref);
  g_signal_connect(portal, "g-signal", G_CALLBACK(on_portal_signal), display);
  g_dbus_proxy_call(portal,
                    "Read",
                    g_variant_new("(ss)", PORTAL_NAMESPACE, PORTAL_KEY),
                    G_DBUS_CALL_FLAGS_NONE,
                    -1,
                    NULL,
                    on_portal_answer,
                    display);
}

void
gui_palette_install(GdkDisplay *display)
{
  GtkCssProvider *colours = gtk_css_provider_new();
  GtkCssProvider *style   = gtk_css_provider_new();

  add_sheet(display, colours, "/org/consort/gui/dark.css");
  add_sheet(display, style, "/org/consort/gui/style.css");
  g_object_unref(style);
  g_object_set_data_full(
    G_OBJECT(display), COLOURS_DATA, colours, g_object_unref);
  gui_palette_set_dark(display, true);
  g_dbus_proxy_new_for_bus(G_BUS_TYPE_SESSION,
                           G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                             G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START,
                           NULL,
                           PORTAL_NAME,
                           PORTAL_PATH,
                           PORTAL_SETTINGS,
                           NULL,
                           on_portal,
                           display);
}
