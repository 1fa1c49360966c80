"""Each fault of the simulated cameras does what its line of the reference says, and ends when it is told to."""

import concurrent.futures
import pathlib
import struct
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import sei  # noqa: E402
from support.rtsp_client import RtspClient  # noqa: E402
from support.simulator import Simulator, SimulatorError, make_clips  # noqa: E402

PORT = 19340
UNDER_WAY_MAX = 600  # Packets that a busy machine may have sent before an order came in force.
CAMERAS = [
    {"name": name, "streams": [{"path": "main", "clip": clip, "start": "keyframe"}]}
    for name, clip in [("video", "h264_main_g2.mov"), ("sound", "h264_aac.mov"), ("other", "h264_main_g2.mov")]
] + [{"name": "guarded", "auth": "digest", "user": "admin", "password": "right",
      "streams": [{"path": "main", "clip": "h264_main_g2.mov", "start": "keyframe"}]}]


@pytest.fixture(scope="module")
def running():
    make_clips()
    with Simulator(cameras=CAMERAS, port=PORT, relay=True) as simulator:
        yield simulator


@pytest.fixture
def cameras(running):
    """Cameras without a fault."""
    yield running
    for name in running.cameras:
        running.heal(name)
    end = time.monotonic() + 5
    while any(running.stats(name)["sessions_now"] for name in running.cameras):
        assert time.monotonic() < end, "a session outlives its test"
        time.sleep(0.01)


def describe(cameras, name="video"):
    with RtspClient(cameras.bare_url(name)) as client:
        return client.request("DESCRIBE", Accept="application/sdp")


def times(client, count):
    """The RTP timestamps of the next packets, each once."""
    found = []
    while len(found) < count:
        stamp = struct.unpack(">I", client.packet()[4:8])[0]
        if not found or found[-1] != stamp:
            found.append(stamp)
    return found


def time_after(client, before, is_step):
    """The first RTP timestamp that `is_step(the one before it, itself)`. `before` was read last; what is under way comes first."""
    for _ in range(UNDER_WAY_MAX):
        after = struct.unpack(">I", client.packet()[4:8])[0]
        if is_step(before, after):
            return after
        before = after
    raise AssertionError(f"no such step within {UNDER_WAY_MAX} packets, the last at {before}")


def sequence_numbers(client, count):
    return [struct.unpack(">H", client.packet()[2:4])[0] for _ in range(count)]


def record(cameras, file, seconds, name="video"):
    """Records a stream; returns its serials."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-rtsp_transport", "tcp", "-i", cameras.bare_url(name),
                           "-t", str(seconds), "-c", "copy", "-y", file], capture_output=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return sei.serials_of_file(file)


def decode(file, filters):
    """What ffmpeg says of the pictures."""
    return subprocess.run(["ffmpeg", "-v", "info", "-nostdin", "-i", file, "-vf", filters, "-f", "null", "-"],
                          capture_output=True, text=True, timeout=30, check=True).stderr


@pytest.mark.parametrize("status", [401, 403, 404, 453, 461, 500])
def test_a_request_is_answered_with_the_status_that_was_chosen(cameras, status):
    failed = cameras.stats("video")["failed_requests"]
    cameras.command("answer", "video", status)
    assert describe(cameras)[0] == status
    assert cameras.stats("video")["failed_requests"] == failed + 1
    assert describe(cameras, "other")[0] == 200
    cameras.command("answer", "video", "ok")
    assert describe(cameras)[0] == 200


def test_an_answer_can_go_wrong_at_setup_and_after_some_sessions(cameras):
    cameras.command("answer", "video", 461, "setup", 1)
    with RtspClient(cameras.bare_url("video")) as client:
        client.play()
    with RtspClient(cameras.bare_url("video")) as client, pytest.raises(AssertionError, match="SETUP: 461"):
        client.play()


def test_one_session_too_many_is_not_taken_and_the_peak_is_counted(cameras):
    cameras.command("limit", "video", 1)
    with RtspClient(cameras.bare_url("video")) as first, RtspClient(cameras.bare_url("video")) as second:
        first.play()
        with pytest.raises(AssertionError, match="SETUP: 453"):
            second.play()
        cameras.command("limit", "video", 0)
        second.play()
        facts = cameras.stats("video")
        assert facts["sessions_now"] == facts["sessions_peak"] == 2


def test_with_a_wrong_realm_no_password_is_right(cameras):
    url = cameras.url("guarded")

    def complaint():
        return subprocess.run(["ffprobe", "-v", "error", "-rtsp_transport", "tcp", url], capture_output=True, text=True,
                              timeout=20, check=False).stderr

    assert complaint() == ""
    before = cameras.stats("guarded")
    assert before["logins"] >= 1
    cameras.command("realm", "guarded", "wrong")
    assert "401 Unauthorized" in complaint()
    after = cameras.stats("guarded")
    assert (after["logins"], after["login_failures"] > before["login_failures"]) == (before["logins"], True)
    cameras.command("realm", "guarded", "right")
    assert complaint() == ""


def test_a_session_description_can_be_spoiled(cameras):
    assert "sprop-parameter-sets" in describe(cameras)[2]
    cameras.command("sdp", "video", "no_parameter_sets")
    spoiled = describe(cameras)[2]
    assert "sprop-parameter-sets" not in spoiled and "packetization-mode=1" in spoiled
    cameras.command("sdp", "sound", "audio_only")
    spoiled = describe(cameras, "sound")[2]
    assert "m=audio" in spoiled and "m=video" not in spoiled
    cameras.command("sdp", "video", "nonsense")
    assert "m=" not in describe(cameras)[2]


def test_timestamps_jump_stand_still_and_begin_again(cameras):
    with RtspClient(cameras.bare_url("video")) as client:
        client.play()
        normal = times(client, 3)
        assert 5900 < normal[2] - normal[1] < 6100
        cameras.command("clock", "video", 1000)
        jumped = time_after(client, normal[2], lambda a, b: b - a > 89_000_000)
        cameras.command("clock", "video", -1000)
        back = time_after(client, jumped, lambda a, b: b < a)
        cameras.command("clock", "video", "reset")
        time_after(client, back, lambda a, b: b < a and b < 10 * 6000)
        cameras.command("clock", "video", "stop")
        stopped = [struct.unpack(">I", client.packet()[4:8])[0] for _ in range(60)]
        assert len(set(stopped[30:])) == 1  # before it, what was under way
        cameras.command("clock", "video", "go")
        assert len(set(times(client, 5))) == 5


def test_packets_get_lost_and_change_places(cameras):
    with RtspClient(cameras.bare_url("video")) as client:
        client.play()
        assert all((b - a) % 65536 == 1 for a, b in (lambda n: zip(n, n[1:]))(sequence_numbers(client, 40)))
        cameras.command("reorder", "video", 0.5)
        assert any((b - a) % 65536 > 32768 for a, b in (lambda n: zip(n, n[1:]))(sequence_numbers(client, 60)))
        cameras.command("reorder", "video", 0)
        cameras.command("lose", "video", 0.3)
        numbers = sequence_numbers(client, 60)
        assert (numbers[-1] - numbers[0]) % 65536 > 65


def test_a_flood_is_ten_times_as_many_access_units_and_then_life_goes_on(cameras):
    with RtspClient(cameras.bare_url("video")) as client:
        client.play()
        client.packets(0.5)
        before = cameras.stats("video")["streams"]["main"]["units_sent"]
        cameras.command("flood", "video", 10)
        client.packets(1)
        sent = cameras.stats("video")["streams"]["main"]["units_sent"] - before
        assert 100 < sent < 200
        cameras.command("flood", "video", 1)
        client.packets(0.3)
        assert client.packets(0.5) > 5


def test_flipped_bits_are_seen_by_a_decoder_only(cameras, tmp_path):
    cameras.command("flip", "video", 5)
    numbers = record(cameras, tmp_path / "a.mkv", 3)
    assert len(numbers) > 30 and sei.gaps(numbers) == []
    assert "error" in decode(tmp_path / "a.mkv", "null").lower()


def test_without_keyframes_only_they_are_missing(cameras):
    with RtspClient(cameras.bare_url("video")) as client:
        client.play()
        cameras.command("keyframes", "video", "off")
        payloads = [client.packet()[12:] for _ in range(180)][30:]  # a keyframe may have been under way
        kinds = {payload[1] & 31 if payload[0] & 31 == 28 else payload[0] & 31 for payload in payloads}
        assert 1 in kinds and 5 not in kinds


@pytest.mark.parametrize("clip, filters, seen", [
    ("still", "freezedetect=n=0.01:d=0.5", "freeze_start"), ("black", "blackdetect=d=1", "black_start"),
    ("grey", "freezedetect=n=0.01:d=0.5", "freeze_start")])
def test_a_picture_stands_still_or_is_gone_though_access_units_come(cameras, tmp_path, clip, filters, seen):
    cameras.command("play", "video", clip)
    numbers = record(cameras, tmp_path / "a.mkv", 3)
    assert len(numbers) > 40 and sei.gaps(numbers) == []
    assert seen in decode(tmp_path / "a.mkv", filters)


def test_the_picture_changes_its_size_in_mid_stream_and_loses_nothing(cameras, tmp_path):
    file = tmp_path / "a.h264"
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        sent = cameras.stats("video")["streams"]["main"]["units_sent"]
        recording = pool.submit(sei.elementary_stream, cameras.bare_url("video"), seconds=4, transport="tcp")
        while cameras.stats("video")["streams"]["main"]["units_sent"] < sent + 20:
            time.sleep(0.02)
        cameras.command("play", "video", "small")
        file.write_bytes(recording.result())
    assert sei.gaps(list(sei.serials(file.read_bytes()))) == []
    sizes = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "frame=width,height", "-of", "csv=p=0:s=x", file],
                           capture_output=True, text=True, timeout=30, check=True).stdout.split()
    assert list(dict.fromkeys(size.rstrip("x") for size in sizes)) == ["640x360", "320x180"]


def test_another_codec_ends_the_sessions_and_is_offered_to_new_ones(cameras):
    with RtspClient(cameras.bare_url("video")) as client:
        client.play()
        cameras.command("play", "video", "h265_g1")
        while client.packet():
            pass
    assert "H265" in describe(cameras)[2]
    cameras.command("play", "video", "own")
    assert "H264" in describe(cameras)[2]


def test_a_silent_camera_neither_answers_nor_ends(cameras):
    with RtspClient(cameras.bare_url("video"), 0.5) as old, RtspClient(cameras.bare_url("other")) as neighbour:
        old.play()
        neighbour.play()
        cameras.command("silence", "video", "on")
        old.packets(0.2)
        assert old.packets(0.5) == 0
        with RtspClient(cameras.bare_url("video"), 0.5) as new, pytest.raises(TimeoutError):
            new.request("OPTIONS")
        assert neighbour.packets(0.3) > 0
        cameras.command("silence", "video", "off")
        assert old.packets(0.5) == 0
        assert describe(cameras)[0] == 200
        assert cameras.stats("video")["sessions_now"] == 0


def test_a_silent_reboot_says_no_farewell(cameras):
    with RtspClient(cameras.bare_url("video")) as client:
        client.play()
        cameras.command("reboot", "video", 0.5, "silent")
        client.packets(0.2)
        assert client.packets(1) == 0
        assert describe(cameras)[0] == 200


def test_garbage_comes_in_mid_stream_and_noise_as_an_answer(cameras):
    with RtspClient(cameras.bare_url("video")) as client:
        client.play()
        assert client.packets(0.3) > 0
        assert cameras.command("garbage", "video", 2000)["connections"] == 1
        with pytest.raises(AssertionError, match="no interleaved frame"):
            for _ in range(1000):
                client.packet()
    cameras.command("noise", "video", "on")
    with RtspClient(cameras.bare_url("video")) as client, pytest.raises((ValueError, IndexError, TimeoutError)):
        client.request("OPTIONS")


def test_a_trickle_passes_few_bytes_and_no_more(cameras):
    cameras.command("trickle", "video", 20_000)
    with RtspClient(cameras.bare_url("video")) as client:
        client.play()
        end = time.monotonic() + 1
        received = 0
        while time.monotonic() < end:
            received += len(client.packet())
        assert 5_000 < received < 40_000


@pytest.mark.parametrize("words, answer", [
    (["answer", "video", 200], "a status from 300"), (["answer", "video", 404, "fly"], "describe, setup or play"),
    (["play", "video", "../x"], "without a folder"), (["play", "video", "none"], "none.mov"),
    (["lose", "video", 2], "a share"), (["clock", "video", "soon"], "seconds"), (["sdp", "video"], "nonsense"),
    (["flood", "video", 0], "a speed"), (["limit", "video/main", 1], "a whole camera"),
    (["reboot", "video", 1, "loud"], "silent"), (["trickle", "video", -1], "bytes a second")])
def test_a_wrong_fault_is_answered_with_the_reason(cameras, words, answer):
    with pytest.raises(SimulatorError, match=answer):
        cameras.command(*words)


def test_faults_of_bytes_need_a_relay():
    with Simulator(cameras=CAMERAS[:1], port=PORT + 10) as plain, pytest.raises(SimulatorError, match="--relay"):
        plain.command("silence", "video", "on")
