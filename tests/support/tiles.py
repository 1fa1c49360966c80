"""What the tiles of a wall's page say and show, sampled in a real browser while something else is tested."""

import bisect
import dataclasses
import json
import os
import subprocess
import threading
import time

from simulator import REPOSITORY

WATCHER = REPOSITORY / "tests" / "browser" / "support" / "watch_tiles.mjs"
STOP_DEADLINE_S = 15
STILL_SAMPLES_MIN = 8  # two for each reading of the pixels
PLAYERS = os.environ.get("CAMWALL_TEST_PLAYERS", "mse,hls").split(",")  # a page is open with each


@dataclasses.dataclass(frozen=True)
class Tile:
    """A tile at one moment (`at`: unix time). `player`: `mse` or `hls`. `moved_at`: when its pixels were last seen to differ, `still` samples ago."""

    at: float
    badge: str
    trusted: bool
    frames: int
    player: str
    moved_at: float
    still: int


class Tiles:
    """A browser with the page at `url`, once for each player: {player: Page} in `pages`. A context manager.

    players  `default`: which one the page takes by itself
    host     a name that leads to this machine, whose certificate nobody vouches for
    cookie   (name, value) of who is logged in
    """

    def __init__(self, url, players=None, host="", cookie=None):
        self._url = url
        self._players = players or PLAYERS
        self._environment = {**os.environ, "CAMWALL_TEST_HOST": host, "CAMWALL_TEST_COOKIE": json.dumps(cookie)}
        self._process = None
        self.pages = {player: Page() for player in self._players}

    def __enter__(self):
        self._process = subprocess.Popen(["node", WATCHER, self._url, *self._players], stdout=subprocess.PIPE, text=True, env=self._environment)
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError("the browser does not end") from None

    def _read(self):
        for line in self._process.stdout:
            sample = json.loads(line)
            self.pages[sample["player"]].add(sample["at"] / 1000, sample["tiles"])


class Page:
    """The tiles of one page."""

    def __init__(self):
        self._seen = {}  # camera -> [Tile]
        self._prints = {}

    def add(self, at, tiles):
        """Takes a sample (unix time) of all tiles: {camera: as watch_tiles.mjs says}."""
        for camera, tile in tiles.items():
            before = self._seen.setdefault(camera, [])
            # A picture that is not called LIVE may stand still: the stretch begins when it is.
            moved = (not before or self._prints.get(camera) != tile["print"] or before[-1].badge != "live")
            self._prints[camera] = tile["print"]
            before.append(Tile(at, tile["badge"], tile["trusted"], tile["frames"], tile["player"],
                               at if moved else before[-1].moved_at, 0 if moved else before[-1].still + 1))

    def all(self, camera):
        """Every sample of the camera so far, oldest first."""
        return list(self._seen.get(camera, ()))

    def between(self, camera, begin, end):
        """The samples of that time (unix time)."""
        samples = self.all(camera)
        times = [x.at for x in samples]
        return samples[bisect.bisect_left(times, begin):bisect.bisect_right(times, end)]

    def newest(self, camera):
        """The newest sample; None before the first."""
        samples = self._seen.get(camera)
        return samples[-1] if samples else None

    def is_trusted(self, camera, since):
        """Whether the newest sample, taken after `since`, says that the picture is of now."""
        newest = self.newest(camera)
        return newest is not None and newest.at > since and newest.trusted

    def story(self, camera, begin, end):
        """What the tile said, each time that it said something new: `+0.3 live +4.1 stale`."""
        words, last = [], None
        for x in self.between(camera, begin, end):
            if x.badge != last:
                words.append(f"+{x.at - begin:.1f} {x.badge}")
            last = x.badge
        return " ".join(words)

    def distrusted_after(self, camera, begin, end):
        """Seconds from `begin` until the tile was not trusted and stayed so to `end`; None when it was trusted then."""
        samples = self.between(camera, begin, end)
        trusted = [x.at for x in samples if x.trusted]
        later = [x.at for x in samples if not trusted or x.at > trusted[-1]]
        return later[0] - begin if later else None

    def lies(self, camera, longest_s):
        """The samples in which a tile that is called LIVE has shown the same pixels for longer than `longest_s`. Two that
        are far apart, because the machine has other things to do, prove nothing."""
        return [x for x in self.all(camera)
                if x.badge == "live" and x.at - x.moved_at > longest_s and x.still >= STILL_SAMPLES_MIN]


def wait_trusted(tiles, cameras, seconds):
    """Waits until each camera's tile is trusted in each page; returns those that are not: {(player, camera)}."""
    begin, deadline = time.time(), time.monotonic() + seconds
    left = {(player, name) for player in tiles.pages for name in cameras}
    while left and time.monotonic() < deadline:
        left = {(player, name) for player, name in left if not tiles.pages[player].is_trusted(name, begin)}
        time.sleep(0.1)
    return left
