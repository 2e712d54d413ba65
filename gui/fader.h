/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_FADER_H
#define CONSORT_GUI_FADER_H

/* A fader: a groove and a cap, upright. Its scale stands beside it. */

#include "gui/range.h"

#define GUI_TYPE_FADER (gui_fader_get_type())
G_DECLARE_FINAL_TYPE(GuiFader, gui_fader, GUI, FADER, GuiRange)

/* Half of the cap: what scale and meter leave free at both ends to stand level
   with it. */
enum { GUI_FADER_INSET = 14 };

#endif
