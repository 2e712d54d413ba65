/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_BACKENDS_OFFLINE_H
#define CONSORT_BACKENDS_OFFLINE_H

/* The engine run as fast as it can, waiting for the tracks before each cycle.
 */

#include "engine/engine.h"

typedef struct OfflineJob {
  Engine *engine;
  int64_t start;  /* song frame */
  int64_t frames; /* how many come out */
  int     block;  /* frames a cycle, 1 to 16384 */
  /* Waits until a span can be played; false where it never will be. */
  bool (*wait)(void *self, int64_t frame, int frames);
  /* Takes interleaved stereo frames of main; false ends the job. */
  bool (*sink)(void *self, const float *frames, int count);
  void *self;
} OfflineJob;

/* Plays main from start, from silence, with the console's own latency dropped.
   False where wait or sink said so, or memory is out. [render] */
bool offline_run(const OfflineJob *job);

#endif
