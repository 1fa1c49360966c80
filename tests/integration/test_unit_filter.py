"""A wall inside the filters that systemd makes of ops/systemd/camwall.service, which is read here: both cannot drift apart."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SUPPORT = REPOSITORY / "tests" / "support"
sys.path[:0] = [str(SUPPORT.parent), str(SUPPORT)]
from support.live_client import LiveClient  # noqa: E402
from support.simulator import Simulator, build_dir  # noqa: E402
from support.wall import Wall, children, config_for, is_running, wait_until  # noqa: E402
from support.webhook_receiver import Receiver, make_certificate  # noqa: E402

UNIT = REPOSITORY / "ops" / "systemd" / "camwall.service"
GROUPS = {"@system-service": SUPPORT / "system_service_calls.txt"}
SANDBOX_CALLS = {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"}
PORT = 29000
RECEIVER = PORT + 60
TOLD_S = 30
SANITIZED = "-dev" in build_dir().name or build_dir().name in ("dev", "tsan")

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitized build has no sandbox, and needs more of the kernel")


def settings():
    """{name: value} of the unit's section [Service]; each name once, no line continued."""
    section = UNIT.read_text().partition("[Service]\n")[2].partition("\n[")[0]
    pairs = [line.partition("=")[::2] for line in section.splitlines() if line and line[0] not in "#;"]
    assert len(dict(pairs)) == len(pairs) and not any(value.endswith("\\") for _, value in pairs)
    return dict(pairs)


def recorded(group):
    return {line for line in GROUPS[group].read_text().splitlines() if not line.startswith("#")}


def allowed_calls(words):
    """What systemd makes of the words of SystemCallFilter. It ignores a group that it does not know: here that is an error."""
    return set().union(*(recorded(word) if word.startswith("@") else {word} for word in words))


def launcher(folder, refused="error", words=None):
    """The command that runs the server as the unit would."""
    unit = settings()
    assert (unit["SystemCallErrorNumber"], unit["NoNewPrivileges"], unit["MemoryDenyWriteExecute"],
            unit["RestrictNamespaces"]) == ("EPERM", "yes", "yes", "yes"), "what unit_filter does"
    calls = folder / "calls"
    calls.write_text("\n".join(sorted(allowed_calls(words or unit["SystemCallFilter"].split()))))
    families = ",".join(str(int(getattr(socket, name))) for name in unit["RestrictAddressFamilies"].split())
    return [build_dir() / "unit_filter", calls, families, refused, build_dir() / "camwall"]


@pytest.fixture(scope="module")
def cameras():
    with Simulator(demo=2, port=PORT) as simulator:
        yield simulator


def wall_config(cameras, **options):
    return config_for({name: (cameras.url(name, "main"), cameras.url(name, "sub")) for name in cameras.cameras}, **options)


def first_segment(wall, camera):
    playlist = wall.get(f"/hls/{camera}/sub/video.m3u8")[1].decode()
    return next(line for line in playlist.splitlines() if line and not line.startswith("#"))


def check_wall(wall):
    """Everything that makes a wall: pictures, enclosed workers, files and live pictures served, a worker that is replaced."""
    wall.wait_all_live()
    assert "camwall_sandbox_enforced 1\n" in wall.get("/metrics")[1].decode()
    assert all("Seccomp:\t2" in pathlib.Path(f"/proc/{pid}/status").read_text() for pid in children(wall.pid))
    for name in wall.cameras():
        status, segment = wall.get(f"/hls/{name}/sub/{first_segment(wall, name)}")
        assert status == 200 and b"moof" in segment
    with LiveClient(wall, "/ws/stream?id=cam01&format=jpeg") as made, LiveClient(wall, "/ws/stream?id=cam02&format=mpegts") as copied:
        wait_until(lambda: len(made.payloads) > 2 and len(copied.payloads) > 2, 10,
                   lambda: f"live pictures: {len(made.payloads)} made, {len(copied.payloads)} copied")
        assert made.payloads[0].startswith(b"\xff\xd8")
    before = wall.workers()
    os.kill(before["cam01/sub"], signal.SIGKILL)
    wait_until(lambda: wall.workers().get("cam01/sub") not in (None, before["cam01/sub"]), 5, "a new worker")
    wall.wait_for("cam01", lambda x: x["phase"] == "live")
    assert wall.workers()["cam02/sub"] == before["cam02/sub"]


# `kill` is stricter than the unit: it shows that nothing the server does needs a call that is refused.
@pytest.mark.parametrize("refused", ["error", "kill"])
def test_a_wall_works_inside_the_filters_of_its_unit(cameras, tmp_path, refused):
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "2000000"}
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(environment["NOTIFY_SOCKET"])
    manager.settimeout(5)
    with Wall(wall_config(cameras), folder=tmp_path, environment=environment, program=launcher(tmp_path, refused)) as wall:
        with manager:  # Closed then: the server would wait for a manager that does not read.
            assert b"READY=1" in manager.recv(4096)
            assert b"WATCHDOG=1" in manager.recv(4096)
        check_wall(wall)
        offspring = children(wall.pid)
        assert len(offspring) == 3, "the factory and two workers"
    assert wall.process.returncode == 0
    assert not any(is_running(pid) for pid in offspring)


def test_a_webhook_finds_a_name_and_speaks_tls_inside_the_filters_of_the_unit(cameras, tmp_path):
    certificate = make_certificate(tmp_path, "DNS:localhost")
    hook = f"webhooks:\n  - {{name: office, url: 'https://localhost:{RECEIVER}/', ca_file: {certificate[0]}, events: [reload]}}"
    text = wall_config(cameras, extra=hook)
    with Receiver(RECEIVER, certificate=certificate) as receiver, \
            Wall(text, folder=tmp_path, environment={"no_proxy": "*"}, program=launcher(tmp_path, "kill")) as wall:
        wall.config_file.write_text(text.replace("hls:", "hsl:", 1))
        wait_until(lambda: receiver.notices(event="reload", status="firing"), TOLD_S, wall.log)
        assert "wall.yaml" in receiver.notices()[0]["detail"]


@pytest.mark.parametrize("lacks, what", [(SANDBOX_CALLS, "Landlock"), ({"seccomp"}, "the filter of system calls")])
def test_a_unit_without_the_calls_of_the_sandbox_is_told_what_to_add(cameras, tmp_path, lacks, what):
    words = [x for x in settings()["SystemCallFilter"].split() if x not in lacks]
    with Wall(wall_config(cameras), folder=tmp_path, program=launcher(tmp_path, words=words)) as wall:
        said = wall.wait_for("cam01", lambda x: x["reason"] == "config")["detail"]
        assert f"the kernel refuses {what}" in said and "sandbox: best_effort" in said
        wanted = said.partition("SystemCallFilter=")[2].partition(";")[0]
        assert lacks <= set(wanted.split()) <= SANDBOX_CALLS, said
        wait_until(lambda: "cam01/sub: connecting → backoff (config): the kernel refuses" in wall.log(), 2, wall.log)
        assert wall.log().count("workers are not enclosed in their sandbox: the kernel refuses") == 1
        assert "camwall_sandbox_enforced 0\n" in wall.get("/metrics")[1].decode()


def test_the_recorded_group_lacks_what_the_unit_adds():
    assert not recorded("@system-service") & {"seccomp", "landlock_create_ruleset", "ptrace", "mount", "bpf", "reboot"}
    assert {"clone", "pidfd_open", "close_range", "prctl"} <= recorded("@system-service")


def test_the_unit_allows_every_call_that_a_worker_may_make():
    source = (REPOSITORY / "media" / "worker" / "call_rules.cpp").read_text()
    names = re.findall(r'^  "(\w+)",$', source, re.MULTILINE) + re.findall(r'add\(SCMP_ACT_ALLOW, "(\w+)"', source)
    assert len(names) > 80 and {"openat", "clone", "setpriority"} <= set(names)
    assert set(names) <= allowed_calls(settings()["SystemCallFilter"].split())


def test_systemd_finds_no_fault_with_the_unit(tmp_path):
    text = UNIT.read_text().replace("/usr/bin/camwall", str(build_dir() / "camwall"))
    (tmp_path / UNIT.name).write_text(text)
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / UNIT.name], capture_output=True, text=True, timeout=30)
    said = [line for line in result.stderr.splitlines() if UNIT.name in line or "camwall" in line]
    assert said == [], result.stderr
