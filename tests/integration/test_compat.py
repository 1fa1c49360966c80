"""Clients of the earlier viewers against compatibility listeners, each written as that viewer's own client is."""

import contextlib
import http.client
import json
import pathlib
import re
import struct
import subprocess
import sys
import time
import types
import urllib.parse

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from support.live_client import LiveClient  # noqa: E402
from support.simulator import Simulator  # noqa: E402
from support.wall import Wall, config_for, wait_until  # noqa: E402
from support.websocket_raw import TEXT  # noqa: E402

LOGIN = ("us er", "50%41/@:x")  # What breaks naive clients and servers alike.
PROFILES = ("django_jpeg", "jsmpeg", "fastapi_jpeg", "grid", "opencv")
ELSEWHERE = "rtsp://us:Geheim7@192.0.2.99/x"  # Nobody configured it.


def compat_section():
    lines = ["compat:"] + [f'  - {{profile: {name}, listen: "127.0.0.1:0"}}' for name in PROFILES]
    return "\n".join(lines + ['  - {profile: opencv, listen: "127.0.0.1:0", allow: [127.0.0.2]}'])


@pytest.fixture(scope="module")
def cameras():
    mounts = [{"name": "gate", "auth": "digest", "user": LOGIN[0], "password": LOGIN[1],
               "streams": [{"path": "main", "clip": "cam01_sub.mov"}]},
              {"name": "yard", "streams": [{"path": "main", "clip": "cam02_main.mov"}, {"path": "sub", "clip": "cam02_sub.mov"}]}]
    with Simulator(cameras=mounts, port=26100) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def wall(cameras):
    config = config_for({"gate": (cameras.url("gate"), None), "yard": (cameras.url("yard"), cameras.url("yard", "sub"))},
                        extra=compat_section() + "\ntest_only: {time_scale: 20}")
    with Wall(config) as running:
        running.wait_all_live()
        yield running


def port(wall, profile, nth=0):
    return [int(x) for x in re.findall(rf"clients of {profile} on http://\S+:(\d+)/", wall.log())][nth]


def client(wall, profile, target, **how):
    return LiveClient(types.SimpleNamespace(port=port(wall, profile)), target, **how)


def get(wall, profile, path, nth=0, source=None):
    """(status, fields, body) of a GET that follows no redirect."""
    connection = http.client.HTTPConnection("127.0.0.1", port(wall, profile, nth), timeout=5,
                                            source_address=(source, 0) if source else None)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def encoded(url):
    return urllib.parse.quote(url, safe="")


def jpeg_size(data):
    """(width, height) of a JPEG, from its frame header (ITU-T T.81 B.2.2)."""
    assert data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9", "a whole JPEG in each message"
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack(">H", data[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", data[at + 5:at + 9])
    return width, height


def first_picture(x, seconds=10):
    wait_until(lambda: x.payloads or x.ended.is_set(), seconds, "a picture")
    assert x.payloads, (x.code, x.reason, x.texts)
    return x.payloads[0]


def more_pictures(x, count, seconds=15):
    goal = len(x.payloads) + count
    wait_until(lambda: len(x.payloads) >= goal or x.ended.is_set(), seconds, lambda: f"{count} more pictures, {x.texts}")
    assert len(x.payloads) >= goal, (x.code, x.reason)


def no_pictures(x, seconds):
    """Nothing comes for so long; what was on its way is let through before."""
    def quiet():
        before = len(x.payloads)
        end = time.monotonic() + seconds
        while time.monotonic() < end and len(x.payloads) == before:
            x.ended.wait(0.02)
        return len(x.payloads) == before

    return wait_until(quiet, 10 * seconds, "no pictures")


def closed(x, seconds=10):
    assert x.ended.wait(seconds), "the server closes"
    return x.code


@contextlib.contextmanager
def away(cameras, name):
    """The camera has ended its sessions and takes no new ones."""
    cameras.refuse(name)
    cameras.drop(name)
    try:
        yield
    finally:
        cameras.refuse(name, False)


# A: Django and Channels, JPEG.

def test_a_client_of_a_sends_its_address_and_gets_jpegs_and_figures(wall, cameras):
    with client(wall, "django_jpeg", f"/ws/stream/?url={encoded(cameras.url('gate'))}&stream_id=1") as x:
        assert jpeg_size(first_picture(x)) == (640, 480)
        wait_until(lambda: x.texts, 15, "figures")
        stats = x.texts[0]["stats"]
        assert x.texts[0]["type"] == "performance_stats"
        assert stats["total_frames"] == 75 and stats["uptime"] > 0
        assert 8 < stats["current_fps"] < 30, stats


def test_commands_of_a_do_what_they_say(wall, cameras):
    with client(wall, "django_jpeg", "/ws/stream/") as x:
        x.say(command="start", rtsp_url=cameras.url("yard", "sub"))
        first_picture(x)
        x.say(command="pause")
        no_pictures(x, 0.5)
        x.say(command="resume")
        more_pictures(x, 3)
        x.say(command="stop_stream")
        no_pictures(x, 0.5)
        x.say(command="start")
        more_pictures(x, 3)
        x._socket.say(TEXT, b"no JSON")
        wait_until(lambda: x.texts and "error" in x.texts[-1], 5, "an error")
        x.say(command="close")
        assert closed(x) == 1000


def test_one_client_of_a_stops_and_the_other_sees_on(wall):
    with client(wall, "django_jpeg", "/ws/stream/?stream_id=2") as x, client(wall, "django_jpeg", "/ws/stream/?stream_id=2") as y:
        first_picture(x), first_picture(y)
        x.say(command="stop_stream")
        no_pictures(x, 0.5)
        more_pictures(y, 5)


# B: Django, JSMpeg and React, MPEG-1 in TS.

def stream_b(wall, label):
    status, _, body = get(wall, "jsmpeg", "/api/streams/")
    assert status == 200
    return next(x for x in json.loads(body) if x["label"] == label)


def phases(x):
    return [m["phase"] for m in list(x.texts) if m["type"] == "status"]


def said(x, **fields):
    return any(all(m.get(k) == v for k, v in fields.items()) for m in list(x.texts))


def b_sockets(wall, label, who):
    target = urllib.parse.urlsplit(stream_b(wall, label)["ws_url"])
    base = f"{target.path}?{target.query}&client_id={who}"
    return client(wall, "jsmpeg", base + "&video_only=false"), client(wall, "jsmpeg", base + "&video_only=true")


def test_a_client_of_b_lists_opens_two_sockets_and_gets_mpeg1(wall):
    assert json.loads(get(wall, "jsmpeg", "/api/health/")[2]) == {"status": "healthy"}
    control, video = b_sockets(wall, "yard", "one")
    with control, video:
        control.say(action="start")
        wait_until(lambda: "playing" in phases(control) and said(control, type="video_start"), 10, lambda: control.texts)
        first_picture(video)
        wait_until(lambda: sum(map(len, video.payloads)) > 200_000 or video.ended.is_set(), 30, "some video")
    data = b"".join(video.payloads)
    assert all(len(x) % 188 == 0 and x[0] == 0x47 for x in video.payloads), "whole TS packets"
    answer = subprocess.run(["ffprobe", "-v", "error", "-f", "mpegts", "-show_entries",
                             "stream=codec_name,codec_type,r_frame_rate:frame=pict_type", "-of", "json", "-"],
                            input=data, capture_output=True, timeout=30, check=True)
    facts = json.loads(answer.stdout)
    assert [(s["codec_name"], s["r_frame_rate"]) for s in facts["streams"]] == [("mpeg1video", "25/1")], "no sound"
    assert {f["pict_type"] for f in facts["frames"]} == {"I", "P"}
    assert not video.texts, "JSMpeg takes every message for video"


def test_stop_of_b_ends_one_viewer_only(wall):
    control, video = b_sockets(wall, "yard", "one")
    other_control, other_video = b_sockets(wall, "yard", "two")
    with control, video, other_control, other_video:
        first_picture(video), first_picture(other_video)
        control.say(action="stop")
        wait_until(lambda: phases(control)[-1:] == ["stopped"], 5, lambda: control.texts)
        no_pictures(video, 0.5)
        more_pictures(other_video, 5)
        control.say(action="start")
        more_pictures(video, 5)
        assert phases(other_control) == ["playing"]
        control.say(action="rewind")
        control._socket.say(TEXT, b"{")
        wait_until(lambda: said(control, code="INVALID_ACTION") and said(control, code="INVALID_JSON"), 5, lambda: control.texts)


def test_b_tells_why_a_camera_is_away_and_goes_on_when_it_is_back(wall, cameras):
    control, video = b_sockets(wall, "gate", "one")
    with control, video:
        first_picture(video)
        with away(cameras, "gate"):
            wait_until(lambda: "ended" in phases(control) and said(control, type="error", code="CONNECTION_REFUSED"), 20,
                       lambda: (control.texts, wall.camera("gate")))
        wait_until(lambda: phases(control)[-1] == "playing", 30, lambda: (control.texts, wall.camera("gate")))
        more_pictures(video, 5)
        assert not control.ended.is_set() and not video.ended.is_set()


def test_b_closes_with_codes_that_pages_see(wall):
    unknown = "/ws/stream?id=00000000-0000-4000-8000-000000000000"
    with client(wall, "jsmpeg", unknown) as x:
        assert closed(x) == 4004 and said(x, type="error", code="NOT_FOUND")
    with client(wall, "jsmpeg", unknown + "&video_only=true") as x:
        assert closed(x) == 4004 and not x.texts
    with client(wall, "jsmpeg", "/ws/stream") as x:
        assert closed(x) == 4000


# C: FastAPI, JPEG.

def test_a_client_of_c_gets_640x360_or_what_its_query_says(wall, cameras):
    assert json.loads(get(wall, "fastapi_jpeg", "/")[2])["status"] == "ok"
    where = f"/ws?rtsp={encoded(cameras.url('yard'))}"
    with client(wall, "fastapi_jpeg", where + "&camera_index=7") as x:
        assert jpeg_size(first_picture(x, 20)) == (640, 360)
    with client(wall, "fastapi_jpeg", where + "&camera_index=8&width=320&quality=30") as x:
        assert jpeg_size(first_picture(x, 20)) == (320, 180)
    with client(wall, "fastapi_jpeg", where) as x:
        assert closed(x) == 4000


def test_the_first_address_of_an_index_wins(wall, cameras):
    gate, yard = (encoded(cameras.url(*x)) for x in (("gate",), ("yard", "sub")))
    with client(wall, "fastapi_jpeg", f"/ws?rtsp={gate}&camera_index=1") as first:
        first_picture(first)
        before = wall.camera("yard")["streams"]["sub"]["last_access_unit"]
        assert before
        with client(wall, "fastapi_jpeg", f"/ws?rtsp={yard}&camera_index=1") as second:
            first_picture(second)
            wait_until(lambda: set(first.payloads) & set(second.payloads), 10, "both get the very same pictures")


def metric(wall, row):
    return float(re.search(rf"^{re.escape(row)} (\S+)$", wall.get("/metrics")[1].decode(), re.MULTILINE)[1])


def dropped_behind(wall):
    return metric(wall, 'camwall_ws_dropped_frames_total{reason="behind"}')


def test_a_client_of_c_that_reads_nothing_misses_pictures_and_holds_nobody_up(wall, cameras):
    where = f"/ws?rtsp={encoded(cameras.url('gate'))}&camera_index=3&quality=95"
    with client(wall, "fastapi_jpeg", where, receive_buffer=4096) as slow, client(wall, "fastapi_jpeg", where) as other:
        first_picture(slow), first_picture(other)
        before = dropped_behind(wall)
        slow.pause()
        wait_until(lambda: dropped_behind(wall) > before or slow.ended.is_set(), 15, "pictures are dropped")
        more_pictures(other, 15)
        slow.resume()
        more_pictures(slow, 5)
        assert all(jpeg_size(x) == (640, 360) for x in slow.payloads), "whole pictures only"


def test_the_metrics_tell_what_is_made_for_viewers_and_what_is_held(wall, cameras):
    made = 'camwall_rendition_pictures_total{camera="gate",stream="main",outcome="made"}'
    before, chunks = metric(wall, made), metric(wall, "camwall_live_chunks_total")
    with client(wall, "fastapi_jpeg", f"/ws?rtsp={encoded(cameras.url('gate'))}&camera_index=5") as x:
        more_pictures(x, 5)
        wait_until(lambda: metric(wall, made) >= before + 5, 10, "made pictures are counted")
        assert metric(wall, "camwall_live_feeds") >= 1 and metric(wall, "camwall_live_subscriptions") >= 1
        assert metric(wall, "camwall_live_chunks_total") >= chunks + 5
    wait_until(lambda: metric(wall, "camwall_live_subscriptions") == 0, 10, "nobody is subscribed")


# E: FastAPI and OpenCV, JPEG.

def test_a_client_of_e_gets_the_native_size(wall, cameras):
    assert json.loads(get(wall, "opencv", "/")[2])["status"] == "ok"
    with client(wall, "opencv", f"/ws/stream?rtsp_url={encoded(cameras.url('yard'))}") as x:
        assert jpeg_size(first_picture(x, 20)) == (1280, 720)
    with client(wall, "opencv", f"/ws/stream?rtsp_url={encoded(cameras.url('gate'))}") as x:
        assert jpeg_size(first_picture(x)) == (640, 360)


def test_e_says_an_error_and_closes_when_the_camera_fails(wall, cameras):
    with client(wall, "opencv", f"/ws/stream?rtsp_url={encoded(cameras.url('gate'))}") as x:
        first_picture(x)
        with away(cameras, "gate"):
            assert closed(x, 20) == 1013
            assert list(x.texts[-1]) == ["error"] and x.texts[-1]["error"]
    wall.wait_for("gate", lambda c: c["phase"] == "live", 30)


# D: the grid's addresses.

def test_a_client_of_d_plays_a_numbered_playlist(wall):
    assert json.loads(get(wall, "grid", "/health")[2]) == {"status": "ok"}
    status, fields, _ = get(wall, "grid", "/hls/cam2/stream.m3u8")
    assert (status, fields["Location"]) == (307, "../yard/sub/index.m3u8")
    status, _, body = get(wall, "grid", urllib.parse.urljoin("/hls/cam2/stream.m3u8", fields["Location"]))
    assert status == 200 and body.startswith(b"#EXTM3U")
    assert get(wall, "grid", "/hls/cam3/stream.m3u8")[0] == 404


# All of them.

def test_an_address_that_nobody_configured_is_refused_with_the_reason(wall):
    where = encoded(ELSEWHERE)
    for profile, target in (("django_jpeg", f"/ws/stream/?url={where}"), ("fastapi_jpeg", f"/ws?rtsp={where}&camera_index=1"),
                            ("opencv", f"/ws/stream?rtsp_url={where}")):
        with client(wall, profile, target) as x:
            assert closed(x) == 4001
            assert "addresses that clients supply are off" in x.reason, x.reason
            if profile != "fastapi_jpeg":
                assert "error" in x.texts[0]
    assert "Geheim7" not in wall.log()


def test_a_login_is_part_of_the_address(wall, cameras):
    for user, password in ((None, None), (LOGIN[0], "wrong"), (LOGIN[0], LOGIN[1] + "x")):
        url = cameras.bare_url("gate") if user is None else cameras.url("gate", user=user, password=password)
        with client(wall, "opencv", f"/ws/stream?rtsp_url={encoded(url)}") as x:
            assert closed(x) == 4001


def test_no_list_and_no_log_holds_a_password(wall):
    lists = get(wall, "django_jpeg", "/api/streams/")[2] + get(wall, "jsmpeg", "/api/streams/")[2]
    assert b"rtsp://***@127.0.0.1" in lists
    for secret in (LOGIN[1], encoded(LOGIN[1])):
        assert secret.encode() not in lists and secret not in wall.log()
    metrics = wall.get("/metrics")[1].decode()
    assert 'route="jsmpeg:/ws/stream"' in metrics and "rtsp" not in metrics


def test_only_listed_addresses_may_connect(wall):
    assert get(wall, "opencv", "/", nth=1, source="127.0.0.2")[0] == 200
    status, _, body = get(wall, "opencv", "/", nth=1)
    assert status == 403 and "allow" in json.loads(body)["error"]


def test_the_end_is_quick_and_ids_outlive_it_and_a_damaged_file_is_set_aside(wall):
    before = get(wall, "jsmpeg", "/api/streams/")[2], get(wall, "django_jpeg", "/api/streams/")[2]

    def ids():
        return ([x["id"] for x in json.loads(get(wall, "jsmpeg", "/api/streams/", nth=-1)[2])],
                [x["id"] for x in json.loads(get(wall, "django_jpeg", "/api/streams/", nth=-1)[2])["streams"]])

    known = [x["id"] for x in json.loads(before[0])], [x["id"] for x in json.loads(before[1])["streams"]]
    assert known[1] == [1, 2]
    with client(wall, "django_jpeg", "/ws/stream/?stream_id=1") as x, client(wall, "jsmpeg", f"/ws/stream?id={known[0][0]}") as y:
        first_picture(x)
        x.pause()
        y.pause()
        assert wall.stop() < 3, "clients that do not answer delay the end by a moment, not each by one"
    wall.start()
    assert ids() == known
    wall.stop()
    file = wall.folder / "state" / "compat_ids.json"
    file.write_text("{")
    wall.start()
    assert wall.log().count("damaged, set aside as") == 1
    assert file.with_name("compat_ids.json.bad").read_text() == "{"
    assert not set(ids()[1]) & set(known[1])
