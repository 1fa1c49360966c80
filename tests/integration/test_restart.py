"""How soon a camera is back when its worker crashed: 20 times, each on a camera of its own that was healthy.

A camera is joined in the middle of what it sends, so that the first picture that can be shown is the next keyframe.
How long that wait is, is no merit of the wall and no fault of it: it is taken from the numbers in the pictures. What
is left is the wall's own.
"""

import json
import os
import pathlib
import re
import signal
import statistics
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fragments import segment_serials  # noqa: E402
from simulator import Simulator, make_clips  # noqa: E402
from wall import Wall, seconds_of, wait_until  # noqa: E402

PORT = 19520
KILLS = 20
CLIP, RATE = "cam01_main.mov", 25
AT_ONCE_AFTER_S = 10.0  # of live: then a worker that ends is replaced at once
SPACING_S = 0.3
OWN_S = 0.150
NAMES = [f"cam{n}" for n in range(KILLS)]


def config_of(cameras):
    lines = ["server: {listen: '127.0.0.1:0'}", "hls: {directory: hls}", "state_dir: state",
             "defaults: {audio: false, picture: {check: false}}", "cameras:"]
    return "\n".join(lines + [f"  - {{id: {name}, url: '{cameras.url(name)}'}}" for name in NAMES]) + "\n"


class Crash:
    """Kills the worker of one camera; afterwards tells what became of it."""

    def __init__(self, wall, cameras, name):
        self._wall, self._cameras, self._name = wall, cameras, name
        self._pid = wall.workers()[f"{name}/main"]
        self._folder = wall.folder / "hls" / name / "main"
        self._run = self._first_listed()[1].partition("-")[0] + "-"
        self._old = self._stream()
        os.kill(self._pid, signal.SIGKILL)
        self.at = time.time()

    def _stream(self):
        return self._cameras.stats(self._name)["streams"]["main"]

    def _first_listed(self):
        """(time of its first picture, name) of the first segment in the playlist; None when there is none."""
        text = (self._folder / "video.m3u8").read_text()
        found = re.search(r"PROGRAM-DATE-TIME:(\S+)\n#EXTINF\S+\n(\S+)", text)
        return (seconds_of(found[1]), found[2]) if found else None

    def first_segment(self):
        """(time of its first picture, number of that) of the new worker's first segment; None before it is there."""
        first = self._first_listed()
        if not first or first[1].startswith(self._run):
            return None
        return first[0], segment_serials((self._folder / first[1]).read_bytes())[0]

    def measure(self):
        """(seconds to the first new picture, of these the wait for the keyframe, seconds to live)."""
        shown_at, first = wait_until(self.first_segment, 15, f"{self._name} has a new segment")
        now = self._stream()
        missed = (now["last_serial"] - self._old["last_serial"]) - (now["units_sent"] - self._old["units_sent"])
        joined = self._old["last_serial"] + 1 + max(0, missed)
        # A picture is known to be whole when the next one begins.
        wait = (first - joined + 1) / RATE
        events = json.loads(self._wall.get(f"/api/v1/cameras/{self._name}/events")[1])["events"]
        live, fault = events[0], events[1]
        assert (fault["reason"], fault["from"], live["phase"]) == ("killed", "live", "live")
        return shown_at - self.at, wait, seconds_of(live["at"]) - self.at


@pytest.fixture(scope="module")
def crashes():
    make_clips()
    mounts = [{"name": name, "streams": [{"path": "main", "clip": CLIP, "audio": False}]} for name in NAMES]
    with Simulator(cameras=mounts, port=PORT) as cameras, Wall(config_of(cameras)) as wall:
        wall.wait_all_live(60)
        live_at = time.monotonic()
        wait_until(lambda: time.monotonic() > live_at + AT_ONCE_AFTER_S + 1, 20, "all are stable")
        done = []
        for name in NAMES:
            done.append(Crash(wall, cameras, name))
            time.sleep(SPACING_S)
        yield [crash.measure() for crash in done]


def p95(values):
    return sorted(values)[int(0.95 * len(values)) - 1]


def test_a_crashed_worker_costs_no_more_than_150_ms_and_the_wait_for_a_keyframe(crashes):
    own = [total - wait for total, wait, _ in crashes]
    waits = [wait for _, wait, _ in crashes]
    live = [to_live for _, _, to_live in crashes]
    for what, values in (("beyond the wait for a keyframe", own), ("that wait", waits), ("until live", live)):
        print(f"{what}: median {1000 * statistics.median(values):.0f} ms, p95 {1000 * p95(values):.0f} ms")
    assert len(crashes) == KILLS
    assert max(waits) > 10 * min(waits), "the cameras are not joined in the middle"
    assert statistics.median(own) <= OWN_S
    assert p95(own) <= OWN_S
