/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/backends/server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NO_SUCH_PROGRAM 127

bool
server_has_card(void)
{
  char  line[256] = "";
  FILE *cards     = fopen("/proc/asound/cards", "re");

  if (!cards)
    return false;
  const bool read = fgets(line, sizeof line, cards) != NULL;
  fclose(cards);
  return read && !strstr(line, "no soundcards");
}

/* Between fork and exec: what is not safe in a signal handler is not safe here.
   A group of its own, so that a key that ends us does not end it first; its
   parent's death, even by SIGKILL, is told to it. */
static void
become_server(char *const *arguments, pid_t parent)
{
  const int null = open("/dev/null", O_RDWR);
  sigset_t  none;

  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent)
    _exit(1);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int fd = 0; fd < 3; fd++)
    dup2(null, fd);
  close_range(3, ~0U, 0);
  execvp(arguments[0], arguments);
  _exit(NO_SUCH_PROGRAM);
}

static const char *
default_name(void)
{
  const char *name = getenv("JACK_DEFAULT_SERVER");

  return name ? name : "default";
}

pid_t
server_start(const char *name, int rate, bool card)
{
  char  frames[16];
  char *arguments[] = { (char *)"jackd",
                        (char *)"-n",
                        (char *)(name ? name : default_name()),
                        (char *)"-d",
                        (char *)(card ? "alsa" : "dummy"),
                        (char *)"-r",
                        frames,
                        (char *)"-p",
                        (char *)"256",
                        NULL };

  snprintf(frames, sizeof frames, "%d", rate);
  const pid_t parent = getpid();
  const pid_t pid    = fork();
  if (pid == 0)
    become_server(arguments, parent);
  return pid;
}

ServerState
server_look(pid_t pid)
{
  int         status = 0;
  const pid_t ended  = waitpid(pid, &status, WNOHANG);

  if (ended == 0)
    return SERVER_RUNS;
  return ended == pid && WIFEXITED(status) &&
             WEXITSTATUS(status) == NO_SUCH_PROGRAM
           ? SERVER_MISSING
           : SERVER_ENDED;
}

void
server_stop(pid_t pid)
{
  const struct timespec pause = { .tv_nsec = 20000000 };

  if (pid <= 0)
    return;
  kill(pid, SIGTERM);
  kill(pid, SIGCONT);
  for (int i = 0; i < 100; i++) {
    if (server_look(pid) != SERVER_RUNS)
      return;
    nanosleep(&pause, NULL);
  }
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}
