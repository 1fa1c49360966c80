"""The simulated cameras are real RTSP servers, fail on command, and lose nothing otherwise."""

import concurrent.futures
import itertools
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import sei  # noqa: E402
from support.rtsp_client import RtspClient  # noqa: E402
from support.simulator import Simulator, SimulatorError, make_clips  # noqa: E402

PORT = 18554
PROGRAM_DEADLINE_S = 30
ENTRIES = ["-show_entries", "stream=codec_name,profile", "-of", "csv=p=0:nk=1"]

# variant: video codec, profile, audio codec
VARIANTS = {
    "h264_baseline_g1": ("h264", "Constrained Baseline", None),
    "h264_main_g2": ("h264", "Main", None),
    "h264_high_bframes": ("h264", "High", None),
    "h264_high_bframes_aac": ("h264", "High", "aac"),
    "h264_aac": ("h264", "Main", "aac"),
    "h264_pcmu": ("h264", "Main", "pcm_mulaw"),
    "h264_pcma": ("h264", "Main", "pcm_alaw"),
    "h264_g10": ("h264", "Main", None),
    "h265_g1": ("hevc", "Main", None),
    "h265_aac": ("hevc", "Main", "aac"),
    "h265_pcmu": ("hevc", "Main", "pcm_mulaw"),
}


def stream(**options):
    """A stream that a probe recognizes at once, because it begins with a keyframe."""
    return [{"path": "main", "clip": "h264_aac.mov", "start": "keyframe", **options}]


CAMERAS = [
    {"name": "basic", "auth": "basic", "user": "admin", "password": "s%3:c@r/t", "streams": stream()},
    {"name": "digest", "auth": "digest", "user": "o'brien", "password": "p@ss:w%rd/?#", "streams": stream()},
    {"name": "tcp_only", "streams": stream(transport="tcp")},
    {"name": "udp_only", "streams": stream(transport="udp")},
    {"name": "silent", "streams": stream(audio=False)},
    {"name": "at_keyframe", "streams": [{"path": "main", "clip": "h264_g10.mov", "start": "keyframe"}]},
]


@pytest.fixture(scope="module")
def cameras():
    make_clips()
    with Simulator(demo=2, variants=True, cameras=CAMERAS, port=PORT) as running:
        yield running


def run(*words):
    return subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PROGRAM_DEADLINE_S, check=False)


def probe(url, transport="tcp"):
    """(codec and profile of each stream, what ffprobe complains of)"""
    done = run("ffprobe", "-v", "error", "-rtsp_transport", transport, "-analyzeduration", 300000, *ENTRIES, url)
    return done.stdout.split(), done.stderr


def record(url, file, seconds, transport="tcp"):
    done = run("ffmpeg", "-v", "error", "-rtsp_transport", transport, "-i", url, "-map", "0", "-t", seconds,
               "-c", "copy", "-y", file)
    assert done.returncode == 0, done.stderr


def await_true(what, deadline_s):
    end = time.monotonic() + deadline_s
    while not what():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


def accepts(cameras, name):
    try:
        socket.create_connection(("127.0.0.1", cameras.cameras[name]["port"]), 1).close()
        return True
    except ConnectionRefusedError:
        return False


@pytest.fixture(scope="module")
def recordings(cameras, tmp_path_factory):
    """Each variant, recorded beyond the seam of its loop of six seconds, and one twice by UDP; all at once."""
    folder = tmp_path_factory.mktemp("recordings")
    wanted = {name: (cameras.url(name), 8, "tcp") for name in VARIANTS}
    wanted["h264_g10"] = (cameras.url("at_keyframe"), 8, "tcp")  # its next keyframe is up to ten seconds away
    wanted |= {name: (cameras.url("cam01", "sub"), 8, "udp") for name in ("udp", "udp_again")}
    files = {name: folder / f"{name}.mkv" for name in wanted}
    with concurrent.futures.ThreadPoolExecutor(len(wanted)) as pool:
        done = [pool.submit(record, url, files[name], seconds, transport)
                for name, (url, seconds, transport) in wanted.items()]
        for one in done:
            one.result()
    return files


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_what_it_says(recordings, name):
    video, profile, audio = VARIANTS[name]
    streams = run("ffprobe", "-v", "error", *ENTRIES, recordings[name]).stdout.strip().split("\n")
    assert streams[0] == f"{video},{profile}"
    assert [line.split(",")[0] for line in streams[1:]] == ([audio] if audio else [])


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_decodes_without_errors_and_gapless_over_the_seam(recordings, name):
    decoded = run("ffmpeg", "-v", "error", "-i", recordings[name], "-f", "null", "-")
    assert decoded.stderr == ""
    numbers = sei.serials_of_file(recordings[name], VARIANTS[name][0])
    assert len(numbers) > 80 and sei.gaps(numbers) == []


@pytest.mark.parametrize("name", ["udp", "udp_again"])
def test_udp_carries_the_same(recordings, name):
    numbers = sei.serials_of_file(recordings[name])
    assert len(numbers) > 80 and sei.gaps(numbers) == []


def test_transports_that_a_camera_has_not_are_refused(cameras):
    assert probe(cameras.url("tcp_only"))[1] == ""
    assert "Protocol not supported" in probe(cameras.url("tcp_only"), "udp")[1]
    assert "Protocol not supported" in probe(cameras.url("udp_only"))[1]


def test_audio_can_be_left_out(cameras):
    assert probe(cameras.url("silent"))[0] == ["h264,Main"]


@pytest.mark.parametrize("name", ["basic", "digest"])
def test_a_camera_with_a_login_takes_only_the_right_password(cameras, name):
    failures = cameras.stats(name)["login_failures"]
    assert "401 Unauthorized" in probe(cameras.bare_url(name))[1]
    assert cameras.stats(name)["login_failures"] == failures
    assert "401 Unauthorized" in probe(cameras.url(name, password="wrong"))[1]
    assert cameras.stats(name)["login_failures"] > failures
    streams, complaint = probe(cameras.url(name))
    assert streams[0] == "h264,Main", complaint


@pytest.mark.parametrize("name", ["basic", "digest"])
def test_a_camera_asks_for_its_own_kind_of_login(cameras, name):
    with RtspClient(cameras.bare_url(name)) as client:
        status, headers, _ = client.request("DESCRIBE", Accept="application/sdp")
        assert status == 401
        assert headers["www-authenticate"].split()[0].lower() == name


def test_a_stream_that_is_not_there_is_not_found(cameras):
    with RtspClient(cameras.bare_url("cam01") + "x") as client:
        assert client.request("DESCRIBE", Accept="application/sdp")[0] == 404


def test_a_session_can_begin_at_a_keyframe(cameras):
    begin = time.monotonic()
    stream_bytes = sei.elementary_stream(cameras.url("at_keyframe"), seconds=1, transport="tcp")
    assert time.monotonic() - begin < 4  # the next keyframe of the clip is up to ten seconds away
    assert len(list(sei.serials(stream_bytes))) >= 14


def test_a_client_that_takes_only_the_video_does_not_lock_others_out(cameras):
    with RtspClient(cameras.bare_url("h264_aac")) as first, RtspClient(cameras.bare_url("h264_aac")) as second:
        first.play()
        second.play()
        assert first.packets(0.3) > 0 and second.packets(0.3) > 0
        assert probe(cameras.url("h264_aac"))[0] == ["h264,Main", "aac,LC"]


def test_two_clients_can_begin_in_the_same_instant(cameras):
    def begins(name):
        with RtspClient(cameras.bare_url(name)) as client:
            client.play()
            return client.packets(0.5) > 0

    wanted = ["cam01", "cam02", *VARIANTS] * 2
    with concurrent.futures.ThreadPoolExecutor(len(wanted)) as pool:
        assert list(pool.map(begins, wanted)) == [True] * len(wanted)


def test_clients_that_join_late_see_the_same_numbers_at_the_same_time(cameras):
    url = cameras.url("cam02", "sub")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(lambda _: sei.elementary_stream(url, seconds=2, transport="tcp"), range(2)))
    one, other = (list(sei.serials(stream_bytes)) for stream_bytes in taken)
    assert sei.gaps(one) == sei.gaps(other) == []
    assert len(set(one) & set(other)) > len(one) / 2


def test_cameras_do_not_send_the_same_unit_at_the_same_moment(cameras):
    with RtspClient(cameras.bare_url("cam01", "sub")) as one, RtspClient(cameras.bare_url("cam02", "sub")) as next_one:
        for client in (one, next_one):
            client.play()
            assert client.packets(0.4) > 0
        newest = [cameras.stats(name)["streams"]["sub"]["last_serial"] for name in ("cam01", "cam02")]
    assert 6 <= newest[1] - newest[0] <= 12  # 618 ms at 15 frames a second


def test_the_sdp_carries_the_parameter_sets_from_the_first_moment(cameras):
    with RtspClient(cameras.bare_url("h264_g10")) as client:
        assert "sprop-parameter-sets=" in client.play()


def test_a_frozen_camera_keeps_the_session_and_sends_nothing_until_it_thaws(cameras):
    with RtspClient(cameras.bare_url("h264_pcmu")) as client:
        client.play()
        assert client.packets(0.5) > 0
        cameras.freeze("h264_pcmu/main")
        client.packets(0.2)  # what was under way
        assert client.packets(0.8) == 0
        before = cameras.stats("h264_pcmu")["streams"]["main"]["last_serial"]
        cameras.thaw("h264_pcmu/main")
        assert client.packets(1.5) > 0
        after = cameras.stats("h264_pcmu")["streams"]["main"]["last_serial"]
        assert after > before + 12  # 0.8 s at 15 frames a second were left out, not made up for


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_dropped_connection_ends_at_once(cameras, how):
    with RtspClient(cameras.bare_url("cam01", "main")) as main, RtspClient(cameras.bare_url("cam01", "sub")) as sub:
        main.play()
        sub.play()
        assert cameras.drop("cam01/main", how) == 1
        if how == "rst":
            with pytest.raises(ConnectionResetError):
                while main.packet():
                    pass
        else:
            while main.packet():
                pass
        assert sub.packets(0.5) > 0
    assert accepts(cameras, "cam01")


def test_a_refusing_camera_refuses_new_connections_and_keeps_the_old(cameras):
    with RtspClient(cameras.bare_url("cam01", "sub")) as client:
        client.play()
        cameras.refuse("cam01")
        assert not accepts(cameras, "cam01") and accepts(cameras, "cam02")
        assert client.packets(0.4) > 0
        cameras.refuse("cam01", False)
        assert accepts(cameras, "cam01")


def test_a_rebooting_camera_is_away_and_comes_back_with_a_gap_in_its_numbers(cameras):
    with RtspClient(cameras.bare_url("cam02", "sub")) as client:
        client.play()
        assert client.packets(0.4) > 0
        before = cameras.stats("cam02")["streams"]["sub"]["last_serial"]
        assert cameras.reboot("cam02", 1.5) == 1
        assert not accepts(cameras, "cam02")
        with pytest.raises(ConnectionResetError):
            while client.packet():
                pass
    await_true(lambda: accepts(cameras, "cam02"), 5)
    with RtspClient(cameras.bare_url("cam02", "sub")) as client:
        client.play()
        assert client.packets(0.4) > 0
        assert cameras.stats("cam02")["streams"]["sub"]["last_serial"] > before + 20


def test_statistics_count_clients_and_sessions(cameras):
    before = cameras.stats("cam02")["streams"]["main"]["sessions"]
    with RtspClient(cameras.bare_url("cam02", "main")) as client:
        client.play()
        now = cameras.stats("cam02")["streams"]["main"]
        assert (now["clients"], now["sessions"]) == (1, before + 1)
    await_true(lambda: cameras.stats("cam02")["streams"]["main"]["clients"] == 0, 3)


@pytest.mark.parametrize("words, answer", [
    (["fly"], "unknown command"), (["freeze"], "the name of a camera"), (["freeze", "nobody"], "no camera"),
    (["freeze", "cam01/third"], "no camera or stream"), (["refuse", "cam01", "maybe"], "on or off"),
    (["reboot", "cam01", "soon"], "seconds"), (["reboot", "cam01", "1e9"], "seconds"),
    (["stats", "cam01/sub"], "a whole camera"), (["list", "all"], "too many")])
def test_a_wrong_command_is_answered_with_the_reason(cameras, words, answer):
    with pytest.raises(SimulatorError, match=answer):
        cameras.command(*words)


@pytest.mark.parametrize("camera, complaint", [
    ({"name": "a", "streams": stream(transport="tpc")}, r'cameras\[0\].streams\[0\].transport: "tpc" is not one of'),
    ({"name": "a", "auth": "basic", "streams": stream()}, r"cameras\[0\].user"),
    ({"name": "a", "nmae": 1, "streams": stream()}, 'unknown key "nmae"'),
    ({"name": "a", "streams": [{"path": "main", "clip": "none.mov"}]}, "none.mov"),
    ({"name": "a", "streams": []}, "at least one")])
def test_a_wrong_mounts_file_is_refused_with_the_place(camera, complaint):
    with pytest.raises(SimulatorError, match=complaint):
        with Simulator(cameras=[camera], port=PORT + 35):
            pass


def test_it_ends_within_a_second_while_clients_play():
    running = Simulator(demo=2, port=PORT + 40)
    running.start()
    with RtspClient(running.bare_url("cam01", "sub")) as client:
        client.play()
        assert client.packets(0.3) > 0
        assert running.stop() < 1
        while client.packet():
            pass


def test_it_survives_clients_that_vanish_while_it_sends(monkeypatch):
    monkeypatch.setenv("MALLOC_PERTURB_", "165")  # memory that is used after its end is seen at once
    monkeypatch.setenv("G_SLICE", "always-malloc")
    with Simulator(demo=8, port=PORT + 38) as running:
        for _ in range(3):
            clients = [RtspClient(running.bare_url(*where))
                       for where in itertools.product(running.cameras, ("main", "sub"))]
            for client in clients:
                client.play()
                client.packet()
            os.kill(running.pid, signal.SIGSTOP)  # all ends are met at once, by whichever thread comes first
            for client in clients:
                client.reset()
            os.kill(running.pid, signal.SIGCONT)


def test_the_reader_of_serials_knows_both_forms_and_sees_gaps():
    def message(number):
        raw = b"\x05\x18" + sei.UUID + number.to_bytes(8, "big") + b"\x80"
        return raw.replace(b"\x00\x00\x00\x00\x00\x00\x00", b"\x00\x00\x03\x00\x00\x03\x00\x00\x03\x00")

    for codec, header, slice_nal in (("h264", b"\x06", b"\x65\x88"), ("hevc", b"\x4e\x01", b"\x26\x01\xaf")):
        nals = [nal for number in (7, 8, 10) for nal in (header + message(number), slice_nal)]
        annex_b = b"".join(b"\x00\x00\x00\x01" + nal for nal in nals)
        prefixed = b"".join(len(nal).to_bytes(4, "big") + nal for nal in nals)
        assert list(sei.serials(annex_b, codec)) == [7, 8, 10]
        assert list(sei.serials(prefixed, codec, 4)) == [7, 8, 10]
    assert sei.gaps([7, 8, 10]) == [(8, 10)]
    with pytest.raises(ValueError):
        list(sei.serials(b"\x00\x00\x00\x09\x06", "h264", 4))
