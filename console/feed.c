/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console/feed.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

/* What was put and not taken: structure in the order in which it happened, and
   one value an address. */
typedef struct Batch {
  GArray     *structure; /* of FeedItem */
  GArray     *values;    /* of FeedItem */
  GHashTable *places;    /* address key → index in values, plus one */
} Batch;

struct Feed {
  pthread_mutex_t lock;
  void (*wake)(void *);
  void *data;

  Batch      batch;
  Status     status;
  bool       status_is_new;
  MeterItem *meters;
  size_t     meter_count;
  size_t     meter_room;
};

static Batch
batch_new(void)
{
  return (Batch){ g_array_new(FALSE, FALSE, sizeof(FeedItem)),
                  g_array_new(FALSE, FALSE, sizeof(FeedItem)),
                  g_hash_table_new(NULL, NULL) };
}

static void
batch_cleanup(Batch *batch)
{
  for (guint i = 0; i < batch->values->len; i++)
    g_free(g_array_index(batch->values, FeedItem, i).text);
  g_array_free(batch->structure, TRUE);
  g_array_free(batch->values, TRUE);
  g_hash_table_destroy(batch->places);
}

static bool
batch_is_empty(const Batch *batch)
{
  return batch->structure->len == 0 && batch->values->len == 0;
}

static gpointer
place_key(Address address)
{
  return GUINT_TO_POINTER(address_key(address));
}

/* Puts a value, or replaces an older one that was not taken. Takes the text
   over. */
static void
batch_put_value(Batch *batch, const FeedItem *item)
{
  gpointer  key   = place_key(item->address);
  guint     place = GPOINTER_TO_UINT(g_hash_table_lookup(batch->places, key));
  FeedItem *old;

  if (place > 0) {
    old = &g_array_index(batch->values, FeedItem, place - 1);
    g_free(old->text);
    *old = *item;
    return;
  }
  g_array_append_val(batch->values, *item);
  g_hash_table_insert(batch->places, key, GUINT_TO_POINTER(batch->values->len));
}

static bool
is_of(const FeedItem *item, Address whose)
{
  return item->address.owner == whose.owner &&
         item->address.number == whose.number;
}

/* Values of what is gone must not be taken by what comes after it. */
static void
batch_forget_values(Batch *batch, Address whose)
{
  for (guint i = batch->values->len; i-- > 0;) {
    FeedItem *item = &g_array_index(batch->values, FeedItem, i);

    if (!is_of(item, whose))
      continue;
    g_free(item->text);
    g_hash_table_remove(batch->places, place_key(item->address));
    g_array_remove_index_fast(batch->values, i);
    if (i < batch->values->len) /* the last has moved here */
      g_hash_table_insert(
        batch->places, place_key(item->address), GUINT_TO_POINTER(i + 1));
  }
}

/* What came and went since the last taking need never be known. */
static bool
batch_cancel_addition(Batch *batch, Address whose)
{
  for (guint i = batch->structure->len; i-- > 0;) {
    const FeedItem *item = &g_array_index(batch->structure, FeedItem, i);

    if (item->kind == FEED_ADDED && is_of(item, whose)) {
      g_array_remove_index(batch->structure, i);
      return true;
    }
    if (item->kind == FEED_REMOVED && is_of(item, whose))
      return false;
  }
  return false;
}

static void
batch_put_existence(Batch *batch, const FeedItem *item)
{
  if (item->kind == FEED_REMOVED) {
    batch_forget_values(batch, item->address);
    if (batch_cancel_addition(batch, item->address))
      return;
  }
  g_array_append_val(batch->structure, *item);
}

Feed *
feed_new(void (*wake)(void *), void *data)
{
  Feed *feed = g_new0(Feed, 1);

  pthread_mutex_init(&feed->lock, NULL);
  feed->wake  = wake;
  feed->data  = data;
  feed->batch = batch_new();
  return feed;
}

void
feed_free(Feed *feed)
{
  if (!feed)
    return;
  batch_cleanup(&feed->batch);
  g_free(feed->meters);
  pthread_mutex_destroy(&feed->lock);
  g_free(feed);
}

static void
wake_if(Feed *feed, bool was_empty)
{
  if (was_empty && feed->wake)
    feed->wake(feed->data);
}

void
feed_put_change(Feed *feed, const Change *change)
{
  bool     was_empty;
  FeedItem item = { .address = change->address,
                    .number  = change->number,
                    .who     = change->who,
                    .text    = g_strdup(change->text) };

  item.kind = change->kind == CHANGE_VALUE   ? FEED_VALUE
              : change->kind == CHANGE_ADDED ? FEED_ADDED
                                             : FEED_REMOVED;
  pthread_mutex_lock(&feed->lock);
  was_empty = batch_is_empty(&feed->batch);
  if (item.kind == FEED_VALUE)
    batch_put_value(&feed->batch, &item);
  else
    batch_put_existence(&feed->batch, &item);
  was_empty = was_empty && !batch_is_empty(&feed->batch);
  pthread_mutex_unlock(&feed->lock);
  wake_if(feed, was_empty);
}

/* All that is not at its default. */
static void
batch_put_holder(Batch *batch, const Desk *desk, Owner owner, unsigned number)
{
  for (unsigned cell = 0; cell < CELLS; cell++) {
    FeedItem item = { .kind    = FEED_VALUE,
                      .address = desk_address(owner, number, cell) };

    if (!params_owner_has(owner, cell) || desk_is_default(desk, item.address))
      continue;
    if (params_of_cell(cell)->taper == TAPER_TEXT)
      item.text = g_strdup(desk_get_text(desk, item.address));
    else
      item.number = desk_get(desk, item.address);
    batch_put_value(batch, &item);
  }
}

static Batch
batch_of_desk(const Desk *desk)
{
  Batch    batch = batch_new();
  FeedItem reset = { .kind = FEED_RESET };

  g_array_append_val(batch.structure, reset);
  for (Owner owner = 0; owner < OWNERS; owner++)
    for (unsigned i = 0; i < desk_count(desk, owner); i++) {
      unsigned number = desk_nth(desk, owner, i);
      FeedItem added  = { .kind    = FEED_ADDED,
                          .address = desk_address(owner, number, 0) };

      g_array_append_val(batch.structure, added);
      batch_put_holder(&batch, desk, owner, number);
    }
  return batch;
}

void
feed_put_desk(Feed *feed, const Desk *desk)
{
  Batch batch = batch_of_desk(desk), old;

  pthread_mutex_lock(&feed->lock);
  old         = feed->batch;
  feed->batch = batch;
  pthread_mutex_unlock(&feed->lock);
  wake_if(feed, batch_is_empty(&old));
  batch_cleanup(&old);
}

void
feed_put_status(Feed *feed, const Status *status)
{
  bool was_old;

  pthread_mutex_lock(&feed->lock);
  was_old             = !feed->status_is_new;
  feed->status        = *status;
  feed->status_is_new = true;
  pthread_mutex_unlock(&feed->lock);
  wake_if(feed, was_old);
}

static void
raise_meters(MeterValues *values, const MeterValues *by)
{
  for (int side = 0; side < 2; side++) {
    values->in[side]      = MAX(values->in[side], by->in[side]);
    values->out[side]     = MAX(values->out[side], by->out[side]);
    values->in_rms[side]  = MAX(values->in_rms[side], by->in_rms[side]);
    values->out_rms[side] = MAX(values->out_rms[side], by->out_rms[side]);
  }
  values->gate  = MAX(values->gate, by->gate);
  values->comp  = MAX(values->comp, by->comp);
  values->deess = MAX(values->deess, by->deess);
  values->over |= by->over;
}

static MeterItem *
append_meters(Feed *feed, const MeterItem *items, size_t count)
{
  MeterItem *end;

  if (feed->meter_count + count > feed->meter_room) {
    feed->meter_room = MAX(feed->meter_count + count, 2 * feed->meter_room);
    feed->meters     = g_renew(MeterItem, feed->meters, feed->meter_room);
  }
  end = feed->meters + feed->meter_count;
  memcpy(end, items, count * sizeof *items);
  feed->meter_count += count;
  return end;
}

/* Where a strip stands among those not taken; most often at the same place as
   among those that come. */
static MeterItem *
find_meters(const Feed *feed, const MeterItem *like, size_t hint)
{
  for (size_t step = 0; step < feed->meter_count; step++) {
    MeterItem *item = &feed->meters[(hint + step) % feed->meter_count];

    if (item->owner == like->owner && item->number == like->number)
      return item;
  }
  return NULL;
}

void
feed_put_meters(Feed *feed, const MeterItem *items, size_t count)
{
  bool was_empty;

  if (count == 0)
    return;
  pthread_mutex_lock(&feed->lock);
  was_empty = feed->meter_count == 0;
  if (was_empty)
    append_meters(feed, items, count);
  else
    for (size_t i = 0; i < count; i++) {
      MeterItem *item = find_meters(feed, &items[i], i);

      if (item)
        raise_meters(&item->values, &items[i].values);
      else
        append_meters(feed, &items[i], 1);
    }
  pthread_mutex_unlock(&feed->lock);
  wake_if(feed, was_empty);
}

static bool
has_items(Feed *feed)
{
  bool any;

  pthread_mutex_lock(&feed->lock);
  any = !batch_is_empty(&feed->batch);
  pthread_mutex_unlock(&feed->lock);
  return any;
}

FeedItem *
feed_take(Feed *feed, size_t *count)
{
  Batch   taken, fresh;
  GArray *items;

  *count = 0;
  if (!has_items(feed))
    return NULL;
  /* Memory is asked for and given back outside the lock. */
  fresh = batch_new();
  pthread_mutex_lock(&feed->lock);
  taken       = feed->batch;
  feed->batch = fresh;
  pthread_mutex_unlock(&feed->lock);
  items           = taken.structure;
  taken.structure = NULL;
  g_array_append_vals(items, taken.values->data, taken.values->len);
  g_array_free(taken.values, TRUE);
  g_hash_table_destroy(taken.places);
  *count = items->len;
  return (FeedItem *)(void *)g_array_free(items, FALSE);
}

void
feed_items_free(FeedItem *items, size_t count)
{
  for (size_t i = 0; i < count; i++)
    g_free(items[i].text);
  g_free(items);
}

bool
feed_take_status(Feed *feed, Status *status)
{
  bool is_new;

  pthread_mutex_lock(&feed->lock);
  is_new = feed->status_is_new;
  if (is_new)
    *status = feed->status;
  feed->status_is_new = false;
  pthread_mutex_unlock(&feed->lock);
  return is_new;
}

size_t
feed_take_meters(Feed *feed, MeterItem **items, size_t *room)
{
  MeterItem *taken;
  size_t     count, taken_room;

  pthread_mutex_lock(&feed->lock);
  count             = feed->meter_count;
  taken             = feed->meters;
  taken_room        = feed->meter_room;
  feed->meters      = *items;
  feed->meter_room  = *room;
  feed->meter_count = 0;
  pthread_mutex_unlock(&feed->lock);
  *items = taken;
  *room  = taken_room;
  return count;
}
