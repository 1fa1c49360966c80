"""The REST halves of the earlier viewers' contracts, called as those viewers' pages call them: JSON bodies, an Origin of their own."""

import base64
import http.client
import json
import pathlib
import re
import sys
import urllib.parse

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from simulator import Simulator, clips_dir  # noqa: E402
from stills import Clip  # noqa: E402
from wall import Wall, config_for, wait_until  # noqa: E402

PORT = 21530
NEAR = 4  # mean difference that JPEG and scaling make, of 255
PAGE = "http://localhost:5173"  # where the React viewer's page came from
LISTENERS = [("django_jpeg", "viewer"), ("django_jpeg", "operator"), ("jsmpeg", "viewer")]
ELSEWHERE = "rtsp://us:Geheim7@192.0.2.99/x"  # Nobody configured it.


@pytest.fixture(scope="module")
def cameras():
    mounts = [{"name": "gate", "auth": "digest", "user": "us er", "password": "50%41/@:x",
               "streams": [{"path": "main", "clip": "cam01_sub.mov"}]},
              {"name": "yard", "streams": [{"path": "main", "clip": "cam02_sub.mov"}]}]
    with Simulator(cameras=mounts, port=PORT) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def wall(cameras):
    compat = "\n".join(["compat:"] + [f'  - {{profile: {name}, listen: "127.0.0.1:0", role: {role}}}' for name, role in LISTENERS])
    config = config_for({"gate": (cameras.url("gate"), None), "yard": (cameras.url("yard"), None)},
                        extra=compat + "\ntest_only: {time_scale: 20}")
    with Wall(config) as running:
        running.wait_all_live()
        yield running


class Page:
    """A page of an earlier viewer, on one of the listeners."""

    def __init__(self, wall, profile, role="viewer"):
        nth = [r for n, r in LISTENERS if n == profile].index(role)
        self.port = [int(x) for x in re.findall(rf"clients of {profile} on http://\S+:(\d+)/", wall.log())][nth]

    def call(self, verb, path, body=None, origin=PAGE):
        """(status, fields, what the JSON says)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            fields = {"Content-Type": "application/json", **({"Origin": origin} if origin else {})}
            connection.request(verb, path, None if body is None else json.dumps(body), fields)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, answer.headers, json.loads(text) if text else None
        finally:
            connection.close()

    def get(self, path):
        status, _, said = self.call("GET", path)
        assert status == 200, said
        return said


def test_a_page_of_a_starts_a_stream_by_its_address(wall, cameras):
    page = Page(wall, "django_jpeg")
    status, fields, said = page.call("POST", "/api/start/", {"rtsp_url": cameras.url("gate")})
    assert (status, set(said)) == (200, {"id", "message", "ws_url"}), said
    assert fields["Access-Control-Allow-Origin"] == PAGE, "the page may read it"
    assert urllib.parse.urlsplit(said["ws_url"]).path == "/ws/stream/"
    assert page.get(f"/api/streams/{said['id']}/")["stream"]["name"] == "gate"
    status, _, said = page.call("POST", "/api/streams/create/", {"name": "again", "rtsp_url": cameras.url("yard"), "description": ""})
    assert status == 201 and page.get(f"/api/streams/{said['id']}/")["stream"]["name"] == "yard", "it is there already"
    status, _, said = page.call("POST", "/api/start/", {"rtsp_url": ELSEWHERE})
    assert status == 403 and "addresses that clients supply are off" in said["error"]
    assert page.call("POST", "/api/start/", {})[0] == 400


def test_a_page_of_a_pauses_for_everybody_only_where_the_role_says_so(wall, cameras):
    viewer, operator = Page(wall, "django_jpeg"), Page(wall, "django_jpeg", "operator")
    number = next(x["id"] for x in viewer.get("/api/streams/")["streams"] if x["name"] == "yard")
    status, _, said = viewer.call("PATCH", f"/api/streams/{number}/status/", {"action": "pause"})
    assert status == 403 and "role" in said["error"]
    assert viewer.call("PATCH", f"/api/streams/{number}/status/", {"action": "start"})[0] == 200
    assert operator.call("PATCH", f"/api/streams/{number}/status/", {"action": "pause"})[0] == 200
    wall.wait_for("yard", lambda c: c["phase"] == "disabled", 10)
    assert operator.call("PATCH", f"/api/streams/{number}/status/", {"action": "resume"})[0] == 200
    wall.wait_for("yard", lambda c: c["phase"] == "live", 20)
    for page in (viewer, operator):
        assert page.call("DELETE", f"/api/streams/{number}/delete/")[0] == 403


def test_a_page_of_b_asks_first_and_is_told_what_it_may(wall):
    page = Page(wall, "jsmpeg")
    status, fields, _ = page.call("OPTIONS", "/api/streams/")
    assert status == 204 and fields["Access-Control-Allow-Origin"] == PAGE
    assert "DELETE" in fields["Access-Control-Allow-Methods"] and fields["Access-Control-Allow-Headers"] == "Content-Type"
    status, fields, _ = page.call("GET", "/api/streams/", origin="http://elsewhere.example")
    assert "Access-Control-Allow-Origin" not in fields
    assert page.call("POST", "/api/streams/", {"url": ELSEWHERE}, origin="http://elsewhere.example")[0] == 403


def test_a_page_of_b_shows_thumbnails(wall):
    page = Page(wall, "jsmpeg")
    clips = {name: Clip(clips_dir() / clip, 15) for name, clip in (("gate", "cam01_sub.mov"), ("yard", "cam02_sub.mov"))}
    for stream in page.get("/api/streams/"):
        assert set(stream) == {"id", "url", "label", "created_at", "ws_url"} and "50%" not in stream["url"]
        shown = page.get(f"/api/streams/{stream['id']}/thumbnail/?refresh=true")
        assert set(shown) == {"thumbnail", "timestamp", "size", "format", "quality", "stream_id"}
        assert shown["size"] == {"width": 320, "height": 240} and shown["format"] == "jpeg" and shown["stream_id"] == stream["id"]
        kind, _, data = shown["thumbnail"].partition(",")
        assert kind == "data:image/jpeg;base64"
        other = "yard" if stream["label"] == "gate" else "gate"
        jpeg = base64.b64decode(data, validate=True)
        assert clips[stream["label"]].nearest(jpeg)[0] < NEAR < clips[other].nearest(jpeg)[0]
    again = page.get(f"/api/streams/{stream['id']}/thumbnail/")
    assert again["timestamp"] == shown["timestamp"], "from the cache"
    newer = wait_until(lambda: (lambda x: x[2]["timestamp"] != shown["timestamp"] and x)(
        page.call("POST", f"/api/streams/{stream['id']}/thumbnail/refresh/")), 10, "another picture")
    assert newer[0] == 200
    cache = page.get("/api/thumbnails/cache/stats/")
    assert set(cache) == {"total_cached", "cache_ttl", "cached_streams"}
    assert cache["total_cached"] >= 2 and cache["cache_ttl"] == 2 and stream["id"] in cache["cached_streams"]
    assert page.call("POST", "/api/thumbnails/cache/clear/")[0] == 200
    assert page.get("/api/thumbnails/cache/stats/")["total_cached"] == 0
    assert page.call("GET", "/api/streams/00000000-0000-4000-8000-000000000000/thumbnail/")[0] == 404


def test_a_page_of_b_that_may_only_watch_changes_nothing(wall, cameras):
    page = Page(wall, "jsmpeg")
    before = page.get("/api/streams/")
    uuid = before[0]["id"]
    assert page.call("POST", "/api/streams/", {"url": ELSEWHERE, "label": "x"})[0] == 403
    assert page.call("PUT", f"/api/streams/{uuid}/", {"url": before[0]["url"], "label": "x"})[0] == 403
    assert page.call("PATCH", f"/api/streams/{uuid}/", {"label": "x"})[0] == 403
    assert page.call("DELETE", f"/api/streams/{uuid}/")[0] == 403
    assert page.call("POST", "/api/streams/", {"label": "no address"})[2] == {"error": "Invalid RTSP URL or stream not accessible"}
    status, _, said = page.call("POST", "/api/streams/", {"url": cameras.url("gate"), "label": "mine"})
    assert (status, said["label"]) == (201, "gate"), "a configured camera is there already"
    assert page.get("/api/streams/") == before
    assert "Geheim7" not in wall.log()
