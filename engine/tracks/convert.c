/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/convert.h"

#include "engine/tracks/cache.h"
#include "engine/tracks/sentence.h"
#include "engine/tracks/writer.h"

#include <soxr.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 8192 /* frames read at a time */

typedef struct {
  const Conversion *order;
  AudioWriter      *writer;
  soxr_t            soxr;
  float            *in;  /* CHUNK frames */
  float            *out; /* `room` frames */
  size_t            room;
  int64_t           read;  /* frames so far */
  int64_t           left;  /* frames to be written */
  const char       *fault; /* what the resampler complained of */
} Work;

static bool
cancelled(const Work *work)
{
  return atomic_load_explicit(work->order->cancel, memory_order_relaxed);
}

/* The next frames of the original, silence where it cannot be read; 0 at its
   end. */
static size_t
read_chunk(Work *work)
{
  const Conversion *order = work->order;
  const size_t      width = (size_t)order->info->channels;
  const int64_t     left  = order->info->frames - work->read;
  const int         count = left < CHUNK ? (int)left : CHUNK;
  if (count == 0)
    return 0;

  memset(work->in, 0, (size_t)count * width * sizeof *work->in);
  order->source->read(order->file, work->read, count, work->in);
  work->read += count;
  atomic_store_explicit(order->percent,
                        (int)(work->read * 100 / order->info->frames),
                        memory_order_relaxed);
  return (size_t)count;
}

static bool
write_frames(Work *work, const float *samples, size_t count)
{
  const int64_t frames =
    (int64_t)count < work->left ? (int64_t)count : work->left;
  work->left -= frames;
  return writer_write(work->writer, samples, frames);
}

/* Feeds a chunk to the resampler, or the end if there is none, and writes what
   it has to give. The resampler takes out its own delay. */
static bool
resample_chunk(Work *work, size_t count)
{
  size_t used = 0;
  size_t done;
  do {
    size_t       took = 0;
    const float *in =
      count ? work->in + used * (size_t)work->order->info->channels : NULL;
    work->fault = soxr_process(
      work->soxr, in, count - used, &took, work->out, work->room, &done);
    if (work->fault)
      return false;
    used += took;
    if (!write_frames(work, work->out, done))
      return false;
  } while (used < count || done == work->room);
  return true;
}

static bool
convert_all(Work *work)
{
  const bool same = work->order->rate == work->order->info->rate;
  size_t     count;
  do {
    if (cancelled(work))
      return false;
    count = read_chunk(work);
    const bool done =
      same ? write_frames(work, work->in, count) : resample_chunk(work, count);
    if (!done)
      return false;
  } while (count > 0);

  memset(work->in, 0, (size_t)work->order->info->channels * sizeof *work->in);
  while (work->left > 0)
    if (!write_frames(work, work->in, 1))
      return false;
  return true;
}

static soxr_t
new_resampler(const Conversion *order)
{
  const soxr_quality_spec_t quality =
    soxr_quality_spec(SOXR_VHQ, SOXR_HI_PREC_CLOCK);
  return soxr_create(order->info->rate,
                     order->rate,
                     (unsigned)order->info->channels,
                     NULL,
                     NULL,
                     &quality,
                     NULL);
}

static bool
prepare(Work *work)
{
  const Conversion *order = work->order;
  const size_t      frame = (size_t)order->info->channels * sizeof(float);

  work->left = cache_frames(order->info, order->rate);
  work->room = (size_t)(CHUNK * (int64_t)order->rate / order->info->rate) + 64;
  work->in   = malloc(CHUNK * frame);
  work->out  = malloc(work->room * frame);
  work->soxr = new_resampler(order);
  if (!work->in || !work->out || !work->soxr)
    work->fault = "no memory";
  return !work->fault;
}

bool
convert(const Conversion *order, char **error)
{
  Work work   = { .order = order };
  work.writer = writer_open(
    order->path, order->rate, order->info->channels, WRITER_FLOAT, error);
  if (!work.writer)
    return false;

  /* A failure of the writer is told by the writer when it is closed. */
  bool done = prepare(&work) && convert_all(&work);
  if (work.fault)
    sentence(error, "%s: cannot be converted: %s", order->path, work.fault);
  if (done || (!work.fault && !cancelled(&work)))
    done = writer_close(work.writer, error) && done;
  else
    writer_cancel(work.writer);
  soxr_delete(work.soxr);
  free(work.out);
  free(work.in);
  return done;
}
