"""What the wall says of pictures: frozen, black, plain and damaged ones, and normal ones that look a little like them."""

import json
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from pictures import CLOCK, DARK, H264, H265, NOISE, SETTLED, STILL, damage, encode  # noqa: E402
from simulator import Simulator  # noqa: E402
from wall import Wall  # noqa: E402

PORT = 19200
OBSERVED_S = 20
FROZEN_AFTER_S, BLACK_AFTER_S, UNIFORM_AFTER_S = 4, 3, 3
NAMED_WITHIN_S = 5  # of the threshold
# camera: picture, encoder, what is wrong with it
CAMERAS = {
    "moving": ("testsrc2=s=640x360:r=15", H264, None),
    "static": (f"{STILL},{NOISE}", H264, None),
    "night": (f"{STILL},{DARK},{NOISE}", H264, None),
    "frozen": (STILL, SETTLED, "frozen"),
    "clock": (f"{STILL},{CLOCK}", SETTLED, "frozen"),
    "black": ("color=black:s=640x360:r=15", H264, "black"),
    "grey": ("color=0x707070:s=640x360:r=15", H264, "uniform"),
    "damaged": ("testsrc2=s=640x360:r=15", H264, "undecodable"),
    "h265": (f"{STILL.replace('640x360', '320x180')},{NOISE}", H265, None),
    "h265_frozen": (STILL.replace("640x360", "320x180"), H265, "frozen"),
}
# Two more of the black clip: one that may be black, one that nobody looks at.
OPTIONS = {"dark_store": "ignore: [black]", "unwatched": "check: false"}
THRESHOLDS = {"frozen": FROZEN_AFTER_S, "black": BLACK_AFTER_S, "uniform": UNIFORM_AFTER_S, "undecodable": 3}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for name in CAMERAS:
        picture, encoder, _ = CAMERAS[name]
        encode(folder / f"{name}.mov", picture, encoder)
    damage(folder / "damaged.mov")
    return folder


@pytest.fixture(scope="module")
def cameras(clips):
    def mount(name, clip):
        return {"name": name, "streams": [{"path": "main", "clip": str(clips / f"{clip}.mov")}]}
    mounts = [mount(name, name) for name in CAMERAS] + [mount(name, "black") for name in OPTIONS]
    with Simulator(cameras=mounts, port=PORT) as simulator:
        yield simulator


def config(cameras):
    lines = ["server: {listen: '127.0.0.1:0'}", "hls: {directory: hls}", "state_dir: state", "limits: {connecting_max: 16}",
             "defaults:", "  picture:", "    interval: 1s", f"    frozen_after: {FROZEN_AFTER_S}s",
             f"    black_after: {BLACK_AFTER_S}s", f"    uniform_after: {UNIFORM_AFTER_S}s", "cameras:"]
    for name in cameras.cameras:
        lines += [f"  - id: {name}", f"    url: {json.dumps(cameras.url(name))}"]
        if name in OPTIONS:
            lines.append(f"    picture: {{{OPTIONS[name]}}}")
    return "\n".join(lines) + "\n"


class Observation:
    """Everything that the API said of each camera, five times a second, with the seconds since it was live first."""

    def __init__(self, wall, seconds):
        self.live_at = {}
        self.seen = {}
        begin = time.monotonic()
        while len(self.live_at) < len(wall.cameras()) or time.monotonic() < max(self.live_at.values()) + seconds:
            assert time.monotonic() < begin + 2 * seconds + 20, "not all cameras came up"
            now = time.monotonic()
            for name, camera in wall.cameras().items():
                if camera["phase"] == "live":
                    self.live_at.setdefault(name, now)
                if name in self.live_at:
                    self.seen.setdefault(name, []).append((now - self.live_at[name], camera))
            time.sleep(0.2)
        self.metrics = wall.get("/metrics")[1].decode()

    def conditions(self, name):
        return {x for _, camera in self.seen[name] for x in camera["conditions"]}

    def value(self, metric, **labels):
        for line in self.metrics.splitlines():
            if line.startswith(metric + "{") and all(f'{key}="{value}"' in line for key, value in labels.items()):
                return float(line.rsplit(" ", 1)[1])
        raise AssertionError(f"no {metric} {labels}")


@pytest.fixture(scope="module")
def observed(cameras):
    with Wall(config(cameras)) as wall:
        yield Observation(wall, OBSERVED_S)


BAD = {name: what for name, (_, _, what) in CAMERAS.items() if what}
GOOD = [name for name, (_, _, what) in CAMERAS.items() if not what]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_is_named_in_time(observed, name):
    what = BAD[name]
    first = next((t for t, camera in observed.seen[name] if what in camera["conditions"]), None)
    assert first is not None, f"{name} was never called {what}"
    print(f"{name}: {what} after {first:.1f} s")
    assert first <= THRESHOLDS[what] + NAMED_WITHIN_S
    assert observed.conditions(name) == {what}


@pytest.mark.parametrize("name", GOOD)
def test_a_normal_picture_raises_no_alarm(observed, name):
    assert observed.conditions(name) == set()
    assert {camera["phase"] for _, camera in observed.seen[name]} == {"live"}
    assert observed.value("camwall_stream_pictures_judged_total", camera=name) >= OBSERVED_S / 2 - 2


@pytest.mark.parametrize("name", [name for name, what in BAD.items() if what in ("frozen", "undecodable")])
def test_a_fault_restarts_the_camera_once_and_is_never_shown_as_live_again(observed, name):
    after = [camera for _, camera in observed.seen[name]]
    while BAD[name] not in after[0]["conditions"] and after[0]["phase"] == "live":
        after.pop(0)
    assert all(BAD[name] in camera["conditions"] for camera in after if camera["phase"] == "live")
    assert after[-1]["phase"] == "live"
    assert observed.value("camwall_camera_restarts_total", camera=name, reason="stalled") == 1
    assert observed.value("camwall_camera_up", camera=name) == 0
    assert observed.value("camwall_camera_condition", camera=name, condition=BAD[name]) == 1


@pytest.mark.parametrize("name", ["black", "grey"])
def test_a_picture_without_content_is_only_reported(observed, name):
    assert {camera["phase"] for _, camera in observed.seen[name]} == {"live"}
    assert observed.value("camwall_camera_up", camera=name) == 1
    camera = observed.seen[name][-1][1]
    assert list(camera["condition_since"]) == camera["conditions"]
    begins = {camera["condition_since"][BAD[name]][:-3] for _, camera in observed.seen[name] if camera["conditions"]}
    assert len(begins) <= 2, "the begin of a condition stays"


@pytest.mark.parametrize("name", OPTIONS)
def test_what_is_switched_off_is_not_said(observed, name):
    assert observed.conditions(name) == set()
    judged = observed.value("camwall_stream_pictures_judged_total", camera=name)
    assert (judged == 0) == (name == "unwatched")


def test_judging_costs_little(observed):
    cost = {name: observed.value("camwall_stream_picture_cpu_seconds_total", camera=name)
            / observed.value("camwall_stream_pictures_judged_total", camera=name) for name in CAMERAS}
    print({name: f"{1000 * x:.1f} ms" for name, x in cost.items()})
    assert max(cost.values()) < 0.05
    assert observed.value("camwall_stream_pictures_dropped_total", camera="moving") <= 2
