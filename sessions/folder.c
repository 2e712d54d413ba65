/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

bool
folder_make(const char *folder, char **first)
{
  char *at = g_strdup(folder);

  *first = NULL;
  while (!g_file_test(at, G_FILE_TEST_EXISTS)) {
    g_free(*first);
    *first = at;
    at     = g_path_get_dirname(at);
  }
  g_free(at);
  return g_mkdir_with_parents(folder, 0755) == 0;
}

void
folder_unmake(const char *folder, const char *first)
{
  char *at   = g_strdup(folder);
  bool  last = !first;

  while (!last && g_rmdir(at) == 0) {
    char *above = g_path_get_dirname(at);

    last = strcmp(at, first) == 0;
    g_free(at);
    at = above;
  }
  g_free(at);
}

bool
folder_sync(const char *folder)
{
  const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return false;
  /* Some file systems cannot, and say EINVAL. */
  const bool done = fsync(fd) == 0 || errno == EINVAL;
  const int  why  = errno;
  close(fd);
  errno = why;
  return done;
}

void
folder_remove(const char *folder)
{
  GDir       *dir = g_dir_open(folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name(dir))) {
    char       *path = g_build_filename(folder, name, NULL);
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
      folder_remove(path);
    else
      unlink(path);
    g_free(path);
  }
  if (dir)
    g_dir_close(dir);
  g_rmdir(folder);
}

/* --- copying --- */

static bool
write_all(int fd, const char *bytes, size_t count)
{
  while (count > 0) {
    const ssize_t written = write(fd, bytes, count);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    bytes += written;
    count -= (size_t)written;
  }
  return true;
}

static bool
is_cancelled(const FolderCopy *how)
{
  return how->cancel && atomic_load(how->cancel);
}

static bool
copy_bytes(int from, int to, const FolderCopy *how)
{
  char   *chunk = g_malloc(CHUNK);
  ssize_t got;

  do {
    got = read(from, chunk, CHUNK);
    if (is_cancelled(how)) {
      errno = ECANCELED;
      got   = -1;
    }
    if (got > 0 && !write_all(to, chunk, (size_t)got))
      got = -1;
    if (got > 0 && how->copied)
      how->copied(how->self, (size_t)got);
  } while (got > 0);
  g_free(chunk);
  return got == 0 && fsync(to) == 0;
}

bool
folder_copy_file(const char       *from,
                 const char       *to,
                 const FolderCopy *how,
                 char            **error)
{
  const int in = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  const int out =
    in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  bool done = out >= 0 && copy_bytes(in, out, how);
  int  why  = errno;

  if (out >= 0 && close(out) != 0 && done) {
    done = false;
    why  = errno;
  }
  if (!done) {
    *error = g_strdup_printf(
      "%s: could not be copied to %s: %s.", from, to, g_strerror(why));
    if (out >= 0)
      unlink(to);
  }
  if (in >= 0)
    close(in);
  return done;
}
