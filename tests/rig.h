/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_RIG_H
#define CONSORT_TESTS_RIG_H

/* A desk and its engine, run by a test without a backend. */

#include "console/link.h"

typedef struct Rig {
  Desk  *desk;
  Link  *link;
  double rate;
  float *in[INPUT_PORTS];   /* NULL: silent; the test's memory */
  float *out[OUTPUT_PORTS]; /* NULL: not wanted; the test's memory */
} Rig;

/* A desk of so many input strips, mono or stereo, and buses, at a rate; the
   engine comes with rig_start(). */
Rig *rig_new(int strips, int channels, int buses, double rate);
void rig_free(Rig *rig);

/* Sets as a person would type it; aborts the test where it is refused. */
void rig_set(Rig *rig, const char *address, const char *text);
void rig_setf(Rig *rig, const char *text, const char *format, ...)
  __attribute__((format(printf, 3, 4)));

/* Makes the engine with the desk as it is, on the kernel of that name (NULL:
   the fastest). */
void rig_start(Rig *rig, const char *kernel);

/* Brings up what is due: plans, and the wait for files. */
void rig_settle(Rig *rig);

/* The same as rig_run() with the link ticking before each block, as it does in
   a console that runs: changes of the desk arrive while it plays. */
void rig_play(Rig *rig, int offset, int frames, int block);

/* Takes in what was posted, as backends that wait for tracks do: a cycle of no
   length. */
void rig_take(Rig *rig);

/* Plays n frames into nowhere: time for what fades and settles. */
void rig_rest(Rig *rig, int n);

/* Runs frames from offset of the buffers on, in blocks of so many; 0: random
   cuts from seed. */
void rig_run(Rig *rig, int offset, int frames, int block, unsigned seed);

/* The buffer of a port: in of strip number, out of main, monitor or a bus. */
int rig_input(Rig *rig, unsigned number, int leg);
int rig_output(Owner owner, unsigned number, int leg);

/* Gives a leg of an input strip its sound, and a strip's output room for n
   frames; rig_done() frees them. */
void         rig_feed(Rig *rig, unsigned number, int leg, float *sound);
void         rig_hear(Rig *rig, Owner owner, unsigned number, int n);
const float *rig_heard(const Rig *rig, Owner owner, unsigned number, int leg);

/* rig_free() and all that was fed and heard. */
void rig_done(Rig *rig);

/* A value of an input strip that comes at an engine frame, or EVENT_NOW. */
void rig_event(Rig     *rig,
               unsigned number,
               unsigned cell,
               int64_t  frame,
               double   value);

/* A buffer of n zeros, and of noise of peak 1 from a seed. */
float *rig_zeros(int n);
float *rig_noise(int n, unsigned seed);

#endif
