# SPDX-License-Identifier: GPL-3.0-or-later
# The manual; its list of parameters is the table's own.

man_PAGES := $(patsubst %,$(BUILD)/%,$(wildcard man/*.[1-8]))
# man/consort.1 is installed as man1/consort.1.
man_place  = man$(subst .,,$(suffix $(1)))/$(notdir $(1))

$(BUILD)/man/parameters: $(BUILD)/consort
	@mkdir -p $(@D)
	$< params --mdoc > $@

$(BUILD)/man/%: man/% $(BUILD)/man/parameters
	sed -e '/@parameters@/{r $(BUILD)/man/parameters' -e 'd;}' $< > $@
