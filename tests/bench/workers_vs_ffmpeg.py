#!/usr/bin/python3
"""CPU and memory of camwall's workers beside `ffmpeg -c copy -f hls`, in the same run over the same cameras.

    tests/bench/workers_vs_ffmpeg.py [--seconds 300] [--cameras 16]

Each camera sends 1280x720 H.264 of about 2 Mbit/s and is read twice, once by each side. Prints the figures and their ratio; exits 1 when a
bound is missed. What the workers spend on judging pictures, which ffmpeg does not do, is a figure of its own and not in the ratio.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from processes import cpu_s, pss_bytes  # noqa: E402
from simulator import Simulator  # noqa: E402
from wall import Wall, config_for  # noqa: E402

CPU_RATIO_MAX = 0.85
WORKER_PSS_MAX_MB = 5
SERVER_PSS_MAX_MB = 60
IDLE_CPU_MAX = 0.002
SETTLE_S = 15
IDLE_S = 30


def start_ffmpeg(url, folder):
    folder.mkdir()
    return subprocess.Popen(
        ["ffmpeg", "-nostdin", "-v", "error", "-rtsp_transport", "tcp", "-i", url, "-c", "copy", "-f", "hls", "-hls_time", "1",
         "-hls_list_size", "6", "-hls_flags", "delete_segments+independent_segments", "-hls_segment_type", "fmp4",
         folder / "index.m3u8"], stdin=subprocess.DEVNULL)


def mounts(count):
    """The demo's main streams without sound: what the two sides do with that differs."""
    return [{"name": f"cam{i + 1:02}", "label": f"Camera {i + 1}",
             "streams": [{"path": "main", "clip": f"cam{i % 15 + 1:02}_main.mov", "audio": False}]} for i in range(count)]


def idle_cpu():
    with Wall(config_for({})) as wall:
        time.sleep(3)  # Its start is not idleness.
        pids = [wall.pid, wall.zygote()]
        begin = sum(map(cpu_s, pids))
        time.sleep(IDLE_S)
        return (sum(map(cpu_s, pids)) - begin) / IDLE_S


def judging_s(wall):
    """CPU time that all workers spent on judging pictures."""
    return sum(map(float, re.findall(r"^camwall_stream_picture_cpu_seconds_total\{.*\} (\S+)$", wall.get("/metrics")[1].decode(), re.M)))


def measure(wall, ffmpegs, seconds):
    workers = list(wall.workers().values())
    ours, theirs, server = sum(map(cpu_s, workers)), sum(cpu_s(p.pid) for p in ffmpegs), cpu_s(wall.pid)
    judged = judging_s(wall)
    begin = time.monotonic()
    for left in range(int(seconds), 0, -30):
        print(f"  {left} s to go", flush=True)
        time.sleep(min(30, left))
    took = time.monotonic() - begin
    if list(wall.workers().values()) != workers:
        sys.exit("a worker was replaced during the measurement: the figures mean nothing")
    minutes = took / 60 * len(workers)
    return {
        "workers, CPU-s per camera and minute": (sum(map(cpu_s, workers)) - ours) / minutes,
        "of that for judging pictures": (judging_s(wall) - judged) / minutes,
        "ffmpeg, CPU-s per camera and minute": (sum(cpu_s(p.pid) for p in ffmpegs) - theirs) / minutes,
        "server, CPU-s per camera and minute": (cpu_s(wall.pid) - server) / minutes,
        "worker PSS, MB, largest": max(map(pss_bytes, workers)) / 1e6,
        "worker PSS, MB, mean": sum(map(pss_bytes, workers)) / len(workers) / 1e6,
        "ffmpeg PSS, MB, mean": sum(pss_bytes(p.pid) for p in ffmpegs) / len(ffmpegs) / 1e6,
        "server PSS, MB": pss_bytes(wall.pid) / 1e6,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--cameras", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Simulator(cameras=mounts(options.cameras), port=18980) as simulator:
        urls = {name: (simulator.url(name, "main"), None) for name in simulator.cameras}
        with Wall(config_for(urls)) as wall:
            wall.wait_all_live()
            ffmpegs = [start_ffmpeg(url, pathlib.Path(folder, name)) for name, (url, _) in urls.items()]
            try:
                time.sleep(SETTLE_S)
                if any(process.poll() is not None for process in ffmpegs):
                    sys.exit("an ffmpeg ended before the measurement")
                figures = measure(wall, ffmpegs, options.seconds)
            finally:
                for process in ffmpegs:
                    process.terminate()
                for process in ffmpegs:
                    process.wait()
    copying = figures["workers, CPU-s per camera and minute"] - figures["of that for judging pictures"]
    figures["CPU ratio"] = copying / figures["ffmpeg, CPU-s per camera and minute"]
    figures["idle server, share of a core"] = idle_cpu()
    for name, value in figures.items():
        print(f"{name:40} {value:8.4f}")
    bounds = {"CPU ratio": CPU_RATIO_MAX, "worker PSS, MB, largest": WORKER_PSS_MAX_MB, "server PSS, MB": SERVER_PSS_MAX_MB,
              "idle server, share of a core": IDLE_CPU_MAX}
    missed = {name: bound for name, bound in bounds.items() if figures[name] > bound}
    for name, bound in missed.items():
        print(f"missed: {name} is {figures[name]:.4f}, bound {bound}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
