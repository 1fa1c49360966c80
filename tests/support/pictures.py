"""Makes clips of pictures that are right or wrong, for the judgement of pictures."""

import re
import subprocess

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"

STILL = "testsrc2=s=640x360:r=15,loop=loop=-1:size=1"
CLOCK = f"drawtext=fontfile={FONT}:fontsize=18:fontcolor=white:box=1:boxcolor=black:x=8:y=8:text='%{{pts\\:hms}}'"
DARK = "lutyuv=y=16+(val-16)*0.14:u=128+(val-128)*0.2:v=128+(val-128)*0.2"
NOISE = "noise=alls=5:allf=t"
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-b:v", "500k", "-maxrate", "500k", "-bufsize", "500k"]
# A rate control has settled after a minute of one picture; a clip of some seconds must begin so.
SETTLED = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "26"]
H265 = ["-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params",
        "log-level=error:qp=28:keyint=15:min-keyint=15:scenecut=0:pools=1:frame-threads=1"]


def encode(target, picture, encoder, gop=15, seconds=7):
    """Makes a clip of a picture of libavfilter, with a keyframe every `gop` pictures. It should not last a whole number
    of looks: then its loop would look like a freeze."""
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-t", str(seconds), "-pix_fmt", "yuv420p",
                    *encoder, "-g", str(gop), "-keyint_min", str(gop), "-sc_threshold", "0", "-bf", "0", "-threads", "1", "-y",
                    target], check=True, stdin=subprocess.DEVNULL)


def damage(clip):
    """Overwrites a piece of every keyframe's slices."""
    raw = clip.with_suffix(".h264")
    subprocess.run(["ffmpeg", "-v", "error", "-i", clip, "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-y", raw], check=True)
    stream = bytearray(raw.read_bytes())
    for found in list(re.finditer(b"\0\0\1[\x65\x25\x45]", stream)):
        begin = found.end() + 400
        stream[begin:begin + 300] = b"\xa5" * 300
    raw.write_bytes(stream)
    subprocess.run(["ffmpeg", "-v", "quiet", "-f", "h264", "-r", "15", "-i", raw, "-c", "copy", "-y", clip], check=True)
