"""The files of ops/container without an engine: what the compose file promises, and `camwall health`, by which an engine asks."""

import json
import pathlib
import re
import subprocess
import sys

import pytest
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from simulator import REPOSITORY, build_dir  # noqa: E402
from wall import Wall  # noqa: E402

FOLDER = REPOSITORY / "ops" / "container"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (FOLDER / "Dockerfile").read_text()
GUIDE = (REPOSITORY / "docs" / "guide" / "container.md").read_text()
# Podman's default; Docker's has the same calls since version 23.
PROFILE = pathlib.Path("/usr/share/containers/seccomp.json")


def camwall(*arguments, environment=None):
    return subprocess.run([build_dir() / "camwall", *arguments], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL, env=environment)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_write_only_its_volumes_and_has_no_privileges(name):
    service = SERVICES[name]
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert int(service["logging"]["options"]["max-file"]) * int(service["logging"]["options"]["max-size"].removesuffix("m")) <= 100
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+\.\d+", service["image"]), "a version that does not change by itself"
    assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & set(service)


def test_everything_listens_on_loopback_only():
    text = (FOLDER / "camwall" / "wall.yaml").read_text()
    assert {x["network_mode"] for x in SERVICES.values()} == {"host"}
    assert re.search(r"(?m)^  listen: 127\.0\.0\.1:8080$", text) and "metrics_access: loopback" in text
    for name, port in (("prometheus", 9090), ("alertmanager", 9093)):
        assert f"--web.listen-address=127.0.0.1:{port}" in SERVICES[name]["command"]
    assert "--cluster.listen-address=" in SERVICES["alertmanager"]["command"]
    assert SERVICES["grafana"]["environment"]["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"


def test_every_file_that_is_mounted_is_there_and_secrets_are_made_by_the_guide():
    for service in SERVICES.values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert (FOLDER / source).exists() if source[0] == "." else source in COMPOSE["volumes"], volume
            assert source[0] != "." or volume.endswith(":ro"), volume
        assert not any("PASSWORD" in name and not name.endswith("__FILE") for name in service.get("environment", {}))
    ignored = (REPOSITORY / ".gitignore").read_text().split()
    kept_out = (REPOSITORY / ".dockerignore").read_text().split()
    for name, secret in COMPOSE["secrets"].items():
        assert secret["file"] == f"./secrets/{name}" and f"> secrets/{name}" in GUIDE
    assert "/ops/container/secrets/" in ignored and {"ops/container/secrets", "ops/container/camwall", ".git", "build"} <= set(kept_out)


def test_the_configuration_is_right_and_has_an_administrator_from_a_secret(tmp_path):
    text = (FOLDER / "camwall" / "wall.yaml").read_text()
    secret = tmp_path / "camwall_admin"
    assert f"!file /run/secrets/{secret.name}" in text
    secret.write_text("$argon2id$v=19$m=65536,t=2,p=1$mT+fBzIoYmbX5YJ3ZrAIeQ$sUVX0jxUWWCSiYsfxnNVVjcbsfsVGh3a1yPAMTIUmLM\n")
    secret.chmod(0o400)
    file = tmp_path / "wall.yaml"
    file.write_text(text.replace("/run/secrets/", f"{tmp_path}/").replace("/var/lib/camwall", str(tmp_path)))
    (tmp_path / "cameras.d").mkdir()
    said = camwall("check", "-c", file)
    assert (said.returncode, said.stderr) == (0, ""), said


def test_a_server_that_hangs_ends_itself_so_that_the_engine_starts_it_again():
    unit = (REPOSITORY / "ops" / "systemd" / "camwall.service").read_text()
    seconds = re.search(r"(?m)^ENV WATCHDOG_USEC=(\d+)000000$", DOCKERFILE)[1]
    assert re.search(rf"(?m)^WatchdogSec={seconds}$", unit), "as soon as under systemd"
    assert f"{seconds} s" in GUIDE and "WATCHDOG_USEC" in GUIDE


def test_the_numbers_of_image_and_compose_file_are_the_same():
    user = re.search(r"(?m)^USER (\d+):(\d+)$", DOCKERFILE)
    assert user[1] == user[2] == "900" and f"--uid {user[1]} " in DOCKERFILE
    assert SERVICES["camwall"]["tmpfs"] == ["/run/camwall:mode=0750,uid=900,gid=900,size=1g"] and "chown 900 secrets/camwall_admin" in GUIDE
    version = re.search(r"project\(camwall VERSION (\S+)", (REPOSITORY / "CMakeLists.txt").read_text())[1]
    assert SERVICES["camwall"]["image"] == f"camwall:{version}" and f'image.version="{version}"' in DOCKERFILE
    unit = (REPOSITORY / "ops" / "systemd" / "camwall.service").read_text()
    for line in (f"LimitNOFILE={SERVICES['camwall']['ulimits']['nofile']}", f"TasksMax={SERVICES['camwall']['pids_limit']}",
                 f"TimeoutStopSec={SERVICES['camwall']['stop_grace_period'].removesuffix('s')}"):
        assert line in unit


def test_the_image_is_built_of_the_packages_of_the_list():
    command = re.search(r"\$\((sed .*)\)$", DOCKERFILE, re.MULTILINE)[1]
    words = subprocess.run(["sh", "-c", command], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.split()
    assert {"g++", "cmake", "libcaf-dev", "libcurl4-openssl-dev", "dpkg-dev", "file"} <= set(words)
    assert not {"chromium", "libgstreamer1.0-dev", "#"} & set(words)


def test_the_default_profile_of_engines_lets_workers_enclose_themselves():
    allowed = {name for rule in json.loads(PROFILE.read_text())["syscalls"] if rule["action"] == "SCMP_ACT_ALLOW" for name in rule["names"]}
    source = (REPOSITORY / "media" / "worker" / "call_rules.cpp").read_text()
    made = set(re.findall(r'^  "(\w+)",$', source, re.MULTILINE)) | set(re.findall(r'add\(SCMP_ACT_ALLOW, "(\w+)"', source))
    assert {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp", "pidfd_open"} <= allowed
    assert len(made) > 80 and made <= allowed


def test_the_health_of_a_server_that_answers_is_good_and_of_none_is_not():
    with Wall("server: {listen: '127.0.0.1:0'}\nhls: {directory: hls}\nstate_dir: state\ncameras: []\n") as wall:
        address = f"127.0.0.1:{wall.port}"
        assert camwall("health", "--listen", address).returncode == 0
        assert camwall("health", "--listen", f":{wall.port}").returncode == 0
    gone = camwall("health", "--listen", address)
    assert gone.returncode == 1 and gone.stderr == f"no server answers at {address}\n"
    for wrong in ("8080", "127.0.0.1:0", "wall.example:8080"):
        assert camwall("health", "--listen", wrong).returncode == 2


@pytest.mark.parametrize(("key", "taken"), [("read_only", True), ("read_olny", False)])
def test_compose_takes_the_file_and_knows_its_keys(tmp_path, key, taken):
    # The compose of Debian 12 is older than `name`, which names the project and nothing else.
    text = (FOLDER / "compose.yaml").read_text().replace("name: camwall\n", "", 1).replace("read_only:", f"{key}:", 1)
    (tmp_path / "compose.yaml").write_text(text)
    said = subprocess.run(["docker-compose", "--project-directory", FOLDER, "-f", tmp_path / "compose.yaml", "config", "--quiet"], capture_output=True, text=True,
                          check=False, timeout=60)
    assert (said.returncode == 0) == taken, said.stderr
    assert taken or key in said.stderr
