/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_PATTERN_H
#define CONSORT_OSC_PATTERN_H

/* A pattern of OSC 1.0 (*, ?, [a-c], [!a-c], {this,that}) as the set of the
   table's addresses that it means. A pattern is compared with the table once,
   part by part; after that, whether it covers an address is a look-up.

   A part is a finite automaton without transitions on nothing (Glushkov, "The
   abstract theory of automata", 1961), whose set of states is followed through
   a text one character at a time (Thompson, "Regular expression search
   algorithm", 1968): no choice is ever taken back, so the time is at most the
   text's length times the part's, whatever the pattern. */

#include "engine/params.h"

/* What of a parameter an address means. */
typedef enum OscLeaf {
  OSC_POSITION, /* bare: what a control shows, 0..1 */
  OSC_VALUE,    /* /value: the real unit */
  OSC_TEXT,     /* /text: for eyes */
  OSC_TOUCH,    /* /touch: a hand is on it */
  OSC_DELTA,    /* /delta: a move from where it is */
  OSC_LEAVES
} OscLeaf;

/* "", "/value", … [any] */
const char *osc_leaf_tail(OscLeaf leaf);

/* The leaf of a tail; OSC_LEAVES where it is none. [any] */
OscLeaf osc_leaf_of_tail(const char *tail);

enum {
  OSC_PART_MAX    = 60, /* characters that a part of a pattern may match */
  OSC_PARTS_MAX   = 8,
  OSC_PATTERN_MAX = 255,
};

/* One part of a pattern, between slashes. State i waits for a character of
   class[i] and leads to the states of follow[i]. */
typedef struct OscPart {
  uint64_t start;
  uint64_t follow[OSC_PART_MAX];
  uint64_t class[OSC_PART_MAX][2]; /* of the 128 characters of ASCII */
  unsigned states;
} OscPart;

/* Reads a part of length bytes. Returns false with the reason. [any] */
bool osc_part_compile(OscPart    *part,
                      const char *text,
                      size_t      length,
                      char        reason[160]);

/* Does it match the whole of a text of length bytes? steps (if not NULL) grows
   by the work done. [any] */
bool osc_part_matches(const OscPart *part,
                      const char    *text,
                      size_t         length,
                      uint64_t      *steps);

enum { OSC_CELL_WORDS = (CELLS + 63) / 64 };

typedef struct OscPattern {
  OscPart  number; /* of the owners that have numbers */
  uint32_t owners; /* bits */
  OscLeaf  leaf;
  bool     every_number;
  uint64_t cells[2][OSC_CELL_WORDS]; /* [has the owner a number] */
} OscPattern;

typedef enum OscReach {
  OSC_EXACT, /* as many parts as the address */
  OSC_BELOW, /* what lies below it too: "/strip/3", "/" */
} OscReach;

/* Is it a pattern rather than an address? [any] */
bool osc_is_pattern(const char *text);

/* Compares a pattern with the table. A leaf is meant only where its name stands
   at the end. Returns false with the reason where it cannot be read or matches
   nothing. steps (if not NULL) grows by the work done. [any] */
bool osc_pattern_compile(OscPattern *pattern,
                         const char *text,
                         OscReach    reach,
                         uint64_t   *steps,
                         char        reason[160]);

/* Does it mean this address, leaf aside? [any] */
bool osc_pattern_covers(const OscPattern *pattern, Address address);

/* Does it mean any cell of this owner? [any] */
bool osc_pattern_covers_owner(const OscPattern *pattern,
                              Owner             owner,
                              unsigned          number);

#endif
