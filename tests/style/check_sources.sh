#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What every source file keeps to: its notice, its guard, its form, its folder's
# place, and nothing left for later.
# shellcheck source=tests/tally.sh
. "$(dirname "$0")/../tally.sh"

notice='SPDX-License-Identifier: GPL-3.0-or-later'
everything() {
  sources '*.[ch]'
  sources '*.sh'
  sources '*.py'
  sources '*.def'
  find . -name .git -prune -o -name 'build*' -prune -o \
    \( -name '*.mk' -o -name Makefile -o -path './man/*.[1-8]' -o \
    -name '*.ui' -o -name '*.css' -o -name '*.xml' \) -print
  echo depends tests/run .ci/run | tr ' ' '\n'
}

notices() {
  everything | while read -r file; do
    [ "$(head -n 5 "$file" | grep -c "$notice")" = 1 ] || echo "$file"
  done
}

# The engine's folders go by their own names: CONSORT_DSP_ECHO_H.
guards() {
  sources '*.h' | while read -r file; do
    guard=$(echo "${file%.h}" | sed 's,^engine/\(.*/\),\1,' |
      tr 'a-z/-' 'A-Z__')
    grep -q "^#ifndef CONSORT_${guard}_H$" "$file" || echo "$file"
  done
}

# includes FOLDERS OTHERS: who in FOLDERS includes a header out of OTHERS?
includes() {
  # shellcheck disable=SC2086
  grep -rEn --include='*.[ch]' "^# *include [<\"]($2)" $1
}

odd_words() {
  grep -rnwE --include='*.[ch]' --include='*.ui' --include='*.css' \
    --include='*.sh' --include='*.py' --include='*.mk' \
    'TODO|FIXME|XXX|HACK' engine console sessions osc gui tests/[a-r]* man
}

unformatted() {
  sources '*.[ch]' | xargs clang-format --dry-run
}

expect "every file bears one notice of its licence" nothing notices
expect "every header is guarded by its own name" nothing guards
expect "the engine knows nothing of the folders above it" nothing \
  includes engine 'console/|sessions/|osc/|gui/|glib|gio|gtk'
expect "the engine's core opens no file and knows no server" nothing \
  includes "engine/dsp engine/lanes $(echo engine/*.[ch])" \
  'engine/(tracks|backends)/|sndfile|soxr|jack/'
expect "libjack is the backends' alone" nothing \
  includes 'engine/tracks console sessions osc gui' 'jack/'
expect "the desk knows no face of its own" nothing \
  includes "$(find console -name '*.[ch]' ! -name 'main.c' ! -name 'cmd*' |
    tr '\n' ' ')" 'sessions/|osc/|gui/|gtk'
expect "sessions know neither network nor screen" nothing \
  includes sessions 'osc/|gui/|lo/|gtk|gdk'
expect "the network knows neither sessions nor screen" nothing \
  includes osc 'sessions/|gui/|gtk|gdk'
expect "the screen knows neither sessions nor network" nothing \
  includes gui 'sessions/|osc/|lo/|jansson'
expect "GTK is the screen's alone" nothing \
  includes 'engine console sessions osc' 'gtk|gdk|adwaita'
expect "no word is left for later" nothing odd_words
case $(clang-format --version) in
*"version 14."*) expect "clang-format has nothing to change" nothing unformatted ;;
*) echo "clang-format is not 14: the form of the sources is not checked." ;;
esac
tally
