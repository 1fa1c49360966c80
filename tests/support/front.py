"""The examples of ops/front in a real nginx and a real Caddy, before a wall: with a certificate, ports and folders of their own."""

import json
import pathlib
import re
import shutil
import socket
import subprocess

from simulator import REPOSITORY
from wall import wait_until

NAME = "wall.example.org"
EXAMPLES = REPOSITORY / "ops" / "front"
PATH = "/usr/sbin:/usr/bin"
UP_S = 30


def accepts(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def changed(text, *changes):
    """`text` with each change made; each has to meet something."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


class Front:
    """A proxy with TLS before a wall; `curl` speaks HTTP/2 to it. A context manager.

    port      where it listens with TLS; without at `port` + 1
    password  of the users that log in
    """

    program = ""

    def __init__(self, wall, folder, port, password):
        self.wall = wall
        self.folder = pathlib.Path(folder)
        self.port = port
        self.password = password
        self.cert, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        self.url = f"https://{NAME}:{port}"
        self._process = None

    def arguments(self):
        """Writes the configuration; the command that runs the proxy, and its further environment."""
        raise NotImplementedError

    def __enter__(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", self.key, "-out", self.cert],
                       check=True, capture_output=True, timeout=30)
        with (self.folder / "error.log").open("ab") as log:
            self._process = subprocess.Popen(self.arguments(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             env={"HOME": str(self.folder), "PATH": PATH})
        try:
            wait_until(lambda: self._process.poll() is not None or accepts(self.port), UP_S, self.errors)
            assert self._process.poll() is None, self.errors()
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(15)

    def errors(self):
        return (self.folder / "error.log").read_text()

    def curl(self, *paths, cookie=None, options=()):
        """[(status, version of HTTP, X-Cache)] of each path, over one connection; the last body is left in `folder`/body."""
        urls = [x for path in paths for x in ("-o", str(self.folder / "body"), f"{self.url}{path}")]
        if cookie:
            options = (*options, "-H", f"Cookie: {cookie}")
        result = subprocess.run(["curl", "-s", "--cacert", self.cert, "--http2", "--resolve", f"{NAME}:{self.port}:127.0.0.1", "-m", "20", *options, "-w",
                                 "%{http_code} %{http_version} %header{x-cache} %{num_connects}\\n", *urls], capture_output=True, text=True, check=False, timeout=60)
        rows = [line.split(" ") for line in result.stdout.splitlines()]
        assert sum(int(x[3]) for x in rows) == 1, ("one connection carries all", result)
        return [(int(x[0]), x[1], x[2]) for x in rows]

    def log_in(self, user):
        fields = self.folder / "fields"
        (answer,) = self.curl("/api/v1/session", options=("-D", fields, "-H", "Content-Type: application/json", "-d",
                                                          json.dumps({"user": user, "password": self.password})))
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


def folders_of(*packages):
    """The folders below /var that Debian's packages bring, without the slash: on a fresh machine there are no others."""
    names = subprocess.run(["dpkg", "-L", *packages], capture_output=True, text=True, check=True, timeout=30).stdout.split()
    return [x[1:] for x in names if x.startswith("/var/") and pathlib.Path(x).is_dir()]


class Nginx(Front):
    """ops/front/nginx.conf. Its cache lies where the example says, below a root of this test that has Debian's folders and no more."""

    program = shutil.which("nginx", path=PATH)

    def arguments(self):
        root = self.folder / "root"
        for x in folders_of("base-files", "nginx-common"):
            (root / x).mkdir(parents=True, exist_ok=True)
        text = changed((EXAMPLES / "nginx.conf").read_text(),
                       ("/etc/ssl/certs/wall.example.org.pem", str(self.cert)), ("/etc/ssl/private/wall.example.org.key", str(self.key)),
                       ("proxy_cache_path /var/", f"proxy_cache_path {root}/var/"), ("server 127.0.0.1:8080;", f"server 127.0.0.1:{self.wall.port};"),
                       ("listen 443", f"listen 127.0.0.1:{self.port}"), ("listen 80", f"listen 127.0.0.1:{self.port + 1}"))
        text = "\n".join(x for x in text.splitlines() if "listen [::]" not in x)
        temporary = "\n".join(f"{x}_temp_path {self.folder / x};" for x in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        file = self.folder / "nginx.conf"
        file.write_text(f"user root;\nworker_processes 1;\ndaemon off;\npid {self.folder}/pid;\nerror_log {self.folder}/error.log warn;\n"
                        f"events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n{temporary}\n{text}\n}}\n")
        return [self.program, "-e", self.folder / "error.log", "-c", file]


class Caddy(Front):
    """ops/front/Caddyfile. `cached`: with its question before a cache, and in the place of the cache a copy of a segment that is
    there for whoever gets so far."""

    program = shutil.which("caddy", path=PATH)
    COPY = "a kept copy"

    def __init__(self, wall, folder, port, password, cached=False):
        super().__init__(wall, folder, port, password)
        self._cached = cached

    def arguments(self):
        text = (EXAMPLES / "Caddyfile").read_text()
        if self._cached:
            lines = [re.sub(r"^\t# ", "\t", x) if re.match(r"\t# (@segments|forward_auth|\turi|\theader_up|})", x) else x for x in text.splitlines()]
            text = changed("\n".join(lines), ("\treverse_proxy", f'\trespond @segments "{self.COPY}"\n\n\treverse_proxy'))
        text = changed(text, (f"{NAME} {{", f"https://{NAME}:{self.port} {{\n\tbind 127.0.0.1\n\ttls {self.cert} {self.key}"),
                       ("127.0.0.1:8080", f"127.0.0.1:{self.wall.port}"))
        file = self.folder / "Caddyfile"
        # Its own certificates and its listener for orders are not wanted here; nor is a port that only root may take.
        file.write_text(f"{{\n\tadmin off\n\tauto_https disable_certs\n\thttp_port {self.port + 1}\n\thttps_port {self.port}\n}}\n{text}")
        return [self.program, "run", "--adapter", "caddyfile", "--config", file]
