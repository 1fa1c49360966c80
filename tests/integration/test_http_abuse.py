"""The contract of the HTTP transport: what hostile, broken and unlucky clients do, over bare sockets.

Runs against the program http_testbed of the build folder in CAMWALL_BUILD (build/release when unset). With
CAMWALL_HTTP=host:port the part that needs no control over the server runs against that address.
"""

import os
import pathlib
import select
import socket
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support.http_raw import Raw, Testbed, has_ubsan, wait_until  # noqa: E402

BIG = 40_000_000
QUICK = ("--header-deadline-ms", "300", "--idle-deadline-ms", "500", "--stall-deadline-ms", "400")
SECRET = b"this file is not for the network"
PLAYLIST = b"#EXTM3U\n" + b"#" * 392


@pytest.fixture(scope="module")
def bed(tmp_path_factory):
    if os.environ.get("CAMWALL_HTTP"):
        pytest.skip("needs a server of its own")
    with Testbed(tmp_path_factory.mktemp("bed")) as x:
        x.write("secret", SECRET)
        x.write("static/index.html", b"<!doctype html>")
        x.write("static/a.js", b"let a = 1;")
        x.write("static/numbers.json", b"0123456789")
        (x.folder / "static" / "out.js").symlink_to(x.folder / "secret")
        (x.folder / "static" / "up").symlink_to("..")
        x.write("hls/gate/sub/index.m3u8", PLAYLIST)
        x.write("hls/gate/sub/1-1v.m4s.tmp", b"half")
        x.sparse("hls/gate/sub/1-1v.m4s", BIG)
        yield x


@pytest.fixture
def quick(tmp_path):
    with Testbed(tmp_path, *QUICK) as x:
        x.sparse("hls/gate/sub/1-1v.m4s", BIG)
        yield x


@pytest.fixture
def address(request):
    other = os.environ.get("CAMWALL_HTTP")
    if other:
        host, _, port = other.rpartition(":")
        return host.strip("[]"), int(port)
    return request.getfixturevalue("bed").address


# Requests


def test_answers_twenty_pipelined_requests_in_order(address):
    with Raw(address) as client:
        targets = [f"/nothing/{i}" if i % 2 else "/version" for i in range(20)]
        client.send("".join(client.request(x) for x in targets))
        assert [client.answer().status for _ in targets] == [404 if "nothing" in x else 200 for x in targets]


def test_answers_head_like_get_without_a_body(address):
    with Raw(address) as client:
        for target in ("/livez", "/version", "/api/v1/cameras", "/nothing"):
            got, headed = client.get(target), client.get(target, "HEAD")
            assert headed.status == got.status
            assert headed.fields["content-length"] == got.fields["content-length"]
        assert client.get("/livez").body == b'{"status":"ok"}\n'


def test_every_answer_has_a_date_and_none_names_the_software(address):
    with Raw(address) as client:
        for target in ("/livez", "/nothing", "/static/../x"):
            fields = client.get(target).fields
            assert fields["date"].endswith(" GMT")
            assert "server" not in fields


def test_options_and_wrong_methods_name_the_allowed_ones(address):
    with Raw(address) as client:
        x = client.get("/livez", "OPTIONS")
        assert (x.status, x.fields["allow"]) == (204, "GET, HEAD, OPTIONS")
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            x = client.get("/livez", method)
            assert (x.status, x.code, x.fields["allow"]) == (405, "method_not_allowed", "GET, HEAD, OPTIONS")


SMUGGLING = [
    ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
    ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400),
    ("Transfer-Encoding: chunked\r\n", 501),
    ("Transfer-Encoding: identity\r\n", 501),
    ("Transfer-Encoding : chunked\r\n", 400),
    ("Transfer-Encoding:\x0bchunked\r\n", 400),
    (" Transfer-Encoding: chunked\r\n", 400),
    ("X: y\r\n Transfer-Encoding: chunked\r\n", 400),
    ("Content-Length: 5\r\nContent-Length: 5\r\n", 400),
    ("Content-Length: 5\r\nContent-Length: 6\r\n", 400),
    ("Content-Length: 5, 5\r\n", 400),
    ("Content-Length: +5\r\n", 400),
    ("Content-Length: 0x5\r\n", 400),
    ("Content-Length: 5 5\r\n", 400),
    ("Content-Length: abc\r\n", 400),
    ("Content-Length: -1\r\n", 400),
    ("Content-Length: 18446744073709551621\r\n", 400),
    ("Content-Length: 5\nX: y\r\n", 400),
    ("X: y\rContent-Length: 5\r\n", 400),
    ("Content-Length\r\n", 400),
    ("Host: evil.example\r\n", 400),
]


@pytest.mark.parametrize("fields,status", SMUGGLING)
def test_takes_no_request_that_could_hide_another(address, fields, status):
    with Raw(address) as client:
        hidden = client.request("/version")
        client.send(client.request("/livez", "POST", fields, "hello" + hidden))
        x = client.answer()
        assert x.status == status
        assert x.fields["connection"] == "close"
        assert x.code
        assert client.closed() and not client.buffer, "answered the hidden request"


BROKEN = [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    (b"GET / HTTP/1.1\nHost: x\n\n", 400),
    (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400),
    (b"GET nothing HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    (b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 400),
    (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 17000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000, 431),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n" + b"x" * 65537, 413),
]


@pytest.mark.parametrize("data,status", BROKEN, ids=range(len(BROKEN)))
def test_refuses_broken_requests_readably_and_closes(address, data, status):
    with Raw(address) as client:
        client.send(data)
        x = client.answer()
        assert x.status == status
        assert x.code
        assert client.closed()


def test_speaks_http_1_0_without_host(address):
    with Raw(address) as client:
        client.send("GET /livez HTTP/1.0\r\n\r\n")
        assert client.answer().status == 200
        assert client.closed()


def test_accepts_a_cookie_that_another_program_on_this_host_has_set(address):
    with Raw(address) as client:
        odd = "Cookie: nameless; =; a=b=c\r\nDate: yesterday\r\nAccept: text/html, *; q=.2\r\nUser-Agent:\r\n"
        assert client.get("/livez", fields=odd).status == 200


def test_answers_after_a_half_close(address):
    with Raw(address) as client:
        client.send(client.request("/livez") + client.request("/version"))
        client.socket.shutdown(socket.SHUT_WR)
        assert client.answer().status == 200
        assert client.answer().status == 200
        assert client.closed()


def test_sends_a_whole_file_after_a_half_close(bed):
    with bed.open() as client:
        client.send(client.request("/hls/gate/sub/1-1v.m4s"))
        client.socket.shutdown(socket.SHUT_WR)
        assert len(client.answer().body) == BIG
        assert client.closed()


def test_answers_after_a_half_close_also_what_comes_later(address):
    with Raw(address) as client:
        client.send(client.request("/api/v1/reload", "POST") + client.request("/livez"))
        client.socket.shutdown(socket.SHUT_WR)
        assert client.answer().status == 200
        assert client.answer().status == 200
        assert client.closed()


# Who may ask


def test_answers_only_to_its_own_names(address):
    with Raw(address) as client:
        for host in ("localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8080", "wall.localhost"):
            client.send(f"GET /livez HTTP/1.1\r\nHost: {host}\r\n\r\n")
            assert client.answer().status == 200, host
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "a@b", "8.8.8.8"):
            client.send(f"GET /livez HTTP/1.1\r\nHost: {host}\r\n\r\n")
            x = client.answer()
            assert (x.status, x.code) == (421, "host_not_allowed"), host
            assert b"server.hosts" in x.body
        client.send("GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.answer().status == 421


def test_answers_to_configured_names(tmp_path):
    with Testbed(tmp_path, "--host", "wall.lan") as bed, bed.open() as client:
        client.send("GET /livez HTTP/1.1\r\nHost: wall.lan:9\r\n\r\n")
        assert client.answer().status == 200


def test_takes_no_orders_from_pages_of_other_origins(address):
    with Raw(address) as client:
        x = client.get("/api/v1/cameras", "POST", "Origin: http://evil.example\r\n")
        assert (x.status, x.code) == (403, "cross_origin")


def test_shows_nothing_to_others_whom_a_proxy_forwards(address):
    with Raw(address) as client:
        for target in ("/", "/livez", "/metrics", "/api/v1/cameras", "/nothing"):
            x = client.get(target, fields="X-Forwarded-For: 203.0.113.9\r\n")
            assert (x.status, x.code) == (403, "not_allowed")


# Files

TRAVERSAL = [
    "/static/../secret", "/static/..%2fsecret", "/static/%2e%2e/secret", "/static/%2e%2e%2fsecret",
    "/static/.%2e/secret", "/static/%252e%252e/secret", "/static/%252e%252e%252fsecret", "/static/..\\secret",
    "/static/..%5csecret", "/static/a.js%00.html", "/static/%00", "/static//../secret", "/static/./../secret",
    "/static/%c0%ae%c0%ae/secret", "/static/..;/secret", "/static/out.js", "/static/up/secret", "/static/up",
    "/static/", "/static", "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/%", "/static/%zz",
    "/../secret", "/hls/gate/../../secret", "/hls/gate/sub/..%2f..%2f..%2fsecret", "/hls/gate/%2e%2e/secret",
    "/hls/../secret/index.m3u8", "/hls/gate/sub/1-1v.m4s.tmp", "/hls/gate/sub/.ts", "/hls/%2e%2e/static/index.m3u8",
]


@pytest.mark.parametrize("target", TRAVERSAL)
def test_never_leaves_its_folders(bed, target):
    with bed.open() as client:
        x = client.get(target)
        assert x.status in (400, 404)
        assert x.code
        assert SECRET not in x.body
        assert client.get("/livez").status == 200


RANGES = [
    ("bytes=0-0", 206, b"0", "bytes 0-0/10"), ("bytes=2-5", 206, b"2345", "bytes 2-5/10"),
    ("bytes=7-", 206, b"789", "bytes 7-9/10"), ("bytes=-3", 206, b"789", "bytes 7-9/10"),
    ("bytes=5-500", 206, b"56789", "bytes 5-9/10"), ("bytes=10-", 416, None, "bytes */10"),
    ("bytes=-0", 416, None, "bytes */10"), ("bytes=5-2", 200, b"0123456789", None),
    ("bytes=0-1,3-4", 200, b"0123456789", None), ("bytes=x-", 200, b"0123456789", None),
    ("lines=0-1", 200, b"0123456789", None),
]


@pytest.mark.parametrize("field,status,body,content_range", RANGES)
def test_serves_one_range(bed, field, status, body, content_range):
    with bed.open() as client:
        x = client.get("/static/numbers.json", fields=f"Range: {field}\r\n")
        assert (x.status, x.fields.get("content-range")) == (status, content_range)
        assert body is None or x.body == body
        x = client.get("/static/numbers.json", "HEAD", f"Range: {field}\r\n")
        assert (x.status, x.fields["content-length"]) == (200, "10")


def test_serves_the_end_of_a_large_file(bed):
    with bed.open() as client:
        x = client.get("/hls/gate/sub/1-1v.m4s", fields=f"Range: bytes={BIG - 100_000}-\r\n")
        assert (x.status, len(x.body)) == (206, 100_000)


def test_sends_a_file_again_only_when_it_changed(bed):
    with bed.open() as client:
        bed.write("static/changing.css", b"a{}")
        first = client.get("/static/changing.css")
        same = f"If-None-Match: \"x\", {first.fields['etag']}\r\n"
        for method in ("GET", "HEAD"):
            x = client.get("/static/changing.css", method, same)
            assert (x.status, x.body, x.fields["etag"]) == (304, b"", first.fields["etag"])
        bed.write("static/changing.new", b"b{}").rename(bed.folder / "static/changing.css")
        x = client.get("/static/changing.css", fields=same)
        assert (x.status, x.body) == (200, b"b{}")


def test_serves_the_page_to_browsers(bed):
    with bed.open() as client:
        x = client.get("/?player=hls", fields="Accept: text/html\r\n")
        assert (x.status, x.fields["content-type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'self'" in x.fields["content-security-policy"]
        assert client.get("/").body == b'{"status":"ok"}\n'


def test_serves_playlists_only_of_cameras_that_deliver(bed):
    with bed.open() as client:
        x = client.get("/hls/gate/index.m3u8")
        assert (x.status, x.fields["location"]) == (307, "../gate/sub/index.m3u8")
        x = client.get("/hls/gate/sub/index.m3u8")
        assert (x.status, x.body, x.fields["cache-control"]) == (200, PLAYLIST, "no-store")
        for target in ("/hls/dead/main/index.m3u8", "/hls/old/main/video.m3u8"):
            x = client.get(target)
            assert (x.status, x.code) == (503, "camera_not_live")
            assert int(x.fields["retry-after"]) > 0


def test_a_file_that_is_deleted_during_a_download_arrives_whole(bed):
    path = bed.sparse("hls/gate/sub/2-1v.m4s", BIG)
    with bed.open(receive_buffer=65536) as client:
        client.send(client.request("/hls/gate/sub/2-1v.m4s"))
        client.fill()
        path.unlink()
        assert len(client.answer().body) == BIG
        assert client.get("/livez").status == 200


def test_a_file_that_is_cut_during_a_download_ends_that_connection_only(bed):
    path = bed.sparse("hls/gate/sub/3-1v.m4s", BIG)
    with bed.open(receive_buffer=65536) as client, bed.open() as other:
        client.send(client.request("/hls/gate/sub/3-1v.m4s"))
        client.fill()
        os.truncate(path, 0)
        assert client.closed()
        assert len(client.buffer) < BIG
        assert other.get("/livez").status == 200


# Time and resources


def test_closes_a_slowloris_at_the_deadline(quick):
    with quick.open() as client:
        began = time.monotonic()
        for byte in client.request("/livez", fields="X: " + "y" * 100):
            client.send(byte)
            if select.select([client.socket], [], [], 0.02)[0]:
                break
        x = client.answer()
        assert (x.status, x.code) == (408, "request_timeout")
        assert 0.3 < time.monotonic() - began < 1
        assert client.closed()


def test_closes_idle_connections(quick):
    with quick.open() as fresh, quick.open() as used:
        began = time.monotonic()
        assert used.get("/livez").status == 200
        assert used.closed() and fresh.closed()
        assert 0.3 < time.monotonic() - began < 2
        assert not used.buffer and not fresh.buffer


def test_evicts_a_stalled_reader_and_disturbs_nobody(quick):
    with quick.open(receive_buffer=4096) as stalled:
        stalled.send(stalled.request("/hls/gate/sub/1-1v.m4s"))
        took = []
        with quick.open() as client:
            for _ in range(300):
                began = time.monotonic()
                assert client.get("/livez").status == 200
                took.append(time.monotonic() - began)
        assert sorted(took)[-4] < 0.05
        wait_until(lambda: quick.counts().get("limit{stall}") == 1, "the stalled reader is evicted")


def test_keeps_a_reader_that_is_slow_but_alive(quick):
    with quick.open(receive_buffer=4096) as slow:
        slow.send(slow.request("/hls/gate/sub/1-1v.m4s"))
        began = time.monotonic()
        while time.monotonic() - began < 1.5:  # Far beyond the stall deadline.
            assert slow.socket.recv(2048)
            time.sleep(0.02)
        assert "limit{stall}" not in quick.counts()


def test_aborted_downloads_leak_no_descriptor(bed):
    bed.counts()
    before = bed.descriptors()
    for i in range(200):
        client = bed.open(receive_buffer=8192)
        client.send(client.request("/hls/gate/sub/1-1v.m4s"))
        client.fill()
        if i % 2:
            client.reset()
        else:
            client.socket.close()
    wait_until(lambda: bed.descriptors() <= before, "all descriptors are closed")
    wait_until(lambda: bed.counts()["connections"] == 1, "all connections are accounted for")


@pytest.mark.skipif(has_ubsan(), reason="UBSan opens a pipe to look at an object and takes the failure for a bad one")
def test_survives_running_out_of_descriptors_without_spinning(tmp_path):
    with Testbed(tmp_path, descriptors_max=48) as bed:
        crowd = [bed.open() for _ in range(80)]
        wait_until(lambda: bed.descriptors() == 48, "the descriptors are used up")
        before = bed.cpu_s()
        time.sleep(1)
        assert bed.cpu_s() - before < 0.1
        for client in crowd:
            client.socket.close()
        with bed.open() as client:
            assert client.get("/livez").status == 200
        assert bed.counts()["limit{descriptors}"] > 0


@pytest.mark.parametrize("flag", ["--connections-max", "--connections-per-address-max"])
def test_refuses_connections_beyond_the_limit(tmp_path, flag):
    with Testbed(tmp_path, flag, "5") as bed:
        crowd = [bed.open() for _ in range(5)]
        assert all(client.get("/livez").status == 200 for client in crowd)
        with bed.open() as late:
            x = late.answer()
            assert (x.status, x.code) == (503, "too_many_connections")
            assert late.closed()
        crowd.pop().socket.close()

        def admitted():
            with bed.open() as client:
                try:
                    return client.get("/livez").status == 200
                except (AssertionError, OSError):
                    return False

        wait_until(admitted, "a place became free")


def test_ends_within_a_second_whatever_is_open(tmp_path):
    bed = Testbed(tmp_path)
    bed.sparse("hls/gate/sub/1-1v.m4s", BIG)
    crowd = [bed.open(receive_buffer=8192) for _ in range(50)]
    for i, client in enumerate(crowd):
        client.send(client.request("/hls/gate/sub/1-1v.m4s" if i % 2 else "/livez")[: None if i % 3 else 20])
    crowd[1].fill()
    assert bed.stop() < 1
    for client in crowd:
        client.socket.close()
