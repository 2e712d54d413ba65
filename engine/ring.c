/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The read and write counts run freely and are masked on use, so that a full
   ring and an empty one differ. Each stands on a cache line of its own. */

#include "engine/ring.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct Ring {
  alignas(64) _Atomic size_t written;
  alignas(64) _Atomic size_t read;
  alignas(64) size_t message_size;
  size_t        mask;
  unsigned char data[];
};

Ring *
ring_new(size_t message_size, size_t count)
{
  size_t size = 1;

  while (size < count)
    size *= 2;

  const size_t bytes = sizeof(Ring) + size * message_size;
  Ring        *ring  = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

  if (!ring)
    return NULL;
  memset(ring, 0, bytes);
  ring->message_size = message_size;
  ring->mask         = size - 1;
  return ring;
}

void
ring_free(Ring *ring)
{
  free(ring);
}

size_t
ring_room(const Ring *ring) RT_SAFE
{
  const size_t read = atomic_load_explicit(&ring->read, memory_order_acquire);
  const size_t written =
    atomic_load_explicit(&ring->written, memory_order_relaxed);

  return ring->mask + 1 - (written - read);
}

bool
ring_put(Ring *ring, const void *message) RT_SAFE
{
  if (ring_room(ring) == 0)
    return false;

  const size_t written =
    atomic_load_explicit(&ring->written, memory_order_relaxed);

  memcpy(ring->data + (written & ring->mask) * ring->message_size,
         message,
         ring->message_size);
  atomic_store_explicit(&ring->written, written + 1, memory_order_release);
  return true;
}

bool
ring_get(Ring *ring, void *message) RT_SAFE
{
  const size_t written =
    atomic_load_explicit(&ring->written, memory_order_acquire);
  const size_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

  if (read == written)
    return false;
  memcpy(message,
         ring->data + (read & ring->mask) * ring->message_size,
         ring->message_size);
  atomic_store_explicit(&ring->read, read + 1, memory_order_release);
  return true;
}
