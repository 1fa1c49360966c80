#!/usr/bin/python3
"""How long a still picture of a live camera takes, and what a hundred requests a second cost.

    tests/bench/snapshots.py [--pictures 200] [--seconds 10]

Over loopback, one simulated camera of 1280x720 with a sub-stream of 640x360. `new`: each picture is made for the request; `kept`: as
clients ask, with the cache. Prints a line for each case and one of JSON; exits 1 when a bound is missed.
"""

import argparse
import http.client
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from simulator import Simulator  # noqa: E402
from wall import Wall, config_for  # noqa: E402

PORT = 21560
P50_MAX_MS = 30
REFRESHED_S = 0.25  # longer than the server takes a picture for new
CPU_MAX_PERCENT = 10


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def ask(connection, path):
    """Milliseconds until the whole picture is there."""
    begin = time.monotonic()
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200 and answer.headers["Camwall-Snapshot"] == "live", body[:300]
    return 1000 * (time.monotonic() - begin)


def measure(connection, path, count, pause_s):
    times = []
    for _ in range(count):
        times.append(ask(connection, path))
        time.sleep(max(0.0, pause_s - times[-1] / 1000))
    return {"p50_ms": round(percentile(times, 0.5), 1), "p95_ms": round(percentile(times, 0.95), 1), "max_ms": round(max(times), 1)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--pictures", type=int, default=200)
    options.add_argument("--seconds", type=float, default=10)
    chosen = options.parse_args()
    results = {}
    with Simulator(demo=1, port=PORT) as cameras:
        config = config_for({"cam01": (cameras.url("cam01"), cameras.url("cam01", "sub"))})
        with Wall(config) as wall:
            wall.wait_all_live()
            connection = http.client.HTTPConnection("127.0.0.1", wall.port, timeout=10)
            base = "/api/v1/cameras/cam01/snapshot.jpg?width=640"
            results["new"] = measure(connection, base + "&max_age=0", chosen.pictures, REFRESHED_S)
            pids = [wall.pid, *wall.workers().values()]
            time.sleep(3)
            idle_began, idle = time.monotonic(), sum(map(cpu_s, pids))
            time.sleep(chosen.seconds)
            idle_percent = 100 * (sum(map(cpu_s, pids)) - idle) / (time.monotonic() - idle_began)
            made = json.loads(wall.get("/api/v1/snapshots")[1])["made"]
            began, before = time.monotonic(), sum(map(cpu_s, pids))
            results["kept"] = measure(connection, base, int(100 * chosen.seconds), 0.01)
            took = time.monotonic() - began
            results["kept"]["requests_per_s"] = round(100 * chosen.seconds / took)
            results["kept"]["made"] = json.loads(wall.get("/api/v1/snapshots")[1])["made"] - made
            results["kept"]["cpu_percent_more"] = round(100 * (sum(map(cpu_s, pids)) - before) / took - idle_percent, 1)
            results["sessions"] = cameras.stats("cam01")["sessions_now"]
    for name in ("new", "kept"):
        print(f"{name}: " + ", ".join(f"{key} {value}" for key, value in results[name].items()))
    print(json.dumps(results))
    good = results["new"]["p50_ms"] < P50_MAX_MS and results["kept"]["cpu_percent_more"] < CPU_MAX_PERCENT and results["sessions"] == 1
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
