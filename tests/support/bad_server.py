"""RTSP servers that answer wrongly, or not at all."""

import contextlib
import re
import socket
import threading


class BadServer:
    """A server that answers the n-th request with the n-th text, and then `last` for ever."""

    def __init__(self, answer):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._answer = answer
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self):
        return f"rtsp://user:{'topsecret'}@127.0.0.1:{self._socket.getsockname()[1]}/x"

    def _serve(self):
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(link,), daemon=True).start()

    def _talk(self, link):
        try:
            while request := link.recv(4096).decode(errors="replace"):
                answer = self._answer(request)
                if answer is not None:
                    link.sendall(answer)
        except OSError:
            pass

    def close(self):
        self._socket.close()


def status(line):
    """Answers every request but OPTIONS with this status line."""

    def answer(request):
        number = re.search(r"CSeq: *(\d+)", request).group(1)
        if request.startswith("OPTIONS"):
            return f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n".encode()
        return f"RTSP/1.0 {line}\r\nCSeq: {number}\r\n\r\n".encode()
    return answer


def describes(media):
    """Takes every request; the description holds these media sections and nothing is ever sent."""
    text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\na=control:*\r\n" + media
    def answer(request):
        number = re.search(r"CSeq: *(\d+)", request).group(1)
        head = f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\nSession: 12;timeout=60\r\n"
        if request.startswith("DESCRIBE"):
            return (f"{head}Content-Type: application/sdp\r\nContent-Length: {len(text)}\r\n\r\n{text}").encode()
        if request.startswith("SETUP"):
            return (head + "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n").encode()
        return (head + "\r\n").encode()
    return answer


@contextlib.contextmanager
def redirecting():
    """(address of a server that sends its clients elsewhere, port there, a list of who came there)"""
    visitors = []

    def welcome(listener):
        with contextlib.suppress(OSError):
            visitors.append(listener.accept())
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        threading.Thread(target=welcome, args=(elsewhere,), daemon=True).start()
        port = elsewhere.getsockname()[1]
        server = BadServer(status(f"302 Moved\r\nLocation: rtsp://u:hidden@127.0.0.1:{port}/y"))
        yield server.url, port, visitors
        server.close()
