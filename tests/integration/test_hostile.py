"""A server whose workers lie, flood, hang and die, and one honest worker among them."""

import os
import pathlib
import re
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from hostile_worker import BEHAVIOURS  # noqa: E402
from processes import cpu_s, open_files  # noqa: E402
from simulator import build_dir  # noqa: E402
from wall import Wall, config_for, wait_until  # noqa: E402

BROKE = "the worker broke the protocol: "
# camera: reason, and what the sentence for people says
EXPECTED = {
    "flood": ("killed", BROKE + "more than 200 messages a second"),
    "oversized": ("killed", BROKE + "a message over 65536 bytes"),
    "truncated": ("killed", BROKE),
    "binary": ("killed", BROKE),
    "unknown": ("killed", BROKE + "unknown type"),
    "early": ("killed", BROKE + "progress before it was opened"),
    "unasked": ("killed", BROKE + "a probe's report that nobody ordered"),
    "late": ("ended", "the camera hung up"),
    "leap": ("killed", BROKE + "a media sequence that does not follow"),
    "back": ("killed", BROKE + "a media sequence that does not follow"),
    "break": ("killed", BROKE + "a discontinuity sequence that does not follow"),
    "media_noise": ("killed", BROKE + "media with an unknown header"),
    "media_oversized": ("killed", BROKE + "media over 65536 bytes in a message"),
    "media_unordered": ("killed", BROKE + "media of a feed that nobody ordered"),
    "media_torn": ("killed", BROKE + "a part of media that does not follow"),
    "media_huge": ("killed", BROKE + "media whose sizes or flags make no sense"),
    "media_short": ("killed", BROKE + "media of another size than was said"),
    "media_flood": ("killed", BROKE + "more than 33554432 bytes of media a second"),
    "silent": ("timeout", "no access unit"),
    "empty": ("timeout", "no access unit"),
    "hangup": ("stalled", "no access unit"),
    "stopped": ("stalled", "no access unit"),
    "loop": ("crashed", "status 1"),
    "segfault": ("crashed", "SIGSEGV"),
    "sandbox": ("killed", "the sandbox ended the worker (SIGSYS); its last words: sandbox refuses syscall 59"),
}
CONFIG = """
test_only: {time_scale: 4}
deadlines: {open: 2s, access_unit: 1s}
limits: {connecting_max: 64, connecting_per_host_max: 64}
"""


@pytest.fixture(scope="module")
def wall(tmp_path_factory):
    programs = tmp_path_factory.mktemp("programs")
    shutil.copy(build_dir() / "camwall", programs)
    shutil.copy(pathlib.Path(sys.modules["hostile_worker"].__file__), programs / "camwall-worker")
    os.chmod(programs / "camwall-worker", 0o755)
    config = config_for({name: ("rtsp://127.0.0.1:1/x", None) for name in BEHAVIOURS}, extra=CONFIG)
    with Wall(config, program=programs / "camwall") as running:
        running.wait_for("honest", lambda x: x["phase"] == "live")
        yield running


def metric(wall, pattern):
    text = wall.get("/metrics")[1].decode()
    return sum(float(x) for x in re.findall(rf"^{pattern} (\S+)$", text, re.MULTILINE))


def told(wall, name):
    return [line for line in wall.log().splitlines() if f"camera {name}/main: " in line and "; attempt " in line]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_hostile_worker_is_named(wall, name):
    reason, sentence = EXPECTED[name]
    wait_until(lambda: told(wall, name), 15, lambda: wall.log()[-4000:])
    assert f"({reason})" in told(wall, name)[0] and sentence in told(wall, name)[0]


def test_none_is_given_up_and_all_go_to_the_slow_lane(wall):
    for name in ("loop", "flood", "sandbox"):
        waits = wait_until(lambda n=name: len(told(wall, n)) >= 4 and told(wall, n), 30, name)
        seconds = [float(x) for x in re.findall(r"next try in ([\d.]+) s", "\n".join(waits))]
        assert len(seconds) >= 3 and seconds[2] > seconds[0], waits


def test_noise_and_gifts_do_no_harm(wall):
    for name in ("noise", "descriptors", "media_hangup"):
        assert wall.wait_for(name, lambda x: x["phase"] == "live")
    assert sum("worker: " in line for line in wall.log().splitlines()) < 60 * len(BEHAVIOURS), "noise is limited"
    assert "\x1b" not in wall.log()


def test_limits_that_were_reached_are_counted(wall):
    assert metric(wall, r'camwall_limit_reached_total\{limit="worker_messages"\}') >= 1
    assert metric(wall, r'camwall_limit_reached_total\{limit="worker_message_bytes"\}') >= 1
    assert metric(wall, r'camwall_limit_reached_total\{limit="worker_media"\}') >= 5
    assert metric(wall, r'camwall_limit_reached_total\{limit="worker_media_bytes"\}') >= 1
    assert metric(wall, r'camwall_limit_reached_total\{limit="worker_media_message_bytes"\}') >= 1
    assert metric(wall, "camwall_sandbox_enforced") == 0, "nobody claimed it"


def test_the_honest_worker_lost_nothing_and_the_server_is_at_ease(wall):
    before = wall.camera("honest")
    files, cpu = open_files(wall.pid), cpu_s(wall.pid)
    tries = len(told(wall, "loop"))
    wait_until(lambda: len(told(wall, "loop")) > tries, 40, "one more round")
    after = wall.camera("honest")
    assert (after["phase"], after["since"], after["attempts"]) == ("live", before["since"], 0)
    assert not told(wall, "honest")
    assert metric(wall, r'camwall_camera_restarts_total\{camera="honest",reason="\w+"\}') == 0
    # Each worker has a socket, a pipe and a pidfd; they come and go.
    assert abs(open_files(wall.pid) - files) < 3 * len(BEHAVIOURS)
    assert cpu_s(wall.pid) - cpu < 10
