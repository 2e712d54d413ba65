/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/ask.h"

#include <gio/gio.h>
#include <lo/lo.h>
#include <string.h>

#define TRIES   4
#define WAIT_US 500000
#define LARGEST 65536

struct OscAsk {
  GSocket *socket;
  int      port;
};

static bool
connect_to(OscAsk *ask, const char *host, GError **fault)
{
  GSocketAddress *to =
    g_inet_socket_address_new_from_string(host, (guint)ask->port);

  if (!to) {
    g_set_error(
      fault, G_IO_ERROR, G_IO_ERROR_FAILED, "\"%s\" is no address", host);
    return false;
  }
  ask->socket = g_socket_new(g_socket_address_get_family(to),
                             G_SOCKET_TYPE_DATAGRAM,
                             G_SOCKET_PROTOCOL_UDP,
                             fault);
  const bool done =
    ask->socket && g_socket_connect(ask->socket, to, NULL, fault);
  g_object_unref(to);
  return done;
}

OscAsk *
osc_ask_new(const char *host, int port, char **error)
{
  OscAsk *ask   = g_new0(OscAsk, 1);
  GError *fault = NULL;

  ask->port = port;
  if (connect_to(ask, host, &fault))
    return ask;
  *error = g_strdup_printf(
    "the desk at port %d cannot be reached: %s.", port, fault->message);
  g_error_free(fault);
  osc_ask_free(ask);
  return NULL;
}

void
osc_ask_free(OscAsk *ask)
{
  if (!ask)
    return;
  g_clear_object(&ask->socket);
  g_free(ask);
}

static bool
send_bytes(OscAsk *ask, char *bytes, size_t size)
{
  const bool sent =
    g_socket_send(ask->socket, bytes, size, NULL, NULL) == (gssize)size;

  free(bytes);
  return sent;
}

static bool
put_question(OscAsk *ask, const char *address)
{
  lo_message question = lo_message_new();
  size_t     size;
  char      *bytes = lo_message_serialise(question, address, NULL, &size);

  lo_message_free(question);
  return send_bytes(ask, bytes, size);
}

/* Both in one datagram, so that the question cannot arrive without the value
   that it asks about. */
static bool
tell_and_question(OscAsk *ask, const char *address, const char *text)
{
  lo_bundle  bundle   = lo_bundle_new(LO_TT_IMMEDIATE);
  lo_message value    = lo_message_new();
  lo_message question = lo_message_new();
  size_t     size;

  lo_message_add_string(value, text);
  lo_bundle_add_message(bundle, address, value);
  lo_bundle_add_message(bundle, address, question);
  char *bytes = lo_bundle_serialise(bundle, NULL, &size);
  lo_bundle_free_recursive(bundle);
  return send_bytes(ask, bytes, size);
}

/* The string that an answer at the address, or a refusal of it, carries; NULL:
   the datagram is about something else. */
static char *
read_answer(char *bytes, size_t size, const char *address, bool *refused)
{
  int        result;
  lo_message message = lo_message_deserialise(bytes, size, &result);
  char      *answer  = NULL;

  if (!message)
    return NULL;
  lo_arg    **argv  = lo_message_get_argv(message);
  const char *types = lo_message_get_types(message);
  *refused          = strcmp(bytes, "/error") == 0;
  if (*refused && strcmp(types, "ss") == 0 && !strcmp(&argv[0]->s, address))
    answer = g_strdup(&argv[1]->s);
  else if (!*refused && strcmp(bytes, address) == 0 && types[0] == 's')
    answer = g_strdup(&argv[0]->s);
  lo_message_free(message);
  return answer;
}

static char *
hear(OscAsk *ask, const char *address, bool *refused)
{
  char        *bytes  = g_malloc(LARGEST);
  char        *answer = NULL;
  const gint64 until  = g_get_monotonic_time() + WAIT_US;

  while (!answer) {
    const gint64 left = until - g_get_monotonic_time();
    if (left <= 0 ||
        !g_socket_condition_timed_wait(ask->socket, G_IO_IN, left, NULL, NULL))
      break;
    const gssize size =
      g_socket_receive(ask->socket, bytes, LARGEST, NULL, NULL);
    if (size <= 0)
      break;
    answer = read_answer(bytes, (size_t)size, address, refused);
  }
  g_free(bytes);
  return answer;
}

char *
osc_ask_text(OscAsk *ask, const char *address, char **error)
{
  char *question = g_strconcat(address, "/text", NULL);
  char *answer   = NULL;
  bool  refused  = false;

  for (int i = 0; i < TRIES && !answer; i++)
    if (put_question(ask, question))
      answer = hear(ask, question, &refused);
  if (!answer)
    *error = g_strdup_printf(
      "the desk at port %d does not answer about %s.", ask->port, address);
  else if (refused)
    *error = g_steal_pointer(&answer);
  g_free(question);
  return answer;
}

/* A refusal comes as /error; then the value is asked for, which comes behind
   it, so that silence is never taken for consent. */
bool
osc_ask_set(OscAsk *ask, const char *address, const char *text, char **error)
{
  char *leaf    = g_strconcat(address, "/text", NULL);
  char *answer  = NULL;
  bool  refused = false;

  for (int i = 0; i < TRIES && !answer; i++)
    if (tell_and_question(ask, leaf, text))
      answer = hear(ask, leaf, &refused);
  if (!answer)
    *error = g_strdup_printf(
      "the desk at port %d does not answer about %s.", ask->port, address);
  else if (refused)
    *error = g_strdup(answer);
  const bool done = answer && !refused;
  g_free(answer);
  g_free(leaf);
  return done;
}
