#!/usr/bin/python3
"""Sixteen normal cameras for some minutes: nobody must be told that anything is wrong with them.

    tests/bench/false_alarms.py [--minutes 10]

Moving scenes, static ones with a sensor's noise, and night, each with several amounts of noise, bit rates and keyframe
distances; thresholds as they are by default. Exit code 1 when a camera is called frozen, undecodable, black or uniform, when its
rates are called unusual, or when it is restarted. Prints what the judging of pictures costs.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from pictures import DARK, H265, STILL, encode  # noqa: E402
from simulator import Simulator  # noqa: E402
from wall import Wall  # noqa: E402

PORT = 23100
POLL_S = 5
CLIP_S = 21
SCENES = {"moving": "testsrc2=s=640x360:r=15", "static": STILL, "night": f"{STILL},{DARK}"}
VARIANTS = [(4, 500, 15), (5, 300, 30), (5, 500, 15), (8, 1000, 30), (6, 500, 60)]  # noise, kbit/s, keyframe distance


def make_clips(folder):
    """{camera: clip}"""
    names = {}
    for scene, picture in SCENES.items():
        for number, (noise, rate, gop) in enumerate(VARIANTS):
            encoder = ["-c:v", "libx264", "-preset", "ultrafast", *(x for key in ("-b:v", "-maxrate", "-bufsize")
                                                                   for x in (key, f"{rate}k"))]
            names[f"{scene}{number}"] = folder / f"{scene}{number}.mov"
            encode(names[f"{scene}{number}"], f"{picture},noise=alls={noise}:allf=t", encoder, gop, CLIP_S)
    names["h265"] = folder / "h265.mov"
    encode(names["h265"], f"{STILL.replace('640x360', '320x180')},noise=alls=5:allf=t", H265, seconds=CLIP_S)
    return names


def alarms(wall, name):
    """What the history tells of a camera beside that it came up."""
    events = json.loads(wall.get(f"/api/v1/cameras/{name}/events?limit=200")[1])["events"]
    return [event for event in events if event["sign"] or event["reason"]]


def total(wall, metric):
    return sum(float(line.rsplit(" ", 1)[1]) for line in wall.get("/metrics")[1].decode().splitlines()
               if line.startswith(metric + "{"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--minutes", type=float, default=10)
    minutes = arguments.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="false_alarms_") as folder:
        clips = make_clips(pathlib.Path(folder))
        mounts = [{"name": name, "streams": [{"path": "main", "clip": str(clip)}]} for name, clip in clips.items()]
        with Simulator(cameras=mounts, port=PORT) as cameras:
            urls = "".join(f"  - {{id: {name}, url: '{cameras.url(name)}'}}\n" for name in clips)
            with Wall(f"server: {{listen: '127.0.0.1:0'}}\nhls: {{directory: hls}}\nstate_dir: state\ncameras:\n{urls}") as wall:
                wall.wait_all_live(60)
                end = time.monotonic() + minutes * 60
                found = {}
                while time.monotonic() < end and not found:
                    time.sleep(min(POLL_S, max(0.0, end - time.monotonic())))
                    found = {name: what for name in clips if (what := alarms(wall, name))}
                looks = total(wall, "camwall_stream_pictures_judged_total")
                cost = total(wall, "camwall_stream_picture_cpu_seconds_total")
                all_cost = total(wall, "camwall_worker_cpu_seconds_total")
    print(f"{len(clips)} cameras, {minutes:g} minutes: {looks:.0f} pictures judged, {1000 * cost / looks:.1f} ms each, "
          f"{cost / len(clips) / minutes:.3f} CPU-s per camera and minute of {all_cost / len(clips) / minutes:.3f} in all")
    if found:
        sys.exit(f"false alarms: {json.dumps(found, indent=1)}")


if __name__ == "__main__":
    main()
