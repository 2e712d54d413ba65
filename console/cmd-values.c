/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consort get and set: on the file, or where a desk has the session open, on
   that desk. */

#include <stdio.h>
#include <string.h>

#include "console/cmd.h"
#include "engine/value.h"
#include "osc/ask.h"
#include "sessions/lock.h"
#include "sessions/session.h"

#define START_MS \
  2000 /* a desk that starts, or another command, takes so long */
#define PAUSE_MS 20

static const Who command = { .origin = ORIGIN_COMMAND };

static bool
read_address(const char *text, Address *address)
{
  if (address_parse(text, address, NULL))
    return true;
  cmd_fail("%s: there is no such address. `consort params` lists them; a whole "
           "one reads like /strip/1/fader.",
           text);
  return false;
}

static int
fail_with(char *error)
{
  cmd_fail("%s", error);
  g_free(error);
  return EXIT_FAULT;
}

static int
not_heard(const char *folder, const SessionHolder *holder)
{
  return cmd_fail("%s: process %d on %s has the session open, and is not heard "
                  "over OSC. Close it there first.",
                  folder,
                  holder->pid,
                  *holder->host ? holder->host : "another machine");
}

/* --- get --- */

static void
print_one(const Desk *desk, Address address)
{
  const ParamRow *row = params_of_cell(address.cell);
  char            name[ADDRESS_TEXT], text[256];

  address_print(address, name);
  if (row->taper == TAPER_TEXT) {
    printf("%s\t%s\n", name, desk_get_text(desk, address));
    return;
  }
  desk_format(desk, address, text, sizeof text);
  printf("%s\t%s\n", name, text);
}

static void
print_owner(const Desk *desk, Owner owner, unsigned number)
{
  for (unsigned cell = 0; cell < CELLS; cell++) {
    const Address address = desk_address(owner, number, cell);
    if (params_owner_has(owner, cell) && !desk_is_default(desk, address))
      print_one(desk, address);
  }
}

static void
print_all(const Desk *desk)
{
  for (Owner owner = 0; owner < OWNERS; owner++)
    if (!params_owner_is_numbered(owner))
      print_owner(desk, owner, 0);
    else
      for (unsigned k = 0; k < desk_count(desk, owner); k++)
        print_owner(desk, owner, desk_nth(desk, owner, k));
}

static bool
print_asked(const Desk *desk, const char *text)
{
  Address address;

  if (!read_address(text, &address))
    return false;
  if (!desk_exists(desk, address.owner, address.number)) {
    cmd_fail("%s: the session has no such strip, bus or marker; `consort info` "
             "lists them.",
             text);
    return false;
  }
  print_one(desk, address);
  return true;
}

static int
get_from_file(const char *folder, int count, char **addresses)
{
  char *error  = NULL;
  Desk *desk   = session_load(folder, NULL, &error);
  int   status = 0;

  if (!desk)
    return fail_with(error);
  if (count == 0)
    print_all(desk);
  for (int i = 0; i < count; i++)
    if (!print_asked(desk, addresses[i]))
      status = EXIT_FAULT;
  desk_free(desk);
  return status;
}

static bool
print_answer(OscAsk *ask, const char *address)
{
  Address parsed;
  char   *error = NULL;

  if (!read_address(address, &parsed))
    return false;
  char *text = osc_ask_text(ask, address, &error);
  if (text)
    printf("%s\t%s\n", address, text);
  else
    fail_with(error);
  g_free(text);
  return text != NULL;
}

static int
get_from_desk(const SessionHolder *holder,
              const char          *folder,
              int                  count,
              char               **addresses)
{
  char   *error  = NULL;
  OscAsk *ask    = osc_ask_new(holder->address, holder->osc_port, &error);
  int     status = 0;

  if (!ask)
    return fail_with(error);
  if (count == 0)
    status = cmd_fail("%s: a desk has the session open; name the addresses "
                      "that it should be asked for.",
                      folder);
  for (int i = 0; i < count; i++)
    if (!print_answer(ask, addresses[i]))
      status = EXIT_FAULT;
  osc_ask_free(ask);
  return status;
}

/* Waits for a desk that is just starting to say where it is heard. False:
   nobody has the session open. */
static bool
find_holder(const char *folder, SessionHolder *holder)
{
  for (int waited = 0; waited < START_MS; waited += PAUSE_MS) {
    if (!session_holder(folder, holder))
      return false;
    if (holder->osc_port)
      return true;
    g_usleep(PAUSE_MS * 1000);
  }
  return true;
}

int
cmd_get(int argc, char **argv)
{
  SessionHolder holder;

  if (!cmd_parse(&argc,
                 &argv,
                 "SESSION [ADDRESS…] - prints values, one a line",
                 NULL,
                 1,
                 -1))
    return EXIT_USAGE;
  if (!find_holder(argv[1], &holder))
    return get_from_file(argv[1], argc - 2, argv + 2);
  if (!session_holder_is_heard(&holder))
    return not_heard(argv[1], &holder);
  return get_from_desk(&holder, argv[1], argc - 2, argv + 2);
}

/* --- set --- */

/* Splits ADDRESS=VALUE in place, and sees that there is such an address. */
static char *
split(char *assignment, Address *address)
{
  char *equals = strchr(assignment, '=');

  if (!equals) {
    cmd_fail("%s: say ADDRESS=VALUE, as /strip/1/fader=-6.", assignment);
    return NULL;
  }
  *equals = '\0';
  return read_address(assignment, address) ? equals + 1 : NULL;
}

static bool
set_on(Desk *desk, char *assignment)
{
  char        reason[DESK_REASON];
  Address     address;
  const char *value = split(assignment, &address);

  if (!value)
    return false;
  if (desk_set_typed(desk, address, value, command, reason))
    return true;
  cmd_fail("%s", reason);
  return false;
}

/* All or nothing: a refused value leaves the file as it was. */
static int
set_in_file(const char *folder, int count, char **assignments)
{
  char         *error = NULL;
  SessionExtra *extra = NULL;
  Desk         *desk  = session_load(folder, &extra, &error);
  bool          good  = desk != NULL;

  for (int i = 0; good && i < count; i++)
    good = set_on(desk, assignments[i]);
  if (good) {
    char *text = session_print(desk, extra);
    good       = session_write(folder, text, &error);
    g_free(text);
  }
  session_extra_free(extra);
  desk_free(desk);
  if (error)
    return fail_with(error);
  return good ? 0 : EXIT_FAULT;
}

static int
set_on_desk(const SessionHolder *holder, int count, char **assignments)
{
  char   *error = NULL;
  OscAsk *ask   = osc_ask_new(holder->address, holder->osc_port, &error);
  bool    good  = ask != NULL;

  for (int i = 0; good && i < count; i++) {
    Address     address;
    const char *value = split(assignments[i], &address);
    good = value && osc_ask_set(ask, assignments[i], value, &error);
  }
  osc_ask_free(ask);
  if (error)
    return fail_with(error);
  return good ? 0 : EXIT_FAULT;
}

/* Gets the lock, unless a desk has it that can be spoken to; another command
   may have it for a moment. */
static SessionLock *
get_lock(const char *folder, SessionHolder *holder, char **error)
{
  SessionLock *lock = NULL;

  for (int waited = 0; waited < START_MS; waited += PAUSE_MS) {
    g_clear_pointer(error, g_free);
    lock = session_lock(folder, holder, error);
    if (lock || holder->osc_port || !holder->pid)
      break;
    g_usleep(PAUSE_MS * 1000);
  }
  return lock;
}

int
cmd_set(int argc, char **argv)
{
  SessionHolder holder;
  char         *error = NULL;

  if (!cmd_parse(&argc,
                 &argv,
                 "SESSION ADDRESS=VALUE… - changes values, in real units",
                 NULL,
                 2,
                 -1))
    return EXIT_USAGE;
  if (!session_exists(argv[1]))
    return cmd_fail("%s: there is no session here; `consort new` makes one.",
                    argv[1]);
  SessionLock *lock   = get_lock(argv[1], &holder, &error);
  int          status = EXIT_FAULT;
  if (lock)
    status = set_in_file(argv[1], argc - 2, argv + 2);
  else if (session_holder_is_heard(&holder))
    status = set_on_desk(&holder, argc - 2, argv + 2);
  else
    cmd_fail("%s", error);
  session_unlock(lock);
  g_free(error);
  return status;
}
