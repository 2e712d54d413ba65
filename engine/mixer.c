/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/mixer-private.h"

#include <stdlib.h>
#include <string.h>

#include "engine/source.h"

#define SWITCH_SECONDS 0.005
#define RETURN_SECONDS 0.02

static void *
room(size_t bytes)
{
  const size_t whole  = (bytes + 63) & ~(size_t)63;
  void        *memory = aligned_alloc(64, whole);

  if (memory)
    memset(memory, 0, whole);
  return memory;
}

Mixer *
mixer_new(const Kernel *kernel, double rate)
{
  const size_t frames = GRID_FRAMES * (size_t)kernel->lanes * sizeof(float);
  Mixer       *mixer  = calloc(1, sizeof *mixer);

  if (!mixer)
    return NULL;
  mixer->kernel        = kernel;
  mixer->rate          = rate;
  mixer->switch_frames = (int)(SWITCH_SECONDS * rate);
  mixer->return_frames = (int)(RETURN_SECONDS * rate);
  mixer->globals.tempo = 120.0;
  mixer->work.x        = room(frames);
  mixer->work.key      = room(frames);
  mixer->blank.lanes   = room(kernel->lanes_size);
  bool complete        = mixer->work.x && mixer->work.key && mixer->blank.lanes;
  for (int tap = TAP_PRE_EQ; tap < TAPS; tap++)
    complete &= (mixer->work.tap[tap] = room(frames)) != NULL;
  if (!complete) {
    mixer_free(mixer);
    return NULL;
  }
  kernel->init(&mixer->blank, rate);
  return mixer;
}

void
mixer_free(Mixer *mixer)
{
  if (!mixer)
    return;
  free(mixer->work.x);
  free(mixer->work.key);
  free(mixer->blank.lanes);
  for (int tap = TAP_PRE_EQ; tap < TAPS; tap++)
    free(mixer->work.tap[tap]);
  free(mixer);
}

/* --- slices --- */

void
mixer_locate(Mixer *mixer, int64_t song) RT_SAFE
{
  for (unsigned slot = SLOT_BUS; mixer->plan && slot < SLOT_MAIN; slot++) {
    Strip *strip = mixer->plan->strip[slot];
    if (strip && strip->reverb)
      reverb_locate(strip->reverb, song);
    if (strip && strip->echo)
      echo_locate(strip->echo);
  }
}

void
mixer_grid(Mixer *mixer) RT_SAFE
{
  Plan *plan = mixer->plan;

  if (!plan)
    return;
  mixer_work_plan(mixer);
  mixer_work_queue(mixer);
  for (int i = 0; i < plan->bank_count; i++)
    mixer->kernel->grid(plan->banks[i].bank);

  /* Meters by turns: each bank every few milliseconds. */
  for (int i = 0; i < 1 + plan->bank_count / 16; i++) {
    mixer->publish =
      (mixer->publish + 1) % (plan->bank_count < 16 ? 16 : plan->bank_count);
    if (mixer->publish < plan->bank_count)
      mixer->kernel->publish(plan->banks[mixer->publish].bank);
  }
}

static void
run_head(Mixer *mixer, const PlanBank *bank, const Slice *slice) RT_SAFE
{
  const Kernel *kernel            = mixer->kernel;
  const float  *source[MAX_LANES] = { NULL };

  for (int lane = 0; lane < kernel->lanes; lane++) {
    Strip *strip = bank->bank->strip[lane];
    if (!strip)
      continue;
    source[lane] = source_read(
      mixer, strip, bank->bank->leg[lane], slice, mixer->lane_room[lane]);
    if (bank->bank->leg[lane] == strip->legs - 1)
      source_advance(mixer, strip, slice);
  }
  kernel->head(bank->bank, source, slice->n);

  for (int lane = 0; lane < kernel->lanes; lane++) {
    Strip *strip = bank->bank->strip[lane];
    if (!strip || !strip->is_key)
      continue;
    const int leg = bank->bank->leg[lane];
    kernel->read_leg(bank->bank->in, lane, strip->key[leg], slice->n);
    if (leg != strip->legs - 1)
      continue;
    for (int i = 0; i < slice->n; i++)
      strip->key[2][i] = strip->legs == 1
                           ? strip->key[0][i]
                           : 0.5f * (strip->key[0][i] + strip->key[1][i]);
  }
}

static void
run_key(KeyTap *tap, int n) RT_SAFE
{
  const float *from = tap->from->key[tap->leg];

  if (!tap->ring) {
    memcpy(tap->frame, from, (size_t)n * sizeof *from);
    return;
  }
  for (int i = 0; i < n; i++) {
    const int at                    = tap->write + i;
    tap->ring[at & (tap->size - 1)] = from[i];
    tap->frame[i] = tap->ring[(at - tap->delay) & (tap->size - 1)];
  }
  tap->write = (tap->write + n) & (tap->size - 1);
}

/* A new effect's input rises: what plays would otherwise strike it like a
   blow. */
static void
soften(Mixer *mixer, Strip *strip, float *left, float *right, int n) RT_SAFE
{
  for (int i = 0; i < n && strip->rising > 0; i++) {
    const float rest = (float)--strip->rising / (float)mixer->return_frames;
    const float gain = 1.0f - rest * rest * (3.0f - 2.0f * rest);

    left[i] *= gain;
    right[i] *= gain;
  }
}

/* An effect stands in the insert of its bus; one on a mono bus is heard as the
   mean of its sides. */
static void
run_effect(Mixer *mixer, Strip *strip, int n) RT_SAFE
{
  const Kernel *kernel = mixer->kernel;
  float        *left   = mixer->leg_room[0];
  float        *right  = mixer->leg_room[1];

  kernel->read_leg(mixer->work.x, strip->lane, left, n);
  kernel->read_leg(mixer->work.x, strip->lane + strip->legs - 1, right, n);
  soften(mixer, strip, left, right, n);
  if (strip->reverb)
    reverb_process(strip->reverb, left, right, n);
  else
    echo_process(strip->echo, left, right, n);
  if (strip->legs == 1)
    for (int i = 0; i < n; i++)
      left[i] = 0.5f * (left[i] + right[i]);
  else
    kernel->write_leg(mixer->work.x, strip->lane + 1, right, n);
  kernel->write_leg(mixer->work.x, strip->lane, left, n);
}

static const float *
tap_of(const Mixer *mixer, const PlanBank *bank, unsigned tap) RT_SAFE
{
  return tap == TAP_INPUT ? bank->bank->in : mixer->work.tap[tap];
}

/* Rings of the input are wanted before the body, all others behind it. */
static void
keep_rings(const Mixer *mixer, const PlanBank *bank, bool input, int n) RT_SAFE
{
  const int position = bank->bank->position - (input ? 0 : n);

  for (int i = 0; i < bank->ring_count; i++)
    if ((bank->rings[i]->tap == TAP_INPUT) == input)
      mixer->kernel->keep(
        bank->rings[i], tap_of(mixer, bank, bank->rings[i]->tap), position, n);
}

static void
run_ways(Mixer *mixer, const PlanBank *bank, int n) RT_SAFE
{
  const Kernel *kernel = mixer->kernel;

  for (int i = 0; i < bank->aligned_count; i++)
    kernel->align(bank->aligned[i], bank->bank->position - n, n);
  for (int i = 0; i < bank->way_count; i++) {
    Way            *way  = &bank->ways[i];
    const PlanDest *dest = &mixer->plan->dests[way->dest];

    kernel->mix(way,
                way->aligned ? way->aligned->frame
                             : tap_of(mixer, bank, way->tap),
                dest->sum[0],
                dest->sum[1],
                n);
  }
}

static void
run_body(Mixer *mixer, PlanBank *bank, int n) RT_SAFE
{
  const Kernel *kernel = mixer->kernel;

  mixer->work.taps = bank->taps;
  keep_rings(mixer, bank, true, n);
  if (bank->hold)
    kernel->align(bank->hold, bank->bank->position, n);
  kernel->body(bank->bank,
               bank->has_gate_key ? bank->gate_key : NULL,
               bank->has_comp_key ? bank->comp_key : NULL,
               &mixer->work,
               n);
  for (int lane = 0; lane < kernel->lanes; lane++) {
    Strip *strip = bank->bank->strip[lane];
    if (strip && bank->bank->leg[lane] == 0 && (strip->reverb || strip->echo))
      run_effect(mixer, strip, n);
  }
  kernel->tail(bank->bank, &mixer->work, n);
  keep_rings(mixer, bank, false, n);
  run_ways(mixer, bank, n);
}

static void
run_sum(const Mixer *mixer, PlanDest *dest, int n) RT_SAFE
{
  const size_t bytes = (size_t)n * (size_t)mixer->kernel->lanes * sizeof(float);

  for (int side = 0; side < 2; side++) {
    mixer->kernel->reduce(dest->sum[side], dest->planar[side], n);
    memset(dest->sum[side], 0, bytes);
  }
}

void
mixer_slice(Mixer *mixer, const Slice *slice) RT_SAFE
{
  Plan *plan = mixer->plan;

  if (plan)
    mixer_flush_due(mixer);
  for (int i = 0; plan && i < plan->step_count; i++) {
    const int index = plan->steps[i].index;

    switch ((StepKind)plan->steps[i].kind) {
    case STEP_SUM:
      run_sum(mixer, &plan->dests[index], slice->n);
      break;
    case STEP_HEAD:
      run_head(mixer, &plan->banks[index], slice);
      break;
    case STEP_KEY:
      run_key(plan->keys[index], slice->n);
      break;
    case STEP_BODY:
      run_body(mixer, &plan->banks[index], slice->n);
      break;
    }
  }
  mixer->engine_frame += slice->n;
}
