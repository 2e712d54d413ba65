/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_WRITER_H
#define CONSORT_OSC_WRITER_H

/* Messages gathered into one datagram: one goes as it is, several as a bundle
   that is due at once. */

#include <lo/lo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  OSC_WRITER_FULL = 1432,  /* what passes a network in one piece */
  OSC_WRITER_ROOM = 65504, /* what one long message may take */
};

typedef struct OscWriter {
  size_t   size;
  unsigned count;
  uint8_t  data[OSC_WRITER_ROOM];
} OscWriter;

void osc_writer_clear(OscWriter *writer);

/* Adds a message. Returns false, and adds nothing, where it does not fit: into
   an empty writer every message does that a datagram can hold. [any] */
bool osc_writer_add(OscWriter *writer, const char *path, lo_message message);

/* The datagram. [any] */
const void *osc_writer_datagram(const OscWriter *writer, size_t *size);

#endif
