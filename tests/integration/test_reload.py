"""A configuration that changes while the wall runs: who is disturbed, and who is not."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fragments import gaps, segment_serials  # noqa: E402
from processes import anonymous_pss_bytes, open_files  # noqa: E402
from simulator import Simulator, build_dir  # noqa: E402
from wall import Recorder, Wall, wait_until  # noqa: E402

CAMERAS = 16
SETTLE = "reload:\n  settle: 100ms\n"
READ_AGAIN = "the configuration was read again"
RELOADS = 100
GROWTH_BYTES_MAX = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def cameras():
    with Simulator(demo=CAMERAS, port=21120) as simulator:
        yield simulator


def entry(cameras, name, **more):
    settings = {"id": name, "url": cameras.url(name, "sub"), **more}
    return "  - " + json.dumps(settings) + "\n"


def text_of(entries, head=SETTLE):
    return ("server:\n  listen: 127.0.0.1:0\nhls:\n  directory: hls\nstate_dir: state\n" + head
            + ("cameras:\n" + "".join(entries) if entries else "cameras: []\n"))


def all_entries(cameras, **more):
    """One entry for each camera; `more` holds further settings by name."""
    return [entry(cameras, name, **more.get(name, {})) for name in cameras.cameras]


def replace(wall, text):
    """As an editor saves a file: written anew and renamed."""
    fresh = wall.config_file.with_suffix(".new")
    fresh.write_text(text)
    os.replace(fresh, wall.config_file)


def metric(wall, name):
    for line in wall.get("/metrics")[1].decode().splitlines():
        if line.startswith(name + " "):
            return float(line.rpartition(" ")[2])
    raise AssertionError(f"no metric {name}")


def sessions(cameras, name):
    return cameras.stats(name)["streams"]["sub"]["clients"]


@pytest.fixture(scope="module")
def wall(cameras):
    with Wall(text_of(all_entries(cameras))) as running:
        running.wait_all_live()
        yield running


@pytest.fixture
def whole(wall, cameras):
    """The wall with all its cameras, as they were."""
    text = text_of(all_entries(cameras))
    if wall.config_file.read_text() != text:
        read = wall.log().count(READ_AGAIN)
        replace(wall, text)
        wait_until(lambda: wall.log().count(READ_AGAIN) > read, 10, "the wall is whole")
    wall.wait_all_live()
    return wall


def test_fifteen_of_sixteen_cameras_lose_nothing_when_one_is_edited(whole, cameras):
    victim, *others = cameras.cameras
    pids = whole.workers()
    recorders = {name: Recorder(whole, name, "main").__enter__() for name in others}
    try:
        wait_until(lambda: all(len(r.segments) >= 2 for r in recorders.values()), 15, "every stream is being recorded")
        replace(whole, text_of(all_entries(cameras, **{victim: {"audio": False}})))
        wait_until(lambda: whole.workers().get(f"{victim}/main") not in (None, pids[f"{victim}/main"]), 10, "a new worker")
        whole.wait_for(victim, lambda c: c["phase"] == "live")
        most = {name: len(r.segments) for name, r in recorders.items()}
        wait_until(lambda: all(len(r.segments) >= most[name] + 2 for name, r in recorders.items()), 15, "they go on")
    finally:
        for recorder in recorders.values():
            recorder.__exit__()
    for name, recorder in recorders.items():
        numbers = [number for segment in recorder.ordered() for number in segment_serials(segment)]
        assert len(numbers) > 30
        assert gaps(numbers) == [], f"{name} lost access units"
    now = whole.workers()
    assert {name: pid for name, pid in now.items() if name != f"{victim}/main"} == \
           {name: pid for name, pid in pids.items() if name != f"{victim}/main"}
    assert sessions(cameras, victim) == 1
    events = json.loads(whole.get(f"/api/v1/cameras/{victim}/events")[1])["events"]
    assert any(event["order"] == "reload" for event in events)


def test_label_group_and_order_change_without_a_restart(whole, cameras):
    pids = whole.workers()
    entries = all_entries(cameras, cam02={"label": "Back yard", "group": "outside"})
    replace(whole, text_of(entries[::-1]))
    wait_until(lambda: whole.camera("cam02")["label"] == "Back yard", 5, "the label is shown")
    assert whole.camera("cam02")["group"] == "outside"
    assert list(whole.cameras()) == list(cameras.cameras)[::-1]
    assert whole.workers() == pids
    assert all(c["phase"] == "live" for c in whole.cameras().values())


def test_a_camera_is_removed_without_a_trace_and_comes_back(whole, cameras):
    whole.get("/hls/cam03/main/index.m3u8")
    before = int(whole.get("/hls/cam03/main/video.m3u8")[1].split(b"MEDIA-SEQUENCE:")[1].split()[0])
    entries = all_entries(cameras)
    replace(whole, text_of(entries[:2] + entries[3:]))
    wait_until(lambda: "cam03" not in whole.cameras(), 5, "it is gone")
    assert whole.get("/api/v1/cameras/cam03")[0] == 404
    assert whole.get("/hls/cam03/main/video.m3u8")[0] == 404
    assert "cam03" not in whole.get("/metrics")[1].decode()
    wait_until(lambda: sessions(cameras, "cam03") == 0, 5, "its session is closed")
    wait_until(lambda: not (whole.folder / "hls" / "cam03").exists(), 5, "its files are gone")
    assert "cam03/main" not in whole.workers()
    replace(whole, text_of(entries))
    whole.wait_for("cam03", lambda c: c.get("phase") == "live" and c["streams"]["main"]["last_segment"])
    after = int(whole.get("/hls/cam03/main/video.m3u8")[1].split(b"MEDIA-SEQUENCE:")[1].split()[0])
    assert after > before, "an open page would play on"
    assert sessions(cameras, "cam03") == 1


def test_a_bad_file_changes_nothing_and_says_where(whole, cameras):
    pids = whole.workers()
    replace(whole, text_of(all_entries(cameras, cam04={"transport": "tpc"})))
    wait_until(lambda: metric(whole, "camwall_config_last_reload_successful") == 0, 5, "the metric says so")
    said = [line for line in whole.log().splitlines() if '"tpc" is not one of tcp, udp' in line]
    assert len(said) == 1 and "wall.yaml:12:" in said[0], "each fault is told once, with its place"
    replace(whole, text_of(all_entries(cameras))[:-20])  # Half-written.
    wait_until(lambda: whole.log().count("the one before stays in force") >= 2, 5, "that is no configuration either")
    assert whole.workers() == pids
    replace(whole, text_of(all_entries(cameras)))
    wait_until(lambda: metric(whole, "camwall_config_last_reload_successful") == 1, 5, "mended")
    assert whole.workers() == pids


def test_what_needs_a_new_start_is_told_and_waits(whole, cameras):
    pids = whole.workers()
    replace(whole, text_of(all_entries(cameras)).replace("state_dir: state", "state_dir: elsewhere"))
    wait_until(lambda: "state_dir was changed; that takes effect at the next start" in whole.log(), 5, "the warning")
    assert whole.workers() == pids
    assert not (whole.folder / "elsewhere").exists()


def test_a_hundred_reloads_half_of_them_broken_leave_the_server_as_it_was(whole, cameras):
    def write(number):
        good = {"cam05": {"label": f"Label {number}"}, "cam06": {"group": str(number)}}
        text = text_of(all_entries(cameras, **good), head="reload:\n  watch: false\n")
        whole.config_file.write_text(text if number % 2 == 0 else text.replace('"cam07"', '"CAM 07"'))

    def reload(number):
        done = whole.log().count(READ_AGAIN) + whole.log().count("stays in force")
        write(number)
        os.kill(whole.pid, signal.SIGHUP)
        wait_until(lambda: whole.log().count(READ_AGAIN)
                   + whole.log().count("stays in force") > done, 5, f"reload {number}")

    pids = whole.workers()
    for number in range(20):  # What is kept per camera, such as events, is filled.
        reload(number)
    memory, files = anonymous_pss_bytes(whole.pid), open_files(whole.pid)
    for number in range(20, 20 + RELOADS):
        reload(number)
    reload(200)
    wait_until(lambda: whole.camera("cam05")["label"] == "Label 200", 5, "the last one is in force")
    grown = anonymous_pss_bytes(whole.pid) - memory
    assert whole.workers() == pids
    assert grown < GROWTH_BYTES_MAX, f"the server grew by {grown} bytes"
    wait_until(lambda: open_files(whole.pid) == files, 5, lambda: f"{files} open files, not {open_files(whole.pid)}")
    print(f"{RELOADS} reloads: {grown / 1024:.0f} KiB")


def test_kubernetes_swaps_its_link(cameras, tmp_path):
    one, two = all_entries(cameras)[:2]
    for number, entries in (("1", [one]), ("2", [two])):
        (tmp_path / f"..{number}").mkdir()
        (tmp_path / f"..{number}" / "wall.yaml").write_text(text_of(entries))
    os.symlink("..1", tmp_path / "..data")
    wall = Wall("", folder=tmp_path)
    wall.config_file.unlink()
    os.symlink("..data/wall.yaml", wall.config_file)
    with wall:
        wall.wait_for("cam01", lambda c: c["phase"] == "live")
        os.symlink("..2", tmp_path / "..tmp")
        os.replace(tmp_path / "..tmp", tmp_path / "..data")
        wall.wait_for("cam02", lambda c: c.get("phase") == "live")
        assert list(wall.cameras()) == ["cam02"]


def test_sighup_reads_the_file_and_tells_the_service_manager(cameras, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        text = text_of([], head="reload:\n  watch: false\n")
        with Wall(text, folder=tmp_path, environment={"NOTIFY_SOCKET": str(tmp_path / "notify")}) as wall:
            assert "READY=1" in manager.recv(4096).decode()
            wall.config_file.write_text(text.replace("cameras: []\n", "cameras:\n" + entry(cameras, "cam01")))
            before_us = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            os.kill(wall.pid, signal.SIGHUP)
            reloading = dict(line.split("=", 1) for line in manager.recv(4096).decode().splitlines())
            assert reloading["RELOADING"] == "1" and int(reloading["MONOTONIC_USEC"]) >= before_us
            assert "READY=1" in manager.recv(4096).decode()
            assert list(wall.cameras()) == ["cam01"]


def test_check_diff_says_what_would_happen(cameras, tmp_path):
    one, two = all_entries(cameras)[:2]
    old, new, bad = (tmp_path / name for name in ("old.yaml", "new.yaml", "bad.yaml"))
    old.write_text(text_of([one]))
    new.write_text(text_of([two]))
    bad.write_text(text_of([one]).replace("rtsp", "http"))

    def diff(file):
        done = subprocess.run([build_dir() / "camwall", "check", "--diff", "--config", file, "--against", old],
                              capture_output=True, text=True, timeout=10)
        return done.returncode, done.stdout

    assert diff(old) == (0, "nothing would change\n")
    assert diff(new) == (3, "added: cam02\nremoved, with the live files: cam01\n")
    assert diff(bad)[0] == 2
