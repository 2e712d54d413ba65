/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is played under jackd and recorded from main's ports is, sample for
   sample, what `consort render` writes: in JACK's freewheel at several block
   sizes, led by JACK's transport, while strips come and go; and in real time
   wherever nothing cut the recording, while the block size changes. */

#include <check.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/jack-rig.h"
#include "tests/program.h"
#include "tests/song.h"

#define SILENCE_FRAMES (20 * 44100) /* for every tail to end */

static char folder[64];

/* What main says comes to the recorder's ports by the desk's own doing. */
static const char to_recorder[] =
  "\"/main/output\": \"recorder:in-1,recorder:in-2\"";

/* --- what is expected --- */

typedef struct Render {
  int    frames;
  float *samples; /* interleaved */
  int    first;   /* the frame that is heard first */
} Render;

static void
render_session(const char *session, Render *render)
{
  SF_INFO info = { 0 };
  char    path[256];

  snprintf(path, sizeof path, "%s.wav", session);
  program_run("render %s -o %s --bits 32f --tail 1", session, path);
  SNDFILE *file = sf_open(path, SFM_READ, &info);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(info.channels, 2);
  render->frames  = (int)info.frames;
  render->samples = malloc(2 * sizeof(float) * (size_t)info.frames);
  ck_assert_int_eq(sf_readf_float(file, render->samples, info.frames),
                   info.frames);
  sf_close(file);
  render->first = 0;
  while (render->samples[2 * render->first] == 0.0f &&
         render->samples[2 * render->first + 1] == 0.0f)
    render->first++;
}

/* --- sessions, made once --- */

typedef struct Song {
  const char *lines;
  char        session[128];
  Render      render;
} Song;

static Song songs[2];

static void
make_song(Song *song, const char *name, const char *lines)
{
  char all[8192];

  snprintf(all, sizeof all, "%s%s%s", lines, *lines ? ",\n" : "", to_recorder);
  snprintf(song->session, sizeof song->session, "%s/%s", folder, name);
  song_session_with(song->session, all);
  render_session(song->session, &song->render);
}

static void
setup(void)
{
  program_folder(folder);
  make_song(&songs[0], "flat", "");
  make_song(&songs[1], "rich", song_rich);
}

static void
teardown(void)
{
  for (int i = 0; i < 2; i++)
    free(songs[i].render.samples);
  program_remove(folder);
}

/* --- recording --- */

typedef struct Take {
  int       song, block;
  double    seconds; /* 0: to the end */
  bool      freewheel;
  bool      follow;    /* JACK's transport leads */
  bool      disturbed; /* strips and buses come and go meanwhile */
  bool      resized;   /* the block size changes meanwhile */
  Probe    *recorder;
  int       frames;
  long long underruns; /* blocks in which a track's audio was late */
} Take;

typedef struct Place {
  Program *program;
  double   position;
} Place;

static bool
is_past(void *self)
{
  const Place *place = self;
  double       at    = 0.0;

  program_ask(place->program, "/transport/position", &at, NULL);
  return at > place->position;
}

static void
roll(const Take *take, Program *program, bool on)
{
  if (!take->follow)
    program_say(program, "/transport/play", "i", on);
  else if (on)
    jack_transport_start(take->recorder->client);
  else
    jack_transport_stop(take->recorder->client);
}

static void
rewind_tape(const Take *take, Program *program)
{
  if (take->follow)
    jack_transport_locate(take->recorder->client, 0);
  else
    program_say(program, "/transport/locate", "f", 0.0);
  ck_assert(program_answers(program, "/transport/position", 0.0));
}

/* In freewheel nothing plays before all tracks are open, and who has answered
   twice since then has put the plan of what they are in force. */
static void
warm_up(const Take *take, Program *program)
{
  Place place = { program, 0.5 };

  roll(take, program, true);
  ck_assert_msg(wait_until(is_past, &place), "%s", program->log);
  roll(take, program, false);
  ck_assert(program_answers(program, "/transport/play", 0.0));
  rewind_tape(take, program);
  ck_assert(probe_pass(take->recorder, SILENCE_FRAMES));
}

/* --- what happens meanwhile --- */

static bool
is_keeping(const Take *take)
{
  return atomic_load(&take->recorder->count) < take->frames;
}

/* Removed numbers do not come again: each is asked for. */
static void
disturb(const Take *take, Program *program)
{
  for (int number = 6; is_keeping(take); number++) {
    program_say(program, "/desk/add", "si", "strip", number);
    program_say(program, "/desk/add", "si", "bus", number);
    ck_assert(program_answers(program, "/strip/1/mute", 0.0));
    pause_ms(20);
    program_say(program, "/desk/remove", "si", "bus", number);
    program_say(program, "/desk/remove", "si", "strip", number);
    pause_ms(20);
  }
}

static void
resize(const Take *take)
{
  static const int blocks[] = { 1024, 64, 512 };
  Probe           *probe    = take->recorder;

  for (int i = 0; i < 3 && is_keeping(take); i++) {
    jack_set_buffer_size(probe->client, (jack_nframes_t)blocks[i]);
    ck_assert(probe_pass(probe, 8192));
    ck_assert_int_eq(atomic_load(&probe->last_cycle), blocks[i]);
  }
}

static void
read_underruns(Take *take, Program *program)
{
  const char *count = strstr(program->log, "xruns, ");

  ck_assert_msg(count != NULL, "%s", program->log);
  take->underruns = atoll(count + strlen("xruns, "));
}

/* Plays from the beginning and keeps what comes, from the first sound on. */
static void
record(Take *take, const JackServer *server)
{
  const Song *song = &songs[take->song];
  Program     program;

  take->recorder = probe_new(server, "recorder", 2, 0);
  take->frames   = song->render.frames - song->render.first;
  if (take->seconds > 0.0)
    take->frames = (int)(take->seconds * 44100.0);
  program_start(&program, song->session, "--watch --server %s", server->name);
  ck_assert_msg(
    probe_sees_connection(take->recorder, "consort:main-L", "recorder:in-1") &&
      probe_sees_connection(take->recorder, "consort:main-R", "recorder:in-2"),
    "%s",
    program.log);
  jack_set_freewheel(take->recorder->client, 1);
  program_set(&program, "/transport/follow", take->follow);
  warm_up(take, &program);
  jack_set_freewheel(take->recorder->client, take->freewheel);
  probe_keep(take->recorder, take->frames, true);
  roll(take, &program, true);
  if (take->disturbed)
    disturb(take, &program);
  if (take->resized)
    resize(take);
  const bool kept = probe_kept(take->recorder);
  jack_set_freewheel(take->recorder->client, 0);
  program_stop(&program);
  ck_assert_msg(kept, "it did not play to the end: %s", program.log);
  read_underruns(take, &program);
  program_free(&program);
}

/* The first frame that differs from the render; -1: none does. */
static int
first_difference(const Take *take, const Render *render)
{
  const float *expected = render->samples + 2 * render->first;

  for (int i = 0; i < take->frames; i++)
    for (int side = 0; side < 2; side++)
      if (take->recorder->kept[side][i] != expected[2 * i + side])
        return i;
  return -1;
}

static void
expect_render(const Take *take)
{
  const Render *render   = &songs[take->song].render;
  float *const *kept     = take->recorder->kept;
  const int     at       = first_difference(take, render);
  const float  *expected = render->samples + 2 * (render->first + at);

  ck_assert_msg(at < 0,
                "%d frames a cycle: frame %d of %d is %.9g, %.9g and not "
                "%.9g, %.9g",
                take->block,
                at,
                take->frames,
                (double)kept[0][at],
                (double)kept[1][at],
                (double)expected[0],
                (double)expected[1]);
}

static const Take freewheels[] = {
  { .song = 0, .block = 64, .freewheel = true },
  { .song = 0, .block = 256, .freewheel = true },
  { .song = 0, .block = 1024, .freewheel = true },
  { .song = 1, .block = 64, .freewheel = true },
  { .song = 1, .block = 256, .freewheel = true },
  { .song = 1, .block = 1024, .freewheel = true },
  { .song = 0, .block = 256, .freewheel = true, .follow = true },
  { .song = 1, .block = 256, .freewheel = true, .disturbed = true },
};

START_TEST(freewheel_equals_render)
{
  Take       take = freewheels[_i];
  JackServer server;

  jack_server_start(&server, 44100, take.block);
  record(&take, &server);
  expect_render(&take);
  probe_free(take.recorder);
  jack_server_stop(&server);
}
END_TEST

static const Take real_times[] = {
  { .song = 1, .block = 256, .seconds = 4.0 },
  { .song = 0, .block = 256, .seconds = 4.0, .resized = true },
  { .song = 1, .block = 64 },
  { .song = 0, .block = 1024 },
};

START_TEST(real_time_equals_render)
{
  Take       take = real_times[_i];
  JackServer server;

  if (take.seconds == 0.0 && !getenv("CONSORT_SIEGE"))
    return;
  jack_server_start(&server, 44100, take.block);
  record(&take, &server);
  const unsigned long xruns = (unsigned long)take.recorder->xruns;
  if (xruns || take.underruns)
    printf("Not compared: %lu xruns and %lld late tracks cut the recording.\n",
           xruns,
           take.underruns);
  else
    expect_render(&take);
  probe_free(take.recorder);
  jack_server_stop(&server);
}
END_TEST

static Suite *
suite(void)
{
  Suite *s  = suite_create("record");
  TCase *tc = tcase_create("record");

  tcase_add_unchecked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 300);
  tcase_add_loop_test(tc,
                      freewheel_equals_render,
                      0,
                      (int)(sizeof freewheels / sizeof *freewheels));
  tcase_add_loop_test(tc,
                      real_time_equals_render,
                      0,
                      (int)(sizeof real_times / sizeof *real_times));
  suite_add_tcase(s, tc);
  return s;
}

int
main(void)
{
  SRunner *sr = srunner_create(suite());

  srunner_run_all(sr, CK_ENV);
  const int failed = srunner_ntests_failed(sr);
  srunner_free(sr);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
