/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-jingle.h"

#include "sessions/demo-filter.h"
#include "sessions/demo-math.h"
#include "sessions/demo-song.h"

#define RATE ((double)DEMO_SONG_RATE)

enum {
  RESONANCES = 7,
};

typedef struct Jingle {
  double rate;   /* collisions a second at full energy */
  double attack; /* seconds over which the hand brings its energy */
  double settle; /* time constant of the energy */
  double impact; /* time constant of one collision's noise */
  double highpass;
  double hz[RESONANCES];
  double t60[RESONANCES];
  double level[RESONANCES];
} Jingle;

static const Jingle shaker = {
  .rate     = 5200.0,
  .attack   = 0.022,
  .settle   = 0.020,
  .impact   = 0.0006,
  .highpass = 2600.0,
  .hz       = { 3900.0, 5600.0, 7400.0, 9800.0 },
  .t60      = { 0.0030, 0.0028, 0.0024, 0.0020 },
  .level    = { 0.35, 0.8, 0.7, 0.5 },
};

static const Jingle tambourine = {
  .rate     = 1500.0,
  .attack   = 0.006,
  .settle   = 0.070,
  .impact   = 0.0002,
  .highpass = 1800.0,
  .hz       = { 2350.0, 4160.0, 5630.0, 6890.0, 8170.0, 9940.0, 12300.0 },
  .t60      = { 0.030, 0.045, 0.060, 0.055, 0.050, 0.040, 0.030 },
  .level    = { 0.05, 0.10, 0.24, 0.20, 0.24, 0.18, 0.12 },
};

/* What is being shaken. */
typedef struct Shake {
  const Jingle *jingle;
  DemoRandom    random;
  DemoBiquad    body[RESONANCES], high;
  double        energy, coming; /* of the beads; still in the hand */
  double        impact;
} Shake;

static double
shake_next(Shake *shake, double bring, double settle, double hush)
{
  const Jingle *j       = shake->jingle;
  const double  arrives = shake->coming * bring;
  shake->coming -= arrives;
  shake->energy = (shake->energy + arrives) * settle;
  const double dice =
    0.5 * (1.0 + demo_random_noise(&shake->random)) * RATE / j->rate;
  if (dice < 0.15 + 0.85 * demo_clamp(2.0 * shake->energy, 0.0, 1.0)) {
    shake->impact += shake->energy;
  }
  shake->impact *= hush;
  const double x = shake->impact * demo_random_noise(&shake->random);
  double       y = 0.0;
  for (int r = 0; r < RESONANCES && j->hz[r] > 0.0; r++) {
    y += j->level[r] * demo_biquad_run(&shake->body[r], x);
  }
  return demo_biquad_run(&shake->high, y);
}

void
demo_jingle_play(DemoPiece piece, float *out, size_t frames)
{
  const Jingle *j      = piece == DEMO_SHAKER ? &shaker : &tambourine;
  Shake         shake  = { .jingle = j, .random = demo_random(40 + piece) };
  const double  bring  = 1.0 - demo_exp(-1.0 / (j->attack * RATE));
  const double  settle = demo_exp(-1.0 / (j->settle * RATE));
  const double  hush   = demo_exp(-1.0 / (j->impact * RATE));
  DemoHits      hits;
  size_t        next = 0;
  for (int r = 0; r < RESONANCES && j->hz[r] > 0.0; r++) {
    demo_biquad_mode(&shake.body[r], j->hz[r], j->t60[r]);
  }
  demo_biquad_highpass(&shake.high, j->highpass, 0.7);
  demo_groove(piece, &hits);
  for (size_t i = 0; i < frames; i++) {
    if (next < hits.count && (double)i >= hits.hit[next].time * RATE) {
      const double velocity = hits.hit[next++].velocity;
      shake.coming += velocity * (0.25 + 0.75 * velocity);
    }
    if (shake.energy + shake.coming > 1e-7) {
      out[i] =
        (float)((double)out[i] + shake_next(&shake, bring, settle, hush));
    }
  }
}
