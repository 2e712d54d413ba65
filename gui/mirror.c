/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/mirror.h"

#include <string.h>

/* How long the screen believes its own hand: longer than a change takes to
   come back from a busy desk, shorter than an eye would call wrong. */
enum { ASKED_FOR_US = 250000 };

typedef struct Watcher {
  GuiWatch *func; /* NULL: gone */
  gpointer  data;
} Watcher;

typedef struct Entry {
  double  number;
  double  asked;       /* by this screen, shown until asked_until */
  gint64  asked_until; /* 0: nothing asked */
  char   *text;
  GArray *watchers;
  bool    told; /* the desk told its value */
} Entry;

struct _GuiMirror {
  GObject     parent_instance;
  Control    *control;
  Feed       *feed;
  GHashTable *entries; /* by address_key() */
  GArray     *order;
  GArray     *asked;   /* keys with asked_until set */
  GArray     *changed; /* keys to tell the watchers of */
  Status      status;
  MeterItem  *meters;
  size_t      meter_room;
  bool        structure_changed;
  bool        buses_changed;
};

enum { SIGNAL_STRUCTURE, SIGNAL_BUSES, SIGNAL_STATUS, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(GuiMirror, gui_mirror, G_TYPE_OBJECT)

static void
entry_free(gpointer data)
{
  Entry *entry = data;

  g_free(entry->text);
  g_clear_pointer(&entry->watchers, g_array_unref);
  g_free(entry);
}

static Entry *
mirror_find(GuiMirror *self, Address address)
{
  return g_hash_table_lookup(self->entries,
                             GUINT_TO_POINTER(address_key(address)));
}

static Entry *
mirror_entry(GuiMirror *self, Address address)
{
  Entry *entry = mirror_find(self, address);

  if (!entry) {
    entry         = g_new0(Entry, 1);
    entry->number = params_default(address.cell);
    g_hash_table_insert(
      self->entries, GUINT_TO_POINTER(address_key(address)), entry);
  }
  return entry;
}

static void
mirror_mark(GuiMirror *self, Address address)
{
  const guint32 key = address_key(address);

  g_array_append_val(self->changed, key);
}

/* Order. */

static gint
compare_places(gconstpointer a, gconstpointer b)
{
  const Address *x = a;
  const Address *y = b;

  return x->owner != y->owner ? x->owner - y->owner : x->number - y->number;
}

static bool
order_find(const GArray *order, Address place, guint *index)
{
  for (guint i = 0; i < order->len; i++) {
    if (!compare_places(&g_array_index(order, Address, i), &place)) {
      *index = i;
      return true;
    }
  }
  return false;
}

static bool
is_placed(unsigned owner)
{
  return owner == OWNER_STRIP || owner == OWNER_BUS;
}

/* Moves those that /desk/order names to the front, in its order. */
static void
mirror_arrange(GuiMirror *self)
{
  const Address where = { OWNER_DESK, 0, CELL_ORDER };
  char        **words = g_strsplit(gui_mirror_get_text(self, where), " ", -1);
  GArray       *rest  = self->order;
  Owner         owner;
  unsigned      number;
  guint         index;

  g_array_sort(rest, compare_places);
  self->order = g_array_new(FALSE, FALSE, sizeof(Address));
  for (char **word = words; *word; word++) {
    if (!address_parse_ref(*word, &owner, &number))
      continue;

    const Address place = { (uint8_t)owner, (uint16_t)number, 0 };
    if (order_find(rest, place, &index)) {
      g_array_append_val(self->order, place);
      g_array_remove_index(rest, index);
    }
  }
  g_array_append_vals(self->order, rest->data, rest->len);
  g_array_unref(rest);
  g_strfreev(words);
}

/* Taking from the feed. */

static void
mirror_add(GuiMirror *self, Address address)
{
  const Address place = { address.owner, address.number, 0 };
  guint         index;

  if (!is_placed(place.owner) || order_find(self->order, place, &index))
    return;
  g_array_append_val(self->order, place);
  self->structure_changed = true;
  self->buses_changed |= place.owner == OWNER_BUS;
}

/* Watchers outlive the values they watch. */
static void
entry_forget(Entry *entry, unsigned cell)
{
  entry->number      = params_default(cell);
  entry->asked_until = 0;
  entry->told        = false;
  g_clear_pointer(&entry->text, g_free);
}

static void
mirror_forget(GuiMirror *self, bool everything, Address of)
{
  GHashTableIter iterator;
  gpointer       key;
  gpointer       entry;

  g_hash_table_iter_init(&iterator, self->entries);
  while (g_hash_table_iter_next(&iterator, &key, &entry)) {
    const Address address = address_from_key(GPOINTER_TO_UINT(key));

    if (everything || !compare_places(&address, &of)) {
      entry_forget(entry, address.cell);
      mirror_mark(self, address);
    }
  }
}

static void
mirror_remove(GuiMirror *self, Address address)
{
  guint index;

  mirror_forget(self, false, address);
  if (order_find(self->order, address, &index)) {
    g_array_remove_index(self->order, index);
    self->structure_changed = true;
    self->buses_changed |= address.owner == OWNER_BUS;
  }
}

static void
mirror_reset(GuiMirror *self)
{
  mirror_forget(self, true, (Address){ 0 });
  g_array_set_size(self->order, 0);
  self->structure_changed = true;
  self->buses_changed     = true;
}

static void
mirror_take_value(GuiMirror *self, FeedItem *item)
{
  Entry *entry = mirror_entry(self, item->address);

  entry->number = item->number;
  entry->told   = true;
  if (item->text) {
    g_free(entry->text);
    entry->text = g_strdup(item->text);
  }
  if (item->address.owner == OWNER_DESK && item->address.cell == CELL_ORDER)
    self->structure_changed = self->buses_changed = true;
  if (item->address.owner == OWNER_BUS &&
      (item->address.cell == CELL_NAME || item->address.cell == CELL_BUS_KIND))
    self->buses_changed = true;
  if (!entry->asked_until)
    mirror_mark(self, item->address);
}

static void
mirror_take(GuiMirror *self, FeedItem *item)
{
  switch (item->kind) {
  case FEED_VALUE:
    mirror_take_value(self, item);
    break;
  case FEED_ADDED:
    mirror_add(self, item->address);
    break;
  case FEED_REMOVED:
    mirror_remove(self, item->address);
    break;
  case FEED_RESET:
    mirror_reset(self);
    break;
  }
}

/* What was asked for long enough ago gives way to what the desk holds. */
static void
mirror_expire(GuiMirror *self)
{
  const gint64 now = g_get_monotonic_time();

  for (guint i = self->asked->len; i-- > 0;) {
    const Address address =
      address_from_key(g_array_index(self->asked, guint32, i));
    Entry *entry = mirror_find(self, address);

    if (entry && now < entry->asked_until)
      continue;
    if (entry) {
      entry->asked_until = 0;
      mirror_mark(self, address);
    }
    g_array_remove_index_fast(self->asked, i);
  }
}

static void
mirror_tell(GuiMirror *self, guint32 key)
{
  const Address address = address_from_key(key);
  Entry        *entry   = mirror_find(self, address);

  if (!entry || !entry->watchers)
    return;
  for (guint i = 0; i < entry->watchers->len; i++) {
    const Watcher watcher = g_array_index(entry->watchers, Watcher, i);

    if (watcher.func)
      watcher.func(watcher.data, address);
  }
  for (guint i = entry->watchers->len; i-- > 0;)
    if (!g_array_index(entry->watchers, Watcher, i).func)
      g_array_remove_index(entry->watchers, i);
}

static void
mirror_tell_structure(GuiMirror *self)
{
  const bool structure = self->structure_changed;
  const bool buses     = self->buses_changed;

  self->structure_changed = false;
  self->buses_changed     = false;
  if (structure) {
    mirror_arrange(self);
    g_signal_emit(self, signals[SIGNAL_STRUCTURE], 0);
  }
  if (buses)
    g_signal_emit(self, signals[SIGNAL_BUSES], 0);
}

void
gui_mirror_drain(GuiMirror *self)
{
  size_t    count;
  FeedItem *items;

  if (!self->feed)
    return;
  items = feed_take(self->feed, &count);
  for (size_t i = 0; i < count; i++)
    mirror_take(self, &items[i]);
  feed_items_free(items, count);
  mirror_expire(self);
  mirror_tell_structure(self);
  for (guint i = 0; i < self->changed->len; i++)
    mirror_tell(self, g_array_index(self->changed, guint32, i));
  g_array_set_size(self->changed, 0);
  if (feed_take_status(self->feed, &self->status))
    g_signal_emit(self, signals[SIGNAL_STATUS], 0);
}

/* Reading. */

double
gui_mirror_get(GuiMirror *self, Address address)
{
  const Entry *entry = mirror_find(self, address);

  if (!entry)
    return params_default(address.cell);
  return entry->asked_until ? entry->asked : entry->number;
}

const char *
gui_mirror_get_text(GuiMirror *self, Address address)
{
  const Entry *entry = mirror_find(self, address);

  return entry && entry->text ? entry->text : "";
}

char *
gui_mirror_format(GuiMirror *self, Address address)
{
  const ParamRow *row = params_of_cell(address.cell);
  char            text[VALUE_TEXT];

  if (row->taper == TAPER_TEXT)
    return g_strdup(gui_mirror_get_text(self, address));
  value_format(row, gui_mirror_get(self, address), text);
  return g_strdup(text);
}

/* As people write it: "Strip", "DCA". */
static const char *
kind_title(Owner owner)
{
  static const char *const titles[OWNERS] = {
    [OWNER_STRIP]     = "Strip",
    [OWNER_BUS]       = "Bus",
    [OWNER_MAIN]      = "Main",
    [OWNER_MONITOR]   = "Monitor",
    [OWNER_DCA]       = "DCA",
    [OWNER_MUTEGROUP] = "Mute group",
    [OWNER_TRANSPORT] = "Transport",
    [OWNER_MARKER]    = "Marker",
    [OWNER_DESK]      = "Desk",
  };

  return titles[owner];
}

char *
gui_mirror_title(GuiMirror *self, Owner owner, unsigned number)
{
  const Address where = { (uint8_t)owner, (uint16_t)number, CELL_NAME };
  const char   *name  = gui_mirror_get_text(self, where);

  if (*name)
    return g_strdup(name);
  if (!params_owner_is_numbered(owner))
    return g_strdup(kind_title(owner));
  return g_strdup_printf("%s %u", kind_title(owner), number);
}

const Address *
gui_mirror_order(GuiMirror *self, size_t *count)
{
  *count = self->order->len;
  return (const Address *)(const void *)self->order->data;
}

const Status *
gui_mirror_status(GuiMirror *self)
{
  return &self->status;
}

const MeterItem *
gui_mirror_take_meters(GuiMirror *self, size_t *count)
{
  *count = self->feed
             ? feed_take_meters(self->feed, &self->meters, &self->meter_room)
             : 0;
  return self->meters;
}

/* Asking. */

static void
mirror_post(GuiMirror *self, Command command)
{
  command.who.origin = ORIGIN_SCREEN;
  control_post(self->control, &command);
}

void
gui_mirror_set(GuiMirror *self, Address address, double value)
{
  Entry        *entry = mirror_entry(self, address);
  const guint32 key   = address_key(address);

  if (!entry->asked_until)
    g_array_append_val(self->asked, key);
  entry->asked       = value;
  entry->asked_until = g_get_monotonic_time() + ASKED_FOR_US;
  mirror_mark(self, address);
  mirror_post(
    self,
    (Command){ .kind = COMMAND_SET, .address = address, .number = value });
}

void
gui_mirror_set_text(GuiMirror *self, Address address, const char *text)
{
  mirror_post(
    self,
    (Command){ .kind = COMMAND_SET_TEXT, .address = address, .text = text });
}

bool
gui_mirror_set_typed(GuiMirror  *self,
                     Address     address,
                     const char *text,
                     char        reason[160])
{
  const ParamRow *row = params_of_cell(address.cell);
  double          value;

  if (row->taper == TAPER_TEXT) {
    gui_mirror_set_text(self, address, text);
    return true;
  }
  if (!value_parse(row, text, &value, reason))
    return false;
  gui_mirror_set(self, address, value);
  return true;
}

void
gui_mirror_ask(GuiMirror  *self,
               CommandKind kind,
               Owner       owner,
               unsigned    number,
               const char *text)
{
  const Address address = { (uint8_t)owner, (uint16_t)number, 0 };

  mirror_post(self,
              (Command){ .kind = kind, .address = address, .text = text });
}

/* Watching. */

void
gui_mirror_watch(GuiMirror *self,
                 Address    address,
                 GuiWatch  *func,
                 gpointer   data)
{
  Entry        *entry   = mirror_entry(self, address);
  const Watcher watcher = { func, data };

  if (!entry->watchers)
    entry->watchers = g_array_new(FALSE, FALSE, sizeof(Watcher));
  g_array_append_val(entry->watchers, watcher);
}

/* Marks it as gone: the array may be under iteration. */
void
gui_mirror_unwatch(GuiMirror *self,
                   Address    address,
                   GuiWatch  *func,
                   gpointer   data)
{
  Entry *entry = mirror_find(self, address);

  if (!entry || !entry->watchers)
    return;
  for (guint i = 0; i < entry->watchers->len; i++) {
    Watcher *watcher = &g_array_index(entry->watchers, Watcher, i);

    if (watcher->func == func && watcher->data == data) {
      *watcher = (Watcher){ NULL, NULL };
      mirror_mark(self, address);
      return;
    }
  }
}

/* The object. */

void
gui_mirror_leave(GuiMirror *self)
{
  if (!self->feed)
    return;
  control_unsubscribe(self->control, self->feed);
  g_clear_pointer(&self->feed, feed_free);
}

static void
gui_mirror_finalize(GObject *object)
{
  GuiMirror *self = GUI_MIRROR(object);

  gui_mirror_leave(self);
  g_hash_table_unref(self->entries);
  g_array_unref(self->order);
  g_array_unref(self->asked);
  g_array_unref(self->changed);
  g_free(self->meters);
  G_OBJECT_CLASS(gui_mirror_parent_class)->finalize(object);
}

static guint
new_signal(const char *name)
{
  return g_signal_new(name,
                      GUI_TYPE_MIRROR,
                      G_SIGNAL_RUN_LAST,
                      0,
                      NULL,
                      NULL,
                      NULL,
                      G_TYPE_NONE,
                      0);
}

static void
gui_mirror_class_init(GuiMirrorClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = gui_mirror_finalize;

  signals[SIGNAL_STRUCTURE] = new_signal("structure");
  signals[SIGNAL_BUSES]     = new_signal("buses");
  signals[SIGNAL_STATUS]    = new_signal("status");
}

static void
gui_mirror_init(GuiMirror *self)
{
  self->entries = g_hash_table_new_full(NULL, NULL, NULL, entry_free);
  self->order   = g_array_new(FALSE, FALSE, sizeof(Address));
  self->asked   = g_array_new(FALSE, FALSE, sizeof(guint32));
  self->changed = g_array_new(FALSE, FALSE, sizeof(guint32));
}

GuiMirror *
gui_mirror_new(Control *control)
{
  GuiMirror *self = g_object_new(GUI_TYPE_MIRROR, NULL);

  self->control = control;
  self->feed    = feed_new(NULL, NULL); /* looked at once a frame */
  control_subscribe(control, self->feed);
  return self;
}
