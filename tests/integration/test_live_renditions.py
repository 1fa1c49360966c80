"""JPEG and MPEG-1 made of a camera's video: a real worker, watched over its media channel."""

import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.simulator import Simulator, build_dir, make_clips  # noqa: E402
from support.worker_driver import Zygote, order_for, playing_workers, refused_calls  # noqa: E402

PORT = 25100
PROGRAM = build_dir() / "camwall-worker"
SANITIZED = "-dev" in build_dir().name or build_dir().name in ("dev", "tsan")


@pytest.fixture(scope="module")
def cameras():
    make_clips()
    with Simulator(variants=True, cameras=[], port=PORT) as simulator:
        yield simulator


@pytest.fixture()
def start(cameras, tmp_path):
    with playing_workers(PROGRAM, cameras, tmp_path) as starter:
        yield starter


def probe(data, format_name):
    """What ffmpeg finds in it, all of it decoded without a complaint."""
    result = subprocess.run(["ffprobe", "-v", "warning", "-f", format_name, "-count_frames", "-show_entries",
                             "stream=codec_name,width,height,nb_read_frames,has_b_frames", "-of", "json", "-"],
                            input=data, capture_output=True, timeout=30)
    assert result.returncode == 0 and not result.stderr, result.stderr
    streams = json.loads(result.stdout)["streams"]
    assert len(streams) == 1
    return streams[0]


def wait_for(worker, feed, kind, count):
    return worker.wait_for(lambda x: len(x.of_feed(feed, kind)) >= count and x.of_feed(feed, kind))


def wait_for_rate(worker, feed, kind, seconds):
    """Pictures a second, by the time they were taken at."""
    first = wait_for(worker, feed, kind, 1)[0].capture_us
    end = first + seconds * 1_000_000
    all_of_it = worker.wait_for(lambda x: x.of_feed(feed, kind)[-1].capture_us >= end and x.of_feed(feed, kind))
    return sum(x.capture_us < end for x in all_of_it) / seconds


def check_segments(worker, since):
    """Segments go on: each a second or so, none left out."""
    published = worker.of_type("segment_published")[since:]
    numbers = [x["media_sequence"] for x in published]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert all(x["duration_s"] < 2.5 for x in published)
    assert not worker.of_type("failed")


@pytest.mark.parametrize("name", ["h264_baseline_g1", "h264_high_bframes", "h265_g1"])
@pytest.mark.parametrize("container", ["fmp4", "mpegts"])
def test_jpegs_come_in_the_size_and_at_the_rate_that_was_asked_for(start, name, container):
    worker = start(name, container=container)
    worker.watch({"id": 3, "format": "jpeg", "width": 320, "fps": 5, "quality": 70})
    assert abs(wait_for_rate(worker, 3, "jpeg", 2) - 5) <= 1
    first = worker.of_feed(3)[0]
    assert json.loads(first.payload) == {"video_mime": "image/jpeg", "audio_mime": "", "width": 320, "height": 180}
    for x in worker.of_feed(3, "jpeg"):
        assert x.payload[:2] == b"\xff\xd8" and x.payload[-2:] == b"\xff\xd9" and x.keyframe
        assert x.arrived - x.capture_us / 1e6 < 1.5
    found = probe(worker.of_feed(3, "jpeg")[-1].payload, "mjpeg")
    assert (found["codec_name"], found["width"], found["height"]) == ("mjpeg", 320, 180)
    check_segments(worker, 0)


@pytest.mark.parametrize("name", ["h264_baseline_g1", "h265_g1"])
def test_mpeg1_can_be_decoded_from_any_keyframe_on(start, name):
    worker = start(name)
    worker.watch({"id": 4, "format": "mpeg1", "width": 320})
    chunks = wait_for(worker, 4, "video", 60)
    description = worker.of_feed(4)[0]
    assert description.kind == "description" and json.loads(description.payload)["video_mime"] == "video/mp2t"
    keyframes = [i for i, x in enumerate(chunks) if x.keyframe]
    assert keyframes[0] == 0 and max(b - a for a, b in zip(keyframes, keyframes[1:])) <= 26
    for begin in keyframes[:2]:
        found = probe(b"".join(x.payload for x in chunks[begin:]), "mpegts")
        assert found == {"codec_name": "mpeg1video", "width": 320, "height": 180, "has_b_frames": found["has_b_frames"],
                         "nb_read_frames": str(len(chunks) - begin)}
    result = subprocess.run(["ffmpeg", "-v", "error", "-f", "mpegts", "-i", "-", "-f", "null", "-"],
                            input=b"".join(x.payload for x in chunks), capture_output=True, timeout=30)
    assert result.returncode == 0 and not result.stderr, result.stderr


def test_whoever_begins_to_watch_sees_a_picture_at_once(start):
    worker = start("h264_g10")  # A keyframe every ten seconds.
    worker.watch({"id": 1, "format": "jpeg"})
    asked = time.time()
    first = wait_for(worker, 1, "jpeg", 1)[0]
    assert first.arrived - asked < 3, "it did not wait for the next keyframe"
    assert first.arrived - first.capture_us / 1e6 < 2, "and it is no old one"


def rendition_threads(worker):
    return len(os.listdir(f"/proc/{worker.pid}/task"))


def test_renditions_come_and_go_and_the_thread_with_them(start):
    worker = start("h264_baseline_g1")
    alone = rendition_threads(worker)
    for round_number in range(3):
        feed = 10 + 2 * round_number
        worker.watch({"id": feed, "format": "jpeg", "fps": 10}, {"id": feed + 1, "format": "mpeg1"})
        wait_for(worker, feed, "jpeg", 3)
        wait_for(worker, feed + 1, "video", 3)
        assert rendition_threads(worker) == alone + 1
        worker.watch({"id": feed + 1, "format": "mpeg1"})
        seen = len(worker.of_feed(feed + 1, "video"))
        wait_for(worker, feed + 1, "video", seen + 10)
        worker.watch()
        worker.wait_for(lambda x: rendition_threads(x) == alone)
    check_segments(worker, 0)


def test_too_much_work_costs_the_viewers_pictures_and_nobody_else_anything(start):
    worker = start("h264_baseline_g1")
    before = len(worker.of_type("segment_published"))
    worker.watch({"id": 1, "format": "fmp4"},
                 *({"id": i, "format": "mpeg1", "width": 4000 + 2 * i, "quality": 100} for i in range(2, 10)))
    worker.wait_for_segments(before + 5, 30)
    check_segments(worker, before)
    heavy, copied = worker.of_feed(2, "video"), worker.of_feed(1, "video")
    assert heavy, "a late picture now and then is better than none"
    assert len(heavy) < len(copied) / 2
    told = [x["renditions"] for x in worker.of_type("progress") if "renditions" in x]
    assert len(told) >= 10 and told[-1]["made"] >= len(heavy) and told[-1]["skipped"] > 0
    gaps = [b.capture_us - a.capture_us for a, b in zip(copied, copied[1:])]
    assert sorted(gaps)[len(gaps) // 2] < 100_000
    worker.watch({"id": 20, "format": "jpeg", "width": 160})
    fresh = wait_for(worker, 20, "jpeg", 10)[-1]
    assert fresh.arrived - fresh.capture_us / 1e6 < 2, "it caught up"


@pytest.mark.skipif(SANITIZED, reason="a sanitized build has no sandbox")
def test_decoding_and_encoding_need_no_system_call_that_is_denied(cameras, tmp_path):
    for name in ("h264_high_bframes", "h265_g1"):
        folder = tmp_path / name
        folder.mkdir()
        with Zygote(PROGRAM, {**os.environ, "CAMWALL_TEST_SANDBOX": "log"}) as zygote:
            worker = zygote.start_worker()
            worker.order(**order_for(cameras.url(name), folder))
            worker.watch({"id": 1, "format": "jpeg", "width": 160}, {"id": 2, "format": "mpeg1"})
            wait_for(worker, 1, "jpeg", 10)
            wait_for(worker, 2, "video", 30)
            worker.watch()
            worker.stop()
            assert worker.wait_for_exit() == 0
            assert refused_calls(worker.log()) == [], worker.log()
