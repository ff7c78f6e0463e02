#!/usr/bin/env bash
# Memory and CPU of the native binary: idle, 1,000 forwarded requests a second, a flood of captchas, and after it.
#   tests/footprint/measure.sh [SECONDS]      (Debian: nginx-light hey; after `dotnet publish src/Sidecar -c Release -o artifacts/sidecar`)
# CPU is the process's own time, so a busy machine changes it little. The requests of deploy/k8s come from here.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-20}
work=$(mktemp -d)
trap 'kill "$sidecar" "$nginx" 2>/dev/null || true; rm -rf "$work"' EXIT
printf 'worker_processes 1; daemon off; pid %s/pid; error_log /dev/null; events {}\nhttp { access_log off; server { listen 127.0.0.1:18480; location / { return 200 "%s"; } } }\n' "$work" "$(head -c 1024 /dev/zero | tr '\0' x)" > "$work/nginx.conf"
/usr/sbin/nginx -p "$work" -c "$work/nginx.conf" & nginx=$!
printf 'listeners:\n  - address: 127.0.0.1\n    port: 18481\n    upstream: http://127.0.0.1:18480\nmanagement:\n  address: 127.0.0.1\n  port: 18482\nlimits:\n  client: { mode: off }\n  captcha: { mode: off }\n' > "$work/sidecar.yaml"
artifacts/sidecar/sidecar run --config "$work" > "$work/log" 2>&1 & sidecar=$!
until curl -fs -o /dev/null http://127.0.0.1:18482/startupz; do sleep 0.1; done

cpu() { awk '{ print $14 + $15 }' "/proc/$sidecar/stat"; }
memory() { awk -v name="$1:" '$1 == name { printf "%d", $2 / 1024 }' "/proc/$sidecar/status"; }
phase() {
  local name=$1 before after
  shift
  echo 5 > "/proc/$sidecar/clear_refs" # VmHWM is this phase's
  before=$(cpu)
  local began=$SECONDS
  "$@" > "$work/$name" || true
  after=$(cpu)
  printf '%-10s %4d MiB now, %4d MiB at most, %5d m CPU%s\n' "$name" "$(memory VmRSS)" "$(memory VmHWM)" $(((after - before) * 1000 / $(getconf CLK_TCK) / (SECONDS - began))) \
    "$(awk '/Requests\/sec/ { printf ", %.0f requests/s", $2 } /responses$/ { printf ", %s: %s", $1, $2 }' "$work/$name")"
}
sleep 2
phase idle sleep "$seconds"
phase forward hey -z "${seconds}s" -c 50 -q 20 http://127.0.0.1:18481/
phase captcha hey -z "${seconds}s" -c 16 'http://127.0.0.1:18481/v1/user/forget/captcha?email=a@example.org'
phase after sleep "$seconds"
