"""The contract of the WebSockets: what hostile, broken and unlucky clients do, over bare sockets (RFC 6455)."""

import pathlib
import select
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.http_raw import Raw, Testbed, wait_until  # noqa: E402
from support.websocket_raw import (  # noqa: E402
    BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, WebSocket, close_payload, frame, handshake_fields)

QUICK = ("--websocket-ping-ms", "300", "--websocket-pong-ms", "300", "--websocket-stall-ms", "500",
         "--websocket-close-ms", "300", "--websocket-message-ms", "500")


@pytest.fixture(scope="module")
def bed(tmp_path_factory):
    with Testbed(tmp_path_factory.mktemp("bed"), "--connections-per-address-max", "4096") as x:
        yield x


@pytest.fixture
def quick(tmp_path):
    with Testbed(tmp_path, *QUICK) as x:
        yield x


@pytest.fixture
def client(bed):
    with WebSocket(bed.address) as x:
        yield x


# The opening handshake


def test_answers_the_handshake_of_the_standard(bed):
    with Raw(bed.address) as client:
        x = client.get("/ws/echo", fields=handshake_fields())
        assert (x.status, x.fields["upgrade"], x.fields["connection"]) == (101, "websocket", "Upgrade")
        assert x.fields["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert "content-length" not in x.fields
        assert "sec-websocket-protocol" not in x.fields
        assert "sec-websocket-extensions" not in x.fields


@pytest.mark.parametrize("changes", [
    {"Upgrade": None}, {"Upgrade": "h2c"}, {"Connection": "keep-alive"}, {"Connection": None},
    {"Sec_WebSocket_Version": None}, {"Sec_WebSocket_Version": "8"}, {"Sec_WebSocket_Version": "14"}])
def test_asks_for_an_upgrade_when_there_is_none_that_it_knows(bed, changes):
    with Raw(bed.address) as client:
        x = client.get("/ws/echo", fields=handshake_fields(**changes))
        assert (x.status, x.code) == (426, "upgrade_required")
        assert (x.fields["upgrade"], x.fields["sec-websocket-version"]) == ("websocket", "13")
        assert client.get("/livez").status == 200


@pytest.mark.parametrize("key", [None, "", "short==", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZR==",
                                 "dGhl!HNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZWE="])
def test_refuses_a_bad_key(bed, key):
    with Raw(bed.address) as client:
        x = client.get("/ws/echo", fields=handshake_fields(Sec_WebSocket_Key=key))
        assert (x.status, x.code) == (400, "bad_websocket_key")


def test_refuses_a_page_of_another_origin_and_takes_its_own(bed):
    for origin, status in (("http://evil.example", 403), ("null", 403), (f"http://127.0.0.1:{bed.address[1]}", 101),
                           (f"https://127.0.0.1:{bed.address[1]}", 101)):
        with Raw(bed.address) as client:
            assert client.get("/ws/echo", fields=handshake_fields(Origin=origin)).status == status


def test_refuses_another_host(bed):
    with Raw(bed.address) as client:
        client.send("GET /ws/echo HTTP/1.1\r\nHost: evil.example\r\n" + handshake_fields() + "\r\n")
        assert client.answer().status == 421


def test_understands_lists_and_any_case(bed):
    fields = handshake_fields(Upgrade="WebSocket", Connection="keep-alive, uPGRADE")
    with Raw(bed.address) as client:
        assert client.get("/ws/echo", fields=fields).status == 101


def test_agrees_to_a_subprotocol_only_where_the_route_does(bed):
    for target, expected in (("/ws/echo", None), ("/ws/protocol", "null")):
        with Raw(bed.address) as client:
            x = client.get(target, fields=handshake_fields(Sec_WebSocket_Protocol="null, other"))
            assert (x.status, x.fields.get("sec-websocket-protocol")) == (101, expected)


def test_takes_no_other_method_and_no_older_http(bed):
    with Raw(bed.address) as client:
        assert client.get("/ws/echo", "HEAD", fields=handshake_fields()).status == 426
        assert client.get("/ws/echo", "POST", fields=handshake_fields()).status == 405
    with Raw(bed.address) as client:
        client.send("GET /ws/echo HTTP/1.0\r\n" + handshake_fields() + "\r\n")
        assert client.answer().status == 426


def test_loses_nothing_that_came_with_the_request(bed):
    early = frame(TEXT, b"one") + frame(PING, b"two") + frame(TEXT, b"three")[:5]
    with WebSocket(bed.address, early=early) as client:
        client.send(frame(TEXT, b"three")[5:])
        heard = [client.hear() for _ in range(3)]
        assert set(heard) == {(TEXT, b"one"), (PONG, b"two"), (TEXT, b"three")}


def test_upgrades_after_other_requests_on_the_same_connection(bed):
    with Raw(bed.address) as client:
        client.send(client.request("/livez") + client.request("/ws/echo", fields=handshake_fields()))
        client.send(frame(TEXT, b"x"))
        assert (client.answer().status, client.answer().status) == (200, 101)
        while len(client.buffer) < 3:
            assert client.fill()
        assert bytes(client.buffer) == b"\x81\x01x"


# Messages


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 4095, 4096, 4097, 65535, 65536])
def test_carries_messages_of_every_form_of_length(client, size):
    payload = bytes(i % 251 for i in range(size))
    client.say(BINARY, payload)
    assert client.hear() == (BINARY, payload)


def test_puts_fragments_together_and_answers_pings_between_them(client):
    client.say(TEXT, "Grüß".encode()[:3], fin=False)
    client.say(PING, b"?")
    assert client.hear() == (PONG, b"?")
    client.say(CONTINUATION, "Grüß".encode()[3:5], fin=False)
    client.say(CONTINUATION, b"", fin=False)
    client.say(CONTINUATION, "Grüß".encode()[5:] + b"!")
    assert client.hear() == (TEXT, "Grüß!".encode())


def test_understands_a_message_that_comes_byte_by_byte(client):
    for byte in frame(TEXT, b"slowly") + frame(PING, b"p"):
        client.send(bytes([byte]))
    assert {client.hear(), client.hear()} == {(TEXT, b"slowly"), (PONG, b"p")}  # A pong may overtake.


def test_ignores_a_pong_that_nobody_asked_for(client):
    client.say(PONG, b"unasked")
    assert client.echoes()


BAD = [
    ("unmasked", frame(TEXT, b"x", mask=None), 1002),
    ("unmasked_ping", frame(PING, b"x", mask=None), 1002),
    ("reserved_1", frame(TEXT, b"x", reserved=4), 1002),
    ("reserved_2", frame(TEXT, b"x", reserved=2), 1002),
    ("reserved_3_of_a_ping", frame(PING, b"", reserved=1), 1002),
    *((f"opcode_{x}", frame(x, b""), 1002) for x in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    ("fragmented_ping", frame(PING, b"x", fin=False), 1002),
    ("fragmented_close", frame(CLOSE, b"", fin=False), 1002),
    ("long_ping", frame(PING, b"x" * 126), 1002),
    ("continues_nothing", frame(CONTINUATION, b"x"), 1002),
    ("message_in_a_message", frame(TEXT, b"x", fin=False) + frame(TEXT, b"y"), 1002),
    ("long_form_of_a_short_length", b"\x81\xfe\x00\x01" + b"\0\0\0\0x", 1002),
    ("length_beyond_63_bits", b"\x82\xff" + b"\xff" * 8 + b"\0\0\0\0x", 1002),
    ("too_big", frame(BINARY, b"x", length=65537), 1009),
    ("absurdly_big", frame(BINARY, b"x", length=2**62), 1009),
    ("too_big_in_fragments", frame(BINARY, b"x" * 40000, fin=False) + frame(CONTINUATION, b"x" * 40000), 1009),
    ("not_utf8", frame(TEXT, b"\xff"), 1007),
    ("overlong", frame(TEXT, b"\xc0\xaf"), 1007),
    ("surrogate", frame(TEXT, b"\xed\xa0\x80"), 1007),
    ("beyond_unicode", frame(TEXT, b"\xf4\x90\x80\x80"), 1007),
    ("cut_character", frame(TEXT, "ß".encode()[:1]), 1007),
    ("not_utf8_over_fragments", frame(TEXT, b"a\xe2", fin=False) + frame(CONTINUATION, b"\x28\xa1"), 1007),
    ("close_with_half_a_code", frame(CLOSE, b"\x03"), 1002),
    *((f"close_code_{x}", frame(CLOSE, close_payload(x)), 1002) for x in (0, 999, 1004, 1005, 1006, 1015, 2999, 5000)),
    ("close_reason_not_utf8", frame(CLOSE, close_payload(1000, b"\xff")), 1007),
]


@pytest.mark.parametrize("what, code", [x[1:] for x in BAD], ids=[x[0] for x in BAD])
def test_ends_a_client_that_breaks_the_rules(client, what, code):
    client.send(what)
    assert client.heard_close() == code
    assert client.closed()


def test_a_flood_of_messages_ends_with_1008(bed):
    with WebSocket(bed.address) as client:
        client.send(frame(PING) * 300)
        assert client.heard_close() == 1008
    wait_until(lambda: bed.counts().get("limit{websocket_message_rate}") == 1, "the limit is counted")
    assert bed.counts()["evicted{message_rate}"] == 1


# The closing handshake


@pytest.mark.parametrize("payload, code", [(b"", None), (close_payload(1000), 1000), (close_payload(1001, b"bye"), 1001),
                                           (close_payload(3000), 3000), (close_payload(4999), 4999)])
def test_answers_a_close_with_the_same_code(client, payload, code):
    client.send(frame(CLOSE, payload) + frame(TEXT, b"nobody listens"))
    assert client.heard_close() == code
    assert client.closed()


def test_closes_with_the_code_of_the_session_after_all_that_was_queued(bed):
    with WebSocket(bed.address, receive_buffer=8192) as client:
        client.say(TEXT, b"send 3000000")
        client.say(TEXT, b"close 4004")
        opcode, payload = client.hear()
        assert (opcode, len(payload)) == (BINARY, 3_000_004)
        assert client.heard_close() == 4004
        assert client.closed()


def test_ends_a_client_that_does_not_answer_the_close(quick):
    with WebSocket(quick.address) as client:
        client.say(TEXT, b"close 4000")
        assert client.hear() == (CLOSE, close_payload(4000, b"as told"))
        began = time.monotonic()
        assert client.closed()
        assert time.monotonic() - began < 2
    wait_until(lambda: quick.counts()["websockets"] == 0, "it is gone")


def test_a_session_that_fails_ends_with_1011_alone(bed):
    with WebSocket(bed.address) as other, WebSocket(bed.address) as client:
        client.say(TEXT, b"throw")
        assert client.heard_close() == 1011
        assert other.echoes()


# Slow, silent and vanished clients


def test_a_pong_overtakes_megabytes_but_cuts_no_message(bed):
    with WebSocket(bed.address, receive_buffer=8192) as client:
        for _ in range(3):
            client.say(TEXT, b"send 2000000")
        time.sleep(0.1)  # The first one fills the socket; nothing to wait for tells this from outside.
        client.say(PING, b"now")
        heard = [client.hear() for _ in range(4)]
        assert sorted(len(payload) for _, payload in heard) == [3, 2_000_004, 2_000_004, 2_000_004]
        assert heard.index((PONG, b"now")) < 3


@pytest.mark.parametrize("begun", [frame(TEXT, b"", length=10), frame(TEXT, b"x", fin=False), b"\x81",
                                   frame(PING, b"", length=5), frame(TEXT, b"x" * 5, length=10)])
def test_ends_a_client_that_begins_a_message_and_stops(quick, begun):
    with WebSocket(quick.address) as client:
        client.send(begun)
        end = time.monotonic() + 5
        while time.monotonic() < end and not select.select([client.socket], [], [], 0.05)[0]:
            client.say(PONG) if begun[0] & 0x80 == 0 else None
        assert client.heard_close() == 1008
    assert quick.counts()["evicted{message_deadline}"] == 1


def test_pings_a_silent_client_and_ends_it_without_a_pong(quick):
    with WebSocket(quick.address) as silent, WebSocket(quick.address) as polite:
        began = time.monotonic()
        assert polite.hear() == (PING, b"")
        while time.monotonic() - began < 1.5:
            polite.say(PONG)
            opcode, _ = polite.hear()
            assert opcode == PING
        assert silent.closed()
    counts = quick.counts()
    assert (counts["limit{websocket_pong}"], counts["evicted{pong}"]) == (1, 1)


def test_evicts_a_viewer_that_reads_nothing_while_the_others_lose_nothing(tmp_path):
    with Testbed(tmp_path, "--websocket-stall-ms", "1000", "--broadcast-bits", "16000000") as bed:
        stalled = [WebSocket(bed.address, "/ws/broadcast", receive_buffer=8192) for _ in range(5)]
        viewers = [WebSocket(bed.address, "/ws/broadcast") for _ in range(5)]
        gaps = []

        def watch(client):
            last = None
            for _ in range(75):  # Three seconds.
                _, payload = client.hear()
                number = int.from_bytes(payload[16:24], "big")
                if last is not None and number != last + 1:
                    gaps.append((last, number))
                last = number

        threads = [threading.Thread(target=watch, args=[x]) for x in viewers]
        for x in threads:
            x.start()
        for x in threads:
            x.join()
        assert not gaps
        wait_until(lambda: bed.counts().get("evicted{stall}") == 5, "the stalled viewers are evicted")
        assert bed.counts()["limit{websocket_stall}"] == 5
        wait_until(lambda: bed.counts()["websockets"] == 5, "only the stalled ones are gone")
        for x in stalled + viewers:
            x.socket.close()


def test_a_stalled_viewer_that_wakes_up_in_time_is_told_why(tmp_path):
    with Testbed(tmp_path, "--websocket-stall-ms", "500", "--broadcast-bits", "16000000") as bed:
        with WebSocket(bed.address, "/ws/broadcast", receive_buffer=8192) as client:
            wait_until(lambda: bed.counts().get("evicted{stall}") == 1, "it is evicted")
            assert client.heard_close() == 4008


def test_keeps_a_viewer_that_is_slow_but_alive(tmp_path):
    with Testbed(tmp_path, "--websocket-stall-ms", "400", "--broadcast-bits", "8000000") as bed:
        with WebSocket(bed.address, "/ws/broadcast", receive_buffer=4096) as slow:
            began = time.monotonic()
            while time.monotonic() - began < 1.5:
                assert slow.socket.recv(2048)
                time.sleep(0.02)
            assert "evicted{stall}" not in bed.counts()


def test_a_queue_that_grows_beyond_its_limit_ends_the_socket(tmp_path):
    with Testbed(tmp_path, "--websocket-queue-bytes", "1000000") as bed:
        with WebSocket(bed.address, receive_buffer=8192) as client:
            for _ in range(8):
                client.say(TEXT, b"send 900000")
            assert client.heard_close() == 4008
        assert bed.counts()["evicted{queue}"] == 1


def test_two_thousand_abrupt_disconnects_leak_nothing(bed):
    with WebSocket(bed.address) as client:
        client.echoes()
    wait_until(lambda: bed.counts()["websockets"] == 0, "the others are gone")
    before = bed.descriptors()
    for _ in range(20):
        crowd = [WebSocket(bed.address, "/ws/broadcast" if i % 2 else "/ws/echo") for i in range(100)]
        for i, client in enumerate(crowd):
            if i % 3 == 0:
                client.say(TEXT, b"half")
                client.send(frame(TEXT, b"never ends", length=100))
            client.reset() if i % 2 else client.socket.close()
    wait_until(lambda: bed.descriptors() <= before, "all descriptors are closed", 10)
    wait_until(lambda: bed.counts()["connections"] == 1, "all connections are accounted for")
    assert bed.counts()["websockets"] == 0


# Accounts, limits, the end


def test_a_websocket_keeps_its_place_among_the_connections(tmp_path):
    with Testbed(tmp_path, "--connections-per-address-max", "5") as bed:
        crowd = [WebSocket(bed.address) for _ in range(5)]
        with bed.open() as late:
            assert late.answer().status == 503
        crowd.pop().socket.close()

        def accounts():
            try:
                counts = bed.counts()  # Takes the place that became free.
            except (ValueError, AssertionError, OSError):
                return None  # Not free yet.
            return counts["connections"], counts["websockets"]

        wait_until(lambda: accounts() == (5, 4), "a place became free, and the others are still counted")
        for client in crowd:
            client.socket.close()


def test_idle_websockets_cost_no_time(bed):
    with WebSocket(bed.address) as client:
        client.echoes()
        before = bed.cpu_s()
        time.sleep(1)
        assert bed.cpu_s() - before < 0.1


def test_tells_everybody_that_it_goes_and_ends_within_a_second(tmp_path):
    bed = Testbed(tmp_path)
    polite = [WebSocket(bed.address) for _ in range(5)]
    deaf = [WebSocket(bed.address, "/ws/broadcast", receive_buffer=8192) for _ in range(20)]
    codes = []

    def leave(client):
        codes.append(client.heard_close())

    threads = [threading.Thread(target=leave, args=[x]) for x in polite]
    for x in threads:
        x.start()
    assert bed.stop() < 1
    for x in threads:
        x.join()
    assert codes == [1001] * 5
    for client in polite + deaf:
        client.socket.close()


def test_ends_cleanly_while_clients_keep_coming(tmp_path):
    bed = Testbed(tmp_path, "--websocket-loops", "3")
    opened = []

    def come():
        try:
            while True:
                opened.append(WebSocket(bed.address, "/ws/broadcast"))
        except (AssertionError, OSError):
            pass

    threads = [threading.Thread(target=come) for _ in range(4)]
    for x in threads:
        x.start()
    wait_until(lambda: len(opened) > 100, "clients are coming")
    assert bed.stop() < 1
    for x in threads:
        x.join()
    for client in opened:
        client.socket.close()
