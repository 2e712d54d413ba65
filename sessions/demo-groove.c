/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-groove.h"

#include "sessions/demo-math.h"
#include "sessions/demo-score.h"

/* A bar for each piece: a character a sixteenth, 1 (a ghost) to 9. NULL where
   the piece rests. */
typedef struct Bar {
  const char *line[DEMO_PIECES];
} Bar;

static const Bar bar_hats = { {
  [DEMO_HAT] = "3...5...3...5.3.",
} };

static const Bar bar_pickup = { {
  [DEMO_KICK]     = "........7.....7.",
  [DEMO_SNARE]    = "............7657",
  [DEMO_HAT]      = "4...5...4...3...",
  [DEMO_TOM_HIGH] = "..........7.....",
  [DEMO_TOM_MID]  = "...........7....",
} };

static const Bar bar_verse = { {
  [DEMO_KICK]   = "9.....7...8.....",
  [DEMO_RIM]    = "....8.......8...",
  [DEMO_SNARE]  = ".......1.1.....1",
  [DEMO_HAT]    = "7.4.7.427.4.7.43",
  [DEMO_SHAKER] = "5374537453745374",
} };

static const Bar bar_verse_more = { {
  [DEMO_KICK]     = "9.....7...8....5",
  [DEMO_SNARE]    = "....8..1.1..8..1",
  [DEMO_HAT]      = "7.5.7.527.5.7.5.",
  [DEMO_HAT_OPEN] = "...............4",
  [DEMO_SHAKER]   = "6384638463846384",
} };

static const Bar bar_into_chorus = { {
  [DEMO_KICK]      = "9.....7...9.....",
  [DEMO_SNARE]     = "....8...6.667788",
  [DEMO_HAT]       = "7.5.7.5.........",
  [DEMO_TOM_FLOOR] = "............6.8.",
  [DEMO_SHAKER]    = "6384638463846384",
} };

static const Bar bar_chorus = { {
  [DEMO_KICK]       = "9..6..8...9...6.",
  [DEMO_SNARE]      = "....9..2.2..9..2",
  [DEMO_HAT_OPEN]   = "7...7...7...7...",
  [DEMO_HAT]        = "..6...6...6...6.",
  [DEMO_TAMBOURINE] = "3.5.8.5.3.5.8.55",
} };

static const Bar bar_chorus_crash = { {
  [DEMO_KICK]       = "9..6..8...9...6.",
  [DEMO_SNARE]      = "....9..2.2..9..2",
  [DEMO_HAT_OPEN]   = "....7...7...7...",
  [DEMO_HAT]        = "..6...6...6...6.",
  [DEMO_TAMBOURINE] = "3.5.8.5.3.5.8.55",
  [DEMO_CRASH_LEFT] = "8...............",
} };

static const Bar bar_chorus_fill = { {
  [DEMO_KICK]       = "9..6..8...9.....",
  [DEMO_SNARE]      = "....9..2.2..9.66",
  [DEMO_HAT_OPEN]   = "7...7...7.......",
  [DEMO_HAT]        = "..6...6...6.....",
  [DEMO_TOM_HIGH]   = "............7...",
  [DEMO_TOM_MID]    = ".............8..",
  [DEMO_TAMBOURINE] = "3.5.8.5.3.5.8...",
} };

static const Bar bar_to_bridge = { {
  [DEMO_KICK]      = "9..6..8...8.....",
  [DEMO_SNARE]     = "....9.......6...",
  [DEMO_HAT]       = "..6...6.........",
  [DEMO_HAT_OPEN]  = "7...7...........",
  [DEMO_TOM_HIGH]  = "........87......",
  [DEMO_TOM_MID]   = "..........87....",
  [DEMO_TOM_FLOOR] = ".............888",
} };

static const Bar bar_bridge = { {
  [DEMO_KICK]      = "9.........6.....",
  [DEMO_TOM_FLOOR] = "......4.......5.",
  [DEMO_RIM]       = "........7.......",
  [DEMO_RIDE]      = "6...5...6...5.4.",
  [DEMO_SHAKER]    = "4263426342634263",
} };

static const Bar bar_bridge_crash = { {
  [DEMO_KICK]        = "9.........6.....",
  [DEMO_TOM_FLOOR]   = "......4.......5.",
  [DEMO_RIM]         = "........7.......",
  [DEMO_RIDE]        = "....5...6...5.4.",
  [DEMO_CRASH_RIGHT] = "7...............",
  [DEMO_SHAKER]      = "4263426342634263",
} };

static const Bar bar_build = { {
  [DEMO_KICK]      = "7...7...7...9...",
  [DEMO_SNARE]     = "2.3.3.4.4556677.",
  [DEMO_TOM_FLOOR] = "............7.8.",
  [DEMO_SHAKER]    = "5374537464847494",
} };

static const Bar bar_final = { {
  [DEMO_KICK]       = "9..6..8...9...6.",
  [DEMO_SNARE]      = "....9..2.2..9..2",
  [DEMO_RIDE]       = "8.5.8.5.8.5.8.5.",
  [DEMO_HAT]        = "....4.......4...",
  [DEMO_TAMBOURINE] = "4.6.9.6.4.6.9.66",
  [DEMO_SHAKER]     = "5274527452745274",
} };

static const Bar bar_final_left = { {
  [DEMO_KICK]       = "9..6..8...9...6.",
  [DEMO_SNARE]      = "....9..2.2..9..2",
  [DEMO_RIDE]       = "..5.8.5.8.5.8.5.",
  [DEMO_HAT]        = "....4.......4...",
  [DEMO_CRASH_LEFT] = "9...............",
  [DEMO_TAMBOURINE] = "4.6.9.6.4.6.9.66",
  [DEMO_SHAKER]     = "5274527452745274",
} };

static const Bar bar_final_right = { {
  [DEMO_KICK]        = "9..6..8...9...6.",
  [DEMO_SNARE]       = "....9..2.2..9..2",
  [DEMO_RIDE]        = "..5.8.5.8.5.8.5.",
  [DEMO_HAT]         = "....4.......4...",
  [DEMO_CRASH_RIGHT] = "8...............",
  [DEMO_TAMBOURINE]  = "4.6.9.6.4.6.9.66",
  [DEMO_SHAKER]      = "5274527452745274",
} };

static const Bar bar_last = { {
  [DEMO_KICK]       = "9.......7.......",
  [DEMO_SNARE]      = "....7.......3456",
  [DEMO_RIDE]       = "8...6...7.......",
  [DEMO_CRASH_LEFT] = "5...............",
  [DEMO_TOM_HIGH]   = "..........5.....",
  [DEMO_TOM_MID]    = "............6...",
  [DEMO_TOM_FLOOR]  = "..............7.",
} };

static const Bar bar_ending = { {
  [DEMO_KICK]        = "9...............",
  [DEMO_CRASH_LEFT]  = "7...............",
  [DEMO_CRASH_RIGHT] = "6...............",
  [DEMO_TAMBOURINE]  = "7...............",
} };

static const Bar *const song[DEMO_BARS] = {
  /* intro */
  NULL,
  NULL,
  &bar_hats,
  &bar_pickup,
  /* verse */
  &bar_verse,
  &bar_verse,
  &bar_verse,
  &bar_verse,
  &bar_verse_more,
  &bar_verse_more,
  &bar_verse_more,
  &bar_into_chorus,
  /* chorus */
  &bar_chorus_crash,
  &bar_chorus,
  &bar_chorus,
  &bar_chorus_fill,
  &bar_chorus_crash,
  &bar_chorus,
  &bar_chorus,
  &bar_to_bridge,
  /* bridge */
  &bar_bridge_crash,
  &bar_bridge,
  &bar_bridge,
  &bar_build,
  /* last chorus */
  &bar_final_left,
  &bar_final,
  &bar_final,
  &bar_chorus_fill,
  &bar_final_right,
  &bar_final,
  &bar_final_left,
  &bar_last,
  /* ending */
  &bar_ending,
};

/* Where a piece sits against the beat, in seconds, and how far it strays. */
static void
feel(DemoPiece piece, double *late, double *stray)
{
  *late  = 0.0;
  *stray = 0.0015;
  switch (piece) {
  case DEMO_SNARE:
  case DEMO_RIM:
    *late = 0.005;
    break;
  case DEMO_HAT:
  case DEMO_HAT_OPEN:
  case DEMO_RIDE:
    *late  = -0.001;
    *stray = 0.0025;
    break;
  case DEMO_SHAKER:
  case DEMO_TAMBOURINE:
    *late  = 0.003;
    *stray = 0.004;
    break;
  default:
    break;
  }
}

void
demo_groove(DemoPiece piece, DemoHits *hits)
{
  DemoRandom random = demo_random(100 + (uint64_t)piece);
  double     late, stray;
  feel(piece, &late, &stray);
  hits->count = 0;
  for (int step = 0; step < DEMO_BARS * DEMO_BAR; step++) {
    const Bar  *bar  = song[step / DEMO_BAR];
    const char *line = bar ? bar->line[piece] : NULL;
    if (line && line[step % DEMO_BAR] != '.' &&
        hits->count < DEMO_GROOVE_HITS) {
      const double loud = (line[step % DEMO_BAR] - '0') / 9.0;
      const double time =
        demo_score_time(step) + late + stray * demo_random_human(&random);
      hits->hit[hits->count++] = (DemoHit){
        .time     = demo_clamp(time, 0.0, 1e3),
        .velocity = demo_clamp(
          loud * (1.0 + 0.06 * demo_random_human(&random)), 0.04, 1.0),
      };
    }
  }
}
