/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_PACKET_H
#define CONSORT_OSC_PACKET_H

/* A datagram from the network, checked from its first byte to its last before
   anyone reads it: OSC 1.0 (Wright, 2002), with limits. A packet is sound as a
   whole or refused as a whole, so that a bundle acts altogether or not at all.
 */

#include <stddef.h>
#include <stdint.h>

#include "osc/fault.h"

enum {
  OSC_PACKET_MAX    = 32768, /* bytes */
  OSC_ADDRESS_MAX   = 255,   /* characters */
  OSC_ARGUMENTS_MAX = 64,
  OSC_DEPTH_MAX     = 4,
  OSC_HORIZON       = 1, /* seconds: a bundle may be this early */
};

/* NTP's time (1900, seconds << 32) of microseconds since 1970. [any] */
uint64_t osc_packet_ntp(int64_t wall);

/* Is it sound? now is NTP's time: bundles whose time is past, immediate, or no
   more than OSC_HORIZON ahead are due now, since the clocks of tablets are
   seldom set alike and a fader must not lag behind its hand; later ones are
   refused. *address (if not NULL) is the address of the message at fault, ""
   where it cannot be told; it lies within data. [any] */
OscFault osc_packet_check(const void  *data,
                          size_t       size,
                          uint64_t     now,
                          const char **address);

typedef void OscPacketEach(void *self, const void *message, size_t size);

/* Calls back for each message of a packet that was found sound, in order.
   [any] */
void osc_packet_each(const void    *data,
                     size_t         size,
                     OscPacketEach *each,
                     void          *self);

#endif
