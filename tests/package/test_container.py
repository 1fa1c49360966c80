"""The image of ops/container/Dockerfile, and what compose.yaml makes of it: built by buildah, run by namespaces."""

import json
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "support")]
from container import FOLDER, Containers, build_image, buildah, settings_of  # noqa: E402
from support.simulator import build_dir, clips_dir  # noqa: E402
from support.wall import children, wait_until  # noqa: E402

WALL = "http://127.0.0.1:8080"
PASSWORD = "correct horse battery"
CAMERAS = """cameras:
  - {id: cam01, url: "rtsp://127.0.0.1:8555/cam01/main", sub_url: "rtsp://127.0.0.1:8555/cam01/sub"}
  - {id: cam02, url: "rtsp://127.0.0.1:8556/cam02/main", sub_url: "rtsp://127.0.0.1:8556/cam02/sub"}
"""


@pytest.fixture(scope="module")
def image():
    return build_image()


@pytest.fixture(scope="module")
def content(image):
    """The root of the image, to look at."""
    container = buildah("from", "--pull-never", image)
    yield pathlib.Path(buildah("mount", container))
    buildah("rm", container)


def inside(root, *command, given=None):
    return subprocess.run(["chroot", "--userspec=900:900", root, *command], input=given, capture_output=True, text=True, check=False, timeout=60,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})


@pytest.fixture
def machine(tmp_path, content):
    """Secrets and volumes as the guide makes them, and cameras that send."""
    owned = [tmp_path / "volumes" / "state", tmp_path / "volumes" / "state" / "cameras.d", tmp_path / "secrets"]
    for folder in owned:
        folder.mkdir(parents=True)
    secret = tmp_path / "secrets" / "camwall_admin"
    secret.write_text(inside(content, "camwall", "hash-password", given=PASSWORD + "\n").stdout)
    (owned[1] / "cameras.yaml").write_text(CAMERAS)
    secret.chmod(0o400)
    subprocess.run(["chown", "-R", "900:900", *owned], check=True)
    with Containers(tmp_path, build_dir() / "unit_filter") as containers:
        ready = tmp_path / "ready"
        containers.running.append(subprocess.Popen(containers.inside(build_dir() / "camwall-camera-sim", "--demo", clips_dir(), "--cameras", "2", "--port",
                                                                     "8554", "--ready-file", ready),
                                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        wait_until(ready.exists, 20, "the cameras")
        yield containers


def test_the_image_runs_as_nobody_in_particular_and_holds_only_what_runs(image, content):
    settings = settings_of(image)
    assert settings["User"] == "900:900" and settings["Entrypoint"] == ["camwall"] and settings["Cmd"] == ["serve", "--config", "/etc/camwall/wall.yaml"]
    assert settings["Healthcheck"]["Test"] == ["CMD", "camwall", "health"]
    version = re.search(r"VERSION (\S+) ", (FOLDER.parents[1] / "CMakeLists.txt").read_text())[1]
    assert settings["Labels"]["org.opencontainers.image.version"] == version
    assert inside(content, "camwall", "--version").stdout == f"camwall {version}\n"
    assert (content / "usr/share/camwall/static/vendor/hls.min.mjs").stat().st_size > 100_000, "npm's part of the page"
    assert inside(content, "cat", "/usr/share/doc/camwall/camwall.sha256").stdout.endswith(".deb\n")
    for file in (FOLDER.parents[1] / "static").glob("*.[hj]*"):
        assert (content / "usr/share/camwall/static" / file.name).read_bytes() == file.read_bytes(), f"{file.name} is that of an earlier image"
    for absent in ("usr/bin/gcc", "usr/bin/cmake", "usr/bin/npm", "usr/bin/node", "usr/bin/curl", "src", "packages/camwall.deb"):
        assert not (content / absent).exists(), absent
    assert "not found" not in inside(content, "ldd", "/usr/bin/camwall", "/usr/lib/camwall/camwall-worker").stdout
    for folder in ("var/lib/camwall", "var/lib/camwall/cameras.d", "run/camwall"):
        assert ((content / folder).stat().st_uid, (content / folder).stat().st_mode & 0o777) == (900, 0o750), folder


def test_the_wall_of_the_compose_file_is_alive_and_its_workers_are_enclosed(machine, image):
    wall = machine.run_image("camwall", image)
    wait_until(lambda: machine.get(f"{WALL}/livez")[0] == 200, 30, wall.log)
    assert wall.healthy()
    assert machine.get(f"{WALL}/api/v1/cameras")[0] == 401, "nobody without a login"
    jar = machine.folder / "cookies"
    login = json.dumps({"user": "admin", "password": PASSWORD})
    assert machine.get(f"{WALL}/api/v1/session", "-c", jar, "-H", "Content-Type: application/json", "-d", login)[0] == 200

    def cameras():
        return {x["id"]: x for x in json.loads(machine.get(f"{WALL}/api/v1/cameras", "-b", jar)[1])["cameras"]}

    wait_until(lambda: [x["phase"] for x in cameras().values()] == ["live", "live"], 60, lambda: f"{cameras()}\n{wall.log()[-4000:]}")
    assert "camwall_sandbox_enforced 1\n" in machine.get(f"{WALL}/metrics")[1]
    wait_until(lambda: machine.get(f"{WALL}/hls/cam01/sub/video.m3u8", "-b", jar)[0] == 200, 20, "a playlist")

    status = pathlib.Path(f"/proc/{wall.pid}/status").read_text()
    assert re.search(r"Uid:\t900\t900\t", status) and "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status
    assert re.findall(r"Cap\w+:\t(\w+)", status) == ["0" * 16] * 5
    assert len(children(wall.pid)) == 3, "the factory and two workers"
    for place, writable in (("/etc/camwall", False), ("/usr/share/camwall", False), ("/tmp", False), ("/run/camwall", True), ("/var/lib/camwall", True)):
        assert (wall.execute("touch", f"{place}/trace")[0] == 0) == writable, place
    said = wall.execute("camwall", "doctor", "-c", "/etc/camwall/wall.yaml", "--no-cameras")[1]
    assert "ok    sandbox" in said and " 0 to mend" in said, said

    assert wall.stop(10) == 0, wall.log()
    assert machine.get(f"{WALL}/livez")[0] == 0


def test_the_health_check_notices_a_server_that_is_stuck(machine, image):
    wall = machine.run_image("camwall", image)
    wait_until(lambda: wall.healthy(), 30, wall.log)
    subprocess.run(["kill", "-STOP", str(wall.pid)], check=True)
    try:
        assert not wall.healthy()
    finally:
        subprocess.run(["kill", "-CONT", str(wall.pid)], check=True)
    wait_until(lambda: wall.healthy(), 10, wall.log)


def test_the_prometheus_of_the_compose_file_scrapes_the_wall_and_knows_whom_to_tell(machine, image):
    wall = machine.run_image("camwall", image)
    machine.run_program("prometheus", "/usr/bin/prometheus")
    machine.run_program("alertmanager", "/usr/bin/prometheus-alertmanager")
    query = "http://127.0.0.1:9090/api/v1/query?query=sum(camwall_camera_up)"

    def value():
        status, body = machine.get(query)
        result = json.loads(body)["data"]["result"] if status == 200 else []
        return result and result[0]["value"][1]

    wait_until(lambda: value() == "2", 90, lambda: f"{machine.get(query)}\n{wall.log()[-2000:]}")
    told = json.loads(machine.get("http://127.0.0.1:9090/api/v1/alertmanagers")[1])["data"]["activeAlertmanagers"]
    assert [x["url"] for x in told] == ["http://127.0.0.1:9093/api/v2/alerts"]
    assert machine.get("http://127.0.0.1:9093/-/ready")[0] == 200
    groups = json.loads(machine.get("http://127.0.0.1:9090/api/v1/rules")[1])["data"]["groups"]
    assert {"CamwallServerDown", "CamwallCameraDown"} <= {x["name"] for group in groups for x in group["rules"]}
