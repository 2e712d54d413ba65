/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/link-private.h"

#include <math.h>
#include <string.h>

/* Characters of what a strip says about its track. */
#define STATUS_LENGTH 160

size_t
link_parse_track(const char *text, int channel[2])
{
  const char *hash = strrchr(text, '#');
  char       *end;

  channel[0] = channel[1] = -1;
  if (!hash)
    return strlen(text);
  const guint64 first  = g_ascii_strtoull(hash + 1, &end, 10);
  guint64       second = 0;

  if (end != hash + 1 && *end == '+') {
    char *from = end + 1;
    second     = g_ascii_strtoull(from, &end, 10);
    if (end == from)
      return strlen(text);
  }
  if (end == hash + 1 || *end || first < 1 || first > AUDIOFILE_CHANNELS_MAX ||
      second > AUDIOFILE_CHANNELS_MAX)
    return strlen(text); /* the name itself has a # */
  channel[0] = (int)first - 1;
  channel[1] = (int)second - 1;
  return (size_t)(hash - text);
}

void
link_close_track(void *link, void *track)
{
  readers_close(((Link *)link)->readers, track);
}

/* The strip itself says what its track waits for. */
static void
show_status(Link *link, const LinkStrip *slot, const char *text)
{
  const Who     who = { .origin = ORIGIN_ENGINE };
  const Address at  = desk_address(slot->owner, slot->number, CELL_STATUS);
  char         *cut = g_utf8_make_valid(text, -1);

  if (g_utf8_strlen(cut, -1) > STATUS_LENGTH)
    *g_utf8_offset_to_pointer(cut, STATUS_LENGTH) = '\0';
  desk_set_text(link->desk, at, cut, who, NULL);
  g_free(cut);
}

static void
show_track(Link *link, const LinkStrip *slot)
{
  char *text;

  switch (track_state(slot->track)) {
  case TRACK_OPENING:
    show_status(link, slot, "opening");
    break;
  case TRACK_CONVERTING:
    text =
      g_strdup_printf("converting %d %%", atomic_load(&slot->track->progress));
    show_status(link, slot, text);
    g_free(text);
    break;
  case TRACK_READY:
    show_status(link, slot, "");
    break;
  case TRACK_FAILED:
    text = g_strdup_printf("no track: %s", track_message(slot->track));
    show_status(link, slot, text);
    g_free(text);
    break;
  }
}

void
link_update_track(Link *link, unsigned index)
{
  LinkStrip  *slot = &link->slot[index];
  const char *text = desk_get_text(
    link->desk, desk_address(slot->owner, slot->number, CELL_TRACK));
  int          channel[2];
  const size_t length = link_parse_track(text, channel);

  link_throw(link, link_close_track, slot->track);
  slot->track    = NULL;
  slot->reported = false;
  if (!*text) {
    show_status(link, slot, "");
    return;
  }
  char           *name = g_strndup(text, length);
  char           *path = g_path_is_absolute(name) || !link->folder
                           ? g_strdup(name)
                           : g_build_filename(link->folder, name, NULL);
  const TrackSpec spec = { .path  = path,
                           .rate  = (int)lround(link->rate),
                           .cache = link->cache };

  slot->track = readers_open(link->readers, &spec);
  g_free(path);
  g_free(name);
}

void
link_choose_channels(const Link *link, unsigned index, int channel[2])
{
  const LinkStrip *slot = &link->slot[index];
  const char      *text = desk_get_text(
    link->desk, desk_address(slot->owner, slot->number, CELL_TRACK));
  AudioFileInfo info;
  int           asked[2];

  link_parse_track(text, asked);
  channel[0] = asked[0] >= 0 ? asked[0] : 0;
  channel[1] = asked[1] >= 0 ? asked[1] : channel[0];
  if (asked[0] < 0 && readers_info(link->readers, slot->track, &info) &&
      info.channels > 1)
    channel[1] = 1;
}

void
link_watch_tracks(Link *link)
{
  for (unsigned index = 0; index < SLOT_BUS; index++) {
    LinkStrip *slot = &link->slot[index];

    if (!slot->track || slot->reported || slot->removed)
      continue;
    show_track(link, slot);
    const TrackState state = track_state(slot->track);
    if (state != TRACK_READY && state != TRACK_FAILED)
      continue;
    slot->reported  = true;
    link->structure = true; /* now its channels are known */
    if (track_message(slot->track))
      link_say(link, "Strip %u: %s.", slot->number, track_message(slot->track));
  }
}
