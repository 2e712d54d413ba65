# SPDX-License-Identifier: GPL-3.0-or-later
#
# make            build the console into $(BUILD)/consort
# make run        install what is missing, build, open the demo session, play
# make check      install what is missing, build, run every test
# make siege      the long counts: hours of what `check` does for seconds
# make bench      speed; PEERS=1 hosts other mixers' processors beside ours
# make install    DESTDIR= PREFIX=/usr/local; make uninstall takes it back
# make format     clang-format over every source
# SANITIZER=address|undefined|thread|realtime builds into a folder of its own.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

PREFIX    ?= /usr/local
SANITIZER ?=
COMPILER  := $(if $(filter realtime,$(SANITIZER)),clang-22,gcc)
BUILD     ?= build$(if $(SANITIZER),-$(SANITIZER))
CC        := $(if $(filter default,$(origin CC)),$(COMPILER),$(CC))
AR        ?= ar
ARCH      := $(shell uname -m)
VERSION   := 0.1

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla
OPTIMISE ?= -O2 -g
# No -ffast-math: it deletes rounding and the guards against NaN. Contraction is
# off so that a vector's body and its tail round alike; lanes fuse by name.
CODEGEN  := -std=c11 -D_GNU_SOURCE -ffp-contract=off -fno-math-errno \
            -fno-trapping-math -pthread -I. -DCONSORT_VERSION='"$(VERSION)"'
SANITIZE := $(if $(SANITIZER),-fsanitize=$(SANITIZER) -fno-omit-frame-pointer \
              -fno-sanitize-recover=undefined)
# RealtimeSanitizer is of Clang 20 and later, whose other warnings are not asked;
# there a call by the audio thread of what is not RT_SAFE does not compile.
ifeq ($(SANITIZER),realtime)
WARNINGS := -Werror=function-effects
endif
CFLAGS_ALL  = $(CODEGEN) $(WARNINGS) $(OPTIMISE) $(SANITIZE) $(CFLAGS)
LDFLAGS_ALL = $(SANITIZE) -pthread $(LDFLAGS)

# Each folder has its own libraries; a folder that includes another's library
# header does not compile, which is the point.
pkg_cflags = $(shell pkg-config --cflags $(1) 2>/dev/null)
pkg_libs   = $(shell pkg-config --libs $(1) 2>/dev/null)

# Objects depend on the compiler and its flags: other ones rebuild everything.
FLAGS := $(CC) $(CFLAGS_ALL)
ifneq ($(FLAGS),$(file <$(BUILD)/flags))
$(shell mkdir -p $(BUILD))
$(file >$(BUILD)/flags,$(FLAGS))
endif

FOLDERS := engine engine/tracks engine/backends console sessions osc gui

include $(addsuffix /module.mk,$(FOLDERS) tests man)

.PHONY: all run install uninstall clean format objects flags
all: $(BUILD)/consort $(man_PAGES)

# Libraries may only just have been installed, so a make of its own builds; it
# shares the work unless -j has already said how.
SUBMAKE = $(MAKE) --no-print-directory \
          $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

run:
	@./depends run
	@$(SUBMAKE) all
	$(BUILD)/consort run --play

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(FOLDER_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/lib%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

# install and uninstall walk the same list.
DESTDIR ?=
prefix   = $(DESTDIR)$(PREFIX)
DOCS    := README.md LICENSE

install: all
	install -D $(BUILD)/consort $(prefix)/bin/consort
	$(foreach page,$(man_PAGES),install -Dm644 $(page) \
	  $(prefix)/share/man/$(call man_place,$(page));)
	install -Dm644 -t $(prefix)/share/doc/consort $(DOCS)

uninstall:
	rm -f $(prefix)/bin/consort
	rm -f $(foreach page,$(man_PAGES),$(prefix)/share/man/$(call man_place,$(page)))
	rm -f $(DOCS:%=$(prefix)/share/doc/consort/%)
	rmdir $(prefix)/share/doc/consort 2>/dev/null || true

clean:
	rm -rf build build-*

# For the checks: every object there is, and what they are compiled with.
objects: $(foreach folder,$(notdir $(FOLDERS)),$($(folder)_OBJ)) \
  $(program_OBJ) $(tests_BIN:%=%.o) $(tests_OBJ)
flags:
	@echo "$(subst ",\",$(CODEGEN) $(WARNINGS))"

format:
	clang-format -i $(wildcard $(foreach folder,$(FOLDERS) \
	  engine/dsp engine/lanes tests tests/*,$(folder)/*.c $(folder)/*.h))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
