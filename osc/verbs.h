/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_VERBS_H
#define CONSORT_OSC_VERBS_H

/* The addresses that do something rather than hold a value. */

#include <stddef.h>

struct OscCall;

typedef struct OscVerb {
  const char *path;
  const char *arguments; /* for the manual: "[s pattern ...] [i port]" */
  const char *doc;       /* one sentence */
  void (*run)(struct OscCall *call);
} OscVerb;

/* The table. [any] */
const OscVerb *osc_verbs(size_t *count);

/* The verb of an address; NULL where there is none. [any] */
const OscVerb *osc_verb_find(const char *path);

#endif
