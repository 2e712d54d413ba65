/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel: what a bank's lanes hold, and the chain of the strip over them.
 */

#include "engine/lanes/ramp.h"

#include <math.h>
#include <stdatomic.h>

#include "engine/dsp/design.h"
#include "engine/dsp/dynamics.h"
#include "engine/kernel.h"
#include "engine/lanes/comp.h"
#include "engine/lanes/deess.h"
#include "engine/lanes/gate.h"
#include "engine/lanes/svf.h"
#include "engine/lanes/transpose.h"

#define FILTERS 4 /* HPF and LPF, two sections each */

#define RMS_SECONDS 0.3

/* Columns alone: a leg's state is one float of each vector. */
typedef struct Lanes {
  Ramp     trim;
  Ramp     fader;
  Svf      filter[FILTERS];
  SvfGlide filter_glide[FILTERS];
  vi       filter_on[FILTERS];
  Gate     gate;
  vi       gate_on;
  Svf      eq[EQ_BANDS];
  SvfGlide eq_glide[EQ_BANDS];
  vi       eq_on[EQ_BANDS];
  Comp     comp;
  vi       comp_on;
  Deess    deess;
  vi       deess_on;
  vf       in_peak, in_square, out_peak, out_square;
  vf       square_pole;
} Lanes;

/* A way's gains. */
typedef struct Cross {
  Ramp left;
  Ramp right;
  vi   live; /* a mask a lane: gain or motion, so that silence costs nothing */
} Cross;

static bool
runs(void)
{
#if LANES == 16
  return __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512bw");
#elif LANES == 8
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

/* --- state --- */

static void
init(Bank *bank, double rate)
{
  Lanes *lanes = bank->lanes;

  memset(lanes, 0, sizeof *lanes);
  for (int i = 0; i < FILTERS; i++)
    LANE(svf_init)(&lanes->filter[i], &lanes->filter_glide[i], rate);
  for (int i = 0; i < EQ_BANDS; i++)
    LANE(svf_init)(&lanes->eq[i], &lanes->eq_glide[i], rate);
  LANE(gate_init)(&lanes->gate, rate);
  LANE(comp_init)(&lanes->comp, rate);
  LANE(deess_init)(&lanes->deess, rate);
  lanes->square_pole = vf_all((float)(1.0 - exp(-1.0 / (RMS_SECONDS * rate))));
}

/* Which blocks a lane has in use or moving. */
static unsigned
lane_blocks(const Bank *bank, int lane, unsigned *gliding) RT_SAFE
{
  const Lanes *lanes = bank->lanes;
  unsigned blocks = bank->active & (ACTIVE_GATE | ACTIVE_COMP | ACTIVE_DEESS);

  *gliding = 0;
  for (int i = 0; i < FILTERS; i++) {
    blocks |= lanes->filter_on[i][lane] ? (unsigned)ACTIVE_FILTER << i : 0;
    *gliding |=
      lanes->filter_glide[i].left[lane] ? (unsigned)ACTIVE_FILTER << i : 0;
  }
  for (int i = 0; i < EQ_BANDS; i++) {
    blocks |= lanes->eq_on[i][lane] ? (unsigned)ACTIVE_EQ << i : 0;
    *gliding |= lanes->eq_glide[i].left[lane] ? (unsigned)ACTIVE_EQ << i : 0;
  }
  return blocks | *gliding;
}

/* What a look-ahead's ring holds of one lane; silence where there is no source.
 */
static void
copy_ring(float       *to,
          int          to_position,
          const float *from,
          int          from_position,
          int          frames) RT_SAFE
{
  const int mask = frames - 1;

  for (int i = 0; i < frames; i++)
    to[((to_position + i) & mask) * LANES] =
      from ? from[((from_position + i) & mask) * LANES] : 0.0f;
}

static void
copy_lane(Bank *to, int to_lane, const Bank *from, int from_lane) RT_SAFE
{
  const size_t rows   = sizeof(Lanes) / sizeof(vf);
  float       *target = (float *)to->lanes + to_lane;
  const float *source = (const float *)from->lanes + from_lane;
  unsigned     gliding;

  for (size_t row = 0; row < rows; row++)
    target[row * LANES] = source[row * LANES];
  to->active |= lane_blocks(from, from_lane, &gliding);
  to->gliding |= gliding;
  if (to->gate_ring)
    copy_ring(to->gate_ring + to_lane,
              to->position,
              from->gate_ring ? from->gate_ring + from_lane : NULL,
              from->position,
              to->ring_frames);
  if (to->comp_ring)
    copy_ring(to->comp_ring + to_lane,
              to->position,
              from->comp_ring ? from->comp_ring + from_lane : NULL,
              from->position,
              to->ring_frames);
}

/* --- from values to coefficients --- */

static bool
is_on(const float *value, unsigned cell) RT_SAFE
{
  return value[cell] > 0.5f;
}

/* A section that starts anew starts in silence, whatever it heard before. */
static void
set_section(Svf            *svf,
            SvfGlide       *glide,
            vi             *on,
            int             lane,
            const SvfCoefs *coefs,
            bool            now) RT_SAFE
{
  const bool used = !design_is_identity(coefs);

  if (used && !(*on)[lane] && glide->left[lane] == 0)
    LANE(svf_clear)(svf, lane);
  (*on)[lane] = used ? -1 : 0;
  LANE(svf_set)(svf, glide, lane, coefs, now);
}

static void
apply_filters(Bank *bank, const float *value, int lane, double rate, bool now)
  RT_SAFE
{
  Lanes   *lanes = bank->lanes;
  SvfCoefs coefs[FILTERS];

  for (int i = 0; i < FILTERS; i++)
    design_identity(&coefs[i]);
  if (is_on(value, CELL_HPF_ON))
    design_cut(coefs,
               true,
               (double)value[CELL_HPF_FREQ],
               6 * (1 + (int)value[CELL_HPF_SLOPE]),
               rate);
  if (is_on(value, CELL_LPF_ON))
    design_cut(coefs + 2,
               false,
               (double)value[CELL_LPF_FREQ],
               6 * (1 + (int)value[CELL_LPF_SLOPE]),
               rate);
  for (int i = 0; i < FILTERS; i++) {
    set_section(&lanes->filter[i],
                &lanes->filter_glide[i],
                &lanes->filter_on[i],
                lane,
                &coefs[i],
                now);
    bank->active |= (unsigned)ACTIVE_FILTER << i;
    bank->gliding |= (unsigned)ACTIVE_FILTER << i;
  }
}

static void
apply_band(Bank        *bank,
           const float *value,
           int          lane,
           int          band,
           double       rate,
           bool         now) RT_SAFE
{
  Lanes   *lanes = bank->lanes;
  SvfCoefs coefs;

  if (is_on(value, CELL_EQ_ON) &&
      is_on(value, CELL_EQ_BAND_ON + (unsigned)band))
    design_band(&coefs,
                (enum BandType)value[CELL_EQ_TYPE + band],
                (double)value[CELL_EQ_FREQ + band],
                (double)value[CELL_EQ_GAIN + band],
                (double)value[CELL_EQ_Q + band],
                rate);
  else
    design_identity(&coefs);
  set_section(&lanes->eq[band],
              &lanes->eq_glide[band],
              &lanes->eq_on[band],
              lane,
              &coefs,
              now);
  bank->active |= (unsigned)ACTIVE_EQ << band;
  bank->gliding |= (unsigned)ACTIVE_EQ << band;
}

/* The four cells of a key filter stand together in the table. */
static KeyFilter
key_filter(const float *value, unsigned on) RT_SAFE
{
  return (KeyFilter){ .on   = value[on] > 0.5f,
                      .type = (enum KeyType)value[on + 1],
                      .freq = value[on + 2],
                      .q    = value[on + 3] };
}

/* A block that stood still starts anew in all its lanes: what they heard before
   is long gone. */
static void
apply_gate(Bank *bank, const float *value, int lane, double rate, bool now)
  RT_SAFE
{
  Lanes             *lanes    = bank->lanes;
  const GateSettings settings = {
    .on            = is_on(value, CELL_GATE_ON),
    .mode          = (enum GateMode)value[CELL_GATE_MODE],
    .threshold_db  = value[CELL_GATE_THRESHOLD],
    .range_db      = value[CELL_GATE_RANGE],
    .attack_ms     = value[CELL_GATE_ATTACK],
    .hold_ms       = value[CELL_GATE_HOLD],
    .release_ms    = value[CELL_GATE_RELEASE],
    .hysteresis_db = value[CELL_GATE_HYSTERESIS],
    .lookahead_ms  = value[CELL_GATE_LOOKAHEAD],
    .listen        = is_on(value, CELL_GATE_LISTEN),
    .key           = key_filter(value, CELL_GATE_KEY_ON),
  };

  for (int i = 0; i < LANES && !(bank->active & ACTIVE_GATE); i++)
    LANE(gate_clear)(&lanes->gate, i);
  LANE(gate_set)(&lanes->gate, lane, &settings, rate, now);
  if (now)
    LANE(gate_rest)(&lanes->gate, lane);
  lanes->gate_on[lane] =
    settings.on || settings.listen || settings.lookahead_ms > 0.0f ? -1 : 0;
  bank->active |= ACTIVE_GATE;
}

static void
apply_comp(Bank *bank, const float *value, int lane, double rate, bool now)
  RT_SAFE
{
  Lanes             *lanes    = bank->lanes;
  const CompSettings settings = {
    .on           = is_on(value, CELL_COMP_ON),
    .detector     = (enum CompDetector)value[CELL_COMP_DETECTOR],
    .threshold_db = value[CELL_COMP_THRESHOLD],
    .ratio        = value[CELL_COMP_RATIO],
    .knee_db      = value[CELL_COMP_KNEE],
    .attack_ms    = value[CELL_COMP_ATTACK],
    .hold_ms      = value[CELL_COMP_HOLD],
    .release_ms   = value[CELL_COMP_RELEASE],
    .auto_release = is_on(value, CELL_COMP_AUTO),
    .makeup_db    = value[CELL_COMP_MAKEUP],
    .auto_makeup  = is_on(value, CELL_COMP_AUTOMAKEUP),
    .mix          = value[CELL_COMP_MIX] / 100.0f,
    .lookahead_ms = value[CELL_COMP_LOOKAHEAD],
    .listen       = is_on(value, CELL_COMP_LISTEN),
    .key          = key_filter(value, CELL_COMP_KEY_ON),
  };

  for (int i = 0; i < LANES && !(bank->active & ACTIVE_COMP); i++)
    LANE(comp_clear)(&lanes->comp, i);
  LANE(comp_set)(&lanes->comp, lane, &settings, rate, now);
  lanes->comp_on[lane] =
    settings.on || settings.listen || settings.lookahead_ms > 0.0f ? -1 : 0;
  bank->active |= ACTIVE_COMP;
}

static void
apply_deess(Bank *bank, const float *value, int lane, double rate, bool now)
  RT_SAFE
{
  Lanes              *lanes    = bank->lanes;
  const DeessSettings settings = {
    .on           = is_on(value, CELL_DEESS_ON),
    .freq         = value[CELL_DEESS_FREQ],
    .threshold_db = value[CELL_DEESS_THRESHOLD],
    .range_db     = value[CELL_DEESS_RANGE],
    .mode         = (enum DeessMode)value[CELL_DEESS_MODE],
    .listen       = is_on(value, CELL_DEESS_LISTEN),
  };

  for (int i = 0; i < LANES && !(bank->active & ACTIVE_DEESS); i++)
    LANE(deess_clear)(&lanes->deess, i);
  LANE(deess_set)(&lanes->deess, lane, &settings, rate, now);
  lanes->deess_on[lane] = settings.on || settings.listen ? -1 : 0;
  bank->active |= ACTIVE_DEESS;
}

static void
apply(Bank *bank, const Strip *strip, unsigned dirty, double rate, bool now)
  RT_SAFE
{
  Lanes       *lanes = bank->lanes;
  const float *value = strip->value;

  for (int lane = strip->lane; lane < strip->lane + strip->legs; lane++) {
    if (dirty & DIRTY_FILTERS)
      apply_filters(bank, value, lane, rate, now);
    for (int band = 0; band < EQ_BANDS; band++)
      if (dirty & ((unsigned)DIRTY_EQ << band))
        apply_band(bank, value, lane, band, rate, now);
    if (dirty & DIRTY_GATE)
      apply_gate(bank, value, lane, rate, now);
    if (dirty & DIRTY_COMP)
      apply_comp(bank, value, lane, rate, now);
    if (dirty & DIRTY_DEESS)
      apply_deess(bank, value, lane, rate, now);
  }
  for (int leg = 0; leg < strip->legs && dirty == DIRTY_ALL; leg++) {
    const bool linked = LANES > 1 && strip->legs == 2;
    LANE(gate_link)(&lanes->gate, strip->lane + leg, linked);
    LANE(comp_link)(&lanes->comp, strip->lane + leg, linked);
    LANE(deess_link)(&lanes->deess, strip->lane + leg, linked);
  }
}

static void
set_trim(Bank *bank, int lane, float gain, double rate, bool now) RT_SAFE
{
  Lanes *lanes = bank->lanes;

  ramp_set(&lanes->trim, lane, gain, rate, now);
}

static void
set_fader(Bank *bank, int lane, float gain, double rate, bool now) RT_SAFE
{
  Lanes *lanes = bank->lanes;

  ramp_set(&lanes->fader, lane, gain, rate, now);
}

static void
cross_init(void *cross) RT_SAFE
{
  memset(cross, 0, sizeof(Cross));
}

static void
copy_cross(Way *to, int to_lane, const Way *from, int from_lane) RT_SAFE
{
  const size_t rows   = sizeof(Cross) / sizeof(vf);
  float       *target = (float *)to->cross + to_lane;
  const float *source = (const float *)from->cross + from_lane;

  for (size_t row = 0; row < rows; row++)
    target[row * LANES] = source[row * LANES];
}

static void
set_cross(Way *way, int lane, float left, float right, double rate, bool now)
  RT_SAFE
{
  Cross *cross = way->cross;

  ramp_set(&cross->left, lane, left, rate, now);
  ramp_set(&cross->right, lane, right, rate, now);
  cross->live[lane] = -1;
}

/* --- the grid --- */

static void
grid_sections(Bank     *bank,
              Svf      *svf,
              SvfGlide *glide,
              const vi *on,
              int       count,
              unsigned  first) RT_SAFE
{
  for (int i = 0; i < count; i++) {
    const unsigned bit = first << i;

    if (!(bank->gliding & bit))
      continue;
    if (LANE(svf_grid)(&svf[i], &glide[i]))
      continue;
    bank->gliding &= ~bit;
    if (!vi_any(on[i]))
      bank->active &= ~bit;
  }
}

static void
grid(Bank *bank) RT_SAFE
{
  Lanes *lanes = bank->lanes;

  grid_sections(bank,
                lanes->filter,
                lanes->filter_glide,
                lanes->filter_on,
                FILTERS,
                ACTIVE_FILTER);
  grid_sections(
    bank, lanes->eq, lanes->eq_glide, lanes->eq_on, EQ_BANDS, ACTIVE_EQ);
  if ((bank->active & ACTIVE_GATE) && !LANE(gate_grid)(&lanes->gate) &&
      !vi_any(lanes->gate_on))
    bank->active &= ~(unsigned)ACTIVE_GATE;
  if ((bank->active & ACTIVE_COMP) && !LANE(comp_grid)(&lanes->comp) &&
      !vi_any(lanes->comp_on))
    bank->active &= ~(unsigned)ACTIVE_COMP;
  if ((bank->active & ACTIVE_DEESS) && !LANE(deess_grid)(&lanes->deess) &&
      !vi_any(lanes->deess_on))
    bank->active &= ~(unsigned)ACTIVE_DEESS;
}

/* --- the chain --- */

static void
meter(const vf *x, vf *peak, vf *square, vf pole, int n) RT_SAFE
{
  vf high = *peak;
  vf mean = *square;

  for (int i = 0; i < n; i++) {
    high = vf_max(vf_abs(x[i]), high);
    mean = vf_fma(pole, x[i] * x[i] - mean, mean);
  }
  *peak   = high;
  *square = mean;
}

static void
apply_ramp(Ramp *ramp, vf *x, int n) RT_SAFE
{
  if (ramp_moves(ramp))
    for (int i = 0; i < n; i++)
      x[i] *= ramp_next(ramp);
  else
    for (int i = 0; i < n; i++)
      x[i] *= ramp->to;
}

static void
head(Bank *bank, const float *const *source, int n) RT_SAFE
{
  Lanes *lanes = bank->lanes;
  vf    *x     = (vf *)bank->in;

  transpose_in(bank->in, source, n);
  for (int i = 0; i < n; i++)
    x[i] = vf_select(vf_abs(x[i]) <= vf_all(INPUT_LIMIT), x[i], vf_all(0.0f));
  apply_ramp(&lanes->trim, x, n);
}

static void
read_leg(const float *frames, int lane, float *planar, int n) RT_SAFE
{
  for (int i = 0; i < n; i++)
    planar[i] = frames[i * LANES + lane];
}

static void
write_leg(float *frames, int lane, const float *planar, int n) RT_SAFE
{
  for (int i = 0; i < n; i++)
    frames[i * LANES + lane] = planar[i];
}

/* What a detector listens to: other strips in the lanes that have a key. */
static const vf *
key_of(const vf *x, const float *const *key, vf *room, int n) RT_SAFE
{
  if (!key)
    return x;
  memcpy(room, x, (size_t)n * sizeof *room);
  for (int lane = 0; lane < LANES; lane++)
    if (key[lane])
      write_leg((float *)room, lane, key[lane], n);
  return room;
}

static void
run_sections(Bank     *bank,
             Svf      *svf,
             SvfGlide *glide,
             int       count,
             unsigned  first,
             vf       *x,
             int       n) RT_SAFE
{
  Svf      *section[EQ_BANDS];
  SvfGlide *moving[EQ_BANDS];
  int       used = 0;

  for (int i = 0; i < count; i++) {
    if (!(bank->active & (first << i)))
      continue;
    section[used]  = &svf[i];
    moving[used++] = bank->gliding & (first << i) ? &glide[i] : NULL;
  }
  if (used)
    LANE(svf_run)(section, moving, used, x, n);
}

static void
keep_tap(Work *work, Tap tap, const vf *x, int n) RT_SAFE
{
  if (work->taps & (1u << tap))
    memcpy(work->tap[tap], x, (size_t)n * sizeof *x);
}

static Lookahead
look_ahead(const Bank *bank, float *ring) RT_SAFE
{
  return (Lookahead){ .line = (vf *)ring,
                      .mask = (uint32_t)bank->ring_frames - 1,
                      .pos  = (uint32_t)bank->position };
}

static void
compress(Bank *bank, const float *const *key, Work *work, vf *x, int n) RT_SAFE
{
  Lanes *lanes = bank->lanes;

  if (!(bank->active & ACTIVE_COMP))
    return;
  const Lookahead ahead = look_ahead(bank, bank->comp_ring);
  LANE(comp_process)
  (&lanes->comp,
   x,
   key_of(x, key, (vf *)work->key, n),
   ahead.line ? &ahead : NULL,
   n);
}

static void
body(Bank               *bank,
     const float *const *gate_key,
     const float *const *comp_key,
     Work               *work,
     int                 n) RT_SAFE
{
  Lanes *lanes = bank->lanes;
  vf    *x     = (vf *)work->x;

  memcpy(x, bank->held ? bank->held : bank->in, (size_t)n * sizeof *x);
  meter(x, &lanes->in_peak, &lanes->in_square, lanes->square_pole, n);
  run_sections(
    bank, lanes->filter, lanes->filter_glide, FILTERS, ACTIVE_FILTER, x, n);
  if (bank->active & ACTIVE_GATE) {
    const Lookahead ahead = look_ahead(bank, bank->gate_ring);
    LANE(gate_process)
    (&lanes->gate,
     x,
     key_of(x, gate_key, (vf *)work->key, n),
     ahead.line ? &ahead : NULL,
     n);
  }
  keep_tap(work, TAP_PRE_EQ, x, n);
  if (bank->comp_pre)
    compress(bank, comp_key, work, x, n);
  run_sections(bank, lanes->eq, lanes->eq_glide, EQ_BANDS, ACTIVE_EQ, x, n);
  keep_tap(work, TAP_POST_EQ, x, n);
  if (!bank->comp_pre)
    compress(bank, comp_key, work, x, n);
  if (bank->active & ACTIVE_DEESS)
    LANE(deess_process)(&lanes->deess, x, n);
  bank->position = (bank->position + n) & 0xffffff;
}

static void
tail(Bank *bank, Work *work, int n) RT_SAFE
{
  Lanes *lanes = bank->lanes;
  vf    *x     = (vf *)work->x;

  keep_tap(work, TAP_PRE_FADER, x, n);
  apply_ramp(&lanes->fader, x, n);
  meter(x, &lanes->out_peak, &lanes->out_square, lanes->square_pole, n);
  memcpy(work->tap[TAP_POST_FADER], x, (size_t)n * sizeof *x);
}

/* --- the mix --- */

static void
keep(TapRing *ring, const float *frames, int position, int n) RT_SAFE
{
  const int mask = ring->size - 1;

  for (int i = 0; i < n; i++)
    memcpy(ring->frames + ((position + i) & mask) * LANES,
           frames + i * LANES,
           sizeof(vf));
}

static void
align(AlignedTap *aligned, int position, int n) RT_SAFE
{
  const float *ring = aligned->ring->frames;
  const int    mask = aligned->ring->size - 1;

  for (int i = 0; i < n; i++)
    for (int lane = 0; lane < LANES; lane++)
      aligned->frame[i * LANES + lane] =
        ring[((position + i - aligned->delay[lane]) & mask) * LANES + lane];
  for (int i = 0; i < n && aligned->fade > 0; i++, aligned->fade--)
    for (int lane = 0; lane < LANES; lane++) {
      const int   at   = position + i - aligned->old[lane];
      const float old  = ring[(at & mask) * LANES + lane];
      const float left = (float)aligned->fade / (float)aligned->fade_frames;
      float      *now  = &aligned->frame[i * LANES + lane];
      /* Where nothing moves, now is old, and stays what it is to the bit. */
      *now += left * left * (3.0f - 2.0f * left) * (old - *now);
    }
}

static void
mix_moving(Cross *cross, const vf *x, vf *left, vf *right, int n) RT_SAFE
{
  for (int i = 0; i < n; i++) {
    left[i]  = vf_fma(x[i], ramp_next(&cross->left), left[i]);
    right[i] = vf_fma(x[i], ramp_next(&cross->right), right[i]);
  }
  cross->live =
    (cross->left.left > vf_all(0.0f)) | (cross->right.left > vf_all(0.0f)) |
    (cross->left.to != vf_all(0.0f)) | (cross->right.to != vf_all(0.0f));
}

static void
mix(Way *way, const float *frames, float *left, float *right, int n) RT_SAFE
{
  Cross    *cross = way->cross;
  const vf *x     = (const vf *)frames;
  vf       *l     = (vf *)left;
  vf       *r     = (vf *)right;

  if (!vi_any(cross->live))
    return;
  if (ramp_moves(&cross->left) || ramp_moves(&cross->right)) {
    mix_moving(cross, x, l, r, n);
    return;
  }
  const vf to_left = cross->left.to, to_right = cross->right.to;
  for (int i = 0; i < n; i++) {
    l[i] = vf_fma(x[i], to_left, l[i]);
    r[i] = vf_fma(x[i], to_right, r[i]);
  }
  cross->live = (to_left != vf_all(0.0f)) | (to_right != vf_all(0.0f));
}

static void
reduce(const float *sum, float *planar, int n) RT_SAFE
{
  transpose_sum(sum, planar, n);
}

/* --- meters --- */

static void
raise(_Atomic float *level, float to) RT_SAFE
{
  if (to > atomic_load_explicit(level, memory_order_relaxed))
    atomic_store_explicit(level, to, memory_order_relaxed);
}

static void
show(_Atomic float *level, float square) RT_SAFE
{
  /* AES-17: a full-scale sine reads 0 dB. */
  atomic_store_explicit(level, sqrtf(2.0f * square), memory_order_relaxed);
}

static void
publish(Bank *bank) RT_SAFE
{
  Lanes *lanes = bank->lanes;

  for (int lane = 0; lane < LANES; lane++) {
    Strip    *strip = bank->strip[lane];
    const int leg   = bank->leg[lane];

    if (!strip)
      continue;
    raise(&strip->meters.in[leg], lanes->in_peak[lane]);
    raise(&strip->meters.out[leg], lanes->out_peak[lane]);
    show(&strip->meters.in_rms[leg], lanes->in_square[lane]);
    show(&strip->meters.out_rms[leg], lanes->out_square[lane]);
    raise(&strip->meters.gate, lanes->gate.reduction[lane]);
    raise(&strip->meters.comp, lanes->comp.reduction[lane]);
    raise(&strip->meters.deess, lanes->deess.reduction[lane]);
  }
  lanes->in_peak = lanes->out_peak = vf_all(0.0f);
  lanes->gate.reduction = lanes->comp.reduction = lanes->deess.reduction =
    vf_all(0.0f);
}

#define STRING2(x) #x
#define STRING(x)  STRING2(x)

extern const Kernel LANE(kernel);
const Kernel        LANE(kernel) = {
         .name       = STRING(ISA),
         .lanes      = LANES,
         .lanes_size = (sizeof(Lanes) + 63) & ~(size_t)63,
         .cross_size = (sizeof(Cross) + 63) & ~(size_t)63,
         .runs       = runs,
         .init       = init,
         .copy_lane  = copy_lane,
         .apply      = apply,
         .set_trim   = set_trim,
         .set_fader  = set_fader,
         .cross_init = cross_init,
         .copy_cross = copy_cross,
         .set_cross  = set_cross,
         .grid       = grid,
         .head       = head,
         .read_leg   = read_leg,
         .write_leg  = write_leg,
         .body       = body,
         .tail       = tail,
         .keep       = keep,
         .align      = align,
         .mix        = mix,
         .reduce     = reduce,
         .publish    = publish,
};
