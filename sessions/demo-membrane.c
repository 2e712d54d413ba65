/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-membrane.h"

#include "sessions/demo-filter.h"
#include "sessions/demo-math.h"
#include "sessions/demo-song.h"

#include <stdlib.h>

#define RATE ((double)DEMO_SONG_RATE)

enum {
  MODES = 9,
};

/* One way in which a skin moves. */
typedef struct Mode {
  double ratio; /* to the lowest mode */
  double level;
  double t60; /* seconds */
} Mode;

typedef struct Skin {
  double   hz;       /* of the lowest mode, at rest */
  double   glide[2]; /* by how much a full blow raises it ... */
  double   relax[2]; /* ... and the time constants of its return */
  double   noise;    /* level of the beater or stick */
  double   noise_hz; /* its band's middle */
  double   noise_q;
  double   noise_time; /* time constant */
  double   wires;      /* level of the snare's wires */
  double   length;     /* seconds until nothing is left */
  uint64_t seed;
  Mode     mode[MODES];
} Skin;

static const Skin skins[] = {
  [DEMO_KICK]      = { .hz         = 49.0,
                       .glide      = { 2.6, 0.32 },
                       .relax      = { 0.007, 0.055 },
                       .noise      = 0.85,
                       .noise_hz   = 3600.0,
                       .noise_q    = 0.7,
                       .noise_time = 0.0035,
                       .length     = 0.7,
                       .seed       = 31,
                       .mode       = { { 1.0, 1.0, 0.52 },
                                       { 1.59, 0.34, 0.16 },
                                       { 2.3, 0.24, 0.11 },
                                       { 3.9, 0.20, 0.06 },
                                       { 8.2, 0.16, 0.03 } } },
  [DEMO_SNARE]     = { .hz         = 188.0,
                       .glide      = { 0.16, 0.05 },
                       .relax      = { 0.006, 0.040 },
                       .noise      = 0.34,
                       .noise_hz   = 3000.0,
                       .noise_q    = 0.45,
                       .noise_time = 0.0022,
                       .wires      = 1.0,
                       .length     = 0.6,
                       .seed       = 32,
                       .mode       = { { 1.0, 0.72, 0.34 },
                                       { 1.593, 0.40, 0.26 },
                                       { 1.78, 0.36, 0.30 },
                                       { 2.135, 0.16, 0.14 },
                                       { 2.653, 0.12, 0.12 },
                                       { 3.155, 0.10, 0.10 },
                                       { 4.06, 0.08, 0.07 },
                                       { 5.42, 0.07, 0.05 },
                                       { 7.35, 0.06, 0.035 } } },
  [DEMO_RIM]       = { .hz         = 460.0,
                       .glide      = { 0.02, 0.0 },
                       .relax      = { 0.004, 0.040 },
                       .noise      = 0.50,
                       .noise_hz   = 4200.0,
                       .noise_q    = 0.8,
                       .noise_time = 0.0012,
                       .wires      = 0.05,
                       .length     = 0.35,
                       .seed       = 33,
                       .mode       = { { 1.0, 0.34, 0.09 },
                                       { 2.22, 0.46, 0.075 },
                                       { 3.61, 0.42, 0.060 },
                                       { 5.17, 0.26, 0.045 },
                                       { 7.90, 0.16, 0.030 },
                                       { 0.41, 0.20, 0.12 } } },
  [DEMO_TOM_HIGH]  = { .hz         = 158.0,
                       .glide      = { 0.18, 0.10 },
                       .relax      = { 0.010, 0.110 },
                       .noise      = 0.75,
                       .noise_hz   = 2600.0,
                       .noise_q    = 0.6,
                       .noise_time = 0.0035,
                       .length     = 1.3,
                       .seed       = 34,
                       .mode       = { { 1.0, 0.85, 0.85 },
                                       { 1.593, 0.52, 0.46 },
                                       { 2.135, 0.34, 0.32 },
                                       { 2.295, 0.14, 0.24 },
                                       { 2.917, 0.24, 0.20 },
                                       { 4.2, 0.18, 0.10 } } },
  [DEMO_TOM_MID]   = { .hz         = 116.0,
                       .glide      = { 0.20, 0.11 },
                       .relax      = { 0.011, 0.120 },
                       .noise      = 0.75,
                       .noise_hz   = 2300.0,
                       .noise_q    = 0.6,
                       .noise_time = 0.0038,
                       .length     = 1.5,
                       .seed       = 35,
                       .mode       = { { 1.0, 0.90, 1.0 },
                                       { 1.593, 0.52, 0.52 },
                                       { 2.135, 0.34, 0.36 },
                                       { 2.295, 0.14, 0.26 },
                                       { 2.917, 0.24, 0.22 },
                                       { 4.2, 0.18, 0.11 } } },
  [DEMO_TOM_FLOOR] = { .hz         = 79.0,
                       .glide      = { 0.24, 0.13 },
                       .relax      = { 0.012, 0.140 },
                       .noise      = 0.75,
                       .noise_hz   = 2000.0,
                       .noise_q    = 0.6,
                       .noise_time = 0.0042,
                       .length     = 1.9,
                       .seed       = 36,
                       .mode       = { { 1.0, 1.0, 1.3 },
                                       { 1.593, 0.52, 0.64 },
                                       { 2.135, 0.36, 0.42 },
                                       { 2.295, 0.14, 0.32 },
                                       { 2.917, 0.24, 0.24 },
                                       { 4.2, 0.20, 0.12 } } },
};

/* A level that falls exponentially, a sample at a time. */
typedef struct Fall {
  double level, factor;
} Fall;

static Fall
fall_over(double level, double time_constant)
{
  return (Fall){ level, demo_exp(-1.0 / (time_constant * RATE)) };
}

static double
fall_next(Fall *fall)
{
  const double level = fall->level;
  fall->level *= fall->factor;
  return level;
}

/* One blow's modes; `tension` is what raises their pitch, a sample each. */
static void
modes_add(const Skin   *skin,
          double        velocity,
          DemoRandom   *random,
          const double *tension,
          double       *x,
          size_t        frames)
{
  for (int m = 0; m < MODES && skin->mode[m].ratio > 0.0; m++) {
    const Mode  *mode  = &skin->mode[m];
    const double where = 1.0 + 0.18 * demo_random_noise(random);
    const double hard  = m == 0 ? 1.0 : where * (0.35 + 0.65 * velocity);
    const double step  = skin->hz * mode->ratio / RATE;
    Fall         ring  = { mode->level * hard, demo_decay(mode->t60) };
    double       turns = 0.0;
    for (size_t i = 0; i < frames && ring.level > 1e-6; i++) {
      turns += step * tension[i];
      x[i] += fall_next(&ring) * demo_sin(turns);
    }
  }
}

/* The beater's or stick's noise. */
static void
noise_add(const Skin *skin,
          double      velocity,
          DemoRandom *random,
          double     *x,
          size_t      frames)
{
  DemoBiquad band = { 0 };
  Fall fall = fall_over(skin->noise * (0.3 + 0.7 * velocity), skin->noise_time);
  demo_biquad_bandpass(
    &band, skin->noise_hz * (0.75 + 0.35 * velocity), skin->noise_q);
  for (size_t i = 0; i < frames && fall.level > 1e-7; i++) {
    const double in = demo_random_noise(random) * demo_rise((double)i, -4, 14);
    x[i] += 2.4 * demo_biquad_run(&band, fall_next(&fall) * in);
  }
}

/* The wires, shaken by what the skin does. */
static void
wires_add(const Skin *skin,
          double      velocity,
          DemoRandom *random,
          double     *x,
          size_t      frames)
{
  DemoBiquad low = { 0 }, body = { 0 }, high = { 0 };
  Fall       slap = fall_over(0.58 * velocity, 0.034);
  Fall       tail = fall_over(0.34 * (0.4 + 0.6 * velocity), 0.105);
  demo_biquad_highpass(&low, 900.0, 0.7);
  demo_biquad_bell(&body, 4300.0, 0.8, 5.0);
  demo_biquad_lowpass(&high, 9000.0 + 5000.0 * velocity, 0.6);
  for (size_t i = 0; i < frames; i++) {
    const double skin_moves = demo_clamp(1.6 * x[i], -1.0, 1.0);
    const double shake      = 0.72 + 0.5 * skin_moves;
    const double late       = demo_rise((double)i, 0.0, 70.0);
    const double level      = late * fall_next(&slap) + fall_next(&tail) * late;
    double       y          = shake * level * demo_random_noise(random);
    y                       = demo_biquad_run(&low, y);
    y                       = demo_biquad_run(&body, y);
    x[i] += skin->wires * demo_biquad_run(&high, y);
  }
}

enum {
  LONGEST = 2 * DEMO_SONG_RATE,
};

/* One blow into x, of which the first `frames` are wanted. */
static void
blow(const Skin *skin,
     double      velocity,
     DemoRandom *random,
     double     *x,
     double     *tension,
     size_t      frames)
{
  Fall first  = fall_over(skin->glide[0] * velocity, skin->relax[0]);
  Fall second = fall_over(skin->glide[1] * velocity, skin->relax[1]);
  for (size_t i = 0; i < frames; i++) {
    tension[i] = 1.0 + fall_next(&first) + fall_next(&second);
    x[i]       = 0.0;
  }
  modes_add(skin, velocity, random, tension, x, frames);
  if (skin->wires > 0.0) {
    wires_add(skin, velocity, random, x, frames);
  }
  noise_add(skin, velocity, random, x, frames);
}

bool
demo_membrane_play(DemoPiece piece, float *out, size_t frames)
{
  const Skin *skin = &skins[piece];
  double     *x    = calloc(2 * LONGEST, sizeof(double));
  DemoHits    hits;
  if (!x) {
    return false;
  }
  demo_groove(piece, &hits);
  for (size_t h = 0; h < hits.count; h++) {
    DemoRandom   random   = demo_random(skin->seed * 1000 + h);
    const double velocity = hits.hit[h].velocity;
    const size_t at       = (size_t)(hits.hit[h].time * RATE);
    const size_t length   = (size_t)(skin->length * RATE);
    const double level    = velocity * (0.3 + 0.7 * velocity);
    blow(skin, velocity, &random, x, x + LONGEST, length);
    for (size_t i = 0; i < length && at + i < frames; i++) {
      const double fade =
        1.0 - demo_rise((double)i, (double)length - 2400.0, (double)length);
      out[at + i] = (float)((double)out[at + i] + level * fade * x[i]);
    }
  }
  free(x);
  return true;
}
