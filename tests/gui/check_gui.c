/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window, under a display of its own, with a real pointer and keyboard:
   what a hand does arrives on the desk, in the right amount; what the desk does
   is seen. Every warning of GTK's ends the test. */

#include <check.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtk/gtk.h>

#include "gui/bar.h"
#include "gui/curve.h"
#include "gui/fader.h"
#include "gui/gui.h"
#include "gui/meter.h"
#include "gui/palette.h"
#include "gui/readout.h"
#include "gui/strip.h"
#include "gui/text.h"
#include "gui/toggle.h"
#include "gui/typein.h"
#include "gui/window.h"

enum { STRIPS = 12, BUSES = 4 };

static const Who loader = { ORIGIN_LOADER, 0 };

/* A display of our own. */

static pid_t xvfb;

/* Reads a line, to its end: Xvfb gives up where nobody hears all of it. */
static bool
read_line(int fd, char *line, size_t size)
{
  size_t length = 0;

  while (length + 1 < size && read(fd, line + length, 1) == 1) {
    if (line[length] == '\n') {
      line[length] = '\0';
      return length > 0;
    }
    length++;
  }
  return false;
}

static void
display_up(void)
{
  int  fds[2];
  char number[16] = "";

  ck_assert_int_eq(pipe(fds), 0);
  xvfb = fork();
  if (xvfb == 0) {
    char fd[16];

    snprintf(fd, sizeof fd, "%d", fds[1]);
    close(fds[0]);
    if (!freopen("/dev/null", "w", stderr))
      _exit(1);
    execlp("Xvfb",
           "Xvfb",
           "-displayfd",
           fd,
           "-screen",
           "0",
           "1280x800x24",
           "-nolisten",
           "tcp",
           "-noreset",
           (char *)NULL);
    _exit(127);
  }
  close(fds[1]);
  number[0] = ':';
  ck_assert_msg(read_line(fds[0], number + 1, sizeof number - 1),
                "Xvfb did not start");
  close(fds[0]);
  setenv("DISPLAY", number, 1);
  setenv("GDK_BACKEND", "x11", 1);
  setenv("GSK_RENDERER", "cairo", 1);
  setenv("GTK_A11Y", "test", 1);
  setenv("GSETTINGS_BACKEND", "memory", 1);
  setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
  unsetenv("DBUS_SESSION_BUS_ADDRESS");
}

static void
display_down(void)
{
  kill(xvfb, SIGTERM);
  waitpid(xvfb, NULL, 0);
}

/* A desk, and the window on it. */

static Control   *control;
static GuiMirror *mirror;
static GtkWidget *window;

static void
put(Desk *desk, Owner owner, unsigned number, unsigned cell, double value)
{
  char reason[DESK_REASON];

  ck_assert_msg(
    desk_set(desk, desk_address(owner, number, cell), value, loader, reason),
    "%s",
    reason);
}

static Desk *
new_desk(unsigned strips)
{
  Desk *desk = desk_new();
  char  reason[DESK_REASON];
  char  name[32];

  for (unsigned i = 1; i <= BUSES; i++)
    desk_add(desk, OWNER_BUS, i, loader, reason);
  put(desk, OWNER_BUS, BUSES, CELL_BUS_KIND, 3);
  for (unsigned i = 1; i <= strips; i++) {
    desk_add(desk, OWNER_STRIP, i, loader, reason);
    snprintf(name, sizeof name, "Track %u", i);
    desk_set_text(
      desk, desk_address(OWNER_STRIP, i, CELL_NAME), name, loader, reason);
    put(desk, OWNER_STRIP, i, CELL_FADER, -(double)i);
  }
  return desk;
}

/* Lets the window live for a while. */
static void
pump(int ms)
{
  const gint64 end = g_get_monotonic_time() + ms * 1000;

  while (g_get_monotonic_time() < end) {
    while (g_main_context_iteration(NULL, FALSE))
      ;
    g_usleep(1000);
  }
}

/* Lets it live until it has drawn what happened: some frames, however long a
   busy machine takes for them. */
static void
settle(void)
{
  GdkFrameClock *clock = window ? gtk_widget_get_frame_clock(window) : NULL;
  const gint64   end = clock ? gdk_frame_clock_get_frame_counter(clock) + 4 : 0;

  pump(40);
  while (window && clock && gdk_frame_clock_get_frame_counter(clock) < end)
    pump(5);
}

static GtkWidget *strip(Owner owner, unsigned number);

static void
show_desk(unsigned strips)
{
  g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL |
                         G_LOG_LEVEL_WARNING);
  ck_assert(gui_has_display());
  control = control_new(new_desk(strips));
  ck_assert_int_eq(control_start(control), 0);
  mirror = gui_mirror_new(control);
  gui_palette_install(gdk_display_get_default());
  window = gui_window_new(NULL, mirror);
  g_object_add_weak_pointer(G_OBJECT(window), (gpointer *)&window);
  gtk_window_present(GTK_WINDOW(window));
  while (!strip(OWNER_STRIP, strips))
    pump(5);
  settle();
}

static void
setup(void)
{
  show_desk(STRIPS);
}

static void
teardown(void)
{
  if (window)
    gtk_window_destroy(GTK_WINDOW(window));
  pump(20);
  gui_mirror_leave(mirror);
  g_object_unref(mirror);
  control_free(control);
}

/* Asking the desk, on its own thread. */

typedef struct Question {
  Address address;
  double  answer;
  GMutex  lock;
  GCond   answered;
  bool    done;
} Question;

static void
answer(Control *of, void *data)
{
  Question *question = data;

  g_mutex_lock(&question->lock);
  question->answer = desk_get(control_desk(of), question->address);
  question->done   = true;
  g_cond_signal(&question->answered);
  g_mutex_unlock(&question->lock);
}

static double
value_of(Owner owner, unsigned number, unsigned cell)
{
  Question question = { .address = desk_address(owner, number, cell) };

  g_mutex_init(&question.lock);
  g_cond_init(&question.answered);
  control_invoke(control, answer, &question);
  g_mutex_lock(&question.lock);
  while (!question.done)
    g_cond_wait(&question.answered, &question.lock);
  g_mutex_unlock(&question.lock);
  g_cond_clear(&question.answered);
  g_mutex_clear(&question.lock);
  return question.answer;
}

static void
desk_sets(Owner owner, unsigned number, unsigned cell, double value)
{
  control_post(control,
               &(Command){ .kind    = COMMAND_SET,
                           .address = desk_address(owner, number, cell),
                           .number  = value,
                           .who     = { ORIGIN_OSC, 1 } });
  settle();
}

/* Finding widgets, and the hand. */

typedef bool Wanted(GtkWidget *widget, const void *data);

static GtkWidget *
find(GtkWidget *from, Wanted *wanted, const void *data)
{
  GtkWidget *found = NULL;

  if (gtk_widget_get_mapped(from) && wanted(from, data))
    return from;
  for (GtkWidget *child = gtk_widget_get_first_child(from); child && !found;
       child            = gtk_widget_get_next_sibling(child))
    found = find(child, wanted, data);
  return found;
}

static bool
is_param_of(GtkWidget *widget, const void *data)
{
  const Address *address = data;

  return GUI_IS_PARAM(widget) &&
         address_equal(gui_param_address(GUI_PARAM(widget)), *address);
}

static GtkWidget *
param(Owner owner, unsigned number, unsigned cell)
{
  const Address address = desk_address(owner, number, cell);
  GtkWidget    *widget  = find(window, is_param_of, &address);

  ck_assert_msg(
    widget != NULL, "no control for %s %u", params_owner_name(owner), number);
  return widget;
}

static bool
is_strip_of(GtkWidget *widget, const void *data)
{
  const Address *place = data;

  return GUI_IS_STRIP(widget) &&
         gui_strip_place(GUI_STRIP(widget)).owner == place->owner &&
         gui_strip_place(GUI_STRIP(widget)).number == place->number;
}

static GtkWidget *
strip(Owner owner, unsigned number)
{
  const Address place = desk_address(owner, number, 0);

  return find(window, is_strip_of, &place);
}

static bool
has_type(GtkWidget *widget, const void *data)
{
  return g_type_is_a(G_OBJECT_TYPE(widget), *(const GType *)data);
}

static GtkWidget *
find_type(GtkWidget *from, GType type)
{
  return find(from, has_type, &type);
}

static bool
is_button_called(GtkWidget *widget, const void *data)
{
  return GTK_IS_BUTTON(widget) && gtk_button_get_label(GTK_BUTTON(widget)) &&
         !strcmp(gtk_button_get_label(GTK_BUTTON(widget)), data);
}

/* A tab of the panel. */
static bool
is_tab_called(GtkWidget *widget, const void *data)
{
  GtkWidget *child = gtk_widget_get_first_child(widget);

  return GTK_IS_TOGGLE_BUTTON(widget) && GTK_IS_LABEL(child) &&
         !strcmp(gtk_label_get_text(GTK_LABEL(child)), data);
}

static bool
has_class(GtkWidget *widget, const void *data)
{
  return gtk_widget_has_css_class(widget, data);
}

/* Where a part of a widget is on the display. */
static void
point_of(GtkWidget *widget, double fx, double fy, int *x, int *y)
{
  graphene_point_t point;
  double           left;
  double           top;

  ck_assert(gtk_widget_compute_point(
    widget,
    window,
    &GRAPHENE_POINT_INIT((float)(fx * gtk_widget_get_width(widget)),
                         (float)(fy * gtk_widget_get_height(widget))),
    &point));
  gtk_native_get_surface_transform(GTK_NATIVE(window), &left, &top);
  *x = (int)lround((double)point.x + left);
  *y = (int)lround((double)point.y + top);
}

/* Runs xdotool's words, and lets the window see what they did. */
static void G_GNUC_PRINTF(1, 2) hand(const char *format, ...)
{
  va_list arguments;
  char   *words;
  char   *line;
  int     status;

  va_start(arguments, format);
  words = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  line = g_strdup_printf("xdotool %s", words);
  ck_assert_msg(g_spawn_command_line_sync(line, NULL, NULL, &status, NULL) &&
                  status == 0,
                "%s failed",
                line);
  g_free(line);
  g_free(words);
  settle();
}

static void
click(GtkWidget *widget)
{
  int x;
  int y;

  ck_assert_msg(widget != NULL, "nothing to click on");
  point_of(widget, 0.5, 0.5, &x, &y);
  hand("mousemove %d %d click 1", x, y);
}

/* The window takes keys although nobody manages windows here. */
static void
focus_window(void)
{
  hand("mousemove 3 400");
}

static double
position_of(double db)
{
  return value_to_position(params_row(ROW_FADER), db);
}

/* The hand on a fader. */

START_TEST(press_does_not_move_a_fader)
{
  GtkWidget *fader = param(OWNER_STRIP, 4, CELL_FADER);
  int        x;
  int        y;

  point_of(fader, 0.5, 0.85, &x, &y);
  hand("mousemove %d %d mousedown 1", x, y);
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_FADER), -4);
  hand("mouseup 1");
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_FADER), -4);
}
END_TEST

/* From wherever it was taken it goes as far as the hand. */
START_TEST(drag_moves_a_fader_by_as_much_as_the_hand)
{
  GtkWidget   *fader  = param(OWNER_STRIP, 4, CELL_FADER);
  const double travel = gtk_widget_get_height(fader) - 2 * GUI_FADER_INSET;
  double       moved;
  int          x;
  int          y;

  point_of(fader, 0.5, 0.8, &x, &y);
  hand("mousemove %d %d mousedown 1 mousemove %d %d mousemove %d %d mouseup 1",
       x,
       y,
       x,
       y - 20,
       x,
       y - 50);
  moved = position_of(value_of(OWNER_STRIP, 4, CELL_FADER)) - position_of(-4);
  ck_assert_double_eq_tol(moved * travel, 50, 0.01);
}
END_TEST

START_TEST(shift_moves_a_tenth)
{
  GtkWidget   *fader  = param(OWNER_STRIP, 4, CELL_FADER);
  const double travel = gtk_widget_get_height(fader) - 2 * GUI_FADER_INSET;
  double       moved;
  int          x;
  int          y;

  point_of(fader, 0.5, 0.5, &x, &y);
  hand("mousemove %d %d keydown shift mousedown 1 mousemove %d %d mouseup 1 "
       "keyup shift",
       x,
       y,
       x,
       y + 50);
  moved = position_of(value_of(OWNER_STRIP, 4, CELL_FADER)) - position_of(-4);
  ck_assert_double_eq_tol(moved * travel, -5, 0.01);
}
END_TEST

START_TEST(drag_past_the_top_stays_there)
{
  GtkWidget *fader = param(OWNER_STRIP, 4, CELL_FADER);
  int        x;
  int        y;

  point_of(fader, 0.5, 0.9, &x, &y);
  hand("mousemove %d %d mousedown 1 mousemove %d 4", x, y, x);
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_FADER), 10);
  hand("mousemove %d %d mouseup 1", x, y);
  ck_assert_double_eq_tol(value_of(OWNER_STRIP, 4, CELL_FADER), -4, 1e-6);
}
END_TEST

START_TEST(wheel_steps_half_a_decibel)
{
  GtkWidget *fader = param(OWNER_STRIP, 4, CELL_FADER);
  int        x;
  int        y;

  point_of(fader, 0.5, 0.5, &x, &y);
  hand("mousemove %d %d click 4 click 4", x, y);
  ck_assert_double_eq_tol(value_of(OWNER_STRIP, 4, CELL_FADER), -3, 1e-9);
  hand("keydown shift click 5 keyup shift");
  ck_assert_double_eq_tol(value_of(OWNER_STRIP, 4, CELL_FADER), -3.1, 1e-9);
}
END_TEST

START_TEST(double_click_gives_the_default)
{
  GtkWidget *fader = param(OWNER_STRIP, 4, CELL_FADER);
  int        x;
  int        y;

  point_of(fader, 0.5, 0.9, &x, &y);
  hand("mousemove %d %d click --repeat 2 --delay 40 1", x, y);
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_FADER), 0);
}
END_TEST

START_TEST(arrows_and_pages_move_the_fader_in_focus)
{
  click(param(OWNER_STRIP, 4, CELL_FADER));
  hand("key Up");
  ck_assert_double_eq_tol(value_of(OWNER_STRIP, 4, CELL_FADER), -3.5, 1e-9);
  hand("key shift+Down");
  ck_assert_double_eq_tol(value_of(OWNER_STRIP, 4, CELL_FADER), -3.6, 1e-9);
  hand("key Page_Down");
  ck_assert_double_eq_tol(value_of(OWNER_STRIP, 4, CELL_FADER), -8.6, 1e-9);
  hand("key Delete");
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_FADER), 0);
}
END_TEST

/* Band 3 of a flat strip stands at its frequency on the middle line. */
START_TEST(dot_of_the_curve_drags_its_band)
{
  GtkWidget   *curve = find_type(window, GUI_TYPE_CURVE);
  const double hz    = params_default(CELL_EQ_FREQ + 2);
  const double width = gtk_widget_get_width(curve);
  int          x;
  int          y;

  point_of(curve, log(hz / 20) / log(1000), 0.5, &x, &y);
  hand("mousemove %d %d mousedown 1 mousemove %d %d mousemove %d %d mouseup 1",
       x,
       y,
       x + 10,
       y - 10,
       x + 30,
       y - 20);
  ck_assert_double_eq_tol(value_of(OWNER_STRIP, 1, CELL_EQ_FREQ + 2),
                          hz * pow(1000, 30 / width),
                          0.01);
  ck_assert_double_eq_tol(value_of(OWNER_STRIP, 1, CELL_EQ_GAIN + 2),
                          20 * 40.0 / gtk_widget_get_height(curve),
                          0.001);
  hand("click 4");
  ck_assert(value_of(OWNER_STRIP, 1, CELL_EQ_Q + 2) >
            params_default(CELL_EQ_Q + 2));
  ck_assert_double_eq(value_of(OWNER_STRIP, 1, CELL_EQ_GAIN + 1), 0);
}
END_TEST

/* Typing. */

START_TEST(number_is_typed_exactly)
{
  GtkWidget *level = find(strip(OWNER_STRIP, 4), has_class, "number");

  click(level);
  hand("key ctrl+a type -- '-6.25'");
  hand("key Return");
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_FADER), -6.25);
}
END_TEST

START_TEST(digit_on_a_fader_begins_to_type)
{
  click(param(OWNER_STRIP, 4, CELL_FADER));
  hand("type -- '-12'");
  hand("key Return");
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_FADER), -12);
}
END_TEST

START_TEST(nonsense_is_answered_and_changes_nothing)
{
  GtkWidget *typein;

  click(param(OWNER_STRIP, 4, CELL_FADER));
  hand("key Return");
  hand("key ctrl+a type 'loud'");
  hand("key Return");
  typein = find_type(window, GUI_TYPE_TYPEIN);
  ck_assert(typein != NULL);
  ck_assert(find(typein, has_class, "error") != NULL);
  hand("key Escape");
  settle();
  ck_assert(find_type(window, GUI_TYPE_TYPEIN) == NULL);
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_FADER), -4);
}
END_TEST

START_TEST(pan_is_typed_as_people_say_it)
{
  GtkWidget *pan = param(OWNER_STRIP, 4, CELL_PAN);

  click(pan);
  hand("key Return");
  hand("key ctrl+a type 'L30'");
  hand("key Return");
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_PAN), -30);
}
END_TEST

/* Names may hold what would be markup. */
START_TEST(name_is_text_and_not_markup)
{
  const char *name = "<b>&amp; Jo";

  control_post(control,
               &(Command){ .kind    = COMMAND_SET_TEXT,
                           .address = desk_address(OWNER_STRIP, 4, CELL_NAME),
                           .text    = name });
  settle();
  ck_assert_str_eq(gtk_label_get_text(GTK_LABEL(
                     find_type(strip(OWNER_STRIP, 4), GTK_TYPE_LABEL))),
                   name);
}
END_TEST

START_TEST(double_click_on_a_name_types_another)
{
  int x;
  int y;

  point_of(find_type(strip(OWNER_STRIP, 4), GTK_TYPE_LABEL), 0.5, 0.5, &x, &y);
  hand("mousemove %d %d click --repeat 2 --delay 40 1", x, y);
  hand("key ctrl+a type 'Snare m'");
  hand("key Return");
  ck_assert_str_eq(
    gui_mirror_get_text(mirror, desk_address(OWNER_STRIP, 4, CELL_NAME)),
    "Snare m");
  ck_assert_double_eq(value_of(OWNER_STRIP, 1, CELL_MUTE), 0);
}
END_TEST

/* Buttons and keys. */

START_TEST(mute_and_solo_follow_the_click)
{
  click(param(OWNER_STRIP, 3, CELL_MUTE));
  ck_assert_double_eq(value_of(OWNER_STRIP, 3, CELL_MUTE), 1);
  click(param(OWNER_STRIP, 3, CELL_MUTE));
  ck_assert_double_eq(value_of(OWNER_STRIP, 3, CELL_MUTE), 0);
  click(param(OWNER_STRIP, 3, CELL_SOLO));
  ck_assert_double_eq(value_of(OWNER_STRIP, 3, CELL_SOLO), 1);
  click(param(OWNER_DESK, 0, CELL_SOLO_CLEAR));
  ck_assert_double_eq(value_of(OWNER_STRIP, 3, CELL_SOLO), 0);
}
END_TEST

START_TEST(select_brings_the_strip_to_the_panel)
{
  click(find(strip(OWNER_STRIP, 5), is_button_called, "Select"));
  ck_assert(gtk_widget_has_css_class(strip(OWNER_STRIP, 5), "selected"));
  ck_assert(!gtk_widget_has_css_class(strip(OWNER_STRIP, 1), "selected"));
  click(param(OWNER_STRIP, 5, CELL_EQ_ON));
  ck_assert_double_eq(value_of(OWNER_STRIP, 5, CELL_EQ_ON), 1);
  click(param(OWNER_STRIP, 5, CELL_SEND_ON + 2));
  ck_assert_double_eq(value_of(OWNER_STRIP, 5, CELL_SEND_ON + 2), 1);
}
END_TEST

START_TEST(keys_play_and_mix)
{
  focus_window();
  hand("key space");
  ck_assert_double_eq(value_of(OWNER_TRANSPORT, 0, CELL_PLAY), 1);
  hand("key space");
  ck_assert_double_eq(value_of(OWNER_TRANSPORT, 0, CELL_PLAY), 0);
  hand("key m key s");
  ck_assert_double_eq(value_of(OWNER_STRIP, 1, CELL_MUTE), 1);
  ck_assert_double_eq(value_of(OWNER_STRIP, 1, CELL_SOLO), 1);
  hand("key Right key Right");
  ck_assert(gtk_widget_has_css_class(strip(OWNER_STRIP, 3), "selected"));
  hand("key Up");
  ck_assert_double_eq_tol(value_of(OWNER_STRIP, 3, CELL_FADER), -2.5, 1e-9);
}
END_TEST

/* A click on a button leaves the space bar to the tape. */
START_TEST(space_plays_after_a_click)
{
  click(param(OWNER_STRIP, 3, CELL_MUTE));
  hand("key space");
  ck_assert_double_eq(value_of(OWNER_STRIP, 3, CELL_MUTE), 1);
  ck_assert_double_eq(value_of(OWNER_TRANSPORT, 0, CELL_PLAY), 1);
}
END_TEST

START_TEST(typing_in_a_line_plays_nothing)
{
  click(find(window, is_tab_called, "Input"));
  pump(300);
  click(param(OWNER_STRIP, 1, CELL_INPUT));
  hand("type 'my mics'");
  hand("key Return");
  ck_assert_str_eq(
    gui_mirror_get_text(mirror, desk_address(OWNER_STRIP, 1, CELL_INPUT)),
    "my mics");
  ck_assert_double_eq(value_of(OWNER_TRANSPORT, 0, CELL_PLAY), 0);
  ck_assert_double_eq(value_of(OWNER_STRIP, 1, CELL_MUTE), 0);
}
END_TEST

/* What was typed for one strip is not given to the next. */
START_TEST(text_belongs_where_it_was_typed)
{
  click(find(window, is_tab_called, "Input"));
  pump(300);
  click(param(OWNER_STRIP, 1, CELL_INPUT));
  hand("type 'mic'");
  click(find(strip(OWNER_STRIP, 5), is_button_called, "Select"));
  click(find(window, is_tab_called, "EQ"));
  pump(300);
  ck_assert_str_eq(
    gui_mirror_get_text(mirror, desk_address(OWNER_STRIP, 1, CELL_INPUT)),
    "mic");
  ck_assert_str_eq(
    gui_mirror_get_text(mirror, desk_address(OWNER_STRIP, 5, CELL_INPUT)), "");
}
END_TEST

/* What the desk does is seen. */

START_TEST(window_follows_the_desk)
{
  GtkRange *fader = GTK_RANGE(param(OWNER_STRIP, 2, CELL_FADER));

  desk_sets(OWNER_STRIP, 2, CELL_FADER, -20);
  ck_assert_double_eq_tol(gtk_range_get_value(fader), 0.375, 1e-9);
  desk_sets(OWNER_STRIP, 2, CELL_MUTE, 1);
  ck_assert(gtk_toggle_button_get_active(
    GTK_TOGGLE_BUTTON(param(OWNER_STRIP, 2, CELL_MUTE))));
  ck_assert_double_eq(value_of(OWNER_STRIP, 2, CELL_FADER), -20);
}
END_TEST

START_TEST(strips_come_and_go)
{
  control_post(control,
               &(Command){ .kind = COMMAND_ADD, .address.owner = OWNER_BUS });
  settle();
  ck_assert(strip(OWNER_BUS, BUSES + 1) != NULL);
  ck_assert(param(OWNER_STRIP, 1, CELL_SEND_ON + BUSES) != NULL);
  control_post(control,
               &(Command){ .kind    = COMMAND_REMOVE,
                           .address = desk_address(OWNER_STRIP, 1, 0) });
  settle();
  ck_assert(strip(OWNER_STRIP, 1) == NULL);
  ck_assert(gtk_widget_has_css_class(strip(OWNER_STRIP, 2), "selected"));
}
END_TEST

static void
replace(Control *of, void *desk)
{
  control_replace_desk(of, desk);
}

START_TEST(another_session_takes_the_place)
{
  Desk *desk = new_desk(2);

  put(desk, OWNER_STRIP, 1, CELL_FADER, -30);
  control_invoke(control, replace, desk);
  settle();
  ck_assert(strip(OWNER_STRIP, 3) == NULL);
  ck_assert_double_eq_tol(
    gtk_range_get_value(GTK_RANGE(param(OWNER_STRIP, 1, CELL_FADER))),
    0.25,
    1e-9);
}
END_TEST

/* A bus that feeds itself is refused; the button must not stay lit. */
START_TEST(refused_change_springs_back_with_a_notice)
{
  const Address loop = desk_address(OWNER_BUS, 2, CELL_GROUP);

  desk_sets(OWNER_BUS, 1, CELL_GROUP + 1, 1);
  gui_mirror_set(mirror, loop, 1);
  ck_assert_double_eq(gui_mirror_get(mirror, loop), 1);
  pump(500);
  ck_assert_double_eq(gui_mirror_get(mirror, loop), 0);
  ck_assert(find(window, is_button_called, "Dismiss") != NULL);
}
END_TEST

static void
put_meters(Control *of, void *data)
{
  control_put_meters(of, data, 1);
}

START_TEST(dcas_take_the_place_of_the_buses)
{
  click(find(window, is_button_called, "DCAs"));
  ck_assert(strip(OWNER_BUS, 1) == NULL);
  click(param(OWNER_DCA, 2, CELL_MUTE));
  ck_assert_double_eq(value_of(OWNER_DCA, 2, CELL_MUTE), 1);
  click(find(strip(OWNER_DCA, 2), is_button_called, "Select"));
  click(find(window, is_button_called, "DCAs"));
  ck_assert(strip(OWNER_BUS, 1) != NULL);
  ck_assert(gtk_widget_has_css_class(strip(OWNER_STRIP, 1), "selected"));
}
END_TEST

START_TEST(meter_shows_peaks_until_they_are_cleared)
{
  MeterItem  loud  = { .owner       = OWNER_STRIP,
                       .number      = 3,
                       .values.out  = { 0.5f, 1.2f },
                       .values.over = true };
  GtkWidget *meter = find_type(strip(OWNER_STRIP, 3), GUI_TYPE_METER);

  control_invoke(control, put_meters, &loud);
  settle();
  ck_assert_double_eq_tol(
    gui_meter_highest(GUI_METER(meter)), 20 * log10(1.2), 0.001);
  ck_assert(gui_meter_is_over(GUI_METER(meter)));
  ck_assert(find(strip(OWNER_STRIP, 3), has_class, "over") != NULL);
  click(meter);
  ck_assert(!gui_meter_is_over(GUI_METER(meter)));
  ck_assert(find(strip(OWNER_STRIP, 3), has_class, "over") == NULL);
}
END_TEST

/* For those who cannot see it. */

static bool
has_name(GtkWidget *widget)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE(widget);

  return gtk_test_accessible_has_property(accessible,
                                          GTK_ACCESSIBLE_PROPERTY_LABEL) ||
         gtk_test_accessible_has_relation(accessible,
                                          GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

/* Of the parts of a widget the whole has the name. */
static bool
is_control(GtkWidget *widget)
{
  GtkWidget *parent = gtk_widget_get_parent(widget);

  return (GTK_IS_RANGE(widget) && !GTK_IS_SCROLLBAR(parent)) ||
         (GTK_IS_BUTTON(widget) && !GTK_IS_MENU_BUTTON(parent) &&
          !GTK_IS_DROP_DOWN(parent) && !GTK_IS_WINDOW_CONTROLS(parent)) ||
         GTK_IS_DROP_DOWN(widget) || GTK_IS_ENTRY(widget) ||
         GUI_IS_METER(widget);
}

static bool
is_nameless(GtkWidget *widget, const void *data)
{
  (void)data;
  return is_control(widget) && !has_name(widget);
}

START_TEST(every_control_has_a_name)
{
  GtkWidget *nameless = find(window, is_nameless, NULL);

  ck_assert_msg(
    nameless == NULL, "a %s has no name", G_OBJECT_TYPE_NAME(nameless));
}
END_TEST

START_TEST(fader_says_its_name_and_value_and_can_be_moved)
{
  GtkWidget *fader = param(OWNER_STRIP, 4, CELL_FADER);
  char      *wrong;

  wrong = gtk_test_accessible_check_property(
    GTK_ACCESSIBLE(fader), GTK_ACCESSIBLE_PROPERTY_LABEL, "Track 4: Fader");
  ck_assert_msg(wrong == NULL, "%s", wrong);
  wrong = gtk_test_accessible_check_property(
    GTK_ACCESSIBLE(fader), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, "-4.0 dB");
  ck_assert_msg(wrong == NULL, "%s", wrong);
  gtk_range_set_value(GTK_RANGE(fader), 0.5);
  settle();
  ck_assert_double_eq(value_of(OWNER_STRIP, 4, CELL_FADER), -10);
}
END_TEST

/* The window as a whole. */

START_TEST(fits_on_a_small_screen)
{
  int width;
  int height;

  gtk_widget_measure(
    window, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
  gtk_widget_measure(
    window, GTK_ORIENTATION_VERTICAL, -1, &height, NULL, NULL, NULL);
  ck_assert_int_le(width, 1280);
  ck_assert_int_le(height, 768);
}
END_TEST

/* Nothing is asked: the program saves what it leaves. */
START_TEST(closes_when_it_is_closed)
{
  desk_sets(OWNER_STRIP, 1, CELL_FADER, -7);
  hand("key ctrl+q");
  pump(100);
  ck_assert(window == NULL);
}
END_TEST

static gpointer
quit_soon(gpointer data)
{
  (void)data;
  g_usleep(700000);
  gui_quit();
  return NULL;
}

START_TEST(runs_until_it_is_told_to_quit)
{
  GThread *thread;

  g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL |
                         G_LOG_LEVEL_WARNING);
  control = control_new(new_desk(4));
  ck_assert_int_eq(control_start(control), 0);
  thread = g_thread_new("quit", quit_soon, NULL);
  ck_assert_int_eq(gui_run(control), 0);
  g_thread_join(thread);
  control_free(control);
}
END_TEST

/* The desk does not wait for a window that stands still. */
START_TEST(frozen_window_holds_up_nobody)
{
  for (int i = 0; i < 20000; i++)
    control_post(
      control,
      &(Command){ .kind    = COMMAND_SET,
                  .address = desk_address(OWNER_STRIP, 2, CELL_FADER),
                  .number  = -(double)(i % 50) - 1 });
  ck_assert_double_eq(value_of(OWNER_STRIP, 2, CELL_FADER), -50);
  settle();
  ck_assert_double_eq(
    gui_mirror_get(mirror, desk_address(OWNER_STRIP, 2, CELL_FADER)), -50);
}
END_TEST

static TCase *
window_case(void)
{
  TCase *tcase = tcase_create("window");

  tcase_add_unchecked_fixture(tcase, display_up, display_down);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, press_does_not_move_a_fader);
  tcase_add_test(tcase, drag_moves_a_fader_by_as_much_as_the_hand);
  tcase_add_test(tcase, shift_moves_a_tenth);
  tcase_add_test(tcase, drag_past_the_top_stays_there);
  tcase_add_test(tcase, wheel_steps_half_a_decibel);
  tcase_add_test(tcase, double_click_gives_the_default);
  tcase_add_test(tcase, arrows_and_pages_move_the_fader_in_focus);
  tcase_add_test(tcase, dot_of_the_curve_drags_its_band);
  tcase_add_test(tcase, number_is_typed_exactly);
  tcase_add_test(tcase, digit_on_a_fader_begins_to_type);
  tcase_add_test(tcase, nonsense_is_answered_and_changes_nothing);
  tcase_add_test(tcase, pan_is_typed_as_people_say_it);
  tcase_add_test(tcase, name_is_text_and_not_markup);
  tcase_add_test(tcase, double_click_on_a_name_types_another);
  tcase_add_test(tcase, mute_and_solo_follow_the_click);
  tcase_add_test(tcase, select_brings_the_strip_to_the_panel);
  tcase_add_test(tcase, keys_play_and_mix);
  tcase_add_test(tcase, space_plays_after_a_click);
  tcase_add_test(tcase, typing_in_a_line_plays_nothing);
  tcase_add_test(tcase, text_belongs_where_it_was_typed);
  tcase_add_test(tcase, window_follows_the_desk);
  tcase_add_test(tcase, strips_come_and_go);
  tcase_add_test(tcase, another_session_takes_the_place);
  tcase_add_test(tcase, refused_change_springs_back_with_a_notice);
  tcase_add_test(tcase, dcas_take_the_place_of_the_buses);
  tcase_add_test(tcase, meter_shows_peaks_until_they_are_cleared);
  tcase_add_test(tcase, every_control_has_a_name);
  tcase_add_test(tcase, fader_says_its_name_and_value_and_can_be_moved);
  tcase_add_test(tcase, fits_on_a_small_screen);
  tcase_add_test(tcase, closes_when_it_is_closed);
  tcase_add_test(tcase, frozen_window_holds_up_nobody);
  return tcase;
}

static TCase *
run_case(void)
{
  TCase *tcase = tcase_create("run");

  tcase_add_unchecked_fixture(tcase, display_up, display_down);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, runs_until_it_is_told_to_quit);
  return tcase;
}

int
main(void)
{
  Suite   *suite = suite_create("gui");
  SRunner *runner;
  int      failed;

  suite_add_tcase(suite, window_case());
  suite_add_tcase(suite, run_case());
  runner = srunner_create(suite);
  srunner_run_all(runner, CK_ENV);
  failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
