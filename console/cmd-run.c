/* SPDX-License-Identifier: GPL-3.0-or-later */
/* consort run: a desk that sounds, with its window or without. Files are read
   and written by threads of their own; the control thread hands them copies and
   is told what became of them. */

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "console/cmd.h"
#include "console/live.h"
#include "gui/gui.h"
#include "osc/osc.h"
#include "sessions/import.h"
#include "sessions/lock.h"
#include "sessions/session.h"

#define OSC_PORT 9000

typedef struct Program {
  Control      *control;
  Live         *live;
  OscServer    *osc;
  SessionLock  *lock;
  SessionExtra *extra;
  char         *folder;
  GThreadPool  *files; /* one thread: saves in the order of asking */
  GMainLoop    *loop;  /* headless; NULL with a window */
  bool          play;  /* as soon as it can be heard */
  int           play_tries;
} Program;

typedef enum JobKind { JOB_SAVE, JOB_OPEN, JOB_IMPORT } JobKind;

/* Something for the file thread, and what came of it. */
typedef struct Job {
  JobKind       kind;
  Program      *program;
  char         *folder;
  char         *text; /* save: the bytes; import: the file */
  char         *error;
  Desk         *desk;
  SessionExtra *extra;
  SessionLock  *lock;
  char         *track, *name;
  int           channels;
} Job;

static void
job_free(Job *job)
{
  g_free(job->folder);
  g_free(job->text);
  g_free(job->error);
  g_free(job->track);
  g_free(job->name);
  desk_free(job->desk);
  session_extra_free(job->extra);
  session_unlock(job->lock);
  g_free(job);
}

/* --- back on the control thread --- */

static void
say_where(const Program *program)
{
  Status *status = control_status_edit(program->control);

  g_strlcpy(status->session, program->folder, sizeof status->session);
  g_snprintf(status->osc,
             sizeof status->osc,
             "osc.udp://127.0.0.1:%d",
             osc_server_port(program->osc));
  control_status_changed(program->control);
}

static void
saved(Program *program, Job *job)
{
  Status *status = control_status_edit(program->control);

  status->saving = false;
  if (job->error)
    control_notice(program->control, "%s", job->error);
  if (job->error)
    status->modified = true;
  if (!job->error && strcmp(job->folder, program->folder) != 0) {
    g_free(program->folder);
    program->folder = g_strdup(job->folder);
    session_unlock(program->lock);
    program->lock = g_steal_pointer(&job->lock);
    say_where(program);
  }
  if (program->lock)
    session_lock_announce(program->lock, osc_server_port(program->osc));
  control_status_changed(program->control);
}

static void
opened(Program *program, Job *job)
{
  char *cache = session_cache(job->folder);
  char  reason[DESK_REASON];

  if (job->error) {
    control_notice(program->control, "%s", job->error);
  } else if (!live_open(program->live, job->desk, job->folder, cache, reason)) {
    control_notice(program->control, "%s", reason);
  } else {
    job->desk = NULL;
    session_unlock(program->lock);
    session_extra_free(program->extra);
    program->lock  = g_steal_pointer(&job->lock);
    program->extra = g_steal_pointer(&job->extra);
    g_free(program->folder);
    program->folder = g_strdup(job->folder);
    session_lock_announce(program->lock, osc_server_port(program->osc));
    say_where(program);
  }
  g_free(cache);
}

static void
imported(Program *program, Job *job)
{
  const Who who  = { .origin = ORIGIN_COMMAND };
  Desk     *desk = control_desk(program->control);
  char      reason[DESK_REASON];

  if (job->error) {
    control_notice(program->control, "%s", job->error);
    return;
  }
  const unsigned number = desk_add(desk, OWNER_STRIP, 0, who, reason);
  if (!number) {
    control_notice(program->control, "%s", reason);
    return;
  }
  desk_set(desk,
           desk_address(OWNER_STRIP, number, CELL_CHANNELS),
           job->channels,
           who,
           NULL);
  desk_set_text(
    desk, desk_address(OWNER_STRIP, number, CELL_NAME), job->name, who, NULL);
  desk_set_text(
    desk, desk_address(OWNER_STRIP, number, CELL_TRACK), job->track, who, NULL);
}

static void
job_done(Control *control, void *data)
{
  Job *job = data;

  (void)control;
  switch (job->kind) {
  case JOB_SAVE:
    saved(job->program, job);
    break;
  case JOB_OPEN:
    opened(job->program, job);
    break;
  case JOB_IMPORT:
    imported(job->program, job);
    break;
  }
  job_free(job);
}

/* --- on the file thread --- */

/* Saving under another name locks that session first. */
static void
do_save(Job *job)
{
  if (!job->program->folder || strcmp(job->folder, job->program->folder) != 0) {
    if (g_mkdir_with_parents(job->folder, 0755) != 0 ||
        !(job->lock = session_lock(job->folder, NULL, &job->error))) {
      if (!job->error)
        job->error =
          g_strdup_printf("%s: the folder cannot be made.", job->folder);
      return;
    }
  }
  session_write(job->folder, job->text, &job->error);
}

static void
do_open(Job *job)
{
  if (!session_exists(job->folder)) {
    job->error =
      g_strdup_printf("%s: there is no session in this folder.", job->folder);
    return;
  }
  job->lock = session_lock(job->folder, NULL, &job->error);
  if (job->lock)
    job->desk = session_load(job->folder, &job->extra, &job->error);
}

static void
do_job(gpointer data, gpointer self)
{
  Job *job = data;

  (void)self;
  switch (job->kind) {
  case JOB_SAVE:
    do_save(job);
    break;
  case JOB_OPEN:
    do_open(job);
    break;
  case JOB_IMPORT:
    session_import(job->folder,
                   job->text,
                   &job->track,
                   &job->name,
                   &job->channels,
                   &job->error);
    break;
  }
  control_invoke(job->program->control, job_done, job);
}

static void
give_job(Program *program, JobKind kind, const char *folder, char *text)
{
  Job *job     = g_new0(Job, 1);
  job->kind    = kind;
  job->program = program;
  job->folder  = g_strdup(folder);
  job->text    = text;
  g_thread_pool_push(program->files, job, NULL);
}

/* --- hooks of the control thread --- */

static void
on_save(void *self, const char *folder)
{
  Program *program = self;
  Status  *status  = control_status_edit(program->control);

  give_job(program,
           JOB_SAVE,
           folder ? folder : program->folder,
           session_print(control_desk(program->control), program->extra));
  status->saving   = true;
  status->modified = false;
  control_status_changed(program->control);
}

static void
on_open(void *self, const char *folder)
{
  give_job(self, JOB_OPEN, folder, NULL);
}

static void
on_import(void *self, const char *file)
{
  Program *program = self;

  give_job(program, JOB_IMPORT, program->folder, g_strdup(file));
}

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

static void
on_quit(void *self)
{
  g_main_context_invoke(NULL, quit_loop, self);
}

static void
on_notice(void *self, const char *text)
{
  Program *program = self;

  if (program->loop)
    cmd_fail("%s", text);
}

static gboolean
on_signal(gpointer self)
{
  quit_loop(self);
  return G_SOURCE_CONTINUE;
}

/* --- playing --- */

/* Waits until the tracks are there and JACK runs, some seconds at most. */
static gboolean
try_to_play(gpointer self)
{
  Program      *program = self;
  const Status *status  = control_status(program->control);
  const Who     who     = { .origin = ORIGIN_COMMAND };

  if ((status->converting || !status->sounding) && program->play_tries++ < 200)
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
  GSource *source = g_timeout_source_new(50);

  g_source_set_callback(source, try_to_play, program, NULL);
  g_source_attach(source, control_context(program->control));
  g_source_unref(source);
}

/* --- life --- */

static bool
open_session(Program *program, Desk **desk)
{
  char *error = NULL;

  *desk = NULL;
  if (!session_exists(program->folder))
    error = g_strdup_printf("%s: there is no session here; `consort new` or "
                            "`consort demo` makes one.",
                            program->folder);
  else if ((program->lock = session_lock(program->folder, NULL, &error)))
    *desk = session_load(program->folder, &program->extra, &error);
  if (!*desk)
    cmd_fail("%s", error);
  g_free(error);
  return *desk != NULL;
}

/* A port that a person named must be had; otherwise any will do. */
static bool
open_osc(Program *program, const char *listen, int port)
{
  OscOptions options = { .listen = listen, .port = port ? port : OSC_PORT };
  char      *error   = NULL;

  program->osc = osc_server_new(program->control, &options, &error);
  if (!program->osc && !port) {
    g_clear_pointer(&error, g_free);
    options.port = 0;
    program->osc = osc_server_new(program->control, &options, &error);
  }
  if (!program->osc)
    cmd_fail("%s", error);
  g_free(error);
  return program->osc != NULL;
}

static void
save_at_end(Program *program)
{
  char *error = NULL;

  if (!control_status(program->control)->modified)
    return;
  char *text = session_print(control_desk(program->control), program->extra);
  if (!session_write(program->folder, text, &error))
    cmd_fail("%s", error);
  g_free(error);
  g_free(text);
}

static int
serve(Program *program, bool headless)
{
  const ControlHooks hooks  = { .save   = on_save,
                                .open   = on_open,
                                .import = on_import,
                                .quit   = on_quit,
                                .notice = on_notice,
                                .self   = program };
  int                status = 0;

  control_set_hooks(program->control, &hooks);
  say_where(program);
  if (program->play)
    play_soon(program);
  if (headless)
    program->loop = g_main_loop_new(NULL, FALSE);
  if (control_start(program->control) != 0)
    return cmd_fail("the control thread cannot be started.");
  g_unix_signal_add(SIGINT, on_signal, program);
  g_unix_signal_add(SIGTERM, on_signal, program);
  if (headless) {
    printf("consort: %s is open; move a fader with: oscsend "
           "osc.udp://127.0.0.1:%d /strip/1/fader f 0.75\n",
           program->folder,
           osc_server_port(program->osc));
    fflush(stdout);
    g_main_loop_run(program->loop);
  } else {
    status = gui_run(program->control);
  }
  return status;
}

static void
close_down(Program *program)
{
  if (program->files)
    g_thread_pool_free(program->files, FALSE, TRUE);
  if (program->control) {
    control_stop(program->control);
    save_at_end(program);
  }
  osc_server_free(program->osc);
  live_free(program->live);
  control_free(program->control);
  session_extra_free(program->extra);
  session_unlock(program->lock);
  if (program->loop)
    g_main_loop_unref(program->loop);
  g_free(program->folder);
}

int
cmd_run(int argc, char **argv)
{
  gboolean           headless = FALSE, play = FALSE, watch = FALSE;
  int                port   = 0;
  char              *listen = NULL, *name = NULL, *server = NULL;
  const GOptionEntry entries[] = {
    { "headless",
      0,
      0,
      G_OPTION_ARG_NONE,
      &headless,
      "Without a window",
      NULL },
    { "play", 0, 0, G_OPTION_ARG_NONE, &play, "Start playing", NULL },
    { "osc-port",
      0,
      0,
      G_OPTION_ARG_INT,
      &port,
      "UDP port for OSC; otherwise 9000, or a free one",
      "N" },
    { "osc-listen",
      0,
      0,
      G_OPTION_ARG_STRING,
      &listen,
      "Address to hear OSC at; otherwise 127.0.0.1",
      "ADDRESS" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &name, "JACK client name", "CLIENT" },
    { "server",
      0,
      0,
      G_OPTION_ARG_STRING,
      &server,
      "JACK server name",
      "NAME" },
    { "watch",
      0,
      0,
      G_OPTION_ARG_NONE,
      &watch,
      "Count page faults, waits and CPU time of the audio thread",
      NULL },
    G_OPTION_ENTRY_NULL,
  };
  Program program = { 0 };
  Desk   *desk;
  char    reason[DESK_REASON];
  int     status = EXIT_FAULT;

  if (!cmd_parse(&argc,
                 &argv,
                 "[SESSION] - opens a session; without one, the demo song",
                 entries,
                 0,
                 1))
    return EXIT_USAGE;
  if (port < 0 || port > 65535) {
    cmd_fail("--osc-port %d: use 1 to 65535.", port);
    return EXIT_USAGE;
  }
  headless       = headless || !gui_has_display();
  program.play   = play;
  program.folder = argc > 1 ? g_strdup(argv[1]) : cmd_demo_folder();
  program.files  = g_thread_pool_new(do_job, &program, 1, FALSE, NULL);
  if (program.folder && open_session(&program, &desk)) {
    const LiveOptions options = { .client = name,
                                  .server = server,
                                  .watch  = watch };
    char             *cache   = session_cache(program.folder);
    program.control           = control_new(desk);
    program.live =
      live_new(program.control, &options, program.folder, cache, reason);
    if (!program.live)
      cmd_fail("%s", reason);
    else if (open_osc(&program, listen, port)) {
      session_lock_announce(program.lock, osc_server_port(program.osc));
      status = serve(&program, headless);
    }
    g_free(cache);
  }
  close_down(&program);
  g_free(listen);
  g_free(name);
  g_free(server);
  return status;
}
