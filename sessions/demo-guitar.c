/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-guitar.h"

#include "sessions/demo-drive.h"
#include "sessions/demo-filter.h"
#include "sessions/demo-score.h"
#include "sessions/demo-string.h"

#include <stdlib.h>

#define RATE ((double)DEMO_SONG_RATE)

enum {
  LONGEST = 9 * DEMO_SONG_RATE,
};

/* How a player touches the string for a note. */
typedef DemoString Touch(const DemoNote *note, DemoRandom *random);

/* Plucks every note of a part into a mono sound. */
static bool
strings_play(DemoSound *sound,
             void (*part)(DemoNotes *),
             Touch   *touch,
             uint64_t seed)
{
  DemoNotes *notes = calloc(1, sizeof *notes);
  double    *x     = malloc(LONGEST * sizeof *x);
  if (notes && x) {
    part(notes);
    for (size_t i = 0; i < notes->count; i++) {
      const DemoNote *note   = &notes->note[i];
      DemoRandom      random = demo_random(seed * 10000 + i);
      DemoString      string = touch(note, &random);
      const size_t    at     = (size_t)(note->start * RATE);
      if (at < sound->frames) {
        const size_t n = demo_string_pluck(&string, &random, x, LONGEST);
        demo_sound_add(sound, 0, (long)at, x, n, 1.0);
      }
    }
  }
  const bool ok = notes && x;
  free(x);
  free(notes);
  return ok;
}

static DemoString
touch_bass(const DemoNote *note, DemoRandom *random)
{
  return (DemoString){
    .hz       = demo_pitch_hz(note->pitch),
    .length   = note->length,
    .velocity = note->velocity,
    .pick     = 0.22 + 0.01 * demo_random_human(random),
    .pickup   = 0.27,
    .pick_hz  = 900.0 + 900.0 * note->velocity,
    .scrape   = 0.10,
    .t60      = 7.0,
    .dull     = 150.0,
    .damped   = 0.09,
  };
}

static DemoString
touch_clean(const DemoNote *note, DemoRandom *random)
{
  const DemoString open = {
    .hz       = demo_pitch_hz(note->pitch + 0.02 * demo_random_noise(random)),
    .length   = note->length,
    .velocity = note->velocity,
    .pick     = 0.13 + 0.012 * demo_random_human(random),
    .pickup   = 0.21,
    .pick_hz  = 6500.0,
    .scrape   = 0.22,
    .t60      = 5.5,
    .dull     = 24.0,
    .damped   = 0.10,
  };
  DemoString muted = open;
  muted.t60        = 0.42;
  muted.dull       = 130.0;
  muted.pick       = 0.09;
  muted.velocity   = 1.25 * note->velocity;
  return note->muted ? muted : open;
}

static DemoString
touch_acoustic(const DemoNote *note, DemoRandom *random)
{
  return (DemoString){
    .hz       = demo_pitch_hz(note->pitch + 0.02 * demo_random_noise(random)),
    .length   = note->length,
    .velocity = note->velocity,
    .pick     = 0.16 + 0.02 * demo_random_human(random),
    .pick_hz  = 11000.0,
    .scrape   = 0.45,
    .t60      = 4.2,
    .dull     = 20.0,
    .damped   = 0.07,
  };
}

static DemoString
touch_lead(const DemoNote *note, DemoRandom *random)
{
  return (DemoString){
    .hz        = demo_pitch_hz(note->pitch),
    .bend      = note->bend,
    .bend_time = note->bend < 0.0 ? 0.16 + 0.02 * demo_random_human(random) : 0,
    .vibrato   = note->length > 0.5 ? 0.28 : 0.0,
    .length    = note->length,
    .velocity  = note->velocity,
    .pick      = 0.11,
    .pickup    = 0.16,
    .pick_hz   = 2800.0,
    .scrape    = 0.3,
    .t60       = 9.0,
    .dull      = 22.0,
    .damped    = 0.12,
  };
}

/* A row of filters over every channel. */
static void
colour(DemoSound *sound, const DemoBiquad *filter, size_t count)
{
  for (int c = 0; c < sound->channels; c++) {
    for (size_t i = 0; i < count; i++) {
      DemoBiquad f = filter[i];
      demo_biquad_apply(&f, sound->channel[c], sound->frames);
    }
  }
}

/* A twelve-inch loudspeaker in its cabinet under a microphone. */
static void
speaker(DemoSound *sound, double bright)
{
  DemoBiquad f[5] = { 0 };
  demo_biquad_highpass(&f[0], 85.0, 0.8);
  demo_biquad_bell(&f[1], 130.0, 1.0, 2.5);
  demo_biquad_bell(&f[2], 2600.0, 0.9, 5.0);
  demo_biquad_lowpass(&f[3], 4600.0 * bright, 1.0);
  demo_biquad_lowpass(&f[4], 5600.0 * bright, 0.6);
  colour(sound, f, 5);
}

bool
demo_guitar_bass(DemoSound *sound)
{
  const DemoDrive valve = { 0.9, 0.18 };
  DemoBiquad      f[4]  = { 0 };
  if (!strings_play(sound, demo_score_bass, touch_bass, 51)) {
    return false;
  }
  demo_drive_apply(&valve, sound->channel[0], sound->frames);
  demo_biquad_highpass(&f[0], 30.0, 0.7);
  demo_biquad_lowshelf(&f[1], 85.0, 5.0);
  demo_biquad_bell(&f[2], 1600.0, 0.7, 5.0);
  demo_biquad_lowpass(&f[3], 5200.0, 0.7);
  colour(sound, f, 4);
  demo_sound_gain(sound, 0.5);
  return true;
}

bool
demo_guitar_clean(DemoSound *sound)
{
  const DemoDrive valve = { 0.8, 0.15 };
  DemoBiquad      coil  = { 0 };
  if (!strings_play(sound, demo_score_guitar, touch_clean, 52)) {
    return false;
  }
  demo_biquad_lowpass(&coil, 4200.0, 1.6);
  colour(sound, &coil, 1);
  demo_drive_apply(&valve, sound->channel[0], sound->frames);
  speaker(sound, 1.25);
  demo_sound_gain(sound, 0.20);
  return true;
}

/* A wooden body: a few strong modes of air and top plate, then many small
   ones. What each microphone hears of them differs. */
static void
body_add(DemoSound *sound, int channel, const float *string, uint64_t seed)
{
  enum {
    STRONG = 5,
    MODES  = 22,
  };
  static const double strong[STRONG][3] = { { 101.0, 9.0, 1.1 },
                                            { 196.0, 14.0, 1.0 },
                                            { 283.0, 16.0, 0.6 },
                                            { 392.0, 18.0, 0.6 },
                                            { 540.0, 18.0, 0.5 } };
  DemoRandom          random            = demo_random(seed);
  DemoBiquad          mode[MODES]       = { 0 };
  double              level[MODES];
  for (int m = 0; m < MODES; m++) {
    const double hz     = m < STRONG ? strong[m][0] : 500.0 + 190.0 * (m - 3);
    const double q      = m < STRONG ? strong[m][1] : 16.0;
    const double spread = 1.0 + 0.03 * demo_random_noise(&random);
    demo_biquad_bandpass(&mode[m], hz * spread, q);
    level[m] = m < STRONG ? strong[m][2] : 0.55 * demo_random_noise(&random);
  }
  for (size_t i = 0; i < sound->frames; i++) {
    const double x = (double)string[i];
    double       y = 0.85 * x;
    for (int m = 0; m < MODES; m++) {
      y += level[m] * demo_biquad_run(&mode[m], x);
    }
    sound->channel[channel][i] = (float)y;
  }
}

bool
demo_guitar_acoustic(DemoSound *sound)
{
  DemoSound  string;
  DemoBiquad f[3] = { 0 };
  bool       ok   = demo_sound_init(&string, sound->frames, 1) &&
            strings_play(&string, demo_score_acoustic, touch_acoustic, 53);
  if (ok) {
    body_add(sound, 0, string.channel[0], 61);
    body_add(sound, 1, string.channel[0], 62);
    demo_biquad_highpass(&f[0], 75.0, 0.7);
    demo_biquad_highshelf(&f[1], 3000.0, 9.0);
    demo_biquad_lowpass(&f[2], 15000.0, 0.7);
    colour(sound, f, 3);
    demo_sound_gain(sound, 0.16);
  }
  demo_sound_cleanup(&string);
  return ok;
}

bool
demo_guitar_lead(DemoSound *sound)
{
  const DemoDrive first  = { 9.0, 0.25 };
  const DemoDrive second = { 7.0, -0.10 };
  DemoBiquad      f[2]   = { 0 };
  if (!strings_play(sound, demo_score_solo, touch_lead, 54)) {
    return false;
  }
  demo_biquad_highpass(&f[0], 160.0, 0.7);
  demo_biquad_bell(&f[1], 900.0, 0.6, 6.0);
  colour(sound, f, 2);
  demo_drive_apply(&first, sound->channel[0], sound->frames);
  demo_biquad_highpass(&f[0], 110.0, 0.7);
  demo_biquad_lowpass(&f[1], 6500.0, 0.7);
  colour(sound, f, 2);
  demo_sound_gain(sound, 3.0);
  demo_drive_apply(&second, sound->channel[0], sound->frames);
  speaker(sound, 1.0);
  demo_sound_gain(sound, 1.1);
  return true;
}
