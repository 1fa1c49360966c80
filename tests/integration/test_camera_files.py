"""The files that the API keeps: killed at any instant nothing is torn or lost, and what is not the API's stays as it was."""

import os
import pathlib
import random
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from simulator import build_dir  # noqa: E402

WRITER = build_dir() / "camera_writer"
KILLS = 200
LONGEST_RUN_S = 0.3
SEED = 2026

FOREIGN = {
    "hand.yaml": b"# by hand\r\ncameras:\n  - {id: hand, url: 'rtsp://cam/'}\n\n\n",
    "api-hand2.yaml": b"camera: {id: hand2, url: 'rtsp://cam/'}   # named like one of the API's, but by hand\n",
    "notes.txt": b"no newline at the end \xff",
    ".hidden.yaml": b"}{",
    "backup.yaml~": b"}{",
    ".other.tmp": b"}{",
}


def run(*words):
    return subprocess.run([WRITER, *map(str, words)], capture_output=True, text=True, timeout=60)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "wall.yaml").write_text("cameras:\n  - {id: main, url: 'rtsp://cam/'}\n")
    folder = tmp_path / "cameras.d"
    folder.mkdir()
    for name, content in FOREIGN.items():
        (folder / name).write_bytes(content)
    return folder


def fingerprint(folder):
    facts = {}
    for name in FOREIGN:
        status = (folder / name).stat()
        facts[name] = ((folder / name).read_bytes(), status.st_mtime_ns, status.st_ino, status.st_mode)
    return facts


def kill_at_random(folder, seed, randomly):
    """Lets a writer work for a moment, kills it, and gives what it said."""
    with subprocess.Popen([WRITER, "change", folder, str(seed)], stdout=subprocess.PIPE) as writer:
        first = writer.stdout.readline()
        # The instant itself is what is random here; nothing is waited for.
        time.sleep(randomly.uniform(0, LONGEST_RUN_S))
        writer.kill()
        said = first + writer.stdout.read()
    assert writer.returncode == -9, said
    return said.decode().splitlines()


def follow(said, state):
    """Brings `state` (id to number) up to date. Gives the change that the kill interrupted, if it did."""
    interrupted = None
    for line in said:
        if line == "done":
            order, camera, number = interrupted
            state[camera] = number if order == "write" else None
            interrupted = None
            continue
        words = line.split()
        interrupted = (words[0], words[1], words[2]) if len(words) == 3 else interrupted
    return interrupted


def number_in(file):
    """Of a file that is whole; None when there is none."""
    if not file.exists():
        return None
    lines = file.read_text().splitlines()
    assert lines[0].startswith("# Written by camwall's API."), file
    assert lines[-1].startswith("# end n"), f"torn: {file} ends in {lines[-1]!r}"
    assert f'  label: "{lines[-1][6:]}"' in lines, file
    assert file.stat().st_mode & 0o777 == 0o600
    return lines[-1][7:]


def test_nothing_is_torn_or_lost_when_the_writer_is_killed_at_any_instant(folder):
    randomly = random.Random(SEED)
    before = fingerprint(folder)
    state = {f"c{i}": None for i in range(8)}
    changes = interruptions = 0
    for seed in range(1, KILLS + 1):
        said = kill_at_random(folder, seed, randomly)
        interrupted = follow(said, state)
        changes += said.count("done")
        interruptions += interrupted is not None
        for camera, number in state.items():
            found = number_in(folder / f"api-{camera}.yaml")
            allowed = {number}
            if interrupted and interrupted[1] == camera:
                allowed.add(interrupted[2] if interrupted[0] == "write" else None)
            assert found in allowed, f"kill {seed}: {camera} is {found}, not one of {allowed}"
            state[camera] = found
        shown = run("show", folder.parent / "wall.yaml")
        assert shown.returncode == 0, shown.stdout
        assert shown.stdout.splitlines() == [f"{x} n{n}" for x, n in sorted(state.items()) if n]
        assert fingerprint(folder) == before
    print(f"{KILLS} kills, {changes} changes done, {interruptions} interrupted")
    assert changes > 2 * KILLS and interruptions > KILLS // 4
    assert run("clean", folder).stdout == "good\n"
    expected = set(FOREIGN) | {f"api-{x}.yaml" for x, n in state.items() if n}
    assert {x.name for x in folder.iterdir()} == expected, "leftovers are cleaned at the start"
    assert fingerprint(folder) == before


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("may not mount: " + done.stderr.strip())
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_keeps_the_old_file_and_says_so(small_disk):
    folder = small_disk / "cameras.d"
    assert run("write", folder, "a", 1).stdout == "good\n"
    with open(small_disk / "ballast", "wb", buffering=0) as ballast, pytest.raises(OSError):
        while True:
            ballast.write(b"x" * 4096)
    refused = run("write", folder, "a", 2)
    assert refused.stdout == f"{folder}/api-a.yaml cannot be written: No space left on device; make room on that disk\n"
    assert number_in(folder / "api-a.yaml") == "1"
    assert [x.name for x in folder.iterdir()] == ["api-a.yaml"]


def test_a_disk_that_cannot_be_written_is_named(small_disk):
    folder = small_disk / "cameras.d"
    assert run("write", folder, "a", 1).stdout == "good\n"
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    refused = run("write", folder, "a", 2)
    assert refused.stdout == (f"{folder}/api-a.yaml cannot be written: Read-only file system; "
                              "mount it writable (systemd: ReadWritePaths)\n")
    assert number_in(folder / "api-a.yaml") == "1"


def test_a_folder_of_somebody_else_is_named(tmp_path):
    folder = tmp_path / "cameras.d"
    folder.mkdir(mode=0o555)
    for parent in [tmp_path, *tmp_path.parents][:3]:
        parent.chmod(parent.stat().st_mode | 0o055)
    words = [WRITER]
    if os.geteuid() == 0:  # Who may write everywhere.
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", WRITER]
    refused = subprocess.run([*words, "write", folder, "a", "1"], capture_output=True, text=True, timeout=60)
    assert refused.stdout == (f"{folder}/api-a.yaml cannot be written: Permission denied; "
                              "give it to the user that camwall runs as\n"), refused.stderr
