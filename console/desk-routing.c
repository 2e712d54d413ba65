/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The routing as a graph, in which no circle may arise.

   Each strip is two nodes: its head, the sound after trim and delay that keys
   hear, and its body, all that comes after. An edge says what must be computed
   before what:

     head → its body            a strip begins at its source
     body → head of a bus       it feeds the bus by a group or a send
     body → head of main        it is routed to main
     head → body of another     the other's gate or compressor listens to it

   A new edge makes a circle if its end can already reach its beginning. The
   search goes breadth first, so that the circle it names is the shortest, and
   its queue runs through the nodes themselves. */

#include "console/desk-private.h"

typedef struct Search {
  Desk *desk;
  Node *last; /* in the queue */
} Search;

static void
reach(Search *search, Node *node, Node *from)
{
  if (node->mark == search->desk->search)
    return;
  node->mark         = search->desk->search;
  node->from         = from;
  node->next         = NULL;
  search->last->next = node;
  search->last       = node;
}

/* Reaches all that a body feeds. */
static void
reach_fed(Search *search, Node *body)
{
  const Desk   *desk   = search->desk;
  const Holder *holder = body->holder;
  bool          main   = holder->owner == OWNER_MAIN;

  if (holder->owner == OWNER_MONITOR)
    return;
  for (unsigned i = 0; i < desk->sets[OWNER_BUS].count; i++) {
    Holder  *bus   = desk->sets[OWNER_BUS].list[i];
    unsigned index = bus->number - 1;

    if (holder->values[CELL_SEND_ON + index] > 0 ||
        (!main && holder->values[CELL_GROUP + index] > 0))
      reach(search, &bus->head, body);
  }
  if (!main && holder->values[CELL_TO_MAIN] > 0)
    reach(search, &desk_find(desk, OWNER_MAIN, 0)->head, body);
}

/* Reaches all that listen to a head. */
static void
reach_listeners(Search *search, Node *head)
{
  static const Owner owners[] = {
    OWNER_STRIP, OWNER_BUS, OWNER_MAIN, OWNER_MONITOR
  };

  unsigned left = head->holder->listeners;

  for (size_t kind = 0; kind < G_N_ELEMENTS(owners) && left > 0; kind++) {
    const HolderSet *set = &search->desk->sets[owners[kind]];

    for (unsigned i = 0; i < set->count && left > 0; i++) {
      Holder *holder = set->list[i];

      for (size_t key = 0; key < KEYS; key++)
        if (holder->keys[key] == head->holder) {
          reach(search, &holder->body, head);
          left--;
        }
    }
  }
}

/* Is there a path from start to goal, which may be start itself? It is then
   found by going from goal along from. */
static bool
find_path(Desk *desk, Node *start, Node *goal)
{
  Search search = { desk, start };

  desk->search++;
  start->next = NULL;
  for (Node *node = start; node; node = node->next) {
    if (node == &node->holder->head) {
      reach(&search, &node->holder->body, node);
      reach_listeners(&search, node);
    } else {
      reach_fed(&search, node);
    }
    if (goal->mark == desk->search)
      return true;
  }
  return false;
}

static void
append_title(GString *sentence, const Holder *holder)
{
  char title[DESK_TITLE];

  desk_title(holder->owner, holder->number, title);
  g_string_append(sentence, title);
}

/* "Bus 1 feeds Bus 2, which feeds Bus 1.", from the path that find_path() left
   and the edge from goal to start that closes it. */
static void
describe_circle(Node *start, Node *goal, GString *sentence)
{
  enum { ENOUGH = DESK_REASON - 100 };

  GPtrArray    *path = g_ptr_array_new(); /* backwards */
  const Holder *last = goal->holder;
  const char   *link = " ";
  Node         *node = goal;

  do {
    g_ptr_array_add(path, node);
    node = node->from;
  } while (node != start);
  g_ptr_array_add(path, start);
  append_title(sentence, last);
  for (guint i = path->len; i-- > 0 && sentence->len < ENOUGH;) {
    node = g_ptr_array_index(path, i);
    if (node->holder == last)
      continue;
    g_string_append(sentence, link);
    g_string_append(sentence,
                    node == &node->holder->head ? "feeds " : "is the key of ");
    append_title(sentence, node->holder);
    last = node->holder;
    link = ", which ";
  }
  if (last != goal->holder) {
    g_string_append(sentence, " and so on, back to ");
    append_title(sentence, goal->holder);
  }
  g_string_append_c(sentence, '.');
  g_ptr_array_free(path, TRUE);
}

static bool
refuse_circle(Node *start, Node *goal, char reason[DESK_REASON])
{
  GString *sentence;

  if (!reason)
    return false;
  sentence = g_string_new("That would be a circle: ");
  describe_circle(start, goal, sentence);
  desk_refuse(reason, "%s", sentence->str);
  g_string_free(sentence, TRUE);
  return false;
}

/* May an edge go from one to the other? */
static bool
check_edge(Desk *desk, Node *from, Node *to, char reason[DESK_REASON])
{
  char title[DESK_TITLE];

  if (from->holder == to->holder) {
    desk_title(to->holder->owner, to->holder->number, title);
    return desk_refuse(reason, "%s cannot feed itself.", title);
  }
  return !find_path(desk, to, from) || refuse_circle(to, from, reason);
}

bool
desk_check_key(Desk   *desk,
               Holder *holder,
               Holder *key,
               char    reason[DESK_REASON])
{
  return holder == key || holder->keys[0] == key || holder->keys[1] == key ||
         check_edge(desk, &key->head, &holder->body, reason);
}

static bool
check_main_send(const Holder *bus, char reason[DESK_REASON])
{
  if (bus->values[CELL_BUS_KIND] == BUS_MATRIX)
    return true;
  return desk_refuse(reason,
                     "Main feeds matrix buses alone, and Bus %u is none: set "
                     "/bus/%u/kind to matrix first.",
                     bus->number,
                     bus->number);
}

/* May the bus become another kind? */
static bool
check_kind(const Desk   *desk,
           const Holder *bus,
           double        kind,
           char          reason[DESK_REASON])
{
  const Holder *main = desk_find(desk, OWNER_MAIN, 0);

  if (kind == BUS_MATRIX || main->values[CELL_SEND_ON + bus->number - 1] == 0)
    return true;
  return desk_refuse(reason,
                     "Main feeds Bus %u, so it stays a matrix: turn "
                     "/main/send/%u/on off first.",
                     bus->number,
                     bus->number);
}

bool
desk_check_route(Desk    *desk,
                 Holder  *holder,
                 unsigned cell,
                 double   value,
                 char     reason[DESK_REASON])
{
  Row     row = (Row)(params_of_cell(cell) - params_row(0));
  Holder *bus;

  if (row == ROW_BUS_KIND)
    return check_kind(desk, holder, value, reason);
  if (value == 0 || value == holder->values[cell])
    return true;
  switch (row) {
  case ROW_TO_MAIN:
    return check_edge(
      desk, &holder->body, &desk_find(desk, OWNER_MAIN, 0)->head, reason);
  case ROW_GROUP:
  case ROW_SEND_ON:
    bus = desk_find(desk, OWNER_BUS, cell - params_row(row)->first + 1);
    if (holder->owner == OWNER_MAIN && !check_main_send(bus, reason))
      return false;
    return check_edge(desk, &holder->body, &bus->head, reason);
  default:
    return true;
  }
}

bool
desk_check_routing(Desk *desk, char reason[DESK_REASON])
{
  Holder          *main  = desk_find(desk, OWNER_MAIN, 0);
  const HolderSet *buses = &desk->sets[OWNER_BUS];

  /* Every circle goes through a bus or main: nothing feeds an input. */
  for (unsigned i = 0; i < buses->count; i++) {
    Holder *bus = buses->list[i];

    if (main->values[CELL_SEND_ON + bus->number - 1] > 0 &&
        !check_main_send(bus, reason))
      return false;
    if (find_path(desk, &bus->head, &bus->head))
      return refuse_circle(&bus->head, &bus->head, reason);
  }
  return !find_path(desk, &main->head, &main->head) ||
         refuse_circle(&main->head, &main->head, reason);
}
