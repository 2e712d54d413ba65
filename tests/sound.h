/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_SOUND_H
#define CONSORT_TESTS_SOUND_H

/* Signals that tests feed, and what they measure of those that come back. All
   in double precision, none of it shared with the engine. */

/* n frames of a sine, and of a constant; free() them. */
float *sound_tone(int n, double hz, double rate, double phase);
float *sound_constant(int n, double level);

double sound_db(double gain);
double sound_peak(const float *x, int n);
double sound_rms(const float *x, int n);

/* The level of a sine of hz in n frames: the length of its projection. */
double sound_level_at(const float *x, int n, double hz, double rate);

/* What a click leaves: the peak of what is above 4 kHz, by a linear-phase
   high-pass 140 dB down at 3.5 kHz, in dB against 1. The first and last
   SOUND_EDGE frames are heard, but not judged. */
#define SOUND_EDGE 1024
double sound_click(const float *x, int n, double rate);

/* The delay of y behind x, in frames from 0 to most, by their correlation. */
int sound_delay(const float *x, const float *y, int n, int most);

/* Frames in which the two differ; and the first of them, or -1. */
int sound_differences(const float *x, const float *y, int n, int *first);

#endif
