/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock belongs to the open file, not to the process (F_OFD_SETLK): two of
   one process exclude each other, and closing another descriptor of the same
   file does not let go of it. Asking who holds it takes no lock. */

#include "sessions/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "lock"

struct SessionLock {
  int fd;
};

/* A session may come from anywhere: a link named "lock" must not make us write
   into what it points to. */
static int
open_lock(const char *folder, int flags)
{
  char       *path = g_build_filename(folder, FILE_NAME, NULL);
  struct stat status;
  int         fd =
    open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0666);

  if (fd >= 0 && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))) {
    close(fd);
    fd    = -1;
    errno = ENOTSUP;
  }
  g_free(path);
  return fd;
}

static struct flock
whole_file(void)
{
  return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
}

/* What the holder wrote: process, OSC port, address, host. */
static void
read_holder(int fd, SessionHolder *holder)
{
  char          text[240] = "";
  const ssize_t length    = pread(fd, text, sizeof text - 1, 0);

  *holder = (SessionHolder){ 0 };
  if (length > 0)
    sscanf(text,
           "%d %d %63s %63s",
           &holder->pid,
           &holder->osc_port,
           holder->address,
           holder->host);
}

/* The new line covers the old one before that is cut, so that nobody reads
   nothing. That the lock holds does not depend on it. */
static void
write_holder(int fd, const char *address, int osc_port)
{
  char text[240];

  g_snprintf(text,
             sizeof text,
             "%d %d %.63s %.63s\n",
             (int)getpid(),
             osc_port,
             address,
             g_get_host_name());
  const size_t length = strlen(text);
  if (pwrite(fd, text, length, 0) != (ssize_t)length ||
      ftruncate(fd, (off_t)length) != 0)
    g_debug("the lock file does not say whose it is");
}

static char *
held_by(const char *folder, const SessionHolder *holder)
{
  if (session_holder_is_us(holder))
    return g_strdup_printf("%s: this session is open here already.", folder);
  if (!holder->pid)
    return g_strdup_printf("%s: the session is open in another desk. Close it "
                           "there first.",
                           folder);
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
  const int     fd    = open_lock(folder, O_RDWR | O_CREAT);
  struct flock  whole = whole_file();
  SessionHolder other = { 0 };
  bool          held  = fd >= 0 && fcntl(fd, F_OFD_SETLK, &whole) == 0;

  if (held) {
    SessionLock *lock = g_new0(SessionLock, 1);
    lock->fd          = fd;
    write_holder(fd, "-", 0);
    return lock;
  }
  if (fd >= 0 && (errno == EAGAIN || errno == EACCES)) {
    read_holder(fd, &other);
    *error = held_by(folder, &other);
  } else {
    *error = g_strdup_printf("%s: the session cannot be locked: %s. Open one "
                             "in a folder that you may write to.",
                             folder,
                             g_strerror(errno));
  }
  if (holder)
    *holder = other;
  if (fd >= 0)
    close(fd);
  return NULL;
}

void
session_lock_announce(SessionLock *lock, const char *address, int osc_port)
{
  write_holder(lock->fd, address, osc_port);
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
  const int    fd    = open_lock(folder, O_RDONLY);
  struct flock whole = whole_file();
  bool         held;

  *holder = (SessionHolder){ 0 };
  if (fd < 0)
    return false;
  held = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  if (held)
    read_holder(fd, holder);
  close(fd);
  return held;
}

static bool
is_this_host(const SessionHolder *holder)
{
  return strncmp(holder->host, g_get_host_name(), sizeof holder->host - 1) == 0;
}

bool
session_holder_is_us(const SessionHolder *holder)
{
  return holder->pid == (int)getpid() && is_this_host(holder);
}

bool
session_holder_is_heard(const SessionHolder *holder)
{
  return holder->osc_port > 0 && is_this_host(holder);
}
