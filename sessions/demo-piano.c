/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-piano.h"

#include "sessions/demo-drive.h"
#include "sessions/demo-filter.h"
#include "sessions/demo-math.h"
#include "sessions/demo-score.h"

#include <stdlib.h>

#define RATE ((double)DEMO_SONG_RATE)

enum {
  LONGEST  = 9 * DEMO_SONG_RATE,
  PARTIALS = 4,
};

/* A sine that fades: a point that turns round a circle and falls inward. */
typedef struct Partial {
  double x, y;
  double cosine, sine; /* of a sample's turn, times what it leaves */
  double damping;      /* what is left besides, once damped */
  double left;         /* about how much, so that it can stop */
  double keep;
} Partial;

static Partial
partial_make(double hz, double level, double t60, double damped)
{
  const double keep = demo_decay(t60);
  return (Partial){
    .x       = level,
    .cosine  = keep * demo_cos(hz / RATE),
    .sine    = keep * demo_sin(hz / RATE),
    .damping = demo_decay(damped),
    .left    = level,
    .keep    = keep,
  };
}

static double
partial_next(Partial *p, bool released)
{
  if (p->left < 1e-6) {
    return 0.0;
  }
  const double more = released ? p->damping : 1.0;
  const double x    = more * (p->x * p->cosine - p->y * p->sine);
  p->y              = more * (p->x * p->sine + p->y * p->cosine);
  p->x              = x;
  p->left *= more * p->keep;
  return p->y;
}

/* The pickup: the field of a wedge, with the tine a little off its middle. */
static double
pickup(double x)
{
  const double away = 1.25 * (x - 0.42);
  const double rest = 1.25 * 0.42;
  return 1.0 / (1.0 + away * away) - 1.0 / (1.0 + rest * rest);
}

/* One key, into x; returns its length. */
static size_t
key_strike(const DemoNote *note, DemoRandom *random, double *x, size_t room)
{
  const double hz             = demo_pitch_hz(note->pitch);
  const double v              = note->velocity;
  const double hold           = demo_clamp(900.0 / hz + 2.4, 2.6, 7.5);
  const size_t until          = (size_t)(note->length * RATE);
  const double swing          = 0.25 + 1.25 * v;
  Partial      part[PARTIALS] = {
         partial_make(hz, swing, hold, 0.16),
         partial_make(hz * 1.0012, 0.08 * swing, 0.6 * hold, 0.16),
         partial_make(hz * 6.27, 0.34 * v * v, 0.42, 0.10),
         partial_make(hz * 17.5, hz < 700.0 ? 0.12 * v * v : 0.0, 0.14, 0.06),
  };
  DemoBiquad thump  = { 0 };
  double     knock  = 0.10 * v;
  double     strike = 0.0; /* the hammer leaves the tine gradually */
  size_t     i      = 0;
  demo_biquad_bandpass(&thump, 420.0 + 500.0 * v, 0.6);
  while (i < room && part[0].left > 2e-5) {
    double tine = 0.0;
    for (int p = 0; p < PARTIALS; p++) {
      tine += partial_next(&part[p], i >= until);
    }
    strike += 0.018 * (1.0 - strike);
    knock *= 0.9982;
    x[i] = pickup(strike * tine) +
           demo_biquad_run(&thump, knock * demo_random_noise(random));
    i++;
  }
  return i;
}

static bool
keys_play(DemoSound *sound)
{
  DemoNotes *notes = calloc(1, sizeof *notes);
  double    *x     = malloc(LONGEST * sizeof *x);
  const bool ok    = notes && x;
  if (ok) {
    demo_score_piano(notes);
  }
  for (size_t i = 0; ok && i < notes->count; i++) {
    const DemoNote *note   = &notes->note[i];
    DemoRandom      random = demo_random(700000 + i);
    const size_t    at     = (size_t)(note->start * RATE);
    if (at < sound->frames) {
      const size_t n = key_strike(note, &random, x, LONGEST);
      demo_sound_add(sound, 0, (long)at, x, n, 1.0);
    }
  }
  free(x);
  free(notes);
  return ok;
}

/* The slow pan of a suitcase piano, from the first channel to both. */
static void
pan_slowly(DemoSound *sound)
{
  for (size_t i = 0; i < sound->frames; i++) {
    const double x    = (double)sound->channel[0][i];
    const double sway = 0.30 * demo_sin(4.1666666666666667 * (double)i / RATE);
    sound->channel[0][i] = (float)(x * (1.0 + sway));
    sound->channel[1][i] = (float)(x * (1.0 - sway));
  }
}

bool
demo_piano_play(DemoSound *sound)
{
  const DemoDrive valve = { 0.45, 0.12 };
  DemoBiquad      f[3]  = { 0 };
  if (!keys_play(sound)) {
    return false;
  }
  demo_drive_apply(&valve, sound->channel[0], sound->frames);
  demo_biquad_highpass(&f[0], 60.0, 0.7);
  demo_biquad_bell(&f[1], 1800.0, 0.6, 4.0);
  demo_biquad_highshelf(&f[2], 4500.0, 4.0);
  for (int i = 0; i < 3; i++) {
    demo_biquad_apply(&f[i], sound->channel[0], sound->frames);
  }
  pan_slowly(sound);
  demo_sound_gain(sound, 0.14);
  return true;
}
