#!/usr/bin/env python3
"""Runs every fuzz target of a build with libFuzzer, some at a time, and shows what each did: run.py --seconds 600. A finding ends its
target and makes the status 1; the input stays beside the program."""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
LIMITS = ["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048", "-malloc_limit_mb=1024"]
RATE_MIN = 1000
# Why a target is slow by its nature; any other below RATE_MIN (of a second of CPU time: the machine may be busy) deserves a look.
SLOW = {"configuration": "yaml-cpp makes a tree of a whole file twice, and each word of it is checked"}


def targets():
    return sorted(x.name for x in (HERE / "corpus").iterdir())


def run(name, build, seconds):
    """(name, status, runs, runs in a second of CPU time, edges, features, inputs): what one target did."""
    work = build / "fuzz" / name
    (work / "inputs").mkdir(parents=True, exist_ok=True)
    command = [build / f"fuzz_{name}", f"-max_total_time={seconds}", "-print_final_stats=1", f"-artifact_prefix={work}/finding-",
               *LIMITS, work / "inputs", HERE / "corpus" / name]
    with (work / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        _, ending, used = os.wait4(process.pid, 0)
        status = process.returncode = os.waitstatus_to_exitcode(ending)
    text = (work / "log").read_text(errors="replace")
    number = lambda pattern: int((re.findall(pattern, text) or ["0"])[-1])  # noqa: E731
    runs = number(r"number_of_executed_units: (\d+)")
    return (name, status, runs, round(runs / max(used.ru_utime + used.ru_stime, 0.01)),
            number(r" cov: (\d+)"), number(r" ft: (\d+)"), number(r" corp: (\d+)"))


def minimise(name, build):
    """Takes into the corpus of the tree what reaches further than what is there."""
    found = build / "fuzz" / name / "inputs"
    if found.is_dir():
        subprocess.run([build / f"fuzz_{name}", "-merge=1", *LIMITS, HERE / "corpus" / name, found],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time")
    parser.add_argument("--merge", action="store_true", help="run nothing; take what was found into the corpus of the tree")
    parser.add_argument("targets", nargs="*", default=targets())
    given = parser.parse_args()
    build = pathlib.Path(os.environ.get("CAMWALL_BUILD", "build/fuzz")).resolve()
    if given.merge:
        for name in given.targets:
            minimise(name, build)
        return 0
    for name in given.targets:
        shutil.rmtree(build / "fuzz" / name, ignore_errors=True)
    failed = []
    print(f"{'target':17} {'executions':>11} {'a CPU-s':>9} {'edges':>6} {'features':>9} {'inputs':>7}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        for name, status, runs, rate, edges, features, inputs in pool.map(lambda x: run(x, build, given.seconds), given.targets):
            slow = f"  slow: {SLOW.get(name, 'nobody knows why')}" if rate < RATE_MIN else ""
            print(f"{name:17} {runs:11,} {rate:9,} {edges:6,} {features:9,} {inputs:7,}{slow}", flush=True)
            if status != 0:
                failed.append(name)
                print(f"  A FINDING, status {status}: {build / 'fuzz' / name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
