#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The manual and the README tell the truth: the pages are well formed, name every
# command, option and parameter and no other, and their examples work.
# shellcheck source=tests/tally.sh
. "$(dirname "$0")/../tally.sh"

page=man/consort.1
port=$((20000 + $$ % 20000))

# Whether this system's index of manuals has our pages is not theirs to say.
ill_formed() {
  mandoc -Tlint "$BUILD"/man/*.[1-8] 2>/dev/null |
    grep -v 'referenced manual not found'
}

lost_references() {
  sed -n 's/^\.Xr \(consort[^ ]*\) \([0-9]\).*/\1.\2/p' man/*.[1-8] | sort -u |
    while read -r other; do test -e "man/$other" || echo "$other"; done
}

commands() {
  consort --help | sed -n 's/^ *consort \([a-z]*\)  .*/\1/p'
}

# A line a pair: command and long option, as the program has them.
options() {
  for command in $(commands); do
    consort "$command" --help |
      sed -n "s/^ .* --\([a-z-]*\).*/$command \1/p" | grep -v ' help$'
  done
}

# The same, as the page has them.
told_options() {
  awk '$1 == ".It" && $2 == "Cm" { command = $3 }
    command && ($1 == ".It" || $1 == ".Fl") {
      for (i = 2; i <= NF; i++)
        if ($i ~ /^-[a-z]/) print command, substr($i, 2)
    }
    $1 == ".Ss" && $2 != "Commands" { command = "" }' $page
}

same() {
  "$1" | sort >"$room/a"
  "$2" | sort >"$room/b"
  diff "$room/a" "$room/b"
}

told_commands() {
  sed -n 's/^\.It Cm \([a-z]*\)$/\1/p' $page
}

symbols() {
  consort params --json | sed -n 's/.*"symbol": "\([^"]*\)".*/\1/p'
}

told_symbols() {
  sed -n 's/^\.It Ic \([^ ]*\) Pq.*/\1/p' "$BUILD/man/consort-osc.7"
}

# Three short recordings, where the examples look for them.
make_stems() {
  mkdir "$room/play" "$room/play/stems" &&
    for track in 1 2 3; do
      sox -n -r 48000 -b 24 "$room/play/stems/$track.wav" \
        synth 1 sine $((220 * track)) vol 0.2 || return
    done
}

# run_all: does every line that comes in, in the folder of the stems. A desk that
# is opened is an own one, without a window, and is waited for.
run_all() {
  while read -r line; do
    line=$(echo "$line" | sed "s/ 9000 / $port /
      s/^consort run song/& --headless --osc-port $port --server consort-$$/")
    echo "\$ $line"
    (cd "$room/play" && eval "$line") >"$room/out" 2>&1 || {
      cat "$room/out"
      return 1
    }
    case $line in
    "consort run "*) await_desk || return ;;
    esac
  done
}

await_desk() {
  for _ in $(seq 200); do
    grep -q 'is open' "$room/out" && return
    sleep 0.1
  done
  cat "$room/out"
  return 1
}

examples() {
  sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl //p' $page |
    sed 's/\\(dq/"/g; s/\\(aq/'"'"'/g' | grep -v '^consort run' | run_all
}

blocks() {
  rm -r "$room/play" && make_stems &&
    sed -n '/^```sh$/,/^```$/{/^```/!p;}' README.md >"$room/blocks" &&
    run_all <"$room/blocks"
}

# Ends the desk that a folder is open in.
end_desk() {
  kill "$(consort info "$1" | sed -n 's/^open in process \([0-9]*\),.*/\1/p')"
  while consort info "$1" | grep -q '^open in process'; do sleep 0.1; done
}

# value_is ADDRESS TEXT, in the README's session
value_is() {
  test "$(consort get "$room/play/song" "$1")" = "$1	$2"
}

# What the README's mix must have come to, once the desk has saved and gone.
mixed() {
  end_desk "$room/play/song" &&
    value_is /strip/1/fader "-4.5 dB" &&
    value_is /strip/1/hpf/freq "80.0 Hz" &&
    value_is /bus/1/kind reverb &&
    sox "$room/play/mix.wav" -n stat 2>&1 | grep 'Length.* 4\.0'
}

# The page's session, read and written again.
example_session() {
  mkdir "$room/two" &&
    sed -n '/^\.Bd -literal/,/^\.Ed/{/^\./!p;}' man/consort-session.5 \
      >"$room/two/session.json" &&
    cp "$room/two/session.json" "$room/before" &&
    consort set "$room/two" /strip/1/fader=-1 &&
    diff "$room/before" "$room/two/session.json"
}

targets() {
  grep -oE '(^    |`)make [a-z]+' README.md | awk '{ print $NF }' | sort -u |
    while read -r target; do
      make -n "$target" >/dev/null 2>&1 || echo "$target"
    done
}

expect "the pages are well formed" nothing ill_formed
expect "they refer to pages that there are" nothing lost_references
expect "consort(1) has every command" same commands told_commands
expect "consort(1) has every option of each" same options told_options
expect "consort-osc(7) has every parameter" same symbols told_symbols
expect "there are recordings to try it with" make_stems
expect "the examples of consort(1) work" examples
expect "the session of consort-session(5) is one" example_session
expect "the README's targets are there" nothing targets
expect "the README's first mix works" blocks
expect "it has come to what it should" mixed
tally
