"""The two packages as an administrator meets them: one apt command on a fresh Debian 12, a wall, an upgrade, a purge."""

import json
import pathlib
import re
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "support")]
from fresh_root import REPOSITORY, FreshRoot, packages  # noqa: E402
from support.simulator import build_dir  # noqa: E402
from support.wall import children, wait_until  # noqa: E402

HELPER = build_dir() / "unit_filter"
UNITS = sorted([*REPOSITORY.glob("ops/systemd/*.service"), *REPOSITORY.glob("ops/package/*.service")])
NEWER = "99.0.0"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    with FreshRoot(tmp_path_factory.mktemp("package") / "root") as fresh:
        fresh.before = files_of(fresh.path)
        fresh.said = fresh.install(*packages())
        yield fresh


def files_of(path):
    """Everything below etc, usr, var and run that says camwall."""
    return {str(x.relative_to(path)) for place in ("etc", "usr", "var/lib", "var/cache", "run") for x in (path / place).rglob("*camwall*")}


def cameras_of(root):
    status, body = root.get("/api/v1/cameras")
    return {x["id"]: x for x in json.loads(body)["cameras"]} if status == 200 else {}


def start_wall(root):
    service = root.start_service("camwall", HELPER)
    wait_until(lambda: root.get("/readyz")[0] == 200, 30, lambda: "the wall: " + service.log())
    return service


def wait_for_live(root, service, count):
    wait_until(lambda: sum(x["phase"] == "live" and bool(x["streams"][x["grid_stream"]]["last_segment"]) for x in cameras_of(root).values()) == count, 90,
               lambda: f"{ {n: (x['phase'], x['reason']) for n, x in cameras_of(root).items()} }\n{service.log()[-4000:]}")


def demo_cameras(root):
    root.run("install", "-o", "camwall", "-g", "camwall", "-m", "0640", "/usr/share/camwall/demo/demo.yaml", "/var/lib/camwall/cameras.d/demo.yaml")


def test_one_apt_command_installs_programs_page_manual_and_user(root):
    for name in ("usr/bin/camwall", "usr/lib/camwall/camwall-worker", "usr/lib/camwall/camwall-camera-sim", "usr/share/camwall/static/index.html",
                 "usr/share/camwall/static/vendor/hls.min.mjs", "usr/share/camwall/clips/cam16_main.mov"):
        assert (root.path / name).exists(), name
    assert root.run("camwall --version").stdout.startswith("camwall ")
    assert root.run("id -un camwall").stdout == "camwall\n"
    assert root.run("stat -c '%U:%G %a' /etc/camwall/wall.yaml").stdout == "root:camwall 640\n"
    assert "camwall" in root.run("dpkg-query -W -f '${Conffiles}' camwall").stdout
    assert root.run("camwall check -c /etc/camwall/wall.yaml 2>&1").returncode == 0
    assert root.run("cd /usr/share/man && zcat man1/camwall.1.gz man5/camwall.yaml.5.gz | grep -c '^[.]TH'").stdout == "2\n"
    assert "error" not in root.said.stderr.lower(), root.said.stderr


def test_every_library_is_found_and_no_path_of_the_build_is_looked_at(root):
    for program in ("/usr/bin/camwall", "/usr/lib/camwall/camwall-worker", "/usr/lib/camwall/camwall-camera-sim"):
        assert "not found" not in root.run("ldd", program).stdout
        dynamic = subprocess.run(["readelf", "-d", root.path / program.lstrip("/")], capture_output=True, text=True, check=True).stdout
        assert "RUNPATH" not in dynamic and "RPATH" not in dynamic


def test_the_demo_wall_is_live_inside_its_unit_and_its_workers_are_enclosed(root):
    cameras = root.start_service("camwall-demo", HELPER)
    service = start_wall(root)
    assert cameras_of(root) == {}, "a wall without cameras is up, too"
    demo_cameras(root)
    wait_for_live(root, service, 16)
    assert "camwall_sandbox_enforced 1\n" in root.get("/metrics")[1].decode()
    status = pathlib.Path(f"/proc/{service.process.pid}/status").read_text()
    assert re.search(r"CapBnd:\t0{16}\n", status) and "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status
    assert len(children(service.process.pid)) == 17, "the factory and sixteen workers"
    assert root.get("/")[0] == 200 and root.get("/static/vendor/hls.min.mjs")[0] == 200
    status, playlist = root.get("/hls/cam01/sub/video.m3u8")
    segment = next(x for x in playlist.decode().splitlines() if x and x[0] != "#")
    assert status == 200 and b"moof" in root.get(f"/hls/cam01/sub/{segment}")[1]
    made = {"id": "api", "url": "rtsp://127.0.0.1:8555/cam01/sub"}
    assert root.get("/api/v1/cameras", "-X", "POST", "-H", "Content-Type: application/json", "-d", json.dumps(made))[0] == 201
    wait_for_live(root, service, 17)
    assert service.end() == 0, service.log()
    assert cameras.end() == 0, cameras.log()


def test_an_upgrade_keeps_the_changed_configuration_and_the_cameras(root):
    root.run("sed -i 's/^cameras: ../walls_are: here\\n&/; s/^walls_are: here/log: {level: debug}/' /etc/camwall/wall.yaml")
    changed = (root.path / "etc/camwall/wall.yaml").read_text()
    root.install(*packages(NEWER))
    assert root.run("dpkg-query -W -f '${Version}' camwall").stdout == NEWER
    assert (root.path / "etc/camwall/wall.yaml").read_text() == changed and "level: debug" in changed
    assert root.run("stat -c '%U:%G %a' /etc/camwall/wall.yaml").stdout == "root:camwall 640\n"
    cameras = root.start_service("camwall-demo", HELPER)
    service = start_wall(root)
    wait_for_live(root, service, 17)
    assert service.end() == 0 and cameras.end() == 0


def test_who_follows_the_guide_has_an_nginx_in_front_that_starts(root):
    guide = (REPOSITORY / "docs/guide/front.md").read_text().partition("## nginx")[2].partition("\n## ")[0]
    before, after = ([x for x in block.splitlines() if not x.startswith("systemctl ")] for block in re.findall(r"(?ms)^```sh\n(.*?)^```", guide))
    (root.path / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (root.path / "usr/sbin/policy-rc.d").chmod(0o755)
    for command in before:
        root.run(command.replace("apt install", "apt-get -q -y --no-install-recommends install"), net="machine")
    root.run("apt-get -q -y --no-install-recommends install openssl", net="machine")
    root.run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=wall.test -keyout /etc/ssl/private/wall.key -out /etc/ssl/certs/wall.pem")
    root.run("sed -i 's/wall.example.org.pem/wall.pem/; s/wall.example.org.key/wall.key/; s/wall.example.org/wall.test/' /etc/nginx/conf.d/camwall.conf")
    assert after == ["nginx -t"], "what is written into the file comes before it is tried"
    root.run(after[0])
    assert (root.path / "var/cache/nginx-camwall").is_dir()


def enable(root, unit):
    """As an administrator with a systemd that runs."""
    subprocess.run(["systemctl", f"--root={root.path}", "enable", unit], check=True, capture_output=True, timeout=60)
    link = root.path / "etc/systemd/system/multi-user.target.wants" / f"{unit}.service"
    assert link.is_symlink()
    return link


def test_a_removed_demo_that_was_enabled_comes_back_as_it_was(root):
    link = enable(root, "camwall-demo")
    root.run("apt-get -q -y remove camwall-demo")
    root.install(*packages(NEWER))
    assert link.is_symlink() and link.resolve() != pathlib.Path("/dev/null")
    assert not (root.path / "etc/systemd/system/camwall-demo.service").exists(), "nor is it masked"


def test_a_purge_leaves_nothing(root):
    enable(root, "camwall-demo")
    (root.path / "etc/nginx/conf.d/camwall.conf").unlink()
    (root.path / "var/cache/nginx-camwall").rmdir()
    root.run("apt-get -q -y purge camwall camwall-demo")
    left = files_of(root.path) - root.before - {"var/lib/systemd/deb-systemd-helper-masked"}
    assert left == set(), left
    assert "camwall" not in (root.path / "etc/passwd").read_text() + (root.path / "etc/group").read_text()


@pytest.mark.parametrize("unit", UNITS, ids=lambda x: x.stem)
def test_systemd_calls_the_exposure_of_a_unit_low(unit):
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit], capture_output=True, text=True,
                            check=False, timeout=60)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr
