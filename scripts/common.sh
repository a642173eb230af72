# Sourced by the other scripts: where the checkout is, what they print, what they need.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '==> %s\n' "$*"; }

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# Swift itself is not installed here: which toolchain, and where, is the user's decision.
need_swift() {
  command -v swift >/dev/null ||
    fail 'no Swift toolchain; get 6.2 or newer from https://www.swift.org/install/linux'
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)
  [[ -n $version ]] || fail 'swift --version does not answer; is the toolchain complete?'
  [[ $(printf '%s\n' 6.2 "$version" | sort -V | head -1) == 6.2 ]] ||
    fail "Swift $version is too old; get 6.2 or newer from https://www.swift.org/install/linux"
}

# Installs the system libraries that are missing, and nothing when none is.
need_libraries() {
  local missing=()
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  pkg-config --exists hwloc 2>/dev/null || missing+=(libhwloc-dev)
  pkg-config --exists sqlite3 2>/dev/null || missing+=(libsqlite3-dev)
  pkg-config --exists zlib 2>/dev/null || missing+=(zlib1g-dev)
  install_packages "${missing[@]}"
}

# need_program COMMAND PACKAGE: installs the package where the command is missing.
need_program() {
  command -v "$1" >/dev/null || install_packages "$2"
}

install_packages() {
  local missing=("$@") as_root=()
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null ||
    fail "missing ${missing[*]} and there is no apt-get; install what these Debian packages have (pkg-config, hwloc, SQLite and zlib with their headers: Fedora pkgconf hwloc-devel sqlite-devel zlib-devel; Arch pkgconf hwloc sqlite zlib)"
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      fail "missing ${missing[*]}; ask an administrator to run: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends "${missing[@]}"
}
