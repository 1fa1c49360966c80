"""Which frame of which clip a still picture shows. Needs ffmpeg."""

import subprocess

WIDTH, HEIGHT = 64, 36
SIZE = WIDTH * HEIGHT * 3
SMALL = ["-vf", f"scale={WIDTH}:{HEIGHT}:flags=area", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]


def small(jpeg):
    """The picture as 64x36 pixels of RGB."""
    answer = subprocess.run(["ffmpeg", "-v", "error", "-f", "image2pipe", "-i", "-", *SMALL], input=jpeg, capture_output=True, check=True)
    return answer.stdout


class Clip:
    """All frames of a clip, small."""

    def __init__(self, file, fps):
        answer = subprocess.run(["ffmpeg", "-v", "error", "-i", file, "-an", "-vsync", "0", *SMALL], capture_output=True, check=True)
        self.frames = [answer.stdout[at:at + SIZE] for at in range(0, len(answer.stdout), SIZE)]
        self.fps = fps

    def nearest(self, jpeg):
        """(how far the nearest frame is from the picture, in mean levels of 0 to 255; that frame's number)."""
        seen = small(jpeg)
        return min((sum(abs(a - b) for a, b in zip(seen, frame)) / SIZE, number) for number, frame in enumerate(self.frames))
