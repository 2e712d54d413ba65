/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/packet.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

/* Seconds from 1900 to 1970. */
#define NTP_EPOCH UINT64_C(2208988800)

enum { BUNDLE_HEAD = 16 }; /* "#bundle", a NUL, a time */

/* What is left of the packet. */
typedef struct Cursor {
  const uint8_t *at;
  size_t         left;
} Cursor;

typedef struct Check {
  uint64_t    latest; /* a bundle for later than this is refused */
  const char *address;
} Check;

static uint32_t
read_u32(const uint8_t *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
         at[3];
}

static uint64_t
read_u64(const uint8_t *at)
{
  return (uint64_t)read_u32(at) << 32 | read_u32(at + 4);
}

static bool
skip(Cursor *cursor, size_t size)
{
  if (size > cursor->left)
    return false;
  cursor->at += size;
  cursor->left -= size;
  return true;
}

/* Takes a string with its NUL and padding; NULL where it has no end, or where
   its padding is not of NULs. */
static const char *
take_string(Cursor *cursor)
{
  const char    *text = (const char *)cursor->at;
  const uint8_t *end  = memchr(cursor->at, 0, cursor->left);
  if (!end)
    return NULL;
  size_t length = (size_t)(end - cursor->at);
  size_t padded = (length + 4) & ~(size_t)3;
  for (size_t i = length; i < padded && i < cursor->left; ++i)
    if (cursor->at[i])
      return NULL;
  return skip(cursor, padded) ? text : NULL;
}

static OscFault
check_text(Cursor *cursor)
{
  const char *text = take_string(cursor);
  if (!text)
    return OSC_MALFORMED;
  return g_utf8_validate(text, -1, NULL) ? OSC_FINE : OSC_NOT_UTF8;
}

static OscFault
check_blob(Cursor *cursor)
{
  const uint8_t *head = cursor->at;
  if (!skip(cursor, 4))
    return OSC_MALFORMED;
  size_t size = read_u32(head);
  if (size > cursor->left)
    return OSC_MALFORMED;
  return skip(cursor, (size + 3) & ~(size_t)3) ? OSC_FINE : OSC_MALFORMED;
}

static OscFault
check_float(Cursor *cursor)
{
  const uint8_t *bytes = cursor->at;
  if (!skip(cursor, 4))
    return OSC_MALFORMED;
  return (read_u32(bytes) & 0x7f800000) == 0x7f800000 ? OSC_NOT_FINITE
                                                      : OSC_FINE;
}

static OscFault
check_double(Cursor *cursor)
{
  const uint64_t exponent = UINT64_C(0x7ff0000000000000);
  const uint8_t *bytes    = cursor->at;
  if (!skip(cursor, 8))
    return OSC_MALFORMED;
  return (read_u64(bytes) & exponent) == exponent ? OSC_NOT_FINITE : OSC_FINE;
}

static OscFault
check_argument(Cursor *cursor, char type)
{
  switch (type) {
  case 'T':
  case 'F':
  case 'N':
  case 'I':
    return OSC_FINE;
  case 'i':
  case 'c':
  case 'r':
  case 'm':
    return skip(cursor, 4) ? OSC_FINE : OSC_MALFORMED;
  case 'h':
  case 't':
    return skip(cursor, 8) ? OSC_FINE : OSC_MALFORMED;
  case 'f':
    return check_float(cursor);
  case 'd':
    return check_double(cursor);
  case 's':
  case 'S':
    return check_text(cursor);
  case 'b':
    return check_blob(cursor);
  default:
    return OSC_MALFORMED;
  }
}

static bool
is_address(const char *text)
{
  size_t length = strlen(text);
  if (text[0] != '/' || length > OSC_ADDRESS_MAX)
    return false;
  for (size_t i = 0; i < length; ++i)
    if (text[i] <= ' ' || text[i] > '~')
      return false;
  return true;
}

/* A message of old senders may end with its address: it has no arguments. */
static OscFault
check_message(Check *check, Cursor cursor)
{
  const char *address = take_string(&cursor);
  if (!address || !is_address(address))
    return OSC_MALFORMED;
  check->address = address;
  if (cursor.left == 0)
    return OSC_FINE;
  const char *types = take_string(&cursor);
  if (!types || types[0] != ',' || strlen(types) > 1 + OSC_ARGUMENTS_MAX)
    return OSC_MALFORMED;
  for (const char *type = types + 1; *type; ++type) {
    OscFault fault = check_argument(&cursor, *type);
    if (fault != OSC_FINE)
      return fault;
  }
  return cursor.left == 0 ? OSC_FINE : OSC_MALFORMED;
}

static bool
is_bundle(Cursor cursor)
{
  return cursor.left >= 8 && memcmp(cursor.at, "#bundle", 8) == 0;
}

/* The next element of a bundle; at is NULL where its size is none. */
static Cursor
take_element(Cursor *cursor)
{
  Cursor         element = { NULL, 0 };
  const uint8_t *head    = cursor->at;
  if (!skip(cursor, 4))
    return element;
  element.left = read_u32(head);
  if (element.left == 0 || element.left % 4)
    return element;
  const uint8_t *body = cursor->at;
  if (skip(cursor, element.left))
    element.at = body;
  return element;
}

static OscFault
check_element(Check *check, Cursor cursor, int depth)
{
  check->address = "";
  if (!is_bundle(cursor))
    return check_message(check, cursor);
  if (depth == OSC_DEPTH_MAX)
    return OSC_TOO_DEEP;
  if (cursor.left < BUNDLE_HEAD)
    return OSC_MALFORMED;
  if (read_u64(cursor.at + 8) > check->latest)
    return OSC_FAR_FUTURE;
  skip(&cursor, BUNDLE_HEAD);
  while (cursor.left) {
    Cursor element = take_element(&cursor);
    if (!element.at)
      return OSC_MALFORMED;
    OscFault fault = check_element(check, element, depth + 1);
    if (fault != OSC_FINE)
      return fault;
  }
  return OSC_FINE;
}

uint64_t
osc_packet_ntp(int64_t wall)
{
  uint64_t seconds = (uint64_t)(wall / 1000000) + NTP_EPOCH;
  uint64_t micros  = (uint64_t)(wall % 1000000);
  return seconds << 32 | (micros << 32) / 1000000;
}

OscFault
osc_packet_check(const void  *data,
                 size_t       size,
                 uint64_t     now,
                 const char **address)
{
  Check    check = { now + ((uint64_t)OSC_HORIZON << 32), "" };
  OscFault fault = OSC_MALFORMED;
  if (size > OSC_PACKET_MAX)
    fault = OSC_TOO_LONG;
  else if (size >= 4 && size % 4 == 0)
    fault = check_element(&check, (Cursor){ data, size }, 0);
  if (address)
    *address = check.address;
  return fault;
}

void
osc_packet_each(const void *data, size_t size, OscPacketEach *each, void *self)
{
  Cursor cursor = { data, size };
  if (!is_bundle(cursor)) {
    each(self, data, size);
    return;
  }
  skip(&cursor, BUNDLE_HEAD);
  while (cursor.left) {
    Cursor element = take_element(&cursor);
    osc_packet_each(element.at, element.left, each, self);
  }
}
