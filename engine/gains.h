/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_ENGINE_GAINS_H
#define CONSORT_ENGINE_GAINS_H

/* From what a strip's values say to the gains of its trim, its fader and its
   ways out. */

#include "engine/kernel.h"

/* What bears on many strips at once. */
typedef struct Globals {
  float  dca_db[MAX_DCAS];
  bool   dca_mute[MAX_DCAS];
  bool   mutegroup[MAX_MUTEGROUPS];
  int    pan_law; /* the table's choice */
  double tempo;
} Globals;

/* The gains of a mono strip to the two sides, by the sine law to the power 1,
   1.5 or 2 for a centre at -3, -4.5 or -6 dB; exactly 0 on the far side and 1
   on the near one at the ends. pan -100…100. [any] */
void gains_pan(double pan, int law, float side[2]) RT_SAFE;

/* The gains of a stereo strip's two sides: the near one stays at 1. [any] */
void gains_balance(double pan, int law, float side[2]) RT_SAFE;

/* Trim and polarity. [audio] */
float gains_trim(const Strip *strip) RT_SAFE;

/* Fader, DCAs and everything that mutes. [audio] */
float gains_fader(const Strip *strip, const Globals *globals) RT_SAFE;

/* What all ways of a strip have in common. */
typedef struct Stand {
  float leg[2][2]; /* of each leg to the two sides, as panned */
  bool  muted;
} Stand;

Stand gains_stand(const Strip *strip, const Globals *globals) RT_SAFE;

/* The gains of one leg of a strip over a way: to the left and right of a stereo
   destination, or to the one leg of a mono bus, which hears a mono strip as it
   is and the mean of a stereo one. bus is the destination where that is a bus;
   monitor is the monitor strip. [audio] */
void gains_way(const Strip   *strip,
               const Stand   *stand,
               int            leg,
               const Way     *way,
               const Strip   *bus,
               const Strip   *monitor,
               const Globals *globals,
               float          gain[2]) RT_SAFE;

/* Where a send is taken, with the bus's own default resolved. [any] */
Tap gains_send_tap(const float *strip_value,
                   const float *bus_value,
                   unsigned     bus) RT_SAFE;

#endif
