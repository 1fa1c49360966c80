"""A disk that fills: cameras stop with the reason `resources`, and live goes on as soon as there is room."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from simulator import Simulator  # noqa: E402
from wall import Wall, config_for  # noqa: E402

DISK_MB = 16
FREE_MIN_MB = 4
INODES = 120


@pytest.fixture(scope="module")
def cameras():
    with Simulator(demo=2, port=19440) as simulator:
        yield simulator


@pytest.fixture
def disk(tmp_path):
    """A small file system of its own at `tmp_path/hls`."""
    folder = tmp_path / "hls"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,nr_inodes={INODES}", "tmpfs", folder],
                          capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip("may not mount: " + done.stderr.strip())
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def wall(cameras, disk, tmp_path):
    extra = f"limits:\n  disk_free_min_mb: {FREE_MIN_MB}\ntest_only:\n  time_scale: 10"
    config = config_for({name: (cameras.url(name, "main"), cameras.url(name, "sub")) for name in cameras.cameras}, extra=extra)
    with Wall(config, folder=tmp_path) as running:
        running.wait_all_live()
        yield running


def stopped(camera):
    return camera["phase"] != "live" and camera["reason"] == "resources"


def fill(disk, keep_free_mb):
    """Writes until that much is left; 0: until not one byte more fits."""
    try:
        with (disk / "foreign").open("wb", buffering=0) as file:
            file.write(bytes((DISK_MB - keep_free_mb) << 20))
            while keep_free_mb == 0:
                file.write(bytes(4096))
    except OSError:
        assert keep_free_mb == 0


def test_cameras_stop_above_the_low_water_mark_and_go_on(wall, disk):
    fill(disk, keep_free_mb=FREE_MIN_MB - 2)
    for name in wall.cameras():
        camera = wall.wait_for(name, stopped)
        assert "are to stay free" in camera["detail"]
    before = {name: len(list((disk / name / "sub").glob("*.m4s"))) for name in wall.cameras()}
    assert all(count < 30 for count in before.values()), before
    (disk / "foreign").unlink()
    wall.wait_all_live()


def test_cameras_get_over_a_disk_that_is_full_to_the_last_byte(wall, disk):
    fill(disk, keep_free_mb=0)
    for name in wall.cameras():
        wall.wait_for(name, stopped)
    assert wall.get("/readyz")[0] == 200
    (disk / "foreign").unlink()
    wall.wait_all_live()


def test_cameras_get_over_the_end_of_the_inodes(wall, disk):
    foreign = []
    try:
        while True:
            foreign.append(disk / f"foreign-{len(foreign)}")
            foreign[-1].touch()
    except OSError:
        foreign.pop()
    for name in wall.cameras():
        wall.wait_for(name, stopped)
    for file in foreign:
        file.unlink()
    wall.wait_all_live()
