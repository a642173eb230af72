# Sourced by the tables of faults: the binary, an empty folder to work in, and how a case is counted.
# shellcheck shell=bash disable=SC2034

root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
binary=$(realpath "$1")
scratch=$(realpath "${2:?an empty folder to work in}")
cd "$scratch"
export CONVBENCH_STORE=$scratch/store.sqlite
failures=0
# A network that is tuned in a moment, where what counts is that it was tuned.
python3 "$root/scripts/faults/model.py" one.onnx

say() { printf '%s: %s\n' "$(basename "$0")" "$*"; }

# A case that did not hold, with what the command said.
broken() {
  say "$*"
  [[ ! -s $scratch/errors ]] || sed 's/^/  | /' "$scratch/errors"
  failures=$((failures + 1))
}

finish() { exit $((failures > 0)); }

# Runs a command; its streams go to output and errors, its exit code to `code`.
try() {
  code=0
  timeout 60 "$binary" "$@" >"$scratch/output" 2>"$scratch/errors" </dev/null || code=$?
}

# runs NAME ARGUMENTS…
runs() {
  local name=$1
  shift
  try "$@"
  ((code == 0)) || broken "$name: convbench $(printf %.100s "$*"): exit code $code"
}

# refuses NAME ARGUMENTS…: exit code 2 and one line that is no stack trace.
refuses() {
  local name=$1
  shift
  try "$@"
  ((code == 2)) || broken "$name: convbench $(printf %.100s "$*"): exit code $code, not 2"
  (($(grep -c '^convbench: ' "$scratch/errors") == 1 && $(wc -l <"$scratch/errors") == 1)) ||
    broken "$name: convbench $(printf %.100s "$*"): not one line on standard error"
}
