#!/usr/bin/python3
"""How long a scrape of /metrics takes: 50 of a wall of 64 simulated cameras.

    CAMWALL_BUILD=build/release tests/bench/scrape.py [CAMERAS [SCRAPES]]

Prints the time from the request to the last byte of the answer (median, 95 %, longest), its size, and the series of one camera. Aim: 95 %
under 20 ms with a release build.
"""

import http.client
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from simulator import Simulator  # noqa: E402
from wall import Wall, config_for  # noqa: E402

PORT = 21720
INTERVAL_S = 0.2
AIM_MS = 20
CLIPS = 16  # Those of the demo, of several frame rates: real cameras do not all send their keyframes at the same moment.


def scrape(port):
    """(milliseconds, text) of one scrape over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.connect()
    begin = time.perf_counter()
    connection.request("GET", "/metrics")
    text = connection.getresponse().read()
    took = 1000 * (time.perf_counter() - begin)
    connection.close()
    return took, text.decode()


def main(cameras_count=64, scrapes=50):
    mounts = [{"name": f"cam{n:02}", "streams": [{"path": path, "clip": f"cam{n % CLIPS + 1:02}_{path}.mov"}
                                                for path in ("main", "sub")]} for n in range(cameras_count)]
    with Simulator(cameras=mounts, port=PORT) as cameras:
        urls = {name: (cameras.url(name, "main"), cameras.url(name, "sub")) for name in cameras.cameras}
        with Wall(config_for(urls)) as wall:
            wall.wait_all_live(120)
            times = []
            for _ in range(scrapes):
                took, text = scrape(wall.port)
                times.append(took)
                time.sleep(INTERVAL_S)
    high = statistics.quantiles(times, n=20)[-1]
    print(f"{scrapes} scrapes of {cameras_count} cameras: median {statistics.median(times):.1f} ms, 95 % {high:.1f} ms, "
          f"longest {max(times):.1f} ms; {len(text) // 1024} KiB, {text.count(chr(34) + 'cam00' + chr(34))} series of a camera")
    return 0 if high < AIM_MS else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
