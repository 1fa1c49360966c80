"""Many small cameras that take their time to answer, and count how many of them are being connected to at once.

    with Crowd(64) as crowd:
        play(crowd.urls)
        assert crowd.peak <= 4
"""

import socket
import threading
import time

from scripted_camera import ScriptedCamera, make_pictures

ANSWER_S = 0.03
PICTURE_S = 0.2


class _Member(ScriptedCamera):
    def __init__(self, crowd):
        super().__init__(self._stream)
        self._crowd = crowd
        self.plays = 0

    def _serve(self):
        try:
            while True:
                self._link, _ = self._listener.accept()
                self._crowd.begins(self)
                try:
                    self._talk()
                except OSError:
                    pass  # The client left.
                self._crowd.ends(self)
        except OSError:
            pass  # The listener is closed: the test is over.

    def _before_answer(self, request):
        time.sleep(ANSWER_S)
        if request.startswith("PLAY"):
            self.plays += 1
            self._crowd.ends(self)

    def _stream(self, _):
        link, ticks = self._link, 0
        while link is self._link and link.fileno() >= 0:
            self.send(self._crowd.picture, ticks)
            ticks += int(PICTURE_S * 90_000)
            time.sleep(PICTURE_S)

    def drop(self):
        if self._link:
            self._link.shutdown(socket.SHUT_RDWR)


class Crowd:
    """So many cameras on ports of their own; a context manager."""

    def __init__(self, count):
        self.picture = make_pictures("160x90", count=1)[0]
        self.members = [_Member(self) for _ in range(count)]
        self._lock = threading.Lock()
        self._connecting = set()
        self.peak = 0

    def __enter__(self):
        for member in self.members:
            member.__enter__()
        return self

    def __exit__(self, *_):
        for member in self.members:
            member.__exit__()

    @property
    def urls(self):
        return [member.url for member in self.members]

    def begins(self, member):
        """A client of this member came."""
        with self._lock:
            self._connecting.add(member)
            self.peak = max(self.peak, len(self._connecting))

    def ends(self, member):
        """It gets its PLAY answered, or left."""
        with self._lock:
            self._connecting.discard(member)

    def drop_all(self):
        """All connections end at once, as when a switch restarts."""
        for member in self.members:
            member.drop()

    def plays(self):
        """The sessions that each member has begun."""
        return [member.plays for member in self.members]
