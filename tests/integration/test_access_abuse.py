"""Ways around the login, by path, field and method: what nobody, and a viewer of some cameras, gets for each."""

import base64
import http.client
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from simulator import build_dir  # noqa: E402
from wall import Wall  # noqa: E402

HIDDEN = ("safe", "vault", "door")  # Words that only who may see these cameras may read.
SAFE = "/api/v1/cameras/safe"


def basic(text):
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """(port, the fields of a viewer of the camera `gate`)"""
    made = subprocess.run([build_dir() / "camwall", "make-token", "--name", "kiosk"], capture_output=True, text=True, check=True).stdout
    admin = subprocess.run([build_dir() / "camwall", "hash-password"], input="correct horse battery\n", capture_output=True, text=True, check=True).stdout
    config = f"""
server: {{listen: "127.0.0.1:0", basic_auth: true}}
hls: {{directory: hls}}
state_dir: state
users:
  - {{name: boss, role: admin, password_hash: "{admin.strip()}"}}
  - {{name: guard, role: viewer, cameras: [gate], tokens: [{{name: kiosk, hash: "{re.search('sha256:[0-9a-f]{64}', made)[0]}"}}]}}
cameras:
  - {{id: gate, url: "rtsp://127.0.0.1:1/a", start: on_demand}}
  - {{id: door, url: "rtsp://127.0.0.1:1/b", start: on_demand}}
  - {{id: safe, url: "rtsp://127.0.0.1:1/c", start: on_demand, group: vault}}
"""
    with Wall(config, tmp_path_factory.mktemp("abuse")) as wall:
        yield wall.port, {"Authorization": "Bearer " + made.splitlines()[0]}


def ask(port, method, path, fields):
    """(status, fields and body as text); every field as it stands in the list, twice where it stands twice."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        link.putrequest(method, path, skip_accept_encoding=True)
        for name, value in fields:
            link.putheader(name, value)
        link.endheaders()
        answer = link.getresponse()
        return answer.status, f"{answer.headers}\n{answer.read().decode(errors='replace')}"
    finally:
        link.close()


# method, path, fields, what nobody gets
NOBODY = [
    ("GET", "/api/v1/cameras", {}, 401),
    ("HEAD", "/api/v1/cameras", {}, 401),
    ("GET", "/api/v1/cameras/", {}, 401),
    ("GET", "//api/v1/cameras", {}, 400),
    ("GET", "/./api/v1/cameras", {}, 400),
    ("GET", "/login/../api/v1/cameras", {}, 400),
    ("GET", "/login/%2e%2e/api/v1/cameras", {}, 400),
    ("GET", "/login/..%2fapi/v1/cameras", {}, 400),
    ("GET", "/login;/../api/v1/cameras", {}, 400),
    ("GET", "/livez/../api/v1/cameras", {}, 400),
    ("GET", "/api/v1/%63ameras", {}, 401),
    ("GET", "/API/V1/cameras", {}, 401),
    ("GET", "/api/v1/cameras%00", {}, 400),
    ("GET", "/api/v1/cameras?x=/login", {}, 401),
    ("GET", "/api/v1/cameras#/login", {}, 400),
    ("GET", "/link/x/api/v1/cameras", {}, 401),
    ("GET", "/link//api/v1/cameras", {}, 400),
    ("GET", "/link/%00/api/v1/cameras", {}, 400),
    ("GET", "/static/@x/app.js", {}, 401),
    ("GET", "/hls/safe/index.m3u8", {}, 401),
    ("GET", "/metrics", {}, 401),
    ("GET", "/api/v1/cameras", {"X-Original-URL": "/login"}, 401),
    ("GET", "/livez", {"X-Original-URL": "/api/v1/cameras"}, 200),
    ("GET", "/livez", {"X-Rewrite-URL": "/api/v1/cameras"}, 200),
    ("GET", "/api/v1/cameras", {"X-Forwarded-For": "127.0.0.1"}, 401),
    ("GET", "/api/v1/cameras", {"X-Real-IP": "127.0.0.1"}, 401),
    ("GET", "/api/v1/cameras", {"X-Forwarded-User": "boss"}, 401),
    ("GET", "/api/v1/cameras", {"X-Remote-User": "boss"}, 401),
    ("GET", "/api/v1/cameras", {"Forwarded": "for=127.0.0.1"}, 401),
    ("GET", "/api/v1/cameras", {"Origin": "null"}, 401),
    ("GET", "/api/v1/cameras", {"Authorization": ""}, 401),
    ("GET", "/api/v1/cameras", {"Authorization": "Bearer"}, 401),
    ("GET", "/api/v1/cameras", {"Authorization": "Bearer ' or '1'='1"}, 401),
    ("GET", "/api/v1/cameras", {"Authorization": "Basic"}, 401),
    ("GET", "/api/v1/cameras", {"Authorization": "Basic !!!"}, 401),
    ("GET", "/api/v1/cameras", basic("boss"), 401),
    ("GET", "/api/v1/cameras", basic("boss:"), 401),
    ("GET", "/api/v1/cameras", basic("boss:x\0correct horse battery"), 401),
    ("GET", "/api/v1/cameras", basic(":correct horse battery"), 401),
    ("GET", "/api/v1/cameras", {"Authorization": "Digest username=boss"}, 401),
    ("GET", "/api/v1/cameras", {"Cookie": "camwall_session="}, 401),
    ("GET", "/api/v1/cameras", {"Cookie": "camwall_session=../../state/sessions"}, 401),
    ("GET", "/api/v1/cameras", {"Cookie": "__Host-camwall_session=x; camwall_session=y"}, 401),
    ("GET", "/api/v1/cameras?token=x&access_token=x", {}, 401),
    ("POST", "/api/v1/cameras", {"X-HTTP-Method-Override": "GET"}, 401),
    ("POST", "/api/v1/reload", {}, 401),
    ("DELETE", "/api/v1/links", {}, 401),
    ("TRACE", "/api/v1/cameras", {}, 501),
    ("ABC", "/api/v1/cameras", {}, 501),
    ("ABC", "/hls/safe/index.m3u8", {}, 501),
    ("POST", "/api/v1/session", {"Origin": "http://evil.example", "Content-Type": "application/x-www-form-urlencoded"}, 403),
    ("POST", "/api/v1/session", {"Origin": "null", "Content-Type": "application/x-www-form-urlencoded"}, 403),
]

# What a viewer of `gate` gets.
VIEWER = [
    ("GET", "/api/v1/cameras/gate", {}, 200),
    ("GET", SAFE, {}, 404),
    ("GET", "/api/v1/cameras/%73afe", {}, 404),
    ("GET", "/api/v1/cameras/SAFE", {}, 404),
    ("GET", "/api/v1/cameras/gate%2f..%2fsafe", {}, 400),
    ("GET", "/api/v1/cameras/gate/../safe", {}, 400),
    ("GET", SAFE + "?id=gate", {}, 404),
    ("GET", SAFE + "/events", {}, 404),
    ("GET", SAFE + "/snapshot.jpg", {}, 404),
    ("POST", SAFE + "/snapshot/refresh", {}, 404),
    ("GET", "/hls/gate/../safe/main/index.m3u8", {}, 400),
    ("GET", "/hls/gate/main/..%2f..%2fsafe%2fmain%2findex.m3u8", {}, 400),
    ("GET", "/hls/safe/main/index.m3u8", {}, 404),
    ("GET", "/api/v1/cameras?group=vault", {}, 200),
    ("GET", "/api/v1/cameras/gate/configuration", {}, 403),
    ("POST", "/api/v1/cameras/gate/disable", {}, 403),
    ("POST", "/api/v1/cameras/gate/link", {}, 403),
    ("POST", SAFE + "/disable", {}, 403),  # As for a camera that he may see: no viewer may.
    ("GET", "/api/v1/cameras/gate/configuration", {"X-Forwarded-User": "boss"}, 403),
    ("GET", "/api/v1/cameras/gate/configuration", {"X-HTTP-Method-Override": "DELETE"}, 403),
    ("POST", "/api/v1/reload", {}, 403),
    ("POST", "/api/v1/probe", {}, 403),
    ("GET", "/api/v1/tokens", {}, 403),
    ("GET", "/metrics", {}, 403),
]


@pytest.mark.parametrize("method,path,fields,status", NOBODY)
def test_lets_nobody_in_by_another_way(stage, method, path, fields, status):
    got, said = ask(stage[0], method, path, list(fields.items()))
    assert got == status, said
    assert not any(word in said for word in HIDDEN), said


@pytest.mark.parametrize("method,path,fields,status", VIEWER)
def test_shows_a_viewer_no_other_camera_by_another_way(stage, method, path, fields, status):
    got, said = ask(stage[0], method, path, [*stage[1].items(), *fields.items()])
    assert got == status, said
    told = said.replace(path, "")  # The question itself is no news.
    assert not any(word in told for word in HIDDEN), said


def test_a_second_login_adds_nothing_to_the_first(stage):
    port, viewer = stage
    for first, second, status in ((("Authorization", "Bearer x"), *viewer.items(), 401), (*viewer.items(), ("Authorization", "Bearer x"), 200)):
        assert ask(port, "GET", "/api/v1/cameras", [first, second])[0] == status
