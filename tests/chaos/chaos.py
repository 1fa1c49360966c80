"""Faults drawn by chance, many at a time, against a live wall: afterwards everything must be as before.

    tests/chaos/chaos.py --count 500 --seed 1

Cameras fail as in tests/support/faults.py; workers are killed and stopped, and the process that makes them is killed.
The policy's waits are scaled by the test-only setting. Prints how often each fault was drawn; none is left out when
there are at least as many draws as faults, and no class of them ever is. Exit code 1 when something is not as before.
"""

import argparse
import collections
import os
import pathlib
import random
import re
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from faults import CAMERAS, FAULTS, Fault, begin, camera_for, configuration, make_fault_clips, mounts  # noqa: E402
from processes import anonymous_pss_bytes, open_files  # noqa: E402
from simulator import Simulator  # noqa: E402
from wall import Wall, children, wait_until  # noqa: E402

PORT = 19380
AT_A_TIME = 8
LASTS_S = (0.5, 4.0)
ALL_LIVE_S = 60
PSS_GROWTH_MAX = {"server": 0.05, "all": 0.15}  # Workers are new each time; how much they decoded by chance differs.
LOOKS_MIN = 3
SETTLE_S = 3.0  # memory is compared when nothing is being started any more
PROCESS_FAULTS = [Fault("worker killed", ("kill",)), Fault("worker stopped", ("stop",)),
                  Fault("worker factory killed", ("zygote",))]
CLASSES = {"process": PROCESS_FAULTS}


def class_of(fault):
    """The classes are those of the simulator's reference: what the first command of a fault spoils."""
    words = {"media": ("freeze", "flip", "play", "keyframes", "flood"), "packets": ("clock", "lose", "reorder"),
             "answers": ("answer", "realm", "sdp"),
             "connection": ("drop", "refuse", "reboot", "silence", "noise", "garbage", "trickle")}
    return next(name for name, of in words.items() if fault.begin[0][0] in of)


for one in FAULTS:
    CLASSES.setdefault(class_of(one), []).append(one)


def draw(chance, count):
    """`count` faults: the classes take turns, and within a class each fault comes once before any comes again."""
    decks, drawn = {name: [] for name in CLASSES}, []
    names = list(CLASSES)
    while len(drawn) < count:
        chance.shuffle(names)
        for name in names[:count - len(drawn)]:
            if not decks[name]:
                decks[name] = chance.sample(CLASSES[name], len(CLASSES[name]))
            drawn.append(decks[name].pop())
    return drawn


def signal_to(pid, number):
    try:
        if pid:
            os.kill(pid, number)
    except ProcessLookupError:
        pass  # It is being started again already.


def make(wall, cameras, fault, camera):
    worker = wall.workers().get(f"{camera}/main")
    if fault in PROCESS_FAULTS:
        what = fault.begin[0]
        signal_to(wall.zygote() if what == "zygote" else worker, signal.SIGSTOP if what == "stop" else signal.SIGKILL)
    else:
        begin(cameras, fault, camera)


class State:
    """What must be as before."""

    def __init__(self, wall):
        offspring = children(wall.pid)
        self.processes = len(offspring)
        self.descriptors = open_files(wall.pid)
        self.pss = {"server": anonymous_pss_bytes(wall.pid),
                    "all": sum(anonymous_pss_bytes(pid) for pid in (wall.pid, *offspring))}

    def __str__(self):
        return (f"{self.processes} processes, {self.descriptors} descriptors, "
                + ", ".join(f"{name} {size / 2**20:.1f} MiB" for name, size in self.pss.items()))


JUDGED = re.compile(r'camwall_stream_pictures_judged_total\{camera="(.*?)".*\} (\d+)')


def judged(wall):
    """{camera: pictures judged}"""
    return {name: int(count) for name, count in JUDGED.findall(wall.get("/metrics")[1].decode())}


def settled(wall):
    """The state a little after all cameras have come to be live. All workers are made anew for it: those that come from
    different worker factories share less memory than those that come from one."""
    old = wall.workers()
    for pid in old.values():
        signal_to(pid, signal.SIGKILL)
    wait_until(lambda: (lambda new: len(new) == len(CAMERAS) and not set(new.values()) & set(old.values()))(wall.workers()),
               ALL_LIVE_S, "all workers are new")
    wall.wait_all_live(ALL_LIVE_S)
    # A worker that has not decoded a picture yet is smaller than one that has.
    before = judged(wall)
    wait_until(lambda: all(count >= before[name] + LOOKS_MIN for name, count in judged(wall).items()), ALL_LIVE_S,
               "every worker has looked at pictures")
    # Nor has one that has not made a still.
    for name in {title.split("/")[0] for title in old}:
        assert wall.get(f"/api/v1/cameras/{name}/snapshot.jpg?max_age=0&width=640", timeout=15)[0] == 200
    end = time.monotonic() + SETTLE_S
    wait_until(lambda: time.monotonic() >= end, SETTLE_S + 1, "it settles")
    wall.wait_all_live(ALL_LIVE_S)
    return State(wall)


def run(wall, cameras, chance, faults):
    """Does all faults, at most AT_A_TIME at once, each on a camera of its own. Returns the most there were at once."""
    waiting, active, most = list(faults), {}, 0
    while waiting or active:
        now = time.monotonic()
        for camera in [name for name, end in active.items() if now >= end]:
            cameras.heal(camera)
            del active[camera]
        free = [name for name in CAMERAS if name not in active]
        chance.shuffle(free)
        fault = next((x for x in waiting if camera_for(x, free)), None) if len(active) < AT_A_TIME else None
        if fault:
            camera = camera_for(fault, free)
            waiting.remove(fault)
            make(wall, cameras, fault, camera)
            active[camera] = now + chance.uniform(*LASTS_S)
            most = max(most, len(active))
        else:
            time.sleep(0.02)
    return most


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--count", type=int, default=30)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    chance = random.Random(chosen.seed)
    faults = draw(chance, chosen.count)
    with (tempfile.TemporaryDirectory(prefix="chaos_clips_") as clips,
          Simulator(cameras=mounts(), port=PORT, relay=True, clips=make_fault_clips(pathlib.Path(clips))) as cameras,
          Wall(configuration(cameras)) as wall):
        wall.wait_all_live()
        # A first round is not counted: what is made on first use, and kept, is made then.
        run(wall, cameras, chance, draw(chance, 3 * len(CLASSES)))
        before = settled(wall)
        began = time.monotonic()
        most = run(wall, cameras, chance, faults)
        ended = time.monotonic()
        wall.wait_all_live(ALL_LIVE_S)
        print(f"{len(faults)} faults in {ended - began:.0f} s, {most} at a time, seed {chosen.seed}; "
              f"all live {time.monotonic() - ended:.1f} s later")
        after = settled(wall)
    for name, of in CLASSES.items():
        counts = collections.Counter(fault.name for fault in faults if fault in of)
        print(f"{name} {counts.total()}: " + ", ".join(f"{fault.name} {counts[fault.name]}" for fault in of))
        assert counts.total() > 0, f"no fault of the class {name} was drawn"
    print(f"before: {before}\nafter:  {after}")
    assert most >= 4, "fewer than four faults at a time"
    assert after.processes == before.processes, "processes are left over or missing"
    assert after.descriptors <= before.descriptors, "descriptors are left over"
    for whose, growth in PSS_GROWTH_MAX.items():
        assert after.pss[whose] <= before.pss[whose] * (1 + growth), f"memory has grown: {whose}"


if __name__ == "__main__":
    try:
        main()
    except AssertionError as wrong:
        sys.exit(f"chaos: {wrong}")
