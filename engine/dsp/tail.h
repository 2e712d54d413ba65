/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_DSP_TAIL_H
#define CONSORT_DSP_TAIL_H

#include "engine/dsp/rings.h"
#include "engine/rt.h"

#include <stdbool.h>

/* What an effect with a long memory has around its sound: it gathers frames
   into blocks, so that the bits do not depend on how a stretch is cut (what
   goes in comes out a block later), and it sleeps when the memory is silent. */

typedef enum TailState {
  TAIL_ASLEEP, /* memory is zero */
  TAIL_AWAKE,
  TAIL_FADED, /* memory is being wiped, until something comes in */
  TAIL_CUT,   /* memory is being wiped, whatever comes in */
} TailState;

enum { TAIL_RINGS = 4 };

typedef struct Tail {
  Block     block[2]; /* what came in since its start, and what goes out */
  int       filled;   /* frames that came in */
  TailState state;
  int       faint;             /* blocks since anything was loud enough */
  int       longest;           /* so many, and nothing can come back */
  Rings    *rings[TAIL_RINGS]; /* the memory; unused ones at the end are NULL */
  int       wiped;
} Tail;

/* What is to be done with the block. */
typedef enum TailWork {
  TAIL_REST,  /* nothing */
  TAIL_WAKE,  /* sound, from silent memory: bring filters and glides to rest */
  TAIL_SOUND, /* sound */
} TailWork;

/* Exchanges up to n frames for those of the last block, and says how many. When
   tail->filled is BLOCK, the block is to be worked on: tail_begin(), sound,
   tail_end(). [audio] */
int tail_exchange(Tail *tail, float *left, float *right, int n) RT_SAFE;

/* [audio] */
TailWork tail_begin(Tail *tail) RT_SAFE;

/* After a block that sounded: was anything in it above -200 dBFS? [audio] */
void tail_end(Tail *tail, bool live) RT_SAFE;

/* Memory, input and output are zero. [audio] */
bool tail_is_idle(const Tail *tail) RT_SAFE;

/* Silence from here on; then the memory is wiped bit by bit. [audio] */
void tail_clear(Tail *tail) RT_SAFE;

/* Lets blocks begin here, if they are zero. [audio] */
void tail_align(Tail *tail) RT_SAFE;

#endif
