/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/recording.h"

#include "engine/tracks/cache.h"
#include "engine/tracks/convert.h"
#include "engine/tracks/playpath.h"
#include "engine/tracks/sentence.h"
#include "engine/tracks/tempfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Slots of a track: a second ahead and the starts of loop and song, but room
   for the longest block at any rate; and what the audio thread may still hold
   elsewhere when the song is moved. */
#define SLOTS_CACHED 8
#define SLOTS_MIN    24
#define SLOTS_HELD   6

static void
set_state(Recording *recording, TrackState state)
{
  atomic_store_explicit(&recording->track.state, state, memory_order_release);
}

static RecordingStage
fail(Recording *recording, char *message)
{
  recording->track.message = message;
  set_state(recording, TRACK_FAILED);
  return RECORDING_FAILED;
}

Recording *
recording_new(const char        *path,
              const char        *folder,
              int                rate,
              const AudioSource *source)
{
  Recording *recording = calloc(1, sizeof *recording);
  if (!recording)
    return NULL;

  track_init(&recording->track);
  recording->path   = strdup(path);
  recording->folder = folder ? strdup(folder) : NULL;
  recording->rate   = rate;
  recording->asked  = source;
  recording->source = source;
  recording->users  = 1;
  if (recording->path && (recording->folder || !folder))
    return recording;

  recording_free(recording);
  return NULL;
}

static void
close_file(Recording *recording)
{
  if (recording->file)
    recording->source->close(recording->file);
  recording->file = NULL;
}

void
recording_free(Recording *recording)
{
  close_file(recording);
  track_cleanup(&recording->track);
  free(recording->cached);
  free(recording->folder);
  free(recording->path);
  free(recording);
}

static int64_t
pages_of(int64_t frames)
{
  return (frames + TRACK_PAGE - 1) / TRACK_PAGE;
}

static int
slots_for(int64_t frames, int rate)
{
  const int     ahead = rate / TRACK_PAGE + 2 + SLOTS_CACHED;
  const int     slots = (ahead > SLOTS_MIN ? ahead : SLOTS_MIN) + SLOTS_HELD;
  const int64_t whole = pages_of(frames);
  return whole < slots ? (int)whole : slots;
}

int
recording_reach(const Recording *recording)
{
  const Track *track = &recording->track;
  return track->slots >= pages_of(track->frames) ? PLAYPATH_MAX
                                                 : track->slots - SLOTS_HELD;
}

/* What is odd about a file that can be played all the same. */
static char *
remark(const Recording *recording)
{
  const AudioFileInfo *info = &recording->info;
  char                *text = NULL;
  if (info->missing > 0)
    sentence(&text,
             "%s: cut short: of %.1f s only the first %.1f s are there",
             recording->path,
             (double)(info->frames + info->missing) / info->rate,
             (double)info->frames / info->rate);
  else if (info->missing < 0)
    sentence(&text,
             "%s: cut short or damaged: its end cannot be read and is silent",
             recording->path);
  return text;
}

static RecordingStage
load(Recording *recording, int64_t frames)
{
  Track *track = &recording->track;
  if (!track_prepare(track,
                     recording->info.channels,
                     frames,
                     slots_for(frames, recording->rate))) {
    char *message = NULL;
    sentence(&message, "%s: no memory left to play it", recording->path);
    return fail(recording, message);
  }
  track->message = remark(recording);
  set_state(recording, TRACK_READY);
  return RECORDING_LOADED;
}

/* Goes on with the converted file instead of the original, if it is there. */
static bool
open_cached(Recording *recording)
{
  AudioFile *file =
    cache_open(recording->cached, &recording->info, recording->rate);
  if (!file)
    return false;
  close_file(recording);
  recording->source = &audiofile_source;
  recording->file   = file;
  return true;
}

static RecordingStage
load_cached(Recording *recording)
{
  return load(recording, cache_frames(&recording->info, recording->rate));
}

/* Looks for the converted file, and has it made if it is not there. */
static RecordingStage
seek_cached(Recording *recording)
{
  char *message = NULL;
  if (!recording->folder) {
    sentence(
      &message,
      "%s: must be converted from %d to %d Hz, but there is no folder to "
      "keep the result in; save the session first",
      recording->path,
      recording->info.rate,
      recording->rate);
    return fail(recording, message);
  }
  recording->cached = cache_path(recording->folder,
                                 recording->path,
                                 &recording->info,
                                 recording->rate,
                                 &message);
  if (!recording->cached)
    return fail(recording, message);
  if (open_cached(recording))
    return load_cached(recording);

  set_state(recording, TRACK_CONVERTING);
  return RECORDING_TO_CONVERT;
}

RecordingStage
recording_open(Recording *recording)
{
  char          *message = NULL;
  AudioFileInfo *info    = &recording->info;

  recording->file = recording->source->open(recording->path, info, &message);
  if (!recording->file)
    return fail(recording, message);
  if (info->channels < 1 || info->channels > AUDIOFILE_CHANNELS_MAX ||
      info->rate < 1 || info->frames < 1) {
    sentence(&message, "%s: nothing that can be played", recording->path);
    return fail(recording, message);
  }
  /* A lossy decoder that starts in the middle need not give the same samples as
     one that came there from the start. */
  return info->rate == recording->rate && info->lossless
           ? load(recording, info->frames)
           : seek_cached(recording);
}

static bool
make_cached(Recording *recording, char **message)
{
  if (mkdir(recording->folder, 0777) < 0 && errno != EEXIST) {
    sentence(message,
             "%s: the folder for converted recordings cannot be made: %s",
             recording->folder,
             strerror(errno));
    return false;
  }
  tempfile_sweep(recording->cached);
  return convert(
    &(Conversion){
      .source  = recording->source,
      .file    = recording->file,
      .info    = &recording->info,
      .rate    = recording->rate,
      .path    = recording->cached,
      .percent = &recording->track.progress,
      .cancel  = &recording->cancel,
    },
    message);
}

RecordingStage
recording_convert(Recording *recording)
{
  char *message = NULL;
  if (!make_cached(recording, &message))
    return fail(recording, message);
  if (open_cached(recording))
    return load_cached(recording);
  sentence(&message,
           "%s: what %s was converted into cannot be read back",
           recording->cached,
           recording->path);
  return fail(recording, message);
}

void
recording_fill(Recording *recording, int64_t page, int slot, float *room)
{
  Track        *track    = &recording->track;
  const int     channels = track->channels;
  const int64_t start    = page * TRACK_PAGE;
  const int64_t left     = track->frames - start;
  const int     wanted   = left < TRACK_PAGE ? (int)left : TRACK_PAGE;
  int got = recording->source->read(recording->file, start, wanted, room);

  if (got < wanted)
    atomic_fetch_add_explicit(&track->faults, 1, memory_order_relaxed);
  if (got < 0)
    got = 0;
  for (int c = 0; c < channels; c++) {
    float *samples = track_room(track, slot, c);
    for (int i = 0; i < got; i++)
      samples[i] = room[(size_t)i * (size_t)channels + (size_t)c];
    memset(samples + got, 0, (size_t)(TRACK_PAGE - got) * sizeof *samples);
  }
  track_publish(track, slot);
}
