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

static void
become_server(char **arguments, pid_t parent)
{
  const int null = open("/dev/null", O_RDWR);
  sigset_t  none;

  /* Ends with us, even where we are killed. */
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent)
    _exit(1);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  for (int fd = 0; fd < 3; fd++)
    dup2(null, fd);
  execvp(arguments[0], arguments);
  _exit(127);
}

pid_t
server_start(const char *name, int rate, bool card)
{
  char  rate_text[16];
  char *arguments[16];
  int   n = 0;

  snprintf(rate_text, sizeof rate_text, "%d", rate);
  arguments[n++] = (char *)"jackd";
  if (name) {
    arguments[n++] = (char *)"-n";
    arguments[n++] = (char *)name;
  }
  arguments[n++] = (char *)"-d";
  arguments[n++] = (char *)(card ? "alsa" : "dummy");
  arguments[n++] = (char *)"-r";
  arguments[n++] = rate_text;
  arguments[n++] = (char *)"-p";
  arguments[n++] = (char *)"256";
  arguments[n]   = NULL;

  const pid_t parent = getpid();
  const pid_t pid    = fork();
  if (pid == 0)
    become_server(arguments, parent);
  return pid;
}

bool
server_runs(pid_t pid)
{
  return pid > 0 && waitpid(pid, NULL, WNOHANG) == 0;
}

void
server_stop(pid_t pid)
{
  const struct timespec pause = { .tv_nsec = 20000000 };

  if (pid <= 0)
    return;
  kill(pid, SIGTERM);
  for (int i = 0; i < 100; i++) {
    if (waitpid(pid, NULL, WNOHANG) != 0)
      return;
    nanosleep(&pause, NULL);
  }
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
}
