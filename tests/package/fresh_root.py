"""Fresh roots of Debian 12, each with a network of its own that holds only a loopback interface."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

from unit_launcher import DEVICES

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BASE = REPOSITORY / "build" / "base.tar"
DOWNLOADS = REPOSITORY / "build" / "downloads"
RELEASE = "bookworm"
MIRRORS = [f"deb http://deb.debian.org/debian {RELEASE} main", f"deb http://deb.debian.org/debian {RELEASE}-updates main",
           f"deb http://deb.debian.org/debian-security {RELEASE}-security main"]
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
STEP_DEADLINE_S = 600


def base():
    """The archive of an empty Debian 12 with apt; made when it is absent."""
    if not BASE.exists():
        part = BASE.with_suffix(".part.tar")
        subprocess.run(["mmdebstrap", "--quiet", "--variant=apt", "--include=ca-certificates", RELEASE, part, *MIRRORS],
                       check=True, timeout=STEP_DEADLINE_S)
        part.rename(BASE)
    return BASE


def network():
    """A process that holds a network with a loopback interface and nothing else."""
    holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "up\n"
    return holder


class FreshRoot:
    """A context manager; `run` runs commands in it."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder)
        self.network = None
        self.turn = None
        self.services = []

    def __enter__(self):
        # One at a time: apt locks the folder of downloads that all share.
        self.turn = DOWNLOADS.with_suffix(".lock").open("w")
        fcntl.flock(self.turn, fcntl.LOCK_EX)
        self.path.mkdir(parents=True)
        subprocess.run(["tar", "-xf", base(), "-C", self.path], check=True, timeout=STEP_DEADLINE_S)
        # A root that lives for minutes needs no waits for its disk.
        (self.path / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n")
        shutil.copy("/etc/resolv.conf", self.path / "etc" / "resolv.conf")
        for kind, place in (("proc", "proc"), ("sysfs", "sys"), ("tmpfs", "run"), ("tmpfs", "tmp")):
            subprocess.run(["mount", "-t", kind, kind, self.path / place], check=True)
        self.devices()
        DOWNLOADS.mkdir(exist_ok=True)
        subprocess.run(["mount", "--bind", DOWNLOADS, self.path / "var/cache/apt/archives"], check=True)
        self.network = network()
        return self

    def __exit__(self, *_):
        for service in self.services:
            service.end()
        self.network.kill()
        self.network.wait()
        self.network.stdout.close()
        for place in ("dev", "tmp", "run", "sys", "proc", "var/cache/apt/archives"):
            subprocess.run(["umount", "--recursive", "--lazy", self.path / place], check=False)
        shutil.rmtree(self.path, ignore_errors=True)
        self.turn.close()

    def devices(self):
        """A /dev of its own: what scripts of packages do to one must not reach that of the machine."""
        dev = self.path / "dev"
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755,nosuid", "tmpfs", dev], check=True)
        for name in DEVICES:
            (dev / name).touch()
            subprocess.run(["mount", "--bind", f"/dev/{name}", dev / name], check=True)
        for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
            (dev / name).symlink_to(f"/proc/self/{target}")
        (dev / "shm").mkdir()
        (dev / "shm").chmod(0o1777)

    def inside(self, *command, net="own"):
        """The command line that runs `command` in the root, in its own network or in that of the machine."""
        enter = ["nsenter", f"--net=/proc/{self.network.pid}/ns/net"] if net == "own" else []
        return [*enter, "chroot", str(self.path), *map(str, command)]

    def run(self, *command, net="own", check=True, stdin=None, deadline=STEP_DEADLINE_S):
        """Runs a command to its end; one string goes to the shell."""
        words = ["bash", "-ec", command[0]] if len(command) == 1 else command
        result = subprocess.run(self.inside(*words, net=net), input=stdin, capture_output=True, text=True, env=QUIET, timeout=deadline,
                                stdin=subprocess.DEVNULL if stdin is None else None, check=False)
        if check and result.returncode != 0:
            raise AssertionError(f"{command}: status {result.returncode}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}")
        return result

    def install(self, *packages):
        """As an administrator does: one apt command, of files that were copied to the machine."""
        names = []
        for package in packages:
            shutil.copy(package, self.path / "root")
            names.append(f"./{package.name}")
        self.run("apt-get -q update", net="machine")
        return self.run(f"cd /root && apt-get -q -y --no-install-recommends install {' '.join(names)}", net="machine")

    def get(self, path, *options, port=8080):
        """(status, body) of a GET in the root's network."""
        result = subprocess.run(["nsenter", f"--net=/proc/{self.network.pid}/ns/net", "curl", "-s", "-m", "10", "-w", "\n%{http_code}",
                                 *options, f"http://127.0.0.1:{port}{path}"], capture_output=True, check=False, timeout=30)
        body, _, status = result.stdout.rpartition(b"\n")
        return int(status or 0), body

    def start_service(self, unit, helper):
        """Runs a unit of the root as systemd would; ended with the root."""
        service = Service(self, unit, helper)
        self.services.append(service)
        return service


class Service:
    """A process of unit_launcher.py; `log` is what it said."""

    def __init__(self, root, unit, helper):
        self.name = unit
        self.log_file = root.path.with_name(f"{root.path.name}.{unit}.log")
        launcher = pathlib.Path(__file__).with_name("unit_launcher.py")
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(["nsenter", f"--net=/proc/{root.network.pid}/ns/net", "unshare", "--mount", "--propagation",
                                             "private", "/usr/bin/python3", launcher, root.path, unit, helper],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=QUIET)

    def log(self):
        return self.log_file.read_text(errors="replace")

    def end(self, deadline=15):
        """SIGTERM; the status, and None when it had to be killed."""
        self.process.terminate()
        try:
            return self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def reload(self):
        os.kill(self.process.pid, 1)


def packages(version=None):
    """The two packages of this build: [camwall, camwall-demo]. With a version: the same, called that, for an upgrade."""
    sys.path.insert(0, str(REPOSITORY / "tests" / "support"))
    from simulator import build_dir
    folder = build_dir().resolve() / ("packages" if version is None else f"packages-{version}")
    if version is not None:
        subprocess.run(["cpack", "-R", version, "-B", folder, "-D", f"CPACK_DEBIAN_DEMO_PACKAGE_DEPENDS=camwall (= {version})",
                        "-D", "CPACK_OUTPUT_FILE_PREFIX="], cwd=build_dir(), check=True, capture_output=True, timeout=STEP_DEADLINE_S)
    found = [sorted(folder.glob(f"{name}_*.deb"))[-1:] for name in ("camwall", "camwall-demo")]
    assert all(found), f"no packages in {folder}; make them with `make deb`"
    return [x[0] for x in found]
