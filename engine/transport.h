/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_TRANSPORT_H
#define CONSORT_ENGINE_TRANSPORT_H

/* The tape: where the song is, and how its sound starts and stops. Starting
   does not fade, so that the first sample of a track is the first one heard;
   stopping takes 5 ms, and a locate while rolling fades out, jumps, and fades
   in over 20 ms. All of it on the audio thread. */

#include "engine/playlist.h"

#define LOOP_MIN_FRAMES 2048 /* shorter loops are held to this */

typedef struct Transport {
  int64_t song;
  bool    rolling;
  bool    external; /* somebody else's transport is followed: no loop of ours */
  bool    loop;
  int64_t loop_start, loop_end;

  int64_t stop_song; /* where it will stand when the fade-out has ended */
  int64_t jump_song; /* where it will go then */
  bool    stopping, jumping;

  /* The tape's level counts in whole numbers, so that it ends at the same frame
     however its way is cut: 0 is silence, full is heard as it is; up by 1 a
     frame, down by FADE_OUT_STEP. */
  int level, full;
} Transport;

void transport_init(Transport *transport, double rate);

/* Each returns true where the song jumped or started: the grid starts anew. */
bool transport_play(Transport *transport) RT_SAFE;
void transport_stop(Transport *transport) RT_SAFE;
bool transport_locate(Transport *transport, int64_t song) RT_SAFE;
void transport_loop(Transport *transport, bool on, int64_t start, int64_t end)
  RT_SAFE;

/* Follows somebody else's transport at the start of a cycle, until the cycle of
   which transport_lead() is told. */
bool transport_follow(Transport *transport, bool rolling, int64_t song) RT_SAFE;
void transport_lead(Transport *transport) RT_SAFE;

/* How many of the next frames are of one piece: no loop jump, no end of a fade
   that stops or jumps. */
int transport_stretch(const Transport *transport, int frames) RT_SAFE;

/* Is the tape heard at less than its full level? Then gain holds those of the
   next n frames. */
bool transport_gain(const Transport *transport, float *gain, int n) RT_SAFE;

/* After n frames of one piece. True where the song jumped (not by a loop). */
bool transport_advance(Transport *transport, int n) RT_SAFE;

/* The song's frames in the next frames of time; returns how many spans. */
int transport_spans(const Transport *transport,
                    int              frames,
                    SongSpan        *spans,
                    int              room) RT_SAFE;

#endif
