/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_DSP_REVERB_H
#define CONSORT_DSP_REVERB_H

#include "engine/rt.h"

#include <stdbool.h>
#include <stdint.h>

/* A stereo reverb, 100 % wet: early reflections, and a feedback delay network
   of sixteen lines that are mixed orthogonally (Jot, Chaigne, "Digital Delay
   Networks for Designing Artificial Reverberators", AES 1991; Schlecht,
   Habets, "On Lossless Feedback Delay Networks", IEEE TSP 2017).

   The law of the decay, in octave bands as they are measured (T30, ISO 3382):
   the rates of the room and of the air add up, so that at a frequency f

     decay / T(f) = 1 - (1 - 1/bass)·l/(1 + l) + 4.4·h/(3.4 + h),
     l = (crossover / f)²; h = (f / damping)^1.8, or 0 for a damping of 20 kHz.

   So far below the crossover T is decay·bass, at the damping frequency half the
   decay, far above it less than a fifth. Without modulation T30 keeps to it
   within 5 %, with strong damping or bass 6 %, where it is longer than 0.3 s;
   modulation takes some 5 % at 8 kHz. */

/* In the order of the parameter table's choices. */
enum ReverbKind {
  REVERB_HALL,
  REVERB_PLATE,
  REVERB_ROOM,
  REVERB_CHAMBER,
  REVERB_KINDS
};

/* What is on the knobs. Values out of range are brought back into it. */
typedef struct ReverbSettings {
  enum ReverbKind kind;
  double          predelay_ms; /* 0 to 250 */
  double          decay_s;     /* 0.2 to 20: the time in which it falls 60 dB */
  double          size;        /* 0 to 100 %: the length of the paths */
  double          damping_hz;  /* 1000 to 20000: half the decay; 20000 none */
  double          bass;        /* 0.5 to 2.5: times the decay, in the lows */
  double          crossover_hz; /* 40 to 1000: the lows' upper end */
  double          diffusion;    /* 0 to 100 % */
  double          modulation;   /* 0 to 100 % */
  double          lowcut_hz;    /* 10 to 500: 12 dB an octave */
  double          highcut_hz;   /* 200 to 20000: 12 dB an octave */
  double          early;        /* 0 to 100 %: level of the early reflections */
  double          width;        /* 0 (mono) to 200 % */
} ReverbSettings;

/* A hall of two seconds. */
extern const ReverbSettings reverb_defaults;

typedef struct Reverb Reverb;

/* A silent reverb with the defaults at a sample rate in Hz, with all the memory
   that it can ever need, paged in; NULL where there is none. [control] */
Reverb *reverb_new(double rate) NODISCARD;

/* NULL is allowed. [control] */
void reverb_free(Reverb *reverb);

/* New targets. What sounds glides there in about 20 ms, lengths by fading from
   one set of taps to the other; with now, or while idle, at once (which clicks
   if something sounds). Settings that come during a glide are taken up after
   it, the last of them counts. Call it at points of the grid. [audio] */
void reverb_set(Reverb *reverb, const ReverbSettings *settings, bool now)
  RT_SAFE;

/* The frame of the song, from which modulation takes its phase, of the next
   frame to be processed; further frames count up from it. Call it at points of
   the grid. From silence at the same frame with the same settings, the same
   input gives the same bits; while something sounds, modulation moves over to
   its new phase without a jump. [audio] */
void reverb_locate(Reverb *reverb, int64_t song_frame) RT_SAFE;

/* Replaces n frames (any number) of the two sides by the reverb of them. The
   bits do not depend on how a stretch is cut. It costs next to nothing while
   idle, and must be called then too, since it counts the frames. [audio] */
void reverb_process(Reverb *reverb, float *left, float *right, int n) RT_SAFE;

/* Are input and tail silent? What comes out is then exactly 0 until something
   goes in. Tails end at -200 dBFS. [audio] */
bool reverb_idle(const Reverb *reverb) RT_SAFE;

/* Cuts everything that sounds: output is 0 from the next frame on, and input is
   not heard for about 20 ms, in which the memory is wiped bit by bit.
   [audio] */
void reverb_clear(Reverb *reverb) RT_SAFE;

#endif
