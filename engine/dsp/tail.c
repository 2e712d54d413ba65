/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/tail.h"

static void
exchange(float *restrict a, float *restrict b, int n) RT_SAFE
{
  float kept[BLOCK];

  if (n == BLOCK) { /* the usual case, as a few vectors */
    memcpy(kept, a, sizeof kept);
    memcpy(a, b, sizeof kept);
    memcpy(b, kept, sizeof kept);
    return;
  }
  for (int i = 0; i < n; i++) {
    const float x = a[i];
    a[i]          = b[i];
    b[i]          = x;
  }
}

int
tail_exchange(Tail *tail, float *left, float *right, int n) RT_SAFE
{
  const int room = BLOCK - tail->filled;
  const int now  = n < room ? n : room;

  exchange(tail->block[0].frame + tail->filled, left, now);
  exchange(tail->block[1].frame + tail->filled, right, now);
  tail->filled += now;
  return now;
}

static bool
is_silent(const Tail *tail) RT_SAFE
{
  return block_is_silent(&tail->block[0]) && block_is_silent(&tail->block[1]);
}

static void
wipe_begin(Tail *tail, TailState state) RT_SAFE
{
  for (int i = 0; i < TAIL_RINGS && tail->rings[i]; i++)
    tail->rings[i]->wiped = 0;
  tail->wiped = 0;
  tail->state = state;
}

/* A piece of the memory a block, so that no block takes long. */
static void
wipe(Tail *tail) RT_SAFE
{
  if (rings_wipe(tail->rings[tail->wiped]))
    tail->wiped++;
  if (tail->wiped == TAIL_RINGS || !tail->rings[tail->wiped])
    tail->state = TAIL_ASLEEP;
}

TailWork
tail_begin(Tail *tail) RT_SAFE
{
  const bool silent = is_silent(tail);

  tail->filled = 0;
  if (tail->state == TAIL_ASLEEP && !silent) {
    tail->state = TAIL_AWAKE;
    tail->faint = 0;
    return TAIL_WAKE;
  }
  if (tail->state == TAIL_FADED && !silent) {
    tail->state = TAIL_AWAKE;
    tail->faint = 0;
  }
  if (tail->state == TAIL_AWAKE) {
    tail->faint = silent ? tail->faint + 1 : 0;
    return TAIL_SOUND;
  }
  if (tail->state != TAIL_ASLEEP)
    wipe(tail);
  memset(tail->block, 0, sizeof tail->block);
  return TAIL_REST;
}

void
tail_end(Tail *tail, bool live) RT_SAFE
{
  if (live)
    tail->faint = 0;
  else if (tail->faint > tail->longest)
    wipe_begin(tail, TAIL_FADED);
}

bool
tail_is_idle(const Tail *tail) RT_SAFE
{
  return tail->state == TAIL_ASLEEP && is_silent(tail);
}

void
tail_clear(Tail *tail) RT_SAFE
{
  if (tail_is_idle(tail))
    return;
  memset(tail->block, 0, sizeof tail->block);
  wipe_begin(tail, TAIL_CUT);
}

void
tail_align(Tail *tail) RT_SAFE
{
  if (tail_is_idle(tail))
    tail->filled = 0;
}
