/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two mono files of a pair become one stereo file in the session's folder;
   where files are linked to instead, they become two strips that move as one.
 */

#include "sessions/import.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/tracks/audiofile.h"
#include "engine/tracks/writer.h"
#include "sessions/session.h"

static const Who importer = { .origin = ORIGIN_LOADER };

/* A strip to be: one file, or the two of a pair. */
typedef struct Source {
  const char   *file;
  const char   *right; /* NULL: no pair */
  char         *name;
  AudioFileInfo info;
  AudioFileInfo right_info;
} Source;

typedef struct Import {
  const char *folder;
  bool        link;
  GArray     *sources; /* Source */
  void (*progress)(void *, double);
  void  *self;
  char **error;
} Import;

/* --- names --- */

/* As people count: digits by their value, the rest by letter. */
static int
natural(const char *a, const char *b)
{
  while (*a && *b) {
    if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
      const guint64 x = g_ascii_strtoull(a, (char **)&a, 10);
      const guint64 y = g_ascii_strtoull(b, (char **)&b, 10);
      if (x != y)
        return x < y ? -1 : 1;
      continue;
    }
    const int x = g_ascii_tolower(*a++), y = g_ascii_tolower(*b++);
    if (x != y)
      return x - y;
  }
  return (unsigned char)*a - (unsigned char)*b;
}

static int
compare_files(gconstpointer a, gconstpointer b)
{
  char     *x     = g_path_get_basename(*(const char *const *)a);
  char     *y     = g_path_get_basename(*(const char *const *)b);
  const int order = natural(x, y);

  g_free(x);
  g_free(y);
  return order;
}

/* The file's name without folder and ending. */
static char *
stem_of(const char *file)
{
  char *stem = g_path_get_basename(file);
  char *dot  = strrchr(stem, '.');

  if (dot && dot != stem)
    *dot = '\0';
  return stem;
}

/* Which side of a pair a stem names, by its end: 'L', 'R' or 0; cuts it off. */
static char
cut_side(char *stem)
{
  static const struct {
    const char *end;
    char        side;
  } ends[] = { { "left", 'L' }, { "right", 'R' }, { "l", 'L' }, { "r", 'R' } };

  for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
    const size_t length = strlen(stem), end = strlen(ends[i].end);
    if (length < end + 2 || !strchr("-_. ", stem[length - end - 1]) ||
        g_ascii_strcasecmp(stem + length - end, ends[i].end) != 0)
      continue;
    stem[length - end - 1] = '\0';
    return ends[i].side;
  }
  return 0;
}

/* "01-lead_guitar" is Lead guitar. */
static char *
strip_name(const char *stem)
{
  const char *from = stem;

  while (g_ascii_isdigit(*from))
    from++;
  from += from > stem ? strspn(from, "-_. ") : 0;
  char *name = g_utf8_make_valid(*from ? from : stem, -1);
  for (char *at = name; *at; at++)
    if (*at == '_' || *at == '-' || g_ascii_iscntrl(*at))
      *at = ' ';
  g_strstrip(name);
  *name = g_ascii_toupper(*name);
  if (g_utf8_strlen(name, -1) > 64)
    *g_utf8_offset_to_pointer(name, 64) = '\0';
  return name;
}

/* --- what is there --- */

static bool
probe(const Import *import, const char *file, AudioFileInfo *info)
{
  char *error = NULL;

  if (audiofile_probe(file, info, &error))
    return true;
  *import->error = g_strdup(error);
  free(error);
  return false;
}

static bool
is_pair(const char *left, const char *right)
{
  char      *a = stem_of(left), *b = stem_of(right);
  const char x = cut_side(a), y = cut_side(b);
  const bool pair = x == 'L' && y == 'R' && g_ascii_strcasecmp(a, b) == 0;

  g_free(a);
  g_free(b);
  return pair;
}

static bool
add_source(Import *import, const char *file)
{
  Source source = { .file = file };
  char  *stem   = stem_of(file);

  source.name = strip_name(stem);
  g_free(stem);
  g_array_append_val(import->sources, source);
  return probe(
    import,
    file,
    &g_array_index(import->sources, Source, import->sources->len - 1).info);
}

/* Finds the right side of a left one among the files that came before or after
   it, wherever natural order put it. */
static void
join_pairs(Import *import)
{
  GArray *sources = import->sources;

  for (guint i = 0; i < sources->len; i++)
    for (guint k = 0; k < sources->len; k++) {
      Source *left  = &g_array_index(sources, Source, i);
      Source *right = &g_array_index(sources, Source, k);

      if (i == k || left->right || left->info.channels != 1 ||
          right->info.channels != 1 || left->info.rate != right->info.rate ||
          !is_pair(left->file, right->file))
        continue;
      char *stem = stem_of(left->file);
      cut_side(stem);
      g_free(left->name);
      left->name       = strip_name(stem);
      left->right      = right->file;
      left->right_info = right->info;
      g_free(stem);
      g_free(right->name);
      g_array_remove_index(sources, k);
      i -= k < i;
      break;
    }
}

static int
common_rate(const GArray *sources)
{
  int rate = 48000;
  int most = 0;

  for (guint i = 0; i < sources->len; i++) {
    const int mine  = g_array_index(sources, Source, i).info.rate;
    int       count = 0;
    for (guint k = 0; k < sources->len; k++)
      count += g_array_index(sources, Source, k).info.rate == mine;
    if (count > most) {
      most = count;
      rate = mine;
    }
  }
  return rate;
}

/* --- copying --- */

static bool
copy_bytes(int from, int to)
{
  char    buffer[65536];
  ssize_t got;

  while ((got = read(from, buffer, sizeof buffer)) > 0)
    for (ssize_t at = 0; at < got;) {
      const ssize_t n = write(to, buffer + at, (size_t)(got - at));
      if (n <= 0)
        return false;
      at += n;
    }
  return got == 0 && fsync(to) == 0;
}

static bool
copy_file(const char *from, const char *to, char **error)
{
  const int in = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const int out =
    in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  bool done = out >= 0 && copy_bytes(in, out);

  if (out >= 0 && close(out) != 0)
    done = false;
  if (!done) {
    *error = g_strdup_printf(
      "%s: could not be copied to %s: %s.", from, to, g_strerror(errno));
    if (out >= 0)
      unlink(to);
  }
  if (in >= 0)
    close(in);
  return done;
}

/* A name in folder/audio that nobody has yet. */
static char *
free_name(const char *folder, const char *wanted, const char *ending)
{
  for (int i = 1;; i++) {
    char      *name  = i == 1 ? g_strdup_printf("audio/%s%s", wanted, ending)
                              : g_strdup_printf("audio/%s %d%s", wanted, i, ending);
    char      *path  = g_build_filename(folder, name, NULL);
    const bool taken = g_file_test(path, G_FILE_TEST_EXISTS);
    g_free(path);
    if (!taken)
      return name;
    g_free(name);
  }
}

static char *
name_for(const char *folder, const char *file, const char *ending)
{
  char *base = g_path_get_basename(file);
  char *stem = stem_of(file);
  char *dot  = strrchr(base, '.');
  char *name = free_name(folder,
                         stem,
                         ending               ? ending
                         : dot && dot != base ? dot
                                              : "");

  g_free(base);
  g_free(stem);
  return name;
}

/* A # in a name would be read as a channel. */
static void
escape_hash(char *name)
{
  for (char *at = name; *at; at++)
    if (*at == '#')
      *at = '_';
}

static bool
merge(const Source *source, const char *path, char **error)
{
  enum { FRAMES = 8192 };
  AudioFileInfo info;
  char         *fault = NULL;
  AudioFile    *side[2];
  float        *mono   = g_new(float, FRAMES);
  float        *stereo = g_new(float, 2 * FRAMES);
  const bool    floats = source->info.is_float || source->right_info.is_float;
  AudioWriter  *writer = NULL;
  bool          done   = false;

  side[0] = audiofile_open(source->file, &info, &fault);
  side[1] = side[0] ? audiofile_open(source->right, &info, &fault) : NULL;
  if (side[1])
    writer = writer_open(
      path, source->info.rate, 2, floats ? WRITER_FLOAT : WRITER_24, &fault);
  if (writer) {
    const int64_t frames = MAX(source->info.frames, source->right_info.frames);
    done                 = true;
    for (int64_t at = 0; done && at < frames; at += FRAMES) {
      const int n = (int)MIN(FRAMES, frames - at);
      for (int leg = 0; leg < 2; leg++) {
        memset(mono, 0, FRAMES * sizeof *mono);
        audiofile_read(side[leg], at, n, mono);
        for (int i = 0; i < n; i++)
          stereo[2 * i + leg] = mono[i];
      }
      done = writer_write(writer, stereo, n);
    }
    done = writer_close(writer, &fault) && done;
  }
  if (!done) {
    *error = g_strdup(fault ? fault : "the pair could not be joined.");
    free(fault);
  }
  audiofile_close(side[0]);
  audiofile_close(side[1]);
  g_free(mono);
  g_free(stereo);
  return done;
}

/* Brings a source into the session; returns its track's text. */
static char *
bring_in(const Import *import, const Source *source)
{
  char *track = source->right ? name_for(import->folder, source->file, ".wav")
                              : name_for(import->folder, source->file, NULL);

  escape_hash(track);
  char      *path = g_build_filename(import->folder, track, NULL);
  const bool done = source->right
                      ? merge(source, path, import->error)
                      : copy_file(source->file, path, import->error);
  g_free(path);
  if (!done)
    g_clear_pointer(&track, g_free);
  return track;
}

/* --- the desk --- */

static unsigned
add_strip(Desk *desk, const char *name, const char *track, int channels)
{
  const unsigned number = desk_add(desk, OWNER_STRIP, 0, importer, NULL);

  if (number) {
    desk_set(desk,
             desk_address(OWNER_STRIP, number, CELL_CHANNELS),
             channels == 1 ? 1.0 : 2.0,
             importer,
             NULL);
    desk_set_text(
      desk, desk_address(OWNER_STRIP, number, CELL_NAME), name, importer, NULL);
    desk_set_text(desk,
                  desk_address(OWNER_STRIP, number, CELL_TRACK),
                  track,
                  importer,
                  NULL);
  }
  return number;
}

static void
pan(Desk *desk, unsigned number, double where)
{
  desk_set(
    desk, desk_address(OWNER_STRIP, number, CELL_PAN), where, importer, NULL);
}

/* A pair that stays where it is: two strips that move as one. */
static bool
add_linked_pair(Desk *desk, const Source *source)
{
  char          *left     = g_canonicalize_filename(source->file, NULL);
  char          *right    = g_canonicalize_filename(source->right, NULL);
  char          *names[2] = { g_strdup_printf("%.60s L", source->name),
                              g_strdup_printf("%.60s R", source->name) };
  const unsigned first    = add_strip(desk, names[0], left, 1);
  const unsigned second   = add_strip(desk, names[1], right, 1);
  char           partner[16];

  g_snprintf(partner, sizeof partner, "strip/%u", second);
  if (first && second) {
    pan(desk, first, -100.0);
    pan(desk, second, 100.0);
    desk_set_text(desk,
                  desk_address(OWNER_STRIP, first, CELL_LINK),
                  partner,
                  importer,
                  NULL);
  }
  g_free(names[0]);
  g_free(names[1]);
  g_free(left);
  g_free(right);
  return first && second;
}

static bool
add_to_desk(const Import *import, Desk *desk, const Source *source)
{
  if (import->link && source->right)
    return add_linked_pair(desk, source);

  const int channels = source->right ? 2 : source->info.channels;
  char     *track = import->link ? g_canonicalize_filename(source->file, NULL)
                                 : bring_in(import, source);
  if (!track)
    return false;
  bool done = true;
  if (channels <= 2) {
    done = add_strip(desk, source->name, track, channels) != 0;
  } else {
    /* A recording of many channels: a mono strip for each. */
    for (int i = 1; i <= channels && done; i++) {
      char *part = g_strdup_printf("%s#%d", track, i);
      char *name = g_strdup_printf("%.58s %d", source->name, i);
      done       = add_strip(desk, name, part, 1) != 0;
      g_free(part);
      g_free(name);
    }
  }
  g_free(track);
  if (!done && !*import->error)
    *import->error = g_strdup_printf(
      "%s: the desk holds %d strips, and there is no room for more.",
      source->file,
      MAX_INPUTS);
  return done;
}

static bool
fill(const Import *import, Desk *desk)
{
  desk_set(desk,
           desk_address(OWNER_DESK, 0, CELL_RATE),
           common_rate(import->sources),
           importer,
           NULL);
  for (guint i = 0; i < import->sources->len; i++) {
    if (!add_to_desk(import, desk, &g_array_index(import->sources, Source, i)))
      return false;
    if (import->progress)
      import->progress(import->self,
                       (double)(i + 1) / (double)import->sources->len);
  }
  return true;
}

/* --- a new session --- */

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

static void
remove_folder(const char *folder)
{
  static const char *const parts[] = { "audio", "." };

  for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
    char       *path = g_build_filename(folder, parts[i], NULL);
    GDir       *dir  = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
      char *file = g_build_filename(path, name, NULL);
      unlink(file);
      g_free(file);
    }
    if (dir)
      g_dir_close(dir);
    g_rmdir(i == 0 ? path : folder);
    g_free(path);
  }
}

static bool
make_folder(const char *folder, char **error)
{
  char *audio = g_build_filename(folder, "audio", NULL);
  bool  made  = false;

  if (g_file_test(folder, G_FILE_TEST_EXISTS))
    *error = g_strdup_printf(
      "%s: is there already; choose another name for the session.", folder);
  else if (g_mkdir_with_parents(audio, 0755) != 0)
    *error = g_strdup_printf(
      "%s: the folder cannot be made: %s.", folder, g_strerror(errno));
  else
    made = true;
  g_free(audio);
  return made;
}

static void
free_sources(GArray *sources)
{
  for (guint i = 0; i < sources->len; i++)
    g_free(g_array_index(sources, Source, i).name);
  g_array_free(sources, TRUE);
}

bool
session_new(const char        *folder,
            const char *const *files,
            int                count,
            bool               link,
            void (*progress)(void *, double),
            void  *self,
            char **error)
{
  Import import = { .folder   = folder,
                    .link     = link,
                    .sources  = g_array_new(FALSE, TRUE, sizeof(Source)),
                    .progress = progress,
                    .self     = self,
                    .error    = error };
  bool   done   = collect(&import, files, count) && make_folder(folder, error);

  if (done) {
    Desk *desk = desk_new();
    done       = fill(&import, desk);
    if (done) {
      char *text = session_print(desk, NULL);
      done       = session_write(folder, text, error);
      g_free(text);
    }
    desk_free(desk);
    if (!done)
      remove_folder(folder);
  }
  free_sources(import.sources);
  return done;
}

bool
session_import(const char *folder,
               const char *file,
               char      **track,
               char      **name,
               int        *channels,
               char      **error)
{
  Import import = { .folder  = folder,
                    .sources = g_array_new(FALSE, TRUE, sizeof(Source)),
                    .error   = error };
  char  *audio  = g_build_filename(folder, "audio", NULL);
  bool   done   = add_source(&import, file);

  if (done && g_mkdir_with_parents(audio, 0755) != 0) {
    *error = g_strdup_printf(
      "%s: the folder cannot be made: %s.", audio, g_strerror(errno));
    done = false;
  }
  if (done) {
    const Source *source = &g_array_index(import.sources, Source, 0);
    *track               = bring_in(&import, source);
    done                 = *track != NULL;
    *name                = g_strdup(source->name);
    *channels            = source->info.channels == 1 ? 1 : 2;
  }
  g_free(audio);
  free_sources(import.sources);
  return done;
}
