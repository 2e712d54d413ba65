/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/output.h"

#include <math.h>
#include <string.h>

#include "engine/messages.h"

void
output_init(Output *output, double rate)
{
  memset(output, 0, sizeof *output);
  output->fade_step   = (float)(1.0 / (OUTPUT_FADE_SECONDS * rate));
  output->hold_frames = (int)(OUTPUT_HOLD_SECONDS * rate);
  output->dc_pole     = (float)(1.0 - exp(-1.0 / rate));
}

void
output_wake(Output *output) RT_SAFE
{
  output->fade = 0.0f;
}

static int
inspect(Output *output, float *side, float *dc, int n) RT_SAFE
{
  int   found = 0;
  float mean  = *dc;

  for (int i = 0; i < n; i++) {
    if (!isfinite(side[i])) {
      side[i] = 0.0f;
      found   = OUTPUT_NOT_FINITE;
    } else if (fabsf(side[i]) > OUTPUT_RUNAWAY_LEVEL && !found) {
      found = OUTPUT_RUNAWAY;
    }
    mean += output->dc_pole * (side[i] - mean);
  }
  *dc = mean;
  if (!found && fabsf(mean) > OUTPUT_DC_LEVEL)
    found = OUTPUT_DC;
  return found;
}

/* The cosine comes by a polynomial that is 0 and 1 at the ends, flat in both.
 */
static float
fade_gain(float fade) RT_SAFE
{
  return fade * fade * (3.0f - 2.0f * fade);
}

int
output_process(Output *output, float *left, float *right, int n) RT_SAFE
{
  const int found_left  = inspect(output, left, &output->dc[0], n);
  const int found_right = inspect(output, right, &output->dc[1], n);
  const int found       = found_left ? found_left : found_right;

  if (found) {
    output->hold = output->hold_frames;
    output->fade = 0.0f;
  }
  if (output->hold > 0) {
    memset(left, 0, (size_t)n * sizeof *left);
    memset(right, 0, (size_t)n * sizeof *right);
    output->hold -= n;
    return found;
  }
  for (int i = 0; i < n && output->fade < 1.0f; i++) {
    const float gain = fade_gain(output->fade);

    left[i] *= gain;
    right[i] *= gain;
    output->fade = fminf(1.0f, output->fade + output->fade_step);
  }
  return found;
}
