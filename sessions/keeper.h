/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_KEEPER_H
#define CONSORT_SESSIONS_KEEPER_H

/* The keeper of the running desk's session: it holds its lock, and saves,
   opens and imports on a thread of its own, in the order of asking. Control
   hands it copies and is told what became of them by notices; a broken session
   or file never touches the running desk. */

#include "console/control.h"

typedef struct Keeper Keeper;

/* What the keeper needs of the running console. */
typedef struct KeeperDesk {
  /* Puts a desk in the running one's place; false with the reason where it
     stays the caller's. [control] */
  bool (*open)(void       *self,
               Desk       *desk,
               const char *folder,
               const char *cache,
               char        reason[DESK_REASON]);
  /* The same session lies in another folder now. [control] */
  void (*move)(void *self, const char *folder, const char *cache);
  void *self;
} KeeperDesk;

/* Locks a session and loads its desk, which is the caller's. NULL with a
   sentence in *error (g_free). [main] */
Keeper *keeper_new(const char *folder, Desk **desk, char **error);

/* Says where the desk is heard over OSC, in the lock and in the status. address
   is one to send to. Before control_start(). [main] */
void keeper_announce(Keeper     *keeper,
                     Control    *control,
                     const char *address,
                     int         port);

/* From here on the three below may be called. desk is copied. Before
   control_start(). Returns 0 or an errno. [main] */
int keeper_start(Keeper *keeper, Control *control, const KeeperDesk *desk);

/* What control's commands ask for. folder NULL saves where the session lies;
   one saved in another folder, which must be new, takes its audio along and
   goes on there. What was changed and not saved is saved before another session
   takes its place. [control] */
void keeper_save(Keeper *keeper, const char *folder);
void keeper_open(Keeper *keeper, const char *folder);
void keeper_import(Keeper *keeper, const char *file);

/* After control_stop(): stops an import, waits for what is under way, and saves
   what was changed since. False with a sentence in *error where it cannot.
   [main] */
bool keeper_finish(Keeper *keeper, char **error);

/* Lets go of the lock. NULL is fine. [main] */
void keeper_free(Keeper *keeper);

#endif
