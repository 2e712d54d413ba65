/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consort run: a desk that sounds, with its window or without. */

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "console/cmd.h"
#include "console/live.h"
#include "gui/gui.h"
#include "osc/osc.h"
#include "sessions/keeper.h"
#include "sessions/session.h"

#define OSC_PORT   9000
#define PLAY_MS    50
#define PLAY_TRIES 200 /* ten seconds for tracks and JACK to be there */

typedef struct Program {
  Control   *control;
  Live      *live;
  OscServer *osc;
  Keeper    *keeper;
  GMainLoop *loop; /* headless; NULL with a window */
  unsigned   play_tries;
} Program;

typedef struct Options {
  gboolean headless;
  gboolean play;
  gboolean watch;
  int      port;
  char    *listen;
  char    *name;
  char    *server;
} Options;

/* --- on the main thread --- */

static gboolean
quit_loop(gpointer data)
{
  Program *program = data;

  if (program->loop)
    g_main_loop_quit(program->loop);
  else
    gui_quit();
  return G_SOURCE_REMOVE;
}

static gboolean
on_signal(gpointer self)
{
  quit_loop(self);
  return G_SOURCE_CONTINUE;
}

static gboolean
print_notice(gpointer text)
{
  cmd_fail("%s", (const char *)text);
  g_free(text);
  return G_SOURCE_REMOVE;
}

/* --- hooks of the control thread --- */

static void
on_save(void *self, const char *folder)
{
  keeper_save(((Program *)self)->keeper, folder);
}

static void
on_open(void *self, const char *folder)
{
  keeper_open(((Program *)self)->keeper, folder);
}

static void
on_import(void *self, const char *file)
{
  keeper_import(((Program *)self)->keeper, file);
}

static void
on_quit(void *self)
{
  g_idle_add(quit_loop, self);
}

/* A terminal may keep its writer waiting, so that another thread writes. A
   window shows notices itself. */
static void
on_notice(void *self, const char *text)
{
  const Program *program = self;

  if (program->loop)
    g_idle_add(print_notice, g_strdup(text));
}

static bool
open_desk(void       *self,
          Desk       *desk,
          const char *folder,
          const char *cache,
          char        reason[DESK_REASON])
{
  return live_open(((Program *)self)->live, desk, folder, cache, reason);
}

static void
move_desk(void *self, const char *folder, const char *cache)
{
  live_move(((Program *)self)->live, folder, cache);
}

/* --- playing --- */

/* Waits until the tracks are there and JACK runs. */
static gboolean
try_to_play(gpointer self)
{
  Program      *program = self;
  const Status *status  = control_status(program->control);
  const Who     who     = { .origin = ORIGIN_COMMAND };

  if ((status->converting || !status->sounding) &&
      program->play_tries++ < PLAY_TRIES)
    return G_SOURCE_CONTINUE;
  desk_set(control_desk(program->control),
           desk_address(OWNER_TRANSPORT, 0, CELL_PLAY),
           1.0,
           who,
           NULL);
  return G_SOURCE_REMOVE;
}

static void
play_soon(Program *program)
{
  GSource *source = g_timeout_source_new(PLAY_MS);

  g_source_set_callback(source, try_to_play, program, NULL);
  g_source_attach(source, control_context(program->control));
  g_source_unref(source);
}

/* --- life --- */

/* Where to send to: a desk that hears every address hears this one. */
static const char *
heard_at(const char *listen)
{
  if (!listen || strcmp(listen, "0.0.0.0") == 0)
    return "127.0.0.1";
  return strcmp(listen, "::") == 0 ? "::1" : listen;
}

/* A port that a person named must be had; otherwise any will do. */
static bool
open_osc(Program *program, const Options *wish)
{
  OscOptions options = { .listen = wish->listen,
                         .port   = wish->port ? wish->port : OSC_PORT };
  char      *error   = NULL;

  program->osc = osc_server_new(program->control, &options, &error);
  if (!program->osc && !wish->port) {
    g_clear_pointer(&error, g_free);
    options.port = 0;
    program->osc = osc_server_new(program->control, &options, &error);
  }
  if (program->osc)
    keeper_announce(program->keeper,
                    program->control,
                    heard_at(wish->listen),
                    osc_server_port(program->osc));
  else
    cmd_fail("%s", error);
  g_free(error);
  return program->osc != NULL;
}

static bool
make_live(Program *program, const Options *wish, const char *folder)
{
  const LiveOptions options = { .client = wish->name,
                                .server = wish->server,
                                .watch  = wish->watch };
  char             *whole   = g_canonicalize_filename(folder, NULL);
  char             *cache   = session_cache(whole);
  char              reason[DESK_REASON];

  program->live = live_new(program->control, &options, whole, cache, reason);
  if (!program->live)
    cmd_fail("%s", reason);
  g_free(cache);
  g_free(whole);
  return program->live != NULL;
}

/* Locks and loads the session, and puts the console together. */
static bool
set_up(Program *program, const Options *options, const char *folder)
{
  Desk *desk;
  char *error = NULL;

  program->keeper = keeper_new(folder, &desk, &error);
  if (!program->keeper) {
    cmd_fail("%s", error);
    g_free(error);
    return false;
  }
  program->control = control_new(desk);
  return make_live(program, options, folder) && open_osc(program, options);
}

static int
attach(Program *program, const Options *options)
{
  const ControlHooks hooks = { .save   = on_save,
                               .open   = on_open,
                               .import = on_import,
                               .quit   = on_quit,
                               .notice = on_notice,
                               .self   = program };
  const KeeperDesk   desk  = { open_desk, move_desk, program };

  control_set_hooks(program->control, &hooks);
  if (options->play)
    play_soon(program);
  if (options->headless)
    program->loop = g_main_loop_new(NULL, FALSE);
  /* Whoever reads our output may go; the show goes on. */
  signal(SIGPIPE, SIG_IGN);
  g_unix_signal_add(SIGINT, on_signal, program);
  g_unix_signal_add(SIGTERM, on_signal, program);
  g_unix_signal_add(SIGHUP, on_signal, program);
  return keeper_start(program->keeper, program->control, &desk);
}

static void
say_how_to_reach(const Program *program, const char *folder)
{
  char *visible = cmd_visible(folder);

  printf("consort: %s is open; move a fader with: oscsend %s /strip/1/fader f "
         "0.75\n",
         visible,
         control_status(program->control)->osc);
  fflush(stdout);
  g_free(visible);
}

static int
serve(Program *program, const Options *options, const char *folder)
{
  const int error = attach(program, options);

  if (error)
    return cmd_fail("no thread can be started: %s.", g_strerror(error));
  if (options->headless)
    say_how_to_reach(program, folder);
  if (control_start(program->control) != 0)
    return cmd_fail("the control thread cannot be started.");
  if (!options->headless)
    return gui_run(program->control);
  g_main_loop_run(program->loop);
  return 0;
}

/* Returns the exit status: what was changed must be on the disk. */
static int
close_down(Program *program, int status)
{
  char *error = NULL;

  if (program->control)
    control_stop(program->control);
  if (program->keeper && !keeper_finish(program->keeper, &error))
    status = cmd_fail("%s", error);
  g_free(error);
  osc_server_free(program->osc);
  live_free(program->live);
  control_free(program->control);
  keeper_free(program->keeper);
  if (program->loop)
    g_main_loop_unref(program->loop);
  return status;
}

static int
run(Options *options, const char *folder)
{
  Program program = { 0 };
  int     status  = EXIT_FAULT;

  options->headless = options->headless || !gui_has_display();
  if (set_up(&program, options, folder))
    status = serve(&program, options, folder);
  return close_down(&program, status);
}

static const char summary[] =
  "[SESSION] - opens a session; without one, the demo song";

static bool
parse(int *argc, char ***argv, Options *options)
{
  const GOptionEntry entries[] = {
    { "headless",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->headless,
      "Without a window",
      NULL },
    { "play", 0, 0, G_OPTION_ARG_NONE, &options->play, "Start playing", NULL },
    { "osc-port",
      0,
      0,
      G_OPTION_ARG_INT,
      &options->port,
      "UDP port for OSC; otherwise 9000, or a free one",
      "N" },
    { "osc-listen",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options->listen,
      "Address to hear OSC at; otherwise 127.0.0.1",
      "ADDRESS" },
    { "name",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options->name,
      "JACK client name",
      "CLIENT" },
    { "server",
      0,
      0,
      G_OPTION_ARG_STRING,
      &options->server,
      "JACK server name",
      "NAME" },
    { "watch",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->watch,
      "Count page faults, waits and CPU time of the audio thread",
      NULL },
    G_OPTION_ENTRY_NULL,
  };

  if (!cmd_parse(argc, argv, summary, entries, 0, 1))
    return false;
  if (options->port >= 0 && options->port <= 65535)
    return true;
  cmd_fail("--osc-port %d: use 1 to 65535.", options->port);
  return false;
}

int
cmd_run(int argc, char **argv)
{
  Options options = { 0 };
  int     status  = EXIT_USAGE;

  if (parse(&argc, &argv, &options)) {
    char *folder = argc > 1 ? g_strdup(argv[1]) : cmd_demo_folder();
    status       = folder ? run(&options, folder) : EXIT_FAULT;
    g_free(folder);
  }
  g_free(options.listen);
  g_free(options.name);
  g_free(options.server);
  return status;
}
