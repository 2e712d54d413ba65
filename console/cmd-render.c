/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consort render: the desk's engine, offline, into a file. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
  double end;
  double tail;
  int    block;
  char  *kernel;
} Options;

typedef struct Render {
  Link        *link;
  AudioWriter *writer;
  int64_t      frames;
  int64_t      done;
  bool         full; /* the writer took no more */
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

  render->done += count;
  cmd_progress((void *)"render", (double)render->done / (double)render->frames);
  render->full = !writer_write(render->writer, frames, count);
  return !render->full;
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

static bool
check(const Options *options, WriterBits *bits)
{
  if (!options->output) {
    cmd_fail("where to? Say -o FILE, as -o mix.wav.");
    return false;
  }
  if (options->block < 1 || options->block > 16384) {
    cmd_fail("--block %d: use 1 to 16384 frames.", options->block);
    return false;
  }
  if (options->rate && (options->rate < 8000 || options->rate > 384000)) {
    cmd_fail("--rate %d: use 8000 to 384000 Hz.", options->rate);
    return false;
  }
  if (!(options->start >= 0.0) || !(options->tail >= 0.0) ||
      options->start > 864000.0 || options->tail > 3600.0) {
    cmd_fail("--start and --tail count seconds from 0 on.");
    return false;
  }
  if (options->kernel && !kernel_choose(options->kernel)) {
    cmd_fail("--kernel %s: this machine cannot run it; leave it out.",
             options->kernel);
    return false;
  }
  return parse_bits(options->bits ? options->bits : "24", bits);
}

static int
play(Render *render, const Options *options, double rate)
{
  const OfflineJob job   = { .engine = link_engine(render->link),
                             .start  = llround(options->start * rate),
                             .frames = render->frames,
                             .block  = options->block,
                             .wait   = wait_for_tracks,
                             .sink   = sink,
                             .self   = render };
  char            *error = NULL;

  if (!offline_run(&job)) {
    if (!render->full) {
      writer_cancel(render->writer);
      return cmd_fail("%s: not rendered: a track could not be read to its end.",
                      options->output);
    }
    writer_close(render->writer, &error);
    cmd_fail("%s", error);
    free(error);
    return EXIT_FAULT;
  }
  const uint64_t clipped = writer_clipped(render->writer);
  if (!writer_close(render->writer, &error)) {
    cmd_fail("%s", error);
    free(error);
    return EXIT_FAULT;
  }
  if (clipped)
    cmd_fail("%s: %" G_GUINT64_FORMAT " samples were over full scale and were "
             "cut to it; lower main's fader, or render --bits 32f.",
             options->output,
             clipped);
  return 0;
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
  char             *error  = NULL;
  int               status = EXIT_FAULT;
  Render            render = { .link = link_new(desk, &setup, reason) };

  if (!render.link || !link_settle(render.link, reason)) {
    cmd_fail("%s", reason);
  } else {
    const double end =
      (options->end > 0.0 ? options->end : link_length(render.link)) +
      options->tail;
    render.frames = llround((end - options->start) * rate);
    if (render.frames <= 0)
      cmd_fail("there is nothing to render between %.3f s and %.3f s.",
               options->start,
               end);
    else if (!(render.writer = writer_open(
                 options->output, (int)lround(rate), 2, bits, &error)))
      cmd_fail("%s", error);
    else
      status = play(&render, options, rate);
  }
  free(error);
  link_free(render.link);
  g_free(cache);
  return status;
}

int
cmd_render(int argc, char **argv)
{
  Options            options   = { .block = 1024 };
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
  SessionHolder holder;
  WriterBits    bits;
  char         *error = NULL;

  if (!cmd_parse(&argc,
                 &argv,
                 "SESSION -o FILE - mixes a session into a file",
                 entries,
                 1,
                 1))
    return EXIT_USAGE;
  if (!check(&options, &bits))
    return EXIT_USAGE;
  if (session_holder(argv[1], &holder))
    g_printerr("consort: a desk (process %d) has the session open; what is "
               "rendered is what it saved last.\n",
               holder.pid);
  Desk *desk = session_load(argv[1], NULL, &error);
  if (!desk) {
    cmd_fail("%s", error);
    g_free(error);
    return EXIT_FAULT;
  }
  const int status = render_desk(desk, argv[1], &options, bits);
  desk_free(desk);
  g_free(options.output);
  g_free(options.bits);
  g_free(options.kernel);
  return status;
}
