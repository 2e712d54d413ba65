/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/audiofile.h"

#include "engine/tracks/audiohead.h"
#include "engine/tracks/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMATS "WAV, W64, RF64, AIFF, CAF, FLAC or OGG"

/* A year at the highest rate; a header that claims more is not to be believed.
 */
#define FRAMES_MAX ((int64_t)AUDIOFILE_RATE_MAX * 31557600)

struct AudioFile {
  int      fd;
  SNDFILE *sndfile;
  int64_t  position; /* of the next frame, -1: nobody knows */
};

typedef struct {
  int  subtype; /* SF_FORMAT_... */
  int  bits;    /* 0: lossy */
  bool is_float;
} Codec;

static const Codec codecs[] = {
  { SF_FORMAT_PCM_S8, 8, false },  { SF_FORMAT_PCM_U8, 8, false },
  { SF_FORMAT_PCM_16, 16, false }, { SF_FORMAT_PCM_24, 24, false },
  { SF_FORMAT_PCM_32, 32, false }, { SF_FORMAT_FLOAT, 32, true },
  { SF_FORMAT_DOUBLE, 64, true },  { SF_FORMAT_VORBIS, 0, false },
  { SF_FORMAT_OPUS, 0, false },
};

static const Codec *
codec_of(int format)
{
  for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
    if (codecs[i].subtype == (format & SF_FORMAT_SUBMASK))
      return &codecs[i];
  return NULL;
}

/* The device is asked for only when it is known to be a file: opening some of
   them does things. Without O_NONBLOCK a FIFO put there meanwhile would hang.
 */
static int
open_regular(const char *path, char **error)
{
  struct stat status;
  if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
    sentence(error,
             "%s: %s, not an audio file",
             path,
             S_ISDIR(status.st_mode) ? "this is a folder"
                                     : "this is a device or a pipe");
    return -1;
  }

  const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) {
    sentence(error, "%s: cannot be opened: %s", path, strerror(errno));
    return -1;
  }
  if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
    sentence(error, "%s: not a regular file", path);
    close(fd);
    return -1;
  }
  if (status.st_size == 0) {
    sentence(error, "%s: the file is empty; copy or record it again", path);
    close(fd);
    return -1;
  }
  return fd;
}

static bool
check_head(const char *path, int fd, AudioHead *head, char **error)
{
  switch (audiohead_read(fd, head)) {
  case AUDIOHEAD_OK:
    return true;
  case AUDIOHEAD_UNKNOWN:
    sentence(
      error, "%s: not an audio file that can be read; use " FORMATS, path);
    return false;
  case AUDIOHEAD_CODED:
    sentence(error,
             "%s: a %s file with compressed samples (ADPCM or the like); "
             "convert it to PCM",
             path,
             head->format);
    return false;
  case AUDIOHEAD_BROKEN:
    sentence(error,
             "%s: a %s file that breaks off before its samples; copy or "
             "record it again",
             path,
             head->format);
    return false;
  case AUDIOHEAD_ENDLESS:
    sentence(error,
             "%s: a %s file with a senseless number of chunks",
             path,
             head->format);
    return false;
  }
  return false;
}

/* A recorder that is killed leaves samples of which its header knows nothing.
 */
static bool
is_unfinished(int fd, const AudioHead *head)
{
  struct stat status;
  return head->data_at >= 0 && head->data_bytes < 0 &&
         fstat(fd, &status) == 0 && status.st_size > head->data_at + 1024;
}

static bool
check_info(const char      *path,
           int              fd,
           const SF_INFO   *info,
           const AudioHead *head,
           char           **error)
{
  if (!codec_of(info->format))
    sentence(error,
             "%s: a codec that is not supported; use " FORMATS
             " with PCM or floating-point samples",
             path);
  else if (info->channels < 1 || info->channels > AUDIOFILE_CHANNELS_MAX)
    sentence(error,
             "%s: %d channels; a file may have up to %d",
             path,
             info->channels,
             AUDIOFILE_CHANNELS_MAX);
  else if (info->samplerate < AUDIOFILE_RATE_MIN ||
           info->samplerate > AUDIOFILE_RATE_MAX)
    sentence(error,
             "%s: a sample rate of %d Hz; %d to %d Hz can be used",
             path,
             info->samplerate,
             AUDIOFILE_RATE_MIN,
             AUDIOFILE_RATE_MAX);
  else if (info->frames < 1)
    sentence(error,
             "%s: there is no audio in this file%s",
             path,
             is_unfinished(fd, head)
               ? ", or its recorder never finished it; if so, repair it with "
                 "sox --ignore-length"
               : "");
  else if (info->frames > FRAMES_MAX)
    sentence(error,
             "%s: the file does not say how long it is; convert it to WAV",
             path);
  else
    return true;
  return false;
}

/* Frames that the header promises and the file lacks. What is not compressed is
   a matter of size; FLAC has to show that its last frame is there. */
static int64_t
missing_frames(SNDFILE *sndfile, const SF_INFO *info, const AudioHead *head)
{
  const Codec *codec = codec_of(info->format);
  if (head->data_bytes > 0 && codec->bits > 0) {
    const int64_t promised =
      head->data_bytes / (codec->bits / 8 * info->channels);
    return promised > info->frames ? promised - info->frames : 0;
  }
  if ((info->format & SF_FORMAT_TYPEMASK) != SF_FORMAT_FLAC)
    return 0;

  float      last[AUDIOFILE_CHANNELS_MAX];
  const bool there = sf_seek(sndfile, info->frames - 1, SEEK_SET) >= 0 &&
                     sf_readf_float(sndfile, last, 1) == 1;
  return there ? 0 : -1;
}

static void
describe(SNDFILE         *sndfile,
         const SF_INFO   *sf,
         const AudioHead *head,
         AudioFileInfo   *info)
{
  const Codec *codec = codec_of(sf->format);

  *info = (AudioFileInfo){
    .rate     = sf->samplerate,
    .channels = sf->channels,
    .frames   = sf->frames,
    .missing  = missing_frames(sndfile, sf, head),
    .bits     = codec->bits,
    .is_float = codec->is_float,
    .lossless = codec->bits > 0,
  };
  strncpy(info->format, head->format, sizeof info->format - 1);
}

static SNDFILE *
open_sndfile(const char *path, int fd, AudioFileInfo *info, char **error)
{
  AudioHead head;
  SF_INFO   sf = { 0 };
  if (!check_head(path, fd, &head, error))
    return NULL;

  SNDFILE *sndfile = sf_open_fd(fd, SFM_READ, &sf, SF_FALSE);
  if (!sndfile) {
    sentence(error,
             "%s: not an audio file that can be read (%s); use " FORMATS,
             path,
             sf_strerror(NULL));
    return NULL;
  }
  if (!check_info(path, fd, &sf, &head, error)) {
    sf_close(sndfile);
    return NULL;
  }
  describe(sndfile, &sf, &head, info);
  return sndfile;
}

AudioFile *
audiofile_open(const char *path, AudioFileInfo *info, char **error)
{
  AudioFile *file = calloc(1, sizeof *file);
  if (!file) {
    sentence(error, "%s: no memory left to open it", path);
    return NULL;
  }

  file->fd = open_regular(path, error);
  if (file->fd >= 0)
    file->sndfile = open_sndfile(path, file->fd, info, error);
  if (file->sndfile) {
    const bool sound = info->missing >= 0;
    file->position = sound && sf_seek(file->sndfile, 0, SEEK_SET) == 0 ? 0 : -1;
    return file;
  }

  audiofile_close(file);
  return NULL;
}

/* A decoder that has met damage may never find its way again. */
static bool
start_again(AudioFile *file)
{
  SF_INFO sf = { 0 };
  sf_close(file->sndfile);
  file->sndfile  = NULL;
  file->position = 0;
  if (lseek(file->fd, 0, SEEK_SET) == 0)
    file->sndfile = sf_open_fd(file->fd, SFM_READ, &sf, SF_FALSE);
  return file->sndfile != NULL;
}

int
audiofile_read(AudioFile *file, int64_t frame, int frames, float *out)
{
  if (file->position < 0 && !start_again(file))
    return 0;
  if (frame != file->position &&
      sf_seek(file->sndfile, frame, SEEK_SET) != frame) {
    file->position = -1;
    return 0;
  }
  const sf_count_t count = sf_readf_float(file->sndfile, out, frames);
  file->position         = count == frames ? frame + frames : -1;
  return count < 0 ? 0 : (int)count;
}

void
audiofile_close(AudioFile *file)
{
  if (!file)
    return;
  if (file->sndfile)
    sf_close(file->sndfile);
  if (file->fd >= 0)
    close(file->fd);
  free(file);
}

bool
audiofile_probe(const char *path, AudioFileInfo *info, char **error)
{
  AudioFile *file = audiofile_open(path, info, error);
  audiofile_close(file);
  return file != NULL;
}

/* --- as a source --- */

static void *
source_open(const char *path, AudioFileInfo *info, char **error)
{
  return audiofile_open(path, info, error);
}

static int
source_read(void *file, int64_t frame, int frames, float *out)
{
  return audiofile_read(file, frame, frames, out);
}

static void
source_close(void *file)
{
  audiofile_close(file);
}

const AudioSource audiofile_source = {
  .open  = source_open,
  .read  = source_read,
  .close = source_close,
};
