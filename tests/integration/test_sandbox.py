"""What a worker may not, tried; and that libav, as it is installed, needs nothing of it."""

import concurrent.futures
import contextlib
import errno
import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from bad_server import BadServer, status  # noqa: E402
from simulator import Simulator, build_dir, make_clips  # noqa: E402
from wall import Wall, config_for  # noqa: E402
from worker_driver import Zygote, order_for, refused_calls  # noqa: E402

PORT = 19100
PROGRAM = build_dir() / "camwall-worker"
ATTEMPT = build_dir() / "sandbox_attempt"
SANITIZED = "-dev" in build_dir().name or build_dir().name in ("dev", "tsan")

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitized build has no sandbox")

NEEDED = {"write_segment", "read_resolver_file", "read_urandom", "resolve_localhost", "resolve_nothing", "tcp_socket",
          "tcp6_socket", "bind_udp", "start_thread"}

# Refused with an error, so that a library that tries goes on; all other acts end the process.
ERRORS = {
    **{name: errno.EACCES for name in (
        "read_shadow", "read_passwd", "read_own_program", "read_environment", "list_root", "write_tmp",
        "write_resolver_file", "write_urandom", "open_terminal", "read_beside", "read_beside_by_dots",
        "read_memory_of_another", "remove_beside", "executable_mmap")},
    "clone3": errno.ENOSYS,
    "unix_socket": errno.EAFNOSUPPORT,
    "netlink_socket": errno.EAFNOSUPPORT,
    "leak": errno.ENOMEM,
}
# Which error depends on the kernel's Landlock; without its network rules (before Linux 6.7) a port may be bound, and
# nobody is listened to.
EITHER = {"rename_into": {f"errno {errno.EACCES}", f"errno {errno.EXDEV}"}, "bind_tcp": {f"errno {errno.EACCES}", "done"}}
# The kernel ends these itself, and no handler can say which they were.
NAMELESS = {"handle_sigsys", "block_sigsys", "other_call_table"}


def acts():
    return subprocess.run([ATTEMPT, "--list"], capture_output=True, text=True, check=True).stdout.split()


def attempt(name, folder, victim):
    return subprocess.run([ATTEMPT, name, folder, str(victim)], capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL)


def check_act(name, folder, victim):
    result = attempt(name, folder, victim)
    said = result.stdout.strip()
    if name in NEEDED:
        assert (result.returncode, said) == (0, "done"), (name, result)
    elif name in ERRORS:
        assert (result.returncode, said) == (0, f"errno {ERRORS[name]}"), (name, result)
    elif name in EITHER:
        assert result.returncode == 0 and said in EITHER[name], (name, result)
    elif name == "abort":
        assert result.returncode == -signal.SIGABRT, (name, result)
    else:
        assert (result.returncode, said) == (-signal.SIGSYS, ""), (name, result)
        assert name in NAMELESS or re.fullmatch(r"sandbox refuses syscall \d+\n", result.stderr), (name, result)


def test_everything_a_worker_has_no_need_of_is_denied(tmp_path):
    folder = tmp_path / "output"
    folder.mkdir()
    beside = tmp_path / "beside"
    beside.write_text("precious")
    hosts = pathlib.Path("/etc/hosts").read_bytes()
    with subprocess.Popen(["/bin/sleep", "60"]) as victim:
        try:
            names = acts()
            assert len(names) > 70 and NEEDED <= set(names)
            for name in names:
                check_act(name, folder, victim.pid)
            assert victim.poll() is None, "it was hit"
        finally:
            victim.kill()
    assert beside.read_text() == "precious"
    assert pathlib.Path("/etc/hosts").read_bytes() == hosts
    assert not pathlib.Path("/tmp/sandbox_attempt").exists()
    assert sorted(x.name for x in folder.iterdir()) == []


@pytest.fixture(scope="module")
def cameras():
    make_clips()
    stream = [{"path": "main", "clip": "h264_aac.mov", "start": "keyframe"}]
    login = {"user": "admin", "password": "pass word", "streams": stream}
    extra = [{"name": "digest", "auth": "digest", **login}, {"name": "basic", "auth": "basic", **login},
             {"name": "udp_only", "streams": [{**stream[0], "transport": "udp"}]}]
    with Simulator(variants=True, cameras=extra, port=PORT) as simulator:
        yield simulator


def as_in_a_test(mode):
    return {**os.environ, "CAMWALL_TEST_SANDBOX": mode}


CANARY_JOBS = [
    ("h264_high_bframes_aac", {}), ("h264_pcmu", {}), ("h264_pcma", {"container": "mpegts"}), ("h265_aac", {}),
    ("h265_g1", {"container": "mpegts"}), ("h264_aac", {"transport": "udp"}), ("digest", {}), ("basic", {}), ("udp_only", {}),
]


def test_the_canary_sees_libav_ask_for_nothing_that_is_denied(cameras, tmp_path):
    def run(job):
        (name, changes), folder = job, tmp_path / job[0]
        folder.mkdir()
        with Zygote(PROGRAM, as_in_a_test("log")) as zygote:
            worker = zygote.start_worker()
            worker.order(**order_for(cameras.url(name).replace("127.0.0.1", "localhost"), folder, **changes))
            worker.wait_for_segments(2)
            assert worker.of_type("confined") == [{"type": "confined", "enforced": False, "missing": ""}]
            worker.stop()
            assert worker.wait_for_exit() == 0
            assert refused_calls(worker.log()) == [], (name, worker.log())
    with concurrent.futures.ThreadPoolExecutor(len(CANARY_JOBS)) as pool:
        list(pool.map(run, CANARY_JOBS))


def test_the_canary_sings(tmp_path):
    result = subprocess.run([ATTEMPT, "memory_file", tmp_path, "0"], capture_output=True, text=True, timeout=30,
                            env=as_in_a_test("log"))
    assert result.returncode == 0 and len(refused_calls(result.stderr)) == 1


def test_a_worker_says_that_it_is_enclosed_and_the_kernel_says_so_too(cameras, tmp_path):
    with Zygote(PROGRAM) as zygote:
        worker = zygote.start_worker()
        worker.order(**order_for(cameras.url("h264_aac"), tmp_path))
        worker.wait_for(lambda x: x.of_type("progress"))
        assert worker.facts[0] == {"type": "confined", "enforced": True, "missing": ""}
        facts = pathlib.Path(f"/proc/{worker.pid}/status").read_text()
        assert "Seccomp:\t2" in facts and "NoNewPrivs:\t1" in facts


def test_where_the_kernel_lacks_something_the_order_decides(cameras, tmp_path):
    with Zygote([ATTEMPT, "--without-landlock", PROGRAM]) as zygote:
        strict = zygote.start_worker()
        strict.order(**order_for(cameras.url("h264_aac"), tmp_path))
        failed = strict.wait_for_failure()
        assert failed["reason"] == "config"
        assert "Landlock" in failed["detail"] and "sandbox: best_effort" in failed["detail"]
        assert strict.wait_for_exit() == 0
        easy = zygote.start_worker()
        easy.order(**order_for(cameras.url("h264_aac"), tmp_path, sandbox_required=False))
        easy.wait_for_segments(1)
        said = easy.of_type("confined")[0]
        assert said["enforced"] is False and "Landlock" in said["missing"]
        assert "Seccomp:\t2" in pathlib.Path(f"/proc/{easy.pid}/status").read_text(), "what there is, is in force"


def test_the_key_of_the_configuration_decides_for_the_whole_wall(cameras):
    gate = {"gate": (cameras.url("h264_aac"), None)}
    blind = [ATTEMPT, "--without-landlock", build_dir() / "camwall"]
    with Wall(config_for(gate), program=blind) as strict:
        assert "Landlock" in strict.wait_for("gate", lambda x: x["reason"] == "config")["detail"]
        assert "camwall_sandbox_enforced 0\n" in strict.get("/metrics")[1].decode()
    with Wall(config_for(gate, extra="sandbox: best_effort"), program=blind) as easy:
        assert easy.wait_for("gate", lambda x: x["phase"] == "live")["streams"]["main"]["sandboxed"] is False
        assert "camwall_sandbox_enforced 0\n" in easy.get("/metrics")[1].decode()
        assert easy.log().count("workers are not enclosed in their sandbox: the kernel refuses Landlock") == 1


def test_a_worker_that_reaches_its_memory_ceiling_ends_and_its_neighbour_plays_on(cameras, tmp_path):
    for name in ("greedy", "modest"):
        (tmp_path / name).mkdir()
    with Zygote(PROGRAM) as zygote:
        modest = zygote.start_worker("modest")
        modest.order(**order_for(cameras.url("h264_aac"), tmp_path / "modest"))
        modest.wait_for_segments(1)
        greedy = zygote.start_worker("greedy")
        greedy.order(**order_for(cameras.url("h264_aac"), tmp_path / "greedy", memory_mb=1))
        exit_code = greedy.wait_for_exit(15)
        failed = greedy.of_type("failed")
        assert (failed and failed[0]["reason"] == "resources") or exit_code < 0, (exit_code, failed, greedy.log())
        seen = len(modest.of_type("segment_published"))
        modest.wait_for_segments(seen + 1)


def test_failures_and_silence_need_no_denied_call_either(tmp_path):
    with contextlib.closing(BadServer(status("401 Unauthorized"))) as refuses, \
            contextlib.closing(BadServer(lambda _: None)) as silent:
        with Zygote(PROGRAM, as_in_a_test("log")) as zygote:
            urls = [refuses.url, silent.url, "rtsp://no-such-camera.invalid/x", "rtsp://127.0.0.1:1/x"]
            workers = []
            for url in urls:
                workers.append(zygote.start_worker())
                workers[-1].order(**order_for(url, tmp_path, open_deadline_s=1.0))
            for worker in workers:
                worker.wait_for_failure(8)
                worker.wait_for_exit()
                assert refused_calls(worker.log()) == []
