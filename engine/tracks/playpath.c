/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/playpath.h"

static void
append_page(PlayPath *path, int64_t page)
{
  if (path->count < PLAYPATH_MAX && playpath_rank(path, page) < 0)
    path->page[path->count++] = page;
}

static void
append_run(PlayPath *path, int64_t start, int64_t end)
{
  if (start < 0)
    start = 0;
  for (int64_t frame = start; frame < end && path->count < PLAYPATH_MAX;) {
    append_page(path, frame / TRACK_PAGE);
    frame = (frame / TRACK_PAGE + 1) * TRACK_PAGE;
  }
}

void
playpath_follow(PlayPath           *path,
                const SongPosition *position,
                int64_t             frame,
                int64_t             frames)
{
  const int64_t start = position->loop_start;
  const int64_t end   = position->loop_end;
  const int64_t first = end - frame; /* frames before the loop's end */

  if (!position->loop || end <= start || first <= 0 || first > frames) {
    append_run(path, frame, frame + frames);
    return;
  }
  append_run(path, frame, end);
  /* Once round, and everything further has been passed before. */
  const int64_t rest = frames - first;
  append_run(path, start, start + (rest < end - start ? rest : end - start));
}

void
playpath_append(PlayPath *path, const PlayPath *other)
{
  for (int i = 0; i < other->count; i++)
    append_page(path, other->page[i]);
}

int
playpath_rank(const PlayPath *path, int64_t page)
{
  for (int i = 0; i < path->count; i++)
    if (path->page[i] == page)
      return i;
  return -1;
}
