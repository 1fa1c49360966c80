"""What a service manager and an operator see of the server: readiness, watchdog, the end, orders and history."""

import contextlib
import ctypes
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from ports import free_port  # noqa: E402
from simulator import Simulator  # noqa: E402
from wall import Wall, children, config_for, is_running, wait_until  # noqa: E402

PTRACE_CONT, PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 7, 17, 0x4206, 0x4207
TRIES = 6  # A thread that was stopped with a lock in its hands (of memory, of the log) keeps the others from telling.
WALL_CLONES = 0x40000000  # __WALL of waitpid(2)


@pytest.fixture(scope="module")
def cameras():
    with Simulator(demo=2, port=19400) as simulator:
        yield simulator


def wall_config(cameras, **options):
    return config_for({name: (cameras.url(name, "main"), cameras.url(name, "sub")) for name in cameras.cameras}, **options)


class Manager:
    """The end of NOTIFY_SOCKET at which a service manager listens."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def next(self, seconds):
        """The next message, or None when none comes in time."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(4096).decode()
        except TimeoutError:
            return None

    def wait_for(self, word, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            message = self.next(left)
            if message and word in message.splitlines():
                return message
        raise AssertionError(f"the manager was not told {word}")


class StoppedThreads:
    """Stops threads of another process, and only those, as a debugger does."""

    def __init__(self, pid, names):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        self.libc.ptrace.restype = ctypes.c_long
        self.threads = [int(x.name) for x in pathlib.Path(f"/proc/{pid}/task").iterdir()
                        if (x / "comm").read_text().strip() in names]
        assert self.threads, f"no thread is named {names}"

    def _trace(self, request, thread):
        if self.libc.ptrace(request, thread, None, None) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def __enter__(self):
        for thread in self.threads:
            try:
                self._trace(PTRACE_SEIZE, thread)
            except PermissionError:
                pytest.skip("this machine does not let a process be traced")
            self._trace(PTRACE_INTERRUPT, thread)
            os.waitpid(thread, WALL_CLONES)
        return self

    def __exit__(self, *_):
        for thread in self.threads:
            self._trace(PTRACE_DETACH, thread)


def is_logged(wall, text, seconds):
    try:
        return wait_until(lambda: text in wall.log(), seconds, text)
    except AssertionError:
        return False


def test_the_manager_is_told_when_the_server_is_ready_and_when_it_stops(cameras, tmp_path):
    with Manager(tmp_path) as manager:
        wall = Wall(wall_config(cameras), folder=tmp_path, environment={"NOTIFY_SOCKET": manager.path})
        wall.start()
        message = manager.wait_for("READY=1", 5)
        assert f"STATUS=wall of 2 cameras on http://127.0.0.1:{wall.port}/" in message
        assert wall.get("/readyz")[0] == 200
        assert manager.next(0.3) is None, "no watchdog, no sign of life"
        wall.wait_all_live()
        assert all(b"NOTIFY_SOCKET" not in pathlib.Path(f"/proc/{pid}/environ").read_bytes() for pid in children(wall.pid))
        wall.stop()
        manager.wait_for("STOPPING=1", 1)


def first_answer(port, path, seconds=10):
    """The body of the first GET that finds a listener. Asks without a pause: what is looked for lasts a few milliseconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return answer.read()
        except OSError:
            continue
    raise AssertionError(f"nobody listens at port {port}")


def test_the_first_client_after_a_start_already_finds_every_camera(tmp_path):
    closed, port = free_port(), free_port()
    names = [f"cam{n:02}" for n in range(32)]
    config = config_for({name: (f"rtsp://127.0.0.1:{closed}/{name}", None) for name in names}, port=port)
    for _ in range(5):
        wall = Wall(config, folder=tmp_path)
        start = threading.Thread(target=wall.start)
        start.start()
        try:
            found = first_answer(port, "/api/v1/cameras")
        finally:
            start.join()
            wall.stop()
        assert [camera["id"] for camera in json.loads(found)["cameras"]] == names


@pytest.mark.parametrize("part, names", [("media I/O", ["media-io"]), ("HTTP", ["http"]), ("supervision", ["caf.multiplexer"])])
def test_the_watchdog_is_told_that_all_is_well_only_while_it_is(cameras, tmp_path, part, names):
    period_s = 0.8
    environment = {"WATCHDOG_USEC": str(int(period_s * 1e6))}
    with Manager(tmp_path) as manager:
        environment["NOTIFY_SOCKET"] = manager.path
        with Wall(wall_config(cameras), folder=tmp_path, environment=environment) as wall:
            for _ in range(4):
                manager.wait_for("WATCHDOG=1", period_s)
            for _ in range(TRIES):
                with StoppedThreads(wall.pid, names):
                    wait_until(lambda: manager.next(period_s) is None, 5 * period_s, "silence for longer than the watchdog waits")
                    if is_logged(wall, f"{part} does not answer", 3):
                        assert manager.next(2 * period_s) is None, "a sign of life of a server that hangs"
                        break
            else:
                raise AssertionError(wall.log())
            manager.wait_for("WATCHDOG=1", 5)


def test_without_a_manager_the_watchdog_is_its_own_and_ends_a_server_that_hangs(cameras, tmp_path):
    period_s = 6
    wall = Wall(wall_config(cameras), folder=tmp_path, environment={"WATCHDOG_USEC": str(period_s * 1_000_000)})
    wall.start()
    try:
        wall.wait_all_live()
        with pytest.raises(subprocess.TimeoutExpired):  # As long as all is well.
            wall.process.wait(1.5 * period_s)
        offspring = children(wall.pid)
        with contextlib.suppress(ProcessLookupError), StoppedThreads(wall.pid, ["http"]) as hung:
            for thread in hung.threads:  # Whoever traces a thread has to hear of its end; else the process is never over.
                wait_until(lambda thread=thread: os.waitpid(thread, WALL_CLONES | os.WNOHANG)[0] == thread, 10 * period_s, wall.log)
        assert wall.process.wait(10) == 1
    finally:
        wall.process.kill()
        wall.process.wait()
    wait_until(lambda: not any(is_running(pid) for pid in offspring), 10, "no worker outlives it")
    assert "its own watchdog ends it" in wall.log()


def test_a_second_signal_ends_the_server_at_once_and_leaves_no_worker(cameras, tmp_path):
    wall = Wall(wall_config(cameras), folder=tmp_path)
    wall.start()
    wall.wait_all_live()
    offspring = children(wall.pid)
    os.kill(wall.workers()["cam01/sub"], signal.SIGSTOP)  # It takes no order to end: the first signal waits for it.
    wall.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "told to end: stopping" in wall.log(), 2, wall.log)
    begin = time.monotonic()
    wall.process.send_signal(signal.SIGTERM)
    wall.process.wait(2)
    took = time.monotonic() - begin
    assert took <= 0.2
    assert wall.process.returncode == -signal.SIGTERM
    wait_until(lambda: not any(is_running(pid) for pid in offspring), 1, "no worker is left")
    print(f"gone after {took:.3f} s")


def test_a_worker_that_hangs_does_not_hold_up_the_end(cameras, tmp_path):
    wall = Wall(wall_config(cameras), folder=tmp_path)
    wall.start()
    wall.wait_all_live()
    os.kill(wall.workers()["cam01/sub"], signal.SIGSTOP)
    took = wall.stop(signal.SIGTERM)
    assert took < 3
    assert wall.process.returncode == 0


def order(wall, camera, what):
    request = urllib.request.Request(f"http://127.0.0.1:{wall.port}/api/v1/cameras/{camera}/{what}", data=b"", method="POST")
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.status, json.loads(answer.read())


def events(wall, camera):
    return json.loads(wall.get(f"/api/v1/cameras/{camera}/events")[1])["events"]


def test_an_operator_restarts_switches_off_and_on(cameras, tmp_path):
    with Wall(wall_config(cameras), folder=tmp_path) as wall:
        wall.wait_all_live()
        first = wall.workers()
        status, camera = order(wall, "cam01", "restart")
        assert (status, camera["id"]) == (202, "cam01")
        wait_until(lambda: wall.workers().get("cam01/sub") not in (None, first["cam01/sub"]), 5, "a new worker")
        wall.wait_for("cam01", lambda c: c["phase"] == "live")
        order(wall, "cam01", "disable")
        wall.wait_for("cam01", lambda c: c["phase"] == "disabled")
        wait_until(lambda: "cam01/sub" not in wall.workers(), 2, "its worker is gone")
        wait_until(lambda: cameras.stats("cam01")["clients"] == 0, 10, lambda: f"no session is left: {cameras.stats('cam01')}")
        order(wall, "cam01", "enable")
        wall.wait_for("cam01", lambda c: c["phase"] == "live")
        assert wall.workers()["cam02/sub"] == first["cam02/sub"]
        assert [x["order"] for x in reversed(events(wall, "cam01")) if x["order"]] == ["restart", "disable", "enable"]
        text = wall.get("/metrics")[1].decode()
        assert "camwall_detection_seconds_count 0\n" in text, "an order is no fault"


def test_an_outage_is_remembered_with_its_times(cameras, tmp_path):
    with Wall(wall_config(cameras, extra="log:\n  format: json"), folder=tmp_path) as wall:
        wall.wait_all_live()
        os.kill(wall.workers()["cam02/sub"], signal.SIGSTOP)
        wall.wait_for("cam02", lambda c: c["phase"] != "live")
        wall.wait_for("cam02", lambda c: c["phase"] == "live")
        back, fault, *_ = wait_until(lambda: [x for x in events(wall, "cam02") if x["recovery_s"]] and events(wall, "cam02"),
                                     5, "the return is remembered")
        assert (fault["from"], fault["phase"], fault["reason"]) == ("live", "stale", "stalled")
        assert 2.0 <= fault["detection_s"] <= 2.5
        assert 0 < back["recovery_s"] < 10
        text = wall.get("/metrics")[1].decode()
        for name in ("detection", "recovery"):
            assert f"camwall_{name}_seconds_count 1\n" in text
        lines = [json.loads(line) for line in wall.log().splitlines()]
        assert any("cam02/sub: live → stale (stalled)" in x["message"] and x["level"] == "warning" for x in lines)
