# SPDX-License-Identifier: GPL-3.0-or-later
# Who calls engine_process().

backends_SRC := $(wildcard engine/backends/*.c)
backends_PKG := jack
backends_OBJ := $(backends_SRC:%.c=$(BUILD)/%.o)

$(backends_OBJ): FOLDER_CFLAGS = $(call pkg_cflags,$(backends_PKG))
$(BUILD)/libbackends.a: $(backends_OBJ)
