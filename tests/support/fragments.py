"""Reads the video samples of CMAF segments (ISO/IEC 14496-12): enough to count access units in a recording."""

from sei import serials


def boxes(data):
    """Yields (type, payload) of the boxes of one level."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        if size < 8 or at + size > len(data):
            raise ValueError(f"a box of {size} bytes at {at} goes beyond the {len(data)} bytes")
        yield data[at + 4:at + 8].decode("latin-1"), data[at + 8:at + size]
        at += size


def segment_serials(segment, codec="h264"):
    """The simulator's serial numbers in a video segment, in decoding order."""
    return [number for kind, payload in boxes(segment) if kind == "mdat"
            for number in serials(payload, codec, length_size=4)]


def gaps(numbers):
    """The places where a sequence does not go up by one: [(before, after)]. B-frames keep decoding order, so none is right."""
    return [(a, b) for a, b in zip(numbers, numbers[1:]) if b != a + 1]
