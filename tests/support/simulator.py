"""Starts, commands and ends simulated cameras (camwall-camera-sim). Standard library only.

    with Simulator(demo=True) as cameras:
        play(cameras.url("cam01", "sub"))
        cameras.freeze("cam01")
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
READY_DEADLINE_S = 20
STOP_DEADLINE_S = 5
COMMAND_DEADLINE_S = 10


class SimulatorError(Exception):
    """The simulator did not start, or refused a command."""


def build_dir() -> pathlib.Path:
    return pathlib.Path(os.environ.get("CAMWALL_BUILD", REPOSITORY / "build" / "release")).absolute()


def clips_dir() -> pathlib.Path:
    return pathlib.Path(os.environ.get("CAMWALL_CLIPS", REPOSITORY / "build" / "clips"))


def make_clips() -> pathlib.Path:
    """Makes the clips that are missing and returns their folder."""
    subprocess.run([REPOSITORY / "ops" / "make_clips.sh", clips_dir()], check=True, stdout=subprocess.DEVNULL)
    return clips_dir()


class Simulator:
    """One process of simulated cameras; a context manager.

    demo      the number of demo cameras (True: sixteen), each with the streams main and sub
    variants  whether to serve the codec variants, each with the stream main
    cameras   further cameras, as in a mounts file (docs/reference/camera_sim.md)
    port      the first camera listens on the port after it
    relay     whether all bytes pass a relay, which some faults need
    clips     the folder of the clips, when it is not the one that make_clips fills
    """

    def __init__(self, demo=False, variants=False, cameras=None, port=18554, control_port=0, relay=False, clips=None):
        self._demo = 16 if demo is True else int(demo)
        self._variants = variants
        self._mounts = cameras
        self._port = port
        self._control_port = control_port
        self._relay = relay
        self._clips = clips or clips_dir()
        self._process = None
        self._folder = None
        self._control = None
        self._answers = None
        self.cameras = {}  # name -> what "list" says of it

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Returns when every camera listens."""
        self._folder = tempfile.mkdtemp(prefix="camera_sim_")
        ready_file = pathlib.Path(self._folder, "ready.json")
        command = [build_dir() / "camwall-camera-sim", "--port", str(self._port),
                   "--control-port", str(self._control_port), "--ready-file", ready_file]
        if self._relay:
            command += ["--relay"]
        if self._demo:
            command += ["--demo", self._clips, "--cameras", str(self._demo)]
        if self._variants:
            command += ["--variants", self._clips]
        if self._mounts:
            mounts = pathlib.Path(self._folder, "mounts.json")
            mounts.write_text(json.dumps({"cameras": self._mounts}))
            command += ["--mounts", mounts, "--clips", self._clips]
        log = pathlib.Path(self._folder, "log")
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                             stderr=subprocess.STDOUT)
        try:
            self._await_ready(ready_file, log)
        except BaseException:
            self.stop()
            raise

    def _await_ready(self, ready_file, log):
        deadline = time.monotonic() + READY_DEADLINE_S
        while not ready_file.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SimulatorError("the simulator does not get ready: " + log.read_text(errors="replace"))
            time.sleep(0.01)
        facts = json.loads(ready_file.read_text())
        self.cameras = {camera["name"]: camera for camera in facts["cameras"]}
        self._control = socket.create_connection(("127.0.0.1", facts["control_port"]), COMMAND_DEADLINE_S)
        self._answers = self._control.makefile("r")

    def stop(self) -> float:
        """Ends the process and returns how many seconds that took; an exit code other than 0 is raised."""
        begin = time.monotonic()
        if self._control:
            self._answers.close()
            self._control.close()
            self._control = None
        if self._process:
            self._process.terminate()
            try:
                code = self._process.wait(STOP_DEADLINE_S)
                if code != 0 and self.cameras:
                    log = pathlib.Path(self._folder, "log").read_text(errors="replace")
                    raise SimulatorError(f"the simulator ended with code {code}: {log}")
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                raise SimulatorError("the simulator did not end") from None
            finally:
                self._process = None
                shutil.rmtree(self._folder, ignore_errors=True)
        return time.monotonic() - begin

    def command(self, *words) -> dict:
        """Sends one command and returns its answer; an error is raised."""
        line = " ".join(str(word) for word in words)
        self._control.sendall((line + "\n").encode())
        answer = json.loads(self._answers.readline())
        if "error" in answer:
            raise SimulatorError(f"{line}: {answer['error']}")
        return answer

    def url(self, camera, stream="main", user=None, password=None) -> str:
        """The stream's address; with the camera's own login when it has one and none is given."""
        facts = self.cameras[camera]
        user = facts.get("user") if user is None else user
        password = facts.get("password") if password is None else password
        address = facts["streams"][stream]
        if user is None:
            return address
        login = ":".join(urllib.parse.quote(part, safe="") for part in (user, password))
        return address.replace("rtsp://", f"rtsp://{login}@", 1)

    def bare_url(self, camera, stream="main") -> str:
        """The stream's address without a login."""
        return self.cameras[camera]["streams"][stream]

    def freeze(self, name):
        self.command("freeze", name)

    def thaw(self, name):
        self.command("thaw", name)

    def drop(self, name, how="fin") -> int:
        return self.command("drop", name, how)["dropped"]

    def refuse(self, camera, on=True):
        self.command("refuse", camera, "on" if on else "off")

    def reboot(self, camera, seconds) -> int:
        return self.command("reboot", camera, seconds)["dropped"]

    def heal(self, camera):
        self.command("heal", camera)

    def stats(self, camera) -> dict:
        return self.command("stats", camera)
