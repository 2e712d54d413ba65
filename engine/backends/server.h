/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_BACKENDS_SERVER_H
#define CONSORT_BACKENDS_SERVER_H

/* A JACK server of our own, as a child process that ends when we do. */

#include <stdbool.h>
#include <sys/types.h>

/* Is there a sound card that ALSA knows? [any] */
bool server_has_card(void);

/* Starts jackd: with ALSA where there is a card, or with its dummy driver. name
   NULL is JACK's default. Returns the process, or -1 where it cannot be had.
   [jack] */
pid_t server_start(const char *name, int rate, bool card);

/* Still running? Reaps it if not. [jack] */
bool server_runs(pid_t pid);

/* Ends it and waits for its end. [jack] */
void server_stop(pid_t pid);

#endif
