/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_WALK_H
#define CONSORT_OSC_WALK_H

/* A way through the addresses of a desk that a pattern means, which may be
   left and taken up again while the desk changes. */

#include "console/desk.h"
#include "osc/pattern.h"

typedef struct OscWalk {
  const OscPattern *pattern; /* NULL when there is no way to go */
  bool              changed; /* only what is not at its default */
  bool              inside;  /* an owner that the pattern means */
  unsigned          owner;
  int               number; /* the owner's, -1 before the first of its kind */
  unsigned          cell;   /* the next to look at */
} OscWalk;

void osc_walk_start(OscWalk *walk, const OscPattern *pattern, bool changed);

typedef enum OscStep {
  OSC_STEP_FOUND,
  OSC_STEP_TIRED, /* the work is used up: go on later */
  OSC_STEP_END,
} OscStep;

/* Goes on to the next address. Takes what it costs from *work. [control] */
OscStep osc_walk_next(OscWalk    *walk,
                      const Desk *desk,
                      unsigned   *work,
                      Address    *address);

#endif
