/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_SESSIONS_DEMO_H
#define CONSORT_SESSIONS_DEMO_H

/* The demo song as a session: its tracks, and the mix. */

#include "sessions/demo-song.h"

/* Makes the demo's session in folder, which must not be there yet. False with a
   sentence in *error (g_free). [command line] */
bool demo_make(const char   *folder,
               DemoProgress *progress,
               void         *self,
               char        **error);

#endif
