"""Starts, watches and ends a wall (camwall serve) over given cameras. Standard library only.

    with Wall(config_text) as wall:
        wall.wait_for("cam01", lambda camera: camera["phase"] == "live")
"""

import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

from simulator import build_dir

READY_DEADLINE_S = 15
POLL_S = 0.02
REPORT_CHARACTERS_MAX = 16_000


def wait_until(condition, seconds, what):
    """Returns the first true value of `condition`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(POLL_S)


def seconds_of(time_text):
    """Unix time of one of the API's times; 0 of none."""
    return datetime.datetime.fromisoformat(time_text.replace("Z", "+00:00")).timestamp() if time_text else 0


def config_for(cameras, port=0, stream="sub", extra=""):
    """A configuration with one entry for each camera of a simulator: {id: (url, sub_url or None)}."""
    lines = ["server:", f"  listen: 127.0.0.1:{port}", "hls:", "  directory: hls", "state_dir: state", extra, "cameras:"]
    for name, (url, sub_url) in cameras.items():
        lines += [f"  - id: {name}", f"    url: {json.dumps(url)}"]
        if sub_url:
            lines.append(f"    sub_url: {json.dumps(sub_url)}")
    return "\n".join(lines) + "\n"


def children(pid):
    """The processes whose parent is `pid`: {pid: name}."""
    result = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            stat = pathlib.Path("/proc", entry, "stat").read_text()
        except OSError:
            continue
        head, _, tail = stat.rpartition(")")
        if int(tail.split()[1]) == pid and tail.split()[0] != "Z":
            result[int(entry)] = head.partition("(")[2]
    return result


def is_running(pid):
    """Whether the process exists and is not a zombie."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class Wall:
    """One process `camwall serve`; a context manager.

    folder  where configuration, state and output are; kept when it is given, so that a second wall can go on there
    program the server, when it is not that of the build; or a list: a program that runs it and its arguments
    """

    def __init__(self, config, folder=None, environment=None, program=None):
        self.given_folder = folder
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="camwall_wall_"))
        self.config_file = self.folder / "wall.yaml"
        self.config_file.write_text(config)
        self.log_file = self.folder / "log"
        self.program = program if isinstance(program, list) else [program or build_dir() / "camwall"]
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        self.port = None
        self._stopped = False

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            if not self.given_folder:
                shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        already = len(self.log()) if self.log_file.exists() else 0
        self._stopped = False
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen([*self.program, "serve", "--config", self.config_file],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        wait_until(lambda: self._find_port(already), READY_DEADLINE_S, lambda: "wall is up: " + self.log())

    def _find_port(self, offset):
        if self.process.poll() is not None:
            raise AssertionError("the wall ended: " + self.log())
        for line in self.log()[offset:].splitlines():
            if "wall of" in line and "http://" in line:
                self.port = int(re.search(r"http://\S*:(\d+)/", line)[1])
                return True
        return False

    def log(self):
        return self.log_file.read_text(errors="replace")

    @property
    def pid(self):
        return self.process.pid

    def stop(self, how=signal.SIGTERM, deadline=10):
        """Ends the wall and returns how many seconds that took. That it ended before by itself, or ends with a status other than 0, is
        an error; a leak is such a status. Does nothing when it was stopped before."""
        begin = time.monotonic()
        if not self.process or self._stopped:
            return 0.0
        self._stopped = True
        if self.process.poll() is not None:
            raise AssertionError(f"the wall ended by itself with status {self.process.returncode}: {self.log()[-REPORT_CHARACTERS_MAX:]}")
        self.process.send_signal(how)
        try:
            status = self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the wall did not end: " + self.log()) from None
        took = time.monotonic() - begin
        if status != 0 and how != signal.SIGKILL:
            raise AssertionError(f"the wall ended with status {status}: {self.log()[-REPORT_CHARACTERS_MAX:]}")
        return took

    def get(self, path, timeout=5):
        """(status, body) of a GET; redirects are followed."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def cameras(self):
        return {camera["id"]: camera for camera in json.loads(self.get("/api/v1/cameras")[1])["cameras"]}

    def camera(self, name):
        return json.loads(self.get(f"/api/v1/cameras/{name}")[1])

    def wait_for(self, name, condition, seconds=15):
        return wait_until(lambda: (lambda c: condition(c) and c)(self.camera(name)), seconds,
                          lambda: f"{name}: {self.camera(name)}\n{self.log()[-4000:]}")

    def wait_all_live(self, seconds=30):
        wait_until(lambda: all(c["phase"] == "live" and c["streams"][c["grid_stream"]]["last_segment"]
                               for c in self.cameras().values()), seconds,
                   lambda: {n: (c["phase"], c["reason"]) for n, c in self.cameras().items()})

    def titles(self):
        """(pid, title) of each child. One that ends meanwhile is left out, or has an empty title."""
        for pid in children(self.pid):
            try:
                yield pid, pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            except OSError:
                continue

    def workers(self):
        """{camera/stream: pid} of the running workers, by the title that they give themselves."""
        return {title.split()[-1]: pid for pid, title in self.titles() if title.startswith("camwall-worker ")}

    def zygote(self):
        return next((pid for pid, title in self.titles() if "camwall-zygote" in title), None)


class Recorder:
    """A client that reads a stream's playlist again and again and keeps every new segment, as a player would."""

    def __init__(self, wall, camera, stream="sub", playlist="video.m3u8"):
        self.port = wall.port
        self.base = f"/hls/{camera}/{stream}/"
        self.playlist = playlist
        self.segments = {}  # media sequence -> bytes
        self.sequences = []  # first media sequence of each playlist that was read
        self.missed = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _fetch(self, connection, name):
        connection.request("GET", self.base + name)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def _run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        while not self._stop.wait(0.25):
            try:
                status, body = self._fetch(connection, self.playlist)
                if status == 200:
                    self._take(connection, body.decode())
            except (OSError, http.client.HTTPException):
                connection.close()

    def _take(self, connection, text):
        lines = text.splitlines()
        first = next(int(line.partition(":")[2]) for line in lines if line.startswith("#EXT-X-MEDIA-SEQUENCE:"))
        self.sequences.append(first)
        for index, name in enumerate(line for line in lines if line and not line.startswith("#")):
            if first + index in self.segments:
                continue
            status, body = self._fetch(connection, name)
            if status == 200:
                self.segments[first + index] = body
            else:
                self.missed.append((name, status))

    def ordered(self):
        return [self.segments[key] for key in sorted(self.segments)]
