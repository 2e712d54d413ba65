/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The socket: a running control thread, real datagrams, and oscsend and oscdump
   as clients that are not ours. */

#include <arpa/inet.h>
#include <check.h>
#include <lo/lo.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "osc/hub.h"
#include "osc/leaf.h"
#include "osc/osc.h"

enum { PATIENCE = 20000 }; /* milliseconds: far more than it takes */

static Control   *control;
static OscServer *server;
static int        client;

static int
open_client(int to)
{
  struct sockaddr_in at = { .sin_family      = AF_INET,
                            .sin_port        = htons((uint16_t)to),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  int                fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
  return fd;
}

static void
setup(void)
{
  char *error = NULL;
  Who   who   = { ORIGIN_LOADER, 0 };
  control     = control_new(NULL);
  desk_add(control_desk(control), OWNER_BUS, 0, who, NULL);
  for (int i = 0; i < 4; ++i)
    desk_add(control_desk(control), OWNER_STRIP, 0, who, NULL);
  server = osc_server_new(control, &(OscOptions){ .port = 0 }, &error);
  ck_assert_msg(server != NULL, "%s", error);
  ck_assert_int_eq(control_start(control), 0);
  client = open_client(osc_server_port(server));
}

static void
teardown(void)
{
  close(client);
  control_stop(control);
  osc_server_free(server);
  control_free(control);
}

static void
say(int fd, const char *path, const char *types, double number)
{
  size_t     size;
  lo_message message = lo_message_new();
  if (*types == 'f')
    lo_message_add_float(message, (float)number);
  else if (*types == 'i')
    lo_message_add_int32(message, (int32_t)number);
  void *data = lo_message_serialise(message, path, NULL, &size);
  ck_assert_int_eq(send(fd, data, size, 0), (ssize_t)size);
  free(data);
  lo_message_free(message);
}

/* Waits for a message alone in its datagram. Returns its first number. */
static double
hear(int fd, const char *path)
{
  char          data[65536];
  struct pollfd wait   = { fd, POLLIN, 0 };
  double        number = 0;
  ck_assert_msg(poll(&wait, 1, PATIENCE) == 1, "%s did not come", path);
  ssize_t size = recv(fd, data, sizeof data, 0);
  ck_assert_int_gt(size, 0);
  ck_assert_str_eq(data, path);
  lo_message message = lo_message_deserialise(data, (size_t)size, NULL);
  ck_assert_ptr_nonnull(message);
  if (lo_message_get_argc(message))
    osc_argument_number(lo_message_get_types(message)[0],
                        lo_message_get_argv(message)[0],
                        &number);
  lo_message_free(message);
  return number;
}

START_TEST(a_question_is_answered)
{
  say(client, "/strip/1/fader", "f", 0.5);
  say(client, "/strip/1/fader/value", "", 0);
  ck_assert(hear(client, "/strip/1/fader/value") == -10);
  say(client, "/ping", "", 0);
  hear(client, "/pong");
}
END_TEST

START_TEST(a_subscriber_is_told_without_asking)
{
  int other = open_client(osc_server_port(server));
  say(client, "/subscribe", "", 0);
  ck_assert(hear(client, "/subscribed") == 10);
  for (int i = 1; i <= 10; ++i) {
    say(other, "/strip/2/fader", "f", 0.05 * i);
    ck_assert_double_eq_tol(hear(client, "/strip/2/fader"), 0.05 * i, 1e-6);
  }
  close(other);
}
END_TEST

static void
set_on_control(Control *of, void *data)
{
  (void)data;
  desk_set(control_desk(of),
           desk_address(OWNER_STRIP, 3, CELL_FADER),
           -10,
           (Who){ ORIGIN_SCREEN, 0 },
           NULL);
}

START_TEST(the_screens_moves_are_told)
{
  say(client, "/subscribe", "", 0);
  hear(client, "/subscribed");
  control_invoke(control, set_on_control, NULL);
  ck_assert(hear(client, "/strip/3/fader") == 0.5);
}
END_TEST

static void
replace_desk(Control *of, void *data)
{
  Desk *desk = desk_new();
  (void)data;
  desk_add(desk, OWNER_STRIP, 9, (Who){ ORIGIN_LOADER, 0 }, NULL);
  control_replace_desk(of, desk);
}

START_TEST(another_desk_is_served)
{
  say(client, "/subscribe", "", 0);
  hear(client, "/subscribed");
  control_invoke(control, replace_desk, NULL);
  hear(client, "/desk/opened");
  int other = open_client(osc_server_port(server));
  say(other, "/desk/strips", "", 0);
  ck_assert(hear(other, "/desk/strips") == 9);
  close(other);
}
END_TEST

static void
put_meters(Control *of, void *data)
{
  MeterItem item = { OWNER_STRIP, 2, { .out = { 1, 0.5f } } };
  (void)data;
  control_put_meters(of, &item, 1);
}

START_TEST(meters_are_pushed)
{
  say(client, "/subscribe/meters", "", 0);
  hear(client, "/subscribed");
  control_invoke(control, put_meters, NULL);
  ck_assert(hear(client, "/strip/2/meter/out") == 0);
}
END_TEST

/* Opening */

static void
ck_cannot_open(const OscOptions *options, const char *part)
{
  char *error = NULL;
  ck_assert_ptr_null(osc_server_new(control, options, &error));
  ck_assert_ptr_nonnull(error);
  ck_assert_msg(strstr(error, part) != NULL, "%s", error);
  g_free(error);
}

START_TEST(what_cannot_be_opened_is_said)
{
  ck_cannot_open(&(OscOptions){ .port = osc_server_port(server) },
                 "taken by another program");
  ck_cannot_open(&(OscOptions){ .listen = "tablet", .port = 9000 },
                 "no address");
  ck_cannot_open(&(OscOptions){ .listen = "192.0.2.1", .port = 0 },
                 "no address of this machine");
  ck_cannot_open(&(OscOptions){ .port = 65536 }, "65535");
}
END_TEST

START_TEST(it_listens_to_this_machine_alone)
{
  struct sockaddr_in at   = { .sin_family = AF_INET };
  struct sockaddr_in same = { .sin_family      = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1) };
  /* The same port is free on another address, so it was not bound to all. */
  int fd        = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  same.sin_port = htons((uint16_t)osc_server_port(server));
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&same, sizeof same), 0);
  close(fd);
  fd          = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  at.sin_port = same.sin_port;
  ck_assert_int_ne(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
  close(fd);
}
END_TEST

START_TEST(version_six_is_served)
{
  char      *error   = NULL;
  Control   *another = control_new(NULL);
  OscServer *six =
    osc_server_new(another, &(OscOptions){ .listen = "::1" }, &error);
  if (six) {
    struct sockaddr_in6 at = { .sin6_family = AF_INET6,
                               .sin6_addr   = IN6ADDR_LOOPBACK_INIT };
    int                 fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    at.sin6_port           = htons((uint16_t)osc_server_port(six));
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(control_start(another), 0);
    say(fd, "/ping", "", 0);
    hear(fd, "/pong");
    close(fd);
    control_stop(another);
  }
  g_free(error);
  osc_server_free(six);
  control_free(another);
}
END_TEST

/* A flood */

typedef struct Flood {
  pthread_t thread;
  int       fd;
  int       over; /* atomic */
} Flood;

static void *
run_flood(void *data)
{
  static const char question[16] = "/strip/1/fader\0";
  Flood            *flood        = data;
  while (!g_atomic_int_get(&flood->over))
    (void)!send(flood->fd, question, sizeof question, 0);
  return NULL;
}

static void
count_turn(Control *of, void *data)
{
  (void)of;
  g_atomic_int_inc((int *)data);
}

/* What the kernel had no room for is lost, a question too. */
static void
ping_until_heard(int fd)
{
  struct pollfd wait = { fd, POLLIN, 0 };
  do
    say(fd, "/ping", "", 0);
  while (poll(&wait, 1, 100) == 0);
  hear(fd, "/pong");
}

/* Others have their turns while datagrams come as fast as they can. */
START_TEST(a_flood_starves_no_one)
{
  int   turns = 0;
  Flood flood = { .fd = open_client(osc_server_port(server)) };
  ck_assert_int_eq(pthread_create(&flood.thread, NULL, run_flood, &flood), 0);
  for (int i = 0; i < 50; ++i) {
    control_invoke(control, count_turn, &turns);
    while (g_atomic_int_get(&turns) == i)
      usleep(100);
  }
  g_atomic_int_set(&flood.over, 1);
  pthread_join(flood.thread, NULL);
  close(flood.fd);
  ping_until_heard(client);
}
END_TEST

/* Who may write packets whole can make the desk seem to be their sender. */
START_TEST(the_desk_does_not_answer_itself)
{
  struct {
    uint16_t from, to, size, sum;
    char     text[12];
  } forged              = { .text = "/nothing" };
  struct sockaddr_in at = { .sin_family      = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  int                fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP);
  forged.from = forged.to = htons((uint16_t)osc_server_port(server));
  forged.size             = htons(sizeof forged);
  if (fd < 0)
    return;
  ck_assert_int_eq(
    sendto(fd, &forged, sizeof forged, 0, (struct sockaddr *)&at, sizeof at),
    sizeof forged);
  close(fd);
  say(client, "/ping", "", 0);
  hear(client, "/pong");
  control_stop(control);
  const OscCounters *counters = osc_server_counters(server);
  ck_assert_uint_eq(counters->refused[OSC_OWN], 1);
  ck_assert_uint_eq(counters->refused[OSC_UNKNOWN], 0);
  ck_assert_uint_eq(counters->datagrams, 1);
}
END_TEST

/* Programs of others */

static void run(const char *format, ...) G_GNUC_PRINTF(1, 2);

static void
run(const char *format, ...)
{
  va_list arguments;
  int     status;
  va_start(arguments, format);
  char *line = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  ck_assert_msg(g_spawn_command_line_sync(line, NULL, NULL, &status, NULL) &&
                  status == 0,
                "%s",
                line);
  g_free(line);
}

/* A port that no one has just now. */
static int
find_port(void)
{
  struct sockaddr_in at     = { .sin_family      = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t          length = sizeof at;
  int                fd     = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
  ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &length), 0);
  close(fd);
  return ntohs(at.sin_port);
}

/* Reads lines until one ends so; false when there is none for a while. */
static bool
read_until(int fd, GString *text, const char *end, int patience)
{
  struct pollfd wait = { fd, POLLIN, 0 };
  char          c;
  while (!g_str_has_suffix(text->str, end)) {
    if (poll(&wait, 1, patience) != 1 || read(fd, &c, 1) != 1)
      return false;
    if (c == '\n')
      g_string_truncate(text, 0);
    else
      g_string_append_c(text, c);
  }
  return true;
}

START_TEST(oscsend_moves_and_oscdump_prints)
{
  int      port = osc_server_port(server), ear = find_port(), out;
  char     number[16];
  char    *argv[] = { (char *)"oscdump", (char *)"-L", number, NULL };
  GPid     dump;
  GString *text = g_string_new(NULL);
  g_snprintf(number, sizeof number, "%d", ear);
  ck_assert(g_spawn_async_with_pipes(NULL,
                                     argv,
                                     NULL,
                                     G_SPAWN_SEARCH_PATH |
                                       G_SPAWN_DO_NOT_REAP_CHILD |
                                       G_SPAWN_STDERR_TO_DEV_NULL,
                                     NULL,
                                     NULL,
                                     &dump,
                                     NULL,
                                     &out,
                                     NULL,
                                     NULL));
  /* It may take oscdump a moment to open its ear. */
  bool heard = false;
  for (int i = 0; i < 100 && !heard; ++i) {
    run("oscsend 127.0.0.1 %d /subscribe i %d", port, ear);
    heard = read_until(out, text, "/subscribed i 10", 200);
  }
  ck_assert(heard);
  run("oscsend 127.0.0.1 %d /strip/1/fader f 0.5", port);
  ck_assert(read_until(out, text, "/strip/1/fader f 0.500000", PATIENCE));
  run("oscsend 127.0.0.1 %d /strip/1/fader/text s \"-20 dB\"", port);
  ck_assert(read_until(out, text, "/strip/1/fader f 0.375000", PATIENCE));
  run("oscsend 127.0.0.1 %d /strip/2/mute T", port);
  ck_assert(read_until(out, text, "/strip/2/mute i 1", PATIENCE));
  run("oscsend 127.0.0.1 %d /strip/3/name s Kick", port);
  ck_assert(read_until(out, text, "/strip/3/name s \"Kick\"", PATIENCE));
  kill(dump, SIGTERM);
  waitpid(dump, NULL, 0);
  close(out);
  g_string_free(text, TRUE);
}
END_TEST

/* What the manual's page shows works, the ports aside. */
START_TEST(the_manuals_examples_work)
{
  static const char start[] = ".Dl oscsend 127.0.0.1 9000 ";
  char             *page, **lines;
  unsigned          examples = 0;
  int               ear      = find_port();
  ck_assert(g_file_get_contents("man/consort-osc.7", &page, NULL, NULL));
  lines = g_strsplit(page, "\n", -1);
  for (char **line = lines; *line; ++line) {
    if (!g_str_has_prefix(*line, start))
      continue;
    GString *text = g_string_new(*line + strlen(start));
    g_string_replace(text, "\\(dq", "\"", 0);
    g_string_replace(text, "\\(aq", "'", 0);
    char *number = g_strdup_printf("%d", ear);
    g_string_replace(text, "9001", number, 0);
    run("oscsend 127.0.0.1 %d %s", osc_server_port(server), text->str);
    g_free(number);
    g_string_free(text, TRUE);
    ++examples;
  }
  ck_assert_uint_ge(examples, 10);
  say(client, "/strip/4/mute", "", 0);
  ck_assert(hear(client, "/strip/4/mute") == 1);
  say(client, "/strip/1/send/1/level/value", "", 0);
  ck_assert(hear(client, "/strip/1/send/1/level/value") == -12);
  say(client, "/strip/1/fader/value", "", 0);
  ck_assert_double_eq_tol(hear(client, "/strip/1/fader/value"), -5.2, 1e-4);
  control_stop(control);
  const OscCounters *counters = osc_server_counters(server);
  for (unsigned fault = OSC_FINE + 1; fault < OSC_FAULTS; ++fault)
    ck_assert_msg(
      counters->refused[fault] == 0, "%s", osc_fault_word((OscFault)fault));
  g_strfreev(lines);
  g_free(page);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("server");
  TCase *tcase = tcase_create("server");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, a_question_is_answered);
  tcase_add_test(tcase, a_subscriber_is_told_without_asking);
  tcase_add_test(tcase, the_screens_moves_are_told);
  tcase_add_test(tcase, another_desk_is_served);
  tcase_add_test(tcase, meters_are_pushed);
  tcase_add_test(tcase, what_cannot_be_opened_is_said);
  tcase_add_test(tcase, it_listens_to_this_machine_alone);
  tcase_add_test(tcase, version_six_is_served);
  tcase_add_test(tcase, a_flood_starves_no_one);
  tcase_add_test(tcase, the_desk_does_not_answer_itself);
  tcase_add_test(tcase, oscsend_moves_and_oscdump_prints);
  tcase_add_test(tcase, the_manuals_examples_work);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
