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

/* Runs frames from offset of the buffers on, in blocks of so many; 0: random
   cuts from seed. */
void rig_run(Rig *rig, int offset, int frames, int block, unsigned seed);

/* The buffer of a port: in of strip number, out of main, monitor or a bus. */
int rig_input(Rig *rig, unsigned number, int leg);
int rig_output(Owner owner, unsigned number, int leg);

/* A buffer of n zeros, and of noise of peak 1 from a seed. */
float *rig_zeros(int n);
float *rig_noise(int n, unsigned seed);

#endif
