"""Addresses that clients of the earlier viewers supply and nobody configured: where they may lead, who shares them, and when they end."""

import contextlib
import http.client
import json
import pathlib
import re
import sys
import types
import urllib.parse

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from support.bad_server import redirecting  # noqa: E402
from support.live_client import LiveClient  # noqa: E402
from support.simulator import Simulator  # noqa: E402
from support.wall import Wall, wait_until  # noqa: E402

PORT = 22600
LOGIN = ("us er", "50%41/@:x")
LISTENERS = [("django_jpeg", "operator"), ("fastapi_jpeg", "operator"), ("opencv", "operator"), ("opencv", "viewer")]
LINGER = "deadlines:\n  linger: 1s\n"
ALLOWED = "rtsp://127.0.0.0/8:*"


def config(cameras, adhoc):
    lines = [f'  - {{profile: {name}, listen: "127.0.0.1:0", role: {role}}}' for name, role in LISTENERS]
    return ("server:\n  listen: 127.0.0.1:0\nhls:\n  directory: hls\nstate_dir: state\nreload:\n  settle: 100ms\n" + LINGER + adhoc
            + "compat:\n" + "\n".join(lines) + "\ncameras:\n  - " + json.dumps({"id": "yard", "url": cameras.url("yard")}) + "\n")


def permitting(*allow, most=2):
    return f"adhoc: {{enabled: true, allow: {json.dumps(allow)}, cameras_max: {most}, role: operator}}\n"


@pytest.fixture(scope="module")
def cameras():
    mounts = [{"name": "gate", "auth": "digest", "user": LOGIN[0], "password": LOGIN[1], "streams": [{"path": "main", "clip": "cam01_sub.mov"}]},
              {"name": "yard", "streams": [{"path": "main", "clip": "cam02_sub.mov"}]},
              {"name": "shed", "streams": [{"path": "main", "clip": "cam03_sub.mov"}]},
              {"name": "lane", "streams": [{"path": "main", "clip": "cam04_sub.mov"}]}]
    with Simulator(cameras=mounts, port=PORT) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def wall(cameras):
    with Wall(config(cameras, permitting(ALLOWED))) as running:
        running.wait_all_live()
        yield running


@pytest.fixture
def quiet(wall, cameras):
    """The wall while nobody watches an address of his own."""
    yield wall
    wait_until(lambda: not begun(wall) and not adhoc_workers(wall) and not folders(wall), 15, "all that were begun have ended")
    for name in ("gate", "shed", "lane"):
        assert clients(cameras, name) == 0


def port(wall, profile, nth=0):
    return [int(x) for x in re.findall(rf"clients of {profile} on http://\S+:(\d+)/", wall.log())][nth]


def client(wall, profile, target, nth=0):
    return LiveClient(types.SimpleNamespace(port=port(wall, profile, nth)), target)


def opencv(wall, url, nth=0):
    return client(wall, "opencv", "/ws/stream?rtsp_url=" + urllib.parse.quote(url, safe=""), nth)


def start(wall, url):
    connection = http.client.HTTPConnection("127.0.0.1", port(wall, "django_jpeg"), timeout=10)
    try:
        connection.request("POST", "/api/start/", json.dumps({"rtsp_url": url}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def clients(cameras, name):
    return cameras.stats(name)["streams"]["main"]["clients"]


def adhoc_workers(wall):
    return [name for name in wall.workers() if name.startswith("_adhoc")]


def begun(wall):
    return json.loads(wall.get("/api/v1/status")[1])["adhoc"]["cameras"]


def folders(wall):
    return [x.name for x in (wall.folder / "hls").iterdir() if x.name.startswith("_adhoc")]


def metric(wall, name):
    return float(re.search(rf"^camwall_{re.escape(name)} (\S+)$", wall.get("/metrics")[1].decode(), re.M)[1])


def picture(x, seconds=20):
    wait_until(lambda: x.payloads or x.ended.is_set(), seconds, "a picture")
    assert x.payloads and x.payloads[0][:2] == b"\xff\xd8", (x.code, x.reason, x.texts)


def held(wall):
    return metric(wall, "adhoc_logins_held")


def refused(x, code):
    assert x.ended.wait(20), "the server closes"
    assert x.code == code and not x.payloads, (x.code, x.reason, x.texts)
    return x.reason


def test_an_address_that_is_permitted_is_watched_and_ends_when_nobody_does(quiet, cameras):
    with opencv(quiet, cameras.url("gate")) as x:
        picture(x)
        assert len(adhoc_workers(quiet)) == 1 and clients(cameras, "gate") == 1
        assert list(quiet.cameras()) == ["yard"], "nobody else is shown it"
        hidden = adhoc_workers(quiet)[0].split("/")[0]
        for path in (f"/api/v1/cameras/{hidden}", f"/api/v1/cameras/{hidden}/configuration", f"/hls/{hidden}/main/index.m3u8",
                     f"/hls/{hidden}/main/video.m3u8", f"/api/v1/cameras/{hidden}/snapshot.jpg"):
            assert quiet.get(path)[0] == 404, path
        assert b"_adhoc-" not in quiet.get("/metrics")[1]
        assert metric(quiet, 'adhoc_cameras{state="live"}') == 1
        assert [(x["id"], x["host"], x["viewers"], x["phase"]) for x in begun(quiet)] == [(hidden, "127.0.0.1", 1, "live")]
        with LiveClient(quiet, f"/ws/stream?id={hidden}") as y:
            refused(y, 4004)
    wait_until(lambda: clients(cameras, "gate") == 0 and not folders(quiet), 15, "it ends, without a trace")
    assert metric(quiet, 'adhoc_cameras{state="live"}') == 0
    for file in [quiet.log_file, *(x for x in (quiet.folder / "state").rglob("*") if x.is_file())]:
        text = file.read_text(errors="replace")
        assert LOGIN[1] not in text and "50%2541" not in text and "us%20er" not in text, file
        assert file == quiet.log_file or "_adhoc" not in text + str(file), file


def test_viewers_of_one_address_share_it_whatever_they_speak(quiet, cameras):
    url = cameras.url("gate")
    raw = f"rtsp://{LOGIN[0].replace(' ', '%20')}:{LOGIN[1].replace('%', '%25').replace('/', '%2F').replace('@', '%40')}@" + \
        cameras.bare_url("gate").removeprefix("rtsp://") + "/"
    encoded = urllib.parse.quote(url, safe="")
    with opencv(quiet, url) as one, opencv(quiet, raw) as two, \
            client(quiet, "fastapi_jpeg", f"/ws?rtsp={encoded}&camera_index=7") as three, \
            client(quiet, "django_jpeg", f"/ws/stream/?url={encoded}&stream_id=1") as four:
        for x in (one, two, three, four):
            picture(x)
        assert len(adhoc_workers(quiet)) == 1 and clients(cameras, "gate") == 1
        one.__exit__()
        seen = len(two.payloads)
        wait_until(lambda: len(two.payloads) > seen + 5, 10, "it goes on for the others")
    with opencv(quiet, cameras.url("yard")) as x:
        picture(x)
        wait_until(lambda: not adhoc_workers(quiet), 15, "a configured camera is what it is")
        assert clients(cameras, "yard") == 1


def test_a_page_of_a_starts_an_address_and_watches_it_by_its_number(quiet, cameras):
    status_, said = start(quiet, cameras.url("shed"))
    assert status_ == 200 and said["id"] > 2**32 and "rtsp" not in said["ws_url"], said
    target = said["ws_url"].partition(f":{port(quiet, 'django_jpeg')}")[2]
    with client(quiet, "django_jpeg", target) as x:
        picture(x)
    with client(quiet, "django_jpeg", f"/ws/stream/?stream_id={said['id'] + 1}") as x:
        refused(x, 4004)


def test_what_is_not_permitted_is_refused_with_the_setting_that_decides(quiet, cameras):
    for address in ("rtsp://10.1.2.3/x", "rtsp://u:Geheim7@192.0.2.99:554/x", "rtsp://[::1]:554/x", "rtsp://169.254.169.254:80/latest"):
        assert "adhoc.allow" in refused(opencv(quiet, address), 4001)
        status_, said = start(quiet, address)
        assert status_ == 403 and "adhoc.allow" in said["error"]
    refused(opencv(quiet, "http://127.0.0.1/"), 4000)
    assert "adhoc.role" in refused(opencv(quiet, cameras.url("shed"), nth=1), 4001), "a viewer may not, here"
    assert "Geheim7" not in quiet.log()


def test_nobody_is_followed_to_another_address(quiet):
    with redirecting() as (url, _, visitors):
        refused(opencv(quiet, url), 1013)
        assert not visitors


def test_a_refused_login_is_not_tried_again_for_who_comes_again(quiet, cameras):
    before = cameras.stats("gate")["connections"]
    wrong = cameras.bare_url("gate").replace("rtsp://", "rtsp://us%20er:GeheimFalsch@")
    with opencv(quiet, wrong) as x:
        refused(x, 1013)
        assert x.texts and "GeheimFalsch" not in str(x.texts)
    wait_until(lambda: not folders(quiet) and not adhoc_workers(quiet) and held(quiet) == 1, 20, "it ends, and its login is held")
    tried = cameras.stats("gate")["connections"]
    assert tried - before <= 2
    for _ in range(5):
        assert "was refused" in refused(opencv(quiet, wrong), 1013)
        assert start(quiet, wrong)[0] == 503
    assert cameras.stats("gate")["connections"] == tried, "the camera does not hear of them"
    with opencv(quiet, cameras.url("gate")) as x:
        picture(x)
    assert "GeheimFalsch" not in quiet.log()


def test_more_addresses_than_may_are_refused_by_name(quiet, cameras):
    with opencv(quiet, cameras.url("gate")) as one, opencv(quiet, cameras.url("shed")) as two:
        picture(one)
        picture(two)
        assert "adhoc.cameras_max" in refused(opencv(quiet, cameras.url("lane")), 1013)
        assert start(quiet, cameras.url("lane"))[0] == 503
        with opencv(quiet, cameras.url("shed")) as again:
            picture(again)
        assert b'camwall_limit_reached_total{limit="adhoc_cameras"} 2' in quiet.get("/metrics")[1]
    wait_until(lambda: not begun(quiet), 15, "there is room again")
    with opencv(quiet, cameras.url("lane")) as x:
        picture(x)


def test_this_machine_is_permitted_only_by_an_entry_that_names_nothing_else_also_behind_a_name(cameras):
    with Wall(config(cameras, permitting("rtsp://0.0.0.0/1:*", "rtsp://10.0.0.0/8"))) as wall:
        assert "adhoc.allow" in refused(opencv(wall, cameras.url("shed")), 4001)
        before = cameras.stats("shed")["connections"]
        named = cameras.url("shed").replace("127.0.0.1", "localhost")
        assert "not permitted" in refused(opencv(wall, named), 4001), "what the name means is what counts"
        assert cameras.stats("shed")["connections"] == before
        yard = wall.workers()["yard/main"]
        wall.config_file.write_text(config(cameras, permitting(ALLOWED, "rtsp://[::1]:*")))
        wait_until(lambda: "was read again" in wall.log(), 10, "a reload")
        with opencv(wall, named) as x:
            picture(x)
            wall.config_file.write_text(config(cameras, ""))
            assert x.ended.wait(30) and x.code == 4004, "what is permitted no more ends at once"
        wait_until(lambda: clients(cameras, "shed") == 0, 10, "it ends")
        assert "are off" in refused(opencv(wall, named), 4001)
        assert wall.workers()["yard/main"] == yard, "the others do not notice"


def test_they_are_off_unless_somebody_switched_them_on(cameras):
    with Wall(config(cameras, "")) as wall:
        encoded = urllib.parse.quote(cameras.url("shed"), safe="")
        for x in (opencv(wall, cameras.url("shed")), client(wall, "django_jpeg", f"/ws/stream/?url={encoded}"),
                  client(wall, "fastapi_jpeg", f"/ws?rtsp={encoded}&camera_index=1")):
            assert "addresses that clients supply are off" in refused(x, 4001)
        status_, said = start(wall, cameras.url("shed"))
        assert status_ == 403 and "addresses that clients supply are off" in said["error"]
        assert clients(cameras, "shed") == 0


def test_clients_go_on_while_the_configuration_is_read_again(quiet, cameras):
    encoded = urllib.parse.quote(cameras.url("yard"), safe="")
    clients_ = [opencv(quiet, cameras.url("yard")), opencv(quiet, cameras.url("gate")),
                client(quiet, "fastapi_jpeg", f"/ws?rtsp={encoded}&camera_index=1"),
                client(quiet, "django_jpeg", f"/ws/stream/?url={encoded}")]
    with contextlib.ExitStack() as stack:
        for x in clients_:
            stack.enter_context(x)
            picture(x)
        shed = {"id": "shed", "url": cameras.url("shed")}
        for cameras_more in (f"  - {json.dumps(shed)}\n", "", "  - {not: a camera}\n"):
            already = len(re.findall("was read again|cannot be taken", quiet.log()))
            quiet.config_file.write_text(config(cameras, permitting(ALLOWED)) + cameras_more)
            wait_until(lambda: len(re.findall("was read again|cannot be taken", quiet.log())) > already, 20, "it was read")
            counts = [len(x.payloads) for x in clients_]
            for x, count in zip(clients_, counts):
                wait_until(lambda: len(x.payloads) > count + 3 or x.ended.is_set(), 20, "pictures")
                assert not x.ended.is_set(), (x.code, x.reason)
        assert len(adhoc_workers(quiet)) == 1 and clients(cameras, "gate") == 1
    quiet.config_file.write_text(config(cameras, permitting(ALLOWED)))
    wait_until(lambda: list(quiet.cameras()) == ["yard"], 20, "as before")


def test_the_limit_of_all_streams_is_named_to_who_waits_for_it(cameras):
    encoded = urllib.parse.quote(cameras.url("shed"), safe="")
    with Wall(config(cameras, permitting(ALLOWED) + "limits: {streams_max: 1}\n")) as wall:
        wall.wait_all_live()
        with client(wall, "django_jpeg", f"/ws/stream/?url={encoded}") as x:
            wait_until(lambda: x.texts or x.ended.is_set(), 20, "an answer")
            assert "limits.streams_max" in str(x.texts) and not x.payloads, (x.code, x.reason)
        assert clients(cameras, "shed") == 0
