"""Many cameras at a time: those that come back together queue up, and those that are dead hold up nobody."""

import os
import pathlib
import signal
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from crowd import Crowd  # noqa: E402
from simulator import Simulator, make_clips  # noqa: E402
from wall import Wall, seconds_of, wait_until  # noqa: E402

PORT = 19480
CAMERAS = 64
BLACK_HOLES = 40
HEALTHY = ("healthy1", "healthy2", "healthy3")
CONNECTING_MAX = 4
LONG_DEAD_ATTEMPTS = 4
AT_ONCE_AFTER_S = 10.0  # of live: then a worker that ends is replaced at once
BACK_WITHIN_S = 1.0


def config_of(urls, time_scale):
    """{id: url}"""
    lines = ["server: {listen: '127.0.0.1:0'}", "hls: {directory: hls}", "state_dir: state", "deadlines: {open: 2s}",
             "defaults: {picture: {check: false}}", f"test_only: {{time_scale: {time_scale}}}", "cameras:"]
    return "\n".join(lines + [f"  - {{id: {name}, url: '{url}'}}" for name, url in urls.items()]) + "\n"


def last_picture(camera):
    return seconds_of(camera["streams"]["main"]["last_access_unit"])


def phases(wall):
    return [camera["phase"] for camera in wall.cameras().values()]


def test_64_cameras_that_come_back_at_once_connect_four_at_a_time():
    with Crowd(CAMERAS) as crowd:
        urls = {f"cam{n}": url for n, url in enumerate(crowd.urls)}
        with Wall(config_of(urls, time_scale=50)) as wall:
            wall.wait_all_live(90)
            first = crowd.plays()
            begin = time.monotonic()
            crowd.drop_all()
            wait_until(lambda: all(now > was for now, was in zip(crowd.plays(), first)), 90, "all are connected to again")
            wall.wait_all_live(60)
            print(f"{CAMERAS} cameras are back after {time.monotonic() - begin:.1f} s; at most {crowd.peak} connected at a time")
    assert 1 < crowd.peak <= CONNECTING_MAX


class BlackHole:
    """An address that refuses connections, and later takes them and never answers."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"rtsp://127.0.0.1:{self._socket.getsockname()[1]}/dead"

    def open(self):
        self._socket.listen(64)

    def close(self):
        self._socket.close()


def test_forty_black_holes_do_not_hold_up_a_healthy_camera_whose_worker_was_killed():
    make_clips()
    mounts = [{"name": name, "streams": [{"path": "main", "clip": "h264_baseline_g1.mov"}]} for name in HEALTHY]
    holes = [BlackHole() for _ in range(BLACK_HOLES)]
    with Simulator(cameras=mounts, port=PORT) as cameras:
        urls = {name: cameras.url(name) for name in HEALTHY} | {f"hole{n}": hole.url for n, hole in enumerate(holes)}
        with Wall(config_of(urls, time_scale=50)) as wall:
            for name in HEALTHY:
                wall.wait_for(name, lambda camera: camera["phase"] == "live", 30)
            live_at = time.monotonic()
            wait_until(lambda: all(camera["attempts"] >= LONG_DEAD_ATTEMPTS for name, camera in wall.cameras().items()
                                   if name not in HEALTHY), 60, "all black holes are long dead")
            for hole in holes:
                hole.open()
            wait_until(lambda: time.monotonic() > live_at + AT_ONCE_AFTER_S + 1, 20, "the healthy ones are stable")
            assert phases(wall).count("connecting") > CONNECTING_MAX, "the black holes do not even queue up"
            took = []
            for name in HEALTHY:
                begin = time.time()
                os.kill(wall.workers()[f"{name}/main"], signal.SIGKILL)
                wall.wait_for(name, lambda camera: last_picture(camera) > begin, 10)  # noqa: B023
                took.append(time.time() - begin)
    for hole in holes:
        hole.close()
    print("back after " + " ".join(f"{x:.2f} s" for x in took))
    assert max(took) <= BACK_WITHIN_S
