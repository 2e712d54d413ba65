/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_CONSOLE_DESK_H
#define CONSORT_CONSOLE_DESK_H

/* The desk: the model of the console, owner of every value, and the only one
   who changes them. Everyone else asks it to change something, and is told of
   every change by observing it.

   A fader move, from a tablet to sound and back: OSC datagram → desk_set() →
   observers, in order: the engine's link (an event to the audio thread), the
   journal, the feeds of the screen and of OSC's subscribers.

   All functions run on one thread: the control thread of a running console, or
   the only thread of a command-line tool or a loader. Memory comes from GLib,
   which ends the program when there is none. */

#include "engine/params.h"

typedef struct Desk Desk;

/* Who asks for a change, so that a face need not be told its own moves, and
   each hand can take back its own. */
typedef enum Origin {
  ORIGIN_DESK,    /* a consequence of another change */
  ORIGIN_LOADER,  /* a session being opened: nothing follows from its changes,
                     and routing is checked at the end */
  ORIGIN_COMMAND, /* the command line */
  ORIGIN_SCREEN,
  ORIGIN_OSC, /* client says which */
  ORIGIN_ENGINE,
} Origin;

typedef struct Who {
  Origin   origin;
  uint32_t client;
} Who;

typedef enum ChangeKind {
  CHANGE_VALUE,   /* address has a new value */
  CHANGE_ADDED,   /* owner and number exist now; cell has no meaning */
  CHANGE_REMOVED, /* owner and number are gone; cell has no meaning */
} ChangeKind;

typedef struct Change {
  ChangeKind  kind;
  Address     address;
  double      number;   /* the new value of a number */
  double      previous; /* what it was */
  const char *text;     /* the new value of a text, valid during the call */
  const char *previous_text;
  Who         who;
} Change;

typedef void DeskObserver(void *self, const Change *change);

/* Room for the sentence that says why a change was refused. */
enum { DESK_REASON = 256 };

/* The kinds of buses, in the order of the table's choices. */
typedef enum BusKind {
  BUS_GROUP,
  BUS_AUX,
  BUS_MATRIX,
  BUS_REVERB,
  BUS_DELAY,
} BusKind;

/* An empty desk: main, monitor, DCAs, mute groups, transport and desk exist,
   with defaults. */
Desk *desk_new(void);
void  desk_free(Desk *desk);

/* Observers are called in the order in which they came, on the desk's thread,
   after the desk holds the new value and all that follows from it. They may
   change the desk in turn: such changes are told after those before them, so
   that every observer sees every change in the order in which it happened (the
   desk may by then hold a newer value than the one told). They may come and go
   while being called. Returns an id for desk_unobserve(). */
unsigned desk_observe(Desk *desk, DeskObserver *observer, void *self);
void     desk_unobserve(Desk *desk, unsigned id);

/* Adds a strip, a bus or a marker. number 0 takes the next that was never
   given in this session; any other may be given that does not exist, as undoing
   a removal does. Returns its number, or 0 with the reason. */
unsigned desk_add(Desk    *desk,
                  Owner    owner,
                  unsigned number,
                  Who      who,
                  char     reason[DESK_REASON]);

/* Removes one; what referred to it (keys, links, sends to a removed bus) is set
   back to its default first. Its number is not given again. */
bool desk_remove(Desk    *desk,
                 Owner    owner,
                 unsigned number,
                 Who      who,
                 char     reason[DESK_REASON]);

bool desk_exists(const Desk *desk, Owner owner, unsigned number);

/* How many there are, and the number of each, by rising number. The owners of
   which there is one have number 0. */
unsigned desk_count(const Desk *desk, Owner owner);
unsigned desk_nth(const Desk *desk, Owner owner, unsigned index);

/* The number after the highest ever given: kept in the session. */
unsigned desk_next_number(const Desk *desk, Owner owner);
void     desk_set_next_number(Desk *desk, Owner owner, unsigned number);

/* Sets a number (in real units) or a text. Refused, with the reason in a
   sentence and nothing changed: a place that does not exist, a value out of
   range or of the wrong type, what is read only, a routing or key cycle (with
   its path). Setting what is already there changes nothing and tells nobody.
   A linked strip's partner follows. A trigger acts and reads 0 again.
   reason may be NULL. */
bool desk_set(Desk   *desk,
              Address address,
              double  value,
              Who     who,
              char    reason[DESK_REASON]);
bool desk_set_text(Desk       *desk,
                   Address     address,
                   const char *text,
                   Who         who,
                   char        reason[DESK_REASON]);

/* Sets from what people type, whatever the parameter's type. */
bool desk_set_typed(Desk       *desk,
                    Address     address,
                    const char *text,
                    Who         who,
                    char        reason[DESK_REASON]);

/* Has the whole routing no circle, and does main feed matrix buses alone? A
   loader, whose values may come in any order, asks this when it has set them
   all; false with the reason. */
bool desk_check_routing(Desk *desk, char reason[DESK_REASON]);

/* What is there; the default where nothing was set. For an owner that does not
   exist: the default. */
double      desk_get(const Desk *desk, Address address);
const char *desk_get_text(const Desk *desk, Address address);

/* Is it at its default? */
bool desk_is_default(const Desk *desk, Address address);

/* For eyes, whatever its type. */
void desk_format(const Desk *desk, Address address, char *text, size_t size);

/* The strips and buses in the order in which they stand on screen: as
   /desk/order has it, those it does not name after them by kind and number.
   Fills up to max addresses (cell 0), returns how many there are. */
size_t desk_order(const Desk *desk, Address *order, size_t max);

/* Shorthands. */
static inline Address
desk_address(Owner owner, unsigned number, unsigned cell)
{
  return (Address){ (uint8_t)owner, (uint16_t)number, (uint16_t)cell };
}

#endif
