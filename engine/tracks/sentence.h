/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TRACKS_SENTENCE_H
#define CONSORT_TRACKS_SENTENCE_H

/* Puts a sentence together in *error, to be freed by whoever asked for it; NULL
   there if no memory is left for it. `error` may be NULL. [any] */
__attribute__((format(printf, 2, 3))) void sentence(char      **error,
                                                    const char *format,
                                                    ...);

#endif
