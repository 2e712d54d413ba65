/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A datagram is sound as the OSC 1.0 document says, or refused for the right
   reason. Sound ones are made by liblo, an implementation of its own. */

#include <check.h>
#include <lo/lo.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "osc/packet.h"

#define NOW ((UINT64_C(3900000000) << 32) + 12345)

typedef struct Case {
  const char *what;
  const char *bytes;
  size_t      size;
  OscFault    fault;
} Case;

#define BYTES(literal) (literal), sizeof(literal) - 1
#define BUNDLE         "#bundle\0\0\0\0\0\0\0\0\1"

static const Case cases[] = {
  { "address alone", BYTES("/a\0\0"), OSC_FINE },
  { "no arguments", BYTES("/a\0\0,\0\0\0"), OSC_FINE },
  { "integer", BYTES("/a\0\0,i\0\0\0\0\0\1"), OSC_FINE },
  { "flags have no bytes", BYTES("/a\0\0,TFN\0\0\0\0"), OSC_FINE },
  { "string", BYTES("/a\0\0,s\0\0abc\0"), OSC_FINE },
  { "empty string", BYTES("/a\0\0,s\0\0\0\0\0\0"), OSC_FINE },
  { "blob", BYTES("/a\0\0,b\0\0\0\0\0\2xy\0\0"), OSC_FINE },
  { "UTF-8", BYTES("/a\0\0,s\0\0\xc3\xa9\0\0"), OSC_FINE },
  { "empty bundle", BYTES(BUNDLE), OSC_FINE },
  { "bundle", BYTES(BUNDLE "\0\0\0\4/a\0\0\0\0\0\4/b\0\0"), OSC_FINE },
  { "nothing", BYTES(""), OSC_MALFORMED },
  { "three bytes", BYTES("/a\0"), OSC_MALFORMED },
  { "five bytes", BYTES("/a\0\0,"), OSC_MALFORMED },
  { "no slash", BYTES("a\0\0\0"), OSC_MALFORMED },
  { "a space", BYTES("/a b\0\0\0\0"), OSC_MALFORMED },
  { "a control character", BYTES("/a\tb\0\0\0\0"), OSC_MALFORMED },
  { "not ASCII", BYTES("/\xc3\xa9\0"), OSC_MALFORMED },
  { "address without end", BYTES("/abc"), OSC_MALFORMED },
  { "padding not of NULs", BYTES("/a\0x,\0\0\0"), OSC_MALFORMED },
  { "no comma", BYTES("/a\0\0i\0\0\0\0\0\0\1"), OSC_MALFORMED },
  { "types without end", BYTES("/a\0\0,iii"), OSC_MALFORMED },
  { "unknown type", BYTES("/a\0\0,q\0\0\0\0\0\1"), OSC_MALFORMED },
  { "array", BYTES("/a\0\0,[i]\0\0\0\0\0\0\0\1"), OSC_MALFORMED },
  { "argument missing", BYTES("/a\0\0,i\0\0"), OSC_MALFORMED },
  { "half a double", BYTES("/a\0\0,d\0\0\0\0\0\0"), OSC_MALFORMED },
  { "bytes too many", BYTES("/a\0\0,i\0\0\0\0\0\1\0\0\0\0"), OSC_MALFORMED },
  { "string without end", BYTES("/a\0\0,s\0\0abcd"), OSC_MALFORMED },
  { "blob beyond the end", BYTES("/a\0\0,b\0\0\0\0\0\5xy\0\0"), OSC_MALFORMED },
  { "blob of -1", BYTES("/a\0\0,b\0\0\xff\xff\xff\xff"), OSC_MALFORMED },
  { "bundle without time", BYTES("#bundle\0\0\0\0\0"), OSC_MALFORMED },
  { "element of nothing", BYTES(BUNDLE "\0\0\0\0"), OSC_MALFORMED },
  { "element of 3", BYTES(BUNDLE "\0\0\0\3/a\0\0"), OSC_MALFORMED },
  { "element too long", BYTES(BUNDLE "\0\0\0\xf0/a\0\0"), OSC_MALFORMED },
  { "element of -4", BYTES(BUNDLE "\xff\xff\xff\xfc/a\0\0"), OSC_MALFORMED },
  { "bad second element",
    BYTES(BUNDLE "\0\0\0\4/a\0\0\0\0\0\4a\0\0\0"),
    OSC_MALFORMED },
  { "lone continuation", BYTES("/a\0\0,s\0\0\x80\0\0\0"), OSC_NOT_UTF8 },
  { "overlong NUL", BYTES("/a\0\0,s\0\0\xc0\x80\0\0"), OSC_NOT_UTF8 },
  { "surrogate", BYTES("/a\0\0,s\0\0\xed\xa0\x80\0"), OSC_NOT_UTF8 },
  { "NaN", BYTES("/a\0\0,f\0\0\x7f\xc0\0\0"), OSC_NOT_FINITE },
  { "signalling NaN", BYTES("/a\0\0,f\0\0\x7f\x80\0\1"), OSC_NOT_FINITE },
  { "infinity", BYTES("/a\0\0,f\0\0\x7f\x80\0\0"), OSC_NOT_FINITE },
  { "minus infinity", BYTES("/a\0\0,f\0\0\xff\x80\0\0"), OSC_NOT_FINITE },
  { "double NaN", BYTES("/a\0\0,d\0\0\x7f\xf8\0\0\0\0\0\0"), OSC_NOT_FINITE },
  { "double infinity",
    BYTES("/a\0\0,d\0\0\xff\xf0\0\0\0\0\0\0"),
    OSC_NOT_FINITE },
  { "the greatest float", BYTES("/a\0\0,f\0\0\x7f\x7f\xff\xff"), OSC_FINE },
};

/* A copy of its own size, so that the sanitizer sees a byte read too many. */
static OscFault
check_copy(const void *bytes, size_t size)
{
  void *copy = malloc(size ? size : 1);
  memcpy(copy, bytes, size);
  OscFault fault = osc_packet_check(copy, size, NOW, NULL);
  free(copy);
  return fault;
}

START_TEST(cases_are_judged)
{
  const Case *c     = &cases[_i];
  OscFault    fault = check_copy(c->bytes, c->size);
  ck_assert_msg(fault == c->fault,
                "%s: %s, not %s",
                c->what,
                osc_fault_word(fault),
                osc_fault_word(c->fault));
}
END_TEST

START_TEST(what_liblo_builds_is_sound)
{
  static const char *const types[] = { "",  "i",    "f",   "d",     "h",
                                       "s", "TFNI", "b",   "ifdhs", "tcm",
                                       "S", "sss",  "bib", "sbsbs" };
  size_t                   size;
  lo_message               message = lo_message_new();
  uint8_t                  midi[4] = { 0, 1, 2, 3 };
  lo_blob                  blob    = lo_blob_new(3, "abc");
  for (const char *t = types[_i]; *t; ++t)
    switch (*t) {
    case 'i':
      lo_message_add_int32(message, -5);
      break;
    case 'f':
      lo_message_add_float(message, 0.25f);
      break;
    case 'd':
      lo_message_add_double(message, -1e300);
      break;
    case 'h':
      lo_message_add_int64(message, -1);
      break;
    case 's':
      lo_message_add_string(message, "Grüße");
      break;
    case 'S':
      lo_message_add_symbol(message, "");
      break;
    case 'b':
      lo_message_add_blob(message, blob);
      break;
    case 't':
      lo_message_add_timetag(message, LO_TT_IMMEDIATE);
      break;
    case 'c':
      lo_message_add_char(message, 'x');
      break;
    case 'm':
      lo_message_add_midi(message, midi);
      break;
    case 'T':
      lo_message_add_true(message);
      break;
    case 'F':
      lo_message_add_false(message);
      break;
    case 'N':
      lo_message_add_nil(message);
      break;
    default:
      lo_message_add_infinitum(message);
    }
  void *bytes = lo_message_serialise(message, "/strip/1/name", NULL, &size);
  ck_assert_int_eq(check_copy(bytes, size), OSC_FINE);
  /* Every shorter packet lacks something. */
  for (size_t less = size - 4; less > 16; less -= 4)
    ck_assert_int_ne(check_copy(bytes, less), OSC_FINE);
  free(bytes);
  lo_blob_free(blob);
  lo_message_free(message);
}
END_TEST

/* One message, within so many bundles of this time. */
static size_t
nest(uint8_t *bytes, int depth, uint64_t time)
{
  size_t size = 4;
  memcpy(bytes, "/a\0", 4);
  for (; depth; --depth) {
    memmove(bytes + 20, bytes, size);
    memcpy(bytes, "#bundle", 8);
    for (int i = 0; i < 8; ++i)
      bytes[8 + i] = (uint8_t)(time >> (56 - 8 * i));
    for (int i = 0; i < 4; ++i)
      bytes[16 + i] = (uint8_t)(size >> (24 - 8 * i));
    size += 20;
  }
  return size;
}

START_TEST(bundles_stand_four_deep)
{
  uint8_t  bytes[1024];
  size_t   size     = nest(bytes, _i, 1);
  OscFault expected = _i <= 4 ? OSC_FINE : OSC_TOO_DEEP;
  ck_assert_int_eq(check_copy(bytes, size), expected);
}
END_TEST

START_TEST(only_the_far_future_is_refused)
{
  static const struct {
    uint64_t time;
    OscFault fault;
  } times[] = {
    { 1, OSC_FINE },
    { 0, OSC_FINE },
    { NOW - (UINT64_C(3600) << 32), OSC_FINE },
    { NOW, OSC_FINE },
    { NOW + (UINT64_C(1) << 32), OSC_FINE },
    { NOW + (UINT64_C(1) << 32) + 1, OSC_FAR_FUTURE },
    { NOW + (UINT64_C(3600) << 32), OSC_FAR_FUTURE },
    { UINT64_MAX, OSC_FAR_FUTURE },
  };
  uint8_t bytes[64];
  size_t  size = nest(bytes, 1, times[_i].time);
  ck_assert_int_eq(check_copy(bytes, size), times[_i].fault);
}
END_TEST

START_TEST(length_has_a_limit)
{
  size_t   sizes[] = { OSC_PACKET_MAX - 4, OSC_PACKET_MAX, OSC_PACKET_MAX + 4 };
  size_t   size    = sizes[_i];
  uint8_t *bytes   = calloc(1, size);
  uint32_t body    = (uint32_t)size - 12;
  OscFault expected = size > OSC_PACKET_MAX ? OSC_TOO_LONG : OSC_FINE;
  memcpy(bytes, "/a\0\0,b\0", 8);
  for (int i = 0; i < 4; ++i)
    bytes[8 + i] = (uint8_t)(body >> (24 - 8 * i));
  ck_assert_int_eq(check_copy(bytes, size), expected);
  free(bytes);
}
END_TEST

START_TEST(arguments_and_addresses_have_limits)
{
  char bytes[512] = "/a\0\0,";
  memset(bytes + 5, 'T', OSC_ARGUMENTS_MAX);
  ck_assert_int_eq(check_copy(bytes, 72), OSC_FINE);
  bytes[5 + OSC_ARGUMENTS_MAX] = 'T';
  ck_assert_int_eq(check_copy(bytes, 72), OSC_MALFORMED);
  memset(bytes, 0, sizeof bytes);
  memset(bytes, '/', OSC_ADDRESS_MAX);
  ck_assert_int_eq(check_copy(bytes, 256), OSC_FINE);
  memset(bytes, '/', OSC_ADDRESS_MAX + 1);
  ck_assert_int_eq(check_copy(bytes, 260), OSC_MALFORMED);
}
END_TEST

START_TEST(the_message_at_fault_is_named)
{
  static const char bytes[] = BUNDLE "\0\0\0\4/a\0\0"
                                     "\0\0\0\14/b\0\0,f\0\0\x7f\xc0\0\0";
  const char       *address;
  OscFault fault = osc_packet_check(bytes, sizeof bytes - 1, NOW, &address);
  ck_assert_int_eq(fault, OSC_NOT_FINITE);
  ck_assert_str_eq(address, "/b");
}
END_TEST

static void
note(void *self, const void *message, size_t size)
{
  strcat(self, message);
  ck_assert_uint_eq(size, 4);
}

START_TEST(messages_come_in_order)
{
  static const char inner[] = BUNDLE "\0\0\0\4/b\0\0\0\0\0\4/c\0\0";
  uint8_t           bytes[128];
  char              seen[64] = "";
  size_t            size     = 0;
  memcpy(bytes, BUNDLE "\0\0\0\4/a\0\0", 24);
  memcpy(bytes + 24, "\0\0\0\40", 4);
  memcpy(bytes + 28, inner, 32);
  memcpy(bytes + 60, "\0\0\0\4/d\0\0", 8);
  size = 68;
  ck_assert_int_eq(osc_packet_check(bytes, size, NOW, NULL), OSC_FINE);
  osc_packet_each(bytes, size, note, seen);
  ck_assert_str_eq(seen, "/a/b/c/d");
}
END_TEST

START_TEST(time_is_counted_from_1900)
{
  /* 2000-01-01 00:00:00.5 UTC */
  uint64_t time = osc_packet_ntp(INT64_C(946684800500000));
  ck_assert_uint_eq(time >> 32, UINT64_C(3155673600));
  ck_assert_uint_eq(time & 0xffffffff, UINT64_C(1) << 31);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("packet");
  TCase *tcase = tcase_create("packet");
  int    count = (int)(sizeof cases / sizeof *cases);
  tcase_add_loop_test(tcase, cases_are_judged, 0, count);
  tcase_add_loop_test(tcase, what_liblo_builds_is_sound, 0, 14);
  tcase_add_loop_test(tcase, bundles_stand_four_deep, 0, 12);
  tcase_add_loop_test(tcase, only_the_far_future_is_refused, 0, 8);
  tcase_add_loop_test(tcase, length_has_a_limit, 0, 3);
  tcase_add_test(tcase, arguments_and_addresses_have_limits);
  tcase_add_test(tcase, the_message_at_fault_is_named);
  tcase_add_test(tcase, messages_come_in_order);
  tcase_add_test(tcase, time_is_counted_from_1900);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
