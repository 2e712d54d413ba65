/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/meter-feed.h"

#include <glib.h>
#include <math.h>

#include "engine/value.h"
#include "osc/leaf.h"

typedef struct Held {
  MeterItem item;
  bool      told; /* the levels were sent: the next are new ones */
} Held;

/* Strips are told in a circle, so that a round that is cut short, as there are
   too many for one, goes on where it stopped. */
struct OscMeterFeed {
  OscPattern pattern;
  bool       wants[OSC_METER_KINDS];
  int64_t    interval;
  int64_t    next;
  Held      *held;
  size_t     count;
  size_t     room;
  size_t     at;   /* in the circle of messages: count × OSC_METER_KINDS */
  size_t     left; /* of this round */
};

static bool
has_cell(const OscPattern *pattern, unsigned cell)
{
  uint64_t word = pattern->cells[0][cell / 64] | pattern->cells[1][cell / 64];
  return word >> cell % 64 & 1;
}

OscMeterFeed *
osc_meter_feed_new(const char *pattern,
                   int64_t     interval,
                   uint64_t   *steps,
                   char        reason[160])
{
  OscMeterFeed *feed  = g_new0(OscMeterFeed, 1);
  OscPattern   *means = &feed->pattern;
  bool         *wants = feed->wants;
  feed->interval      = interval;
  if (!osc_pattern_compile(
        means, pattern ? pattern : "/", OSC_BELOW, steps, reason)) {
    g_free(feed);
    return NULL;
  }
  wants[OSC_METER_IN]        = pattern && has_cell(means, CELL_METER_IN);
  wants[OSC_METER_OUT]       = has_cell(means, CELL_METER_OUT);
  wants[OSC_METER_REDUCTION] = pattern && (has_cell(means, CELL_METER_GATE) ||
                                           has_cell(means, CELL_METER_COMP));
  for (unsigned kind = 0; kind < OSC_METER_KINDS; ++kind)
    if (wants[kind])
      return feed;
  g_free(feed);
  g_strlcpy(reason, "The pattern means no meters.", 160);
  return NULL;
}

void
osc_meter_feed_free(OscMeterFeed *feed)
{
  if (!feed)
    return;
  g_free(feed->held);
  g_free(feed);
}

static void
raise_pair(float held[2], const float level[2])
{
  held[0] = fmaxf(held[0], level[0]);
  held[1] = fmaxf(held[1], level[1]);
}

static void
raise_to(MeterValues *held, const MeterValues *values)
{
  raise_pair(held->in, values->in);
  raise_pair(held->out, values->out);
  raise_pair(held->in_rms, values->in_rms);
  raise_pair(held->out_rms, values->out_rms);
  held->gate  = fmaxf(held->gate, values->gate);
  held->comp  = fmaxf(held->comp, values->comp);
  held->deess = fmaxf(held->deess, values->deess);
}

static void
make_room(OscMeterFeed *feed, size_t count)
{
  if (feed->room >= count)
    return;
  feed->held = g_renew(Held, feed->held, count);
  feed->room = count;
}

static void
take_in(Held *held, const MeterItem *item, bool new)
{
  if (!new && !held->told && held->item.owner == item->owner &&
      held->item.number == item->number)
    raise_to(&held->item.values, &item->values);
  else
    *held = (Held){ .item = *item };
}

bool
osc_meter_feed_gather(OscMeterFeed    *feed,
                      const MeterItem *items,
                      size_t           count,
                      int64_t          now)
{
  size_t held = 0;
  make_room(feed, count);
  for (size_t i = 0; i < count; ++i) {
    const MeterItem *item = &items[i];
    if (!osc_pattern_covers_owner(&feed->pattern, item->owner, item->number))
      continue;
    take_in(&feed->held[held], item, held >= feed->count);
    ++held;
  }
  feed->count = held;
  if (now < feed->next)
    return false;
  feed->next = now + feed->interval;
  feed->left = held * OSC_METER_KINDS;
  return true;
}

static void
add_level(lo_message message, float linear)
{
  double db = value_gain_to_db((double)linear);
  lo_message_add_float(message, (float)fmax(db, OSC_SILENCE));
}

static void
add_levels(lo_message message, const float peak[2], const float rms[2])
{
  add_level(message, peak[0]);
  add_level(message, peak[1]);
  add_level(message, rms[0]);
  add_level(message, rms[1]);
}

static lo_message
meter_message(const MeterValues *values, OscMeterKind kind)
{
  lo_message message = lo_message_new();
  switch (kind) {
  case OSC_METER_IN:
    add_levels(message, values->in, values->in_rms);
    break;
  case OSC_METER_OUT:
    add_levels(message, values->out, values->out_rms);
    break;
  default:
    lo_message_add_float(message, values->gate);
    lo_message_add_float(message, values->comp);
    lo_message_add_float(message, values->deess);
    break;
  }
  return message;
}

static void
meter_path(const MeterItem *item, OscMeterKind kind, char path[ADDRESS_TEXT])
{
  static const char *const tails[OSC_METER_KINDS] = { "in",
                                                      "out",
                                                      "reduction" };
  char                     number[16]             = "";
  if (params_owner_is_numbered(item->owner))
    g_snprintf(number, sizeof number, "/%u", item->number);
  g_snprintf(path,
             ADDRESS_TEXT,
             "/%s%s/meter/%s",
             params_owner_name(item->owner),
             number,
             tails[kind]);
}

lo_message
osc_meter_feed_next(OscMeterFeed *feed, char path[ADDRESS_TEXT])
{
  for (; feed->left; --feed->left) {
    feed->at          = (feed->at + 1) % (feed->count * OSC_METER_KINDS);
    Held        *held = &feed->held[feed->at / OSC_METER_KINDS];
    OscMeterKind kind = (OscMeterKind)(feed->at % OSC_METER_KINDS);
    held->told        = true;
    if (!feed->wants[kind])
      continue;
    --feed->left;
    meter_path(&held->item, kind, path);
    return meter_message(&held->item.values, kind);
  }
  return NULL;
}
