/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_LEAF_H
#define CONSORT_OSC_LEAF_H

/* One parameter of the desk as messages show it and set it. */

#include <lo/lo.h>

#include "console/desk.h"
#include "osc/pattern.h"

/* What a level that is silence reads: a finite number, which every client can
   show. */
#define OSC_SILENCE (-200.0)

/* An argument's number: i, h, f, d, T and F alike. A float is taken as the
   shortest decimal that it stands for, so that f 0.02 is 0.02 and not a little
   less. False for other types. [any] */
bool osc_argument_number(char type, const lo_arg *argument, double *number);

/* An argument's string, NULL for other types. [any] */
const char *osc_argument_text(char type, const lo_arg *argument);

/* The message that shows a number of a row at a leaf: whole numbers as i,
   others as f, infinities and /text as s. The caller frees. [any] */
lo_message osc_leaf_number(const ParamRow *row, double number, OscLeaf leaf);

/* The message that shows a text. [any] */
lo_message osc_leaf_text(const char *text);

/* Sets a parameter from one argument at a leaf, touch aside. Returns false with
   the reason where it is refused. *settled says whether the desk now shows what
   the argument said. [control] */
bool osc_leaf_set(Desk         *desk,
                  Address       address,
                  OscLeaf       leaf,
                  char          type,
                  const lo_arg *argument,
                  Who           who,
                  bool         *settled,
                  char          reason[DESK_REASON]);

#endif
