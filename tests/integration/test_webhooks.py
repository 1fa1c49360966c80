"""Webhooks with real receivers: what is told, signed, tried again, given up, and that a bad receiver holds up nobody."""

import contextlib
import json
import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from support.simulator import Simulator  # noqa: E402
from support.wall import Wall, wait_until  # noqa: E402
from support.webhook_receiver import Receiver, is_genuine, make_certificate  # noqa: E402

PORT = 22700
RECEIVERS = 22750  # And those after it.
NAMES = ["gate", "yard", "shed", "lane"]
SECRET = "0123456789abcdef-Mk7e1"
TOKEN = "Mk33token"
TOLD_S = 40
HURRY = 20  # Every wait but `after` is divided by it.
STOP_S = 5


@pytest.fixture(scope="module")
def cameras():
    mounts = [{"name": name, "streams": [{"path": "main", "clip": f"cam0{n}_sub.mov"}]} for n, name in enumerate(NAMES, 1)]
    with Simulator(cameras=mounts, port=PORT) as simulator:
        yield simulator


def config(cameras, hooks):
    entries = [{"id": name, "label": name.title(), "group": "far" if name == "lane" else "near", "url": cameras.url(name)} for name in NAMES]
    return ("server:\n  listen: 127.0.0.1:0\nhls:\n  directory: hls\nstate_dir: state\nreload:\n  settle: 100ms\n"
            f"test_only:\n  time_scale: {HURRY}\nwebhooks: {json.dumps(hooks)}\ncameras:\n"
            + "".join("  - " + json.dumps(x) + "\n" for x in entries))


def hook(name, receiver, **more):
    return {"name": name, "url": f"{receiver.url}/{TOKEN}", "after": "1s", **more}


@contextlib.contextmanager
def running(cameras, *hooks, folder=None):
    """A wall that is well before the hooks begin to look."""
    with Wall(config(cameras, []), folder, environment={"no_proxy": "*"}) as wall:
        wall.wait_all_live()
        replace(wall, config(cameras, hooks))
        wait_until(lambda: wall.get("/metrics")[1].count(b"camwall_webhook_messages_waiting{") == len(hooks), 10, wall.log)
        yield wall
        assert TOKEN.encode() not in wall.get("/metrics")[1]
        assert wall.stop() < STOP_S, "also in the middle of a request"
        assert TOKEN not in wall.log() and SECRET not in wall.log()


@contextlib.contextmanager
def lost(cameras, *names):
    for name in names:
        cameras.refuse(name)
    for name in names:
        cameras.drop(name)
    try:
        yield
    finally:
        for name in names:
            cameras.heal(name)


def replace(wall, text):
    fresh = wall.config_file.with_suffix(".new")
    fresh.write_text(text)
    os.replace(fresh, wall.config_file)


def metric(wall, name, **labels):
    shown = ",".join(f'{key}="{value}"' for key, value in labels.items())
    return float(re.search(rf"^camwall_webhook_{name}{{{shown}}} (\S+)$", wall.get("/metrics")[1].decode(), re.M)[1])


def messages(wall, name, result):
    return metric(wall, "messages_total", webhook=name, result=result)


def wait_told(receiver, count=1, **like):
    wait_until(lambda: len(receiver.notices(**like)) >= count, TOLD_S, lambda: f"{like}: {receiver.messages()}")
    return receiver.notices(**like)


def test_an_outage_is_told_with_a_signature_and_so_is_its_end(cameras):
    with Receiver(RECEIVERS) as receiver, running(cameras, hook("office", receiver, secret=SECRET)) as wall:
        with lost(cameras, "gate"):
            told = wait_told(receiver, camera="gate", status="firing")[0]
            assert (told["event"], told["label"], told["group"], told["until"]) == ("down", "Gate", "near", None)
            assert told["what"] in ("refused", "ended", "timeout", "stalled"), told
        over = wait_told(receiver, camera="gate", status="resolved")[0]
        assert over["since"] == told["since"] < over["until"]
        for path, fields, body in receiver.requests:
            assert path == f"/{TOKEN}" and fields["Content-Type"] == "application/json"
            assert fields["Camwall-Delivery"] == json.loads(body)["delivery"]
            assert is_genuine(SECRET, fields, body)
            assert not is_genuine(SECRET, fields, body.replace(b"gate", b"yard")), "somebody changed it"
            assert not is_genuine("another secret", fields, body)
        assert {x["camera"] for x in receiver.notices()} == {"gate"}, "the others were live all the time"
        message = receiver.messages()[0]
        assert message["version"] == 1 and message["webhook"] == "office" and "Gate is down" in message["text"]
        wait_until(lambda: messages(wall, "office", "sent") == len(receiver.messages()), 10, "they are counted")
        assert messages(wall, "office", "dropped") == messages(wall, "office", "rejected") == 0


def test_cameras_that_fail_together_are_one_message(cameras):
    with Receiver(RECEIVERS) as receiver, Receiver(RECEIVERS + 1) as far:
        hooks = hook("all", receiver, after="3s"), hook("far", far, groups=["far"], resolved=False)
        with running(cameras, *hooks), lost(cameras, *NAMES):
            wait_told(receiver, len(NAMES), status="firing")
            told = receiver.messages()
            assert len(told) < len(NAMES), told
            assert sum(x["firing"] for x in told) == len(NAMES)
            wait_told(far)
            assert {x["camera"] for x in far.notices()} == {"lane"}


def test_a_reload_that_fails_is_told_and_a_changed_hook_begins_anew(cameras):
    with Receiver(RECEIVERS) as office, Receiver(RECEIVERS + 1) as later:
        first = hook("office", office, events=["down", "reload"])
        with running(cameras, first) as wall, lost(cameras, "yard"):
            good = config(cameras, [first])
            wait_told(office, camera="yard")
            replace(wall, good.replace("settle: 100ms", "settle: soon"))
            told = wait_told(office, event="reload", status="firing")[0]
            assert told["camera"] is None and told["detail"], told
            replace(wall, good)
            wait_told(office, event="reload", status="resolved")
            replace(wall, config(cameras, [first, hook("later", later)]))
            wait_told(later, camera="yard", status="firing")
            assert len(office.notices(camera="yard", status="firing")) == 1, "it was not disturbed"
            replace(wall, config(cameras, []))
            wait_until(lambda: b"camwall_webhook_" not in wall.get("/metrics")[1], 10, "there are none any more")


def test_what_does_not_arrive_is_tried_again_and_a_bad_receiver_holds_up_nobody(cameras, tmp_path):
    with contextlib.ExitStack() as stack:
        good, slow, failing, hanging, refusing, leading = (stack.enter_context(Receiver(RECEIVERS + n, **how)) for n, how in enumerate((
            {}, {"wait_s": 2}, {"answers": (503, 500, 429, 200)}, {"wait_s": None}, {"answers": (404,)},
            {"answers": (302,), "fields": {"Location": f"http://127.0.0.1:{RECEIVERS}/elsewhere"}})))
        names = {"good": good, "slow": slow, "failing": failing, "hanging": hanging, "refusing": refusing, "leading": leading}
        wall = stack.enter_context(running(cameras, *(hook(name, x) for name, x in names.items()), folder=tmp_path))
        with lost(cameras, "shed"):
            wait_told(good, camera="shed", status="firing")
            wait_told(slow, camera="shed", status="firing")
            wait_until(lambda: len(failing.requests) >= 4, TOLD_S, lambda: failing.requests)
            tries = [json.loads(body)["delivery"] for _, _, body in failing.requests[:4]]
            assert len(set(tries)) == 1, "it is the same message"
            assert hanging.asked.wait(TOLD_S)
            wait_until(lambda: messages(wall, "failing", "sent") >= 1, TOLD_S, "the fourth try is taken")
            assert metric(wall, "tries_failed_total", webhook="failing") == 3
            for name in ("refusing", "leading"):
                wait_until(lambda name=name: messages(wall, name, "rejected") >= 1, TOLD_S, name)
                assert messages(wall, name, "sent") == 0 and len(names[name].requests) == len(names[name].messages()), "it is not tried again"
            assert {path for path, _, _ in good.requests} == {f"/{TOKEN}"}, "a redirect is not followed"
            wait_until(lambda: metric(wall, "tries_failed_total", webhook="hanging") >= 1, TOLD_S, "a deadline ends it")
            assert metric(wall, "messages_waiting", webhook="hanging") >= 1
        assert "webhook leading: a message is given up: it answers 302, and redirects are not followed" in wall.log()
        tried = len(hanging.requests)
        wait_until(lambda: len(hanging.requests) > tried, TOLD_S, "it is in the middle of a request")
    assert "webhook hanging: it ends, and a message that has not arrived is given up" in wall.log(), "nothing is lost without a word"


def test_what_was_rejected_is_told_again_once_it_is_wanted(cameras):
    with Receiver(RECEIVERS, answers=(404, 200)) as receiver, running(cameras, hook("office", receiver)) as wall, lost(cameras, "gate"):
        wait_until(lambda: messages(wall, "office", "rejected") == 1, TOLD_S, "as while somebody puts a newer receiver in its place")
        wait_until(lambda: messages(wall, "office", "sent") == 1, TOLD_S, wall.log)
        refused, taken = receiver.messages()
        assert refused["notices"][0]["since"] == taken["notices"][0]["since"] and taken["firing"] == 1


def test_what_waits_at_the_end_still_arrives(cameras, tmp_path):
    with Receiver(RECEIVERS, answers=(503, 200), fields={"Retry-After": str(60 * HURRY)}) as receiver:
        with running(cameras, hook("office", receiver, resolved=False), folder=tmp_path) as wall, lost(cameras, "gate"):
            wait_until(lambda: metric(wall, "tries_failed_total", webhook="office") == 1, TOLD_S, "it asks to wait for a minute")
        assert len(receiver.requests) == 2 and len(receiver.messages()) == 1
        assert "webhook office: messages arrive again; tries that failed: 1" in wall.log() and "given up" not in wall.log()


def test_tls_is_verified(cameras, tmp_path):
    known, other = make_certificate(tmp_path), make_certificate(tmp_path, "DNS:elsewhere.example")
    with contextlib.ExitStack() as stack:
        trusted = stack.enter_context(Receiver(RECEIVERS, certificate=known))
        unknown = stack.enter_context(Receiver(RECEIVERS + 1, certificate=known))
        misnamed = stack.enter_context(Receiver(RECEIVERS + 2, certificate=other))
        wall = stack.enter_context(running(
            cameras, hook("trusted", trusted, ca_file=str(known[0])), hook("unknown", unknown),
            hook("misnamed", misnamed, ca_file=str(other[0]))))
        with lost(cameras, "gate"):
            wait_told(trusted, camera="gate", status="firing")
            for name in ("unknown", "misnamed"):
                wait_until(lambda name=name: metric(wall, "tries_failed_total", webhook=name) >= 2, TOLD_S, name)
        assert not unknown.requests and not misnamed.requests, "nothing was said to a stranger"
