/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CONSORT_GUI_METER_H
#define CONSORT_GUI_METER_H

/* A stereo level meter on the fader's scale: dim bars to the peak, bright ones
   to the RMS level, a mark that holds, a light for overs that stays until it is
   clicked, and gain reduction from the top down at the left. */

#include <gtk/gtk.h>

#include "console/feed.h"

#define GUI_TYPE_METER (gui_meter_get_type())
G_DECLARE_FINAL_TYPE(GuiMeter, gui_meter, GUI, METER, GtkWidget)

/* One bar, for a strip with one channel, or two. [screen] */
void gui_meter_set_mono(GuiMeter *self, gboolean mono);

/* Moves on by a time in seconds; values may be NULL. Paints only where a pixel
   changes. True when the highest peak did change. [screen] */
gboolean gui_meter_advance(GuiMeter          *self,
                           const MeterValues *values,
                           double             seconds);

/* The highest peak in dB since it was cleared, and whether there was an over.
   [screen] */
double   gui_meter_highest(GuiMeter *self);
gboolean gui_meter_is_over(GuiMeter *self);

/* Forgets both; emits "cleared", as a click does. [screen] */
void gui_meter_clear(GuiMeter *self);

#endif
