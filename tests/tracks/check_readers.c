/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The threads that read ahead: every sample where it belongs, whatever the
   transport does and however slow the disk is. */

#include "engine/tracks/readers.h"

#include "tests/tracks/fixture.h"

#include <pthread.h>
#include <time.h>

#define RATE      48000
#define BLOCK_MAX 4096

/* --- a transport such as the engine's --- */

typedef struct {
  Playhead     playhead;
  SongPosition position;
  Readers     *readers;
} Player;

static void
player_publish(Player *player)
{
  playhead_publish(&player->playhead, &player->position);
}

static void
player_start(Player *player, int threads)
{
  memset(player, 0, sizeof *player);
  player->position.rolling = true;
  player_publish(player);
  player->readers = readers_new(&player->playhead, threads);
  ck_assert_ptr_nonnull(player->readers);
}

static void
player_locate(Player *player, int64_t frame)
{
  player->position.frame = frame;
  player_publish(player);
}

static void
player_loop(Player *player, int64_t start, int64_t end)
{
  player->position.loop       = true;
  player->position.loop_start = start;
  player->position.loop_end   = end;
  player_publish(player);
}

static int64_t
song_next(const SongPosition *position, int64_t frame)
{
  return position->loop && frame + 1 == position->loop_end
           ? position->loop_start
           : frame + 1;
}

/* The spans of a block, by going through it frame by frame. */
static int
player_spans(const Player *player, int frames, SongSpan *spans)
{
  int64_t frame = player->position.frame;
  int     count = 0;
  for (int i = 0; i < frames; i++) {
    if (i == 0 || frame != spans[count - 1].frame + spans[count - 1].frames)
      spans[count++] = (SongSpan){ frame, 0 };
    spans[count - 1].frames++;
    frame = song_next(&player->position, frame);
  }
  return count;
}

/* Plays one block of one channel and moves on. */
static void
player_play(Player *player, Track *track, int channel, int frames, float *out)
{
  SongSpan  spans[BLOCK_MAX];
  const int count = player_spans(player, frames, spans);
  track_begin(track, spans, count);
  for (int s = 0; s < count; s++)
    for (int i = 0; i < spans[s].frames; i += 16) {
      const int n = spans[s].frames - i < 16 ? spans[s].frames - i : 16;
      track_read(track, channel, spans[s].frame + i, n, out);
      out += n;
    }
  track_end(track);
  for (int i = 0; i < frames; i++)
    player->position.frame =
      song_next(&player->position, player->position.frame);
  player_publish(player);
}

typedef struct {
  int wrong;  /* frames that are neither the file's nor silent */
  int silent; /* frames that should not be silent */
} Heard;

/* Plays a block and compares it with the file. */
static Heard
player_hear(Player *player,
            Track  *track,
            int     channel,
            int     frames,
            int64_t length)
{
  static float out[BLOCK_MAX];
  int64_t      frame = player->position.frame;
  Heard        heard = { 0 };
  player_play(player, track, channel, frames, out);
  for (int i = 0; i < frames; i++) {
    const float right =
      frame >= 0 && frame < length ? fixture_code(frame, channel) : 0.0f;
    heard.wrong += out[i] != right && out[i] != 0.0f;
    heard.silent += out[i] != right && out[i] == 0.0f;
    frame = song_next(&player->position, frame);
  }
  return heard;
}

/* The same where silence is as wrong as anything. */
static int
player_wrong(Player *player,
             Track  *track,
             int     channel,
             int     frames,
             int64_t length)
{
  const Heard heard = player_hear(player, track, channel, frames, length);
  return heard.wrong + heard.silent;
}

static Track *
player_open(Player *player, const char *path, const AudioSource *source)
{
  return readers_open(
    player->readers,
    &(TrackSpec){ .path = path, .rate = RATE, .source = source });
}

static void
nap(int milliseconds)
{
  nanosleep(&(struct timespec){ .tv_nsec = milliseconds * 1000000L }, NULL);
}

static uint32_t
underruns(const Track *track)
{
  return atomic_load(&track->underruns);
}

/* --- a source whose file is a formula and whose disk obeys the test --- */

#define SYNTH_FRAMES   (RATE * 100)
#define SYNTH_CHANNELS 4
#define LOG_MAX        4096

static struct {
  pthread_mutex_t lock;
  pthread_cond_t  change;
  int             delay;   /* ms a read takes */
  bool            blocked; /* reads and opens wait */
  bool            broken;  /* reads find nothing */
  int             opened, closed;
  int             reads;
  struct {
    char    name;
    int64_t page;
  } log[LOG_MAX];
} synth = { .lock   = PTHREAD_MUTEX_INITIALIZER,
            .change = PTHREAD_COND_INITIALIZER };

static void
synth_block(bool blocked)
{
  pthread_mutex_lock(&synth.lock);
  synth.blocked = blocked;
  pthread_cond_broadcast(&synth.change);
  pthread_mutex_unlock(&synth.lock);
}

static void
synth_pass(void)
{
  while (synth.blocked)
    pthread_cond_wait(&synth.change, &synth.lock);
}

static void *
synth_open(const char *path, AudioFileInfo *info, char **error)
{
  (void)error;
  char *name = malloc(1);
  *name      = path[strlen(path) - 1];
  *info      = (AudioFileInfo){ .rate     = RATE,
                                .channels = SYNTH_CHANNELS,
                                .frames   = SYNTH_FRAMES,
                                .lossless = true };
  pthread_mutex_lock(&synth.lock);
  synth.opened++;
  synth_pass();
  pthread_mutex_unlock(&synth.lock);
  return name;
}

static int
synth_read(void *file, int64_t frame, int frames, float *out)
{
  pthread_mutex_lock(&synth.lock);
  synth_pass();
  const int  delay  = synth.delay;
  const bool broken = synth.broken;
  if (synth.reads < LOG_MAX) {
    synth.log[synth.reads].name = *(const char *)file;
    synth.log[synth.reads].page = frame / TRACK_PAGE;
  }
  synth.reads++;
  pthread_mutex_unlock(&synth.lock);
  if (delay > 0)
    nap(delay);
  if (broken)
    return 0;
  for (int i = 0; i < frames; i++)
    for (int c = 0; c < SYNTH_CHANNELS; c++)
      *out++ = fixture_code(frame + i, c);
  return frames;
}

static void
synth_close(void *file)
{
  free(file);
  pthread_mutex_lock(&synth.lock);
  synth.closed++;
  pthread_cond_broadcast(&synth.change);
  pthread_mutex_unlock(&synth.lock);
}

static const AudioSource synth_source = { synth_open, synth_read, synth_close };

static int
synth_count(const int *counter)
{
  pthread_mutex_lock(&synth.lock);
  const int count = *counter;
  pthread_mutex_unlock(&synth.lock);
  return count;
}

/* --- tests --- */

START_TEST(test_song_starts_at_the_first_frame)
{
  Player player;
  float  out[1024];
  fixture_write(
    fixture_path("a.wav"), SF_FORMAT_WAV | SF_FORMAT_PCM_24, RATE, 2, 10000);
  player_start(&player, 2);
  Track *track = player_open(&player, fixture_path("a.wav"), NULL);
  player_locate(&player, -512);
  ck_assert(readers_wait(player.readers, -512, 1024));
  player_play(&player, track, 1, 1024, out);
  ck_assert_float_eq(out[511], 0.0f);
  ck_assert_float_eq(out[512], fixture_code(0, 1));
  ck_assert_float_eq(out[1023], fixture_code(511, 1));

  player_locate(&player, 9500);
  ck_assert(readers_wait(player.readers, 9500, 1024));
  player_play(&player, track, 0, 1024, out);
  ck_assert_float_eq(out[499], fixture_code(9999, 0));
  ck_assert_float_eq(out[500], 0.0f);
  ck_assert_uint_eq(underruns(track), 0);
  readers_free(player.readers);
}
END_TEST

static const int formats[] = {
  SF_FORMAT_WAV | SF_FORMAT_PCM_24,  SF_FORMAT_WAV | SF_FORMAT_FLOAT,
  SF_FORMAT_W64 | SF_FORMAT_PCM_24,  SF_FORMAT_RF64 | SF_FORMAT_PCM_32,
  SF_FORMAT_AIFF | SF_FORMAT_PCM_24, SF_FORMAT_CAF | SF_FORMAT_FLOAT,
  SF_FORMAT_FLAC | SF_FORMAT_PCM_24,
};
#define FORMATS (int)(sizeof formats / sizeof *formats)

/* Random locates and loops against a modulo read, waiting as offline does. */
START_TEST(test_locates_and_loops_are_bit_exact)
{
  const int length = 5 * RATE;
  Player    player;
  uint32_t  seed  = 1 + (uint32_t)_i;
  int       wrong = 0;
  fixture_write(fixture_path("a"), formats[_i], RATE, 3, length);
  player_start(&player, 2);
  Track *track = player_open(&player, fixture_path("a"), NULL);

  for (int go = 0; go < 60; go++) {
    const int64_t start = fixture_random(&seed) % (uint32_t)length;
    player_loop(&player, start, start + 1 + fixture_random(&seed) % 30000);
    player.position.loop = go % 3 != 0;
    player_locate(&player, start - (int64_t)(fixture_random(&seed) % 3000));
    for (int block = 0; block < 8; block++) {
      const int frames = 1 + (int)(fixture_random(&seed) % BLOCK_MAX);
      ck_assert(readers_wait(player.readers, player.position.frame, frames));
      wrong += player_wrong(&player, track, go % 3, frames, length);
    }
  }
  ck_assert_int_eq(wrong, 0);
  ck_assert_uint_eq(underruns(track), 0);
  readers_free(player.readers);
}
END_TEST

/* A thousand times round, in loops of all lengths down to one frame. */
START_TEST(test_thousand_loops)
{
  static const int lengths[] = { 1, 17, 2048, 4097, 100003 };
  const int        length    = 4 * RATE;
  const int64_t    start     = 54321;
  const int64_t    end       = start + lengths[_i];
  Player           player;
  int              wrong = 0, rounds = 0;
  fixture_write(
    fixture_path("a"), SF_FORMAT_WAV | SF_FORMAT_PCM_24, RATE, 1, length);
  player_start(&player, 2);
  Track *track = player_open(&player, fixture_path("a"), NULL);
  player_loop(&player, start, end);
  player_locate(&player, start);
  while (rounds < 1000) {
    const int64_t before = player.position.frame - start;
    ck_assert(readers_wait(player.readers, player.position.frame, 997));
    wrong += player_wrong(&player, track, 0, 997, length);
    rounds += (int)((before + 997) / lengths[_i]);
  }
  ck_assert_int_eq(wrong, 0);
  ck_assert_uint_eq(underruns(track), 0);
  readers_free(player.readers);
}
END_TEST

/* A disk far too slow for what is asked of it: silence where the audio is not
   there, each such block counted, and never a sample from elsewhere. */
START_TEST(test_slow_disk_gives_silence_and_a_count)
{
  Player   player;
  uint32_t seed  = 7;
  int      wrong = 0;
  synth.delay    = 3;
  player_start(&player, 2);
  Track *track = player_open(&player, "slow", &synth_source);
  ck_assert(readers_settle(player.readers, -1));
  for (int block = 0; block < 300; block++) {
    if (block % 10 == 0)
      player_locate(&player, fixture_random(&seed) % SYNTH_FRAMES);
    const uint32_t before = underruns(track);
    const Heard    heard =
      player_hear(&player, track, block % 4, 512, SYNTH_FRAMES);
    wrong += heard.wrong;
    ck_assert_uint_eq(underruns(track) - before, heard.silent > 0);
    nap(1);
  }
  ck_assert_int_eq(wrong, 0);
  ck_assert_uint_gt(underruns(track), 0);
  ck_assert_uint_eq(readers_underruns(player.readers), underruns(track));

  /* And when the song stands still, everything arrives. */
  ck_assert(readers_wait(player.readers, player.position.frame, 512));
  ck_assert_int_eq(player_wrong(&player, track, 0, 512, SYNTH_FRAMES), 0);
  readers_free(player.readers);
}
END_TEST

/* A disk that hangs stops neither the player nor who opens and closes. */
START_TEST(test_hanging_disk_holds_nobody_up)
{
  Player player;
  synth_block(true);
  player_start(&player, 2);
  Track *a = player_open(&player, "a", &synth_source);
  Track *b = player_open(&player, "b", &synth_source);
  ck_assert_int_eq(track_state(a), TRACK_OPENING);
  ck_assert(!readers_settle(player.readers, 20));
  ck_assert_int_eq(player_hear(&player, a, 0, 512, SYNTH_FRAMES).wrong, 0);
  readers_close(player.readers, b);
  ck_assert(!readers_info(player.readers, a, &(AudioFileInfo){ 0 }));

  synth_block(false);
  ck_assert(readers_settle(player.readers, -1));
  ck_assert_int_eq(track_state(a), TRACK_READY);
  player_locate(&player, 5000);
  synth_block(true);
  player_locate(&player, 500000);
  for (int i = 0; i < 100; i++)
    ck_assert_int_eq(player_hear(&player, a, 0, 512, SYNTH_FRAMES).wrong, 0);
  readers_close(player.readers, a);
  synth_block(false);
  readers_free(player.readers);
  ck_assert_int_eq(synth.opened, synth.closed);
}
END_TEST

/* A file that 32 strips use is opened once, and each page is read once. */
START_TEST(test_a_file_is_shared)
{
  Player player;
  Track *tracks[32];
  player_start(&player, 3);
  for (int i = 0; i < 32; i++)
    tracks[i] = player_open(&player, "many", &synth_source);
  ck_assert(readers_wait(player.readers, 0, 1024));
  for (int i = 0; i < 32; i++)
    ck_assert_ptr_eq(tracks[i], tracks[0]);
  ck_assert_int_eq(synth_count(&synth.opened), 1);

  const int reads = synth_count(&synth.reads);
  for (int i = 0; i < reads; i++)
    for (int j = 0; j < i; j++)
      ck_assert_int_ne(synth.log[i].page, synth.log[j].page);

  for (int i = 0; i < 31; i++)
    readers_close(player.readers, tracks[i]);
  ck_assert_int_eq(player_wrong(&player, tracks[31], 3, 512, SYNTH_FRAMES), 0);
  ck_assert_int_eq(synth_count(&synth.closed), 0);
  readers_close(player.readers, tracks[31]);
  pthread_mutex_lock(&synth.lock);
  while (synth.closed == 0)
    pthread_cond_wait(&synth.change, &synth.lock);
  pthread_mutex_unlock(&synth.lock);
  readers_free(player.readers);
}
END_TEST

/* After a locate no track gets its second page before all have their first, and
   no page is read that lies behind. */
START_TEST(test_locate_serves_what_is_urgent_first)
{
  enum { TRACKS = 12 };
  static const char *const names[TRACKS] = { "a", "b", "c", "d", "e", "f",
                                             "g", "h", "i", "j", "k", "l" };
  const int64_t            page          = 1000;
  Player                   player;
  player_start(&player, 1);
  for (int i = 0; i < TRACKS; i++)
    player_open(&player, names[i], &synth_source);
  ck_assert(readers_wait(player.readers, 0, 512));
  while (synth_count(&synth.reads) < TRACKS * (RATE / TRACK_PAGE + 1))
    nap(1);

  const int before = synth_count(&synth.reads);
  player_locate(&player, page * TRACK_PAGE + 100);
  ck_assert(readers_wait(player.readers, page * TRACK_PAGE + 100, 512));
  while (synth_count(&synth.reads) < before + 4 * TRACKS)
    nap(1);
  pthread_mutex_lock(&synth.lock);
  for (int i = 0; i < TRACKS; i++) {
    ck_assert_int_eq(synth.log[before + i].page, page);
    ck_assert_int_eq(synth.log[before + i].name, names[i][0]);
    ck_assert_int_eq(synth.log[before + TRACKS + i].page, page + 1);
    ck_assert_int_le(synth.log[before + 2 * TRACKS + i].page, page + 3);
  }
  pthread_mutex_unlock(&synth.lock);
  readers_free(player.readers);
}
END_TEST

/* The start of a loop is there before its end is reached, though it lies far
   behind. */
START_TEST(test_loop_start_is_at_hand)
{
  const int64_t start = 100 * TRACK_PAGE, end = 1000 * TRACK_PAGE;
  Player        player;
  player_start(&player, 1);
  Track *track = player_open(&player, "a", &synth_source);
  player_loop(&player, start, end);
  player_locate(&player, 500 * TRACK_PAGE);
  ck_assert(readers_wait(player.readers, 500 * TRACK_PAGE, 512));
  while (!track_holds(track, start, 4096))
    nap(1);

  /* At a wrap the pages behind the end are not wanted, those of the start are.
   */
  player_locate(&player, end - 3000);
  ck_assert(readers_wait(player.readers, end - 3000, 4096));
  ck_assert(track_holds(track, end - 3000, 3000));
  ck_assert(track_holds(track, start, 1096));
  ck_assert(!track_holds(track, end, 1));
  readers_free(player.readers);
}
END_TEST

/* A block in several parts, anywhere, is there as a whole when the last of them
   has been waited for, whatever the readers had in mind. */
START_TEST(test_parts_of_a_block_stay_together)
{
  Player   player;
  uint32_t seed = 11, lacking = 0;
  player_start(&player, 2);
  Track *track = player_open(&player, "a", &synth_source);
  for (int go = 0; go < 200; go++) {
    const int64_t a = fixture_random(&seed) % (SYNTH_FRAMES - 4096);
    const int64_t b = fixture_random(&seed) % (SYNTH_FRAMES - 4096);
    player_locate(&player, go % 2 ? fixture_random(&seed) % SYNTH_FRAMES : a);
    ck_assert(readers_wait(player.readers, a, 4096));
    ck_assert(readers_wait(player.readers, b, 4096));
    track_begin(track, (SongSpan[]){ { a, 4096 }, { b, 4096 } }, 2);
    track_end(track);
    lacking += underruns(track) > 0;
  }
  ck_assert_uint_eq(lacking, 0);
  readers_free(player.readers);
}
END_TEST

START_TEST(test_unreadable_pages_are_silent_and_told)
{
  Player player;
  player_start(&player, 1);
  synth.broken = true;
  Track *track = player_open(&player, "a", &synth_source);
  ck_assert(!readers_wait(player.readers, 0, 512));
  ck_assert_int_eq(track_state(track), TRACK_READY);
  ck_assert_int_eq(player_wrong(&player, track, 0, 512, 0), 0);
  ck_assert_uint_gt(atomic_load(&track->faults), 0);
  ck_assert_uint_eq(underruns(track), 0);
  readers_free(player.readers);
}
END_TEST

START_TEST(test_missing_file_is_told)
{
  Player player;
  player_start(&player, 1);
  Track *track = player_open(&player, fixture_path("none.wav"), NULL);
  ck_assert(!readers_wait(player.readers, 0, 512));
  ck_assert_int_eq(track_state(track), TRACK_FAILED);
  ck_assert_ptr_nonnull(strstr(track_message(track), "none.wav"));
  ck_assert_ptr_nonnull(strstr(track_message(track), "No such file"));

  /* A failure is not shared: the file may be there by now. */
  fixture_write(
    fixture_path("none.wav"), SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 1, 5000);
  Track *again = player_open(&player, fixture_path("none.wav"), NULL);
  ck_assert_ptr_ne(again, track);
  ck_assert(readers_settle(player.readers, -1));
  ck_assert_int_eq(track_state(again), TRACK_READY);
  ck_assert_ptr_null(track_message(again));
  readers_free(player.readers);
}
END_TEST

/* Tracks come and go while others play. */
START_TEST(test_opening_and_closing_under_play)
{
  Player   player;
  Track   *others[20] = { NULL };
  uint32_t seed       = 3;
  int      wrong      = 0;
  player_start(&player, 3);
  Track *track = player_open(&player, "stays", &synth_source);
  for (int i = 0; i < 400; i++) {
    const uint32_t which = fixture_random(&seed) % 20;
    if (others[which]) {
      readers_close(player.readers, others[which]);
      others[which] = NULL;
    } else {
      char name[8];
      snprintf(name, sizeof name, "t%u", which % 7);
      others[which] = player_open(&player, name, &synth_source);
    }
    wrong += player_hear(&player, track, 0, 256, SYNTH_FRAMES).wrong;
    if (i % 40 == 0)
      player_locate(&player, fixture_random(&seed) % SYNTH_FRAMES);
  }
  ck_assert_int_eq(wrong, 0);
  readers_free(player.readers);
  ck_assert_int_eq(synth.opened, synth.closed);
}
END_TEST

/* Two reader threads, a player in real time, nothing slow: after a while of
   playing on, blocks are there. */
START_TEST(test_live_play_stays_ahead)
{
  Player player;
  int    wrong = 0;
  fixture_write(fixture_path("a.flac"),
                SF_FORMAT_FLAC | SF_FORMAT_PCM_24,
                RATE,
                2,
                4 * RATE);
  player_start(&player, 2);
  Track *track = player_open(&player, fixture_path("a.flac"), NULL);
  ck_assert(readers_wait(player.readers, 0, RATE / 2));
  for (int block = 0; block < 120; block++) {
    wrong += player_hear(&player, track, 1, 1024, 4 * RATE).wrong;
    nap(4);
  }
  ck_assert_int_eq(wrong, 0);
  readers_free(player.readers);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("readers");
  TCase *tcase = tcase_create("readers");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
  tcase_add_test(tcase, test_song_starts_at_the_first_frame);
  tcase_add_loop_test(tcase, test_locates_and_loops_are_bit_exact, 0, FORMATS);
  tcase_add_loop_test(tcase, test_thousand_loops, 0, 5);
  tcase_add_test(tcase, test_slow_disk_gives_silence_and_a_count);
  tcase_add_test(tcase, test_hanging_disk_holds_nobody_up);
  tcase_add_test(tcase, test_a_file_is_shared);
  tcase_add_test(tcase, test_locate_serves_what_is_urgent_first);
  tcase_add_test(tcase, test_loop_start_is_at_hand);
  tcase_add_test(tcase, test_parts_of_a_block_stay_together);
  tcase_add_test(tcase, test_unreadable_pages_are_silent_and_told);
  tcase_add_test(tcase, test_missing_file_is_told);
  tcase_add_test(tcase, test_opening_and_closing_under_play);
  tcase_add_test(tcase, test_live_play_stays_ahead);
  suite_add_tcase(suite, tcase);

  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
