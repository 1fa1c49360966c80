"""A real worker, made by a real zygote, against simulated cameras and servers that misbehave."""

import concurrent.futures
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.bad_server import BadServer, describes, status  # noqa: E402
from support.scripted_camera import ScriptedCamera, make_pictures  # noqa: E402
from support.simulator import Simulator, build_dir, make_clips  # noqa: E402
from support.worker_driver import Zygote, order_for  # noqa: E402

PORT = 18612
PROGRAM = build_dir() / "camwall-worker"
PASSWORD = "s3cr3t-p@ss/%"
SANITIZED = "-dev" in build_dir().name or build_dir().name in ("dev", "tsan")

# variant: video, sound of the camera, sound of the output
VARIANTS = {
    "h264_baseline_g1": ("h264", "", None),
    "h264_high_bframes_aac": ("h264", "aac", "aac"),
    "h264_aac": ("h264", "aac", "aac"),
    "h264_pcmu": ("h264", "pcm_mulaw", "aac"),
    "h264_pcma": ("h264", "pcm_alaw", "aac"),
    "h265_g1": ("h265", "", None),
    "h265_aac": ("h265", "aac", "aac"),
}


@pytest.fixture(scope="module")
def cameras():
    make_clips()
    stream = [{"path": "main", "clip": "h264_aac.mov", "start": "keyframe"}]
    gate = {"name": "gate", "auth": "digest", "user": "admin", "password": PASSWORD, "streams": stream}
    basic = {"name": "basic", "auth": "basic", "user": "admin", "password": PASSWORD, "streams": stream}
    udp = {"name": "udp_only", "streams": [{**stream[0], "transport": "udp"}]}
    with Simulator(variants=True, cameras=[gate, basic, udp], port=PORT) as simulator:
        yield simulator


@pytest.fixture()
def zygote():
    with Zygote(PROGRAM) as x:
        yield x


def run(*command):
    return subprocess.run([str(x) for x in command], capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)


def close_playlists(folder):
    """Makes what is there play to its end, as if the stream were over."""
    for playlist in folder.glob("*.m3u8"):
        if "#EXTINF" in playlist.read_text():
            playlist.write_text(playlist.read_text() + "#EXT-X-ENDLIST\n")


def decode(folder):
    result = run("ffmpeg", "-v", "warning", "-i", folder / "index.m3u8", "-f", "null", "-")
    assert result.returncode == 0 and result.stderr == "", result.stderr


def probe(folder):
    result = run("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,start_time", "-of", "json",
                 folder / "index.m3u8")
    return {x["codec_name"]: float(x["start_time"]) for x in json.loads(result.stdout)["streams"]}


def first_is_keyframe(folder, name, init=None):
    source = folder / name
    if init:
        source = folder / (name + ".whole")
        source.write_bytes((folder / init).read_bytes() + (folder / name).read_bytes())
    result = run("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=flags",
                 "-read_intervals", "%+#1", "-of", "csv=p=0", source)
    if init:
        source.unlink()
    return result.stdout.startswith("K")


def record(url, folder, segments, **changes):
    """Runs a worker until it published so many segments, then stops it. Returns it."""
    folder.mkdir(exist_ok=True)
    with Zygote(PROGRAM) as zygote:
        worker = zygote.start_worker()
        worker.order(**order_for(url, folder, **changes))
        worker.wait_for_segments(segments)
        worker.stop()
        assert worker.wait_for_exit() == 0
        return worker


def check_variant(cameras, name, folder):
    video, sound, output = VARIANTS[name]
    worker = record(cameras.url(name), folder, 3)
    opened = worker.of_type("opened")[0]
    assert (opened["video"], opened["audio"]) == (video, sound)
    assert (opened["width"], opened["height"]) == (640, 360)
    index = (folder / "index.m3u8").read_text()
    assert f'CODECS="{opened["codecs"]}"' in index and "RESOLUTION=640x360" in index
    assert ("audio.m3u8" in index) == (output is not None)
    close_playlists(folder)
    decode(folder)
    starts = probe(folder)
    expected = {"hevc" if video == "h265" else "h264"} | ({output} if output else set())
    assert set(starts) == expected
    assert max(starts.values()) - min(starts.values()) < 0.2, "picture and sound begin together"
    for segment in sorted(folder.glob("*v.m4s"))[:2]:
        assert first_is_keyframe(folder, segment.name, "init-r1-v.mp4"), segment
    return worker


def test_every_variant_becomes_a_playlist_that_decodes_without_a_word(cameras, tmp_path):
    with concurrent.futures.ThreadPoolExecutor(len(VARIANTS)) as pool:
        jobs = [pool.submit(check_variant, cameras, name, tmp_path / name) for name in VARIANTS]
        for job in jobs:
            job.result()


def test_mpegts_holds_picture_and_sound_in_one_file(cameras, tmp_path):
    def check(name):
        folder = tmp_path / name
        record(cameras.url(name), folder, 3, container="mpegts")
        index = (folder / "index.m3u8").read_text()
        assert "#EXT-X-VERSION:3" in index and "EXT-X-MAP" not in index
        close_playlists(folder)
        decode(folder)
        assert set(probe(folder)) == {"hevc" if "h265" in name else "h264", "aac"}
        for segment in sorted(folder.glob("*.ts"))[:2]:
            assert first_is_keyframe(folder, segment.name)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(check, ["h264_aac", "h264_pcmu", "h265_aac"]))


def test_files_are_bounded_and_sequences_as_ordered(cameras, tmp_path):
    for n in range(1, 8):
        (tmp_path / f"r0-{n}v.m4s").write_text("of an earlier run")
    worker = record(cameras.url("h264_baseline_g1"), tmp_path, 8, window=3, grace=2)
    assert len(list(tmp_path.iterdir())) <= 3 + 2 + 3
    assert not list(tmp_path.glob("r0-*"))
    sequences = [x["media_sequence"] for x in worker.of_type("segment_published")]
    assert sequences == list(range(100, 100 + len(sequences)))
    playlist = (tmp_path / "video.m3u8").read_text()
    assert f"#EXT-X-MEDIA-SEQUENCE:{sequences[-1] - 2}\n" in playlist
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:7\n" in playlist
    assert playlist.count("#EXT-X-PROGRAM-DATE-TIME:") == 3
    target = int(re.search(r"TARGETDURATION:(\d+)", playlist).group(1))
    assert all(round(float(x)) <= target for x in re.findall(r"#EXTINF:([\d.]+)", playlist))
    assert not list(tmp_path.glob("*.tmp"))


def test_progress_tells_rates(cameras, tmp_path):
    worker = record(cameras.url("h264_main_g2"), tmp_path, 2, segment_s=1.0)
    last = worker.of_type("progress")[-1]
    assert 13 < last["fps"] < 17
    assert 1.8 < last["gop_s"] < 2.2
    assert 100_000 < last["bitrate_bps"] < 1_500_000
    assert last["frames"] > 30 and last["discontinuities"] == 0 and last["cpu_s"] > 0


def test_udp_works_and_a_refused_transport_is_replaced_by_the_other(cameras, tmp_path):
    record(cameras.url("h264_aac"), tmp_path / "udp", 2, transport="udp")
    worker = record(cameras.url("udp_only"), tmp_path / "udp_only", 2, transport="tcp")
    assert "trying udp" in worker.log()


def test_without_sound_when_it_is_not_wanted(cameras, tmp_path):
    worker = record(cameras.url("h264_aac"), tmp_path, 1, audio=False)
    assert worker.of_type("opened")[0]["audio"] == ""
    assert not (tmp_path / "audio.m3u8").exists()


def test_a_password_is_used_and_shown_nowhere(cameras, zygote, tmp_path):
    for name in ("gate", "basic"):
        worker = zygote.start_worker(name, "main")
        worker.order(**order_for(cameras.url(name), tmp_path, run=name))
        worker.wait_for(lambda x: x.of_type("progress"))
        command = pathlib.Path(f"/proc/{worker.pid}/cmdline").read_bytes()
        assert name.encode() in command
        environment = pathlib.Path(f"/proc/{worker.pid}/environ").read_bytes()
        worker.stop()
        assert worker.wait_for_exit() == 0
        for secret in (PASSWORD, cameras.url(name).split("@")[0].split(":")[-1]):
            for place in (command, environment, worker.log().encode(), json.dumps(worker.facts).encode()):
                assert secret.encode() not in place


H264 = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:t0\r\n"
BAD_SERVERS = {
    "auth": ({"auth"}, status("401 Unauthorized")),
    "forbidden": ({"auth"}, status("403 Forbidden")),
    "not_found": ({"not_found"}, status("404 Not Found")),
    "busy": ({"busy"}, status("453 Not Enough Bandwidth")),
    "nonsense": ({"protocol"}, status("455 Method Not Valid in This State")),
    "broken": ({"protocol"}, status("503 Service Unavailable")),
    "silent": ({"timeout"}, lambda _: None),
    "garbage": ({"timeout", "protocol"}, lambda _: bytes(range(256)) * 40),
    "sound_only": ({"no_video"}, describes("m=audio 0 RTP/AVP 0\r\na=control:t0\r\n")),
    "jpeg": ({"unsupported_codec"}, describes("m=video 0 RTP/AVP 26\r\na=control:t0\r\n")),
    "unknown": ({"unsupported_codec"}, describes("m=video 0 RTP/AVP 96\r\na=rtpmap:96 FOO/90000\r\na=control:t0\r\n")),
    "no_rtp": ({"stalled"}, describes(H264)),
}


def test_failures_have_the_right_reason(zygote, cameras, tmp_path):
    servers, expected = [], []
    for reasons, answer in BAD_SERVERS.values():
        servers.append(BadServer(answer))
        expected.append((servers[-1].url, reasons))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        expected.append((f"rtsp://127.0.0.1:{unused.getsockname()[1]}/x", {"refused"}))
    expected.append(("rtsp://no-such-camera.invalid/x", {"dns"}))
    expected.append((cameras.url("gate", user="admin", password="wrong"), {"auth"}))
    expected.append((cameras.url("h264_aac").replace("/main", "/nothing"), {"not_found"}))
    workers = []
    for url, _ in expected:
        worker = zygote.start_worker()
        worker.order(**order_for(url, tmp_path, open_deadline_s=1.5, access_unit_deadline_s=1.0))
        workers.append(worker)
    for worker, (url, reasons) in zip(workers, expected):
        failed = worker.wait_for_failure(8)
        assert failed["reason"] in reasons, (url, failed)
        assert worker.wait_for_exit() == 0
        assert "topsecret" not in worker.log() + json.dumps(worker.facts)
    for server in servers:
        server.close()


def test_a_frozen_camera_is_noticed_within_its_deadline_though_sound_goes_on(zygote, cameras, tmp_path):
    worker = zygote.start_worker()
    worker.order(**order_for(cameras.url("h264_pcma"), tmp_path, access_unit_deadline_s=1.0))
    worker.wait_for(lambda x: x.of_type("progress"))
    cameras.freeze("h264_pcma")
    begin = time.monotonic()
    try:
        assert worker.wait_for_failure(4)["reason"] == "stalled"
        assert time.monotonic() - begin < 1.6
        assert worker.wait_for_exit() == 0
    finally:
        cameras.thaw("h264_pcma")


def test_a_camera_that_hangs_up_has_ended(zygote, cameras, tmp_path):
    worker = zygote.start_worker()
    worker.order(**order_for(cameras.url("h264_main_g2"), tmp_path))
    worker.wait_for(lambda x: x.of_type("progress"))
    cameras.drop("h264_main_g2", "rst")
    assert worker.wait_for_failure(4)["reason"] == "ended"
    assert worker.wait_for_exit() == 0


def test_a_folder_that_cannot_be_written_is_a_lack_of_resources(zygote, cameras, tmp_path):
    worker = zygote.start_worker()
    worker.order(**order_for(cameras.url("h264_aac"), tmp_path / "missing"))
    assert worker.wait_for_failure()["reason"] == "resources"
    assert worker.wait_for_exit() == 0


def test_a_worker_ends_in_order_when_it_is_asked_to_or_its_server_hangs_up(zygote, cameras, tmp_path):
    for end in ("stop", "hang up"):
        worker = zygote.start_worker()
        worker.order(**order_for(cameras.url("h264_aac"), tmp_path))
        worker.wait_for(lambda x: x.of_type("progress"))
        begin = time.monotonic()
        if end == "stop":
            worker.stop()
        else:
            worker.link.shutdown(socket.SHUT_RDWR)
        assert worker.wait_for_exit() == 0
        assert time.monotonic() - begin < 1
        assert not worker.of_type("failed")


def test_a_worker_outlives_its_zygote(zygote, cameras, tmp_path):
    worker = zygote.start_worker()
    worker.order(**order_for(cameras.url("h264_aac"), tmp_path))
    worker.wait_for_segments(1)
    zygote.process.kill()
    zygote.process.wait()
    seen = len(worker.of_type("segment_published"))
    worker.wait_for_segments(seen + 2)
    worker.stop()
    assert worker.wait_for_exit() == 0


def test_the_zygote_refuses_what_is_no_request(zygote):
    read_end, write_end = os.pipe()
    with socket.socket() as link:
        assert "error" in zygote.request(b"{}", [link.fileno(), write_end, link.fileno()])
        assert "error" in zygote.request(b"\xff\x00", [link.fileno(), write_end, link.fileno()])
        assert "error" in zygote.request(b'{"camera":"a","stream":"b"}', [link.fileno(), write_end])
    os.close(read_end)
    os.close(write_end)
    assert zygote.start_worker().pid > 0, "and goes on"


PARENT = """
import sys
sys.path.insert(0, sys.argv[1])
from support.worker_driver import Zygote, order_for
zygote = Zygote(sys.argv[2])
worker = zygote.start_worker()
worker.order(**order_for(sys.argv[3], sys.argv[4]))
worker.wait_for(lambda x: x.of_type("progress"))
print(worker.pid, flush=True)
worker.wait_for(lambda x: False, 60)
"""


def test_a_worker_dies_with_its_server(cameras, tmp_path):
    tests = pathlib.Path(__file__).resolve().parents[1]
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tests), str(PROGRAM),
                               cameras.url("h264_aac"), str(tmp_path)], stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    alive = os.pidfd_open(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_readable(alive, 2), "the worker is still there"
    os.close(alive)


def wait_readable(fd, seconds):
    import select
    return bool(select.select([fd], [], [], seconds)[0])


def test_a_worker_is_confined(zygote, cameras, tmp_path):
    worker = zygote.start_worker()
    worker.order(**order_for(cameras.url("h264_aac"), tmp_path))
    worker.wait_for(lambda x: x.of_type("progress"))
    facts = pathlib.Path(f"/proc/{worker.pid}/status").read_text()
    assert "NoNewPrivs:\t1" in facts
    assert f"PPid:\t{os.getpid()}\n" in facts
    limits = pathlib.Path(f"/proc/{worker.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0", limits)
    assert re.search(r"Max open files +64 +64", limits)
    if not SANITIZED:
        assert re.search(r"Max data size +536870912", limits)
    assert len(list(pathlib.Path(f"/proc/{worker.pid}/fd").iterdir())) < 10
    os.kill(worker.pid, signal.SIGTERM)
    assert worker.wait_for_exit() == -signal.SIGTERM


def playlist_entries(folder, name="video.m3u8"):
    """Durations, and the indices of the segments that begin behind a discontinuity or with a new init segment."""
    durations, breaks, maps = [], [], []
    for line in (folder / name).read_text().splitlines():
        if line == "#EXT-X-DISCONTINUITY":
            breaks.append(len(durations))
        elif line.startswith("#EXT-X-MAP"):
            maps.append(len(durations))
        elif line.startswith("#EXTINF:"):
            durations.append(float(line[8:].rstrip(",")))
    return durations, breaks, maps


@pytest.mark.parametrize("step_s", [5000, -5000])
def test_a_jump_in_time_is_one_discontinuity_and_loses_no_picture(zygote, tmp_path, step_s):
    pictures = make_pictures("160x120")

    def script(camera):
        end = camera.play(pictures, 1_000_000, 3)
        camera.play(pictures, end + step_s * 90_000, 5)

    with ScriptedCamera(script) as camera:
        worker = zygote.start_worker()
        worker.order(**order_for(camera.url, tmp_path, segment_s=0.5, window=20))
        worker.wait_for_segments(12)
        worker.stop()
        assert worker.wait_for_exit() == 0
        assert camera.tore_down.wait(1)
    durations, breaks, maps = playlist_entries(tmp_path)
    assert len(breaks) == 1 and maps == [0]
    assert all(0.3 < x < 0.8 for x in durations), durations
    assert worker.of_type("progress")[-1]["discontinuities"] == 1
    assert worker.of_type("segment_published")[-1]["discontinuity_sequence"] == 8
    close_playlists(tmp_path)
    decode(tmp_path)
    count = run("ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of",
                "csv=p=0", tmp_path / "index.m3u8").stdout.split()[0]
    assert abs(int(count.strip(",")) - 20 * sum(durations)) <= 2, "every picture is there"


def test_new_parameter_sets_begin_a_new_init_segment(zygote, tmp_path):
    small, large = make_pictures("160x120"), make_pictures("320x240")

    def script(camera):
        end = camera.play(small, 1_000_000, 2)
        camera.play(large, end, 5)

    with ScriptedCamera(script) as camera:
        worker = zygote.start_worker()
        worker.order(**order_for(camera.url, tmp_path, segment_s=0.5, window=20))
        worker.wait_for_segments(8)
        worker.stop()
        assert worker.wait_for_exit() == 0
    _, breaks, maps = playlist_entries(tmp_path)
    assert len(breaks) == 1 and maps == [0, breaks[0]]
    assert [x["width"] for x in worker.of_type("opened")] == [160, 320]
    assert worker.of_type("progress")[-1]["width"] == 320
    assert "RESOLUTION=320x240" in (tmp_path / "index.m3u8").read_text()
    names = sorted(x.name for x in tmp_path.glob("*v.m4s"))
    for name, init in ((names[0], "init-r1-v.mp4"), (names[-1], "init-r1-v2.mp4")):
        whole = tmp_path / "whole.mp4"
        whole.write_bytes((tmp_path / init).read_bytes() + (tmp_path / name).read_bytes())
        result = run("ffmpeg", "-v", "warning", "-i", whole, "-f", "null", "-")
        assert result.stderr == "", result.stderr


def test_announced_sound_that_never_comes_is_silence(zygote, tmp_path):
    pictures = make_pictures("160x120")
    with ScriptedCamera(lambda x: x.play(pictures, 1_000_000, 8), sound=True) as camera:
        worker = zygote.start_worker()
        worker.order(**order_for(camera.url, tmp_path, segment_s=0.5, window=20))
        worker.wait_for_segments(8)
        worker.stop()
        assert worker.wait_for_exit() == 0
    close_playlists(tmp_path)
    decode(tmp_path)
    assert set(probe(tmp_path)) == {"h264", "aac"}
    sound, _, _ = playlist_entries(tmp_path, "audio.m3u8")
    assert sum(sound) > 2.5
