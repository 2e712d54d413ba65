/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_WRITER_H
#define CONSORT_TRACKS_WRITER_H

/* Audio files as they are delivered: written beside their final name, made
   durable, and only then given it. */

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  WRITER_16    = 16, /* TPDF dither, the same noise for the same samples */
  WRITER_24    = 24, /* rounded: 24-bit audio that was not touched stays so */
  WRITER_FLOAT = 32, /* 32-bit floating point */
} WriterBits;

typedef struct AudioWriter AudioWriter;

/* Opens a file to be written. Its format follows from its name: .wav (RF64 when
   it grows beyond 4 GiB), .w64, .caf, .aiff, .aif or .flac (16 and 24 bit). An
   existing file stays until writer_close() replaces it. NULL with a sentence in
   *error, to be freed. [render] */
AudioWriter *writer_open(const char *path,
                         int         rate,
                         int         channels,
                         WriterBits  bits,
                         char      **error);

/* Appends interleaved frames. False once something has gone wrong;
   writer_close() says what. [render] */
bool writer_write(AudioWriter *writer, const float *samples, int64_t frames);

/* Samples so far that had to be cut to full scale (never in floating point).
   [render] */
uint64_t writer_clipped(const AudioWriter *writer);

/* Finishes the file and gives it its name. False with a sentence in *error if
   anything failed since writer_open(): then nothing is left behind, and a file
   that was there before is as it was. Frees the writer either way. [render] */
bool writer_close(AudioWriter *writer, char **error);

/* Gives up: nothing is left behind. NULL is fine. [render] */
void writer_cancel(AudioWriter *writer);

#endif
