/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_SPEECH_H
#define CONSORT_SESSIONS_DEMO_SPEECH_H

#include <stdbool.h>
#include <stddef.h>

/* The sounds of the lyric: what the mouth does for each.

   A sound has a symbol (those of ARPABET), the formants that it aims at, and
   what is heard besides: the voice, breath through the whole mouth, and hiss
   at a narrowing. The figures are a man's, after G. Peterson and H. Barney
   (JASA 24, 1952) and D. Klatt (JASA 67, 1980). */

typedef enum DemoSpeechKind {
  DEMO_SPEECH_VOWEL,
  DEMO_SPEECH_SONORANT, /* nasals, liquids, glides */
  DEMO_SPEECH_FRICATIVE,
  DEMO_SPEECH_STOP,
} DemoSpeechKind;

typedef struct DemoPhone {
  const char    *symbol;
  DemoSpeechKind kind;
  double         f[3];      /* formants in Hz */
  double         glide[3];  /* where a diphthong ends; 0 for none */
  double         seconds;   /* of a consonant; of a stop's closure */
  double         voice;     /* level of the voice, 1 for a vowel */
  double         nasal;     /* 0..1 */
  double         hiss;      /* level of the narrowing's noise */
  double         hiss_hz;   /* where that is strongest */
  double         hiss_wide; /* and how wide, Hz */
  double         burst;     /* seconds of breath after a stop opens */
} DemoPhone;

/* The sound with a symbol, which ends at a space or the string's end; NULL
   where there is none. [any] */
const DemoPhone *demo_speech_find(const char *symbol);

/* The symbol after this one in a string of them; NULL after the last. [any] */
const char *demo_speech_next(const char *symbols);

#endif
