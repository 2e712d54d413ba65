/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
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

int
cmd_fail(const char *format, ...)
{
  va_list args;

  va_start(args, format);
  char *sentence = g_strdup_vprintf(format, args);
  va_end(args);
  char *valid = g_utf8_make_valid(sentence, -1);
  fputs("consort: ", stderr);
  for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
    const gunichar c = g_utf8_get_char(at);
    if (g_unichar_iscntrl(c))
      fprintf(stderr, "\\x%02x", c);
    else
      fprintf(stderr, "%.*s", (int)(g_utf8_next_char(at) - at), at);
  }
  fputc('\n', stderr);
  g_free(valid);
  g_free(sentence);
  return EXIT_FAULT;
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

  g_set_prgname(name);
  g_free(name);
  if (entries)
    g_option_context_add_main_entries(context, entries, NULL);
  bool good = g_option_context_parse(context, argc, argv, &error);
  if (!good) {
    cmd_fail("%s", error->message);
    g_error_free(error);
  } else if (*argc - 1 < least || (most >= 0 && *argc - 1 > most)) {
    char *help = g_option_context_get_help(context, TRUE, NULL);
    fputs(help, stderr);
    g_free(help);
    good = false;
  }
  g_option_context_free(context);
  return good;
}

void
cmd_progress(void *label, double fraction)
{
  enum { WIDTH = 40 };
  const int full = (int)(fraction * WIDTH);

  if (!isatty(STDERR_FILENO))
    return;
  fprintf(stderr, "\r%s [", (const char *)label);
  for (int i = 0; i < WIDTH; i++)
    fputc(i < full ? '=' : ' ', stderr);
  fprintf(
    stderr, "] %3.0f %%%s", 100.0 * fraction, fraction >= 1.0 ? "\n" : "");
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
