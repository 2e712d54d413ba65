/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/topbar.h"

#include <inttypes.h>
#include <math.h>

#include "gui/bar.h"
#include "gui/glyph.h"
#include "gui/readout.h"
#include "gui/toggle.h"

struct _GuiTopbar {
  GtkWidget   parent_instance;
  GuiMirror  *mirror;
  GtkWidget  *bar;
  GtkLabel   *session;
  GtkLabel   *saved;
  GtkWidget  *save;
  GuiToggle  *stop;
  GuiToggle  *play;
  GuiToggle  *loop;
  GuiReadout *time;
  GuiReadout *length;
  GuiBar     *tempo;
  GuiReadout *backend;
  GuiReadout *load;
  GuiToggle  *solo_clear;
  GuiToggle  *panic;
  char       *folder; /* whose name is shown */
};

G_DEFINE_FINAL_TYPE(GuiTopbar, gui_topbar, GTK_TYPE_WIDGET)

void
gui_topbar_format_time(double seconds, char text[32])
{
  const double ms = round(fmax(seconds, 0) * 1000);
  const gint64 t  = ms < 1e12 ? (gint64)ms : 0;

  g_snprintf(text,
             32,
             "%" G_GINT64_FORMAT ":%02d.%03d",
             t / 60000,
             (int)(t / 1000 % 60),
             (int)(t % 1000));
}

static void
set_class(gpointer widget, const char *name, bool on)
{
  if (on)
    gtk_widget_add_css_class(widget, name);
  else
    gtk_widget_remove_css_class(widget, name);
}

/* gtk_label_set_text() lays the window out anew even for the same text. */
static void
set_label(GtkLabel *label, const char *text)
{
  if (strcmp(gtk_label_get_text(label), text) != 0)
    gtk_label_set_text(label, text);
}

static void
show_folder(GuiTopbar *self, const char *folder)
{
  char *name = g_filename_display_basename(folder);
  char *path = g_filename_display_name(folder);

  set_label(self->session, *folder ? name : "No session");
  gtk_widget_set_tooltip_text(GTK_WIDGET(self->session), path);
  g_free(path);
  g_free(name);
}

static void
show_session(GuiTopbar *self, const Status *status)
{
  if (g_strcmp0(self->folder, status->session) != 0) {
    g_free(self->folder);
    self->folder = g_strdup(status->session);
    show_folder(self, status->session);
  }
  set_label(self->saved,
            status->saving     ? "Saving…"
            : status->modified ? "Not saved"
                               : "Saved");
  set_class(self->saved, "modified", status->modified);
}

static void
show_backend(GuiTopbar *self, const Status *status)
{
  char *backend = g_utf8_make_valid(status->backend, -1);
  char *osc     = g_strdup_printf("OSC is heard at %s", status->osc);

  gui_readout_set(self->backend, backend);
  set_class(self->backend, "trouble", !status->sounding);
  if (g_strcmp0(gtk_widget_get_tooltip_text(GTK_WIDGET(self->backend)), osc))
    gtk_widget_set_tooltip_text(GTK_WIDGET(self->backend), osc);
  g_free(osc);
  g_free(backend);
}

static void
show_load(GuiTopbar *self, const Status *status)
{
  char text[128];

  g_snprintf(text,
             sizeof text,
             "%.0f %%  xruns %" PRIu64 "  late %" PRIu64 "  faults %" PRIu64,
             status->load * 100,
             status->xruns,
             status->underruns,
             status->warnings);
  gui_readout_set(self->load, text);
  set_class(self->load, "trouble", status->load > 0.8 || status->warnings);
}

static void
on_status(GuiTopbar *self)
{
  const Status *status = gui_mirror_status(self->mirror);
  char          text[32];
  char          length[40];

  show_session(self, status);
  show_backend(self, status);
  show_load(self, status);
  gui_topbar_format_time(status->position, text);
  gui_readout_set(self->time, text);
  gui_topbar_format_time(status->length, text);
  g_snprintf(
    length, sizeof length, "%s", status->converting ? "preparing…" : text);
  gui_readout_set(self->length, length);
  set_class(self->solo_clear, "lit", status->soloed);
}

static void
on_start_clicked(GuiTopbar *self)
{
  gui_mirror_set(self->mirror, (Address){ OWNER_TRANSPORT, 0, CELL_LOCATE }, 0);
}

static void
topbar_bind(GuiTopbar *self, gpointer param, Owner owner, unsigned cell)
{
  gui_param_bind(
    param, self->mirror, (Address){ (uint8_t)owner, 0, (uint16_t)cell });
}

void
gui_topbar_set_mirror(GuiTopbar *self, GuiMirror *mirror)
{
  self->mirror = g_object_ref(mirror);
  topbar_bind(self, self->play, OWNER_TRANSPORT, CELL_PLAY);
  topbar_bind(self, self->stop, OWNER_TRANSPORT, CELL_STOP);
  topbar_bind(self, self->loop, OWNER_TRANSPORT, CELL_LOOP_ON);
  topbar_bind(self, self->tempo, OWNER_DESK, CELL_TEMPO);
  topbar_bind(self, self->solo_clear, OWNER_DESK, CELL_SOLO_CLEAR);
  topbar_bind(self, self->panic, OWNER_DESK, CELL_PANIC);
  gui_bar_set_caption(self->tempo, "Tempo");
  g_signal_connect_object(
    mirror, "status", G_CALLBACK(on_status), self, G_CONNECT_SWAPPED);
  on_status(self);
}

static void
gui_topbar_dispose(GObject *object)
{
  GuiTopbar *self = GUI_TOPBAR(object);

  g_clear_object(&self->mirror);
  g_clear_pointer(&self->bar, gtk_widget_unparent);
  G_OBJECT_CLASS(gui_topbar_parent_class)->dispose(object);
}

static void
gui_topbar_finalize(GObject *object)
{
  g_free(GUI_TOPBAR(object)->folder);
  G_OBJECT_CLASS(gui_topbar_parent_class)->finalize(object);
}

static void
gui_topbar_bind_children(GtkWidgetClass *klass)
{
  gtk_widget_class_bind_template_child(klass, GuiTopbar, bar);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, session);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, saved);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, save);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, stop);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, play);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, loop);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, time);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, length);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, tempo);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, backend);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, load);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, solo_clear);
  gtk_widget_class_bind_template_child(klass, GuiTopbar, panic);
  gtk_widget_class_bind_template_callback(klass, on_start_clicked);
}

static void
gui_topbar_class_init(GuiTopbarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose  = gui_topbar_dispose;
  G_OBJECT_CLASS(klass)->finalize = gui_topbar_finalize;
  g_type_ensure(GUI_TYPE_BAR);
  g_type_ensure(GUI_TYPE_GLYPH);
  g_type_ensure(GUI_TYPE_READOUT);
  g_type_ensure(GUI_TYPE_TOGGLE);
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/consort/gui/topbar.ui");
  gui_topbar_bind_children(widget_class);
  gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name(widget_class, "topbar");
}

static void
gui_topbar_init(GuiTopbar *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
}
