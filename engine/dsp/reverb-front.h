/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_DSP_REVERB_FRONT_H
#define CONSORT_DSP_REVERB_FRONT_H

#include "engine/dsp/reverb-shape.h"
#include "engine/dsp/rings.h"
#include "engine/rt.h"

/* What stands before the lines: cuts, predelay, early reflections, and the
   allpasses that smear and spread. */

typedef struct ReverbFront ReverbFront;

/* late holds what comes in and then what goes into the lines. */
typedef void ReverbFrontRun(ReverbFront     *front,
                            const ReverbWay *way,
                            Block            late[2],
                            Block            early[2]) RT_SAFE;

/* Low and high cut of both sides at once: low cut left and right, then high cut
   left and right, which hears the low cut four frames later. */
typedef struct ReverbCuts {
  f4 cross, damp, pull;
  f4 band, low;   /* states */
  f4 left, right; /* the low cut's last four frames */
} ReverbCuts;

struct ReverbFront {
  ReverbCuts      cuts;
  Rings           smears, early, spreads;
  ReverbFrontRun *run;
};

/* False where memory is short. [control] */
bool reverb_front_init(ReverbFront *front, const ReverbPlan *plan) NODISCARD;

/* [control] */
void reverb_front_cleanup(ReverbFront *front);

/* The filters from silence. [audio] */
void reverb_front_rest(ReverbFront *front, const ReverbFigures *figure) RT_SAFE;

/* A block. [audio] */
ReverbFrontRun reverb_front_run;

#endif
