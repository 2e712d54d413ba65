/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_DSP_ECHO_H
#define CONSORT_DSP_ECHO_H

#include "engine/rt.h"

#include <stdbool.h>

/* A stereo delay, 100 % wet: a line a side, with feedback through a low and a
   high cut, straight or crosswise (ping-pong). */

/* Notes of the tempo, in the order of the parameter table's choices: off, 1/1,
   1/2., 1/2, 1/2T, 1/4., 1/4, 1/4T, 1/8., 1/8, 1/8T, 1/16., 1/16, 1/16T,
   1/32. */
enum { ECHO_NOTES = 15 };

/* What is on the knobs. Values out of range are brought back into it. */
typedef struct EchoSettings {
  double left_ms; /* 1 to 4000, where no note is chosen */
  double right_ms;
  int    left_note; /* 0 (off) to ECHO_NOTES - 1 */
  int    right_note;
  double tempo_bpm;  /* quarter notes a minute, 20 to 400 */
  double feedback;   /* 0 to 98 %: level of an echo against the one before */
  double lowcut_hz;  /* 10 to 1000: 6 dB an octave each time round */
  double highcut_hz; /* 500 to 20000: 6 dB an octave each time round */
  bool   pingpong;   /* echoes change sides each time round */
  double width;      /* 0 (mono) to 200 % */
  double duck_db;    /* 0 to 40: how far echoes give way to the input */
} EchoSettings;

extern const EchoSettings echo_defaults;

typedef struct Echo Echo;

/* Length of a note in quarter notes; 0 for off and for what is none. [any] */
double echo_note_beats(int choice) RT_SAFE;

/* A silent delay with the defaults at a sample rate in Hz, with all the memory
   that it can ever need, paged in; NULL where there is none. [control] */
Echo *echo_new(double rate) NODISCARD;

/* NULL is allowed. [control] */
void echo_free(Echo *echo);

/* New targets. What sounds glides there, times by fading from one tap to the
   other; with now, or while idle, at once (which clicks if something sounds).
   Notes longer than four seconds are halved until they fit. Call it at points
   of the grid. [audio] */
void echo_set(Echo *echo, const EchoSettings *settings, bool now) RT_SAFE;

/* Replaces n frames (any number) of the two sides by the echoes of them. The
   bits do not depend on how a stretch is cut. It costs next to nothing while
   idle, and must be called then too. [audio] */
void echo_process(Echo *echo, float *left, float *right, int n) RT_SAFE;

/* Are input and echoes silent? What comes out is then exactly 0 until something
   goes in. Echoes end at -200 dBFS. [audio] */
bool echo_idle(const Echo *echo) RT_SAFE;

/* Cuts everything that sounds: output is 0 from the next frame on, and input is
   not heard for about 20 ms, in which the memory is wiped bit by bit.
   [audio] */
void echo_clear(Echo *echo) RT_SAFE;

/* Aligns the blocks in which it works to the grid, which starts anew at each
   start or locate: call it there, while idle or not. From silence the same
   input then gives the same bits. [audio] */
void echo_locate(Echo *echo) RT_SAFE;

#endif
