"""Images that buildah makes of ops/container/Dockerfile, and a service of compose.yaml run out of one, without an engine."""

import fcntl
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "support")]
from fresh_root import DOWNLOADS, QUIET, REPOSITORY, base, network  # noqa: E402
from support.wall import children, wait_until  # noqa: E402

FOLDER = REPOSITORY / "ops" / "container"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
STORE = REPOSITORY / "build" / "container"
# Of the package that holds Podman's default profile.
PROFILE = pathlib.Path("/usr/share/containers/seccomp.json")
BASES = ("docker.io/library/debian:bookworm", "docker.io/library/debian:bookworm-slim")
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
BUILD_DEADLINE_S = 3600


def buildah(*words, deadline=600):
    """What it says. A failure names the command and its last lines."""
    command = ["buildah", "--root", STORE / "storage", "--runroot", STORE / "run", "--storage-driver", "overlay", *words]
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=deadline, check=False)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: status {result.returncode}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}")
    return result.stdout.strip()


def import_bases():
    """Debian as mmdebstrap makes it, under the names that the Dockerfile asks for: nothing is pulled. It trusts whom this machine trusts."""
    known = buildah("images", "--format", "{{.Name}}:{{.Tag}}").split()
    if set(BASES) <= set(known):
        return
    made = buildah("from", "scratch")
    buildah("add", "--quiet", made, base(), "/")
    buildah("copy", "--quiet", made, CERTIFICATES, CERTIFICATES)
    (STORE / "quick").write_text("force-unsafe-io\n")
    buildah("copy", "--quiet", made, STORE / "quick", "/etc/dpkg/dpkg.cfg.d/quick")
    buildah("config", "--cmd", "bash", made)
    for name in BASES:
        buildah("commit", "--quiet", made, name)
    buildah("rm", made)


def build_image():
    """Builds it from the sources, as the guide says; what did not change is taken from the time before. Returns its name."""
    STORE.mkdir(parents=True, exist_ok=True)
    DOWNLOADS.mkdir(exist_ok=True)
    name = COMPOSE["services"]["camwall"]["image"]
    with DOWNLOADS.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        import_bases()
        buildah("bud", "--isolation", "chroot", "--format", "docker", "--pull-never", "--layers", "--volume", f"{DOWNLOADS}:/var/cache/apt/archives",
                "--file", FOLDER / "Dockerfile", "--tag", name, REPOSITORY, deadline=BUILD_DEADLINE_S)
    return name


def settings_of(image):
    return json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]


def permitted_calls():
    """The names that the default profile lets a container without capabilities call, with whatever arguments."""
    rules = json.loads(PROFILE.read_text())["syscalls"]
    return {name for rule in rules if rule["action"] == "SCMP_ACT_ALLOW" and not rule.get("includes", {}).get("caps")
            and not rule.get("excludes", {}).get("caps") and not rule.get("args") for name in rule["names"]} | {"socket"}


class Containers:
    """One machine: a network with a loopback interface only, named volumes and secrets below `folder`."""

    def __init__(self, folder, helper):
        self.folder = folder
        self.helper = helper
        self.network = network()
        self.running = []
        self.roots = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running:
            # Process 1 of a container has changed its user, after which it survives its parent.
            for pid in children(process.pid):
                os.kill(pid, signal.SIGKILL)
            process.kill()
            process.wait()
        self.network.kill()
        self.network.wait()
        self.network.stdout.close()
        for container in self.roots:
            buildah("rm", container)

    def inside(self, *command):
        return ["nsenter", f"--net=/proc/{self.network.pid}/ns/net", *map(str, command)]

    def get(self, url, *options):
        """(status, text) of a request in that network."""
        result = subprocess.run(self.inside("curl", "-s", "-m", "10", "-w", "\n%{http_code}", *options, url), capture_output=True, text=True, check=False,
                                timeout=30)
        body, _, status = result.stdout.rpartition("\n")
        return int(status or 0), body

    def volumes_of(self, service):
        """[(place outside, place inside, read-only)]."""
        out = []
        for text in service.get("volumes", []):
            source, target, *mode = text.split(":")
            outside = (FOLDER / source).resolve() if source[0] == "." else self.folder / "volumes" / source
            out.append((outside, target, "ro" in mode))
        return out + [(self.folder / "secrets" / name, f"/run/secrets/{name}", True) for name in service.get("secrets", [])]

    def run_image(self, name, image):
        """A service of the compose file, of an image of ours, as process 1 of a container."""
        service = COMPOSE["services"][name]
        settings = settings_of(image)
        container = buildah("from", "--pull-never", image)
        self.roots.append(container)
        calls = self.folder / "calls"
        calls.write_text("\n".join(sorted(permitted_calls())))
        what = {"root": buildah("mount", container), "user": settings["User"], "environment": settings["Env"], "tmpfs": service.get("tmpfs", []),
                "volumes": [[str(a), b, c] for a, b, c in self.volumes_of(service)], "read_only": service["read_only"], "ulimits": service["ulimits"],
                "filter": str(self.helper), "calls": str(calls), "command": settings["Entrypoint"] + service.get("command", settings["Cmd"])}
        log = self.folder / f"{name}.log"
        with log.open("ab") as into:
            process = subprocess.Popen(self.inside("unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child", "--propagation", "private",
                                                   "/usr/bin/python3", HERE / "container_launcher.py", json.dumps(what)),
                                       stdin=subprocess.DEVNULL, stdout=into, stderr=into, env=QUIET)
        self.running.append(process)
        return Container(process, settings, log)

    def run_program(self, name, program):
        """The same service with a program of this machine in place of its image, which nobody can pull here: what is proved is its command line."""
        service = COMPOSE["services"][name]
        words = list(service["command"])
        for outside, target, _ in self.volumes_of(service):
            outside.mkdir(parents=True, exist_ok=True)
            words = [re.sub(rf"(?<==){target}(?=/|$)", str(outside), x) for x in words]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running.append(subprocess.Popen(self.inside(program, *words), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=QUIET))


class Container:
    """`pid` is that of its process 1, seen from outside."""

    def __init__(self, process, settings, log):
        self.process = process
        self.settings = settings
        self.log_file = log
        self.pid = wait_until(lambda: next(iter(children(process.pid)), None), 10, self.log)

    def log(self):
        return self.log_file.read_text(errors="replace")

    def execute(self, *command):
        """As `docker exec` does it: (status, what it said)."""
        user, _, group = self.settings["User"].partition(":")
        result = subprocess.run(["nsenter", f"--target={self.pid}", "--mount", "--net", "--pid", "--ipc", "--root", "--wd", "setpriv", f"--reuid={user}",
                                 f"--regid={group}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *command],
                                capture_output=True, text=True, check=False, timeout=60, env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})
        return result.returncode, result.stdout + result.stderr

    def healthy(self):
        kind, *command = self.settings["Healthcheck"]["Test"]
        assert kind == "CMD"
        return self.execute(*command)[0] == 0

    def stop(self, seconds):
        """The signal of the image; the status, and None when it had to be killed."""
        os.kill(self.pid, getattr(signal, self.settings.get("StopSignal", "SIGTERM")))
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
