#!/usr/bin/python3
"""Stands in for camwall-worker, zygote and workers: each worker behaves as the name of its camera says.

It is put beside a copy of camwall under the name camwall-worker; the server then talks to it as to the real one.
"""

import ctypes
import json
import os
import signal
import socket
import struct
import sys
import time

CONTROL_FD = 3
CLONE_PARENT = 0x8000
SYS_CLONE = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
PROGRESS = {"type": "progress", "frames": 0, "bytes": 0, "keyframes": 0, "discontinuities": 0, "gop_s": 1.0,
            "fps": 15.0, "bitrate_bps": 1e5, "cpu_s": 0.0, "keyframe_age_s": 0.0, "width": 640, "height": 360}
PROBED = {"type": "probed", "reason": "", "detail": "", "transport": "tcp", "video": "h264", "profile": "Main", "level": "3.0",
          "audio": "", "codecs": "avc1.4d401e", "width": 640, "height": 360, "fps": 15.0, "gop_s": 1.0, "bitrate_bps": 5e5,
          "b_frames": False, "first_picture_s": 0.5, "watched_s": 2.0}
OPENED = {"type": "opened", "video": "h264", "audio": "", "codecs": "avc1.42c01e", "width": 640, "height": 360, "transport": "tcp"}


class Peer:
    """A worker's side of its socket."""

    def __init__(self, link, log, media):
        self.link = link
        self.media = media
        self.log = log
        self.order = json.loads(link.recv(65536))
        self.frames = 0
        self.sequence = self.order.get("media_sequence", 0)

    def send(self, message, flags=0):
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        return self.link.send(data, flags)

    def progress(self, flags=0):
        self.frames += 4
        self.send({**PROGRESS, "frames": self.frames}, flags)

    def segment(self, **changes):
        self.send({"type": "segment_published", "media_sequence": self.sequence,
                   "discontinuity_sequence": self.order["discontinuity_sequence"], "duration_s": 1.0, **changes})
        self.sequence += 1

    def stopped(self, wait_s):
        self.link.settimeout(wait_s)
        try:
            self.link.recv(65536)
            return True
        except (TimeoutError, BlockingIOError):
            return False
        finally:
            self.link.settimeout(None)

    def play(self, also=lambda: None):
        """What an honest worker says, and something more each time."""
        self.send(OPENED)
        for n in range(1 << 30):
            self.progress()
            if n % 4 == 0:
                self.segment()
            also()
            if self.stopped(0.25):
                return


def flood(peer):
    peer.send(OPENED)
    while True:
        peer.progress()


def flood_stderr(peer):
    os.set_blocking(peer.log, False)

    def shout():
        for _ in range(200):
            try:
                os.write(peer.log, b"\x1b[31m" + b"noise " * 600 + b"\n")
            except BlockingIOError:
                return
    peer.play(shout)


def pass_descriptors(peer):
    """Descriptors that the server did not ask for must not become its own."""
    data = json.dumps({**OPENED}).encode()
    peer.send(OPENED)
    peer.play(lambda: socket.send_fds(peer.link, [data], [0] * 50))


def refused_by_the_sandbox(peer):
    os.write(peer.log, b"sandbox refuses syscall 59\n")
    os.kill(os.getpid(), signal.SIGSYS)


def after_the_last(peer):
    peer.send({"type": "failed", "reason": "ended", "detail": "the camera hung up"})
    peer.progress()
    time.sleep(60)


def hang_up(peer):
    peer.send(OPENED)
    peer.progress()
    peer.link.shutdown(socket.SHUT_RDWR)
    time.sleep(60)


def stop_itself(peer):
    peer.send(OPENED)
    peer.progress()
    os.kill(os.getpid(), signal.SIGSTOP)


def then_wait(*messages):
    def behave(peer):
        for message in messages:
            peer.send(message)
        time.sleep(60)
    return behave


def leap(**changes):
    def behave(peer):
        peer.send(OPENED)
        peer.progress()
        peer.segment(**changes)
        time.sleep(60)
    return behave


def media(flags, total, offset, part, feed=1, kind=1):
    """A message of the media channel, true or not."""
    return struct.pack(">BBBxIQIIIxxxx", 1, kind, flags, feed, 0, total, offset, 0) + part


def send_media(*packets):
    """Plays honestly and then sends these over the media channel."""
    def behave(peer):
        peer.send(OPENED)
        peer.media.setblocking(True)
        for packet in packets:
            peer.media.send(packet)
        time.sleep(60)
    return behave


def flood_media(peer):
    """Begins chunk after chunk and finishes none."""
    peer.send(OPENED)
    peer.media.setblocking(True)
    while True:
        peer.media.send(media(FIRST, 1 << 20, 0, bytes(60_000)))


def hang_up_media(peer):
    peer.media.close()
    peer.play()


FIRST, LAST = 8, 16
BEHAVIOURS = {
    "honest": Peer.play,
    "flood": flood,
    "noise": flood_stderr,
    "descriptors": pass_descriptors,
    "oversized": then_wait(OPENED, b"x" * 100_000),
    "truncated": then_wait(OPENED, json.dumps(PROGRESS).encode()[:-5]),
    "binary": then_wait(OPENED, bytes(range(256)) * 16),
    "unknown": then_wait(OPENED, {"type": "party"}),
    "early": then_wait(PROGRESS),
    "unasked": then_wait(OPENED, PROBED),
    "empty": then_wait(OPENED, b""),
    "late": after_the_last,
    "leap": leap(media_sequence=(1 << 64) - 2),
    "back": leap(media_sequence=0),
    "break": leap(discontinuity_sequence=(1 << 64) - 2),
    "silent": then_wait(),
    "hangup": hang_up,
    "stopped": stop_itself,
    "media_noise": send_media(bytes(range(256))),
    "media_oversized": send_media(bytes(100_000)),
    "media_unordered": send_media(media(FIRST | LAST, 4, 0, b"gift")),
    "media_torn": send_media(media(LAST, 8, 4, b"rest")),
    "media_huge": send_media(media(FIRST, 1 << 30, 0, b"x")),
    "media_short": send_media(media(FIRST | LAST, 9, 0, b"x")),
    "media_flood": flood_media,
    "media_hangup": hang_up_media,
    "loop": lambda peer: os._exit(1),
    "segfault": lambda peer: os.kill(os.getpid(), signal.SIGSEGV),
    "sandbox": refused_by_the_sandbox,
}

# By the path of the address.
PROBES = {
    "honest": lambda peer: peer.send(PROBED),
    "absurd": then_wait({**PROBED, "fps": 1e9}),
    "escape": then_wait({**PROBED, "video": "\x1b[31mh264"}),
    "endless": then_wait({**PROBED, "profile": "x" * 1000}),
    "stream": then_wait(OPENED),
    "twice": then_wait(PROBED, {**PROBED, "video": "h265"}),
    "torn": then_wait(json.dumps(PROBED).encode()[:-5]),
    "silent": then_wait(),
    "shouting": then_wait({"type": "failed", "reason": "auth", "detail": "\x1b[31m rtsp://admin:topsecret@10.0.0.7/"}),
    "loop": lambda peer: os._exit(1),
    "segfault": lambda peer: os.kill(os.getpid(), signal.SIGSEGV),
}


def make_worker(camera, link, log, media):
    """A child of our parent, as the real zygote's are."""
    pid = ctypes.CDLL(None).syscall(SYS_CLONE, CLONE_PARENT | signal.SIGCHLD, None, None, None, None)
    if pid:
        return pid
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        peer = Peer(socket.socket(fileno=link), log, socket.socket(fileno=media))
        behave = PROBES[peer.order["url"].rpartition("/")[2]] if peer.order["type"] == "probe" else BEHAVIOURS[camera]
        behave(peer)
    except (OSError, ValueError):
        pass
    os._exit(0)


def main():
    control = socket.socket(fileno=CONTROL_FD)
    while True:
        packet, descriptors, _, _ = socket.recv_fds(control, 4096, 3)
        if not packet:
            return
        pid = make_worker(json.loads(packet)["camera"], *descriptors)
        for fd in descriptors:
            os.close(fd)
        control.send(json.dumps({"pid": pid}).encode())


if __name__ == "__main__" and sys.argv[-1] == "--zygote":
    main()
