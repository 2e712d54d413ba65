/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-room.h"

#include "sessions/demo-filter.h"
#include "sessions/demo-math.h"
#include "sessions/demo-song.h"

#include <string.h>

enum {
  LINES  = 8,
  LENGTH = 2048,
};

static const int lengths[LINES] = { 367, 523, 641, 811, 977, 1151, 1327, 1609 };

/* Walsh-Hadamard, in place, scaled to keep the energy. */
static void
hadamard(double x[LINES])
{
  for (int half = 1; half < LINES; half *= 2) {
    for (int i = 0; i < LINES; i += 2 * half) {
      for (int k = i; k < i + half; k++) {
        const double a = x[k];
        const double b = x[k + half];
        x[k]           = a + b;
        x[k + half]    = a - b;
      }
    }
  }
  for (int i = 0; i < LINES; i++) {
    x[i] *= 0.35355339059327376220;
  }
}

void
demo_room_add(DemoSound *sound, const float *x, double gain)
{
  double       line[LINES][LENGTH];
  double       dull[LINES] = { 0.0 }, keep[LINES];
  DemoBiquad   low         = { 0 };
  const double damping     = demo_smoothing(5200.0);
  memset(line, 0, sizeof line);
  demo_biquad_highpass(&low, 120.0, 0.7);
  for (int k = 0; k < LINES; k++) {
    keep[k] = demo_gain(-60.0 * lengths[k] / (0.42 * DEMO_SONG_RATE));
  }
  for (size_t i = 0; i < sound->frames; i++) {
    double       tap[LINES];
    const double in = demo_biquad_run(&low, (double)x[i]);
    for (int k = 0; k < LINES; k++) {
      const size_t from = (i + LENGTH - (size_t)lengths[k]) % LENGTH;
      dull[k] += damping * (keep[k] * line[k][from] - dull[k]);
      tap[k] = dull[k];
    }
    const double left  = tap[0] - tap[2] + tap[4] - tap[6];
    const double right = tap[1] - tap[3] + tap[5] - tap[7];
    hadamard(tap);
    for (int k = 0; k < LINES; k++) {
      line[k][i % LENGTH] = tap[k] + in;
    }
    sound->channel[0][i] = (float)((double)sound->channel[0][i] + gain * left);
    sound->channel[1][i] = (float)((double)sound->channel[1][i] + gain * right);
  }
}
