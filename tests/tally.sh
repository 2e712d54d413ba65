# shellcheck shell=sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by the scripts among the tests: goes to the project's root, puts the
# consort that was built in front, counts what is checked, and ends with the line
# that Check's programs end with.

cd "$(dirname "$0")/../.." || exit
export BUILD="${BUILD:-build}"
PATH=$(realpath "$BUILD"):$PATH
checks=0 failures=0
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

# sources PATTERN: the files of that name, in every folder.
sources() {
  find engine console sessions osc gui tests -name "$1" | LC_ALL=C sort
}

# expect "what must be so" COMMAND...: so it is when the command succeeds; what
# it prints is shown when it does not.
expect() {
  what=$1
  shift
  checks=$((checks + 1))
  if ! "$@" >"$room/said" 2>&1; then
    failures=$((failures + 1))
    echo "$0: not so: $what"
    sed -n '1,40s/^/    /p' "$room/said"
  fi
}

# nothing COMMAND...: succeeds when the command prints nothing.
nothing() {
  ! "$@" 2>&1 | grep .
}

tally() {
  echo "$((100 * (checks - failures) / checks))%: Checks: $checks," \
    "Failures: $failures, Errors: 0"
  exit $((failures > 0))
}
