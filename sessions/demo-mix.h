/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_MIX_H
#define CONSORT_SESSIONS_DEMO_MIX_H

/* The demo song's mix, as a person would type it. */

/* One parameter of the desk and its value as text, as `consort set` takes
   them. */
typedef struct DemoSetting {
  const char *address;
  const char *value;
} DemoSetting;

/* The settings in the order in which to apply them: what a bus is comes before
   what feeds it. Strip N holds the song's track N-1. Ends with a setting whose
   address is NULL. [any] */
const DemoSetting *demo_mix_settings(void);

#endif
