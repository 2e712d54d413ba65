/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_GUI_H
#define CONSORT_GUI_GUI_H

/* The window. It knows the desk by a feed of copied messages and changes it by
   posting commands; it runs on the screen's thread, which is the one that calls
   gui_run(). */

#include "console/control.h"

/* Shows the mixer until it is closed or the console quits. Returns the exit
   status. [screen] */
int gui_run(Control *control);

/* Is there a display to show a window on? Before other threads are started: it
   sets the environment up. [screen] */
bool gui_has_display(void);

/* Ends gui_run() soon. [any] */
void gui_quit(void);

#endif
