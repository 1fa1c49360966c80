"""Every fault of a camera against a live wall: named, in time, healed when it ends, and no neighbour's business.

The faults run in rounds, one on each camera at the same time, while two further cameras are recorded as witnesses and
the wall's page is open in a browser, once for each player. When a fault was named is read from the history of events, whose times are the
server's own: polling from outside would measure itself.
"""

import collections
import dataclasses
import http.client
import json
import pathlib
import re
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from faults import AUTH_S, CAMERAS, FAULTS, begin, camera_for, configuration, make_fault_clips, mounts  # noqa: E402
from fragments import gaps, segment_serials  # noqa: E402
from simulator import Simulator  # noqa: E402
from tiles import PLAYERS, Tiles, wait_trusted  # noqa: E402
from wall import Recorder, Wall, seconds_of, wait_until  # noqa: E402

PORT = 19360
HOLD_S = 8.0
PAGE_STARTS_S = 60
HONEST_S = 10.0  # the longest that a tile may call a picture LIVE which is not of now
STANDS_STILL_S = 7.0  # pixels that stand still so long are no live picture: the page's own bound is 4 s
PAGE_LAGS_S = 5.0  # it asks every 2 s; of a fault that was noticed later than that before its end it need not know
TILE_BACK_S = 30.0
WITNESSES = ("witness1", "witness2")
TRIES = re.compile(r'camwall_camera_(restarts|connect_failures)_total\{(.*?)\} (\d+)')
BREAKS = re.compile(r'camwall_stream_discontinuities_total\{(.*?)\} (\d+)')


class Shown:
    """What the camera's tile of one page made of a fault."""

    def __init__(self):
        self.distrusted_s = None  # until it said, and went on saying, that its picture is not of now
        self.story = ""
        self.back = False


class Facts:
    """What was seen of one fault."""

    def __init__(self):
        self.seen = {}  # reason or condition -> seconds after the begin of the fault
        self.counted = set()  # reasons that the metrics counted
        self.recovered_s = None
        self.shown = {player: Shown() for player in PLAYERS}
        self.during = self.stats = None
        self.discontinuities = 0


def label(text, name):
    return re.search(name + r'="([^"]*)"', text).group(1)


def counters(wall):
    """Ends of workers and failed tries: {camera: {reason: count}}, and discontinuities: {camera: count}."""
    text = wall.get("/metrics")[1].decode()
    tries, breaks = collections.defaultdict(collections.Counter), collections.Counter()
    for _, labels, count in TRIES.findall(text):
        tries[label(labels, "camera")][label(labels, "reason")] += int(count)
    for labels, count in BREAKS.findall(text):
        breaks[label(labels, "camera")] += int(count)
    return tries, breaks


class Sequences(threading.Thread):
    """Reads the playlists of all cameras again and again: {camera: first media sequence of each}."""

    def __init__(self, wall):
        super().__init__(daemon=True)
        self._port = wall.port
        self._end = threading.Event()
        self.found = {name: [] for name in CAMERAS}

    def run(self):
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        while not self._end.wait(0.5):
            for name, sequences in self.found.items():
                link.request("GET", f"/hls/{name}/main/video.m3u8")
                answer = link.getresponse()
                found = re.search(rb"EXT-X-MEDIA-SEQUENCE:(\d+)", answer.read())
                if answer.status == 200 and found:
                    sequences.append(int(found.group(1)))

    def end(self):
        self._end.set()
        self.join()


def is_up(camera):
    return camera["phase"] == "live" and not {"frozen", "undecodable"} & set(camera["conditions"])


def is_healthy(camera, since):
    stream = camera["streams"]["main"]
    return (camera["phase"] == "live" and not camera["conditions"] and bool(stream["last_segment"])
            and seconds_of(stream["last_access_unit"]) > since and seconds_of(stream["last_segment"]) > since)


def named(wall, camera, begun):
    """When the history tells each reason and each condition first: {word: seconds after `begun`}."""
    result = {}
    for event in json.loads(wall.get(f"/api/v1/cameras/{camera}/events?limit=100")[1])["events"]:
        word = event["reason"] or (event["sign"] if event["holds"] else None)
        after = seconds_of(event["first_at"]) - begun
        if word and after >= 0:
            result[word] = min(after, result.get(word, after))
    return result


def observe(wall, cameras, tiles, facts, begun, before):
    """Notes what became of the faults until now."""
    (tries_before, breaks_before), (tries, breaks) = before, counters(wall)
    during, now = wall.cameras(), time.time()
    for camera, fact in facts.items():
        fact.during = during[camera]
        fact.seen = named(wall, camera, begun[camera])
        fact.counted = {why for why, count in tries[camera].items() if count > tries_before[camera][why]}
        fact.discontinuities = breaks[camera] - breaks_before[camera]
        for player, page in tiles.pages.items():
            fact.shown[player].distrusted_s = page.distrusted_after(camera, begun[camera], now)
            fact.shown[player].story = page.story(camera, begun[camera], now)
        stats = cameras.stats(camera)
        fact.stats = {key: stats[key] - fact.stats[key] for key in ("login_failures", "failed_requests")}


def is_honest(tile, camera, condition):
    """Whether a tile says of a camera, which is to be in that condition, what is so."""
    return tile.badge == condition if condition in ("black", "uniform") else is_up(camera) or not tile.trusted


def await_honest(wall, tiles, faults, since, deadline):
    """Waits until a sample of each tile, taken after `since`, says what is so (unix times)."""
    while time.time() < deadline:
        found = wall.cameras()
        samples = [(camera, page.newest(camera)) for camera in faults for page in tiles.pages.values()]
        if all(tile.at > since and is_honest(tile, found[camera], faults[camera].condition)
               for camera, tile in samples):
            return
        time.sleep(0.1)


def await_recovery(wall, facts, ended):
    """Notes how long after `ended` (unix time) each camera is healthy again."""
    deadline = time.monotonic() + AUTH_S + 2
    while any(fact.recovered_s is None for fact in facts.values()) and time.monotonic() < deadline:
        found, now = wall.cameras(), time.time()
        for camera, fact in facts.items():
            if fact.recovered_s is None and is_healthy(found[camera], ended + 0.5):
                fact.recovered_s = now - ended
        time.sleep(0.1)


def run_round(wall, cameras, tiles, faults):
    """Does {camera: fault} at the same time, ends them, and waits for all. Returns {camera: facts}."""
    facts = {camera: Facts() for camera in faults}
    before, begun = counters(wall), {}
    for camera, fault in faults.items():
        facts[camera].stats = cameras.stats(camera)
        begun[camera] = time.time()
        begin(cameras, fault, camera)
    time.sleep(HOLD_S)
    await_honest(wall, tiles, faults, time.time() - 1, min(begun.values()) + HONEST_S)
    observe(wall, cameras, tiles, facts, begun, before)
    ended = time.time()
    for camera in faults:
        cameras.heal(camera)
    await_recovery(wall, facts, ended)
    away = wait_trusted(tiles, faults, TILE_BACK_S)
    for camera, fact in facts.items():
        for player, shown in fact.shown.items():
            shown.back = (player, camera) not in away
    return facts


def rounds():
    """[{camera: fault}]: as many at a time as there are cameras; what needs a certain kind comes first, then
    what takes long: all that in one round."""
    left, result = sorted(FAULTS, key=lambda fault: (fault.kind == "plain", not fault.slow)), []
    while left:
        free, chosen, later = list(CAMERAS), {}, []
        for fault in left:
            camera = camera_for(fault, free)
            if camera:
                free.remove(camera)
                chosen[camera] = fault
            else:
                later.append(fault)
        left = later
        result.append(chosen)
    return result


@dataclasses.dataclass
class Outcome:
    """All rounds, one after the other."""

    facts: dict  # fault's name -> Facts
    sequences: dict  # camera -> first media sequences
    witnesses: dict  # camera -> Recorder
    peaks: dict  # camera -> highest count of sessions at a time
    tiles: Tiles


def report(fault, camera, fact):
    words = " ".join(f"{word} {seconds:.2f}" for word, seconds in sorted(fact.seen.items(), key=lambda x: x[1]))
    recovered = "never" if fact.recovered_s is None else f"{fact.recovered_s:.2f}"
    print(f"{fault.name:36} {camera:8} recovered {recovered:6} {words}")
    for player, shown in fact.shown.items():
        print(f"{'':36} {player} {shown.story}")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    clips, results = make_fault_clips(tmp_path_factory.mktemp("clips")), {}
    with Simulator(cameras=mounts(WITNESSES), port=PORT, relay=True, clips=clips) as cameras, \
            Wall(configuration(cameras)) as wall, Tiles(f"http://127.0.0.1:{wall.port}/") as tiles:
        wall.wait_all_live()
        sequences = Sequences(wall)
        sequences.start()
        witnesses = {name: Recorder(wall, name, "main").__enter__() for name in WITNESSES}
        wait_until(lambda: all(len(one.segments) > 1 for one in witnesses.values()), 15, "the witnesses are recorded")
        assert not wait_trusted(tiles, cameras.cameras, PAGE_STARTS_S), "the page does not play"
        for faults in rounds():
            facts = run_round(wall, cameras, tiles, faults)
            for camera, fault in faults.items():
                results[fault.name] = facts[camera]
                report(fault, camera, facts[camera])
        for one in witnesses.values():
            one.__exit__()
        sequences.end()
        peaks = {name: cameras.stats(name)["sessions_peak"] for name in WITNESSES}
    return Outcome(results, sequences.found, witnesses, peaks, tiles)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_named_in_time_and_healed_when_it_ends(outcome, fault):
    facts = outcome.facts[fault.name]
    words = (fault.condition,) if fault.condition else fault.reasons
    told = {word: seconds for word, seconds in facts.seen.items() if word in words}
    if words:
        assert told, f"none of {words}: {facts.seen}"
        assert min(told.values()) <= fault.detected_s
    if fault.reasons:
        assert facts.counted & set(fault.reasons), "the metrics do not count it"
    else:
        assert facts.counted <= set(fault.by_chance), "it should have stayed live"
        assert facts.counted or facts.during["phase"] == "live"
    assert facts.recovered_s is not None, "it is not live again"
    assert facts.recovered_s <= fault.recovered_s
    if fault.check:
        fault.check(facts)


@pytest.mark.parametrize("player", PLAYERS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_tile_says_within_ten_seconds_that_its_picture_is_not_of_now(outcome, fault, player):
    facts = outcome.facts[fault.name]
    shown = facts.shown[player]
    known_s = HONEST_S - min(facts.seen.values(), default=HONEST_S)
    if not is_up(facts.during) and (shown.distrusted_s is not None or known_s >= PAGE_LAGS_S):
        assert shown.distrusted_s is not None, f"LIVE while it is {facts.during['phase']}: {shown.story}"
        assert shown.distrusted_s <= HONEST_S
    if fault.condition in ("black", "uniform"):
        assert fault.condition in shown.story
    assert shown.back, "the tile does not play again"


@pytest.mark.parametrize("player", PLAYERS)
@pytest.mark.parametrize("camera", [*CAMERAS, *WITNESSES])
def test_no_tile_ever_calls_a_picture_live_that_stands_still(outcome, camera, player):
    page = outcome.tiles.pages[player]
    assert len(page.all(camera)) > 2 * HOLD_S
    lies = page.lies(camera, STANDS_STILL_S)
    assert not lies, page.between(camera, lies[0].moved_at - 2, lies[0].at)


def test_no_media_sequence_ever_goes_back(outcome):
    for name, sequences in outcome.sequences.items():
        assert len(sequences) > 10, f"{name} was hardly ever live"
        assert sequences == sorted(sequences), f"{name}: a playlist went back"


@pytest.mark.parametrize("name", WITNESSES)
def test_a_neighbour_loses_no_access_unit_and_has_one_session(outcome, name):
    recorder = outcome.witnesses[name]
    numbers = [number for segment in recorder.ordered() for number in segment_serials(segment)]
    assert len(numbers) > 15 * 2 * HOLD_S
    assert gaps(numbers) == []
    assert recorder.missed == []
    assert outcome.peaks[name] == 1
