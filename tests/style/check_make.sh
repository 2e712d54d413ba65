#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Makefile: what is built needs no more building; a file that changes rebuilds
# what depends on it and no more; what install puts there, uninstall takes away.
# shellcheck source=tests/tally.sh
. "$(dirname "$0")/../tally.sh"

make() {
  command make --no-print-directory "$@"
}

# What make would compile, link and archive if FILE were changed.
rebuilt_by() {
  make -n -W "$1" all | grep -v "^sed \|/man/" |
    sed -nE "s,.*( -o |ar rcs |--target=)$BUILD/([^ ]*).*,\\2,p" | LC_ALL=C sort
}

# rebuilds FILE TARGET...: these, and nothing else?
rebuilds() {
  file=$1
  shift
  printf '%s\n' "$@" | LC_ALL=C sort >"$room/expected"
  rebuilt_by "$file" | diff "$room/expected" -
}

# What every object comes from, found by another way than make's: the
# preprocessor, asked anew. A line an object.
all_dependencies() {
  flags="-I. -D_GNU_SOURCE -std=c11 -DISA=base -DLANES=4
    $(pkg-config --cflags gtk4 liblo jansson jack sndfile soxr)"
  find engine console sessions osc gui -name '*.c' ! -path '*/lanes/*' |
    while read -r source; do
      # shellcheck disable=SC2086
      gcc $flags -MM -MT "${source%.c}.o" "$source" | tr -d '\\\n'
      echo ' '
    done >"$room/dependencies"
}

header_rebuilds() {
  grep -F " $1 " "$room/dependencies" | sed 's/:.*//' | LC_ALL=C sort \
    >"$room/expected"
  rebuilt_by "$1" | grep '\.o$' | grep -v '^engine/lanes/' |
    diff "$room/expected" -
}

install_here() {
  make install DESTDIR="$room/root" PREFIX=/usr
}

is_installed() {
  (cd "$room/root/usr" && find . -type f | LC_ALL=C sort) >"$room/there"
  printf './%s\n' bin/consort share/doc/consort/LICENSE \
    share/doc/consort/README.md share/man/man1/consort.1 \
    share/man/man5/consort-session.5 share/man/man7/consort-osc.7 |
    diff - "$room/there"
}

# Nothing is left, and what others have put there stays.
uninstall_here() {
  echo "someone else's" >"$room/root/usr/bin/other"
  make uninstall DESTDIR="$room/root" PREFIX=/usr || return
  test -e "$room/root/usr/bin/other" || return
  nothing find "$room/root" -name '*consort*' || return
  make uninstall DESTDIR="$room/root" PREFIX=/usr
}

flags_rebuild() {
  make -n CFLAGS=-DOTHER BUILD="$room/build" "$room/build/engine/value.o" |
    grep -- '-DOTHER'
}

expect "what is built is not built again" nothing rebuilt_by LICENSE
expect "a source rebuilds its object, its library and the program" \
  rebuilds gui/meter.c gui/meter.o libgui.a consort
expect "another does as well" \
  rebuilds engine/dsp/echo.c engine/dsp/echo.o libengine.a consort
expect "a layout rebuilds the resources" \
  rebuilds gui/window.ui gui/resources.c gui/resources.o libgui.a consort
expect "the preprocessor knows what depends on what" all_dependencies
expect "a header rebuilds whom it concerns" header_rebuilds osc/packet.h
expect "the table rebuilds whom it concerns" header_rebuilds engine/params.def
expect "flags are heeded" flags_rebuild
expect "it installs into a folder" install_here
expect "what is installed is what is meant to be" is_installed
expect "the installed program runs" "$room/root/usr/bin/consort" --version
expect "uninstall takes it all back" uninstall_here
expect "what is needed is known to be there" nothing ./depends check
tally
