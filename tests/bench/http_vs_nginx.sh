#!/bin/bash
# How fast the HTTP server serves files, beside nginx on the same machine in the same minutes: a segment of 500 KB and a
# playlist of 400 bytes over keep-alive, five alternating rounds, the median of the ratios; then the latency that others see
# while one client does not read its large file. Loopback only. Needs wrk and nginx, which the set-up does not install.
set -euo pipefail

build=${CAMWALL_BUILD:-$(dirname "$0")/../../build/release}
workers=${WORKERS:-2}
seconds=${SECONDS_PER_RUN:-4}
port=${PORT:-18690}
rounds=5

for program in wrk nginx; do
  command -v "$program" >/dev/null || { echo "apt-get install $program" >&2; exit 1; }
done

dir=$(mktemp -d)
children=()
finish() {
  for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$dir"
}
trap finish EXIT

mkdir -p "$dir/static" "$dir/hls/gate/sub"
chmod 755 "$dir"
head -c 400 /dev/zero | tr '\0' '#' >"$dir/hls/gate/sub/index.m3u8"
head -c 500000 /dev/urandom >"$dir/hls/gate/sub/1-1v.m4s"
truncate -s 1G "$dir/hls/gate/sub/1-2v.m4s"

sed -e "s|@WORKERS@|$workers|; s|@DIR@|$dir|g; s|@PORT@|$((port + 1))|" "$(dirname "$0")/nginx.conf.in" >"$dir/nginx.conf"
nginx -e "$dir/nginx.log" -c "$dir/nginx.conf" &
children+=($!)
"$build/http_testbed" --silent --reactors "$workers" --port "$port" --static "$dir/static" --hls "$dir/hls" >"$dir/testbed.log" &
children+=($!)
for p in "$port" "$((port + 1))"; do
  curl -sf --retry 20 --retry-connrefused --retry-delay 1 -o /dev/null "http://127.0.0.1:$p/hls/gate/sub/index.m3u8"
done

requests_per_s() {
  wrk -t1 -c32 -d"$seconds" "http://127.0.0.1:$1/hls/gate/sub/$2" >"$dir/wrk.log"
  if grep -q 'Non-2xx\|Socket errors' "$dir/wrk.log"; then cat "$dir/wrk.log" >&2; return 1; fi
  awk '/^Requests\/sec/ {print $2}' "$dir/wrk.log"
}

# CPU time so far of a process and its children, in clock ticks.
ticks() {
  local pid total=0
  for pid in "$1" $(pgrep -P "$1"); do
    total=$((total + $(awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$pid/stat")))
  done
  echo "$total"
}

# Requests per second and CPU microseconds per request; the second holds on a busy machine, too.
run() { # pid port file
  local before per_s
  before=$(ticks "$1")
  per_s=$(requests_per_s "$2" "$3")
  awk -v n="$per_s" -v s="$seconds" -v t="$(($(ticks "$1") - before))" -v hz="$(getconf CLK_TCK)" \
    'BEGIN {printf "%.0f %.1f\n", n, t / hz * 1e6 / (n * s)}'
}

for file in 1-1v.m4s index.m3u8; do
  : >"$dir/ratios"
  for ((i = 1; i <= rounds; ++i)); do
    read -r theirs their_cpu < <(run "${children[0]}" "$((port + 1))" "$file")
    read -r ours our_cpu < <(run "${children[1]}" "$port" "$file")
    awk -v f="$file" -v a="$ours" -v b="$theirs" -v c="$our_cpu" -v d="$their_cpu" \
      'BEGIN {printf "%-11s camwall %6d/s %5.1f us   nginx %6d/s %5.1f us   ratio %.2f\n", f, a, c, b, d, a / b}'
    awk -v a="$ours" -v b="$theirs" 'BEGIN {print a / b}' >>"$dir/ratios"
  done
  printf '%-11s median ratio %.2f\n' "$file" "$(sort -n "$dir/ratios" | sed -n "$((rounds / 2 + 1))p")"
done

# A client that asks for a gigabyte and reads nothing.
exec 9<>"/dev/tcp/127.0.0.1/$port"
printf 'GET /hls/gate/sub/1-2v.m4s HTTP/1.1\r\nHost: localhost\r\n\r\n' >&9
wrk -t1 -c8 -d"$seconds" --latency "http://127.0.0.1:$port/hls/gate/sub/index.m3u8" >"$dir/wrk.log"
echo "beside a stalled reader: p99 $(awk '$1 == "99%" {print $2}' "$dir/wrk.log")"
exec 9>&-
