# Sourced by the how-tos: a scratch copy of this checkout, what was changed in it, its build and tests.

source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

# scratch_copy [FOLDER]: goes to a clone of the checkout's last commit. A folder that is given is kept
# with its build, and the next how-to there has less to build; a temporary one is removed.
scratch_copy() {
  need_swift
  need_libraries
  if (($#)); then
    copy=$(realpath -m "$1")
  else
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
  fi
  if [[ -d $copy/.git ]]; then
    git -C "$copy" fetch -q "$root" HEAD
    git -C "$copy" reset -q --hard FETCH_HEAD
    git -C "$copy" clean -qfd
  else
    [[ -z $(ls -A "$copy" 2>/dev/null) ]] || fail "$copy is no clone; give an empty folder"
    git clone -q "$root" "$copy"
    # What was fetched already; everything else is built anew.
    mkdir -p "$copy/.build-debug"
    local part
    for part in checkouts repositories workspace-state.json; do
      [[ ! -e $root/.build/$part ]] || cp -a "$root/.build/$part" "$copy/.build-debug/"
    done
  fi
  cd "$copy"
}

# insert FILE AFTER LINE…: adds lines behind the only one that has the text AFTER.
insert() {
  local file=$1 after=$2
  [[ $(grep -cF -- "$after" "$file") == 1 ]] ||
    fail "$file has not exactly one line with $after; the documents are out of date"
  shift 2
  local text
  text=$(printf '%s\n' "$@")
  AFTER=$after TEXT=$text awk '{ print } index($0, ENVIRON["AFTER"]) { print ENVIRON["TEXT"] }' \
    "$file" >"$file.new"
  cat "$file.new" >"$file"
  rm "$file.new"
}

# places MOST: names the files and folders that are new or changed, tests and documents apart; fails
# where there are more.
places() {
  local changed
  mapfile -t changed < <(git status --porcelain -- Sources Package.swift)
  say "places: ${#changed[@]}"
  printf '  %s\n' "${changed[@]}"
  ((${#changed[@]} <= $1)) || fail "${#changed[@]} places instead of $1"
}

# build_and_test FILTER: without warnings, in debug, which is faster to build.
build_and_test() {
  swift format lint --strict -r Sources Tests Package.swift
  say "building $copy"
  swift build --build-tests --scratch-path .build-debug >.build-debug/log 2>&1 || {
    grep -E 'error:' .build-debug/log >&2 || tail -20 .build-debug/log >&2
    fail 'the copy does not build'
  }
  ! grep -E '(Sources|Tests)/[^ ]*: warning:' .build-debug/log >&2 || fail 'the build has warnings'
  swift test --scratch-path .build-debug --skip-build --filter "$1"
}
