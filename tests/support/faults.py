"""The faults of cameras that a wall has to bear: how each is made, and what the wall must make of it.

For the cameras of `mounts()`, watched by a wall with `configuration()`.
"""

import dataclasses
import subprocess

from simulator import make_clips

TIME_SCALE = 120  # 35 minutes become 17.5 s, five minutes 2.5 s, the longest of the other waits 1 s
OPEN_S = 3.0
ACCESS_UNIT_S = 2.0
GOP_S = 1.0
SEGMENT_DEADLINE_S = 2 * GOP_S + 1
RECOVERY_S = 5.0  # beside what a row says
FROZEN_AFTER_S, PLAIN_AFTER_S, UNDECODABLE_AFTER = 3.0, 2.0, 3
NAMED_WITHIN_S = 5.0  # of the threshold of a condition
SLACK_S = 0.3


@dataclasses.dataclass(frozen=True)
class Fault:
    """What is done to a camera ({} is its name) and what the wall must make of it.

    reasons      one of them must be told as the cause of a restart or of a failed try; none: it stays live
    condition    what the picture must be called
    by_chance    reasons that may be told as well: damage may hit keyframes, and an undecodable picture restarts a camera
    detected_s   how soon
    recovered_s  how long after the end of the fault it may take until it is live
    """

    name: str
    begin: tuple
    reasons: tuple = ()
    detected_s: float = 1.0
    recovered_s: float = RECOVERY_S
    kind: str = "plain"
    check: object = None
    by_chance: tuple = ()
    condition: str = ""
    slow: bool = False  # its recovery takes much longer than that of others


def again(*command):
    """A fault that shows at the next connection only."""
    return (command, ("drop", "{}"))


def jumped(facts):
    assert facts.discontinuities > 0, "the jump is no discontinuity"


def smaller(facts):
    assert facts.during["streams"]["main"]["width"] == 320


def other_codec(facts):
    assert facts.during["streams"]["main"]["video"] == "h265"


def polite(facts):
    assert facts.stats["login_failures"] <= 4, "more than two tries with a wrong password (two requests each)"


def asked_twice(facts):
    assert facts.stats["failed_requests"] <= 2, "a camera that refuses the password is asked twice, then left alone"


FREEZE_S = ACCESS_UNIT_S + SLACK_S
AUTH_S = 2100 / TIME_SCALE + RECOVERY_S
FAULTS = [
    Fault("freeze", (("freeze", "{}"),), ("stalled",), FREEZE_S),
    Fault("freeze over UDP", (("freeze", "{}"),), ("stalled",), FREEZE_S, kind="udp"),
    Fault("connection ended", (("drop", "{}", "fin"),), ("ended",)),
    Fault("connection reset", (("drop", "{}", "rst"),), ("ended",)),
    Fault("port closed", (("refuse", "{}", "on"), ("drop", "{}")), ("refused",), 2.0),
    Fault("reboot", (("reboot", "{}", 3),), ("ended", "refused")),
    Fault("silent reboot", (("reboot", "{}", 3, "silent"),), ("stalled",), FREEZE_S),
    Fault("never answers", (("silence", "{}", "on"),), ("timeout",), FREEZE_S + OPEN_S + 1, OPEN_S + RECOVERY_S),
    Fault("noise for answers", again("noise", "{}", "on"), ("protocol", "timeout"), OPEN_S + 2, OPEN_S + RECOVERY_S),
    Fault("garbage in mid-stream", (("garbage", "{}", 20_000),), ("ended", "stalled", "protocol"), FREEZE_S + 1),
    Fault("wrong bits", (("flip", "{}", 5),), by_chance=("stalled",)),
    Fault("clock jumps forward", (("clock", "{}", 100),), check=jumped),
    Fault("clock jumps back", (("clock", "{}", -100),), check=jumped),
    Fault("clock begins again", (("clock", "{}", "reset"),)),
    Fault("clock stands still", (("clock", "{}", "stop"),)),
    Fault("another size", (("play", "{}", "small"),), kind="udp", check=smaller),
    Fault("another codec", (("play", "{}", "h265_g1"),), ("ended",), check=other_codec),
    Fault("no keyframes", (("keyframes", "{}", "off"),), ("stalled",), SEGMENT_DEADLINE_S + GOP_S + SLACK_S),
    Fault("wrong password", again("answer", "{}", 401), ("auth",), 2.0, AUTH_S, check=asked_twice, slow=True),
    Fault("forbidden", again("answer", "{}", 403), ("auth",), 2.0, AUTH_S, check=asked_twice, slow=True),
    Fault("login locked", again("realm", "{}", "wrong"), ("auth",), 2.0, AUTH_S, kind="login", check=polite, slow=True),
    Fault("no such stream", again("answer", "{}", 404), ("not_found",), 2.0),
    Fault("too many sessions", again("answer", "{}", 453, "setup"), ("busy",), 2.0),
    Fault("transport refused", again("answer", "{}", 461, "setup"), ("transport",), 2.0),
    Fault("internal error", again("answer", "{}", 500), ("protocol",), 2.0),
    Fault("trickle", (("trickle", "{}", 500),), ("stalled",), FREEZE_S + 2),
    Fault("flood", (("flood", "{}", 10),)),
    Fault("parameter sets in the stream only", again("sdp", "{}", "no_parameter_sets"), ("ended",)),
    Fault("nonsense for a description", again("sdp", "{}", "nonsense"), ("protocol",), 2.0),
    Fault("sound only", again("sdp", "{}", "audio_only"), ("no_video",), 2.0),
    Fault("packets lost", (("lose", "{}", 0.05),), kind="udp", by_chance=("stalled",)),
    Fault("frozen picture", (("play", "{}", "settled"),), ("stalled",), FROZEN_AFTER_S + NAMED_WITHIN_S, RECOVERY_S + 5,
          condition="frozen"),
    Fault("undecodable picture", (("flip", "{}", 1000),), ("stalled",), UNDECODABLE_AFTER * GOP_S + NAMED_WITHIN_S,
          RECOVERY_S + 5, condition="undecodable"),
    Fault("black picture", (("play", "{}", "black"),), detected_s=PLAIN_AFTER_S + NAMED_WITHIN_S, condition="black"),
    Fault("grey picture", (("play", "{}", "grey"),), detected_s=PLAIN_AFTER_S + NAMED_WITHIN_S, condition="uniform"),
    Fault("packets in another order", (("reorder", "{}", 0.3),), kind="udp", by_chance=("stalled",)),
]
KINDS = {"plain": [f"plain{n}" for n in range(13)], "udp": ["udp1", "udp2"], "login": ["login1"]}
CAMERAS = [name for names in KINDS.values() for name in names]


def camera_for(fault, free):
    """The first of the free cameras that the fault can befall; None when there is none."""
    return next((name for name in free if fault.kind == "plain" or name in KINDS[fault.kind]), None)


def begin(cameras, fault, camera):
    """Makes the fault."""
    for words in fault.begin:
        cameras.command(*(str(word).format(camera) for word in words))


def make_fault_clips(folder):
    """Fills `folder` with the clips that the faults need and returns it. `settled` is a picture that an encoder's rate
    control has been given for long: each keyframe of it is the same, which those of a clip of some seconds are not."""
    for clip in make_clips().iterdir():
        (folder / clip.name).symlink_to(clip)
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=15,loop=loop=-1:size=1", "-t", "7",
                    "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main", "-qp", "26",
                    "-g", "15", "-keyint_min", "15", "-sc_threshold", "0", "-bf", "0", "-threads", "1",
                    folder / "settled.mov"], check=True, stdin=subprocess.DEVNULL)
    return folder


def mounts(further=()):
    """The cameras, as in a mounts file, and further ones that nothing is done to."""
    result = [{"name": name, "streams": [{"path": "main", "clip": "h264_aac.mov"}]} for name in (*CAMERAS, *further)]
    for mount in result:
        if mount["name"] in KINDS["login"]:
            mount |= {"auth": "digest", "user": "admin", "password": "right"}
    return result


def configuration(cameras):
    """A wall of all cameras of the simulator."""
    lines = ["server:", "  listen: 127.0.0.1:0", "hls:", "  directory: hls", "state_dir: state",
             "deadlines:", f"  open: {OPEN_S}s", f"  access_unit: {ACCESS_UNIT_S}s",
             "defaults:", "  picture:", "    interval: 500ms", f"    frozen_after: {FROZEN_AFTER_S}s",
             f"    black_after: {PLAIN_AFTER_S}s", f"    uniform_after: {PLAIN_AFTER_S}s",
             f"    undecodable_after: {UNDECODABLE_AFTER}", "test_only:", f"  time_scale: {TIME_SCALE}", "cameras:"]
    for name in cameras.cameras:
        lines += [f"  - id: {name}", f"    url: {cameras.url(name)}"]
        lines += ["    transport: udp"] if name in KINDS["udp"] else []
    return "\n".join(lines) + "\n"
