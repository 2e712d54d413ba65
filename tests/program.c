/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/program.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <lo/lo.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/jack-rig.h"

/* --- files --- */

void
program_folder(char folder[64])
{
  const char *place = getenv("TMPDIR");

  snprintf(folder, 64, "%.40s/consort-check-XXXXXX", place ? place : "/tmp");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int
remove_one(const char *path, const struct stat *about, int type, struct FTW *at)
{
  (void)about;
  (void)type;
  (void)at;
  return remove(path);
}

void
program_remove(const char *folder)
{
  nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- running --- */

/* Tests stand two folders below the program. */
static void
find_program(char path[4096])
{
  const ssize_t length = readlink("/proc/self/exe", path, 4000);

  ck_assert_int_gt(length, 0);
  path[length] = '\0';
  for (int i = 0; i < 3; i++)
    *strrchr(path, '/') = '\0';
  strcat(path, "/consort");
  ck_assert_msg(access(path, X_OK) == 0, "%s is not built", path);
}

static void
be_consort(char *line, int output, pid_t parent)
{
  char *argument[64] = { (char *)"consort" };
  char *rest         = NULL;
  char  path[4096];
  int   count = 1;

  find_program(path);
  for (char *word = strtok_r(line, " ", &rest); word && count < 63;
       word       = strtok_r(NULL, " ", &rest))
    argument[count++] = word;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(1);
  if (output >= 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
  }
  unsetenv("DISPLAY");
  unsetenv("WAYLAND_DISPLAY");
  execv(path, argument);
  _exit(127);
}

static pid_t
spawn(char *line, int output)
{
  const pid_t parent = getpid();
  const pid_t pid    = fork();

  if (pid == 0)
    be_consort(line, output, parent);
  ck_assert_int_gt(pid, 0);
  return pid;
}

void
program_run(const char *format, ...)
{
  char    line[4096], said[4096];
  int     status;
  va_list args;

  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  snprintf(said, sizeof said, "%s", line);
  const pid_t pid = spawn(line, -1);
  ck_assert_int_eq(waitpid(pid, &status, 0), pid);
  ck_assert_msg(status == 0, "consort %s: status %d", said, status);
}

/* --- what it prints --- */

static bool
read_some(Program *program, int patience)
{
  struct pollfd wait = { program->output, POLLIN, 0 };
  char          data[4096];

  if (poll(&wait, 1, patience) != 1)
    return false;
  const ssize_t size = read(program->output, data, sizeof data);
  program->silent    = size == 0;
  if (size <= 0)
    return false;
  program->log = realloc(program->log, program->length + (size_t)size + 1);
  memcpy(program->log + program->length, data, (size_t)size);
  program->length += (size_t)size;
  program->log[program->length] = '\0';
  return true;
}

typedef struct Sentence {
  Program    *program;
  const char *part;
} Sentence;

const char *
program_log(Program *program)
{
  while (read_some(program, 0))
    ;
  return program->log;
}

bool
program_has_printed(Program *program, const char *part)
{
  return strstr(program_log(program), part) != NULL;
}

static bool
is_printed(void *self)
{
  const Sentence *sentence = self;

  return program_has_printed(sentence->program, sentence->part) ||
         sentence->program->silent;
}

bool
program_prints(Program *program, const char *part)
{
  Sentence sentence = { program, part };

  wait_until(is_printed, &sentence);
  return program_has_printed(program, part);
}

/* --- life --- */

static void
open_socket(Program *program)
{
  static const char  where[] = "osc.udp://127.0.0.1:";
  struct sockaddr_in at      = { .sin_family      = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

  ck_assert_msg(program_prints(program, where), "%s", program->log);
  const char *port = strstr(program->log, where) + strlen(where);
  at.sin_port      = htons((uint16_t)atoi(port));
  program->socket  = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ck_assert_int_eq(connect(program->socket, (struct sockaddr *)&at, sizeof at),
                   0);
}

void
program_start(Program *program, const char *session, const char *format, ...)
{
  char    line[4096];
  int     pipes[2];
  va_list args;
  int     length = snprintf(line, sizeof line, "run %s --headless ", session);

  va_start(args, format);
  vsnprintf(line + length, sizeof line - (size_t)length, format, args);
  va_end(args);
  ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
  *program     = (Program){ .output = pipes[0], .log = calloc(1, 1) };
  program->pid = spawn(line, pipes[1]);
  close(pipes[1]);
  open_socket(program);
}

static bool
has_ended(void *self)
{
  Program *program = self;
  int      status;

  while (read_some(program, 0))
    ;
  if (waitpid(program->pid, &status, WNOHANG) != program->pid)
    return false;
  program->pid = WIFEXITED(status) ? -WEXITSTATUS(status) : -256;
  return true;
}

int
program_stop(Program *program)
{
  kill(program->pid, SIGINT);
  if (!wait_until(has_ended, program)) {
    program_kill(program);
    return -1;
  }
  while (read_some(program, 0))
    ;
  return program->pid == -256 ? -1 : -program->pid;
}

void
program_kill(Program *program)
{
  kill(program->pid, SIGKILL);
  waitpid(program->pid, NULL, 0);
}

void
program_free(Program *program)
{
  close(program->socket);
  close(program->output);
  free(program->log);
}

/* --- OSC --- */

void
program_say(Program *program, const char *path, const char *types, ...)
{
  lo_message message = lo_message_new();
  char       all[64];
  size_t     size;
  va_list    args;

  /* "$$": no marker of liblo's stands behind the arguments. */
  snprintf(all, sizeof all, "%s$$", types);
  va_start(args, types);
  ck_assert_int_eq(lo_message_add_varargs(message, all, args), 0);
  va_end(args);
  void *data = lo_message_serialise(message, path, NULL, &size);
  send(program->socket, data, size, 0);
  free(data);
  lo_message_free(message);
}

static void
read_arguments(lo_message message, double *number, char text[256])
{
  const char *types = lo_message_get_types(message);
  lo_arg    **args  = lo_message_get_argv(message);

  for (int i = lo_message_get_argc(message) - 1; i >= 0; i--) {
    const lo_type type = (lo_type)types[i];
    if (number && lo_is_numerical_type(type))
      *number = (double)lo_hires_val(type, args[i]);
    if (text && lo_is_string_type(type))
      snprintf(text, 256, "%s", &args[i]->s);
  }
}

/* Hears what is said within a time, until it is of the path. */
static bool
hear(Program *program, const char *path, double *number, char text[256])
{
  struct pollfd wait = { program->socket, POLLIN, 0 };
  char          data[65536];

  while (poll(&wait, 1, 1000) == 1) {
    const ssize_t size = recv(program->socket, data, sizeof data - 1, 0);
    if (size <= 0)
      continue;
    data[size] = '\0';
    if (strcmp(data, path) != 0)
      continue;
    lo_message message = lo_message_deserialise(data, (size_t)size, NULL);
    if (!message)
      continue;
    read_arguments(message, number, text);
    lo_message_free(message);
    return true;
  }
  return false;
}

bool
program_ask(Program *program, const char *path, double *number, char text[256])
{
  for (int left = PATIENCE_MS; left > 0; left -= 1000) {
    program_say(program, path, "");
    if (hear(program, path, number, text))
      return true;
  }
  return false;
}

bool
program_answers(Program *program, const char *path, double number)
{
  double is = NAN;

  for (int left = PATIENCE_MS; left > 0; left -= 20) {
    if (!program_ask(program, path, &is, NULL))
      return false;
    if (fabs(is - number) <= 1e-6 * fmax(1.0, fabs(number)))
      return true;
    pause_ms(20);
  }
  return false;
}

void
program_set(Program *program, const char *address, double value)
{
  char leaf[256];

  snprintf(leaf, sizeof leaf, "%s/value", address);
  program_say(program, leaf, "d", value);
  ck_assert_msg(
    program_answers(program, leaf, value), "%s is not %g", address, value);
}

void
program_set_text(Program *program, const char *address, const char *text)
{
  char is[256] = "";

  program_say(program, address, "s", text);
  for (int left = PATIENCE_MS; left > 0 && strcmp(is, text) != 0; left -= 20) {
    ck_assert(program_ask(program, address, NULL, is));
    pause_ms(20);
  }
  ck_assert_str_eq(is, text);
}
