"""Live pictures over WebSocket, from simulated cameras to a client written from the reference."""

import os
import pathlib
import signal
import statistics
import sys
import time

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1]), str(pathlib.Path(__file__).resolve().parents[1] / "support")]
from support.fragments import gaps, segment_serials  # noqa: E402
from support.live_client import (  # noqa: E402
    AUDIO, DISCONTINUITY, DROPPED_BEFORE, INIT, KEYFRAME, SOUND_INIT, VIDEO, LiveClient, decoded)
from support.simulator import Simulator  # noqa: E402
from support.wall import Wall, config_for, wait_until  # noqa: E402
from support.websocket_raw import handshake_fields  # noqa: E402
from support.http_raw import Raw  # noqa: E402

CAMERAS = 16
PORT = 24100
LINGER_S = 2
VIEWERS = 50
FIRST_PICTURE_MEDIAN_S = 0.5  # Of sixteen; a loaded machine is slower than the aim of 0.3 s.


@pytest.fixture(scope="module")
def cameras():
    with Simulator(demo=CAMERAS, port=PORT) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def wall(cameras):
    urls = {name: (cameras.url(name, "main"), cameras.url(name, "sub")) for name in cameras.cameras}
    with Wall(config_for(urls, extra=f"deadlines:\n  linger: {LINGER_S}s\nlimits:\n  viewer_queue_mb: 1")) as running:
        running.wait_all_live()
        yield running


def metric(wall, name):
    for line in wall.get("/metrics")[1].decode().splitlines():
        if line.startswith(name + " "):
            return float(line.rpartition(" ")[2])
    raise AssertionError(f"no metric {name}")


def serials(chunks):
    return [number for chunk in chunks for number in segment_serials(chunk.payload)]


def wait_for_pictures(client, channel, count, seconds=10):
    return wait_until(lambda: (lambda x: len(x) >= count and x)(client.of(channel, VIDEO)), seconds,
                      lambda: f"{count} pictures on channel {channel}: {len(client.of(channel))} chunks, {client.texts[-3:]}")


def test_a_wall_is_greeted_and_told_of_every_camera(wall):
    with LiveClient(wall) as client:
        wait_until(lambda: len(client.heard("camera")) >= CAMERAS, 5, "every camera")
        assert client.texts[0]["type"] == "hello"
        assert {x["camera"]["id"] for x in client.heard("camera")} == set(wall.cameras())
        assert set(client.heard("camera")[0]["camera"]) == set(wall.camera("cam01"))


def test_sixteen_channels_over_one_socket_all_play(wall):
    with LiveClient(wall) as client:
        begin = time.time_ns() // 1000
        for channel, camera in enumerate(wall.cameras()):
            client.subscribe(channel, camera)
        for channel in range(CAMERAS):
            wait_for_pictures(client, channel, 30)
        first = sorted((client.of(channel, VIDEO)[0].arrived_us - begin) / 1e6 for channel in range(CAMERAS))
        print(f"first picture: median {statistics.median(first):.3f} s, worst {first[-1]:.3f} s")
        assert statistics.median(first) <= FIRST_PICTURE_MEDIAN_S
        assert metric(wall, 'camwall_ws_viewers{format="fmp4"}') == CAMERAS
        for channel in range(CAMERAS):
            chunks = client.of(channel)
            opened, = client.heard("opened", channel=channel)
            assert (opened["width"], opened["height"]) == (640, 360)
            assert opened["mime"].startswith('video/mp4; codecs="avc1.') and opened["audio_mime"] is None
            assert chunks[0].kind == INIT and {x.kind for x in chunks[1:]} == {VIDEO}
            assert chunks[1].flags & KEYFRAME
            assert gaps(serials(chunks[1:])) == []
        delays = [x.arrived_us - x.capture_us for x in client.chunks[-200:]]
        assert 0 <= statistics.median(delays) < 500_000
        for channel in (0, 7, 15):
            pictures = client.of(channel)
            assert decoded(b"".join(x.payload for x in pictures), "mp4") >= len(pictures) - 2


def test_the_sound_comes_on_demand_only(wall):
    with LiveClient(wall) as client:
        client.subscribe(1, "cam01", stream="main", audio=True)
        opened = wait_until(lambda: client.heard("opened", channel=1), 10, "opened")[0]
        if opened["audio_mime"] is None:
            opened = wait_until(lambda: [x for x in client.heard("opened", channel=1) if x["audio_mime"]], 5, "a sound track")[0]
        assert opened["audio_mime"].startswith('audio/mp4; codecs="')
        wait_until(lambda: len(client.of(1, AUDIO)) > 20, 10, "sound")
        assert [x.flags & SOUND_INIT for x in client.of(1, INIT)].count(SOUND_INIT) >= 1
        client.unsubscribe(1)
        wait_until(lambda: client.heard("closed", channel=1, code="unsubscribed"), 5, "closed")


def test_a_change_of_state_is_told_within_a_second(wall, cameras):
    with LiveClient(wall) as client:
        wait_until(lambda: len(client.heard("camera")) >= CAMERAS, 5, "every camera")
        cameras.freeze("cam05/sub")
        try:
            wall.wait_for("cam05", lambda c: c["phase"] != "live")
            begin = time.monotonic()
            wait_until(lambda: [x for x in client.heard("camera") if x["camera"]["id"] == "cam05" and x["camera"]["phase"] != "live"],
                       2, "a camera message")
            assert time.monotonic() - begin < 1
        finally:
            cameras.thaw("cam05/sub")
        wall.wait_for("cam05", lambda c: c["phase"] == "live")


def test_a_stream_on_demand_runs_while_it_is_watched_and_once_for_all(wall, cameras):
    def state():
        return wall.camera("cam02")["streams"]["main"]["status"]

    def sessions():
        return cameras.stats("cam02")["streams"]["main"]["sessions"]

    wall.wait_for("cam02", lambda c: c["streams"]["main"]["status"] == "idle")
    before = sessions()
    clients = [LiveClient(wall) for _ in range(5)]
    try:
        for client in clients:
            client.subscribe(9, "cam02", stream="main")
        for client in clients:
            wait_for_pictures(client, 9, 10)
        # Longer than the linger: watching alone keeps it running.
        end = time.monotonic() + 2 * LINGER_S
        count = len(clients[0].of(9, VIDEO))
        wait_until(lambda: time.monotonic() > end, 3 * LINGER_S, "time passes")
        assert len(clients[0].of(9, VIDEO)) > count + 20 and state() == "live"
        assert sessions() == before + 1
        assert gaps(serials(clients[-1].of(9, VIDEO))) == []
    finally:
        for client in clients:
            client.__exit__()
    wall.wait_for("cam02", lambda c: c["streams"]["main"]["status"] == "idle", LINGER_S + 5)


def test_fifty_viewers_of_a_killed_worker_go_on_by_themselves(wall):
    wall.wait_all_live()
    clients = [LiveClient(wall) for _ in range(VIEWERS)]
    try:
        for client in clients:
            client.subscribe(4, "cam03")
        for client in clients:
            wait_for_pictures(client, 4, 5, 20)
        os.kill(wall.workers()["cam03/sub"], signal.SIGKILL)
        for client in clients:
            wait_until(lambda: len(client.heard("opened", channel=4)) == 2, 20, "opened again")
            wait_until(lambda: len(client.of(4, INIT)) == 2 and client.of(4)[-1].kind == VIDEO, 10, "pictures again")
            chunks = client.of(4)
            at = [i for i, x in enumerate(chunks) if x.kind == INIT][1]
            assert chunks[at + 1].flags & (KEYFRAME | DISCONTINUITY) == KEYFRAME | DISCONTINUITY
            assert not client.heard("closed") and client.code is None
            since = {x["camera"]["since"] for x in client.heard("camera") if x["camera"]["id"] == "cam03"}
            assert len(since) > 1, "told that it was not live meanwhile, or is again"
        assert metric(wall, 'camwall_ws_viewers{format="fmp4"}') == VIEWERS
    finally:
        for client in clients:
            client.__exit__()
    wait_until(lambda: metric(wall, 'camwall_ws_viewers{format="fmp4"}') == 0, 5, "no viewer is left")


def test_a_slow_viewer_loses_whole_groups_and_is_told_while_others_lose_nothing(wall):
    wall.wait_all_live()
    with LiveClient(wall) as good, LiveClient(wall, receive_buffer=4096) as slow:
        streams = [(name, stream) for name in list(wall.cameras())[:8] for stream in ("main", "sub")]
        for client in (good, slow):
            for channel, (name, stream) in enumerate(streams):
                client.subscribe(channel, name, stream=stream)
        for channel in range(len(streams)):
            wait_for_pictures(slow, channel, 3, 20)
        slow.pause()
        wait_until(lambda: metric(wall, 'camwall_ws_dropped_frames_total{reason="behind"}')
                   + metric(wall, 'camwall_ws_dropped_frames_total{reason="late"}') > 50, 9, "losses")
        slow.resume()
        wait_until(lambda: slow.heard("notice", code="dropped"), 10, "a notice")
        wait_until(lambda: [x for x in slow.chunks if x.flags & DROPPED_BEFORE], 10, "a chunk after the loss")
        for channel in range(len(streams)):
            for before, chunk in zip(slow.of(channel, VIDEO), slow.of(channel, VIDEO)[1:]):
                lost = gaps(serials([before, chunk])) != []
                assert lost == bool(chunk.flags & DROPPED_BEFORE)
                assert not lost or chunk.flags & KEYFRAME
            assert gaps(serials(good.of(channel, VIDEO))) == []
        assert not good.heard("notice") and not [x for x in good.chunks if x.flags & DROPPED_BEFORE]


def test_a_stalled_viewer_is_ended_with_4008(wall):
    with LiveClient(wall, receive_buffer=4096) as client:
        for channel, name in enumerate(wall.cameras()):
            client.subscribe(channel, name, stream="main")
            client.subscribe(100 + channel, name)
        wait_for_pictures(client, 100, 3)
        client.pause()
        wait_until(lambda: metric(wall, 'camwall_ws_evictions_total{reason="stall"}') > 0, 20, "an eviction")


def test_mpegts_is_a_plain_transport_stream(wall):
    with LiveClient(wall, "/ws/stream?id=cam04&format=mpegts") as client:
        wait_until(lambda: len(client.payloads) > 40, 10, "chunks")
        data = b"".join(list(client.payloads))
    assert not client.texts and len(data) % 188 == 0 and set(data[::188]) == {0x47}
    assert decoded(data, "mpegts") >= 30


def test_fmp4_over_a_stream_begins_with_what_it_is(wall):
    with LiveClient(wall, "/ws/stream?id=cam04") as client:
        wait_until(lambda: len(client.payloads) > 20, 10, "chunks")
        assert client.texts[0]["type"] == "opened" and "channel" not in client.texts[0]
        assert decoded(b"".join(list(client.payloads)), "mp4") >= 19


@pytest.mark.parametrize("target, code", [
    ("/ws/stream", 4000), ("/ws/stream?id=cam01&format=gif", 4000), ("/ws/stream?id=cam01&width=100", 4000),
    ("/ws/stream?id=nobody", 4004), ("/ws/stream?id=cam01&stream=third", 4000)])
def test_what_cannot_be_served_is_told_by_a_close_code(wall, target, code):
    with LiveClient(wall, target) as client:
        assert client.ended.wait(5)
        assert client.code == code and client.reason


@pytest.mark.parametrize("target", ["/ws/wall", "/ws/stream?id=cam01"])
def test_who_is_not_from_here_is_told_4001(wall, target):
    with Raw(("127.0.0.1", wall.port)) as raw:
        raw.send(raw.request(target, fields=handshake_fields() + "X-Forwarded-For: 203.0.113.9\r\n"))
        assert raw.answer().status == 101
        wait_until(lambda: len(raw.buffer) >= 4 or not raw.fill(), 5, "a close frame")
        assert raw.buffer[0] == 0x88 and int.from_bytes(raw.buffer[2:4], "big") == 4001


def test_nonsense_is_answered_and_then_ended(wall):
    with LiveClient(wall) as client:
        client.say(type="subscribe", channel=1, camera="cam01", format="gif")
        wait_until(lambda: client.heard("notice", code="bad_message", channel=1), 5, "a notice")
        client.subscribe(2, "nobody")
        wait_until(lambda: client.heard("closed", channel=2, code="not_found"), 5, "closed")
        for _ in range(9):
            client.say(type="nonsense")
        assert client.ended.wait(5) and client.code == 4000
