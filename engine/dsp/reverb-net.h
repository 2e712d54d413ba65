/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_DSP_REVERB_NET_H
#define CONSORT_DSP_REVERB_NET_H

#include "engine/dsp/reverb-shape.h"
#include "engine/dsp/rings.h"
#include "engine/rt.h"

#include <stdint.h>

/* The feedback delay network: sixteen lines, each with the filter of its
   losses, mixed by a Hadamard matrix. */

typedef struct ReverbNet ReverbNet;

typedef void ReverbNetRun(ReverbNet       *net,
                          const ReverbWay *way,
                          int64_t          song_frame,
                          Block            side[2]) RT_SAFE;

struct ReverbNet {
  Rings         lines;
  float         state[3][REVERB_LINES]; /* of the filters, by section */
  float         sway[REVERB_SWAYS]; /* frames by which lines are longer now */
  float         hasty;              /* the most that may change in a block */
  uint32_t      pace[REVERB_SWAYS]; /* of a turn a frame */
  ReverbNetRun *run;
};

/* False where memory is short. [control] */
bool reverb_net_init(ReverbNet *net, const ReverbPlan *plan) NODISCARD;

/* [control] */
void reverb_net_cleanup(ReverbNet *net);

/* Silent lines' modulation and filters as they are at a frame of the song.
   [audio] */
void reverb_net_rest(ReverbNet           *net,
                     const ReverbFigures *figure,
                     int64_t              song_frame) RT_SAFE;

/* A block: takes in two sides and gives two uncorrelated ones. song_frame is
   the block's first. [audio] */
ReverbNetRun reverb_net_run;

#endif
