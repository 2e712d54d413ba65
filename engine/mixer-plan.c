/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan is taken up between two frames: lanes and gains of who moves are
   copied, and nothing that goes on sounding is stepped. What is new rises, and
   what is gone falls, in the time after that. */

#include "engine/mixer-private.h"

#include <string.h>

#define CHANGED_A_GRID 16 /* ways whose gains are computed at a grid point */

/* From when the last gain was told to move until it stands: longer than a ramp
   and than the fade of a hold. */
#define SETTLE_SECONDS 0.012

/* --- lanes --- */

static void
sit(Strip *strip, const Place *place) RT_SAFE
{
  for (int leg = 0; leg < strip->legs; leg++) {
    place->bank->strip[place->lane + leg] = strip;
    place->bank->leg[place->lane + leg]   = (uint8_t)leg;
  }
  strip->bank = place->bank;
  strip->lane = place->lane;
}

static void
stand_up(const Strip *strip) RT_SAFE
{
  for (int lane = strip->lane; lane < strip->lane + strip->legs; lane++)
    if (strip->bank->strip[lane] == strip)
      strip->bank->strip[lane] = NULL;
}

/* A strip that newly sits somewhere is held back at once, one that came from
   elsewhere when the hold has heard enough of it. */
static void
set_hold(const Mixer *mixer, const Strip *strip, bool fresh) RT_SAFE
{
  const PlanBank *bank = mixer_bank_of(mixer, strip);

  for (int lane = strip->lane; lane < strip->lane + strip->legs; lane++)
    if (bank->hold)
      bank->hold->delay[lane] = bank->hold->old[lane] =
        fresh ? bank->hold_delay[lane] : 0;
}

/* Its first values wait for their turn; until then it is silent. */
static void
arrive(Mixer *mixer, Strip *strip, const Place *place) RT_SAFE
{
  const Kernel   *kernel = mixer->kernel;
  const PlanBank *bank   = &mixer->plan->banks[place->bank->index];

  for (int leg = 0; leg < strip->legs && !place->blank; leg++) {
    const int lane = place->lane + leg;

    kernel->copy_lane(place->bank, lane, &mixer->blank, 0);
    for (int i = 0; i < bank->way_count; i++)
      kernel->set_cross(&bank->ways[i], lane, 0.0f, 0.0f, mixer->rate, true);
  }
  sit(strip, place);
  set_hold(mixer, strip, true);
  strip->arriving = true;
  mixer_enqueue(mixer, strip, DIRTY_ALL);
}

static const Way *
find_way(const PlanBank *bank, const Way *like) RT_SAFE
{
  for (int i = 0; bank && i < bank->way_count; i++) {
    const Way *way = &bank->ways[i];
    if (way->kind == like->kind && way->tap == like->tap &&
        way->bus == like->bus && !way->retired)
      return way;
  }
  return NULL;
}

/* The gains of a leg as they are over the ways of the plan before; 0 over what
   is new. */
static void
move_gains(Mixer          *mixer,
           const PlanBank *from,
           int             from_lane,
           const PlanBank *to,
           int             to_lane) RT_SAFE
{
  for (int i = 0; i < to->way_count; i++) {
    const Way *way = find_way(from, &to->ways[i]);

    if (way)
      mixer->kernel->copy_cross(&to->ways[i], to_lane, way, from_lane);
    else
      mixer->kernel->set_cross(
        &to->ways[i], to_lane, 0.0f, 0.0f, mixer->rate, true);
  }
}

/* A strip takes its state along. What it leaves is silent, but for what its
   ways still hold, which plays out from there as it begins to come from here.
 */
static void
move(Mixer *mixer, const Plan *old, Strip *strip, const Place *place) RT_SAFE
{
  const Kernel   *kernel = mixer->kernel;
  const PlanBank *to     = &mixer->plan->banks[place->bank->index];
  const PlanBank *from   = NULL;
  Bank           *bank   = strip->bank;
  const int       lane   = strip->lane;

  for (int i = 0; i < old->bank_count && !from; i++)
    if (old->banks[i].bank == bank)
      from = &old->banks[i];
  for (int leg = 0; leg < strip->legs; leg++) {
    kernel->copy_lane(place->bank, place->lane + leg, bank, lane + leg);
    kernel->copy_lane(bank, lane + leg, &mixer->blank, 0);
    move_gains(mixer, from, lane + leg, to, place->lane + leg);
  }
  stand_up(strip);
  sit(strip, place);
  set_hold(mixer, strip, false);
  mixer_enqueue(mixer, strip, DIRTY_MIX);
}

/* --- strips --- */

static void
give_track(const Mixer *mixer, Strip *strip, const Place *place) RT_SAFE
{
  const bool had_track = strip->track != NULL;

  strip->track = place->track;
  if (!place->track)
    return;
  strip->underruns =
    atomic_load_explicit(&place->track->underruns, memory_order_relaxed);
  strip->absent = place->fresh ? 0 : mixer->return_frames;
  /* A first track comes up as if it had been switched to. */
  if (place->fresh)
    strip->tape = strip->value[CELL_TAPE] > 0.5f ? mixer->switch_frames : 0;
  else if (!had_track)
    strip->tape = 0;
}

static void
take_place(Mixer *mixer, const Plan *old, const Place *place) RT_SAFE
{
  Strip     *strip = place->strip;
  const bool other = strip->delay != place->delay ||
                     strip->reverb != place->reverb ||
                     strip->echo != place->echo;

  if (strip->track != place->track)
    give_track(mixer, strip, place);
  if (strip->reverb != place->reverb || strip->echo != place->echo)
    strip->rising = mixer->return_frames;
  strip->track_channel[0] = place->track_channel[0];
  strip->track_channel[1] = place->track_channel[1];
  strip->is_key           = place->is_key;
  strip->delay            = place->delay;
  strip->reverb           = place->reverb;
  strip->echo             = place->echo;
  if (place->fresh)
    arrive(mixer, strip, place);
  else if (strip->bank != place->bank || strip->lane != place->lane)
    move(mixer, old, strip, place);
  if (other)
    mixer_enqueue(mixer, strip, DIRTY_DELAY | DIRTY_EFFECT);
}

/* --- the plan --- */

static void
take_banks(Plan *plan) RT_SAFE
{
  for (int i = 0; i < plan->bank_count; i++) {
    const PlanBank *from = &plan->banks[i];
    Bank           *bank = from->bank;

    bank->index     = i;
    bank->gate_ring = from->gate_ring;
    bank->comp_ring = from->comp_ring;
    bank->held      = from->hold ? from->hold->frame : NULL;
  }
}

/* Where another way takes over, and nothing changes for a lane. */
static void
take_carry(Mixer *mixer, const Carry *carry) RT_SAFE
{
  Way *ways = mixer->plan->banks[carry->bank].ways;

  for (int lane = 0; lane < mixer->kernel->lanes; lane++) {
    if (!(carry->lanes >> lane & 1))
      continue;
    mixer->kernel->copy_cross(&ways[carry->to], lane, &ways[carry->from], lane);
    mixer->kernel->set_cross(
      &ways[carry->from], lane, 0.0f, 0.0f, mixer->rate, true);
  }
}

Plan *
mixer_take_plan(Mixer *mixer, Plan *plan) RT_SAFE
{
  Plan *old = mixer->plan;

  mixer->plan         = plan;
  mixer->plan_frame   = mixer->engine_frame;
  mixer->settle_frame = -1;
  mixer->changed      = 0;
  take_banks(plan);
  for (unsigned slot = 0; old && slot < SLOTS; slot++)
    if (old->strip[slot] && old->strip[slot] != plan->strip[slot])
      stand_up(old->strip[slot]);
  for (int i = 0; i < plan->carry_count; i++)
    take_carry(mixer, &plan->carries[i]);
  for (int i = 0; i < plan->place_count; i++)
    take_place(mixer, old, &plan->places[i]);
  return old;
}

/* --- coming into its own --- */

static void
set_changed_way(Mixer *mixer, const WayRef *ref) RT_SAFE
{
  const PlanBank *bank = &mixer->plan->banks[ref->bank];
  Way            *way  = &bank->ways[ref->way];

  way->waits = false;
  for (int lane = 0; lane < mixer->kernel->lanes; lane++) {
    const Strip *strip = bank->bank->strip[lane];

    if (!strip || bank->bank->leg[lane] != 0 || strip->arriving)
      continue;
    const Stand stand = gains_stand(strip, &mixer->globals);
    mixer_set_way(mixer, strip, &stand, way, false);
  }
}

/* False while some hold is still on its way from an earlier plan. */
static bool
move_holds(const Plan *plan) RT_SAFE
{
  bool all = true;

  for (int i = 0; i < plan->bank_count; i++) {
    AlignedTap *hold = plan->banks[i].hold;
    const int  *to   = plan->banks[i].hold_delay;

    if (!hold || memcmp(hold->delay, to, sizeof hold->delay) == 0)
      continue;
    if (hold->fade > 0) {
      all = false;
      continue;
    }
    memcpy(hold->old, hold->delay, sizeof hold->old);
    memcpy(hold->delay, to, sizeof hold->delay);
    hold->fade = hold->fade_frames;
  }
  return all;
}

void
mixer_work_plan(Mixer *mixer) RT_SAFE
{
  Plan *plan = mixer->plan;

  if (atomic_load_explicit(&plan->settled, memory_order_relaxed) ||
      mixer->engine_frame - mixer->plan_frame < plan->fill)
    return;
  for (int i = 0; i < CHANGED_A_GRID && mixer->changed < plan->changed_count;
       i++)
    set_changed_way(mixer, &plan->changed[mixer->changed++]);
  if (!move_holds(plan) || mixer->changed < plan->changed_count)
    return;
  if (mixer->settle_frame < 0)
    mixer->settle_frame = mixer->engine_frame + plan->drain +
                          (int64_t)(SETTLE_SECONDS * mixer->rate);
  else if (mixer->engine_frame >= mixer->settle_frame)
    atomic_store_explicit(&plan->settled, true, memory_order_release);
}

static void
settle_bank(PlanBank *bank)
{
  for (int i = 0; i < bank->way_count; i++)
    bank->ways[i].waits = false;
  if (!bank->hold)
    return;
  bank->hold->fade = 0;
  memcpy(bank->hold->delay, bank->hold_delay, sizeof bank->hold->delay);
}

void
mixer_settle(Mixer *mixer)
{
  Plan *plan = mixer->plan;

  for (int i = 0; i < plan->bank_count; i++)
    settle_bank(&plan->banks[i]);
  for (unsigned slot = 0; slot < SLOTS; slot++) {
    Strip *strip = plan->strip[slot];

    mixer->is_queued[slot] = mixer->is_due[slot] = false;
    if (!strip)
      continue;
    mixer_update_blocks(mixer, strip, DIRTY_ALL, true);
    mixer_update_gains(mixer, strip, DIRTY_NOW, true);
    strip->dirty    = 0;
    strip->rising   = 0;
    strip->arriving = false;
  }
  mixer->queue_count = mixer->due_count = 0;
  mixer->changed                        = plan->changed_count;
  atomic_store(&plan->settled, true);
}
