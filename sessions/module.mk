# SPDX-License-Identifier: GPL-3.0-or-later
# Desk to files and back.

sessions_SRC := $(wildcard sessions/*.c)
sessions_PKG := glib-2.0 jansson sndfile
sessions_OBJ := $(sessions_SRC:%.c=$(BUILD)/%.o)

$(sessions_OBJ): FOLDER_CFLAGS = $(call pkg_cflags,$(sessions_PKG))
$(BUILD)/libsessions.a: $(sessions_OBJ)
