/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/link-private.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define LEAVE_SECONDS 0.006 /* longer than a gain takes to reach silence */

void
link_say(Link *link, const char *format, ...)
{
  char    sentence[1024];
  va_list args;

  va_start(args, format);
  g_vsnprintf(sentence, sizeof sentence, format, args);
  va_end(args);
  if (link->notice)
    link->notice(link->notice_self, sentence);
}

/* --- reports --- */

static const char *
output_fault(unsigned code)
{
  switch (code) {
  case OUTPUT_NOT_FINITE:
    return "a sample that is no number";
  case OUTPUT_DC:
    return "DC";
  default:
    return "a level beyond +24 dBFS";
  }
}

static void
output_muted(Link *link, const Report *report)
{
  const LinkStrip *slot = &link->slot[report->slot];

  link->warnings++;
  if (slot->owner == OWNER_BUS)
    link_say(link,
             "The output of bus %u is muted until it is in order: %s.",
             slot->number,
             output_fault(report->code));
  else
    link_say(link,
             "The output of %s is muted until it is in order: %s.",
             slot->owner == OWNER_MAIN ? "main" : "the monitor",
             output_fault(report->code));
}

/* The last strip that was told to leave is on its way out. */
static void
took_effect(Link *link, const Report *report)
{
  if (report->serial != link->due.leave)
    return;
  link->due.leave = 0;
  link->due.leave_end =
    report->engine_frame + (int64_t)(LEAVE_SECONDS * link->rate);
}

static void
take_reports(Link *link)
{
  Report report;

  while (engine_report(link->engine, &report)) {
    if (report.kind == REPORT_PLAN)
      link_plan_left(link, report.pointer);
    else if (report.kind == REPORT_OUTPUT)
      output_muted(link, &report);
    else if (report.kind == REPORT_APPLIED)
      took_effect(link, &report);
  }
}

void
link_tick(Link *link)
{
  take_reports(link);
  link_watch_tracks(link);
  link_update_plan(link);
  link_flush(link);
}

/* --- life --- */

/* Where nothing sounds yet, a plan is settled: what the desk says holds from
   the first sample. */
static bool
settle(Link *link)
{
  Plan *plan = link_make_plan(link);

  if (!plan)
    return false;
  link->structure = false;
  link_plan_posted(link, plan);
  link->due.at_once = true;
  link_flush(link);
  link->due.at_once = false;
  engine_settle(link->engine, plan);
  return true;
}

static void
add_all(Link *link)
{
  static const Owner owners[] = { OWNER_BUS, OWNER_MAIN, OWNER_MONITOR };

  link_add_strips(link);
  for (int i = 0; i < 3; i++)
    for (unsigned k = 0; k < desk_count(link->desk, owners[i]); k++)
      link_add_strip(link, owners[i], desk_nth(link->desk, owners[i], k));
}

Link *
link_new(Desk *desk, const LinkOptions *options, char reason[DESK_REASON])
{
  Link *link = g_new0(Link, 1);

  link->desk   = desk;
  link->rate   = options->rate;
  link->folder = g_strdup(options->folder);
  link->cache  = g_strdup(options->cache);
  link->trash  = g_array_new(FALSE, FALSE, sizeof(LinkTrash));
  link->engine = engine_new(options->rate, options->kernel);
  if (link->engine) {
    link->builder =
      plan_builder_new(engine_kernel(link->engine), options->rate);
    link->readers =
      readers_new(engine_playhead(link->engine), options->reader_threads);
  }
  if (!link->engine || !link->builder || !link->readers) {
    g_snprintf(reason, DESK_REASON, "There is not enough memory to start.");
    link_free(link);
    return NULL;
  }
  link->observer = desk_observe(desk, link_observe, link);
  add_all(link);
  link_tell_all(link);
  if (!settle(link)) {
    g_snprintf(reason, DESK_REASON, "The routing cannot be made.");
    link_free(link);
    return NULL;
  }
  return link;
}

void
link_detach(Link *link)
{
  if (link->observer)
    desk_unobserve(link->desk, link->observer);
  link->observer = 0;
}

void
link_move(Link *link, const char *folder, const char *cache)
{
  g_free(link->folder);
  g_free(link->cache);
  link->folder = g_strdup(folder);
  link->cache  = g_strdup(cache);
}

int
link_slot(const Link *link, Owner owner, unsigned number)
{
  return link_slot_of(link, owner, number);
}

void
link_free(Link *link)
{
  if (!link)
    return;
  link_detach(link);
  for (unsigned index = 0; index < SLOTS; index++)
    if (link->slot[index].strip)
      link_drop_slot(link, &link->slot[index]);
  if (link->leaving)
    plan_retire(link->builder, link->leaving);
  if (link->plan)
    plan_retire(link->builder, link->plan);
  if (link->waiting)
    plan_retire(link->builder, link->waiting);
  for (guint i = 0; i < link->trash->len; i++) {
    const LinkTrash trash = g_array_index(link->trash, LinkTrash, i);
    trash.free(link, trash.thing);
  }
  g_array_free(link->trash, TRUE);
  readers_free(link->readers);
  plan_builder_free(link->builder);
  engine_free(link->engine);
  g_free(link->folder);
  g_free(link->cache);
  g_free(link);
}

void
link_set_notice(Link *link, LinkNotice *notice, void *self)
{
  link->notice      = notice;
  link->notice_self = self;
}

void
link_set_transport(Link *link, const LinkTransport *transport)
{
  link->transport = *transport;
}

Engine *
link_engine(Link *link)
{
  return link->engine;
}

Readers *
link_readers(Link *link)
{
  return link->readers;
}

/* --- offline --- */

bool
link_settle(Link *link, char reason[DESK_REASON])
{
  readers_settle(link->readers, -1);
  for (unsigned index = 0; index < SLOT_BUS; index++) {
    const Track *track = link->slot[index].track;
    if (track && track_state(track) == TRACK_FAILED) {
      g_snprintf(reason,
                 DESK_REASON,
                 "Strip %u cannot be played: %s",
                 link->slot[index].number,
                 track_message(track));
      return false;
    }
  }
  link_watch_tracks(link);
  /* Files are open now, and their channels known: the first plan over. */
  if (link->structure && !settle(link)) {
    g_snprintf(reason, DESK_REASON, "The routing cannot be made.");
    return false;
  }
  take_reports(link);
  return true;
}

/* --- what the link knows --- */

static MeterValues
take_levels(StripMeters *meters)
{
  MeterValues values = { 0 };

  for (int leg = 0; leg < 2; leg++) {
    values.in[leg]      = atomic_exchange(&meters->in[leg], 0.0f);
    values.out[leg]     = atomic_exchange(&meters->out[leg], 0.0f);
    values.in_rms[leg]  = atomic_load(&meters->in_rms[leg]);
    values.out_rms[leg] = atomic_load(&meters->out_rms[leg]);
  }
  values.gate  = atomic_exchange(&meters->gate, 0.0f);
  values.comp  = atomic_exchange(&meters->comp, 0.0f);
  values.deess = atomic_exchange(&meters->deess, 0.0f);
  values.over  = values.out[0] >= 1.0f || values.out[1] >= 1.0f;
  return values;
}

size_t
link_take_meters(Link *link, MeterItem **items, size_t *room)
{
  size_t count = 0;

  if (*room < SLOTS) {
    *items = g_renew(MeterItem, *items, SLOTS);
    *room  = SLOTS;
  }
  for (unsigned index = 0; index < SLOTS; index++) {
    LinkStrip *slot = &link->slot[index];
    if (slot->strip && !slot->removed)
      (*items)[count++] =
        (MeterItem){ .owner  = slot->owner,
                     .number = slot->number,
                     .values = take_levels(&slot->strip->meters) };
  }
  return count;
}

double
link_length(Link *link)
{
  int64_t frames = 0;

  for (unsigned index = 0; index < SLOT_BUS; index++) {
    const Track *track = link->slot[index].track;
    if (track && track_state(track) == TRACK_READY)
      frames = MAX(frames, track->frames);
  }
  return (double)frames / link->rate;
}

void
link_fill_status(Link *link, Status *status)
{
  const EngineState *state = engine_state(link->engine);

  status->rolling    = atomic_load(&state->rolling);
  status->position   = (double)atomic_load(&state->song_frame) / link->rate;
  status->underruns  = atomic_load(&state->underruns);
  status->length     = link_length(link);
  status->soloed     = link->soloed;
  status->warnings   = link->warnings;
  status->converting = false;
  for (unsigned index = 0; index < SLOT_BUS; index++) {
    const Track *track = link->slot[index].track;
    /* Until the plan knows its channels. */
    if (track && !link->slot[index].reported)
      status->converting = true;
  }
}
