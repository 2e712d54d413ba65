/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/backends/offline.h"

#include <stdatomic.h>
#include <stdlib.h>

#define SPANS 64

typedef struct Buffers {
  float *main[2];
  float *interleaved;
  float *out[OUTPUT_PORTS];
} Buffers;

static void
buffers_free(Buffers *buffers)
{
  free(buffers->main[0]);
  free(buffers->main[1]);
  free(buffers->interleaved);
  free(buffers);
}

static Buffers *
buffers_new(int block)
{
  Buffers     *buffers = calloc(1, sizeof *buffers);
  const size_t frames  = (size_t)block;

  if (!buffers)
    return NULL;
  buffers->main[0]     = calloc(frames, sizeof(float));
  buffers->main[1]     = calloc(frames, sizeof(float));
  buffers->interleaved = calloc(2 * frames, sizeof(float));
  if (!buffers->main[0] || !buffers->main[1] || !buffers->interleaved) {
    buffers_free(buffers);
    return NULL;
  }
  for (int side = 0; side < 2; side++)
    buffers->out[2 * (SLOT_MAIN - SLOT_BUS) + side] = buffers->main[side];
  return buffers;
}

static bool
wait_for_tracks(const OfflineJob *job, const EngineCycle *cycle)
{
  SongSpan  spans[SPANS];
  const int count = engine_next_spans(job->engine, cycle, spans, SPANS);

  for (int i = 0; i < count; i++)
    if (!job->wait(job->self, spans[i].frame, spans[i].frames))
      return false;
  return true;
}

static bool
pour(const OfflineJob *job, Buffers *buffers, int from, int to)
{
  for (int i = from; i < to; i++)
    for (int side = 0; side < 2; side++)
      buffers->interleaved[2 * (i - from) + side] = buffers->main[side][i];
  return job->sink(job->self, buffers->interleaved, to - from);
}

static bool
run(const OfflineJob *job, Buffers *buffers)
{
  EngineCycle cycle = { .out = buffers->out };
  int64_t     left  = job->frames;

  /* A cycle of no length takes the events in. */
  engine_process(job->engine, &cycle);
  int64_t drop = engine_latency(job->engine, SLOT_MAIN);
  while (left > 0) {
    cycle.frames = job->block;
    if (drop + left < job->block)
      cycle.frames = (int)(drop + left);
    if (!wait_for_tracks(job, &cycle))
      return false;
    engine_process(job->engine, &cycle);
    const int from = drop < cycle.frames ? (int)drop : cycle.frames;
    drop -= from;
    if (from == cycle.frames)
      continue;
    if (!pour(job, buffers, from, cycle.frames))
      return false;
    left -= cycle.frames - from;
  }
  return true;
}

bool
offline_run(const OfflineJob *job)
{
  Buffers    *buffers = buffers_new(job->block);
  const Event locate  = { .kind     = EVENT_LOCATE,
                          .frame    = EVENT_NOW,
                          .position = job->start };
  const Event play    = { .kind = EVENT_PLAY, .frame = EVENT_NOW };

  if (!buffers)
    return false;
  const bool done = engine_post(job->engine, &locate) &&
                    engine_post(job->engine, &play) && run(job, buffers);
  buffers_free(buffers);
  return done;
}
