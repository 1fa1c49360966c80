"""The whole chain over real sockets and processes: sixteen simulated cameras, workers, supervision, HTTP."""

import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fragments import gaps, segment_serials  # noqa: E402
from simulator import Simulator, build_dir  # noqa: E402
from wall import Recorder, Wall, children, config_for, is_running, wait_until  # noqa: E402

CAMERAS = 16
GOP_S = 1.0  # of the sub-streams
ACCESS_UNIT_DEADLINE_S = 2.0


@pytest.fixture(scope="module")
def cameras():
    with Simulator(demo=CAMERAS, port=18900) as simulator:
        yield simulator


def wall_config(cameras, **options):
    return config_for({name: (cameras.url(name, "main"), cameras.url(name, "sub")) for name in cameras.cameras}, **options)


@pytest.fixture(scope="module")
def wall(cameras):
    with Wall(wall_config(cameras)) as running:
        running.wait_all_live()
        yield running


def settle(wall):
    """All live for more than the ten seconds after which a worker is restarted at once."""
    wall.wait_all_live()
    wait_until(lambda: all(seconds_live(wall, name) > 10.5 for name in wall.cameras()), 20, "ten seconds of live")


def test_every_worker_is_enclosed_and_the_wall_says_so(wall):
    enclosed = build_dir().name not in ("dev", "tsan")  # A sanitized build has no sandbox, and must not claim one.
    assert all(camera["streams"][camera["grid_stream"]]["sandboxed"] == enclosed for camera in wall.cameras().values())
    assert f"camwall_sandbox_enforced {int(enclosed)}\n" in wall.get("/metrics")[1].decode()
    for pid in wall.workers().values():
        assert f"Seccomp:\t{2 * enclosed}\n" in pathlib.Path(f"/proc/{pid}/status").read_text()


def age_s(time_text):
    then = datetime.datetime.fromisoformat(time_text.replace("Z", "+00:00"))
    return (datetime.datetime.now(datetime.timezone.utc) - then).total_seconds()


def seconds_live(wall, name):
    return age_s(wall.camera(name)["since"])


def serials_of(recorder):
    return [number for segment in recorder.ordered() for number in segment_serials(segment)]


def record_while(wall, names, action, after_s):
    """Records the streams while `action` runs and until `after_s` later; {name: recorder}."""
    recorders = {name: Recorder(wall, name).__enter__() for name in names}
    try:
        wait_until(lambda: all(len(r.segments) >= 2 for r in recorders.values()), 15, "every stream is being recorded")
        action()
        end = time.monotonic() + after_s
        wait_until(lambda: time.monotonic() >= end, after_s + 5, "the recording's end")
    finally:
        for recorder in recorders.values():
            recorder.__exit__()
    return recorders


def assert_nothing_lost(recorders):
    for name, recorder in recorders.items():
        numbers = serials_of(recorder)
        assert len(numbers) > 30, f"{name}: only {len(numbers)} access units"
        assert gaps(numbers) == [], f"{name} lost access units"
        assert recorder.missed == [], f"{name}: segments of the playlist were not there"


def test_all_sixteen_cameras_come_up(wall):
    found = wall.cameras()
    assert len(found) == CAMERAS
    for camera in found.values():
        stream = camera["streams"]["sub"]
        assert stream["video"] == "h264"
        assert (stream["width"], stream["height"]) == (640, 360)
        assert camera["streams"]["main"]["status"] == "idle", "main beside a sub runs on demand only"


def test_a_killed_worker_is_back_within_its_gop_and_two_seconds_and_no_neighbour_notices(wall):
    settle(wall)
    victim, *others = wall.cameras()
    took = {}

    def kill():
        frames = wall.camera(victim)["streams"]["sub"]["last_access_unit"]
        pid = wall.workers()[f"{victim}/sub"]
        os.kill(pid, signal.SIGKILL)
        begin = time.monotonic()
        wall.wait_for(victim, lambda c: c["phase"] == "live" and c["streams"]["sub"]["last_access_unit"] > frames
                      and wall.workers().get(f"{victim}/sub") not in (None, pid))
        took["live"] = time.monotonic() - begin

    recorders = record_while(wall, others, kill, after_s=5)
    assert took["live"] <= GOP_S + 2
    assert_nothing_lost(recorders)
    print(f"live again after {took['live']:.2f} s")


def test_the_end_of_the_zygote_costs_no_camera_an_access_unit(wall):
    settle(wall)
    first = wall.zygote()

    def kill():
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: wall.zygote() not in (None, first), 5, "a new worker factory")

    recorders = record_while(wall, list(wall.cameras()), kill, after_s=5)
    assert_nothing_lost(recorders)


def test_a_worker_is_made_by_the_new_zygote(wall):
    settle(wall)
    os.kill(wall.zygote(), signal.SIGKILL)
    pid = wall.workers()["cam02/sub"]
    os.kill(pid, signal.SIGKILL)
    wall.wait_for("cam02", lambda c: c["phase"] == "live" and wall.workers().get("cam02/sub") not in (None, pid))


def test_a_stopped_worker_is_noticed_in_time_and_replaced(wall):
    settle(wall)
    pid = wall.workers()["cam03/sub"]
    os.kill(pid, signal.SIGSTOP)
    begin = time.monotonic()
    wall.wait_for("cam03", lambda c: c["phase"] != "live")
    noticed = time.monotonic() - begin
    assert noticed <= ACCESS_UNIT_DEADLINE_S + 0.5
    camera = wall.wait_for("cam03", lambda c: c["phase"] == "live")
    assert wall.workers()["cam03/sub"] != pid
    assert camera["reason"] is None
    print(f"noticed after {noticed:.2f} s")


def test_a_frozen_camera_is_noticed_in_time_and_comes_back(wall, cameras):
    settle(wall)
    cameras.freeze("cam04/sub")
    begin = time.monotonic()
    camera = wall.wait_for("cam04", lambda c: c["phase"] != "live")
    noticed = time.monotonic() - begin
    assert noticed <= ACCESS_UNIT_DEADLINE_S + 0.5
    assert camera["reason"] == "stalled"
    cameras.thaw("cam04/sub")
    wall.wait_for("cam04", lambda c: c["phase"] == "live", seconds=20)
    print(f"noticed after {noticed:.2f} s")


def test_a_camera_that_reboots_is_refused_waits_and_comes_back(wall, cameras):
    settle(wall)
    cameras.reboot("cam05", 3)
    wall.wait_for("cam05", lambda c: c["phase"] == "backoff" and c["reason"] == "refused" and c["next_try"])
    wall.wait_for("cam05", lambda c: c["phase"] == "live", seconds=20)
    series = wall.get("/metrics")[1].decode()
    assert 'camwall_camera_connect_failures_total{camera="cam05",reason="refused"} 0' not in series


def test_a_dead_cameras_playlist_is_refused_at_once_and_not_served_old(wall, cameras):
    cameras.refuse("cam06")
    cameras.drop("cam06")
    wall.wait_for("cam06", lambda c: c["phase"] == "backoff")
    wait_until(lambda: wall.get("/hls/cam06/sub/video.m3u8")[0] == 503, 20, "the old playlist is refused")
    begin = time.monotonic()
    assert wall.get("/hls/cam06/sub/video.m3u8")[0] == 503
    assert time.monotonic() - begin < 0.5
    cameras.refuse("cam06", False)
    wall.wait_for("cam06", lambda c: c["phase"] == "live", seconds=40)


def test_main_starts_when_somebody_asks_for_it(wall):
    status, body = wall.get("/hls/cam07/main/index.m3u8")
    assert status == 503 and json.loads(body)["code"] == "camera_not_live"
    wait_until(lambda: wall.get("/hls/cam07/main/index.m3u8")[0] == 200, 15, "main plays")
    assert wall.camera("cam07")["streams"]["main"]["width"] == 1280


def test_killed_server_leaves_no_process_behind_and_a_restart_goes_on_above(cameras, tmp_path):
    config = wall_config(cameras)
    first = Wall(config, folder=tmp_path)
    first.start()
    first.wait_all_live()
    before = int(first.get("/hls/cam01/sub/video.m3u8")[1].split(b"MEDIA-SEQUENCE:")[1].split()[0])
    offspring = children(first.pid)
    assert len(offspring) == CAMERAS + 1
    first.stop(signal.SIGKILL)
    wait_until(lambda: not any(is_running(pid) for pid in offspring), 1, "no worker is left")
    with Wall(config, folder=tmp_path) as second:
        second.wait_all_live()
        after = int(second.get("/hls/cam01/sub/video.m3u8")[1].split(b"MEDIA-SEQUENCE:")[1].split()[0])
        assert after > before


def test_ctrl_c_ends_every_process_in_time_and_leaves_nothing(cameras, wall, tmp_path):
    def sessions():
        return [cameras.stats(name)["streams"]["sub"]["clients"] for name in cameras.cameras]

    wall.wait_all_live()
    wait_until(lambda: sessions() == [1] * CAMERAS, 10, lambda: f"one session per camera, not {sessions()}")
    second = Wall(wall_config(cameras), folder=tmp_path)
    second.start()
    second.wait_all_live()
    wait_until(lambda: sessions() == [2] * CAMERAS, 10, lambda: f"two sessions per camera, not {sessions()}")
    offspring = children(second.pid)
    took = second.stop(signal.SIGINT)
    assert took < 3
    assert second.process.returncode == 0
    assert [pid for pid in offspring if os.path.exists(f"/proc/{pid}")] == []
    assert [str(x) for x in (tmp_path / "hls").rglob("*")] == []
    wait_until(lambda: sessions() == [1] * CAMERAS, 10, lambda: f"the sessions were closed, not {sessions()}")


def test_no_secret_appears_anywhere(tmp_path):
    password = "s3cr%t@/:x"
    mounts = [{"name": "vault", "label": "Vault", "auth": "digest", "user": "admin", "password": password,
               "streams": [{"path": "main", "clip": "cam01_sub.mov"}]}]
    with Simulator(cameras=mounts, port=18960) as simulator:
        config = config_for({})[:-len("cameras:\n")] + (
            "log:\n  level: trace\ncameras:\n"
            f"  - id: vault\n    url: {simulator.bare_url('vault')}\n"
            "    username: admin\n    password: ${VAULT_PASSWORD}\n"
            f"  - id: wrong\n    url: {simulator.bare_url('vault')}\n"
            "    username: admin\n    password: not-the-s3cr-password\n")
        with Wall(config, folder=tmp_path, environment={"VAULT_PASSWORD": password}) as wall:
            wall.wait_for("vault", lambda c: c["phase"] == "live")
            wall.wait_for("wrong", lambda c: c["reason"] == "auth")
            shown = [wall.log(), wall.get("/api/v1/cameras")[1].decode(), wall.get("/metrics")[1].decode()]
            shown += [wall.get(f"/api/v1/cameras/{name}/events")[1].decode() for name in ("vault", "wrong")]
            for pid in children(wall.pid):
                for name in ("cmdline", "environ", "comm"):
                    shown.append(pathlib.Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace"))
            shown += [x.read_text(errors="replace") for x in (tmp_path / "state").rglob("*") if x.is_file()]
        for secret in (password, "s3cr%25t%40%2F%3Ax", "not-the-s3cr-password"):
            assert [text for text in shown if secret in text] == []


def test_a_recorder_sees_a_wrong_password_twice_whatever_its_channels(tmp_path):
    channels = [f"ch{i}" for i in range(1, 7)]
    recorder = {"name": "nvr", "auth": "digest", "user": "admin", "password": "right",
                "streams": [{"path": x, "clip": "cam01_sub.mov"} for x in channels]}
    with Simulator(cameras=[recorder], port=18960) as simulator:
        config = config_for({})[:-len("cameras:\n")] + "cameras:\n"

        def write(password):
            return config + "".join(f"  - id: {x}\n    url: {simulator.bare_url('nvr', x)}\n"
                                    f"    username: admin\n    password: {password}\n" for x in channels)

        with Wall(write("wrong"), folder=tmp_path) as wall:
            for x in channels:
                camera = wall.wait_for(x, lambda c: c["phase"] == "auth_failed", 30)
                assert camera["reason"] == "auth" and camera["next_try"]
            assert simulator.stats("nvr")["login_failures"] <= 4, "more than two tries (two requests each)"
            for x in channels:
                events = json.loads(wall.get(f"/api/v1/cameras/{x}/events")[1])["events"]
                assert "auth" in [event["reason"] for event in events], f"the history of {x} says why it is down"
            (tmp_path / "wall.yaml").write_text(write("right"))
            for x in channels:
                wall.wait_for(x, lambda c: c["phase"] == "live", 30)


def test_a_bad_configuration_starts_nothing(tmp_path):
    file = tmp_path / "wall.yaml"
    file.write_text("cameras:\n  - id: gate\n    url: rtsp://127.0.0.1:1/x\n    transport: tpc\n")
    done = subprocess.run([build_dir() / "camwall", "serve", "--config", file], capture_output=True, text=True, timeout=10)
    assert done.returncode == 2
    assert f"wall.yaml:4:16: cameras[0].transport: \"tpc\" is not one of tcp, udp" in done.stderr
    assert [x.name for x in tmp_path.iterdir()] == ["wall.yaml"]


def test_a_second_server_on_the_same_state_is_refused(cameras, tmp_path):
    with Wall(wall_config(cameras), folder=tmp_path):
        done = subprocess.run([build_dir() / "camwall", "serve", "--config", tmp_path / "wall.yaml"],
                              capture_output=True, text=True, timeout=10)
    assert done.returncode == 1
    assert "another server uses it" in done.stderr
