/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fake-osc.h"

#include <check.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "osc/leaf.h"
#include "osc/packet.h"

typedef struct FakeDatagram {
  OscPeer to;
  size_t  size;
  uint8_t data[];
} FakeDatagram;

static bool
host_send(void *self, const OscPeer *to, const void *data, size_t size)
{
  FakeHost *host = self;
  if (host->deaf)
    return false;
  FakeDatagram *datagram = g_malloc(sizeof *datagram + size);
  datagram->to           = *to;
  datagram->size         = size;
  memcpy(datagram->data, data, size);
  g_ptr_array_add(host->sent, datagram);
  ++host->datagrams;
  return true;
}

static void
host_schedule(void *self, int64_t when)
{
  FakeHost *host  = self;
  host->scheduled = when;
}

static int64_t
host_now(void *self)
{
  const FakeHost *host = self;
  return host->now;
}

static int64_t
host_wall(void *self)
{
  const FakeHost *host = self;
  return INT64_C(1700000000000000) + host->now;
}

static const Status *
host_status(void *self)
{
  const FakeHost *host = self;
  return &host->status;
}

static const MeterItem *
host_meters(void *self, size_t *count)
{
  const FakeHost *host = self;
  *count               = host->meter_count;
  return host->meters;
}

static void
host_save(void *self)
{
  FakeHost *host = self;
  ++host->saves;
}

FakeHost *
fake_host_new(unsigned strips, unsigned buses)
{
  FakeHost *host = g_new0(FakeHost, 1);
  Who       who  = { ORIGIN_LOADER, 0 };
  char      reason[DESK_REASON];
  host->now       = 1000000;
  host->scheduled = INT64_MAX;
  host->sent      = g_ptr_array_new_with_free_func(g_free);
  host->desk      = desk_new();
  for (unsigned i = 0; i < buses; ++i)
    ck_assert_uint_gt(desk_add(host->desk, OWNER_BUS, 0, who, reason), 0);
  for (unsigned i = 0; i < strips; ++i)
    ck_assert_uint_gt(desk_add(host->desk, OWNER_STRIP, 0, who, reason), 0);
  host->hub = osc_hub_new(&(OscHost){ .self     = host,
                                      .send     = host_send,
                                      .schedule = host_schedule,
                                      .now      = host_now,
                                      .wall     = host_wall,
                                      .status   = host_status,
                                      .meters   = host_meters,
                                      .save     = host_save },
                          host->desk);
  desk_observe(host->desk, osc_hub_change, host->hub);
  return host;
}

void
fake_host_free(FakeHost *host)
{
  desk_free(host->desk);
  osc_hub_free(host->hub);
  g_ptr_array_free(host->sent, TRUE);
  g_free(host);
}

OscPeer
fake_peer(unsigned host, uint16_t port)
{
  return (
    OscPeer){ .host = { 127, 0, 0, (uint8_t)host }, .family = 2, .port = port };
}

void
fake_deliver(FakeHost *host, OscPeer from, const void *data, size_t size)
{
  /* A copy of its own size, so that the sanitizer sees a byte read too many. */
  void *copy = g_malloc(size ? size : 1);
  memcpy(copy, data, size);
  host->work = osc_hub_receive(host->hub, &from, copy, size);
  g_free(copy);
}

void
fake_say(FakeHost *host, OscPeer from, const char *path, const char *types, ...)
{
  va_list    arguments;
  size_t     size;
  lo_message message = lo_message_new();
  va_start(arguments, types);
  for (const char *t = types ? types : ""; *t; ++t)
    switch (*t) {
    case 'i':
      lo_message_add_int32(message, va_arg(arguments, int));
      break;
    case 'h':
      lo_message_add_int64(message, va_arg(arguments, int64_t));
      break;
    case 'f':
      lo_message_add_float(message, (float)va_arg(arguments, double));
      break;
    case 'd':
      lo_message_add_double(message, va_arg(arguments, double));
      break;
    case 's':
      lo_message_add_string(message, va_arg(arguments, const char *));
      break;
    case 'T':
      lo_message_add_true(message);
      break;
    case 'F':
      lo_message_add_false(message);
      break;
    default:
      lo_message_add_nil(message);
    }
  va_end(arguments);
  void *data = lo_message_serialise(message, path, NULL, &size);
  fake_deliver(host, from, data, size);
  free(data);
  lo_message_free(message);
}

void
fake_pass(FakeHost *host, int64_t milliseconds)
{
  for (; milliseconds >= 0; --milliseconds) {
    if (host->scheduled <= host->now) {
      host->scheduled = INT64_MAX;
      osc_hub_push(host->hub);
    }
    if (milliseconds > 0)
      host->now += 1000;
  }
}

static void
append_message(void *self, const void *data, size_t size)
{
  GString   *text    = self;
  lo_message message = lo_message_deserialise((void *)data, size, NULL);
  ck_assert_ptr_nonnull(message);
  const char *types = lo_message_get_types(message);
  lo_arg    **argv  = lo_message_get_argv(message);
  g_string_append(text, data);
  if (*types)
    g_string_append_printf(text, " %s", types);
  for (int i = 0; types[i]; ++i) {
    double number;
    if (types[i] == 's')
      g_string_append_printf(text, " %s", (const char *)argv[i]);
    else if (osc_argument_number(types[i], argv[i], &number))
      g_string_append_printf(text, " %.6g", number);
  }
  g_string_append_c(text, '\n');
  lo_message_free(message);
}

const char *
fake_heard(FakeHost *host, OscPeer at)
{
  static GString *text;
  if (!text)
    text = g_string_new(NULL);
  g_string_truncate(text, 0);
  for (guint i = 0; i < host->sent->len;) {
    FakeDatagram *datagram = host->sent->pdata[i];
    uint64_t      now      = osc_packet_ntp(host_wall(host));
    if (!osc_peer_equal(&datagram->to, &at)) {
      ++i;
      continue;
    }
    ck_assert_int_eq(
      osc_packet_check(datagram->data, datagram->size, now, NULL), OSC_FINE);
    osc_packet_each(datagram->data, datagram->size, append_message, text);
    g_ptr_array_remove_index(host->sent, i);
  }
  host->datagrams = 0;
  return text->str;
}
