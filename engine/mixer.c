/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/mixer.h"

#include <stdlib.h>
#include <string.h>

#include "engine/source.h"

static float *
room(const Kernel *kernel)
{
  const size_t bytes  = GRID_FRAMES * (size_t)kernel->lanes * sizeof(float);
  float       *frames = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

  if (frames)
    memset(frames, 0, (bytes + 63) & ~(size_t)63);
  return frames;
}

Mixer *
mixer_new(const Kernel *kernel, double rate, Ring *reports)
{
  Mixer *mixer = calloc(1, sizeof *mixer);

  if (!mixer)
    return NULL;
  mixer->kernel        = kernel;
  mixer->rate          = rate;
  mixer->reports       = reports;
  mixer->globals.tempo = 120.0;
  mixer->work.x        = room(kernel);
  mixer->work.key      = room(kernel);
  bool complete        = mixer->work.x && mixer->work.key;
  for (int tap = TAP_PRE_EQ; tap < TAPS; tap++)
    complete &= (mixer->work.tap[tap] = room(kernel)) != NULL;
  if (!complete) {
    mixer_free(mixer);
    return NULL;
  }
  return mixer;
}

void
mixer_free(Mixer *mixer)
{
  if (!mixer)
    return;
  free(mixer->work.x);
  free(mixer->work.key);
  for (int tap = TAP_PRE_EQ; tap < TAPS; tap++)
    free(mixer->work.tap[tap]);
  free(mixer);
}

/* --- from values to gains --- */

static Strip *
bus_of(const Mixer *mixer, const Way *way) RT_SAFE
{
  return way->kind == WAY_GROUP || way->kind == WAY_SEND
           ? mixer->plan->strip[SLOT_BUS + way->bus]
           : NULL;
}

static void
set_way(Mixer *mixer, Strip *strip, Way *way, bool now) RT_SAFE
{
  const Strip *monitor = mixer->plan->strip[SLOT_MONITOR];
  float        gain[2];

  for (int leg = 0; leg < strip->legs; leg++) {
    gains_way(
      strip, leg, way, bus_of(mixer, way), monitor, &mixer->globals, gain);
    mixer->kernel->set_cross(
      way, strip->lane + leg, gain[0], gain[1], mixer->rate, now);
  }
}

static PlanBank *
bank_of(const Mixer *mixer, const Strip *strip) RT_SAFE
{
  return &mixer->plan->banks[strip->bank->index];
}

static void
update_gains(Mixer *mixer, Strip *strip, unsigned dirty, bool now) RT_SAFE
{
  const Kernel *kernel = mixer->kernel;

  for (int lane = strip->lane; lane < strip->lane + strip->legs; lane++) {
    if (dirty & DIRTY_TRIM)
      kernel->set_trim(strip->bank, lane, gains_trim(strip), mixer->rate, now);
    if (dirty & DIRTY_FADER)
      kernel->set_fader(strip->bank,
                        lane,
                        gains_fader(strip, &mixer->globals),
                        mixer->rate,
                        now);
  }
  if (!(dirty & DIRTY_MIX))
    return;
  PlanBank *bank = bank_of(mixer, strip);
  for (int i = 0; i < bank->way_count; i++)
    set_way(mixer, strip, &bank->ways[i], now);
}

/* --- from values to coefficients --- */

static void
set_reverb(const Strip *strip, bool now) RT_SAFE
{
  const float         *value    = strip->value;
  const ReverbSettings settings = {
    .kind         = (enum ReverbKind)value[CELL_REVERB_KIND],
    .predelay_ms  = (double)value[CELL_REVERB_PREDELAY],
    .decay_s      = (double)value[CELL_REVERB_DECAY],
    .size         = (double)value[CELL_REVERB_SIZE],
    .damping_hz   = (double)value[CELL_REVERB_DAMPING],
    .bass         = (double)value[CELL_REVERB_BASS],
    .crossover_hz = (double)value[CELL_REVERB_CROSSOVER],
    .diffusion    = (double)value[CELL_REVERB_DIFFUSION],
    .modulation   = (double)value[CELL_REVERB_MODULATION],
    .lowcut_hz    = (double)value[CELL_REVERB_LOWCUT],
    .highcut_hz   = (double)value[CELL_REVERB_HIGHCUT],
    .early        = (double)value[CELL_REVERB_EARLY],
    .width        = (double)value[CELL_REVERB_WIDTH],
  };

  reverb_set(strip->reverb, &settings, now);
}

static void
set_echo(const Strip *strip, double tempo, bool now) RT_SAFE
{
  const float       *value    = strip->value;
  const EchoSettings settings = {
    .left_ms    = (double)value[CELL_ECHO_LEFT],
    .right_ms   = (double)value[CELL_ECHO_RIGHT],
    .left_note  = (int)value[CELL_ECHO_LEFTNOTE],
    .right_note = (int)value[CELL_ECHO_RIGHTNOTE],
    .tempo_bpm  = tempo,
    .feedback   = (double)value[CELL_ECHO_FEEDBACK],
    .lowcut_hz  = (double)value[CELL_ECHO_LOWCUT],
    .highcut_hz = (double)value[CELL_ECHO_HIGHCUT],
    .pingpong   = value[CELL_ECHO_PINGPONG] > 0.5f,
    .width      = (double)value[CELL_ECHO_WIDTH],
    .duck_db    = (double)value[CELL_ECHO_DUCK],
  };

  echo_set(strip->echo, &settings, now);
}

static void
update_blocks(Mixer *mixer, Strip *strip, unsigned dirty, bool now) RT_SAFE
{
  mixer->kernel->apply(strip->bank, strip, dirty, mixer->rate, now);
  if (dirty & DIRTY_DELAY)
    source_set_delay(strip, mixer->rate, now);
  if ((dirty & DIRTY_EFFECT) && strip->reverb)
    set_reverb(strip, now);
  if ((dirty & DIRTY_EFFECT) && strip->echo)
    set_echo(strip, mixer->globals.tempo, now);
}

/* --- the queue --- */

static void
enqueue(Mixer *mixer, Strip *strip, unsigned dirty) RT_SAFE
{
  strip->dirty |= dirty;
  if (strip->queued || !strip->dirty)
    return;
  strip->queued = true;
  mixer->queue[(mixer->queue_first + mixer->queue_count++) % SLOTS] =
    strip->slot;
}

/* Gains at once, the rest in its turn. */
static void
touch(Mixer *mixer, Strip *strip, unsigned dirty) RT_SAFE
{
  if (strip->dirty & DIRTY_NOW) {
    /* It is new and waits for its first gains: all come together. */
    enqueue(mixer, strip, dirty);
    return;
  }
  update_gains(mixer, strip, dirty & DIRTY_NOW, false);
  enqueue(mixer, strip, dirty & ~(unsigned)DIRTY_NOW);
}

static int
cost_of(unsigned dirty, int legs) RT_SAFE
{
  return 1 + legs * __builtin_popcount(dirty);
}

static void
work_queue(Mixer *mixer) RT_SAFE
{
  int budget = GRID_BUDGET;
  int waits  = mixer->queue_count;

  while (waits-- > 0 && budget > 0) {
    Strip *strip = mixer->plan->strip[mixer->queue[mixer->queue_first]];

    mixer->queue_first = (mixer->queue_first + 1) % SLOTS;
    mixer->queue_count--;
    if (!strip || !strip->queued)
      continue;
    const unsigned dirty = strip->dirty;
    strip->dirty         = 0;
    strip->queued        = false;
    budget -= cost_of(dirty, strip->legs);
    update_blocks(mixer, strip, dirty, false);
    update_gains(mixer, strip, dirty, false);
    if (strip->dirty)
      enqueue(mixer, strip, 0);
  }
}

/* --- plans --- */

static void
seat(Mixer *mixer, const Place *place) RT_SAFE
{
  Strip        *strip  = place->strip;
  const Kernel *kernel = mixer->kernel;

  for (int leg = 0; leg < strip->legs; leg++) {
    const int lane = place->lane + leg;
    if (place->fresh)
      kernel->clear_lane(place->bank, lane, mixer->rate);
    else
      kernel->copy_lane(place->bank, lane, strip->bank, strip->lane + leg);
    if (!place->fresh && strip->bank->strip[strip->lane + leg] == strip)
      strip->bank->strip[strip->lane + leg] = NULL;
    place->bank->strip[lane] = strip;
    place->bank->leg[lane]   = (uint8_t)leg;
  }
  strip->bank = place->bank;
  strip->lane = place->lane;
}

static void
set_ways_silent(Mixer *mixer, const Strip *strip) RT_SAFE
{
  PlanBank *bank = bank_of(mixer, strip);

  for (int i = 0; i < bank->way_count; i++)
    for (int leg = 0; leg < strip->legs; leg++)
      mixer->kernel->set_cross(
        &bank->ways[i], strip->lane + leg, 0.0f, 0.0f, mixer->rate, true);
}

static void
give(Strip *strip, const Place *place) RT_SAFE
{
  if (strip->track != place->track) {
    strip->track     = place->track;
    strip->tape      = place->fresh ? (strip->value[CELL_TAPE] > 0.5f) : 0.0f;
    strip->tape_gain = place->fresh ? 1.0f : 0.0f;
  }
  strip->track_channel[0] = place->track_channel[0];
  strip->track_channel[1] = place->track_channel[1];
  strip->is_key           = place->is_key;
  strip->align            = place->align;
  strip->delay            = place->delay;
  strip->reverb           = place->reverb;
  strip->echo             = place->echo;
}

static void
take_place(Mixer *mixer, const Place *place) RT_SAFE
{
  Strip     *strip = place->strip;
  const bool moves =
    place->fresh || strip->bank != place->bank || strip->lane != place->lane;

  const bool other = strip->delay != place->delay ||
                     strip->reverb != place->reverb ||
                     strip->echo != place->echo;
  give(strip, place);
  if (moves)
    seat(mixer, place);
  if (place->fresh) {
    strip->queued = false;
    set_ways_silent(mixer, strip);
    enqueue(mixer, strip, DIRTY_ALL);
    return;
  }
  if (moves)
    update_gains(mixer, strip, DIRTY_MIX, true);
  enqueue(mixer, strip, other ? DIRTY_DELAY | DIRTY_EFFECT : DIRTY_DELAY);
}

void
mixer_take_plan(Mixer *mixer, Plan *plan) RT_SAFE
{
  Plan *old = mixer->plan;

  mixer->plan        = plan;
  mixer->changed_way = 0;
  for (int i = 0; i < plan->bank_count; i++) {
    plan->banks[i].bank->index     = i;
    plan->banks[i].bank->gate_ring = plan->banks[i].gate_ring;
    plan->banks[i].bank->comp_ring = plan->banks[i].comp_ring;
  }
  for (unsigned slot = 0; old && slot < SLOTS; slot++)
    if (old->strip[slot] && old->strip[slot] != plan->strip[slot])
      for (int leg = 0; leg < old->strip[slot]->legs; leg++)
        old->strip[slot]->bank->strip[old->strip[slot]->lane + leg] = NULL;
  for (int i = 0; i < plan->place_count; i++)
    take_place(mixer, &plan->places[i]);
  if (old) {
    const Report report = { .kind = REPORT_PLAN, .pointer = old };
    ring_put(mixer->reports, &report);
  }
}

/* A way that is new to a bank starts at 0 and rises; a bounded number a grid
   point. */
static void
work_changed_ways(Mixer *mixer) RT_SAFE
{
  Plan *plan = mixer->plan;
  int   left = 16;

  while (mixer->changed_way < plan->changed_way_count && left-- > 0) {
    const uint32_t  changed = plan->changed_ways[mixer->changed_way++];
    const PlanBank *bank    = &plan->banks[changed >> 16];
    Way            *way     = &bank->ways[changed & 0xffff];

    for (int lane = 0; lane < mixer->kernel->lanes; lane++) {
      Strip *strip = bank->bank->strip[lane];
      if (strip && bank->bank->leg[lane] == 0 && !(strip->dirty & DIRTY_MIX))
        set_way(mixer, strip, way, false);
    }
  }
}

void
mixer_settle(Mixer *mixer)
{
  for (unsigned slot = 0; slot < SLOTS; slot++) {
    Strip *strip = mixer->plan->strip[slot];
    if (!strip)
      continue;
    update_blocks(mixer, strip, DIRTY_ALL, true);
    update_gains(mixer, strip, DIRTY_NOW, true);
    strip->dirty  = 0;
    strip->queued = false;
  }
  mixer->queue_count = 0;
  mixer->changed_way = mixer->plan->changed_way_count;
}

/* --- values --- */

static void
touch_all(Mixer *mixer, unsigned dirty) RT_SAFE
{
  for (unsigned slot = 0; slot < SLOTS; slot++)
    if (mixer->plan->strip[slot])
      enqueue(mixer, mixer->plan->strip[slot], dirty);
}

void
mixer_set_value(Mixer *mixer, unsigned slot, unsigned cell, float value) RT_SAFE
{
  Strip *strip = mixer->plan && slot < SLOTS ? mixer->plan->strip[slot] : NULL;

  if (!strip || cell >= CELLS)
    return;
  strip->value[cell] = value;
  touch(mixer, strip, strip_dirty_of(cell));
  if (cell == CELL_BUS_TAP || cell == CELL_MUTESAFE)
    touch_all(mixer, DIRTY_MIX);
  if (cell == CELL_PFL_MONO)
    touch_all(mixer, DIRTY_MIX);
  if (cell == CELL_MONITOR_SOURCE && mixer->plan->strip[SLOT_MAIN])
    touch(mixer, mixer->plan->strip[SLOT_MAIN], DIRTY_MIX);
}

/* Those whose membership cell is on. */
static void
touch_members(Mixer *mixer, unsigned membership, unsigned dirty) RT_SAFE
{
  for (unsigned slot = 0; slot < SLOTS; slot++) {
    Strip *strip = mixer->plan->strip[slot];
    if (strip && strip->value[membership] > 0.5f)
      touch(mixer, strip, dirty);
  }
}

void
mixer_set_dca(Mixer *mixer, unsigned dca, unsigned cell, float value) RT_SAFE
{
  if (!mixer->plan || dca >= MAX_DCAS)
    return;
  if (cell == CELL_FADER)
    mixer->globals.dca_db[dca] = value;
  else if (cell == CELL_MUTE)
    mixer->globals.dca_mute[dca] = value > 0.5f;
  else
    return;
  touch_members(mixer,
                CELL_IN_DCA + dca,
                cell == CELL_MUTE ? DIRTY_FADER | DIRTY_MIX : DIRTY_FADER);
}

void
mixer_set_mutegroup(Mixer *mixer, unsigned group, bool muted) RT_SAFE
{
  if (!mixer->plan || group >= MAX_MUTEGROUPS)
    return;
  mixer->globals.mutegroup[group] = muted;
  touch_members(mixer, CELL_IN_MUTEGROUP + group, DIRTY_FADER | DIRTY_MIX);
}

void
mixer_set_solo(Mixer *mixer, unsigned slot, unsigned bits) RT_SAFE
{
  Strip *strip = mixer->plan && slot < SLOTS ? mixer->plan->strip[slot] : NULL;

  if (!strip || strip->solo == bits)
    return;
  strip->solo = (uint8_t)bits;
  touch(mixer, strip, DIRTY_FADER | DIRTY_MIX);
}

void
mixer_set_pan_law(Mixer *mixer, int law) RT_SAFE
{
  mixer->globals.pan_law = law;
  if (mixer->plan)
    touch_all(mixer, DIRTY_MIX);
}

void
mixer_set_tempo(Mixer *mixer, double tempo) RT_SAFE
{
  mixer->globals.tempo = tempo;
  for (unsigned slot = SLOT_BUS; mixer->plan && slot < SLOT_MAIN; slot++)
    if (mixer->plan->strip[slot] && mixer->plan->strip[slot]->echo)
      enqueue(mixer, mixer->plan->strip[slot], DIRTY_EFFECT);
}

void
mixer_leave(Mixer *mixer, unsigned slot, bool leaves) RT_SAFE
{
  Strip *strip = mixer->plan && slot < SLOTS ? mixer->plan->strip[slot] : NULL;

  if (!strip)
    return;
  strip->leaving = leaves;
  touch(mixer, strip, DIRTY_FADER | DIRTY_MIX);
}

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

/* --- slices --- */

void
mixer_grid(Mixer *mixer) RT_SAFE
{
  Plan *plan = mixer->plan;

  if (!plan)
    return;
  work_changed_ways(mixer);
  work_queue(mixer);
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

static void
run_ways(Mixer *mixer, const PlanBank *bank, int n) RT_SAFE
{
  const Kernel *kernel = mixer->kernel;

  for (int i = 0; i < bank->aligned_count; i++) {
    AlignedTap *aligned = bank->aligned[i];
    kernel->align(
      aligned, tap_of(mixer, bank, aligned->tap), bank->bank->position - n, n);
  }
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
