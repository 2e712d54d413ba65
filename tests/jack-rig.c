/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/jack-rig.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAMES 4 /* JACK's registry holds 8 servers */

/* --- patience --- */

void
pause_ms(int milliseconds)
{
  const struct timespec pause = { .tv_sec  = milliseconds / 1000,
                                  .tv_nsec = milliseconds % 1000 * 1000000L };

  nanosleep(&pause, NULL);
}

bool
wait_until(bool (*so)(void *self), void *self)
{
  for (int left = PATIENCE_MS; left > 0; left -= 5) {
    if (so(self))
      return true;
    pause_ms(5);
  }
  return so(self);
}

/* --- the server --- */

/* A name in the abstract space goes with the process that has it. */
static bool
hold_name(JackServer *server, int number)
{
  struct sockaddr_un at = { .sun_family = AF_UNIX };
  const int          length =
    snprintf(server->name, sizeof server->name, "consort-check-%d", number);

  memcpy(at.sun_path + 1, server->name, (size_t)length);
  server->hold = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ck_assert_int_ge(server->hold, 0);
  const socklen_t size = (socklen_t)(sizeof(sa_family_t) + 1 + (size_t)length);
  if (bind(server->hold, (struct sockaddr *)&at, size) == 0)
    return true;
  close(server->hold);
  return false;
}

void
jack_server_hold(JackServer *server)
{
  *server = (JackServer){ 0 };
  for (int left = PATIENCE_MS; left > 0; left -= 50) {
    for (int number = 1; number <= NAMES; number++)
      if (hold_name(server, number))
        return;
    pause_ms(50);
  }
  ck_abort_msg("all names for JACK servers are taken");
}

static void
be_jackd(const JackServer *server, pid_t parent)
{
  const int null = open("/dev/null", O_RDWR);
  char      rate[16], block[16];

  /* In a group of its own a stopped server is continued when we die, and then
     hears the signal. */
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent)
    _exit(1);
  for (int fd = 0; fd < 3; fd++)
    dup2(null, fd);
  snprintf(rate, sizeof rate, "%d", server->rate);
  snprintf(block, sizeof block, "%d", server->block);
  execlp("jackd",
         "jackd",
         "-n",
         server->name,
         "-d",
         "dummy",
         "-r",
         rate,
         "-p",
         block,
         (char *)NULL);
  _exit(127);
}

static void
quiet(const char *message)
{
  (void)message;
}

bool
jack_server_answers(const JackServer *server)
{
  jack_set_error_function(quiet);
  jack_set_info_function(quiet);
  jack_client_t *client = jack_client_open(
    "knock", JackNoStartServer | JackServerName, NULL, server->name);

  if (client)
    jack_client_close(client);
  return client != NULL;
}

static bool
ended(const JackServer *server)
{
  return waitpid(server->pid, NULL, WNOHANG) != 0;
}

/* One that is just going may still have the name: then it is tried again. */
void
jack_server_again(JackServer *server)
{
  for (int attempt = 0; attempt < 20; attempt++) {
    const pid_t parent = getpid();
    server->pid        = fork();
    if (server->pid == 0)
      be_jackd(server, parent);
    ck_assert_int_gt(server->pid, 0);
    while (!ended(server)) {
      if (jack_server_answers(server))
        return;
      pause_ms(20);
    }
    server->pid = 0;
    pause_ms(100);
  }
  ck_abort_msg("jackd does not start");
}

void
jack_server_start(JackServer *server, int rate, int block)
{
  jack_server_hold(server);
  server->rate  = rate;
  server->block = block;
  jack_server_again(server);
}

void
jack_server_end(JackServer *server, int signal)
{
  kill(server->pid, signal);
  for (int left = PATIENCE_MS; left > 0; left -= 10) {
    if (ended(server))
      break;
    pause_ms(10);
  }
  if (!ended(server)) {
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
  }
  server->pid = 0;
}

/* What those who were killed leave in shared memory; the name is ours. */
static void
sweep(const JackServer *server)
{
  DIR           *folder = opendir("/dev/shm");
  struct dirent *entry;

  while (folder && (entry = readdir(folder))) {
    const char *name = strstr(entry->d_name, server->name);
    const char  next = name ? name[strlen(server->name)] : '\0';
    if (strncmp(entry->d_name, "jack", 4) == 0 && next == '_')
      unlinkat(dirfd(folder), entry->d_name, 0);
  }
  if (folder)
    closedir(folder);
}

void
jack_server_stop(JackServer *server)
{
  if (server->pid > 0) {
    kill(server->pid, SIGCONT);
    jack_server_end(server, SIGTERM);
  }
  sweep(server);
  close(server->hold);
}

static bool
is_server(const char *process, const JackServer *server)
{
  char path[300], line[256] = "";

  snprintf(path, sizeof path, "/proc/%s/cmdline", process);
  FILE *file = fopen(path, "re");
  if (!file)
    return false;
  const size_t length = fread(line, 1, sizeof line - 1, file);
  fclose(file);
  return length > 9 && strcmp(line, "jackd") == 0 &&
         strcmp(line + 6, "-n") == 0 && strcmp(line + 9, server->name) == 0;
}

pid_t
jack_server_find(const JackServer *server)
{
  DIR           *folder = opendir("/proc");
  pid_t          found  = 0;
  struct dirent *entry;

  while (folder && !found && (entry = readdir(folder)))
    if (atoi(entry->d_name) > 0 && is_server(entry->d_name, server))
      found = atoi(entry->d_name);
  if (folder)
    closedir(folder);
  return found;
}

/* --- the probe --- */

static bool
sounds(float *const *in, int ins, int frame)
{
  for (int i = 0; i < ins; i++)
    if (in[i][frame] != 0.0f)
      return true;
  return false;
}

static void
keep(Probe *probe, float *const *in, int from, int frames)
{
  const int count = atomic_load(&probe->count);
  const int room  = probe->room - count;
  const int n     = frames - from < room ? frames - from : room;

  for (int i = 0; i < probe->ins; i++)
    memcpy(probe->kept[i] + count, in[i] + from, (size_t)n * sizeof(float));
  atomic_store(&probe->count, count + n);
}

static void
speak(const Probe *probe, float *const *out, int at, int frames)
{
  for (int i = 0; i < probe->outs; i++)
    for (int k = 0; k < frames; k++)
      out[i][k] = probe->speech[i] && at + k < probe->speech_frames
                    ? probe->speech[i][at + k]
                    : 0.0f;
}

static int
process(jack_nframes_t frames, void *self)
{
  Probe    *probe = self;
  const int n     = (int)frames;
  float    *in[PROBE_PORTS], *out[PROBE_PORTS];
  int       from = 0;

  for (int i = 0; i < probe->ins; i++)
    in[i] = jack_port_get_buffer(probe->in[i], frames);
  for (int i = 0; i < probe->outs; i++)
    out[i] = jack_port_get_buffer(probe->out[i], frames);
  atomic_store(&probe->last_cycle, n);
  const bool keeping = atomic_load(&probe->keeping);
  const int  count   = atomic_load(&probe->count);
  speak(probe, out, keeping ? count : probe->speech_frames, n);
  if (keeping && probe->from_sound && count == 0)
    while (from < n && !sounds(in, probe->ins, from))
      from++;
  if (keeping)
    keep(probe, in, from, n);
  atomic_fetch_add(&probe->frames, frames);
  return 0;
}

static int
on_xrun(void *self)
{
  Probe *probe = self;

  if (atomic_load(&probe->keeping) && atomic_load(&probe->count) < probe->room)
    atomic_fetch_add(&probe->xruns, 1);
  return 0;
}

static void
on_shutdown(void *self)
{
  Probe *probe = self;

  atomic_store(&probe->gone, true);
}

static void
register_ports(Probe *probe)
{
  char name[16];

  for (int i = 0; i < probe->ins; i++) {
    snprintf(name, sizeof name, "in-%d", i + 1);
    probe->in[i] = jack_port_register(
      probe->client, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    ck_assert_ptr_nonnull(probe->in[i]);
  }
  for (int i = 0; i < probe->outs; i++) {
    snprintf(name, sizeof name, "out-%d", i + 1);
    probe->out[i] = jack_port_register(
      probe->client, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    ck_assert_ptr_nonnull(probe->out[i]);
  }
}

Probe *
probe_new(const JackServer *server, const char *name, int ins, int outs)
{
  Probe *probe = calloc(1, sizeof *probe);

  probe->ins  = ins;
  probe->outs = outs;
  probe->client =
    jack_client_open(name,
                     JackNoStartServer | JackServerName | JackUseExactName,
                     NULL,
                     server->name);
  ck_assert_msg(probe->client != NULL, "%s: no client", name);
  jack_set_process_callback(probe->client, process, probe);
  jack_set_xrun_callback(probe->client, on_xrun, probe);
  jack_on_shutdown(probe->client, on_shutdown, probe);
  register_ports(probe);
  ck_assert_int_eq(jack_activate(probe->client), 0);
  return probe;
}

void
probe_free(Probe *probe)
{
  if (!probe)
    return;
  jack_client_close(probe->client);
  for (int i = 0; i < PROBE_PORTS; i++)
    free(probe->kept[i]);
  free(probe);
}

void
probe_keep(Probe *probe, int frames, bool from_sound)
{
  atomic_store(&probe->keeping, false);
  const uint64_t now = atomic_load(&probe->frames);
  while (atomic_load(&probe->frames) == now && !atomic_load(&probe->gone))
    pause_ms(1);
  for (int i = 0; i < probe->ins; i++) {
    free(probe->kept[i]);
    probe->kept[i] = calloc((size_t)frames, sizeof(float));
  }
  probe->room       = frames;
  probe->from_sound = from_sound;
  atomic_store(&probe->count, 0);
  atomic_store(&probe->xruns, 0);
  atomic_store(&probe->keeping, true);
}

/* As long as frames go by, there is no hurry. */
static bool
goes_on(Probe *probe, uint64_t *last, int *still)
{
  const uint64_t frames = atomic_load(&probe->frames);

  *still = frames == *last ? *still + 5 : 0;
  *last  = frames;
  pause_ms(5);
  return *still <= PATIENCE_MS && !atomic_load(&probe->gone);
}

bool
probe_kept(Probe *probe)
{
  uint64_t last  = 0;
  int      still = 0;

  while (atomic_load(&probe->count) < probe->room)
    if (!goes_on(probe, &last, &still))
      return false;
  return true;
}

bool
probe_pass(Probe *probe, int frames)
{
  uint64_t       last  = atomic_load(&probe->frames);
  const uint64_t until = last + (uint64_t)frames;
  int            still = 0;

  while (last < until)
    if (!goes_on(probe, &last, &still))
      return false;
  return true;
}

/* --- ports --- */

typedef struct Sight {
  Probe      *probe;
  const char *port, *other;
  bool        there;
  int         count;
} Sight;

static bool
port_is(void *self)
{
  const Sight *sight = self;

  return (jack_port_by_name(sight->probe->client, sight->port) != NULL) ==
         sight->there;
}

bool
probe_sees(Probe *probe, const char *port, bool there)
{
  Sight sight = { .probe = probe, .port = port, .there = there };

  return wait_until(port_is, &sight);
}

static bool
connection_is(void *self)
{
  const Sight *sight = self;
  jack_port_t *port  = jack_port_by_name(sight->probe->client, sight->port);
  bool         found = false;

  if (!port)
    return false;
  const char **names =
    jack_port_get_all_connections(sight->probe->client, port);
  for (int i = 0; names && names[i]; i++)
    found |= strcmp(names[i], sight->other) == 0;
  jack_free(names);
  return found;
}

bool
probe_sees_connection(Probe *probe, const char *port, const char *other)
{
  Sight sight = { .probe = probe, .port = port, .other = other };

  return wait_until(connection_is, &sight);
}

static bool
count_is(void *self)
{
  const Sight *sight = self;
  jack_port_t *port  = jack_port_by_name(sight->probe->client, sight->port);
  int          count = 0;

  if (!port)
    return false;
  const char **names =
    jack_port_get_all_connections(sight->probe->client, port);
  while (names && names[count])
    count++;
  jack_free(names);
  return count == sight->count;
}

bool
probe_sees_connections(Probe *probe, const char *port, int count)
{
  Sight sight = { .probe = probe, .port = port, .count = count };

  return wait_until(count_is, &sight);
}

/* Not while a port's client is not active yet. */
static bool
connects(void *self)
{
  const Sight *sight = self;
  const int    status =
    jack_connect(sight->probe->client, sight->port, sight->other);

  return status == 0 || status == EEXIST;
}

void
probe_connect(Probe *probe, const char *from, const char *to)
{
  Sight sight = { .probe = probe, .port = from, .other = to };

  ck_assert_msg(wait_until(connects, &sight), "%s to %s", from, to);
}
