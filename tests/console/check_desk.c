/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/desk.h"

static const Who hand   = { ORIGIN_SCREEN, 0 };
static const Who loader = { ORIGIN_LOADER, 0 };
static const Who engine = { ORIGIN_ENGINE, 0 };

static Desk *desk;
static char  reason[DESK_REASON];

static void
setup(void)
{
  desk = desk_new();
}

static void
teardown(void)
{
  desk_free(desk);
}

static Address
at(const char *text)
{
  Address address;

  ck_assert_msg(address_parse(text, &address, NULL), "%s", text);
  return address;
}

static bool
set(const char *address, double value)
{
  reason[0] = '\0';
  return desk_set(desk, at(address), value, hand, reason);
}

static bool
set_text(const char *address, const char *text)
{
  reason[0] = '\0';
  return desk_set_text(desk, at(address), text, hand, reason);
}

static double
get(const char *address)
{
  return desk_get(desk, at(address));
}

static const char *
get_text(const char *address)
{
  return desk_get_text(desk, at(address));
}

static void
add(Owner owner, unsigned count)
{
  while (count-- > 0)
    ck_assert_uint_ne(desk_add(desk, owner, 0, hand, NULL), 0);
}

/* An observer that counts, and remembers the last change. */
typedef struct Witness {
  unsigned count;
  Change   last;
  char     text[128];
} Witness;

static void
witness(void *self, const Change *change)
{
  Witness *seen = self;

  seen->count++;
  seen->last = *change;
  snprintf(
    seen->text, sizeof seen->text, "%s", change->text ? change->text : "");
}

START_TEST(a_new_desk_is_at_its_defaults)
{
  static const struct {
    Owner    owner;
    unsigned count;
  } cases[] = {
    { OWNER_STRIP, 0 }, { OWNER_BUS, 0 },       { OWNER_MAIN, 1 },
    { OWNER_DCA, 8 },   { OWNER_MUTEGROUP, 6 }, { OWNER_MONITOR, 1 },
    { OWNER_DESK, 1 },  { OWNER_MARKER, 0 },    { OWNER_TRANSPORT, 1 },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Owner owner = cases[i].owner;

    ck_assert_uint_eq(desk_count(desk, owner), cases[i].count);
    for (unsigned n = 0; n < cases[i].count; n++)
      for (unsigned cell = 0; cell < CELLS; cell++) {
        Address address = desk_address(owner, desk_nth(desk, owner, n), cell);

        if (params_owner_has(owner, cell))
          ck_assert(desk_is_default(desk, address));
      }
  }
  ck_assert_double_eq(get("/main/fader"), 0);
  ck_assert_double_eq(get("/dca/8/fader"), 0);
}
END_TEST

START_TEST(numbers_are_identities)
{
  ck_assert_uint_eq(desk_add(desk, OWNER_STRIP, 0, hand, NULL), 1);
  ck_assert_uint_eq(desk_add(desk, OWNER_STRIP, 0, hand, NULL), 2);
  ck_assert_uint_eq(desk_add(desk, OWNER_STRIP, 7, hand, NULL), 7);
  ck_assert(desk_remove(desk, OWNER_STRIP, 7, hand, NULL));
  ck_assert(desk_remove(desk, OWNER_STRIP, 2, hand, NULL));
  ck_assert_uint_eq(desk_add(desk, OWNER_STRIP, 0, hand, NULL), 8);
  ck_assert_uint_eq(desk_next_number(desk, OWNER_STRIP), 9);
  /* Undoing a removal brings the number back. */
  ck_assert_uint_eq(desk_add(desk, OWNER_STRIP, 2, hand, NULL), 2);
  ck_assert_uint_eq(desk_nth(desk, OWNER_STRIP, 0), 1);
  ck_assert_uint_eq(desk_nth(desk, OWNER_STRIP, 1), 2);
  ck_assert_uint_eq(desk_nth(desk, OWNER_STRIP, 2), 8);
  ck_assert_uint_eq(desk_nth(desk, OWNER_STRIP, 3), 0);
  desk_set_next_number(desk, OWNER_STRIP, 40);
  ck_assert_uint_eq(desk_add(desk, OWNER_STRIP, 0, hand, NULL), 40);
  desk_set_next_number(desk, OWNER_STRIP, 3);
  ck_assert_uint_eq(desk_next_number(desk, OWNER_STRIP), 41);
}
END_TEST

START_TEST(what_cannot_come_or_go_is_refused)
{
  ck_assert_uint_eq(desk_add(desk, OWNER_DCA, 0, hand, reason), 0);
  ck_assert_str_eq(reason, "The desk has all of its dcas already.");
  ck_assert(!desk_remove(desk, OWNER_MAIN, 0, hand, reason));
  ck_assert_str_eq(reason, "Main belongs to every desk and stays.");
  ck_assert(!desk_remove(desk, OWNER_STRIP, 3, hand, reason));
  ck_assert_str_eq(reason, "There is no Strip 3 to remove.");
  ck_assert_uint_eq(desk_add(desk, OWNER_BUS, 65, hand, reason), 0);
  ck_assert_uint_eq(desk_add(desk, OWNER_BUS, 64, hand, reason), 64);
  ck_assert_uint_eq(desk_add(desk, OWNER_BUS, 64, hand, reason), 0);
  ck_assert_str_eq(reason, "Bus 64 is there already.");
  ck_assert_uint_eq(desk_add(desk, OWNER_BUS, 0, hand, reason), 0);
  add(OWNER_STRIP, MAX_INPUTS);
  ck_assert_uint_eq(desk_add(desk, OWNER_STRIP, 0, hand, reason), 0);
  ck_assert_str_eq(reason,
                   "The desk is full: it holds 1024 strips at most. Remove one "
                   "first.");
}
END_TEST

static const struct {
  const char *address;
  double      value;
  const char *why; /* a part of the sentence */
} bad_numbers[] = {
  { "/strip/1/fader", 10.5, "from -inf dB to 10.0 dB; 10.5" },
  { "/strip/1/fader", NAN, "-inf dB to 10.0 dB" },
  { "/strip/1/trim", -INFINITY, "-24.0 dB" },
  { "/strip/1/mute", 0.5, "off to on" },
  { "/strip/1/hpf/slope", 4, "6 to 24 in whole steps" },
  { "/strip/1/channels", 1.5, "1 to 2 in whole steps" },
  { "/strip/1/name", 3, "takes a text, not a number" },
  { "/strip/1/meter/in/1", -3, "can only be read" },
  { "/transport/position", 3, "can only be read" },
  { "/strip/9/fader", 0, "there is no Strip 9" },
  { "/strip/1/send/9/level", 0, "there is no Bus 9" },
  { "/strip/1/group/9", 1, "there is no Bus 9" },
  { "/bus/9/fader", 0, "there is no Bus 9" },
};

START_TEST(a_number_that_will_not_do_is_refused)
{
  Address address = at(bad_numbers[_i].address);
  Witness seen    = { 0 };
  double  before;

  add(OWNER_STRIP, 1);
  desk_observe(desk, witness, &seen);
  before = desk_get(desk, address);
  ck_assert(!desk_set(desk, address, bad_numbers[_i].value, hand, reason));
  ck_assert_ptr_nonnull(strstr(reason, bad_numbers[_i].address));
  ck_assert_msg(strstr(reason, bad_numbers[_i].why) != NULL, "%s", reason);
  ck_assert(!desk_set(desk, address, bad_numbers[_i].value, hand, NULL));
  ck_assert_double_eq(desk_get(desk, address), before);
  ck_assert_uint_eq(seen.count, 0);
}
END_TEST

START_TEST(a_place_that_cannot_be_is_refused)
{
  Address nowhere[] = { { OWNERS, 0, 0 },
                        { OWNER_MAIN, 0, CELLS },
                        { OWNER_MAIN, 0, CELL_LINK },
                        { OWNER_MAIN, 3, CELL_FADER },
                        { OWNER_STRIP, 0, CELL_FADER },
                        { OWNER_STRIP, 65535, CELL_FADER } };

  for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++)
    ck_assert(!desk_set(desk, nowhere[i], 0, hand, reason));
}
END_TEST

START_TEST(a_change_is_told_once)
{
  Witness seen = { 0 };
  Who     osc  = { ORIGIN_OSC, 42 };

  desk_observe(desk, witness, &seen);
  ck_assert(desk_set(desk, at("/main/fader"), -6.5, osc, NULL));
  ck_assert_uint_eq(seen.count, 1);
  ck_assert_int_eq(seen.last.kind, CHANGE_VALUE);
  ck_assert(address_equal(seen.last.address, at("/main/fader")));
  ck_assert_double_eq(seen.last.number, -6.5);
  ck_assert_double_eq(seen.last.previous, 0);
  ck_assert_uint_eq(seen.last.who.client, 42);
  ck_assert(set("/main/fader", -6.5));
  ck_assert_uint_eq(seen.count, 1);
  /* Minus nought is nought. */
  ck_assert(set("/main/trim", -0.0));
  ck_assert_uint_eq(seen.count, 1);
  ck_assert(!signbit(get("/main/trim")));
}
END_TEST

START_TEST(the_engine_may_set_what_is_read_only)
{
  add(OWNER_STRIP, 1);
  ck_assert(desk_set(desk, at("/transport/position"), 2.5, engine, NULL));
  ck_assert_double_eq(get("/transport/position"), 2.5);
}
END_TEST

#define EIGHT "\u00e4\u00f6\u00fc\u00df\u00e4\u00f6\u00fc\u00df"

static const struct {
  const char *address;
  const char *text;
  const char *why; /* NULL: it will do */
} texts[] = {
  { "/strip/1/name", "Caf\u00e9 \u2603", NULL },
  { "/strip/1/name", EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT, NULL },
  { "/strip/1/name",
    EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT "x",
    "64 characters at most, not 65" },
  { "/strip/1/name", "two\nlines", "control character" },
  { "/strip/1/name", "\x7f", "control character" },
  { "/strip/1/name", "\xc2\x85", "control character" },
  { "/strip/1/name", "\xff", "UTF-8" },
  { "/strip/1/name", "\xc3", "UTF-8" },
  { "/strip/1/name", "\xed\xa0\x80", "UTF-8" },
  { "/strip/1/color", "#12aBcd", NULL },
  { "/strip/1/color", "", NULL },
  { "/strip/1/color", "red", "colour" },
  { "/strip/1/color", "#12345", "colour" },
  { "/strip/1/color", "#12345g", "colour" },
  { "/strip/1/gate/key", "strip/2", NULL },
  { "/strip/1/gate/key", "bus/1", NULL },
  { "/strip/1/gate/key", "self", NULL },
  { "/strip/1/gate/key", "strip/1", NULL },
  { "/strip/1/gate/key", "strip/9", "no Strip 9" },
  { "/strip/1/gate/key", "main", "names no strip" },
  { "/strip/1/gate/key", "strip/02", "names no strip" },
  { "/strip/1/gate/key", "strip/2/fader", "names no strip" },
  { "/strip/1/link", "bus/1", "names no strip" },
  { "/strip/1/link", "strip/1", "its own partner" },
  { "/strip/1/fader", "-6", "takes a number, not a text" },
  { "/desk/order", "bus/1  strip/2 ", NULL },
  { "/desk/order", "strip/2 strip/2", "names strip/2 twice" },
  { "/desk/order", "strip/2 strip/3", "there is no strip/3" },
  { "/desk/order", "strip/2,strip/1", "names no strip" },
};

START_TEST(texts_are_checked)
{
  bool ok;

  add(OWNER_STRIP, 2);
  add(OWNER_BUS, 1);
  ok = set_text(texts[_i].address, texts[_i].text);
  ck_assert_msg(ok == !texts[_i].why, "%s", reason);
  if (!ok) {
    ck_assert_msg(strstr(reason, texts[_i].why) != NULL, "%s", reason);
    ck_assert_ptr_nonnull(strstr(reason, texts[_i].address));
    ck_assert_str_eq(get_text(texts[_i].address), "");
  }
}
END_TEST

START_TEST(texts_are_kept)
{
  Witness seen = { 0 };

  add(OWNER_STRIP, 2);
  desk_observe(desk, witness, &seen);
  ck_assert(set_text("/strip/1/name", "Kick"));
  ck_assert(set_text("/strip/1/color", "#ff0000"));
  ck_assert(set_text("/strip/1/name", "Kick in"));
  ck_assert_uint_eq(seen.count, 3);
  ck_assert_str_eq(seen.text, "Kick in");
  ck_assert(set_text("/strip/1/name", "Kick in"));
  ck_assert_uint_eq(seen.count, 3);
  ck_assert_str_eq(get_text("/strip/1/color"), "#ff0000");
  ck_assert_str_eq(get_text("/strip/2/name"), "");
  ck_assert(set_text("/strip/1/name", ""));
  ck_assert_str_eq(get_text("/strip/1/name"), "");
  ck_assert(desk_is_default(desk, at("/strip/1/name")));
  ck_assert(!desk_is_default(desk, at("/strip/1/color")));
}
END_TEST

START_TEST(people_type)
{
  char text[32];

  add(OWNER_STRIP, 1);
  ck_assert(desk_set_typed(desk, at("/strip/1/fader"), "-6 dB", hand, NULL));
  ck_assert_double_eq(get("/strip/1/fader"), -6);
  ck_assert(desk_set_typed(desk, at("/strip/1/name"), "-6 dB", hand, NULL));
  ck_assert_str_eq(get_text("/strip/1/name"), "-6 dB");
  ck_assert(!desk_set_typed(desk, at("/strip/1/fader"), "loud", hand, reason));
  ck_assert_ptr_nonnull(strstr(reason, "/strip/1/fader"));
  desk_format(desk, at("/strip/1/fader"), text, sizeof text);
  ck_assert_str_eq(text, "-6.0 dB");
  ck_assert(set_text("/strip/1/name", "\u00e4\u00e4"));
  desk_format(desk, at("/strip/1/name"), text, 4);
  ck_assert_str_eq(text, "\u00e4");
}
END_TEST

/* Circles: what is set up, what would close the circle, and its name. */
static const struct {
  const char *given[6];
  const char *last;
  const char *text; /* for keys */
  const char *why;
} circles[] = {
  { { NULL }, "/bus/1/send/1/on", NULL, "Bus 1 cannot feed itself." },
  { { NULL }, "/bus/2/group/2", NULL, "Bus 2 cannot feed itself." },
  { { "/bus/2/send/1/on" },
    "/bus/1/group/2",
    NULL,
    "That would be a circle: Bus 1 feeds Bus 2, which feeds Bus 1." },
  { { "/bus/1/send/2/on", "/bus/2/group/3" },
    "/bus/3/send/1/on",
    NULL,
    "That would be a circle: Bus 3 feeds Bus 1, which feeds Bus 2, which feeds "
    "Bus 3." },
  { { "/bus/4/to-main" },
    "/main/send/4/on",
    NULL,
    "That would be a circle: Main feeds Bus 4, which feeds Main." },
  { { "/main/send/4/on" },
    "/bus/4/group/1",
    NULL,
    "That would be a circle: Bus 4 feeds Bus 1, which feeds Main, which feeds "
    "Bus 4." },
  { { "/strip/1/send/1/on" },
    "/strip/1/gate/key",
    "bus/1",
    "That would be a circle: Bus 1 is the key of Strip 1, which feeds Bus 1." },
  { { "/strip/2/group/1", "/bus/1/send/2/on" },
    "/strip/2/comp/key",
    "bus/2",
    "That would be a circle: Bus 2 is the key of Strip 2, which feeds Bus 1, "
    "which feeds Bus 2." },
  { { "key /strip/1/gate/key" },
    "/strip/1/send/1/on",
    NULL,
    "That would be a circle: Strip 1 feeds Bus 1, which is the key of Strip "
    "1." },
  { { "/main/send/4/on" },
    "/main/comp/key",
    "bus/4",
    "That would be a circle: Bus 4 is the key of Main, which feeds Bus 4." },
};

static void
prepare(const char *const *given)
{
  add(OWNER_STRIP, 2);
  add(OWNER_BUS, 4);
  ck_assert(set("/bus/4/kind", BUS_MATRIX));
  for (; *given; given++)
    if (!strncmp(*given, "key ", 4))
      ck_assert(set_text(*given + 4, "bus/1"));
    else
      ck_assert_msg(set(*given, 1), "%s", reason);
}

START_TEST(circles_are_refused)
{
  const char *last = circles[_i].last, *text = circles[_i].text;
  Witness     seen = { 0 };

  prepare(circles[_i].given);
  desk_observe(desk, witness, &seen);
  ck_assert(!(text ? set_text(last, text) : set(last, 1)));
  ck_assert_str_eq(reason, circles[_i].why);
  ck_assert(desk_is_default(desk, at(last)));
  ck_assert_uint_eq(seen.count, 0);
}
END_TEST

START_TEST(a_loader_sets_in_any_order_and_asks_at_the_end)
{
  const char *last = circles[_i].last, *text = circles[_i].text;

  prepare(circles[_i].given);
  ck_assert(desk_check_routing(desk, reason));
  ck_assert(text ? desk_set_text(desk, at(last), text, loader, NULL)
                 : desk_set(desk, at(last), 1, loader, NULL));
  ck_assert(!desk_check_routing(desk, reason));
  ck_assert(strstr(reason, "circle") || strstr(reason, "itself"));
}
END_TEST

START_TEST(keys_of_inputs_make_no_circle)
{
  add(OWNER_STRIP, 2);
  add(OWNER_BUS, 2);
  /* Heads come before all bodies: two strips may key each other. */
  ck_assert(set_text("/strip/1/gate/key", "strip/2"));
  ck_assert(set_text("/strip/2/gate/key", "strip/1"));
  ck_assert(set_text("/bus/1/gate/key", "bus/1"));
  ck_assert(set_text("/bus/1/comp/key", "strip/1"));
  ck_assert(set("/strip/1/send/1/on", 1));
  ck_assert(set_text("/monitor/comp/key", "bus/1"));
  /* A bus may key another, which it does not hear. */
  ck_assert(set_text("/bus/2/comp/key", "bus/1"));
  ck_assert(set_text("/bus/1/comp/key", "bus/2"));
  ck_assert(desk_check_routing(desk, reason));
}
END_TEST

START_TEST(main_feeds_matrices_alone)
{
  add(OWNER_BUS, 1);
  ck_assert(!set("/main/send/1/on", 1));
  ck_assert_ptr_nonnull(strstr(reason, "/bus/1/kind"));
  ck_assert(set("/bus/1/kind", BUS_MATRIX));
  ck_assert_double_eq(get("/bus/1/to-main"), 0);
  ck_assert(set("/main/send/1/on", 1));
  ck_assert(!set("/bus/1/kind", BUS_GROUP));
  ck_assert_ptr_nonnull(strstr(reason, "/main/send/1/on"));
  ck_assert_double_eq(get("/bus/1/kind"), BUS_MATRIX);
  ck_assert(set("/main/send/1/on", 0));
  ck_assert(set("/bus/1/kind", BUS_GROUP));
  ck_assert_double_eq(get("/bus/1/to-main"), 1);
  /* A loader may set the send first, and the kind never. */
  ck_assert(desk_set(desk, at("/bus/1/to-main"), 0, loader, reason));
  ck_assert(desk_set(desk, at("/main/send/1/on"), 1, loader, reason));
  ck_assert(!desk_check_routing(desk, reason));
  ck_assert(desk_set(desk, at("/bus/1/kind"), BUS_MATRIX, loader, reason));
  ck_assert(desk_check_routing(desk, reason));
}
END_TEST

START_TEST(a_long_circle_is_named_in_short)
{
  char text[64];

  add(OWNER_BUS, MAX_BUSES);
  for (int i = 1; i < MAX_BUSES; i++) {
    snprintf(text, sizeof text, "/bus/%d/send/%d/on", i, i + 1);
    ck_assert(set(text, 1));
  }
  ck_assert(!set("/bus/64/send/1/on", 1));
  ck_assert_ptr_nonnull(strstr(reason, "Bus 64 feeds Bus 1, which feeds"));
  ck_assert_ptr_nonnull(strstr(reason, " and so on, back to Bus 64."));
}
END_TEST

/* An independent judge of circles: reachability by Warshall's method over the
   same two nodes a strip, from the desk's public values alone. */
enum { STRIPS = 4, BUSES = 5, NODES = 2 * (STRIPS + BUSES + 1) };

static int
node_of(Owner owner, unsigned number, bool body)
{
  int slot = owner == OWNER_STRIP ? (int)number - 1
             : owner == OWNER_BUS ? STRIPS + (int)number - 1
                                  : STRIPS + BUSES;

  return 2 * slot + body;
}

static void
draw_edges(bool edge[NODES][NODES], Owner owner, unsigned number)
{
  static const unsigned keys[] = { CELL_GATE_KEY, CELL_COMP_KEY };

  int body = node_of(owner, number, true);

  edge[body - 1][body] = true;
  for (unsigned bus = 1; bus <= BUSES; bus++) {
    unsigned cells[] = { CELL_SEND_ON + bus - 1, CELL_GROUP + bus - 1 };

    for (int i = 0; i < 2; i++)
      if (params_owner_has(owner, cells[i]) &&
          desk_get(desk, desk_address(owner, number, cells[i])) > 0)
        edge[body][node_of(OWNER_BUS, bus, false)] = true;
  }
  if (owner != OWNER_MAIN &&
      desk_get(desk, desk_address(owner, number, CELL_TO_MAIN)) > 0)
    edge[body][node_of(OWNER_MAIN, 0, false)] = true;
  for (int i = 0; i < 2; i++) {
    Owner       whose;
    unsigned    which;
    const char *key = desk_get_text(desk, desk_address(owner, number, keys[i]));

    if (address_parse_ref(key, &whose, &which) &&
        !(whose == owner && which == number))
      edge[node_of(whose, which, false)][body] = true;
  }
}

static bool
has_circle(void)
{
  static bool edge[NODES][NODES];

  memset(edge, 0, sizeof edge);
  for (unsigned n = 1; n <= STRIPS; n++)
    draw_edges(edge, OWNER_STRIP, n);
  for (unsigned n = 1; n <= BUSES; n++)
    draw_edges(edge, OWNER_BUS, n);
  draw_edges(edge, OWNER_MAIN, 0);
  for (int k = 0; k < NODES; k++)
    for (int i = 0; i < NODES; i++)
      for (int j = 0; j < NODES; j++)
        edge[i][j] |= edge[i][k] && edge[k][j];
  for (int i = 0; i < NODES; i++)
    if (edge[i][i])
      return true;
  return false;
}

static unsigned
pick(unsigned *seed, unsigned below)
{
  *seed = *seed * 1664525u + 1013904223u;
  return (unsigned)((uint64_t)(*seed >> 8) * below >> 24);
}

static Address
random_place(unsigned *seed)
{
  unsigned which = pick(seed, STRIPS + BUSES + 1);

  if (which < STRIPS)
    return desk_address(OWNER_STRIP, which + 1, 0);
  if (which < STRIPS + BUSES)
    return desk_address(OWNER_BUS, which - STRIPS + 1, 0);
  return desk_address(OWNER_MAIN, 0, 0);
}

/* Tries one random change of the routing as the given hand. */
static bool
random_route(unsigned *seed, Who who)
{
  Address  place = random_place(seed);
  unsigned bus   = pick(seed, BUSES);
  char     key[16];

  switch (pick(seed, 5)) {
  case 0:
    place.cell = (uint16_t)(CELL_SEND_ON + bus);
    break;
  case 1:
    place.cell = (uint16_t)(CELL_GROUP + bus);
    break;
  case 2:
    place.cell = CELL_TO_MAIN;
    break;
  default:
    place.cell = pick(seed, 2) ? CELL_GATE_KEY : CELL_COMP_KEY;
    snprintf(key,
             sizeof key,
             pick(seed, 2) ? "strip/%u" : "bus/%u",
             1 + pick(seed, STRIPS));
    if (pick(seed, 3) == 0)
      key[0] = '\0';
    return desk_set_text(desk, place, key, who, reason);
  }
  return desk_set(desk, place, pick(seed, 3) > 0, who, reason);
}

START_TEST(circles_are_found_exactly_where_there_are_any)
{
  unsigned seed = (unsigned)_i + 1, refused = 0;

  add(OWNER_STRIP, STRIPS);
  add(OWNER_BUS, BUSES);
  ck_assert(set("/bus/5/kind", BUS_MATRIX));
  for (int round = 0; round < 400; round++) {
    bool ok = random_route(&seed, hand);

    ck_assert(!has_circle());
    ck_assert(desk_check_routing(desk, NULL));
    refused += !ok;
  }
  ck_assert_uint_gt(refused, 20);
  /* With the checks put off, the judge and the desk agree on the whole. */
  for (int round = 0; round < 200; round++) {
    random_route(&seed, loader);
    for (unsigned bus = 0; bus < BUSES - 1; bus++)
      desk_set(
        desk, desk_address(OWNER_MAIN, 0, CELL_SEND_ON + bus), 0, loader, NULL);
    ck_assert_int_eq(desk_check_routing(desk, reason), !has_circle());
  }
}
END_TEST

START_TEST(a_refusal_needs_a_circle)
{
  unsigned seed = (unsigned)_i + 100;

  add(OWNER_STRIP, STRIPS);
  add(OWNER_BUS, BUSES);
  for (int round = 0; round < 300; round++) {
    unsigned before = seed;

    if (random_route(&seed, hand) || !strstr(reason, "circle"))
      continue;
    /* The same change without the check does make one; take it back. */
    ck_assert(random_route(&before, loader));
    ck_assert(has_circle());
    desk_free(desk);
    setup();
    add(OWNER_STRIP, STRIPS);
    add(OWNER_BUS, BUSES);
  }
}
END_TEST

START_TEST(links_are_mutual)
{
  add(OWNER_STRIP, 4);
  ck_assert(set_text("/strip/1/link", "strip/2"));
  ck_assert_str_eq(get_text("/strip/2/link"), "strip/1");
  ck_assert(set_text("/strip/3/link", "strip/2"));
  ck_assert_str_eq(get_text("/strip/1/link"), "");
  ck_assert_str_eq(get_text("/strip/2/link"), "strip/3");
  ck_assert(set_text("/strip/1/link", "strip/4"));
  ck_assert(set_text("/strip/1/link", "strip/3"));
  ck_assert_str_eq(get_text("/strip/2/link"), "");
  ck_assert_str_eq(get_text("/strip/4/link"), "");
  ck_assert_str_eq(get_text("/strip/3/link"), "strip/1");
  ck_assert(set_text("/strip/3/link", ""));
  ck_assert_str_eq(get_text("/strip/1/link"), "");
}
END_TEST

START_TEST(a_partner_follows)
{
  Witness seen = { 0 };

  add(OWNER_STRIP, 3);
  add(OWNER_BUS, 2);
  ck_assert(set("/strip/1/fader", -12));
  ck_assert(set("/strip/1/pan", -100));
  ck_assert(set("/strip/2/pan", 100));
  ck_assert(set_text("/strip/1/comp/key", "strip/3"));
  ck_assert(set_text("/strip/1/link", "strip/2"));
  /* The pair starts as one, each with its own place. */
  ck_assert_double_eq(get("/strip/2/fader"), -12);
  ck_assert_double_eq(get("/strip/2/pan"), 100);
  ck_assert_str_eq(get_text("/strip/2/comp/key"), "strip/3");
  desk_observe(desk, witness, &seen);
  ck_assert(set("/strip/2/eq/3/gain", 4.5));
  ck_assert_double_eq(get("/strip/1/eq/3/gain"), 4.5);
  ck_assert_uint_eq(seen.count, 2);
  ck_assert_int_eq(seen.last.who.origin, ORIGIN_DESK);
  ck_assert(set("/strip/1/trim", 3));
  ck_assert_double_eq(get("/strip/2/trim"), 0);
  ck_assert(set_text("/strip/1/gate/key", "bus/1"));
  ck_assert_str_eq(get_text("/strip/2/gate/key"), "bus/1");
  ck_assert(set_text("/strip/1/name", "Left"));
  ck_assert_str_eq(get_text("/strip/2/name"), "");
  /* What the partner may not do, neither does. */
  ck_assert(!set("/strip/1/send/1/on", 1));
  ck_assert_double_eq(get("/strip/1/send/1/on"), 0);
  ck_assert_double_eq(get("/strip/2/send/1/on"), 0);
  /* A session says itself what each is. */
  ck_assert(desk_set(desk, at("/strip/1/fader"), -3, loader, NULL));
  ck_assert_double_eq(get("/strip/2/fader"), -12);
}
END_TEST

START_TEST(a_partner_that_may_not_holds_both_back)
{
  add(OWNER_STRIP, 2);
  add(OWNER_BUS, 1);
  ck_assert(desk_set_text(desk, at("/strip/1/link"), "strip/2", loader, NULL));
  ck_assert(
    desk_set_text(desk, at("/strip/2/comp/key"), "bus/1", loader, NULL));
  ck_assert(!set("/strip/1/send/1/on", 1));
  ck_assert_str_eq(reason,
                   "That would be a circle: Strip 2 feeds Bus 1, which is the "
                   "key of Strip 2.");
  ck_assert_double_eq(get("/strip/1/send/1/on"), 0);
}
END_TEST

START_TEST(triggers_act_and_read_nought)
{
  Witness seen = { 0 };

  add(OWNER_STRIP, 3);
  add(OWNER_BUS, 1);
  ck_assert(set("/transport/play", 1));
  ck_assert(set("/strip/1/solo", 1));
  ck_assert(set("/strip/3/solo", 1));
  ck_assert(set("/bus/1/solo", 1));
  ck_assert(set("/dca/2/solo", 1));
  desk_observe(desk, witness, &seen);
  ck_assert(set("/transport/stop", 0));
  ck_assert_double_eq(get("/transport/play"), 1);
  ck_assert(set("/transport/stop", 1));
  ck_assert_double_eq(get("/transport/play"), 0);
  ck_assert_double_eq(get("/transport/stop"), 0);
  ck_assert_uint_eq(seen.count, 1);
  ck_assert(set("/desk/soloclear", 1));
  ck_assert_double_eq(get("/desk/soloclear"), 0);
  ck_assert_uint_eq(seen.count, 5);
  ck_assert_double_eq(get("/strip/1/solo") + get("/strip/3/solo") +
                        get("/bus/1/solo") + get("/dca/2/solo"),
                      0);
  /* Going to the same place again is a deed. */
  ck_assert(set("/transport/locate", 0));
  ck_assert(set("/transport/locate", 0));
  ck_assert_uint_eq(seen.count, 7);
}
END_TEST

START_TEST(nothing_refers_to_what_is_gone)
{
  add(OWNER_STRIP, 3);
  add(OWNER_BUS, 2);
  ck_assert(set_text("/strip/1/gate/key", "strip/2"));
  ck_assert(set_text("/main/comp/key", "bus/1"));
  ck_assert(set_text("/strip/3/link", "strip/2"));
  ck_assert(set_text("/desk/order", "bus/1 strip/3 strip/2"));
  ck_assert(set("/strip/1/send/1/on", 1));
  ck_assert(set("/strip/1/send/1/level", -6));
  ck_assert(set("/strip/1/send/1/tap", 0));
  ck_assert(set("/strip/1/send/1/follow", 0));
  ck_assert(set("/bus/2/group/1", 1));
  ck_assert(desk_remove(desk, OWNER_STRIP, 2, hand, NULL));
  ck_assert_str_eq(get_text("/strip/1/gate/key"), "");
  ck_assert_str_eq(get_text("/strip/3/link"), "");
  ck_assert_str_eq(get_text("/desk/order"), "bus/1 strip/3");
  ck_assert(desk_remove(desk, OWNER_BUS, 1, hand, NULL));
  ck_assert_str_eq(get_text("/main/comp/key"), "");
  ck_assert_str_eq(get_text("/desk/order"), "strip/3");
  for (unsigned cell = 0; cell < CELLS; cell++)
    if (params_owner_has(OWNER_STRIP, cell))
      ck_assert(desk_is_default(desk, desk_address(OWNER_STRIP, 1, cell)));
  ck_assert_double_eq(get("/bus/2/group/1"), 0);
  /* The bus's number brings back a bus, not its past. */
  ck_assert_uint_eq(desk_add(desk, OWNER_BUS, 1, hand, NULL), 1);
  ck_assert_double_eq(get("/strip/1/send/1/on"), 0);
}
END_TEST

START_TEST(a_listener_that_goes_leaves_no_trace)
{
  add(OWNER_STRIP, 3);
  add(OWNER_BUS, 1);
  ck_assert(set_text("/strip/2/gate/key", "bus/1"));
  ck_assert(set_text("/strip/3/gate/key", "bus/1"));
  ck_assert(desk_remove(desk, OWNER_STRIP, 2, hand, NULL));
  ck_assert(!set("/strip/3/send/1/on", 1));
  ck_assert(set_text("/strip/3/gate/key", ""));
  ck_assert(set("/strip/3/send/1/on", 1));
}
END_TEST

START_TEST(the_order_names_every_strip_once)
{
  Address order[8];
  char    text[64], all[256] = "";

  add(OWNER_STRIP, 3);
  add(OWNER_BUS, 2);
  ck_assert(set_text("/desk/order", "bus/2 strip/3"));
  add(OWNER_STRIP, 1);
  ck_assert_uint_eq(desk_order(desk, order, 2), 6);
  ck_assert_uint_eq(desk_order(desk, order, 8), 6);
  for (int i = 0; i < 6; i++) {
    snprintf(text,
             sizeof text,
             " %s/%u",
             params_owner_name(order[i].owner),
             order[i].number);
    strcat(all, text);
  }
  ck_assert_str_eq(all, " bus/2 strip/3 strip/1 strip/2 strip/4 bus/1");
}
END_TEST

/* Observers that act. */

typedef struct Actor {
  Desk    *desk;
  unsigned id;
  unsigned calls;
  double   seen[8];
} Actor;

static void
keep(void *self, const Change *change)
{
  Actor *actor = self;

  if (actor->calls < 8)
    actor->seen[actor->calls] = change->number;
  actor->calls++;
}

/* Answers the first change with another of the same place. */
static void
answer(void *self, const Change *change)
{
  Actor *actor = self;

  keep(self, change);
  if (actor->calls == 1)
    ck_assert(desk_set(actor->desk, change->address, -20, hand, NULL));
}

static void
leave(void *self, const Change *change)
{
  Actor *actor = self;

  keep(self, change);
  desk_unobserve(actor->desk, actor->id);
}

static void
remove_it(void *self, const Change *change)
{
  Actor *actor = self;

  keep(self, change);
  if (change->kind == CHANGE_VALUE && change->address.owner == OWNER_STRIP)
    desk_remove(actor->desk, OWNER_STRIP, change->address.number, hand, NULL);
}

START_TEST(all_observers_see_all_changes_in_one_order)
{
  Actor first = { .desk = desk }, second = { .desk = desk };

  desk_observe(desk, answer, &first);
  desk_observe(desk, keep, &second);
  ck_assert(set("/main/fader", -10));
  ck_assert_uint_eq(first.calls, 2);
  ck_assert_uint_eq(second.calls, 2);
  ck_assert_double_eq(second.seen[0], -10);
  ck_assert_double_eq(second.seen[1], -20);
  ck_assert_double_eq(get("/main/fader"), -20);
}
END_TEST

START_TEST(observers_may_leave_and_destroy_while_called)
{
  Actor going = { .desk = desk }, staying = { .desk = desk };
  Actor wrecker = { .desk = desk };

  add(OWNER_STRIP, 2);
  ck_assert(set_text("/strip/1/link", "strip/2"));
  going.id = desk_observe(desk, leave, &going);
  desk_observe(desk, remove_it, &wrecker);
  desk_observe(desk, keep, &staying);
  ck_assert(set("/strip/1/fader", -10));
  ck_assert_uint_eq(going.calls, 1);
  ck_assert_uint_eq(staying.calls, wrecker.calls);
  ck_assert_uint_eq(desk_count(desk, OWNER_STRIP), 0);
  ck_assert(set("/main/fader", -10));
  ck_assert_uint_eq(going.calls, 1);
}
END_TEST

/* A mirror that knows what it is told and nothing else. */
typedef struct Mirror {
  bool   exists[OWNERS][32];
  double values[OWNERS][32][CELLS];
  char  *texts[OWNERS][32][CELLS];
} Mirror;

static void
mirror_reset(Mirror *mirror, Owner owner, unsigned number)
{
  for (unsigned cell = 0; cell < CELLS; cell++) {
    mirror->values[owner][number][cell] = params_default(cell);
    free(mirror->texts[owner][number][cell]);
    mirror->texts[owner][number][cell] = NULL;
  }
}

static void
reflect(void *self, const Change *change)
{
  Mirror  *mirror = self;
  Owner    owner  = change->address.owner;
  unsigned number = change->address.number, cell = change->address.cell;

  if (change->kind != CHANGE_VALUE) {
    ck_assert(mirror->exists[owner][number] ==
              (change->kind == CHANGE_REMOVED));
    mirror->exists[owner][number] = change->kind == CHANGE_ADDED;
    mirror_reset(mirror, owner, number);
    return;
  }
  ck_assert(mirror->exists[owner][number]);
  if (change->text) {
    char *before = mirror->texts[owner][number][cell];

    ck_assert_str_eq(change->previous_text, before ? before : "");
    ck_assert_str_ne(change->previous_text, change->text);
    free(before);
    mirror->texts[owner][number][cell] = strdup(change->text);
    return;
  }
  ck_assert_double_eq(mirror->values[owner][number][cell], change->previous);
  mirror->values[owner][number][cell] = change->number;
}

static void
compare(const Mirror *mirror)
{
  for (Owner owner = 0; owner < OWNERS; owner++)
    for (unsigned number = 0; number < 32; number++) {
      ck_assert(desk_exists(desk, owner, number) ==
                mirror->exists[owner][number]);
      for (unsigned cell = 0; cell < CELLS; cell++) {
        Address     address = desk_address(owner, number, cell);
        const char *text    = mirror->texts[owner][number][cell];

        /* Check writes a note at each assertion; there are too many. */
        if (mirror->exists[owner][number] &&
            (desk_get(desk, address) != mirror->values[owner][number][cell] ||
             strcmp(desk_get_text(desk, address), text ? text : "")))
          ck_abort_msg(
            "cell %u of %s/%u differs", cell, params_owner_name(owner), number);
      }
    }
}

static void
random_text(unsigned *seed, Address address)
{
  static const char *const some[] = {
    "",        "strip/1", "strip/2",
    "strip/3", "bus/1",   "bus/2",
    "#00ff00", "Bass",    "strip/1 bus/1 bus/2"
  };

  desk_set_text(desk, address, some[pick(seed, 9)], hand, reason);
}

static void
random_deed(unsigned *seed)
{
  Owner    owner   = (Owner)pick(seed, OWNERS);
  unsigned limit   = params_owner_limit(owner);
  unsigned number  = limit ? 1 + pick(seed, 6) : 0;
  Address  address = desk_address(owner, number, pick(seed, CELLS));

  switch (pick(seed, 24)) {
  case 0:
    if (desk_next_number(desk, owner) < 30)
      desk_add(desk, owner, 0, hand, reason);
    break;
  case 1:
    desk_add(desk, owner, number, hand, reason);
    break;
  case 2:
    desk_remove(desk, owner, number, hand, reason);
    break;
  case 3:
  case 4:
  case 5:
    address.cell = (uint16_t[]){
      CELL_LINK, CELL_GATE_KEY, CELL_COMP_KEY, CELL_NAME, CELL_ORDER
    }[pick(seed, 5)];
    if (params_owner_has(owner, address.cell))
      random_text(seed, address);
    break;
  default:
    if (params_of_cell(address.cell)->taper == TAPER_TEXT)
      random_text(seed, address);
    else
      desk_set(desk, address, (double)pick(seed, 12), hand, reason);
  }
}

START_TEST(a_mirror_that_is_told_equals_the_desk)
{
  Mirror  *mirror = calloc(1, sizeof *mirror);
  unsigned seed   = (unsigned)_i + 7;

  for (Owner owner = 0; owner < OWNERS; owner++)
    for (unsigned number = 0; number < 32; number++) {
      mirror->exists[owner][number] = desk_exists(desk, owner, number);
      mirror_reset(mirror, owner, number);
    }
  desk_observe(desk, reflect, mirror);
  for (int round = 0; round < 20000; round++) {
    random_deed(&seed);
    ck_assert(desk_check_routing(desk, reason));
    if (round % 1000 == 999)
      compare(mirror);
  }
  for (Owner owner = 0; owner < OWNERS; owner++)
    for (unsigned number = 0; number < 32; number++)
      mirror_reset(mirror, owner, number);
  free(mirror);
}
END_TEST

START_TEST(the_largest_desk_is_routed)
{
  add(OWNER_STRIP, MAX_INPUTS);
  add(OWNER_BUS, MAX_BUSES);
  for (unsigned bus = 2; bus <= MAX_BUSES; bus++) {
    for (unsigned to = 1; to < bus; to++)
      ck_assert(desk_set(desk,
                         desk_address(OWNER_BUS, bus, CELL_SEND_ON + to - 1),
                         1,
                         hand,
                         reason));
    ck_assert(desk_set_text(desk,
                            desk_address(OWNER_STRIP, bus, CELL_GATE_KEY),
                            "bus/64",
                            hand,
                            reason));
  }
  for (unsigned strip = MAX_BUSES + 1; strip <= MAX_INPUTS; strip++)
    for (unsigned bus = 0; bus < MAX_BUSES; bus++)
      ck_assert(desk_set(desk,
                         desk_address(OWNER_STRIP, strip, CELL_SEND_ON + bus),
                         1,
                         hand,
                         reason));
  ck_assert(!set("/strip/2/send/64/on", 1));
  ck_assert(!set("/bus/1/send/64/on", 1));
  ck_assert(desk_check_routing(desk, reason));
  for (unsigned bus = MAX_BUSES; bus > 0; bus--)
    ck_assert(desk_remove(desk, OWNER_BUS, bus, hand, reason));
}
END_TEST

static Suite *
suite(void)
{
  Suite *s      = suite_create("desk");
  TCase *life   = tcase_create("life");
  TCase *values = tcase_create("values");
  TCase *routes = tcase_create("routes");
  TCase *links  = tcase_create("links");
  TCase *told   = tcase_create("observers");
  int    count  = (int)(sizeof circles / sizeof *circles);

  TCase *cases[] = { life, values, routes, links, told };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    tcase_add_checked_fixture(cases[i], setup, teardown);
    tcase_set_timeout(cases[i], 60);
    suite_add_tcase(s, cases[i]);
  }
  tcase_add_test(life, a_new_desk_is_at_its_defaults);
  tcase_add_test(life, numbers_are_identities);
  tcase_add_test(life, what_cannot_come_or_go_is_refused);
  tcase_add_test(life, nothing_refers_to_what_is_gone);
  tcase_add_test(life, a_listener_that_goes_leaves_no_trace);
  tcase_add_test(life, the_order_names_every_strip_once);
  tcase_add_loop_test(values,
                      a_number_that_will_not_do_is_refused,
                      0,
                      sizeof bad_numbers / sizeof *bad_numbers);
  tcase_add_test(values, a_place_that_cannot_be_is_refused);
  tcase_add_test(values, a_change_is_told_once);
  tcase_add_test(values, the_engine_may_set_what_is_read_only);
  tcase_add_loop_test(
    values, texts_are_checked, 0, sizeof texts / sizeof *texts);
  tcase_add_test(values, texts_are_kept);
  tcase_add_test(values, people_type);
  tcase_add_test(values, triggers_act_and_read_nought);
  tcase_add_loop_test(routes, circles_are_refused, 0, count);
  tcase_add_loop_test(
    routes, a_loader_sets_in_any_order_and_asks_at_the_end, 0, count);
  tcase_add_test(routes, keys_of_inputs_make_no_circle);
  tcase_add_test(routes, main_feeds_matrices_alone);
  tcase_add_test(routes, a_long_circle_is_named_in_short);
  tcase_add_loop_test(
    routes, circles_are_found_exactly_where_there_are_any, 0, 6);
  tcase_add_loop_test(routes, a_refusal_needs_a_circle, 0, 4);
  tcase_add_test(routes, the_largest_desk_is_routed);
  tcase_add_test(links, links_are_mutual);
  tcase_add_test(links, a_partner_follows);
  tcase_add_test(links, a_partner_that_may_not_holds_both_back);
  tcase_add_test(told, all_observers_see_all_changes_in_one_order);
  tcase_add_test(told, observers_may_leave_and_destroy_while_called);
  tcase_add_loop_test(told, a_mirror_that_is_told_equals_the_desk, 0, 2);
  return s;
}

int
main(void)
{
  SRunner *runner = srunner_create(suite());
  int      failed;

  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
