#!/usr/bin/python3
"""unit_launcher.py ROOT UNIT HELPER: becomes what systemd would start for ROOT/usr/lib/systemd/system/UNIT.

Runs as root in mount and network namespaces of its own. HELPER is the program unit_filter, which makes the filters of system calls. Not
rebuilt here: restarts, the watchdog, cgroups (TasksMax, OOMPolicy, IPAddressDeny).
"""

import os
import pathlib
import resource
import shlex
import shutil
import socket
import subprocess
import sys

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
# Directives that say when and how often it is started and ended.
OF_THE_MANAGER = {"Type", "ExecReload", "WatchdogSec", "Restart", "RestartSec", "RestartPreventExitStatus", "OOMPolicy", "KillMode",
                  "TimeoutStopSec", "TasksMax", "IPAddressDeny", "IPAddressAllow"}
# Those that the filters of unit_filter, the empty set of capabilities and the user make true.
IMPLIED = {"SystemCallArchitectures", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "ProtectClock", "ProtectHostname",
           "ProtectKernelLogs", "ProtectKernelModules", "RemoveIPC", "RestrictNamespaces", "MemoryDenyWriteExecute", "ProtectControlGroups"}
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


def settings(text):
    section = text.partition("[Service]\n")[2].partition("\n[")[0]
    return dict(line.partition("=")[::2] for line in section.splitlines() if line and line[0] not in "#;")


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def mount_kernel_folders(root, proc, dev):
    """/proc and /sys, where nothing can be set, and /dev with what does no harm. `proc` and `dev`: options of the mounts."""
    mount("-t", "proc", "-o", proc, "proc", root / "proc")
    mount("--bind", root / "proc/sys", root / "proc/sys")
    mount("-o", "remount,bind,ro", root / "proc/sys")
    mount("-t", "sysfs", "-o", "ro", "sysfs", root / "sys")
    mount("-t", "tmpfs", "-o", dev, "tmpfs", root / "dev")
    for name in DEVICES:
        (root / "dev" / name).touch()
        mount("--bind", f"/dev/{name}", root / "dev" / name)


def prepare(path, user, mode):
    """A folder that the service may write."""
    path.mkdir(parents=True, exist_ok=True)
    os.chown(path, *user)
    path.chmod(mode)


def account(root, unit):
    """(uid, gid) of the service; that of a dynamic user is any that nobody has."""
    if unit.pop("DynamicUser", "no") == "yes":
        return 61234, 61234
    name = unit.pop("User")
    assert unit.pop("Group", name) == name
    line = next(x for x in (root / "etc/passwd").read_text().splitlines() if x.startswith(f"{name}:"))
    return tuple(int(x) for x in line.split(":")[2:4])


def arrange_files(root, unit, user):
    """ProtectSystem=strict and its kin. The order counts: what is writable is mounted on what is not."""
    assert unit.pop("ProtectSystem") == "strict" and unit.pop("ProtectHome") == "yes" and unit.pop("PrivateTmp") == "yes"
    assert unit.pop("PrivateDevices") == "yes" and unit.pop("ProtectKernelTunables") == "yes" and unit.pop("ProtectProc") == "invisible"
    folders = [(f"/run/{x}", int(unit.get("RuntimeDirectoryMode", "0755"), 8)) for x in unit.pop("RuntimeDirectory", "").split()]
    folders += [(f"/var/lib/{x}", int(unit.get("StateDirectoryMode", "0755"), 8)) for x in unit.pop("StateDirectory", "").split()]
    folders += [(f"/var/cache/{x}", 0o755) for x in unit.pop("CacheDirectory", "").split()]
    unit.pop("RuntimeDirectoryMode", None)
    unit.pop("StateDirectoryMode", None)
    for place, mode in folders:
        prepare(root / place.lstrip("/"), user, mode)
    run = os.open(root / "run", os.O_PATH)
    mount("--bind", root, root)
    mount("-o", "remount,bind,ro", root)
    for kind in ("run", "dev", "proc", "sys"):
        subprocess.run(["umount", "--recursive", "--lazy", root / kind], check=False, stderr=subprocess.DEVNULL)
    mount_kernel_folders(root, proc="hidepid=invisible", dev="mode=0755")
    for place in ("tmp", "var/tmp"):
        mount("-t", "tmpfs", "-o", "mode=1777", "tmpfs", root / place)
    for place in ("home", "root"):
        mount("-t", "tmpfs", "-o", "ro,mode=0000", "tmpfs", root / place)
    # That of the root itself: others see there what the service writes.
    subprocess.run(["mount", "--no-canonicalize", "--bind", f"/proc/self/fd/{run}", root / "run"], check=True, pass_fds=[run])
    mount("-o", "remount,bind,ro", root / "run")
    os.close(run)
    for place, _ in folders:
        path = root / place.lstrip("/")
        mount("--bind", path, path)
        mount("-o", "remount,bind,rw", path)


def main():
    root, name, helper = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    unit = settings((root / "usr/lib/systemd/system" / f"{name}.service").read_text())
    user = account(root, unit)
    tools = root / "run" / "launcher" / str(os.getpid())
    tools.mkdir(parents=True)
    words = unit.pop("SystemCallFilter").split()
    group = {x for x in (SUPPORT / "system_service_calls.txt").read_text().splitlines() if not x.startswith("#")}
    assert "@system-service" in words and unit.pop("SystemCallErrorNumber") == "EPERM" and unit.pop("NoNewPrivileges") == "yes"
    (tools / "calls").write_text("\n".join(sorted(group | {x for x in words if not x.startswith("@")})))
    shutil.copy(helper, tools / "filter")
    arrange_files(root, unit, user)
    families = ",".join(str(int(getattr(socket, x))) for x in unit.pop("RestrictAddressFamilies").split())
    assert unit.pop("CapabilityBoundingSet") == ""
    for limit, key in ((resource.RLIMIT_NOFILE, "LimitNOFILE"), (resource.RLIMIT_CORE, "LimitCORE")):
        if key in unit:
            # Root of a container may not raise what it was given.
            most = resource.getrlimit(limit)[1]
            wanted = int(unit.pop(key)) if most == resource.RLIM_INFINITY else min(int(unit.pop(key)), most)
            resource.setrlimit(limit, (wanted, wanted))
    os.umask(int(unit.pop("UMask"), 8))
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    environment.update(x.split("=", 1) for x in shlex.split(unit.pop("Environment", "")))
    command = shlex.split(unit.pop("ExecStart"))
    unknown = set(unit) - OF_THE_MANAGER - IMPLIED
    assert not unknown, f"{name}: not rebuilt here: {unknown}"
    os.chroot(root)
    os.chdir("/")
    drop = ["/usr/bin/setpriv", f"--reuid={user[0]}", f"--regid={user[1]}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all",
            "--no-new-privs"]
    os.execve(drop[0], [*drop, f"/run/launcher/{tools.name}/filter", f"/run/launcher/{tools.name}/calls", families, "error", *command], environment)


if __name__ == "__main__":
    main()
