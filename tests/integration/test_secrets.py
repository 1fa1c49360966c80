"""Marked secrets stand in every place that can hold one; everything is done with them, failures included; then everything that anybody
but their owner can see is searched for them."""

import base64
import contextlib
import dataclasses
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import urllib.parse

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from live_client import LiveClient  # noqa: E402
from simulator import Simulator, build_dir  # noqa: E402
from wall import Wall, children, wait_until  # noqa: E402

PORT = 22500
NASTY = "@:/%?#&+ '\"\\ä"
JSON = "application/json"
READ_AGAIN = "the configuration was read again"


@dataclasses.dataclass(frozen=True)
class Secret:
    """`mark` is what is searched for: letters and digits, so that every way to encode it but base64 leaves it as it is."""

    place: str
    value: str
    mark: str


class Secrets:
    """One for each place that can hold a secret."""

    def __init__(self):
        self.all = []

    def add(self, place, value=None, nasty=True):
        """Makes one up; or notes one that the server made."""
        mark = value or f"Mk{len(self.all):02}x{os.urandom(5).hex()}"
        self.all.append(Secret(place, value or mark + (NASTY if nasty else ""), mark))
        return self.all[-1].value

    def found_in(self, data):
        """Places of the secrets that `data` (bytes) holds: plain, percent-encoded, within JSON, or in base64 at any offset."""
        return [secret.place for secret in self.all if any(form in data for form in forms_of(secret.mark))]


def forms_of(mark):
    """`mark` itself, and as it looks within base64 that begins up to two bytes before it."""
    yield mark.encode()
    for before in range(3):
        text = base64.b64encode(b"\0" * before + mark.encode()).decode()
        inner = text[4 if before else 0:len(text) - len(text) % 4 - 4]
        yield inner.encode()
        yield inner.replace("+", "-").replace("/", "_").encode()
    yield mark.encode().hex().encode()


def camwall(*arguments, given="", code=0):
    result = subprocess.run([build_dir() / "camwall", *arguments], input=given, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == code, result
    return result


class Asker:
    """Keeps all that the server ever answered, fields included."""

    def __init__(self, wall, heard):
        self.port = wall.port
        self.heard = heard
        self.fields = {}

    def __call__(self, method, path, body=None, heard=True, **fields):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        given = {**self.fields, **{name.replace("_", "-"): value for name, value in fields.items()}}
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        if body is not None:
            given.setdefault("Content-Type", JSON)
        try:
            link.request(method, path, body, given)
            answer = link.getresponse()
            raw = answer.read()
        finally:
            link.close()
        if heard:
            self.heard.append((f"{method} {re.sub('[^/]{24,}', '…', path)} {answer.status}", str(answer.headers).encode() + raw))
        return answer.status, answer.headers, raw

    def json(self, *arguments, **more):
        return json.loads(self(*arguments, **more)[2])


def configuration(secrets, cameras, hashes, token_hash):
    name, facts = next(iter(cameras.cameras.items()))
    quoted = urllib.parse.quote(secrets.add("password in an address"), safe="")
    return f"""
server: {{listen: "127.0.0.1:0", basic_auth: true}}
hls: {{directory: hls}}
state_dir: state
secrets_file: secrets.yaml
reload: {{settle: 100ms}}
test_only: {{time_scale: 20}}
log: {{level: debug}}
webhooks: [{{name: closed, url: "http://127.0.0.1:1/{secrets.add("a webhook's address", nasty=False)}", after: 0s,
            secret: "{secrets.add("a webhook's key", nasty=False)}-signs"}}]
users:
  - {{name: boss, role: admin, password_hash: "{hashes['boss']}"}}
  - {{name: guard, role: viewer, password_hash: "{hashes['guard']}", tokens: [{{name: kiosk, hash: "{token_hash}"}}]}}
cameras:
  - {{id: live, url: {json.dumps(cameras.bare_url(name))}, username: {facts['user']}, password: "${{FROM_SECRETS_FILE}}"}}
  - {{id: wrong, url: {json.dumps(cameras.url(name, user="admin", password="x").replace(":x@", ":" + quoted + "@"))}}}
  - {{id: closed, url: "rtsp://127.0.0.1:1/a", username: admin, password: "${{FROM_ENVIRONMENT}}"}}
  - {{id: dotted, url: "rtsp://127.0.0.1:1/b", username: u, password: "${{FROM_DOT_ENV}}"}}
  - {{id: filed, url: "rtsp://127.0.0.1:1/c", sub_url: !file sub_url}}
"""


class Stage:
    """A wall with secrets everywhere, and what was heard of it."""

    def __init__(self, folder, cameras, secrets, camera_password):
        self.folder, self.cameras, self.secrets = folder, cameras, secrets
        self.heard = []
        self.passwords = {user: secrets.add(f"password of {user}") for user in ("boss", "guard")}
        hashes = {user: camwall("hash-password", given=x + "\n").stdout.strip() for user, x in self.passwords.items()}
        made = camwall("make-token", "--name", "kiosk").stdout
        self.token = secrets.add("token", made.splitlines()[0])
        (folder / "secrets.yaml").write_text("FROM_SECRETS_FILE: " + json.dumps(camera_password, ensure_ascii=False) + "\n")
        (folder / ".env").write_text("FROM_DOT_ENV=" + secrets.add("dot env", nasty=False) + "\n")
        (folder / "sub_url").write_text(f"rtsp://u:{secrets.add('address in a file', nasty=False)}@127.0.0.1:1/c\n")
        for name in ("secrets.yaml", ".env", "sub_url"):
            (folder / name).chmod(0o600)
        for user, told in hashes.items():
            secrets.add(f"hash of {user}", told.rpartition("$")[2])
        self.text = configuration(secrets, cameras, hashes, re.search(r"sha256:[0-9a-f]{64}", made)[0])
        self.wall = Wall(self.text, folder, environment={"FROM_ENVIRONMENT": secrets.add("environment")})

    def start(self):
        self.wall.start()
        self.nobody = Asker(self.wall, self.heard)
        self.boss = Asker(self.wall, self.heard)
        status, fields, _ = self.nobody("POST", "/api/v1/session", {"user": "boss", "password": self.passwords["boss"]}, heard=False)
        assert status == 200
        cookie = fields["Set-Cookie"].split(";")[0]
        self.secrets.add("session", cookie.partition("=")[2])
        self.boss.fields = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{self.wall.port}"}
        wait_until(lambda: self.boss.json("GET", "/api/v1/cameras/live", heard=False)["phase"] == "live", 40, self.wall.log)


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    secrets = Secrets()
    password = secrets.add("password of a camera that is live", nasty=False)
    camera = {"name": "gate", "label": "Gate", "auth": "digest", "user": "admin", "password": password,
              "streams": [{"path": "main", "clip": "cam01_sub.mov"}]}
    with Simulator(demo=0, cameras=[camera], port=PORT) as cameras:
        made = Stage(tmp_path_factory.mktemp("secrets"), cameras, secrets, password)
        made.start()
        try:
            go_through_everything(made)
            yield made
        finally:
            made.wall.stop()


def go_through_everything(stage):
    """In this order: what fails before anybody is known, what users do, what operators do, what goes wrong by itself."""
    fail_to_log_in(stage)
    with listening_at_the_wall(stage):
        change_cameras(stage)
        ask_for_everything(stage)
        load_bad_files(stage)
        crash_a_worker(stage)
    ask_for_everything(stage)
    look_at_processes(stage)
    probe_by_hand(stage)


@contextlib.contextmanager
def listening_at_the_wall(stage):
    """What the page hears meanwhile, of cameras of every sort."""
    with LiveClient(stage.wall, fields="".join(f"{name}: {value}\r\n" for name, value in stage.boss.fields.items())) as socket:
        for channel, camera in enumerate(("live", "wrong", "closed", "nothing")):
            socket.subscribe(channel, camera, stream="", format="fmp4", audio=False)
        yield
        wait_until(lambda: socket.heard("closed", code="not_found") and socket.chunks and socket.heard("camera"), 20, "pictures and words")
        stage.heard.append(("the wall's socket", json.dumps(socket.texts, ensure_ascii=False).encode()))


def probe_by_hand(stage):
    """The command line: a login within the address, and one over the standard input."""
    inside = stage.secrets.add("camwall probe, in the address", nasty=False)
    beside = stage.secrets.add("camwall probe, beside the address")
    for arguments, given in (([f"rtsp://u:{inside}@127.0.0.1:1/x"], ""), (["rtsp://127.0.0.1:1/x", "--username", "u", "--password-stdin"], beside + "\n")):
        said = subprocess.run([build_dir() / "camwall", "probe", *arguments], input=given, capture_output=True, text=True, check=False, timeout=60)
        stage.heard.append(("camwall probe", (said.stdout + said.stderr).encode()))


def fail_to_log_in(stage):
    secrets, ask = stage.secrets, stage.nobody
    wrong = secrets.add("wrong password")
    ask("POST", "/api/v1/session", {"user": "boss", "password": wrong})
    ask("POST", "/api/v1/session", {"user": secrets.add("password in place of the user"), "password": wrong})
    ask("POST", "/api/v1/session", '{"user": "boss", "password": "' + secrets.add("password in broken JSON", nasty=False))
    ask("POST", "/api/v1/session", urllib.parse.urlencode({"user": "boss", "password": secrets.add("password in a form"), "next": "/"}),
        Content_Type="application/x-www-form-urlencoded")
    basic = base64.b64encode(f"boss:{secrets.add('basic password')}".encode()).decode()
    ask("GET", "/api/v1/cameras", Authorization=f"Basic {basic}")
    ask("GET", "/api/v1/cameras", Authorization=f"Bearer {secrets.add('unknown token', nasty=False)}")
    ask("GET", "/api/v1/cameras", Authorization=f"Bearer {stage.token}")
    ask("GET", "/api/v1/cameras", Cookie=f"camwall_session={secrets.add('unknown session', nasty=False)}")
    ask("GET", f"/link/{secrets.add('unknown link', nasty=False)}/")
    ask("GET", f"/api/v1/cameras?password={secrets.add('query of nobody', nasty=False)}")


def change_cameras(stage):
    secrets, ask = stage.secrets, stage.boss
    url = f"rtsp://u:{secrets.add('address of a new camera', nasty=False)}@127.0.0.1:1/x"
    # 201, or what the probe said of an address where nobody answers.
    ask("POST", "/api/v1/cameras", {"id": "probed", "url": url})
    status, fields, raw = ask("POST", "/api/v1/cameras?probe=false", {"id": "made", "url": "rtsp://127.0.0.1:1/y", "username": "u",
                                                                     "password": secrets.add("password of a new camera")})
    assert status == 201, raw
    etag = fields["ETag"]
    status, fields, raw = ask("PATCH", "/api/v1/cameras/made/configuration?probe=false", {"password": secrets.add("changed password")},
                              If_Match=etag, Content_Type="application/merge-patch+json")
    assert status == 200, raw
    ask("PATCH", "/api/v1/cameras/made/configuration?probe=false", {"password": [secrets.add("password of a wrong type", nasty=False)]},
        If_Match=fields["ETag"], Content_Type="application/merge-patch+json")
    ask("PUT", "/api/v1/cameras/made/configuration", {"id": "made", "url": f"rtsp://u:{secrets.add('broken address')}@h"},
        If_Match=fields["ETag"])
    ask("PUT", "/api/v1/cameras/live/configuration", {"id": "live", "url": url}, If_Match=fields["ETag"])
    ask("POST", "/api/v1/probe", {"url": stage.cameras.url("gate", user="admin", password=secrets.add("probe, wrong", nasty=False))})
    ask("POST", "/api/v1/probe", {"url": "rtsp://127.0.0.1:1/z", "username": "u", "password": secrets.add("probe, closed")})
    ask("POST", "/api/v1/probe", {"url": f"http://u:{secrets.add('probe, no address')}@h/"})
    link = ask.json("POST", "/api/v1/cameras/live/link", {"expires_s": 600}, heard=False)
    secrets.add("link", link["path"].rstrip("/").rpartition("/")[2])
    stage.nobody("GET", link["path"] + "/api/v1/cameras/live", heard=False)
    stage.nobody("GET", link["path"] + "x")


def ask_for_everything(stage):
    """Every GET of the API's document and of the table of routes, as administrator and as nobody."""
    paths = list(stage.boss.json("GET", "/api/v1/openapi.json")["paths"])
    paths += ["/", "/login", "/metrics", "/livez", "/readyz", "/health", "/version", "/nothing", "/static/app.js"]
    for path in paths:
        if path == "/api/v1/events":
            continue  # Has no end; listened to below.
        for name in ("live", "wrong", "closed", "made"):
            target = re.sub(r"{\w+}", name, path)
            stage.boss("GET", target)
            if "{" not in path:
                stage.nobody("GET", target)
                break


def load_bad_files(stage):
    """A file with mistakes, each at a secret; and a server-sent event stream that hears of it."""
    secrets, wall = stage.secrets, stage.wall
    events = http.client.HTTPConnection("127.0.0.1", wall.port, timeout=30)
    events.request("GET", "/api/v1/events", headers=stage.boss.fields)
    stream = events.getresponse()
    bad = stage.text + f"""  - {{id: live, url: "rtsp://u:{secrets.add('bad file, twice', nasty=False)}@h/"}}
  - {{id: b1, url: "rtsp://u:{secrets.add('bad file, no host', nasty=False)}@"}}
  - {{id: b2, url: "rtsp://h/", username: u, pasword: "{secrets.add('bad file, unknown key', nasty=False)}"}}
  - {{id: b3, url: "rtsp://h/", username: u, password: ["{secrets.add('bad file, wrong type', nasty=False)}"]}}
  - {{id: b4, url: "{secrets.add('bad file, no address', nasty=False)}"}}
"""
    wall.config_file.write_text(bad)
    said = camwall("check", "--config", str(wall.config_file), code=2)
    stage.heard.append(("camwall check", (said.stdout + said.stderr).encode()))
    stage.boss("POST", "/api/v1/reload")
    heard = b""
    while b"reload_failed" not in heard:
        line = stream.readline()
        assert line, "the stream of events ended"
        heard += line
    events.close()
    stage.heard.append(("server-sent events", heard))
    stage.boss("GET", "/api/v1/status")
    wall.config_file.write_text(stage.text.replace(", sub_url: !file sub_url", ""))
    difference = subprocess.run([build_dir() / "camwall", "check", "--diff", "--config", wall.config_file], capture_output=True, check=False, timeout=60)
    stage.heard.append(("camwall check --diff", difference.stdout + difference.stderr))
    wait_until(lambda: READ_AGAIN in wall.log(), 20, wall.log)


def crash_a_worker(stage):
    pid = stage.wall.workers()["live/main"]
    os.kill(pid, signal.SIGABRT)
    wait_until(lambda: stage.wall.workers().get("live/main", pid) != pid, 30, "another worker")
    wait_until(lambda: stage.boss.json("GET", "/api/v1/cameras/live", heard=False)["phase"] == "live", 40, stage.wall.log)


def look_at_processes(stage):
    """Titles, arguments and environments of the wall and its children. What the operator himself put into the wall's environment is
    there, and nowhere else."""
    for pid in [stage.wall.pid, *children(stage.wall.pid)]:
        for name in ("cmdline", "comm", "environ", "maps", "mountinfo"):
            if (pid, name) == (stage.wall.pid, "environ"):
                continue
            try:
                stage.heard.append((f"/proc/{name} of {'the wall' if pid == stage.wall.pid else 'a child'}",
                                    pathlib.Path(f"/proc/{pid}/{name}").read_bytes()))
            except OSError:
                continue
        for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            try:
                stage.heard.append(("name of an open file", os.readlink(descriptor).encode()))
            except OSError:
                continue


def leaks(stage, pieces):
    return sorted({f"{secret} in {where}" for where, data in pieces for secret in stage.secrets.found_in(data)})


def test_the_search_finds_what_it_looks_for(stage):
    secret = stage.secrets.all[0]
    for text in (secret.value, urllib.parse.quote(secret.value), json.dumps(secret.value), base64.b64encode(b"u:" + secret.value.encode()).decode(),
                 base64.urlsafe_b64encode(b"me:" + secret.value.encode()).decode(), secret.value.encode().hex()):
        assert stage.secrets.found_in(b"x " + text.encode() + b" y"), text


def test_no_answer_page_event_or_process_tells_a_secret(stage):
    assert len(stage.secrets.all) > 30 and len(stage.heard) > 100
    assert leaks(stage, stage.heard) == []


def test_no_process_leaves_its_memory_behind(stage):
    for pid in [stage.wall.pid, *children(stage.wall.pid)]:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
            assert re.search(r"^Max core file size +0 ", limits, re.M), limits
            assert int(pathlib.Path(f"/proc/{pid}/coredump_filter").read_text(), 16) == 0


def test_no_log_tells_a_secret(stage):
    log = stage.wall.log_file.read_bytes()
    assert b"wrong" in log and b"made" in log
    assert leaks(stage, [("the log", log)]) == []


def test_no_file_tells_a_secret_but_those_that_keep_it(stage):
    """Passwords of cameras that the API was given stand in the file that the API keeps, which nobody else may read. Nothing else does."""
    own = {stage.wall.config_file, stage.folder / "secrets.yaml", stage.folder / ".env", stage.folder / "sub_url"}
    kept = {path for path in (stage.folder / "cameras.d").glob("api-*.yaml")}
    assert kept and all(path.stat().st_mode & 0o077 == 0 for path in kept)
    others = [path for path in stage.folder.rglob("*") if path.is_file() and path not in own | kept]
    assert any(path.parts[-2] == "state" for path in others)
    assert any(path.parts[-4:-2] == ("hls", "live") for path in others)
    pieces = []
    for path in others:
        with contextlib.suppress(FileNotFoundError):  # A segment may have had its time.
            pieces.append((str(path.relative_to(stage.folder)), path.read_bytes()))
    assert leaks(stage, pieces) == []
    given = {"password of a new camera", "changed password", "address of a new camera"}
    for path in kept:
        assert {x for x in stage.secrets.found_in(path.read_bytes())} <= given
