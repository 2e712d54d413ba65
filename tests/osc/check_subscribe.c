/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is pushed, to whom, how often and for how long. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fake-osc.h"

static FakeHost *host;
static OscPeer   ann, bob;

static void
setup_small(void)
{
  host = fake_host_new(4, 2);
  ann  = fake_peer(1, 5000);
  bob  = fake_peer(2, 5000);
}

static void
setup_large(void)
{
  setup_small();
  fake_host_free(host);
  host = fake_host_new(60, 2);
}

static void
teardown(void)
{
  fake_host_free(host);
}

#define ck_heard(at, expected) ck_assert_str_eq(fake_heard(host, at), expected)

static void
subscribe(OscPeer peer, const char *pattern)
{
  if (pattern)
    fake_say(host, peer, "/subscribe", "s", pattern);
  else
    fake_say(host, peer, "/subscribe", NULL);
  ck_heard(peer, "/subscribed i 10\n");
}

/* A hand at the screen. */
static void
move(unsigned strip, unsigned cell, double value)
{
  Address address = desk_address(OWNER_STRIP, strip, cell);
  char    reason[DESK_REASON];
  ck_assert(
    desk_set(host->desk, address, value, (Who){ ORIGIN_SCREEN, 0 }, reason));
}

static unsigned
count_lines(const char *text)
{
  unsigned lines = 0;
  for (; (text = strchr(text, '\n')); ++text)
    ++lines;
  return lines;
}

START_TEST(a_change_is_told_to_others_at_once)
{
  subscribe(ann, NULL);
  fake_say(host, bob, "/strip/1/fader", "f", 0.5);
  fake_pass(host, 0);
  ck_heard(ann, "/strip/1/fader f 0.5\n");
  move(2, CELL_MUTE, 1);
  fake_pass(host, 20);
  ck_heard(ann, "/strip/2/mute i 1\n");
  ck_heard(bob, "");
}
END_TEST

START_TEST(no_one_hears_its_own_echo)
{
  subscribe(ann, NULL);
  fake_say(host, ann, "/strip/1/fader", "f", 0.5);
  fake_say(host, ann, "/strip/1/name", "s", "Kick");
  fake_say(host, ann, "/strip/1/gate/mode", "i", 0);
  fake_pass(host, 100);
  ck_heard(ann, "");
}
END_TEST

START_TEST(an_own_move_overtakes_what_was_waiting)
{
  subscribe(ann, NULL);
  fake_pass(host, 0);
  move(1, CELL_FADER, -20);
  fake_say(host, ann, "/strip/1/fader", "f", 0.5);
  fake_pass(host, 100);
  ck_heard(ann, "");
}
END_TEST

START_TEST(other_leaves_of_an_own_move_are_told)
{
  subscribe(ann, "/strip/*/fader");
  subscribe(ann, "/strip/*/fader/text");
  fake_say(host, ann, "/strip/1/fader", "f", 0.5);
  fake_pass(host, 0);
  ck_heard(ann, "/strip/1/fader/text s -10.0 dB\n");
}
END_TEST

START_TEST(a_partner_is_told)
{
  move(1, CELL_CHANNELS, 1);
  move(2, CELL_CHANNELS, 1);
  desk_set_text(host->desk,
                desk_address(OWNER_STRIP, 1, CELL_LINK),
                "strip/2",
                (Who){ ORIGIN_SCREEN, 0 },
                NULL);
  subscribe(ann, "/strip/*/fader");
  fake_say(host, ann, "/strip/1/fader", "f", 0.5);
  fake_pass(host, 0);
  ck_heard(ann, "/strip/2/fader f 0.5\n");
}
END_TEST

START_TEST(what_was_not_met_to_the_letter_is_told)
{
  subscribe(ann, NULL);
  fake_say(host, ann, "/transport/stop", "f", 1.0);
  fake_pass(host, 20);
  ck_heard(ann, "/transport/stop i 0\n");
  fake_say(host, ann, "/strip/1/fader", "f", 1.5);
  fake_heard(host, ann);
  fake_pass(host, 20);
  ck_heard(ann, "/strip/1/fader f 0.75\n");
  fake_say(host, ann, "/strip/1/fader/delta", "f", -0.25);
  fake_pass(host, 20);
  ck_heard(ann, "/strip/1/fader f 0.5\n");
}
END_TEST

START_TEST(the_latest_wins_and_no_more_often_than_wished)
{
  unsigned told = 0;
  fake_say(host, ann, "/subscribe", "si", "/strip/1/fader/value", 100);
  fake_heard(host, ann);
  for (int i = 0; i < 1000; ++i) {
    move(1, CELL_FADER, -0.01 * i);
    fake_pass(host, 1);
  }
  told = count_lines(fake_heard(host, ann));
  ck_assert_uint_ge(told, 9);
  ck_assert_uint_le(told, 11);
  fake_pass(host, 100);
  ck_heard(ann, "/strip/1/fader/value f -9.99\n");
  fake_pass(host, 1000);
  ck_heard(ann, "");
}
END_TEST

START_TEST(many_changes_share_a_datagram)
{
  subscribe(ann, NULL);
  for (unsigned i = 1; i <= 4; ++i)
    move(i, CELL_FADER, -3);
  host->datagrams = 0;
  fake_pass(host, 0);
  ck_assert_uint_eq(host->datagrams, 1);
  ck_assert_uint_eq(count_lines(fake_heard(host, ann)), 4);
}
END_TEST

START_TEST(a_pattern_tells_what_it_means)
{
  subscribe(ann, "/strip/{1,3}");
  subscribe(ann, "/{strip,bus}/*/mute");
  for (unsigned i = 1; i <= 4; ++i)
    move(i, CELL_PAN, 50);
  move(2, CELL_MUTE, 1);
  fake_pass(host, 0);
  ck_heard(ann,
           "/strip/1/pan f 0.75\n/strip/3/pan f 0.75\n/strip/2/mute i 1\n");
}
END_TEST

START_TEST(leaving_ends_it)
{
  subscribe(ann, "/strip/1");
  subscribe(ann, "/strip/2");
  fake_say(host, ann, "/unsubscribe", "s", "/strip/1");
  ck_heard(ann, "/unsubscribed i 1\n");
  move(1, CELL_FADER, -3);
  move(2, CELL_FADER, -3);
  fake_pass(host, 0);
  ck_heard(ann, "/strip/2/fader f 0.675\n");
  fake_say(host, ann, "/unsubscribe", NULL);
  ck_heard(ann, "/unsubscribed i 1\n");
  move(2, CELL_FADER, -5);
  fake_pass(host, 100);
  ck_heard(ann, "");
}
END_TEST

START_TEST(it_lasts_ten_seconds_from_the_last_message)
{
  subscribe(ann, NULL);
  fake_pass(host, 9000);
  fake_say(host, ann, "/accxyz", NULL);
  fake_pass(host, 9000);
  fake_say(host, ann, "/renew", NULL);
  fake_pass(host, 10000);
  move(1, CELL_FADER, -10);
  fake_pass(host, 0);
  ck_heard(ann, "/strip/1/fader f 0.5\n");
  fake_pass(host, 1);
  move(1, CELL_FADER, 0);
  fake_pass(host, 100);
  ck_heard(ann, "");
  fake_say(host, ann, "/renew", NULL);
  ck_assert_ptr_nonnull(strstr(fake_heard(host, ann), "/error"));
}
END_TEST

START_TEST(what_is_malformed_renews_nothing)
{
  subscribe(ann, NULL);
  for (int i = 0; i < 6; ++i) {
    fake_pass(host, 2000);
    fake_deliver(host, ann, "abcd", 4);
  }
  fake_heard(host, ann);
  move(1, CELL_FADER, -10);
  fake_pass(host, 100);
  ck_heard(ann, "");
}
END_TEST

START_TEST(a_client_may_hear_elsewhere)
{
  OscPeer ear = fake_peer(1, 9001);
  fake_say(host, ann, "/subscribe", "i", 9001);
  ck_heard(ear, "/subscribed i 10\n");
  /* Another source of the same host is another hand. */
  fake_say(host, fake_peer(1, 6000), "/strip/1/fader", "f", 0.5);
  fake_pass(host, 20);
  ck_heard(ear, "/strip/1/fader f 0.5\n");
  /* Its own moves are still its own, and its answers come to its ear. */
  fake_say(host, ann, "/strip/1/fader", "f", 0.25);
  fake_pass(host, 20);
  ck_heard(ear, "");
  fake_say(host, ann, "/strip/1/fader", NULL);
  ck_heard(ear, "/strip/1/fader f 0.25\n");
  ck_heard(ann, "");
}
END_TEST

START_TEST(an_ear_is_renewed_from_another_source)
{
  OscPeer ear = fake_peer(1, 9001);
  fake_say(host, fake_peer(1, 6000), "/subscribe", "i", 9001);
  fake_pass(host, 8000);
  fake_say(host, fake_peer(1, 6001), "/renew", "i", 9001);
  fake_pass(host, 8000);
  fake_heard(host, ear);
  move(1, CELL_FADER, -10);
  fake_pass(host, 20);
  ck_heard(ear, "/strip/1/fader f 0.5\n");
}
END_TEST

START_TEST(no_one_listens_for_another_host)
{
  fake_say(host, fake_peer(3, 6000), "/subscribe", "i", 9001);
  move(1, CELL_FADER, -10);
  fake_pass(host, 20);
  ck_heard(fake_peer(1, 9001), "");
  ck_heard(fake_peer(3, 9001), "/subscribed i 10\n/strip/1/fader f 0.5\n");
}
END_TEST

/* Touch */

START_TEST(a_control_in_a_hand_is_not_moved)
{
  subscribe(ann, "/strip/*/fader");
  subscribe(ann, "/strip/*/fader/text");
  fake_say(host, ann, "/strip/1/fader/touch", "i", 1);
  move(1, CELL_FADER, -10);
  fake_pass(host, 100);
  ck_heard(ann, "/strip/1/fader/text s -10.0 dB\n");
  fake_say(host, bob, "/strip/1/fader/touch", NULL);
  ck_heard(bob, "/strip/1/fader/touch i 1\n");
  fake_say(host, ann, "/strip/1/fader/touch", "i", 0);
  fake_pass(host, 100);
  ck_heard(ann, "/strip/1/fader f 0.5\n/strip/1/fader/text s -10.0 dB\n");
  move(1, CELL_FADER, 0);
  fake_pass(host, 100);
  ck_heard(ann, "/strip/1/fader f 0.75\n/strip/1/fader/text s 0.0 dB\n");
  fake_say(host, bob, "/strip/1/fader/touch", NULL);
  ck_heard(bob, "/strip/1/fader/touch i 0\n");
}
END_TEST

START_TEST(two_hands_on_one_fader)
{
  subscribe(ann, "/strip/*/fader");
  subscribe(bob, "/strip/*/fader");
  fake_say(host, ann, "/strip/1/fader/touch", "i", 1);
  for (int i = 0; i < 50; ++i) {
    fake_say(host, ann, "/strip/1/fader", "f", 0.5 + i * 0.001);
    fake_say(host, bob, "/strip/1/fader", "f", 0.25 + i * 0.001);
    fake_pass(host, 20);
  }
  ck_heard(ann, "");
  const char *heard = fake_heard(host, bob);
  ck_assert_uint_le(count_lines(heard), 50);
  fake_say(host, ann, "/strip/1/fader/touch", "i", 0);
  fake_pass(host, 20);
  ck_heard(ann, "/strip/1/fader f 0.299\n");
}
END_TEST

START_TEST(a_hand_that_vanished_lets_go)
{
  subscribe(ann, "/strip/*/fader");
  fake_say(host, ann, "/strip/1/fader/touch", "i", 1);
  fake_pass(host, 11000);
  subscribe(ann, "/strip/*/fader");
  move(1, CELL_FADER, -10);
  fake_pass(host, 20);
  ck_heard(ann, "/strip/1/fader f 0.5\n");
}
END_TEST

START_TEST(touches_have_a_limit)
{
  fake_say(host, ann, "/{strip,bus}/*/eq/*/{gain,freq,q}/touch", "i", 1);
  ck_assert_ptr_nonnull(strstr(fake_heard(host, ann), "32 controls"));
}
END_TEST

/* Everything */

START_TEST(refresh_tells_what_is_not_at_its_default)
{
  move(3, CELL_FADER, -10);
  move(4, CELL_MUTE, 1);
  fake_say(host, ann, "/refresh", NULL);
  fake_pass(host, 100);
  ck_heard(ann, "/strip/3/fader f 0.5\n/strip/4/mute i 1\n");
  fake_say(host, ann, "/refresh", "s", "/dca/1");
  fake_pass(host, 100);
  ck_heard(ann,
           "/dca/1/name s \n/dca/1/color s \n/dca/1/fader f 0.75\n"
           "/dca/1/mute i 0\n/dca/1/solo i 0\n");
}
END_TEST

START_TEST(refresh_is_paced_and_complete)
{
  unsigned expected = 0, heard = 0;
  for (unsigned cell = 0; cell < CELLS; ++cell) {
    const ParamRow *row    = params_of_cell(cell);
    bool            absent = row->count == MAX_BUSES && cell - row->first >= 2;
    expected += params_owner_has(OWNER_STRIP, cell) && !absent;
  }
  fake_say(host, ann, "/refresh", "s", "/strip");
  for (int i = 0; i < 500; ++i) {
    fake_pass(host, 10);
    ck_assert_uint_le(host->datagrams, 9);
    heard += count_lines(fake_heard(host, ann));
  }
  ck_assert_uint_eq(heard, 60 * expected);
}
END_TEST

/* Every cell of every strip that has a range, at a share of it. */
static unsigned
move_everything(double share)
{
  unsigned moved = 0;
  for (unsigned number = 1; number <= 60; ++number)
    for (unsigned cell = 0; cell < CELLS; ++cell) {
      const ParamRow *row = params_of_cell(cell);
      if (row->taper != TAPER_LINEAR && row->taper != TAPER_SWITCH &&
          row->taper != TAPER_CHOICE)
        continue;
      if (!(row->owners & PARAM_STRIP) || row->count == MAX_BUSES)
        continue;
      move(number, cell, share > 0 ? row->max : row->min);
      ++moved;
    }
  return moved;
}

START_TEST(a_flood_of_changes_loses_none)
{
  float    told[61][EQ_BANDS + 1] = { { 0 } };
  unsigned number, band;
  float    value;
  subscribe(ann, NULL);
  move_everything(0);
  ck_assert_uint_gt(move_everything(1), OSC_QUEUE_ROOM);
  for (int i = 0; i < 400; ++i) {
    fake_pass(host, 10);
    ck_assert_uint_le(host->datagrams, 9);
    const char *at = fake_heard(host, ann);
    for (; *at; at = strchr(at, '\n') + 1)
      if (sscanf(at, "/strip/%u/eq/%u/gain f %f", &number, &band, &value) == 3)
        told[number][band] = value;
  }
  for (number = 1; number <= 60; ++number)
    for (band = 1; band <= EQ_BANDS; ++band)
      ck_assert(told[number][band] == 1);
  fake_pass(host, 100);
  ck_heard(ann, "");
}
END_TEST

START_TEST(another_desk_is_told_anew)
{
  Desk *other = desk_new(), *before = host->desk;
  char  reason[DESK_REASON];
  desk_add(other, OWNER_STRIP, 7, (Who){ ORIGIN_LOADER, 0 }, reason);
  desk_set(other,
           desk_address(OWNER_STRIP, 7, CELL_FADER),
           -10,
           (Who){ ORIGIN_LOADER, 0 },
           reason);
  subscribe(ann, "/strip/*/fader");
  strcpy(host->status.session, "/songs/Next");
  osc_hub_set_desk(host->hub, other);
  host->desk = other;
  desk_free(before);
  fake_pass(host, 20);
  ck_heard(ann, "/desk/opened s Next\n/strip/7/fader f 0.5\n");
}
END_TEST

START_TEST(strips_that_come_and_go_are_told)
{
  subscribe(ann, NULL);
  move(3, CELL_FADER, -10);
  fake_say(host, bob, "/desk/add", "s", "bus");
  fake_say(host, bob, "/desk/remove", "si", "strip", 3);
  fake_pass(host, 20);
  ck_heard(ann, "/desk/added si bus 3\n/desk/removed si strip 3\n");
}
END_TEST

START_TEST(notices_and_the_position_are_told)
{
  subscribe(ann, NULL);
  host->status.position = 1.5;
  host->status.notice_serial++;
  strcpy(host->status.notice, "Saved.");
  osc_hub_tick(host->hub);
  osc_hub_tick(host->hub);
  fake_pass(host, 20);
  ck_heard(ann, "/desk/notice s Saved.\n/transport/position f 1.5\n");
}
END_TEST

/* Meters */

START_TEST(meters_are_the_highest_since_the_last)
{
  MeterItem items[] = { { OWNER_STRIP, 1, { .out = { 0.5f, 0.25f } } },
                        { OWNER_STRIP, 2, { .out = { 0 } } },
                        { OWNER_MAIN, 0, { .out = { 1, 1 } } } };
  host->meters      = items;
  host->meter_count = 3;
  fake_say(host, ann, "/subscribe/meters", "i", 100);
  ck_heard(ann, "/subscribed i 10\n");
  osc_hub_tick(host->hub);
  ck_heard(ann,
           "/strip/1/meter/out ffff -6.0206 -12.0412 -200 -200\n"
           "/strip/2/meter/out ffff -200 -200 -200 -200\n"
           "/main/meter/out ffff 0 0 -200 -200\n");
  for (int i = 1; i <= 5; ++i) {
    items[1].values.out[0] = i == 3 ? 1 : 0.1f;
    host->now += 20000;
    ck_heard(ann, "");
    osc_hub_tick(host->hub);
  }
  const char *heard = fake_heard(host, ann);
  ck_assert_ptr_nonnull(
    strstr(heard, "/strip/2/meter/out ffff 0 -200 -200 -200\n"));
}
END_TEST

START_TEST(meters_of_a_pattern)
{
  MeterItem items[] = { { OWNER_STRIP, 1, { .comp = 3, .gate = 60 } },
                        { OWNER_STRIP, 2, { .in = { 1, 1 } } } };
  host->meters      = items;
  host->meter_count = 2;
  fake_say(host, ann, "/subscribe/meters", "s", "/strip/1/meter/comp");
  fake_say(host, bob, "/subscribe/meters", "s", "/strip/2/meter/in");
  osc_hub_tick(host->hub);
  ck_heard(ann, "/subscribed i 10\n/strip/1/meter/reduction fff 60 3 0\n");
  ck_heard(bob, "/subscribed i 10\n/strip/2/meter/in ffff 0 0 -200 -200\n");
  fake_say(host, ann, "/unsubscribe/meters", NULL);
  ck_heard(ann, "/unsubscribed i 1\n");
  fake_pass(host, 11000);
  osc_hub_tick(host->hub);
  ck_heard(ann, "");
  ck_heard(bob, "");
}
END_TEST

START_TEST(a_thousand_strips_of_meters_come_in_turns)
{
  enum { STRIPS = 1024 };
  static MeterItem items[STRIPS];
  unsigned         heard[STRIPS + 1] = { 0 };
  for (unsigned i = 0; i < STRIPS; ++i)
    items[i] = (MeterItem){ .owner = OWNER_STRIP, .number = i + 1 };
  host->meters      = items;
  host->meter_count = STRIPS;
  fake_say(host, ann, "/subscribe/meters", "i", 20);
  fake_heard(host, ann);
  for (int i = 0; i < 12; ++i) {
    osc_hub_tick(host->hub);
    ck_assert_uint_le(host->datagrams, 17);
    const char *at = fake_heard(host, ann);
    for (unsigned number; *at; at = strchr(at, '\n') + 1)
      if (sscanf(at, "/strip/%u/meter/out", &number) == 1)
        ++heard[number];
    host->now += 20000;
  }
  for (unsigned i = 1; i <= STRIPS; ++i)
    ck_assert_msg(heard[i] >= 3, "strip %u was told %u times", i, heard[i]);
}
END_TEST

/* Limits */

START_TEST(sixty_four_listen_and_keep_their_places)
{
  for (unsigned i = 0; i < OSC_CLIENTS_MAX; ++i)
    subscribe(fake_peer(i, 7000), NULL);
  fake_say(host, ann, "/strip/1/fader", NULL);
  ck_heard(ann, "");
  const OscCounters *counters = osc_hub_counters(host->hub);
  ck_assert_uint_eq(counters->refused[OSC_CROWDED], 1);
  /* One silent for half its lifetime gives way, the longest silent first. */
  fake_pass(host, 6000);
  for (unsigned i = 1; i < OSC_CLIENTS_MAX; ++i)
    fake_say(host, fake_peer(i, 7000), "/renew", NULL);
  subscribe(bob, NULL);
  move(1, CELL_FADER, -10);
  fake_pass(host, 0);
  ck_heard(fake_peer(0, 7000), "");
  ck_heard(fake_peer(1, 7000), "/strip/1/fader f 0.5\n");
  ck_heard(bob, "/strip/1/fader f 0.5\n");
}
END_TEST

START_TEST(passers_by_push_no_listener_out)
{
  subscribe(ann, NULL);
  for (unsigned i = 0; i < 5000; ++i)
    fake_say(host, fake_peer(9, (uint16_t)(2000 + i)), "/ping", NULL);
  move(1, CELL_FADER, -10);
  fake_pass(host, 0);
  ck_heard(ann, "/strip/1/fader f 0.5\n");
}
END_TEST

START_TEST(subscriptions_have_a_limit)
{
  char pattern[64];
  for (unsigned i = 0; i < OSC_SUBSCRIPTIONS_MAX; ++i) {
    g_snprintf(pattern, sizeof pattern, "/strip/%u", i + 1);
    subscribe(ann, pattern);
    subscribe(ann, pattern);
  }
  fake_say(host, ann, "/subscribe", "s", "/bus");
  ck_assert_ptr_nonnull(strstr(fake_heard(host, ann), "8 subscriptions"));
}
END_TEST

START_TEST(a_network_that_takes_nothing_is_counted)
{
  subscribe(ann, NULL);
  host->deaf = true;
  move(1, CELL_FADER, -10);
  fake_pass(host, 0);
  host->deaf = false;
  ck_assert_uint_eq(osc_hub_counters(host->hub)->refused[OSC_UNSENT], 1);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("subscribe");
  TCase *tcase = tcase_create("small");
  tcase_add_checked_fixture(tcase, setup_small, teardown);
  tcase_add_test(tcase, a_change_is_told_to_others_at_once);
  tcase_add_test(tcase, no_one_hears_its_own_echo);
  tcase_add_test(tcase, an_own_move_overtakes_what_was_waiting);
  tcase_add_test(tcase, other_leaves_of_an_own_move_are_told);
  tcase_add_test(tcase, a_partner_is_told);
  tcase_add_test(tcase, what_was_not_met_to_the_letter_is_told);
  tcase_add_test(tcase, the_latest_wins_and_no_more_often_than_wished);
  tcase_add_test(tcase, many_changes_share_a_datagram);
  tcase_add_test(tcase, a_pattern_tells_what_it_means);
  tcase_add_test(tcase, leaving_ends_it);
  tcase_add_test(tcase, it_lasts_ten_seconds_from_the_last_message);
  tcase_add_test(tcase, what_is_malformed_renews_nothing);
  tcase_add_test(tcase, a_client_may_hear_elsewhere);
  tcase_add_test(tcase, an_ear_is_renewed_from_another_source);
  tcase_add_test(tcase, no_one_listens_for_another_host);
  tcase_add_test(tcase, a_control_in_a_hand_is_not_moved);
  tcase_add_test(tcase, two_hands_on_one_fader);
  tcase_add_test(tcase, a_hand_that_vanished_lets_go);
  tcase_add_test(tcase, touches_have_a_limit);
  tcase_add_test(tcase, refresh_tells_what_is_not_at_its_default);
  tcase_add_test(tcase, another_desk_is_told_anew);
  tcase_add_test(tcase, strips_that_come_and_go_are_told);
  tcase_add_test(tcase, notices_and_the_position_are_told);
  tcase_add_test(tcase, meters_are_the_highest_since_the_last);
  tcase_add_test(tcase, meters_of_a_pattern);
  tcase_add_test(tcase, a_thousand_strips_of_meters_come_in_turns);
  tcase_add_test(tcase, sixty_four_listen_and_keep_their_places);
  tcase_add_test(tcase, passers_by_push_no_listener_out);
  tcase_add_test(tcase, subscriptions_have_a_limit);
  tcase_add_test(tcase, a_network_that_takes_nothing_is_counted);
  suite_add_tcase(suite, tcase);
  TCase *large = tcase_create("large");
  tcase_add_checked_fixture(large, setup_large, teardown);
  tcase_add_test(large, refresh_is_paced_and_complete);
  tcase_add_test(large, a_flood_of_changes_loses_none);
  suite_add_tcase(suite, large);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
