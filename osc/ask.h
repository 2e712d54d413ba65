/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_ASK_H
#define CONSORT_OSC_ASK_H

/* A desk that runs elsewhere, asked and told over OSC from this machine. */

#include <stdbool.h>

typedef struct OscAsk OscAsk;

/* Speaks to the desk that is heard at an address (numbers, not a name) and a
   port. NULL with a sentence in *error (g_free). [command line] */
OscAsk *osc_ask_new(const char *host, int port, char **error);
void    osc_ask_free(OscAsk *ask);

/* The text of an address's value, as eyes see it: g_free. NULL with a sentence
   in *error where the desk refuses or does not answer within two seconds.
   [command line] */
char *osc_ask_text(OscAsk *ask, const char *address, char **error);

/* Sets an address from what a person would type, and waits for what became of
   it. [command line] */
bool osc_ask_set(OscAsk     *ask,
                 const char *address,
                 const char *text,
                 char      **error);

#endif
