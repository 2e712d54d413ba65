/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-cymbal.h"

#include "sessions/demo-filter.h"
#include "sessions/demo-math.h"
#include "sessions/demo-song.h"

#include <stdbool.h>
#include <string.h>

#define RATE ((double)DEMO_SONG_RATE)

enum {
  LANES  = 4,
  GROUPS = 44,
  MODES  = LANES * GROUPS,
  BLOCK  = 64,
};

typedef double Lanes __attribute__((vector_size(LANES * sizeof(double))));

/* What distinguishes one cymbal from another. */
typedef struct Metal {
  DemoPiece open;
  DemoPiece closed; /* DEMO_PIECES where it has no pedal */
  uint64_t  seed;
  double    low, high; /* Hz: where its modes lie */
  double    crowd;     /* 0 for evenly, 1 for gathered at the bottom */
  double    ring;      /* T60 in seconds of its lowest modes */
  double    shut;      /* the same with the pedal down */
  double    fall;      /* Hz at which T60 is half */
  double    wash;      /* seconds over which the high modes fill */
  double    stick;     /* how much of the stick is heard */
  double    thin;      /* Hz below which it is weak */
  double    bell;      /* how much stronger a few modes are */
} Metal;

static const Metal metals[] = {
  [DEMO_METAL_HAT]         = { .open   = DEMO_HAT_OPEN,
                               .closed = DEMO_HAT,
                               .seed   = 21,
                               .low    = 460.0,
                               .high   = 17500.0,
                               .crowd  = 0.2,
                               .ring   = 1.1,
                               .shut   = 0.13,
                               .fall   = 9000.0,
                               .wash   = 0.003,
                               .stick  = 0.13,
                               .thin   = 4500.0,
                               .bell   = 0.4 },
  [DEMO_METAL_CRASH_LEFT]  = { .open   = DEMO_CRASH_LEFT,
                               .closed = DEMO_PIECES,
                               .seed   = 22,
                               .low    = 260.0,
                               .high   = 17000.0,
                               .crowd  = 0.45,
                               .ring   = 5.0,
                               .fall   = 5200.0,
                               .wash   = 0.026,
                               .stick  = 0.03,
                               .thin   = 1500.0,
                               .bell   = 0.3 },
  [DEMO_METAL_CRASH_RIGHT] = { .open   = DEMO_CRASH_RIGHT,
                               .closed = DEMO_PIECES,
                               .seed   = 23,
                               .low    = 220.0,
                               .high   = 16000.0,
                               .crowd  = 0.5,
                               .ring   = 5.6,
                               .fall   = 4600.0,
                               .wash   = 0.034,
                               .stick  = 0.03,
                               .thin   = 1300.0,
                               .bell   = 0.3 },
  [DEMO_METAL_RIDE]        = { .open   = DEMO_RIDE,
                               .closed = DEMO_PIECES,
                               .seed   = 24,
                               .low    = 340.0,
                               .high   = 15000.0,
                               .crowd  = 0.5,
                               .ring   = 3.0,
                               .fall   = 2600.0,
                               .wash   = 0.010,
                               .stick  = 0.30,
                               .thin   = 900.0,
                               .bell   = 2.0 },
};

/* The bank: each mode a damped rotation, and how the two excitations, the
   stick's blow and the slower wash, drive it. */
typedef struct Bank {
  Lanes cosine[GROUPS], sine[GROUPS];
  Lanes open[GROUPS], shut[GROUPS]; /* decay a sample */
  Lanes by_stick[GROUPS], by_wash[GROUPS];
  Lanes in_re[GROUPS], in_im[GROUPS]; /* where each mode is pushed: unlike
                                         its neighbours, or all would click */
  Lanes re[GROUPS], im[GROUPS];
} Bank;

static void
bank_make(Bank *bank, const Metal *metal)
{
  DemoRandom random = demo_random(metal->seed);
  memset(bank, 0, sizeof *bank);
  for (int m = 0; m < MODES; m++) {
    const int    g     = m / LANES;
    const int    l     = m % LANES;
    const double even  = (m + 0.5 + 0.5 * demo_random_noise(&random)) / MODES;
    const double place = even * (1.0 - metal->crowd * (1.0 - even));
    const double hz    = metal->low + (metal->high - metal->low) * place;
    const double short_by = 1.0 + hz / metal->fall;
    const double bell =
      m % 11 == 3 ? 1.0 + metal->bell / (1.0 + hz / 4000.0) : 1.0;
    const double edges =
      (1.0 - 0.93 * demo_rise(hz, 0.55 * metal->high, metal->high)) *
      (0.12 + hz / (hz + metal->thin));
    const double level = edges * bell * demo_random_between(&random, 0.4, 1.3);
    bank->cosine[g][l] = demo_cos(hz / RATE);
    bank->sine[g][l]   = demo_sin(hz / RATE);
    bank->open[g][l]   = demo_decay(metal->ring / short_by);
    bank->shut[g][l]   = metal->shut > 0.0
                           ? demo_decay(metal->shut / (1.0 + hz / 24000.0))
                           : bank->open[g][l];
    const double angle = demo_random_between(&random, 0.0, 1.0);
    bank->in_re[g][l]  = demo_cos(angle);
    bank->in_im[g][l]  = demo_sin(angle);
    bank->by_stick[g][l] = level;
    bank->by_wash[g][l]  = level * hz / (hz + 2500.0);
  }
}

/* What is left in a group of modes. */
static double
group_energy(const Bank *bank, int g)
{
  const Lanes e = bank->re[g] * bank->re[g] + bank->im[g] * bank->im[g];
  return (e[0] + e[1]) + (e[2] + e[3]);
}

/* Rings for `frames` samples, driven by the two excitations if any; groups
   that are spent cost nothing. */
static void
bank_run(Bank         *bank,
         bool          shut,
         bool          driven,
         const double *stick,
         const double *wash,
         double       *out,
         size_t        frames)
{
  Lanes sum[BLOCK] = { { 0.0 } };
  for (int g = 0; g < GROUPS; g++) {
    if (!driven && group_energy(bank, g) < 1e-9) {
      continue;
    }
    const Lanes decay = shut ? bank->shut[g] : bank->open[g];
    const Lanes c     = bank->cosine[g] * decay;
    const Lanes s     = bank->sine[g] * decay;
    Lanes       re    = bank->re[g];
    Lanes       im    = bank->im[g];
    for (size_t i = 0; i < frames; i++) {
      const Lanes x = bank->by_stick[g] * stick[i] + bank->by_wash[g] * wash[i];
      const Lanes turned = re * c - im * s + bank->in_re[g] * x;
      im                 = re * s + im * c + bank->in_im[g] * x;
      re                 = turned;
      sum[i] += re;
    }
    bank->re[g] = re;
    bank->im[g] = im;
  }
  for (size_t i = 0; i < frames; i++) {
    out[i] = (sum[i][0] + sum[i][1]) + (sum[i][2] + sum[i][3]);
  }
}

/* The excitation of the latest blow. */
typedef struct Stick {
  DemoRandom random;
  double     blow; /* level of the stick on the metal, and its fall */
  double     blow_fall;
  double     wash; /* the climbing energy: a level that falls ... */
  double     wash_fall;
  double     climb;     /* ... times the time since the blow */
  double     age;       /* of the blow, in time constants of the wash */
  double     dull, low; /* a lowpass: soft blows are dull */
} Stick;

static Stick
stick_make(const Metal *metal)
{
  const double grow = 1.0 / (metal->wash * RATE);
  return (Stick){ .random    = demo_random(metal->seed + 50),
                  .blow_fall = demo_exp(-1.0 / 26.0),
                  .wash_fall = demo_exp(-grow),
                  .climb     = grow };
}

static void
stick_strike(Stick *stick, double velocity)
{
  stick->blow = velocity * (0.25 + 0.75 * velocity);
  stick->wash = stick->blow * 105.0 * stick->climb;
  stick->age  = 0.0;
  stick->dull = demo_smoothing(2500.0 + 13000.0 * velocity * velocity);
}

/* The two excitations; false when both are spent. */
static bool
stick_run(Stick *stick, double *blow, double *wash, size_t frames)
{
  const bool active = stick->blow > 1e-9 || stick->wash > 1e-9;
  for (size_t i = 0; i < frames; i++) {
    const double noise = demo_random_noise(&stick->random);
    stick->low += stick->dull * (noise - stick->low);
    blow[i] = stick->low * stick->blow;
    wash[i] = stick->low * stick->wash * stick->age;
    stick->blow *= stick->blow_fall;
    stick->wash *= stick->wash_fall;
    stick->age += stick->climb;
  }
  return active;
}

/* The next hit of two lists; sets whether it is the second's. */
static const DemoHit *
next_hit(const DemoHits *a,
         size_t         *at_a,
         const DemoHits *b,
         size_t         *at_b,
         bool           *second)
{
  const DemoHit *first = *at_a < a->count ? &a->hit[*at_a] : NULL;
  const DemoHit *other = *at_b < b->count ? &b->hit[*at_b] : NULL;
  *second              = other && (!first || other->time < first->time);
  return *second ? other : first;
}

void
demo_cymbal_play(DemoMetal which, float *out, size_t frames)
{
  const Metal *metal = &metals[which];
  DemoHits     open, closed = { 0 };
  Bank         bank;
  Stick        stick   = stick_make(metal);
  size_t       at_open = 0, at_closed = 0, at = 0;
  bool         shut = false;
  bank_make(&bank, metal);
  demo_groove(metal->open, &open);
  if (metal->closed != DEMO_PIECES) {
    demo_groove(metal->closed, &closed);
  }
  while (at < frames) {
    bool           pedal;
    const DemoHit *hit = next_hit(&open, &at_open, &closed, &at_closed, &pedal);
    const size_t   due = hit ? (size_t)(hit->time * RATE) : frames + 1;
    if (due <= at) {
      shut = pedal;
      stick_strike(&stick, hit->velocity);
      *(pedal ? &at_closed : &at_open) += 1;
      continue;
    }
    const size_t to = due < frames ? due : frames;
    const size_t n  = to - at < BLOCK ? to - at : BLOCK;
    double       blow[BLOCK], wash[BLOCK], ring[BLOCK];
    const bool   driven = stick_run(&stick, blow, wash, n);
    bank_run(&bank, shut, driven, blow, wash, ring, n);
    for (size_t i = 0; i < n; i++) {
      out[at + i] =
        (float)((double)out[at + i] + 0.02 * ring[i] + metal->stick * blow[i]);
    }
    at += n;
  }
}
