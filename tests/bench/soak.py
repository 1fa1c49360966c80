#!/usr/bin/python3
"""Ten minutes with sixteen cameras and the page open: nothing grows, and the open page survives a restart.

    tests/bench/soak.py [--seconds 600]

Compares descriptors and memory of server and workers after two minutes (or a fifth of the time) and at the end, counts the files of each
stream, then ends the server with Ctrl-C, starts it again and waits until the page that stayed open plays all tiles.
"""

import argparse
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from processes import open_files, pss_bytes  # noqa: E402
from simulator import Simulator  # noqa: E402
from wall import Wall, children, config_for, is_running, wait_until  # noqa: E402

CAMERAS = 16
PORT = 18985
WINDOW, GRACE = 6, 4
PSS_GROWTH_MAX = 0.02
STOP_S_MAX = 3
PAGE = pathlib.Path(__file__).with_name("keep_open.mjs")


class Page:
    """The wall's page in a browser, and the last thing that it reported."""

    def __init__(self, url):
        self.last = {}
        self._process = subprocess.Popen(["node", PAGE, url], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self.last = json.loads(line)

    def all_live(self):
        return self.last.get("live") == CAMERAS

    def close(self):
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)


def processes(wall):
    return [wall.pid, wall.zygote(), *wall.workers().values()]


def descriptors(wall, pids):
    """Open descriptors but for the browser's connections, which come and go as it likes, and files being sent just now."""
    counts = []
    for _ in range(20):
        metrics = wall.get("/metrics")[1].decode()
        connections = int(float(re.search(r"^camwall_http_connections (\S+)", metrics, re.M)[1]))
        counts.append(sum(map(open_files, pids)) - connections)
        time.sleep(0.05)
    return min(counts)


def sample(wall):
    pids = processes(wall)
    return {"processes": len(pids), "descriptors": descriptors(wall, pids), "pss_mb": sum(map(pss_bytes, pids)) / 1e6,
            "own_mb": sum(pss_bytes(pid, "Pss_Anon") for pid in pids) / 1e6,
            "files": max(len([f for f in s.iterdir() if f.suffix in (".m4s", ".ts") and f.stem.endswith("v")])
                         for s in (wall.folder / "hls").glob("*/sub"))}


def soak(wall, page, seconds):
    first_at = min(120, seconds / 5)
    begin = time.monotonic()
    first = None
    most_files = 0
    while time.monotonic() - begin < seconds:
        time.sleep(5)
        now = sample(wall)
        most_files = max(most_files, now["files"])
        if first is None and time.monotonic() - begin >= first_at:
            first = now
            print(f"after {first_at:.0f} s: {first} page {page.last}", flush=True)
    last = sample(wall)
    print(f"after {seconds} s: {last} page {page.last}, most segments of a stream {most_files}", flush=True)
    assert last["descriptors"] == first["descriptors"], "descriptors leak"
    for kind in ("pss_mb", "own_mb"):
        assert last[kind] <= first[kind] * (1 + PSS_GROWTH_MAX), f"memory grows: {kind}"
    assert most_files <= WINDOW + GRACE + 3, "segments are not deleted"


def restart(wall, page):
    offspring = children(wall.pid)
    loads = page.last["loads"]
    took = wall.stop(signal.SIGINT)
    left = [pid for pid in offspring if is_running(pid)]
    files = [x for x in (wall.folder / "hls").rglob("*")]
    print(f"Ctrl-C: ended after {took:.2f} s, processes left {left}, files left {len(files)}", flush=True)
    assert took < STOP_S_MAX and not left and not files
    wait_until(lambda: page.last.get("live") == 0, 30, lambda: f"the page sees that the server is gone: {page.last}")
    wall.start()
    begin = time.monotonic()
    frames = page.last["frames"]
    wait_until(lambda: page.all_live() and page.last["frames"] > frames, 60, lambda: f"the open page plays on: {page.last}")
    print(f"the page that stayed open plays all tiles again after {time.monotonic() - begin:.1f} s, "
          f"reloads {page.last['loads'] - loads}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=600)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, Simulator(demo=CAMERAS, port=18950) as simulator:
        urls = {name: (simulator.url(name, "main"), simulator.url(name, "sub")) for name in simulator.cameras}
        with Wall(config_for(urls, port=PORT), folder=folder) as wall:
            wall.wait_all_live()
            page = Page(f"http://127.0.0.1:{PORT}/?player=hls")
            try:
                wait_until(page.all_live, 60, lambda: f"all tiles play: {page.last}")
                soak(wall, page, seconds)
                restart(wall, page)
            finally:
                page.close()
    print("passed")


if __name__ == "__main__":
    main()
