/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_OSC_METER_FEED_H
#define CONSORT_OSC_METER_FEED_H

/* The meters that one client is sent: the highest levels since it was sent the
   last, at its own pace. */

#include <lo/lo.h>

#include "console/feed.h"
#include "osc/pattern.h"

/* What a message of a strip's meters holds. */
typedef enum OscMeterKind {
  OSC_METER_IN,        /* /meter/in ffff: peaks and RMS in dB, left and right */
  OSC_METER_OUT,       /* /meter/out ffff */
  OSC_METER_REDUCTION, /* /meter/reduction fff: gate, comp, deess in dB */
  OSC_METER_KINDS
} OscMeterKind;

enum {
  OSC_METER_INTERVAL     = 50, /* milliseconds, if not told */
  OSC_METER_INTERVAL_MIN = 20,
};

typedef struct OscMeterFeed OscMeterFeed;

/* A NULL pattern means the outputs of all. interval is in microseconds. Returns
   NULL with the reason where the pattern means no meters. [control] */
OscMeterFeed *osc_meter_feed_new(const char *pattern,
                                 int64_t     interval,
                                 uint64_t   *steps,
                                 char        reason[160]);
void          osc_meter_feed_free(OscMeterFeed *feed);

/* Takes new levels in. Returns true when it is time to send. [control] */
bool osc_meter_feed_gather(OscMeterFeed    *feed,
                           const MeterItem *items,
                           size_t           count,
                           int64_t          now);

/* The next message, and its address; NULL when all were given. The caller
   frees. [control] */
lo_message osc_meter_feed_next(OscMeterFeed *feed, char path[ADDRESS_TEXT]);

#endif
