/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/queue.h"

#include <glib.h>

/* A ring of keys, and a set of pointers into it. A place that is forgotten
   leaves a hole, which is passed over when its turn comes. */
struct OscQueue {
  GHashTable *places;
  unsigned    first;
  unsigned    used; /* slots of the ring, holes too */
  guint64     ring[OSC_QUEUE_ROOM];
};

#define HOLE UINT64_MAX

static guint64
key_of(Address address, OscLeaf leaf)
{
  return (guint64)leaf << 32 | address_key(address);
}

OscQueue *
osc_queue_new(void)
{
  OscQueue *queue = g_new0(OscQueue, 1);
  queue->places   = g_hash_table_new(g_int64_hash, g_int64_equal);
  return queue;
}

void
osc_queue_free(OscQueue *queue)
{
  if (!queue)
    return;
  g_hash_table_destroy(queue->places);
  g_free(queue);
}

bool
osc_queue_add(OscQueue *queue, Address address, OscLeaf leaf)
{
  guint64 key = key_of(address, leaf);
  if (g_hash_table_contains(queue->places, &key))
    return true;
  if (queue->used == OSC_QUEUE_ROOM)
    return false;
  guint64 *slot = &queue->ring[(queue->first + queue->used) % OSC_QUEUE_ROOM];
  *slot         = key;
  ++queue->used;
  g_hash_table_add(queue->places, slot);
  return true;
}

void
osc_queue_remove(OscQueue *queue, Address address, OscLeaf leaf)
{
  guint64  key  = key_of(address, leaf);
  guint64 *slot = g_hash_table_lookup(queue->places, &key);
  if (!slot)
    return;
  g_hash_table_remove(queue->places, slot);
  *slot = HOLE;
}

void
osc_queue_clear(OscQueue *queue)
{
  g_hash_table_remove_all(queue->places);
  queue->used = 0;
}

bool
osc_queue_take(OscQueue *queue, Address *address, OscLeaf *leaf)
{
  while (queue->used) {
    guint64 *slot = &queue->ring[queue->first];
    queue->first  = (queue->first + 1) % OSC_QUEUE_ROOM;
    --queue->used;
    if (*slot == HOLE)
      continue;
    g_hash_table_remove(queue->places, slot);
    *address = address_from_key((uint32_t)*slot);
    *leaf    = (OscLeaf)(*slot >> 32);
    return true;
  }
  return false;
}

bool
osc_queue_is_empty(const OscQueue *queue)
{
  return g_hash_table_size(queue->places) == 0;
}
