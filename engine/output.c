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

/* What is wrong with a side, samples that are no numbers made silent. A runaway
   does not count as DC: its mean would take minutes to fade. */
static int
inspect(const Output *output, float *side, float *dc, int n) RT_SAFE
{
  int   found = 0;
  float mean  = *dc;

  for (int i = 0; i < n; i++) {
    if (!isfinite(side[i])) {
      side[i] = 0.0f;
      found   = OUTPUT_NOT_FINITE;
    } else if (fabsf(side[i]) > OUTPUT_RUNAWAY_LEVEL) {
      found = found ? found : OUTPUT_RUNAWAY;
    } else {
      mean += output->dc_pole * (side[i] - mean);
    }
  }
  *dc = mean;
  if (!found && fabsf(mean) > OUTPUT_DC_LEVEL)
    found = OUTPUT_DC;
  return found;
}

/* From 0 to 1, flat in both ends. */
static float
fade_gain(float fade) RT_SAFE
{
  return fade * fade * (3.0f - 2.0f * fade);
}

int
output_process(Output *output, float *left, float *right, int n) RT_SAFE
{
  const int  left_fault  = inspect(output, left, &output->dc[0], n);
  const int  right_fault = inspect(output, right, &output->dc[1], n);
  const int  fault       = left_fault ? left_fault : right_fault;
  const bool muted       = output->hold > 0;

  if (fault) {
    output->hold = output->hold_frames;
    output->fade = 0.0f;
  }
  if (output->hold > 0) {
    memset(left, 0, (size_t)n * sizeof *left);
    memset(right, 0, (size_t)n * sizeof *right);
    output->hold -= n;
    return muted ? 0 : fault;
  }
  for (int i = 0; i < n && output->fade < 1.0f; i++) {
    const float gain = fade_gain(output->fade);

    left[i] *= gain;
    right[i] *= gain;
    output->fade = fminf(1.0f, output->fade + output->fade_step);
  }
  return 0;
}
