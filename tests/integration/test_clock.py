"""Somebody sets the server's clock: cameras, playlists and history go on, and a dead camera stays dead."""

import os
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fragments import gaps, segment_serials  # noqa: E402
from simulator import Simulator, build_dir  # noqa: E402
from wall import Recorder, Wall, config_for, wait_until  # noqa: E402

PORT = 19560
HOUR_S = 3600
WATCHED_S = 3.0  # after each step
DEAD_AFTER_S = 10.0  # without a segment a playlist is not served any more


class Clock:
    """The time of day of a server that is started with `environment`."""

    def __init__(self, folder):
        self._file = folder / "clock"
        self.set(0)
        shim = build_dir() / "clock_shim.so"
        # The shim comes before a sanitizer's runtime, which it does not get in the way of.
        options = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.environment = {"LD_PRELOAD": str(shim), "CAMWALL_TEST_CLOCK": str(self._file), "ASAN_OPTIONS": options}

    def set(self, seconds):
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(int(seconds).to_bytes(8, "little", signed=True))


@pytest.fixture(scope="module")
def cameras():
    with Simulator(demo=2, port=PORT) as simulator:
        yield simulator


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


@pytest.fixture
def wall(cameras, clock):
    with Wall(config_for({name: (cameras.url(name, "sub"), None) for name in cameras.cameras}),
              environment=clock.environment) as running:
        running.wait_all_live()
        yield running


def hour_of(camera):
    return camera["streams"]["main"]["last_access_unit"][:13]


def watch(wall, seconds):
    """Every phase and every answer to a playlist's request in that time."""
    phases, answers = set(), set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        phases |= {camera["phase"] for camera in wall.cameras().values()}
        answers |= {wall.get(f"/hls/{name}/main/video.m3u8")[0] for name in ("cam01", "cam02")}
        time.sleep(0.05)
    return phases, answers


def test_a_clock_that_is_set_forward_and_back_disturbs_nothing(wall, clock):
    hours = []
    with Recorder(wall, "cam01", "main") as recorder:
        for step in (HOUR_S, -2 * HOUR_S, 0):
            clock.set(step)
            assert watch(wall, WATCHED_S) == ({"live"}, {200})
            hours.append(hour_of(wall.camera("cam01")))
    assert len(set(hours)) == 3, "the server does not see the steps"
    assert recorder.sequences == sorted(recorder.sequences)
    assert gaps([number for segment in recorder.ordered() for number in segment_serials(segment)]) == []
    restarts = [line for line in wall.get("/metrics")[1].decode().splitlines()
                if line.startswith("camwall_camera_restarts_total") and not line.endswith(" 0")]
    assert restarts == []


def test_a_clock_that_is_set_back_does_not_make_a_dead_cameras_playlist_new(wall, clock, cameras):
    cameras.refuse("cam02")
    cameras.drop("cam02")
    clock.set(-HOUR_S)
    wait_until(lambda: wall.get("/hls/cam02/main/video.m3u8")[0] == 503, DEAD_AFTER_S + 2, "its playlist is gone")
    assert wall.camera("cam01")["phase"] == "live"
    cameras.heal("cam02")
