#!/usr/bin/python3
"""Copies rules or an Alertmanager configuration with shorter waits: for trying them out, never for use.

    ops/prometheus/in_a_hurry.py FACTOR FROM_FOLDER TO_FOLDER

Every `for:`, `keep_firing_for:`, `group_wait:` and `group_interval:` of the folder's *.yml files becomes FACTOR times shorter. Nothing else changes:
expressions, their windows and thresholds stay as they are.
"""

import pathlib
import re
import sys

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
WAIT = re.compile(r"^(\s*(?:for|keep_firing_for|group_wait|group_interval):\s*)(\d+)(ms|s|m|h|d)( #.*)?$", re.MULTILINE)


def hurried(text, factor):
    """The text with its waits divided by `factor`."""

    def shorter(match):
        milliseconds = round(1000 * int(match[2]) * SECONDS[match[3]] / factor)
        return f"{match[1]}{milliseconds}ms{match[4] or ''}"

    return WAIT.sub(shorter, text)


def copy(factor, source, target):
    """Copies the *.yml files of one folder."""
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.glob("*.yml")):
        (target / file.name).write_text(hurried(file.read_text(), factor))


if __name__ == "__main__":
    copy(float(sys.argv[1]), pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
