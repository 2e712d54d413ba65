/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_TESTS_FAKE_OSC_H
#define CONSORT_TESTS_FAKE_OSC_H

/* A hub with a desk, a clock that the test moves, and a network that is a list:
   what clients say goes in as datagrams that liblo builds, what they hear comes
   out as lines of text, "/strip/1/fader f 0.75". */

#include <glib.h>

#include "osc/hub.h"

typedef struct FakeHost {
  OscHub    *hub;
  Desk      *desk;
  int64_t    now;
  int64_t    scheduled;
  uint64_t   work; /* of the last datagram */
  unsigned   saves;
  unsigned   datagrams; /* sent since they were last heard */
  bool       deaf;      /* the network takes nothing */
  GPtrArray *sent;      /* FakeDatagram */
  Status     status;
  MeterItem *meters;
  size_t     meter_count;
} FakeHost;

/* A desk of so many strips and buses. */
FakeHost *fake_host_new(unsigned strips, unsigned buses);
void      fake_host_free(FakeHost *host);

OscPeer fake_peer(unsigned host, uint16_t port);

/* Delivers bytes, or a message whose arguments follow as lo_message_add_*
   takes them; NULL types are none at all. */
void fake_deliver(FakeHost *host, OscPeer from, const void *data, size_t size);
void fake_say(FakeHost   *host,
              OscPeer     from,
              const char *path,
              const char *types,
              ...);

/* Lets time pass, a millisecond at a time, and sends what is due. */
void fake_pass(FakeHost *host, int64_t milliseconds);

/* All that a client heard since, a line a message. Valid until the next call.
   Every datagram is checked for being sound. */
const char *fake_heard(FakeHost *host, OscPeer at);

#endif
