"""`camwall doctor` over simulated cameras: what it finds, what it says to mend, and that it changes nothing."""

import json
import pathlib
import re
import socket
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from simulator import Simulator, build_dir, make_clips  # noqa: E402
from wall import Wall, config_for  # noqa: E402

PORT = 22400
PASSWORD = "s3cr3t-p@ss"
SANITIZED = "-dev" in build_dir().name or build_dir().name in ("dev", "tsan")

pytestmark = pytest.mark.skipif(SANITIZED, reason="a sanitized build has no sandbox to look at")


@pytest.fixture(scope="module")
def cameras():
    make_clips()
    locked = {"name": "locked", "auth": "digest", "user": "admin", "password": PASSWORD, "streams": [{"path": "main", "clip": "h264_main_g2.mov"}]}
    with Simulator(demo=2, cameras=[locked], port=PORT) as simulator:
        yield simulator


def doctor(*arguments):
    return subprocess.run([build_dir() / "camwall", "doctor", *arguments], capture_output=True, text=True, timeout=90, stdin=subprocess.DEVNULL)


def findings(code, *arguments):
    result = doctor("--json", *arguments)
    assert result.returncode == code, result
    found = json.loads(result.stdout)
    assert all(x["verdict"] == "ok" or x["mend"] for x in found["findings"]), "whatever is not well says what to do"
    return found["findings"]


def of(found, check):
    return [x for x in found if x["check"] == check]


def written(folder, text):
    file = folder / "wall.yaml"
    file.write_text(text)
    return file


def test_a_healthy_wall_has_nothing_bad_and_stays_as_it_was(cameras, tmp_path):
    streams = {name: (cameras.url(name, "main"), cameras.url(name, "sub")) for name in ("cam01", "cam02")}
    file = written(tmp_path, config_for(streams, port=PORT + 50))
    found = findings(0, "-c", file)
    assert {x["check"] for x in found} == {"configuration", "install", "sandbox", "pidfd", "clock", "descriptors", "hls", "state", "port", "camera"}
    assert [x["verdict"] for x in of(found, "camera")] == ["ok", "ok"]
    assert "cam01: h264 640x360" in of(found, "camera")[0]["detail"]
    assert [x.name for x in tmp_path.iterdir()] == ["wall.yaml"]


def test_cameras_that_give_no_picture_are_named_with_what_to_do(cameras, tmp_path):
    wrong = re.sub(r"//[^@]*@", "//admin:guess@", cameras.url("locked", "main"))
    streams = {"dead": (f"rtsp://127.0.0.1:{PORT + 49}/x", None), "wrong": (wrong, None),
               "lost": (cameras.url("cam01", "main") + "x", None)}
    found = {x["detail"].split(":")[0]: x for x in of(findings(1, "-c", written(tmp_path, config_for(streams))), "camera")}
    assert {name: x["verdict"] for name, x in found.items()} == {"dead": "bad", "wrong": "bad", "lost": "bad"}
    assert "refused" in found["dead"]["detail"] and "auth" in found["wrong"]["detail"] and "not_found" in found["lost"]["detail"]
    assert "guess" not in json.dumps(found)


def test_a_wrong_password_of_a_recorder_is_tried_once_and_not_by_each_channel(cameras, tmp_path):
    wrong = re.sub(r"//[^@]*@", "//admin:guess@", cameras.url("locked", "main"))
    failures = cameras.stats("locked")["login_failures"]
    file = written(tmp_path, "limits: {connecting_per_host_max: 4}\n" + config_for({f"channel{i}": (wrong, None) for i in range(8)}))
    found = of(findings(1, "-c", file), "camera")
    assert cameras.stats("locked")["login_failures"] == failures + 1
    assert [x["verdict"] for x in found] == ["bad"] + ["warn"] * 7
    assert all("not tried" in x["detail"] and "channel0" in x["mend"] for x in found[1:])


def test_without_cameras_nothing_is_connected_to(cameras, tmp_path):
    streams = {"dead": (f"rtsp://127.0.0.1:{PORT + 49}/x", None)}
    assert of(findings(0, "--no-cameras", "-c", written(tmp_path, config_for(streams))), "camera") == []


def test_a_port_is_free_or_used_by_a_server_or_in_the_way(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        file = written(tmp_path, config_for({}, port=other.getsockname()[1]))
        taken = of(findings(1, "-c", file), "port")[0]
    assert taken["verdict"] == "bad" and "in use" in taken["detail"]
    with Wall(config_for({})) as wall:
        file = written(tmp_path, config_for({}, port=wall.port))
        assert "a server answers there" in of(findings(0, "-c", file), "port")[0]["detail"]


def test_a_wrong_configuration_is_told_completely_and_ends_with_two(tmp_path):
    file = written(tmp_path, "cameras:\n  - {id: a, url: 'http://x'}\n  - {id: b}\n")
    found = findings(2, "-c", file)
    assert len([x for x in of(found, "configuration") if x["verdict"] == "bad"]) == 2
    assert of(found, "sandbox") and not of(found, "camera")


def test_text_says_what_to_mend_below_what_is_bad(tmp_path):
    said = doctor("-c", written(tmp_path, "cameras: [{id: a}]\n")).stdout
    assert "bad   configuration" in said and "→ mend it" in said and said.endswith("1 to mend\n")
