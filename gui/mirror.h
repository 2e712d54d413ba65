/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_MIRROR_H
#define CONSORT_GUI_MIRROR_H

/* The desk as the screen knows it: values copied out of a feed, and commands
   posted back. Nothing here is shared with another thread, so a frozen window
   holds up nobody.

   A value that the screen has just asked for is shown at once; what the desk
   really holds takes over a moment later, so that a hand does not fight the
   echo of its own moves, and a refused change is seen to spring back.

   Signals, without arguments: "structure" (strips came, went or changed
   order), "buses" (which there are, their kinds or names), "status" (the state
   of the console is new). */

#include <gio/gio.h>

#include "console/control.h"
#include "engine/value.h"

#define GUI_TYPE_MIRROR (gui_mirror_get_type())
G_DECLARE_FINAL_TYPE(GuiMirror, gui_mirror, GUI, MIRROR, GObject)

/* Called when the value at a watched address may look different. */
typedef void GuiWatch(gpointer self, Address address);

/* Subscribes to the console. [screen] */
GuiMirror *gui_mirror_new(Control *control);

/* Ends the subscription; the values stay. [screen] */
void gui_mirror_leave(GuiMirror *self);

/* Takes what the feed holds and tells the watchers: once a frame. [screen] */
void gui_mirror_drain(GuiMirror *self);

/* The value to show, the row's default where the desk told nothing. [screen] */
double      gui_mirror_get(GuiMirror *self, Address address);
const char *gui_mirror_get_text(GuiMirror *self, Address address);

/* For eyes, whatever the parameter's type; g_free. [screen] */
char *gui_mirror_format(GuiMirror *self, Address address);

/* Asks for a change. Typed text is read first: false, with a sentence for the
   one who typed, where it makes no sense. [screen] */
void gui_mirror_set(GuiMirror *self, Address address, double value);
void gui_mirror_set_text(GuiMirror *self, Address address, const char *text);
bool gui_mirror_set_typed(GuiMirror  *self,
                          Address     address,
                          const char *text,
                          char        reason[160]);

/* Asks for what is no value: to save, add, remove, open … [screen] */
void gui_mirror_ask(GuiMirror  *self,
                    CommandKind kind,
                    Owner       owner,
                    unsigned    number,
                    const char *text);

/* Calls func(data, address) after each change of the value, until the same
   three are unwatched. [screen] */
void gui_mirror_watch(GuiMirror *self,
                      Address    address,
                      GuiWatch  *func,
                      gpointer   data);
void gui_mirror_unwatch(GuiMirror *self,
                        Address    address,
                        GuiWatch  *func,
                        gpointer   data);

/* The strips and buses in the order of the screen, then main and monitor;
   valid until the next drain. [screen] */
const Address *gui_mirror_order(GuiMirror *self, size_t *count);

/* What to call a strip: its name, or "Strip 3"; g_free. [screen] */
char *gui_mirror_title(GuiMirror *self, Owner owner, unsigned number);

const Status *gui_mirror_status(GuiMirror *self);

/* The meters since they were last taken, the highest of each; none where none
   came. Valid until the next. [screen] */
const MeterItem *gui_mirror_take_meters(GuiMirror *self, size_t *count);

#endif
