#!/usr/bin/python3
"""What WebSocket viewers cost: one picture stream of 2 Mbit/s and 25 pictures a second, the same bytes to all of them.

    tests/bench/websocket_fan.py [--seconds 20]

Over loopback, with server and viewers on the same machine. Prints a line for each case and one of JSON; exits 1 when a bound is missed.
The server is http_testbed: http/ without cameras.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from processes import pss_bytes  # noqa: E402
from support.http_raw import BUILD, Testbed, wait_until  # noqa: E402
from support.websocket_raw import WebSocket  # noqa: E402

CPU_MAX_PERCENT = 6.0
PSS_GROWTH_MAX_MB = 30
FLAGS = ("--connections-max", "8192", "--connections-per-address-max", "8192", "--websocket-stall-ms", "5000")
DISCONNECTS = 2000


def pss_mb(bed):
    return pss_bytes(bed.process.pid) / 1e6


def fan(bed, viewers, stalled, seconds):
    """CPU and memory of the server, and what the viewers saw, while `viewers` watch and `stalled` more do not read."""
    before_mb = pss_mb(bed)
    client = subprocess.Popen([BUILD / "websocket_viewers", "--port", str(bed.address[1]), "--viewers", str(viewers),
                               "--stalled", str(stalled), "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True)
    assert client.stdout.readline() == "open\n"
    began, cpu = time.monotonic(), bed.cpu_s()
    grown_mb = 0
    while time.monotonic() - began < seconds - 1:
        time.sleep(0.5)
        grown_mb = max(grown_mb, pss_mb(bed) - before_mb)
    percent = 100 * (bed.cpu_s() - cpu) / (time.monotonic() - began)
    seen = json.loads(client.stdout.readline())
    client.wait()
    wait_until(lambda: bed.counts()["websockets"] == 0, "all have left")
    return {"viewers": viewers, "stalled": stalled, "cpu_percent": round(percent, 1), "pss_growth_mb": round(grown_mb, 1), **seen,
            "evicted": bed.counts().get("evicted{stall}", 0)}


def abrupt(bed, count):
    """Descriptors and memory that stay behind after `count` clients that vanish."""
    bed.counts()
    descriptors, before_mb = bed.descriptors(), pss_mb(bed)
    began = time.monotonic()
    for _ in range(count // 100):
        crowd = [WebSocket(bed.address, "/ws/broadcast") for _ in range(100)]
        for client in crowd:
            client.reset()
    wait_until(lambda: bed.counts()["websockets"] == 0, "all are gone", 10)
    wait_until(lambda: bed.descriptors() <= descriptors, "no descriptor is left", 10)
    return {"disconnects": count, "seconds": round(time.monotonic() - began, 1),
            "descriptors_left": bed.descriptors() - descriptors, "pss_growth_mb": round(pss_mb(bed) - before_mb, 1)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=20)
    seconds = parser.parse_args().seconds
    out = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, viewers, stalled in (("fan_200", 200, 0), ("fan_200_stalled_20", 180, 20), ("fan_1000", 1000, 0)):
            with Testbed(folder, *FLAGS) as bed:
                x = out[name] = fan(bed, viewers, stalled, seconds)
            print(f"{viewers} viewers and {stalled} that read nothing: {x['cpu_percent']} % of a core, {x['gaps']} gaps, "
                  f"{x['closed']} closed, at most {x['longest_wait_ms']} ms between pictures, {x['mbit_s']} Mbit/s, "
                  f"{x['pss_growth_mb']} MB more, {x['evicted']} evicted", flush=True)
        with Testbed(folder, *FLAGS) as bed:
            x = out["abrupt"] = abrupt(bed, DISCONNECTS)
            print(f"{x['disconnects']} abrupt disconnects in {x['seconds']} s: {x['descriptors_left']} descriptors left, "
                  f"{x['pss_growth_mb']} MB more")
    print(json.dumps(out))
    watched = (out["fan_200"], out["fan_200_stalled_20"])
    missed = [
        *(f"{x['viewers']} viewers: gaps or closed sockets" for x in watched if x["gaps"] or x["closed"]),
        *(f"{x['viewers']} viewers: memory" for x in watched if x["pss_growth_mb"] > PSS_GROWTH_MAX_MB),
        *(["200 viewers: CPU"] if out["fan_200"]["cpu_percent"] > CPU_MAX_PERCENT else []),
        *(["stalled viewers were not evicted"] if out["fan_200_stalled_20"]["evicted"] != 20 else []),
        *(["descriptors leak"] if out["abrupt"]["descriptors_left"] > 0 else []),
    ]
    for x in missed:
        print("missed:", x)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
