#!/usr/bin/python3
"""container_launcher.py JSON: becomes process 1 of a container, as an engine would with `cap_drop: [ALL]`, `no-new-privileges` and its default
filter of system calls; unit_filter, which makes that, is stricter: no memory that can be written and executed.

Runs as root in mount, pid and network namespaces of its own. Not rebuilt here: cgroups (pids_limit) and AppArmor.
"""

import json
import os
import pathlib
import resource
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from unit_launcher import mount, mount_kernel_folders  # noqa: E402

# All but those of virtual machines (AF_VSOCK), as engines have it.
FAMILIES = ",".join(str(x) for x in range(46) if x != 40)


def parse_tmpfs(text):
    """`/run/x:mode=0750,uid=1` as (place, options)."""
    place, _, options = text.partition(":")
    return place, options or "mode=1777"


def place_in(root, target, outside):
    """Where to mount `outside`: engines make what is missing."""
    path = root / target.lstrip("/")
    if pathlib.Path(outside).is_dir():
        path.mkdir(parents=True, exist_ok=True)
    elif not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return path


def arrange_files(root, what):
    mount("--bind", root, root)
    places = [(*volume, place_in(root, volume[1], volume[0])) for volume in what["volumes"]]
    tmpfs = [parse_tmpfs(x) for x in what["tmpfs"]]
    for place, _ in tmpfs:
        (root / place.lstrip("/")).mkdir(parents=True, exist_ok=True)
    tools = root / "mnt"
    mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", tools)
    shutil.copy(what["filter"], tools / "filter")
    shutil.copy(what["calls"], tools / "calls")
    if what["read_only"]:
        mount("-o", "remount,bind,ro", root)
    mount_kernel_folders(root, proc="nosuid,nodev,noexec", dev="mode=0755,nosuid")
    (root / "dev/shm").mkdir()
    mount("-t", "tmpfs", "-o", "mode=1777,size=64m,nosuid,nodev,noexec", "tmpfs", root / "dev/shm")
    for place, options in tmpfs:
        mount("-t", "tmpfs", "-o", f"nosuid,nodev,noexec,{options}", "tmpfs", root / place.lstrip("/"))
    for outside, _, read_only, path in places:
        mount("--bind", outside, path)
        if read_only:
            mount("-o", "remount,bind,ro", path)


def main():
    what = json.loads(sys.argv[1])
    root = pathlib.Path(what["root"])
    arrange_files(root, what)
    for name, most in what["ulimits"].items():
        limit = getattr(resource, f"RLIMIT_{name.upper()}")
        # Root of a container may not raise what it was given.
        given = resource.getrlimit(limit)[1]
        most = most if given == resource.RLIM_INFINITY else min(most, given)
        resource.setrlimit(limit, (most, most))
    os.chroot(root)
    os.chdir("/")
    user, _, group = what["user"].partition(":")
    environment = dict(x.split("=", 1) for x in what["environment"])
    drop = ["/usr/bin/setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    program = shutil.which(what["command"][0], path=environment["PATH"])
    os.execve(drop[0], [*drop, "/mnt/filter", "/mnt/calls", FAMILIES, "error", program, *what["command"][1:]], environment)


if __name__ == "__main__":
    main()
