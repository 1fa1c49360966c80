"""Checks who includes whom. Reads file names from standard input.

The link lines of the CMake targets keep most of these rules; header-only libraries, and headers that all of /usr/include shows,
pass them. A room is the longest entry of ROOMS that the file's path begins with.
"""

import re
import sys
from pathlib import Path

# Room → our rooms that it may include besides itself.
ROOMS = {
    "core": [],
    "config": ["core"],
    "metrics": ["core"],
    "media": ["core"],
    "media/server": ["core", "media"],
    "media/worker": ["core", "media"],
    "actors": ["core", "config", "media", "metrics"],
    "http": ["core"],
    "cli": ["core", "config", "media", "media/server", "metrics", "actors", "http"],
    "main.cpp": ["cli"],
    "tools/camera_sim": ["core"],
    "tests": ["core", "config", "media", "media/server", "metrics", "actors", "http", "cli", "tools/camera_sim"],
    "tests/support/sandbox_attempt.cpp": ["media/worker", "media"],
    "tests/support/unit_filter.cpp": [],
    "tests/unit/media_worker": ["core", "media", "media/worker", "tests"],
    "tests/fuzz": ["core", "config", "media", "media/server", "media/worker", "http", "tests"],
}

# Library (the begin of what stands between < and >) → rooms that may include it. What is not listed is free.
LIBRARIES = {
    "caf/": ["actors", "tests"],
    "pistache/": ["http"],
    "wslay/": ["http"],
    "sodium": ["http"],
    "curl/": ["http"],
    "zlib": ["http", "tests"],
    "yaml-cpp/": ["config"],
    "prometheus/": ["metrics"],
    "libav": ["media/worker", "tools/camera_sim", "tests/unit/media_worker", "tests/fuzz"],
    "libsw": ["media/worker", "tests/unit/media_worker"],
    "seccomp": ["media/worker", "tests/support/sandbox_attempt.cpp", "tests/support/unit_filter.cpp"],
    "systemd/": ["cli"],
    "gst/": ["tools/camera_sim"],
    "CLI/": ["main.cpp", "tools/camera_sim", "media/worker", "tests"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path: str) -> str:
    fitting = [room for room in ROOMS if path == room or path.startswith(room + "/")]
    return max(fitting, key=len, default="")


def check_ours(path: str, room: str, name: str) -> str:
    if not Path(name).is_file():
        return f'"{name}" does not exist; includes of ours begin at the root of the repository'
    target = room_of(name)
    if target == room or target in ROOMS[room]:
        return ""
    return f'"{name}": {room} may not include {target or "this folder"}'


def check_library(path: str, room: str, name: str) -> str:
    for prefix, rooms in LIBRARIES.items():
        if name.startswith(prefix) and room not in rooms:
            return f"<{name}>: {room} may not include {prefix.rstrip('/')}; only {', '.join(rooms)}"
    if name == "nlohmann/json.hpp" and path.endswith(".hpp") and not room.startswith(("tests", "tools")):
        return f"<{name}> belongs in .cpp files: it costs every includer a second"
    return ""


def problems(path: str) -> list[str]:
    room = room_of(path)
    if not room:
        return [f"{path}: belongs to no room of ops/lint/include_rules.py"]
    out = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").split("\n"), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        check = check_ours if match[1] == '"' else check_library
        problem = check(path, room, match[2])
        if problem:
            out.append(f"{path}:{number}: {problem}")
    return out


def main() -> int:
    found = [problem for line in sys.stdin for problem in problems(line.strip())]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
