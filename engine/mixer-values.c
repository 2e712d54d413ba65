/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values become gains and coefficients. Gains are to move at the very frame of
   their event, coefficients from the next grid point on; both have a budget, so
   that a flood or a recall of everything costs no cycle its deadline: what more
   there is goes on from grid point to grid point, first come, first served. */

#include "engine/mixer-private.h"

#include "engine/source.h"

/* Gains computed between two grid points, at most, and coefficients. */
#define GAIN_BUDGET 2048
#define GRID_BUDGET 48

/* --- gains --- */

static Strip *
bus_of(const Mixer *mixer, const Way *way) RT_SAFE
{
  return way->kind == WAY_GROUP || way->kind == WAY_SEND
           ? mixer->plan->strip[SLOT_BUS + way->bus]
           : NULL;
}

void
mixer_set_way(Mixer       *mixer,
              const Strip *strip,
              const Stand *stand,
              Way         *way,
              bool         now) RT_SAFE
{
  const Strip *monitor = mixer->plan->strip[SLOT_MONITOR];
  const Strip *bus     = bus_of(mixer, way);
  float        gain[2];

  for (int leg = 0; leg < strip->legs; leg++) {
    gains_way(strip, stand, leg, way, bus, monitor, &mixer->globals, gain);
    mixer->kernel->set_cross(
      way, strip->lane + leg, gain[0], gain[1], mixer->rate, now);
  }
}

static void
update_ways(Mixer *mixer, Strip *strip, unsigned dirty, bool now) RT_SAFE
{
  const PlanBank *bank  = mixer_bank_of(mixer, strip);
  const Stand     stand = gains_stand(strip, &mixer->globals);

  for (int i = 0; i < bank->way_count; i++) {
    Way       *way  = &bank->ways[i];
    const bool sent = way->kind == WAY_SEND && (strip->sends >> way->bus & 1);

    if (way->waits || (!(dirty & DIRTY_MIX) && !sent))
      continue;
    mixer_set_way(mixer, strip, &stand, way, now);
    mixer->gain_budget -= strip->legs;
  }
  strip->sends = 0;
}

void
mixer_update_gains(Mixer *mixer, Strip *strip, unsigned dirty, bool now) RT_SAFE
{
  const Kernel *kernel = mixer->kernel;
  const int     end    = strip->lane + strip->legs;
  const float   trim   = dirty & DIRTY_TRIM ? gains_trim(strip) : 0.0f;
  const float   fader =
    dirty & DIRTY_FADER ? gains_fader(strip, &mixer->globals) : 0.0f;

  for (int lane = strip->lane; lane < end; lane++) {
    if (dirty & DIRTY_TRIM)
      kernel->set_trim(strip->bank, lane, trim, mixer->rate, now);
    if (dirty & DIRTY_FADER)
      kernel->set_fader(strip->bank, lane, fader, mixer->rate, now);
  }
  mixer->gain_budget -= strip->legs;
  if (dirty & (DIRTY_MIX | DIRTY_SENDS))
    update_ways(mixer, strip, dirty, now);
}

/* --- coefficients --- */

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

void
mixer_update_blocks(Mixer *mixer, Strip *strip, unsigned dirty, bool now)
  RT_SAFE
{
  mixer->kernel->apply(strip->bank, strip, dirty, mixer->rate, now);
  if (dirty & DIRTY_DELAY)
    source_set_delay(strip, mixer->rate, now);
  if ((dirty & DIRTY_EFFECT) && strip->reverb)
    set_reverb(strip, now);
  if ((dirty & DIRTY_EFFECT) && strip->echo)
    set_echo(strip, mixer->globals.tempo, now);
}

/* --- when --- */

void
mixer_enqueue(Mixer *mixer, Strip *strip, unsigned dirty) RT_SAFE
{
  const uint16_t slot = strip->slot;

  strip->dirty |= dirty;
  if (!strip->dirty || mixer->is_queued[slot])
    return;
  mixer->is_queued[slot]                                            = true;
  mixer->queue[(mixer->queue_first + mixer->queue_count++) % SLOTS] = slot;
}

void
mixer_touch(Mixer *mixer, Strip *strip, unsigned dirty) RT_SAFE
{
  const uint16_t slot = strip->slot;

  if (strip->arriving) {
    /* All its first gains come together. */
    mixer_enqueue(mixer, strip, dirty);
    return;
  }
  strip->dirty |= dirty;
  if ((dirty & DIRTY_NOW) && !mixer->is_due[slot]) {
    mixer->is_due[slot]            = true;
    mixer->due[mixer->due_count++] = slot;
  }
  if (dirty & ~(unsigned)DIRTY_NOW)
    mixer_enqueue(mixer, strip, 0);
}

void
mixer_flush_due(Mixer *mixer) RT_SAFE
{
  for (int i = 0; i < mixer->due_count; i++) {
    Strip *strip = mixer->plan->strip[mixer->due[i]];

    mixer->is_due[mixer->due[i]] = false;
    if (!strip || strip->arriving)
      continue;
    if (mixer->gain_budget <= 0) {
      mixer_enqueue(mixer, strip, 0);
      continue;
    }
    mixer_update_gains(mixer, strip, strip->dirty & DIRTY_NOW, false);
    strip->dirty &= ~(unsigned)DIRTY_NOW;
  }
  mixer->due_count = 0;
}

static int
cost_of(unsigned dirty, int legs) RT_SAFE
{
  return 1 + legs * __builtin_popcount(dirty);
}

void
mixer_work_queue(Mixer *mixer) RT_SAFE
{
  int budget = GRID_BUDGET;
  int waits  = mixer->queue_count;

  mixer->gain_budget = GAIN_BUDGET;
  while (waits-- > 0 && budget > 0 && mixer->gain_budget > 0) {
    const uint16_t slot  = mixer->queue[mixer->queue_first];
    Strip         *strip = mixer->plan->strip[slot];

    mixer->queue_first     = (mixer->queue_first + 1) % SLOTS;
    mixer->is_queued[slot] = false;
    mixer->queue_count--;
    if (!strip)
      continue;
    const unsigned dirty = strip->dirty;
    strip->dirty         = 0;
    strip->arriving      = false;
    budget -= cost_of(dirty, strip->legs);
    mixer_update_blocks(mixer, strip, dirty, false);
    mixer_update_gains(mixer, strip, dirty, false);
    if (strip->dirty)
      mixer_enqueue(mixer, strip, 0);
  }
}

/* --- values --- */

static Strip *
strip_at(const Mixer *mixer, unsigned slot) RT_SAFE
{
  return mixer->plan && slot < SLOTS ? mixer->plan->strip[slot] : NULL;
}

static int
dest_late(const Plan *plan, unsigned slot) RT_SAFE
{
  return plan->strip[slot] ? plan->dests[plan->dest_of[slot]].latency : 0;
}

/* Ways are mixed where they arrive. */
static int
way_late(const Plan *plan, const Strip *strip, unsigned cell) RT_SAFE
{
  if (cell >= CELL_GROUP && cell <= CELL_GROUP_LAST)
    return dest_late(plan, SLOT_BUS + cell - CELL_GROUP);
  if (cell >= CELL_SEND_ON && cell <= CELL_SEND_TAP_LAST)
    return dest_late(plan, SLOT_BUS + (cell - CELL_SEND_ON) % MAX_BUSES);
  if (strip->slot < SLOT_MAIN && strip->value[CELL_TO_MAIN] > 0.5f)
    return dest_late(plan, SLOT_MAIN);
  return plan->late[strip->slot][TAP_POST_FADER];
}

int
mixer_late(const Mixer *mixer, unsigned slot, unsigned cell) RT_SAFE
{
  const Strip   *strip = strip_at(mixer, slot);
  const unsigned dirty = strip_dirty_of(cell);

  if (!strip)
    return 0;
  const int *late = mixer->plan->late[slot];
  if (dirty & (DIRTY_FADER | DIRTY_DEESS | DIRTY_EFFECT))
    return late[TAP_PRE_FADER];
  if (dirty & (DIRTY_MIX | DIRTY_SENDS))
    return way_late(mixer->plan, strip, cell);
  if (dirty & DIRTY_EQ_ALL)
    return late[TAP_POST_EQ];
  return dirty & DIRTY_COMP ? late[TAP_PRE_EQ] : late[TAP_INPUT];
}

static void
enqueue_all(Mixer *mixer, unsigned dirty) RT_SAFE
{
  for (unsigned slot = 0; slot < SLOTS && mixer->plan; slot++)
    if (mixer->plan->strip[slot])
      mixer_enqueue(mixer, mixer->plan->strip[slot], dirty);
}

void
mixer_set_value(Mixer *mixer, unsigned slot, unsigned cell, float value) RT_SAFE
{
  Strip *strip = strip_at(mixer, slot);

  if (!strip || cell >= CELLS)
    return;
  strip->value[cell] = value;
  if (cell >= CELL_SEND_ON && cell <= CELL_SEND_TAP_LAST)
    strip->sends |= UINT64_C(1) << (cell - CELL_SEND_ON) % MAX_BUSES;
  mixer_touch(mixer, strip, strip_dirty_of(cell));
  if (cell == CELL_BUS_TAP || cell == CELL_MUTESAFE || cell == CELL_PFL_MONO)
    enqueue_all(mixer, DIRTY_MIX);
  if (cell == CELL_MONITOR_SOURCE && mixer->plan->strip[SLOT_MAIN])
    mixer_touch(mixer, mixer->plan->strip[SLOT_MAIN], DIRTY_MIX);
}

/* Those whose membership cell is on. */
static void
touch_members(Mixer *mixer, unsigned membership, unsigned dirty) RT_SAFE
{
  for (unsigned slot = 0; slot < SLOTS && mixer->plan; slot++) {
    Strip *strip = mixer->plan->strip[slot];
    if (strip && strip->value[membership] > 0.5f)
      mixer_touch(mixer, strip, dirty);
  }
}

void
mixer_set_dca(Mixer *mixer, unsigned dca, unsigned cell, float value) RT_SAFE
{
  if (dca >= MAX_DCAS)
    return;
  if (cell == CELL_FADER) {
    mixer->globals.dca_db[dca] = value;
    touch_members(mixer, CELL_IN_DCA + dca, DIRTY_FADER);
  } else if (cell == CELL_MUTE) {
    mixer->globals.dca_mute[dca] = value > 0.5f;
    touch_members(mixer, CELL_IN_DCA + dca, DIRTY_FADER | DIRTY_MIX);
  }
}

void
mixer_set_mutegroup(Mixer *mixer, unsigned group, bool muted) RT_SAFE
{
  if (group >= MAX_MUTEGROUPS)
    return;
  mixer->globals.mutegroup[group] = muted;
  touch_members(mixer, CELL_IN_MUTEGROUP + group, DIRTY_FADER | DIRTY_MIX);
}

void
mixer_set_solo(Mixer *mixer, unsigned slot, unsigned bits) RT_SAFE
{
  Strip *strip = strip_at(mixer, slot);

  if (!strip || strip->solo == bits)
    return;
  strip->solo = (uint8_t)bits;
  mixer_touch(mixer, strip, DIRTY_FADER | DIRTY_MIX);
}

void
mixer_set_pan_law(Mixer *mixer, int law) RT_SAFE
{
  mixer->globals.pan_law = law;
  enqueue_all(mixer, DIRTY_MIX);
}

void
mixer_set_tempo(Mixer *mixer, double tempo) RT_SAFE
{
  mixer->globals.tempo = tempo;
  for (unsigned slot = SLOT_BUS; slot < SLOT_MAIN; slot++) {
    Strip *strip = strip_at(mixer, slot);
    if (strip && strip->echo)
      mixer_enqueue(mixer, strip, DIRTY_EFFECT);
  }
}

void
mixer_leave(Mixer *mixer, unsigned slot, bool leaves, unsigned count) RT_SAFE
{
  Strip *strip = strip_at(mixer, slot);

  if (!strip || (!leaves && strip->left != count))
    return;
  strip->left    = (uint16_t)count;
  strip->leaving = leaves;
  mixer_touch(mixer, strip, DIRTY_FADER | DIRTY_MIX);
}
