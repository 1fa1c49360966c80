"""A small RTSP client over TCP (RFC 2326, interleaved) that shows what really arrives. Standard library only."""

import socket
import struct
import time
import urllib.parse


class RtspClient:
    """Plays one stream without a login; every wait has a deadline."""

    def __init__(self, url, deadline_s=5):
        parts = urllib.parse.urlsplit(url)
        self.url = url
        self._socket = socket.create_connection((parts.hostname, parts.port), deadline_s)
        self._reader = self._socket.makefile("rb")
        self._number = 0
        self._session = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._reader.close()
        self._socket.close()

    def reset(self):
        """Ends the connection with a reset, as the system does for a program that is killed before it has read all."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.__exit__()

    def request(self, method, url=None, **headers):
        """Sends one request; returns (status, headers, body), the header names in lower case."""
        self._number += 1
        lines = [f"{method} {url or self.url} RTSP/1.0", f"CSeq: {self._number}"]
        lines += [f"Session: {self._session}"] if self._session else []
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join(lines + ["", ""]).encode())
        line = self._reader.readline()
        while line.startswith(b"$"):  # media that was under way
            self._reader.read(struct.unpack(">H", (line + self._reader.read(4))[2:4])[0])
            line = self._reader.readline()
        status = int(line.split()[1])
        answer = {}
        for line in iter(self._reader.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            answer[name.strip().lower()] = value.strip()
        return status, answer, self._reader.read(int(answer.get("content-length", 0))).decode()

    def play(self):
        """DESCRIBE, SETUP of the first medium and PLAY; returns the SDP."""
        status, _, sdp = self.request("DESCRIBE", Accept="application/sdp")
        assert status == 200, f"DESCRIBE: {status}"
        medium = sdp[sdp.index("m=video"):]
        control = next(line[len("a=control:"):] for line in medium.splitlines() if line.startswith("a=control:"))
        url = control if control.startswith("rtsp://") else f"{self.url}/{control}"
        status, answer, _ = self.request("SETUP", url, Transport="RTP/AVP/TCP;unicast;interleaved=0-1")
        assert status == 200, f"SETUP: {status}"
        self._session = answer["session"].split(";")[0]
        status, _, _ = self.request("PLAY", Range="npt=0.000-")
        assert status == 200, f"PLAY: {status}"
        return sdp

    def packet(self):
        """The next RTP packet of the medium; its reports (RTCP) are passed over. b"" at the end of the stream."""
        while True:
            header = self._reader.read(4)
            if len(header) < 4:
                return b""
            magic, channel, length = struct.unpack(">cBH", header)
            assert magic == b"$", f"no interleaved frame: {header!r}"
            payload = self._reader.read(length)
            if channel == 0:
                return payload

    def packets(self, seconds):
        """How many RTP packets arrive in that time."""
        count = 0
        end = time.monotonic() + seconds
        try:
            while (left := end - time.monotonic()) > 0:
                self._socket.settimeout(left)
                count += 1 if self.packet() else 0
        except TimeoutError:
            # A reader that has timed out refuses to read on: take a new one. Packets are whole here, because the
            # simulator pauses between access units only.
            self._reader = self._socket.makefile("rb")
        return count
