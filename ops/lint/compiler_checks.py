"""Runs clang-tidy on sources, or compiles each header alone; remembers what passed.

    compiler_checks.py tidy|headers BUILD CACHE < names

A file is looked at again only when it, a header of ours that it includes, its flags or the rules have changed: what passed is kept
as an empty file named by the hash of all of these, for a month after it was last of use. A second checkout profits from the first.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
SECONDS_MAX = 300  # For one file.
MONTH_S = 30 * 24 * 3600


@lru_cache(maxsize=None)
def own_includes(path: Path) -> tuple[Path, ...]:
    names = (Path(os.fsdecode(name)) for name in INCLUDE.findall(path.read_bytes()))
    return tuple(name for name in names if name.is_file())


def hash_with_includes(path: Path, *more: str) -> str:
    out = hashlib.sha256("\0".join(more).encode())
    waiting, seen = [path], set()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        out.update(str(file).encode() + b"\0" + file.read_bytes())
        waiting += own_includes(file)
    return out.hexdigest()


def compile_commands(build: Path) -> dict[Path, list[str]]:
    root = Path.cwd()
    out = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = Path(entry["file"])
        if file.is_relative_to(root):
            # Relative, so that the hash is the same in another checkout.
            out[file.relative_to(root)] = shlex.split(entry["command"].replace(str(root), "."))
    return out


def version(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


class Check:
    """One way to look at one file."""

    def __init__(self, build: Path):
        self.build = build
        self.commands = compile_commands(build)


class Tidy(Check):
    def __init__(self, build: Path):
        super().__init__(build)
        self.version = version("clang-tidy-16")

    def selects(self, path: Path) -> bool:
        return path in self.commands

    def key(self, path: Path) -> str:
        rules = [folder / ".clang-tidy" for folder in path.parents]
        texts = [file.read_text() for file in rules if file.is_file()]
        return hash_with_includes(path, "tidy", self.version, *texts, *self.commands[path])

    def command(self, path: Path) -> list[str]:
        return ["clang-tidy-16", "-p", str(self.build), "--quiet", str(path)]


class Headers(Check):
    """Every header must compile alone: whoever includes it need not know what it needs."""

    def __init__(self, build: Path):
        super().__init__(build)
        flags = {}  # Ordered, without repetitions: the include folders of all targets.
        for command in self.commands.values():
            for i, word in enumerate(command):
                if word.startswith("-I"):
                    flags[word] = None
                elif word == "-isystem":
                    flags[f"-isystem{command[i + 1]}"] = None
        self.flags = ["-std=c++20", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Werror", *flags]
        self.compiler = version("g++")

    def selects(self, path: Path) -> bool:
        return True

    def key(self, path: Path) -> str:
        return hash_with_includes(path, "header", self.compiler, *self.flags)

    def command(self, path: Path) -> list[str]:
        return ["g++", *self.flags, "-fsyntax-only", "-include", str(path), "-x", "c++", "/dev/null"]


def run(check: Check, path: Path, passed: Path) -> str:
    """Gives what the tool says of a bad file; empty for a good one."""
    mark = passed / check.key(path)
    if mark.exists():
        mark.touch()
        return ""
    try:
        result = subprocess.run(check.command(path), capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return f"{path}: not done after {SECONDS_MAX} s\n"
    if result.returncode == 0:
        mark.touch()
        return ""
    return result.stdout + ("" if "error:" in result.stdout else result.stderr)


def forget_old(passed: Path) -> None:
    oldest = time.time() - MONTH_S
    for mark in passed.iterdir():
        try:
            if mark.stat().st_mtime < oldest:
                mark.unlink()
        except FileNotFoundError:
            pass  # Another checkout was quicker.


def main() -> int:
    mode, build, cache = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    check = {"tidy": Tidy, "headers": Headers}[mode](build)
    passed = cache / mode
    passed.mkdir(parents=True, exist_ok=True)
    forget_old(passed)
    paths = [path for path in (Path(line.strip()) for line in sys.stdin) if check.selects(path)]
    failed = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for output in pool.map(lambda path: run(check, path, passed), paths):
            if output:
                failed += 1
                print(output, end="", flush=True)
    print(f"lint: {mode}: {len(paths)} files, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
