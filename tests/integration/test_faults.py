"""Every fault of a camera against a live wall: named, in time, healed when it ends, and no neighbour's business.

The faults run in rounds, one on each camera at the same time, while two further cameras are recorded as witnesses.
"""

import collections
import dataclasses
import datetime
import http.client
import pathlib
import re
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fragments import gaps, segment_serials  # noqa: E402
from simulator import Simulator, make_clips  # noqa: E402
from wall import Recorder, Wall, wait_until  # noqa: E402

PORT = 19360
TIME_SCALE = 200  # 35 minutes become 10.5 s, the longest of the other waits 0.6 s
OPEN_S = 3.0
ACCESS_UNIT_S = 2.0
GOP_S = 1.0
SEGMENT_DEADLINE_S = 2 * GOP_S + 1
HOLD_S = 7.0
RECOVERY_S = 5.0  # beside what a row says
SLACK_S = 0.7  # of what polls and of a machine that does other things as well
WITNESSES = ("witness1", "witness2")


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is done to a camera ({} is its name) and what the wall must make of it.

    reasons      one of them must be told as the cause of a restart or of a failed try; none: it stays live
    detected_s   how soon
    recovered_s  how long after the end of the fault it may take until it is live
    """

    name: str
    begin: tuple
    reasons: tuple = ()
    detected_s: float = 1.0
    recovered_s: float = RECOVERY_S
    kind: str = "plain"
    check: object = None


def again(*command):
    """A fault that shows at the next connection only."""
    return (command, ("drop", "{}"))


def jumped(facts):
    assert facts.discontinuities > 0, "the jump is no discontinuity"


def smaller(facts):
    assert facts.during["streams"]["main"]["width"] == 320


def other_codec(facts):
    assert facts.during["streams"]["main"]["video"] == "h265"


def polite(facts):
    assert facts.stats["login_failures"] <= 4, "more than two tries with a wrong password (two requests each)"


def asked_twice(facts):
    assert facts.stats["failed_requests"] <= 2, "a camera that refuses the password is asked twice, then left alone"


FREEZE_S = ACCESS_UNIT_S + SLACK_S
AUTH_S = 2100 / TIME_SCALE + RECOVERY_S
FAULTS = [
    Fault("freeze", (("freeze", "{}"),), ("stalled",), FREEZE_S),
    Fault("freeze over UDP", (("freeze", "{}"),), ("stalled",), FREEZE_S, kind="udp"),
    Fault("connection ended", (("drop", "{}", "fin"),), ("ended",)),
    Fault("connection reset", (("drop", "{}", "rst"),), ("ended",)),
    Fault("port closed", (("refuse", "{}", "on"), ("drop", "{}")), ("refused",), 2.0),
    Fault("reboot", (("reboot", "{}", 3),), ("ended", "refused")),
    Fault("silent reboot", (("reboot", "{}", 3, "silent"),), ("stalled",), FREEZE_S),
    Fault("never answers", (("silence", "{}", "on"),), ("timeout",), FREEZE_S + OPEN_S + 1, OPEN_S + RECOVERY_S),
    Fault("noise for answers", again("noise", "{}", "on"), ("protocol", "timeout"), OPEN_S + 2, OPEN_S + RECOVERY_S),
    Fault("garbage in mid-stream", (("garbage", "{}", 20_000),), ("ended", "stalled", "protocol"), FREEZE_S + 1),
    Fault("wrong bits", (("flip", "{}", 5),)),
    Fault("clock jumps forward", (("clock", "{}", 100),), check=jumped),
    Fault("clock jumps back", (("clock", "{}", -100),), check=jumped),
    Fault("clock begins again", (("clock", "{}", "reset"),)),
    Fault("clock stands still", (("clock", "{}", "stop"),)),
    Fault("another size", (("play", "{}", "small"),), kind="udp", check=smaller),
    Fault("another codec", (("play", "{}", "h265_g1"),), ("ended",), check=other_codec),
    Fault("no keyframes", (("keyframes", "{}", "off"),), ("stalled",), SEGMENT_DEADLINE_S + GOP_S + SLACK_S),
    Fault("wrong password", again("answer", "{}", 401), ("auth",), 2.0, AUTH_S, check=asked_twice),
    Fault("forbidden", again("answer", "{}", 403), ("auth",), 2.0, AUTH_S, check=asked_twice),
    Fault("login locked", again("realm", "{}", "wrong"), ("auth",), 2.0, AUTH_S, kind="login", check=polite),
    Fault("no such stream", again("answer", "{}", 404), ("not_found",), 2.0),
    Fault("too many sessions", again("answer", "{}", 453, "setup"), ("busy",), 2.0),
    Fault("transport refused", again("answer", "{}", 461, "setup"), ("transport",), 2.0),
    Fault("internal error", again("answer", "{}", 500), ("protocol",), 2.0),
    Fault("trickle", (("trickle", "{}", 500),), ("stalled",), FREEZE_S + 2),
    Fault("flood", (("flood", "{}", 10),)),
    Fault("parameter sets in the stream only", again("sdp", "{}", "no_parameter_sets"), ("ended",)),
    Fault("nonsense for a description", again("sdp", "{}", "nonsense"), ("protocol",), 2.0),
    Fault("sound only", again("sdp", "{}", "audio_only"), ("no_video",), 2.0),
    Fault("packets lost", (("lose", "{}", 0.05),), kind="udp"),
    Fault("packets in another order", (("reorder", "{}", 0.3),), kind="udp"),
]
KINDS = {"plain": [f"plain{n}" for n in range(13)], "udp": ["udp1", "udp2"], "login": ["login1"]}
CAMERAS = [name for names in KINDS.values() for name in names]
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
        for words in fault.begin:
            cameras.command(*(str(word).format(camera) for word in words))
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
            camera = next((name for name in free if fault.kind == "plain" or name in KINDS[fault.kind]), None)
            if camera:
                free.remove(camera)
                chosen[camera] = fault
            else:
                later.append(fault)
        left = later
        result.append(chosen)
    return result


def configuration(cameras):
    lines = ["server:", "  listen: 127.0.0.1:0", "hls:", "  directory: hls", "state_dir: state",
             "deadlines:", f"  open: {OPEN_S}s", f"  access_unit: {ACCESS_UNIT_S}s",
             "test_only:", f"  time_scale: {TIME_SCALE}", "cameras:"]
    for name in (*CAMERAS, *WITNESSES):
        lines += [f"  - id: {name}", f"    url: {cameras.url(name)}"]
        lines += ["    transport: udp"] if name in KINDS["udp"] else []
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def outcome():
    """All rounds, one after the other: {fault's name: facts}, the sequences seen, the witnesses' recordings."""
    make_clips()
    stream = [{"path": "main", "clip": "h264_aac.mov"}]
    mounts = [{"name": name, "streams": stream} for name in (*CAMERAS, *WITNESSES)]
    for mount in mounts:
        if mount["name"] in KINDS["login"]:
            mount |= {"auth": "digest", "user": "admin", "password": "right"}
    results, where = {}, {}
    with Simulator(cameras=mounts, port=PORT, relay=True) as cameras, Wall(configuration(cameras)) as wall:
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
        assert facts.seen == {}, "it should have stayed live"
        assert facts.during["phase"] == "live"
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
