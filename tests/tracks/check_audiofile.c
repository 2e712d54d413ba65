/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is read from each format, from anywhere in the file, and what is said of
   files that are not what they seem. */

#include "engine/tracks/audiofile.h"

#include "tests/tracks/fixture.h"

#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>

#define RATE 44100

typedef struct {
  int         format;
  const char *name;
  int         bits;
  bool        is_float;
} Format;

static const Format formats[] = {
  { SF_FORMAT_WAV | SF_FORMAT_PCM_U8, "WAV", 8, false },
  { SF_FORMAT_WAV | SF_FORMAT_PCM_16, "WAV", 16, false },
  { SF_FORMAT_WAV | SF_FORMAT_PCM_24, "WAV", 24, false },
  { SF_FORMAT_WAV | SF_FORMAT_PCM_32, "WAV", 32, false },
  { SF_FORMAT_WAV | SF_FORMAT_FLOAT, "WAV", 32, true },
  { SF_FORMAT_WAV | SF_FORMAT_DOUBLE, "WAV", 64, true },
  { SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, "WAV", 24, false },
  { SF_FORMAT_W64 | SF_FORMAT_PCM_24, "W64", 24, false },
  { SF_FORMAT_W64 | SF_FORMAT_FLOAT, "W64", 32, true },
  { SF_FORMAT_RF64 | SF_FORMAT_PCM_24, "RF64", 24, false },
  { SF_FORMAT_AIFF | SF_FORMAT_PCM_16, "AIFF", 16, false },
  { SF_FORMAT_AIFF | SF_FORMAT_PCM_24, "AIFF", 24, false },
  { SF_FORMAT_AIFF | SF_FORMAT_FLOAT, "AIFF", 32, true },
  { SF_FORMAT_AIFF | SF_ENDIAN_LITTLE | SF_FORMAT_PCM_16, "AIFF", 16, false },
  { SF_FORMAT_CAF | SF_FORMAT_PCM_24, "CAF", 24, false },
  { SF_FORMAT_CAF | SF_FORMAT_FLOAT, "CAF", 32, true },
  { SF_FORMAT_FLAC | SF_FORMAT_PCM_16, "FLAC", 16, false },
  { SF_FORMAT_FLAC | SF_FORMAT_PCM_24, "FLAC", 24, false },
};
#define FORMATS (int)(sizeof formats / sizeof *formats)

static float
stored(const Format *format, float sample)
{
  if (format->is_float || format->bits > 24)
    return sample;
  /* The writer of the fixture drops the bits that have no room. */
  const double unit = exp2(format->bits - 1);
  return (float)(floor((double)sample * unit) / unit);
}

START_TEST(test_every_format_from_anywhere)
{
  const Format *format = &formats[_i];
  const int     length = 50021;
  const char   *path   = fixture_path("a");
  AudioFileInfo info;
  char         *error = NULL;
  uint32_t      seed  = 5;
  int           wrong = 0;
  float         out[2 * 5000];

  fixture_write(path, format->format, RATE, 2, length);
  AudioFile *file = audiofile_open(path, &info, &error);
  ck_assert_msg(file != NULL, "%s", error);
  ck_assert_str_eq(info.format, format->name);
  ck_assert_int_eq(info.rate, RATE);
  ck_assert_int_eq(info.channels, 2);
  ck_assert_int_eq(info.frames, length);
  ck_assert_int_eq(info.missing, 0);
  ck_assert_int_eq(info.bits, format->bits);
  ck_assert_int_eq(info.is_float, format->is_float);
  ck_assert(info.lossless);

  for (int go = 0; go < 200; go++) {
    const int start = (int)(fixture_random(&seed) % (uint32_t)length);
    const int left  = length - start;
    const int count = left < 5000 ? left : 5000;
    ck_assert_int_eq(audiofile_read(file, start, 5000, out), count);
    for (int i = 0; i < 2 * count; i++)
      wrong += out[i] != stored(format, fixture_code(start + i / 2, i % 2));
  }
  ck_assert_int_eq(wrong, 0);
  audiofile_close(file);
}
END_TEST

START_TEST(test_vorbis_is_told_as_lossy)
{
  AudioFileInfo info;
  char         *error = NULL;
  fixture_write(
    fixture_path("a.ogg"), SF_FORMAT_OGG | SF_FORMAT_VORBIS, RATE, 2, 20000);
  ck_assert_msg(
    audiofile_probe(fixture_path("a.ogg"), &info, &error), "%s", error);
  ck_assert(!info.lossless);
  ck_assert_str_eq(info.format, "OGG");
  ck_assert_int_eq(info.bits, 0);
  ck_assert_int_eq(info.frames, 20000);
}
END_TEST

static const int widths[] = { 1, 8, 32, 64 };

START_TEST(test_many_channels)
{
  const int     channels = widths[_i];
  AudioFileInfo info;
  float         out[64 * 10];
  fixture_write(fixture_path("a.wav"),
                SF_FORMAT_WAV | SF_FORMAT_PCM_24,
                RATE,
                channels,
                1000);
  AudioFile *file = audiofile_open(fixture_path("a.wav"), &info, NULL);
  ck_assert_ptr_nonnull(file);
  ck_assert_int_eq(info.channels, channels);
  ck_assert_int_eq(audiofile_read(file, 500, 10, out), 10);
  for (int i = 0; i < 10 * channels; i++)
    ck_assert_float_eq(out[i], fixture_code(500 + i / channels, i % channels));
  audiofile_close(file);
}
END_TEST

/* --- files that are not what they seem --- */

static void
write_bytes(const char *path, const void *bytes, size_t count)
{
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
  ck_assert_int_eq(fclose(file), 0);
}

static void
patch(const char *path, long at, const void *bytes, size_t count)
{
  FILE *file = fopen(path, "r+b");
  ck_assert_ptr_nonnull(file);
  fseek(file, at, SEEK_SET);
  ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
  fclose(file);
}

static void
make_wav(const char *path)
{
  fixture_write(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 2, 5000);
}

static void
make_none(const char *path)
{
  (void)path;
}

static void
make_empty(const char *path)
{
  write_bytes(path, "", 0);
}

static void
make_folder(const char *path)
{
  ck_assert_int_eq(mkdir(path, 0777), 0);
}

static void
make_fifo(const char *path)
{
  ck_assert_int_eq(mkfifo(path, 0666), 0);
}

static void
make_device(const char *path)
{
  ck_assert_int_eq(symlink("/dev/zero", path), 0);
}

static void
make_text(const char *path)
{
  write_bytes(path, "This is a letter, not a song.\n", 30);
}

static void
make_three_bytes(const char *path)
{
  write_bytes(path, "RIF", 3);
}

static void
make_header_alone(const char *path)
{
  make_wav(path);
  ck_assert_int_eq(truncate(path, 20), 0);
}

static void
make_no_samples(const char *path)
{
  fixture_write(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 2, 0);
}

static void
make_ima(const char *path)
{
  fixture_write(path, SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, RATE, 1, 5000);
}

static void
make_ms(const char *path)
{
  fixture_write(path, SF_FORMAT_WAV | SF_FORMAT_MS_ADPCM, RATE, 1, 5000);
}

static void
make_w64_ima(const char *path)
{
  fixture_write(path, SF_FORMAT_W64 | SF_FORMAT_IMA_ADPCM, RATE, 1, 5000);
}

static void
make_aiff_ima(const char *path)
{
  fixture_write(path, SF_FORMAT_AIFF | SF_FORMAT_IMA_ADPCM, RATE, 1, 5000);
}

static void
make_alac(const char *path)
{
  fixture_write(path, SF_FORMAT_CAF | SF_FORMAT_ALAC_16, RATE, 1, 5000);
}

static void
make_gsm(const char *path)
{
  fixture_write(path, SF_FORMAT_WAV | SF_FORMAT_GSM610, 8000, 1, 5000);
}

/* PCM in the first description, ADPCM in a second one. */
static void
make_two_descriptions(const char *path)
{
  static const char adpcm[] =
    "fmt \x14\0\0\0\x11\0\1\0\x44\xAC\0\0\x44\xAC\0\0\0\4\4\0\2\0\xF9\7";
  fixture_write(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 1, 5000);
  patch(path, 36, adpcm, sizeof adpcm - 1);
  patch(path, 36 + sizeof adpcm - 1, "data\0\x10\0\0", 8);
}

static void
make_au(const char *path)
{
  fixture_write(path, SF_FORMAT_AU | SF_FORMAT_PCM_16, RATE, 1, 5000);
}

static void
make_65_channels(const char *path)
{
  fixture_write(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 65, 100);
}

static void
make_1000_channels(const char *path)
{
  fixture_write(path, SF_FORMAT_WAV | SF_FORMAT_PCM_16, RATE, 1000, 10);
}

static void
make_65535_channels(const char *path)
{
  make_wav(path);
  patch(path, 22, "\xFF\xFF", 2);
}

static void
make_no_channels(const char *path)
{
  make_wav(path);
  patch(path, 22, "\0\0", 2);
}

static void
make_slow_rate(const char *path)
{
  make_wav(path);
  patch(path, 24, "\1\0\0\0", 4);
}

static void
make_fast_rate(const char *path)
{
  make_wav(path);
  patch(path, 24, "\0\0\0\x40", 4);
}

static void
make_endless_chunks(const char *path)
{
  const size_t count = 12 + 8 * 20000;
  char        *bytes = calloc(1, count);
  memcpy(bytes, "RIFF\0\0\0\0WAVE", 12);
  for (size_t at = 12; at < count; at += 8)
    memcpy(bytes + at, "junk", 4);
  write_bytes(path, bytes, count);
  free(bytes);
}

/* libsndfile takes no CAF file that ends before its samples do. */
static void
make_short_caf(const char *path)
{
  fixture_write(path, SF_FORMAT_CAF | SF_FORMAT_PCM_24, RATE, 1, 50000);
  ck_assert_int_eq(truncate(path, 60000), 0);
}

static void
make_unfinished(const char *path)
{
  make_wav(path);
  patch(path, 4, "\0\0\0\0", 4);
  patch(path, 40, "\0\0\0\0", 4);
}

static void
make_huge_chunk(const char *path)
{
  write_bytes(path,
              "caff\0\1\0\0junk\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
              "data\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
              32);
}

static void
make_flac_head(const char *path)
{
  fixture_write(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, RATE, 2, 50000);
  ck_assert_int_eq(truncate(path, 30), 0);
}

static void
make_ogg_noise(const char *path)
{
  char     bytes[4000] = "OggS";
  uint32_t seed        = 9;
  for (size_t i = 4; i < sizeof bytes; i++)
    bytes[i] = (char)fixture_random(&seed);
  write_bytes(path, bytes, sizeof bytes);
}

typedef struct {
  void (*make)(const char *path);
  const char *says;
} Broken;

static const Broken broken[] = {
  { make_none, "No such file" },
  { make_empty, "empty" },
  { make_folder, "folder" },
  { make_fifo, "pipe" },
  { make_device, "device" },
  { make_text, "use WAV" },
  { make_three_bytes, "use WAV" },
  { make_header_alone, "breaks off" },
  { make_no_samples, "no audio" },
  { make_ima, "ADPCM" },
  { make_ms, "ADPCM" },
  { make_w64_ima, "ADPCM" },
  { make_aiff_ima, "ADPCM" },
  { make_alac, "convert it to PCM" },
  { make_gsm, "convert it to PCM" },
  { make_two_descriptions, "ADPCM" },
  { make_au, "use WAV" },
  { make_65_channels, "65 channels" },
  { make_1000_channels, "1000 channels" },
  { make_65535_channels, "use WAV" },
  { make_no_channels, "use WAV" },
  { make_slow_rate, "1 Hz" },
  { make_fast_rate, "1073741824 Hz" },
  { make_endless_chunks, "senseless" },
  { make_short_caf, "malformed" },
  { make_unfinished, "sox --ignore-length" },
  { make_huge_chunk, "breaks off" },
  { make_flac_head, "use WAV" },
  { make_ogg_noise, "use WAV" },
};
#define BROKEN (int)(sizeof broken / sizeof *broken)

START_TEST(test_a_sentence_for_each)
{
  const char   *path  = fixture_path("song.wav");
  char         *error = NULL;
  AudioFileInfo info;
  broken[_i].make(path);
  ck_assert(!audiofile_probe(path, &info, &error));
  ck_assert_ptr_nonnull(error);
  ck_assert_msg(strncmp(error, path, strlen(path)) == 0, "%s", error);
  ck_assert_msg(strstr(error, broken[_i].says) != NULL, "%s", error);
  ck_assert_msg(strchr(error, '\n') == NULL, "%s", error);
  free(error);
}
END_TEST

/* Cut in the middle of its samples a file still plays, and says so. */
START_TEST(test_cut_short_is_told)
{
  static const int cut[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_24,
                             SF_FORMAT_RF64 | SF_FORMAT_PCM_24,
                             SF_FORMAT_W64 | SF_FORMAT_PCM_24,
                             SF_FORMAT_AIFF | SF_FORMAT_PCM_24 };
  const char      *path  = fixture_path("a");
  char            *error = NULL;
  AudioFileInfo    info;
  struct stat      status;
  float            out[2];
  fixture_write(path, cut[_i], RATE, 2, 10000);
  ck_assert_int_eq(stat(path, &status), 0);
  ck_assert_int_eq(truncate(path, status.st_size - 6 * 2500), 0);

  AudioFile *file = audiofile_open(path, &info, &error);
  ck_assert_msg(file != NULL, "%s", error);
  ck_assert_int_eq(info.frames + info.missing, 10000);
  /* Chunks behind the samples are lost as well. */
  ck_assert_int_le(info.missing, 2500);
  ck_assert_int_ge(info.missing, 2000);
  ck_assert_int_eq(audiofile_read(file, 7000, 1, out), 1);
  ck_assert_float_eq(out[1], fixture_code(7000, 1));
  audiofile_close(file);
}
END_TEST

START_TEST(test_flac_cut_short_is_told)
{
  const char   *path  = fixture_path("a.flac");
  char         *error = NULL;
  AudioFileInfo info;
  struct stat   status;
  float         out[2];
  fixture_write(path, SF_FORMAT_FLAC | SF_FORMAT_PCM_24, RATE, 2, 100000);
  ck_assert_int_eq(stat(path, &status), 0);
  ck_assert_int_eq(truncate(path, status.st_size / 2), 0);

  AudioFile *file = audiofile_open(path, &info, &error);
  ck_assert_msg(file != NULL, "%s", error);
  ck_assert_int_eq(info.missing, -1);
  ck_assert_int_eq(audiofile_read(file, 90000, 1, out), 0);
  ck_assert_int_eq(audiofile_read(file, 7000, 1, out), 1);
  ck_assert_float_eq(out[1], fixture_code(7000, 1));
  audiofile_close(file);
}
END_TEST

/* A file that was written to a pipe cannot say how long it is. */
START_TEST(test_piped_file_plays)
{
  const char   *path  = fixture_path("a.wav");
  char         *error = NULL;
  AudioFileInfo info;
  make_wav(path);
  patch(path, 4, "\xFF\xFF\xFF\xFF", 4);
  patch(path, 40, "\xFF\xFF\xFF\xFF", 4);
  ck_assert_msg(audiofile_probe(path, &info, &error), "%s", error);
  ck_assert_int_eq(info.frames, 5000);
  ck_assert_int_eq(info.missing, 0);
}
END_TEST

/* No bytes whatever crash it: headers with bits turned, files cut anywhere. */
START_TEST(test_damaged_headers)
{
  const Format *format = &formats[_i];
  const char   *whole  = fixture_path("whole");
  const char   *path   = fixture_path("damaged");
  uint32_t      seed   = 77 + (uint32_t)_i;
  unsigned char bytes[4096];
  float         out[64 * 16];
  fixture_write(whole, format->format, RATE, 2, 600);
  FILE        *file  = fopen(whole, "rb");
  const size_t count = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  for (int go = 0; go < 150; go++) {
    unsigned char damaged[4096];
    memcpy(damaged, bytes, count);
    for (uint32_t i = fixture_random(&seed) % 6; i > 0; i--)
      damaged[fixture_random(&seed) % 128] =
        (unsigned char)fixture_random(&seed);
    write_bytes(path, damaged, 1 + fixture_random(&seed) % count);

    AudioFileInfo info;
    char         *error  = NULL;
    AudioFile    *opened = audiofile_open(path, &info, &error);
    ck_assert(opened != NULL || error != NULL);
    if (opened)
      audiofile_read(opened, info.frames / 2, 16, out);
    audiofile_close(opened);
    free(error);
  }
}
END_TEST

START_TEST(test_real_songs)
{
  static const char folder[] = "../shared/audio/song-boas-jam";
  DIR              *dir      = opendir(folder);
  if (!dir) {
    printf("%s is not there: real songs are not tested\n", folder);
    return;
  }
  int count = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    char          path[PATH_MAX];
    char         *error = NULL;
    AudioFileInfo info;
    if (entry->d_name[0] == '.')
      continue;
    snprintf(path, sizeof path, "%s/%.255s", folder, entry->d_name);
    ck_assert_msg(audiofile_probe(path, &info, &error), "%s", error);
    ck_assert_int_eq(info.rate, 44100);
    ck_assert_int_eq(info.frames, 36 * 44100);
    ck_assert_int_eq(info.missing, 0);
    count++;
  }
  closedir(dir);
  ck_assert_int_eq(count, 5);
}
END_TEST

int
main(void)
{
  Suite *suite = suite_create("audiofile");
  TCase *tcase = tcase_create("files");
  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, fixture_setup, fixture_teardown);
  tcase_add_loop_test(tcase, test_every_format_from_anywhere, 0, FORMATS);
  tcase_add_test(tcase, test_vorbis_is_told_as_lossy);
  tcase_add_loop_test(tcase, test_many_channels, 0, 4);
  tcase_add_loop_test(tcase, test_a_sentence_for_each, 0, BROKEN);
  tcase_add_loop_test(tcase, test_cut_short_is_told, 0, 4);
  tcase_add_test(tcase, test_flac_cut_short_is_told);
  tcase_add_test(tcase, test_piped_file_plays);
  tcase_add_loop_test(tcase, test_damaged_headers, 0, FORMATS);
  tcase_add_test(tcase, test_real_songs);
  suite_add_tcase(suite, tcase);

  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
