/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_LOCK_H
#define CONSORT_SESSIONS_LOCK_H

/* A session that a desk has open is locked: a lock on the file "lock" in its
   folder, which ends with the process that holds it, however that ends, and
   does not pass to the programs that it starts. The file says who holds it and
   where the desk is heard. */

#include <stdbool.h>

typedef struct SessionLock SessionLock;

typedef struct SessionHolder {
  int  pid;         /* 0: the file does not say */
  int  osc_port;    /* 0: not heard */
  char address[64]; /* where to send to */
  char host[64];
} SessionHolder;

/* Locks a session. NULL with a sentence in *error (g_free) where it cannot be;
   then *holder (may be NULL) says who has it, all 0 where nobody has.
   [loader, command line] */
SessionLock *session_lock(const char    *folder,
                          SessionHolder *holder,
                          char         **error);
void         session_unlock(SessionLock *lock);

/* Says at which address of this machine the desk is heard. [loader] */
void session_lock_announce(SessionLock *lock,
                           const char  *address,
                           int          osc_port);

/* Who has the session open? False: nobody. Nobody who tries to lock it at the
   same time is kept from it. [any that may read the disk] */
bool session_holder(const char *folder, SessionHolder *holder);

/* Is it this process? [any] */
bool session_holder_is_us(const SessionHolder *holder);

/* Can it be asked over OSC from here? [any] */
bool session_holder_is_heard(const SessionHolder *holder);

#endif
