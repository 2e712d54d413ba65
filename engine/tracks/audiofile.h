/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_AUDIOFILE_H
#define CONSORT_TRACKS_AUDIOFILE_H

/* Audio files, opened with suspicion: regular files only, the header looked at
   by us (audiohead.h) before libsndfile is let near it, and limits on what it
   may claim. */

#include <stdbool.h>
#include <stdint.h>

#define AUDIOFILE_CHANNELS_MAX 64
#define AUDIOFILE_RATE_MIN     8000
#define AUDIOFILE_RATE_MAX     384000

typedef struct {
  int     rate; /* Hz */
  int     channels;
  int64_t frames;
  int64_t missing; /* frames that the header promises beyond those, or -1:
                      the end cannot be read */
  int  bits;       /* of a sample; 0 in a lossy file */
  bool is_float;   /* 32 or 64 bits of floating point */
  bool lossless;   /* false: OGG Vorbis, Opus */
  char format[16]; /* "WAV", "FLAC", ... */
} AudioFileInfo;

typedef struct AudioFile AudioFile;

/* What a file holds. False with a sentence in *error, to be freed, that names
   the file, what is wrong and what to do. [loader, reader, import] */
bool audiofile_probe(const char *path, AudioFileInfo *info, char **error);

/* Opens a file for reading; info and error as above. NULL on failure. Whoever
   has it is the only one who may use it. [loader, reader, import] */
AudioFile *audiofile_open(const char *path, AudioFileInfo *info, char **error);

/* Reads interleaved frames from a frame on, counted from 0, full scale 1.0.
   Returns how many could be read; the rest of `out` is left as it was. Reading
   on from where the last one ended needs no seek.
   [loader, reader, import] */
int audiofile_read(AudioFile *file, int64_t frame, int frames, float *out);

/* Closes; NULL is fine. [loader, reader, import] */
void audiofile_close(AudioFile *file);

/* Who knows how to read recordings. The readers use audiofile_source unless a
   track brings its own: `open` returns what `read` and `close` are given, or
   NULL and a sentence. */
typedef struct {
  void *(*open)(const char *path, AudioFileInfo *info, char **error);
  int (*read)(void *file, int64_t frame, int frames, float *out);
  void (*close)(void *file);
} AudioSource;

extern const AudioSource audiofile_source;

#endif
