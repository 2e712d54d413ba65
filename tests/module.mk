# SPDX-License-Identifier: GPL-3.0-or-later
# tests/FOLDER/check_NAME.c: one program a module, built with Check.
# tests/FOLDER/check_NAME.sh, .py: what a script judges better.

check_BIN    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/*/check_*.c))
check_SCRIPT := $(wildcard tests/*/check_*.sh tests/*/check_*.py)
bench_BIN    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/bench_*.c))
tests_BIN    := $(check_BIN) $(bench_BIN)
tests_OBJ    := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/*.c))
gui_BIN      := $(filter $(BUILD)/tests/gui/%,$(tests_BIN))

$(tests_BIN:%=%.o) $(tests_OBJ): FOLDER_CFLAGS = $(call pkg_cflags,check $(LIBS_PKG))
$(gui_BIN:%=%.o): FOLDER_CFLAGS = $(call pkg_cflags,check $(gui_PKG))

$(BUILD)/libtests.a: $(tests_OBJ)

$(gui_BIN): $(BUILD)/libgui.a
$(gui_BIN): TEST_PKG = $(gui_PKG)
$(tests_BIN): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/libtests.a $(LIBS)
	$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(BUILD)/libtests.a \
	  $(filter %/libgui.a,$^) $(LIBS) \
	  $(call pkg_libs,check $(TEST_PKG) $(LIBS_PKG)) -lm

# Some again, built otherwise: the sound under RealtimeSanitizer, where this
# machine has it, and what reads from outside under AddressSanitizer and UBSan.
again = $(patsubst $(BUILD)/%,$(BUILD)-$(1)/%,$(filter $(2:%=$(BUILD)/tests/%),\
  $(filter-out %/check_demo_song %/check_params %/check_value,$(check_BIN))))
realtime_BIN := $(if $(wildcard /usr/lib/llvm-22/lib/clang/22/lib/*/*rtsan*),\
  $(call again,realtime,engine/% console/check_mix))
address_BIN  := $(call again,address,osc/% tracks/% sessions/% console/check_desk)

.PHONY: check siege checked sieged realtime address bench
check siege:
	@./depends check
	@$(SUBMAKE) $@ed

checked sieged: all realtime address $(check_BIN)
	@tests/run $(if $(filter sieged,$@),--siege) $(BUILD) \
	  $(check_SCRIPT) $(check_BIN) $(realtime_BIN) $(address_BIN)

realtime:
	@$(if $(realtime_BIN),$(MAKE) --no-print-directory SANITIZER=realtime \
	  BUILD=$(BUILD)-realtime $(realtime_BIN))
address:
	@$(MAKE) --no-print-directory SANITIZER=address,undefined WARNINGS= \
	  OPTIMISE='-O1 -g' BUILD=$(BUILD)-address $(address_BIN)

bench: $(bench_BIN)
	@set -e; $(foreach bench,$^,$(bench);)
