#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What compilers say: no warnings, headers that stand alone, a core that needs
# the C library and libm alone, and proofs that can fail.
# shellcheck source=tests/tally.sh
. "$(dirname "$0")/../tally.sh"

flags=$(make -s flags)
modules='check gtk4 liblo jansson jack sndfile soxr'

# Both compilers of Debian 12, whose warnings we know.
known() {
  case $1 in
  gcc) [ "$(gcc -dumpversion | cut -d. -f1)" = 12 ] ;;
  clang) [ "$(clang -dumpversion | cut -d. -f1)" = 14 ] ;;
  esac
}

warnings() {
  make -s -k -j2 CC="$1 -fsyntax-only" OPTIMISE=-O1 CFLAGS=-Werror \
    BUILD="$room/$1" objects
}

# Nothing stands before it that could help.
alone() {
  echo "#include \"$1\"" >"$room/alone.c"
  eval "$2 $flags -Werror -DISA=base -DLANES=4 \
    $(pkg-config --cflags "$modules" | tr '\n' ' ') -fsyntax-only $room/alone.c"
}

headers_alone() {
  sources '*.h' | grep -v tests/ | while read -r header; do
    alone "$header" gcc
  done
}

# The whole archive, and nothing to find but libc and libm.
core_links() {
  echo 'int main(void) { return 0; }' >"$room/main.c"
  gcc -o "$room/core" "$room/main.c" -Wl,--no-undefined \
    -Wl,--whole-archive "$BUILD/libengine.a" -Wl,--no-whole-archive -lm &&
    nothing foreign
}

foreign() {
  ldd "$room/core" | grep -vE 'linux-vdso|libm\.so|libc\.so|ld-linux'
}

# What allocates in an RT_SAFE function does not compile.
proof_fails() {
  printf '%s\n' '#include "engine/rt.h"' '#include <stdlib.h>' \
    'void *take(void) RT_SAFE;' \
    'void *take(void) RT_SAFE { return malloc(1); }' >"$room/take.c"
  clang-22 -I. -Werror=function-effects -fsyntax-only "$room/take.c" 2>&1 |
    grep "must not call"
}

for compiler in gcc clang; do
  if known $compiler; then
    expect "$compiler has nothing to warn of" nothing warnings $compiler
  else
    echo "$compiler is another version: its warnings are not asked."
  fi
done
expect "every header compiles alone" nothing headers_alone
expect "the engine's core links with libc and libm alone" core_links
if command -v clang-22 >/dev/null; then
  expect "an allocation in an RT_SAFE function is an error" proof_fails
fi
tally
