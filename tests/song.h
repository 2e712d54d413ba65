/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_SONG_H
#define CONSORT_TESTS_SONG_H

/* A song of five tracks in 44.1 kHz, one of them mono, and sessions of it. */

/* A session in a new folder, by `consort new`: from recorded stems where there
   are some beside the project, otherwise from synthesised ones, which is said.
   Everything is flat. */
void song_session(const char *session);

/* The same with more lines of a session file: "\"/bus/1/kind\": \"reverb\",\n"
   and so on, the last without a comma. */
void song_session_with(const char *session, const char *lines);

/* A session of one stereo track at 44.1 kHz: a sine of that frequency and of
   peak ½, left and right alike, from its first sample to its last. */
void song_sine(const char *session, double hz, double seconds);

/* Lines that put every processor to work: gates and compressors with keys and
   look-ahead, EQ, de-esser, groups, an aux, a reverb and a delay, a DCA. */
extern const char song_rich[];

#endif
