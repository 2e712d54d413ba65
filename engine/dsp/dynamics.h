/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_DSP_DYNAMICS_H
#define CONSORT_DSP_DYNAMICS_H

#include "engine/dsp/design.h"
#include "engine/rt.h"

#include <stdbool.h>

/* What is on the knobs of the dynamics, in real units: the gate, compressor
   and de-esser in engine/lanes take it from here. Ranges are those of the
   parameter table. Levels count from full scale, a sine of which has a peak of
   0 dB and an RMS level of -3.01 dB.

   Attack and release are the times in which a gain, in decibels, covers 1 - 1/e
   of its way. */

/* In the order of the parameter table's choices. */
enum GateMode {
  GATE_EXP2, /* expanders: 2, 3, 4 dB down for each dB below the threshold */
  GATE_EXP3,
  GATE_EXP4,
  GATE_GATE, /* shut: down by the range */
  GATE_DUCK, /* open: down by the range */
};
enum CompDetector { COMP_PEAK, COMP_RMS };
enum DeessMode { DEESS_SPLIT, DEESS_WIDE };

typedef struct KeyFilter {
  bool         on;
  enum KeyType type;
  float        freq; /* Hz */
  float        q;
} KeyFilter;

typedef struct GateSettings {
  bool          on;
  enum GateMode mode;
  float         threshold_db;
  float         range_db;
  float         attack_ms; /* from when the key is loud: up, in a duck down */
  float         hold_ms;
  float         release_ms;
  float         hysteresis_db; /* of gate and duck; expanders need none */
  float         lookahead_ms;
  bool          listen;
  KeyFilter     key;
} GateSettings;

typedef struct CompSettings {
  bool              on;
  enum CompDetector detector;
  float             threshold_db;
  float             ratio; /* 1 to INFINITY */
  float             knee_db;
  float             attack_ms;
  float             hold_ms;
  float             release_ms;
  bool              auto_release;
  float             makeup_db;
  bool              auto_makeup;
  float             mix; /* 0 to 1 */
  float             lookahead_ms;
  bool              listen;
  KeyFilter         key;
} CompSettings;

typedef struct DeessSettings {
  bool           on;
  enum DeessMode mode;
  float          freq; /* Hz */
  float          threshold_db;
  float          range_db;
  bool           listen;
} DeessSettings;

#define DYNAMICS_LOOKAHEAD_MS 10.0f

/* By how many frames a look-ahead delays the strip, on or off. [any] */
static inline int
dynamics_lookahead_frames(float ms, double rate) RT_SAFE
{
  float kept = ms > 0 ? ms : 0;

  if (kept > DYNAMICS_LOOKAHEAD_MS)
    kept = DYNAMICS_LOOKAHEAD_MS;
  return (int)((double)kept * 1e-3 * rate + 0.5);
}

/* Frames of memory that any look-ahead at a rate needs, where work is cut into
   at most grid frames: a power of two. [any] */
static inline int
dynamics_lookahead_size(double rate, int grid) RT_SAFE
{
  const int need =
    dynamics_lookahead_frames(DYNAMICS_LOOKAHEAD_MS, rate) + grid;
  int size = 1;

  while (size < need)
    size *= 2;
  return size;
}

#endif
