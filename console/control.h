/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_CONTROL_H
#define CONSORT_CONSOLE_CONTROL_H

/* The control thread: it owns the desk, the timers and OSC's sockets, and runs
   a GLib main loop. It opens no files and waits for nothing: disks, libjack and
   the screen have threads of their own. */

#include <glib.h>

#include "console/desk.h"
#include "console/feed.h"

typedef struct Control Control;

/* What a face asks for; copied, and carried out on the control thread. */
typedef enum CommandKind {
  COMMAND_SET,      /* address to number */
  COMMAND_SET_TEXT, /* address to text */
  COMMAND_ADD,      /* address.owner; number 0 takes the next */
  COMMAND_REMOVE,   /* address.owner, address.number */
  COMMAND_SAVE,     /* in the session's folder; text: save as that folder */
  COMMAND_OPEN,     /* text: the folder of another session */
  COMMAND_IMPORT,   /* text: an audio file, copied in on a strip of its own */
  COMMAND_QUIT,
} CommandKind;

typedef struct Command {
  CommandKind kind;
  Address     address;
  double      number;
  const char *text;
  Who         who;
} Command;

/* Posts a command. Returns at once; what is refused comes back as a notice in
   the status. [any] */
void control_post(Control *control, const Command *command);

/* Runs a function on the control thread, later. [any] */
void control_invoke(Control *control, void (*function)(Control *, void *),
                    void *data);

/* A feed of everything that happens: starts with the whole desk. Leave before
   the feed is freed; control_unsubscribe() returns when the control thread no
   longer knows it. [any but control] */
void control_subscribe(Control *control, Feed *feed);
void control_unsubscribe(Control *control, Feed *feed);

/* For those who live on the control thread (OSC). */
Desk         *control_desk(Control *control);
GMainContext *control_context(Control *control);
const Status *control_status(Control *control);
void          control_notice(Control *control, const char *format, ...)
  G_GNUC_PRINTF(2, 3);

/* The latest meters (levels since the last gathering, 50 times a second) and a
   call each time they were gathered. */
const MeterItem *control_meters(Control *control, size_t *count);
typedef void     ControlTick(void *self);
void control_set_meter_tick(Control *control, ControlTick *tick, void *self);

#endif
