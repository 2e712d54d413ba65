/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a strip costs, in nanoseconds of CPU per strip and sample: the engine as
   a whole for each instruction set, and the bank's code alone, where one lane
   ("plain") is one strip at a time by the same algorithms. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/rig.h"

#define RATE   48000
#define BLOCK  64
#define FRAMES 512 /* of the inputs, which stay in the cache as JACK's do */
#define ROUNDS 48  /* times that a run plays them */
#define RUNS   7

static double
cpu_seconds(void)
{
  struct timespec now;

  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int
by_size(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

typedef struct Spread {
  double least, median, most;
} Spread;

static Spread
spread_of(double *seconds, double per)
{
  qsort(seconds, RUNS, sizeof *seconds, by_size);
  return (Spread){ 1e9 * seconds[0] / per,
                   1e9 * seconds[RUNS / 2] / per,
                   1e9 * seconds[RUNS - 1] / per };
}

/* --- strips --- */

static void
set_typical(Rig *rig, int strip)
{
  rig_setf(rig, "3", "/strip/%d/trim", strip);
  rig_setf(rig, "on", "/strip/%d/hpf/on", strip);
  rig_setf(rig, "on", "/strip/%d/eq/on", strip);
  for (int band = 1; band <= 4; band++)
    rig_setf(rig, "3", "/strip/%d/eq/%d/gain", strip, band);
  rig_setf(rig, "on", "/strip/%d/comp/on", strip);
  rig_setf(rig, "-24", "/strip/%d/comp/threshold", strip);
  for (int bus = 1; bus <= 4; bus++) {
    rig_setf(rig, "on", "/strip/%d/send/%d/on", strip, bus);
    rig_setf(rig, "-9", "/strip/%d/send/%d/level", strip, bus);
  }
}

static void
set_full(Rig *rig, int strip)
{
  set_typical(rig, strip);
  rig_setf(rig, "24", "/strip/%d/hpf/slope", strip);
  rig_setf(rig, "on", "/strip/%d/lpf/on", strip);
  rig_setf(rig, "24", "/strip/%d/lpf/slope", strip);
  for (int band = 5; band <= 6; band++)
    rig_setf(rig, "3", "/strip/%d/eq/%d/gain", strip, band);
  rig_setf(rig, "on", "/strip/%d/gate/on", strip);
  rig_setf(rig, "on", "/strip/%d/gate/keyfilter/on", strip);
  rig_setf(rig, "on", "/strip/%d/comp/keyfilter/on", strip);
  rig_setf(rig, "on", "/strip/%d/deess/on", strip);
  for (int bus = 5; bus <= 8; bus++) {
    rig_setf(rig, "on", "/strip/%d/send/%d/on", strip, bus);
    rig_setf(rig, "-9", "/strip/%d/send/%d/level", strip, bus);
  }
}

/* --- the engine as a whole --- */

/* Every strip's fader and sends move all the time: gains ramp. */
static void
move_gains(Rig *rig, int strips, int round)
{
  for (int strip = 0; strip < strips; strip++) {
    const Event event = { .kind   = EVENT_VALUE,
                          .slot   = (uint16_t)strip,
                          .cell   = round % 2 ? CELL_FADER : CELL_PAN,
                          .frame  = EVENT_NOW,
                          .number = (round / 2) % 2 ? -3.0 : 3.0 };
    engine_post(link_engine(rig->link), &event);
  }
}

static Rig *
make_rig(const char *kernel, int strips, bool full, bool set)
{
  Rig *rig = rig_new(strips, 1, full ? 8 : 4, RATE);

  for (int bus = 1; bus <= (full ? 8 : 4); bus++)
    rig_setf(rig, "aux", "/bus/%d/kind", bus);
  for (int strip = 1; set && strip <= strips; strip++)
    (full ? set_full : set_typical)(rig, strip);
  rig_start(rig, kernel);
  for (int strip = 1; strip <= strips; strip++)
    rig->in[rig_input(rig, (unsigned)strip, 0)] =
      rig_noise(FRAMES, (unsigned)strip);
  for (int leg = 0; leg < 2; leg++)
    rig->out[rig_output(OWNER_MAIN, 0, leg)] = rig_zeros(FRAMES);
  return rig;
}

static void
free_rig(Rig *rig)
{
  for (int i = 0; i < INPUT_PORTS; i++)
    free(rig->in[i]);
  for (int i = 0; i < OUTPUT_PORTS; i++)
    free(rig->out[i]);
  rig_free(rig);
}

static Spread
time_engine(const char *kernel, int strips, bool full, bool set, int block)
{
  Rig   *rig = make_rig(kernel, strips, full, set);
  double seconds[RUNS];

  rig_run(rig, 0, FRAMES, block, 0);
  for (int run = 0; run < RUNS; run++) {
    const double start = cpu_seconds();
    for (int at = 0; at < ROUNDS * FRAMES; at += 256) {
      if (set && at % block == 0)
        move_gains(rig, strips, at / 256);
      if (at % FRAMES == 0 && block > 256)
        rig_run(rig, 0, FRAMES, block, 0);
      else if (block <= 256)
        rig_run(rig, at % FRAMES, 256, block, 0);
    }
    seconds[run] = cpu_seconds() - start;
  }
  free_rig(rig);
  return spread_of(seconds, (double)strips * ROUNDS * FRAMES);
}

static void
print_line(const char *what, const char *kernel, Spread spread)
{
  printf("%-34s %-7s %7.2f  (%.2f – %.2f)\n",
         what,
         kernel,
         spread.median,
         spread.least,
         spread.most);
}

static void
bench_engine(void)
{
  static const char *const names[] = { "avx512", "avx2", "base" };
  char                     what[64];

  puts("\nThe engine, ns per strip and sample: median (least – most)");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!kernel_choose(names[i])) {
      printf(
        "%-34s %-7s this processor has no such instructions\n", "", names[i]);
      continue;
    }
    print_line("flat strip, 64 strips",
               names[i],
               time_engine(names[i], 64, false, false, BLOCK));
    print_line("typical strip, 64 strips",
               names[i],
               time_engine(names[i], 64, false, true, BLOCK));
    print_line("full strip, 64 strips",
               names[i],
               time_engine(names[i], 64, true, true, BLOCK));
  }
  for (int strips = 256; strips <= 1024; strips *= 4) {
    snprintf(what, sizeof what, "typical strip, %d strips", strips);
    print_line(what, "fastest", time_engine(NULL, strips, false, true, BLOCK));
  }
  for (int block = 16; block <= 512; block *= 4) {
    snprintf(what, sizeof what, "typical strip, blocks of %d", block);
    print_line(what, "fastest", time_engine(NULL, 64, false, true, block));
  }
}

/* --- a bank's code alone --- */

static void *
room(size_t bytes)
{
  void *memory = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

  memset(memory, 0, (bytes + 63) & ~(size_t)63);
  return memory;
}

typedef struct BankRig {
  const Kernel *kernel;
  Bank          bank;
  Work          work;
  Strip        *strip[MAX_LANES];
  float        *noise[MAX_LANES];
  Way           way[5];
  float        *sum[5][2];
} BankRig;

static BankRig *
bank_rig_new(const Kernel *kernel)
{
  BankRig     *rig    = calloc(1, sizeof *rig);
  const size_t frames = sizeof(float) * GRID_FRAMES * (size_t)kernel->lanes;
  Rig         *values = rig_new(1, 1, 4, RATE);

  set_typical(values, 1);
  rig->kernel     = kernel;
  rig->bank.lanes = room(kernel->lanes_size);
  rig->bank.in    = room(frames);
  rig->work.x     = room(frames);
  rig->work.key   = room(frames);
  rig->work.taps  = 1u << TAP_POST_FADER;
  for (int tap = TAP_PRE_EQ; tap < TAPS; tap++)
    rig->work.tap[tap] = room(frames);
  kernel->init(&rig->bank, RATE);
  for (int i = 0; i < 5; i++) {
    rig->way[i].cross = room(kernel->cross_size);
    kernel->cross_init(rig->way[i].cross);
    for (int side = 0; side < 2; side++)
      rig->sum[i][side] = room(frames);
  }
  for (int lane = 0; lane < kernel->lanes; lane++) {
    Strip *strip          = strip_new((unsigned)lane, OWNER_STRIP, 1);
    rig->strip[lane]      = strip;
    rig->noise[lane]      = rig_noise(FRAMES, (unsigned)lane + 1);
    rig->bank.strip[lane] = strip;
    strip->lane           = (uint8_t)lane;
    strip->bank           = &rig->bank;
    for (unsigned cell = 0; cell < CELLS; cell++)
      if (params_of_cell(cell)->taper != TAPER_TEXT)
        strip->value[cell] =
          (float)desk_get(values->desk, desk_address(OWNER_STRIP, 1, cell));
    kernel->apply(&rig->bank, strip, DIRTY_ALL, RATE, true);
    kernel->set_trim(&rig->bank, lane, 1.4f, RATE, true);
    kernel->set_fader(&rig->bank, lane, 0.7f, RATE, true);
    for (int i = 0; i < 5; i++)
      kernel->set_cross(&rig->way[i], lane, 0.3f, 0.4f, RATE, true);
  }
  rig_free(values);
  return rig;
}

static void
bank_rig_free(BankRig *rig)
{
  free(rig->bank.lanes);
  free(rig->bank.in);
  free(rig->work.x);
  free(rig->work.key);
  for (int tap = TAP_PRE_EQ; tap < TAPS; tap++)
    free(rig->work.tap[tap]);
  for (int i = 0; i < 5; i++) {
    free(rig->way[i].cross);
    free(rig->sum[i][0]);
    free(rig->sum[i][1]);
  }
  for (int lane = 0; lane < rig->kernel->lanes; lane++) {
    strip_free(rig->strip[lane]);
    free(rig->noise[lane]);
  }
  free(rig);
}

static void
run_bank(BankRig *rig, int frames)
{
  const Kernel *kernel = rig->kernel;
  const float  *source[MAX_LANES];

  for (int at = 0; at + GRID_FRAMES <= frames; at += GRID_FRAMES) {
    for (int lane = 0; lane < kernel->lanes; lane++)
      source[lane] = rig->noise[lane] + at;
    kernel->grid(&rig->bank);
    kernel->head(&rig->bank, source, GRID_FRAMES);
    kernel->body(&rig->bank, NULL, NULL, &rig->work, GRID_FRAMES);
    kernel->tail(&rig->bank, &rig->work, GRID_FRAMES);
    for (int i = 0; i < 5; i++)
      kernel->mix(&rig->way[i],
                  rig->work.tap[TAP_POST_FADER],
                  rig->sum[i][0],
                  rig->sum[i][1],
                  GRID_FRAMES);
    for (int i = 0; i < 5; i++)
      for (int side = 0; side < 2; side++)
        memset(rig->sum[i][side],
               0,
               sizeof(float) * GRID_FRAMES * (size_t)kernel->lanes);
  }
}

static void
bench_banks(void)
{
  const Kernel *const *kernels = kernel_all();
  double               plain   = 0.0;

  puts("\nA bank's code alone, typical strip, gains at rest");
  for (int i = 0; kernels[i]; i++)
    if (strcmp(kernels[i]->name, "plain") == 0 || kernels[i]->runs()) {
      BankRig *rig = bank_rig_new(kernels[i]);
      double   seconds[RUNS];
      run_bank(rig, FRAMES);
      for (int run = 0; run < RUNS; run++) {
        const double start = cpu_seconds();
        for (int round = 0; round < ROUNDS; round++)
          run_bank(rig, FRAMES);
        seconds[run] = cpu_seconds() - start;
      }
      const Spread spread =
        spread_of(seconds, (double)ROUNDS * FRAMES * kernels[i]->lanes);
      print_line("typical strip", kernels[i]->name, spread);
      if (strcmp(kernels[i]->name, "plain") == 0)
        plain = spread.median;
      bank_rig_free(rig);
    }
  for (int i = 0; kernels[i] && plain > 0.0; i++)
    if (kernels[i]->runs() && kernels[i]->lanes > 1) {
      BankRig *rig   = bank_rig_new(kernels[i]);
      double   start = cpu_seconds();
      run_bank(rig, FRAMES);
      start = cpu_seconds();
      run_bank(rig, FRAMES);
      printf("%s is %.1f times as fast as one strip at a time\n",
             kernels[i]->name,
             plain / (1e9 * (cpu_seconds() - start) /
                      ((double)FRAMES * kernels[i]->lanes)));
      bank_rig_free(rig);
    }
}

int
main(void)
{
#if defined(__SSE__)
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#endif
  bench_engine();
  bench_banks();
  return 0;
}
