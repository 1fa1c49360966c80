"""What processes cost, read from /proc."""

import os
import pathlib

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    """User and system CPU time of a process in seconds."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def pss_bytes(pid, part="Pss"):
    """Proportional set size: shared pages count for the share of the process. `Pss_Anon` is its own memory alone, whoever else maps the
    same libraries."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith(f"{part}:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no {part} for {pid}")


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def anonymous_pss_bytes(pid):
    """The same of memory that no file stands behind: programs that use the same libraries elsewhere do not change it."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss_Anon:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no Pss_Anon for {pid}")
