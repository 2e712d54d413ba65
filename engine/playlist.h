/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_PLAYLIST_H
#define CONSORT_ENGINE_PLAYLIST_H

/* Recorded audio as the audio thread sees it, and the playhead as the readers
   see it.

   A track is one open recording: a small table of slots, each of which holds a
   page of TRACK_PAGE song frames of all its channels. A slot is one 64-bit
   word, the page's number and who owns it, and that word changes only as a
   whole:

       EMPTY, READY --reader--> FILLING --reader--> READY (another page)
       READY --audio--> PLAYING --audio--> READY (the same page)

   Both sides take a slot by one compare-and-swap and go on without it if they
   lose. A page is found by its number alone, so nothing old can ever be heard,
   a locate has nothing to flush, and the start of a loop stays where it is. */

#include "engine/rt.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define TRACK_PAGE_LOG2 11
#define TRACK_PAGE      (1 << TRACK_PAGE_LOG2) /* song frames in a page */
#define TRACK_PINS      16 /* pages that one process block may need */

typedef struct {
  int64_t frame; /* song frame */
  int     frames;
} SongSpan;

/* Where the transport is, as one value. */
typedef struct {
  int64_t frame; /* the song frame that is heard next */
  bool    rolling;
  bool    loop;
  int64_t loop_start; /* first frame of the loop */
  int64_t loop_end;   /* first frame after it */
} SongPosition;

/* The same, written by the audio thread each cycle and read by anyone. Its
   fields are read one by one: who reads while a locate happens may see a mix of
   two positions, and must use them for nothing but looking ahead. */
typedef struct {
  _Atomic int64_t frame;
  _Atomic int64_t loop_start;
  _Atomic int64_t loop_end;
  _Atomic bool    rolling;
  _Atomic bool    loop;
} Playhead;

/* Tells the readers where the song is. [audio] */
void playhead_publish(Playhead *playhead, const SongPosition *position) RT_SAFE;

/* Where the song was a moment ago. [any] */
SongPosition playhead_look(const Playhead *playhead) RT_SAFE;

typedef enum {
  TRACK_OPENING,    /* the file is about to be opened */
  TRACK_CONVERTING, /* it is on its way into the cache, at another rate */
  TRACK_READY,
  TRACK_FAILED, /* track_message() says why */
} TrackState;

typedef struct {
  _Atomic int      state;     /* TrackState */
  _Atomic int      progress;  /* per cent of the conversion */
  _Atomic uint32_t underruns; /* process blocks that lacked audio */
  _Atomic uint32_t faults;    /* pages that could not be read: silence */

  /* Fixed before the state says READY or FAILED. */
  int               channels;
  int               slots;
  int64_t           frames; /* length in song frames */
  _Atomic uint64_t *words;
  float            *samples; /* slots × channels × TRACK_PAGE */
  char             *message;

  /* The audio thread's own. */
  int     pins;
  int     hint; /* the slot that was found last */
  int     pin_slot[TRACK_PINS];
  int64_t pin_page[TRACK_PINS];
} Track;

/* --- audio side --- */

/* Takes hold of the pages of one process block, so that no reader can change
   them before track_end(). A block that wraps round the loop has several spans;
   together they must touch no more than TRACK_PINS pages. Audio of the track
   that is not there counts as one underrun. [audio] */
void track_begin(Track *track, const SongSpan *spans, int count) RT_SAFE;

/* Copies frames of one channel, counted from 0, as they were at track_begin().
   Silence where there is nothing: before the song, behind the track's end, in a
   channel it does not have, in a page that was not there in time. [audio] */
void track_read(const Track *track,
                int          channel,
                int64_t      frame,
                int          frames,
                float       *out) RT_SAFE;

/* Lets go of what track_begin() took. [audio] */
void track_end(Track *track) RT_SAFE;

/* Whether a span could be played now; always so where the track has nothing to
   play, never while it is being opened or converted. [any] */
bool track_holds(const Track *track, int64_t frame, int frames) RT_SAFE;

/* --- what is said about it --- */

TrackState track_state(const Track *track) RT_SAFE; /* [any] */

/* Why the track failed or what is odd about its file, in a sentence; NULL if
   there is nothing to say. Lives as long as the track. [any] */
const char *track_message(const Track *track);

/* --- reader side --- */

/* Zeroes the track: TRACK_OPENING, nothing allocated. [any] */
void track_init(Track *track);

/* Allocates and pages in the slots. False if there is no memory. The caller
   then sets the state. [reader] */
bool track_prepare(Track *track, int channels, int64_t frames, int slots);

/* Frees what track_prepare() allocated, and the message. [reader] */
void track_cleanup(Track *track);

/* The slot that holds a page or is being filled with it, or -1. [any] */
int track_slot(const Track *track, int64_t page) RT_SAFE;

#define TRACK_SLOT_EMPTY (-1)
#define TRACK_SLOT_TAKEN (-2)

/* The page that a slot holds and could give up, TRACK_SLOT_EMPTY, or
   TRACK_SLOT_TAKEN while it is being played or filled. [reader] */
int64_t track_spare(const Track *track, int slot);

/* Takes a slot to fill it with a page; false if someone else has it. Only one
   reader at a time may fill a track. [reader] */
bool track_claim(Track *track, int slot, int64_t page);

/* Where to write channel c of a claimed slot: TRACK_PAGE samples. [reader] */
float *track_room(Track *track, int slot, int channel);

/* Makes a claimed slot playable. [reader] */
void track_publish(Track *track, int slot);

#endif
