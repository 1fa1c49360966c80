"""The road of live pictures: a real worker, watched over its media channel."""

import json
import pathlib
import socket
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.simulator import Simulator, build_dir, make_clips  # noqa: E402
from support.worker_driver import playing_workers  # noqa: E402

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
    with playing_workers(PROGRAM, cameras, tmp_path) as starter:
        yield starter


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


@pytest.mark.parametrize("name,container", [("h264_baseline_g1", "fmp4"), ("h264_high_bframes_aac", "mpegts"),
                                            ("h265_g1", "fmp4")])
def test_whoever_begins_to_watch_gets_a_picture_at_once_and_can_play_all(start, name, container):
    worker = start(name, container=container)
    worker.watch(FMP4)
    asked = time.time()
    wait_for_pictures(worker, 1, 1)
    first = worker.chunks[:3]
    assert [x.kind for x in first] == ["description", "init", "video"]
    assert first[2].keyframe and not first[2].discontinuity
    assert first[2].arrived - asked < 0.3
    pictures = wait_for_pictures(worker, 1, 45)
    video = [x for x in worker.of_feed(1, "init", "video") if not x.sound]
    assert decode(payload(video), "mp4") == {"video": len(pictures)}
    assert not any(x.dropped or x.discontinuity for x in worker.chunks)
    late = sorted(x.arrived - x.capture_us / 1e6 for x in pictures[-20:])
    assert late[10] < 0.02, "a picture goes out when its last packet is there, not when the next one begins"


@pytest.mark.parametrize("name", ["h264_aac", "h264_pcmu"])
def test_sound_comes_in_chunks_of_its_own_to_those_who_ask(start, name):
    worker = start(name)
    worker.watch(FMP4)
    wait_for_pictures(worker, 1, 20)
    assert not worker.of_feed(1, "audio") and json.loads(worker.of_feed(1, "description")[0].payload)["audio_mime"]
    before = len(worker.of_feed(1, "video"))
    worker.watch({**FMP4, "sound": True})
    sound = worker.wait_for(lambda x: len(x.of_feed(1, "audio")) >= 20 and x.of_feed(1, "audio"))
    init = [x for x in worker.of_feed(1, "init") if x.sound]
    assert len(init) == 1 and len(worker.of_feed(1, "description")) == 1
    assert decode(payload(init + sound), "mp4") == {"audio": len(sound)}
    video = [x for x in worker.of_feed(1, "init", "video") if not x.sound]
    assert len(video) > before and decode(payload(video), "mp4") == {"video": len(video) - 1}


@pytest.mark.parametrize("name", ["h264_pcmu", "h265_aac"])
def test_transport_stream_plays_from_any_keyframe_with_its_sound(start, name):
    worker = start(name)
    worker.watch(TS, FMP4)
    chunks = worker.wait_for(lambda x: sum(y.keyframe for y in x.of_feed(2, "video")) >= 3 and x.of_feed(2, "video"))
    assert all(len(x.payload) % 188 == 0 and x.payload[0] == 0x47 for x in chunks)
    first, second = [i for i, x in enumerate(chunks) if x.keyframe][:2]
    assert first == 0
    for begin in (first, second):
        found = decode(payload(chunks[begin:]), "mpegts")
        pictures = len([x for x in worker.of_feed(1, "video") if x.capture_us >= chunks[begin].capture_us])
        assert abs(found["video"] - pictures) <= 2 and found["audio"] > 10


def test_nothing_is_made_while_nobody_watches(start):
    worker = start("h264_baseline_g1")
    worker.wait_for_segments(2)
    assert worker.messages == 0
    worker.watch(FMP4)
    wait_for_pictures(worker, 1, 10)
    worker.watch()
    frames = worker.of_type("progress")[-1]["frames"]
    worker.wait_for(lambda x: x.of_type("progress")[-1]["frames"] > frames + 8)
    count = worker.messages
    worker.wait_for(lambda x: x.of_type("progress")[-1]["frames"] > frames + 24)
    assert worker.messages == count


def test_a_full_channel_costs_pictures_and_disturbs_nothing_else(start):
    worker = start("h264_baseline_g1")
    worker.media.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    worker.watch(*({**FMP4, "id": i} for i in range(1, 9)), TS | {"id": 9})
    worker.reads_media = False
    begin, frames, segments = time.monotonic(), worker.of_type("progress")[-1]["frames"], len(worker.of_type("segment_published"))
    worker.wait_for(lambda x: len(x.of_type("segment_published")) >= segments + 4)
    took = time.monotonic() - begin
    rate = (worker.of_type("progress")[-1]["frames"] - frames) / took
    assert rate > 12, "the copying of a camera of 15 pictures a second goes on"
    worker.reads_media = True
    lost = worker.wait_for(lambda x: [y for y in x.of_feed(1, "video") if y.dropped])
    assert lost[0].keyframe and lost[0].dropped > 5
    wait_for_pictures(worker, 1, len(worker.of_feed(1, "video")) + 20)
    video = worker.of_feed(1, "init", "video")
    found = decode(payload(video), "mp4")
    assert found == {"video": len([x for x in video if x.kind == "video"])}


class Server:
    """The server's end, in a program of its own."""

    def __init__(self, url, folder, format_name):
        self.file = folder / "payloads"
        self.process = subprocess.Popen([build_dir() / "live_testbed", PROGRAM, url, folder, format_name, self.file],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.events = []

    def say(self, letter):
        self.process.stdin.write(letter.encode() + b"\n")
        self.process.stdin.flush()

    def wait_for(self, what, deadline_s=20):
        end = time.monotonic() + deadline_s
        while not what(self.events):
            assert time.monotonic() < end, self.events[-5:]
            self.events.append(json.loads(self.process.stdout.readline()))
        return self.events

    def end(self):
        self.say("q")
        _, log = self.process.communicate(timeout=20)
        return log.decode()


def keyframes(events, **also):
    return [x for x in events if x["event"] == "chunk" and x["kind"] == 1 and x["keyframe"]
            and all(x[k] == v for k, v in also.items())]


@pytest.mark.parametrize("format_name", ["fmp4", "mpegts"])
def test_a_feed_outlives_its_worker(cameras, tmp_path, format_name):
    bed = Server(cameras.url("h264_baseline_g1"), tmp_path, format_name)
    bed.say("w")
    events = bed.wait_for(lambda x: len(keyframes(x)) >= 2)
    assert events[0]["event"] == "described" and not keyframes(events, discontinuity=1)
    bed.say("k")
    events = bed.wait_for(lambda x: keyframes(x, discontinuity=1))
    assert len([x for x in events if x["event"] == "described"]) == 2
    assert len([x for x in events if x["event"] == "chunk" and x["kind"] == 0]) == (2 if format_name == "fmp4" else 0)
    events = list(bed.wait_for(lambda x: len(keyframes(x)) >= 5))
    bed.say("u")
    bed.say("w")
    bed.wait_for(lambda x: x[len(events):].count(events[0]) == 1)  # One who returns is told everything again.
    log = bed.end()
    assert ", 0 dropped" in log, log
    second = [i for i, x in enumerate(events) if x["event"] == "described"][1]
    begin, end = (sum(x.get("size", 0) for x in events[:i]) for i in (second, len(events)))
    pictures = len([x for x in events[second:] if x.get("kind") == 1])
    data = bed.file.read_bytes()[begin:end]
    assert decode(data, "mp4" if format_name == "fmp4" else "mpegts") == {"video": pictures}
