/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_DEESS_H
#define CONSORT_LANES_DEESS_H

/* De-esser, one in each lane: sibilants above the threshold are turned down to
   it, by the range at most, through a knee of 6 dB.

   A sibilant is what passes a Butterworth high-pass at the frequency. In split
   mode a shelf turns down what lies above it, ((1 + a s) / (1 + s))^2 with a^2
   the gain and its corner half an octave lower, so that of 10 dB the frequency
   itself gets half: monotone, 12 dB an octave, and its input bit for bit at
   gain
   1. In wide mode the whole signal is turned down.

   This structure holds vectors of 32-bit words and nothing else, so that a lane
   is a column of words, which may be copied from bank to bank. */

#include "engine/dsp/dynamics.h"
#include "engine/lanes/ballistics.h"
#include "engine/lanes/glide.h"
#include "engine/lanes/sidechain.h"

/* Levels and gains in base-2 logarithms. */
enum DeessGlide {
  DEESS_ON,   /* 0 to 1: how much of the gain is applied */
  DEESS_FOOT, /* where the knee begins */
  DEESS_RANGE,
  DEESS_BOTH,   /* 0 to 1: from the upper band to the whole */
  DEESS_CORNER, /* of the shelf's one-pole sections */
  DEESS_LISTEN,
  DEESS_GLIDES
};

typedef struct Deess {
  Sidechain  key;
  GlideClock clock;
  Glide      glide[DEESS_GLIDES];
  PeakHold   peak;
  Ballistics move;   /* of the reduction */
  vf         low[2]; /* states of the shelf */
  vi         linked;
  vi         shown;     /* lanes whose reduction the meter shows */
  vf         reduction; /* the largest, in dB, since the reader set it to 0 */
} Deess;

/* All lanes off and silent. [any] */
void LANE(deess_init)(Deess *deess, double rate_hz) RT_SAFE;

/* A lane's new settings: all glide to them in some 6 ms, or jump with now.
   [audio] */
void LANE(deess_set)(Deess               *deess,
                     int                  lane,
                     const DeessSettings *settings,
                     double               rate_hz,
                     bool                 now) RT_SAFE;

/* Whether a lane listens to the louder of itself and its neighbour in the pair
   2i, 2i + 1: set both for a stereo strip. [audio] */
void LANE(deess_link)(Deess *deess, int lane, bool linked) RT_SAFE;

/* A lane forgets what it heard: silence, no reduction. [audio] */
void LANE(deess_clear)(Deess *deess, int lane) RT_SAFE;

/* At each grid point, before its frames: the motion up to the next. Returns
   non-zero while any lane moves. [audio] */
int LANE(deess_grid)(Deess *deess) RT_SAFE;

/* Works on n frames of x, at most GRID, in place. Any cut of the frames between
   two grid points gives the same bits. [audio] */
void LANE(deess_process)(Deess *deess, vf *x, int n) RT_SAFE;

#endif
