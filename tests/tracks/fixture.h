/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_TRACKS_FIXTURE_H
#define CONSORT_TESTS_TRACKS_FIXTURE_H

/* A folder of its own for each test, and audio files in it whose every sample
   tells where it belongs. */

#include <check.h>
#include <dirent.h>
#include <limits.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

static char fixture_folder[PATH_MAX];

static UNUSED void
fixture_setup(void)
{
  const char *base = getenv("TMPDIR");
  snprintf(fixture_folder,
           sizeof fixture_folder - 64,
           "%s/consort-tracks-XXXXXX",
           base ? base : "/tmp");
  ck_assert_ptr_nonnull(mkdtemp(fixture_folder));
}

static UNUSED void
fixture_remove(const char *folder)
{
  DIR *dir = opendir(folder);
  for (struct dirent *entry; dir && (entry = readdir(dir));) {
    char path[PATH_MAX];
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (entry->d_type == DT_DIR)
      fixture_remove(path);
    else
      unlink(path);
  }
  if (dir)
    closedir(dir);
  rmdir(folder);
}

static UNUSED void
fixture_teardown(void)
{
  fixture_remove(fixture_folder);
}

/* The path of a file in the test's folder; good for one more call of eight. */
static UNUSED const char *
fixture_path(const char *name)
{
  static char paths[8][PATH_MAX + 256];
  static int  turn;
  char       *path = paths[turn++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", fixture_folder, name);
  return path;
}

/* Files in a folder. */
static UNUSED int
fixture_count(const char *folder)
{
  DIR *dir   = opendir(folder);
  int  count = 0;
  for (struct dirent *entry; dir && (entry = readdir(dir));)
    count += entry->d_name[0] != '.';
  if (dir)
    closedir(dir);
  return count;
}

/* A small generator of numbers, the same on every machine. */
static UNUSED uint32_t
fixture_random(uint32_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

/* A sample that no other place of a file of moderate size has, exact in 24 bits
   and never 0. */
static UNUSED float
fixture_code(int64_t frame, int channel)
{
  const uint32_t place = (uint32_t)frame * 37u + (uint32_t)channel * 7919u;
  const int      step  = (int)(place % 8388593u) - 4194296;
  return (float)(step >= 0 ? step + 1 : step) / 8388608.0f;
}

/* Writes such a file. Whole numbers go into PCM: libsndfile would scale
   floating point by 2^n − 1. */
static UNUSED void
fixture_write(const char *path, int format, int rate, int channels, int frames)
{
  SF_INFO info = { .format = format, .samplerate = rate, .channels = channels };
  SNDFILE *file = sf_open(path, SFM_WRITE, &info);
  ck_assert_msg(file != NULL, "%s: %s", path, sf_strerror(NULL));
  const int  encoding = format & SF_FORMAT_SUBMASK;
  const bool floats   = encoding == SF_FORMAT_FLOAT ||
                      encoding == SF_FORMAT_DOUBLE ||
                      encoding == SF_FORMAT_VORBIS;
  const size_t count   = (size_t)channels * (size_t)frames;
  float       *samples = malloc(count * sizeof *samples);
  int         *steps   = malloc(count * sizeof *steps);
  for (size_t i = 0; i < count; i++) {
    samples[i] =
      fixture_code((int64_t)i / channels, (int)(i % (size_t)channels));
    steps[i] = (int)((double)samples[i] * 2147483648.0);
  }
  ck_assert_int_eq(floats ? sf_writef_float(file, samples, frames)
                          : sf_writef_int(file, steps, frames),
                   frames);
  free(steps);
  free(samples);
  ck_assert_int_eq(sf_close(file), 0);
}

#endif
