"""The road of an alert with the real programs: Prometheus, Alertmanager, and who is called. Standard library only.

Each is a context manager on a free port of loopback, with a folder of its own.
"""

import http.server
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

from wall import wait_until

from support.ports import free_port
from support.prometheus_files import REPOSITORY

READY_DEADLINE_S = 30
STOP_DEADLINE_S = 10


class Program:
    """A daemon that answers /-/ready once it is up."""

    def __init__(self, name):
        self.name = name
        self.port = free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"camwall_{name}_"))
        self._process = None

    def start(self, *command):
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             cwd=self.folder)
        wait_until(self._is_ready, READY_DEADLINE_S, lambda: f"{self.name} is ready: {self.log()}")

    def _is_ready(self):
        assert self._process.poll() is None, f"{self.name} ended: {self.log()}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def log(self):
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def __exit__(self, *_):
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOP_DEADLINE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Alertmanager(Program):
    """Alertmanager with a given configuration that calls a receiver."""

    def __init__(self, configuration, receiver):
        super().__init__("alertmanager")
        self._configuration = configuration.replace("http://127.0.0.1:9099/", f"http://127.0.0.1:{receiver.port}/")

    def __enter__(self):
        (self.folder / "alertmanager.yml").write_text(self._configuration)
        self.start("prometheus-alertmanager", "--config.file=alertmanager.yml", f"--storage.path={self.folder}/data",
                   f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address=")
        return self


class Prometheus(Program):
    """Prometheus that scrapes {instance: port} and evaluates the rules of a folder, both every second.

    past  what it knows from before its start: text in the OpenMetrics format, with times
    """

    def __init__(self, targets, rules, alertmanager, past=""):
        super().__init__("prometheus")
        self._past = past
        text = (REPOSITORY / "ops" / "prometheus" / "prometheus.yml").read_text()
        scraped = "".join(f"\n      - targets: [127.0.0.1:{port}]\n        labels: {{instance: {name}}}" for name, port in targets.items())
        for before, after in (("_interval: 15s", "_interval: 1s"), ("rules/*.yml", f"{rules}/*.yml"),
                              ("127.0.0.1:9093", f"127.0.0.1:{alertmanager.port}"), ("\n      - targets: [127.0.0.1:8080]", scraped)):
            assert before in text
            text = text.replace(before, after)
        (self.folder / "prometheus.yml").write_text(text)

    def __enter__(self):
        if self._past:
            (self.folder / "past").write_text(self._past)
            subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "past", "data"], cwd=self.folder, check=True, capture_output=True,
                           timeout=READY_DEADLINE_S)
        self.start("prometheus", "--config.file=prometheus.yml", f"--storage.tsdb.path={self.folder}/data",
                   f"--web.listen-address=127.0.0.1:{self.port}")
        return self

    def _ask(self, path, **parameters):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(f"{parameters}: {json.load(error).get('error')}") from None

    def query(self, expression):
        """[(labels, value)] of an expression now."""
        return [(x["metric"], float(x["value"][1])) for x in self._ask("query", query=expression)["result"]]

    def values(self, label):
        return set(self._ask(f"label/{label}/values"))

    def firing(self):
        """{(alert, server, camera, …)} that fire, whether somebody is told or not."""
        return {who(x["labels"]) for x in self._ask("alerts")["alerts"] if x["state"] == "firing"}

    def await_scrape(self, instance):
        """Returns just after a scrape."""
        def last():
            return self.query(f'timestamp(up{{instance="{instance}"}})')

        before = last()
        wait_until(lambda: last() != before, 10, "a scrape")


def who(labels):
    """What an alert is about: its name, the server, and the camera, group, wall or folder."""
    about = next((labels[x] for x in ("camera", "group", "wall", "folder") if labels.get(x)), "")
    return labels["alertname"], labels.get("instance", ""), about


class Receiver:
    """Who is called: keeps every message of Alertmanager's webhook."""

    def __init__(self):
        self.messages = []
        self._told = {}
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver._take(message)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _take(self, message):
        for alert in message["alerts"]:
            self._told[who(alert["labels"])] = alert
        self.messages.append(message)

    def firing(self, instance):
        """What the person who is called believes to be wrong with a server."""
        return {x for x, alert in list(self._told.items()) if x[1] == instance and alert["status"] == "firing"}

    def messages_of(self, instance):
        return [x for x in list(self.messages) if x["groupLabels"]["instance"] == instance]

    def alert(self, *key):
        return self._told[key]

    def wait_for(self, instance, expected, seconds):
        """Until exactly this is believed to be wrong with a server."""
        wait_until(lambda: self.firing(instance) == expected, seconds,
                   lambda: f"told {sorted(self.firing(instance))} and not {sorted(expected)}")


class Liar:
    """Gives the metrics of a wall with other figures: for what a sound server cannot be brought to do."""

    def __init__(self, wall):
        self.change = None  # (line of the exposition format) -> line, or None to leave it out; nothing at all without
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                change = liar.change
                lines = wall.get("/metrics")[1].decode().splitlines() if change else []
                told = [change(line) for line in lines if not line.startswith("#")]
                body = "".join(f"{line}\n" for line in told if line).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
