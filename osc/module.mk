# SPDX-License-Identifier: GPL-3.0-or-later
# Desk to network and back.

osc_SRC := $(wildcard osc/*.c)
osc_PKG := gio-2.0 liblo
osc_OBJ := $(osc_SRC:%.c=$(BUILD)/%.o)

$(osc_OBJ): FOLDER_CFLAGS = $(call pkg_cflags,$(osc_PKG))
$(BUILD)/libosc.a: $(osc_OBJ)
