/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client says and hears: every leaf of every parameter, patterns, and
   what is refused. */

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "osc/packet.h"
#include "osc/verbs.h"
#include "tests/fake-osc.h"

static FakeHost *host;
static OscPeer   me;

static void
setup(void)
{
  host = fake_host_new(4, 2);
  me   = fake_peer(1, 5000);
}

static void
teardown(void)
{
  fake_host_free(host);
}

static Address
strip(unsigned number, unsigned cell)
{
  return desk_address(OWNER_STRIP, number, cell);
}

static double
fader(unsigned number)
{
  return desk_get(host->desk, strip(number, CELL_FADER));
}

#define ck_heard(at, expected) ck_assert_str_eq(fake_heard(host, at), expected)

static void
ck_heard_error(const char *address, const char *part)
{
  char        start[128];
  const char *heard = fake_heard(host, me);
  g_snprintf(start, sizeof start, "/error ss %s ", address);
  ck_assert_msg(g_str_has_prefix(heard, start), "heard \"%s\"", heard);
  ck_assert_msg(strstr(heard, part) != NULL, "heard \"%s\"", heard);
  ck_assert_ptr_eq(strchr(heard, '\n'), heard + strlen(heard) - 1);
}

/* Questions */

START_TEST(each_leaf_is_answered)
{
  static const struct {
    const char *path;
    const char *answer;
  } questions[] = {
    { "/strip/1/fader", "f 0.75" },
    { "/strip/1/fader/value", "f 0" },
    { "/strip/1/fader/text", "s 0.0 dB" },
    { "/strip/1/fader/touch", "i 0" },
    { "/strip/1/send/1/level", "f 0" },
    { "/strip/1/send/1/level/value", "s -inf" },
    { "/strip/1/send/1/level/text", "s -inf dB" },
    { "/strip/1/pan", "f 0.5" },
    { "/strip/1/pan/value", "f 0" },
    { "/strip/1/mute", "i 0" },
    { "/strip/1/mute/value", "i 0" },
    { "/strip/1/mute/text", "s off" },
    { "/strip/1/gate/mode", "i 3" },
    { "/strip/1/gate/mode/text", "s gate" },
    { "/strip/1/name", "s " },
    { "/strip/1/name/value", "s " },
    { "/strip/1/channels", "i 2" },
    { "/strip/1/comp/ratio/value", "f 3" },
    { "/strip/1/comp/ratio/text", "s 3:1" },
    { "/strip/1/meter/out/1", "f -200" },
    { "/main/fader", "f 0.75" },
    { "/dca/8/fader/value", "f 0" },
    { "/mutegroup/6/on", "i 0" },
    { "/desk/tempo/value", "f 120" },
    { "/desk/rate", "i 48000" },
    { "/transport/stop", "i 0" },
    { "/transport/loop/end", "f 0" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS(questions); ++i) {
    char expected[128];
    fake_say(host, me, questions[i].path, NULL);
    g_snprintf(expected,
               sizeof expected,
               "%s %s\n",
               questions[i].path,
               questions[i].answer);
    ck_heard(me, expected);
  }
}
END_TEST

START_TEST(old_senders_leave_the_types_out)
{
  fake_deliver(host, me, "/strip/1/fader\0", 16);
  ck_heard(me, "/strip/1/fader f 0.75\n");
}
END_TEST

START_TEST(levels_and_the_position_are_the_engines)
{
  MeterItem item        = { OWNER_STRIP,
                            2,
                            { .out = { 0.5f, 1 }, .in = { 2, 0 }, .comp = 3.5f } };
  host->meters          = &item;
  host->meter_count     = 1;
  host->status.position = 12.5;
  fake_say(host, me, "/strip/2/meter/out/1", NULL);
  fake_say(host, me, "/strip/2/meter/out/2/value", NULL);
  fake_say(host, me, "/strip/2/meter/in/1/text", NULL);
  fake_say(host, me, "/strip/2/meter/comp", NULL);
  fake_say(host, me, "/transport/position", NULL);
  ck_heard(me,
           "/strip/2/meter/out/1 f -6.0206\n"
           "/strip/2/meter/out/2/value f 0\n"
           "/strip/2/meter/in/1/text s 6.0 dB\n"
           "/strip/2/meter/comp f 3.5\n"
           "/transport/position f 12.5\n");
}
END_TEST

/* Changes */

START_TEST(a_fader_is_set_in_three_leaves)
{
  fake_say(host, me, "/strip/1/fader", "f", 0.5);
  ck_assert(fader(1) == -10);
  fake_say(host, me, "/strip/1/fader", "f", 0.0);
  ck_assert(isinf(fader(1)) && fader(1) < 0);
  fake_say(host, me, "/strip/1/fader/value", "f", -6.1);
  ck_assert(fader(1) == -6.1);
  fake_say(host, me, "/strip/1/fader/value", "s", "-inf");
  ck_assert(isinf(fader(1)));
  fake_say(host, me, "/strip/1/fader/text", "s", "-3.5 dB");
  ck_assert(fader(1) == -3.5);
  fake_say(host, me, "/strip/1/fader", "f", 1.0);
  ck_assert(fader(1) == 10);
  ck_heard(me, "");
}
END_TEST

START_TEST(types_of_numbers_are_alike)
{
  Address mute = strip(1, CELL_MUTE);
  fake_say(host, me, "/strip/1/mute", "T");
  ck_assert(desk_get(host->desk, mute) == 1);
  fake_say(host, me, "/strip/1/mute", "F");
  ck_assert(desk_get(host->desk, mute) == 0);
  fake_say(host, me, "/strip/1/mute", "i", 1);
  ck_assert(desk_get(host->desk, mute) == 1);
  fake_say(host, me, "/strip/1/mute", "f", 0.0);
  ck_assert(desk_get(host->desk, mute) == 0);
  fake_say(host, me, "/strip/1/mute", "d", 1.0);
  ck_assert(desk_get(host->desk, mute) == 1);
  fake_say(host, me, "/strip/1/mute", "h", INT64_C(0));
  ck_assert(desk_get(host->desk, mute) == 0);
  fake_say(host, me, "/strip/1/mute/text", "s", "on");
  ck_assert(desk_get(host->desk, mute) == 1);
  ck_heard(me, "");
}
END_TEST

START_TEST(choices_and_texts_are_set)
{
  fake_say(host, me, "/strip/1/gate/mode", "i", 4);
  ck_assert(desk_get(host->desk, strip(1, CELL_GATE_MODE)) == 4);
  fake_say(host, me, "/strip/1/gate/mode", "s", "exp3");
  ck_assert(desk_get(host->desk, strip(1, CELL_GATE_MODE)) == 1);
  fake_say(host, me, "/strip/1/name", "s", "Grüße");
  ck_assert_str_eq(desk_get_text(host->desk, strip(1, CELL_NAME)), "Grüße");
  fake_say(host, me, "/strip/1/name/text", "s", "Kick");
  ck_assert_str_eq(desk_get_text(host->desk, strip(1, CELL_NAME)), "Kick");
  fake_say(host, me, "/strip/1/hpf/freq/text", "s", "0.24k");
  ck_assert(desk_get(host->desk, strip(1, CELL_HPF_FREQ)) == 240);
  ck_heard(me, "");
}
END_TEST

START_TEST(a_delta_moves_and_stops_at_the_ends)
{
  fake_say(host, me, "/strip/1/fader/delta", "f", -0.25);
  ck_assert(fader(1) == -10);
  fake_say(host, me, "/strip/1/fader/delta", "f", -5.0);
  ck_assert(isinf(fader(1)));
  fake_say(host, me, "/strip/1/fader/delta", "f", 7.0);
  ck_assert(fader(1) == 10);
  fake_say(host, me, "/strip/1/gate/mode/delta", "i", 1);
  ck_assert(desk_get(host->desk, strip(1, CELL_GATE_MODE)) == 4);
  fake_say(host, me, "/strip/1/gate/mode/delta", "i", 1);
  ck_assert(desk_get(host->desk, strip(1, CELL_GATE_MODE)) == 4);
  fake_say(host, me, "/strip/1/mute/delta", "f", 0.01);
  ck_assert(desk_get(host->desk, strip(1, CELL_MUTE)) == 1);
  fake_say(host, me, "/strip/1/mute/delta", "f", -0.01);
  ck_assert(desk_get(host->desk, strip(1, CELL_MUTE)) == 0);
  ck_heard(me, "");
}
END_TEST

START_TEST(the_desk_knows_who_asked)
{
  Who who = { ORIGIN_DESK, 0 };
  fake_say(host, me, "/ping", NULL);
  OscClient *client =
    osc_clients_meet(osc_hub_clients(host->hub), &me, host->now);
  OscCall call = { .client = client };
  who          = osc_call_who(&call);
  ck_assert_int_eq(who.origin, ORIGIN_OSC);
  ck_assert_uint_ne(who.client, 0);
}
END_TEST

/* An owner that has the cell, and is on the desk. */
static Address
place_of_cell(unsigned cell)
{
  static const Owner owners[] = { OWNER_STRIP,     OWNER_BUS,  OWNER_MAIN,
                                  OWNER_MONITOR,   OWNER_DCA,  OWNER_MUTEGROUP,
                                  OWNER_TRANSPORT, OWNER_DESK, OWNER_MARKER };
  unsigned           i        = 0;
  while (!params_owner_has(owners[i], cell))
    ++i;
  return desk_address(
    owners[i], params_owner_is_numbered(owners[i]) ? 1 : 0, cell);
}

static bool
is_a_number_to_set(const ParamRow *row)
{
  return row->taper != TAPER_TEXT && row->taper != TAPER_TRIGGER &&
         !(row->flags & PARAM_READONLY);
}

static bool
is_plain(const ParamRow *row)
{
  return row->taper == TAPER_SWITCH || row->taper == TAPER_CHOICE ||
         row->taper == TAPER_INT || row->taper == TAPER_SECONDS;
}

/* What was set is what is answered, for every row and taper. */
START_TEST(every_parameter_comes_back_as_it_was_set)
{
  const ParamRow *row     = params_row((Row)_i);
  Address         address = place_of_cell(row->first);
  char            path[ADDRESS_TEXT], expected[128], value[128];
  if (!is_a_number_to_set(row) || address.owner == OWNER_MARKER)
    return;
  address_print(address, path);
  g_snprintf(value, sizeof value, "%s/value", path);
  for (int n = 0; n <= 8; ++n) {
    double position = n / 8.0;
    if (is_plain(row))
      position = row->min + (n < 8 ? 0 : fmin(row->max, 1000) - row->min);
    fake_say(host, me, path, "f", position);
    fake_say(host, me, path, NULL);
    g_snprintf(expected,
               sizeof expected,
               "%s %s %.6g\n",
               path,
               is_plain(row) && row->taper != TAPER_SECONDS ? "i" : "f",
               position);
    if (row->taper == TAPER_INT && position > 999)
      continue;
    ck_heard(me, expected);
  }
  double ends[] = { row->min, row->max, params_default(row->first) };
  for (size_t n = 0; n < G_N_ELEMENTS(ends); ++n) {
    if (isinf(ends[n]))
      fake_say(host, me, value, "s", ends[n] < 0 ? "-inf" : "inf");
    else
      fake_say(host, me, value, "f", ends[n]);
    ck_assert_msg(desk_get(host->desk, address) == ends[n],
                  "%s: %g became %g: %s",
                  value,
                  ends[n],
                  desk_get(host->desk, address),
                  fake_heard(host, me));
  }
}
END_TEST

/* Refusals */

typedef struct Refusal {
  const char *path;
  const char *types;
  double      number;
  const char *text;
  const char *part; /* of the sentence */
} Refusal;

static const Refusal refusals[] = {
  { "/strip/1/fader", "f", -6, NULL, "/strip/1/fader/value" },
  { "/strip/1/fader", "f", 3, NULL, "from 0 to 1" },
  { "/strip/1/fader", "f", 1.0001, NULL, "from 0 to 1" },
  { "/strip/1/fader", "s", 0, "-6", "/strip/1/fader/text" },
  { "/strip/1/fader", "N", 0, NULL, "a number or a string" },
  { "/strip/1/fader/value", "f", 10.5, NULL, "10.0 dB" },
  { "/strip/1/fader/text", "s", 0, "loud", "/strip/1/fader" },
  { "/strip/1/fader/text", "f", -6, NULL, "takes a string" },
  { "/strip/1/fader/delta", "s", 0, "up", "takes a number" },
  { "/strip/1/fader/delta", "", 0, NULL, "to move by" },
  { "/strip/1/fader/touch", "s", 0, "x", "1, a release 0" },
  { "/strip/1/mute", "f", 0.5, NULL, "0.5" },
  { "/strip/1/mute", "i", 2, NULL, "2" },
  { "/strip/1/gate/mode", "f", 1.5, NULL, "whole steps" },
  { "/strip/1/gate/mode", "i", 5, NULL, "5" },
  { "/strip/1/gate/mode", "s", 0, "boom", "boom" },
  { "/strip/1/name", "f", 1, NULL, "takes a string" },
  { "/strip/1/color", "s", 0, "red", "#ff8800" },
  { "/strip/1/link", "s", 0, "strip/9", "no" },
  { "/strip/1/meter/out/1", "f", 0, NULL, "only be read" },
  { "/strip/1/send/9/level", "f", 0.5, NULL, "Bus 9" },
  { "/transport/stop/delta", "i", 1, NULL, "set to 1" },
  { "/transport/position", "f", 1, NULL, "only be read" },
  { "/strip/9/fader", "f", 0.5, NULL, "no strip 9" },
  { "/strip/9/fader", "", 0, NULL, "no strip 9" },
  { "/strip/0/fader", "", 0, NULL, "no such address" },
  { "/strip/1/nothing", "f", 1, NULL, "no such address" },
  { "/strip/1/fader/nothing", "", 0, NULL, "no such address" },
  { "/strip/1", "", 0, NULL, "no such address" },
  { "/strip/01/fader", "", 0, NULL, "no such address" },
  { "/strip/*/nothing", "f", 0, NULL, "No address" },
  { "/strip/*/nothing", "", 0, NULL, "No address" },
  { "/strip/9*/fader", "f", 0, NULL, "matches" },
  { "/strip/[/fader", "", 0, NULL, "cannot be read" },
  { "/bus/1/group/1", "i", 1, NULL, "" },
  { "/desk/add", "s", 0, "dca", "\"marker\"" },
  { "/desk/add", "", 0, NULL, "\"marker\"" },
  { "/desk/remove", "s", 0, "strip", "a number" },
  { "/subscribe", "f", 0.5, NULL, "1 to 1000" },
  { "/subscribe", "i", 1023, NULL, "1024" },
  { "/subscribe", "i", 65536, NULL, "65535" },
  { "/subscribe", "s", 0, "/strip/*/fader/touch", "subscribed" },
  { "/subscribe", "s", 0, "nothing", "begins with /" },
  { "/subscribe/meters", "s", 0, "/strip/*/fader", "no meters" },
  { "/refresh", "s", 0, "/strip/*/fader/delta", "asked" },
  { "/renew", "", 0, NULL, "/subscribe" },
};

START_TEST(what_cannot_be_is_refused_with_a_sentence)
{
  const Refusal *r = &refusals[_i];
  for (unsigned owner = 0; owner < 2; ++owner)
    desk_set(host->desk, strip(1, CELL_FADER), -1, (Who){ 0, 0 }, NULL);
  switch (*r->types) {
  case 'f':
    fake_say(host, me, r->path, "f", r->number);
    break;
  case 'i':
    fake_say(host, me, r->path, "i", (int)r->number);
    break;
  default:
    fake_say(host, me, r->path, r->types, r->text);
  }
  ck_heard_error(r->path, r->part);
  ck_assert(fader(1) == -1);
}
END_TEST

START_TEST(two_arguments_are_one_too_many)
{
  fake_say(host, me, "/strip/1/fader", "ff", 0.1, 0.2);
  ck_heard_error("/strip/1/fader", "one argument");
  ck_assert(fader(1) == 0);
}
END_TEST

START_TEST(what_tablets_send_is_ignored)
{
  static const char *const noise[] = {
    "/accxyz", "/1", "/2/fader1", "/error", "/pong"
  };
  for (size_t i = 0; i < G_N_ELEMENTS(noise); ++i)
    fake_say(host, me, noise[i], "f", 0.5);
  ck_heard(me, "");
  const OscCounters *counters = osc_hub_counters(host->hub);
  ck_assert_uint_eq(counters->refused[OSC_IGNORED], G_N_ELEMENTS(noise));
}
END_TEST

START_TEST(sentences_are_not_without_end)
{
  unsigned sentences = 0;
  for (int i = 0; i < 1000; ++i)
    fake_say(host, me, "/nothing", NULL);
  for (const char *at = fake_heard(host, me); (at = strchr(at, '\n')); ++at)
    ++sentences;
  ck_assert_uint_le(sentences, 10);
  ck_assert_uint_ge(sentences, 1);
  const OscCounters *counters = osc_hub_counters(host->hub);
  ck_assert_uint_eq(counters->refused[OSC_UNKNOWN], 1000);
  ck_assert_uint_eq(counters->refused[OSC_WITHHELD], 1000 - sentences);
  host->now += 1000000;
  fake_say(host, me, "/nothing", NULL);
  ck_heard_error("/nothing", "no such address");
}
END_TEST

START_TEST(many_senders_get_few_sentences_together)
{
  for (unsigned i = 0; i < 2000; ++i)
    fake_say(host, fake_peer(i % 250, (uint16_t)(2000 + i)), "/nothing", NULL);
  ck_assert_uint_le(host->datagrams, 100);
}
END_TEST

/* Patterns */

START_TEST(a_pattern_sets_many)
{
  fake_say(host, me, "/strip/[1-3]/fader/value", "f", -12.0);
  ck_assert(fader(1) == -12 && fader(2) == -12 && fader(3) == -12);
  ck_assert(fader(4) == 0);
  fake_say(host, me, "/{strip,bus,main}/*/mute", "T");
  ck_assert(desk_get(host->desk, strip(4, CELL_MUTE)) == 1);
  ck_assert(desk_get(host->desk, desk_address(OWNER_BUS, 2, CELL_MUTE)) == 1);
  ck_assert(desk_get(host->desk, desk_address(OWNER_MAIN, 0, CELL_MUTE)) == 0);
  ck_heard(me, "");
}
END_TEST

START_TEST(a_pattern_asks_many)
{
  desk_set(host->desk, strip(3, CELL_FADER), -10, (Who){ 0, 0 }, NULL);
  fake_say(host, me, "/strip/*/fader", NULL);
  fake_pass(host, 0);
  ck_heard(me,
           "/strip/1/fader f 0.75\n/strip/2/fader f 0.75\n"
           "/strip/3/fader f 0.5\n/strip/4/fader f 0.75\n");
  fake_say(host, me, "/strip/?/eq/{1,6}/gain/text", NULL);
  fake_pass(host, 20);
  ck_heard(me,
           "/strip/1/eq/1/gain/text s 0.0 dB\n"
           "/strip/1/eq/6/gain/text s 0.0 dB\n"
           "/strip/2/eq/1/gain/text s 0.0 dB\n"
           "/strip/2/eq/6/gain/text s 0.0 dB\n"
           "/strip/3/eq/1/gain/text s 0.0 dB\n"
           "/strip/3/eq/6/gain/text s 0.0 dB\n"
           "/strip/4/eq/1/gain/text s 0.0 dB\n"
           "/strip/4/eq/6/gain/text s 0.0 dB\n");
}
END_TEST

START_TEST(a_pattern_refused_in_part_says_so_once)
{
  fake_say(host, me, "/strip/*/{fader,name}", "f", 0.5);
  ck_assert(fader(1) == -10 && fader(4) == -10);
  ck_heard_error("/strip/*/{fader,name}", "4 of 8: /strip/1/name takes");
}
END_TEST

START_TEST(the_known_attack_is_cheap)
{
  static const char attack[36] = "/strip/*/*a*a*a*a*a*a*a*ab\0\0,";
  fake_deliver(host, me, attack, 32);
  ck_assert_uint_le(host->work, 10000);
  ck_heard_error("/strip/*/*a*a*a*a*a*a*a*ab", "No address");
}
END_TEST

/* Bundles */

typedef struct Bundle {
  uint8_t data[OSC_PACKET_MAX];
  size_t  size;
} Bundle;

static void
bundle_start(Bundle *bundle, uint64_t time)
{
  memcpy(bundle->data, "#bundle", 8);
  for (int i = 0; i < 8; ++i)
    bundle->data[8 + i] = (uint8_t)(time >> (56 - 8 * i));
  bundle->size = 16;
}

static void
bundle_add(Bundle *bundle, const char *path, float number)
{
  lo_message message = lo_message_new();
  size_t     size;
  lo_message_add_float(message, number);
  uint8_t *at = bundle->data + bundle->size;
  lo_message_serialise(message, path, at + 4, &size);
  for (int i = 0; i < 4; ++i)
    at[i] = (uint8_t)(size >> (24 - 8 * i));
  bundle->size += 4 + size;
  lo_message_free(message);
}

START_TEST(a_bundle_acts_altogether_or_not_at_all)
{
  Bundle bundle;
  bundle_start(&bundle, 1);
  bundle_add(&bundle, "/strip/1/fader", 0.5f);
  bundle_add(&bundle, "/strip/2/fader", 0.25f);
  fake_deliver(host, me, bundle.data, bundle.size);
  ck_assert(fader(1) == -10 && fader(2) == -30);
  bundle_start(&bundle, 1);
  bundle_add(&bundle, "/strip/1/fader", 0.75f);
  bundle_add(&bundle, "/strip/2/fader", NAN);
  fake_deliver(host, me, bundle.data, bundle.size);
  ck_assert(fader(1) == -10 && fader(2) == -30);
  ck_heard_error("/strip/2/fader", "NaN");
}
END_TEST

START_TEST(a_bundle_for_later_is_refused)
{
  uint64_t now = (UINT64_C(1700000001) + UINT64_C(2208988800)) << 32;
  Bundle   bundle;
  bundle_start(&bundle, now + (UINT64_C(1) << 31));
  bundle_add(&bundle, "/strip/1/fader", 0.5f);
  fake_deliver(host, me, bundle.data, bundle.size);
  ck_assert(fader(1) == -10);
  bundle_start(&bundle, now + (UINT64_C(5) << 32));
  bundle_add(&bundle, "/strip/1/fader", 0.25f);
  fake_deliver(host, me, bundle.data, bundle.size);
  ck_assert(fader(1) == -10);
  ck_heard_error("", "later");
}
END_TEST

START_TEST(a_datagram_has_work_for_so_much_and_no_more)
{
  Bundle bundle;
  bundle_start(&bundle, 1);
  for (int i = 0; i < 700; ++i)
    bundle_add(&bundle, "/{strip,bus}/*/*/*/gain", 0.5f);
  fake_deliver(host, me, bundle.data, bundle.size);
  ck_assert_uint_le(host->work, OSC_WORK_MAX + OSC_WORK_MAX / 4);
  ck_assert_uint_gt(osc_hub_counters(host->hub)->refused[OSC_TOO_MUCH], 0);
}
END_TEST

/* Verbs */

START_TEST(the_desk_says_what_it_is)
{
  strcpy(host->status.session, "/home/me/Songs/Sunday");
  host->status.rate  = 48000;
  host->status.block = 64;
  fake_say(host, me, "/ping", NULL);
  fake_say(host, me, "/info", NULL);
  ck_heard(me,
           "/pong\n/info sssii consort " CONSORT_VERSION " Sunday 48000 64\n");
}
END_TEST

START_TEST(strips_come_and_go)
{
  fake_say(host, me, "/desk/add", "s", "strip");
  ck_heard(me, "/desk/add si strip 5\n");
  fake_say(host, me, "/desk/remove", "si", "strip", 2);
  ck_heard(me, "/desk/remove si strip 2\n");
  fake_say(host, me, "/desk/strips", NULL);
  ck_heard(me, "/desk/strips iiii 1 3 4 5\n");
  fake_say(host, me, "/desk/add", "si", "marker", 7);
  ck_heard(me, "/desk/add si marker 7\n");
  fake_say(host, me, "/desk/markers", NULL);
  fake_say(host, me, "/desk/buses", NULL);
  ck_heard(me, "/desk/markers i 7\n/desk/buses ii 1 2\n");
  fake_say(host, me, "/desk/add", "si", "strip", 3);
  ck_heard_error("/desk/add", "there already");
}
END_TEST

START_TEST(save_is_asked_for)
{
  fake_say(host, me, "/desk/save", NULL);
  ck_assert_uint_eq(host->saves, 1);
}
END_TEST

START_TEST(what_is_refused_is_counted)
{
  fake_deliver(host, me, "/a\0", 3);
  fake_deliver(host, me, "/a\0\0,s\0\0\x80\0\0\0", 12);
  fake_say(host, me, "/strip/1/fader", "f", 2.0);
  host->now += 1000000;
  fake_heard(host, me);
  fake_say(host, me, "/desk/osc/counters", NULL);
  const char *heard = fake_heard(host, me);
  ck_assert_ptr_nonnull(strstr(heard, " datagrams 4 "));
  ck_assert_ptr_nonnull(strstr(heard, " malformed 1 "));
  ck_assert_ptr_nonnull(strstr(heard, " not-utf8 1 "));
  ck_assert_ptr_nonnull(strstr(heard, " refused 1 "));
}
END_TEST

START_TEST(the_manual_has_every_verb_and_every_word)
{
  char *page;
  ck_assert(g_file_get_contents("man/consort-osc.7", &page, NULL, NULL));
  size_t         count;
  const OscVerb *verbs = osc_verbs(&count);
  for (size_t i = 0; i < count; ++i) {
    char *item = g_strdup_printf(".It Pa %s", verbs[i].path);
    ck_assert_msg(strstr(page, item) != NULL, "%s", item);
    ck_assert_ptr_eq(osc_verb_find(verbs[i].path), &verbs[i]);
    ck_assert_ptr_nonnull(verbs[i].run);
    ck_assert(g_str_has_suffix(verbs[i].doc, "."));
    g_free(item);
  }
  for (unsigned fault = OSC_FINE + 1; fault < OSC_FAULTS; ++fault) {
    char *item = g_strdup_printf(".It %s\n", osc_fault_word((OscFault)fault));
    ck_assert_msg(strstr(page, item) != NULL, "%s", item);
    g_free(item);
  }
  g_free(page);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("hub");
  TCase *tcase = tcase_create("hub");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, each_leaf_is_answered);
  tcase_add_test(tcase, old_senders_leave_the_types_out);
  tcase_add_test(tcase, levels_and_the_position_are_the_engines);
  tcase_add_test(tcase, a_fader_is_set_in_three_leaves);
  tcase_add_test(tcase, types_of_numbers_are_alike);
  tcase_add_test(tcase, choices_and_texts_are_set);
  tcase_add_test(tcase, a_delta_moves_and_stops_at_the_ends);
  tcase_add_test(tcase, the_desk_knows_who_asked);
  tcase_add_loop_test(tcase, every_parameter_comes_back_as_it_was_set, 0, ROWS);
  tcase_add_loop_test(tcase,
                      what_cannot_be_is_refused_with_a_sentence,
                      0,
                      G_N_ELEMENTS(refusals));
  tcase_add_test(tcase, two_arguments_are_one_too_many);
  tcase_add_test(tcase, what_tablets_send_is_ignored);
  tcase_add_test(tcase, sentences_are_not_without_end);
  tcase_add_test(tcase, many_senders_get_few_sentences_together);
  tcase_add_test(tcase, a_pattern_sets_many);
  tcase_add_test(tcase, a_pattern_asks_many);
  tcase_add_test(tcase, a_pattern_refused_in_part_says_so_once);
  tcase_add_test(tcase, the_known_attack_is_cheap);
  tcase_add_test(tcase, a_bundle_acts_altogether_or_not_at_all);
  tcase_add_test(tcase, a_bundle_for_later_is_refused);
  tcase_add_test(tcase, a_datagram_has_work_for_so_much_and_no_more);
  tcase_add_test(tcase, the_desk_says_what_it_is);
  tcase_add_test(tcase, strips_come_and_go);
  tcase_add_test(tcase, save_is_asked_for);
  tcase_add_test(tcase, what_is_refused_is_counted);
  tcase_add_test(tcase, the_manual_has_every_verb_and_every_word);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
