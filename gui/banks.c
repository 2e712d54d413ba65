/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gui/banks.h"

/* Buses leave at least this part of the room to the inputs. */
static const double INPUTS_SHARE = 0.55;

enum { EDGE = 1 }; /* the line beside the buses */

struct _GuiBanks {
  GtkWidget   parent_instance;
  GuiMirror  *mirror;
  GtkWidget  *inputs; /* scrollers */
  GtkWidget  *buses;
  GtkWidget  *inputs_box;
  GtkWidget  *buses_box;
  GtkWidget  *mains_box;
  GPtrArray  *strips;   /* on screen, from left to right; not owned */
  GHashTable *by_place; /* the same */
  GuiStrip   *selected;
  bool        dcas;   /* stand where the buses do */
  bool        chosen; /* by a hand; until then the first strip is */
};

enum { SIGNAL_SELECTED, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(GuiBanks, gui_banks, GTK_TYPE_WIDGET)

static gpointer
key_of(Address place)
{
  place.cell = 0;
  return GUINT_TO_POINTER(address_key(place));
}

/* Layout. */

/* What a bank needs and what it would like, across; its scroller would do with
   less, but then it scrolls. */
typedef struct Span {
  int least;
  int wish;
} Span;

static Span
span_of(GtkWidget *box)
{
  Span span;

  gtk_widget_measure(
    box, GTK_ORIENTATION_HORIZONTAL, -1, &span.least, &span.wish, NULL, NULL);
  return span;
}

static int
span_at(Span span, double part)
{
  return span.least + (int)(part * (span.wish - span.least));
}

static void
allocate_at(GtkWidget *widget, int x, int width, int height)
{
  GskTransform *transform =
    gsk_transform_translate(NULL, &GRAPHENE_POINT_INIT((float)x, 0));

  gtk_widget_allocate(widget, width, height, -1, transform);
}

static void
gui_banks_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
  GuiBanks    *self   = GUI_BANKS(widget);
  const Span   inputs = span_of(self->inputs_box);
  const Span   buses  = span_of(self->buses_box);
  const Span   mains  = span_of(self->mains_box);
  const int    least  = inputs.least + buses.least + mains.least;
  const int    wish   = inputs.wish + buses.wish + mains.wish;
  const double part =
    wish > least ? CLAMP((double)(width - least) / (wish - least), 0, 1) : 0;
  const int mains_width = span_at(mains, part);
  const int room        = MAX(width - mains_width, 0);
  const int buses_most =
    MAX(room - span_at(inputs, part), (int)((1 - INPUTS_SHARE) * (double)room));
  const int buses_width = MIN(span_at(buses, part) + EDGE, buses_most);

  (void)baseline;
  allocate_at(self->inputs, 0, room - buses_width, height);
  allocate_at(self->buses, room - buses_width, buses_width, height);
  allocate_at(self->mains_box, room, mains_width, height);
}

static void
gui_banks_measure(GtkWidget     *widget,
                  GtkOrientation orientation,
                  int            for_size,
                  int           *minimum,
                  int           *natural,
                  int           *minimum_baseline,
                  int           *natural_baseline)
{
  GuiBanks  *self   = GUI_BANKS(widget);
  GtkWidget *all[]  = { self->inputs, self->buses, self->mains_box };
  const bool across = orientation == GTK_ORIENTATION_HORIZONTAL;

  *minimum = *natural = 0;
  *minimum_baseline = *natural_baseline = -1;
  for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
    int least;
    int most;

    gtk_widget_measure(
      all[i], orientation, across ? -1 : for_size, &least, &most, NULL, NULL);
    *minimum = across ? *minimum + least : MAX(*minimum, least);
    *natural = across ? *natural + most : MAX(*natural, most);
  }
}

/* Selection. */

static void
banks_reveal(GuiBanks *self)
{
  GtkWidget      *scroller = gtk_widget_get_ancestor(GTK_WIDGET(self->selected),
                                                GTK_TYPE_SCROLLED_WINDOW);
  GtkWidget      *box      = gtk_widget_get_parent(GTK_WIDGET(self->selected));
  graphene_rect_t bounds;

  if (scroller &&
      gtk_widget_compute_bounds(GTK_WIDGET(self->selected), box, &bounds))
    gtk_adjustment_clamp_page(
      gtk_scrolled_window_get_hadjustment(GTK_SCROLLED_WINDOW(scroller)),
      (double)bounds.origin.x,
      (double)(bounds.origin.x + bounds.size.width));
}

static void
banks_select(GuiBanks *self, GuiStrip *strip)
{
  if (self->selected)
    gui_strip_set_selected(self->selected, FALSE);
  self->selected = strip;
  if (!strip)
    return;
  gui_strip_set_selected(strip, TRUE);
  banks_reveal(self);
  g_signal_emit(self, signals[SIGNAL_SELECTED], 0);
}

static void
on_selected(GuiStrip *strip, GuiBanks *self)
{
  self->chosen = true;
  banks_select(self, strip);
}

GuiStrip *
gui_banks_selected(GuiBanks *self)
{
  return self->selected;
}

void
gui_banks_move(GuiBanks *self, int places)
{
  guint index = 0;
  int   wanted;

  if (!self->strips->len)
    return;
  g_ptr_array_find(self->strips, self->selected, &index);
  self->chosen = true;
  wanted       = CLAMP((int)index + places, 0, (int)self->strips->len - 1);
  banks_select(self, g_ptr_array_index(self->strips, wanted));
  gui_strip_focus(self->selected);
}

/* Following the desk: strips that stay keep their widgets. */

static GtkWidget *
banks_box_of(GuiBanks *self, Owner owner)
{
  switch (owner) {
  case OWNER_STRIP:
    return self->inputs_box;
  case OWNER_BUS:
  case OWNER_DCA:
    return self->buses_box;
  default:
    return self->mains_box;
  }
}

static GuiStrip *
banks_strip(GuiBanks *self, Address place)
{
  GuiStrip *strip = g_hash_table_lookup(self->by_place, key_of(place));

  if (!strip) {
    strip = GUI_STRIP(gui_strip_new(self->mirror, place));
    g_signal_connect(strip, "selected", G_CALLBACK(on_selected), self);
    gtk_box_append(GTK_BOX(banks_box_of(self, (Owner)place.owner)),
                   GTK_WIDGET(strip));
    g_hash_table_insert(self->by_place, key_of(place), strip);
  }
  return strip;
}

static void
banks_place(GuiBanks *self, Address place)
{
  GuiStrip  *strip = banks_strip(self, place);
  GtkWidget *last  = NULL;

  for (guint i = self->strips->len; i-- > 0 && !last;) {
    GtkWidget *before = g_ptr_array_index(self->strips, i);

    if (gtk_widget_get_parent(before) ==
        gtk_widget_get_parent(GTK_WIDGET(strip)))
      last = before;
  }
  gtk_box_reorder_child_after(
    GTK_BOX(gtk_widget_get_parent(GTK_WIDGET(strip))), GTK_WIDGET(strip), last);
  g_ptr_array_add(self->strips, strip);
}

static void
banks_drop_missing(GuiBanks *self)
{
  GHashTableIter iterator;
  gpointer       strip;

  g_hash_table_iter_init(&iterator, self->by_place);
  while (g_hash_table_iter_next(&iterator, NULL, &strip)) {
    if (g_ptr_array_find(self->strips, strip, NULL))
      continue;
    if (strip == self->selected)
      self->selected = NULL;
    gtk_box_remove(GTK_BOX(gtk_widget_get_parent(strip)), strip);
    g_hash_table_iter_remove(&iterator);
  }
}

static void
banks_place_all(GuiBanks *self, Owner owner)
{
  size_t         count;
  const Address *order = gui_mirror_order(self->mirror, &count);

  for (size_t i = 0; i < count; i++)
    if (order[i].owner == owner)
      banks_place(self, order[i]);
}

static void
banks_follow(GuiBanks *self)
{
  g_ptr_array_set_size(self->strips, 0);
  banks_place_all(self, OWNER_STRIP);
  if (self->dcas)
    for (uint16_t i = 1; i <= MAX_DCAS; i++)
      banks_place(self, (Address){ OWNER_DCA, i, 0 });
  else
    banks_place_all(self, OWNER_BUS);
  banks_place(self, (Address){ OWNER_MAIN, 0, 0 });
  banks_place(self, (Address){ OWNER_MONITOR, 0, 0 });
  banks_drop_missing(self);
  if (!self->selected || !self->chosen)
    banks_select(self, g_ptr_array_index(self->strips, 0));
}

void
gui_banks_set_dcas(GuiBanks *self, gboolean dcas)
{
  self->dcas = dcas;
  banks_follow(self);
}

void
gui_banks_set_mirror(GuiBanks *self, GuiMirror *mirror)
{
  self->mirror = g_object_ref(mirror);
  g_signal_connect_object(
    mirror, "structure", G_CALLBACK(banks_follow), self, G_CONNECT_SWAPPED);
  banks_follow(self);
}

void
gui_banks_advance(GuiBanks *self, double seconds)
{
  size_t           count;
  const MeterItem *items = gui_mirror_take_meters(self->mirror, &count);
  GHashTable      *fresh = g_hash_table_new(NULL, NULL);

  for (size_t i = 0; i < count; i++) {
    const Address place = { (uint8_t)items[i].owner,
                            (uint16_t)items[i].number,
                            0 };

    g_hash_table_insert(fresh, key_of(place), (gpointer)&items[i].values);
  }
  for (guint i = 0; i < self->strips->len; i++) {
    GuiStrip *strip = g_ptr_array_index(self->strips, i);

    gui_strip_advance(
      strip,
      g_hash_table_lookup(fresh, key_of(gui_strip_place(strip))),
      seconds);
  }
  g_hash_table_unref(fresh);
}

/* A wheel over the bank, beside its controls, scrolls it sideways. */
static gboolean
on_wheel(GtkEventControllerScroll *wheel,
         double                    dx,
         double                    dy,
         GtkScrolledWindow        *scroller)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_hadjustment(scroller);
  const double   step       = gtk_adjustment_get_page_size(adjustment) / 8;

  (void)wheel;
  gtk_adjustment_set_value(
    adjustment, gtk_adjustment_get_value(adjustment) + (dx + dy) * step);
  return GDK_EVENT_STOP;
}

/* The object. */

static void
gui_banks_dispose(GObject *object)
{
  GuiBanks  *self = GUI_BANKS(object);
  GtkWidget *child;

  self->selected = NULL;
  while ((child = gtk_widget_get_first_child(GTK_WIDGET(self))))
    gtk_widget_unparent(child);
  g_clear_pointer(&self->strips, g_ptr_array_unref);
  g_clear_pointer(&self->by_place, g_hash_table_unref);
  g_clear_object(&self->mirror);
  G_OBJECT_CLASS(gui_banks_parent_class)->dispose(object);
}

static void
gui_banks_class_init(GuiBanksClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(klass);

  G_OBJECT_CLASS(klass)->dispose = gui_banks_dispose;
  widget_class->measure          = gui_banks_measure;
  widget_class->size_allocate    = gui_banks_size_allocate;
  gtk_widget_class_set_template_from_resource(widget_class,
                                              "/org/consort/gui/banks.ui");
  gtk_widget_class_bind_template_child(widget_class, GuiBanks, inputs);
  gtk_widget_class_bind_template_child(widget_class, GuiBanks, buses);
  gtk_widget_class_bind_template_child(widget_class, GuiBanks, inputs_box);
  gtk_widget_class_bind_template_child(widget_class, GuiBanks, buses_box);
  gtk_widget_class_bind_template_child(widget_class, GuiBanks, mains_box);
  gtk_widget_class_bind_template_callback(widget_class, on_wheel);
  gtk_widget_class_set_css_name(widget_class, "banks");
  signals[SIGNAL_SELECTED] = g_signal_new("selected",
                                          GUI_TYPE_BANKS,
                                          G_SIGNAL_RUN_LAST,
                                          0,
                                          NULL,
                                          NULL,
                                          NULL,
                                          G_TYPE_NONE,
                                          0);
}

static void
gui_banks_init(GuiBanks *self)
{
  gtk_widget_init_template(GTK_WIDGET(self));
  self->strips   = g_ptr_array_new();
  self->by_place = g_hash_table_new(NULL, NULL);
}
