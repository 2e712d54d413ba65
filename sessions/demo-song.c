/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-song.h"

#include "sessions/demo-drums.h"
#include "sessions/demo-guitar.h"
#include "sessions/demo-pad.h"
#include "sessions/demo-piano.h"
#include "sessions/demo-score.h"
#include "sessions/demo-voice.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <sndfile.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

enum {
  /* What a player may look ahead: a part of the song is played a little
     longer than asked for, so that it equals the whole's beginning. */
  MARGIN = 4096,
  CHUNK  = 16384,
  /* Threads at most: each holds a track or two in memory. */
  PLAYERS = 4,
};

/* A track and who plays it. */
typedef struct Player {
  DemoTrack track;
  bool (*play)(DemoSound *sound);
} Player;

static const Player players[] = {
  { { "Kick", "01-kick.wav", 1, "#c0563b" }, demo_drums_kick },
  { { "Snare", "02-snare.wav", 1, "#c0563b" }, demo_drums_snare },
  { { "Hi-hat", "03-hi-hat.wav", 1, "#c0563b" }, demo_drums_hat },
  { { "Toms", "04-toms.wav", 2, "#c0563b" }, demo_drums_toms },
  { { "Overheads", "05-overheads.wav", 2, "#c0563b" }, demo_drums_overheads },
  { { "Percussion", "06-percussion.wav", 2, "#c98a3a" },
    demo_drums_percussion },
  { { "Bass", "07-bass.wav", 1, "#7a5bc0" }, demo_guitar_bass },
  { { "Clean guitar", "08-clean-guitar.wav", 1, "#3f9b5f" },
    demo_guitar_clean },
  { { "Acoustic", "09-acoustic-guitar.wav", 2, "#3f9b5f" },
    demo_guitar_acoustic },
  { { "Lead guitar", "10-lead-guitar.wav", 1, "#3f9b5f" }, demo_guitar_lead },
  { { "E-piano", "11-electric-piano.wav", 2, "#2f93a8" }, demo_piano_play },
  { { "Strings", "12-strings.wav", 2, "#2f93a8" }, demo_pad_play },
  { { "Lead voice", "13-lead-voice.wav", 1, "#3f6fc4" }, demo_voice_lead },
  { { "Harmonies", "14-harmonies.wav", 2, "#6f94d6" }, demo_voice_harmony },
  { { "Choir", "15-choir.wav", 2, "#6f94d6" }, demo_voice_choir },
};

#define BAR_SECONDS ((double)DEMO_BAR * DEMO_STEP_FRAMES / DEMO_SONG_RATE)

static const DemoSection sections[] = {
  { "Intro", DEMO_INTRO *BAR_SECONDS },
  { "Verse", DEMO_VERSE *BAR_SECONDS },
  { "Chorus", DEMO_CHORUS *BAR_SECONDS },
  { "Bridge", DEMO_BRIDGE *BAR_SECONDS },
  { "Last chorus", DEMO_FINAL *BAR_SECONDS },
  { "Ending", DEMO_ENDING *BAR_SECONDS },
};

int
demo_song_tracks(void)
{
  return COUNT(players);
}

const DemoTrack *
demo_song_track(int track)
{
  return track >= 0 && track < COUNT(players) ? &players[track].track : NULL;
}

int
demo_song_sections(void)
{
  return COUNT(sections);
}

const DemoSection *
demo_song_section(int section)
{
  return section >= 0 && section < COUNT(sections) ? &sections[section] : NULL;
}

size_t
demo_song_frames(void)
{
  return (size_t)DEMO_SCORE_STEPS * DEMO_STEP_FRAMES;
}

/* The end of the song falls silent, whatever still rings. */
static double
ending(size_t frame)
{
  const size_t end  = demo_song_frames();
  const size_t fade = DEMO_SONG_RATE;
  if (frame + fade <= end) {
    return 1.0;
  }
  return frame < end ? (double)(end - frame) / (double)fade : 0.0;
}

bool
demo_song_render(int track, size_t frames, float *out)
{
  DemoSound sound;
  if (!demo_song_track(track)) {
    return false;
  }
  const Player *player = &players[track];
  const size_t  count  = (size_t)player->track.channels;
  const bool    ok =
    demo_sound_init(&sound, frames + MARGIN, player->track.channels) &&
    player->play(&sound);
  for (size_t i = 0; ok && i < frames; i++) {
    for (size_t c = 0; c < count; c++) {
      out[i * count + c] = (float)(ending(i) * (double)sound.channel[c][i]);
    }
  }
  demo_sound_cleanup(&sound);
  return ok;
}

/* Rounds to the 24 bits of the file; beyond full scale stays at it. */
static int
quantise(float x)
{
  const double top    = 8388607.0;
  const double scaled = floor((double)x * 8388608.0 + 0.5);
  const double held   = scaled > top ? top : scaled < -top ? -top : scaled;
  return (int)held * 256; /* libsndfile's integers are 32 bits */
}

/* Writes a rendered track to a path. */
static bool
track_save(const char      *path,
           const DemoTrack *track,
           const float     *x,
           char           **error)
{
  const size_t count = demo_song_frames() * (size_t)track->channels;
  SF_INFO      info  = { .samplerate = DEMO_SONG_RATE,
                         .channels   = track->channels,
                         .format     = SF_FORMAT_WAV | SF_FORMAT_PCM_24 };
  SNDFILE     *file  = sf_open(path, SFM_WRITE, &info);
  bool         ok    = file != NULL;
  int          part[CHUNK];
  /* No peak chunk: it holds the time of writing. */
  if (file) {
    sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  }
  for (size_t at = 0; ok && at < count; at += CHUNK) {
    const size_t n = count - at < CHUNK ? count - at : CHUNK;
    for (size_t i = 0; i < n; i++) {
      part[i] = quantise(x[at + i]);
    }
    ok = sf_write_int(file, part, (sf_count_t)n) == (sf_count_t)n;
  }
  if (!ok) {
    *error = g_strdup_printf("%s: could not be written: %s. Is the disk full?",
                             path,
                             sf_strerror(file));
  }
  if (file && sf_close(file) && ok) {
    *error =
      g_strdup_printf("%s: could not be finished. Is the disk full?", path);
    ok = false;
  }
  return ok;
}

/* Plays one track into a file beside its name, then gives it its name. */
static bool
track_write(const char *folder, int number, char **error)
{
  const DemoTrack *track = demo_song_track(number);
  char            *path  = g_build_filename(folder, track->file, NULL);
  char            *part  = g_strconcat(path, ".part", NULL);
  float           *x =
    g_try_malloc_n(demo_song_frames() * (size_t)track->channels, sizeof *x);
  bool ok = x && demo_song_render(number, demo_song_frames(), x);
  if (!ok) {
    *error = g_strdup_printf(
      "%s: not enough memory to play it. Close other programs and try again.",
      path);
  } else {
    ok = track_save(part, track, x, error);
  }
  if (ok && g_rename(part, path) != 0) {
    *error =
      g_strdup_printf("%s: could not be renamed: %s.", part, g_strerror(errno));
    ok = false;
  }
  if (!ok) {
    g_unlink(part);
  }
  g_free(x);
  g_free(part);
  g_free(path);
  return ok;
}

/* What the threads that play share. */
typedef struct Recording {
  const char *folder;
  GMutex      lock;
  GCond       news;
  int         next;    /* track to be taken */
  int         written; /* tracks that are done */
  int         playing; /* threads at work */
  char       *error;   /* the first; ends the recording */
} Recording;

static gpointer
recording_play(gpointer data)
{
  Recording *recording = data;
  g_mutex_lock(&recording->lock);
  while (recording->next < COUNT(players) && !recording->error) {
    const int track = recording->next++;
    char     *error = NULL;
    g_mutex_unlock(&recording->lock);
    const bool ok = track_write(recording->folder, track, &error);
    g_mutex_lock(&recording->lock);
    recording->written += ok;
    if (recording->error) {
      g_free(error);
    } else {
      recording->error = error;
    }
    g_cond_signal(&recording->news);
  }
  recording->playing--;
  g_cond_signal(&recording->news);
  g_mutex_unlock(&recording->lock);
  return NULL;
}

/* Reports until all threads are done. */
static void
recording_watch(Recording *recording, DemoProgress *progress, void *data)
{
  g_mutex_lock(&recording->lock);
  while (recording->playing > 0) {
    const int   written = recording->written;
    const int   coming  = written < COUNT(players) ? written : written - 1;
    const char *name    = players[coming].track.name;
    g_mutex_unlock(&recording->lock);
    if (progress) {
      progress(data, (double)written / COUNT(players), name);
    }
    g_mutex_lock(&recording->lock);
    while (recording->playing > 0 && recording->written == written) {
      g_cond_wait(&recording->news, &recording->lock);
    }
  }
  g_mutex_unlock(&recording->lock);
}

bool
demo_song_write(const char   *folder,
                DemoProgress *progress,
                void         *data,
                char        **error)
{
  if (g_mkdir_with_parents(folder, 0777) != 0) {
    *error = g_strdup_printf(
      "%s: this folder could not be made: %s.", folder, g_strerror(errno));
    return false;
  }
  GThread  *thread[PLAYERS];
  Recording recording = { .folder = folder };
  const int threads   = (int)CLAMP(g_get_num_processors(), 1, PLAYERS);
  g_mutex_init(&recording.lock);
  g_cond_init(&recording.news);
  recording.playing = threads;
  for (int i = 0; i < threads; i++) {
    thread[i] = g_thread_new("demo", recording_play, &recording);
  }
  recording_watch(&recording, progress, data);
  for (int i = 0; i < threads; i++) {
    g_thread_join(thread[i]);
  }
  g_mutex_clear(&recording.lock);
  g_cond_clear(&recording.news);
  if (recording.error) {
    *error = recording.error;
    return false;
  }
  if (progress) {
    progress(data, 1.0, "");
  }
  return true;
}
