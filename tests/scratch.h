/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_SCRATCH_H
#define CONSORT_TESTS_SCRATCH_H

/* A folder for a test to work in, files in it, and programs run on them. What
   goes wrong here ends the test. */

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A new, empty folder; scratch_free() removes it with all that is in it. */
char *scratch_new(void);
void  scratch_free(char *folder);

/* A path in a folder. g_free. */
char *scratch_path(const char *folder, const char *name);

void  scratch_write(const char *path, const void *bytes, size_t size);
void  scratch_write_text(const char *path, const char *text);
char *scratch_read(const char *path, size_t *size); /* g_free; size or NULL */

/* How many names there are in a folder, itself and above it left out. */
unsigned scratch_count(const char *folder);

/* A session file around some lines, each ", \"key\": value" without the first
   comma; in a folder that is made. */
void scratch_session(const char *folder, const char *lines);

/* An audio file: its format (SF_FORMAT_… of libsndfile), a tone of its own
   frequency in each channel, at half of full scale. */
typedef struct ScratchAudio {
  int format; /* 0: 24-bit WAV */
  int rate;   /* 0: 48000 */
  int channels;
  int frames;
} ScratchAudio;
void scratch_audio(const char *path, const ScratchAudio *audio);

/* The sample of that tone. */
float scratch_sample(int channel, int frame);

/* All of an audio file, interleaved; g_free. */
float *scratch_read_audio(const char *path,
                          int        *channels,
                          int        *rate,
                          int64_t    *frames);

/* Is it a sentence for a person: valid UTF-8 without control characters, that
   ends with a full stop and is not endless? */
bool scratch_is_sentence(const char *text);

/* The console that was built beside this test. g_free. */
char *scratch_console(void);

/* A program that was run to its end. */
typedef struct ScratchRun {
  int   status; /* exit status; 128 + the signal */
  char *out;
  char *err;
} ScratchRun;

/* Runs a program, found on PATH; the arguments end with NULL. */
ScratchRun scratch_run(const char *program, ...) G_GNUC_NULL_TERMINATED;
ScratchRun scratch_run_v(const char *const *argv);
void       scratch_ran(ScratchRun *run);

#endif
