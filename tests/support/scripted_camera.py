"""An RTSP camera whose every access unit, time and silence a test decides. One client, RTP over TCP, H.264."""

import re
import socket
import struct
import subprocess
import threading
import time

SDP = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=scripted\r\nt=0 0\r\na=control:*\r\n"
       "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:v\r\n")
SOUND = "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000/1\r\na=control:a\r\n"
PAYLOAD_BYTES_MAX = 1400


def make_pictures(size, count=10, rate=20):
    """Access units of a clip with one keyframe, as lists of NAL units."""
    stream = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=s={size}:r={rate}", "-frames:v", str(count),
         "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-g", str(count), "-threads", "1",
         "-x264-params", "aud=1", "-f", "h264", "-"], check=True, stdout=subprocess.PIPE).stdout
    units = []
    for nal in re.split(b"\0\0\0?\1", stream)[1:]:
        if nal[0] & 31 == 9:
            units.append([])
        else:
            units[-1].append(nal)
    return units


class ScriptedCamera:
    """Calls `script(self)` in a thread when the client sent PLAY; a context manager."""

    def __init__(self, script, sound=False):
        self._script = script
        self._sdp = SDP + (SOUND if sound else "")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._link = None
        self._sequence = 0
        self.tore_down = threading.Event()

    @property
    def url(self):
        return f"rtsp://127.0.0.1:{self._listener.getsockname()[1]}/scripted"

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        if self._link:
            self._link.close()

    def _serve(self):
        try:
            self._link, _ = self._listener.accept()
            self._talk()
        except OSError:
            pass  # The client left.

    def _before_answer(self, request):
        """For cameras that want to know, or to be slow."""

    def _talk(self):
        channel = 0
        while request := self._link.recv(4096).decode(errors="replace"):
            number = re.search(r"CSeq: *(\d+)", request)
            if not number:
                continue
            head = f"RTSP/1.0 200 OK\r\nCSeq: {number.group(1)}\r\nSession: 77;timeout=60\r\n"
            if request.startswith("DESCRIBE"):
                body = f"Content-Type: application/sdp\r\nContent-Length: {len(self._sdp)}\r\n\r\n{self._sdp}"
            elif request.startswith("SETUP"):
                body = f"Transport: RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1}\r\n\r\n"
                channel += 2
            else:
                body = "\r\n"
            if request.startswith("TEARDOWN"):
                self.tore_down.set()
            self._before_answer(request)
            self._link.sendall((head + body).encode())
            if request.startswith("PLAY"):
                threading.Thread(target=self._play, daemon=True).start()

    def _play(self):
        try:
            self._script(self)
        except OSError:
            pass  # The client left.

    def _send(self, payload, ticks, marker):
        self._sequence += 1
        header = struct.pack(">BBHII", 0x80, 96 | (0x80 if marker else 0), self._sequence & 0xffff,
                             ticks & 0xffffffff, 0x1234)
        packet = header + payload
        self._link.sendall(b"$\0" + struct.pack(">H", len(packet)) + packet)

    def send(self, unit, ticks):
        """Sends one access unit, large NAL units in fragments (RFC 6184 §5.8)."""
        for nal in unit:
            last = nal is unit[-1]
            if len(nal) <= PAYLOAD_BYTES_MAX:
                self._send(nal, ticks, last)
                continue
            pieces = [nal[i:i + PAYLOAD_BYTES_MAX] for i in range(1, len(nal), PAYLOAD_BYTES_MAX)]
            for i, piece in enumerate(pieces):
                flags = (0x80 if i == 0 else 0) | (0x40 if i == len(pieces) - 1 else 0)
                head = bytes([(nal[0] & 0xe0) | 28, flags | (nal[0] & 31)])
                self._send(head + piece, ticks, last and i == len(pieces) - 1)

    def play(self, units, first_tick, seconds, rate=20):
        """Sends the units over and over, in real time. Returns the tick behind the last."""
        begin = time.monotonic()
        for i in range(int(seconds * rate)):
            self.send(units[i % len(units)], first_tick + i * 90_000 // rate)
            time.sleep(max(0.0, begin + (i + 1) / rate - time.monotonic()))
        return first_tick + int(seconds * rate) * 90_000 // rate
