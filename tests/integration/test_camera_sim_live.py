"""A simulated camera passes on what an encoder sends at this moment, to any number of sessions, and ends when it is told."""

import concurrent.futures
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.rtsp_client import RtspClient  # noqa: E402
from support.simulator import REPOSITORY, Simulator  # noqa: E402
from support.wall import wait_until  # noqa: E402

PORT = 19054
LIVE_PORT = 19180
CAMERAS = 24
FPS, GOP = 15, 15
ENDS_WITHIN_S = 2
DEADLINE_S = 10


@pytest.fixture
def encoder():
    """Sends 15 pictures a second, each second a keyframe, to LIVE_PORT."""
    command = [REPOSITORY / "tests" / "bench" / "glass_source.sh", LIVE_PORT, 320, 180, FPS, GOP, "200k"]
    with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL) as process:
        yield process
        process.kill()


def simulator(cameras=CAMERAS):
    stream = {"path": "main", "live": LIVE_PORT, "transport": "tcp"}
    return Simulator(cameras=[{"name": f"live{i}", "streams": [stream]} for i in range(cameras)], port=PORT)


def describes(cameras, name):
    with RtspClient(cameras.url(name)) as client:
        return client.request("DESCRIBE", Accept="application/sdp")[0]


def pictures(url, count):
    """How many pictures a decoder gets of `count` that it waits for, and what it complains of after the first keyframe."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", url, "-frames:v", str(count), "-c", "copy",
                           "-f", "framehash", "-"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False)
    return len([line for line in done.stdout.splitlines() if not line.startswith("#")])


def test_every_session_gets_every_picture_of_one_encoder(encoder):
    with simulator() as cameras:
        wait_until(lambda: describes(cameras, "live0") == 200, DEADLINE_S, "the encoder is heard")
        with concurrent.futures.ThreadPoolExecutor(CAMERAS) as pool:
            got = list(pool.map(lambda name: pictures(cameras.url(name), 2 * FPS), cameras.cameras))
        assert got == [2 * FPS] * CAMERAS
        streams = [cameras.stats(name)["streams"]["main"] for name in cameras.cameras]
        assert all(x["units_sent"] >= 2 * FPS and x["units_dropped"] == 0 for x in streams)
        assert encoder.poll() is None


def test_a_camera_without_its_encoder_says_so_and_keeps_nobody_waiting():
    with simulator() as cameras, concurrent.futures.ThreadPoolExecutor(CAMERAS) as pool:
        answers = list(pool.map(lambda name: describes(cameras, name), cameras.cameras))
        assert answers == [500] * CAMERAS
        assert cameras.stop() < ENDS_WITHIN_S


def test_it_ends_in_time_while_all_cameras_are_watched_and_the_encoder_has_gone(encoder):
    with simulator() as cameras:
        wait_until(lambda: describes(cameras, "live0") == 200, DEADLINE_S, "the encoder is heard")
        clients = [RtspClient(cameras.url(name)) for name in cameras.cameras]
        for client in clients:
            client.play()
        encoder.kill()
        encoder.wait()
        late = RtspClient(cameras.url("live1"))  # It is primed with the last picture: nobody waits for one.
        late.play()
        assert cameras.stop() < ENDS_WITHIN_S
        for client in [*clients, late]:
            client.reset()
