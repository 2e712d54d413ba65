/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/tracks/schedule.h"

#include <stddef.h>

#define LEVEL_LONGEST  16   /* pages */
#define LOOP_FRAMES    8192 /* of the loop's start, kept at hand */
#define TOP_FRAMES     4096 /* of the song's */
#define CLAIM_ATTEMPTS 4    /* the audio thread may be quicker */

void
schedule_rewind(Schedule *schedule)
{
  schedule->level = 0;
  schedule->next  = 0;
}

static void
cut_levels(Schedule *schedule)
{
  const int count  = schedule->path.count;
  int       end    = schedule->demand.count > 0 ? schedule->demand.count : 1;
  int       length = 1;
  schedule->levels = 0;
  while (schedule->levels < SCHEDULE_LEVELS - 1 && end < count) {
    schedule->level_end[schedule->levels++] = end;
    end += length;
    length = length < LEVEL_LONGEST ? length * 2 : length;
  }
  schedule->level_end[schedule->levels++] = count;
}

static bool
same_path(const SongPosition *a, const SongPosition *b)
{
  return a->frame >> TRACK_PAGE_LOG2 == b->frame >> TRACK_PAGE_LOG2 &&
         a->loop == b->loop && a->loop_start == b->loop_start &&
         a->loop_end == b->loop_end;
}

bool
schedule_follow(Schedule *schedule)
{
  const SongPosition position = playhead_look(schedule->playhead);
  if (!schedule->demanded && schedule->path.count > 0 &&
      same_path(&position, &schedule->position))
    return false;

  PlayPath          *path     = &schedule->path;
  const SongPosition straight = { 0 };
  schedule->position          = position;
  if (!schedule->held && position.frame != schedule->demand_from)
    schedule->demand.count = 0;
  schedule->demanded = false;
  path->count        = 0;
  playpath_append(path, &schedule->demand);
  playpath_follow(path, &position, position.frame, schedule->ahead);
  if (position.loop)
    playpath_follow(path, &straight, position.loop_start, LOOP_FRAMES);
  playpath_follow(path, &straight, 0, TOP_FRAMES);
  cut_levels(schedule);
  schedule_rewind(schedule);
  schedule->route++;
  return true;
}

void
schedule_demand(Schedule *schedule, const PlayPath *block, int64_t from)
{
  PlayPath *demand = &schedule->demand;
  bool      ahead  = true;

  if (from != schedule->demand_from ||
      demand->count + block->count > TRACK_PINS)
    demand->count = 0;
  schedule->demand_from = from;
  playpath_append(demand, block);
  schedule_follow(schedule);
  for (int i = 0; i < block->count; i++) {
    const int rank = playpath_rank(&schedule->path, block->page[i]);
    ahead &= rank >= 0 && rank < TRACK_PINS;
  }
  if (!ahead) {
    schedule->demanded = true;
    schedule_follow(schedule);
  }
}

void
schedule_reach(Schedule *schedule, int64_t frames)
{
  if (frames <= schedule->ahead)
    return;
  schedule->ahead    = frames;
  schedule->demanded = true;
}

static bool
is_wanted(const Recording *recording, int64_t page)
{
  return page * TRACK_PAGE < recording->track.frames &&
         track_slot(&recording->track, page) < 0;
}

static int
level_first(const Schedule *schedule, int level)
{
  return level == 0 ? 0 : schedule->level_end[level - 1];
}

static int
level_last(const Schedule *schedule, const Recording *recording, int level)
{
  const int reach = recording_reach(recording);
  return schedule->level_end[level] < reach ? schedule->level_end[level]
                                            : reach;
}

static bool
lacks(const Schedule *schedule, const Recording *recording, int level)
{
  const int end = level_last(schedule, recording, level);
  for (int i = level_first(schedule, level); i < end; i++)
    if (is_wanted(recording, schedule->path.page[i]))
      return true;
  return false;
}

Recording *
schedule_pick(Schedule         *schedule,
              Recording *const *recordings,
              int               count,
              int              *level)
{
  for (; schedule->level < schedule->levels; schedule->level++) {
    while (schedule->next < count) {
      Recording *recording = recordings[schedule->next++];
      if (recording->stage != RECORDING_LOADED ||
          !lacks(schedule, recording, schedule->level))
        continue;
      if (recording->busy) {
        recording->skipped = true;
        continue;
      }
      recording->busy = true;
      *level          = schedule->level;
      return recording;
    }
    schedule->next = 0;
  }
  return NULL;
}

/* The slot whose page is needed last, if later than the one of this rank. */
static int
least_urgent(const Schedule *schedule, const Recording *recording, int rank)
{
  const Track *track = &recording->track;
  const int    reach = recording_reach(recording);
  int          best  = -1;

  for (int i = 0; i < track->slots; i++) {
    const int64_t page = track_spare(track, i);
    if (page == TRACK_SLOT_EMPTY)
      return i;
    if (page == TRACK_SLOT_TAKEN)
      continue;
    const int its = playpath_rank(&schedule->path, page);
    if (its < 0 || its >= reach)
      return i;
    if (its > rank) {
      rank = its;
      best = i;
    }
  }
  return best;
}

static int
claim_slot(const Schedule *schedule, Recording *recording, int rank)
{
  for (int i = 0; i < CLAIM_ATTEMPTS; i++) {
    const int slot = least_urgent(schedule, recording, rank);
    if (slot < 0)
      break;
    if (track_claim(&recording->track, slot, schedule->path.page[rank]))
      return slot;
  }
  return -1;
}

bool
schedule_claim(Schedule  *schedule,
               Recording *recording,
               int        level,
               int64_t   *page,
               int       *slot)
{
  const int end = level_last(schedule, recording, level);
  for (int i = level_first(schedule, level); i < end; i++) {
    *page = schedule->path.page[i];
    if (!is_wanted(recording, *page))
      continue;
    *slot = claim_slot(schedule, recording, i);
    if (*slot >= 0)
      return true;
    schedule->retry = true;
  }
  return false;
}
