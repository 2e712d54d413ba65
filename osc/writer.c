/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/writer.h"

#include <string.h>

enum {
  BUNDLE_HEAD = 16,
  SIZE_HEAD   = 4,
};

void
osc_writer_clear(OscWriter *writer)
{
  static const uint8_t head[BUNDLE_HEAD] = "#bundle\0\0\0\0\0\0\0\0\1";
  memcpy(writer->data, head, sizeof head);
  writer->size  = BUNDLE_HEAD;
  writer->count = 0;
}

bool
osc_writer_add(OscWriter *writer, const char *path, lo_message message)
{
  size_t size  = lo_message_length(message, path);
  size_t after = writer->size + SIZE_HEAD + size;
  if (after > (writer->count ? OSC_WRITER_FULL : OSC_WRITER_ROOM))
    return false;
  uint8_t *at = writer->data + writer->size;
  for (int i = 0; i < SIZE_HEAD; ++i)
    at[i] = (uint8_t)(size >> (24 - 8 * i));
  lo_message_serialise(message, path, at + SIZE_HEAD, NULL);
  writer->size = after;
  ++writer->count;
  return true;
}

const void *
osc_writer_datagram(const OscWriter *writer, size_t *size)
{
  size_t skipped = writer->count == 1 ? BUNDLE_HEAD + SIZE_HEAD : 0;
  *size          = writer->count ? writer->size - skipped : 0;
  return writer->data + skipped;
}
