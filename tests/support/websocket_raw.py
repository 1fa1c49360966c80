"""WebSocket over a bare socket: frames as no client library would send them."""

import base64
import hashlib
import os
import struct

from support.http_raw import DEADLINE_S, Raw

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def frame(opcode, payload=b"", fin=True, reserved=0, mask=b"\x11\x22\x33\x44", length=None):
    """The bytes of one frame (RFC 6455 5.2). `mask` None leaves it out; `length` lies about the payload."""
    size = len(payload) if length is None else length
    out = bytes([fin << 7 | reserved << 4 | opcode])
    bit = 0x80 if mask is not None else 0
    if size < 126:
        out += bytes([bit | size])
    elif size < 65536:
        out += bytes([bit | 126]) + struct.pack(">H", size)
    else:
        out += bytes([bit | 127]) + struct.pack(">Q", size)
    if mask is None:
        return out + payload
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)) if any(mask) else payload
    return out + mask + masked


def close_payload(code, reason=b""):
    return struct.pack(">H", code) + reason


def handshake_fields(key="dGhlIHNhbXBsZSBub25jZQ==", **changes):
    """The header fields of a good handshake; a change to None leaves the field out."""
    fields = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
    fields.update({name.replace("_", "-"): value for name, value in changes.items()})
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)


class WebSocket(Raw):
    """One client. Opens with a good handshake, and `fields` besides; `early` is sent in the same piece as the request."""

    def __init__(self, address, target="/ws/echo", receive_buffer=None, timeout_s=DEADLINE_S, early=b"", fields=""):
        super().__init__(address, receive_buffer, timeout_s)
        key = base64.b64encode(os.urandom(16)).decode()
        self.send(self.request(target, fields=handshake_fields(key) + fields).encode() + early)
        x = self.answer()
        assert x.status == 101, x.status
        expected = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()
        assert x.fields["sec-websocket-accept"] == expected

    def say(self, opcode, payload=b"", **how):
        self.send(frame(opcode, payload, **how))

    def hear(self):
        """The next frame as (opcode, payload). A server's frames are whole and not masked."""
        head = self.take(2)
        assert head[0] & 0xF0 == 0x80, "fragmented or reserved bits"
        assert head[1] & 0x80 == 0, "masked"
        size = head[1]
        if size == 126:
            size = struct.unpack(">H", self.take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.take(8))[0]
        return head[0] & 0x0F, self.take(size)

    def take(self, size):
        while len(self.buffer) < size:
            assert self.fill(), "closed by the server"
        out = bytes(self.buffer[:size])
        del self.buffer[:size]
        return out

    def heard_close(self):
        """Reads up to the close frame; its code, or None when it has none. Answers it."""
        while True:
            opcode, payload = self.hear()
            if opcode == CLOSE:
                break
        code = struct.unpack(">H", payload[:2])[0] if payload else None
        payload[2:].decode()
        try:
            self.say(CLOSE, payload[:2])
        except OSError:
            pass
        return code

    def echoes(self, text=b"still here"):
        self.say(TEXT, text)
        return self.hear() == (TEXT, text)
