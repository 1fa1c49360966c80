"""Every fault of a camera against a live wall: named, in time, healed when it ends, and no neighbour's business.

The faults run in rounds, one on each camera at the same time, while two further cameras are recorded as witnesses.
"""

import collections
import datetime
import http.client
import pathlib
import re
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from faults import AUTH_S, CAMERAS, FAULTS, begin, camera_for, configuration, mounts  # noqa: E402
from fragments import gaps, segment_serials  # noqa: E402
from simulator import Simulator, make_clips  # noqa: E402
from wall import Recorder, Wall, wait_until  # noqa: E402

PORT = 19360
HOLD_S = 7.0
WITNESSES = ("witness1", "witness2")
TRIES = re.compile(r'camwall_camera_(restarts|connect_failures)_total\{(.*?)\} (\d+)')
BREAKS = re.compile(r'camwall_stream_discontinuities_total\{(.*?)\} (\d+)')


class Facts:
    """What was seen of one fault."""

    def __init__(self):
        self.seen = {}  # reason -> seconds after the begin of the fault
        self.recovered_s = None
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


def seconds_of(time_text):
    return datetime.datetime.fromisoformat(time_text.replace("Z", "+00:00")).timestamp() if time_text else 0


def is_healthy(camera, since):
    stream = camera["streams"]["main"]
    return (camera["phase"] == "live" and bool(stream["last_segment"])
            and seconds_of(stream["last_access_unit"]) > since and seconds_of(stream["last_segment"]) > since)


def watch(wall, base, begun, facts, until):
    """Notes when each reason is told first."""
    while time.monotonic() < until:
        tries, _ = counters(wall)
        now = time.monotonic()
        for camera, fact in facts.items():
            for reason, count in tries[camera].items():
                if count > base[camera][reason]:
                    fact.seen.setdefault(reason, now - begun[camera])
        time.sleep(0.05)


def run_round(wall, cameras, faults):
    """Does {camera: fault} at the same time, ends them, and waits for all. Returns {camera: facts}."""
    facts = {camera: Facts() for camera in faults}
    base, breaks = counters(wall)
    before = {camera: cameras.stats(camera) for camera in faults}
    begun = {}
    for camera, fault in faults.items():
        begun[camera] = time.monotonic()
        begin(cameras, fault, camera)
    watch(wall, base, begun, facts, time.monotonic() + HOLD_S)
    during, (_, breaks_now) = wall.cameras(), counters(wall)
    ended, ended_wall = time.monotonic(), time.time()
    for camera, fact in facts.items():
        stats = cameras.stats(camera)
        fact.stats = {key: stats[key] - before[camera][key] for key in ("login_failures", "failed_requests")}
        fact.during = during[camera]
        fact.discontinuities = breaks_now[camera] - breaks[camera]
        cameras.heal(camera)
    while any(fact.recovered_s is None for fact in facts.values()) and time.monotonic() < ended + AUTH_S + 2:
        now, found = time.monotonic(), wall.cameras()
        for camera, fact in facts.items():
            if fact.recovered_s is None and is_healthy(found[camera], ended_wall + 0.5):
                fact.recovered_s = now - ended
        time.sleep(0.05)
    return facts


def rounds():
    """[{camera: fault}]: as many at a time as there are cameras; what needs a certain kind comes first."""
    left, result = sorted(FAULTS, key=lambda fault: fault.kind == "plain"), []
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


@pytest.fixture(scope="module")
def outcome():
    """All rounds, one after the other: {fault's name: facts}, the sequences seen, the witnesses' recordings."""
    make_clips()
    results, where = {}, {}
    with Simulator(cameras=mounts(WITNESSES), port=PORT, relay=True) as cameras, Wall(configuration(cameras)) as wall:
        wall.wait_all_live()
        sequences = Sequences(wall)
        sequences.start()
        witnesses = {name: Recorder(wall, name, "main").__enter__() for name in WITNESSES}
        wait_until(lambda: all(len(one.segments) > 1 for one in witnesses.values()), 15, "the witnesses are recorded")
        for faults in rounds():
            facts = run_round(wall, cameras, faults)
            results |= {fault.name: facts[camera] for camera, fault in faults.items()}
            where |= {fault.name: camera for camera, fault in faults.items()}
        for one in witnesses.values():
            one.__exit__()
        sequences.end()
        peaks = {name: cameras.stats(name)["sessions_peak"] for name in WITNESSES}
        for fault in FAULTS:
            fact = results[fault.name]
            print(f"{fault.name:36} {where[fault.name]:8} recovered {fact.recovered_s and round(fact.recovered_s, 2)}  "
                  + " ".join(f"{reason} {seconds:.2f}" for reason, seconds in fact.seen.items()))
    return results, sequences.found, witnesses, peaks


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_named_in_time_and_healed_when_it_ends(outcome, fault):
    facts = outcome[0][fault.name]
    named = {reason: seconds for reason, seconds in facts.seen.items() if reason in fault.reasons}
    if fault.reasons:
        assert named, f"none of {fault.reasons}: {facts.seen}"
        assert min(named.values()) <= fault.detected_s
    else:
        assert set(facts.seen) <= set(fault.by_chance), "it should have stayed live"
        assert facts.seen or facts.during["phase"] == "live"
    assert facts.recovered_s is not None, "it is not live again"
    assert facts.recovered_s <= fault.recovered_s
    if fault.check:
        fault.check(facts)


def test_no_media_sequence_ever_goes_back(outcome):
    for name, sequences in outcome[1].items():
        assert len(sequences) > 10, f"{name} was hardly ever live"
        assert sequences == sorted(sequences), f"{name}: a playlist went back"


@pytest.mark.parametrize("name", WITNESSES)
def test_a_neighbour_loses_no_access_unit_and_has_one_session(outcome, name):
    recorder = outcome[2][name]
    numbers = [number for segment in recorder.ordered() for number in segment_serials(segment)]
    assert len(numbers) > 15 * 2 * HOLD_S
    assert gaps(numbers) == []
    assert recorder.missed == []
    assert outcome[3][name] == 1
