/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consort render: the desk's engine, offline, into a file. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/cmd-tracks.h"
#include "console/cmd.h"
#include "console/link.h"
#include "engine/backends/offline.h"
#include "engine/tracks/writer.h"
#include "sessions/lock.h"
#include "sessions/session.h"

typedef struct Options {
  char  *output;
  char  *bits;
  int    rate;
  double start;
  double end; /* NaN: with the last track */
  double tail;
  int    block;
  char  *kernel;
} Options;

typedef struct Render {
  Link               *link;
  AudioWriter        *writer;
  int64_t             start;
  int64_t             frames;
  int64_t             done;
  bool                full; /* the writer took no more */
  const _Atomic bool *stop;
  CmdProgress         progress;
} Render;

static bool
wait_for_tracks(void *self, int64_t frame, int frames)
{
  Render *render = self;

  return readers_wait(link_readers(render->link), frame, frames);
}

static bool
sink(void *self, const float *frames, int count)
{
  Render *render = self;

  if (atomic_load(render->stop))
    return false;
  render->done += count;
  cmd_progress(&render->progress,
               (double)render->done / (double)render->frames);
  render->full = !writer_write(render->writer, frames, count);
  return !render->full;
}

static void
print_notice(void *self, const char *sentence)
{
  (void)self;
  cmd_fail("%s", sentence);
}

static bool
parse_bits(const char *text, WriterBits *bits)
{
  static const struct {
    const char *text;
    WriterBits  bits;
  } choices[] = { { "16", WRITER_16 },
                  { "24", WRITER_24 },
                  { "32f", WRITER_FLOAT } };

  for (size_t i = 0; i < G_N_ELEMENTS(choices); i++)
    if (strcmp(text, choices[i].text) == 0) {
      *bits = choices[i].bits;
      return true;
    }
  cmd_fail("--bits %s: use 16, 24 or 32f.", text);
  return false;
}

/* A time on the command line: a day of song, and room. */
static bool
is_time(double seconds)
{
  return seconds >= 0.0 && seconds <= 864000.0;
}

static bool
check(const Options *options, WriterBits *bits)
{
  if (!options->output)
    cmd_fail("where to? Say -o FILE, as -o mix.wav.");
  else if (options->block < 1 || options->block > 16384)
    cmd_fail("--block %d: use 1 to 16384 frames.", options->block);
  else if (options->rate && (options->rate < 8000 || options->rate > 384000))
    cmd_fail("--rate %d: use 8000 to 384000 Hz.", options->rate);
  else if (!is_time(options->start))
    cmd_fail("--start %g: use seconds from 0 on.", options->start);
  else if (!isnan(options->end) && !is_time(options->end))
    cmd_fail("--end %g: use seconds from 0 on.", options->end);
  else if (!(options->tail >= 0.0 && options->tail <= 3600.0))
    cmd_fail("--tail %g: use 0 to 3600 seconds.", options->tail);
  else if (options->kernel && !kernel_choose(options->kernel))
    cmd_fail("--kernel %s: this machine cannot run it; leave it out.",
             options->kernel);
  else
    return parse_bits(options->bits ? options->bits : "24", bits);
  return false;
}

/* Takes the error. */
static int
fail_with(char *error)
{
  cmd_fail("%s", error);
  free(error);
  return EXIT_FAULT;
}

static int
finish(Render *render, const Options *options)
{
  const uint64_t clipped = writer_clipped(render->writer);
  char          *error   = NULL;

  if (!writer_close(render->writer, &error))
    return fail_with(error);
  if (clipped)
    cmd_fail("%s: %" G_GUINT64_FORMAT " sample%s over full scale, and cut to "
             "it; lower main's fader, or render --bits 32f.",
             options->output,
             clipped,
             clipped == 1 ? " was" : "s were");
  return 0;
}

static int
play(Render *render, const Options *options)
{
  const OfflineJob job = { .engine = link_engine(render->link),
                           .start  = render->start,
                           .frames = render->frames,
                           .block  = options->block,
                           .wait   = wait_for_tracks,
                           .sink   = sink,
                           .self   = render };

  render->stop = cmd_catch_signals();
  if (offline_run(&job) || render->full)
    return finish(render, options);
  writer_cancel(render->writer);
  return cmd_fail(atomic_load(render->stop)
                    ? "%s: not rendered: it was stopped."
                    : "%s: not rendered: a track could not be read to its end; "
                      "`consort info` says which files are damaged.",
                  options->output);
}

/* From where to where, in frames: two renders that meet make one. */
static bool
choose_span(Render *render, const Options *options, double rate)
{
  const double end =
    (isnan(options->end) ? link_length(render->link) : options->end) +
    options->tail;

  render->start  = llround(options->start * rate);
  render->frames = llround(end * rate) - render->start;
  if (render->frames > 0)
    return true;
  cmd_fail("there is nothing to render between %.3f s and %.3f s; give --end a "
           "later time.",
           options->start,
           end);
  return false;
}

static int
render_link(Render        *render,
            const Options *options,
            double         rate,
            WriterBits     bits)
{
  char  reason[DESK_REASON];
  char *error = NULL;

  if (!link_settle(render->link, reason))
    return cmd_fail("%s", reason);
  if (!choose_span(render, options, rate))
    return EXIT_FAULT;
  render->writer =
    writer_open(options->output, (int)lround(rate), 2, bits, &error);
  return render->writer ? play(render, options) : fail_with(error);
}

static int
render_desk(Desk          *desk,
            const char    *folder,
            const Options *options,
            WriterBits     bits)
{
  const double rate =
    options->rate ? options->rate
                  : desk_get(desk, desk_address(OWNER_DESK, 0, CELL_RATE));
  char             *cache = session_cache(folder);
  const LinkOptions setup = { .rate           = rate,
                              .kernel         = options->kernel
                                                  ? kernel_choose(options->kernel)
                                                  : NULL,
                              .folder         = folder,
                              .cache          = cache,
                              .reader_threads = 2 };
  char              reason[DESK_REASON];
  int               status = EXIT_FAULT;
  Render            render = { .link     = link_new(desk, &setup, reason),
                               .progress = { .label = "render" } };

  if (render.link) {
    link_set_notice(render.link, print_notice, NULL);
    status = render_link(&render, options, rate, bits);
  } else {
    cmd_fail("%s", reason);
  }
  link_free(render.link);
  g_free(cache);
  return status;
}

/* A silent strip in a mix that is delivered is a trap, and so is a mix in the
   place of one of its own recordings. */
static bool
check_files(const Desk *desk, const char *folder, const Options *options)
{
  if (cmd_tracks_have(desk, folder, options->output)) {
    cmd_fail("%s: this is one of the session's own recordings; choose another "
             "name for the mix.",
             options->output);
    return false;
  }
  if (cmd_tracks_check(desk, folder))
    return true;
  cmd_fail("%s: not rendered. Put the files in their places, or take them off "
           "their strips, as `consort set %s /strip/1/track=` does.",
           options->output,
           folder);
  return false;
}

static int
render_session(const char *folder, const Options *options, WriterBits bits)
{
  SessionHolder holder;
  char         *error  = NULL;
  int           status = EXIT_FAULT;

  if (session_holder(folder, &holder))
    g_printerr("consort: a desk (process %d) has the session open; what is "
               "rendered is what it saved last.\n",
               holder.pid);
  Desk *desk = session_load(folder, NULL, &error);
  if (!desk) {
    cmd_fail("%s", error);
    g_free(error);
  } else if (check_files(desk, folder, options)) {
    status = render_desk(desk, folder, options, bits);
  }
  desk_free(desk);
  return status;
}

int
cmd_render(int argc, char **argv)
{
  Options            options   = { .end = NAN, .block = 1024 };
  const GOptionEntry entries[] = {
    { "output",
      'o',
      0,
      G_OPTION_ARG_FILENAME,
      &options.output,
      "The file to write: .wav, .flac, .w64, .caf or .aiff",
      "FILE" },
    { "bits",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options.bits,
      "16 (dithered), 24 or 32f; otherwise 24",
      "BITS" },
    { "rate",
      0,
      0,
      G_OPTION_ARG_INT,
      &options.rate,
      "Sample rate; otherwise the session's",
      "HZ" },
    { "start",
      0,
      0,
      G_OPTION_ARG_DOUBLE,
      &options.start,
      "Where to begin; otherwise 0",
      "SECONDS" },
    { "end",
      0,
      0,
      G_OPTION_ARG_DOUBLE,
      &options.end,
      "Where to end; otherwise with the last track",
      "SECONDS" },
    { "tail",
      0,
      0,
      G_OPTION_ARG_DOUBLE,
      &options.tail,
      "How much longer, for reverbs to end; otherwise 0",
      "SECONDS" },
    { "block",
      0,
      0,
      G_OPTION_ARG_INT,
      &options.block,
      "Frames a cycle; the result is the same",
      "N" },
    { "kernel",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options.kernel,
      "Instruction set: base, avx2 or avx512; otherwise the fastest",
      "NAME" },
    G_OPTION_ENTRY_NULL,
  };
  WriterBits bits;
  int        status = EXIT_USAGE;

  if (cmd_parse(&argc,
                &argv,
                "SESSION -o FILE - mixes a session into a file",
                entries,
                1,
                1) &&
      check(&options, &bits))
    status = render_session(argv[1], &options, bits);
  g_free(options.output);
  g_free(options.bits);
  g_free(options.kernel);
  return status;
}
