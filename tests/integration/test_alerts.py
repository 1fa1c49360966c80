"""What breaks is told to who is on call: a live wall, the real Prometheus and Alertmanager, the rules as they are in use.

Only waits are shorter (ops/prometheus/in_a_hurry.py); expressions and their windows are those of the repository. One wall of simulated
cameras has everything that can break; the tests go through it in their order.

Not here, because their windows take half an hour and a day: CamwallRecoverySlow and CamwallMemoryGrows (tests/prometheus).
"""

import contextlib
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.request

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1]), str(pathlib.Path(__file__).resolve().parents[1] / "support")]
from support.alerting import Alertmanager, Liar, Prometheus, Receiver  # noqa: E402
from support.faults import make_fault_clips  # noqa: E402
from support.live_client import LiveClient  # noqa: E402
from support.prometheus_files import REPOSITORY, RULES, dashboards, documented_metrics, queries  # noqa: E402
from support.simulator import Simulator  # noqa: E402
from support.wall import Wall, wait_until  # noqa: E402

PORT = 21700
HURRY = 15  # A minute of `for:` becomes four seconds.
TIME_SCALE = 30
STORM = [f"cam{n:02}" for n in range(1, 17)]
GROUP = ["yard1", "yard2", "yard3"]
VAULT = ["vault1", "vault2", "vault3"]  # A group, too; all but the last ask for a password.
LOGINS = ["login1", *VAULT[:2]]
TOLD_S = 40
SERIES_MAX = 120  # of a camera
SILENT_AFTER_S = 30


def mounts():
    streams = [{"path": "main", "clip": "h264_aac.mov"}]
    result = [{"name": name, "streams": streams} for name in (*STORM, *GROUP, VAULT[-1])]
    return [*result, *({"name": name, "streams": streams, "auth": "digest", "user": "admin", "password": "right"} for name in LOGINS)]


def configuration(cameras):
    lines = ["server:", "  listen: 127.0.0.1:0", "  walls: [lobby]", "hls:", "  directory: hls", "state_dir: state",
             "deadlines:", "  open: 3s", "defaults:", "  picture:", "    interval: 500ms", "    frozen_after: 3s", "    black_after: 2s",
             "webhooks:", "  - {name: office, url: 'http://127.0.0.1:9/', events: [reload]}",  # Counted, and never asked.
             "test_only:", f"  time_scale: {TIME_SCALE}", "cameras:"]
    for name in cameras.cameras:
        lines += [f"  - id: {name}", f"    label: Camera {name[-2:]}", f"    url: {cameras.url(name)}"]
        lines += ["    group: yard"] if name in GROUP else ["    group: vault"] if name in VAULT else []
    return "\n".join(lines) + "\n"


def careless_configuration(folder):
    """A wall without cameras that everybody may look at, on a disk that is nearly as full as it may be."""
    free_mb = shutil.disk_usage(folder).free // 2**20
    return "\n".join(["server:", "  listen: 127.0.0.1:0", "  access: open", "  walls: [stairs]", "hls:", "  directory: hls", "state_dir: state", "limits:",
                      f"  disk_free_min_mb: {min(1_000_000, free_mb // 2)}", "cameras: []", ""])


class Scene:
    """All of it together."""

    def __init__(self, cameras, wall, careless, liar, receiver, prometheus):
        self.cameras, self.wall, self.careless, self.liar = cameras, wall, careless, liar
        self.receiver, self.prometheus = receiver, prometheus

    @contextlib.contextmanager
    def lost(self, *names):
        """Ends the cameras' connections and lets them accept none for a while."""
        for name in names:
            self.cameras.refuse(name)
        for name in names:
            self.cameras.drop(name)
        try:
            yield
        finally:
            self.heal(*names)

    def heal(self, *names):
        for name in names:
            self.cameras.heal(name)

    def order(self, camera, what):
        request = urllib.request.Request(f"http://127.0.0.1:{self.wall.port}/api/v1/cameras/{camera}/{what}", method="POST", data=b"")
        urllib.request.urlopen(request, timeout=5).close()

    def expect(self, *keys, instance="wall", seconds=TOLD_S):
        """Until exactly these (alert, camera or group or …) of a server are told to be wrong."""
        expected = {("Camwall" + name, instance, about) for name, about in keys}
        self.receiver.wait_for(instance, expected, seconds)

    def alert(self, name, about):
        return self.receiver.alert("Camwall" + name, "wall", about)


def shorten_the_hour(rules):
    """Of MemoryGrows: four minutes of it are left, which are seconds here."""
    before = rules.read_text()
    assert before.count("for: 240000ms") == 1
    rules.write_text(before.replace("for: 240000ms", "for: 4000ms"))


def a_day_ago():
    """What Prometheus had recorded of the liar's memory by then: a megabyte."""
    begin = int(time.time()) - 24 * 3600 - 60
    lines = [f'camwall:memory_bytes{{instance="liar",job="camwall"}} 1e+06 {begin + 15 * n}' for n in range(60)]
    return "\n".join(["# TYPE camwall:memory_bytes gauge", *lines, "# EOF", ""])


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alerts")
    for name, source in (("rules", RULES), ("alertmanager", RULES.parent)):
        subprocess.run([RULES.parent / "in_a_hurry.py", str(HURRY), source, folder / name], check=True)
    alertmanager_text = (folder / "alertmanager" / "alertmanager.yml").read_text()
    clips = make_fault_clips(tmp_path_factory.mktemp("clips"))
    with contextlib.ExitStack() as stack:
        cameras = stack.enter_context(Simulator(cameras=mounts(), port=PORT, clips=clips))
        wall = stack.enter_context(Wall(configuration(cameras)))
        careless = stack.enter_context(Wall(careless_configuration(folder), folder=folder))
        liar = stack.enter_context(Liar(wall))
        hung = stack.enter_context(LiveClient(careless, "/ws/wall?wall=stairs"))
        report(hung, "live")
        wall.wait_all_live(60)
        receiver = stack.enter_context(Receiver())
        alertmanager = stack.enter_context(Alertmanager(alertmanager_text, receiver))
        targets = {"wall": wall.port, "careless": careless.port, "liar": liar.port}
        shorten_the_hour(folder / "rules" / "camwall_server.yml")
        prometheus = stack.enter_context(Prometheus(targets, folder / "rules", alertmanager, a_day_ago()))
        yield Scene(cameras, wall, careless, liar, receiver, prometheus)


def report(client, *badges):
    """What a wall says of its tiles for the first cameras."""
    client.say(type="report", tiles=[{"camera": f"cam{n:02}", "badge": badge, "latency_ms": 200} for n, badge in enumerate(badges, 1)])


def test_a_sound_wall_is_scraped_and_nobody_is_called(scene):
    for target in ("wall", "liar"):
        scene.prometheus.await_scrape(target)
    assert scene.prometheus.query('sum(camwall_camera_up{instance="wall"})')[0][1] == len(scene.cameras.cameras)
    assert all(instance == "careless" for _, instance, _ in scene.prometheus.firing())


def test_the_metrics_are_what_prometheus_wants(scene):
    text = scene.wall.get("/metrics")[1]
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=20)
    assert done.returncode == 0 and not done.stdout + done.stderr, (done.stdout + done.stderr).decode()
    assert text.count(b'camera="cam01"') <= SERIES_MAX
    stored = scene.prometheus.values("__name__")
    for name, kind in documented_metrics().items():
        assert (f"{name}_bucket" if kind == "histogram" else name) in stored, f"{name} is documented and not there"
    undocumented = {x for x in stored if x.startswith("camwall_")} - set(documented_metrics())
    histograms = {name for name, kind in documented_metrics().items() if kind == "histogram"}
    assert {x.rpartition("_")[0] for x in undocumented} <= histograms


def test_each_broken_camera_is_told_by_name_and_reason_until_it_is_mended(scene):
    scene.cameras.command("play", "cam03", "black")  # It takes longest.
    with scene.lost("cam01"):
        scene.expect(("CameraDown", "cam01"))
        alert = scene.alert("CameraDown", "cam01")
        assert alert["labels"]["severity"] == "critical"
        assert "Camera 01 (cam01) is down: refused; last picture 20" in alert["annotations"]["summary"]

        scene.cameras.command("realm", "login1", "wrong")
        scene.cameras.drop("login1")
        scene.expect(("CameraDown", "cam01"), ("CameraAuthFailed", "login1"))
        alert = scene.alert("CameraAuthFailed", "login1")
        assert "(login1) refuses the password" in alert["annotations"]["summary"]
        assert "Do not retry by hand" in alert["annotations"]["description"]

        scene.cameras.command("play", "cam02", "settled")
        scene.expect(("CameraDown", "cam01"), ("CameraAuthFailed", "login1"), ("CameraFrozen", "cam02"), ("CameraBlack", "cam03"))
        assert "sends a picture that is frozen" in scene.alert("CameraFrozen", "cam02")["annotations"]["summary"]
        assert "shows a black picture; live since 20" in scene.alert("CameraBlack", "cam03")["annotations"]["summary"]
    scene.expect(("CameraAuthFailed", "login1"), ("CameraFrozen", "cam02"), ("CameraBlack", "cam03"))
    scene.heal("cam02", "cam03", "login1")
    scene.order("login1", "retry")
    scene.expect()


def test_a_group_that_is_down_is_one_message_and_not_one_for_each_camera(scene):
    before = len(scene.receiver.messages_of("wall"))
    with scene.lost(*GROUP):
        scene.expect(("GroupDown", "yard"))
        assert "All cameras of the group \"yard\"" in scene.alert("GroupDown", "yard")["annotations"]["summary"]
        singles = {("CamwallCameraDown", "wall", name) for name in GROUP}
        wait_until(lambda: singles <= scene.prometheus.firing(), TOLD_S, lambda: scene.prometheus.firing())
    scene.expect()
    told = {alert["labels"]["alertname"] for message in scene.receiver.messages_of("wall")[before:] for alert in message["alerts"]}
    assert told == {"CamwallGroupDown"}


def test_a_password_that_is_refused_is_told_also_while_the_group_is_down(scene):
    """Whoever thinks of the switch only tries again by hand, and locks the account out."""
    before = len(scene.receiver.messages_of("wall"))
    refused = [("CameraAuthFailed", name) for name in VAULT[:2]]
    with scene.lost(*VAULT):
        scene.expect(("GroupDown", "vault"))
        for _, name in refused:
            scene.cameras.command("realm", name, "wrong")
            scene.cameras.refuse(name, False)
        scene.expect(("GroupDown", "vault"), *refused)
        scene.heal(VAULT[-1])
        scene.expect(*refused)
    for _, name in refused:
        scene.order(name, "retry")
    scene.expect()
    told = {alert["labels"]["alertname"] for message in scene.receiver.messages_of("wall")[before:] for alert in message["alerts"]}
    assert told == {"CamwallGroupDown", "CamwallCameraAuthFailed"}


def test_a_screen_that_stands_is_told_although_the_cameras_are_well(scene):
    with LiveClient(scene.wall, "/ws/wall?wall=lobby") as lobby:
        report(lobby, "live", "stale", "connecting")
        scene.expect(("WallTileStale", "lobby"))
        assert scene.alert("WallTileStale", "lobby")["annotations"]["summary"].startswith('2 tiles of the wall "lobby"')
        report(lobby, "live", "live", "live")
        scene.expect()


def later(line, seconds):
    """The sample with a time that lies further back."""
    head, _, value = line.rpartition(" ")
    return f"{head} {float(value) - seconds}"


def lie(line):
    if line.startswith(("camwall_stream_last_access_unit", "camwall_stream_last_segment")):
        return later(line, 60) if 'camera="cam05"' in line else None
    if line.startswith("camwall_config_last_reload_successful"):
        return line.replace(" 1", " 0")
    return line if 'camera="' not in line or 'camera="cam05"' in line else None


def test_what_a_sound_server_never_does_is_told_as_well(scene):
    """The figures are those of the wall, with some of them changed on the way."""
    scene.liar.change = lie
    scene.expect(("CameraStale", "cam05"), ("SegmentsStale", "cam05"), ("ReloadFailed", ""), instance="liar")
    assert "is called live but last picture 20" in scene.receiver.alert("CamwallCameraStale", "liar", "cam05")["annotations"]["summary"]
    scene.liar.change = None
    scene.expect(instance="liar")


def test_a_storm_of_sixteen_cameras_is_one_message(scene):
    before = len(scene.receiver.messages_of("wall"))
    scene.prometheus.await_scrape("wall")
    with scene.lost(*STORM):
        scene.expect(*(("CameraDown", name) for name in STORM))
        message, = scene.receiver.messages_of("wall")[before:]
        assert message["groupLabels"] == {"alertname": "CamwallCameraDown", "instance": "wall"}
        # Prometheus goes on for a while to say what is over.
        assert sum(alert["status"] == "firing" for alert in message["alerts"]) == len(STORM)
    scene.expect()


def test_every_query_of_the_dashboards_finds_something(scene):
    """With data, where there is some: nothing has been refused, evicted or dropped here."""
    quiet = ("Errors", "Limits that were reached", "Cameras without a picture")
    with LiveClient(scene.wall, "/ws/wall?wall=lobby") as lobby:
        report(lobby, "live")
        scene.prometheus.await_scrape("wall")
        ask_everything(scene.prometheus, quiet)


def ask_everything(prometheus, quiet):
    for dashboard in dashboards().values():
        for where, expression in queries(dashboard):
            if expression.startswith("label_values("):
                metric, _, label = expression.removeprefix("label_values(").removesuffix(")").rpartition(", ")
                expression = f"count by ({label}) ({metric})"
            for name, value in (("$__rate_interval", "30s"), ("$instance", "wall"), ("$camera", "cam01")):
                expression = expression.replace(name, value)
            found = prometheus.query(expression)
            assert found or where.endswith(quiet), f"{where} is empty: {expression}"


def test_a_camera_that_comes_and_goes_is_told(scene):
    for _ in range(12):
        before = scene.wall.camera("cam04")["since"]
        scene.cameras.drop("cam04")
        scene.wall.wait_for("cam04", lambda camera: camera["phase"] == "live" and camera["since"] != before, TOLD_S)
        scene.prometheus.await_scrape("wall")
        if ("CamwallCameraFlapping", "wall", "cam04") in scene.prometheus.firing():
            break
    scene.expect(("CameraFlapping", "cam04"))
    assert "times in 15 minutes, mostly as ended" in scene.alert("CameraFlapping", "cam04")["annotations"]["summary"]


def test_a_careless_server_and_its_screen_are_told_and_then_that_it_is_gone(scene):
    """It was there from the beginning; its screen reported once and never again."""
    told = (("AccessOpen", ""), ("DiskLow", "hls"), ("DiskLow", "state"), ("WallSilent", "stairs"))
    scene.expect(*told, instance="careless", seconds=SILENT_AFTER_S + TOLD_S)
    scene.careless.stop()
    # What else was wrong is not known any more: WallSilent may have been taken back before Alertmanager knew that.
    gone = ("CamwallServerDown", "careless", "")
    wait_until(lambda: gone in scene.receiver.firing("careless"), TOLD_S, lambda: scene.receiver.firing("careless"))


def slow_and_fat(began):
    """A server of more than a day ago, where two cameras a second come back after more than a minute."""
    def change(line):
        if line.startswith("process_start_time"):
            return f"process_start_time_seconds {began - 100_000}"
        if line.startswith(("camwall_recovery_seconds_bucket", "camwall_recovery_seconds_count")):
            bound = re.search(r'le="([^"]+)"', line)
            late = bound is None or float(bound[1]) > 60
            return f"{line.rpartition(' ')[0]} {int(2 * (time.time() - began)) if late else 0}"
        return line if 'camera="' not in line or line.startswith("camwall_worker_memory_bytes") else None
    return change


def test_a_server_that_grows_and_is_slow_to_bring_cameras_back_is_told(scene):
    scene.liar.change = slow_and_fat(time.time())
    scene.expect(("MemoryGrows", ""), ("RecoverySlow", ""), instance="liar", seconds=2 * TOLD_S)
    assert "half as much again as a day ago" in scene.receiver.alert("CamwallMemoryGrows", "liar", "")["annotations"]["summary"]
    assert "needed more than" in scene.receiver.alert("CamwallRecoverySlow", "liar", "")["annotations"]["summary"]
    scene.liar.change = None
    scene.expect(("RecoverySlow", ""), instance="liar")  # Its window is half an hour.


def test_a_server_that_is_started_again_and_again_is_told(scene):
    """Last: its window is a quarter of an hour."""
    scene.liar.change = lambda line: f"process_start_time_seconds {time.time()}" if line.startswith("process_start_time") else None
    restarts = ("CamwallServerRestarts", "liar", "")
    wait_until(lambda: restarts in scene.receiver.firing("liar"), TOLD_S, lambda: scene.receiver.firing("liar"))
