# SPDX-License-Identifier: GPL-3.0-or-later
# Recorded audio, beside the audio thread.

tracks_SRC := $(wildcard engine/tracks/*.c)
tracks_PKG := sndfile soxr
tracks_OBJ := $(tracks_SRC:%.c=$(BUILD)/%.o)

$(tracks_OBJ): FOLDER_CFLAGS = $(call pkg_cflags,$(tracks_PKG))
$(BUILD)/libtracks.a: $(tracks_OBJ)
