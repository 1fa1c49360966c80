"""Users, roles, sessions, tokens and links over a real server: who gets what, and what a browser is allowed."""

import base64
import http.client
import json
import pathlib
import re
import sys
import time
import urllib.parse

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from asker import PASSWORDS, Asker, camwall, hashes  # noqa: E402,F401
from support.websocket_raw import WebSocket, handshake_fields  # noqa: E402
from wall import Wall, wait_until  # noqa: E402

ROLES = {"": 0, "guard": 1, "ops": 2, "boss": 3}
NOT_ALLOWED = 4001


@pytest.fixture(scope="module")
def token():
    made = camwall("make-token", "--name", "kiosk")
    return made.stdout.splitlines()[0], re.search(r"sha256:[0-9a-f]{64}", made.stdout)[0]


def config(hashes, token, server="", extra="", guard_cameras="[gate]"):
    return f"""
server:
  listen: 127.0.0.1:0
  basic_auth: true
  cors_origins: [https://intra.example]
  trusted_proxies: [127.0.0.1]
{server}
hls: {{directory: hls}}
state_dir: state
users:
  - {{name: boss, role: admin, password_hash: "{hashes['boss']}"}}
  - {{name: ops, role: operator, password_hash: "{hashes['ops']}"}}
  - name: guard
    role: viewer
    password_hash: "{hashes['guard']}"
    cameras: {guard_cameras}
    groups: [yard]
    tokens: [{{name: kiosk, hash: "{token[1]}"}}]
{extra}
cameras:
  - {{id: gate, url: "rtsp://127.0.0.1:1/a", start: on_demand}}
  - {{id: door, url: "rtsp://127.0.0.1:1/b", start: on_demand, group: yard}}
  - {{id: safe, url: "rtsp://127.0.0.1:1/c", start: on_demand, group: vault}}
"""


@pytest.fixture(scope="module")
def wall(hashes, token):
    with Wall(config(hashes, token)) as running:
        yield running


@pytest.fixture(scope="module")
def people(wall):
    """{user: an Asker who is logged in}; "" is nobody."""
    out = {"": Asker(wall)}
    for user in PASSWORDS:
        out[user] = Asker(wall)
        assert out[user].log_in(user).status == 200
    return out


def reference_routes():
    """[(method, path, least role)] of the table in docs/reference/api.md; 0: everybody."""
    text = (pathlib.Path(__file__).resolve().parents[2] / "docs/reference/api.md").read_text()
    words = {"everybody": 0, "viewer": 1, "operator": 2, "admin": 3}
    rows = re.findall(r"^\| `(\w+) (\S+)` \| (\w+) \|$", text, re.MULTILINE)
    assert len(rows) > 20
    return [(method, path, words[role]) for method, path, role in rows]


@pytest.mark.parametrize("method,path,least", reference_routes())
def test_gives_every_route_to_its_roles(people, method, path, least):
    if (method, path) == ("DELETE", "/api/v1/session"):
        return  # Would log out; a test of its own.
    for user, role in ROLES.items():
        target = re.sub(r":(id|camera)\b", "gate", path)
        target = re.sub(r":\w+|\*", "x", target)
        # The answer to a GET of events has no end.
        answer = people[user].ask("HEAD" if path == "/api/v1/events" else method, target)
        said = f"{method} {target} as {user or 'nobody'}: {answer.status}"
        if path == "/metrics" and user == "guard":
            assert answer.status == 403, said  # It names cameras that he may not know of.
        elif role >= least:
            # The camera itself may not be changed, by nobody.
            assert answer.status != 403 or json.loads(answer.text)["code"] == "camera_read_only", said
            assert answer.status != 401 or path == "/api/v1/session", said
        else:
            assert answer.status == (401 if role == 0 else 403), said
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_hides_cameras_that_somebody_may_not_know_of(people):
    guard = people["guard"]
    assert [x["id"] for x in json.loads(guard.get("/api/v1/cameras").text)["cameras"]] == ["gate", "door"]
    for path in ("/api/v1/cameras/{}", "/api/v1/cameras/{}/events", "/hls/{}/index.m3u8", "/hls/{}/main/video.m3u8"):
        hidden, absent = guard.get(path.format("safe")), guard.get(path.format("nothing"))
        assert (hidden.status, hidden.text) == (absent.status, absent.text) == (404, hidden.text)
        assert people["ops"].get(path.format("safe")).status != 404


def test_sends_a_browser_to_the_login_and_back(wall, people):
    answer = people[""].get("/?kiosk=1", Accept="text/html")
    assert (answer.status, answer.headers["Location"]) == (303, "/login?next=/%3Fkiosk%3D1")
    page = people[""].get("/login")
    assert page.status == 200 and "<form" in page.text and "<script>" not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    for name in re.findall(r'(?:src|href)="(/[^"]+)"', page.text) + ["/login/words.js"]:
        assert people[""].get(name).status == 200, name
    form = urllib.parse.urlencode({"user": "ops", "password": PASSWORDS["ops"], "next": "/?kiosk=1"})
    kind = "application/x-www-form-urlencoded"
    answer = people[""].ask("POST", "/api/v1/session", form, Content_Type=kind)
    assert (answer.status, answer.headers["Location"]) == (303, "/?kiosk=1")
    evil = form.replace(urllib.parse.quote("/?kiosk=1", safe=""), "%2F%2Fevil.example")
    assert people[""].ask("POST", "/api/v1/session", evil, Content_Type=kind).headers["Location"] == "/"


def test_a_session_is_one_cookie_that_scripts_cannot_read(wall):
    answer = Asker(wall).log_in("ops", remember=True)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie and "Max-Age=31536000" in cookie
    assert "Secure" not in cookie
    behind = Asker(wall)
    answer = behind.log_in("ops", X_Forwarded_For="192.0.2.7", X_Forwarded_Proto="https")
    assert answer.headers["Set-Cookie"].startswith("__Host-camwall_session=") and "; Secure" in answer.headers["Set-Cookie"]
    assert behind.get("/api/v1/session", X_Forwarded_For="192.0.2.7", X_Forwarded_Proto="https").status == 200
    assert behind.get("/api/v1/session").status == 401


def test_logs_out_and_ends_what_is_open(wall):
    ops = Asker(wall)
    ops.log_in("ops")
    with WebSocket_of(wall, ops.cookie) as socket:
        assert json.loads(socket.hear()[1])["type"] == "hello"
        assert ops.ask("DELETE", "/api/v1/session").status == 204
        assert socket.heard_close() == NOT_ALLOWED
    assert ops.get("/api/v1/session").status == 401


class WebSocket_of(WebSocket):
    """A socket of the wall that brings fields of its own along."""

    def __init__(self, wall, cookie=None, target="/ws/wall", **fields):
        super(WebSocket, self).__init__(("127.0.0.1", wall.port))
        more = handshake_fields(**fields) + (f"Cookie: {cookie}\r\n" if cookie else "")
        self.send(self.request(target, fields=more))
        self.status = self.answer().status

    def cameras(self, n):
        """The ids of the first `n` cameras that it is told."""
        seen = []
        while len(seen) < n:
            message = json.loads(self.hear()[1])
            if message["type"] == "camera":
                seen.append(message["camera"]["id"])
        return seen


def test_a_socket_shows_only_the_cameras_of_its_user(wall, people, token):
    with WebSocket_of(wall) as socket:
        assert socket.heard_close() == NOT_ALLOWED
    with WebSocket_of(wall, people["guard"].cookie) as socket:
        assert socket.cameras(2) == ["gate", "door"]
        for camera in ("safe", "nothing"):
            socket.say(1, json.dumps({"type": "subscribe", "channel": 1, "camera": camera, "stream": "", "format": "fmp4", "audio": False}).encode())
            closed = json.loads(socket.hear()[1])
            assert (closed["type"], closed["code"], closed["reason"]) == ("closed", "not_found", "there is no camera with this id")
    with WebSocket_of(wall, people["guard"].cookie, "/ws/stream?id=safe") as socket:
        assert socket.heard_close() == 4004
    with WebSocket_of(wall, Authorization=f"Bearer {token[0]}") as socket:
        assert socket.cameras(2) == ["gate", "door"]
    with WebSocket_of(wall, people["ops"].cookie) as socket:
        assert socket.cameras(3) == ["gate", "door", "safe"]


ORIGINS = [("http://evil.example", 403), ("null", 403), ("https://intra.example", 101), (None, 101)]


@pytest.mark.parametrize("origin,status", ORIGINS)
def test_opens_sockets_for_its_own_pages_only(wall, people, origin, status):
    with WebSocket_of(wall, people["ops"].cookie, Origin=origin) as socket:
        assert socket.status == status


def test_changes_nothing_for_pages_of_other_origins(wall, people):
    for origin in ("http://evil.example", "null", "http://localhost.evil.example", f"http://127.0.0.1:{wall.port + 1}"):
        answer = people["ops"].ask("POST", "/api/v1/cameras/gate/restart", Origin=origin)
        assert (answer.status, json.loads(answer.text)["code"]) == (403, "cross_origin")
    assert people["ops"].ask("POST", "/api/v1/cameras/gate/restart", Origin=f"http://127.0.0.1:{wall.port}").status == 202
    preflight = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "authorization"}
    listed = people[""].ask("OPTIONS", "/api/v1/cameras", Origin="https://intra.example", **preflight)
    assert (listed.status, listed.headers["Access-Control-Allow-Origin"]) == (204, "https://intra.example")
    assert "Access-Control-Allow-Credentials" not in listed.headers
    other = people[""].ask("OPTIONS", "/api/v1/cameras", Origin="http://evil.example", **preflight)
    assert "Access-Control-Allow-Origin" not in other.headers


def test_takes_tokens_and_basic_passwords(wall, people, token):
    nobody = people[""]
    assert nobody.get("/api/v1/cameras/gate", Authorization=f"Bearer {token[0]}").status == 200
    assert nobody.get("/api/v1/cameras/safe", Authorization=f"Bearer {token[0]}").status == 404
    assert nobody.get("/api/v1/cameras", Authorization="Bearer cw_wrong").status == 401
    basic = "Basic " + base64.b64encode(f"ops:{PASSWORDS['ops']}".encode()).decode()
    assert nobody.get("/api/v1/cameras/safe", Authorization=basic).status == 200
    begin = time.monotonic()
    for _ in range(50):
        assert nobody.get("/api/v1/cameras/safe", Authorization=basic).status == 200
    assert time.monotonic() - begin < 2.5, "the password is checked for each request"
    wrong = nobody.get("/api/v1/cameras", Authorization="Basic " + base64.b64encode(b"ops:x").decode())
    assert (wrong.status, wrong.headers["WWW-Authenticate"]) == (401, 'Basic realm="camwall", charset="UTF-8"')
    for broken in ("Basic", "Basic !!!", "Basic " + base64.b64encode(b"nocolon").decode(), "Bearer", "Bearer ", "Digest x"):
        assert nobody.get("/api/v1/cameras", Authorization=broken).status == 401, broken


def test_takes_no_password_that_others_could_read(wall):
    far = {"X_Forwarded_For": "192.0.2.7"}
    answer = Asker(wall).log_in("ops", **far)
    assert (answer.status, json.loads(answer.text)["code"]) == (403, "plain_http")
    answer = Asker(wall).get("/api/v1/cameras", Authorization="Bearer x", **far)
    assert (answer.status, json.loads(answer.text)["code"]) == (403, "plain_http")


def test_opens_one_camera_by_a_link_until_it_is_void(wall, people):
    made = people["ops"].ask("POST", "/api/v1/cameras/door/link", '{"expires_s": 600}')
    link = json.loads(made.text)
    assert made.status == 201
    nobody = people[""]
    assert nobody.get(link["path"] + "/api/v1/cameras/door").status == 200
    assert nobody.get(link["path"] + "/api/v1/cameras/gate").status == 404
    assert nobody.get(link["path"] + "/metrics").status == 403
    answer = nobody.get(link["hls"])
    assert (answer.status, answer.headers["Location"]) == (307, "../door/main/index.m3u8")
    opened = nobody.get(link["path"])
    guest = Asker(wall, opened.headers["Set-Cookie"].split(";")[0])
    assert [x["id"] for x in json.loads(guest.get("/api/v1/cameras").text)["cameras"]] == ["door"]
    with WebSocket_of(wall, guest.cookie) as socket, WebSocket_of(wall, target=link["stream"]) as stream:
        assert socket.cameras(1) == ["door"]
        assert stream.status == 101
        assert people["boss"].ask("DELETE", "/api/v1/links").status == 204
        assert socket.heard_close() == NOT_ALLOWED
    assert guest.get("/api/v1/cameras").status == 401
    assert nobody.get(link["path"]).status == 404


def test_makes_guessing_slow_and_counts_it(hashes, token):
    with Wall(config(hashes, token, server="  health_access: users")) as wall:
        boss = Asker(wall)
        assert boss.log_in("boss").status == 200
        nobody = Asker(wall)
        guesses = [nobody.log_in("ops", "guess").status for _ in range(8)]
        assert guesses[:4] == [401] * 4 and 429 in guesses and set(guesses) == {401, 429}
        held = nobody.log_in("ops", "guess")
        assert held.status == 429 and int(held.headers["Retry-After"]) >= 1
        metrics = boss.get("/metrics").text
        assert 'camwall_logins_total{result="accepted"} 1\n' in metrics
        assert float(re.search(r'camwall_logins_total{result="throttled"} (\d+)', metrics)[1]) >= 1
        assert "camwall_sessions 1\n" in metrics
        log = wall.log()
        assert not any(word in log for word in ("guess", *PASSWORDS.values()))


def test_holds_back_an_address_that_asks_too_often(hashes, token):
    with Wall(config(hashes, token, extra="limits: {requests_per_second: 5}")) as wall:
        nobody = Asker(wall)
        seen = [nobody.get("/livez", X_Forwarded_For="192.0.2.7").status for _ in range(40)]
        assert seen[:20] == [200] * 20 and 429 in seen
        assert nobody.get("/livez", X_Forwarded_For="192.0.2.8").status == 200
        assert nobody.get("/livez", X_Forwarded_For="192.0.2.7, 192.0.2.9").status == 200, "the last hop counts"


def test_remembers_logins_and_revocations_over_restarts_and_forgets_changed_users(hashes, token):
    with Wall(config(hashes, token)) as wall:
        people = {user: Asker(wall) for user in PASSWORDS}
        for user, one in people.items():
            assert one.log_in(user, remember=True).status == 200
        tokens = json.loads(people["boss"].get("/api/v1/tokens").text)["tokens"]
        assert [(x["user"], x["name"], x["revoked"]) for x in tokens] == [("guard", "kiosk", False)]
        assert people["boss"].ask("DELETE", f"/api/v1/tokens/{tokens[0]['id']}").status == 204
        state = (wall.folder / "state" / "access.json").read_text()
        assert not any(one.cookie.split("=")[1] in state for one in people.values())
        wall.stop(how=9)
        changed = {**hashes, "ops": camwall("hash-password", given="another-pass\n").stdout.strip()}
        wall.config_file.write_text(config(changed, token))
        wall.start()
        for one in people.values():
            one.port = wall.port
        assert people["guard"].get("/api/v1/session").status == 200
        assert people["ops"].get("/api/v1/session").status == 401
        assert Asker(wall).get("/api/v1/cameras", Authorization=f"Bearer {token[0]}").status == 401


def test_takes_the_first_administrator_from_the_environment(hashes):
    text = 'server: {listen: "127.0.0.1:0"}\nhls: {directory: hls}\nstate_dir: state\ncameras: []\n'
    with Wall(text, environment={"CAMWALL_ADMIN_PASSWORD_HASH": hashes["boss"]}) as wall:
        admin = Asker(wall)
        assert admin.get("/api/v1/cameras").status == 401
        assert admin.log_in("admin", PASSWORDS["boss"]).status == 200
        assert json.loads(admin.get("/api/v1/session").text)["role"] == "admin"


def test_many_logins_at_once_are_answered_and_disturb_nobody(wall, people):
    """Argon2 has a thread of its own: while it works through a queue, others are answered at once."""
    links = []
    for i in range(40):
        link = http.client.HTTPConnection("127.0.0.1", wall.port, timeout=20)
        body = json.dumps({"user": f"stranger{i}", "password": "x"})
        link.request("POST", "/api/v1/session", body, {"Content-Type": "application/json", "X-Forwarded-For": f"192.0.2.{i}", "X-Forwarded-Proto": "https"})
        links.append(link)
    slowest = 0.0
    for _ in range(10):
        begin = time.monotonic()
        assert people["ops"].get("/api/v1/cameras").status == 200
        slowest = max(slowest, time.monotonic() - begin)
    seen = []
    for link in links:
        answer = link.getresponse()
        seen.append(answer.status)
        assert answer.status != 503 or answer.headers["Retry-After"]
        link.close()
    assert set(seen) == {401, 503} and seen.count(401) >= 16
    assert slowest < 0.5
    wait_until(lambda: 'camwall_limit_reached_total{limit="login_queue"}' in people["ops"].get("/metrics").text, 5, "it is counted")
