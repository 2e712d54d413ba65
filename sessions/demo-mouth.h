/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_MOUTH_H
#define CONSORT_SESSIONS_DEMO_MOUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a singer's mouth and folds do, a thousand times a second: a line of
   syllables turned into curves. Vowels begin on the beat and consonants before
   it, a sung vowel takes all the time that consonants leave, and each sound
   leans toward its neighbours. */

enum {
  DEMO_MOUTH_RATE = 1000,
};

typedef enum DemoCurve {
  DEMO_CURVE_F1, /* Hz */
  DEMO_CURVE_F2,
  DEMO_CURVE_F3,
  DEMO_CURVE_NASAL,     /* 0..1 */
  DEMO_CURVE_VOICE,     /* level, 1 is full voice */
  DEMO_CURVE_BREATH,    /* level of noise through the whole mouth */
  DEMO_CURVE_HISS,      /* level of noise at a narrowing */
  DEMO_CURVE_HISS_HZ,   /* its middle */
  DEMO_CURVE_HISS_WIDE, /* its width, Hz */
  DEMO_CURVE_PITCH,     /* MIDI pitch */
  DEMO_CURVE_SHAPE,     /* of the glottal pulse: Fant's Rd */
  DEMO_CURVE_VIBRATO,   /* 0..1 */
  DEMO_CURVES,
} DemoCurve;

/* A syllable for one singer; see DemoSyllable. */
typedef struct DemoSung {
  double      start, length; /* steps */
  double      pitch;
  double      velocity;
  const char *sounds;
} DemoSung;

typedef struct DemoMouth {
  size_t  frames; /* of 1/DEMO_MOUTH_RATE seconds */
  double *curve[DEMO_CURVES];
} DemoMouth;

/* The curves of a line, sung `late` seconds behind the beat, for so many
   seconds; false where memory ran out. Clean up in either case. [any] */
bool demo_mouth_init(DemoMouth      *mouth,
                     const DemoSung *line,
                     size_t          count,
                     double          late,
                     double          seconds,
                     uint64_t        seed);
void demo_mouth_cleanup(DemoMouth *mouth);

#endif
