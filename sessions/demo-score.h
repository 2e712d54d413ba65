/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_SCORE_H
#define CONSORT_SESSIONS_DEMO_SCORE_H

#include "sessions/demo-song.h"

/* The composition: what is played, when, and how hard.

   Time is counted in steps, sixteenths of a bar from the start of the song; a
   bar is 16 steps, a beat 4. Pitches are MIDI's, velocities 0..1. */

enum {
  DEMO_BAR          = 16,
  DEMO_BARS         = 33, /* the last one holds the final chord */
  DEMO_STEP_FRAMES  = 7200,
  DEMO_SCORE_STEPS  = 536, /* the ring of the last chord included */
  DEMO_SCORE_NOTES  = 3072,
  DEMO_SCORE_VOICES = 4,
};

/* The form, by first bar. */
enum {
  DEMO_INTRO  = 0,
  DEMO_VERSE  = 4,
  DEMO_CHORUS = 12,
  DEMO_BRIDGE = 20,
  DEMO_FINAL  = 24,
  DEMO_ENDING = 32,
};

/* A chord as three players see it. */
typedef struct DemoChord {
  double start;      /* step */
  int    bass;       /* pitch */
  int    strings[6]; /* pitches from the lowest string; 0 is not played */
  int    keys[DEMO_SCORE_VOICES]; /* led from chord to chord */
} DemoChord;

typedef struct DemoNote {
  double start; /* seconds, with swing and the player's own timing */
  double length;
  double pitch;
  double velocity;
  double bend;  /* semitones from which the pitch is reached; 0 for most */
  int    muted; /* by the palm, or a finger's ghost */
} DemoNote;

typedef struct DemoNotes {
  size_t   count;
  DemoNote note[DEMO_SCORE_NOTES];
} DemoNotes;

/* A sung syllable: its sounds as space-separated symbols (see demo-speech.h),
   or "-" where the vowel before is carried to another pitch. A voice whose
   pitch is 0 is silent. */
typedef struct DemoSyllable {
  double      start;  /* step of the vowel */
  double      length; /* steps */
  int         lead;
  int         high;
  int         low;
  double      velocity;
  const char *sounds;
} DemoSyllable;

/* The time of a step in seconds; odd sixteenths swing. [any] */
double demo_score_time(double step);

/* The chord at a step. [any] */
const DemoChord *demo_score_chord(double step);

/* The chord after the one at a step, or the last. [any] */
const DemoChord *demo_score_next_chord(double step);

/* The parts, each into an empty list. [any] */
void demo_score_bass(DemoNotes *notes);
void demo_score_guitar(DemoNotes *notes);
void demo_score_acoustic(DemoNotes *notes);
void demo_score_solo(DemoNotes *notes);
void demo_score_piano(DemoNotes *notes);

/* The lyric with its tune, in order, and how many syllables it has. [any] */
const DemoSyllable *demo_score_lyric(size_t *count);

#endif
