/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_FOLDER_H
#define CONSORT_SESSIONS_FOLDER_H

/* Folders and what lies in them: made, filled, made durable, taken away. */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Makes a folder and those above it. *first (g_free) is the uppermost that was
   not there before, NULL where all were; folder_unmake() takes it and those
   below away again, as far as they are empty. False with errno. [loader] */
bool folder_make(const char *folder, char **first);
void folder_unmake(const char *folder, const char *first);

/* Makes the names in a folder durable. False with errno. [loader] */
bool folder_sync(const char *folder);

/* Removes a folder and everything in it; what symbolic links point to stays.
   [loader] */
void folder_remove(const char *folder);

/* How a long copy is going, and whether it should give up. */
typedef struct FolderCopy {
  const _Atomic bool *cancel; /* NULL: it cannot be stopped */
  void (*copied)(void *self, size_t bytes);
  void *self; /* NULL with copied */
} FolderCopy;

/* Copies a file to a name that nobody has yet, and makes it durable. False with
   a sentence in *error (g_free), and nothing left of it. [loader] */
bool folder_copy_file(const char       *from,
                      const char       *to,
                      const FolderCopy *how,
                      char            **error);

#endif
