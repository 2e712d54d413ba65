/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_BACKENDS_SERVER_H
#define CONSORT_BACKENDS_SERVER_H

/* A JACK server of our own, as a child process that ends when we do. */

#include <stdbool.h>
#include <sys/types.h>

typedef enum ServerState {
  SERVER_RUNS,
  SERVER_ENDED,
  SERVER_MISSING, /* there is no jackd on this machine */
} ServerState;

/* Is there a sound card that ALSA knows? [any] */
bool server_has_card(void);

/* Starts jackd: with ALSA where there is a card, or with its dummy driver. name
   NULL is JACK's default. It ends with the thread that calls this. Returns the
   process, or -1 where there is none to be had. [jack] */
pid_t server_start(const char *name, int rate, bool card);

/* How it is with it. Once it is no longer running its number is gone. [jack] */
ServerState server_look(pid_t pid);

/* Ends it and waits for its end, two seconds at most before it is killed.
   [jack] */
void server_stop(pid_t pid);

#endif
