/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/scratch.h"

#include <limits.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sessions/folder.h"

char *
scratch_new(void)
{
  char *folder = g_dir_make_tmp("consort-test-XXXXXX", NULL);

  if (!folder)
    g_error("no folder for the test");
  return folder;
}

void
scratch_free(char *folder)
{
  folder_remove(folder);
  g_free(folder);
}

char *
scratch_path(const char *folder, const char *name)
{
  return g_build_filename(folder, name, NULL);
}

void
scratch_write(const char *path, const void *bytes, size_t size)
{
  FILE *file = fopen(path, "wb");

  if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
    g_error("%s cannot be written", path);
}

void
scratch_write_text(const char *path, const char *text)
{
  scratch_write(path, text, strlen(text));
}

char *
scratch_read(const char *path, size_t *size)
{
  char *text = NULL;
  gsize length;

  if (!g_file_get_contents(path, &text, &length, NULL))
    g_error("%s cannot be read", path);
  if (size)
    *size = length;
  return text;
}

unsigned
scratch_count(const char *folder)
{
  GDir    *dir   = g_dir_open(folder, 0, NULL);
  unsigned count = 0;

  while (dir && g_dir_read_name(dir))
    count++;
  if (dir)
    g_dir_close(dir);
  return count;
}

void
scratch_session(const char *folder, const char *lines)
{
  char *path = scratch_path(folder, "session.json");
  char *text = g_strdup_printf("{\n\"format\": \"consort session 1\"%s%s\n}\n",
                               *lines ? ",\n" : "",
                               lines);

  g_mkdir_with_parents(folder, 0755);
  scratch_write_text(path, text);
  g_free(text);
  g_free(path);
}

/* --- audio --- */

float
scratch_sample(int channel, int frame)
{
  const double turn = 0.01 * (channel + 1) * frame;

  return (float)(0.5 * sin(2.0 * M_PI * turn));
}

void
scratch_audio(const char *path, const ScratchAudio *audio)
{
  SF_INFO  info = { .samplerate = audio->rate ? audio->rate : 48000,
                    .channels   = audio->channels,
                    .format     = audio->format ? audio->format
                                                : SF_FORMAT_WAV | SF_FORMAT_PCM_24 };
  SNDFILE *file = sf_open(path, SFM_WRITE, &info);
  float   *row  = g_new(float, (gsize)audio->channels);

  if (!file)
    g_error("%s: %s", path, sf_strerror(NULL));
  for (int frame = 0; frame < audio->frames; frame++) {
    for (int channel = 0; channel < audio->channels; channel++)
      row[channel] = scratch_sample(channel, frame);
    sf_writef_float(file, row, 1);
  }
  g_free(row);
  sf_close(file);
}

float *
scratch_read_audio(const char *path, int *channels, int *rate, int64_t *frames)
{
  SF_INFO  info = { 0 };
  SNDFILE *file = sf_open(path, SFM_READ, &info);

  if (!file)
    g_error("%s: %s", path, sf_strerror(NULL));
  float *samples = g_new(float, (size_t)info.frames *(size_t)info.channels + 1);
  *frames        = sf_readf_float(file, samples, info.frames);
  *channels      = info.channels;
  if (rate)
    *rate = info.samplerate;
  sf_close(file);
  return samples;
}

/* --- programs --- */

bool
scratch_is_sentence(const char *text)
{
  const size_t length = strlen(text);

  if (length < 10 || length > 1000 || !g_utf8_validate(text, -1, NULL))
    return false;
  for (const char *at = text; *at; at = g_utf8_next_char(at))
    if (g_unichar_iscntrl(g_utf8_get_char(at)))
      return false;
  return text[length - 1] == '.' && text[length - 2] != '.';
}

char *
scratch_console(void)
{
  char          self[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

  self[length > 0 ? length : 0] = '\0';
  /* BUILD/tests/FOLDER/check_this */
  for (int i = 0; i < 3; i++)
    *strrchr(self, '/') = '\0';
  return g_build_filename(self, "consort", NULL);
}

ScratchRun
scratch_run_v(const char *const *argv)
{
  ScratchRun run   = { 0 };
  GError    *error = NULL;
  int        status;

  if (!g_spawn_sync(NULL,
                    (char **)argv,
                    NULL,
                    G_SPAWN_SEARCH_PATH,
                    NULL,
                    NULL,
                    &run.out,
                    &run.err,
                    &status,
                    &error))
    g_error("%s", error->message);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return run;
}

ScratchRun
scratch_run(const char *program, ...)
{
  GPtrArray  *argv = g_ptr_array_new();
  const char *next = program;
  va_list     list;

  va_start(list, program);
  for (; next; next = va_arg(list, const char *))
    g_ptr_array_add(argv, (char *)next);
  va_end(list);
  g_ptr_array_add(argv, NULL);
  const ScratchRun run = scratch_run_v((const char *const *)argv->pdata);
  g_ptr_array_free(argv, TRUE);
  return run;
}

void
scratch_ran(ScratchRun *run)
{
  g_free(run->out);
  g_free(run->err);
}
