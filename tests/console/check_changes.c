/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes while it plays: who is not concerned hears nothing of them, to the
   bit; who is hears no click; and nothing is left behind. */

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rig.h"
#include "tests/sound.h"

#define RATE 48000
#define N    9600 /* the changes come in the middle half */

static const Who who = { .origin = ORIGIN_COMMAND };

/* A change: "+" and "-" make and remove what follows, anything else is set. */
static void
change(Rig *rig, const char *text)
{
  char        address[64], value[64] = "";
  const Owner owner  = strstr(text, "bus") ? OWNER_BUS : OWNER_STRIP;
  const char *number = strrchr(text, '/');

  if (*text == '+') {
    ck_assert_uint_ne(desk_add(rig->desk, owner, 0, who, NULL), 0);
  } else if (*text == '-') {
    ck_assert(
      desk_remove(rig->desk, owner, (unsigned)atoi(number + 1), who, NULL));
  } else {
    sscanf(text, "%63[^=]=%63[^\n]", address, value);
    rig_set(rig, address, value);
  }
}

/* --- who is not concerned --- */

/* A desk with everything on: strips 1 to 6 and buses 1 to 4; strip 1, with bus
   1 behind it, is who listens for what others do. */
static Rig *
big_desk(void)
{
  Rig *rig = rig_new(6, 2, 4, RATE);

  for (int strip = 1; strip <= 6; strip++) {
    rig_setf(rig, "on", "/strip/%d/hpf/on", strip);
    rig_setf(rig, "on", "/strip/%d/eq/on", strip);
    rig_setf(rig, "6", "/strip/%d/eq/2/gain", strip);
    rig_setf(rig, "on", "/strip/%d/gate/on", strip);
    rig_setf(rig, "on", "/strip/%d/comp/on", strip);
    rig_setf(rig, "on", "/strip/%d/deess/on", strip);
    rig_setf(rig, "off", "/strip/%d/to-main", strip);
    rig_setf(rig, strip == 1 ? "off" : "on", "/strip/%d/group/2", strip);
    rig_setf(rig, "on", "/strip/%d/send/3/on", strip);
    rig_setf(rig, strip == 1 ? "-inf" : "-6", "/strip/%d/send/3/level", strip);
  }
  rig_set(rig, "/strip/1/group/1", "on");
  rig_set(rig, "/strip/1/delay", "3");
  rig_set(rig, "/bus/1/to-main", "off");
  rig_set(rig, "/bus/1/comp/on", "on");
  rig_set(rig, "/bus/1/eq/on", "on");
  rig_set(rig, "/bus/1/eq/3/gain", "-4");
  rig_set(rig, "/bus/3/kind", "reverb");
  return rig;
}

static void
feed_noise(Rig *rig, unsigned strips)
{
  for (unsigned strip = 1; strip <= strips; strip++)
    for (int leg = 0; leg < 2; leg++)
      rig_feed(rig, strip, leg, rig_noise(N, 2 * strip + (unsigned)leg));
}

static const char *const others[] = {
  "+strip",
  "-/strip/4",
  "+bus",
  "-/bus/2",
  "-/bus/3",
  "/strip/2/channels=1",
  "/bus/2/channels=1",
  "/strip/2/comp/position=pre",
  "/strip/2/comp/lookahead=5",
  "/strip/2/gate/key=strip/1",
  "/strip/2/comp/key=bus/1",
  "/bus/2/kind=delay",
  "/bus/2/group/4=on",
  "/strip/3/send/4/on=on",
  "/strip/3/send/3/tap=input",
  "/bus/3/tap=pre-fader",
  "/strip/3/to-main=on",
  "/strip/3/eq/on=off",
  "/strip/3/delay=100",
  "/bus/4/gate/lookahead=10",
  "/desk/panlaw=-6 dB",
  "/desk/tempo=90",
  "/strip/2/solo=on",
  "/dca/1/mute=on",
};

/* Strip 1 by its own bus sounds the same whatever the others do, once or twice.
 */
START_TEST(others_change)
{
  Rig *rig[2];

  for (int which = 0; which < 2; which++) {
    rig[which] = big_desk();
    rig_start(rig[which], NULL);
    feed_noise(rig[which], 6);
    rig_hear(rig[which], OWNER_BUS, 1, N);
    rig_play(rig[which], 0, N / 4, 64);
    if (which)
      change(rig[which], others[_i]);
    rig_play(rig[which], N / 4, N / 4, 64);
    if (which && *others[_i] != '-')
      change(rig[which], others[_i]);
    rig_play(rig[which], N / 2, N / 2, 64);
  }
  for (int leg = 0; leg < 2; leg++) {
    int       first;
    const int differ = sound_differences(rig_heard(rig[0], OWNER_BUS, 1, leg),
                                         rig_heard(rig[1], OWNER_BUS, 1, leg),
                                         N,
                                         &first);
    ck_assert_msg(differ == 0,
                  "%s: %d frames differ, the first at %d",
                  others[_i],
                  differ,
                  first);
  }
  ck_assert_double_gt(sound_rms(rig_heard(rig[0], OWNER_BUS, 1, 0), N), 0.05);
  rig_done(rig[0]);
  rig_done(rig[1]);
}
END_TEST

/* A bus that comes to stand behind others keeps its sound as it moves to
   another level: filters, compressor and look-ahead go with it. */
START_TEST(levels_change)
{
  Rig *rig[2];

  for (int which = 0; which < 2; which++) {
    rig[which] = big_desk();
    rig_set(rig[which], "/bus/1/gate/lookahead", "4");
    rig_set(rig[which], "/bus/1/hpf/on", "on");
    rig_start(rig[which], NULL);
    feed_noise(rig[which], 6);
    rig_hear(rig[which], OWNER_BUS, 1, N);
    rig_play(rig[which], 0, N / 4, 64);
    if (which) {
      /* Silence by a new way, two levels deep. */
      change(rig[which], "/bus/4/group/2=on");
      change(rig[which], "/bus/4/to-main=off");
      change(rig[which], "/bus/4/send/1/on=on");
    }
    rig_play(rig[which], N / 4, N / 4, 64);
    if (which) {
      change(rig[which], "/bus/3/group/4=on");
      change(rig[which], "/strip/1/send/3/on=off");
      change(rig[which], "/bus/3/mute=on");
    }
    rig_play(rig[which], N / 2, N / 4, 64);
    if (which)
      change(rig[which], "/bus/4/send/1/on=off");
    rig_play(rig[which], 3 * N / 4, N / 4, 64);
  }
  int       first;
  const int differ = sound_differences(rig_heard(rig[0], OWNER_BUS, 1, 0),
                                       rig_heard(rig[1], OWNER_BUS, 1, 0),
                                       N,
                                       &first);
  ck_assert_msg(differ == 0, "%d differ, the first at %d", differ, first);
  rig_done(rig[0]);
  rig_done(rig[1]);
}
END_TEST

/* --- who is concerned --- */

typedef struct Move {
  const char *from; /* before it plays */
  const char *to;
  double      demand; /* dB above 4 kHz */
} Move;

static const Move moves[] = {
  { "/strip/1/mute=off", "/strip/1/mute=on", -80 },
  { "/strip/1/mute=on", "/strip/1/mute=off", -80 },
  { "/strip/1/fader=0", "/strip/1/fader=-6", -80 },
  { "/strip/1/trim=0", "/strip/1/trim=-6", -80 },
  { "/strip/1/polarity=off", "/strip/1/polarity=on", -80 },
  { "/strip/1/pan=L100", "/strip/1/pan=R100", -80 },
  { "/strip/1/width=0", "/strip/1/width=200", -80 },
  { "/strip/1/to-main=on", "/strip/1/to-main=off", -80 },
  { "/strip/1/to-main=off", "/strip/1/to-main=on", -80 },
  { "/strip/1/group/1=off", "/strip/1/group/1=on", -80 },
  { "/strip/1/group/1=on", "/strip/1/group/1=off", -80 },
  { "/strip/1/send/2/on=off", "/strip/1/send/2/on=on", -80 },
  { "/strip/1/send/2/on=on", "/strip/1/send/2/on=off", -80 },
  { "/strip/1/send/2/on=on", "/strip/1/send/2/tap=input", -80 },
  { "/strip/1/send/2/on=on", "/bus/2/tap=pre-eq", -80 },
  { "/strip/1/hpf/on=off", "/strip/1/hpf/on=on", -80 },
  { "/strip/1/hpf/on=on", "/strip/1/hpf/on=off", -80 },
  { "/strip/1/lpf/on=off", "/strip/1/lpf/on=on", -80 },
  { "/strip/1/eq/on=off", "/strip/1/eq/on=on", -80 },
  { "/strip/1/eq/on=on", "/strip/1/eq/on=off", -80 },
  { "/strip/1/comp/on=off", "/strip/1/comp/on=on", -80 },
  { "/strip/1/comp/on=on", "/strip/1/comp/on=off", -80 },
  { "/strip/1/gate/on=off", "/strip/1/gate/on=on", -80 },
  { "/strip/1/gate/on=on", "/strip/1/gate/on=off", -80 },
  { "/strip/1/deess/on=off", "/strip/1/deess/on=on", -80 },
  { "/strip/1/deess/on=on", "/strip/1/deess/on=off", -80 },
  { "/strip/1/dca/1=on", "/dca/1/fader=-12", -80 },
  { "/strip/1/dca/1=on", "/dca/1/mute=on", -80 },
  { "/strip/1/mutegroup/1=on", "/mutegroup/1/on=on", -80 },
  { "/desk/panlaw=-3 dB", "/desk/panlaw=-6 dB", -80 },
  { "/main/fader=0", "/main/fader=-6", -80 },
  { "/main/pan=0", "/main/pan=R100", -80 },
  /* Structure: faded out and in, or from the one to the other. */
  { "/strip/1/delay=0", "/strip/1/delay=10", -80 },
  { "/strip/1/delay=7.3", "/strip/1/delay=2.1", -80 },
  { "/strip/1/delay=10", "/strip/1/delay=0", -80 },
  { "/strip/1/comp/lookahead=0", "/strip/1/comp/lookahead=10", -80 },
  { "/strip/1/comp/lookahead=10", "/strip/1/comp/lookahead=0", -80 },
  { "/strip/1/gate/lookahead=0", "/strip/1/gate/lookahead=7", -80 },
  { "/strip/2/comp/lookahead=0", "/strip/2/comp/lookahead=10", -80 },
  { "/strip/2/comp/lookahead=10", "/strip/2/comp/lookahead=0", -80 },
  { "/strip/2/comp/lookahead=10", "/strip/2/comp/lookahead=3", -80 },
  { "/strip/1/comp/position=post", "/strip/1/comp/position=pre", -80 },
  { "/strip/1/channels=2", "/strip/1/channels=1", -80 },
  { "/strip/1/channels=1", "/strip/1/channels=2", -80 },
  { "/bus/1/channels=2", "/bus/1/channels=1", -80 },
  { "/bus/1/kind=group", "/bus/1/kind=reverb", -80 },
  { "/bus/1/gate/lookahead=0", "/bus/1/gate/lookahead=10", -80 },
  { "/strip/1/gate/key=", "/strip/1/gate/key=strip/2", -80 },
  { "/strip/1/mute=off", "-/strip/1", -80 },
  { "/strip/1/mute=off", "-/bus/1", -80 },
  { "/strip/1/mute=off", "+strip", -80 },
  { "/strip/1/mute=off", "+bus", -80 },
};

/* A tone of 997 Hz in every strip; the strips' blocks are set to do something
   once they are on. */
static Rig *
tone_desk(const Move *move, double phase)
{
  Rig *rig = rig_new(2, 2, 2, RATE);

  rig_set(rig, "/strip/1/eq/2/gain", "9");
  rig_set(rig, "/strip/1/comp/threshold", "-30");
  rig_set(rig, "/strip/1/gate/threshold", "0");
  rig_set(rig, "/strip/1/gate/range", "20");
  rig_set(rig, "/strip/1/gate/release", "400");
  rig_set(rig, "/strip/1/deess/freq", "2000");
  rig_set(rig, "/strip/1/deess/threshold", "-60");
  rig_set(rig, "/strip/1/deess/mode", "wide");
  rig_set(rig, "/strip/1/lpf/freq", "1000");
  rig_set(rig, "/strip/1/hpf/freq", "1000");
  rig_set(rig, "/strip/1/trim", "-3");
  rig_set(rig, "/strip/1/send/2/level", "0");
  rig_set(rig, "/strip/2/fader", "-6");
  rig_set(rig, "/strip/1/group/1", "on");
  rig_set(rig, "/bus/1/fader", "-6");
  rig_set(rig, "/bus/2/fader", "-6");
  rig_set(rig, "/bus/1/reverb/decay", "0.3");
  rig_set(rig, "/bus/1/reverb/modulation", "0");
  change(rig, move->from);
  rig_start(rig, NULL);
  for (unsigned strip = 1; strip <= 2; strip++)
    for (int leg = 0; leg < 2; leg++) {
      float *tone = sound_tone(N, 997.0, RATE, phase + leg + strip);
      for (int i = 0; i < N; i++)
        tone[i] *= 0.5f;
      rig_feed(rig, strip, leg, tone);
    }
  return rig;
}

START_TEST(no_clicks)
{
  const Move *move  = &moves[_i];
  double      worst = -300.0;

  for (int phase = 0; phase < 3; phase++) {
    Rig *rig = tone_desk(move, phase * 1.1);
    rig_hear(rig, OWNER_MAIN, 0, N);
    rig_play(rig, 0, N / 3 + 7 * phase, 64);
    change(rig, move->to);
    rig_play(rig, N / 3 + 7 * phase, N - N / 3 - 7 * phase, 64);
    /* What clicks in either side clicks in both together. */
    float *left = rig->out[rig_output(OWNER_MAIN, 0, 0)];
    for (int i = 0; i < N; i++)
      left[i] += 0.8f * rig_heard(rig, OWNER_MAIN, 0, 1)[i];
    worst = fmax(worst, sound_click(left, N, RATE));
    rig_done(rig);
  }
  printf("%-28s then %-28s %6.1f dB\n", move->from, move->to, worst);
  ck_assert_msg(
    worst <= move->demand, "%s: %.1f dB above 4 kHz", move->to, worst);
}
END_TEST

/* Faders that a hand moves: a step every 10 ms, or every millisecond. */
START_TEST(a_fader_under_a_hand)
{
  const int every = _i ? 48 : 480;
  Rig      *rig   = tone_desk(&moves[0], 0.0);

  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_play(rig, 0, 3840, 48);
  for (int at = 3840; at < N; at += every) {
    char text[16];
    snprintf(text, sizeof text, "%.2f", -20.0 * (at - 3840) / N);
    rig_set(rig, "/strip/1/fader", text);
    rig_play(rig, at, every < N - at ? every : N - at, 48);
  }
  const double click = sound_click(rig_heard(rig, OWNER_MAIN, 0, 0), N, RATE);
  printf("a fader's step every %g ms: %.1f dB\n", every / 48.0, click);
  ck_assert_double_le(click, -80.0);
  rig_done(rig);
}
END_TEST

/* What comes out after a change is what a desk that was always so gives: levels
   after a while, with a constant at the input. */
START_TEST(changes_arrive)
{
  const int rest = strstr(moves[_i].to, "gate") ? 3 * RATE : RATE;
  Rig      *rig[2];
  double    level[2][2];

  for (int which = 0; which < 2; which++) {
    rig[which] = tone_desk(&moves[_i], 0.0);
    if (which)
      change(rig[which], moves[_i].to);
    rig_rest(rig[which], rest / 2);
    if (!which)
      change(rig[which], moves[_i].to);
    rig_rest(rig[which], rest);
    rig_hear(rig[which], OWNER_MAIN, 0, N);
    rig_play(rig[which], 0, N, 64);
    for (int leg = 0; leg < 2; leg++)
      level[which][leg] =
        sound_rms(rig_heard(rig[which], OWNER_MAIN, 0, leg) + N / 2, N / 2);
    rig_done(rig[which]);
  }
  for (int leg = 0; leg < 2; leg++)
    ck_assert_msg(fabs(level[0][leg] - level[1][leg]) <
                    1e-3 * level[1][leg] + 1e-6,
                  "%s: %.6f, and from the start %.6f",
                  moves[_i].to,
                  level[0][leg],
                  level[1][leg]);
}
END_TEST

/* --- many --- */

static unsigned seed;

static unsigned
dice(unsigned sides)
{
  seed = seed * 1664525u + 1013904223u;
  return (seed >> 8) % sides;
}

static void
make_or_remove(Desk *desk)
{
  const Owner    owner = dice(3) ? OWNER_STRIP : OWNER_BUS;
  const unsigned count = desk_count(desk, owner);

  if (dice(2) && count > 1)
    desk_remove(desk, owner, desk_nth(desk, owner, dice(count)), who, NULL);
  else if (count < 24)
    desk_add(desk, owner, 0, who, NULL);
}

/* Any value to any number in the table; what the desk refuses, it refuses. */
static void
set_anything(Desk *desk)
{
  static const Owner owners[] = { OWNER_STRIP, OWNER_STRIP,    OWNER_BUS,
                                  OWNER_BUS,   OWNER_MAIN,     OWNER_MONITOR,
                                  OWNER_DCA,   OWNER_MUTEGROUP };
  const Owner        owner    = owners[dice(8)];
  const unsigned     cell     = dice(CELLS);
  const ParamRow    *row      = params_of_cell(cell);
  const unsigned     count    = desk_count(desk, owner);

  if (!count || !params_owner_has(owner, cell) || row->taper == TAPER_TEXT)
    return;
  const double low   = isfinite(row->min) ? row->min : -60.0;
  double       value = low + (fmin(row->max, 1e4) - low) * dice(1001) / 1000.0;
  if (row->taper >= TAPER_SWITCH && row->taper <= TAPER_INT)
    value = row->min + dice((unsigned)(row->max - row->min) + 1);
  desk_set(desk,
           desk_address(owner, desk_nth(desk, owner, dice(count)), cell),
           value,
           who,
           NULL);
}

static void
set_structure(Desk *desk)
{
  static const unsigned cells[] = {
    CELL_CHANNELS,       CELL_BUS_KIND,      CELL_GATE_LOOKAHEAD, CELL_TO_MAIN,
    CELL_COMP_LOOKAHEAD, CELL_COMP_POSITION, CELL_GROUP,          CELL_SEND_ON,
    CELL_SEND_TAP,       CELL_DELAY,         CELL_BUS_TAP,        CELL_SOLO
  };
  const Owner owner = dice(2) ? OWNER_STRIP : OWNER_BUS;
  unsigned    cell  = cells[dice(12)];

  if (!desk_count(desk, owner))
    return;
  const ParamRow *row    = params_of_cell(cell);
  const unsigned  number = desk_nth(desk, owner, dice(desk_count(desk, owner)));
  cell += dice(row->count) % 24;
  desk_set(desk,
           desk_address(owner, number, cell),
           floor(row->min + (row->max - row->min + 1) * dice(1000) / 1000.0),
           who,
           NULL);
}

static void
set_key(Desk *desk)
{
  const Owner owner = dice(2) ? OWNER_STRIP : OWNER_BUS;
  const Owner key   = dice(2) ? OWNER_STRIP : OWNER_BUS;
  char        text[16];

  if (!desk_count(desk, owner) || !desk_count(desk, key))
    return;
  snprintf(text,
           sizeof text,
           "%s/%u",
           params_owner_name(key),
           desk_nth(desk, key, dice(desk_count(desk, key))));
  desk_set_text(
    desk,
    desk_address(owner,
                 desk_nth(desk, owner, dice(desk_count(desk, owner))),
                 dice(2) ? CELL_GATE_KEY : CELL_COMP_KEY),
    dice(4) ? text : "",
    who,
    NULL);
}

static bool
all_finite(const float *x, int n)
{
  for (int i = 0; i < n; i++)
    if (!isfinite(x[i]))
      return false;
  return true;
}

/* Hundreds of changes of every kind in a playing desk: it survives, stays in
   order, and settles. Sanitizers see the rest. */
START_TEST(anything_at_any_time)
{
  static const char *const kernels[] = { "base", NULL, NULL, NULL };
  const int                rounds    = getenv("CONSORT_SIEGE") ? 3000 : 130;

  seed     = 77u + (unsigned)_i;
  Rig *rig = rig_new(8, 2, 6, RATE);
  rig_start(rig, kernels[_i]);
  feed_noise(rig, 8);
  rig_hear(rig, OWNER_MAIN, 0, N);
  rig_hear(rig, OWNER_MONITOR, 0, N);
  for (int round = 0; round < rounds; round++) {
    const int count = dice(4) ? 1 : 1 + (int)dice(20);
    for (int i = 0; i < count; i++) {
      const unsigned kind = dice(8);
      if (kind == 0)
        make_or_remove(rig->desk);
      else if (kind < 4)
        set_structure(rig->desk);
      else if (kind == 4)
        set_key(rig->desk);
      else
        set_anything(rig->desk);
    }
    rig_play(
      rig, (int)dice(N - 1000), 64 + (int)dice(500), 16 + (int)dice(200));
    ck_assert(all_finite(rig_heard(rig, OWNER_MAIN, 0, 0), N));
    ck_assert(all_finite(rig_heard(rig, OWNER_MONITOR, 0, 0), N));
  }
  /* It comes to rest: nothing is under way any more. */
  rig_rest(rig, RATE);
  Status status = { 0 };
  link_fill_status(rig->link, &status);
  ck_assert_uint_eq(status.warnings, 0);
  rig_done(rig);
}
END_TEST

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static Suite *
suite(void)
{
  Suite *suite = suite_create("changes");
  TCase *tcase = tcase_create("changes");

  tcase_set_timeout(tcase, 600);
  tcase_add_loop_test(tcase, others_change, 0, COUNT(others));
  tcase_add_test(tcase, levels_change);
  tcase_add_loop_test(tcase, no_clicks, 0, COUNT(moves));
  tcase_add_loop_test(tcase, a_fader_under_a_hand, 0, 2);
  tcase_add_loop_test(tcase, changes_arrive, 0, COUNT(moves));
  tcase_add_loop_test(tcase, anything_at_any_time, 0, 4);
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
