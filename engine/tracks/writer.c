/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/writer.h"

#include "engine/tracks/dither.h"
#include "engine/tracks/sentence.h"
#include "engine/tracks/tempfile.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define CHANNELS_MAX 1024
#define CHUNK        4096 /* samples converted at a time */

struct AudioWriter {
  TempFile   file;
  SNDFILE   *sndfile;
  int        channels;
  WriterBits bits;
  uint64_t   clipped;
  char      *failure; /* what went wrong first */
  Dither    *dithers; /* one a channel */
  int        turn;    /* the channel of the next sample */
  int64_t    samples; /* written so far */
};

typedef struct {
  const char *extension;
  int         format;
  bool        floats;
} Container;

/* RF64 becomes plain WAV at the end unless it is too big for that. */
static const Container containers[] = {
  { ".wav", SF_FORMAT_RF64, true },   { ".w64", SF_FORMAT_W64, true },
  { ".caf", SF_FORMAT_CAF, true },    { ".aiff", SF_FORMAT_AIFF, true },
  { ".aif", SF_FORMAT_AIFF, true },   { ".rf64", SF_FORMAT_RF64, true },
  { ".flac", SF_FORMAT_FLAC, false },
};

static const Container *
container_of(const char *path)
{
  const char *extension = strrchr(path, '.');
  for (size_t i = 0; extension && i < sizeof containers / sizeof *containers;
       i++)
    if (strcasecmp(extension, containers[i].extension) == 0)
      return &containers[i];
  return NULL;
}

static int
encoding_of(WriterBits bits)
{
  switch (bits) {
  case WRITER_16:
    return SF_FORMAT_PCM_16;
  case WRITER_24:
    return SF_FORMAT_PCM_24;
  case WRITER_FLOAT:
    return SF_FORMAT_FLOAT;
  }
  return 0;
}

/* The format for libsndfile, or 0 and a sentence. */
static int
choose_format(const char *path, SF_INFO *info, WriterBits bits, char **error)
{
  const Container *container = container_of(path);
  if (!container) {
    sentence(
      error, "%s: the name must end in .wav, .w64, .caf, .aiff or .flac", path);
    return 0;
  }
  if (bits == WRITER_FLOAT && !container->floats) {
    sentence(error,
             "%s: FLAC has no floating-point samples; take 24 bits, or WAV",
             path);
    return 0;
  }
  info->format = container->format | encoding_of(bits);
  if (info->channels < 1 || info->channels > CHANNELS_MAX ||
      !sf_format_check(info)) {
    sentence(error,
             "%s: this format cannot hold %d channels of %d bits at %d Hz",
             path,
             info->channels,
             bits,
             info->samplerate);
    return 0;
  }
  return info->format;
}

/* Puts the last failure, of the system or of libsndfile, into words. */
static void
explain(char **error, const char *path, SNDFILE *sndfile)
{
  const int code = errno;
  if (code == ENOSPC || code == EDQUOT)
    sentence(
      error, "%s: the disk is full; make room or choose another one", path);
  else if (code == EFBIG)
    sentence(error, "%s: no larger file is possible on this disk", path);
  else
    sentence(error,
             "%s: cannot be written: %s",
             path,
             code ? strerror(code) : sf_strerror(sndfile));
}

static bool
open_sndfile(AudioWriter *writer, const char *path, SF_INFO *info, char **error)
{
  if (!tempfile_open(&writer->file, path, error))
    return false;
  errno           = 0;
  writer->sndfile = sf_open_fd(writer->file.fd, SFM_WRITE, info, SF_FALSE);
  if (!writer->sndfile) {
    explain(error, path, NULL);
    return false;
  }
  sf_command(writer->sndfile, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
  /* Its peaks come with the time of day, and the same mix must give the same
     bytes. RF64 does not listen; see stop_clock(). */
  sf_command(writer->sndfile, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  return true;
}

static AudioWriter *
new_writer(int channels, WriterBits bits)
{
  AudioWriter *writer  = calloc(1, sizeof *writer);
  Dither      *dithers = calloc((size_t)channels, sizeof *dithers);
  if (!writer || !dithers) {
    free(writer);
    free(dithers);
    return NULL;
  }
  writer->file.fd  = -1;
  writer->channels = channels;
  writer->bits     = bits;
  writer->dithers  = dithers;
  for (int i = 0; i < channels; i++)
    dither_init(&dithers[i], (unsigned)i);
  return writer;
}

AudioWriter *
writer_open(const char *path,
            int         rate,
            int         channels,
            WriterBits  bits,
            char      **error)
{
  SF_INFO info = { .samplerate = rate, .channels = channels };
  if (!choose_format(path, &info, bits, error))
    return NULL;
  AudioWriter *writer = new_writer(channels, bits);
  if (!writer) {
    sentence(error, "%s: no memory left to write it", path);
    return NULL;
  }
  if (open_sndfile(writer, path, &info, error))
    return writer;
  writer_cancel(writer);
  return NULL;
}

static void
note_failure(AudioWriter *writer)
{
  if (!writer->failure)
    explain(&writer->failure, writer->file.final, writer->sndfile);
}

/* One sample as a whole number of steps, kept in range. */
static int
quantise(AudioWriter *writer, float sample)
{
  const double full = writer->bits == WRITER_16 ? 0x1p15 : 0x1p23;
  double       x    = isfinite(sample) ? (double)sample : 0.0;
  if (x > 1.0 || x < -1.0)
    writer->clipped++;
  x *= full;
  if (writer->bits == WRITER_16)
    x += dither_next(&writer->dithers[writer->turn]);
  writer->turn = (writer->turn + 1) % writer->channels;
  return (int)lrint(fmin(fmax(x, -full), full - 1));
}

static bool
write_chunk(AudioWriter *writer, const float *samples, int count)
{
  if (writer->bits == WRITER_FLOAT)
    return sf_write_float(writer->sndfile, samples, count) == count;

  /* Full scale of libsndfile's int is that of 32 bits. */
  int       steps[CHUNK];
  const int unit = writer->bits == WRITER_16 ? 1 << 16 : 1 << 8;
  for (int i = 0; i < count; i++)
    steps[i] = quantise(writer, samples[i]) * unit;
  return sf_write_int(writer->sndfile, steps, count) == count;
}

bool
writer_write(AudioWriter *writer, const float *samples, int64_t frames)
{
  const int whole = CHUNK / writer->channels * writer->channels;
  int64_t   left  = frames * writer->channels;

  while (left > 0 && !writer->failure) {
    const int count = left < whole ? (int)left : whole;
    errno           = 0;
    if (!write_chunk(writer, samples, count))
      note_failure(writer);
    samples += count;
    left -= count;
    writer->samples += count;
  }
  return !writer->failure;
}

uint64_t
writer_clipped(const AudioWriter *writer)
{
  return writer->clipped;
}

/* Clears the time in the PEAK chunk of a WAV or RF64 file, which comes before
   its samples. */
static bool
stop_clock(int fd)
{
  unsigned char head[8];
  const int     none = 0;
  if (pread(fd, head, 4, 0) != 4 ||
      (memcmp(head, "RIFF", 4) != 0 && memcmp(head, "RF64", 4) != 0))
    return true;

  for (off_t at = 12; pread(fd, head, 8, at) == 8;) {
    if (memcmp(head, "PEAK", 4) == 0)
      return pwrite(fd, &none, sizeof none, at + 12) == sizeof none;
    if (memcmp(head, "data", 4) == 0)
      break;
    at += 8 + (head[4] | head[5] << 8 | head[6] << 16);
  }
  return true;
}

/* Whether the finished file says of itself what was put into it. */
static bool
reads_back(AudioWriter *writer)
{
  SF_INFO info = { 0 };
  if (lseek(writer->file.fd, 0, SEEK_SET) < 0)
    return false;
  SNDFILE *sndfile = sf_open_fd(writer->file.fd, SFM_READ, &info, SF_FALSE);
  sf_close(sndfile);
  return sndfile && info.frames == writer->samples / writer->channels;
}

/* The header is written last, so this, too, can find the disk full. */
static void
finish_sndfile(AudioWriter *writer)
{
  errno = 0;
  if (sf_error(writer->sndfile) != SF_ERR_NO_ERROR)
    note_failure(writer);
  const int status = sf_close(writer->sndfile);
  writer->sndfile  = NULL;
  if (status != SF_ERR_NO_ERROR ||
      (!writer->failure &&
       !(stop_clock(writer->file.fd) && reads_back(writer))))
    note_failure(writer);
}

bool
writer_close(AudioWriter *writer, char **error)
{
  finish_sndfile(writer);
  if (writer->failure)
    sentence(error, "%s", writer->failure);
  const bool done = !writer->failure && tempfile_commit(&writer->file, error);
  writer_cancel(writer);
  return done;
}

void
writer_cancel(AudioWriter *writer)
{
  if (!writer)
    return;
  if (writer->sndfile)
    sf_close(writer->sndfile);
  tempfile_discard(&writer->file);
  free(writer->failure);
  free(writer->dithers);
  free(writer);
}
