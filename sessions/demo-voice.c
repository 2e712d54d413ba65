/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-voice.h"

#include "sessions/demo-filter.h"
#include "sessions/demo-glottis.h"
#include "sessions/demo-math.h"
#include "sessions/demo-mouth.h"
#include "sessions/demo-score.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE ((double)DEMO_SONG_RATE)

#define TUBE_SOFT 0.22 /* how much the tube's walls dull */

enum {
  TUBE  = 64,   /* longer than any singer's, there and back */
  HOP   = 24,   /* samples between changes of the mouth */
  LINE  = 160,  /* syllables */
  RINGS = 4800, /* samples until a mouth at rest is silent */
};

/* Who sings. */
typedef struct Singer {
  uint64_t seed;
  double   size;    /* of the formants; 1 is a man's */
  double   late;    /* seconds */
  double   tune;    /* semitones off, by habit */
  double   breath;  /* noise in the voice */
  double   shape;   /* added to the pulse's Rd */
  double   hiss;    /* how clearly consonants are said */
  double   vibrato; /* semitones */
  double   vibrato_hz;
  double   level;
} Singer;

/* A formant on its way: its coefficients move in straight lines from hop to
   hop, and its memory is its own output, so that it neither steps nor
   clicks. */
typedef struct Moving {
  double b0, a1, a2;
  double to_b0, to_a1, to_a2; /* a sample's change */
  double y1, y2;
} Moving;

static void
moving_aim(Moving *m, double hz, double wide)
{
  DemoBiquad f = { 0 };
  demo_biquad_formant(&f, hz, wide);
  m->to_b0 = (f.b0 - m->b0) / HOP;
  m->to_a1 = (f.a1 - m->a1) / HOP;
  m->to_a2 = (f.a2 - m->a2) / HOP;
}

static double
moving_pole(Moving *m, double x)
{
  m->b0 += m->to_b0;
  m->a1 += m->to_a1;
  m->a2 += m->to_a2;
  const double y = m->b0 * x - m->a1 * m->y1 - m->a2 * m->y2;
  m->y2          = m->y1;
  m->y1          = y;
  return y;
}

/* The mouth as filters. The formants above the third hold still: they are
   those of an even tube, whose first three are taken out to make room for the
   moving ones. */
typedef struct Tract {
  DemoBiquad nose_pole, nose_zero; /* beside the mouth, by `nasal` */
  double     nasal, to_nasal;
  Moving     formant[3];
  DemoBiquad taken[3];
  double     tube[TUBE], keep; /* what comes back, inverted */
  size_t     length, at;
  DemoBiquad hiss_edge, hiss, hiss_top;
  double     even;  /* evens out what the formants do to the level ... */
  double     level; /* ... reached a little later */
} Tract;

/* The folds: where they stand in their cycle, and how unevenly they move. */
typedef struct Folds {
  DemoRandom random;
  double     phase;
  double     noise;           /* the last sample's */
  double     jitter, shimmer; /* of this cycle */
  double     drift, sway;     /* slow wandering of the pitch; vibrato's phase */
} Folds;

/* The mouth at a moment, between two frames. */
static double
mouth_at(const DemoMouth *mouth, DemoCurve curve, size_t sample)
{
  const double  at = (double)sample * (DEMO_MOUTH_RATE / RATE);
  const size_t  i  = (size_t)at;
  const double *x  = mouth->curve[curve];
  return i + 1 < mouth->frames ? x[i] + (at - (double)i) * (x[i + 1] - x[i])
                               : 0.0;
}

static void
tract_init(Tract *tract, const Singer *singer)
{
  const Moving still = { .b0 = 1.0 };
  const double wide  = 190.0;
  memset(tract, 0, sizeof *tract);
  for (int k = 0; k < 3; k++) {
    tract->formant[k] = still;
  }
  demo_biquad_formant(&tract->nose_pole, 270.0, 100.0);
  demo_biquad_antiformant(&tract->nose_zero, 620.0, 160.0);
  tract->length = (size_t)(48.0 / singer->size + 0.5);
  tract->keep   = demo_exp(-DEMO_PI * wide * (double)tract->length / RATE);
  for (int k = 0; k < 3; k++) {
    const double hz = (k + 0.5) * RATE / ((double)tract->length + TUBE_SOFT);
    demo_biquad_antiformant(&tract->taken[k], hz, wide);
  }
}

/* By how much a formant raises a frequency, as a power. */
static double
formant_power(double hz, double wide, double turns)
{
  DemoBiquad f = { 0 };
  demo_biquad_formant(&f, hz, wide);
  const double c  = demo_cos(turns);
  const double s  = demo_sin(turns);
  const double re = 1.0 + f.a1 * c + f.a2 * (2.0 * c * c - 1.0);
  const double im = f.a1 * s + f.a2 * 2.0 * s * c;
  return f.b0 * f.b0 / (re * re + im * im);
}

/* Half, in dB, of what the vowel does to the loudness of a pitch: a singer
   gives the rest back. */
static double
tract_evenness(const double f[3], const double wide[3], double hz)
{
  double power = 0.0;
  for (int h = 1; h <= 6; h++) {
    double gain = 1.0 / (h * h);
    for (int k = 0; k < 3; k++) {
      gain *= formant_power(f[k], wide[k], h * hz / RATE);
    }
    power += gain;
  }
  return 1.6 / sqrt(sqrt(power));
}

/* Moves the mouth to where it is at a sample. No formant stays below the
   pitch: singers open for high notes. */
static void
tract_move(Tract           *tract,
           const DemoMouth *mouth,
           const Singer    *singer,
           size_t           at,
           double           hz)
{
  const double nasal = mouth_at(mouth, DEMO_CURVE_NASAL, at);
  double       f[3], wide[3];
  for (int k = 0; k < 3; k++) {
    static const double least[3] = { 75.0, 95.0, 140.0 };
    f[k] = singer->size * mouth_at(mouth, (DemoCurve)(DEMO_CURVE_F1 + k), at);
    f[k] = k == 0 && f[k] < 1.06 * hz ? 1.06 * hz : f[k];
    f[k] = demo_clamp(f[k], 150.0, 6000.0);
    wide[k] = (least[k] + 0.04 * f[k]) * (1.0 + (k < 2 ? nasal : 0.0));
    moving_aim(&tract->formant[k], f[k], wide[k]);
  }
  tract->to_nasal   = nasal;
  tract->even       = tract_evenness(f, wide, hz);
  const double hiss = mouth_at(mouth, DEMO_CURVE_HISS_HZ, at);
  const double span = mouth_at(mouth, DEMO_CURVE_HISS_WIDE, at);
  demo_biquad_highpass(&tract->hiss_edge, 0.66 * hiss, 0.9);
  demo_biquad_bandpass(&tract->hiss, hiss, hiss / span);
  demo_biquad_bandpass(
    &tract->hiss_top, demo_clamp(1.42 * hiss, 0.0, 14000.0), 1.6);
}

static double
tract_run(Tract *tract, double x)
{
  const size_t from = tract->at - tract->length;
  const double back = (1.0 - TUBE_SOFT) * tract->tube[from % TUBE] +
                      TUBE_SOFT * tract->tube[(from - 1) % TUBE];
  double y = (1.0 + tract->keep) * x - tract->keep * back;
  tract->tube[tract->at++ % TUBE] = y;
  /* One tooth out, one formant in, so that the level stays level between. */
  for (int k = 0; k < 3; k++) {
    y = moving_pole(&tract->formant[k], demo_biquad_run(&tract->taken[k], y));
  }
  const double nose =
    demo_biquad_run(&tract->nose_zero, demo_biquad_run(&tract->nose_pole, y));
  tract->nasal += 0.01 * (tract->to_nasal - tract->nasal);
  return y + tract->nasal * (nose - y);
}

/* The pitch at a sample, in Hz: the melody, vibrato, and what no one can hold
   still. Called once a hop. */
static double
folds_pitch(Folds           *folds,
            const DemoMouth *mouth,
            const Singer    *singer,
            size_t           at)
{
  const double noise = demo_random_human(&folds->random);
  folds->drift += 0.004 * (2.2 * noise - folds->drift);
  folds->sway += singer->vibrato_hz * (1.0 + 0.8 * folds->drift) * HOP / RATE;
  const double vibrato = singer->vibrato * demo_sin(folds->sway) *
                         mouth_at(mouth, DEMO_CURVE_VIBRATO, at);
  return demo_pitch_hz(mouth_at(mouth, DEMO_CURVE_PITCH, at) + singer->tune +
                       vibrato + 0.9 * folds->drift);
}

/* Moves on by a sample; a new cycle is never quite the old one. */
static void
folds_turn(Folds *folds, double hz)
{
  folds->phase += hz * (1.0 + folds->jitter) / RATE;
  if (folds->phase >= 1.0) {
    folds->phase -= 1.0;
    folds->jitter  = 0.0028 * demo_random_human(&folds->random);
    folds->shimmer = 0.035 * demo_random_human(&folds->random);
  }
}

/* What the singer does in one hop. */
typedef struct Effort {
  double voice, breath, hiss, shape;
} Effort;

static Effort
effort_at(const DemoMouth *mouth, const Singer *singer, size_t at)
{
  const double voice = mouth_at(mouth, DEMO_CURVE_VOICE, at);
  return (Effort){
    .voice  = voice * (0.35 + 0.65 * voice),
    .breath = mouth_at(mouth, DEMO_CURVE_BREATH, at),
    .hiss   = singer->hiss * mouth_at(mouth, DEMO_CURVE_HISS, at),
    .shape  = singer->shape + mouth_at(mouth, DEMO_CURVE_SHAPE, at),
  };
}

static bool
effort_none(const Effort *e)
{
  return e->voice < 1e-9 && e->breath < 1e-9 && e->hiss < 1e-9;
}

/* One sample of the whole singer. */
static double
sing(Tract             *tract,
     Folds             *folds,
     const Singer      *singer,
     const Effort      *effort,
     const DemoGlottis *glottis,
     double             hz)
{
  const double noise  = demo_random_noise(&folds->random);
  const double open   = folds->phase < 0.62 ? demo_sin(folds->phase / 1.24) : 0;
  const double voiced = effort->voice * (1.0 + folds->shimmer);
  const double source = demo_glottis_at(
    glottis, demo_glottis_range(hz), effort->shape, folds->phase);
  /* Turbulence at the folds is brighter than white. */
  const double rush = noise - 0.72 * folds->noise;
  const double breath =
    rush * (effort->breath + singer->breath * voiced * (0.25 + open * open));
  const double sharp = demo_biquad_run(
    &tract->hiss_edge,
    noise * effort->hiss * (effort->voice > 0.05 ? 0.55 + 0.75 * open : 1.0));
  folds->noise = noise;
  tract->level += 0.01 * (tract->even - tract->level);
  folds_turn(folds, hz);
  return tract_run(tract, tract->level * (voiced * source + breath)) +
         0.34 * demo_biquad_run(&tract->hiss, sharp) +
         0.20 * demo_biquad_run(&tract->hiss_top, sharp);
}

/* Adds one singer's line to a channel. */
static bool
singer_add(const Singer      *singer,
           const DemoGlottis *glottis,
           const DemoSung    *line,
           size_t             count,
           float             *out,
           size_t             frames)
{
  DemoMouth    mouth;
  Tract        tract;
  Folds        folds = { .random = demo_random(singer->seed) };
  Effort       last  = { 0 };
  size_t       quiet = 0;
  const double whole = demo_score_time(DEMO_SCORE_STEPS) + 1.0;
  const bool   ok =
    demo_mouth_init(&mouth, line, count, singer->late, whole, singer->seed);
  tract_init(&tract, singer);
  for (size_t at = 0; ok && at < frames; at += HOP) {
    const double hz   = folds_pitch(&folds, &mouth, singer, at);
    const Effort next = effort_at(&mouth, singer, at + HOP);
    const bool   rest = effort_none(&last) && effort_none(&next);
    quiet             = rest ? quiet + HOP : 0;
    if (quiet > RINGS) {
      continue;
    }
    tract_move(&tract, &mouth, singer, at + HOP, hz);
    for (size_t i = at; i < at + HOP && i < frames; i++) {
      const double t      = (double)(i - at) / HOP;
      const Effort effort = {
        last.voice + t * (next.voice - last.voice),
        last.breath + t * (next.breath - last.breath),
        last.hiss + t * (next.hiss - last.hiss),
        next.shape,
      };
      const double y = sing(&tract, &folds, singer, &effort, glottis, hz);
      out[i]         = (float)((double)out[i] + singer->level * y);
    }
    last = next;
  }
  demo_mouth_cleanup(&mouth);
  return ok;
}

/* A microphone and what a careful engineer does before the tape. */
static void
microphone(DemoSound *sound, double presence)
{
  for (int c = 0; c < sound->channels; c++) {
    DemoBiquad f[3] = { 0 };
    demo_biquad_highpass(&f[0], 75.0, 0.7);
    demo_biquad_highshelf(&f[1], 3200.0, presence);
    demo_biquad_lowpass(&f[2], 14500.0, 0.6);
    for (int i = 0; i < 3; i++) {
      demo_biquad_apply(&f[i], sound->channel[c], sound->frames);
    }
  }
}

/* The lyric on one of its three pitches. */
static size_t
line_of(DemoSung line[LINE], int (*pitch_of)(const DemoSyllable *))
{
  size_t              count, n = 0;
  const DemoSyllable *s = demo_score_lyric(&count);
  for (size_t i = 0; i < count && n < LINE; i++) {
    const int pitch = pitch_of(&s[i]);
    if (pitch) {
      line[n++] = (DemoSung){
        s[i].start, s[i].length, pitch, s[i].velocity, s[i].sounds
      };
    }
  }
  return n;
}

static int
pitch_lead(const DemoSyllable *s)
{
  return s->lead;
}

static int
pitch_high(const DemoSyllable *s)
{
  return s->high;
}

static int
pitch_low(const DemoSyllable *s)
{
  return s->low;
}

bool
demo_voice_lead(DemoSound *sound)
{
  static const Singer singer = {
    .seed       = 901,
    .size       = 1.0,
    .late       = 0.012,
    .breath     = 0.030,
    .hiss       = 1.0,
    .vibrato    = 0.34,
    .vibrato_hz = 5.4,
    .level      = 1.0,
  };
  DemoGlottis *glottis = malloc(sizeof *glottis);
  DemoSung     line[LINE];
  const size_t count = line_of(line, pitch_lead);
  bool         ok    = glottis != NULL;
  if (ok) {
    demo_glottis_make(glottis);
    ok = singer_add(
      &singer, glottis, line, count, sound->channel[0], sound->frames);
  }
  free(glottis);
  microphone(sound, 6.0);
  demo_sound_gain(sound, 0.27);
  return ok;
}

/* Two singers a part, each double of a different mind, one a side. */
static bool
part_add(DemoSound         *sound,
         const DemoGlottis *glottis,
         Singer             singer,
         const DemoSung    *line,
         size_t             count)
{
  DemoRandom random = demo_random(singer.seed);
  bool       ok     = true;
  for (int c = 0; c < 2 && ok; c++) {
    Singer one = singer;
    one.seed   = singer.seed + 17 * (uint64_t)c;
    one.size *= 1.0 + 0.02 * demo_random_noise(&random);
    one.late += 0.010 * demo_random_noise(&random);
    one.tune += 0.06 * demo_random_noise(&random);
    one.vibrato_hz += 0.3 * demo_random_noise(&random);
    ok =
      singer_add(&one, glottis, line, count, sound->channel[c], sound->frames);
  }
  return ok;
}

bool
demo_voice_harmony(DemoSound *sound)
{
  static const Singer high = {
    .seed       = 911,
    .size       = 1.15,
    .late       = 0.018,
    .breath     = 0.045,
    .shape      = 0.30,
    .hiss       = 0.45,
    .vibrato    = 0.22,
    .vibrato_hz = 5.7,
    .level      = 0.8,
  };
  static const Singer low = {
    .seed       = 921,
    .size       = 0.98,
    .late       = 0.020,
    .breath     = 0.035,
    .shape      = 0.20,
    .hiss       = 0.40,
    .vibrato    = 0.18,
    .vibrato_hz = 5.2,
    .level      = 0.8,
  };
  DemoGlottis *glottis = malloc(sizeof *glottis);
  DemoSung     line[LINE];
  bool         ok = glottis != NULL;
  if (ok) {
    demo_glottis_make(glottis);
    size_t count = line_of(line, pitch_high);
    ok           = part_add(sound, glottis, high, line, count);
    count        = line_of(line, pitch_low);
    ok           = ok && part_add(sound, glottis, low, line, count);
  }
  free(glottis);
  microphone(sound, 5.0);
  demo_sound_gain(sound, 0.13);
  return ok;
}

/* Where the choir sings, on what vowel. */
typedef struct Stretch {
  double      from, to; /* bars */
  double      velocity;
  const char *vowel;
} Stretch;

/* One voice of the chords: each stretch in one breath. */
static size_t
choir_line(DemoSung line[LINE], int voice)
{
  static const Stretch stretches[] = {
    { 8, 12, 0.55, "UW" },    { 14, 16, 0.60, "AA" },   { 18, 20, 0.62, "AA" },
    { 20, 24, 0.66, "UW" },   { 24, 26, 0.74, "AA" },   { 26, 28, 0.74, "AA" },
    { 28, 31.9, 0.80, "AA" }, { 32, 33.2, 0.62, "AA" },
  };
  size_t n = 0;
  for (size_t i = 0; i < sizeof stretches / sizeof *stretches; i++) {
    const Stretch *s    = &stretches[i];
    const double   end  = s->to * DEMO_BAR - 1.0;
    double         step = s->from * DEMO_BAR;
    while (step < end && n < LINE) {
      const double next = demo_score_next_chord(step)->start;
      const double stop = next > step && next < end ? next : end;
      line[n++]         = (DemoSung){ step,
                                      stop - step,
                                      demo_score_chord(step)->keys[voice],
                                      s->velocity,
                              step > s->from * DEMO_BAR ? "-" : s->vowel };
      step              = stop;
    }
  }
  return n;
}

bool
demo_voice_choir(DemoSound *sound)
{
  DemoGlottis *glottis = malloc(sizeof *glottis);
  DemoSung     line[LINE];
  bool         ok = glottis != NULL;
  if (ok) {
    demo_glottis_make(glottis);
  }
  for (int voice = 1; voice < DEMO_SCORE_VOICES && ok; voice++) {
    const Singer singer = {
      .seed       = 930 + 40 * (uint64_t)voice,
      .size       = voice > 1 ? 1.16 : 1.04,
      .late       = 0.015,
      .breath     = 0.055,
      .shape      = 0.35,
      .hiss       = 0.3,
      .vibrato    = 0.20,
      .vibrato_hz = 5.0 + 0.25 * voice,
      .level      = 0.6,
    };
    const size_t count = choir_line(line, voice);
    ok                 = part_add(sound, glottis, singer, line, count);
  }
  free(glottis);
  microphone(sound, 7.0);
  demo_sound_gain(sound, 0.13);
  return ok;
}
