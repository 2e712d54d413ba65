/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/audiohead.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* More than a file with a marker for every bar has. */
#define CHUNKS_MAX 10000

typedef struct {
  const char *format;
  const char *magic;       /* at the start of the file */
  const char *form;        /* at byte 8; "" for any */
  int         first;       /* where the first chunk starts */
  int         id_bytes;    /* of a chunk's name, the first four are read */
  int         size_bytes;  /* of a chunk's size */
  int         align;       /* of the next chunk */
  bool        big;         /* endian */
  bool        self;        /* a chunk's size counts its own header */
  const char *description; /* the chunk that describes the samples, */
  int         codec;       /* its codec's place in that chunk */
  const char *data;        /* and the chunk that holds them, */
  int         preamble;    /* behind some bytes that are none */
} Dialect;

/* AIFF proper has no codec; AIFF-C and CAF name theirs in four letters, the WAV
   family in 16 bits, or in the GUID that starts at byte 24 if those say so. */
static const Dialect dialects[] = {
  { "WAV", "RIFF", "WAVE", 12, 4, 4, 2, false, false, "fmt ", 0, "data", 0 },
  { "RF64", "RF64", "WAVE", 12, 4, 4, 2, false, false, "fmt ", 0, "data", 0 },
  { "W64", "riff", "", 40, 16, 8, 8, false, true, "fmt ", 0, "data", 0 },
  { "AIFF", "FORM", "AIFF", 12, 4, 4, 2, true, false, "COMM", -1, "SSND", 8 },
  { "AIFF", "FORM", "AIFC", 12, 4, 4, 2, true, false, "COMM", 18, "SSND", 8 },
  { "CAF", "caff", "", 8, 4, 8, 1, true, false, "desc", 8, "data", 4 },
};

static const char *const plain_codecs[] = { "NONE", "sowt", "twos", "raw ",
                                            "in24", "in32", "fl32", "FL32",
                                            "fl64", "FL64", "lpcm" };

enum { WAVE_PCM = 1, WAVE_FLOAT = 3, WAVE_EXTENSIBLE = 0xFFFE };

typedef struct {
  int            fd;
  const Dialect *dialect;
  AudioHead     *head;
  int64_t        long_data; /* what an RF64's ds64 chunk says of "data" */
  bool           described;
  bool           coded;
  bool           data;
} Walk;

static bool
read_at(int fd, int64_t at, void *bytes, size_t count)
{
  return pread(fd, bytes, count, at) == (ssize_t)count;
}

static uint64_t
number(const unsigned char *bytes, int count, bool big)
{
  uint64_t n = 0;
  for (int i = 0; i < count; i++)
    n = n << 8 | bytes[big ? i : count - 1 - i];
  return n;
}

typedef enum { CUT_OFF, PLAIN, CODED } Codec;

static Codec
wave_codec(const Walk *walk, int64_t at)
{
  unsigned char bytes[2];
  if (!read_at(walk->fd, at, bytes, 2))
    return CUT_OFF;
  uint64_t tag = number(bytes, 2, false);
  if (tag == WAVE_EXTENSIBLE) {
    if (!read_at(walk->fd, at + 24, bytes, 2))
      return CUT_OFF;
    tag = number(bytes, 2, false);
  }
  return tag == WAVE_PCM || tag == WAVE_FLOAT ? PLAIN : CODED;
}

static Codec
letters_codec(const Walk *walk, int64_t at)
{
  char letters[4];
  if (!read_at(walk->fd, at, letters, 4))
    return CUT_OFF;
  for (size_t i = 0; i < sizeof plain_codecs / sizeof *plain_codecs; i++)
    if (memcmp(letters, plain_codecs[i], 4) == 0)
      return PLAIN;
  return CODED;
}

/* Every description must be plain: which of several counts is for the next
   reader to decide. */
static void
look_at_description(Walk *walk, int64_t at)
{
  const int   place = walk->dialect->codec;
  const Codec codec = place < 0    ? PLAIN
                      : place == 0 ? wave_codec(walk, at)
                                   : letters_codec(walk, at + place);
  walk->described |= codec != CUT_OFF;
  walk->coded |= codec == CODED;
}

static void
look_at_data(Walk *walk, int64_t at, int64_t size)
{
  /* Programs that write to a pipe cannot know the size and put one of these. */
  const bool unsaid =
    size <= 0 ||
    (walk->dialect->size_bytes == 4 &&
     ((size >= 0x7FFFF000 && size <= INT32_MAX) || size == UINT32_MAX));
  walk->data             = true;
  walk->head->data_at    = at;
  walk->head->data_bytes = walk->long_data > 0 ? walk->long_data
                           : unsaid            ? -1
                                               : size - walk->dialect->preamble;
}

static void
look_at_chunk(Walk *walk, const char *id, int64_t at, int64_t size)
{
  unsigned char bytes[8];
  if (memcmp(id, walk->dialect->description, 4) == 0)
    look_at_description(walk, at);
  else if (memcmp(id, walk->dialect->data, 4) == 0)
    look_at_data(walk, at, size);
  else if (memcmp(id, "ds64", 4) == 0 && read_at(walk->fd, at + 8, bytes, 8))
    walk->long_data = (int64_t)number(bytes, 8, false);
}

/* Where a chunk's contents end, rounded up to where the next chunk may start;
   -1 where no chunk can follow. */
static int64_t
chunk_end(const Walk *walk, const char *id, int64_t at, int64_t size)
{
  const Dialect *dialect = walk->dialect;
  if (memcmp(id, dialect->data, 4) == 0 && walk->head->data_bytes > 0)
    size = walk->head->data_bytes + dialect->preamble;
  if (size < 0 || size > INT64_MAX / 2)
    return -1;
  const int64_t align = dialect->align;
  return (at + size + align - 1) / align * align;
}

static AudioHeadStatus
walk_chunks(Walk *walk, int64_t start)
{
  const Dialect *dialect = walk->dialect;
  const int      header  = dialect->id_bytes + dialect->size_bytes;
  unsigned char  bytes[24];
  int            count = 0;
  int64_t        at    = start + dialect->first;

  while (at >= 0 && read_at(walk->fd, at, bytes, (size_t)header)) {
    const char *id   = (const char *)bytes;
    int64_t     size = (int64_t)number(
      bytes + dialect->id_bytes, dialect->size_bytes, dialect->big);
    if (dialect->self)
      size -= header;
    look_at_chunk(walk, id, at + header, size);
    at = chunk_end(walk, id, at + header, size);
    if (++count == CHUNKS_MAX)
      return AUDIOHEAD_ENDLESS;
  }
  if (walk->coded)
    return AUDIOHEAD_CODED;
  return walk->described && walk->data ? AUDIOHEAD_OK : AUDIOHEAD_BROKEN;
}

/* Behind the ID3 tag that some programs put before the audio. */
static int64_t
skip_id3(int fd)
{
  unsigned char tag[10];
  if (!read_at(fd, 0, tag, sizeof tag) || memcmp(tag, "ID3", 3) != 0)
    return 0;
  int64_t size = 0;
  for (int i = 6; i < 10; i++)
    size = size << 7 | (tag[i] & 127);
  return size + 10;
}

AudioHeadStatus
audiohead_read(int fd, AudioHead *head)
{
  char          magic[12] = { 0 };
  const int64_t start     = skip_id3(fd);

  *head = (AudioHead){ .format = "unknown", .data_bytes = -1, .data_at = -1 };
  if (pread(fd, magic, sizeof magic, start) < 4)
    return AUDIOHEAD_UNKNOWN;
  if (memcmp(magic, "fLaC", 4) == 0 || memcmp(magic, "OggS", 4) == 0) {
    head->format = magic[0] == 'f' ? "FLAC" : "OGG";
    return AUDIOHEAD_OK;
  }

  for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
    const Dialect *dialect = &dialects[i];
    if (memcmp(magic, dialect->magic, 4) != 0 ||
        memcmp(magic + 8, dialect->form, strlen(dialect->form)) != 0)
      continue;
    Walk walk    = { .fd = fd, .dialect = dialect, .head = head };
    head->format = dialect->format;
    return walk_chunks(&walk, start);
  }
  return AUDIOHEAD_UNKNOWN;
}
