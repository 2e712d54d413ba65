/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-score.h"

#include "sessions/demo-math.h"

#define COUNT(array)  (sizeof(array) / sizeof *(array))
#define AT(bar, step) ((bar)*16.0 + (step))

/* The chords, by where they stand: D major throughout, but for the borrowed
   G minor before the end. */
#define CHORD_D                 \
  38, { 0, 0, 50, 57, 62, 66 }, \
  {                             \
    57, 62, 64, 66              \
  }
#define CHORD_A_CIS              \
  37, { 0, 49, 52, 57, 61, 64 }, \
  {                              \
    57, 59, 61, 64               \
  }
#define CHORD_BM7                \
  35, { 0, 47, 54, 57, 62, 66 }, \
  {                              \
    57, 59, 62, 66               \
  }
#define CHORD_GMAJ7              \
  31, { 43, 0, 50, 55, 59, 66 }, \
  {                              \
    55, 59, 62, 66               \
  }
#define CHORD_G                   \
  31, { 43, 47, 50, 55, 62, 67 }, \
  {                               \
    57, 59, 62, 67                \
  }
#define CHORD_EM7                 \
  28, { 40, 47, 50, 55, 62, 67 }, \
  {                               \
    55, 59, 62, 66                \
  }
#define CHORD_ASUS               \
  33, { 0, 45, 52, 57, 62, 64 }, \
  {                              \
    57, 59, 62, 64               \
  }
#define CHORD_A                  \
  33, { 0, 45, 52, 57, 61, 64 }, \
  {                              \
    57, 61, 64, 69               \
  }
#define CHORD_FISM7              \
  30, { 42, 0, 52, 57, 61, 66 }, \
  {                              \
    57, 61, 64, 66               \
  }
#define CHORD_GM6                \
  31, { 43, 0, 52, 58, 62, 67 }, \
  {                              \
    55, 58, 62, 64               \
  }
#define CHORD_END                \
  38, { 0, 45, 50, 57, 62, 66 }, \
  {                              \
    57, 62, 64, 69               \
  }

static const DemoChord chords[] = {
  { AT(0, 0), CHORD_D },      { AT(1, 0), CHORD_A_CIS },
  { AT(2, 0), CHORD_BM7 },    { AT(3, 0), CHORD_GMAJ7 },
  { AT(4, 0), CHORD_D },      { AT(5, 0), CHORD_A_CIS },
  { AT(6, 0), CHORD_BM7 },    { AT(7, 0), CHORD_GMAJ7 },
  { AT(8, 0), CHORD_D },      { AT(9, 0), CHORD_A_CIS },
  { AT(10, 0), CHORD_EM7 },   { AT(11, 0), CHORD_ASUS },
  { AT(11, 8), CHORD_A },     { AT(12, 0), CHORD_G },
  { AT(13, 0), CHORD_A },     { AT(14, 0), CHORD_FISM7 },
  { AT(15, 0), CHORD_BM7 },   { AT(16, 0), CHORD_G },
  { AT(17, 0), CHORD_EM7 },   { AT(17, 8), CHORD_A },
  { AT(18, 0), CHORD_D },     { AT(19, 0), CHORD_A_CIS },
  { AT(20, 0), CHORD_BM7 },   { AT(21, 0), CHORD_FISM7 },
  { AT(22, 0), CHORD_GMAJ7 }, { AT(23, 0), CHORD_ASUS },
  { AT(23, 8), CHORD_A },     { AT(24, 0), CHORD_G },
  { AT(25, 0), CHORD_A },     { AT(26, 0), CHORD_FISM7 },
  { AT(27, 0), CHORD_BM7 },   { AT(28, 0), CHORD_EM7 },
  { AT(29, 0), CHORD_ASUS },  { AT(29, 8), CHORD_A },
  { AT(30, 0), CHORD_GMAJ7 }, { AT(31, 0), CHORD_GM6 },
  { AT(32, 0), CHORD_END },
};

static const DemoSyllable lyric[] = {
  /* Seven sisters on the sea */
  { AT(4, 2), 2, 57, 0, 0, 0.72, "S EH" },
  { AT(4, 4), 2, 57, 0, 0, 0.62, "V AX N" },
  { AT(4, 6), 2, 62, 0, 0, 0.78, "S IH S" },
  { AT(4, 8), 2, 61, 0, 0, 0.66, "T ER Z" },
  { AT(4, 10), 2, 59, 0, 0, 0.70, "AA N" },
  { AT(4, 12), 3, 57, 0, 0, 0.62, "DH AX" },
  { AT(5, 0), 8, 61, 0, 0, 0.80, "S IY" },
  /* sing the night across to me */
  { AT(6, 2), 2, 59, 0, 0, 0.74, "S IH NG" },
  { AT(6, 4), 2, 59, 0, 0, 0.62, "DH AX" },
  { AT(6, 6), 3, 62, 0, 0, 0.80, "N AY T" },
  { AT(6, 9), 1, 61, 0, 0, 0.62, "AX" },
  { AT(6, 10), 3, 59, 0, 0, 0.74, "K R AA S" },
  { AT(6, 13), 2, 57, 0, 0, 0.64, "T UW" },
  { AT(7, 0), 8, 59, 0, 0, 0.78, "M IY" },
  /* one by one the voices rise */
  { AT(8, 2), 2, 57, 0, 0, 0.74, "W AH N" },
  { AT(8, 4), 2, 59, 0, 0, 0.68, "B AY" },
  { AT(8, 6), 3, 62, 0, 0, 0.80, "W AH N" },
  { AT(8, 9), 1, 62, 0, 0, 0.62, "DH AX" },
  { AT(8, 10), 3, 64, 0, 0, 0.80, "V OY" },
  { AT(8, 13), 2, 62, 0, 0, 0.68, "S IH Z" },
  { AT(9, 0), 5, 64, 0, 0, 0.84, "R AY" },
  { AT(9, 5), 4, 61, 0, 0, 0.74, "- Z" },
  /* soft as snow on summer skies */
  { AT(10, 2), 2, 64, 0, 0, 0.76, "S AO F T" },
  { AT(10, 4), 2, 62, 0, 0, 0.66, "AE Z" },
  { AT(10, 6), 4, 64, 0, 0, 0.82, "S N OW" },
  { AT(10, 10), 1.5, 62, 0, 0, 0.68, "AA N" },
  { AT(10, 12), 2, 59, 0, 0, 0.74, "S AH" },
  { AT(10, 14), 1.5, 62, 0, 0, 0.66, "M ER" },
  { AT(11, 0), 6, 62, 0, 0, 0.82, "S K AY" },
  { AT(11, 6), 5, 61, 0, 0, 0.74, "- Z" },
  /* So we sing together */
  { AT(11, 12), 2, 62, 0, 0, 0.80, "S OW" },
  { AT(11, 14), 2, 64, 0, 0, 0.82, "W IY" },
  { AT(12, 0), 6, 66, 71, 62, 0.92, "S IH NG" },
  { AT(12, 6), 2, 64, 69, 61, 0.78, "T AX" },
  { AT(12, 8), 4, 67, 71, 62, 0.92, "G EH" },
  { AT(12, 12), 4, 66, 69, 62, 0.84, "DH ER" },
  { AT(13, 0), 6, 64, 69, 61, 0.80, "-" },
  /* all the stars in their places */
  { AT(13, 8), 2, 61, 69, 57, 0.78, "AO L" },
  { AT(13, 10), 2, 62, 69, 57, 0.70, "DH AX" },
  { AT(13, 12), 6, 64, 69, 61, 0.86, "S T AA R Z" },
  { AT(14, 2), 2, 61, 66, 57, 0.72, "IH N" },
  { AT(14, 4), 4, 61, 66, 57, 0.76, "DH EH R" },
  { AT(14, 8), 6, 66, 69, 61, 0.90, "P L EY" },
  { AT(14, 14), 8, 62, 66, 59, 0.80, "S IH Z" },
  /* So we sing until the morning */
  { AT(15, 12), 2, 62, 0, 0, 0.80, "S OW" },
  { AT(15, 14), 2, 64, 0, 0, 0.82, "W IY" },
  { AT(16, 0), 6, 66, 71, 62, 0.92, "S IH NG" },
  { AT(16, 6), 2, 64, 69, 59, 0.76, "AX N" },
  { AT(16, 8), 3, 67, 71, 62, 0.92, "T IH L" },
  { AT(16, 11), 1, 66, 69, 62, 0.74, "DH AX" },
  { AT(16, 12), 4, 66, 69, 62, 0.86, "M AO R" },
  { AT(17, 0), 6, 64, 67, 59, 0.80, "N IH NG" },
  /* stay with me */
  { AT(17, 8), 4, 64, 69, 61, 0.88, "S T EY" },
  { AT(17, 12), 4, 61, 64, 57, 0.80, "W IH DH" },
  { AT(18, 0), 12, 62, 66, 57, 0.84, "M IY" },
  /* So we sing together, all the stars in their places */
  { AT(23, 12), 2, 62, 0, 0, 0.84, "S OW" },
  { AT(23, 14), 2, 64, 0, 0, 0.86, "W IY" },
  { AT(24, 0), 6, 66, 71, 62, 0.96, "S IH NG" },
  { AT(24, 6), 2, 64, 69, 61, 0.80, "T AX" },
  { AT(24, 8), 4, 67, 71, 62, 0.96, "G EH" },
  { AT(24, 12), 4, 66, 69, 62, 0.88, "DH ER" },
  { AT(25, 0), 6, 64, 69, 61, 0.82, "-" },
  { AT(25, 8), 2, 61, 69, 57, 0.80, "AO L" },
  { AT(25, 10), 2, 62, 69, 57, 0.72, "DH AX" },
  { AT(25, 12), 6, 64, 69, 61, 0.90, "S T AA R Z" },
  { AT(26, 2), 2, 61, 66, 57, 0.74, "IH N" },
  { AT(26, 4), 4, 61, 66, 57, 0.78, "DH EH R" },
  { AT(26, 8), 6, 66, 73, 61, 0.94, "P L EY" },
  { AT(26, 14), 8, 62, 66, 59, 0.82, "S IH Z" },
  /* So we sing until the morning: stay with me, stay with me */
  { AT(27, 12), 2, 62, 0, 0, 0.84, "S OW" },
  { AT(27, 14), 2, 64, 0, 0, 0.86, "W IY" },
  { AT(28, 0), 6, 67, 71, 62, 0.96, "S IH NG" },
  { AT(28, 6), 2, 66, 69, 62, 0.80, "AX N" },
  { AT(28, 8), 3, 67, 71, 62, 0.96, "T IH L" },
  { AT(28, 11), 1, 66, 69, 62, 0.78, "DH AX" },
  { AT(28, 12), 4, 66, 71, 62, 0.90, "M AO R" },
  { AT(29, 0), 6, 64, 69, 62, 0.84, "N IH NG" },
  { AT(29, 8), 4, 64, 69, 61, 0.92, "S T EY" },
  { AT(29, 12), 4, 66, 69, 61, 0.86, "W IH DH" },
  { AT(30, 0), 12, 66, 71, 62, 0.88, "M IY" },
  { AT(31, 2), 6, 67, 70, 62, 0.84, "S T EY" },
  { AT(31, 8), 6, 64, 67, 58, 0.72, "W IH DH" },
  { AT(32, 0), 18, 62, 66, 57, 0.74, "M IY" },
};

double
demo_score_time(double step)
{
  const double whole = step < 0.0 ? 0.0 : (double)(long)step;
  const double swing = (long)whole % 2 == 1 ? 0.11 : 0.0;
  return (step + swing) * ((double)DEMO_STEP_FRAMES / DEMO_SONG_RATE);
}

const DemoChord *
demo_score_chord(double step)
{
  size_t i = 0;
  while (i + 1 < COUNT(chords) && chords[i + 1].start <= step) {
    i++;
  }
  return &chords[i];
}

const DemoChord *
demo_score_next_chord(double step)
{
  const DemoChord *chord = demo_score_chord(step);
  return chord + 1 < chords + COUNT(chords) ? chord + 1 : chord;
}

const DemoSyllable *
demo_score_lyric(size_t *count)
{
  *count = COUNT(lyric);
  return lyric;
}

/* How a player plays: where against the beat, and how evenly. */
typedef struct Hand {
  DemoRandom random;
  double     late;   /* seconds behind the beat */
  double     wander; /* seconds, deviation */
  double     uneven; /* of velocity, deviation */
} Hand;

static DemoNote *
play(DemoNotes *notes,
     Hand      *hand,
     double     step,
     double     length,
     double     pitch,
     double     velocity)
{
  if (notes->count == DEMO_SCORE_NOTES) {
    notes->count--; /* never so: the song is shorter, as a test sees */
  }
  DemoNote    *note  = &notes->note[notes->count++];
  const double human = demo_random_human(&hand->random);
  const double time  = demo_score_time(step) + hand->late;
  *note              = (DemoNote){
                 .start    = demo_clamp(time + hand->wander * human, 0.0, 1e3),
                 .length   = demo_score_time(step + length) - demo_score_time(step),
                 .pitch    = pitch,
                 .velocity = demo_clamp(
      velocity * (1.0 + hand->uneven * demo_random_human(&hand->random)),
      0.05,
      1.0),
  };
  return note;
}

/* The note of D major next to `pitch` on the side of `from`. */
static int
neighbour(int pitch, int from)
{
  static const int scale  = 0xad6; /* C#, D, E, F#, G, A, B: a bit each */
  const int        toward = from < pitch ? -1 : 1;
  int              near   = pitch + toward;
  while (!(scale >> (near % 12) & 1)) {
    near += toward;
  }
  return near;
}

/* One stroke of a bass figure: `tone` is semitones above the root, or
   APPROACH. */
typedef struct BassStroke {
  double step, length;
  int    tone;
  double velocity;
} BassStroke;

enum {
  APPROACH = -99,
};

static const BassStroke bass_verse[] = {
  { 0, 5.2, 0, 0.86 },  { 6, 1.5, 0, 0.70 },         { 7, 0.8, 12, 0.50 },
  { 10, 3.2, 0, 0.80 }, { 14, 1.7, APPROACH, 0.66 },
};

static const BassStroke bass_chorus[] = {
  { 0, 1.8, 0, 0.96 },  { 2, 1.6, 0, 0.74 },  { 4, 1.8, 0, 0.84 },
  { 6, 1.4, 12, 0.82 }, { 7, 0.8, 0, 0.55 },  { 8, 1.8, 0, 0.92 },
  { 10, 1.6, 0, 0.74 }, { 12, 1.8, 7, 0.84 }, { 14, 1.7, APPROACH, 0.80 },
};

static const BassStroke bass_bridge[] = {
  { 0, 9.5, 0, 0.86 },
  { 10, 3.6, 7, 0.70 },
  { 14, 1.8, APPROACH, 0.66 },
};

static void
bass_bar(DemoNotes        *notes,
         Hand             *hand,
         int               bar,
         const BassStroke *stroke,
         size_t            count)
{
  for (size_t i = 0; i < count; i++) {
    const double     at    = AT(bar, stroke[i].step);
    const DemoChord *chord = demo_score_chord(at);
    const int        next  = demo_score_next_chord(at)->bass;
    const int        tone  = stroke[i].tone;
    const int        pitch =
      tone != APPROACH ? chord->bass + tone : neighbour(next, chord->bass);
    play(notes, hand, at, stroke[i].length, pitch, stroke[i].velocity);
  }
}

void
demo_score_bass(DemoNotes *notes)
{
  Hand hand = { demo_random(11), 0.004, 0.003, 0.06 };
  play(notes, &hand, AT(3, 8), 3, 31, 0.55);
  play(notes, &hand, AT(3, 12), 1.8, 33, 0.66);
  play(notes, &hand, AT(3, 14), 1.8, 37, 0.74);
  for (int bar = DEMO_VERSE; bar < DEMO_ENDING; bar++) {
    if (bar < DEMO_CHORUS) {
      bass_bar(notes, &hand, bar, bass_verse, COUNT(bass_verse));
    } else if (bar >= DEMO_BRIDGE && bar < DEMO_FINAL) {
      bass_bar(notes, &hand, bar, bass_bridge, COUNT(bass_bridge));
    } else if (bar == DEMO_BRIDGE - 1 || bar == DEMO_ENDING - 1) {
      bass_bar(notes, &hand, bar, bass_verse, COUNT(bass_verse));
    } else {
      bass_bar(notes, &hand, bar, bass_chorus, COUNT(bass_chorus));
    }
  }
  play(notes, &hand, AT(DEMO_ENDING, 0), 20, 38, 0.90);
}

/* One picked note of a guitar figure: `string` counts the chord's sounding
   strings from the lowest. */
typedef struct Pick {
  double step, length;
  int    string;
  double velocity;
} Pick;

static const Pick picks_open[] = {
  { 0, 9, 0, 0.80 },  { 2, 9, 2, 0.62 },  { 3, 8, 3, 0.72 },
  { 6, 7, 1, 0.62 },  { 8, 7, 2, 0.70 },  { 9, 6, 3, 0.60 },
  { 11, 5, 1, 0.64 }, { 12, 4, 2, 0.60 }, { 14, 3, 3, 0.70 },
};

static const Pick picks_muted[] = {
  { 0, 1.1, 0, 0.82 },  { 2, 0.9, 0, 0.52 },  { 3, 1.2, 2, 0.72 },
  { 5, 0.9, 1, 0.50 },  { 6, 1.4, 3, 0.78 },  { 8, 0.9, 0, 0.66 },
  { 9, 0.8, 1, 0.46 },  { 11, 1.2, 2, 0.72 }, { 13, 0.8, 1, 0.50 },
  { 14, 1.3, 3, 0.70 },
};

/* The pitch of the nth sounding string of a chord, or of its highest. */
static int
string_pitch(const DemoChord *chord, int nth)
{
  int pitch = 0;
  for (int i = 0; i < 6 && nth >= 0; i++) {
    if (chord->strings[i]) {
      pitch = chord->strings[i];
      nth--;
    }
  }
  return pitch;
}

static void
pick_bar(DemoNotes  *notes,
         Hand       *hand,
         int         bar,
         const Pick *pick,
         size_t      count,
         int         muted)
{
  for (size_t i = 0; i < count; i++) {
    const double at    = AT(bar, pick[i].step);
    const int    pitch = string_pitch(demo_score_chord(at), pick[i].string);
    DemoNote    *note =
      play(notes, hand, at, pick[i].length, pitch, pick[i].velocity);
    note->muted = muted;
  }
}

/* A stroke over the strings, down or up, a few milliseconds a string; `thin`
   strokes leave out the lowest strings, as hands do. */
static void
strum(DemoNotes *notes,
      Hand      *hand,
      double     at,
      double     length,
      int        down,
      int        thin,
      double     velocity)
{
  const DemoChord *chord  = demo_score_chord(at);
  const double     spread = 0.011 - 0.004 * velocity;
  int              played = 0;
  const Hand       whole  = *hand;
  for (int i = 0; i < 6; i++) {
    const int string = down ? i : 5 - i;
    if (chord->strings[string] && string >= thin) {
      const double falling = velocity * (1.0 - 0.05 * played);
      hand->late           = whole.late + spread * played++;
      play(notes, hand, at, length, chord->strings[string], falling);
    }
  }
  hand->late = whole.late;
}

void
demo_score_guitar(DemoNotes *notes)
{
  Hand hand = { demo_random(12), 0.001, 0.004, 0.07 };
  for (int bar = 0; bar < DEMO_ENDING; bar++) {
    if (bar >= DEMO_VERSE && bar < DEMO_VERSE + 4) {
      pick_bar(notes, &hand, bar, picks_muted, COUNT(picks_muted), 1);
    } else {
      pick_bar(notes, &hand, bar, picks_open, COUNT(picks_open), 0);
    }
    if ((bar >= DEMO_CHORUS && bar < DEMO_BRIDGE) || bar >= DEMO_FINAL) {
      strum(notes, &hand, AT(bar, 4), 0.8, 1, 3, 0.74);
      strum(notes, &hand, AT(bar, 12), 0.8, 1, 3, 0.78);
    }
  }
  strum(notes, &hand, AT(DEMO_ENDING, 0), 30, 1, 0, 0.72);
}

/* Strokes of a bar of strumming: 'D' and 'd' down, 'u' up, '.' none. */
static void
strum_bar(DemoNotes *notes, Hand *hand, int bar, const char *strokes)
{
  for (int step = 0; step < DEMO_BAR; step++) {
    const double at = AT(bar, step);
    switch (strokes[step]) {
    case 'D':
      strum(notes, hand, at, 3.6, 1, 0, 0.86);
      break;
    case 'd':
      strum(notes, hand, at, 2.2, 1, 1, 0.64);
      break;
    case 'u':
      strum(notes, hand, at, 2.0, 0, 3, 0.56);
      break;
    default:
      break;
    }
  }
}

void
demo_score_acoustic(DemoNotes *notes)
{
  Hand hand = { demo_random(13), 0.003, 0.003, 0.08 };
  for (int bar = DEMO_VERSE + 4; bar < DEMO_CHORUS; bar++) {
    strum_bar(notes, &hand, bar, "D.....u.d.u...u.");
  }
  for (int bar = DEMO_CHORUS; bar < DEMO_ENDING; bar++) {
    if (bar >= DEMO_BRIDGE && bar < DEMO_FINAL - 1) {
      strum_bar(notes, &hand, bar, "D...............");
    } else if (bar == DEMO_ENDING - 1) {
      strum_bar(notes, &hand, bar, "D...d...d.......");
    } else {
      strum_bar(notes, &hand, bar, "D..ud.u.D.u.d.ud");
    }
  }
  strum(notes, &hand, AT(DEMO_ENDING, 0), 26, 1, 0, 0.80);
}

/* One note of the lead guitar. */
typedef struct Lick {
  double step, length;
  int    pitch;
  double velocity, bend;
} Lick;

static const Lick solo[] = {
  /* over the bridge */
  { AT(20, 0), 2.8, 71, 0.80, 0 },
  { AT(20, 3), 2.6, 74, 0.82, 0 },
  { AT(20, 6), 4.0, 78, 0.92, -2 },
  { AT(20, 10), 1.8, 76, 0.76, 0 },
  { AT(20, 12), 1.8, 74, 0.78, 0 },
  { AT(20, 14), 2.0, 71, 0.74, 0 },
  { AT(21, 0), 5.6, 73, 0.88, -2 },
  { AT(21, 6), 1.8, 71, 0.74, 0 },
  { AT(21, 8), 1.8, 69, 0.76, 0 },
  { AT(21, 10), 2.0, 66, 0.78, 0 },
  { AT(21, 12), 3.6, 69, 0.80, 0 },
  { AT(22, 0), 2.8, 71, 0.84, 0 },
  { AT(22, 3), 2.6, 74, 0.84, 0 },
  { AT(22, 6), 6.0, 79, 0.96, -2 },
  { AT(22, 12), 1.8, 78, 0.80, 0 },
  { AT(22, 14), 2.0, 74, 0.80, 0 },
  { AT(23, 0), 6.8, 76, 0.90, -1 },
  { AT(23, 7), 0.9, 73, 0.70, 0 },
  { AT(23, 8), 0.9, 76, 0.76, 0 },
  { AT(23, 9), 0.9, 78, 0.80, 0 },
  { AT(23, 10), 5.6, 81, 0.98, -2 },
  /* answers to the last chorus */
  { AT(25, 7), 0.9, 73, 0.66, 0 },
  { AT(25, 8), 1.8, 76, 0.72, 0 },
  { AT(25, 10), 3.4, 78, 0.76, -2 },
  { AT(27, 6), 1.8, 74, 0.70, 0 },
  { AT(27, 8), 1.8, 78, 0.76, -2 },
  { AT(27, 10), 3.6, 76, 0.76, 0 },
  { AT(29, 6), 1.8, 76, 0.70, 0 },
  { AT(29, 8), 4.6, 81, 0.80, -2 },
  { AT(30, 8), 1.8, 78, 0.70, 0 },
  { AT(30, 10), 1.8, 74, 0.70, 0 },
  { AT(30, 12), 3.6, 79, 0.74, -1 },
  { AT(31, 0), 9.0, 74, 0.70, 0 },
  { AT(32, 0), 20, 69, 0.66, 0 },
};

void
demo_score_solo(DemoNotes *notes)
{
  Hand hand = { demo_random(14), 0.009, 0.005, 0.05 };
  for (size_t i = 0; i < COUNT(solo); i++) {
    const Lick *lick = &solo[i];
    play(notes, &hand, lick->step, lick->length, lick->pitch, lick->velocity)
      ->bend = lick->bend;
  }
}

/* A chord of the keys, rolled a little; the bass note doubled where `low`. */
static void
keys(DemoNotes *notes,
     Hand      *hand,
     double     at,
     double     length,
     int        low,
     double     velocity)
{
  const DemoChord *chord = demo_score_chord(at);
  if (low) {
    play(notes, hand, at, length, chord->bass + 12, 0.85 * velocity);
  }
  for (int i = 0; i < DEMO_SCORE_VOICES; i++) {
    play(notes, hand, at, length, chord->keys[i], velocity);
  }
}

static void
keys_bar(DemoNotes *notes, Hand *hand, int bar)
{
  if (bar < DEMO_VERSE || (bar >= DEMO_BRIDGE && bar < DEMO_FINAL)) {
    keys(notes, hand, AT(bar, 0), 7.8, 1, 0.62);
    keys(notes, hand, AT(bar, 8), 5.8, 0, 0.46);
    play(notes,
         hand,
         AT(bar, 14),
         2,
         demo_score_chord(AT(bar, 14))->keys[3] + 12,
         0.42);
  } else if (bar < DEMO_CHORUS) {
    keys(notes, hand, AT(bar, 0), 5.9, 0, 0.60);
    keys(notes, hand, AT(bar, 6), 3.6, 0, 0.44);
    keys(notes, hand, AT(bar, 10), 5.7, 0, 0.54);
  } else {
    keys(notes, hand, AT(bar, 0), 2.6, 1, 0.78);
    keys(notes, hand, AT(bar, 3), 2.6, 0, 0.66);
    keys(notes, hand, AT(bar, 6), 1.6, 0, 0.60);
    keys(notes, hand, AT(bar, 8), 2.6, 0, 0.74);
    keys(notes, hand, AT(bar, 11), 2.6, 0, 0.64);
    keys(notes, hand, AT(bar, 14), 1.6, 0, 0.60);
  }
}

void
demo_score_piano(DemoNotes *notes)
{
  Hand hand = { demo_random(15), 0.004, 0.004, 0.08 };
  for (int bar = 0; bar < DEMO_ENDING - 1; bar++) {
    keys_bar(notes, &hand, bar);
  }
  keys(notes, &hand, AT(DEMO_ENDING - 1, 0), 14, 1, 0.56);
  keys(notes, &hand, AT(DEMO_ENDING, 0), 28, 1, 0.64);
  play(notes, &hand, AT(DEMO_ENDING, 4), 24, 78, 0.44);
}
