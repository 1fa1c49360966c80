"""The examples of ops/front in a real nginx and a real Caddy: TLS, HTTP/2, sixteen tiles, WebSockets, and a cache that nobody reads past camwall."""

import concurrent.futures
import json
import pathlib
import socket
import ssl
import subprocess
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1]), str(pathlib.Path(__file__).resolve().parents[1] / "support")]
from simulator import REPOSITORY, Simulator, build_dir, make_clips  # noqa: E402
from support.front import Caddy, NAME, Nginx  # noqa: E402
from support.tiles import Tiles, wait_trusted  # noqa: E402
from support.websocket_raw import handshake_fields  # noqa: E402
from wall import Wall, wait_until  # noqa: E402

PORT = 22420
FRONT, CADDY, CACHED = PORT + 40, PORT + 42, PORT + 44
CAMERAS = [f"cam{n:02}" for n in range(1, 17)]
PASSWORD = "guard-pass"
SHOWN_S = 60
STRANGERS = ((), ("-H", "Cookie: __Host-camwall_session=forged"), ("-H", "X-Original-URI: /login"), ("-H", "X-Forwarded-Uri: /login"),
             ("-H", "X-Forwarded-For: 127.0.0.1"), ("-I",))


def config(cameras, hashed):
    lines = ["server: {listen: 127.0.0.1:0, trusted_proxies: [127.0.0.1], hosts: [wall.example.org]}", "hls: {directory: hls}", "state_dir: state", "users:",
             f'  - {{name: ops, role: operator, password_hash: "{hashed}"}}',
             f'  - {{name: guard, role: viewer, password_hash: "{hashed}", cameras: [cam01]}}', "cameras:"]
    lines += [f'  - {{id: {x}, url: "{cameras.url(x, "sub")}"}}' for x in CAMERAS]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def wall():
    make_clips()
    hashed = subprocess.run([build_dir() / "camwall", "hash-password"], input=PASSWORD + "\n", capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    with Simulator(demo=True, port=PORT) as cameras, Wall(config(cameras, hashed)) as out:
        yield out


def running(kind, wall, folder, port, **options):
    """A proxy that runs, with an operator logged in through it and all cameras live."""
    with kind(wall, folder, port, PASSWORD, **options) as out:
        out.ops = out.log_in("ops")
        wait_until(lambda: all(x["phase"] == "live" and x["streams"]["main"]["last_segment"]
                               for x in json.loads(out.text("/api/v1/cameras", out.ops))["cameras"]), 60, wall.log)
        yield out


@pytest.fixture(scope="module")
def front(wall, tmp_path_factory):
    assert Nginx.program, "nginx is not installed: make setup"
    yield from running(Nginx, wall, tmp_path_factory.mktemp("nginx"), FRONT)


@pytest.fixture(scope="module")
def caddy(wall, tmp_path_factory):
    assert Caddy.program, "caddy is not installed: make setup"
    yield from running(Caddy, wall, tmp_path_factory.mktemp("caddy"), CADDY)


@pytest.fixture(params=["nginx", "caddy"])
def either(request):
    return request.getfixturevalue("front" if request.param == "nginx" else "caddy")


def test_sixteen_tiles_get_page_playlists_and_segments_over_one_connection_of_http_2(front):
    segments = [front.segment(x, front.ops) for x in CAMERAS]
    answers = front.curl("/", *segments, cookie=front.ops)
    assert {x[:2] for x in answers} == {(200, "2")}, answers
    again = front.curl(*segments, cookie=front.ops)
    assert {x[2] for x in again} == {"HIT"}, again


def test_a_warm_cache_gives_nothing_to_who_is_not_logged_in(front):
    segment = front.segment("cam02", front.ops)
    assert [x[2] for x in front.curl(segment, segment, cookie=front.ops)][1] == "HIT"
    for options in STRANGERS:
        assert [x[0] for x in front.curl(segment, options=options)] == [401], options


def test_a_warm_cache_gives_a_camera_only_to_who_may_know_of_it(front):
    guard = front.log_in("guard")
    hidden, own = front.segment("cam03", front.ops), front.segment("cam01", front.ops)
    front.curl(hidden, own, cookie=front.ops)
    assert [x[0] for x in front.curl(hidden, own, cookie=guard)] == [404, 200]


def test_a_user_who_logged_out_gets_no_more_from_the_cache(front):
    cookie = front.log_in("ops")
    segment = front.segment("cam04", cookie)
    front.curl(segment, cookie=cookie)
    assert front.curl("/api/v1/session", cookie=cookie, options=("-X", "DELETE"))[0][0] == 204
    assert front.curl(segment, cookie=cookie)[0][0] == 401


def test_a_link_opens_the_cache_for_its_camera_and_for_no_other(front):
    front.curl("/api/v1/cameras/cam05/link", cookie=front.ops, options=("-X", "POST", "-d", '{"expires_s": 600}', "-H", "Content-Type: application/json"))
    link = json.loads((front.folder / "body").read_text())["path"]
    own, other = front.segment("cam05", front.ops), front.segment("cam06", front.ops)
    front.curl(own, other, cookie=front.ops)
    answers = front.curl(link + own, link + other)
    assert answers[0][0] == 200 and answers[0][2] == "HIT" and answers[1][0] == 404, answers


def test_playlists_and_states_are_never_kept(front):
    answers = front.curl("/hls/cam01/main/video.m3u8", "/api/v1/cameras", "/hls/cam01/main/video.m3u8", cookie=front.ops)
    assert {x[2] for x in answers} == {""}
    assert front.curl("/hls/cam01/main/video.m3u8")[0][0] == 401


def test_sockets_pass_and_carry_pictures_of_sixteen_cameras(either):
    def first_bytes(fields):
        context = ssl.create_default_context(cafile=either.cert)
        with context.wrap_socket(socket.create_connection(("127.0.0.1", either.port), 20), server_hostname=NAME) as client:
            client.sendall(f"GET /ws/stream?id=cam01&format=mpegts HTTP/1.1\r\nHost: {NAME}:{either.port}\r\n{fields}\r\n".encode())
            data = b""
            while len(data) < 20_000 and (more := client.recv(65536)):
                data += more
            return data

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        received = list(pool.map(first_bytes, [handshake_fields() + f"Cookie: {either.ops}\r\n"] * 16))
    assert all(x.startswith(b"HTTP/1.1 101") and len(x) >= 20_000 for x in received)
    stranger = first_bytes(handshake_fields())
    assert stranger.startswith(b"HTTP/1.1 101") and (4001).to_bytes(2, "big") in stranger[-200:], stranger[-200:]


@pytest.mark.parametrize("player", ["default", "hls"])
def test_the_page_shows_sixteen_live_tiles(either, player):
    """In a browser, with TLS; `default` plays over the wall's socket."""
    name, _, value = either.ops.partition("=")
    with Tiles(either.url, [player], host=NAME, cookie=(name, value)) as tiles:
        assert not wait_trusted(tiles, CAMERAS, SHOWN_S), either.errors()
        page = tiles.pages[player]
        assert {page.newest(x).player for x in CAMERAS} == {"mse" if player == "default" else "hls"}
        frames = {x: page.newest(x).frames for x in CAMERAS}
        wait_until(lambda: all(page.newest(x).frames > frames[x] + 20 and page.newest(x).badge == "live" for x in CAMERAS), SHOWN_S,
                   lambda: {x: page.newest(x) for x in CAMERAS})


def test_plain_http_leads_to_tls_and_nothing_else(front):
    result = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", f"http://127.0.0.1:{front.port + 1}/hls/cam01/main/video.m3u8"],
                            capture_output=True, text=True, check=True, timeout=20)
    assert result.stdout == "301 https://127.0.0.1/hls/cam01/main/video.m3u8"


def test_nginx_has_nothing_to_complain_of(front):
    # Clients of this test leave their sockets without a word.
    said = [x for x in front.errors().splitlines() if "while proxying upgraded connection" not in x]
    assert said == []


def test_caddy_carries_page_playlists_and_segments_and_keeps_none(caddy):
    segments = [caddy.segment(x, caddy.ops) for x in CAMERAS]
    answers = caddy.curl("/", *segments, cookie=caddy.ops)
    assert {x[:2] for x in answers} == {(200, "2")}, answers
    guard = caddy.log_in("guard")
    assert [x[0] for x in caddy.curl(segments[2], segments[0], cookie=guard)] == [404, 200]
    for options in STRANGERS:
        assert [x[0] for x in caddy.curl(segments[0], "/hls/cam01/main/video.m3u8", options=options)] == [401, 401], options
    assert caddy.curl("/api/v1/session", cookie=guard, options=("-X", "DELETE"))[0][0] == 204
    assert caddy.curl(segments[0], cookie=guard)[0][0] == 401


def test_caddy_asks_before_a_cache_that_is_warm(wall, tmp_path):
    assert Caddy.program, "caddy is not installed: make setup"
    for caddy in running(Caddy, wall, tmp_path, CACHED, cached=True):
        guard, own, other = caddy.log_in("guard"), caddy.segment("cam01", caddy.ops), caddy.segment("cam03", caddy.ops)
        assert caddy.text(own, guard) == Caddy.COPY, "what stands for the cache answers who may have it"
        assert caddy.curl(other, cookie=guard)[0][0] == 403
        for options in STRANGERS:
            assert [x[0] for x in caddy.curl(own, options=options)] == [401], options
        assert caddy.curl(own, cookie=guard, options=("-H", "X-Original-URI: /login"))[0][0] == 200, "a client's word does not count"
        assert caddy.curl(other, cookie=guard, options=("-H", f"X-Original-URI: {own}"))[0][0] == 403


def test_caddy_takes_its_example(tmp_path):
    result = subprocess.run([Caddy.program, "validate", "--adapter", "caddyfile", "--config", REPOSITORY / "ops" / "front" / "Caddyfile"], capture_output=True,
                            text=True, check=False, timeout=60, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert result.returncode == 0, result.stderr
