/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions as files: what is written is what is read, to the byte; what is
   broken is refused in a sentence; what is replaced is replaced whole. */

#include <check.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/value.h"
#include "sessions/session.h"
#include "tests/broken.h"
#include "tests/scratch.h"

static const Who who = { .origin = ORIGIN_COMMAND };
static char     *folder;

static void
setup(void)
{
  folder = scratch_new();
}

static void
teardown(void)
{
  scratch_free(folder);
}

static Desk *
load(SessionExtra **extra)
{
  char *error = NULL;
  Desk *desk  = session_load(folder, extra, &error);

  ck_assert_msg(desk != NULL, "%s", error);
  return desk;
}

static void
save(const Desk *desk, const SessionExtra *extra)
{
  char *text  = session_print(desk, extra);
  char *error = NULL;

  ck_assert_msg(session_write(folder, text, &error), "%s", error);
  g_free(text);
}

/* --- random desks --- */

static const Owner owners[] = { OWNER_STRIP,     OWNER_BUS,    OWNER_MAIN,
                                OWNER_MONITOR,   OWNER_DCA,    OWNER_MUTEGROUP,
                                OWNER_TRANSPORT, OWNER_MARKER, OWNER_DESK };

static bool
is_kept(const ParamRow *row)
{
  return !(row->flags & (PARAM_TRANSIENT | PARAM_READONLY | PARAM_LIVE));
}

static void
add_and_remove(Desk *desk, GRand *random)
{
  static const Owner some[] = { OWNER_STRIP, OWNER_BUS, OWNER_MARKER };

  for (int i = 0; i < 3; i++) {
    const int count = g_rand_int_range(random, 0, 6);
    for (int k = 0; k < count; k++)
      desk_add(desk, some[i], 0, who, NULL);
    for (int k = 0; k < count / 2; k++)
      desk_remove(desk,
                  some[i],
                  (unsigned)g_rand_int_range(random, 1, count + 1),
                  who,
                  NULL);
  }
}

static void
random_text(Desk *desk, Address address, GRand *random)
{
  static const char *const texts[] = {
    "Größe",
    "東京 ドラム",
    "a \"quote\" \\ and /slash",
    "\xf0\x9f\xa5\x81 kit",
    "e\xcc\x81",
    "strip/1",
    "strip/2",
    "bus/1",
    "#ff8800",
    "strip/1 bus/1",
    "audio/a b#3.wav#2+1",
    "system:capture_1",
    "\xe2\x80\xae right to left",
    "-inf",
    "true",
  };

  desk_set_text(desk,
                address,
                texts[g_rand_int_range(random, 0, (int)G_N_ELEMENTS(texts))],
                who,
                NULL);
}

static void
random_number(Desk *desk, Address address, const ParamRow *row, GRand *random)
{
  const double p     = g_rand_double(random);
  double       value = value_from_position(row, p);

  switch (g_rand_int_range(random, 0, 5)) {
  case 0:
    value = row->min;
    break;
  case 1:
    value = row->max;
    break;
  case 2:
    value = (double)(float)value; /* as a tablet sends it */
    break;
  }
  if (row->taper == TAPER_CHOICE || row->taper == TAPER_INT)
    value = rint(row->min + p * (row->max - row->min));
  if (row->taper == TAPER_SECONDS)
    value = p * 1000.0;
  desk_set(desk, address, value, who, NULL);
}

static void
randomise(Desk *desk, Owner owner, unsigned number, GRand *random)
{
  for (unsigned cell = 0; cell < CELLS; cell++) {
    const ParamRow *row     = params_of_cell(cell);
    const Address   address = desk_address(owner, number, cell);
    if (!params_owner_has(owner, cell) || g_rand_int_range(random, 0, 3) == 0)
      continue;
    if (row->taper == TAPER_TEXT)
      random_text(desk, address, random);
    else
      random_number(desk, address, row, random);
  }
}

static Desk *
random_desk(unsigned seed)
{
  Desk  *desk   = desk_new();
  GRand *random = g_rand_new_with_seed(seed);

  add_and_remove(desk, random);
  add_and_remove(desk, random);
  for (size_t i = 0; i < G_N_ELEMENTS(owners); i++)
    for (unsigned k = 0; k < desk_count(desk, owners[i]); k++)
      randomise(desk, owners[i], desk_nth(desk, owners[i], k), random);
  g_rand_free(random);
  return desk;
}

static void
assert_same_value(const Desk *a, const Desk *b, Address address)
{
  char            name[ADDRESS_TEXT];
  const ParamRow *row = params_of_cell(address.cell);

  if (!params_owner_has(address.owner, address.cell) || !is_kept(row))
    return;
  address_print(address, name);
  if (row->taper == TAPER_TEXT)
    ck_assert_msg(!strcmp(desk_get_text(a, address), desk_get_text(b, address)),
                  "%s",
                  name);
  else
    ck_assert_msg(desk_get(a, address) == desk_get(b, address),
                  "%s: %.17g, %.17g",
                  name,
                  desk_get(a, address),
                  desk_get(b, address));
}

static void
assert_same_desk(const Desk *a, const Desk *b)
{
  for (size_t i = 0; i < G_N_ELEMENTS(owners); i++) {
    const Owner owner = owners[i];
    ck_assert_uint_eq(desk_count(a, owner), desk_count(b, owner));
    if (owner == OWNER_STRIP || owner == OWNER_BUS || owner == OWNER_MARKER)
      ck_assert_uint_eq(desk_next_number(a, owner), desk_next_number(b, owner));
    for (unsigned k = 0; k < desk_count(a, owner); k++) {
      const unsigned number = desk_nth(a, owner, k);
      ck_assert_uint_eq(number, desk_nth(b, owner, k));
      for (unsigned cell = 0; cell < CELLS; cell++)
        assert_same_value(a, b, desk_address(owner, number, cell));
    }
  }
}

START_TEST(random_desks_come_back)
{
  Desk *desk  = random_desk((unsigned)_i);
  char *first = session_print(desk, NULL);

  save(desk, NULL);
  Desk *again  = load(NULL);
  char *second = session_print(again, NULL);
  assert_same_desk(desk, again);
  ck_assert_str_eq(first, second);
  desk_free(again);
  desk_free(desk);
  g_free(second);
  g_free(first);
}
END_TEST

/* --- what stands in a file --- */

START_TEST(only_what_differs)
{
  Desk *desk = desk_new();
  char *text = session_print(desk, NULL);

  ck_assert_str_eq(text, "{\n\"format\": \"consort session 1\"\n}\n");
  g_free(text);
  desk_add(desk, OWNER_STRIP, 0, who, NULL);
  desk_set(desk, desk_address(OWNER_STRIP, 1, CELL_FADER), -6.0, who, NULL);
  desk_set(desk, desk_address(OWNER_STRIP, 1, CELL_FADER), 0.0, who, NULL);
  desk_set(desk, desk_address(OWNER_MAIN, 0, CELL_FADER), -INFINITY, who, NULL);
  desk_set(
    desk, desk_address(OWNER_MAIN, 0, CELL_COMP_RATIO), INFINITY, who, 0);
  desk_set(desk, desk_address(OWNER_MAIN, 0, CELL_EQ_ON), 1.0, who, NULL);
  desk_set(desk, desk_address(OWNER_MAIN, 0, CELL_EQ_TYPE), 0.0, who, NULL);
  desk_set(desk, desk_address(OWNER_STRIP, 1, CELL_SOLO), 1.0, who, NULL);
  text = session_print(desk, NULL);
  ck_assert_str_eq(text,
                   "{\n\"format\": \"consort session 1\",\n"
                   "\"/strip/1/channels\": 2,\n"
                   "\"/main/eq/on\": true,\n"
                   "\"/main/eq/1/type\": \"bell\",\n"
                   "\"/main/comp/ratio\": \"inf\",\n"
                   "\"/main/fader\": \"-inf\"\n}\n");
  g_free(text);
  desk_free(desk);
}
END_TEST

/* Every parameter that is kept is in the file when it is not at its default,
   and no other ever. */
START_TEST(every_parameter)
{
  for (unsigned cell = 0; cell < CELLS; cell++) {
    const ParamRow *row = params_of_cell(cell);
    for (size_t i = 0; i < G_N_ELEMENTS(owners); i++) {
      Desk    *desk   = desk_new();
      unsigned number = params_owner_is_numbered(owners[i]) ? 1 : 0;
      if (number)
        desk_add(desk, owners[i], 1, who, NULL);
      desk_add(desk, OWNER_STRIP, 2, who, NULL);
      const Address address = desk_address(owners[i], number, cell);
      const double  other =
        row->min == params_default(cell) ? row->max : row->min;
      const bool there =
        params_owner_has(owners[i], cell) &&
        (row->taper == TAPER_TEXT
           ? desk_set_text(desk,
                           address,
                           cell == CELL_COLOR ? "#123456" : "strip/2",
                           who,
                           NULL)
           : desk_set(desk, address, other, who, NULL)) &&
        !desk_is_default(desk, address);
      if (there) {
        char  name[ADDRESS_TEXT];
        char *text = session_print(desk, NULL);
        address_print(address, name);
        char *key = g_strdup_printf("\"%s\": ", name);
        ck_assert_msg((strstr(text, key) != NULL) == is_kept(row), "%s", name);
        g_free(key);
        g_free(text);
      }
      desk_free(desk);
    }
  }
}
END_TEST

/* No decimal that is shorter reads back to the same number. */
static void
assert_shortest(const char *text)
{
  const double value  = strtod(text, NULL);
  int          digits = 0;
  char         shorter[64];

  for (const char *at = text; *at && *at != 'e'; at++)
    digits += g_ascii_isdigit(*at);
  if (strncmp(text, "0.", 2) == 0 || strncmp(text, "-0.", 3) == 0)
    digits--;
  for (int fewer = 1; fewer < digits; fewer++) {
    g_snprintf(shorter, sizeof shorter, "%.*g", fewer, value);
    ck_assert_msg(strtod(shorter, NULL) != value ||
                    strlen(shorter) >= strlen(text),
                  "%s could be %s",
                  text,
                  shorter);
  }
}

START_TEST(the_shortest_decimals)
{
  Desk  *desk  = random_desk((unsigned)_i + 1000);
  char  *text  = session_print(desk, NULL);
  char **lines = g_strsplit(text, "\n", -1);
  int    seen  = 0;

  for (char **line = lines; *line; line++) {
    char *value = strstr(*line, "\": ");
    if (!value || !strchr("-0123456789", value[3]))
      continue;
    value[3 + strcspn(value + 3, ",")] = '\0';
    assert_shortest(value + 3);
    seen++;
  }
  ck_assert_int_gt(seen, 50);
  g_strfreev(lines);
  g_free(text);
  desk_free(desk);
}
END_TEST

/* --- hands --- */

START_TEST(edited_by_hand)
{
  char *path = scratch_path(folder, "session.json");

  scratch_write_text(path,
                     "\xef\xbb\xbf\r\n{ \"\\/strip\\/1\\/fader\" : -6.50e0 ,"
                     "\t\"/strip/1/comp/key\":\"strip/2\",\r\n\r\n"
                     "\"/strip/2/channels\":1,\"/strip/1/hpf/freq\":\"2.4k\"}");
  char *error = NULL;
  ck_assert_ptr_null(session_load(folder, NULL, &error)); /* no format */
  g_free(error);
  scratch_write_text(
    path,
    "\xef\xbb\xbf\r\n{ \"\\/strip\\/1\\/fader\" : -6.50e0 ,"
    "\t\"/strip/1/comp/key\":\"strip/2\",\r\n\r\n"
    "\"/strip/2/channels\":1,\"/strip/1/hpf/freq\":\"0.5k\","
    "\"/bus/2/kind\": \"matrix\", \"/main/send/2/on\": true,"
    "\"/bus/2/to-main\": false,"
    "\"format\":\"consort session 1\",\"/strip/1/channels\":2.0}");
  Desk *desk = load(NULL);
  char *text = session_print(desk, NULL);
  ck_assert_str_eq(text,
                   "{\n\"format\": \"consort session 1\",\n"
                   "\"/strip/1/channels\": 2,\n"
                   "\"/strip/1/hpf/freq\": 500,\n"
                   "\"/strip/1/comp/key\": \"strip/2\",\n"
                   "\"/strip/1/fader\": -6.5,\n"
                   "\"/strip/2/channels\": 1,\n"
                   "\"/bus/2/kind\": \"matrix\",\n"
                   "\"/bus/2/to-main\": false,\n"
                   "\"/main/send/2/on\": true\n}\n");
  g_free(text);
  g_free(path);
  desk_free(desk);
}
END_TEST

static const char foreign[] =
  "{\n\"format\": \"consort session 1\",\n"
  "\"/desk/theme\": \"dark\",\n"
  "\"/desk/tempo\": 97.25,\n"
  "\"/strip/1/name\": \"Kick\",\n"
  "\"/strip/1/channels\": 1,\n"
  "\"/strip/1/insert/1/plugin\": {\"uri\": \"urn:x\", \"n\": [1, 0.10, 1e3],"
  " \"t\": \"\\u00e9\\n\"},\n"
  "\"/strip/1/fader\": -3,\n"
  "\"/strip/1/zz\": 5,\n"
  "\"/strip/2/channels\": 2,\n"
  "\"/lane/1\": [\n  [0, 1],\n  [2, \"]\\\"}\"]\n],\n"
  "\"/lane/2\": null\n}\n";

START_TEST(keys_of_other_versions_stay)
{
  char         *path  = scratch_path(folder, "session.json");
  SessionExtra *extra = NULL;

  scratch_write_text(path, foreign);
  Desk *desk = load(&extra);
  save(desk, extra);
  char *text = scratch_read(path, NULL);
  ck_assert_str_eq(text, foreign);
  g_free(text);
  ck_assert_uint_eq(session_extra_count(extra), 5);
  ck_assert_str_eq(session_extra_key(extra, 0), "/desk/theme");
  ck_assert_str_eq(session_extra_key(extra, 4), "/lane/2");

  /* They stay where their neighbours change or go. */
  desk_set(desk, desk_address(OWNER_STRIP, 1, CELL_FADER), 0.0, who, NULL);
  desk_set(desk, desk_address(OWNER_STRIP, 1, CELL_MUTE), 1.0, who, NULL);
  desk_remove(desk, OWNER_STRIP, 2, who, NULL);
  text             = session_print(desk, extra);
  const char *zz   = strstr(text, "\"/strip/1/zz\": 5,\n");
  const char *mute = strstr(text, "\"/strip/1/mute\": true");
  const char *lane = strstr(text, "\"/lane/1\": [\n  [0, 1],\n  [2, ");
  ck_assert_ptr_nonnull(zz);
  ck_assert_ptr_nonnull(mute);
  ck_assert_ptr_nonnull(lane);
  ck_assert(zz < mute && mute < lane);
  scratch_write_text(path, text);
  desk_free(desk);
  session_extra_free(extra);
  desk        = load(&extra);
  char *again = session_print(desk, extra);
  ck_assert_str_eq(text, again);
  g_free(again);
  g_free(text);
  desk_free(desk);
  session_extra_free(extra);
  g_free(path);
}
END_TEST

/* What the desk takes, the file can hold: a track that would not be read again
   is refused at the desk. */
START_TEST(tracks_stay_inside)
{
  static const struct {
    const char *track;
    bool        fits;
  } tracks[] = {
    { "audio/kick.wav", true },
    { "/srv/../songs/kick.wav", true },
    { "audio/..kick.wav", true },
    { "audio/kick..", true },
    { "..", false },
    { "../kick.wav", false },
    { "audio/..", false },
    { "audio//../../x", false },
  };
  Desk *desk = desk_new();
  char  reason[DESK_REASON];

  desk_add(desk, OWNER_STRIP, 0, who, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS(tracks); i++)
    ck_assert_msg(desk_set_text(desk,
                                desk_address(OWNER_STRIP, 1, CELL_TRACK),
                                tracks[i].track,
                                who,
                                reason) == tracks[i].fits,
                  "%s",
                  tracks[i].track);
  ck_assert(scratch_is_sentence(reason));
  desk_free(desk);
}
END_TEST

/* --- what is broken --- */

START_TEST(broken_sessions_are_refused)
{
  char *place = scratch_path(folder, "broken");
  char *path  = broken_make_session((unsigned)_i, place);
  char *error = NULL;
  Desk *desk  = session_load(place, NULL, &error);

  ck_assert_msg(!desk, "%s is taken", broken_sessions[_i].name);
  const char *lacks = broken_lacks(&broken_sessions[_i], path, error);
  ck_assert_msg(
    !lacks, "%s: \"%s\" lacks %s", broken_sessions[_i].name, error, lacks);
  g_free(error);
  g_free(path);
  g_free(place);
}
END_TEST

/* Any cut of a sound file is refused with a line, or is the whole. */
START_TEST(cuts)
{
  Desk        *desk = random_desk(77);
  char        *text = session_print(desk, NULL);
  char        *path = scratch_path(folder, "session.json");
  const size_t size = strlen(text);

  for (size_t length = 0; length + 2 < size; length += 1 + size / 100) {
    char *error = NULL;
    scratch_write(path, text, length);
    ck_assert_ptr_null(session_load(folder, NULL, &error));
    ck_assert(scratch_is_sentence(error));
    g_free(error);
  }
  g_free(path);
  g_free(text);
  desk_free(desk);
}
END_TEST

/* Bytes that are turned round: refused in a sentence, or loaded and then
   stable. Nothing else may happen. */
START_TEST(damage)
{
  Desk        *desk   = random_desk(5);
  char        *text   = session_print(desk, NULL);
  char        *path   = scratch_path(folder, "session.json");
  const size_t size   = strlen(text);
  GRand       *random = g_rand_new_with_seed((guint32)_i);
  const int    rounds = g_getenv("CONSORT_SIEGE") ? 20000 : 100;

  for (int i = 0; i < rounds; i++) {
    char         *hurt  = g_memdup2(text, size);
    char         *error = NULL;
    SessionExtra *extra = NULL;
    for (int k = g_rand_int_range(random, 1, 4); k > 0; k--)
      hurt[g_rand_int_range(random, 0, (int)size)] =
        g_rand_boolean(random)
          ? (char)g_rand_int_range(random, 0, 256)
          : "{}[]\",:-e0/\\\n"[g_rand_int_range(random, 0, 13)];
    scratch_write(path, hurt, size);
    Desk *loaded = session_load(folder, &extra, &error);
    if (loaded) {
      char *once = session_print(loaded, extra);
      scratch_write_text(path, once);
      desk_free(loaded);
      session_extra_free(extra);
      loaded      = load(&extra);
      char *twice = session_print(loaded, extra);
      ck_assert_str_eq(once, twice);
      g_free(once);
      g_free(twice);
    } else {
      ck_assert_msg(scratch_is_sentence(error), "%s", error);
      ck_assert_ptr_nonnull(strstr(error, path));
    }
    desk_free(loaded);
    session_extra_free(extra);
    g_free(error);
    g_free(hurt);
  }
  g_rand_free(random);
  g_free(path);
  g_free(text);
  desk_free(desk);
}
END_TEST

/* --- writing --- */

static const char simple[] = "{\n\"format\": \"consort session 1\"\n}\n";

START_TEST(a_folder_is_made)
{
  char *deep  = scratch_path(folder, "a/b/c");
  char *error = NULL;

  ck_assert(!session_exists(deep));
  ck_assert(session_write(deep, simple, &error));
  ck_assert(session_exists(deep));
  ck_assert_uint_eq(scratch_count(deep), 1);
  g_free(deep);
}
END_TEST

START_TEST(what_cannot_be_written_leaves_nothing)
{
  char *file  = scratch_path(folder, "file");
  char *below = scratch_path(folder, "file/session");
  char *taken = scratch_path(folder, "taken");
  char *path  = scratch_path(taken, "session.json");
  char *error = NULL;

  scratch_write_text(file, "x");
  ck_assert(!session_write(below, simple, &error));
  ck_assert(scratch_is_sentence(error));
  ck_assert_ptr_nonnull(strstr(error, below));
  g_clear_pointer(&error, g_free);
  g_mkdir_with_parents(path, 0755); /* a folder of that name */
  ck_assert(!session_write(taken, simple, &error));
  ck_assert(scratch_is_sentence(error));
  ck_assert_ptr_nonnull(strstr(error, path));
  ck_assert_uint_eq(scratch_count(taken), 1);
  ck_assert_uint_eq(scratch_count(folder), 2);
  g_free(error);
  g_free(path);
  g_free(taken);
  g_free(below);
  g_free(file);
}
END_TEST

START_TEST(permissions_and_links_survive)
{
  char       *path  = scratch_path(folder, "session.json");
  char       *real  = scratch_path(folder, "elsewhere.json");
  char       *left  = scratch_path(folder, "elsewhere.json.part-999999-0");
  char       *error = NULL;
  struct stat status;

  scratch_write_text(real, simple);
  scratch_write_text(left, "half of a file that nobody finished");
  ck_assert_int_eq(chmod(real, 0640), 0);
  ck_assert_int_eq(symlink(real, path), 0);
  ck_assert_msg(session_write(folder, simple, &error), "%s", error);
  ck_assert_int_eq(lstat(path, &status), 0);
  ck_assert(S_ISLNK(status.st_mode));
  ck_assert_int_eq(stat(path, &status), 0);
  ck_assert_uint_eq(status.st_mode & 0777, 0640);
  g_free(left);
  g_free(real);
  g_free(path);
}
END_TEST

START_TEST(what_was_left_behind_is_swept)
{
  char *left  = scratch_path(folder, "session.json.part-999999-0");
  char *error = NULL;

  scratch_write_text(left, "half of a file that nobody finished");
  ck_assert(session_write(folder, simple, &error));
  ck_assert_uint_eq(scratch_count(folder), 1);
  g_free(left);
}
END_TEST

static Suite *
session_suite(void)
{
  Suite *suite = suite_create("session");
  TCase *files = tcase_create("files");
  TCase *bad   = tcase_create("broken");
  TCase *write = tcase_create("write");

  tcase_add_checked_fixture(files, setup, teardown);
  tcase_add_loop_test(files, random_desks_come_back, 0, 40);
  tcase_add_test(files, only_what_differs);
  tcase_add_test(files, every_parameter);
  tcase_add_loop_test(files, the_shortest_decimals, 0, 4);
  tcase_add_test(files, edited_by_hand);
  tcase_add_test(files, keys_of_other_versions_stay);
  tcase_add_test(files, tracks_stay_inside);
  tcase_set_timeout(files, 60);
  suite_add_tcase(suite, files);
  tcase_add_checked_fixture(bad, setup, teardown);
  tcase_add_loop_test(
    bad, broken_sessions_are_refused, 0, (int)broken_session_count);
  tcase_add_test(bad, cuts);
  tcase_add_loop_test(bad, damage, 0, 3);
  tcase_set_timeout(bad, 600);
  suite_add_tcase(suite, bad);
  tcase_add_checked_fixture(write, setup, teardown);
  tcase_add_test(write, a_folder_is_made);
  tcase_add_test(write, what_cannot_be_written_leaves_nothing);
  tcase_add_test(write, permissions_and_links_survive);
  tcase_add_test(write, what_was_left_behind_is_swept);
  suite_add_tcase(suite, write);
  return suite;
}

int
main(void)
{
  SRunner *runner = srunner_create(session_suite());

  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
