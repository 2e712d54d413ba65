/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/gui.h"

#include <locale.h>

#include "gui/palette.h"
#include "gui/window.h"

/* What glib-compile-resources makes of the layouts and style sheets. */
GResource *gui_get_resource(void);

static bool
has_session_bus(void)
{
  char *path = g_build_filename(g_get_user_runtime_dir(), "bus", NULL);
  bool  has  = g_getenv("DBUS_SESSION_BUS_ADDRESS") ||
             g_file_test(path, G_FILE_TEST_EXISTS);

  g_free(path);
  return has;
}

/* Where there is no session bus GLib would start one, and wait for it, with
   the window not there yet; where there is no bus there is no screen reader. */
static void
do_without_bus(void)
{
  g_setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:", FALSE);
  g_setenv("GTK_A11Y", "none", FALSE);
}

/* Numbers keep their point in every locale: other threads read and write
   files while the window runs. */
bool
gui_has_display(void)
{
  if (!gtk_is_initialized()) {
    if (!has_session_bus())
      do_without_bus();
    gtk_disable_setlocale();
    setlocale(LC_CTYPE, "");
    g_resources_register(gui_get_resource());
  }
  return gtk_init_check();
}

static void
on_activate(GtkApplication *application, GuiMirror *mirror)
{
  gui_palette_install(gdk_display_get_default());
  gtk_window_present(GTK_WINDOW(gui_window_new(application, mirror)));
}

int
gui_run(Control *control)
{
  GtkApplication *application;
  GuiMirror      *mirror;
  int             status;

  if (!gui_has_display())
    return 1;
  application =
    gtk_application_new("org.consort.Consort", G_APPLICATION_NON_UNIQUE);
  mirror = gui_mirror_new(control);
  g_signal_connect(application, "activate", G_CALLBACK(on_activate), mirror);
  status = g_application_run(G_APPLICATION(application), 0, NULL);
  gui_mirror_leave(mirror);
  g_object_unref(mirror);
  g_object_unref(application);
  return status;
}

static gboolean
quit(gpointer data)
{
  GApplication *application = g_application_get_default();

  (void)data;
  if (application)
    g_application_quit(application);
  return G_SOURCE_REMOVE;
}

void
gui_quit(void)
{
  g_idle_add(quit, NULL);
}
