# Shared by the scripts beside it. Bash.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# Servers are wanted as programs. Debian's packages would start them as services, unless a policy says no.
policy=/usr/sbin/policy-rc.d

# Runs what follows while that policy holds; whatever ends it, the policy goes again. An existing one is left as it is.
without_services() (
  [ ! -e "$policy" ] || { "$@"; exit; }
  trap 'as_root rm -f "$policy"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null && as_root chmod 755 "$policy" && "$@"
)

# Installs those of the Debian packages that are missing; asks nobody and needs no network where there are none.
need() {
  local missing=()
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    echo "these packages are missing, and there is neither root nor sudo to install them: ${missing[*]}" >&2
    exit 3
  fi
  as_root apt-get update -q || echo "apt-get update failed; trying with the lists that are there" >&2
  local wrong=0
  without_services as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -q -y --no-install-recommends "${missing[@]}" || wrong=$?
  case $wrong in
    0) ;;
    129 | 130 | 143) exit $wrong ;;
    *) exit 3 ;;
  esac
  # And they should not be there after the next boot either.
  if [ -d /run/systemd/system ]; then
    for package in "${missing[@]}"; do
      case $package in
        etcd-server) as_root systemctl disable --now etcd || true ;;
        memcached | redis-server | redis-sentinel) as_root systemctl disable --now "$package" || true ;;
      esac
    done
  fi
}

BUILD_PACKAGES=(g++ cmake ninja-build pkg-config tao-pegtl-dev nlohmann-json3-dev libboost-dev libcli11-dev libfmt-dev libre2-dev libbson-dev libmongoc-dev libyaml-cpp-dev)
TEST_PACKAGES=(ccache libgtest-dev clang libclang-rt-14-dev python3 python3-pymongo etcd-server memcached redis-server redis-sentinel zookeeper)
export CCACHE_SLOPPINESS=pch_defines,time_macros
