/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/broken.h"

#include <fcntl.h>
#include <glib.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/scratch.h"

#define HEAD   "{\n\"format\": \"consort session 1\""
#define STRIPS HEAD ",\n\"/strip/1/channels\": 2,\n\"/strip/2/channels\": 1"
#define BUSES                                                          \
  STRIPS ",\n\"/bus/1/kind\": \"group\",\n\"/bus/2/kind\": \"group\"," \
         "\n\"/bus/3/kind\": \"aux\""
#define END "\n}\n"

/* --- sessions that a program makes --- */

static void
make_nothing(const char *path)
{
  (void)path;
}

static void
make_fifo(const char *path)
{
  if (mkfifo(path, 0600) != 0)
    g_error("no FIFO at %s", path);
}

static void
make_folder(const char *path)
{
  g_mkdir_with_parents(path, 0755);
}

static void
make_device(const char *path)
{
  if (symlink("/dev/zero", path) != 0)
    g_error("no link at %s", path);
}

static void
make_circle(const char *path)
{
  if (symlink(path, path) != 0)
    g_error("no link at %s", path);
}

static void
make_large(const char *path)
{
  scratch_write_text(path, HEAD);
  if (truncate(path, 40 << 20) != 0)
    g_error("%s cannot grow", path);
}

static void
make_nul(const char *path)
{
  static const char text[] = HEAD ",\n\"/main/name\": \"a\0b\"" END;

  scratch_write(path, text, sizeof text - 1);
}

/* What journaling file systems leave after a power cut without fsync. */
static void
make_zeros(const char *path)
{
  const char zeros[4096] = { 0 };

  scratch_write(path, zeros, sizeof zeros);
}

static void
make_lines(const char *path, const char *head, const char *format, int count)
{
  GString *text = g_string_new(head);

  for (int i = 1; i <= count; i++)
    g_string_append_printf(text, format, i);
  g_string_append(text, END);
  scratch_write_text(path, text->str);
  g_string_free(text, TRUE);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void
make_many_strips(const char *path)
{
  make_lines(path, HEAD, ",\n\"/strip/%d/channels\": 1", 1100);
}

static void
make_many_lines(const char *path)
{
  make_lines(path, HEAD, ",\n\"x%d\": 0", 2000010);
}
#pragma GCC diagnostic pop

static void
make_long_name(const char *path)
{
  char    *name = g_strnfill(10 << 20, 'n');
  GString *text = g_string_new(HEAD);

  g_string_append_printf(text, ",\n\"/main/name\": \"%s\"" END, name);
  scratch_write_text(path, text->str);
  g_string_free(text, TRUE);
  g_free(name);
}

static void
make_long_value(const char *path)
{
  char    *name = g_strnfill(10 << 20, '1');
  GString *text = g_string_new(HEAD);

  g_string_append_printf(text, ",\n\"/main/fader\": {\"%s\": 1}" END, name);
  scratch_write_text(path, text->str);
  g_string_free(text, TRUE);
  g_free(name);
}

static void
make_deep(const char *path)
{
  char    *open = g_strnfill(1 << 20, '[');
  GString *text = g_string_new(HEAD);

  g_string_append_printf(text, ",\n\"/deep\": %s" END, open);
  scratch_write_text(path, text->str);
  g_string_free(text, TRUE);
  g_free(open);
}

static void
make_other_encoding(const char *path)
{
  const char *from = HEAD ",\n\"/main/name\": \"Gro\xc3\x9f\"" END;
  gsize       size;
  char *wide = g_convert(from, -1, "UTF-16LE", "UTF-8", NULL, &size, NULL);

  scratch_write(path, wide, size);
  g_free(wide);
}

const Broken broken_sessions[] = {
  /* Files. */
  { "no file", NULL, make_nothing, { "consort new" } },
  { "a FIFO", NULL, make_fifo, { "regular file" } },
  { "a folder", NULL, make_folder, { "regular file" } },
  { "a device", NULL, make_device, { "regular file" } },
  { "a link to itself", NULL, make_circle, { "read" } },
  { "larger than memory should hold", NULL, make_large, { "32 MiB" } },
  { "empty", "", NULL, { "empty", "backup" } },
  { "zero bytes in a text", NULL, make_nul, { "zero bytes", "backup" } },
  { "all zero", NULL, make_zeros, { "zero bytes", "backup" } },
  { "UTF-16", NULL, make_other_encoding, { "zero bytes" } },
  /* Syntax: the line. */
  { "truncated in a line", STRIPS ",\n\"/strip/1/fa", NULL, { ":5:" } },
  { "truncated between lines", STRIPS, NULL, { ":4:" } },
  { "a comma too many", STRIPS ",\n" END, NULL, { ":6:" } },
  { "a comma too few", STRIPS "\n\"/strip/1/fader\": -6" END, NULL, { ":5:" } },
  { "a quote too few",
    STRIPS ",\n\"/strip/1/name\": \"x" END,
    NULL,
    { ":5:" } },
  { "two objects", STRIPS END "{}", NULL, { ":6:" } },
  { "an array", "[1, 2]\n", NULL, { "format" } },
  { "a number", "12\n", NULL, { ":1:" } },
  { "no text at all", "hello\n", NULL, { ":1:" } },
  { "terminal commands", "{\x1b[2J\x1b]0;x\x07}\n", NULL, { ":1:" } },
  { "NaN", STRIPS ",\n\"/strip/1/fader\": NaN" END, NULL, { ":5:" } },
  { "1e999", STRIPS ",\n\"/strip/1/fader\": 1e999" END, NULL, { ":5:" } },
  { "invalid UTF-8",
    STRIPS ",\n\"/strip/1/name\": \"\xff\xfe\"" END,
    NULL,
    { ":5:" } },
  { "half of a surrogate pair",
    STRIPS ",\n\"/strip/1/name\": \"\\ud800\"" END,
    NULL,
    { ":5:" } },
  { "a NUL in a text",
    STRIPS ",\n\"/strip/1/name\": \"a\\u0000b\"" END,
    NULL,
    { ":5:" } },
  { "depth", NULL, make_deep, { ":3:", "depth" } },
  { "an address twice",
    STRIPS ",\n\"/strip/1/fader\": -6,\n\"/strip/1/fader\": -7" END,
    NULL,
    { ":6:", "/strip/1/fader" } },
  { "an address twice in disguise",
    STRIPS ",\n\"/strip/1/fader\": -6,\n\"\\/strip/1/f\\u0061der\": -7" END,
    NULL,
    { ":6:", "duplicate" } },
  /* Formats. */
  { "no format", "{\n\"/main/fader\": 0\n}\n", NULL, { "format" } },
  { "a later format",
    "{\n\"format\": \"consort session 2\"\n}\n",
    NULL,
    { "format", "version" } },
  { "a format that is a number", "{\"format\": 1}\n", NULL, { "format" } },
  /* Limits. */
  { "1e308",
    STRIPS ",\n\"/strip/1/fader\": 1e308" END,
    NULL,
    { ":5:", "/strip/1/fader", "10.0 dB" } },
  { "-1e308 Hz",
    STRIPS ",\n\"/strip/1/hpf/freq\": -1e308" END,
    NULL,
    { ":5:", "/strip/1/hpf/freq" } },
  { "inf where there is none",
    STRIPS ",\n\"/strip/1/trim\": \"inf\"" END,
    NULL,
    { ":5:", "/strip/1/trim" } },
  { "a billion strips",
    HEAD ",\n\"/strip/1000000000/channels\": 1" END,
    NULL,
    { ":3:", "/strip/1000000000/channels", "9999" } },
  { "a bus too many",
    HEAD ",\n\"/bus/65/kind\": \"aux\"" END,
    NULL,
    { ":3:", "/bus/65/kind", "64" } },
  { "more strips than a desk",
    NULL,
    make_many_strips,
    { ":1027:", "/strip/1025/channels", "1024" } },
  { "more lines than a session", NULL, make_many_lines, { "lines" } },
  { "a name of ten megabytes",
    NULL,
    make_long_name,
    { ":3:", "/main/name", "64" } },
  { "a value of ten megabytes",
    NULL,
    make_long_value,
    { ":3:", "/main/fader" } },
  { "a next number that is huge",
    HEAD ",\n\"/desk/next/strip\": 1e9" END,
    NULL,
    { ":3:", "/desk/next/strip", "10000" } },
  { "a next number with a fraction",
    HEAD ",\n\"/desk/next/bus\": 3.5" END,
    NULL,
    { ":3:", "/desk/next/bus", "65" } },
  /* Types. */
  { "a text for a level",
    STRIPS ",\n\"/strip/1/fader\": \"loud\"" END,
    NULL,
    { ":5:", "/strip/1/fader" } },
  { "null",
    STRIPS ",\n\"/strip/1/fader\": null" END,
    NULL,
    { ":5:", "/strip/1/fader", "number" } },
  { "an array for a level",
    STRIPS ",\n\"/strip/1/fader\": [1]" END,
    NULL,
    { ":5:", "/strip/1/fader", "number" } },
  { "a number for a switch",
    STRIPS ",\n\"/strip/1/mute\": 1" END,
    NULL,
    { ":5:", "/strip/1/mute", "true or false" } },
  { "a number for a name",
    STRIPS ",\n\"/strip/1/name\": 7" END,
    NULL,
    { ":5:", "/strip/1/name", "quotes" } },
  { "a choice that is none",
    HEAD ",\n\"/bus/1/kind\": \"disco\"" END,
    NULL,
    { ":3:", "/bus/1/kind", "reverb" } },
  { "half a channel",
    HEAD ",\n\"/strip/1/channels\": 1.5" END,
    NULL,
    { ":3:", "/strip/1/channels" } },
  { "a newline in a name",
    STRIPS ",\n\"/strip/1/name\": \"a\\nb\"" END,
    NULL,
    { ":5:", "/strip/1/name", "control" } },
  { "a colour that is none",
    STRIPS ",\n\"/strip/1/color\": \"\\u202emauve\"" END,
    NULL,
    { ":5:", "/strip/1/color" } },
  /* What is not there. */
  { "a strip without channels",
    STRIPS ",\n\"/strip/7/fader\": 0" END,
    NULL,
    { ":5:", "/strip/7/fader", "/strip/7/channels" } },
  { "a send to no bus",
    STRIPS ",\n\"/strip/1/send/4/on\": true" END,
    NULL,
    { ":5:", "/strip/1/send/4/on", "Bus 4" } },
  { "a key to no strip",
    STRIPS ",\n\"/strip/1/comp/key\": \"strip/9\"" END,
    NULL,
    { ":5:", "/strip/1/comp/key", "Strip 9" } },
  { "a key that is no strip",
    STRIPS ",\n\"/strip/1/gate/key\": \"kick\"" END,
    NULL,
    { ":5:", "/strip/1/gate/key" } },
  { "a link to oneself",
    STRIPS ",\n\"/strip/1/link\": \"strip/1\"" END,
    NULL,
    { ":5:", "/strip/1/link" } },
  { "an order with strangers",
    STRIPS ",\n\"/desk/order\": \"strip/1 strip/3\"" END,
    NULL,
    { ":5:", "/desk/order", "strip/3" } },
  { "a track outside",
    STRIPS ",\n\"/strip/1/track\": \"audio/../../../etc/passwd\"" END,
    NULL,
    { ":5:", "/strip/1/track", ".." } },
  /* Circles. */
  { "two buses in a circle",
    BUSES ",\n\"/bus/1/group/2\": true,\n\"/bus/2/group/1\": true" END,
    NULL,
    { "circle", "Bus 1", "Bus 2" } },
  { "a bus into itself",
    BUSES ",\n\"/bus/3/send/3/on\": true" END,
    NULL,
    { "circle", "Bus 3" } },
  { "a circle through a key",
    BUSES
    ",\n\"/strip/1/group/1\": true,\n\"/strip/1/comp/key\": \"bus/1\"" END,
    NULL,
    { "circle", "Bus 1", "Strip 1" } },
  { "main into a group",
    BUSES ",\n\"/main/send/1/on\": true" END,
    NULL,
    { "matrix", "Bus 1" } },
};
const unsigned broken_session_count = G_N_ELEMENTS(broken_sessions);

/* --- audio --- */

static void
make_wav(const char *path)
{
  scratch_audio(path, &(ScratchAudio){ .channels = 2, .frames = 4800 });
}

static void
make_short(const char *path, int format, long bytes)
{
  scratch_audio(
    path, &(ScratchAudio){ .format = format, .channels = 2, .frames = 48000 });
  if (truncate(path, bytes) != 0)
    g_error("%s cannot be cut", path);
}

static void
make_header_alone(const char *path)
{
  make_short(path, 0, 20);
}

static void
make_flac_head(const char *path)
{
  make_short(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 60);
}

static void
make_no_frames(const char *path)
{
  scratch_audio(path, &(ScratchAudio){ .channels = 1, .frames = 0 });
}

static void
make_adpcm(const char *path)
{
  scratch_audio(path,
                &(ScratchAudio){ .format   = SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM,
                                 .channels = 2,
                                 .frames   = 4800 });
}

static void
make_text(const char *path)
{
  scratch_write_text(path, "This was to be a recording of the second verse.\n");
}

static void
make_empty(const char *path)
{
  scratch_write(path, "", 0);
}

/* A WAV whose header says what cannot be: bytes from an offset on. */
static void
make_lie(const char *path, long at, uint32_t value, int bytes)
{
  make_wav(path);
  FILE *file = fopen(path, "r+b");
  if (!file || fseek(file, at, SEEK_SET) != 0)
    g_error("%s cannot be changed", path);
  for (int i = 0; i < bytes; i++)
    fputc((int)(value >> (8 * i) & 255), file);
  fclose(file);
}

static void
make_fast(const char *path)
{
  make_lie(path, 24, 2000000000, 4);
}

static void
make_wide(const char *path)
{
  make_lie(path, 22, 60000, 2);
}

static void
make_no_channels(const char *path)
{
  make_lie(path, 22, 0, 2);
}

static void
make_no_rate(const char *path)
{
  make_lie(path, 24, 0, 4);
}

static void
make_random(const char *path)
{
  GRand *random = g_rand_new_with_seed(4711);
  char   bytes[4096];

  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (char)g_rand_int_range(random, 0, 256);
  scratch_write(path, bytes, sizeof bytes);
  g_rand_free(random);
}

static void
make_socket(const char *path)
{
  struct sockaddr_un at = { .sun_family = AF_UNIX };
  const int          fd = socket(AF_UNIX, SOCK_DGRAM, 0);

  g_strlcpy(at.sun_path, path, sizeof at.sun_path);
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0)
    g_error("no socket at %s", path);
  close(fd);
}

const Broken broken_audio[] = {
  { "missing.wav", NULL, make_nothing, { "No such file" } },
  { "fifo.wav", NULL, make_fifo, { "pipe" } },
  { "folder.wav", NULL, make_folder, { "folder" } },
  { "device.wav", NULL, make_device, { "device" } },
  { "socket.wav", NULL, make_socket, { "device" } },
  { "itself.wav", NULL, make_circle, { "opened" } },
  { "empty.wav", NULL, make_empty, { "empty" } },
  { "text.wav", NULL, make_text, { "not an audio file" } },
  { "random.flac", NULL, make_random, { "not an audio file" } },
  { "cut.wav", NULL, make_header_alone, { "breaks off" } },
  { "cut.flac", NULL, make_flac_head, { "" } },
  { "no frames.wav", NULL, make_no_frames, { "no audio" } },
  { "adpcm.wav", NULL, make_adpcm, { "PCM" } },
  { "too fast.wav", NULL, make_fast, { "2000000000" } },
  { "too wide.wav", NULL, make_wide, { "" } },
  { "no channels.wav", NULL, make_no_channels, { "" } },
  { "no rate.wav", NULL, make_no_rate, { "" } },
};
const unsigned broken_audio_count = G_N_ELEMENTS(broken_audio);

/* --- making and judging --- */

char *
broken_make_session(unsigned index, const char *folder)
{
  const Broken *broken = &broken_sessions[index];
  char         *path   = scratch_path(folder, "session.json");

  g_mkdir_with_parents(folder, 0755);
  if (broken->make)
    broken->make(path);
  else
    scratch_write_text(path, broken->text);
  return path;
}

char *
broken_make_audio(unsigned index, const char *folder)
{
  char *path = scratch_path(folder, broken_audio[index].name);

  broken_audio[index].make(path);
  return path;
}

const char *
broken_lacks(const Broken *broken, const char *path, const char *sentence)
{
  if (!sentence || !scratch_is_sentence(sentence))
    return "it is no sentence";
  if (!strstr(sentence, path))
    return "the file's name";
  for (int i = 0; i < 3 && broken->says[i]; i++)
    if (!strstr(sentence, broken->says[i]))
      return broken->says[i];
  return NULL;
}
