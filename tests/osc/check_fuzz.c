/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets at random, whole and broken. Whatever comes, the desk's values stay
   valid, no datagram makes more work than it may, and what is sent is sound. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "engine/value.h"
#include "osc/packet.h"
#include "tests/fake-osc.h"

enum {
  PACKETS = 4000, /* of each of the seeds */
  SEEDS   = 5,
};

static uint64_t state;

static unsigned
below(unsigned limit)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (unsigned)(state >> 16) % limit;
}

#define PICK(list) ((list)[below(G_N_ELEMENTS(list))])

static void
append_path(char *path, size_t size)
{
  static const char *const owners[] = {
    "/strip/1",   "/strip/2",     "/bus/1",   "/main",          "/dca/3",
    "/transport", "/desk",        "/strip/*", "/{strip,bus}/?", "/*",
    "/*/*",       "/[!m]*/[1-3]", "/strip/7", "/monitor",       "/marker/1"
  };
  static const char *const tails[] = {
    "/fader",       "/mute",       "/name",      "/eq/1/freq", "/eq/*/gain",
    "/pan",         "/send/1/*",   "/gate/mode", "/link",      "/comp/key",
    "/color",       "/play",       "/order",     "/tempo",     "/kind",
    "/group/1",     "/*",          "/*/*",       "/*/*/*",     "/locate",
    "/meter/out/1", "/*a*a*a*a*b", "/{a,b",      "",           "/channels"
  };
  static const char *const leaves[] = { "",      "",       "",      "/value",
                                        "/text", "/touch", "/delta" };
  static const char *const verbs[]  = { "/subscribe",
                                        "/unsubscribe",
                                        "/renew",
                                        "/refresh",
                                        "/subscribe/meters",
                                        "/unsubscribe/meters",
                                        "/desk/add",
                                        "/desk/remove",
                                        "/desk/strips",
                                        "/desk/osc/counters",
                                        "/info",
                                        "/ping",
                                        "/desk/save",
                                        "/error",
                                        "/1/fader2" };
  if (below(4) == 0)
    g_strlcpy(path, PICK(verbs), size);
  else
    g_snprintf(path, size, "%s%s%s", PICK(owners), PICK(tails), PICK(leaves));
}

static void
add_argument(lo_message message)
{
  static const char *const texts[]   = { "strip",
                                         "bus",
                                         "marker",
                                         "/strip/*",
                                         "/",
                                         "/*/*/fader/text",
                                         "-6 dB",
                                         "on",
                                         "strip/2",
                                         "-inf",
                                         "#ff0000",
                                         "Grüße",
                                         "strip/2 strip/1",
                                         "",
                                         "/strip/[",
                                         "1k" };
  static const float       numbers[] = { 0,     1,    0.5f, -1, 2,    0.001f,
                                         1e30f, 9001, 20,   -6, 3.5f, 1000 };
  switch (below(8)) {
  case 0:
  case 1:
    lo_message_add_string(message, PICK(texts));
    break;
  case 2:
    lo_message_add_int32(message, (int32_t)below(12) - 2);
    break;
  case 3:
    lo_message_add_double(message, (double)PICK(numbers));
    break;
  case 4:
    lo_message_add_true(message);
    break;
  case 5:
    lo_message_add_int64(message, (int64_t)state);
    break;
  default:
    lo_message_add_float(message, PICK(numbers));
  }
}

static size_t
random_message(uint8_t *data)
{
  char       path[256];
  size_t     size;
  lo_message message = lo_message_new();
  append_path(path, sizeof path);
  for (unsigned count = below(5) ? below(3) : below(12); count; --count)
    add_argument(message);
  lo_message_serialise(message, path, data, &size);
  lo_message_free(message);
  return size;
}

static size_t
random_packet(uint8_t *data, int depth)
{
  if (depth == 6 || below(4))
    return random_message(data);
  memcpy(data, "#bundle\0\0\0\0\0\0\0\0\1", 16);
  if (below(8) == 0)
    data[8] = (uint8_t)below(256);
  size_t size = 16;
  for (unsigned count = below(4); count && size < 16384; --count) {
    size_t element = random_packet(data + size + 4, depth + 1);
    for (int i = 0; i < 4; ++i)
      data[size + (size_t)i] = (uint8_t)(element >> (24 - 8 * i));
    size += 4 + element;
  }
  return size;
}

static size_t
break_packet(uint8_t *data, size_t size)
{
  for (unsigned count = below(4); count; --count)
    switch (below(4)) {
    case 0:
      data[below((unsigned)size)] = (uint8_t)below(256);
      break;
    case 1:
      data[below((unsigned)size)] ^= (uint8_t)(1u << below(8));
      break;
    case 2:
      size = below((unsigned)size) + 1;
      break;
    default:
      for (unsigned i = below(8); i; --i)
        data[size++] = (uint8_t)below(256);
    }
  return size;
}

static void
check_values(const Desk *desk)
{
  for (unsigned owner = 0; owner < OWNERS; ++owner)
    for (unsigned i = 0; i < desk_count(desk, (Owner)owner); ++i)
      for (unsigned cell = 0; cell < CELLS; ++cell) {
        unsigned        number  = desk_nth(desk, (Owner)owner, i);
        const ParamRow *row     = params_of_cell(cell);
        Address         address = desk_address((Owner)owner, number, cell);
        if (!params_owner_has((Owner)owner, cell))
          continue;
        if (row->taper == TAPER_TEXT)
          ck_assert(g_utf8_validate(desk_get_text(desk, address), -1, NULL));
        else
          ck_assert(value_is_valid(row, desk_get(desk, address)));
      }
}

START_TEST(nothing_that_comes_does_harm)
{
  static uint8_t data[1 << 20];
  FakeHost      *host = fake_host_new(4, 2);
  MeterItem      item = { .owner = OWNER_STRIP, .number = 1 };
  host->meters        = &item;
  host->meter_count   = 1;
  state               = 0x9e3779b97f4a7c15u * (uint64_t)(_i + 1);
  for (int n = 0; n < PACKETS; ++n) {
    OscPeer from = fake_peer(below(3), (uint16_t)(3000 + below(30)));
    size_t  size = random_packet(data, 0);
    if (below(3) == 0)
      size = break_packet(data, size);
    fake_deliver(host, from, data, size);
    ck_assert_uint_le(host->work, 2 * OSC_WORK_MAX);
    fake_pass(host, below(4));
    if (n % 64 == 0)
      osc_hub_tick(host->hub);
    if (n % 128 == 0) {
      for (unsigned ear = 0; ear < 3; ++ear)
        for (uint16_t port = 3000; port < 3030; ++port)
          fake_heard(host, fake_peer(ear, port));
      g_ptr_array_set_size(host->sent, 0);
    }
    if (n % 1000 == 0)
      check_values(host->desk);
  }
  check_values(host->desk);
  const OscCounters *counters = osc_hub_counters(host->hub);
  ck_assert_uint_eq(counters->datagrams, PACKETS);
  ck_assert_uint_gt(counters->changes, PACKETS / 10);
  ck_assert_uint_gt(counters->refused[OSC_MALFORMED], 0);
  ck_assert_uint_gt(counters->refused[OSC_TOO_DEEP], 0);
  ck_assert_uint_gt(counters->sent, 0);
  fake_host_free(host);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("fuzz");
  TCase *tcase = tcase_create("fuzz");
  tcase_set_timeout(tcase, 120);
  tcase_add_loop_test(tcase, nothing_that_comes_does_harm, 0, SEEDS);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
