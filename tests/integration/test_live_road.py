"""The road of live pictures: a real worker, watched over its media channel."""

import json
import pathlib
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.simulator import Simulator, build_dir, make_clips  # noqa: E402
from support.worker_driver import Zygote, order_for  # noqa: E402

PORT = 21100
PROGRAM = build_dir() / "camwall-worker"
FMP4 = {"id": 1, "format": "fmp4"}
TS = {"id": 2, "format": "mpegts"}


@pytest.fixture(scope="module")
def cameras():
    make_clips()
    with Simulator(variants=True, cameras=[], port=PORT) as simulator:
        yield simulator


@pytest.fixture()
def start(cameras, tmp_path):
    """Starts a worker of a camera; it plays when this returns."""
    with Zygote(PROGRAM) as zygote:
        def run(name, **changes):
            worker = zygote.start_worker()
            worker.order(**order_for(cameras.url(name), tmp_path, **changes))
            worker.wait_for_segments(1)
            return worker
        yield run


def decode(data, format_name):
    """Returns how many pictures and frames of sound ffmpeg finds in it, without a complaint."""
    result = subprocess.run(["ffprobe", "-v", "warning", "-f", format_name, "-count_frames", "-show_entries",
                             "stream=codec_type,nb_read_frames", "-of", "json", "-"],
                            input=data, capture_output=True, timeout=30)
    assert result.returncode == 0 and not result.stderr, result.stderr
    return {x["codec_type"]: int(x["nb_read_frames"]) for x in json.loads(result.stdout)["streams"]}


def payload(chunks):
    return b"".join(x.payload for x in chunks)


def wait_for_pictures(worker, feed, count):
    return worker.wait_for(lambda x: len(x.of_feed(feed, "video")) >= count and x.of_feed(feed, "video"))


@pytest.mark.parametrize("name", ["h264_baseline_g1", "h264_high_bframes_aac", "h265_g1", "h264_pcmu"])
@pytest.mark.parametrize("container", ["fmp4", "mpegts"])
def test_whoever_begins_to_watch_gets_a_picture_at_once_and_can_play_all(start, name, container):
    worker = start(name, container=container)
    worker.watch(FMP4)
    asked = time.time()
    wait_for_pictures(worker, 1, 1)
    first = worker.chunks[:3]
    assert [x.kind for x in first] == ["description", "init", "video"]
    assert first[2].keyframe and not first[2].discontinuity
    assert first[2].arrived - asked < 0.2
    pictures = wait_for_pictures(worker, 1, 60)
    video = [x for x in worker.of_feed(1, "init", "video") if not x.sound]
    assert decode(payload(video), "mp4") == {"video": len(pictures)}
