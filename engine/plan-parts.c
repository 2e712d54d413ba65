/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/plan-private.h"

#include <stdlib.h>
#include <string.h>

void *
plan_memory(Compile *c, size_t bytes)
{
  const size_t whole  = (bytes + 63) & ~(size_t)63;
  void        *memory = aligned_alloc(64, whole);

  if (memory)
    memset(memory, 0, whole);
  else
    c->failed = true;
  return memory;
}

size_t
plan_frames_bytes(const PlanBuilder *builder, int frames)
{
  return (size_t)frames * (size_t)builder->kernel->lanes * sizeof(float);
}

void *
plan_grow(Compile *c, void *array, int count, int *room, size_t size)
{
  if (count < *room)
    return array;
  const int wanted = *room ? 2 * *room : 16;
  void     *grown  = realloc(array, (size_t)wanted * size);

  if (grown)
    *room = wanted;
  else
    c->failed = true;
  return grown;
}

void *
plan_part(Compile *c, Part **list, size_t size)
{
  Part *part = calloc(1, size);

  if (!part) {
    c->failed = true;
    return NULL;
  }
  part->made = part->last = c->plan->serial;
  while (*list)
    list = &(*list)->next;
  *list = part;
  return part;
}

/* --- going --- */

static void
free_cross(Part *part)
{
  free(((CrossPart *)part)->way.cross);
}

static void
free_ring(Part *part)
{
  free(((RingPart *)part)->ring.frames);
}

static void
free_aligned(Part *part)
{
  free(((AlignPart *)part)->tap.frame);
}

static void
free_key(Part *part)
{
  free(((KeyPart *)part)->tap.ring);
}

/* Of a list, those that no plan newer than this one uses. */
static void
sweep(Part **list, uint64_t newest, void (*release)(Part *))
{
  while (*list) {
    Part *part = *list;

    if (part->last > newest) {
      list = &part->next;
      continue;
    }
    *list = part->next;
    release(part);
    free(part);
  }
}

static void
sweep_bank(BankPart *bank, uint64_t newest)
{
  sweep(&bank->crosses, newest, free_cross);
  sweep(&bank->aligned, newest, free_aligned);
  sweep(&bank->rings, newest, free_ring);
}

static void
free_bank(Part *part)
{
  BankPart *bank = (BankPart *)part;

  sweep_bank(bank, UINT64_MAX);
  free(bank->bank.lanes);
  free(bank->bank.in);
  free(bank->gate_ring);
  free(bank->comp_ring);
}

void
plan_sweep(PlanBuilder *builder)
{
  sweep(&builder->banks, builder->retired, free_bank);
  sweep(&builder->keys, builder->retired, free_key);
  for (Part *part = builder->banks; part; part = part->next)
    sweep_bank((BankPart *)part, builder->retired);
}

void
plan_free_parts(PlanBuilder *builder)
{
  sweep(&builder->banks, UINT64_MAX, free_bank);
  sweep(&builder->keys, UINT64_MAX, free_key);
}
