/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/param.h"

#include <string.h>

G_DEFINE_INTERFACE(GuiParam, gui_param, GTK_TYPE_WIDGET)

static void
gui_param_default_init(GuiParamInterface *interface)
{
  (void)interface;
}

static GuiBond *
param_bond(GuiParam *self)
{
  return GUI_PARAM_GET_IFACE(self)->bond(self);
}

static Address
name_of(Address address)
{
  address.cell = CELL_NAME;
  return address;
}

static bool
has_name(Address address)
{
  return params_owner_has((Owner)address.owner, CELL_NAME);
}

static void
on_value(gpointer self, Address address)
{
  (void)address;
  GUI_PARAM_GET_IFACE(self)->refresh(self);
}

/* "Kick: EQ 2 freq": rows with many elements say which. */
static char *
bond_label(const GuiBond *bond)
{
  const ParamRow *row = bond->row;
  char           *title =
    gui_mirror_title(bond->mirror, bond->address.owner, bond->address.number);
  char *label =
    row->count == 1
      ? g_strdup_printf("%s: %s", title, row->label)
      : g_strdup_printf(
          "%s: %s %d", title, row->label, bond->address.cell - row->first + 1);

  g_free(title);
  return label;
}

static void
on_name(gpointer self, Address address)
{
  GuiBond *bond = param_bond(self);

  (void)address;
  g_free(bond->label);
  bond->label = bond_label(bond);
  gtk_accessible_update_property(GTK_ACCESSIBLE(bond->named),
                                 GTK_ACCESSIBLE_PROPERTY_LABEL,
                                 bond->label,
                                 -1);
}

static gboolean
on_query_tooltip(GtkWidget  *widget,
                 int         x,
                 int         y,
                 gboolean    keyboard,
                 GtkTooltip *tooltip,
                 GuiBond    *bond)
{
  char  address[ADDRESS_TEXT];
  char *value;
  char *text;

  (void)widget;
  (void)x;
  (void)y;
  (void)keyboard;
  if (!bond->mirror)
    return FALSE;
  address_print(bond->address, address);
  value = gui_mirror_format(bond->mirror, bond->address);
  text  = g_strdup_printf(
    "%s  %s\n%s\n%s", bond->label, value, bond->row->doc, address);
  gtk_tooltip_set_text(tooltip, text);
  g_free(text);
  g_free(value);
  return TRUE;
}

static void
bond_release(GuiParam *self, GuiBond *bond)
{
  gui_mirror_unwatch(bond->mirror, bond->address, on_value, self);
  if (has_name(bond->address))
    gui_mirror_unwatch(bond->mirror, name_of(bond->address), on_name, self);
  g_clear_object(&bond->mirror);
}

void
gui_param_bind(GuiParam *self, GuiMirror *mirror, Address address)
{
  GuiBond *bond = param_bond(self);

  g_object_ref(mirror);
  if (bond->mirror && !address_equal(bond->address, address) &&
      GUI_PARAM_GET_IFACE(self)->leave)
    GUI_PARAM_GET_IFACE(self)->leave(self);
  if (bond->mirror)
    bond_release(self, bond);
  if (!bond->named)
    bond->named = GTK_WIDGET(self);
  if (!bond->told) {
    bond->told = true;
    gtk_widget_set_has_tooltip(GTK_WIDGET(self), TRUE);
    g_signal_connect(self, "query-tooltip", G_CALLBACK(on_query_tooltip), bond);
  }
  bond->mirror  = mirror;
  bond->address = address;
  bond->row     = params_of_cell(address.cell);
  gui_mirror_watch(mirror, address, on_value, self);
  if (has_name(address))
    gui_mirror_watch(mirror, name_of(address), on_name, self);
  on_name(self, address);
  on_value(self, address);
}

void
gui_param_unbind(GuiParam *self)
{
  GuiBond *bond = param_bond(self);

  if (bond->mirror)
    bond_release(self, bond);
  g_clear_pointer(&bond->label, g_free);
}

Address
gui_param_address(GuiParam *self)
{
  return param_bond(self)->address;
}

double
gui_param_get(GuiParam *self)
{
  const GuiBond *bond = param_bond(self);

  return gui_mirror_get(bond->mirror, bond->address);
}

void
gui_param_set(GuiParam *self, double value)
{
  const GuiBond *bond = param_bond(self);

  if (bond->mirror && value_is_valid(bond->row, value))
    gui_mirror_set(bond->mirror, bond->address, value);
}

void
gui_param_set_default(GuiParam *self)
{
  gui_param_set(self, params_default(param_bond(self)->address.cell));
}

char *
gui_param_short_label(const ParamRow *row)
{
  const bool  in_block = strchr(row->symbol, '/') != NULL;
  const char *rest     = strchr(row->label, ' ');
  char       *label;

  if (!in_block || !rest)
    return g_strdup(row->label);
  label  = g_strdup(rest + 1);
  *label = g_ascii_toupper(*label);
  return label;
}
