/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_FILES_H
#define CONSORT_GUI_FILES_H

/* Asking a person for files and folders. */

#include <gtk/gtk.h>

#include "gui/mirror.h"

/* Asks for what a command needs, and posts it: a session's folder to open, a
   folder to save as, or audio files to import. [screen] */
void gui_files_ask(GtkWindow *window, GuiMirror *mirror, CommandKind kind);

#endif
