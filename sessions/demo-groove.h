/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_GROOVE_H
#define CONSORT_SESSIONS_DEMO_GROOVE_H

#include <stddef.h>

/* What the drummer and the percussionist play. */

typedef enum DemoPiece {
  DEMO_KICK,
  DEMO_SNARE,
  DEMO_RIM,
  DEMO_HAT,      /* closed */
  DEMO_HAT_OPEN, /* until the next closed one */
  DEMO_TOM_HIGH,
  DEMO_TOM_MID,
  DEMO_TOM_FLOOR,
  DEMO_CRASH_LEFT,
  DEMO_CRASH_RIGHT,
  DEMO_RIDE,
  DEMO_SHAKER,
  DEMO_TAMBOURINE,
  DEMO_PIECES,
} DemoPiece;

typedef struct DemoHit {
  double time;     /* seconds */
  double velocity; /* 0..1 */
} DemoHit;

enum {
  DEMO_GROOVE_HITS = 640,
};

typedef struct DemoHits {
  size_t  count;
  DemoHit hit[DEMO_GROOVE_HITS];
} DemoHits;

/* The hits of a piece in order of time, with the player's own timing. [any] */
void demo_groove(DemoPiece piece, DemoHits *hits);

#endif
