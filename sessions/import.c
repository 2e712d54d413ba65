/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two mono files of a pair become one stereo file in the session's folder;
   where files are linked to instead, they become two strips that move as one.
   A new session is made in a folder beside its own and renamed when it is
   complete. */

#include "sessions/import.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/tracks/audiofile.h"
#include "engine/tracks/writer.h"
#include "sessions/folder.h"
#include "sessions/import-name.h"
#include "sessions/session.h"

static const Who importer = { .origin = ORIGIN_LOADER };

/* A strip to be: one file, or the two of a pair. */
typedef struct Source {
  const char   *file;
  const char   *right; /* NULL: no pair */
  char         *base;  /* the stem without its side */
  char          side;  /* 'L', 'R' or 0 */
  bool          taken; /* by its left side */
  AudioFileInfo info;
  AudioFileInfo right_info;
} Source;

typedef struct Import {
  const char *folder;  /* where the audio goes */
  GArray     *sources; /* Source */
  FolderCopy  copy;
  double      bytes; /* all there are to be copied, */
  double      copied;
  void (*progress)(void *, double);
  void  *self;
  char **error;
} Import;

/* --- what is there --- */

static void
count_copied(void *self, size_t bytes)
{
  Import *import = self;

  import->copied += (double)bytes;
  if (import->progress && import->bytes > 0.0)
    import->progress(import->self, MIN(import->copied / import->bytes, 1.0));
}

static double
size_of(const char *file)
{
  struct stat status;

  return stat(file, &status) == 0 ? (double)status.st_size : 0.0;
}

static bool
probe(const Import *import, const char *file, AudioFileInfo *info)
{
  char *error = NULL;

  if (audiofile_probe(file, info, &error))
    return true;
  *import->error = g_strdup_printf("%s.", error);
  free(error);
  return false;
}

static void
clear_source(gpointer source)
{
  g_free(((Source *)source)->base);
}

static bool
add_source(Import *import, const char *file)
{
  Source source = { .file = file };

  if (!probe(import, file, &source.info))
    return false;
  source.base = import_name_stem(file);
  source.side = import_name_cut_side(source.base);
  import->bytes += size_of(file);
  g_array_append_val(import->sources, source);
  return true;
}

static Source *
source_at(const Import *import, guint index)
{
  return &g_array_index(import->sources, Source, index);
}

/* What is cut short is left as it is, so that its strip can say so. */
static bool
is_half(const Source *source, char side)
{
  return source->side == side && !source->taken && !source->right &&
         source->info.channels == 1 && source->info.missing == 0;
}

static bool
same_folder(const char *a, const char *b)
{
  char      *x    = g_path_get_dirname(a);
  char      *y    = g_path_get_dirname(b);
  const bool same = strcmp(x, y) == 0;

  g_free(x);
  g_free(y);
  return same;
}

/* The right side may stand anywhere, wherever natural order put it. */
static Source *
find_right(const Import *import, const Source *left)
{
  for (guint i = 0; i < import->sources->len; i++) {
    Source *right = source_at(import, i);
    if (is_half(right, 'R') && right->info.rate == left->info.rate &&
        g_ascii_strcasecmp(left->base, right->base) == 0 &&
        same_folder(left->file, right->file))
      return right;
  }
  return NULL;
}

static void
join_pairs(Import *import)
{
  for (guint i = 0; i < import->sources->len; i++) {
    Source *left  = source_at(import, i);
    Source *right = is_half(left, 'L') ? find_right(import, left) : NULL;
    if (!right)
      continue;
    right->taken     = true;
    left->right      = right->file;
    left->right_info = right->info;
  }
  for (guint i = import->sources->len; i-- > 0;)
    if (source_at(import, i)->taken)
      g_array_remove_index(import->sources, i);
}

static int
compare_files(gconstpointer a, gconstpointer b)
{
  return import_name_compare(*(const char *const *)a, *(const char *const *)b);
}

static bool
collect(Import *import, const char *const *files, int count)
{
  GPtrArray *sorted = g_ptr_array_new();
  bool       good   = true;

  for (int i = 0; i < count; i++)
    g_ptr_array_add(sorted, (char *)files[i]);
  g_ptr_array_sort(sorted, compare_files);
  for (guint i = 0; i < sorted->len && good; i++)
    good = add_source(import, sorted->pdata[i]);
  g_ptr_array_free(sorted, TRUE);
  if (good)
    join_pairs(import);
  return good;
}

static int
common_rate(const Import *import)
{
  int rate = 48000;
  int most = 0;

  for (guint i = 0; i < import->sources->len; i++) {
    const int mine  = source_at(import, i)->info.rate;
    int       count = 0;
    for (guint k = 0; k < import->sources->len; k++)
      count += source_at(import, k)->info.rate == mine;
    if (count > most) {
      most = count;
      rate = mine;
    }
  }
  return rate;
}

/* Strips that a recording of so many channels takes. */
static int
strips_for(int channels)
{
  return channels > 2 ? channels : 1;
}

/* Before gigabytes are copied. */
static bool
check_room(const Import *import, bool link)
{
  int strips = 0;

  for (guint i = 0; i < import->sources->len; i++) {
    const Source *source = source_at(import, i);
    strips += source->right && link ? 2 : strips_for(source->info.channels);
  }
  if (strips <= MAX_INPUTS)
    return true;
  *import->error = g_strdup_printf("these files need %d strips, and a desk "
                                   "holds %d; make more than one session.",
                                   strips,
                                   MAX_INPUTS);
  return false;
}

/* --- copying --- */

/* A name in folder/audio that nobody has yet. */
static char *
free_name(const Import *import, const char *file, const char *ending)
{
  for (int i = 1;; i++) {
    char      *base  = import_name_file(file, ending, i);
    char      *name  = g_build_filename("audio", base, NULL);
    char      *path  = g_build_filename(import->folder, name, NULL);
    const bool taken = g_file_test(path, G_FILE_TEST_EXISTS);
    g_free(base);
    g_free(path);
    if (!taken)
      return name;
    g_free(name);
  }
}

/* The two legs of a pair on their way into one file. */
typedef struct Pair {
  const Source *source;
  AudioFile    *file[2];
  int64_t       frames[2];
  AudioWriter  *writer;
  char         *error; /* free() */
} Pair;

enum { FRAMES = 8192 };

static bool
read_leg(Pair *pair, int leg, int64_t at, int count, float *stereo)
{
  float     mono[FRAMES];
  const int there = (int)CLAMP(pair->frames[leg] - at, 0, count);

  if (there > 0 && audiofile_read(pair->file[leg], at, there, mono) != there) {
    const char *name = leg ? pair->source->right : pair->source->file;
    if (asprintf(&pair->error,
                 "%s: cannot be read to its end; copy or record it again",
                 name) < 0)
      pair->error = NULL;
    return false;
  }
  for (int i = 0; i < count; i++)
    stereo[2 * i + leg] = i < there ? mono[i] : 0.0f;
  return true;
}

static bool
pour_pair(const Import *import, Pair *pair)
{
  const int64_t frames = MAX(pair->frames[0], pair->frames[1]);
  float        *stereo = g_new(float, 2 * FRAMES);
  bool          good   = true;

  for (int64_t at = 0; good && at < frames; at += FRAMES) {
    const int count = (int)MIN(FRAMES, frames - at);
    good = !(import->copy.cancel && atomic_load(import->copy.cancel));
    for (int leg = 0; leg < 2; leg++)
      good = good && read_leg(pair, leg, at, count, stereo);
    good = good && writer_write(pair->writer, stereo, count);
  }
  g_free(stereo);
  return good;
}

static bool
open_pair(Pair *pair, const char *path)
{
  const AudioFileInfo *left  = &pair->source->info;
  const AudioFileInfo *right = &pair->source->right_info;
  AudioFileInfo        info;
  const bool fits = left->lossless && left->bits <= 24 && !left->is_float &&
                    right->lossless && right->bits <= 24 && !right->is_float;

  pair->frames[0] = left->frames;
  pair->frames[1] = right->frames;
  pair->file[0]   = audiofile_open(pair->source->file, &info, &pair->error);
  if (pair->file[0])
    pair->file[1] = audiofile_open(pair->source->right, &info, &pair->error);
  if (pair->file[1])
    pair->writer = writer_open(
      path, left->rate, 2, fits ? WRITER_24 : WRITER_FLOAT, &pair->error);
  return pair->writer != NULL;
}

static bool
merge(Import *import, const Source *source, const char *path)
{
  Pair pair = { .source = source };
  bool done = false;

  if (open_pair(&pair, path)) {
    done = pour_pair(import, &pair);
    if (done || !pair.error)
      done = writer_close(pair.writer, &pair.error) && done;
    else
      writer_cancel(pair.writer);
  }
  if (!done) {
    *import->error = pair.error ? g_strdup_printf("%s.", pair.error)
                                : g_strdup_printf("%s: stopped.", path);
    g_unlink(path);
  } else {
    count_copied(import,
                 (size_t)(size_of(source->file) + size_of(source->right)));
  }
  free(pair.error);
  audiofile_close(pair.file[0]);
  audiofile_close(pair.file[1]);
  return done;
}

/* Brings a source into the session; returns its track's text. */
static char *
bring_in(Import *import, const Source *source)
{
  char *track = free_name(import, source->file, source->right ? ".wav" : NULL);
  char *path  = g_build_filename(import->folder, track, NULL);
  const bool done =
    source->right
      ? merge(import, source, path)
      : folder_copy_file(source->file, path, &import->copy, import->error);

  g_free(path);
  if (!done)
    g_clear_pointer(&track, g_free);
  return track;
}

/* The text of a track that stays where it is. */
static char *
leave_there(const Import *import, const char *file)
{
  char *track = g_canonicalize_filename(file, NULL);

  if (import_name_is_track(track))
    return track;
  *import->error = g_strdup_printf(
    "%s: a session cannot hold this name, for it ends like a channel's number "
    "or has signs that are no text; rename the file, or leave --link out.",
    file);
  g_free(track);
  return NULL;
}

/* --- the desk --- */

static unsigned
add_strip(Desk       *desk,
          Who         who,
          const char *name,
          const char *track,
          int         channels,
          char        reason[DESK_REASON])
{
  const unsigned number = desk_add(desk, OWNER_STRIP, 0, who, reason);
  const Address  strip  = desk_address(OWNER_STRIP, number, 0);
  Address        at     = strip;

  if (!number)
    return 0;
  at.cell = CELL_CHANNELS;
  desk_set(desk, at, channels == 1 ? 1.0 : 2.0, who, NULL);
  at.cell = CELL_NAME;
  desk_set_text(desk, at, name, who, NULL);
  at.cell = CELL_TRACK;
  return desk_set_text(desk, at, track, who, reason) ? number : 0;
}

/* A recording of many channels: a mono strip for each. */
static bool
add_recording(Desk       *desk,
              Who         who,
              const char *stem,
              const char *track,
              int         channels,
              char        reason[DESK_REASON])
{
  const bool many = channels > 2;
  bool       done = true;

  for (int i = 1; done && i <= strips_for(channels); i++) {
    char *suffix = many ? g_strdup_printf(" %d", i) : g_strdup("");
    char *part   = many ? g_strdup_printf("%s#%d", track, i) : g_strdup(track);
    char *name   = import_name_strip(stem, suffix);

    done = add_strip(desk, who, name, part, many ? 1 : channels, reason) != 0;
    g_free(suffix);
    g_free(part);
    g_free(name);
  }
  return done;
}

/* A pair that stays where it is: two strips that move as one. */
static bool
add_linked_pair(const Import *import, Desk *desk, const Source *source)
{
  const char *files[2]    = { source->file, source->right };
  const char *suffixes[2] = { " L", " R" };
  unsigned    number[2]   = { 0 };
  char        reason[DESK_REASON], partner[16];

  for (int side = 0; side < 2; side++) {
    char *track = leave_there(import, files[side]);
    char *name  = import_name_strip(source->base, suffixes[side]);
    if (track)
      number[side] = add_strip(desk, importer, name, track, 1, reason);
    g_free(name);
    g_free(track);
    if (!number[side])
      return false;
    desk_set(desk,
             desk_address(OWNER_STRIP, number[side], CELL_PAN),
             side ? 100.0 : -100.0,
             importer,
             NULL);
  }
  g_snprintf(partner, sizeof partner, "strip/%u", number[1]);
  return desk_set_text(desk,
                       desk_address(OWNER_STRIP, number[0], CELL_LINK),
                       partner,
                       importer,
                       reason);
}

static bool
add_to_desk(Import *import, bool link, Desk *desk, const Source *source)
{
  char  reason[DESK_REASON] = "";
  char *stem =
    source->right ? g_strdup(source->base) : import_name_stem(source->file);
  char *track = NULL;
  bool  done  = false;

  if (link && source->right)
    done = add_linked_pair(import, desk, source);
  else
    track = link ? leave_there(import, source->file) : bring_in(import, source);
  if (track)
    done = add_recording(desk,
                         importer,
                         stem,
                         track,
                         source->right ? 2 : source->info.channels,
                         reason);
  if (!done && !*import->error)
    *import->error = g_strdup_printf("%s: %s", source->file, reason);
  g_free(track);
  g_free(stem);
  return done;
}

static bool
fill(Import *import, bool link, Desk *desk)
{
  desk_set(desk,
           desk_address(OWNER_DESK, 0, CELL_RATE),
           common_rate(import),
           importer,
           NULL);
  for (guint i = 0; i < import->sources->len; i++)
    if (!add_to_desk(import, link, desk, source_at(import, i)))
      return false;
  return true;
}

/* --- a new session --- */

static void
import_init(Import *import, const _Atomic bool *cancel, char **error)
{
  *import         = (Import){ .error = error };
  import->copy    = (FolderCopy){ cancel, count_copied, import };
  import->sources = g_array_new(FALSE, FALSE, sizeof(Source));
  g_array_set_clear_func(import->sources, clear_source);
  *error = NULL;
}

static bool
make_audio_folder(const Import *import, char **first)
{
  char *audio = g_build_filename(import->folder, "audio", NULL);
  bool  made  = folder_make(audio, first);

  if (!made)
    *import->error = g_strdup_printf(
      "%s: the folder cannot be made: %s.", audio, g_strerror(errno));
  g_free(audio);
  return made;
}

static bool
sync_audio(const Import *import)
{
  char *audio = g_build_filename(import->folder, "audio", NULL);
  bool  done  = folder_sync(audio);

  if (!done)
    *import->error = g_strdup_printf(
      "%s: cannot be made durable: %s.", audio, g_strerror(errno));
  g_free(audio);
  return done;
}

/* Everything but its name. */
static bool
build(Import *import, bool link)
{
  Desk *desk = desk_new();
  bool  done = fill(import, link, desk) && sync_audio(import);

  if (done) {
    char *text = session_print(desk, NULL);
    done       = session_write(import->folder, text, import->error);
    g_free(text);
  }
  desk_free(desk);
  return done;
}

static bool
give_name(const Import *import, const char *name)
{
  char *above = g_path_get_dirname(name);
  bool  done  = rename(import->folder, name) == 0 && folder_sync(above);

  if (!done)
    *import->error = g_strdup_printf(
      "%s: the folder cannot be made: %s.", name, g_strerror(errno));
  g_free(above);
  return done;
}

static bool
make_session(Import *import, const char *name, bool link)
{
  char *temporary = g_strdup_printf("%s.part-%d", name, (int)getpid());
  char *first     = NULL;

  import->folder = temporary;
  bool done      = make_audio_folder(import, &first) && build(import, link) &&
              give_name(import, name);
  if (!done && first) {
    folder_remove(temporary);
    char *above = g_path_get_dirname(temporary);
    if (strcmp(first, temporary) != 0)
      folder_unmake(above, first);
    g_free(above);
  }
  g_free(first);
  g_free(temporary);
  return done;
}

/* Without slashes at its end, so that it can be renamed to. */
static char *
plain_name(const char *folder)
{
  char  *name   = g_strdup(folder);
  size_t length = strlen(name);

  while (length > 1 && name[length - 1] == '/')
    name[--length] = '\0';
  return name;
}

bool
session_new(const ImportOrder *order, char **error)
{
  Import import;
  char  *name = plain_name(order->folder);
  bool   done = false;

  import_init(&import, order->cancel, error);
  import.progress = order->progress;
  import.self     = order->self;
  if (!*name || g_file_test(name, G_FILE_TEST_EXISTS))
    *error = g_strdup_printf(
      "%s: is there already; choose another name for the session.", name);
  else
    done = collect(&import, order->files, order->count) &&
           check_room(&import, order->link) &&
           make_session(&import, name, order->link);
  g_array_free(import.sources, TRUE);
  g_free(name);
  return done;
}

/* --- into one that is there --- */

bool
session_import(const char         *folder,
               const char         *file,
               const _Atomic bool *cancel,
               Imported           *imported,
               char              **error)
{
  Import import;
  char  *first = NULL;

  import_init(&import, cancel, error);
  import.folder = folder;
  *imported     = (Imported){ 0 };
  if (add_source(&import, file) && make_audio_folder(&import, &first)) {
    const Source *source = source_at(&import, 0);
    imported->track      = bring_in(&import, source);
    imported->name       = import_name_stem(file);
    imported->channels   = source->info.channels;
    if (imported->track && !sync_audio(&import))
      g_clear_pointer(&imported->track, g_free);
  }
  g_array_free(import.sources, TRUE);
  g_free(first);
  return imported->track != NULL;
}

void
imported_clear(Imported *imported)
{
  g_clear_pointer(&imported->track, g_free);
  g_clear_pointer(&imported->name, g_free);
}

bool
imported_add(const Imported *imported,
             Desk           *desk,
             Who             who,
             char            reason[DESK_REASON])
{
  return add_recording(
    desk, who, imported->name, imported->track, imported->channels, reason);
}
