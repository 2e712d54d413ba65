# SPDX-License-Identifier: GPL-3.0-or-later
# Desk to screen and back.

gui_SRC := $(wildcard gui/*.c)
gui_PKG := gtk4
gui_RES := gui/gui.gresource.xml
gui_OBJ := $(gui_SRC:%.c=$(BUILD)/%.o) $(BUILD)/gui/resources.o

$(gui_OBJ): FOLDER_CFLAGS = $(call pkg_cflags,$(gui_PKG))

# Layouts and style sheets, compiled into the program.
$(BUILD)/gui/resources.c: $(gui_RES) $(wildcard gui/*.ui gui/*.css)
	@mkdir -p $(@D)
	glib-compile-resources --sourcedir=gui --generate-source \
	  --c-name gui --internal --target=$@ $<

# What the tool writes is not ours to warn about.
$(BUILD)/gui/resources.o: $(BUILD)/gui/resources.c
	$(CC) $(CODEGEN) $(OPTIMISE) $(SANITIZE) $(FOLDER_CFLAGS) -c $< -o $@

$(BUILD)/libgui.a: $(gui_OBJ)
