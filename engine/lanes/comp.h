/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_COMP_H
#define CONSORT_LANES_COMP_H

/* Compressor, one in each lane.

   Feed-forward, the gain computed and smoothed in the logarithmic domain, the
   knee a parabola (D. Giannoulis, M. Massberg, J. D. Reiss, "Digital Dynamic
   Range Compressor Design", JAES 60, 2012); but the level is detected before
   the curve and not smoothed with it, so that a steady sine is reduced by what
   the curve says of its level. The peak detector holds a peak for a quarter of
   the release, 25 ms at most, which counts as part of the hold, or else of the
   release; the RMS detector averages the power over some 10 ms, two poles.

   Automatic release: a second, slow envelope of the reduction fills up during
   long passages and the release ends on it: short after peaks, long after
   passages. The release knob scales both.

   This structure holds vectors of 32-bit words and nothing else, so that a lane
   is a column of words, which may be copied from bank to bank. */

#include "engine/dsp/dynamics.h"
#include "engine/lanes/ballistics.h"
#include "engine/lanes/glide.h"
#include "engine/lanes/lookahead.h"
#include "engine/lanes/sidechain.h"

/* Levels and gains in base-2 logarithms. */
enum CompGlide {
  COMP_WET,   /* 0 to 1: the mix; 0 while off */
  COMP_FOOT,  /* where the knee begins */
  COMP_KNEE,  /* its width, never 0 */
  COMP_SLOPE, /* 1 - 1/ratio */
  COMP_MAKEUP,
  COMP_MEAN, /* 0 to 1: from the peak to the mean of the power */
  COMP_AUTO, /* 0 to 1: how much of the slow envelope counts */
  COMP_LISTEN,
  COMP_GLIDES
};

typedef struct Comp {
  Sidechain  key;
  GlideClock clock;
  Glide      glide[COMP_GLIDES];
  vf         mean_pole;
  vf         mean[2];
  PeakHold   peak;
  Ballistics slow; /* of automatic release */
  Ballistics move; /* of the reduction */
  vi         linked;
  vi         shown;     /* lanes whose reduction the meter shows */
  vi         delay;     /* frames of look-ahead */
  vf         reduction; /* the largest, in dB, since the reader set it to 0 */
} Comp;

/* All lanes off and silent. [any] */
void LANE(comp_init)(Comp *comp, double rate_hz) RT_SAFE;

/* A lane's new settings. Curve, makeup, mix, detector, on and listen glide to
   them in some 6 ms, or jump with now; times change at once, and none of them
   steps the gain. A new look-ahead steps the delay: whoever changes it fades
   the path. [audio] */
void LANE(comp_set)(Comp               *comp,
                    int                 lane,
                    const CompSettings *settings,
                    double              rate_hz,
                    bool                now) RT_SAFE;

/* Whether a lane listens to the louder of itself and its neighbour in the pair
   2i, 2i + 1: set both for a stereo strip. [audio] */
void LANE(comp_link)(Comp *comp, int lane, bool linked) RT_SAFE;

/* A lane forgets what it heard: silence, no reduction. [audio] */
void LANE(comp_clear)(Comp *comp, int lane) RT_SAFE;

/* At each grid point, before its frames: the motion up to the next. Returns
   non-zero while any lane moves. [audio] */
int LANE(comp_grid)(Comp *comp) RT_SAFE;

/* Compresses n frames of x, at most GRID, in place, by what key says; key may
   be x. ahead is NULL where no lane looks ahead. Any cut of the frames between
   two grid points gives the same bits. [audio] */
void LANE(comp_process)(Comp            *comp,
                        vf              *x,
                        const vf        *key,
                        const Lookahead *ahead,
                        int              n) RT_SAFE;

#endif
