"""ops/front/nginx.conf in a real nginx: TLS, HTTP/2, sixteen tiles, WebSockets, and a cache that nobody reads past camwall."""

import concurrent.futures
import json
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1]), str(pathlib.Path(__file__).resolve().parents[1] / "support")]
from simulator import REPOSITORY, Simulator, build_dir, make_clips  # noqa: E402
from support.websocket_raw import handshake_fields  # noqa: E402
from wall import Wall, wait_until  # noqa: E402

PORT = 22420
FRONT, PLAIN = PORT + 40, PORT + 41
CAMERAS = [f"cam{n:02}" for n in range(1, 17)]
PASSWORD = "guard-pass"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
CONF = (REPOSITORY / "ops" / "front" / "nginx.conf").read_text()

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not installed")


def config(cameras, hashed):
    lines = ["server: {listen: 127.0.0.1:0, trusted_proxies: [127.0.0.1], hosts: [wall.example.org]}", "hls: {directory: hls}", "state_dir: state", "users:",
             f'  - {{name: ops, role: operator, password_hash: "{hashed}"}}',
             f'  - {{name: guard, role: viewer, password_hash: "{hashed}", cameras: [cam01]}}', "cameras:"]
    lines += [f'  - {{id: {x}, url: "{cameras.url(x, "sub")}"}}' for x in CAMERAS]
    return "\n".join(lines) + "\n"


def nginx_conf(folder, port):
    """The example with this test's ports and folders; each change has to meet something."""
    text = CONF
    for old, new in (("/etc/ssl/certs/wall.example.org.pem", str(folder / "cert.pem")), ("/etc/ssl/private/wall.example.org.key", str(folder / "key.pem")),
                     ("/var/cache/nginx/camwall", str(folder / "cache")), ("server 127.0.0.1:8080;", f"server 127.0.0.1:{port};"),
                     ("listen 443", f"listen 127.0.0.1:{FRONT}"), ("listen 80", f"listen 127.0.0.1:{PLAIN}")):
        assert old in text, old
        text = text.replace(old, new)
    text = "\n".join(x for x in text.splitlines() if "listen [::]" not in x)
    temporary = "\n".join(f"{x}_temp_path {folder / x};" for x in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    file = folder / "nginx.conf"
    file.write_text(f"user root;\nworker_processes 1;\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/error.log warn;\nevents {{ worker_connections 512; }}\n"
                    f"http {{\naccess_log off;\n{temporary}\n{text}\n}}\n")
    return file


def accepts(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


class Front:
    """nginx before a wall; `ask` speaks HTTP/2 to it."""

    def __init__(self, wall, folder):
        self.wall = wall
        self.folder = folder
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=wall.example.org", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True, timeout=30)
        self.process = subprocess.Popen([NGINX, "-e", folder / "error.log", "-c", nginx_conf(folder, wall.port)], stdin=subprocess.DEVNULL)
        wait_until(lambda: self.process.poll() is not None or accepts(FRONT), 15, self.errors)
        assert self.process.poll() is None, self.errors()

    def errors(self):
        return (self.folder / "error.log").read_text()

    def stop(self):
        self.process.terminate()
        self.process.wait(10)

    def curl(self, *paths, cookie=None, options=()):
        """[(status, version of HTTP, X-Cache)] of each path, over one connection; bodies are left in `folder`/body."""
        urls = [x for path in paths for x in ("-o", str(self.folder / "body"), f"https://wall.example.org:{FRONT}{path}")]
        if cookie:
            options = (*options, "-H", f"Cookie: {cookie}")
        result = subprocess.run(["curl", "-s", "-k", "--http2", "--resolve", f"wall.example.org:{FRONT}:127.0.0.1", "-m", "20", *options, "-w",
                                 "%{http_code} %{http_version} %header{x-cache} %{num_connects}\\n", *urls], capture_output=True, text=True, check=False, timeout=60)
        rows = [line.split(" ") for line in result.stdout.splitlines()]
        assert sum(int(x[3]) for x in rows) == 1, "one connection carries all"
        return [(int(x[0]), x[1], x[2]) for x in rows]

    def log_in(self, user):
        fields = self.folder / "fields"
        (answer,) = self.curl("/api/v1/session", options=("-D", fields, "-H", "Content-Type: application/json", "-d",
                                                          json.dumps({"user": user, "password": PASSWORD})))
        assert answer[0] == 200, (self.folder / "body").read_text()
        field = re.search(r"(?mi)^set-cookie: (__Host-camwall_session=[^;]+);.*Secure", fields.read_text())
        assert field, fields.read_text()
        return field[1]

    def text(self, path, cookie):
        (answer,) = self.curl(path, cookie=cookie)
        assert answer[0] == 200, (path, answer)
        return (self.folder / "body").read_text()

    def segment(self, camera, cookie):
        names = [x for x in self.text(f"/hls/{camera}/main/video.m3u8", cookie).splitlines() if x and x[0] != "#"]
        return f"/hls/{camera}/main/{names[-1]}"


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    make_clips()
    hashed = subprocess.run([build_dir() / "camwall", "hash-password"], input=PASSWORD + "\n", capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    with Simulator(demo=True, port=PORT) as cameras, Wall(config(cameras, hashed)) as wall:
        out = Front(wall, tmp_path_factory.mktemp("front"))
        try:
            out.ops = out.log_in("ops")
            wait_until(lambda: all(x["phase"] == "live" and x["streams"]["main"]["last_segment"]
                                   for x in json.loads(out.text("/api/v1/cameras", out.ops))["cameras"]), 60, wall.log)
            yield out
        finally:
            out.stop()


def test_sixteen_tiles_get_page_playlists_and_segments_over_one_connection_of_http_2(front):
    segments = [front.segment(x, front.ops) for x in CAMERAS]
    answers = front.curl("/", *segments, cookie=front.ops)
    assert {x[:2] for x in answers} == {(200, "2")}, answers
    again = front.curl(*segments, cookie=front.ops)
    assert {x[2] for x in again} == {"HIT"}, again


def test_a_warm_cache_gives_nothing_to_who_is_not_logged_in(front):
    segment = front.segment("cam02", front.ops)
    assert [x[2] for x in front.curl(segment, segment, cookie=front.ops)][1] == "HIT"
    for options in ((), ("-H", "Cookie: __Host-camwall_session=forged"), ("-H", "X-Original-URI: /login"), ("-H", "X-Forwarded-For: 127.0.0.1"), ("-I",)):
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


def test_the_wall_s_socket_passes_and_carries_pictures_of_sixteen_cameras(front):
    def first_bytes(fields):
        context = ssl.create_default_context(cafile=front.folder / "cert.pem")
        context.check_hostname = False
        with context.wrap_socket(socket.create_connection(("127.0.0.1", FRONT), 20), server_hostname="wall.example.org") as client:
            client.sendall(f"GET /ws/stream?id=cam01&format=mpegts HTTP/1.1\r\nHost: wall.example.org:{FRONT}\r\n{fields}\r\n".encode())
            data = b""
            while len(data) < 20_000 and (more := client.recv(65536)):
                data += more
            return data

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        received = list(pool.map(first_bytes, [handshake_fields() + f"Cookie: {front.ops}\r\n"] * 16))
    assert all(x.startswith(b"HTTP/1.1 101") and len(x) >= 20_000 for x in received)
    stranger = first_bytes(handshake_fields())
    assert stranger.startswith(b"HTTP/1.1 101") and (4001).to_bytes(2, "big") in stranger[-200:], stranger[-200:]


def test_plain_http_leads_to_tls_and_nothing_else(front):
    result = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", f"http://127.0.0.1:{PLAIN}/hls/cam01/main/video.m3u8"],
                            capture_output=True, text=True, check=True, timeout=20)
    assert result.stdout == "301 https://127.0.0.1/hls/cam01/main/video.m3u8"


def test_nginx_has_nothing_to_complain_of(front):
    # Clients of this test leave their sockets without a word.
    said = [x for x in front.errors().splitlines() if "while proxying upgraded connection" not in x]
    assert said == []


@pytest.mark.skipif(not shutil.which("caddy"), reason="caddy is not installed")
def test_caddy_takes_its_example(tmp_path):
    result = subprocess.run(["caddy", "validate", "--adapter", "caddyfile", "--config", REPOSITORY / "ops" / "front" / "Caddyfile"], capture_output=True,
                            text=True, check=False, timeout=60, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    assert result.returncode == 0, result.stderr
