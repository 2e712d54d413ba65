/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/dsp/reverb-shape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* Sizes are said for 50 %; 0 and 100 % are half and twice as long. */
typedef struct Kind {
  double shortest_ms, longest_ms; /* lines */
  double allpass;                 /* length of the allpasses, hall = 1 */
  double room_m[3];               /* width, depth, height; 0 without walls */
  double reflection;              /* pressure that a wall gives back */
} Kind;

static const Kind kinds[REVERB_KINDS] = {
  [REVERB_HALL]    = { 25, 71, 1.00, { 21, 30, 13 }, 0.80 },
  [REVERB_PLATE]   = { 13, 59, 0.80, { 0, 0, 0 }, 0 },
  [REVERB_ROOM]    = { 9, 40, 0.55, { 5.3, 6.9, 3.1 }, 0.75 },
  [REVERB_CHAMBER] = { 12, 52, 0.70, { 7.1, 9.4, 4.3 }, 0.85 },
};

static const double allpass_ms[2][REVERB_ALLPASSES] = {
  { 1.13, 2.37, 4.71, 7.53, 11.9, 17.7 },
  { 1.31, 2.09, 5.23, 8.11, 10.7, 19.1 },
};

/* The longest line against the decay: so much of it passes in one go that the
   filters still fit the law, and echoes come close enough to be a tail. */
static const double line_of_decay = 0.125;

/* The walls: where early reflections come from. */

typedef struct Image {
  double place_m[3];
  double pressure; /* what the walls leave of it */
  double weight;   /* pressure where the listener sits */
} Image;

/* A listener's ear: two cardioids, 0.6 m apart and 45 degrees outwards. */
static double
ear_gain(const double listener_m[3],
         const double place_m[3],
         int          ear,
         double      *distance_m)
{
  const double out  = ear ? 1 : -1;
  const double x    = place_m[0] - (listener_m[0] + out * 0.3);
  const double y    = listener_m[1] - place_m[1];
  const double z    = place_m[2] - listener_m[2];
  const double d    = sqrt(x * x + y * y + z * z);
  const double axis = (out * x + y) / (sqrt(2) * d);

  *distance_m = d;
  return (0.5 + 0.5 * axis) / d;
}

/* The place of an image along one axis, and how often it was reflected:
   J. Allen, D. Berkley, "Image Method for Efficiently Simulating Small-Room
   Acoustics" (JASA 65, 1979). */
static double
image_place(double source_m, double length_m, int cell, int *order)
{
  *order += abs(cell);
  return cell % 2 == 0 ? cell * length_m + source_m
                       : (cell + 1) * length_m - source_m;
}

static int
by_weight(const void *a, const void *b)
{
  const double x = ((const Image *)a)->weight;
  const double y = ((const Image *)b)->weight;

  return (x < y) - (x > y);
}

/* The strongest images of a source, the source itself left out. */
static void
find_images(const Kind  *kind,
            const double source_m[3],
            const double listener_m[3],
            Image        strongest[REVERB_IMAGES])
{
  enum { CELLS = 5 };
  Image image[CELLS * CELLS * CELLS];
  int   count = 0;

  for (int i = 0; i < CELLS * CELLS * CELLS; i++) {
    const int cell[3] = { i % CELLS - 2,
                          i / CELLS % CELLS - 2,
                          i / (CELLS * CELLS) - 2 };
    Image    *each    = &image[count];
    int       order   = 0;
    double    d2      = 0;
    for (int axis = 0; axis < 3; axis++) {
      each->place_m[axis] =
        image_place(source_m[axis], kind->room_m[axis], cell[axis], &order);
      d2 += pow(each->place_m[axis] - listener_m[axis], 2);
    }
    if (order == 0)
      continue;
    each->pressure = pow(kind->reflection, order);
    each->weight   = each->pressure / sqrt(d2);
    count++;
  }
  qsort(image, (size_t)count, sizeof *image, by_weight);
  memcpy(strongest, image, REVERB_IMAGES * sizeof *image);
}

/* Delays after the source's own sound. */
static void
plan_walls(ReverbPlan *plan, int which, int side)
{
  const double *room       = kinds[which].room_m;
  const double listener[3] = { 0.53 * room[0], 0.66 * room[1], 0.37 * room[2] };
  const double source[3]   = { (side ? 0.68 : 0.33) * room[0],
                               0.23 * room[1],
                               0.29 * room[2] };
  const double sound       = 343; /* m/s */
  Image        image[REVERB_IMAGES];
  double       direct[2], distance;

  find_images(&kinds[which], source, listener, image);
  for (int ear = 0; ear < 2; ear++)
    ear_gain(listener, source, ear, &direct[ear]);
  for (int ear = 0; ear < 2; ear++)
    for (int i = 0; i < REVERB_IMAGES; i++) {
      const double heard = ear_gain(listener, image[i].place_m, ear, &distance);
      plan->early[which].gain[side][ear][i] =
        (float)(image[i].pressure * heard);
      plan->early[which].delay_s[side][ear][i] =
        (float)((distance - fmin(direct[0], direct[1])) / sound);
    }
}

/* A plate has no walls: its onset is a velvet of pulses of either sign. */
static void
plan_velvet(ReverbPlan *plan, int which)
{
  const double golden = 0.61803398874989484820, spacing_s = 4.3e-3;

  for (int i = 0; i < 4 * REVERB_IMAGES; i++) {
    const double chance = fmod((i + 1) * golden, 1);
    const int    slot   = i % REVERB_IMAGES;
    (&plan->early[which].delay_s[0][0][0])[i] =
      (float)((slot + chance) * spacing_s);
    (&plan->early[which].gain[0][0][0])[i] =
      (float)((fmod(chance * 8, 1) < 0.5 ? -1 : 1) * pow(0.88, slot));
  }
}

/* Gains from a side whose squares add up to 1. */
static void
level_side(float gain[2][REVERB_IMAGES])
{
  double energy = 0;

  for (int i = 0; i < 2 * REVERB_IMAGES; i++)
    energy += gain[i / REVERB_IMAGES][i % REVERB_IMAGES] *
              gain[i / REVERB_IMAGES][i % REVERB_IMAGES];
  for (int i = 0; i < 2 * REVERB_IMAGES; i++)
    gain[i / REVERB_IMAGES][i % REVERB_IMAGES] *= (float)(1 / sqrt(energy));
}

static void
plan_early(ReverbPlan *plan, int which)
{
  if (kinds[which].room_m[0] > 0)
    for (int side = 0; side < 2; side++)
      plan_walls(plan, which, side);
  else
    plan_velvet(plan, which);
  for (int side = 0; side < 2; side++)
    level_side(plan->early[which].gain[side]);
}

/* ---- the plan ---- */

static double
scale_of_size(double percent) RT_SAFE
{
  return pow(4, percent / 100 - 0.5);
}

static int
frames(const ReverbPlan *plan, double seconds) RT_SAFE
{
  return (int)lrint(seconds * plan->rate);
}

int
reverb_longest_line(const ReverbPlan *plan)
{
  double ms = 0;

  for (int i = 0; i < REVERB_KINDS; i++)
    ms = fmax(ms, kinds[i].longest_ms);
  return frames(plan, ms / 1000 * scale_of_size(100) * 1.1);
}

int
reverb_longest_allpass(const ReverbPlan *plan)
{
  double ms = 0;

  for (int i = 0; i < 2 * REVERB_ALLPASSES; i++)
    ms = fmax(ms, allpass_ms[i / REVERB_ALLPASSES][i % REVERB_ALLPASSES]);
  return frames(plan, ms / 1000 * 1.1);
}

int
reverb_longest_early(const ReverbPlan *plan)
{
  double s = 0;

  for (int i = 0; i < REVERB_KINDS; i++)
    for (int j = 0; j < 4 * REVERB_IMAGES; j++)
      s = fmax(s, (&plan->early[i].delay_s[0][0][0])[j]);
  return frames(plan, s * scale_of_size(100) + 0.250) + BLOCK;
}

/* Lengths that are prime have no common beats. */
static void
fill_primes(ReverbPlan *plan)
{
  int *prime = plan->prime;
  int  end   = plan->prime_end;

  for (int i = 0; i < end; i++)
    prime[i] = i >= 2;
  for (int i = 2; i * i < end; i++)
    for (int j = i * i; prime[i] && j < end; j += i)
      prime[j] = 0;
  for (int i = end - 1, last = end; i >= 0; i--)
    prime[i] = last = prime[i] ? i : last;
}

bool
reverb_plan_init(ReverbPlan *plan, double rate)
{
  *plan           = (ReverbPlan){ .rate = rate };
  plan->prime_end = reverb_longest_line(plan);
  plan->prime     = malloc((size_t)plan->prime_end * sizeof *plan->prime);
  if (!plan->prime)
    return false;
  fill_primes(plan);
  for (int i = 0; i < REVERB_KINDS; i++)
    plan_early(plan, i);
  return true;
}

void
reverb_plan_cleanup(ReverbPlan *plan)
{
  free(plan->prime);
  plan->prime = NULL;
}

/* ---- settings ---- */

static void
tame(double *value, double low, double high, double otherwise) RT_SAFE
{
  if (!(*value >= low))
    *value = *value < low ? low : otherwise;
  if (*value > high)
    *value = high;
}

void
reverb_settings_tame(ReverbSettings *s) RT_SAFE
{
  const ReverbSettings *d = &reverb_defaults;

  if ((int)s->kind < 0 || s->kind >= REVERB_KINDS)
    s->kind = d->kind;
  tame(&s->predelay_ms, 0, 250, d->predelay_ms);
  tame(&s->decay_s, 0.2, 20, d->decay_s);
  tame(&s->size, 0, 100, d->size);
  tame(&s->damping_hz, 1000, 20000, d->damping_hz);
  tame(&s->bass, 0.5, 2.5, d->bass);
  tame(&s->crossover_hz, 40, 1000, d->crossover_hz);
  tame(&s->diffusion, 0, 100, d->diffusion);
  tame(&s->modulation, 0, 100, d->modulation);
  tame(&s->lowcut_hz, 10, 500, d->lowcut_hz);
  tame(&s->highcut_hz, 200, 20000, d->highcut_hz);
  tame(&s->early, 0, 100, d->early);
  tame(&s->width, 0, 200, d->width);
}

/* ---- lengths ---- */

/* The part of the size that a short decay leaves. */
static double
shrink(const ReverbSettings *s) RT_SAFE
{
  const double longest_s =
    kinds[s->kind].longest_ms / 1000 * scale_of_size(s->size);

  return fmin(1, line_of_decay * s->decay_s / longest_s);
}

/* Lines in steps of equal ratio, on the primes next above. */
static void
make_lines(const ReverbPlan *plan, const ReverbSettings *s, int *line) RT_SAFE
{
  const Kind  *kind  = &kinds[s->kind];
  const double scale = scale_of_size(s->size) * shrink(s);
  const double first = kind->shortest_ms * scale / 1000 * plan->rate;
  const double step =
    pow(kind->longest_ms / kind->shortest_ms, 1. / (REVERB_LINES - 1));
  double length = first;
  int    least  = 4 * BLOCK;

  for (int i = 0; i < REVERB_LINES; i++, length *= step) {
    const int wanted = (int)length > least ? (int)length : least;
    line[i] =
      plan->prime[wanted < plan->prime_end - 1 ? wanted : plan->prime_end - 1];
    least = line[i] + 1;
  }
}

static void
make_lengths(const ReverbPlan     *plan,
             const ReverbSettings *s,
             ReverbLengths        *length) RT_SAFE
{
  make_lines(plan, s, length->line);
  for (int side = 0; side < 2; side++)
    for (int i = 0; i < REVERB_ALLPASSES; i++) {
      const double ms =
        allpass_ms[side][i] * kinds[s->kind].allpass * shrink(s);
      const int wanted         = frames(plan, ms / 1000);
      length->allpass[side][i] = wanted > BLOCK ? wanted : BLOCK;
    }
  length->late = frames(plan, s->predelay_ms / 1000);
}

/* Gathering blocks delays everything by one: here it is made up for. */
static void
make_early(const ReverbPlan *plan, const ReverbSettings *s, ReverbEarly *early)
  RT_SAFE
{
  const double scale    = scale_of_size(s->size);
  const int    predelay = frames(plan, s->predelay_ms / 1000);

  for (int i = 0; i < 4 * REVERB_IMAGES; i++) {
    const double delay = (&plan->early[s->kind].delay_s[0][0][0])[i];
    const int    after = predelay + frames(plan, delay * scale) - BLOCK;
    (&early->delay[0][0][0])[i] = after > 0 ? after : 0;
  }
  memcpy(early->gain, plan->early[s->kind].gain, sizeof early->gain);
}

/* ---- figures ---- */

/* A shelf of the first order with the gain g (dB) far above the frequency
   whose tan(pi·f/rate) is w, 0 dB far below, half way in between. */
static void
make_shelf(double g, double w, double *gain, float *b, float *a) RT_SAFE
{
  const double k     = pow(10, g / 40);
  const double over  = 1 + k / w;
  const double under = 1 + 1 / (k * w);

  *gain *= over / under;
  *b = (float)((1 - k / w) / over);
  *a = (float)((1 - 1 / (k * w)) / under);
}

static double
warp(const ReverbPlan *plan, double hz) RT_SAFE
{
  return tan(pi * fmin(hz / plan->rate, 0.48));
}

/* The middle of the highs' shelf. The bilinear transform bends frequencies: it
   is to be right at 9 kHz where the middle lies above. */
static double
warp_middle(const ReverbPlan *plan, double hz) RT_SAFE
{
  const double right = fmin(hz, 9000);

  return warp(plan, right) * hz / right;
}

/* The law of reverb.h speaks of octave bands, as decays are measured (ISO
   3382). A band in which the decay falls with frequency sounds on in its lower
   part, so what a line loses at one frequency is steeper than the law, and
   begins lower: decay/T is 1 + 4·h/(1 + h) above the lows, h = (f /
   (tilt·damping))²/3. Figures found by measuring. */
static const double band_tilt = 0.838, band_range = 4;

/* A line's filter: what it is to lose in the time of its length. A shelf's dB
   follow g·h/(1 + h) as long as g is small; with two in a row, each of half of
   g, and the frequency corrected, 30 dB are still within 6 %. */
static void
make_filter(const ReverbPlan     *plan,
            const ReverbSettings *s,
            int                   i,
            int                   length,
            ReverbFigures        *f) RT_SAFE
{
  const double loss  = 60 * length / (plan->rate * s->decay_s);
  const double lows  = loss * (1 - 1 / s->bass);
  const double highs = s->damping_hz < 20000 ? band_range * loss : 0;
  const double middle =
    s->damping_hz * band_tilt * sqrt(3) * (1 + 1.6e-4 * highs * highs);
  double gain  = pow(10, (lows - loss) / 20);
  double twice = 1;

  make_shelf(
    -lows, warp(plan, s->crossover_hz), &gain, &f->low_b[i], &f->low_a[i]);
  make_shelf(-highs * 0.5,
             warp_middle(plan, middle),
             &twice,
             &f->high_b[i],
             &f->high_a[i]);
  f->gain[i] = (float)(gain * twice * twice * 0.25);
}

/* The tail's energy is that of a steady sound put in at a decay of two seconds;
   it grows with the root of the decay. Fed by `into`², divided by the lines'
   length in seconds and by the rate of decay. */
static double
gain_into(const ReverbPlan *plan, const ReverbSettings *s, const int *line)
  RT_SAFE
{
  double total = 0;

  for (int i = 0; i < REVERB_LINES; i++)
    total += line[i];
  return sqrt(6 * log(10) * total / plan->rate /
              (REVERB_LINES * sqrt(2 * s->decay_s)));
}

static void
make_cut(const ReverbPlan *plan, double hz, ReverbCut *cut) RT_SAFE
{
  const double g = warp(plan, hz);
  const double d = 1 / (1 + g * (g + sqrt(2)));

  cut->cross = (float)(2 * g * d);
  cut->damp  = (float)(2 * g * (g + sqrt(2)) * d);
  cut->pull  = (float)(2 * g * g * d);
}

/* An allpass rings; it is to be over long before the tail. */
static float
allpass_gain(const ReverbPlan *plan, const ReverbSettings *s, int length)
  RT_SAFE
{
  const double over_s = 0.2 * s->decay_s;

  return (float)fmin(s->diffusion / 100 * 0.7,
                     pow(10, -3 * length / (over_s * plan->rate)));
}

static void
make_figures(const ReverbPlan     *plan,
             const ReverbSettings *s,
             const ReverbLengths  *length,
             ReverbFigures        *f) RT_SAFE
{
  const double wide = s->width / 100;
  const double mid  = sqrt(0.5 / (1 + wide * wide));

  for (int i = 0; i < REVERB_LINES; i++)
    make_filter(plan, s, i, length->line[i], f);
  for (int i = 0; i < 2 * REVERB_ALLPASSES; i++)
    (&f->allpass[0][0])[i] = allpass_gain(plan, s, (&length->allpass[0][0])[i]);
  f->into     = (float)gain_into(plan, s, length->line);
  f->early    = (float)(s->early / 100);
  f->straight = (float)(mid * (1 + wide));
  f->across   = (float)(mid * (1 - wide));
  f->sway     = (float)(s->modulation / 100 * 0.5e-3 * plan->rate);
  make_cut(plan, s->lowcut_hz, &f->low);
  make_cut(plan, s->highcut_hz, &f->high);
}

void
reverb_shape_make(const ReverbPlan     *plan,
                  const ReverbSettings *settings,
                  ReverbShape          *shape) RT_SAFE
{
  make_lengths(plan, settings, &shape->length);
  make_early(plan, settings, &shape->early);
  make_figures(plan, settings, &shape->length, &shape->figure);
}
