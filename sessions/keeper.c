/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A job goes to the file thread with all that it needs, and comes back with
   what came of it. Where the session lies, and its lock, are the file thread's
   alone: a save that was asked for behind a "save as" goes where that led, and
   what a session leaves behind is cleared when all that was asked of it is
   done. */

#include "sessions/keeper.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "sessions/folder.h"
#include "sessions/import.h"
#include "sessions/lock.h"
#include "sessions/session.h"

typedef struct Job Job;

/* A session on disk: the file thread's, once that runs. */
typedef struct Place {
  char        *folder;
  SessionLock *lock;
} Place;

struct Keeper {
  Place   *place;
  char    *address; /* where the desk is heard; settled before the thread */
  int      port;
  Control *control;

  KeeperDesk    desk;   /* the rest is control's */
  char         *folder; /* where the session lies, as far as control knows */
  SessionExtra *extra;
  unsigned      saving;  /* how many saves are under way */
  Job          *opening; /* waits until the running desk is saved */

  pthread_t    thread; /* of the files */
  bool         runs;
  _Atomic bool cancel;

  pthread_mutex_t lock; /* of what follows */
  pthread_cond_t  filled;
  GQueue          asked; /* jobs that the file thread is to do, */
  GQueue          done;  /* and those that came back */
  bool            ending;
};

typedef enum JobKind {
  JOB_SAVE,
  JOB_SAVE_AS,
  JOB_OPEN,
  JOB_IMPORT,
  JOB_LEAVE, /* lets go of a place */
} JobKind;

struct Job {
  JobKind       kind;
  Keeper       *keeper;
  Place        *place;  /* whose session it is about; after JOB_OPEN the new */
  char         *folder; /* save as, open: which */
  char         *text;   /* saves: the bytes; import: the file */
  GPtrArray    *tracks; /* save as: recordings in the session's folder */
  char         *error;
  Desk         *desk; /* open */
  SessionExtra *extra;
  Imported      imported;
};

static void
place_free(Place *place)
{
  if (!place)
    return;
  session_unlock(place->lock);
  g_free(place->folder);
  g_free(place);
}

static void
job_free(Job *job)
{
  g_free(job->folder);
  g_free(job->text);
  g_free(job->error);
  if (job->tracks)
    g_ptr_array_unref(job->tracks);
  desk_free(job->desk);
  session_extra_free(job->extra);
  imported_clear(&job->imported);
  g_free(job);
}

/* --- on the file thread --- */

static SessionLock *
lock_and_announce(const Keeper *keeper, const char *folder, char **error)
{
  SessionLock *lock = session_lock(folder, NULL, error);

  if (lock && keeper->port)
    session_lock_announce(lock, keeper->address, keeper->port);
  return lock;
}

/* A track that is not there was missing before, too. */
static bool
copy_track(const Job *job, const char *track, char **error)
{
  const FolderCopy how   = { .cancel = &job->keeper->cancel };
  char            *from  = g_build_filename(job->place->folder, track, NULL);
  char            *to    = g_build_filename(job->folder, track, NULL);
  char            *above = g_path_get_dirname(to);
  char            *first = NULL;
  bool             done  = true;

  if (g_file_test(from, G_FILE_TEST_IS_REGULAR)) {
    done = folder_make(above, &first);
    if (!done)
      *error = g_strdup_printf(
        "%s: the folder cannot be made: %s.", above, g_strerror(errno));
    else
      done = folder_copy_file(from, to, &how, error) && folder_sync(above);
  }
  g_free(first);
  g_free(above);
  g_free(to);
  g_free(from);
  return done;
}

static bool
fill_new_place(Job *job, SessionLock **lock)
{
  *lock = lock_and_announce(job->keeper, job->folder, &job->error);
  if (!*lock)
    return false;
  for (guint i = 0; i < job->tracks->len; i++)
    if (!copy_track(job, job->tracks->pdata[i], &job->error))
      return false;
  return session_write(job->folder, job->text, &job->error);
}

static void
save_as(Job *job)
{
  SessionLock *lock  = NULL;
  char        *first = NULL;

  if (strcmp(job->folder, job->place->folder) == 0) {
    session_write(job->folder, job->text, &job->error);
    return;
  }
  if (g_file_test(job->folder, G_FILE_TEST_EXISTS))
    job->error = g_strdup_printf(
      "%s: is there already; choose another name for the session.",
      job->folder);
  else if (!folder_make(job->folder, &first))
    job->error = g_strdup_printf(
      "%s: the folder cannot be made: %s.", job->folder, g_strerror(errno));
  else if (fill_new_place(job, &lock)) {
    session_unlock(job->place->lock);
    g_free(job->place->folder);
    job->place->lock   = lock;
    job->place->folder = g_strdup(job->folder);
  } else {
    session_unlock(lock);
    folder_remove(job->folder);
    folder_unmake(job->folder, first);
  }
  g_free(first);
}

static void
open_place(Job *job)
{
  SessionLock *lock = NULL;

  job->place = NULL;
  if (!session_exists(job->folder))
    job->error = g_strdup_printf("%s: there is no session here; choose a "
                                 "folder that has a session.json.",
                                 job->folder);
  else
    lock = lock_and_announce(job->keeper, job->folder, &job->error);
  if (lock)
    job->desk = session_load(job->folder, &job->extra, &job->error);
  if (job->desk) {
    job->place         = g_new0(Place, 1);
    job->place->folder = g_strdup(job->folder);
    job->place->lock   = lock;
  } else {
    session_unlock(lock);
  }
}

static void
do_job(Job *job)
{
  switch (job->kind) {
  case JOB_SAVE:
    session_write(job->place->folder, job->text, &job->error);
    break;
  case JOB_SAVE_AS:
    save_as(job);
    break;
  case JOB_OPEN:
    open_place(job);
    break;
  case JOB_IMPORT:
    session_import(job->place->folder,
                   job->text,
                   &job->keeper->cancel,
                   &job->imported,
                   &job->error);
    break;
  case JOB_LEAVE:
    place_free(job->place);
    break;
  }
}

/* The next job; NULL when all that was asked for is done and no more comes. */
static Job *
wait_for_job(Keeper *keeper)
{
  pthread_mutex_lock(&keeper->lock);
  while (g_queue_is_empty(&keeper->asked) && !keeper->ending)
    pthread_cond_wait(&keeper->filled, &keeper->lock);
  Job *job = g_queue_pop_head(&keeper->asked);
  pthread_mutex_unlock(&keeper->lock);
  return job;
}

static void come_back(Control *control, void *self);

static void *
run_files(void *self)
{
  Keeper *keeper = self;
  Job    *job;

  pthread_setname_np(pthread_self(), "files");
  while ((job = wait_for_job(keeper))) {
    do_job(job);
    pthread_mutex_lock(&keeper->lock);
    g_queue_push_tail(&keeper->done, job);
    pthread_mutex_unlock(&keeper->lock);
    control_invoke(keeper->control, come_back, keeper);
  }
  return NULL;
}

/* --- on the control thread --- */

static Job *
job_new(Keeper *keeper, JobKind kind, const char *folder)
{
  Job *job    = g_new0(Job, 1);
  job->kind   = kind;
  job->keeper = keeper;
  job->place  = keeper->place;
  job->folder = g_strdup(folder);
  return job;
}

static void
push(Keeper *keeper, Job *job)
{
  pthread_mutex_lock(&keeper->lock);
  g_queue_push_tail(&keeper->asked, job);
  pthread_cond_signal(&keeper->filled);
  pthread_mutex_unlock(&keeper->lock);
}

/* Pushed last, so that nobody uses the place any more. */
static void
leave(Keeper *keeper, Place *place)
{
  Job *job   = job_new(keeper, JOB_LEAVE, NULL);
  job->place = place;
  push(keeper, job);
}

static void
say_where(Keeper *keeper)
{
  Status *status = control_status_edit(keeper->control);

  g_strlcpy(status->session, keeper->folder, sizeof status->session);
  if (keeper->port)
    g_snprintf(status->osc,
               sizeof status->osc,
               strchr(keeper->address, ':') ? "osc.udp://[%s]:%d"
                                            : "osc.udp://%s:%d",
               keeper->address,
               keeper->port);
  control_status_changed(keeper->control);
}

static void
saved(Keeper *keeper, const Job *job)
{
  Status *status = control_status_edit(keeper->control);

  status->saving = --keeper->saving > 0;
  if (job->error)
    status->modified = true;
  if (!job->error && job->kind == JOB_SAVE_AS &&
      strcmp(job->folder, keeper->folder) != 0) {
    char *cache = session_cache(job->folder);
    g_free(keeper->folder);
    keeper->folder = g_strdup(job->folder);
    keeper->desk.move(keeper->desk.self, keeper->folder, cache);
    g_free(cache);
  }
  say_where(keeper);
}

static char *
print(const Keeper *keeper)
{
  return session_print(control_desk(keeper->control), keeper->extra);
}

static void
push_save(Keeper *keeper, Job *job, char *text)
{
  Status *status = control_status_edit(keeper->control);

  job->text = text;
  keeper->saving++;
  status->saving   = true;
  status->modified = false;
  push(keeper, job);
  control_status_changed(keeper->control);
}

/* A desk that was built and is not wanted after all. */
static void
drop_opened(Keeper *keeper, Job *job)
{
  leave(keeper, job->place);
  job_free(job);
}

static void
replace_session(Keeper *keeper, Job *job)
{
  job->desk = NULL;
  leave(keeper, keeper->place);
  keeper->place = job->place;
  session_extra_free(keeper->extra);
  keeper->extra = g_steal_pointer(&job->extra);
  g_free(keeper->folder);
  keeper->folder = g_strdup(job->folder);
  say_where(keeper);
}

/* What was changed while the running desk was saved, it takes along. */
static void
open_desk(Keeper *keeper, Job *job)
{
  const bool modified = control_status(keeper->control)->modified;
  char      *text     = modified ? print(keeper) : NULL;
  Job       *last     = modified ? job_new(keeper, JOB_SAVE, NULL) : NULL;
  char      *cache    = session_cache(job->folder);
  char       reason[DESK_REASON];

  if (keeper->desk.open(
        keeper->desk.self, job->desk, job->folder, cache, reason)) {
    if (last)
      push_save(keeper, last, text);
    replace_session(keeper, job);
    job_free(job);
  } else {
    control_notice(keeper->control, "%s", reason);
    drop_opened(keeper, job);
    if (last)
      job_free(last);
    g_free(text);
  }
  g_free(cache);
}

/* The running desk is saved first, and stays where that fails. */
static void
opened(Keeper *keeper, Job *job)
{
  if (keeper->opening)
    drop_opened(keeper, g_steal_pointer(&keeper->opening));
  if (!control_status(keeper->control)->modified) {
    open_desk(keeper, job);
    return;
  }
  keeper->opening = job;
  push_save(keeper, job_new(keeper, JOB_SAVE, NULL), print(keeper));
}

static void
go_on_opening(Keeper *keeper, bool saved_well)
{
  Job *job = g_steal_pointer(&keeper->opening);

  if (job && saved_well)
    open_desk(keeper, job);
  else if (job)
    drop_opened(keeper, job);
}

static void
imported(Keeper *keeper, const Job *job)
{
  const Who who = { .origin = ORIGIN_COMMAND };
  char      reason[DESK_REASON];

  if (!imported_add(&job->imported, control_desk(keeper->control), who, reason))
    control_notice(keeper->control, "%s", reason);
}

static void
take(Keeper *keeper, Job *job)
{
  const bool good = !job->error;

  if (!good)
    control_notice(keeper->control, "%s", job->error);
  if (job->kind == JOB_OPEN && good) {
    opened(keeper, job);
    return;
  }
  if (job->kind == JOB_IMPORT && good)
    imported(keeper, job);
  if (job->kind == JOB_SAVE || job->kind == JOB_SAVE_AS) {
    saved(keeper, job);
    go_on_opening(keeper, good);
  }
  job_free(job);
}

static Job *
pop_done(Keeper *keeper)
{
  pthread_mutex_lock(&keeper->lock);
  Job *job = g_queue_pop_head(&keeper->done);
  pthread_mutex_unlock(&keeper->lock);
  return job;
}

static void
come_back(Control *control, void *self)
{
  Keeper *keeper = self;
  Job    *job;

  (void)control;
  while ((job = pop_done(keeper)))
    take(keeper, job);
}

/* --- what is asked for --- */

/* The strips' recordings that lie in the session's folder, each once. */
static GPtrArray *
own_tracks(const Desk *desk)
{
  GHashTable *seen   = g_hash_table_new(g_str_hash, g_str_equal);
  GPtrArray  *tracks = g_ptr_array_new_with_free_func(g_free);

  for (unsigned k = 0; k < desk_count(desk, OWNER_STRIP); k++) {
    const unsigned number = desk_nth(desk, OWNER_STRIP, k);
    const char    *track =
      desk_get_text(desk, desk_address(OWNER_STRIP, number, CELL_TRACK));
    char *path = session_track_path("", track);

    if (*track && !g_path_is_absolute(track) && g_hash_table_add(seen, path))
      g_ptr_array_add(tracks, path);
    else
      g_free(path);
  }
  g_hash_table_destroy(seen);
  return tracks;
}

void
keeper_save(Keeper *keeper, const char *folder)
{
  char *name = folder ? g_canonicalize_filename(folder, NULL) : NULL;
  Job  *job  = job_new(keeper, name ? JOB_SAVE_AS : JOB_SAVE, name);

  if (name)
    job->tracks = own_tracks(control_desk(keeper->control));
  push_save(keeper, job, print(keeper));
  g_free(name);
}

void
keeper_open(Keeper *keeper, const char *folder)
{
  char *name = g_canonicalize_filename(folder, NULL);

  push(keeper, job_new(keeper, JOB_OPEN, name));
  g_free(name);
}

void
keeper_import(Keeper *keeper, const char *file)
{
  Job *job = job_new(keeper, JOB_IMPORT, NULL);

  job->text = g_strdup(file);
  push(keeper, job);
}

/* --- life --- */

Keeper *
keeper_new(const char *folder, Desk **desk, char **error)
{
  Keeper *keeper = g_new0(Keeper, 1);

  *desk                 = NULL;
  keeper->folder        = g_canonicalize_filename(folder, NULL);
  keeper->place         = g_new0(Place, 1);
  keeper->place->folder = g_strdup(keeper->folder);
  if (!session_exists(folder))
    *error = g_strdup_printf("%s: there is no session here; `consort new` or "
                             "`consort demo` makes one.",
                             folder);
  else if ((keeper->place->lock = session_lock(folder, NULL, error)))
    *desk = session_load(folder, &keeper->extra, error);
  if (*desk)
    return keeper;
  keeper_free(keeper);
  return NULL;
}

void
keeper_announce(Keeper *keeper, Control *control, const char *address, int port)
{
  keeper->control = control;
  keeper->address = g_strdup(address);
  keeper->port    = port;
  session_lock_announce(keeper->place->lock, address, port);
  say_where(keeper);
}

int
keeper_start(Keeper *keeper, Control *control, const KeeperDesk *desk)
{
  keeper->control = control;
  keeper->desk    = *desk;
  const int error = pthread_create(&keeper->thread, NULL, run_files, keeper);
  keeper->runs    = error == 0;
  return error;
}

static void
stop_files(Keeper *keeper)
{
  atomic_store(&keeper->cancel, true);
  pthread_mutex_lock(&keeper->lock);
  keeper->ending = true;
  pthread_cond_signal(&keeper->filled);
  pthread_mutex_unlock(&keeper->lock);
  pthread_join(keeper->thread, NULL);
  keeper->runs = false;
}

/* A session that was just being opened is not the desk's any more. */
static void
forget_opened(Job *job)
{
  place_free(job->place);
  job_free(job);
}

bool
keeper_finish(Keeper *keeper, char **error)
{
  bool done = true;
  Job *job;

  if (!keeper->runs)
    return true;
  stop_files(keeper);
  if (keeper->opening)
    forget_opened(g_steal_pointer(&keeper->opening));
  while ((job = pop_done(keeper)))
    if (job->kind == JOB_OPEN)
      forget_opened(job);
    else
      take(keeper, job);
  if (control_status(keeper->control)->modified) {
    char *text = print(keeper);
    done       = session_write(keeper->place->folder, text, error);
    g_free(text);
  }
  return done;
}

void
keeper_free(Keeper *keeper)
{
  if (!keeper)
    return;
  place_free(keeper->place);
  pthread_cond_destroy(&keeper->filled);
  pthread_mutex_destroy(&keeper->lock);
  session_extra_free(keeper->extra);
  g_free(keeper->address);
  g_free(keeper->folder);
  g_free(keeper);
}
