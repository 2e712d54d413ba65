/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-drums.h"

#include "sessions/demo-cymbal.h"
#include "sessions/demo-drive.h"
#include "sessions/demo-filter.h"
#include "sessions/demo-jingle.h"
#include "sessions/demo-math.h"
#include "sessions/demo-membrane.h"
#include "sessions/demo-room.h"
#include "sessions/demo-song.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What a microphone hears of one piece of the kit: how loud on each side, how
   late, and how its path colours it. */
typedef struct Path {
  DemoPiece piece;
  double    gain[2];
  double    late[2]; /* milliseconds */
  double    highpass, lowpass;
  double    room;
} Path;

/* One piece of the kit alone, at its own level. */
static bool
piece_play(DemoPiece piece, float *out, size_t frames)
{
  switch (piece) {
  case DEMO_HAT:
    demo_cymbal_play(DEMO_METAL_HAT, out, frames);
    return true;
  case DEMO_CRASH_LEFT:
    demo_cymbal_play(DEMO_METAL_CRASH_LEFT, out, frames);
    return true;
  case DEMO_CRASH_RIGHT:
    demo_cymbal_play(DEMO_METAL_CRASH_RIGHT, out, frames);
    return true;
  case DEMO_RIDE:
    demo_cymbal_play(DEMO_METAL_RIDE, out, frames);
    return true;
  case DEMO_SHAKER:
  case DEMO_TAMBOURINE:
    demo_jingle_play(piece, out, frames);
    return true;
  default:
    return demo_membrane_play(piece, out, frames);
  }
}

/* Adds what comes along one path, and what it sends to the room; `dry` is
   space for one mono sound. */
static bool
path_add(DemoSound *sound, const Path *path, DemoSound *dry, DemoSound *room)
{
  DemoBiquad high = { 0 }, low = { 0 };
  for (size_t i = 0; i < dry->frames; i++) {
    dry->channel[0][i] = 0.0f;
  }
  if (!piece_play(path->piece, dry->channel[0], dry->frames)) {
    return false;
  }
  demo_biquad_highpass(&high, path->highpass, 0.7);
  demo_biquad_lowpass(&low, path->lowpass, 0.7);
  demo_biquad_apply(&high, dry->channel[0], dry->frames);
  demo_biquad_apply(&low, dry->channel[0], dry->frames);
  for (int c = 0; c < sound->channels; c++) {
    const size_t late = (size_t)(path->late[c] * 0.001 * DEMO_SONG_RATE);
    demo_sound_mix(sound, c, dry->channel[0], late, path->gain[c]);
  }
  if (path->room > 0.0) {
    demo_sound_mix(room, 0, dry->channel[0], 0, path->room);
  }
  return true;
}

static bool
paths_add(DemoSound *sound, const Path *path, size_t count)
{
  DemoSound dry = { 0 }, room = { 0 };
  bool      echoes = false;
  bool      ok     = demo_sound_init(&dry, sound->frames, 1) &&
            demo_sound_init(&room, sound->frames, 1);
  for (size_t i = 0; i < count && ok; i++) {
    ok     = path_add(sound, &path[i], &dry, &room);
    echoes = echoes || path[i].room > 0.0;
  }
  if (ok && echoes) {
    demo_room_add(sound, room.channel[0], 1.0);
  }
  demo_sound_cleanup(&dry);
  demo_sound_cleanup(&room);
  return ok;
}

static void
colour(DemoSound *sound, DemoBiquad filter)
{
  for (int c = 0; c < sound->channels; c++) {
    DemoBiquad f = filter;
    demo_biquad_apply(&f, sound->channel[c], sound->frames);
  }
}

bool
demo_drums_kick(DemoSound *sound)
{
  static const Path paths[] = {
    { DEMO_KICK, { 1.0 }, { 0.0 }, 25.0, 14000.0, 0.0 },
    { DEMO_SNARE, { 0.020 }, { 1.6 }, 120.0, 5000.0, 0.0 },
  };
  const DemoDrive head = { 1.4, 0.10 };
  DemoBiquad      f    = { 0 };
  if (!paths_add(sound, paths, COUNT(paths))) {
    return false;
  }
  demo_drive_apply(&head, sound->channel[0], sound->frames);
  demo_biquad_bell(&f, 330.0, 0.9, -6.0);
  colour(sound, f);
  demo_biquad_bell(&f, 4200.0, 0.9, 5.0);
  colour(sound, f);
  demo_biquad_highpass(&f, 28.0, 0.7);
  colour(sound, f);
  demo_sound_gain(sound, 0.58);
  return true;
}

bool
demo_drums_snare(DemoSound *sound)
{
  static const Path paths[] = {
    { DEMO_SNARE, { 1.0 }, { 0.0 }, 60.0, 18000.0, 0.0 },
    { DEMO_RIM, { 1.0 }, { 0.0 }, 100.0, 16000.0, 0.0 },
    { DEMO_HAT, { 0.07 }, { 0.9 }, 400.0, 11000.0, 0.0 },
    { DEMO_KICK, { 0.035 }, { 1.6 }, 50.0, 2500.0, 0.0 },
  };
  const DemoDrive head = { 2.4, 0.15 };
  DemoBiquad      f    = { 0 };
  if (!paths_add(sound, paths, COUNT(paths))) {
    return false;
  }
  demo_drive_apply(&head, sound->channel[0], sound->frames);
  demo_biquad_highpass(&f, 40.0, 0.7);
  colour(sound, f);
  demo_sound_gain(sound, 0.90);
  return true;
}

bool
demo_drums_hat(DemoSound *sound)
{
  static const Path paths[] = {
    { DEMO_HAT, { 1.0 }, { 0.0 }, 300.0, 20000.0, 0.0 },
    { DEMO_SNARE, { 0.05 }, { 0.9 }, 200.0, 9000.0, 0.0 },
  };
  if (!paths_add(sound, paths, COUNT(paths))) {
    return false;
  }
  demo_sound_gain(sound, 0.40);
  return true;
}

bool
demo_drums_toms(DemoSound *sound)
{
  static const Path paths[] = {
    { DEMO_TOM_HIGH, { 0.92, 0.30 }, { 0.0, 0.5 }, 50.0, 15000.0, 0.0 },
    { DEMO_TOM_MID, { 0.62, 0.66 }, { 0.1, 0.0 }, 45.0, 15000.0, 0.0 },
    { DEMO_TOM_FLOOR, { 0.26, 1.0 }, { 0.8, 0.0 }, 35.0, 14000.0, 0.0 },
    { DEMO_SNARE, { 0.04, 0.02 }, { 1.1, 2.4 }, 100.0, 7000.0, 0.0 },
  };
  DemoBiquad f = { 0 };
  if (!paths_add(sound, paths, COUNT(paths))) {
    return false;
  }
  demo_biquad_bell(&f, 420.0, 0.9, -4.0);
  colour(sound, f);
  demo_biquad_bell(&f, 4000.0, 0.8, 3.0);
  colour(sound, f);
  demo_sound_gain(sound, 0.28);
  return true;
}

bool
demo_drums_overheads(DemoSound *sound)
{
  static const Path paths[] = {
    { DEMO_KICK, { 0.20, 0.20 }, { 4.1, 4.1 }, 45.0, 9000.0, 0.06 },
    { DEMO_SNARE, { 0.34, 0.31 }, { 2.9, 2.9 }, 120.0, 16000.0, 0.10 },
    { DEMO_RIM, { 0.30, 0.27 }, { 2.9, 2.9 }, 200.0, 16000.0, 0.10 },
    { DEMO_HAT, { 0.42, 0.20 }, { 2.2, 3.4 }, 500.0, 19000.0, 0.03 },
    { DEMO_TOM_HIGH, { 0.30, 0.20 }, { 2.6, 3.0 }, 90.0, 15000.0, 0.08 },
    { DEMO_TOM_MID, { 0.24, 0.26 }, { 2.8, 2.7 }, 80.0, 15000.0, 0.08 },
    { DEMO_TOM_FLOOR, { 0.18, 0.32 }, { 3.5, 2.6 }, 60.0, 14000.0, 0.08 },
    { DEMO_CRASH_LEFT, { 0.90, 0.34 }, { 1.8, 3.3 }, 200.0, 20000.0, 0.05 },
    { DEMO_CRASH_RIGHT, { 0.32, 0.90 }, { 3.4, 1.8 }, 200.0, 20000.0, 0.05 },
    { DEMO_RIDE, { 0.46, 1.00 }, { 3.5, 2.0 }, 250.0, 20000.0, 0.03 },
  };
  if (!paths_add(sound, paths, COUNT(paths))) {
    return false;
  }
  demo_sound_gain(sound, 0.54);
  return true;
}

bool
demo_drums_percussion(DemoSound *sound)
{
  static const Path paths[] = {
    { DEMO_SHAKER, { 0.80, 0.34 }, { 0.0, 0.4 }, 800.0, 19000.0, 0.012 },
    { DEMO_TAMBOURINE, { 0.36, 0.90 }, { 0.5, 0.0 }, 700.0, 19000.0, 0.016 },
  };
  if (!paths_add(sound, paths, COUNT(paths))) {
    return false;
  }
  demo_sound_gain(sound, 0.085);
  return true;
}
