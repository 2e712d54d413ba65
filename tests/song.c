/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/song.h"

#include <check.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/program.h"

#define RATE    44100
#define SECONDS 36

static const char stems[] = "../shared/audio/song-boas-jam";

const char song_rich[] = "\"/desk/tempo\": 96,\n"
                         "\"/dca/1/fader\": -2,\n"
                         "\"/bus/1/name\": \"Band\",\n"
                         "\"/bus/1/kind\": \"group\",\n"
                         "\"/bus/1/comp/on\": true,\n"
                         "\"/bus/1/comp/threshold\": -20,\n"
                         "\"/bus/1/comp/lookahead\": 2,\n"
                         "\"/bus/2/kind\": \"reverb\",\n"
                         "\"/bus/2/reverb/decay\": 1.4,\n"
                         "\"/bus/3/kind\": \"delay\",\n"
                         "\"/bus/4/kind\": \"aux\",\n"
                         "\"/bus/4/channels\": 1,\n"
                         "\"/bus/5/kind\": \"matrix\",\n"
                         "\"/strip/1/hpf/on\": true,\n"
                         "\"/strip/1/gate/on\": true,\n"
                         "\"/strip/1/gate/threshold\": -36,\n"
                         "\"/strip/1/gate/lookahead\": 1.5,\n"
                         "\"/strip/1/comp/on\": true,\n"
                         "\"/strip/1/comp/attack\": 5,\n"
                         "\"/strip/1/dca/1\": true,\n"
                         "\"/strip/2/eq/on\": true,\n"
                         "\"/strip/2/eq/1/gain\": 4,\n"
                         "\"/strip/2/eq/4/gain\": -3,\n"
                         "\"/strip/2/comp/on\": true,\n"
                         "\"/strip/2/comp/key\": \"strip/1\",\n"
                         "\"/strip/2/comp/detector\": \"peak\",\n"
                         "\"/strip/2/pan\": -20,\n"
                         "\"/strip/3/delay\": 11.5,\n"
                         "\"/strip/3/eq/on\": true,\n"
                         "\"/strip/3/eq/5/gain\": 6,\n"
                         "\"/strip/3/comp/on\": true,\n"
                         "\"/strip/3/comp/auto\": true,\n"
                         "\"/strip/3/group/1\": true,\n"
                         "\"/strip/3/to-main\": false,\n"
                         "\"/strip/3/send/2/on\": true,\n"
                         "\"/strip/3/send/2/level\": -8,\n"
                         "\"/strip/3/send/3/on\": true,\n"
                         "\"/strip/3/send/3/level\": -10,\n"
                         "\"/strip/4/lpf/on\": true,\n"
                         "\"/strip/4/gate/on\": true,\n"
                         "\"/strip/4/gate/key\": \"bus/1\",\n"
                         "\"/strip/4/gate/mode\": \"duck\",\n"
                         "\"/strip/4/width\": 60,\n"
                         "\"/strip/4/send/4/on\": true,\n"
                         "\"/strip/4/send/4/level\": -3,\n"
                         "\"/strip/5/deess/on\": true,\n"
                         "\"/strip/5/polarity\": true,\n"
                         "\"/strip/5/fader\": -5.5,\n"
                         "\"/strip/5/group/1\": true,\n"
                         "\"/strip/5/to-main\": false,\n"
                         "\"/strip/5/send/2/on\": true,\n"
                         "\"/strip/5/send/2/level\": -12,\n"
                         "\"/main/eq/on\": true,\n"
                         "\"/main/eq/6/gain\": 2,\n"
                         "\"/main/comp/on\": true";

/* --- synthesised tracks --- */

/* Bursts of noise and a tone over it, different in each track and channel, that
   begin with the first sample. */
static float
sample_of(int track, int channel, int frame, unsigned *seed)
{
  const int beat = RATE / 4 + 371 * track;
  const int at   = frame % beat;

  *seed             = *seed * 1664525u + 1013904223u;
  const float noise = (float)(int)*seed / 2147483648.0f;
  const float tone =
    sinf((float)at * 0.013f * (float)(track + 1) + (float)channel);
  return 0.4f * expf(-(float)at / 3000.0f) * (noise + tone);
}

static void
synthesise(const char *path, int track, int channels, int rate, int frames)
{
  SF_INFO  info = { .samplerate = rate,
                    .channels   = channels,
                    .format     = SF_FORMAT_WAV | SF_FORMAT_PCM_24 };
  SNDFILE *file = sf_open(path, SFM_WRITE, &info);
  unsigned seed = 1u + (unsigned)track;

  ck_assert_ptr_nonnull(file);
  for (int i = 0; i < frames; i += 1024) {
    float     block[2 * 1024];
    const int n = frames - i < 1024 ? frames - i : 1024;
    for (int k = 0; k < n * channels; k++)
      block[k] = sample_of(track, k % channels, i + k / channels, &seed);
    sf_writef_float(file, block, n);
  }
  sf_close(file);
}

static void
synthesise_song(const char *session)
{
  char files[2048] = "";

  printf("No stems beside the project: synthesised ones play.\n");
  for (int i = 0; i < 5; i++) {
    char path[256];
    snprintf(path, sizeof path, "%s-%d.wav", session, i + 1);
    synthesise(path, i, i == 1 ? 1 : 2, RATE, SECONDS * RATE);
    strcat(files, " ");
    strcat(files, path);
  }
  program_run("new %s%s", session, files);
}

void
song_sine(const char *session, double hz, double seconds)
{
  SF_INFO   info   = { .samplerate = RATE,
                       .channels   = 2,
                       .format     = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  const int frames = (int)(seconds * RATE);
  float    *sine   = malloc(2 * (size_t)frames * sizeof *sine);
  char      path[256];

  for (int i = 0; i < frames; i++)
    sine[2 * i] = sine[2 * i + 1] =
      0.5f * (float)sin(2.0 * M_PI * hz * (i + 0.5) / RATE);
  snprintf(path, sizeof path, "%s-sine.wav", session);
  SNDFILE *file = sf_open(path, SFM_WRITE, &info);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(sf_writef_float(file, sine, frames), frames);
  sf_close(file);
  free(sine);
  program_run("new %s %s", session, path);
}

/* --- sessions --- */

void
song_session(const char *session)
{
  if (access(stems, R_OK) == 0)
    program_run("new --link %s %s/01-drums.flac %s/02-bass-guitar.flac "
                "%s/03-lead-guitar.flac %s/04-clavinet.flac %s/05-horns.flac",
                session,
                stems,
                stems,
                stems,
                stems,
                stems);
  else
    synthesise_song(session);
}

/* Lines go in before the brace that ends the file. */
static void
add_lines(const char *session, const char *lines)
{
  char path[512];
  long at;

  snprintf(path, sizeof path, "%s/session.json", session);
  FILE *file = fopen(path, "r+e");
  ck_assert_ptr_nonnull(file);
  fseek(file, 0, SEEK_END);
  for (at = ftell(file) - 1; at > 0; at--) {
    fseek(file, at, SEEK_SET);
    if (getc(file) == '}')
      break;
  }
  fseek(file, at - 1, SEEK_SET);
  fprintf(file, ",\n%s\n}\n", lines);
  fclose(file);
}

void
song_session_with(const char *session, const char *lines)
{
  song_session(session);
  add_lines(session, lines);
}
