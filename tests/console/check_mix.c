/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is heard: desk to engine to outputs, against what the values mean. */

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rig.h"

#define N 9600

static const char *const kernels[] = { "base", "avx2", "avx512" };

static bool
has(const char *kernel)
{
  return kernel_choose(kernel) != NULL;
}

START_TEST(flat_is_bit_exact)
{
  const char *kernel = kernels[_i];
  if (!has(kernel))
    return;
  Rig *rig = rig_new(1, 2, 0, 48000);
  rig_start(rig, kernel);
  for (int leg = 0; leg < 2; leg++)
    rig->in[rig_input(rig, 1, leg)] = rig_noise(N, 7 + (unsigned)leg);
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_hear(rig, OWNER_MONITOR, 0, N);
  rig_run(rig, 0, N, 64, 0);
  for (int leg = 0; leg < 2; leg++) {
    const float *in = rig->in[rig_input(rig, 1, leg)];
    ck_assert_mem_eq(rig_heard(rig, OWNER_MAIN, 0, leg), in, N * sizeof(float));
    ck_assert_mem_eq(
      rig_heard(rig, OWNER_MONITOR, 0, leg), in, N * sizeof(float));
  }
  rig_done(rig);
}
END_TEST

START_TEST(polarity_nulls)
{
  Rig *rig = rig_new(2, 2, 0, 48000);
  rig_set(rig, "/strip/2/polarity", "on");
  rig_start(rig, NULL);
  for (unsigned strip = 1; strip <= 2; strip++)
    for (int leg = 0; leg < 2; leg++)
      rig->in[rig_input(rig, strip, leg)] = rig_noise(N, 3);
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_run(rig, 0, N, 64, 0);
  for (int i = 0; i < N; i++)
    ck_assert_float_eq(rig_heard(rig, OWNER_MAIN, 0, 0)[i], 0.0f);
  rig_done(rig);
}
END_TEST

START_TEST(mix_of_64_mono_strips)
{
  const char *kernel = kernels[_i];
  if (!has(kernel))
    return;
  const int strips = 64;
  Rig      *rig    = rig_new(strips, 1, 0, 48000);
  rig_start(rig, kernel);
  for (unsigned strip = 1; strip <= (unsigned)strips; strip++) {
    float *noise = rig_noise(N, strip);
    for (int i = 0; i < N; i++)
      noise[i] *= 0.1f;
    rig->in[rig_input(rig, strip, 0)] = noise;
  }
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_run(rig, 0, N, 256, 0);
  double error = 0.0;
  for (int i = 0; i < N; i++) {
    double sum = 0.0;
    for (unsigned strip = 1; strip <= (unsigned)strips; strip++)
      sum += (double)rig->in[rig_input(rig, strip, 0)][i] * sqrt(0.5);
    const double e = (double)rig_heard(rig, OWNER_MAIN, 0, 1)[i] - sum;
    error += e * e;
  }
  const double db = 10.0 * log10(error / N);
  printf("mix sum, %s: demand <= -140 dBFS, measured %.1f\n", kernel, db);
  ck_assert_double_le(db, -140.0);
  rig_done(rig);
}
END_TEST

/* --- every processor on, values changing --- */

static void
set_everything(Rig *rig, int strips)
{
  static const char *const eq[] = { "lowshelf", "bell",      "bell",
                                    "notch",    "highshelf", "tilt" };

  rig_set(rig, "/bus/1/kind", "group");
  rig_set(rig, "/bus/2/kind", "reverb");
  rig_set(rig, "/bus/3/kind", "delay");
  rig_set(rig, "/bus/4/kind", "aux");
  rig_set(rig, "/bus/4/channels", "1");
  rig_set(rig, "/bus/1/send/2/on", "on");
  rig_set(rig, "/bus/1/send/2/level", "-12");
  rig_set(rig, "/bus/1/comp/on", "on");
  rig_set(rig, "/main/comp/on", "on");
  rig_set(rig, "/main/comp/threshold", "-10");
  rig_set(rig, "/main/eq/on", "on");
  rig_set(rig, "/main/eq/2/gain", "3");
  for (int i = 1; i <= strips; i++) {
    rig_setf(rig, "on", "/strip/%d/hpf/on", i);
    rig_setf(rig, "24", "/strip/%d/hpf/slope", i);
    rig_setf(rig, "on", "/strip/%d/lpf/on", i);
    rig_setf(rig, "on", "/strip/%d/gate/on", i);
    rig_setf(rig, "-30", "/strip/%d/gate/threshold", i);
    rig_setf(rig, "on", "/strip/%d/gate/keyfilter/on", i);
    rig_setf(rig, "on", "/strip/%d/eq/on", i);
    for (int band = 1; band <= 6; band++) {
      rig_setf(rig, eq[band - 1], "/strip/%d/eq/%d/type", i, band);
      rig_setf(rig, "5", "/strip/%d/eq/%d/gain", i, band);
    }
    rig_setf(rig, "on", "/strip/%d/comp/on", i);
    rig_setf(rig, i % 2 ? "pre" : "post", "/strip/%d/comp/position", i);
    rig_setf(rig, i % 3 ? "3" : "0", "/strip/%d/comp/lookahead", i);
    rig_setf(rig, "on", "/strip/%d/deess/on", i);
    rig_setf(rig, i % 2 ? "7" : "0", "/strip/%d/delay", i);
    rig_setf(rig, "on", "/strip/%d/send/2/on", i);
    rig_setf(rig, "-6", "/strip/%d/send/2/level", i);
    rig_setf(rig, "on", "/strip/%d/send/3/on", i);
    rig_setf(rig, "-9", "/strip/%d/send/3/level", i);
    rig_setf(rig, "on", "/strip/%d/send/4/on", i);
    rig_setf(rig, "0", "/strip/%d/send/4/level", i);
    rig_setf(rig, "pre-fader", "/strip/%d/send/4/tap", i);
    rig_setf(rig, i % 2 ? "on" : "off", "/strip/%d/group/1", i);
    rig_setf(rig, i % 2 ? "off" : "on", "/strip/%d/to-main", i);
    rig_setf(rig, "on", "/strip/%d/dca/1", i);
  }
  if (strips >= 4) {
    rig_set(rig, "/strip/2/gate/key", "strip/1");
    rig_set(rig, "/strip/3/comp/key", "strip/4");
  }
}

/* Values that move at fixed frames, whatever the blocks are. */
static void
post_moves(Rig *rig, int strips)
{
  static const struct {
    unsigned cell;
    double   from, to;
  } moves[] = {
    { CELL_FADER, -20, 5 },
    { CELL_PAN, -100, 100 },
    { CELL_MUTE, 0, 1 },
    { CELL_EQ_FREQ + 1, 100, 9000 },
    { CELL_EQ_GAIN + 2, -12, 12 },
    { CELL_HPF_FREQ, 30, 400 },
    { CELL_COMP_THRESHOLD, -40, 0 },
    { CELL_SEND_LEVEL + 1, -30, 0 },
    { CELL_GATE_RANGE, 10, 60 },
    { CELL_TRIM, -6, 6 },
  };
  unsigned seed = 99;

  for (int k = 0; k < 600; k++) {
    seed                  = seed * 1664525u + 1013904223u;
    const unsigned move   = (seed >> 8) % (sizeof moves / sizeof *moves);
    const unsigned number = 1 + (seed >> 16) % (unsigned)strips;
    const double   where  = (double)(seed >> 4 & 0xfff) / 4095.0;
    const Event    event  = {
          .kind  = EVENT_VALUE,
          .slot  = (uint16_t)link_slot(rig->link, OWNER_STRIP, number),
          .cell  = (uint16_t)moves[move].cell,
          .frame = k * (N / 600) + (int)(seed >> 20) % 13,
          .number =
        moves[move].cell == CELL_MUTE
              ? where > 0.7
              : moves[move].from + where * (moves[move].to - moves[move].from),
    };
    ck_assert(engine_post(link_engine(rig->link), &event));
  }
}

static Rig *
play_everything(const char *kernel, int block, unsigned seed)
{
  const int strips = 7;
  Rig      *rig    = rig_new(strips, 2, 4, 48000);

  set_everything(rig, strips);
  rig_start(rig, kernel);
  for (unsigned strip = 1; strip <= (unsigned)strips; strip++)
    for (int leg = 0; leg < 2; leg++)
      rig->in[rig_input(rig, strip, leg)] =
        rig_noise(N, 10 * strip + (unsigned)leg);
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_hear(rig, OWNER_BUS, 4, N);
  post_moves(rig, strips);
  rig_run(rig, 0, N, block, seed);
  return rig;
}

START_TEST(any_blocks_same_bits)
{
  static const int blocks[] = { 64, 256, 1024, 4096, 1, 17, 0, 0, 0 };
  Rig             *whole    = play_everything(NULL, 16, 0);
  Rig             *cut      = play_everything(NULL, blocks[_i], (unsigned)_i);
  double           energy   = 0.0;

  for (int leg = 0; leg < 2; leg++) {
    const float *a = rig_heard(whole, OWNER_MAIN, 0, leg);
    const float *b = rig_heard(cut, OWNER_MAIN, 0, leg);
    for (int i = 0; i < N; i++) {
      ck_assert_msg(a[i] == b[i], "block %d differs at %d", blocks[_i], i);
      energy += (double)(a[i] * a[i]);
    }
  }
  ck_assert_mem_eq(rig_heard(whole, OWNER_BUS, 4, 0),
                   rig_heard(cut, OWNER_BUS, 4, 0),
                   N * sizeof(float));
  ck_assert_double_gt(energy, 1.0);
  rig_done(whole);
  rig_done(cut);
}
END_TEST

START_TEST(kernels_agree)
{
  if (!has(kernels[_i]))
    return;
  Rig   *base  = play_everything("base", 64, 0);
  Rig   *other = play_everything(kernels[_i], 64, 0);
  double error = 0.0, energy = 0.0;

  for (int i = 0; i < N; i++) {
    const double a = (double)rig_heard(base, OWNER_MAIN, 0, 0)[i];
    const double b = (double)rig_heard(other, OWNER_MAIN, 0, 0)[i];
    error += (a - b) * (a - b);
    energy += a * a;
  }
  const double db = 10.0 * log10((error + 1e-300) / energy);
  printf("%s against base: %.1f dB\n", kernels[_i], db);
  ck_assert_double_le(db, -90.0);
  rig_done(base);
  rig_done(other);
}
END_TEST

/* --- events --- */

START_TEST(a_mute_starts_at_its_frame)
{
  unsigned seed = (unsigned)_i * 7919u + 1u;

  for (int round = 0; round < 25; round++) {
    Rig *rig = rig_new(1, 1, 0, 48000);
    rig_set(rig, "/strip/1/pan", "L100");
    rig_start(rig, NULL);
    float *dc = rig_zeros(N);
    for (int i = 0; i < N; i++)
      dc[i] = 0.25f;
    rig->in[rig_input(rig, 1, 0)] = dc;
    rig_hear(rig, OWNER_MAIN, 0, N);
    seed              = seed * 1664525u + 1013904223u;
    const int   frame = 1 + (int)(seed >> 12) % 4000;
    const Event event = { .kind = EVENT_VALUE,
                          .slot =
                            (uint16_t)link_slot(rig->link, OWNER_STRIP, 1),
                          .cell   = CELL_MUTE,
                          .frame  = frame,
                          .number = 1.0 };
    engine_post(link_engine(rig->link), &event);
    rig_run(rig, 0, N, 0, seed);
    const float *out = rig_heard(rig, OWNER_MAIN, 0, 0);
    for (int i = 0; i < frame; i++)
      ck_assert_float_eq(out[i], 0.25f);
    ck_assert_float_lt(out[frame], 0.25f);
    ck_assert_float_eq(out[frame + 480], 0.0f);
    rig_done(rig);
  }
}
END_TEST

/* --- faults --- */

START_TEST(a_bad_input_stays_alone)
{
  static const float bad[] = { NAN, INFINITY, -INFINITY, 1e30f };
  Rig               *rig[2];

  for (int which = 0; which < 2; which++) {
    rig[which] = rig_new(3, 2, 4, 48000);
    set_everything(rig[which], 0);
    rig_set(rig[which], "/strip/1/to-main", "off");
    rig_set(rig[which], "/strip/1/group/1", "on");
    rig_set(rig[which], "/strip/1/eq/on", "on");
    rig_set(rig[which], "/strip/1/eq/2/gain", "6");
    rig_set(rig[which], "/strip/2/comp/on", "on");
    rig_start(rig[which], NULL);
    for (unsigned strip = 1; strip <= 3; strip++)
      for (int leg = 0; leg < 2; leg++)
        rig[which]->in[rig_input(rig[which], strip, leg)] =
          rig_noise(N, 10 * strip + (unsigned)leg);
    float *first = rig[which]->in[rig_input(rig[which], 1, 0)];
    for (int i = 1000; i < 1064; i++)
      first[i] = which ? bad[_i] : 0.0f;
    rig_hear(rig[which], OWNER_MAIN, 0, N);
    rig_hear(rig[which], OWNER_BUS, 1, N);
    rig_run(rig[which], 0, N, 64, 0);
  }
  for (int leg = 0; leg < 2; leg++) {
    ck_assert_mem_eq(rig_heard(rig[0], OWNER_MAIN, 0, leg),
                     rig_heard(rig[1], OWNER_MAIN, 0, leg),
                     N * sizeof(float));
    ck_assert_mem_eq(rig_heard(rig[0], OWNER_BUS, 1, leg),
                     rig_heard(rig[1], OWNER_BUS, 1, leg),
                     N * sizeof(float));
  }
  rig_done(rig[0]);
  rig_done(rig[1]);
}
END_TEST

static Suite *
suite(void)
{
  Suite *suite = suite_create("mix");
  TCase *tcase = tcase_create("mix");

  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, flat_is_bit_exact, 0, 3);
  tcase_add_test(tcase, polarity_nulls);
  tcase_add_loop_test(tcase, mix_of_64_mono_strips, 0, 3);
  tcase_add_loop_test(tcase, any_blocks_same_bits, 0, 9);
  tcase_add_loop_test(tcase, kernels_agree, 1, 3);
  tcase_add_loop_test(tcase, a_mute_starts_at_its_frame, 0, 4);
  tcase_add_loop_test(tcase, a_bad_input_stays_alone, 0, 4);
  suite_add_tcase(suite, tcase);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
