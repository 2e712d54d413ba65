/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/control.h"

#include <pthread.h>
#include <string.h>

typedef struct Task {
  void (*function)(Control *, void *);
  void *data;
} Task;

typedef enum State {
  WAITING, /* for control_start() */
  RUNNING,
  CLOSED, /* nobody will carry out tasks any more */
} State;

typedef struct Watcher {
  DeskObserver *observer;
  void (*replaced)(void *, Desk *);
  void    *self;
  unsigned id; /* on the running desk */
} Watcher;

struct Control {
  GMainContext *context;
  GMainLoop    *loop;
  GSource      *source; /* becomes ready when there are tasks */
  pthread_t     thread;

  pthread_mutex_t lock;  /* of the two that follow */
  GArray         *tasks; /* of Task */
  State           state;

  /* The rest is the control thread's. */
  Desk        *desk;
  unsigned     relay;    /* our own observer's id on the desk */
  GArray      *watchers; /* of Watcher */
  GPtrArray   *feeds;
  ControlHooks hooks;
  Status       status;
  GArray      *meters; /* of MeterItem */
  ControlTick *tick;
  void        *tick_self;
};

/* Tasks: functions that other threads want run here. */

typedef struct TaskSource {
  GSource  source;
  Control *control;
} TaskSource;

/* Runs what was posted until now; what that posts comes after the sockets and
   timers had their turn. */
static void
run_tasks(Control *control)
{
  GArray *tasks = g_array_new(FALSE, FALSE, sizeof(Task)), *posted;

  pthread_mutex_lock(&control->lock);
  posted         = control->tasks;
  control->tasks = tasks;
  pthread_mutex_unlock(&control->lock);
  for (guint i = 0; i < posted->len; i++) {
    Task task = g_array_index(posted, Task, i);

    task.function(control, task.data);
  }
  g_array_free(posted, TRUE);
}

static gboolean
dispatch_tasks(GSource *source, GSourceFunc callback, gpointer data)
{
  (void)callback;
  (void)data;
  g_source_set_ready_time(source, -1);
  run_tasks(((TaskSource *)(void *)source)->control);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs task_source = { .dispatch = dispatch_tasks };

/* Returns false when nobody will run it. */
static bool
post_task(Control *control, void (*function)(Control *, void *), void *data)
{
  Task task = { function, data };
  bool open;

  pthread_mutex_lock(&control->lock);
  open = control->state != CLOSED;
  if (open) {
    g_array_append_val(control->tasks, task);
    g_source_set_ready_time(control->source, 0);
  }
  pthread_mutex_unlock(&control->lock);
  return open;
}

static State
get_state(Control *control)
{
  State state;

  pthread_mutex_lock(&control->lock);
  state = control->state;
  pthread_mutex_unlock(&control->lock);
  return state;
}

static bool
close_if_idle(Control *control)
{
  bool idle;

  pthread_mutex_lock(&control->lock);
  idle = control->tasks->len == 0;
  if (idle)
    control->state = CLOSED;
  pthread_mutex_unlock(&control->lock);
  return idle;
}

static void
drain(Control *control)
{
  while (!close_if_idle(control))
    run_tasks(control);
}

/* Observing */

static void
push_status(Control *control)
{
  for (guint i = 0; i < control->feeds->len; i++)
    feed_put_status(g_ptr_array_index(control->feeds, i), &control->status);
}

static bool
is_saved(const Change *change)
{
  const ParamRow *row = params_of_cell(change->address.cell);

  if (change->who.origin == ORIGIN_LOADER)
    return false;
  return change->kind != CHANGE_VALUE ||
         !(row->flags & (PARAM_TRANSIENT | PARAM_READONLY | PARAM_LIVE));
}

static void
relay_change(void *self, const Change *change)
{
  Control *control = self;

  for (guint i = 0; i < control->feeds->len; i++)
    feed_put_change(g_ptr_array_index(control->feeds, i), change);
  if (!control->status.modified && is_saved(change)) {
    control->status.modified = true;
    push_status(control);
  }
}

/* The feeds come last: when a face hears of a change, it has gone to the
   engine. */
static void
relay_last(Control *control)
{
  if (control->relay)
    desk_unobserve(control->desk, control->relay);
  control->relay = desk_observe(control->desk, relay_change, control);
}

static void
watch(Control *control, Watcher *watcher)
{
  watcher->id = desk_observe(control->desk, watcher->observer, watcher->self);
}

void
control_observe_desk(Control      *control,
                     DeskObserver *observer,
                     void (*replaced)(void *self, Desk *desk),
                     void *self)
{
  Watcher watcher = { observer, replaced, self, 0 };

  watch(control, &watcher);
  g_array_append_val(control->watchers, watcher);
  relay_last(control);
}

void
control_unobserve_desk(Control *control, DeskObserver *observer, void *self)
{
  for (guint i = control->watchers->len; i-- > 0;) {
    const Watcher *watcher = &g_array_index(control->watchers, Watcher, i);

    if (watcher->observer != observer || watcher->self != self)
      continue;
    desk_unobserve(control->desk, watcher->id);
    g_array_remove_index(control->watchers, i);
  }
}

void
control_replace_desk(Control *control, Desk *desk)
{
  Desk *old = control->desk;

  control->desk  = desk;
  control->relay = 0;
  for (guint i = 0; i < control->watchers->len; i++)
    watch(control, &g_array_index(control->watchers, Watcher, i));
  relay_last(control);
  for (guint i = 0; i < control->watchers->len; i++) {
    Watcher watcher = g_array_index(control->watchers, Watcher, i);

    if (watcher.replaced)
      watcher.replaced(watcher.self, desk);
  }
  for (guint i = 0; i < control->feeds->len; i++)
    feed_put_desk(g_ptr_array_index(control->feeds, i), control->desk);
  control->status.modified = false;
  push_status(control);
  desk_free(old);
}

/* Life */

Control *
control_new(Desk *desk)
{
  Control *control = g_new0(Control, 1);

  control->context  = g_main_context_new();
  control->loop     = g_main_loop_new(control->context, FALSE);
  control->source   = g_source_new(&task_source, sizeof(TaskSource));
  control->tasks    = g_array_new(FALSE, FALSE, sizeof(Task));
  control->desk     = desk ? desk : desk_new();
  control->watchers = g_array_new(FALSE, FALSE, sizeof(Watcher));
  control->feeds    = g_ptr_array_new();
  control->meters   = g_array_new(FALSE, FALSE, sizeof(MeterItem));
  pthread_mutex_init(&control->lock, NULL);
  ((TaskSource *)(void *)control->source)->control = control;
  g_source_attach(control->source, control->context);
  relay_last(control);
  return control;
}

void
control_free(Control *control)
{
  if (!control)
    return;
  control_stop(control);
  g_source_destroy(control->source);
  g_source_unref(control->source);
  g_main_loop_unref(control->loop);
  g_main_context_unref(control->context);
  desk_free(control->desk);
  g_array_free(control->tasks, TRUE);
  g_array_free(control->watchers, TRUE);
  g_ptr_array_free(control->feeds, TRUE);
  g_array_free(control->meters, TRUE);
  pthread_mutex_destroy(&control->lock);
  g_free(control);
}

static void *
run(void *data)
{
  Control *control = data;

  pthread_setname_np(pthread_self(), "control");
  g_main_context_acquire(control->context);
  g_main_context_push_thread_default(control->context);
  g_main_loop_run(control->loop);
  drain(control);
  g_main_context_pop_thread_default(control->context);
  g_main_context_release(control->context);
  return NULL;
}

static void
set_state(Control *control, State state)
{
  pthread_mutex_lock(&control->lock);
  control->state = state;
  pthread_mutex_unlock(&control->lock);
}

int
control_start(Control *control)
{
  int error;

  /* Whoever observed the desk by themselves until now comes before us. */
  relay_last(control);
  set_state(control, RUNNING);
  error = pthread_create(&control->thread, NULL, run, control);
  if (error)
    set_state(control, WAITING);
  return error;
}

/* A quit that came before the loop ran would be lost; as a task it cannot. */
static void
quit_loop(Control *control, void *data)
{
  (void)data;
  g_main_loop_quit(control->loop);
}

void
control_stop(Control *control)
{
  switch (get_state(control)) {
  case WAITING:
    drain(control);
    break;
  case RUNNING:
    post_task(control, quit_loop, NULL);
    pthread_join(control->thread, NULL);
    break;
  case CLOSED:
    break;
  }
}

void
control_set_hooks(Control *control, const ControlHooks *hooks)
{
  control->hooks = *hooks;
}

void
control_invoke(Control *control,
               void (*function)(Control *, void *),
               void *data)
{
  post_task(control, function, data);
}

/* Commands */

typedef struct Posted {
  Command command;
  char    text[];
} Posted;

static void
ask_for_file(Control *control,
             void (*hook)(void *, const char *),
             const char *file,
             const char *deed)
{
  if (!hook)
    control_notice(control, "This desk cannot %s.", deed);
  else
    hook(control->hooks.self, file);
}

/* Returns false with the reason where the desk refuses. */
static bool
carry_out(Control *control, const Command *command, char reason[DESK_REASON])
{
  Desk               *desk  = control->desk;
  const ControlHooks *hooks = &control->hooks;
  Address             place = command->address;
  Owner               owner = (Owner)place.owner;
  const char         *text  = command->text;

  switch (command->kind) {
  case COMMAND_SET:
    return desk_set(desk, place, command->number, command->who, reason);
  case COMMAND_SET_TEXT:
    return desk_set_text(desk, place, text ? text : "", command->who, reason);
  case COMMAND_ADD:
    return desk_add(desk, owner, place.number, command->who, reason) > 0;
  case COMMAND_REMOVE:
    return desk_remove(desk, owner, place.number, command->who, reason);
  case COMMAND_SAVE:
    ask_for_file(control, hooks->save, text, "save a session");
    return true;
  case COMMAND_OPEN:
    ask_for_file(control, hooks->open, text, "open another session");
    return true;
  case COMMAND_IMPORT:
    ask_for_file(control, hooks->import, text, "import audio");
    return true;
  case COMMAND_QUIT:
    if (hooks->quit)
      hooks->quit(hooks->self);
    return true;
  }
  return true;
}

static void
run_command(Control *control, void *data)
{
  Posted *posted = data;
  char    reason[DESK_REASON];

  if (!carry_out(control, &posted->command, reason))
    control_notice(control, "%s", reason);
  g_free(posted);
}

void
control_post(Control *control, const Command *command)
{
  size_t  size   = command->text ? strlen(command->text) + 1 : 0;
  Posted *posted = g_malloc(sizeof *posted + size);

  posted->command = *command;
  if (command->text) {
    memcpy(posted->text, command->text, size);
    posted->command.text = posted->text;
  }
  if (!post_task(control, run_command, posted))
    g_free(posted);
}

/* Feeds */

static void
subscribe(Control *control, void *feed)
{
  g_ptr_array_add(control->feeds, feed);
  feed_put_desk(feed, control->desk);
  feed_put_status(feed, &control->status);
}

void
control_subscribe(Control *control, Feed *feed)
{
  post_task(control, subscribe, feed);
}

typedef struct Leaving {
  Feed           *feed;
  pthread_mutex_t lock;
  pthread_cond_t  changed;
  bool            gone;
} Leaving;

static void
unsubscribe(Control *control, void *data)
{
  Leaving *leaving = data;

  g_ptr_array_remove(control->feeds, leaving->feed);
  pthread_mutex_lock(&leaving->lock);
  leaving->gone = true;
  pthread_cond_signal(&leaving->changed);
  pthread_mutex_unlock(&leaving->lock);
}

static void
wait_until_gone(Leaving *leaving)
{
  pthread_mutex_lock(&leaving->lock);
  while (!leaving->gone)
    pthread_cond_wait(&leaving->changed, &leaving->lock);
  pthread_mutex_unlock(&leaving->lock);
}

void
control_unsubscribe(Control *control, Feed *feed)
{
  Leaving leaving = { .feed = feed };

  pthread_mutex_init(&leaving.lock, NULL);
  pthread_cond_init(&leaving.changed, NULL);
  if (get_state(control) == WAITING)
    run_tasks(control); /* a subscription may be among them */
  if (get_state(control) == RUNNING &&
      !g_main_context_is_owner(control->context) &&
      post_task(control, unsubscribe, &leaving))
    wait_until_gone(&leaving);
  else
    unsubscribe(control, &leaving);
  pthread_cond_destroy(&leaving.changed);
  pthread_mutex_destroy(&leaving.lock);
}

/* What those on the control thread ask for */

Desk *
control_desk(Control *control)
{
  return control->desk;
}

GMainContext *
control_context(Control *control)
{
  return control->context;
}

const Status *
control_status(Control *control)
{
  return &control->status;
}

Status *
control_status_edit(Control *control)
{
  return &control->status;
}

void
control_status_changed(Control *control)
{
  push_status(control);
}

void
control_notice(Control *control, const char *format, ...)
{
  Status     *status = &control->status;
  va_list     list;
  const char *end;

  va_start(list, format);
  g_vsnprintf(status->notice, sizeof status->notice, format, list);
  va_end(list);
  g_utf8_validate(status->notice, -1, &end); /* a character may be cut */
  status->notice[end - status->notice] = '\0';
  status->notice_serial++;
  push_status(control);
  if (control->hooks.notice)
    control->hooks.notice(control->hooks.self, status->notice);
}

const MeterItem *
control_meters(Control *control, size_t *count)
{
  *count = control->meters->len;
  return (const MeterItem *)(const void *)control->meters->data;
}

void
control_put_meters(Control *control, const MeterItem *items, size_t count)
{
  g_array_set_size(control->meters, 0);
  g_array_append_vals(control->meters, items, (guint)count);
  for (guint i = 0; i < control->feeds->len; i++)
    feed_put_meters(g_ptr_array_index(control->feeds, i), items, count);
  if (control->tick)
    control->tick(control->tick_self);
}

void
control_set_meter_tick(Control *control, ControlTick *tick, void *self)
{
  control->tick      = tick;
  control->tick_self = self;
}
