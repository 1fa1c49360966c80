"""Drives camwall-worker as the server does: a zygote on a control socket, one socket and one stderr pipe per worker."""

import contextlib
import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import time

MESSAGE_BYTES_MAX = 64 * 1024


def refused_calls(log):
    """The numbers of the system calls that the sandbox refused, or would have."""
    return [int(x) for x in re.findall(r"^sandbox (?:refuses|would refuse) syscall (\d+)$", log, re.MULTILINE)]


MEDIA_HEADER = struct.Struct(">BBBxIQIIIxxxx")  # version, kind, flags, feed, capture time, size, offset, dropped
MEDIA_KINDS = ["init", "video", "audio", "jpeg", "description"]
KEYFRAME, DISCONTINUITY, SOUND, FIRST, LAST = 1, 2, 4, 8, 16


class Media:
    """What came whole over a worker's media channel."""

    def __init__(self, feed, kind, flags, capture_us, dropped, payload):
        self.feed, self.kind, self.capture_us, self.dropped, self.payload = feed, kind, capture_us, dropped, payload
        self.keyframe, self.discontinuity, self.sound = (bool(flags & x) for x in (KEYFRAME, DISCONTINUITY, SOUND))
        self.arrived = time.time()


class Worker:
    """One worker process, a child of this one."""

    def __init__(self, pid, link, log, media):
        self.pid = pid
        self.link = link
        self.media = media
        self.facts = []
        self.chunks = []        # of the media channel
        self.messages = 0       # the parts they came in
        self.reads_media = True
        self._part = b""
        media.setblocking(False)
        self.exit_status = None
        self._log_fd = log
        self._log = b""
        self._link_ended = False

    def order(self, **order):
        self.link.send(json.dumps({"type": "open", **order}).encode())

    def stop(self):
        self.link.send(b'{"type":"stop"}')

    def watch(self, *feeds):
        """Orders feeds: dictionaries of at least id and format."""
        whole = [{"sound": False, "width": 0, "height": 0, "fps": 0, "quality": 0, **feed} for feed in feeds]
        self.link.send(json.dumps({"type": "watch", "feeds": whole}).encode())

    def take_media(self):
        while True:
            try:
                packet = self.media.recv(MESSAGE_BYTES_MAX)
            except BlockingIOError:
                return
            if not packet:
                self.reads_media = False
                return
            self.messages += 1
            _, kind, flags, feed, capture_us, size, offset, dropped = MEDIA_HEADER.unpack_from(packet)
            if flags & FIRST:
                self._part = b""
            assert offset == len(self._part), "a part is missing"
            self._part += packet[MEDIA_HEADER.size:]
            if flags & LAST:
                assert size == len(self._part)
                self.chunks.append(Media(feed, MEDIA_KINDS[kind], flags, capture_us, dropped, self._part))

    def of_feed(self, feed, *kinds):
        return [x for x in self.chunks if x.feed == feed and (not kinds or x.kind in kinds)]

    def pump(self, timeout_s=0.05):
        """Takes what has come."""
        sources = [self._log_fd] if self._log_fd is not None else []
        if not self._link_ended:
            sources.append(self.link)
        if self.reads_media:
            sources.append(self.media)
        ready, _, _ = select.select(sources, [], [], timeout_s)
        if self.media in ready:
            self.take_media()
        if self.link in ready:
            packet = self.link.recv(MESSAGE_BYTES_MAX)
            if packet:
                self.facts.append(json.loads(packet))
            else:
                self._link_ended = True
        if self._log_fd in ready:
            text = os.read(self._log_fd, 65536)
            self._log += text
            if not text:
                os.close(self._log_fd)
                self._log_fd = None
        return bool(ready)

    def of_type(self, name):
        return [x for x in self.facts if x["type"] == name]

    def wait_for(self, what, deadline_s=15.0):
        """Waits until `what(self)` is true, and returns its value."""
        end = time.monotonic() + deadline_s
        while True:
            value = what(self)
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"deadline passed; facts {self.facts[-5:]}, log {self.log()!r}")
            self.pump()

    def wait_for_segments(self, count, deadline_s=20.0):
        return self.wait_for(lambda x: len(x.of_type("segment_published")) >= count
                             and x.of_type("segment_published"), deadline_s)

    def wait_for_failure(self, deadline_s=15.0):
        return self.wait_for(lambda x: x.of_type("failed"), deadline_s)[0]

    def wait_for_exit(self, deadline_s=5.0):
        """Returns the exit code, or minus the signal."""
        def ended(self):
            if self.exit_status is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self.exit_status = os.waitstatus_to_exitcode(status)
            return self.exit_status is not None
        self.wait_for(ended, deadline_s)
        while self.pump(0):
            if self._link_ended and self._log_fd is None:
                break
        return self.exit_status

    def log(self):
        return self._log.decode(errors="replace")

    def close(self):
        if self.exit_status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass
        self.link.close()
        self.media.close()
        if self._log_fd is not None:
            os.close(self._log_fd)
            self._log_fd = None


class Zygote:
    """The zygote; a context that ends everything it made, and that no sandbox refused anything to.

    program  the worker program, or a list: a program that runs it and its arguments
    """

    def __init__(self, program, environment=None):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        def move():
            os.dup2(theirs.fileno(), 3)
        command = program if isinstance(program, list) else [program]
        self.process = subprocess.Popen([*command, "--zygote"], preexec_fn=move, pass_fds=(3,), env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        theirs.close()
        self.control = ours
        self.workers = []

    def request(self, payload, fds):
        socket.send_fds(self.control, [payload], fds)
        return json.loads(self.control.recv(4096))

    def start_worker(self, camera="gate", stream="main"):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        media, their_media = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log_read, log_write = os.pipe()
        answer = self.request(json.dumps({"camera": camera, "stream": stream}).encode(),
                              [theirs.fileno(), log_write, their_media.fileno()])
        theirs.close()
        their_media.close()
        os.close(log_write)
        worker = Worker(answer["pid"], ours, log_read, media)
        self.workers.append(worker)
        return worker

    def __enter__(self):
        return self

    def __exit__(self, error, *_):
        for worker in self.workers:
            worker.close()
            if error is None:
                assert not refused_calls(worker.log()), worker.log()
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def playing_workers(program, cameras, folder):
    """Gives a function that starts a worker of a camera of the simulator; it plays when that returns."""
    with Zygote(program) as zygote:
        def start(name, **changes):
            worker = zygote.start_worker()
            worker.order(**order_for(cameras.url(name), folder, **changes))
            worker.wait_for_segments(1)
            return worker
        yield start


def order_for(url, folder, **changes):
    """An order with short times, for tests."""
    order = {
        "camera": "gate", "stream": "main", "url": url, "transport": "tcp", "audio": True,
        "container": "fmp4", "output_dir": str(folder), "run": "r1", "media_sequence": 100,
        "discontinuity_sequence": 7, "segment_s": 1.0, "window": 4, "grace": 2, "disk_free_min_mb": 1,
        "open_deadline_s": 5.0, "access_unit_deadline_s": 2.0, "memory_mb": 512,
        "sandbox_required": True,
    }
    order.update(changes)
    return order
