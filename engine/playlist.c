/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/playlist.h"

#include <stdlib.h>
#include <string.h>

/* A slot's word: the page's number above, its owner in the two lowest bits. */
enum { EMPTY, FILLING, READY, PLAYING };

static inline uint64_t
word_of(int64_t page, unsigned owner)
{
  return (uint64_t)page << 2 | owner;
}

static inline int64_t
word_page(uint64_t word)
{
  return (int64_t)(word >> 2);
}

static inline unsigned
word_owner(uint64_t word)
{
  return (unsigned)(word & 3);
}

void
playhead_publish(Playhead *playhead, const SongPosition *position) RT_SAFE
{
  const memory_order order = memory_order_relaxed;
  atomic_store_explicit(&playhead->loop, position->loop, order);
  atomic_store_explicit(&playhead->loop_start, position->loop_start, order);
  atomic_store_explicit(&playhead->loop_end, position->loop_end, order);
  atomic_store_explicit(&playhead->rolling, position->rolling, order);
  atomic_store_explicit(&playhead->frame, position->frame, order);
}

SongPosition
playhead_look(const Playhead *playhead) RT_SAFE
{
  const memory_order order = memory_order_relaxed;
  return (SongPosition){
    .frame      = atomic_load_explicit(&playhead->frame, order),
    .rolling    = atomic_load_explicit(&playhead->rolling, order),
    .loop       = atomic_load_explicit(&playhead->loop, order),
    .loop_start = atomic_load_explicit(&playhead->loop_start, order),
    .loop_end   = atomic_load_explicit(&playhead->loop_end, order),
  };
}

/* --- audio side --- */

static int
pin_of(const Track *track, int64_t page) RT_SAFE
{
  for (int i = 0; i < track->pins; i++)
    if (track->pin_page[i] == page)
      return i;
  return -1;
}

static bool
pin_slot(Track *track, int slot, int64_t page) RT_SAFE
{
  uint64_t ready = word_of(page, READY);
  if (!atomic_compare_exchange_strong_explicit(&track->words[slot],
                                               &ready,
                                               word_of(page, PLAYING),
                                               memory_order_acquire,
                                               memory_order_relaxed))
    return false;
  track->pin_slot[track->pins]   = slot;
  track->pin_page[track->pins++] = page;
  track->hint                    = slot;
  return true;
}

static bool
pin_page(Track *track, int64_t page) RT_SAFE
{
  if (pin_of(track, page) >= 0)
    return true;
  if (track->pins == TRACK_PINS)
    return false;
  if (pin_slot(track, track->hint, page))
    return true;
  const int slot = track_slot(track, page);
  return slot >= 0 && pin_slot(track, slot, page);
}

/* The part of a span in which the track has something to play. */
static SongSpan
span_within(const Track *track, SongSpan span) RT_SAFE
{
  const int64_t start = span.frame < 0 ? 0 : span.frame;
  int64_t       end   = span.frame + span.frames;
  if (end > track->frames)
    end = track->frames;
  return (SongSpan){ start, end > start ? (int)(end - start) : 0 };
}

static bool
pin_span(Track *track, SongSpan span) RT_SAFE
{
  const SongSpan within = span_within(track, span);
  if (within.frames == 0)
    return true;

  bool          all  = true;
  const int64_t last = (within.frame + within.frames - 1) / TRACK_PAGE;
  for (int64_t page = within.frame / TRACK_PAGE; page <= last; page++)
    all &= pin_page(track, page);
  return all;
}

void
track_begin(Track *track, const SongSpan *spans, int count) RT_SAFE
{
  if (track_state(track) != TRACK_READY)
    return;

  bool all = true;
  for (int i = 0; i < count; i++)
    all &= pin_span(track, spans[i]);
  if (!all)
    atomic_fetch_add_explicit(&track->underruns, 1, memory_order_relaxed);
}

/* Where a sample of a slot is. */
static inline float *
sample_at(const Track *track, int slot, int channel, int offset) RT_SAFE
{
  const size_t row = (size_t)slot * (size_t)track->channels + (size_t)channel;
  return track->samples + row * TRACK_PAGE + offset;
}

void
track_read(const Track *track,
           int          channel,
           int64_t      frame,
           int          frames,
           float       *out) RT_SAFE
{
  while (frames > 0) {
    /* Rounded down before the song's start, too. */
    const int64_t page   = frame >> TRACK_PAGE_LOG2;
    const int     offset = (int)(frame & (TRACK_PAGE - 1));
    const int     room   = TRACK_PAGE - offset;
    const int     run    = frames < room ? frames : room;
    const int     pin    = pin_of(track, page);
    if (pin >= 0 && channel >= 0 && channel < track->channels)
      memcpy(out,
             sample_at(track, track->pin_slot[pin], channel, offset),
             (size_t)run * sizeof *out);
    else
      memset(out, 0, (size_t)run * sizeof *out);
    out += run;
    frame += run;
    frames -= run;
  }
}

void
track_end(Track *track) RT_SAFE
{
  for (int i = 0; i < track->pins; i++)
    atomic_store_explicit(&track->words[track->pin_slot[i]],
                          word_of(track->pin_page[i], READY),
                          memory_order_release);
  track->pins = 0;
}

bool
track_holds(const Track *track, int64_t frame, int frames) RT_SAFE
{
  if (track_state(track) != TRACK_READY)
    return false;
  const SongSpan within = span_within(track, (SongSpan){ frame, frames });
  if (within.frames == 0)
    return true;

  const int64_t last = (within.frame + within.frames - 1) / TRACK_PAGE;
  for (int64_t page = within.frame / TRACK_PAGE; page <= last; page++) {
    const int slot = track_slot(track, page);
    if (slot < 0)
      return false;
    const uint64_t word =
      atomic_load_explicit(&track->words[slot], memory_order_relaxed);
    if (word != word_of(page, READY) && word != word_of(page, PLAYING))
      return false;
  }
  return true;
}

TrackState
track_state(const Track *track) RT_SAFE
{
  return (TrackState)atomic_load_explicit(&track->state, memory_order_acquire);
}

const char *
track_message(const Track *track)
{
  const TrackState state = track_state(track);
  return state == TRACK_READY || state == TRACK_FAILED ? track->message : NULL;
}

/* --- reader side --- */

void
track_init(Track *track)
{
  memset(track, 0, sizeof *track);
  atomic_init(&track->state, TRACK_OPENING);
}

bool
track_prepare(Track *track, int channels, int64_t frames, int slots)
{
  const size_t count = (size_t)slots * (size_t)channels * TRACK_PAGE;

  track->words   = malloc((size_t)slots * sizeof *track->words);
  track->samples = malloc(count * sizeof *track->samples);
  if (!track->words || !track->samples)
    return false;

  /* Written to, so that the audio thread never meets a fresh page. */
  memset(track->samples, 0, count * sizeof *track->samples);
  for (int i = 0; i < slots; i++)
    atomic_init(&track->words[i], word_of(0, EMPTY));
  track->channels = channels;
  track->frames   = frames;
  track->slots    = slots;
  return true;
}

void
track_cleanup(Track *track)
{
  free(track->message);
  free(track->samples);
  free(track->words);
}

int
track_slot(const Track *track, int64_t page) RT_SAFE
{
  for (int i = 0; i < track->slots; i++) {
    const uint64_t word =
      atomic_load_explicit(&track->words[i], memory_order_relaxed);
    if (word_page(word) == page && word_owner(word) != EMPTY)
      return i;
  }
  return -1;
}

int64_t
track_spare(const Track *track, int slot)
{
  const uint64_t word =
    atomic_load_explicit(&track->words[slot], memory_order_relaxed);
  switch (word_owner(word)) {
  case EMPTY:
    return TRACK_SLOT_EMPTY;
  case READY:
    return word_page(word);
  default:
    return TRACK_SLOT_TAKEN;
  }
}

bool
track_claim(Track *track, int slot, int64_t page)
{
  uint64_t word =
    atomic_load_explicit(&track->words[slot], memory_order_relaxed);
  if (word_owner(word) != EMPTY && word_owner(word) != READY)
    return false;

  /* Acquire: the audio thread's reads of the old page are over before the new
     one is written. */
  return atomic_compare_exchange_strong_explicit(&track->words[slot],
                                                 &word,
                                                 word_of(page, FILLING),
                                                 memory_order_acquire,
                                                 memory_order_relaxed);
}

float *
track_room(Track *track, int slot, int channel)
{
  return sample_at(track, slot, channel, 0);
}

void
track_publish(Track *track, int slot)
{
  const uint64_t word =
    atomic_load_explicit(&track->words[slot], memory_order_relaxed);
  atomic_store_explicit(
    &track->words[slot], word_of(word_page(word), READY), memory_order_release);
}
