/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-pad.h"

#include "sessions/demo-filter.h"
#include "sessions/demo-math.h"
#include "sessions/demo-score.h"

#define RATE   ((double)DEMO_SONG_RATE)
#define ATTACK 0.42 /* seconds */
#define LEAVE  0.75

enum {
  SAWS  = 3, /* a note and side */
  BLOCK = 64,
};

/* How loud and how bright the pad stands at a bar; straight lines between. */
typedef struct Swell {
  double bar, level, hz;
} Swell;

static const Swell swells[] = {
  { 0.0, 0.12, 500.0 },   { 3.0, 0.55, 1500.0 },  { 3.9, 0.60, 1900.0 },
  { 4.0, 0.42, 900.0 },   { 8.0, 0.46, 1000.0 },  { 10.0, 0.58, 1400.0 },
  { 11.9, 0.85, 3200.0 }, { 12.0, 0.80, 2600.0 }, { 19.0, 0.80, 2800.0 },
  { 20.0, 0.55, 1200.0 }, { 22.0, 0.62, 1500.0 }, { 23.9, 1.00, 4800.0 },
  { 24.0, 0.92, 3400.0 }, { 31.0, 0.92, 3400.0 }, { 32.0, 0.80, 2200.0 },
  { 33.5, 0.0, 500.0 },
};

static Swell
swell_at(double bar)
{
  const Swell *s = swells;
  while (s < swells + sizeof swells / sizeof *swells - 2 && s[1].bar <= bar) {
    s++;
  }
  const double t = demo_clamp((bar - s->bar) / (s[1].bar - s->bar), 0.0, 1.0);
  return (Swell){ bar,
                  s->level + t * (s[1].level - s->level),
                  s->hz + t * (s[1].hz - s->hz) };
}

/* What a step adds to a naive sawtooth within a sample of its jump. */
static double
round_step(double turns, double step)
{
  if (turns < step) {
    const double t = turns / step;
    return t + t - t * t - 1.0;
  }
  if (turns > 1.0 - step) {
    const double t = (turns - 1.0) / step;
    return t * t + t + t + 1.0;
  }
  return 0.0;
}

/* One sawtooth through a note's life. */
static void
saw_add(float *out,
        size_t frames,
        double hz,
        double turns,
        double from,
        double to,
        double gain)
{
  const double step = hz / RATE;
  const size_t end  = (size_t)((to + LEAVE) * RATE);
  for (size_t i = (size_t)(from * RATE); i < end && i < frames; i++) {
    const double time = (double)i / RATE;
    const double fade = gain * demo_rise(time, from, from + ATTACK) *
                        (1.0 - demo_rise(time, to, to + LEAVE));
    out[i] = (float)((double)out[i] +
                     fade * (2.0 * turns - 1.0 - round_step(turns, step)));
    turns += step;
    turns -= turns >= 1.0 ? 1.0 : 0.0;
  }
}

/* One note: some sawtooths on each side, none quite in tune. */
static void
note_add(DemoSound *sound, double pitch, double from, double to, DemoRandom *r)
{
  static const double cents[SAWS] = { -9.0, 1.0, 8.0 };
  for (int c = 0; c < sound->channels; c++) {
    for (int k = 0; k < SAWS; k++) {
      const double off =
        (c ? -cents[k] : cents[k]) + 1.5 * demo_random_noise(r);
      saw_add(sound->channel[c],
              sound->frames,
              demo_pitch_hz(pitch + 0.01 * off),
              demo_random_between(r, 0.0, 1.0),
              from,
              to,
              1.0);
    }
  }
}

/* One voice of the chords, its common tones tied. */
static void
voice_add(DemoSound *sound, int voice)
{
  DemoRandom random = demo_random(800 + (uint64_t)voice);
  double     step   = 0.0;
  while (step < DEMO_BARS * DEMO_BAR) {
    const DemoChord *chord = demo_score_chord(step);
    const DemoChord *next  = demo_score_next_chord(step);
    while (next->start > chord->start &&
           next->keys[voice] == chord->keys[voice] &&
           next != demo_score_next_chord(next->start)) {
      next = demo_score_next_chord(next->start);
    }
    const bool   last = next->start <= step;
    const double end  = last ? DEMO_SCORE_STEPS - 6.0 : next->start;
    note_add(sound,
             chord->keys[voice],
             demo_score_time(step),
             demo_score_time(end) - 0.10,
             &random);
    step = last ? DEMO_SCORE_STEPS : end;
  }
}

/* The filter and the swell. */
static void
shape(float *x, size_t frames)
{
  DemoBiquad low = { 0 }, lower = { 0 }, high = { 0 };
  double     level = 0.0, slide = 0.0;
  demo_biquad_highpass(&high, 170.0, 0.7);
  for (size_t i = 0; i < frames; i++) {
    if (i % BLOCK == 0) {
      const Swell s =
        swell_at((double)i / (DEMO_STEP_FRAMES * (double)DEMO_BAR));
      demo_biquad_lowpass(&low, s.hz, 0.9);
      demo_biquad_lowpass(&lower, 1.6 * s.hz, 0.6);
      slide = (s.level - level) / BLOCK;
    }
    level += slide;
    double y = demo_biquad_run(&low, (double)x[i]);
    y        = demo_biquad_run(&lower, y);
    x[i]     = (float)(level * demo_biquad_run(&high, y));
  }
}

bool
demo_pad_play(DemoSound *sound)
{
  for (int voice = 0; voice < DEMO_SCORE_VOICES; voice++) {
    voice_add(sound, voice);
  }
  for (int c = 0; c < sound->channels; c++) {
    shape(sound->channel[c], sound->frames);
  }
  demo_sound_gain(sound, 0.035);
  return true;
}
