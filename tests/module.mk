# SPDX-License-Identifier: GPL-3.0-or-later
# tests/FOLDER/check_NAME.c: one program a module, built with Check.

check_SRC := $(wildcard tests/*/check_*.c)
check_BIN := $(check_SRC:%.c=$(BUILD)/%)
tests_SRC := $(wildcard tests/*.c)
tests_OBJ := $(tests_SRC:%.c=$(BUILD)/%.o)

$(check_BIN:%=%.o) $(tests_OBJ): FOLDER_CFLAGS = $(call pkg_cflags,check $(LIBS_PKG))
$(filter $(BUILD)/tests/gui/%,$(check_BIN:%=%.o)): FOLDER_CFLAGS = $(call pkg_cflags,check gtk4)

$(BUILD)/libtests.a: $(tests_OBJ)

$(filter-out $(BUILD)/tests/gui/%,$(check_BIN)): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libtests.a $(LIBS)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call pkg_libs,check $(LIBS_PKG)) -lm

$(filter $(BUILD)/tests/gui/%,$(check_BIN)): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libtests.a $(BUILD)/libgui.a $(LIBS)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call pkg_libs,check $(gui_PKG) $(LIBS_PKG)) -lm
