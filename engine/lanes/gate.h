/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_GATE_H
#define CONSORT_LANES_GATE_H

/* Gate, expander and ducker, one in each lane.

   The detector reads the peak level of the key: it holds a peak for a quarter
   of the release, 25 ms at most, so that a sine reads its peak and not its
   zeros; what it holds counts as part of the hold, or else of the release. The
   gain is computed and smoothed in the logarithmic domain (D. Giannoulis, M.
   Massberg, J. D. Reiss, "Digital Dynamic Range Compressor Design", JAES 60,
   2012).

   This structure holds vectors of 32-bit words and nothing else, so that a lane
   is a column of words, which may be copied from bank to bank. */

#include "engine/dsp/dynamics.h"
#include "engine/lanes/ballistics.h"
#include "engine/lanes/glide.h"
#include "engine/lanes/lookahead.h"
#include "engine/lanes/sidechain.h"

/* Levels and gains in base-2 logarithms. The modes are one curve: what moves
   between them glides, and a change of mode does not click. */
enum GateGlide {
  GATE_ON, /* 0 to 1: how much of the gain is applied */
  GATE_THRESHOLD,
  GATE_SLOPE, /* reduction for each unit below the threshold */
  GATE_SHUT,  /* reduction while shut, added to that of the slope */
  GATE_OPEN,  /* and while open */
  GATE_RANGE, /* the most of both */
  GATE_LISTEN,
  GATE_GLIDES
};

typedef struct Gate {
  Sidechain  key;
  GlideClock clock;
  Glide      glide[GATE_GLIDES];
  vf         hysteresis;
  Ballistics move; /* of the gain; a duck's upside down */
  vf         sign; /* -1: loud keys raise the gain; 1 in a duck */
  PeakHold   peak;
  vi         open;
  vi         linked;
  vi         shown;     /* lanes whose reduction the meter shows */
  vi         delay;     /* frames of look-ahead */
  vf         reduction; /* the largest, in dB, since the reader set it to 0 */
} Gate;

/* All lanes off, open and silent. [any] */
void LANE(gate_init)(Gate *gate, double rate_hz) RT_SAFE;

/* A lane's new settings. Levels, range, mode, on and listen glide to them in
   some 6 ms, or jump with now; times change at once, and none of them steps the
   gain. A new look-ahead steps the delay: whoever changes it fades the path.
   [audio] */
void LANE(gate_set)(Gate               *gate,
                    int                 lane,
                    const GateSettings *settings,
                    double              rate_hz,
                    bool                now) RT_SAFE;

/* Whether a lane listens to the louder of itself and its neighbour in the pair
   2i, 2i + 1: set both for a stereo strip. [audio] */
void LANE(gate_link)(Gate *gate, int lane, bool linked) RT_SAFE;

/* A lane forgets what it heard: open, silent. [audio] */
void LANE(gate_clear)(Gate *gate, int lane) RT_SAFE;

/* A lane stands as its settings have it after a long silence: a gate is shut.
   What is played from a standing start is then the same the first time as the
   second. [audio] */
void LANE(gate_rest)(Gate *gate, int lane) RT_SAFE;

/* At each grid point, before its frames: the motion up to the next. Returns
   non-zero while any lane moves. [audio] */
int LANE(gate_grid)(Gate *gate) RT_SAFE;

/* Gates n frames of x, at most GRID, in place, by what key says; key may be x.
   ahead is NULL where no lane looks ahead. Any cut of the frames between two
   grid points gives the same bits. [audio] */
void LANE(gate_process)(Gate            *gate,
                        vf              *x,
                        const vf        *key,
                        const Lookahead *ahead,
                        int              n) RT_SAFE;

#endif
