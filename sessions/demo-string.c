/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-string.h"

#include "sessions/demo-filter.h"
#include "sessions/demo-song.h"

#include <math.h>
#include <string.h>

#define RATE ((double)DEMO_SONG_RATE)

enum {
  LINE   = 2048, /* longer than the lap of the lowest string */
  PLUCK  = 4096,
  BLOCK  = 32, /* samples between changes of pitch */
  PLANES = 2,
};

/* One plane of vibration. */
typedef struct Plane {
  double line[LINE];
  double low;      /* state of the loss */
  double loss;     /* its factor: a one-pole lowpass's pole */
  double keep;     /* gain of a lap */
  double released; /* the same once damped */
  double lap;      /* samples, the loss's own delay included */
  double own;      /* the loss's delay */
  double level;
} Plane;

/* The pole whose lowpass has gain g at angle w (turns) and 1 at DC. */
static double
pole_for(double g, double turns)
{
  const double c = demo_cos(turns);
  const double a = 1.0 - g * g;
  const double b = 1.0 - g * g * c;
  return a > 1e-9 ? (b - sqrt(b * b - a * a)) / a : 0.0;
}

static void
plane_make(Plane *plane, const DemoString *s, double hz, double t60)
{
  const double lap   = RATE / hz;
  const double dull  = demo_gain(-s->dull / hz);
  const double turns = hz / RATE;
  memset(plane, 0, sizeof *plane);
  plane->loss     = pole_for(demo_clamp(dull, 0.02, 0.99999), 4000.0 / RATE);
  plane->keep     = demo_gain(-60.0 / (t60 * hz));
  plane->released = demo_gain(-60.0 / (s->damped * hz));
  plane->own      = demo_atan(plane->loss * demo_sin(turns) /
                         (1.0 - plane->loss * demo_cos(turns))) /
               turns;
  plane->lap = lap;
}

/* The value `delay` samples before `at`: a cubic through four samples. */
static double
line_read(const double *line, size_t at, double delay)
{
  const double whole = floor(delay);
  const double t     = delay - whole;
  const size_t i     = at - (size_t)whole;
  const double a     = line[(i + 1) % LINE];
  const double b     = line[i % LINE];
  const double c     = line[(i - 1) % LINE];
  const double d     = line[(i - 2) % LINE];
  return -a * t * (t - 1.0) * (t - 2.0) / 6.0 +
         b * (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0 -
         c * (t + 1.0) * t * (t - 2.0) / 2.0 +
         d * (t + 1.0) * t * (t - 1.0) / 6.0;
}

/* One sample of a plane, and what the pickup hears of it. */
static double
plane_run(Plane *plane,
          size_t at,
          double lap,
          double drive,
          double pickup,
          double keep)
{
  const double back      = line_read(plane->line, at, lap - plane->own);
  plane->low             = back + plane->loss * (plane->low - back);
  const double y         = keep * plane->low + drive;
  plane->line[at % LINE] = y;
  return pickup > 0.0 ? y - line_read(plane->line, at, pickup * lap) : y;
}

/* The pluck: a rounded pulse and its reflection from the nearer end, which
   comes inverted. Returns its length. */
static size_t
pluck_make(const DemoString *s, DemoRandom *random, double *pluck)
{
  const double lap          = RATE / s->hz;
  const double away         = s->pick * lap;
  const size_t width        = (size_t)(RATE / s->pick_hz) + 3;
  const size_t scrape       = 3 * width + 40;
  const size_t length       = scrape + (size_t)away + 400;
  double       pulse[PLUCK] = { 0.0 };
  double       low = 0.0, lower = 0.0;
  const double slope = demo_smoothing(demo_clamp(1.6 * s->hz, 60.0, 700.0));
  const double edge  = demo_smoothing(s->pick_hz * (0.5 + 0.9 * s->velocity));
  for (size_t i = 0; i < scrape; i++) {
    const double x    = ((double)i + 0.5) / (double)width;
    const double push = i < width ? 1.0 - demo_cos(x) : 0.0;
    const double rub =
      demo_cos(demo_clamp((double)i / (double)scrape, 0, 1) / 4.0);
    pulse[i] = push / (double)width + s->scrape * rub *
                                        demo_random_noise(random) * 2.0 /
                                        (double)scrape;
  }
  for (size_t i = 0; i < length; i++) {
    const double late = (double)i - away;
    const size_t k    = late > 0.0 ? (size_t)late : 0;
    const double t    = late - (double)k;
    const double echo =
      late > 0.0 ? pulse[k] * (1.0 - t) + pulse[k + 1] * t : 0.0;
    low += slope * (pulse[i] - echo - low);
    lower += edge * (low - lower);
    pluck[i] = 18.0 * s->velocity * lower;
  }
  return length;
}

/* By what factor the pitch stands away from the note's own. */
static double
pitch_at(const DemoString *s, double time)
{
  const double bend = s->bend_time > 0.0
                        ? s->bend * (1.0 - demo_rise(time, 0.03, s->bend_time))
                        : 0.0;
  const double sway =
    s->vibrato * demo_rise(time, 0.25, 0.8) * demo_sin(5.3 * time);
  /* A plucked string starts sharp, by the tension of its own swing. */
  const double tension = 0.06 * s->velocity * demo_exp(-time / 0.06);
  return demo_exp2((bend + sway + tension) / 12.0);
}

size_t
demo_string_pluck(const DemoString *s,
                  DemoRandom       *random,
                  double           *out,
                  size_t            room)
{
  Plane        plane[PLANES];
  double       pluck[PLUCK];
  const size_t plucked = pluck_make(s, random, pluck);
  const size_t damped  = (size_t)(s->length * RATE);
  double       energy  = 1.0;
  size_t       at      = 0;
  plane_make(&plane[0], s, s->hz, s->t60);
  plane_make(&plane[1], s, s->hz * 1.0004, 0.55 * s->t60);
  plane[0].level = 0.78;
  plane[1].level = 0.34;
  while (at < room && (at < plucked || energy > 1e-10)) {
    const double pitch = pitch_at(s, (double)at / RATE);
    const size_t end   = at + BLOCK < room ? at + BLOCK : room;
    /* Between a wave and its return there may be silence. */
    energy *= 0.97;
    for (; at < end; at++) {
      const double drive = at < plucked ? pluck[at] : 0.0;
      double       sum   = 0.0;
      for (int p = 0; p < PLANES; p++) {
        const double keep = at < damped ? plane[p].keep : plane[p].released;
        sum +=
          plane[p].level *
          plane_run(
            &plane[p], at + LINE, plane[p].lap / pitch, drive, s->pickup, keep);
      }
      out[at] = sum;
      energy += sum * sum;
    }
  }
  return at;
}
