/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/readers.h"

#include "engine/tracks/schedule.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* One lock guards the list of recordings, the schedule, and who works on what.
   It is held for book-keeping only, never while a file is touched, so control
   may take it. */

#define POLL_MS        4
#define THREADS_MAX    16
#define NICE_CONVERTER 19

struct Readers {
  pthread_mutex_t lock;
  pthread_cond_t  work;    /* for readers: there may be pages to fill */
  pthread_cond_t  chores;  /* for opener and converters */
  pthread_cond_t  settled; /* for who waits for any of them */
  bool            stop;

  Recording **recordings;
  int         count;
  int         capacity;
  Recording  *bin; /* to be closed and freed by the opener */

  Schedule schedule;
  bool     watching; /* one idle reader watches the playhead for all */
  int      waiters;

  int       readers;
  int       started;
  pthread_t threads[2 * THREADS_MAX + 1];
};

/* --- work on a recording --- */

static void
discard(Readers *readers, Recording *recording)
{
  recording->next = readers->bin;
  readers->bin    = recording;
  pthread_cond_broadcast(&readers->chores);
}

/* Ends what a thread did to a recording that it had marked as busy. */
static void
release(Readers *readers, Recording *recording)
{
  recording->busy = false;
  if (recording->users == 0)
    discard(readers, recording);
  else if (recording->skipped) {
    recording->skipped = false;
    schedule_rewind(&readers->schedule);
    pthread_cond_broadcast(&readers->work);
  }
  if (readers->waiters > 0)
    pthread_cond_broadcast(&readers->settled);
}

/* All readers are to know at once when the song goes elsewhere. */
static void
follow(Readers *readers)
{
  if (schedule_follow(&readers->schedule))
    pthread_cond_broadcast(&readers->work);
}

/* Until the level is there or the song is going elsewhere. */
static void
fill_level(Readers *readers, Recording *recording, int level, float *room)
{
  const unsigned route = readers->schedule.route;
  int64_t        page;
  int            slot;
  while (!readers->stop && recording->users > 0 &&
         readers->schedule.route == route &&
         schedule_claim(&readers->schedule, recording, level, &page, &slot)) {
    pthread_mutex_unlock(&readers->lock);
    recording_fill(recording, page, slot, room);
    pthread_mutex_lock(&readers->lock);
    follow(readers);
  }
}

static struct timespec
after(int milliseconds)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  time.tv_sec += milliseconds / 1000;
  time.tv_nsec += milliseconds % 1000 * 1000000L;
  if (time.tv_nsec >= 1000000000L) {
    time.tv_sec++;
    time.tv_nsec -= 1000000000L;
  }
  return time;
}

static void
idle(Readers *readers)
{
  if (readers->watching) {
    pthread_cond_wait(&readers->work, &readers->lock);
    return;
  }
  const struct timespec until = after(POLL_MS);
  readers->watching           = true;
  pthread_cond_timedwait(&readers->work, &readers->lock, &until);
  readers->watching = false;
  if (readers->schedule.retry) {
    readers->schedule.retry = false;
    schedule_rewind(&readers->schedule);
    pthread_cond_broadcast(&readers->work);
  } else
    follow(readers);
}

static void *
read_ahead(void *data)
{
  Readers *readers = data;
  float    room[TRACK_PAGE * AUDIOFILE_CHANNELS_MAX];

  pthread_setname_np(pthread_self(), "consort-read");
  pthread_mutex_lock(&readers->lock);
  while (!readers->stop) {
    int level;
    follow(readers);
    Recording *recording = schedule_pick(
      &readers->schedule, readers->recordings, readers->count, &level);
    if (recording) {
      fill_level(readers, recording, level, room);
      release(readers, recording);
    } else
      idle(readers);
  }
  pthread_mutex_unlock(&readers->lock);
  return NULL;
}

/* The next recording at a stage that nobody works on, marked as busy. */
static Recording *
pick_stage(Readers *readers, RecordingStage stage)
{
  for (int i = 0; i < readers->count; i++) {
    Recording *recording = readers->recordings[i];
    if (recording->stage == stage && !recording->busy) {
      recording->busy = true;
      return recording;
    }
  }
  return NULL;
}

/* Brings a recording from one stage to the next, without the lock. */
static void
advance(Readers   *readers,
        Recording *recording,
        RecordingStage (*step)(Recording *recording))
{
  pthread_mutex_unlock(&readers->lock);
  const RecordingStage stage = step(recording);
  pthread_mutex_lock(&readers->lock);
  recording->stage   = stage;
  recording->skipped = true; /* the cursor may have passed it */
  release(readers, recording);
  pthread_cond_broadcast(&readers->chores);
}

static void *
open_and_close(void *data)
{
  Readers *readers = data;
  pthread_setname_np(pthread_self(), "consort-open");
  pthread_mutex_lock(&readers->lock);
  while (!readers->stop) {
    Recording *recording = pick_stage(readers, RECORDING_NEW);
    if (recording)
      advance(readers, recording, recording_open);
    else if (readers->bin) {
      recording    = readers->bin;
      readers->bin = recording->next;
      pthread_mutex_unlock(&readers->lock);
      recording_free(recording);
      pthread_mutex_lock(&readers->lock);
    } else
      pthread_cond_wait(&readers->chores, &readers->lock);
  }
  pthread_mutex_unlock(&readers->lock);
  return NULL;
}

static void *
convert_files(void *data)
{
  Readers *readers = data;
  pthread_setname_np(pthread_self(), "consort-convert");
  /* Of this thread alone, as Linux has it. */
  setpriority(PRIO_PROCESS, (id_t)gettid(), NICE_CONVERTER);
  pthread_mutex_lock(&readers->lock);
  while (!readers->stop) {
    Recording *recording = pick_stage(readers, RECORDING_TO_CONVERT);
    if (recording)
      advance(readers, recording, recording_convert);
    else
      pthread_cond_wait(&readers->chores, &readers->lock);
  }
  pthread_mutex_unlock(&readers->lock);
  return NULL;
}

/* --- from outside --- */

static bool
start(Readers *readers, void *(*body)(void *data))
{
  if (pthread_create(
        &readers->threads[readers->started], NULL, body, readers) != 0)
    return false;
  readers->started++;
  return true;
}

/* Signals are for the threads that were there before. */
static bool
start_all(Readers *readers)
{
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool done = start(readers, open_and_close);
  for (int i = 0; i < readers->readers && done; i++)
    done = start(readers, read_ahead) && start(readers, convert_files);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return done;
}

Readers *
readers_new(const Playhead *playhead, int threads)
{
  Readers *readers = calloc(1, sizeof *readers);
  if (!readers)
    return NULL;

  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_mutex_init(&readers->lock, NULL);
  pthread_cond_init(&readers->work, &monotonic);
  pthread_cond_init(&readers->chores, &monotonic);
  pthread_cond_init(&readers->settled, &monotonic);
  pthread_condattr_destroy(&monotonic);

  readers->schedule.playhead = playhead;
  readers->readers           = threads < 1             ? 1
                               : threads > THREADS_MAX ? THREADS_MAX
                                                       : threads;
  if (start_all(readers))
    return readers;
  readers_free(readers);
  return NULL;
}

void
readers_free(Readers *readers)
{
  if (!readers)
    return;

  pthread_mutex_lock(&readers->lock);
  readers->stop = true;
  for (int i = 0; i < readers->count; i++)
    atomic_store(&readers->recordings[i]->cancel, true);
  pthread_cond_broadcast(&readers->work);
  pthread_cond_broadcast(&readers->chores);
  pthread_mutex_unlock(&readers->lock);
  for (int i = 0; i < readers->started; i++)
    pthread_join(readers->threads[i], NULL);

  for (int i = 0; i < readers->count; i++)
    discard(readers, readers->recordings[i]);
  while (readers->bin) {
    Recording *recording = readers->bin;
    readers->bin         = recording->next;
    recording_free(recording);
  }
  free(readers->recordings);
  pthread_cond_destroy(&readers->settled);
  pthread_cond_destroy(&readers->chores);
  pthread_cond_destroy(&readers->work);
  pthread_mutex_destroy(&readers->lock);
  free(readers);
}

static Recording *
find(const Readers *readers, const TrackSpec *spec, const AudioSource *source)
{
  for (int i = 0; i < readers->count; i++) {
    Recording *recording = readers->recordings[i];
    if (recording->rate == spec->rate && recording->asked == source &&
        recording->stage != RECORDING_FAILED &&
        strcmp(recording->path, spec->path) == 0)
      return recording;
  }
  return NULL;
}

static bool
reserve(Readers *readers)
{
  if (readers->count < readers->capacity)
    return true;
  const int   capacity = readers->capacity * 2 + 16;
  Recording **list     = realloc(readers->recordings,
                             (size_t)capacity * sizeof *readers->recordings);
  if (!list)
    return false;
  readers->recordings = list;
  readers->capacity   = capacity;
  return true;
}

static Recording *
append(Readers *readers, const TrackSpec *spec, const AudioSource *source)
{
  Recording *recording =
    reserve(readers)
      ? recording_new(spec->path, spec->cache, spec->rate, source)
      : NULL;
  if (!recording)
    return NULL;
  readers->recordings[readers->count++] = recording;
  schedule_reach(&readers->schedule, spec->rate); /* a second */
  pthread_cond_broadcast(&readers->chores);
  return recording;
}

Track *
readers_open(Readers *readers, const TrackSpec *spec)
{
  const AudioSource *source = spec->source ? spec->source : &audiofile_source;

  pthread_mutex_lock(&readers->lock);
  Recording *recording = find(readers, spec, source);
  if (recording)
    recording->users++;
  else
    recording = append(readers, spec, source);
  pthread_mutex_unlock(&readers->lock);
  return recording ? &recording->track : NULL;
}

static int
index_of(const Readers *readers, const Track *track)
{
  for (int i = 0; i < readers->count; i++)
    if (&readers->recordings[i]->track == track)
      return i;
  return -1;
}

void
readers_close(Readers *readers, Track *track)
{
  pthread_mutex_lock(&readers->lock);
  const int at = track ? index_of(readers, track) : -1;
  if (at >= 0 && --readers->recordings[at]->users == 0) {
    Recording *recording    = readers->recordings[at];
    readers->recordings[at] = readers->recordings[--readers->count];
    schedule_rewind(&readers->schedule);
    atomic_store(&recording->cancel, true);
    if (!recording->busy)
      discard(readers, recording);
  }
  pthread_mutex_unlock(&readers->lock);
}

bool
readers_info(Readers *readers, const Track *track, AudioFileInfo *info)
{
  pthread_mutex_lock(&readers->lock);
  const int        at        = index_of(readers, track);
  const Recording *recording = at < 0 ? NULL : readers->recordings[at];
  const bool known = recording && (recording->stage == RECORDING_TO_CONVERT ||
                                   recording->stage == RECORDING_LOADED);
  if (known)
    *info = recording->info;
  pthread_mutex_unlock(&readers->lock);
  return known;
}

uint64_t
readers_underruns(Readers *readers)
{
  uint64_t sum = 0;
  pthread_mutex_lock(&readers->lock);
  for (int i = 0; i < readers->count; i++)
    sum += atomic_load_explicit(&readers->recordings[i]->track.underruns,
                                memory_order_relaxed);
  pthread_mutex_unlock(&readers->lock);
  return sum;
}

/* --- waiting --- */

static bool
is_settled(const Recording *recording)
{
  return recording->stage == RECORDING_LOADED ||
         recording->stage == RECORDING_FAILED;
}

static bool
all_settled(const Readers *readers)
{
  for (int i = 0; i < readers->count; i++)
    if (!is_settled(readers->recordings[i]))
      return false;
  return true;
}

static bool
all_hold(const Readers *readers, const PlayPath *path)
{
  for (int i = 0; i < readers->count; i++) {
    const Recording *recording = readers->recordings[i];
    if (!is_settled(recording))
      return false;
    if (recording->stage == RECORDING_FAILED)
      continue;
    for (int p = 0; p < path->count; p++)
      if (!track_holds(
            &recording->track, path->page[p] * TRACK_PAGE, TRACK_PAGE))
        return false;
  }
  return true;
}

static bool
all_sound(const Readers *readers)
{
  for (int i = 0; i < readers->count; i++) {
    const Track *track = &readers->recordings[i]->track;
    if (track_state(track) == TRACK_FAILED ||
        atomic_load_explicit(&track->faults, memory_order_relaxed) > 0)
      return false;
  }
  return true;
}

bool
readers_wait(Readers *readers, int64_t frame, int frames)
{
  PlayPath           block    = { 0 };
  const SongPosition position = playhead_look(readers->schedule.playhead);
  playpath_follow(&block, &position, frame, frames);

  pthread_mutex_lock(&readers->lock);
  readers->waiters++;
  readers->schedule.held = true;
  const unsigned route   = readers->schedule.route;
  schedule_demand(&readers->schedule, &block, position.frame);
  if (readers->schedule.route != route)
    pthread_cond_broadcast(&readers->work);
  while (!all_hold(readers, &block))
    pthread_cond_wait(&readers->settled, &readers->lock);
  readers->schedule.held = false;
  readers->waiters--;
  const bool sound = all_sound(readers);
  pthread_mutex_unlock(&readers->lock);
  return sound;
}

bool
readers_settle(Readers *readers, int milliseconds)
{
  const struct timespec until  = after(milliseconds < 0 ? 0 : milliseconds);
  int                   status = 0;

  pthread_mutex_lock(&readers->lock);
  readers->waiters++;
  while (!all_settled(readers) && status == 0)
    status =
      milliseconds < 0
        ? pthread_cond_wait(&readers->settled, &readers->lock)
        : pthread_cond_timedwait(&readers->settled, &readers->lock, &until);
  readers->waiters--;
  const bool settled = all_settled(readers);
  pthread_mutex_unlock(&readers->lock);
  return settled;
}
