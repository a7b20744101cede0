# Sourced by the other scripts: paths, messages, and timed steps.
# shellcheck shell=bash
set -euo pipefail

# shellcheck disable=SC2034 # for who sources this
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Files that outlive a checkout: Kubo, the lint tools, what cargo compiled.
export VOUCHSAFE_CACHE=${VOUCHSAFE_CACHE:-$HOME/.cache/vouchsafe}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$VOUCHSAFE_CACHE/target}
# What `make wallet` builds.
export VOUCHSAFE_WALLET=${VOUCHSAFE_WALLET:-$CARGO_TARGET_DIR/wallet-release}

# Messages go to stderr, so that a program's own output can be taken from stdout.
say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# at_least 0.43.0 0.30: is the first version the second or newer?
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# Uses the compiler and the Kubo that scripts/setup found.
enter_env() {
	if [ -r "$VOUCHSAFE_CACHE/env" ]; then
		# shellcheck disable=SC1091
		. "$VOUCHSAFE_CACHE/env"
	fi
	# Clippy checks our own crates during the normal build. Cargo rebuilds if the wrapper changes, so
	# it is set for every cargo call or for none.
	if [ -n "${RUSTC_WORKSPACE_WRAPPER:-}" ]; then
		export CLIPPY_ARGS=${CLIPPY_ARGS:--Dwarnings}
	fi
}

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# quietly "building Kubo" command…: shows the output only if the command fails. Prints a line every
# 15 s while it runs.
quietly() {
	local what=$1 log began=$SECONDS status=0 beat
	shift
	log=$(mktemp)
	say "  $what …"
	# Descriptor 9 is scripts/setup's lock. A process that outlives setup must not hold it.
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
unchecked=0

# step "name" command…: runs the command and records its result. Continues after a failure;
# `summary` reports it.
step() {
	local name=$1 began=$SECONDS status=0 log follower outcome
	shift
	say ""
	say "=== $name: $*"
	# The output goes to a file that is shown as it grows. A process that a failed test left behind
	# would keep a pipe open, and the script would wait for it.
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

# Records a step that was skipped, and why. Nobody may take it for a step that passed.
skipped() {
	say ""
	say "=== $1: NOT CHECKED: $2"
	steps+=("$(printf '%-12s %7s  %s: %s' "NOT CHECKED" - "$1" "$2")")
	unchecked=$((unchecked + 1))
}

# Prints what ran, with result and time. Ends the script.
summary() {
	say ""
	say "=== $1, $(clock "$SECONDS") in all"
	printf '  %s\n' "${steps[@]}" >&2
	[ "$failed" -eq 0 ] || die "$1: FAILED"
	[ "$unchecked" -eq 0 ] || say "$1: $unchecked NOT CHECKED, see above"
	say "$1: passed"
	exit 0
}

# Ends the script if a step has failed.
stop_if_failed() { [ "$failed" -eq 0 ] || summary "$1"; }
