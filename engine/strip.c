/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/strip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

Strip *
strip_new(unsigned slot, Owner owner, unsigned legs)
{
  Strip *strip = calloc(1, sizeof *strip);

  if (!strip)
    return NULL;
  strip->slot  = (uint16_t)slot;
  strip->owner = (uint8_t)owner;
  strip->legs  = (uint8_t)legs;
  for (unsigned cell = 0; cell < CELLS; cell++)
    strip->value[cell] = (float)params_default(cell);
  strip->dirty = DIRTY_ALL;
  return strip;
}

void
strip_free(Strip *strip)
{
  free(strip);
}

DelayLine *
delay_line_new(int frames, int legs)
{
  DelayLine *line = calloc(1, sizeof *line);
  int        size = 32;

  if (!line)
    return NULL;
  while (size < frames + 32)
    size *= 2;
  line->size = size;
  for (int leg = 0; leg < legs; leg++) {
    line->leg[leg] = malloc((size_t)size * sizeof(float));
    if (!line->leg[leg]) {
      delay_line_free(line);
      return NULL;
    }
    memset(line->leg[leg], 0, (size_t)size * sizeof(float));
  }
  return line;
}

void
delay_line_free(DelayLine *line)
{
  if (!line)
    return;
  free(line->leg[0]);
  free(line->leg[1]);
  free(line);
}

typedef struct DirtyRange {
  unsigned first;
  unsigned last;
  unsigned dirty;
} DirtyRange;

static const DirtyRange ranges[] = {
  { CELL_TRIM, CELL_POLARITY, DIRTY_TRIM },
  { CELL_DELAY, CELL_DELAY, DIRTY_DELAY },
  { CELL_HPF_ON, CELL_LPF_SLOPE, DIRTY_FILTERS },
  { CELL_GATE_ON, CELL_GATE_LISTEN, DIRTY_GATE },
  { CELL_EQ_ON, CELL_EQ_ON, DIRTY_EQ_ALL },
  { CELL_COMP_ON, CELL_COMP_LISTEN, DIRTY_COMP },
  { CELL_DEESS_ON, CELL_DEESS_LISTEN, DIRTY_DEESS },
  { CELL_REVERB_KIND, CELL_ECHO_DUCK, DIRTY_EFFECT },
  { CELL_FADER, CELL_FADER, DIRTY_FADER },
  { CELL_MUTE, CELL_MUTE, DIRTY_FADER | DIRTY_MIX },
  { CELL_PAN, CELL_WIDTH, DIRTY_MIX },
  { CELL_TO_MAIN, CELL_GROUP_LAST, DIRTY_MIX },
  { CELL_IN_DCA, CELL_IN_MUTEGROUP_LAST, DIRTY_FADER | DIRTY_MIX },
  { CELL_SEND_ON, CELL_SEND_TAP_LAST, DIRTY_SENDS },
  { CELL_MONITOR_SOURCE, CELL_PFL_MONO, DIRTY_MIX },
};

unsigned
strip_dirty_of(unsigned cell) RT_SAFE
{
  if (cell >= CELL_EQ_BAND_ON && cell <= CELL_EQ_Q_LAST)
    return (unsigned)DIRTY_EQ << ((cell - CELL_EQ_BAND_ON) % EQ_BANDS);
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    if (cell >= ranges[i].first && cell <= ranges[i].last)
      return ranges[i].dirty;
  return 0;
}
