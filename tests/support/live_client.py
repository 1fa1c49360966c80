"""A client of /ws/wall and /ws/stream, written from docs/reference/wall-socket.md, that reads in a thread of its own."""

import collections
import json
import struct
import subprocess
import threading
import time

from support.websocket_raw import BINARY, CLOSE, PING, PONG, TEXT, WebSocket

INIT, VIDEO, AUDIO, JPEG = range(4)
KEYFRAME, DISCONTINUITY, DROPPED_BEFORE, SOUND_INIT = 1, 2, 4, 8
HEADER = struct.Struct(">BBHIQ")
SOCKET_TIMEOUT_S = 30

Chunk = collections.namedtuple("Chunk", "kind channel flags capture_us payload arrived_us")


class LiveClient:
    """One socket. What comes is kept: `texts`, `chunks` (of a wall) or `payloads` (of a stream), and at the end `code` and `reason`."""

    def __init__(self, wall, target="/ws/wall", receive_buffer=None, fields=""):
        self.texts = []
        self.chunks = []
        self.payloads = []
        self.code = None
        self.reason = None
        self.ended = threading.Event()
        self._is_wall = target.startswith("/ws/wall")
        self._paused = threading.Event()
        self._socket = WebSocket(("127.0.0.1", wall.port), target, receive_buffer, SOCKET_TIMEOUT_S, fields=fields)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._paused.clear()
        if not self.ended.is_set():
            self._socket.reset()
        self._thread.join(5)

    def _run(self):
        try:
            while self._hear():
                while self._paused.is_set() and not self.ended.wait(0.02):
                    pass
        except (OSError, AssertionError, ValueError):
            pass  # Closed, by whichever side.
        self.ended.set()

    def _hear(self):
        opcode, data = self._socket.hear()
        if opcode == TEXT:
            self.texts.append(json.loads(data))
        elif opcode == BINARY and self._is_wall:
            version, kind, channel, flags, capture_us = HEADER.unpack_from(data)
            assert version == 1
            self.chunks.append(Chunk(kind, channel, flags, capture_us, data[HEADER.size:], time.time_ns() // 1000))
        elif opcode == BINARY:
            self.payloads.append(data)
        elif opcode == PING:
            self._socket.say(PONG, data)
        elif opcode == CLOSE:
            self.code = struct.unpack(">H", data[:2])[0] if data else None
            self.reason = data[2:].decode()
            self._socket.say(CLOSE, data[:2])
            return False
        return True

    def say(self, **message):
        self._socket.say(TEXT, json.dumps(message).encode())

    def subscribe(self, channel, camera, **more):
        self.say(type="subscribe", channel=channel, camera=camera, **more)

    def unsubscribe(self, channel):
        self.say(type="unsubscribe", channel=channel)

    def pause(self):
        """Reads nothing any more."""
        self._paused.set()

    def resume(self):
        self._paused.clear()

    def heard(self, kind, **fields):
        """The texts of this type with these values."""
        return [x for x in list(self.texts) if x["type"] == kind and all(x.get(k) == v for k, v in fields.items())]

    def of(self, channel, kind=None):
        return [x for x in list(self.chunks) if x.channel == channel and kind in (None, x.kind)]


def decoded(data, container):
    """How many pictures ffmpeg decodes of it; every complaint fails."""
    result = subprocess.run(["ffmpeg", "-v", "warning", "-xerror", "-f", container, "-i", "-", "-map", "0:v", "-f", "framemd5", "-"],
                            input=data, capture_output=True, timeout=30)
    assert result.returncode == 0 and not result.stderr, result.stderr.decode()
    return sum(not line.startswith(b"#") for line in result.stdout.splitlines())
