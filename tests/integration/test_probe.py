"""`camwall probe` against simulated cameras and servers that answer wrongly, its worker inside the sandbox."""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import hostile_worker  # noqa: E402
from bad_server import BadServer, describes, redirecting  # noqa: E402
from simulator import Simulator, build_dir, make_clips  # noqa: E402
from wall import children, is_running, wait_until  # noqa: E402
from worker_driver import Zygote, order_for, refused_calls  # noqa: E402

PORT = 21400
PROGRAM = build_dir() / "camwall"
PASSWORD = "s3cr3t-p@ss/%"
SANITIZED = "-dev" in build_dir().name or build_dir().name in ("dev", "tsan")
MJPEG = "m=video 0 RTP/AVP 26\r\na=control:v\r\n"
OPUS = "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 opus/48000/2\r\na=control:a\r\n"

# variant: video, profile, sound, seconds between keyframes, B-frames
VARIANTS = {
    "h264_baseline_g1": ("h264", "Constrained Baseline", None, 1, False),
    "h264_high_bframes_aac": ("h264", "High", "aac", 2, True),
    "h264_pcmu": ("h264", "Main", "pcm_mulaw", 1, False),
    "h264_pcma": ("h264", "Main", "pcm_alaw", 1, False),
    "h265_aac": ("h265", "Main", "aac", 2, False),
}


def probe(*arguments, given=None, deadline=20):
    return subprocess.run([PROGRAM, "probe", *arguments], input=given or "", capture_output=True, text=True, timeout=deadline)


def report(*arguments, code=0, **more):
    result = probe("--json", *arguments, **more)
    assert result.returncode == code, result
    assert result.stderr == "", result.stderr
    return json.loads(result.stdout)


def codes(found):
    return {x["code"] for x in found["advice"]}


@pytest.fixture(scope="module")
def cameras():
    make_clips()
    stream = [{"path": "main", "clip": "h264_aac.mov", "start": "keyframe"}]
    gate = {"name": "gate", "auth": "digest", "user": "admin", "password": PASSWORD, "streams": stream}
    udp = {"name": "udp_only", "streams": [{**stream[0], "transport": "udp"}]}
    with Simulator(variants=True, cameras=[gate, udp], port=PORT, relay=True) as simulator:
        yield simulator


def test_what_a_camera_is_is_found_out(cameras):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        found = dict(zip(VARIANTS, pool.map(lambda x: report(cameras.url(x)), VARIANTS)))
    for name, (video, profile, sound, gop_s, b_frames) in VARIANTS.items():
        x = found[name]
        assert (x["reason"], x["video"], x["profile"], x["audio"]) == (None, video, profile, sound), x
        assert (x["width"], x["height"], x["transport"]) == (640, 360, "tcp"), x
        assert x["fps"] == pytest.approx(15, abs=0.6) and x["gop_s"] == pytest.approx(gop_s, abs=0.1), x
        assert 50e3 < x["bitrate_bps"] < 3e6 and x["b_frames"] == b_frames, x
        assert 0 < x["first_picture_s"] < 3 and 2 <= x["watched_s"] < 6, x
        assert ("mse" in x["plays"]) == (video == "h264"), x
        expected = {"h265"} if video == "h265" else set()
        expected |= {"b_frames"} if b_frames else set()
        expected |= {"sound"} if sound in ("pcm_mulaw", "pcm_alaw") else set()
        assert codes(x) == expected, x
    assert re.fullmatch(r"avc1\.6400[0-9a-f]{2},mp4a\.40\.2", found["h264_high_bframes_aac"]["codecs"])
    assert re.fullmatch(r"hvc1\.1\.[0-9a-fA-F.]+L[0-9.B]+,mp4a\.40\.2", found["h265_aac"]["codecs"])


def test_keyframes_that_are_far_apart_are_found_and_a_probe_ends_in_time(cameras):
    begin = time.monotonic()
    x = report("--deadline", "6", cameras.url("h264_g10"))
    assert time.monotonic() - begin < 8
    assert x["reason"] is None and x["video"] == "h264" and "long_gop" in codes(x), x


def test_a_person_gets_columns_and_no_secret(cameras):
    result = probe(cameras.url("gate"))
    assert result.returncode == 0 and PASSWORD not in result.stdout and "s3cr3t" not in result.stdout
    lines = result.stdout.splitlines()
    assert re.match(r"rtsp://\*\*\*@127\.0\.0\.1:\d+/gate/main$", lines[0])
    assert any(re.match(r"  video         H\.264 Main \d\.\d, 640x360, 1[45]\.\d pictures/s$", x) for x in lines), lines
    assert "  plays         mse, hls, jpeg, mpeg1" in lines


def test_a_login_comes_over_the_standard_input(cameras):
    bare = cameras.bare_url("gate")
    assert report(bare, "--username", "admin", "--password-stdin", given=PASSWORD + "\n")["reason"] is None
    assert probe(bare, "--password-stdin", given="x\n").returncode == 2
    assert probe(bare, "--username", "admin", "--password-stdin").returncode == 2
    assert probe(cameras.url("gate"), "--username", "admin").returncode == 2


def test_udp_is_taken_where_it_must_be(cameras):
    assert report("--transport", "udp", cameras.url("h264_aac"))["transport"] == "udp"
    x = report(cameras.url("udp_only"))
    assert x["transport"] == "udp" and "udp_only" in codes(x)


def test_a_camera_without_a_picture_is_named(cameras):
    wrong = report(cameras.url("gate", password="wrong-one"), code=1)
    assert wrong["reason"] == "auth" and "wrong-one" not in json.dumps(wrong)
    assert report(cameras.bare_url("h264_aac").replace("/main", "/none"), code=1)["reason"] == "not_found"
    cameras.freeze("h264_pcma")
    frozen = report("--deadline", "2", cameras.url("h264_pcma"), code=1)
    cameras.thaw("h264_pcma")
    assert frozen["reason"] == "stalled"
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert report(f"rtsp://127.0.0.1:{port}/x", code=1)["reason"] == "refused"
    assert report("rtsp://no-such-host.invalid/x", code=1)["reason"] == "dns"


def test_a_black_hole_takes_no_longer_than_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as hole:
        begin = time.monotonic()
        x = report("--deadline", "2", f"rtsp://127.0.0.1:{hole.getsockname()[1]}/x", code=1)
    assert x["reason"] == "timeout" and time.monotonic() - begin < 3.5


@pytest.mark.parametrize("media, names", [(MJPEG, ("unsupported_codec", "mjpeg", "codec")), (OPUS, ("no_video", None, None))])
def test_other_codecs_are_called_by_their_names(media, names):
    server = BadServer(describes(media))
    try:
        x = report("--deadline", "2", server.url, code=1)
    finally:
        server.close()
    reason, video, advice = names
    assert (x["reason"], x["video"]) == (reason, video) and (advice is None or advice in codes(x)), x
    assert "topsecret" not in json.dumps(x)


def test_nobody_is_followed_to_another_address():
    with redirecting() as (url, port, visitors):
        x = report("--deadline", "3", url, code=1)
    assert x["reason"] == "protocol" and f"rtsp://***@127.0.0.1:{port}/y" in x["detail"], x
    assert "hidden" not in json.dumps(x) and not visitors


def test_what_is_no_address_is_refused_without_a_worker():
    for address in ("http://127.0.0.1/", "rtsps://127.0.0.1/", "file:///etc/passwd", "rtsp://", "rtsp://a b/"):
        result = probe(address)
        assert result.returncode == 2 and "config: " in result.stdout, result
    assert probe().returncode not in (0, 1)


def test_ctrl_c_ends_it_at_once_and_nothing_stays():
    with socket.create_server(("127.0.0.1", 0)) as hole:
        address = f"rtsp://admin:{'topsecret'}@127.0.0.1:{hole.getsockname()[1]}/x"
        process = subprocess.Popen([PROGRAM, "probe", address], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        wait_until(lambda: "camwall-worker" in " ".join(titles(process.pid)), 5, "a worker")
        assert not any("topsecret" in x for x in [title(process.pid), *titles(process.pid)])
        family = [process.pid, *children(process.pid)]
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(3) == 130 and time.monotonic() - begin < 1.5
    wait_until(lambda: not any(is_running(x) for x in family), 2, "nothing stays")


def title(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def titles(pid):
    return [title(x) for x in children(pid)]


@pytest.mark.skipif(SANITIZED, reason="a sanitized build has no sandbox")
def test_a_probe_s_worker_is_enclosed_and_has_no_need_of_more(cameras, tmp_path):
    order = {"type": "probe", "transport": "tcp", "deadline_s": 6.0, "memory_mb": 512, "sandbox_required": True}
    with Zygote(build_dir() / "camwall-worker") as zygote:
        worker = zygote.start_worker("probe", "-")
        worker.link.send(json.dumps({**order, "url": cameras.url("h264_pcmu")}).encode())
        worker.wait_for(lambda x: x.of_type("probed"))
        assert worker.wait_for_exit() == 0
        assert worker.facts[0] == {"type": "confined", "enforced": True, "missing": ""}
        assert [x["type"] for x in worker.facts] == ["confined", "probed"]
    with Zygote(build_dir() / "camwall-worker", {**os.environ, "CAMWALL_TEST_SANDBOX": "log"}) as zygote:
        for transport in ("tcp", "udp"):
            worker = zygote.start_worker("probe", "-")
            worker.link.send(json.dumps({**order, "transport": transport, "url": cameras.url("h265_aac")}).encode())
            worker.wait_for(lambda x: x.of_type("probed"))
            assert worker.wait_for_exit() == 0 and not refused_calls(worker.log())
    assert not list(tmp_path.iterdir())


# What a hostile worker says of a camera: reason, and what the sentence says.
HOSTILE = {
    "absurd": ("killed", "broke the protocol: fps is out of range"),
    "escape": ("killed", "broke the protocol: video holds what is not printable"),
    "endless": ("killed", "broke the protocol: profile is not a text"),
    "stream": ("killed", "broke the protocol: a message that a probe does not send"),
    "torn": ("killed", "broke the protocol"),
    "silent": ("timeout", "nothing was found out within 2 s"),
    "shouting": ("auth", "?[31m rtsp://***@10.0.0.7/"),
    "loop": ("crashed", "status 1"),
    "segfault": ("killed", "SIGSEGV"),
    "honest": (None, ""),
    "twice": (None, ""),
}


def test_a_hostile_worker_cannot_say_what_it_likes(tmp_path):
    shutil.copy(PROGRAM, tmp_path / "camwall")
    shutil.copy(hostile_worker.__file__, tmp_path / "camwall-worker")
    os.chmod(tmp_path / "camwall-worker", 0o755)

    def run(name):
        result = subprocess.run([tmp_path / "camwall", "probe", "--json", "--deadline", "2", f"rtsp://127.0.0.1:1/{name}"],
                                capture_output=True, text=True, timeout=20)
        return json.loads(result.stdout)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for name, x in zip(HOSTILE, pool.map(run, HOSTILE)):
            reason, sentence = HOSTILE[name]
            assert x["reason"] == reason and sentence in (x["detail"] or ""), (name, x)
            assert "\x1b" not in json.dumps(x) and "topsecret" not in json.dumps(x) and x["video"] in (None, "h264"), x


def port_of(url):
    return re.search(r":(\d+)/", url).group(1)


def start_of(url, folder, zygote, only, **changes):
    worker = zygote.start_worker()
    worker.order(**order_for(url, folder, only=only, **changes))
    return worker


def test_an_address_of_a_client_is_connected_to_where_it_is_permitted(cameras, tmp_path):
    url = cameras.url("h264_pcmu")
    with Zygote(build_dir() / "camwall-worker") as zygote:
        first = start_of(url, tmp_path, zygote, [f"rtsp://127.0.0.1:{port_of(url)}"])
        first.wait_for_segments(1)
        named = start_of(url.replace("127.0.0.1", "localhost"), tmp_path, zygote, ["rtsp://127.0.0.0/8:*", "rtsp://[::1]:*"])
        named.wait_for_segments(1)


def test_an_address_of_a_client_is_not_connected_to_elsewhere(cameras, tmp_path):
    url = cameras.url("h264_pcma")
    before = cameras.stats("h264_pcma")["connections"]
    with Zygote(build_dir() / "camwall-worker") as zygote:
        for only in ([], ["rtsp://10.0.0.0/8:*"], ["rtsp://127.0.0.1:1"], ["rtsp://0.0.0.0/1:*"], ["what is this"]):
            for address in (url, url.replace("127.0.0.1", "localhost")):
                x = start_of(address, tmp_path, zygote, only).wait_for_failure()
                assert x["reason"] == "config" and "not permitted" in x["detail"], (only, x)
        assert cameras.stats("h264_pcma")["connections"] == before
        with redirecting() as (moved, _, visitors):
            x = start_of(moved, tmp_path, zygote, ["rtsp://127.0.0.1:*"]).wait_for_failure()
        assert x["reason"] == "protocol" and "not followed" in x["detail"] and not visitors, x
        x = start_of(cameras.url("udp_only"), tmp_path, zygote, ["rtsp://127.0.0.1:*"], transport="udp").wait_for_failure()
        assert x["reason"] == "transport", x
