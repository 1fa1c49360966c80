"""The REST API as its own document describes it: every answer that this file gets is held against that document."""

import http.client
import json
import pathlib
import re
import sys

import jsonschema
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.http_raw import ROOT, Raw, Testbed, wait_until  # noqa: E402

JSON = "application/json"
CONFIGURATION = "/api/v1/cameras/{id}/configuration"
# What every path may answer; docs/reference/api.md has them once for all.
EVERYWHERE = {400, 401, 405, 413, 421, 429, 500}


class Api:
    """Asks, and checks each answer. Remembers what was seen."""

    def __init__(self, address):
        self.address = address
        self.seen = set()
        self.document = json.loads(self.fetch("GET", "/api/v1/openapi.json")[2])

    def fetch(self, method, target, body=None, headers=None):
        client = http.client.HTTPConnection(*self.address, timeout=10)
        try:
            client.request(method, target, body, headers or {})
            answer = client.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            client.close()

    def __call__(self, method, path, /, body=None, query="", headers=None, **names):
        """The status, the fields and the body (decoded when it is JSON) of one request."""
        target = re.sub(r"{(\w+)}", lambda x: names[x.group(1)], path) + (f"?{query}" if query else "")
        fields = {"Content-Type": JSON} if body is not None else {}
        text = body if isinstance(body, (str, bytes, type(None))) else json.dumps(body)
        status, got, raw = self.fetch(method, target, text, {**fields, **(headers or {})})
        self.seen.add((method.lower(), path, status))
        return status, got, self.check(method, path, status, got, raw)

    def resolve(self, x):
        while "$ref" in x:
            found = self.document
            for part in x["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            x = found
        return x

    def check(self, method, path, status, fields, raw):
        responses = self.document["paths"][path][method.lower()]["responses"]
        if str(status) not in responses:
            assert status in EVERYWHERE, f"{method} {path} answers {status}, which is not documented: {raw!r}"
            response = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}}
        else:
            response = self.resolve(responses[str(status)])
        for name in response.get("headers", {}):
            assert name.lower() in fields, f"{method} {path} {status} comes without {name}"
        content = response.get("content", {})
        if not raw:
            return None
        kind = fields["content-type"].split(";")[0]
        assert kind in content or "*/*" in content, f"{method} {path} {status} is {kind}, documented are {list(content)}"
        if not kind.endswith("json"):
            return raw
        value = json.loads(raw)
        schema = content.get(kind, {}).get("schema")
        if schema:
            jsonschema.Draft202012Validator({**schema, "components": self.document["components"]}).validate(value)
        return value


@pytest.fixture(scope="module")
def bed(tmp_path_factory):
    with Testbed(tmp_path_factory.mktemp("bed")) as x:
        x.write("static/index.html", b"<!doctype html>")
        x.write("static/openapi.json", (ROOT / "static" / "openapi.json").read_bytes())
        x.write("hls/gate/sub/index.m3u8", b"#EXTM3U\n")
        yield x


@pytest.fixture(scope="module")
def api(bed):
    return Api(bed.address)


def test_the_document_itself_is_in_order(api):
    assert api.document["openapi"].startswith("3.1.")
    for schema in api.document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_cameras_are_listed_in_pages(api):
    status, _, page = api("GET", "/api/v1/cameras", query="limit=2")
    assert status == 200 and [x["id"] for x in page["cameras"]] == ["gate", "dead"] and page["next"] == 2
    _, _, page = api("GET", "/api/v1/cameras", query="limit=2&offset=2")
    assert [x["id"] for x in page["cameras"]] == ["old"] and page["next"] is None
    _, _, page = api("GET", "/api/v1/cameras", query="phase=backoff")
    assert [x["id"] for x in page["cameras"]] == ["dead"]
    assert api("GET", "/api/v1/cameras", query="phase=asleep")[0] == 400
    assert api("GET", "/api/v1/cameras/{id}", id="gate")[0] == 200
    assert api("GET", "/api/v1/cameras/{id}", id="nobody")[0] == 404
    assert api("GET", "/api/v1/cameras/{id}/events", id="gate")[0] == 200
    assert api("GET", "/api/v1/cameras/{id}/events", id="nobody")[0] == 404


def test_a_camera_lives_from_its_creation_to_its_removal(api):
    status, fields, made = api("POST", "/api/v1/cameras", {"id": "new", "url": "rtsp://192.0.2.9/1"})
    assert status == 201 and fields["location"] == "/api/v1/cameras/new" and made["id"] == "new"
    status, got, same = api("GET", CONFIGURATION, id="new")
    assert status == 200 and same == made and got["etag"] == fields["etag"]
    tag = {"If-Match": got["etag"]}
    other = {"url": "rtsp://192.0.2.9/2"}
    assert api("PUT", CONFIGURATION, other, id="new")[0] == 428
    status, got, _ = api("PUT", CONFIGURATION, other, headers=tag, id="new")
    assert status == 200 and got["etag"] != tag["If-Match"]
    for path in (CONFIGURATION, "/api/v1/cameras/{id}"):
        assert api("PUT", path, other, headers=tag, id="new")[0] == 412
        assert api("PUT", path, other, headers={"If-Match": "*"}, id="new")[0] == 200
        merge = {"Content-Type": "application/merge-patch+json"}
        assert api("PATCH", path, {"label": "New"}, headers=merge, id="new")[2]["label"] == "New"
        assert api("PATCH", path, {"label": "New"}, headers={"Content-Type": "text/plain"}, id="new")[0] == 415
    status, _, body = api("DELETE", "/api/v1/cameras/{id}", id="new")
    assert status == 204 and body is None
    assert api("GET", CONFIGURATION, id="new")[0] == 404


def test_refusals_say_what_is_wrong_and_where(api):
    post = ("POST", "/api/v1/cameras")
    assert api(*post, {"id": "gate", "url": "rtsp://a/"})[0] == 409
    status, _, problem = api(*post, {})
    assert status == 422 and problem["errors"][1]["pointer"] == "/url"
    assert api(*post, "{")[2]["code"] == "bad_json"
    assert api(*post, "[" * 40 + "]" * 40)[2]["code"] == "json_too_deep"
    assert api(*post, "{}", headers={"Content-Type": "text/plain"})[0] == 415
    assert api(*post, {"id": "dark", "url": "rtsp://a/"})[2]["code"] == "probe_timeout"
    assert api(*post, {"id": "busy", "url": "rtsp://a/"})[0] == 503
    assert api(*post, {"id": "x" * 70_000})[0] == 413
    assert api("DELETE", "/api/v1/cameras/{id}", id="locked")[2]["code"] == "camera_read_only"
    made = 0
    while api(*post, {"id": f"c{made}", "url": "rtsp://a/"})[0] == 201:
        made += 1
        assert made < 20, "there is no limit"
    status, _, problem = api(*post, {"id": "last", "url": "rtsp://a/"})
    assert status == 507 and "limits.cameras_max" in problem["detail"]
    for i in range(made):
        assert api("DELETE", "/api/v1/cameras/{id}", id=f"c{i}")[0] == 204


def test_answers_that_come_later_keep_their_place_in_a_pipeline(bed):
    body = json.dumps({"id": "piped", "url": "rtsp://a/"})
    fields = f"Content-Type: {JSON}\r\nContent-Length: {len(body)}\r\n"
    with Raw(bed.address) as client:
        client.send(
            client.request("/api/v1/cameras", "POST", fields, body)
            + client.request("/livez")
            + client.request("/api/v1/cameras/piped", "DELETE")
            + client.request("/version")
        )
        assert [client.answer().status for _ in range(4)] == [201, 200, 204, 200]


def test_orders_are_taken(api):
    for order in ("restart", "retry", "disable", "enable"):
        assert api("POST", f"/api/v1/cameras/{{id}}/{order}", id="dead")[0] == 202
        assert api("POST", f"/api/v1/cameras/{{id}}/{order}", id="nobody")[0] == 404


def test_a_view_lives_from_its_creation_to_its_removal(api):
    one = "/api/v1/views/{name}"
    settings = {"title": "Yard", "layout": "1+5", "cameras": ["gate"], "spans": {"gate": "2x2"}, "dwell": 10}
    assert api("PUT", one, settings, name="yard")[0] == 201
    status, _, view = api("GET", one, name="yard")
    assert status == 200 and {key: view[key] for key in settings} == settings
    assert api("PUT", one, {**view, "layout": "2x2"}, name="yard")[0] == 200
    assert [x["layout"] for x in api("GET", "/api/v1/views")[2]["views"]] == ["2x2"]
    assert api("PUT", one, {"layout": "2x3"}, name="yard")[0] == 422
    assert api("DELETE", one, name="yard")[0] == 204
    assert api("DELETE", one, name="yard")[0] == 404
    assert api("GET", one, name="yard")[0] == 404


def test_the_server_tells_of_itself(api):
    assert api("POST", "/api/v1/reload")[2]["changed"] == ["gate"]
    status = api("GET", "/api/v1/status")[2]
    assert status["last_reload"]["successful"] and status["limits"]["limits.cameras_max"] == 8
    assert sum(status["phases"].values()) == status["cameras"] == 3
    assert api("GET", "/api/v1/templates")[0] == 200
    report = api("POST", "/api/v1/probe", {"url": "rtsp://192.0.2.1/1"})[2]
    assert report["video"] == "h264" and report["reason"] is None
    assert api("POST", "/api/v1/probe", {"url": "rtsp://dark/1"})[2]["reason"] == "timeout"
    assert api("POST", "/api/v1/probe", {"url": "http://a/"})[0] == 422


def test_other_paths_are_as_documented(api):
    for path in ("/livez", "/readyz", "/health", "/version", "/metrics", "/"):
        assert api("GET", path)[0] == 200
    assert api("GET", "/static/{path}", path="index.html")[0] == 200
    assert api("GET", "/static/{path}", path="nothing")[0] == 404
    assert api("GET", "/hls/{camera}/index.m3u8", camera="gate")[0] == 307
    assert api("GET", "/hls/{camera}/{stream}/{file}", camera="gate", stream="sub", file="index.m3u8")[0] == 200
    assert api("GET", "/hls/{camera}/{stream}/{file}", camera="dead", stream="main", file="index.m3u8")[0] == 503
    for path in ("/ws/wall", "/ws/stream"):
        assert api("GET", path)[0] == 426
    assert api("GET", "/api/v1/openapi.json")[0] == 200
    assert api("GET", "/api/v1/authorize", headers={"X-Original-URI": "/hls/gate/sub/index.m3u8"})[0] == 204
    assert api("GET", "/api/v1/authorize")[0] == 400


def test_foreign_pages_change_nothing(api):
    status, _, problem = api("POST", "/api/v1/reload", headers={"Origin": "http://elsewhere.example"})
    assert status == 403 and problem["code"] == "cross_origin"


class Listener:
    """Reads server-sent events."""

    def __init__(self, bed, last_id=None):
        self.raw = Raw(bed.address)
        field = f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        self.raw.send(self.raw.request("/api/v1/events", fields=field))
        head = self.line()
        assert head.startswith("HTTP/1.1 200"), head
        self.fields = {}
        while line := self.line():
            name, value = line.split(": ", 1)
            self.fields[name.lower()] = value
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.raw.socket.close()

    def more(self):
        data = self.raw.socket.recv(65536)
        assert data, "the stream ended"
        self.raw.buffer += data

    def line(self):
        while b"\r\n" not in self.raw.buffer:
            self.more()
        line, _, rest = bytes(self.raw.buffer).partition(b"\r\n")
        self.raw.buffer = bytearray(rest)
        return line.decode()

    def event(self):
        """Name, id and data of the next event."""
        while True:
            while "\n\n" not in self.text:
                size = int(self.line(), 16)
                while len(self.raw.buffer) < size + 2:
                    self.more()
                self.text += bytes(self.raw.buffer[:size]).decode()
                del self.raw.buffer[: size + 2]
            block, _, self.text = self.text.partition("\n\n")
            fields = dict(x.split(": ", 1) for x in block.split("\n"))
            if "event" in fields:
                return fields["event"], fields["id"], json.loads(fields["data"])


def test_changes_are_told_to_who_listens(bed, api):
    with Listener(bed) as one:
        assert one.fields["content-type"] == "text/event-stream" and one.fields["transfer-encoding"] == "chunked"
        name, _, data = one.event()
        assert name == "hello" and set(data) == {"version", "build"}
        api("POST", "/api/v1/cameras/{id}/disable", id="old")
        name, first, data = one.event()
        assert (name, data["id"], data["phase"]) == ("camera", "old", "disabled")
        jsonschema.Draft202012Validator(
            {"$ref": "#/components/schemas/camera", "components": api.document["components"]}
        ).validate(data)
        api("POST", "/api/v1/cameras", {"id": "heard", "url": "rtsp://a/"})
        name, _, data = one.event()
        assert name == "configuration" and data["added"] == ["heard"]
        api("POST", "/api/v1/cameras/{id}/enable", id="old")
        _, last, _ = one.event()
    with Listener(bed, first) as again:
        assert [again.event()[0] for _ in range(2)] == ["configuration", "camera"]
    with Listener(bed, last) as again:
        api("DELETE", "/api/v1/cameras/{id}", id="heard")
        assert again.event()[2]["removed"] == ["heard"]
    with Listener(bed, "1-1") as stranger:
        assert stranger.event()[0] == "resync"


def test_listeners_are_limited_and_leave_their_places(bed):
    listeners = []
    try:
        for _ in range(64):
            listeners.append(Listener(bed))
        with Raw(bed.address) as client:
            answer = client.get("/api/v1/events")
            assert answer.status == 503 and answer.code == "too_many_event_streams" and "retry-after" in answer.fields
    finally:
        for x in listeners:
            x.raw.socket.close()

    def has_room():
        with Raw(bed.address) as client:
            client.send(client.request("/api/v1/events"))
            return client.socket.recv(12) == b"HTTP/1.1 200"

    wait_until(has_room, "places of listeners that left are free again")


def test_every_documented_success_was_seen(api):
    wanted = {
        (method, path, int(status))
        for path, methods in api.document["paths"].items()
        for method, operation in methods.items()
        for status in operation["responses"]
        if status.startswith("2")
    }
    missing = wanted - api.seen - {("get", "/api/v1/events", 200)}  # That one has no end.
    # Logins and still pictures need users and cameras: test_access.py and test_snapshot.py.
    elsewhere = ("/link", "/login", "snapshot", "/api/v1/session", "/api/v1/tokens")
    assert not [x for x in missing if not any(part in x[1] for part in elsewhere)]
