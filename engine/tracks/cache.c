/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/cache.h"

#include "engine/tracks/sentence.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAMPLED        (64 * 1024) /* bytes looked at, at either end */
#define NAME_MAX_SHOWN 40

/* Counted up when the conversion changes, so that older caches are left. */
#define GENERATION 1

/* FNV-1a, 64 bits. */
static uint64_t
hash_bytes(uint64_t hash, const void *bytes, size_t count)
{
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < count; i++)
    hash = (hash ^ byte[i]) * 0x100000001B3u;
  return hash;
}

static uint64_t
hash_number(uint64_t hash, int64_t number)
{
  return hash_bytes(hash, &number, sizeof number);
}

static bool
hash_end(int fd, off_t at, unsigned char *room, uint64_t *hash)
{
  const ssize_t count = pread(fd, room, SAMPLED, at < 0 ? 0 : at);
  if (count < 0)
    return false;
  *hash = hash_bytes(*hash, room, (size_t)count);
  return true;
}

static bool
hash_file(int fd, uint64_t *hash)
{
  struct stat    status;
  unsigned char *room = malloc(SAMPLED);
  const bool     done = room && fstat(fd, &status) == 0 &&
                    hash_end(fd, 0, room, hash) &&
                    hash_end(fd, status.st_size - SAMPLED, room, hash);
  if (done) {
    *hash = hash_number(*hash, status.st_size);
    *hash = hash_number(*hash, status.st_mtim.tv_sec);
    *hash = hash_number(*hash, status.st_mtim.tv_nsec);
  }
  free(room);
  return done;
}

/* Enough of the recording's name for a person to recognise, in letters that
   mean nothing to any program. */
static void
shown_name(const char *base, char shown[NAME_MAX_SHOWN + 1])
{
  const char *dot    = strrchr(base, '.');
  size_t      length = dot && dot > base ? (size_t)(dot - base) : strlen(base);
  if (length > NAME_MAX_SHOWN)
    length = NAME_MAX_SHOWN;
  for (size_t i = 0; i < length; i++) {
    const unsigned char c = (unsigned char)base[i];
    shown[i]              = c < 128 && (isalnum(c) || c == '-') ? (char)c : '_';
  }
  shown[length] = '\0';
}

char *
cache_path(const char          *folder,
           const char          *recording,
           const AudioFileInfo *info,
           int                  rate,
           char               **error)
{
  const char *slash = strrchr(recording, '/');
  const char *base  = slash ? slash + 1 : recording;
  uint64_t    hash  = 0xCBF29CE484222325u;
  hash              = hash_bytes(hash, base, strlen(base));
  hash              = hash_number(hash, info->rate);
  hash              = hash_number(hash, rate);
  hash              = hash_number(hash, GENERATION);

  const int  fd   = open(recording, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const bool done = fd >= 0 && hash_file(fd, &hash);
  if (!done)
    sentence(error, "%s: cannot be read: %s", recording, strerror(errno));
  if (fd >= 0)
    close(fd);

  char  shown[NAME_MAX_SHOWN + 1];
  char *path = NULL;
  shown_name(base, shown);
  if (!done || asprintf(&path,
                        "%s/%s-%d-%016llx.w64",
                        folder,
                        shown,
                        rate,
                        (unsigned long long)hash) < 0)
    return NULL;
  return path;
}

int64_t
cache_frames(const AudioFileInfo *info, int rate)
{
  const int64_t frames = (info->frames * rate + info->rate / 2) / info->rate;
  return frames > 0 ? frames : 1;
}

AudioFile *
cache_open(const char *path, const AudioFileInfo *info, int rate)
{
  AudioFileInfo cached;
  AudioFile    *file = audiofile_open(path, &cached, NULL);
  if (file && cached.rate == rate && cached.channels == info->channels &&
      cached.frames == cache_frames(info, rate) && cached.missing == 0 &&
      cached.is_float)
    return file;
  audiofile_close(file);
  return NULL;
}
