# SPDX-License-Identifier: GPL-3.0-or-later
#
# make            build the console into $(BUILD)/consort
# make run        install what is missing, build, open the demo session, play
# make check      install what is missing, build, run every test
# make siege      the long counts: hours of what `check` does for seconds
# make bench      speed; PEERS=1 hosts other mixers' processors beside ours
# make install    DESTDIR= PREFIX=/usr/local
# SANITIZER=address|undefined|thread|realtime builds into a folder of its own.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

PREFIX    ?= /usr/local
SANITIZER ?=
BUILD     ?= build$(if $(SANITIZER),-$(SANITIZER))
CC        := $(if $(filter default,$(origin CC)),gcc,$(CC))
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
SANITIZE := $(if $(SANITIZER),-fsanitize=$(SANITIZER) -fno-omit-frame-pointer)
CFLAGS_ALL = $(CODEGEN) $(WARNINGS) $(OPTIMISE) $(SANITIZE) $(CFLAGS)
LDFLAGS_ALL = $(SANITIZE) -pthread $(LDFLAGS)

# Each folder has its own libraries; a folder that includes another's library
# header does not compile, which is the point.
pkg_cflags = $(shell pkg-config --cflags $(1) 2>/dev/null)
pkg_libs   = $(shell pkg-config --libs $(1) 2>/dev/null)

FOLDERS := engine engine/tracks engine/backends console sessions osc gui

include $(addsuffix /module.mk,$(FOLDERS) tests man)

.PHONY: all run check siege bench install uninstall clean format deps
all: $(BUILD)/consort

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(FOLDER_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/lib%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

clean:
	rm -rf build build-*

format:
	clang-format -i $$(git ls-files '*.c' '*.h')

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
