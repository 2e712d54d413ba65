/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/params.h"
#include "engine/value.h"

START_TEST(every_row_is_complete)
{
  const ParamRow *row = params_row((Row)_i);
  size_t          length;

  ck_assert_ptr_nonnull(row->symbol);
  ck_assert_ptr_nonnull(row->label);
  ck_assert_ptr_nonnull(row->doc);
  ck_assert_uint_gt(strlen(row->symbol), 0);
  ck_assert_uint_gt(strlen(row->label), 0);
  length = strlen(row->doc);
  ck_assert_uint_gt(length, 5);
  ck_assert_int_eq(row->doc[length - 1], '.');
  ck_assert_uint_ge(row->count, 1);
  ck_assert_uint_ne(row->owners, 0);
  ck_assert_uint_eq(row->owners >> OWNERS, 0);
  ck_assert_double_le(row->min, row->max);
  /* An index in the symbol, once, where there are several. */
  ck_assert((strchr(row->symbol, '#') != NULL) == (row->count > 1));
  ck_assert(strchr(row->symbol, '#') == strrchr(row->symbol, '#'));
  for (const char *c = row->symbol; *c; c++)
    ck_assert(strchr("abcdefghijklmnopqrstuvwxyz-/#", *c));
}
END_TEST

START_TEST(defaults_are_valid)
{
  const ParamRow *row = params_row((Row)_i);

  for (unsigned cell = row->first; cell < row->first + row->count; cell++)
    if (row->taper != TAPER_TEXT)
      ck_assert(value_is_valid(row, params_default(cell)));
}
END_TEST

START_TEST(choices_are_as_many_as_the_range_says)
{
  const ParamRow *row   = params_row((Row)_i);
  int             count = 0;

  if (row->taper != TAPER_CHOICE) {
    ck_assert_ptr_null(row->choices);
    return;
  }
  while (row->choices[count]) {
    for (int i = 0; i < count; i++)
      ck_assert_str_ne(row->choices[i], row->choices[count]);
    count++;
  }
  ck_assert_double_eq(row->min, 0);
  ck_assert_double_eq(row->max, count - 1);
}
END_TEST

START_TEST(tapers_fit_their_ranges)
{
  const ParamRow *row = params_row((Row)_i);

  switch (row->taper) {
  case TAPER_LOG:
    ck_assert_double_gt(row->min, 0);
    break;
  case TAPER_FADER:
    ck_assert(isinf(row->min) && row->min < 0);
    ck_assert_double_eq(row->max, 10);
    break;
  case TAPER_RATIO:
    ck_assert_double_eq(row->min, 1);
    ck_assert(isinf(row->max));
    break;
  case TAPER_SWITCH:
  case TAPER_TRIGGER:
    ck_assert_double_eq(row->min, 0);
    ck_assert_double_eq(row->max, 1);
    break;
  case TAPER_LINEAR:
  case TAPER_CUBIC:
    ck_assert(isfinite(row->min) && isfinite(row->max));
    ck_assert_double_lt(row->min, row->max);
    break;
  default:
    break;
  }
  ck_assert((row->taper == TAPER_TEXT) ==
            (row->unit == UNIT_TEXT || row->unit == UNIT_REF));
}
END_TEST

START_TEST(cells_follow_each_other)
{
  unsigned next = 0;

  for (Row r = 0; r < ROWS; r++) {
    const ParamRow *row = params_row(r);

    ck_assert_uint_eq(row->first, next);
    next += row->count;
    for (unsigned i = 0; i < row->count; i++)
      ck_assert_ptr_eq(params_of_cell(row->first + i), row);
  }
  ck_assert_uint_eq(next, CELLS);
  ck_assert_uint_eq(CELL_EQ_FREQ_LAST - CELL_EQ_FREQ + 1, EQ_BANDS);
}
END_TEST

START_TEST(symbols_are_unique_for_each_owner)
{
  for (Row a = 0; a < ROWS; a++)
    for (Row b = a + 1; b < ROWS; b++)
      if (params_row(a)->owners & params_row(b)->owners)
        ck_assert_str_ne(params_row(a)->symbol, params_row(b)->symbol);
}
END_TEST

START_TEST(bands_stand_apart)
{
  for (unsigned band = 1; band < EQ_BANDS; band++)
    ck_assert_double_gt(params_default(CELL_EQ_FREQ + band),
                        1.5 * params_default(CELL_EQ_FREQ + band - 1));
  for (unsigned band = 0; band < EQ_BANDS; band++)
    ck_assert_double_eq(params_default(CELL_EQ_GAIN + band), 0);
}
END_TEST

/* Symbols that sessions and layouts depend on. */
static const struct {
  const char *address;
  Owner       owner;
  unsigned    number;
  unsigned    cell;
} settled[] = {
  { "/strip/3/eq/2/freq", OWNER_STRIP, 3, CELL_EQ_FREQ + 1 },
  { "/strip/9999/fader", OWNER_STRIP, 9999, CELL_FADER },
  { "/strip/1/send/64/level", OWNER_STRIP, 1, CELL_SEND_LEVEL + 63 },
  { "/strip/1/dca/8", OWNER_STRIP, 1, CELL_IN_DCA + 7 },
  { "/strip/1/to-main", OWNER_STRIP, 1, CELL_TO_MAIN },
  { "/strip/1/delay", OWNER_STRIP, 1, CELL_DELAY },
  { "/bus/64/delay/left", OWNER_BUS, 64, CELL_ECHO_LEFT },
  { "/bus/2/tap", OWNER_BUS, 2, CELL_BUS_TAP },
  { "/main/comp/keyfilter/freq", OWNER_MAIN, 0, CELL_COMP_KEY_FREQ },
  { "/monitor/dimlevel", OWNER_MONITOR, 0, CELL_DIM_LEVEL },
  { "/dca/8/fader", OWNER_DCA, 8, CELL_FADER },
  { "/mutegroup/6/on", OWNER_MUTEGROUP, 6, CELL_MUTEGROUP_ON },
  { "/transport/loop/start", OWNER_TRANSPORT, 0, CELL_LOOP_START },
  { "/marker/12/name", OWNER_MARKER, 12, CELL_NAME },
  { "/desk/tempo", OWNER_DESK, 0, CELL_TEMPO },
};

START_TEST(settled_addresses_are_read)
{
  Address address;
  char    text[ADDRESS_TEXT];

  ck_assert(address_parse(settled[_i].address, &address, NULL));
  ck_assert_int_eq(address.owner, (int)settled[_i].owner);
  ck_assert_uint_eq(address.number, settled[_i].number);
  ck_assert_uint_eq(address.cell, settled[_i].cell);
  address_print(address, text);
  ck_assert_str_eq(text, settled[_i].address);
}
END_TEST

static const char *const strange[] = {
  "",
  "/",
  "strip/1/fader",
  "//strip/1/fader",
  "/strip",
  "/strip/",
  "/strip/1",
  "/strip/1/",
  "/strip/fader",
  "/strip/0/fader",
  "/strip/01/fader",
  "/strip/+1/fader",
  "/strip/-1/fader",
  "/strip/ 1/fader",
  "/strip/1.0/fader",
  "/strip/10000/fader",
  "/strip/4294967297/fader",
  "/strip/99999999999999999999/fader",
  "/strip/1x/fader",
  "/strip/1/Fader",
  "/strip/1/fader/",
  "/strip/1/fader/value",
  "/strip/1/fade",
  "/strip/1/faders",
  "/strip/1/eq/0/freq",
  "/strip/1/eq/7/freq",
  "/strip/1/eq/02/freq",
  "/strip/1/eq//freq",
  "/strip/1/eq/#/freq",
  "/strip/1/eq/2",
  "/strip/1/send/65/on",
  "/strip/1/kind",
  "/strip/1/delay/left",
  "/stri/1/fader",
  "/strips/1/fader",
  "/bus/65/fader",
  "/main/1/fader",
  "/main/link",
  "/dca/9/fader",
  "/dca/1/eq/on",
  "/mutegroup/7/on",
  "/desk/fader",
};

START_TEST(strange_addresses_are_refused)
{
  Address     address;
  const char *rest;

  ck_assert(!address_parse(strange[_i], &address, NULL));
  if (!strstr(strange[_i], "/value"))
    ck_assert(!address_parse(strange[_i], &address, &rest));
}
END_TEST

START_TEST(leaves_are_returned)
{
  static const char *const leaves[] = {
    "", "/value", "/text", "/touch", "/delta"
  };
  static const char *const others[] = { "/",       "/valu", "/values",
                                        "/value/", "/x",    " " };

  Address     address;
  const char *rest;
  char        text[128];

  for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {
    snprintf(text, sizeof text, "/bus/2/delay%s", leaves[i]);
    ck_assert(address_parse(text, &address, &rest));
    ck_assert_uint_eq(address.cell, CELL_DELAY);
    ck_assert_str_eq(rest, leaves[i]);
    ck_assert_ptr_eq(rest, text + strlen("/bus/2/delay"));
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    snprintf(text, sizeof text, "/bus/2/delay%s", others[i]);
    ck_assert(!address_parse(text, &address, &rest));
  }
}
END_TEST

static bool
round_trip(Address address)
{
  char        text[ADDRESS_TEXT];
  Address     back;
  const char *rest;

  address_print(address, text);
  return strlen(text) < ADDRESS_TEXT - 1 && address_parse(text, &back, NULL) &&
         address_equal(back, address) && address_parse(text, &back, &rest) &&
         *rest == '\0' && address_equal(back, address) &&
         address_equal(address_from_key(address_key(address)), address);
}

START_TEST(every_address_of_an_owner_reads_back)
{
  Owner    owner = (Owner)_i;
  unsigned limit = params_owner_limit(owner);
  unsigned own   = 0;

  for (unsigned cell = 0; cell < CELLS; cell++) {
    if (!params_owner_has(owner, cell))
      continue;
    own++;
    for (unsigned i = 0; i < 4; i++) {
      unsigned number  = limit ? 1 + i * (limit - 1) / 3 : 0;
      Address  address = { (uint8_t)owner, (uint16_t)number, (uint16_t)cell };

      if (!round_trip(address))
        ck_abort_msg("%s/%u cell %u", params_owner_name(owner), number, cell);
    }
  }
  ck_assert_uint_gt(own, 0);
  ck_assert(params_owner_is_numbered(owner) == (limit > 0));
  ck_assert(!params_owner_has(owner, CELLS));
}
END_TEST

START_TEST(keys_are_unique)
{
  /* Neighbours in each part must not meet in another. */
  static const Address some[] = { { 0, 1, 0 },    { 0, 0, CELLS - 1 },
                                  { 1, 0, 0 },    { 0, 9999, 0 },
                                  { 8, 0, 0 },    { 0, 1, CELLS - 1 },
                                  { 8, 9999, 1 }, { 7, 9999, CELLS - 1 } };

  for (size_t a = 0; a < sizeof some / sizeof *some; a++)
    for (size_t b = 0; b < a; b++)
      ck_assert_uint_ne(address_key(some[a]), address_key(some[b]));
}
END_TEST

START_TEST(references_are_read_strictly)
{
  static const char *const bad[] = { "",         "strip",     "strip/",
                                     "strip/0",  "strip/03",  "/strip/3",
                                     "strip/3/", "strip/3 ",  "main",
                                     "dca/1",    "bus/65",    "strip/10000",
                                     "self",     "strip/3/x", "marker/1" };

  Owner    owner;
  unsigned number;

  ck_assert(address_parse_ref("strip/3", &owner, &number));
  ck_assert_int_eq(owner, OWNER_STRIP);
  ck_assert_uint_eq(number, 3);
  ck_assert(address_parse_ref("bus/64", &owner, &number));
  ck_assert_int_eq(owner, OWNER_BUS);
  ck_assert_uint_eq(number, 64);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(!address_parse_ref(bad[i], &owner, &number), "%s", bad[i]);
}
END_TEST

static Suite *
suite(void)
{
  Suite *s         = suite_create("params");
  TCase *table     = tcase_create("table");
  TCase *addresses = tcase_create("addresses");

  tcase_add_loop_test(table, every_row_is_complete, 0, ROWS);
  tcase_add_loop_test(table, defaults_are_valid, 0, ROWS);
  tcase_add_loop_test(table, choices_are_as_many_as_the_range_says, 0, ROWS);
  tcase_add_loop_test(table, tapers_fit_their_ranges, 0, ROWS);
  tcase_add_test(table, cells_follow_each_other);
  tcase_add_test(table, symbols_are_unique_for_each_owner);
  tcase_add_test(table, bands_stand_apart);
  suite_add_tcase(s, table);
  tcase_add_loop_test(
    addresses, settled_addresses_are_read, 0, sizeof settled / sizeof *settled);
  tcase_add_loop_test(addresses,
                      strange_addresses_are_refused,
                      0,
                      sizeof strange / sizeof *strange);
  tcase_add_test(addresses, leaves_are_returned);
  tcase_add_loop_test(
    addresses, every_address_of_an_owner_reads_back, 0, OWNERS);
  tcase_add_test(addresses, keys_are_unique);
  tcase_add_test(addresses, references_are_read_strictly);
  suite_add_tcase(s, addresses);
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
