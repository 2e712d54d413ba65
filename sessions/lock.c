/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_NAME "lock"

struct SessionLock {
  int fd;
};

static int
open_lock(const char *folder, int flags)
{
  char     *path = g_build_filename(folder, FILE_NAME, NULL);
  const int fd   = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0644);

  g_free(path);
  return fd;
}

/* What the holder wrote: process, OSC port, host. */
static void
read_holder(int fd, SessionHolder *holder)
{
  char          text[160] = "";
  const ssize_t length    = pread(fd, text, sizeof text - 1, 0);

  *holder = (SessionHolder){ 0 };
  if (length > 0)
    sscanf(text, "%d %d %63s", &holder->pid, &holder->osc_port, holder->host);
}

static void
write_holder(int fd, int osc_port)
{
  char text[160];

  g_snprintf(text,
             sizeof text,
             "%d %d %.63s\n",
             (int)getpid(),
             osc_port,
             g_get_host_name());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) < 0)
    return; /* the lock holds all the same; it only does not say whose it is */
}

static char *
held_by(const char *folder, const SessionHolder *holder)
{
  if (holder->osc_port)
    return g_strdup_printf("%s: the session is open in another desk (process "
                           "%d on %s, OSC port %d). Close it there first.",
                           folder,
                           holder->pid,
                           holder->host,
                           holder->osc_port);
  return g_strdup_printf("%s: the session is open elsewhere (process %d on "
                         "%s). Close it there first.",
                         folder,
                         holder->pid,
                         holder->host);
}

SessionLock *
session_lock(const char *folder, SessionHolder *holder, char **error)
{
  const int     fd = open_lock(folder, O_RDWR | O_CREAT);
  SessionHolder other;

  if (holder)
    *holder = (SessionHolder){ 0 };
  if (fd < 0) {
    *error = g_strdup_printf(
      "%s: the session cannot be locked: %s.", folder, g_strerror(errno));
    return NULL;
  }
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    read_holder(fd, &other);
    if (holder)
      *holder = other;
    *error = held_by(folder, &other);
    close(fd);
    return NULL;
  }
  SessionLock *lock = g_new0(SessionLock, 1);
  lock->fd          = fd;
  write_holder(fd, 0);
  return lock;
}

void
session_lock_announce(SessionLock *lock, int osc_port)
{
  write_holder(lock->fd, osc_port);
}

void
session_unlock(SessionLock *lock)
{
  if (!lock)
    return;
  if (ftruncate(lock->fd, 0) != 0)
    g_debug("the lock file keeps its last line");
  close(lock->fd);
  g_free(lock);
}

bool
session_holder(const char *folder, SessionHolder *holder)
{
  const int fd = open_lock(folder, O_RDONLY);

  *holder = (SessionHolder){ 0 };
  if (fd < 0)
    return false;
  const bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (held)
    read_holder(fd, holder);
  close(fd);
  return held;
}
