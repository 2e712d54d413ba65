/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_CONTROL_H
#define CONSORT_CONSOLE_CONTROL_H

/* The control thread: it owns the desk, the timers and OSC's sockets, and runs
   a GLib main loop. It opens no files and waits for nothing: disks, libjack and
   the screen have threads of their own.

   What is marked [control] may also be called before control_start(), by the
   thread that sets the program up. */

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

/* What commands need that this folder may not know: files, and the program
   itself. Called on the control thread, and must not wait either. A hook that
   is NULL is answered by a notice. */
typedef struct ControlHooks {
  void (*save)(void *self, const char *folder); /* NULL: where it is */
  void (*open)(void *self, const char *folder);
  void (*import)(void *self, const char *file);
  void (*quit)(void *self);
  void (*notice)(void *self, const char *text); /* a notice was given */
  void *self;
} ControlHooks;

/* Takes the desk over; NULL makes an empty one. */
Control *control_new(Desk *desk);

/* Stops the thread if it runs, and frees the desk. */
void control_free(Control *control);

/* Starts the thread; returns 0 or an errno. */
int control_start(Control *control);

/* Carries out what was posted, ends the thread and waits for it. What is posted
   afterwards is dropped. Others must not post while this frees. [any but
   control] */
void control_stop(Control *control);

void control_set_hooks(Control *control, const ControlHooks *hooks);

/* Posts a command. Returns at once; what is refused comes back as a notice in
   the status. [any] */
void control_post(Control *control, const Command *command);

/* Runs a function on the control thread, later, in the order of posting. [any]
 */
void control_invoke(Control *control,
                    void (*function)(Control *, void *),
                    void *data);

/* A feed of everything that happens: starts with the whole desk and the status.
   Leave before the feed is freed; control_unsubscribe() returns when the
   control thread no longer knows it. [any] */
void control_subscribe(Control *control, Feed *feed);
void control_unsubscribe(Control *control, Feed *feed);

/* For those who live on the control thread (OSC, the engine's link). [control]
 */
Desk         *control_desk(Control *control);
GMainContext *control_context(Control *control); /* [any] */

/* Observes whichever desk runs: observer is called for its changes, before the
   feeds hear of them; replaced for each desk that takes the running one's
   place, which lives until replaced returns. Those who observe a desk by
   themselves do so before control_start() or control_replace_desk(), to come
   before the feeds too. [control] */
void control_observe_desk(Control      *control,
                          DeskObserver *observer,
                          void (*replaced)(void *self, Desk *desk),
                          void *self);
void control_unobserve_desk(Control      *control,
                            DeskObserver *observer,
                            void         *self);

/* Puts a whole desk, built elsewhere, in the place of the running one, which is
   freed; the status says that nothing is modified. Not from within a desk's
   observer. [control] */
void control_replace_desk(Control *control, Desk *desk);

/* The status: read it, or write what you know and say that it has changed. The
   control thread itself keeps the notice, and sets modified when something that
   is saved has changed. [control] */
const Status *control_status(Control *control);
Status       *control_status_edit(Control *control);
void          control_status_changed(Control *control);
void          control_notice(Control *control, const char *format, ...)
  G_GNUC_PRINTF(2, 3);

/* The latest meters (levels since the last gathering, 50 times a second) and a
   call each time they were gathered. [control] */
typedef void     ControlTick(void *self);
const MeterItem *control_meters(Control *control, size_t *count);
void control_put_meters(Control *control, const MeterItem *items, size_t count);
void control_set_meter_tick(Control *control, ControlTick *tick, void *self);

#endif
