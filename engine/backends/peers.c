/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/backends/peers.h"

#include <stdlib.h>
#include <string.h>

static bool
is_listed(const Peers *peers, const char *name)
{
  for (int i = 0; i < peers->count; i++)
    if (strcmp(peers->peer[i].name, name) == 0)
      return true;
  return false;
}

/* A name that finds no memory is not remembered. */
static void
add(Peers *peers, const char *name, bool absent)
{
  char *copy = strdup(name);
  Peer *room =
    realloc(peers->peer, (size_t)(peers->count + 1) * sizeof *peers->peer);

  if (room)
    peers->peer = room;
  if (!copy || !room) {
    free(copy);
    return;
  }
  peers->peer[peers->count++] = (Peer){ .name = copy, .absent = absent };
}

void
peers_await(Peers *peers, const char *name)
{
  peers->known = true;
  if (!is_listed(peers, name))
    add(peers, name, true);
}

static void
drop_present(Peers *peers)
{
  int kept = 0;

  for (int i = 0; i < peers->count; i++) {
    if (peers->peer[i].absent)
      peers->peer[kept++] = peers->peer[i];
    else
      free(peers->peer[i].name);
  }
  peers->count = kept;
}

static void
arrive(Peers *peers, const char *name)
{
  for (int i = 0; i < peers->count; i++)
    if (strcmp(peers->peer[i].name, name) == 0)
      peers->peer[i].absent = false;
}

void
peers_see(Peers *peers, const char *const *names)
{
  peers->known = true;
  drop_present(peers);
  for (int i = 0; names && names[i]; i++) {
    if (is_listed(peers, names[i]))
      arrive(peers, names[i]);
    else
      add(peers, names[i], false);
  }
}

void
peers_scatter(Peers *peers)
{
  for (int i = 0; i < peers->count; i++) {
    peers->peer[i].absent   = true;
    peers->peer[i].refusals = 0;
  }
}

void
peers_clear(Peers *peers)
{
  for (int i = 0; i < peers->count; i++)
    free(peers->peer[i].name);
  free(peers->peer);
  *peers = (Peers){ 0 };
}
