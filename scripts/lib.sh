# Sourced by the scripts beside it: where things are, what is said, how steps are timed.
# shellcheck shell=bash
set -euo pipefail

# shellcheck disable=SC2034 # for who sources this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Everything that outlives a checkout: Kubo, the lint tools, what cargo compiled.
export VOUCHSAFE_CACHE=${VOUCHSAFE_CACHE:-$HOME/.cache/vouchsafe}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$VOUCHSAFE_CACHE/target}

# Messages go to stderr, so that a program's own output can be taken from stdout.
say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# at_least 0.43.0 0.30: is the first version the second or newer?
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# Which compiler and which Kubo: scripts/setup found them and wrote them down.
enter_env() {
	if [ -r "$VOUCHSAFE_CACHE/env" ]; then
		# shellcheck disable=SC1091
		. "$VOUCHSAFE_CACHE/env"
	fi
	# Clippy looks at our own crates in the build that is made anyway. The wrapper is part of what
	# cargo compares, so it is set for every cargo call or for none.
	if [ -n "${RUSTC_WORKSPACE_WRAPPER:-}" ]; then
		export CLIPPY_ARGS=${CLIPPY_ARGS:--Dwarnings}
	fi
}

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# quietly "building Kubo" command…: its output goes to a file and is shown only if it fails;
# meanwhile a line every 15 s says that it still runs.
quietly() {
	local what=$1 log began=$SECONDS status=0 beat
	shift
	log=$(mktemp)
	say "  $what …"
	# Descriptor 9 is scripts/setup's lock: nothing that outlives it may hold it.
	(
		nap=
		trap 'kill "$nap" 2>/dev/null; exit' TERM
		while :; do
			sleep 15 &
			nap=$!
			wait "$nap"
			say "    … $((SECONDS - began)) s"
		done
	) 9>&- &
	beat=$!
	"$@" >"$log" 2>&1 </dev/null 9>&- || status=$?
	kill "$beat" 2>/dev/null || true
	wait "$beat" 2>/dev/null || true
	if [ "$status" -ne 0 ]; then
		say "  $what failed (after $((SECONDS - began)) s):"
		tail -n 25 "$log" | sed 's/^/    | /' >&2
	fi
	rm -f "$log"
	return "$status"
}

steps=()
failed=0

# step "name" command…: runs it and notes what came of it. Goes on after a failure; `summary` tells.
step() {
	local name=$1 began=$SECONDS status=0 log follower outcome
	shift
	say ""
	say "=== $name: $*"
	# The output goes to a file that is shown as it grows, not into a pipe: a process that a
	# failed test left behind would keep a pipe open, and us waiting.
	log=$(mktemp)
	tail -n +1 -s 0.2 -f "$log" --pid=$$ 2>/dev/null &
	follower=$!
	"$@" >"$log" 2>&1 </dev/null || status=$?
	sleep 0.5
	kill "$follower" 2>/dev/null || true
	wait "$follower" 2>/dev/null || true
	if [ "$status" -eq 0 ]; then
		outcome=ok
	else
		outcome="FAILED ($status)"
		failed=1
	fi
	local counted
	counted=$(awk '/^test result: /{n += $4; m += $6; i += $8; seen = 1}
		END { if (seen) printf "  %d tests passed, %d failed, %d ignored", n, m, i }' "$log")
	rm -f "$log"
	steps+=("$(printf '%-12s %7s  %s%s' "$outcome" "$(clock $((SECONDS - began)))" "$name" "$counted")")
	return 0
}

# A step that was left out, and why.
skipped() {
	say ""
	say "=== $1: skipped: $2"
	steps+=("$(printf '%-12s %7s  %s: %s' skipped - "$1" "$2")")
}

# What ran, what came of it, how long it took. Ends the script.
summary() {
	say ""
	say "=== $1, $(clock "$SECONDS") in all"
	printf '  %s\n' "${steps[@]}" >&2
	[ "$failed" -eq 0 ] || die "$1: FAILED"
	say "$1: passed"
	exit 0
}

# Ends here if anything failed so far.
stop_if_failed() { [ "$failed" -eq 0 ] || summary "$1"; }
