/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patterns mean what the C library's regular expressions mean by them, and
   cost no more than the product of both lengths. */

#include <check.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "osc/pattern.h"

static uint64_t
next_random(uint64_t *state)
{
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static unsigned
below(uint64_t *state, unsigned limit)
{
  return (unsigned)(next_random(state) >> 11) % limit;
}

static void
append(char *text, const char *more)
{
  strcat(text, more);
}

static void
append_letters(char *text, uint64_t *state, unsigned count)
{
  for (; count; --count)
    append(text, (const char *[]){ "a", "b", "c" }[below(state, 3)]);
}

/* One element of a pattern, and the same as a regular expression. */
static void
append_element(uint64_t *state, char *pattern, char *regex)
{
  static const char *const same[][2] = {
    { "*", ".*" },          { "?", "." },
    { "[ab]", "[ab]" },     { "[!b]", "[^b]" },
    { "[a-b]", "[a-b]" },   { "[!a-b]", "[^a-b]" },
    { "{a,bc}", "(a|bc)" }, { "{ab,,c}", "(ab||c)" },
    { "a", "a" },           { "b", "b" },
    { "c", "c" },
  };
  unsigned i = below(state, sizeof same / sizeof *same);
  append(pattern, same[i][0]);
  append(regex, same[i][1]);
}

START_TEST(parts_mean_what_regular_expressions_mean)
{
  uint64_t state = 88172645463325252u + (uint64_t)_i;
  for (int n = 0; n < 200; ++n) {
    char    pattern[128] = "", regex[256] = "^", reason[160];
    regex_t compiled;
    OscPart part;
    for (unsigned count = below(&state, 8); count; --count)
      append_element(&state, pattern, regex);
    append(regex, "$");
    ck_assert_int_eq(regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB), 0);
    ck_assert_msg(
      osc_part_compile(&part, pattern, strlen(pattern), reason), "%s", reason);
    for (int t = 0; t < 40; ++t) {
      char text[32] = "";
      append_letters(text, &state, below(&state, 10));
      bool expected = regexec(&compiled, text, 0, NULL, 0) == 0;
      ck_assert_msg(osc_part_matches(&part, text, strlen(text), NULL) ==
                      expected,
                    "%s %s %s",
                    pattern,
                    expected ? "matches" : "does not match",
                    text);
    }
    regfree(&compiled);
  }
}
END_TEST

START_TEST(attacks_cost_no_more_than_both_lengths)
{
  static const char *const attacks[] = {
    "*a*a*a*a*a*a*a*ab",
    "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*ab",
    "{a,aa,aaa}{a,aa,aaa}{a,aa,aaa}{a,aa,aaa}{a,aa,aaa}b",
    "??*??*??*??*??*??*??*??*b",
    "[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*[a-z]*b",
  };
  char     text[1001], reason[160];
  OscPart  part;
  uint64_t steps = 0;
  memset(text, 'a', 1000);
  text[1000] = '\0';
  ck_assert(osc_part_compile(&part, attacks[_i], strlen(attacks[_i]), reason));
  ck_assert(!osc_part_matches(&part, text, 1000, &steps));
  ck_assert_uint_le(steps, 1000 * OSC_PART_MAX);
}
END_TEST

/* The 36 bytes that keep liblo's own matcher busy for a minute and a half. */
START_TEST(the_known_attack_is_cheap_against_the_table)
{
  OscPattern pattern;
  uint64_t   steps = 0;
  char       reason[160];
  ck_assert(!osc_pattern_compile(
    &pattern, "/strip/*/*a*a*a*a*a*a*a*ab", OSC_EXACT, &steps, reason));
  ck_assert_str_ne(reason, "");
  ck_assert_uint_le(steps, 100000);
}
END_TEST

START_TEST(what_cannot_be_read_is_refused_with_a_reason)
{
  static const char *const bad[] = {
    "/strip/[1/fader",
    "/strip/{1,2/fader",
    "/strip/1]/fader",
    "/strip/1}/fader",
    "/strip/[]/fader",
    "/strip/[!]/fader",
    "/strip/{1,*}/fader",
    "/strip/{1,{2,3}}/fader",
    "/strip//fader*",
    "strip/*/fader",
    "/*/*/*/*/*/*/*/*/*",
    "/nothing*",
    "/strip/*/nothing",
    "/main/*/send/1/level",
    "/mutegroup/*/hpf/on",
    "/strip/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa*",
  };
  OscPattern pattern;
  char       reason[160] = "";
  ck_assert_msg(
    !osc_pattern_compile(&pattern, bad[_i], OSC_EXACT, NULL, reason),
    "%s was read",
    bad[_i]);
  ck_assert_uint_gt(strlen(reason), 10);
}
END_TEST

START_TEST(a_refused_pattern_of_255_stars_is_cheap)
{
  char text[256], reason[160];
  memset(text, '*', 255);
  text[0]   = '/';
  text[255] = '\0';
  OscPattern pattern;
  uint64_t   steps = 0;
  ck_assert(!osc_pattern_compile(&pattern, text, OSC_EXACT, &steps, reason));
  ck_assert_uint_le(steps, 1000);
}
END_TEST

/* Every address that the table can make, for a few numbers. */
static unsigned
compare_with_regex(const char *pattern_text, OscReach reach, const char *regex)
{
  static const unsigned numbers[] = { 1, 2, 3, 10, 23, 64, 100, 9999 };
  OscPattern            pattern;
  regex_t               compiled;
  char                  reason[160];
  unsigned              covered = 0;
  ck_assert_msg(
    osc_pattern_compile(&pattern, pattern_text, reach, NULL, reason),
    "%s: %s",
    pattern_text,
    reason);
  ck_assert_int_eq(regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB), 0);
  for (unsigned owner = 0; owner < OWNERS; ++owner)
    for (unsigned n = 0; n < 8; ++n)
      for (unsigned cell = 0; cell < CELLS; ++cell) {
        unsigned number =
          params_owner_is_numbered((Owner)owner) ? numbers[n] : 0;
        Address address = { (uint8_t)owner, (uint16_t)number, (uint16_t)cell };
        char    text[ADDRESS_TEXT];
        if (!params_owner_has((Owner)owner, cell))
          continue;
        address_print(address, text);
        bool expected = regexec(&compiled, text, 0, NULL, 0) == 0;
        ck_assert_msg(osc_pattern_covers(&pattern, address) == expected,
                      "%s %s %s",
                      pattern_text,
                      expected ? "misses" : "takes",
                      text);
        covered += expected;
      }
  regfree(&compiled);
  return covered;
}

START_TEST(patterns_take_the_tables_addresses)
{
  static const struct {
    const char *pattern;
    OscReach    reach;
    const char *regex;
  } same[] = {
    { "/strip/*/fader", OSC_EXACT, "^/strip/[^/]*/fader$" },
    { "/strip/3/fader", OSC_EXACT, "^/strip/3/fader$" },
    { "/strip/1?/fader", OSC_EXACT, "^/strip/1[^/]/fader$" },
    { "/{strip,bus}/[1-3]/mute", OSC_EXACT, "^/(strip|bus)/[1-3]/mute$" },
    { "/*/fader", OSC_EXACT, "^/[^/]*/fader$" },
    { "/*/*/fader", OSC_EXACT, "^/[^/]*/[^/]*/fader$" },
    { "/strip/2/eq/*/gain", OSC_EXACT, "^/strip/2/eq/[^/]*/gain$" },
    { "/strip/2/send/{1,64}/*", OSC_EXACT, "^/strip/2/send/(1|64)/[^/]*$" },
    { "/m*/*", OSC_EXACT, "^/m[^/]*/[^/]*$" },
    { "/[!s]*/2/*", OSC_EXACT, "^/[^s][^/]*/2/[^/]*$" },
    { "/strip/3", OSC_BELOW, "^/strip/3/" },
    { "/strip", OSC_BELOW, "^/strip/" },
    { "/strip/*/eq", OSC_BELOW, "^/strip/[^/]*/eq/" },
    { "/main", OSC_BELOW, "^/main/" },
    { "/", OSC_BELOW, "" },
    { "/*/*/dca/*", OSC_BELOW, "^/[^/]*/[^/]*/dca/" },
  };
  unsigned covered =
    compare_with_regex(same[_i].pattern, same[_i].reach, same[_i].regex);
  ck_assert_uint_gt(covered, 0);
}
END_TEST

START_TEST(a_leaf_stands_at_the_end)
{
  static const struct {
    const char *pattern;
    OscLeaf     leaf;
  } leaves[] = {
    { "/strip/*/fader", OSC_POSITION },
    { "/strip/*/fader/value", OSC_VALUE },
    { "/strip/*/fader/text", OSC_TEXT },
    { "/strip/*/fader/touch", OSC_TOUCH },
    { "/strip/*/fader/delta", OSC_DELTA },
  };
  OscPattern pattern;
  char       reason[160];
  Address    address = { OWNER_STRIP, 7, CELL_FADER };
  ck_assert(
    osc_pattern_compile(&pattern, leaves[_i].pattern, OSC_EXACT, NULL, reason));
  ck_assert_int_eq(pattern.leaf, leaves[_i].leaf);
  ck_assert(osc_pattern_covers(&pattern, address));
  ck_assert(osc_pattern_compile(&pattern, "/text", OSC_BELOW, NULL, reason));
  ck_assert_int_eq(pattern.leaf, OSC_TEXT);
  ck_assert(osc_pattern_covers(&pattern, address));
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("pattern");
  TCase *tcase = tcase_create("pattern");
  tcase_add_loop_test(tcase, parts_mean_what_regular_expressions_mean, 0, 20);
  tcase_add_loop_test(tcase, attacks_cost_no_more_than_both_lengths, 0, 5);
  tcase_add_test(tcase, the_known_attack_is_cheap_against_the_table);
  tcase_add_loop_test(
    tcase, what_cannot_be_read_is_refused_with_a_reason, 0, 16);
  tcase_add_test(tcase, a_refused_pattern_of_255_stars_is_cheap);
  tcase_add_loop_test(tcase, patterns_take_the_tables_addresses, 0, 16);
  tcase_add_loop_test(tcase, a_leaf_stands_at_the_end, 0, 5);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
