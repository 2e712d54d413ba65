# SPDX-License-Identifier: GPL-3.0-or-later
# The engine's core: the C library and libm alone.

engine_SRC := $(wildcard engine/*.c engine/dsp/*.c)
lanes_SRC  := $(wildcard engine/lanes/*.c)

# The lanes are one source built once for each instruction set; which of them
# runs is chosen at start. "plain" is one lane, for comparison in the bench.
ifeq ($(ARCH),x86_64)
ISAS := avx512 avx2 base plain
else
ISAS := base plain
endif
isa_avx512 := -DISA=avx512 -DLANES=16 -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mprefer-vector-width=512
isa_avx2   := -DISA=avx2 -DLANES=8 -mavx2 -mfma
isa_base   := -DISA=base -DLANES=4
isa_plain  := -DISA=plain -DLANES=1 -fno-tree-vectorize

engine_OBJ := $(engine_SRC:%.c=$(BUILD)/%.o) \
  $(foreach isa,$(ISAS),$(lanes_SRC:%.c=$(BUILD)/%-$(isa).o))

define isa_rule
$(BUILD)/engine/lanes/%-$(1).o: engine/lanes/%.c $(BUILD)/flags
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS_ALL) $(isa_$(1)) -MMD -MP -c $$< -o $$@
endef
$(foreach isa,$(ISAS),$(eval $(call isa_rule,$(isa))))

$(BUILD)/libengine.a: $(engine_OBJ)
