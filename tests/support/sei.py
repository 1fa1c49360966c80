"""Reads back the serial number that a simulated camera puts into each video access unit.

The number stands in an SEI message (user_data_unregistered, ITU-T H.264 D.1.7, H.265 D.2.7) and counts the
access units of the stream since the simulator began: a recording that lost nothing has no gap.
"""

import re
import subprocess

UUID = b"camwall-serial-1"  # tools/camera_sim/serial_sei.hpp
USER_DATA_UNREGISTERED = 5
FFMPEG_DEADLINE_S = 60


def _nals_annex_b(data):
    for part in re.split(b"\x00\x00\x01", data)[1:]:
        yield part.rstrip(b"\x00")


def _nals_length_prefixed(data, length_size):
    at = 0
    while at + length_size <= len(data):
        length = int.from_bytes(data[at:at + length_size], "big")
        at += length_size
        if length == 0 or at + length > len(data):
            raise ValueError(f"a NAL unit of {length} bytes at {at} goes beyond the {len(data)} bytes")
        yield data[at:at + length]
        at += length


def _rbsp(payload):
    """Takes the emulation prevention out (7.4.1)."""
    return payload.replace(b"\x00\x00\x03", b"\x00\x00")


def _sei_messages(rbsp):
    """Yields (type, payload) of an SEI's RBSP (7.3.2.3.1)."""
    at = 0
    while at + 2 < len(rbsp):
        values = []
        for _ in range(2):
            value = 0
            while at < len(rbsp) and rbsp[at] == 0xFF:
                value += 255
                at += 1
            if at >= len(rbsp):
                return
            values.append(value + rbsp[at])
            at += 1
        kind, size = values
        yield kind, rbsp[at:at + size]
        at += size


def _is_sei(nal, codec):
    if codec == "h264":
        return nal[0] & 0x1F == 6
    return nal[0] >> 1 & 0x3F == 39


def serials(data, codec="h264", length_size=0):
    """Yields the serial numbers in elementary stream bytes, in their order.

    codec        h264 or hevc
    length_size  bytes of length before each NAL unit; 0 for Annex B
    """
    if codec not in ("h264", "hevc"):
        raise ValueError(f"no such codec: {codec}")
    header = 1 if codec == "h264" else 2
    for nal in _nals_length_prefixed(data, length_size) if length_size else _nals_annex_b(data):
        if not nal or not _is_sei(nal, codec):
            continue
        for kind, payload in _sei_messages(_rbsp(nal[header:])):
            if kind == USER_DATA_UNREGISTERED and payload[:16] == UUID and len(payload) == 24:
                yield int.from_bytes(payload[16:], "big")


def elementary_stream(source, codec="h264", seconds=None, transport=None):
    """The video of anything that ffmpeg opens (a segment, a playlist, an RTSP address) as Annex B bytes."""
    command = ["ffmpeg", "-v", "error", "-nostdin"]
    command += ["-rtsp_transport", transport] if transport else []
    command += ["-i", str(source), "-map", "0:v:0"]
    command += ["-t", str(seconds)] if seconds else []
    command += ["-c", "copy", "-bsf:v", f"{codec}_mp4toannexb", "-f", codec, "-"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          timeout=FFMPEG_DEADLINE_S).stdout


def serials_of_file(source, codec="h264"):
    """The serial numbers in a media file. A fragment needs its init segment in front: give both as bytes to
    serials_of_fragments."""
    return list(serials(elementary_stream(source, codec), codec))


def serials_of_fragments(init, fragments, codec="h264"):
    """The serial numbers in fMP4 segments (bytes), played behind their init segment (bytes)."""
    command = ["ffmpeg", "-v", "error", "-f", "mp4", "-i", "pipe:0", "-map", "0:v:0", "-c", "copy",
               "-bsf:v", f"{codec}_mp4toannexb", "-f", codec, "-"]
    done = subprocess.run(command, input=init + b"".join(fragments), check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, timeout=FFMPEG_DEADLINE_S)
    return list(serials(done.stdout, codec))


def gaps(numbers):
    """The places where a list of serials does not go up by one: [(before, after), …]."""
    return [(a, b) for a, b in zip(numbers, numbers[1:]) if b != a + 1]
