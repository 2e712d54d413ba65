/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-mouth.h"

#include "sessions/demo-math.h"
#include "sessions/demo-score.h"
#include "sessions/demo-speech.h"

#include <stdlib.h>

enum {
  CLUSTER = 4, /* consonants on either side of a vowel */
};

#define REST    0.12 /* seconds: a shorter gap is sung through */
#define RELEASE 0.20 /* seconds over which a phrase's last vowel fades */

/* A syllable taken apart, and its times in seconds. */
typedef struct Syllable {
  const DemoPhone *onset[CLUSTER];
  int              onsets;
  const DemoPhone *vowel;
  const DemoPhone *coda[CLUSTER];
  int              codas;
  bool             slurred;                 /* carries on the vowel before */
  bool             carried;                 /* is carried on by the next */
  bool             first, last;             /* of a phrase */
  double           begin, sing, close, end; /* onset, vowel, coda, silence */
  double           pitch, velocity;
  double           lean; /* of its formants: nobody says a sound twice alike */
} Syllable;

static void
syllable_parse(Syllable *s, const char *sounds, const DemoPhone *before)
{
  for (const char *at = sounds; at; at = demo_speech_next(at)) {
    const DemoPhone *phone = demo_speech_find(at);
    if (*at == '-') {
      s->slurred = true;
      s->vowel   = before;
    } else if (phone && phone->kind == DEMO_SPEECH_VOWEL) {
      s->vowel = phone;
    } else if (phone && s->vowel && s->codas < CLUSTER) {
      s->coda[s->codas++] = phone;
    } else if (phone && s->onsets < CLUSTER) {
      s->onset[s->onsets++] = phone;
    }
  }
}

/* Consonants between quick syllables are quick: by what factor, where the
   vowels stand so many seconds apart. */
static double
hurry(double apart)
{
  return demo_clamp(apart / 0.5, 0.55, 1.0);
}

/* How long a consonant takes, the breath after a stop included, when it stands
   among `others` and after `before`. */
static double
consonant_seconds(const DemoPhone *p, int others, const DemoPhone *before)
{
  const bool   after_s = before && before->kind == DEMO_SPEECH_FRICATIVE;
  const double burst   = after_s ? 0.4 * p->burst : p->burst;
  return (others > 1 ? 0.8 : 1.0) * p->seconds + burst;
}

static double
cluster_seconds(const DemoPhone *const *phone, int count)
{
  double sum = 0.0;
  for (int i = 0; i < count; i++) {
    sum += consonant_seconds(phone[i], count, i ? phone[i - 1] : NULL);
  }
  return sum;
}

/* Sets the times of one syllable from its own and the next one's. */
static void
syllable_place(Syllable *s, const Syllable *next, double until)
{
  s->last    = !next || next->begin > until + REST;
  s->carried = next && next->slurred;
  s->end     = s->last ? until : next->begin;
  s->close =
    s->end - hurry(s->end - s->sing) * cluster_seconds(s->coda, s->codas);
  /* A short syllable keeps most of its time for its vowel. */
  const double least = s->sing + 0.55 * (s->end - s->sing);
  s->close           = s->close < least ? least : s->close;
}

static Syllable *
line_parse(const DemoSung *line, size_t count, double late, uint64_t seed)
{
  DemoRandom random = demo_random(seed);
  Syllable  *s      = calloc(count + 1, sizeof *s);
  for (size_t i = 0; s && i < count; i++) {
    syllable_parse(&s[i], line[i].sounds, i ? s[i - 1].vowel : NULL);
    s[i].pitch    = line[i].pitch;
    s[i].velocity = line[i].velocity;
    s[i].lean     = i && s[i].slurred ? s[i - 1].lean
                                      : 1.0 + 0.012 * demo_random_human(&random);
    s[i].sing     = demo_score_time(line[i].start) + late +
                0.006 * demo_random_human(&random);
    const double apart = i ? s[i].sing - s[i - 1].sing : 1.0;
    s[i].begin =
      s[i].sing - hurry(apart) * cluster_seconds(s[i].onset, s[i].onsets);
  }
  for (size_t i = 0; s && i < count; i++) {
    const double until = demo_score_time(line[i].start + line[i].length) + late;
    syllable_place(&s[i], i + 1 < count ? &s[i + 1] : NULL, until);
    s[i].first = i == 0 || s[i - 1].last;
  }
  return s;
}

/* Sets a curve over a span of time. */
static void
set(DemoMouth *mouth, DemoCurve curve, double from, double to, double value)
{
  const double rate = DEMO_MOUTH_RATE;
  const double last = (double)mouth->frames;
  const size_t end  = (size_t)demo_clamp(to * rate + 0.5, 0.0, last);
  for (size_t i = (size_t)demo_clamp(from * rate + 0.5, 0.0, last); i < end;
       i++) {
    mouth->curve[curve][i] = value;
  }
}

static void
set_formants(DemoMouth *mouth, double from, double to, const double f[3])
{
  for (int k = 0; k < 3; k++) {
    set(mouth, (DemoCurve)(DEMO_CURVE_F1 + k), from, to, f[k]);
  }
}

/* A consonant leans toward the vowel that it stands beside. */
static void
consonant_formants(DemoMouth       *mouth,
                   double           from,
                   double           to,
                   const DemoPhone *p,
                   const double     vowel[3])
{
  const double lean =
    p->kind == DEMO_SPEECH_SONORANT && p->nasal <= 0.0 ? 0.10 : 0.35;
  double f[3] = { p->f[0] };
  for (int k = 1; k < 3; k++) {
    f[k] = p->f[k] + lean * (vowel[k] - p->f[k]);
  }
  set_formants(mouth, from, to, f);
}

/* A stop: silence or a murmur, then a burst, then breath. */
static void
stop_set(DemoMouth       *mouth,
         const DemoPhone *p,
         double           from,
         double           to,
         double           burst,
         double           loud)
{
  const double open  = to - burst;
  const double crack = open + 0.010 < to ? open + 0.010 : to;
  set(mouth, DEMO_CURVE_VOICE, from, open, loud * p->voice);
  set(mouth, DEMO_CURVE_HISS, open, crack, loud * p->hiss);
  set(mouth, DEMO_CURVE_HISS, crack, to, 0.22 * loud * p->hiss);
  set(mouth, DEMO_CURVE_BREATH, crack, to, 0.16 * loud);
}

static void
consonants_set(DemoMouth              *mouth,
               const Syllable         *s,
               const DemoPhone *const *phone,
               int                     count,
               double                  from,
               double                  to,
               const double            vowel[3])
{
  const double whole = cluster_seconds(phone, count);
  const double scale = whole > 0.0 ? (to - from) / whole : 1.0;
  const double loud  = 0.45 + 0.55 * s->velocity;
  double       at    = from;
  for (int i = 0; i < count; i++) {
    const DemoPhone *p      = phone[i];
    const DemoPhone *before = i ? phone[i - 1] : NULL;
    const double     length = scale * consonant_seconds(p, count, before);
    const double     end    = at + length;
    consonant_formants(mouth, at, end, p, vowel);
    set(mouth, DEMO_CURVE_NASAL, at, end, p->nasal);
    if (p->hiss > 0.0) {
      set(mouth, DEMO_CURVE_HISS_HZ, at - 0.02, end + 0.02, p->hiss_hz);
      set(mouth, DEMO_CURVE_HISS_WIDE, at - 0.02, end + 0.02, p->hiss_wide);
    }
    if (p->kind == DEMO_SPEECH_STOP) {
      const double burst =
        scale * (consonant_seconds(p, 2, before) - 0.8 * p->seconds);
      stop_set(mouth, p, at, end, burst, loud);
    } else {
      set(mouth, DEMO_CURVE_VOICE, at, end, s->velocity * p->voice);
      set(mouth, DEMO_CURVE_HISS, at, end, loud * p->hiss);
    }
    at = end;
  }
}

/* The vowel: its formants, a diphthong's glide near its end, its level. */
static void
vowel_set(DemoMouth *mouth, const Syllable *s)
{
  const double     length = s->close - s->sing;
  const DemoPhone *v      = s->vowel;
  const double     steps  = 24.0;
  const double     f[3]   = { v->f[0], s->lean * v->f[1], s->lean * v->f[2] };
  set_formants(mouth, s->sing, s->close, f);
  if (v->glide[0] > 0.0 && !s->carried) {
    const double glide = length > 0.5 ? 0.22 : 0.45 * length;
    set_formants(mouth, s->close - glide, s->close, v->glide);
  }
  for (double k = 0.0; k < steps; k++) {
    const double from  = s->sing + length * k / steps;
    const double left  = s->close - from;
    const double swell = 0.90 + 0.10 * demo_sin(0.5 * k / steps);
    const double fade =
      s->last ? 0.25 + 0.75 * demo_rise(left, 0.0, RELEASE) : 1.0;
    set(mouth,
        DEMO_CURVE_VOICE,
        from,
        from + length / steps,
        s->velocity * swell * fade);
  }
}

/* Pitch, pulse and vibrato of one syllable. */
static void
melody_set(DemoMouth *mouth, const Syllable *s)
{
  const double shape = 1.42 - 1.0 * s->velocity;
  set(mouth, DEMO_CURVE_PITCH, s->begin, s->end, s->pitch);
  set(mouth, DEMO_CURVE_SHAPE, s->begin, s->end, shape);
  if (!s->slurred && s->onsets) {
    /* Consonants pull the folds down a little. */
    set(mouth, DEMO_CURVE_PITCH, s->begin, s->sing + 0.01, s->pitch - 0.35);
  }
  if (s->first) {
    /* Reached from below, and with breath. */
    set(mouth, DEMO_CURVE_PITCH, s->begin, s->sing + 0.02, s->pitch - 1.2);
    set(mouth, DEMO_CURVE_SHAPE, s->begin, s->sing + 0.05, shape + 0.4);
  }
  if (s->last) {
    set(mouth, DEMO_CURVE_SHAPE, s->end - 0.15, s->end, shape + 0.7);
  }
  if (s->close - s->sing > 0.42 && !s->carried) {
    set(mouth,
        DEMO_CURVE_VIBRATO,
        s->sing + 0.30,
        s->end,
        1.0 + 12.0 * (s->lean - 1.0));
  }
}

/* Before a phrase the mouth is already in place, and takes breath. */
static void
gap_set(DemoMouth *mouth, double from, const Syllable *s)
{
  static const double open[3] = { 560.0, 1450.0, 2450.0 };
  const double        middle  = 0.5 * (from + s->begin);
  const size_t        ready   = (size_t)demo_clamp(
    s->begin * DEMO_MOUTH_RATE + 2.0, 0.0, (double)mouth->frames - 1.0);
  const double before = from * DEMO_MOUTH_RATE - 2.0;
  const size_t left =
    before > 0.0 ? (size_t)demo_clamp(before, 0, (double)mouth->frames - 1.0)
                 : ready;
  for (int c = 0; c < DEMO_CURVES; c++) {
    if (c < DEMO_CURVE_NASAL || c == DEMO_CURVE_PITCH ||
        c == DEMO_CURVE_SHAPE) {
      set(mouth, (DemoCurve)c, from, middle, mouth->curve[c][left]);
      set(mouth, (DemoCurve)c, middle, s->begin, mouth->curve[c][ready]);
    }
  }
  const double breath = s->begin - 0.06;
  const double inhale = breath - (s->begin - from > 0.9 ? 0.34 : 0.20);
  if (s->begin - from > 0.30) {
    set_formants(mouth, inhale, breath, open);
    set(mouth, DEMO_CURVE_BREATH, inhale + 0.05, breath, 0.016);
    set(mouth, DEMO_CURVE_BREATH, inhale + 0.12, breath - 0.03, 0.028);
  }
}

/* A running mean over `width` frames, centred. */
static bool
smooth(double *x, size_t frames, size_t width)
{
  double *sum = malloc((frames + 1) * sizeof *sum);
  if (!sum) {
    return false;
  }
  sum[0] = 0.0;
  for (size_t i = 0; i < frames; i++) {
    sum[i + 1] = sum[i] + x[i];
  }
  for (size_t i = 0; i < frames; i++) {
    const size_t from = i > width / 2 ? i - width / 2 : 0;
    const size_t to   = i + width / 2 + 1 < frames ? i + width / 2 + 1 : frames;
    x[i]              = (sum[to] - sum[from]) / (double)(to - from);
  }
  free(sum);
  return true;
}

static void
line_set(DemoMouth *mouth, const Syllable *s, size_t count)
{
  double end = 0.0;
  for (size_t i = 0; i < count; i++, s++) {
    const double *to = s->vowel->glide[0] > 0.0 ? s->vowel->glide : s->vowel->f;
    consonants_set(
      mouth, s, s->onset, s->onsets, s->begin, s->sing, s->vowel->f);
    vowel_set(mouth, s);
    consonants_set(mouth, s, s->coda, s->codas, s->close, s->end, to);
    melody_set(mouth, s);
    if (s->begin > end) {
      gap_set(mouth, end, s);
    }
    end = s->end;
  }
}

bool
demo_mouth_init(DemoMouth      *mouth,
                const DemoSung *line,
                size_t          count,
                double          late,
                double          seconds,
                uint64_t        seed)
{
  /* Milliseconds of the running means, which are taken twice. */
  static const size_t width[DEMO_CURVES] = {
    [DEMO_CURVE_F1] = 36,        [DEMO_CURVE_F2] = 44,
    [DEMO_CURVE_F3] = 44,        [DEMO_CURVE_NASAL] = 20,
    [DEMO_CURVE_VOICE] = 18,     [DEMO_CURVE_BREATH] = 14,
    [DEMO_CURVE_HISS] = 10,      [DEMO_CURVE_HISS_HZ] = 10,
    [DEMO_CURVE_HISS_WIDE] = 10, [DEMO_CURVE_PITCH] = 52,
    [DEMO_CURVE_SHAPE] = 60,     [DEMO_CURVE_VIBRATO] = 220,
  };
  mouth->frames = (size_t)(seconds * DEMO_MOUTH_RATE) + 2;
  bool ok       = true;
  for (int c = 0; c < DEMO_CURVES; c++) {
    mouth->curve[c] = calloc(mouth->frames, sizeof(double));
    ok              = ok && mouth->curve[c];
  }
  Syllable *syllable = ok ? line_parse(line, count, late, seed) : NULL;
  if (syllable) {
    set(mouth, DEMO_CURVE_HISS_HZ, 0.0, seconds, 6500.0);
    set(mouth, DEMO_CURVE_HISS_WIDE, 0.0, seconds, 3000.0);
    line_set(mouth, syllable, count);
  }
  ok = syllable != NULL;
  for (int c = 0; c < DEMO_CURVES && ok; c++) {
    ok = smooth(mouth->curve[c], mouth->frames, width[c]) &&
         smooth(mouth->curve[c], mouth->frames, width[c]);
  }
  free(syllable);
  return ok;
}

void
demo_mouth_cleanup(DemoMouth *mouth)
{
  for (int c = 0; c < DEMO_CURVES; c++) {
    free(mouth->curve[c]);
    mouth->curve[c] = NULL;
  }
}
