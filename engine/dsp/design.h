/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_DSP_DESIGN_H
#define CONSORT_DSP_DESIGN_H

#include "engine/rt.h"

#include <stdbool.h>

/* Filters from what is on the knob: coefficients of the sections in
   engine/lanes/svf.h, computed in double precision whenever a value changes.

   The curves follow the analogue prototypes up to the top of the band instead
   of being pressed together towards half the sample rate: poles by the matched
   z-transform, zeros so that the magnitude is right at chosen frequencies, as
   in M. Vicanek, "Matched Second Order Digital Filters" (2016). A cut is the
   exact inverse of the boost with the same figures. */

/* In the order of the parameter table's choices. */
enum BandType {
  BAND_BELL,
  BAND_LOWSHELF,
  BAND_HIGHSHELF,
  BAND_LOWCUT,
  BAND_HIGHCUT,
  BAND_NOTCH,
  BAND_TILT
};

/* A section is a trapezoidal state-variable filter with two states. With the
   input x and u = x - s2, a sample does

     s1' = s1 + CROSS·u  - DAMP·s1
     s2' = s2 + CROSS·s1 + PULL·u
     y   = THRU·x + BAND·(s1 + s1') + LOW·(s2 + s2')

   With the usual g = tan(w/2), k = 1/Q and d = 1/(1 + g·(g + k)), CROSS is
   2·g·d, DAMP 2·g·(g + k)·d and PULL 2·g²·d: small numbers for low frequencies,
   where float32 is dense, which is what keeps 20 Hz at Q 10 precise. THRU is
   the gain at half the sample rate, THRU + 2·LOW the gain at 0 Hz. */
enum SvfCoef {
  SVF_CROSS,
  SVF_DAMP,
  SVF_PULL,
  SVF_THRU,
  SVF_BAND,
  SVF_LOW,
  SVF_COEFS
};

typedef struct SvfCoefs {
  float c[SVF_COEFS];
} SvfCoefs;

/* What design_key() can make of a sidechain: the order of the table. */
enum KeyType { KEY_BAND, KEY_LOW, KEY_HIGH };

/* A section that gives back its input, bit for bit. [any] */
void design_identity(SvfCoefs *out) RT_SAFE;

/* Whether a section gives back its input, bit for bit: the identity, and a
   bell, shelf or tilt of 0 dB. [any] */
bool design_is_identity(const SvfCoefs *coefs) RT_SAFE;

/* One band of the equaliser. The gain in dB counts for bells, shelves and
   tilts (a tilt of +6 dB lowers the bass by 6 dB and raises the treble by as
   much, turning at freq_hz), q for all but it. Prototypes: the audio EQ
   cookbook's analogue forms. Frequencies, q and gains out of reason are brought
   back to it: 1 Hz to just below half the rate, 0.05 to 100, ±48 dB. [any] */
void design_band(SvfCoefs     *out,
                 enum BandType type,
                 double        freq_hz,
                 double        gain_db,
                 double        q,
                 double        rate_hz) RT_SAFE;

/* A strip's high- or low-pass: Butterworth of 6, 12, 18 or 24 dB an octave, -3
   dB at freq_hz, in two sections; one that is not needed is the identity.
   [any] */
void design_cut(SvfCoefs out[2],
                bool     highpass,
                double   freq_hz,
                int      slope_db,
                double   rate_hz) RT_SAFE;

/* The filter of a sidechain key: 0 dB at freq_hz for a band, in the pass band
   for a low- or high-pass. [any] */
void design_key(SvfCoefs    *out,
                enum KeyType type,
                double       freq_hz,
                double       q,
                double       rate_hz) RT_SAFE;

/* The gain (linear, not dB) of a section at a frequency, for drawing. [any] */
double design_magnitude(const SvfCoefs *coefs, double freq_hz, double rate_hz);

#endif
