# SPDX-License-Identifier: GPL-3.0-or-later
# Desk to screen and back.

gui_SRC := $(wildcard gui/*.c)
gui_PKG := gtk4
gui_OBJ := $(gui_SRC:%.c=$(BUILD)/%.o)

$(gui_OBJ): FOLDER_CFLAGS = $(call pkg_cflags,$(gui_PKG))
$(BUILD)/libgui.a: $(gui_OBJ)
