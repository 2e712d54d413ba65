/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/tempfile.h"

#include "engine/tracks/sentence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTEMPTS 1000

static char *
folder_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  if (!slash)
    return strdup(".");
  return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static void
forget(TempFile *file)
{
  free(file->name);
  free(file->final);
  *file = (TempFile){ .fd = -1 };
}

/* The name that a rename must hit: behind a link, so that the link survives. */
static char *
resolve(const char *path, char **error)
{
  struct stat status;
  if (stat(path, &status) < 0)
    return strdup(path);
  if (S_ISREG(status.st_mode))
    return realpath(path, NULL);
  sentence(error,
           "%s: %s; choose the name of a file",
           path,
           S_ISDIR(status.st_mode) ? "this is a folder"
                                   : "this is a device or a pipe");
  return NULL;
}

static int
create_beside(TempFile *file)
{
  for (int i = 0; i < ATTEMPTS; i++) {
    free(file->name);
    file->name = NULL;
    if (asprintf(&file->name, "%s.part-%d-%d", file->final, getpid(), i) < 0) {
      file->name = NULL;
      return -1;
    }
    const int fd =
      open(file->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST)
      return fd;
  }
  return -1;
}

bool
tempfile_open(TempFile *file, const char *final, char **error)
{
  *file       = (TempFile){ .fd = -1 };
  file->final = resolve(final, error);
  if (!file->final)
    return false;

  file->fd = create_beside(file);
  if (file->fd < 0) {
    sentence(error, "%s: cannot be written: %s", final, strerror(errno));
    forget(file);
    return false;
  }
  /* Tells a sweep that somebody is still at it; where locks are not known, so
     are sweeps. */
  flock(file->fd, LOCK_EX | LOCK_NB);
  return true;
}

static bool
sync_folder(const char *path)
{
  char     *folder = folder_of(path);
  const int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  /* Some file systems cannot sync a folder and say EINVAL. */
  const bool done = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
  if (fd >= 0)
    close(fd);
  free(folder);
  return done;
}

bool
tempfile_commit(TempFile *file, char **error)
{
  if (fsync(file->fd) < 0 || rename(file->name, file->final) < 0) {
    sentence(error, "%s: cannot be finished: %s", file->final, strerror(errno));
    tempfile_discard(file);
    return false;
  }
  const bool durable = sync_folder(file->final);
  if (!durable)
    sentence(error,
             "%s: written, but its folder cannot be made durable: %s",
             file->final,
             strerror(errno));
  close(file->fd);
  forget(file);
  return durable;
}

void
tempfile_discard(TempFile *file)
{
  if (file->fd < 0)
    return;
  unlink(file->name);
  close(file->fd);
  forget(file);
}

static void
sweep_one(const char *folder, const char *entry)
{
  char *path = NULL;
  if (asprintf(&path, "%s/%s", folder, entry) < 0)
    return;
  const int fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd >= 0) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
      unlink(path);
    close(fd);
  }
  free(path);
}

void
tempfile_sweep(const char *final)
{
  const char *slash  = strrchr(final, '/');
  char       *prefix = NULL;
  char       *folder = folder_of(final);
  if (asprintf(&prefix, "%s.part-", slash ? slash + 1 : final) < 0)
    prefix = NULL;

  DIR *dir = folder && prefix ? opendir(folder) : NULL;
  if (dir) {
    for (struct dirent *entry; (entry = readdir(dir));)
      if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
        sweep_one(folder, entry->d_name);
    closedir(dir);
  }
  free(prefix);
  free(folder);
}
