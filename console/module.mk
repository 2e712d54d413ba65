# SPDX-License-Identifier: GPL-3.0-or-later
# The desk, and the program.

console_SRC := $(filter-out console/main.c console/cmd-%.c,$(wildcard console/*.c))
console_PKG := glib-2.0
console_OBJ := $(console_SRC:%.c=$(BUILD)/%.o)
program_SRC := console/main.c $(wildcard console/cmd-*.c)
program_OBJ := $(program_SRC:%.c=$(BUILD)/%.o)

$(console_OBJ) $(program_OBJ): FOLDER_CFLAGS = $(call pkg_cflags,$(console_PKG))
$(BUILD)/libconsole.a: $(console_OBJ)

# A folder's library stands before those it leans on.
LIBS := $(addprefix $(BUILD)/lib,$(addsuffix .a,\
  osc sessions console backends tracks engine))
LIBS_PKG = $(osc_PKG) $(sessions_PKG) $(backends_PKG) $(tracks_PKG)

$(BUILD)/consort: $(program_OBJ) $(BUILD)/libgui.a $(LIBS)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call pkg_libs,$(gui_PKG) $(LIBS_PKG)) -lm
