"""HTTP over bare sockets, for requests that no client library would send, and the server under test."""

import json
import os
import pathlib
import resource
import signal
import socket
import struct
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CAMWALL_BUILD", ROOT / "build" / "release"))
DEADLINE_S = 5.0


def wait_until(fact, what, deadline_s=DEADLINE_S):
    """Waits for a fact; fails with `what` when it does not come true in time."""
    end = time.monotonic() + deadline_s
    while not fact():
        assert time.monotonic() < end, f"not within {deadline_s} s: {what}"
        time.sleep(0.01)


def has_ubsan():
    """Whether the programs under test were built with UBSan."""
    program = BUILD / "http_testbed"
    return program.exists() and b"__ubsan_handle_dynamic_type" in program.read_bytes()


class Answer:
    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.version, status, self.reason = lines[0].split(" ", 2)
        self.status = int(status)
        self.fields = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in self.fields, f"field twice: {name}"
            self.fields[name.lower()] = value
        self.body = body

    @property
    def code(self):
        """The stable word of a problem+json."""
        assert self.fields["content-type"] == "application/problem+json", self.fields
        problem = json.loads(self.body)
        assert set(problem) == {"type", "title", "status", "detail", "code"}
        assert problem["status"] == self.status
        return problem["code"]


class Raw:
    """One connection."""

    def __init__(self, address, receive_buffer=None, timeout_s=DEADLINE_S):
        self.host = f"{address[0]}:{address[1]}"
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout_s)
        self.socket.connect(address)
        self.buffer = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))

    def request(self, target, method="GET", fields="", body=""):
        """The bytes of an ordinary request."""
        return f"{method} {target} HTTP/1.1\r\nHost: {self.host}\r\n{fields}\r\n{body}"

    def get(self, target, method="GET", fields=""):
        self.send(self.request(target, method, fields))
        return self.answer(head_only=method == "HEAD")

    def fill(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def answer(self, head_only=False):
        while b"\r\n\r\n" not in self.buffer:
            assert self.fill(), f"closed before an answer: {bytes(self.buffer)!r}"
        end = self.buffer.index(b"\r\n\r\n")
        out = Answer(bytes(self.buffer[:end]), b"")
        del self.buffer[:end + 4]
        size = 0 if head_only else int(out.fields.get("content-length", "0"))
        while len(self.buffer) < size:
            assert self.fill(), "closed within an answer"
        out.body = bytes(self.buffer[:size])
        del self.buffer[:size]
        return out

    def closed(self):
        """Reads on; true when the server has closed, with or without reset."""
        try:
            while self.fill():
                pass
        except ConnectionResetError:
            pass
        return True

    def reset(self):
        """Leaves with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Testbed:
    """The program http_testbed with a folder of its own."""

    __test__ = False

    def __init__(self, folder, *flags, descriptors_max=None):
        self.folder = pathlib.Path(folder)
        (self.folder / "static").mkdir(parents=True, exist_ok=True)
        (self.folder / "hls" / "gate" / "sub").mkdir(parents=True, exist_ok=True)

        def limit():
            if descriptors_max:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors_max, descriptors_max))

        self.process = subprocess.Popen(
            [BUILD / "http_testbed", "--static", self.folder / "static", "--hls", self.folder / "hls", *flags],
            stdout=subprocess.PIPE, text=True, preexec_fn=limit)
        word, _, port = self.process.stdout.readline().partition(" ")
        assert word == "port", "http_testbed did not start"
        self.address = ("127.0.0.1", int(port))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends it; returns the seconds that took. A sanitizer's complaint is an exit code."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(DEADLINE_S) == 0
        return time.monotonic() - began

    def open(self, **options):
        return Raw(self.address, **options)

    def write(self, relative, content):
        path = self.folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def sparse(self, relative, size):
        path = self.write(relative, b"")
        os.truncate(path, size)
        return path

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def counts(self):
        """What the server reported to its observer, e.g. {'limit{stall}': 1}."""
        with self.open() as client:
            lines = client.get("/metrics").body.decode().splitlines()
        return {name: int(value) for name, _, value in (line.rpartition(" ") for line in lines)}
