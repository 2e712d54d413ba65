/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sessions/demo-speech.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define VOWEL(name, ...)                                                 \
  {                                                                      \
    .symbol = name, .kind = DEMO_SPEECH_VOWEL, .voice = 1.0, __VA_ARGS__ \
  }
#define SONORANT(name, ...)                                   \
  {                                                           \
    .symbol = name, .kind = DEMO_SPEECH_SONORANT, __VA_ARGS__ \
  }
#define FRICATIVE(name, ...)                                   \
  {                                                            \
    .symbol = name, .kind = DEMO_SPEECH_FRICATIVE, __VA_ARGS__ \
  }
#define STOP(name, ...)                                   \
  {                                                       \
    .symbol = name, .kind = DEMO_SPEECH_STOP, __VA_ARGS__ \
  }

static const DemoPhone phones[] = {
  VOWEL("IY", .f = { 300, 2250, 2950 }),
  VOWEL("IH", .f = { 410, 1950, 2560 }),
  VOWEL("EH", .f = { 560, 1780, 2480 }),
  VOWEL("AE", .f = { 680, 1660, 2420 }),
  VOWEL("AA", .f = { 720, 1120, 2480 }),
  VOWEL("AO", .f = { 590, 900, 2450 }),
  VOWEL("UW", .f = { 340, 920, 2250 }),
  VOWEL("AH", .f = { 640, 1220, 2420 }),
  VOWEL("AX", .f = { 500, 1420, 2440 }),
  VOWEL("ER", .f = { 490, 1340, 1720 }),
  VOWEL("EY", .f = { 510, 1840, 2480 }, .glide = { 340, 2150, 2750 }),
  VOWEL("AY", .f = { 720, 1260, 2460 }, .glide = { 380, 2000, 2600 }),
  VOWEL("OY", .f = { 560, 880, 2420 }, .glide = { 390, 1950, 2560 }),
  VOWEL("OW", .f = { 530, 940, 2380 }, .glide = { 390, 830, 2300 }),
  SONORANT("M",
           .f       = { 280, 1050, 2200 },
           .seconds = 0.075,
           .voice   = 0.50,
           .nasal   = 1.0),
  SONORANT("N",
           .f       = { 280, 1520, 2550 },
           .seconds = 0.070,
           .voice   = 0.50,
           .nasal   = 1.0),
  SONORANT("NG",
           .f       = { 290, 2050, 2700 },
           .seconds = 0.110,
           .voice   = 0.46,
           .nasal   = 1.0),
  SONORANT("L", .f = { 370, 1080, 2750 }, .seconds = 0.075, .voice = 0.62),
  SONORANT("R", .f = { 350, 1120, 1580 }, .seconds = 0.080, .voice = 0.66),
  SONORANT("W", .f = { 320, 700, 2250 }, .seconds = 0.085, .voice = 0.60),
  FRICATIVE("S",
            .f         = { 360, 1650, 2600 },
            .seconds   = 0.125,
            .hiss      = 1.0,
            .hiss_hz   = 6700,
            .hiss_wide = 2400),
  FRICATIVE("Z",
            .f         = { 320, 1650, 2600 },
            .seconds   = 0.090,
            .voice     = 0.30,
            .hiss      = 0.55,
            .hiss_hz   = 6500,
            .hiss_wide = 2400),
  FRICATIVE("F",
            .f         = { 340, 1150, 2300 },
            .seconds   = 0.090,
            .hiss      = 0.22,
            .hiss_hz   = 7500,
            .hiss_wide = 9000),
  FRICATIVE("V",
            .f         = { 300, 1150, 2300 },
            .seconds   = 0.065,
            .voice     = 0.42,
            .hiss      = 0.07,
            .hiss_hz   = 6500,
            .hiss_wide = 8000),
  FRICATIVE("DH",
            .f         = { 310, 1350, 2550 },
            .seconds   = 0.055,
            .voice     = 0.42,
            .hiss      = 0.06,
            .hiss_hz   = 6000,
            .hiss_wide = 7000),
  STOP("P",
       .f         = { 310, 850, 2200 },
       .seconds   = 0.070,
       .hiss      = 0.5,
       .hiss_hz   = 1200,
       .hiss_wide = 1800,
       .burst     = 0.045),
  STOP("T",
       .f         = { 310, 1750, 2700 },
       .seconds   = 0.060,
       .hiss      = 0.95,
       .hiss_hz   = 5200,
       .hiss_wide = 3600,
       .burst     = 0.050),
  STOP("K",
       .f         = { 310, 1900, 2350 },
       .seconds   = 0.065,
       .hiss      = 0.80,
       .hiss_hz   = 2300,
       .hiss_wide = 1300,
       .burst     = 0.055),
  STOP("B",
       .f         = { 290, 850, 2200 },
       .seconds   = 0.060,
       .voice     = 0.16,
       .hiss      = 0.22,
       .hiss_hz   = 1000,
       .hiss_wide = 1500,
       .burst     = 0.008),
  STOP("G",
       .f         = { 290, 1950, 2350 },
       .seconds   = 0.060,
       .voice     = 0.16,
       .hiss      = 0.40,
       .hiss_hz   = 2200,
       .hiss_wide = 1300,
       .burst     = 0.016),
};

static size_t
symbol_length(const char *symbol)
{
  return strcspn(symbol, " ");
}

const DemoPhone *
demo_speech_find(const char *symbol)
{
  const size_t length = symbol_length(symbol);
  for (size_t i = 0; i < COUNT(phones); i++) {
    if (strlen(phones[i].symbol) == length &&
        !strncmp(phones[i].symbol, symbol, length)) {
      return &phones[i];
    }
  }
  return NULL;
}

const char *
demo_speech_next(const char *symbols)
{
  const char *next = symbols + symbol_length(symbols);
  return *next ? next + 1 : NULL;
}
