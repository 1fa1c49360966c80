"""Cameras that are added, changed and removed over HTTP while the wall runs: what is on the disk then, what is on the wall, and who is
told. The whole server, with cameras that answer."""

import concurrent.futures
import http.client
import itertools
import json
import os
import pathlib
import queue
import random
import re
import signal
import socket
import sys
import threading

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from http_raw import Raw  # noqa: E402
from scripted_camera import ScriptedCamera  # noqa: E402
from simulator import Simulator  # noqa: E402
from wall import Wall, wait_until  # noqa: E402

PORT = 23000
NOBODY = "rtsp://127.0.0.1:23099/x"  # No camera listens there.
SECRET = "Ge%heim/7@:x"
KILLS = int(os.environ.get("CAMWALL_KILLS", "30"))
SERVERS = 3  # At a time.
SEED = 2026
LONGEST_RUN_S = 0.25
MERGE = "application/merge-patch+json"
FOREIGN = b"# by hand\r\ncameras:\n  - {id: hand, url: 'rtsp://127.0.0.1:23099/hand', enabled: false}\n\n"


def config(cameras, extra=""):
    return ("server:\n  listen: 127.0.0.1:0\nhls:\n  directory: hls\nstate_dir: state\n" + extra + "cameras:\n"
            + "".join("  - " + json.dumps(x) + "\n" for x in cameras))


COMPAT = "compat:\n" + "".join(f'  - {{profile: {name}, listen: "127.0.0.1:0", role: admin}}\n' for name in ("django_jpeg", "jsmpeg"))


@pytest.fixture(scope="module")
def cameras():
    mounts = [{"name": "gate", "auth": "digest", "user": "us er", "password": SECRET,
               "streams": [{"path": "main", "clip": "cam01_sub.mov"}]},
              {"name": "yard", "streams": [{"path": "main", "clip": "cam02_sub.mov"}]}]
    with Simulator(cameras=mounts, port=PORT) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def wall(cameras, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wall")
    (folder / "cameras.d").mkdir()
    (folder / "cameras.d" / "hand.yaml").write_bytes(FOREIGN)
    with Wall(config([{"id": "main", "url": cameras.url("yard")}], COMPAT), folder=folder) as running:
        running.wait_for("main", lambda c: c["phase"] == "live")
        yield running


def call(port, method, path, body=None, headers=None, kind="application/json"):
    """(status, fields, what the JSON says)"""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        fields = {"Content-Type": kind} if body is not None else {}
        client.request(method, path, None if body is None else json.dumps(body), {**fields, **(headers or {})})
        answer = client.getresponse()
        text = answer.read()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, json.loads(text) if text else None
    finally:
        client.close()


class Api:
    def __init__(self, wall):
        self.port = wall.port

    def create(self, body, query=""):
        return call(self.port, "POST", "/api/v1/cameras" + query, body)

    def read(self, name):
        return call(self.port, "GET", f"/api/v1/cameras/{name}/configuration")

    def put(self, name, body, tag="*", query=""):
        return call(self.port, "PUT", f"/api/v1/cameras/{name}/configuration{query}", body, {"If-Match": tag} if tag else {})

    def patch(self, name, body, tag=None, query=""):
        return call(self.port, "PATCH", f"/api/v1/cameras/{name}/configuration{query}", body, {"If-Match": tag} if tag else {}, MERGE)

    def remove(self, name, tag=None):
        return call(self.port, "DELETE", f"/api/v1/cameras/{name}", headers={"If-Match": tag} if tag else {})


@pytest.fixture
def api(wall):
    api = Api(wall)
    before = fingerprint(wall.folder)
    yield api
    for file in (wall.folder / "cameras.d").glob("api-*.yaml"):
        assert api.remove(file.stem.removeprefix("api-"))[0] == 204
    assert fingerprint(wall.folder) == before, "what is not the API's stays byte for byte, and untouched"


def file_of(wall, name):
    return wall.folder / "cameras.d" / f"api-{name}.yaml"


def fingerprint(folder):
    """Of all that is not the API's."""
    facts = {}
    for file in (folder / "wall.yaml", folder / "cameras.d" / "hand.yaml"):
        status = file.stat()
        facts[file.name] = (file.read_bytes(), status.st_mtime_ns, status.st_ino, status.st_mode)
    facts["names"] = sorted(x.name for x in (folder / "cameras.d").iterdir() if not x.name.startswith("api-"))
    return facts


def test_a_camera_that_gives_pictures_is_added_changed_and_removed(wall, cameras, api):
    status, fields, made = api.create({"id": "new", "url": cameras.url("gate"), "label": "New"})
    assert (status, fields["location"], made["read_only"]) == (201, "/api/v1/cameras/new", False), made
    assert made["password"] == "***" and made["username"] == "us er" and made["url"] == cameras.bare_url("gate")
    assert made["source"] == "cameras.d/api-new.yaml:3" == wall.camera("new")["source"]
    assert wall.camera("new")["read_only"] is False
    file = file_of(wall, "new")
    assert file.stat().st_mode & 0o777 == 0o600 and file.read_text().startswith("# Written by camwall's API.")
    wall.wait_for("new", lambda c: c["phase"] == "live")
    pid = wall.workers()["new/main"]

    tag = fields["etag"]
    assert api.read("new")[1]["etag"] == tag and api.read("new")[2] == made
    status, fields, now = api.patch("new", {"label": "Newer", "group": "yard"}, tag)
    assert (status, now["label"]) == (200, "Newer") and fields["etag"] != tag
    status, _, problem = api.patch("new", {"label": "Late"}, tag)
    assert (status, problem["code"]) == (412, "camera_changed")
    assert api.remove("new", tag)[0] == 412 and file.exists()
    assert wall.workers()["new/main"] == pid, "a label is no reason to restart"

    assert api.put("new", now, tag=None)[0] == 428
    status, fields, same = api.put("new", now, fields["etag"])  # As it was read, *** included.
    assert (status, same) == (200, now) and wall.workers()["new/main"] == pid
    assert json.dumps(SECRET) in file.read_text(), "the password is still known"
    status, _, bare = api.put("new", {"url": cameras.url("yard"), "username": "", "password": ""})
    assert status == 200 and "label" not in bare, bare  # What is left out takes its default.
    wall.wait_for("new", lambda c: c["phase"] == "live" and wall.workers().get("new/main") not in (None, pid))
    assert wait_until(lambda: cameras.stats("gate")["streams"]["main"]["clients"] == 0, 10, "the session has ended")

    assert api.remove("new", api.read("new")[1]["etag"])[0] == 204
    assert not file.exists() and wall.get("/api/v1/cameras/new")[0] == 404 and api.read("new")[0] == 404
    wait_until(lambda: "new/main" not in wall.workers() and not (wall.folder / "hls" / "new").exists(), 10, "no trace")
    assert SECRET not in wall.log()


def test_a_camera_that_gives_none_is_taken_only_when_that_is_meant(wall, cameras, api):
    status, _, problem = api.create({"id": "dead", "url": NOBODY})
    assert (status, problem["code"]) == (422, "probe_refused"), problem
    wrong = cameras.url("gate").replace("us%20er", "somebody")
    status, _, problem = api.create({"id": "dead", "url": wrong})
    assert (status, problem["code"]) == (422, "probe_auth") and "heim" not in json.dumps(problem)
    assert not file_of(wall, "dead").exists() and api.read("dead")[0] == 404
    assert api.create({"id": "dead", "url": NOBODY}, "?probe=false")[0] == 201
    wall.wait_for("dead", lambda c: c["reason"] == "refused")
    assert api.patch("dead", {"url": NOBODY + "y"})[2]["code"] == "probe_refused"
    assert api.patch("dead", {"label": "Not yet mounted"})[0] == 200, "its address is the same: nobody looks"
    assert api.patch("dead", {"url": cameras.url("yard")})[0] == 200
    wall.wait_for("dead", lambda c: c["phase"] == "live")


def test_a_secret_that_comes_back_masked_is_as_it_was_and_goes_nowhere_else(wall, cameras, api):
    assert api.create({"id": "new", "url": cameras.url("gate")})[0] == 201
    masked = cameras.bare_url("gate").replace("rtsp://", "rtsp://***@")
    for body in ({"password": "***"}, {"url": masked}, {"username": "us er", "password": "***"}):
        status, _, now = api.patch("new", body)
        assert (status, now["username"], now["password"]) == (200, "us er", "***"), (body, now)
        assert json.dumps(SECRET) in file_of(wall, "new").read_text()
    elsewhere = cameras.bare_url("gate").replace("127.0.0.1", "127.0.0.2")
    status, _, problem = api.patch("new", {"url": elsewhere}, query="?probe=false")
    assert status == 422 and problem["errors"][0]["pointer"] == "/url"
    status, _, problem = api.create({"id": "other", "url": cameras.bare_url("gate"), "username": "us er", "password": "***"})
    assert status == 422 and problem["errors"][0]["pointer"] == "/password"
    assert api.patch("new", {"password": SECRET + "!"})[2]["code"] == "probe_auth", "and it is tried"


def test_a_known_password_is_tried_without_being_told_and_at_its_own_camera_only(wall, cameras, api):
    assert api.create({"id": "new", "url": cameras.url("gate")})[0] == 201
    masked = api.read("new")[2]
    body = {"camera": "new", "url": masked["url"], "username": masked["username"], "password": masked["password"]}
    status, _, found = call(wall.port, "POST", "/api/v1/probe", body)
    assert (status, found["reason"], found["video"]) == (200, None, "h264"), found
    with socket.create_server(("127.0.0.1", 0)) as thief:
        thief.settimeout(0)
        there = f"rtsp://127.0.0.1:{thief.getsockname()[1]}/x"
        status, _, problem = call(wall.port, "POST", "/api/v1/probe", {**body, "url": there})
        assert (status, problem["errors"][0]["pointer"]) == (422, "/url"), problem
        with pytest.raises(BlockingIOError):
            thief.accept()
    assert call(wall.port, "POST", "/api/v1/probe", {**body, "camera": "nobody"})[0] == 404


@pytest.mark.parametrize("leave", [lambda x: x.close(), lambda x: x.shutdown(socket.SHUT_WR)], ids=["close", "half-close"])
def test_a_look_ends_when_nobody_waits_for_it_any_more(wall, leave):
    before = set(wall.workers().values())
    playing = threading.Event()
    with ScriptedCamera(lambda _: playing.set()) as camera, Raw(("127.0.0.1", wall.port)) as client:
        url = camera.url.replace("rtsp://", f"rtsp://admin:{'topsecret'}@")
        body = json.dumps({"url": url, "deadline_s": 20})
        client.send(client.request("/api/v1/probe", "POST", f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n", body))
        assert playing.wait(5), "the camera is looked at"
        leave(client.socket)
        line = f"probe of {url.replace('admin:topsecret', '***')}: cancelled"
        wait_until(lambda: line in wall.log(), 2, lambda: wall.log()[-1000:])
        # There is room at once, also at this very camera, which has no answer for a second client.
        status, _, found = call(wall.port, "POST", "/api/v1/probe", {"url": url, "deadline_s": 1})
        assert (status, found["reason"]) == (200, "timeout"), found
        assert camera.tore_down.wait(1), "the camera is taken leave of"
        wait_until(lambda: set(wall.workers().values()) == before, 2, "no worker of a probe is left")
    assert "topsecret" not in wall.log()


def test_cameras_of_other_files_name_file_and_line(wall, api):
    places = {"main": "wall.yaml:10", "hand": "cameras.d/hand.yaml:3"}
    for name, place in places.items():
        assert api.read(name)[2]["source"] == place and api.read(name)[2]["read_only"] is True
        for answer in (api.patch(name, {"label": "x"}), api.put(name, {"url": NOBODY}), api.remove(name)):
            assert (answer[0], answer[2]["code"]) == (403, "camera_read_only") and place + ";" in answer[2]["detail"]
        status, _, problem = api.create({"id": name, "url": NOBODY}, "?probe=false")
        assert (status, problem["code"]) == (409, "camera_exists") and place + "." in problem["detail"]
    assert api.remove("nobody")[0] == 404


def test_a_file_by_hand_in_the_place_of_the_api_s_is_left_alone(wall, api):
    file = file_of(wall, "taken")
    try:
        # One without a camera, and one that is half done: then nothing is changed at all.
        for text, code in (("cameras: []  # mine\n", "files_unwritable"), ("# mine\n", "configuration_invalid")):
            file.write_text(text)
            status, _, problem = api.create({"id": "taken", "url": NOBODY}, "?probe=false")
            assert (status, problem["code"]) == (503, code), problem
            assert file.read_text() == text
    finally:
        file.unlink()


class Listener(threading.Thread):
    """Hears server-sent events."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.client.request("GET", "/api/v1/events")
        self.socket = self.client.sock
        self.answer = self.client.getresponse()
        self.heard = queue.Queue()
        self.start()

    def run(self):
        fields = {}
        try:
            while line := self.answer.readline():
                name, colon, value = line.decode().rstrip("\n").partition(": ")
                if colon:
                    fields[name] = value
                elif "event" in fields:
                    self.heard.put((fields["event"], json.loads(fields["data"])))
                    fields = {}
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # It was closed.

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)  # Wakes who reads.
        self.join()
        self.client.close()

    def wait_for(self, name, condition):
        while True:
            event, data = self.heard.get(timeout=10)
            if event == name and condition(data):
                return data


def test_who_listens_hears_of_every_change(wall, cameras, api):
    listener = Listener(wall.port)
    listener.wait_for("hello", lambda _: True)
    api.create({"id": "new", "url": cameras.url("yard")})
    listener.wait_for("configuration", lambda x: x["added"] == ["new"])
    listener.wait_for("camera", lambda x: x["id"] == "new" and x["phase"] == "live")
    api.patch("new", {"label": "Heard"})
    listener.wait_for("configuration", lambda x: x["changed"] == ["new"])
    listener.wait_for("camera", lambda x: x["label"] == "Heard")
    api.remove("new")
    listener.wait_for("configuration", lambda x: x["removed"] == ["new"])
    listener.wait_for("camera_removed", lambda x: x["id"] == "new")
    listener.close()


def test_what_the_api_made_is_there_after_a_restart(wall, cameras, api):
    api.create({"id": "kept", "url": cameras.url("gate"), "label": "${Kept} \"it\": #x", "audio": False})
    _, _, before = api.read("kept")
    wall.stop()
    wall.start()
    api.port = wall.port
    assert api.read("kept")[2] == before
    wall.wait_for("kept", lambda c: c["phase"] == "live")


def compat_port(wall, profile):
    return int(re.findall(rf"clients of {profile} on http://\S+:(\d+)/", wall.log())[-1])


def test_a_page_of_a_adds_and_removes_a_camera(wall, cameras, api):
    port = compat_port(wall, "django_jpeg")
    status, _, said = call(port, "POST", "/api/streams/create/", {"name": "Back Door", "rtsp_url": cameras.url("gate"), "description": "d"})
    assert status == 201, said
    stream = call(port, "GET", f"/api/streams/{said['id']}/")[2]["stream"]
    assert (stream["name"], stream["description"]) == ("Back Door", "d") and "heim" not in stream["rtsp_url"]
    assert file_of(wall, "back-door").exists()
    wall.wait_for("back-door", lambda c: c["phase"] == "live" and c["label"] == "Back Door" and c["group"] == "d")
    assert call(port, "POST", "/api/streams/create/", {"name": "x", "rtsp_url": NOBODY})[0] == 400
    fixed = next(x["id"] for x in call(port, "GET", "/api/streams/")[2]["streams"] if x["name"] == "main")
    assert call(port, "DELETE", f"/api/streams/{fixed}/delete/")[0] == 403
    assert call(port, "DELETE", f"/api/streams/{said['id']}/delete/")[0] == 200
    assert not file_of(wall, "back-door").exists() and call(port, "GET", f"/api/streams/{said['id']}/")[0] == 404


def test_a_page_of_b_adds_changes_and_removes_a_camera(wall, cameras, api):
    port = compat_port(wall, "jsmpeg")
    status, _, made = call(port, "POST", "/api/streams/", {"url": cameras.url("gate"), "label": "Porch"})
    assert status == 201 and set(made) == {"id", "url", "label", "created_at", "ws_url"} and "heim" not in made["url"], made
    path = f"/api/streams/{made['id']}/"
    assert call(port, "GET", path)[2] == made and file_of(wall, "porch").exists()
    status, _, now = call(port, "PUT", path, {**made, "label": "Old porch"})
    assert (status, now["label"], now["url"]) == (200, "Old porch", made["url"]), now
    assert json.dumps(SECRET) in file_of(wall, "porch").read_text(), "an address sent back as shown keeps its login"
    assert call(port, "PATCH", path, {"url": NOBODY})[2] == {"error": "Invalid RTSP URL or stream not accessible"}
    status, _, now = call(port, "PATCH", path, {"url": cameras.url("yard") + "?again"})
    assert status == 200 and now["label"] == "Old porch" and "***" not in now["url"], now
    assert SECRET not in file_of(wall, "porch").read_text(), "the login of the camera before goes to no other address"
    assert call(port, "POST", "/api/streams/", {"url": NOBODY, "label": "x"})[0] == 400
    assert call(port, "DELETE", path)[0] == 204
    assert call(port, "GET", path)[0] == 404 and not file_of(wall, "porch").exists()


class Writer(threading.Thread):
    """Changes cameras over the API, on and on, until nobody answers. `known` is what was answered for; `open` what was not yet."""

    def __init__(self, port, known, numbers, randomly):
        super().__init__()
        self.port, self.known, self.numbers, self.randomly = port, known, numbers, randomly
        self.open = None
        self.done = 0
        self.wrong = None

    def run(self):
        try:
            while not self.wrong:
                self.change(f"c{self.randomly.randrange(4)}")
        except (OSError, http.client.HTTPException, ValueError):
            pass  # The server is dead.

    def change(self, name):
        label = self.known.get(name)
        if label is None:
            order = ("POST", "/api/v1/cameras?probe=false", {"id": name, "url": NOBODY, "enabled": False}, 201)
        elif self.randomly.random() < 0.3:
            order = ("DELETE", f"/api/v1/cameras/{name}", None, 204)
        else:
            order = ("PATCH", f"/api/v1/cameras/{name}", {}, 200)
        method, path, body, wanted = order
        after = None if method == "DELETE" else f"n{next(self.numbers)}"
        if body is not None:
            body["label"] = after
        self.open = (name, after)
        status, _, said = call(self.port, method, path, body)
        if status != wanted:
            self.wrong = (order, status, said)
            return
        self.known[name] = after
        self.open = None
        self.done += 1


def label_in(file):
    found = re.search(r'^  label: "(n\d+)"$', file.read_text(), re.M) if file.exists() else None
    assert found or not file.exists(), f"torn: {file.read_text()!r}"
    return found[1] if found else None


def live_and_die(folder, seed):
    """A server that is killed again and again while it writes. Gives how many changes were answered, and how many were not."""
    randomly, numbers = random.Random(seed), itertools.count()
    (folder / "cameras.d").mkdir(parents=True)
    (folder / "cameras.d" / "hand.yaml").write_bytes(FOREIGN)
    known, answered, interrupted = {}, 0, 0
    wall = Wall(config([{"id": "main", "url": NOBODY, "enabled": False}]), folder=folder)
    before = fingerprint(folder)
    for _ in range(KILLS // SERVERS):
        wall.start()
        writer = Writer(wall.port, known, numbers, randomly)
        for name in (f"c{i}" for i in range(4)):
            status, _, camera = call(wall.port, "GET", f"/api/v1/cameras/{name}/configuration")
            assert (camera["label"] if status == 200 else None) == known.get(name), "what the files say is in force"
        writer.start()
        writer.join(randomly.uniform(0, LONGEST_RUN_S))  # The instant itself is what is random here.
        os.kill(wall.pid, signal.SIGKILL)
        wall.process.wait()
        writer.join()
        assert not writer.wrong
        answered += writer.done
        interrupted += writer.open is not None
        for name in (f"c{i}" for i in range(4)):
            found = label_in(folder / "cameras.d" / f"api-{name}.yaml")
            allowed = {known.get(name), *([writer.open[1]] if writer.open and writer.open[0] == name else [])}
            assert found in allowed, f"{name} is {found}, not one of {allowed}"
            known[name] = found
        assert {**fingerprint(folder), "names": before["names"]} == before
    wall.start()
    assert fingerprint(folder) == before, "nothing half-written stays after a start"
    wall.stop()
    return answered, interrupted


def test_no_change_is_torn_or_lost_when_the_server_is_killed(tmp_path):
    with concurrent.futures.ThreadPoolExecutor(SERVERS) as pool:
        results = list(pool.map(lambda i: live_and_die(tmp_path / str(i), SEED + i), range(SERVERS)))
    answered, interrupted = (sum(x) for x in zip(*results))
    print(f"{KILLS} kills, {answered} changes answered, {interrupted} interrupted")
    assert answered > KILLS and interrupted > 0
