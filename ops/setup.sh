#!/bin/bash
# Brings a Debian 12 machine to the point where camwall builds, runs its demo and its tests:
#   ops/setup.sh [all|packages|npm|clips]...     (default: all)
# Does only what is still missing; when nothing is, it takes well under a second.
set -euo pipefail
cd "$(dirname "$0")/.."

say() {
  echo "setup: $*"
}

die() {
  echo "setup: $*" >&2
  exit 1
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root or sudo for: $*"
  fi
}

# Names of ops/packages.txt that are not installed, one a line.
absent_packages() {
  local wanted
  wanted=$(sed -e 's/#.*//' ops/packages.txt | awk 'NF {print $1}')
  # Some machines bring a Node of their own whose package conflicts with Debian's npm.
  command -v node >/dev/null || wanted+=$'\nnodejs'
  command -v npm >/dev/null || wanted+=$'\nnpm'
  comm -23 <(sort -u <<<"$wanted") \
    <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | awk '$1 == "installed" {print $2}' | sort -u)
}

# Some packages start a service when they are installed. None is wanted here: on a machine without a policy of its own, all are
# refused until this script ends (invoke-rc.d(8): 101 forbids).
forbid_services() {
  [[ -e /usr/sbin/policy-rc.d ]] && return
  trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
  as_root sh -c "printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d"
}

install_packages() {
  local absent
  mapfile -t absent < <(absent_packages)
  if ((${#absent[@]} == 0)); then
    say "packages: all of ops/packages.txt are installed"
    return
  fi
  say "packages: installing ${absent[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 update
  forbid_services
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 \
    install --no-install-recommends "${absent[@]}"
}

# What node_modules and static/vendor were made from: a change of it makes them anew.
npm_stamp() {
  cat package.json package-lock.json | sha256sum | cut -d ' ' -f 1
}

install_npm() {
  local stamp=node_modules/.camwall-stamp
  if [[ -s static/vendor/hls.min.mjs && -f $stamp && $(<"$stamp") == "$(npm_stamp)" ]]; then
    say "npm: node_modules is that of package-lock.json"
    return
  fi
  command -v npm >/dev/null || die "npm is absent; run ops/setup.sh packages first"
  say "npm: installing what package-lock.json names"
  npm ci --no-audit --no-fund
  npm run --silent vendor
  npm_stamp >"$stamp"
}

make_clips() {
  say "clips: pictures for the simulated cameras, in build/clips"
  ops/make_clips.sh build/clips
}

steps=("$@")
((${#steps[@]} > 0)) || steps=(all)
for step in "${steps[@]}"; do
  case $step in
    all)
      install_packages
      install_npm
      make_clips
      ;;
    packages) install_packages ;;
    npm) install_npm ;;
    clips) make_clips ;;
    *) die "no such step: $step (all, packages, npm, clips)" ;;
  esac
done
