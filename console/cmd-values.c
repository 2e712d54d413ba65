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

static const Who command = { .origin = ORIGIN_COMMAND };

static bool
read_address(const char *text, Address *address)
{
  const char *rest;

  if (address_parse(text, address, &rest) && !*rest)
    return true;
  cmd_fail("%s: there is no such address. `consort params` lists them; a whole "
           "one reads like /strip/1/fader.",
           text);
  return false;
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

static int
get_from_file(const char *folder, int count, char **addresses)
{
  char *error  = NULL;
  Desk *desk   = session_load(folder, NULL, &error);
  int   status = 0;

  if (!desk) {
    cmd_fail("%s", error);
    g_free(error);
    return EXIT_FAULT;
  }
  if (count == 0)
    print_all(desk);
  for (int i = 0; i < count; i++) {
    Address address;
    if (!read_address(addresses[i], &address))
      status = EXIT_FAULT;
    else if (!desk_exists(desk, address.owner, address.number))
      status = cmd_fail("%s: the session has no such strip.", addresses[i]);
    else
      print_one(desk, address);
  }
  desk_free(desk);
  return status;
}

static int
get_from_desk(int port, const char *folder, int count, char **addresses)
{
  char   *error  = NULL;
  OscAsk *ask    = osc_ask_new(port, &error);
  int     status = 0;

  if (ask && count == 0)
    status = cmd_fail("%s: a desk has the session open; name the addresses "
                      "that it should be asked for.",
                      folder);
  for (int i = 0; ask && i < count; i++) {
    Address address;
    if (!read_address(addresses[i], &address)) {
      status = EXIT_FAULT;
      continue;
    }
    char *text = osc_ask_text(ask, addresses[i], &error);
    if (text)
      printf("%s\t%s\n", addresses[i], text);
    else
      status = cmd_fail("%s", error);
    g_free(text);
    g_clear_pointer(&error, g_free);
  }
  if (!ask) {
    status = cmd_fail("%s", error);
    g_free(error);
  }
  osc_ask_free(ask);
  return status;
}

/* --- set --- */

/* Splits ADDRESS=VALUE in place. */
static char *
split(char *assignment)
{
  char *equals = strchr(assignment, '=');

  if (!equals) {
    cmd_fail("%s: say ADDRESS=VALUE, as /strip/1/fader=-6.", assignment);
    return NULL;
  }
  *equals = '\0';
  return equals + 1;
}

static bool
set_on(Desk *desk, const char *name, const char *value)
{
  char    reason[DESK_REASON];
  Address address;

  if (!read_address(name, &address))
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

  for (int i = 0; good && i < count; i++) {
    const char *value = split(assignments[i]);
    good              = value && set_on(desk, assignments[i], value);
  }
  if (good) {
    char *text = session_print(desk, extra);
    good       = session_write(folder, text, &error);
    g_free(text);
  }
  if (error)
    cmd_fail("%s", error);
  g_free(error);
  session_extra_free(extra);
  desk_free(desk);
  return good ? 0 : EXIT_FAULT;
}

static int
set_on_desk(int port, int count, char **assignments)
{
  char   *error = NULL;
  OscAsk *ask   = osc_ask_new(port, &error);
  bool    good  = ask != NULL;

  for (int i = 0; good && i < count; i++) {
    const char *value = split(assignments[i]);
    Address     address;
    good = value && read_address(assignments[i], &address) &&
           osc_ask_set(ask, assignments[i], value, &error);
  }
  if (error)
    cmd_fail("%s", error);
  g_free(error);
  osc_ask_free(ask);
  return good ? 0 : EXIT_FAULT;
}

static int
not_heard(const char *folder, const SessionHolder *holder)
{
  return cmd_fail("%s: process %d on %s has the session open, and is not heard "
                  "over OSC. Close it there first.",
                  folder,
                  holder->pid,
                  holder->host);
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
  if (!session_holder(argv[1], &holder))
    return get_from_file(argv[1], argc - 2, argv + 2);
  if (!holder.osc_port)
    return not_heard(argv[1], &holder);
  return get_from_desk(holder.osc_port, argv[1], argc - 2, argv + 2);
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
  SessionLock *lock = session_lock(argv[1], &holder, &error);
  g_free(error);
  if (!lock && holder.osc_port)
    return set_on_desk(holder.osc_port, argc - 2, argv + 2);
  if (!lock)
    return not_heard(argv[1], &holder);
  const int status = set_in_file(argv[1], argc - 2, argv + 2);
  session_unlock(lock);
  return status;
}
