/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Who who = { .origin = ORIGIN_COMMAND };

/* Benches use the rig too, where Check is not running. */
static void __attribute__((format(printf, 2, 3)))
require(bool holds, const char *format, ...)
{
  va_list args;

  if (holds)
    return;
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
  abort();
}

Rig *
rig_new(int strips, int channels, int buses, double rate)
{
  Rig *rig  = calloc(1, sizeof *rig);
  rig->desk = desk_new();
  rig->rate = rate;
  for (int i = 0; i < strips; i++) {
    const unsigned number = desk_add(rig->desk, OWNER_STRIP, 0, who, NULL);
    require(number == (unsigned)i + 1, "strip %d has another number", i + 1);
    rig_setf(rig, channels == 1 ? "1" : "2", "/strip/%d/channels", i + 1);
  }
  for (int i = 0; i < buses; i++)
    desk_add(rig->desk, OWNER_BUS, 0, who, NULL);
  return rig;
}

void
rig_free(Rig *rig)
{
  link_free(rig->link);
  desk_free(rig->desk);
  free(rig);
}

void
rig_set(Rig *rig, const char *text_address, const char *text)
{
  Address     address;
  const char *rest;
  char        reason[DESK_REASON];

  require(address_parse(text_address, &address, &rest) && !*rest,
          "no address: %s",
          text_address);
  require(desk_set_typed(rig->desk, address, text, who, reason),
          "%s = %s: %s",
          text_address,
          text,
          reason);
}

void
rig_setf(Rig *rig, const char *text, const char *format, ...)
{
  char    address[128];
  va_list args;

  va_start(args, format);
  vsnprintf(address, sizeof address, format, args);
  va_end(args);
  rig_set(rig, address, text);
}

void
rig_start(Rig *rig, const char *kernel)
{
  const LinkOptions options = { .rate           = rig->rate,
                                .kernel         = kernel_choose(kernel),
                                .reader_threads = 1 };
  char              reason[DESK_REASON];

  require(options.kernel != NULL, "there is no kernel %s", kernel);
  rig->link = link_new(rig->desk, &options, reason);
  require(rig->link != NULL, "%s", reason);
  rig_settle(rig);
}

void
rig_settle(Rig *rig)
{
  char reason[DESK_REASON];

  require(link_settle(rig->link, reason), "%s", reason);
}

static void
run_block(Rig *rig, int offset, int n)
{
  const float *in[INPUT_PORTS];
  float       *out[OUTPUT_PORTS];
  EngineCycle  cycle = { .frames = n, .in = in, .out = out };
  SongSpan     spans[64];

  for (int i = 0; i < INPUT_PORTS; i++)
    in[i] = rig->in[i] ? rig->in[i] + offset : NULL;
  for (int i = 0; i < OUTPUT_PORTS; i++)
    out[i] = rig->out[i] ? rig->out[i] + offset : NULL;
  const int count =
    engine_next_spans(link_engine(rig->link), &cycle, spans, 64);
  for (int i = 0; i < count; i++)
    readers_wait(link_readers(rig->link), spans[i].frame, spans[i].frames);
  engine_process(link_engine(rig->link), &cycle);
}

void
rig_run(Rig *rig, int offset, int frames, int block, unsigned seed)
{
  while (frames > 0) {
    int n = block;
    if (!block) {
      seed = seed * 1664525u + 1013904223u;
      n    = 1 + (int)(seed >> 16) % 700;
    }
    n = n < frames ? n : frames;
    run_block(rig, offset, n);
    offset += n;
    frames -= n;
  }
}

void
rig_play(Rig *rig, int offset, int frames, int block)
{
  for (int n; frames > 0; offset += n, frames -= n) {
    n = block < frames ? block : frames;
    link_tick(rig->link);
    run_block(rig, offset, n);
  }
}

void
rig_take(Rig *rig)
{
  const EngineCycle none = { 0 };

  engine_process(link_engine(rig->link), &none);
}

void
rig_rest(Rig *rig, int n)
{
  const float *in[INPUT_PORTS];
  float       *out[OUTPUT_PORTS];

  memcpy(in, rig->in, sizeof in);
  memcpy(out, rig->out, sizeof out);
  memset(rig->in, 0, sizeof rig->in);
  memset(rig->out, 0, sizeof rig->out);
  rig_play(rig, 0, n, 64);
  memcpy(rig->in, in, sizeof in);
  memcpy(rig->out, out, sizeof out);
}

int
rig_input(Rig *rig, unsigned number, int leg)
{
  return 2 * link_slot(rig->link, OWNER_STRIP, number) + leg;
}

int
rig_output(Owner owner, unsigned number, int leg)
{
  const int slot = owner == OWNER_MAIN      ? SLOT_MAIN
                   : owner == OWNER_MONITOR ? SLOT_MONITOR
                                            : SLOT_BUS + (int)number - 1;

  return 2 * (slot - SLOT_BUS) + leg;
}

void
rig_feed(Rig *rig, unsigned number, int leg, float *sound)
{
  const int port = rig_input(rig, number, leg);

  free(rig->in[port]);
  rig->in[port] = sound;
}

void
rig_hear(Rig *rig, Owner owner, unsigned number, int n)
{
  for (int leg = 0; leg < 2; leg++) {
    const int port = rig_output(owner, number, leg);
    free(rig->out[port]);
    rig->out[port] = rig_zeros(n);
  }
}

const float *
rig_heard(const Rig *rig, Owner owner, unsigned number, int leg)
{
  return rig->out[rig_output(owner, number, leg)];
}

void
rig_done(Rig *rig)
{
  for (int i = 0; i < INPUT_PORTS; i++)
    free(rig->in[i]);
  for (int i = 0; i < OUTPUT_PORTS; i++)
    free(rig->out[i]);
  rig_free(rig);
}

void
rig_event(Rig *rig, unsigned number, unsigned cell, int64_t frame, double value)
{
  const Event event = { .kind = EVENT_VALUE,
                        .slot =
                          (uint16_t)link_slot(rig->link, OWNER_STRIP, number),
                        .cell   = (uint16_t)cell,
                        .frame  = frame,
                        .number = value };

  require(engine_post(link_engine(rig->link), &event), "the ring is full");
}

float *
rig_zeros(int n)
{
  return calloc((size_t)n, sizeof(float));
}

float *
rig_noise(int n, unsigned seed)
{
  float *noise = rig_zeros(n);

  for (int i = 0; i < n; i++) {
    seed     = seed * 1664525u + 1013904223u;
    noise[i] = (float)(int)seed / 2147483648.0f;
  }
  return noise;
}
