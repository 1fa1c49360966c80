"""The newcomer: follows docs/guide/install.md on a fresh Debian 12, command by command as the page has them, to a wall and an alert."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "support")]
from fresh_root import QUIET, REPOSITORY, FreshRoot, packages  # noqa: E402
from support.simulator import build_dir  # noqa: E402
from support.wall import wait_until  # noqa: E402

GUIDE = REPOSITORY / "docs" / "guide" / "install.md"
RUNBOOKS = REPOSITORY / "docs" / "guide" / "runbooks.md"
HELPER = build_dir() / "unit_filter"
# What systemd would run; the packages' own units of it are not ours to test.
OTHERS = {"prometheus": ["/usr/bin/prometheus", "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/var/lib/prometheus/newcomer"],
          "prometheus-alertmanager": ["/usr/bin/prometheus-alertmanager", "--config.file=/etc/prometheus/alertmanager.yml", "--cluster.listen-address=",
                                      "--storage.path=/var/lib/prometheus/alertmanager"]}
RECEIVER = """
import http.server, sys
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.rfile.read(int(self.headers["Content-Length"])).decode(), flush=True)
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", 9099), Receiver).serve_forever()
"""


def steps():
    """[(heading, command)] of the page, in its order."""
    text = GUIDE.read_text()
    out = []
    for section in re.split(r"(?m)^## ", text)[1:]:
        heading = section.partition("\n")[0]
        for block in re.findall(r"(?ms)^```sh\n(.*?)^```", section):
            out += [(heading, line) for line in block.splitlines() if line.strip()]
    return out


class Newcomer:
    """Types commands as root. `systemctl` is played by this test, the rest is real."""

    def __init__(self, root, folder):
        self.root = root
        self.processes = []
        self.received = folder / "received"
        (root.path / "etc/apt/apt.conf.d/90newcomer").write_text('APT::Get::Assume-Yes "true";\nAPT::Install-Recommends "false";\n')
        # No service of a package may start by itself here: its network would be that of the machine.
        (root.path / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (root.path / "usr/sbin/policy-rc.d").chmod(0o755)
        for package in packages():
            shutil.copy(package, root.path / "root")

    def type(self, command):
        if command.startswith("systemctl "):
            action, *units = command.split()[1:]
            assert action in ("start", "restart"), command
            for unit in units:
                self.start(unit)
            return ""
        return self.root.run(f"cd /root; {command}", net="machine" if command.startswith("apt ") else "own").stdout

    def start(self, unit):
        if unit in OTHERS:
            self.keep([*self.root.inside(*OTHERS[unit])])
        else:
            self.root.start_service(unit, HELPER)

    def keep(self, command, **more):
        self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, env=QUIET, **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **more}))

    def listen(self):
        with self.received.open("wb") as file:
            self.keep(["nsenter", f"--net=/proc/{self.root.network.pid}/ns/net", "/usr/bin/python3", "-c", RECEIVER], stdout=file)

    def alerts(self):
        """{(name, camera)} of what the receiver was told is firing."""
        messages = [json.loads(x) for x in self.received.read_text().splitlines() if x]
        return {(x["labels"]["alertname"], x["labels"].get("camera")) for message in messages for x in message["alerts"] if x["status"] == "firing"}

    def end(self):
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def newcomer(tmp_path):
    with FreshRoot(tmp_path / "root") as root:
        out = Newcomer(root, tmp_path)
        try:
            yield out
        finally:
            out.end()


def live(root):
    status, body = root.get("/api/v1/cameras")
    return sum(x["phase"] == "live" for x in json.loads(body)["cameras"]) if status == 200 else 0


def let_users_in(root):
    """Step 5, as access.md has it; the token of the user."""
    token, line = root.run("camwall make-token --name on-call").stdout.split("\n", 1)
    password_hash = root.run("camwall", "hash-password", stdin="a long enough password\n").stdout.strip()
    with (root.path / "etc/camwall/wall.yaml").open("a") as file:
        file.write(f'users:\n  - {{name: boss, role: admin, password_hash: "{password_hash}", tokens: [{line.strip().removeprefix("- ")}]}}\n')
    wait_until(lambda: root.get("/api/v1/cameras")[0] == 401, 30, lambda: root.services[0].log()[-4000:])
    return token


def asked(root, expression):
    """What Prometheus says: [value]"""
    status, body = root.get("/api/v1/query", "-G", "--data-urlencode", f"query={expression}", port=9090)
    assert status == 200, body
    return [float(x["value"][1]) for x in json.loads(body)["data"]["result"]]


def test_who_follows_the_guide_has_a_wall_and_is_told_of_a_dead_camera(newcomer):
    newcomer.listen()
    typed = steps()
    assert len(typed) >= 14
    for heading, command in typed:
        if "refuse cam07 off" in command:
            wait_until(lambda: ("CamwallCameraDown", "cam07") in newcomer.alerts(), 240, lambda: newcomer.received.read_text()[-4000:])
        said = newcomer.type(command)
        if "doctor" in command:
            assert "0 to mend" in said, said
        if heading.startswith("3.") and command.startswith("install "):
            wait_until(lambda: live(newcomer.root) == 16, 90, lambda: f"{live(newcomer.root)} are live\n{newcomer.root.services[0].log()[-4000:]}")
        if command.endswith("/api/v1/cameras"):
            assert len(json.loads(said)["cameras"]) == 16
    assert {x for x in newcomer.alerts() if x[0].startswith("Camwall")} == {("CamwallCameraDown", "cam07")}
    wait_until(lambda: live(newcomer.root) == 16, 90, "the camera is back")

    token = let_users_in(newcomer.root)
    scraped_since = f'up{{job="camwall"}} and timestamp(up{{job="camwall"}}) > {time.time()}'
    assert wait_until(lambda: asked(newcomer.root, scraped_since), 60, "a scrape") == [1], "Prometheus needs no login"
    commands = [x for block in re.findall(r"(?ms)^```\n(.*?)^```", RUNBOOKS.read_text()) for x in block.splitlines()]
    assert len(commands) == 3
    for command in commands:
        said = newcomer.type(f"token={token}; {command.replace('/gate', '/cam07').replace('curl ', 'curl -f ')}")
        assert said and "error" not in json.loads(said), said
    for page in {x.partition("#")[0] for x in re.findall(r"runbook_url: (\S+)", (newcomer.root.path / "etc/prometheus/rules/camwall_cameras.yml").read_text())}:
        assert (newcomer.root.path / page.lstrip("/")).exists(), page
