/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/cmd.h"

typedef struct Verb {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *summary;
} Verb;

static const Verb verbs[] = {
  { "run", cmd_run, "open a session and play it" },
  { "demo", cmd_demo, "make the demo song's session" },
  { "new", cmd_new, "make a session from audio files" },
  { "info", cmd_info, "say what a session holds" },
  { "get", cmd_get, "print values of a session" },
  { "set", cmd_set, "change values of a session" },
  { "render", cmd_render, "mix a session into a file" },
  { "params", cmd_params, "print every parameter there is" },
};

/* --- what is said --- */

/* What turns the direction of text makes a name look like another. */
static bool
is_hidden(gunichar c)
{
  return g_unichar_iscntrl(c) || (c >= 0x200e && c <= 0x200f) ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *
cmd_visible(const char *text)
{
  char    *valid   = g_utf8_make_valid(text, -1);
  GString *visible = g_string_new(NULL);

  for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    if (is_hidden(c))
      g_string_append_printf(visible, c < 256 ? "\\x%02x" : "\\u%04x", c);
    else
      g_string_append_unichar(visible, c);
  }
  g_free(valid);
  return g_string_free(visible, FALSE);
}

int
cmd_fail(const char *format, ...)
{
  va_list args;

  va_start(args, format);
  char *sentence = g_strdup_vprintf(format, args);
  va_end(args);
  char      *visible = cmd_visible(sentence);
  const char last    = *visible ? visible[strlen(visible) - 1] : ' ';
  fprintf(stderr, "consort: %s%s\n", visible, strchr(".!?", last) ? "" : ".");
  g_free(visible);
  g_free(sentence);
  return EXIT_FAULT;
}

void
cmd_progress(void *self, double fraction)
{
  enum { WIDTH = 40 };
  CmdProgress *progress = self;
  const int    percent  = (int)lround(100.0 * fraction);

  if (progress->shown == percent + 1 || !isatty(STDERR_FILENO))
    return;
  progress->shown = percent + 1;
  fprintf(stderr, "\r%s [", progress->label);
  for (int i = 0; i < WIDTH; i++)
    fputc(100 * i < WIDTH * percent ? '=' : ' ', stderr);
  fprintf(stderr, "] %3d %%%s", percent, percent >= 100 ? "\n" : "");
}

/* --- signals --- */

/* All that a signal handler may touch. */
static _Atomic bool signalled;

static void
on_signal(int signal)
{
  (void)signal;
  atomic_store(&signalled, true);
}

const _Atomic bool *
cmd_catch_signals(void)
{
  const struct sigaction action = { .sa_handler = on_signal };

  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
  return &signalled;
}

/* --- the command line --- */

static void
say_usage(const char *sentence, const GOptionContext *context)
{
  char *help = g_option_context_get_help((GOptionContext *)context, TRUE, NULL);

  cmd_fail("%s", sentence);
  fputs(help, stderr);
  g_free(help);
}

bool
cmd_parse(int                *argc,
          char             ***argv,
          const char         *summary,
          const GOptionEntry *entries,
          int                 least,
          int                 most)
{
  GOptionContext *context = g_option_context_new(summary);
  GError         *error   = NULL;
  char           *name    = g_strdup_printf("consort %s", (*argv)[0]);
  bool            good    = false;

  g_set_prgname(name);
  if (entries)
    g_option_context_add_main_entries(context, entries, NULL);
  if (!g_option_context_parse(context, argc, argv, &error))
    say_usage(error->message, context);
  else if (*argc - 1 < least)
    say_usage("something is missing here. This is how it goes.", context);
  else if (most >= 0 && *argc - 1 > most)
    say_usage("that is too much. This is how it goes.", context);
  else
    good = true;
  g_clear_error(&error);
  g_option_context_free(context);
  g_free(name);
  return good;
}

static void
print_usage(FILE *out)
{
  fputs("Usage: consort [SESSION]\n", out);
  for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
    fprintf(out, "       consort %-7s %s\n", verbs[i].name, verbs[i].summary);
  fputs("\nconsort COMMAND --help says more; so does consort(1).\n", out);
}

int
main(int argc, char **argv)
{
  /* Numbers are written and read alike everywhere; text is the user's. */
  setlocale(LC_CTYPE, "");
  if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
    print_usage(stdout);
    return 0;
  }
  if (argc > 1 && !strcmp(argv[1], "--version")) {
    puts("consort " CONSORT_VERSION);
    return 0;
  }
  for (size_t i = 0; argc > 1 && i < G_N_ELEMENTS(verbs); i++)
    if (strcmp(argv[1], verbs[i].name) == 0)
      return verbs[i].run(argc - 1, argv + 1);
  argv[0] = (char *)"run";
  return cmd_run(argc, argv);
}
