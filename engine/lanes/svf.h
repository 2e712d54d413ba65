/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_LANES_SVF_H
#define CONSORT_LANES_SVF_H

/* A second-order section, a filter of its own in each lane. Its equations
   stand with its coefficients, in engine/dsp/design.h.

   The form is the trapezoidal state-variable filter (A. Simper, "Solving the
   continuous SVF equations using trapezoidal integration and equivalent
   currents", 2013) with its states updated by increments. One step of its
   states never lengthens them, nor does any mean of two such steps: so the
   coefficients may move in straight lines between any two settings, as fast as
   they like, and the filter stays stable.

   Coefficients glide through three equal poles at every sample, so that a
   target which jumps, or moves at every grid point, gives a motion without
   corners; half of the way takes 3.2 ms, nine tenths take 6.4 ms. A section
   that lets everything through takes its new poles at once, with silent states,
   and glides its output alone; one that is turned off keeps its poles while it
   glides.

   These structures hold vectors and nothing else, so that a lane is a column of
   floats, which may be copied from bank to bank. */

#include "engine/dsp/design.h"
#include "engine/lanes/vec.h"
#include "engine/rt.h"

#include <stdbool.h>

typedef struct Svf {
  vf s[2];
  vf c[SVF_COEFS];
} Svf;

#define SVF_POLES 3

/* What moves a section's coefficients; not touched while nothing moves. The
   poles hold how far they are from the target, in units of 1, pole and pole²:
   what vanishes does not get stuck in rounding. */
typedef struct SvfGlide {
  vf to[SVF_COEFS]; /* where the coefficients will end */
  vf off[SVF_POLES][SVF_COEFS];
  vf pole;  /* the part of the way that a pole goes in a sample */
  vi grids; /* length of a glide */
  vi left;  /* of it, 0 at rest */
} SvfGlide;

/* All lanes let everything through, silent, at rest. [any] */
void LANE(svf_init)(Svf *svf, SvfGlide *glide, double rate_hz) RT_SAFE;

/* A lane's new target: reached at once, states kept, or by a glide that starts
   at the next grid point. Any number of targets may follow one another while
   the glide is under way. [audio] */
void LANE(svf_set)(Svf            *svf,
                   SvfGlide       *glide,
                   int             lane,
                   const SvfCoefs *coefs,
                   bool            now) RT_SAFE;

/* A lane's states become silence. [audio] */
void LANE(svf_clear)(Svf *svf, int lane) RT_SAFE;

/* At each grid point, before its frames: ends the glides that have arrived.
   Returns non-zero while any lane moves: then svf_process() needs the glide up
   to the next grid point. [audio] */
int LANE(svf_grid)(Svf *svf, SvfGlide *glide) RT_SAFE;

/* Filters x in place; glide is NULL where nothing moves. Any cut of the frames
   between two grid points gives the same bits. [audio] */
void LANE(svf_process)(Svf *svf, SvfGlide *glide, vf *x, int n) RT_SAFE;

/* Several sections one after the other: the same bits as svf_process() on each
   in turn, in much less time, since the recurrence of one hides behind the
   work of the others. glides may be NULL, and so may any of its entries; one
   section may not stand in the list twice. [audio] */
void LANE(svf_run)(Svf *const      *sections,
                   SvfGlide *const *glides,
                   int              count,
                   vf              *x,
                   int              n) RT_SAFE;

#endif
