"""Receivers of webhooks: one that listens, and those that are slow, fail, hang, lead elsewhere or speak TLS. Standard library only."""

import hashlib
import hmac
import http.server
import json
import ssl
import subprocess
import threading
import time

REPLAY_S = 300


def is_genuine(secret, headers, body):
    """The check that docs/reference/webhooks.md asks of a receiver."""
    stamp = headers.get("Camwall-Timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > REPLAY_S:
        return False
    expected = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest("sha256=" + expected, headers.get("Camwall-Signature", ""))


def make_certificate(folder, name="IP:127.0.0.1"):
    """(certificate, key) of a receiver that nobody knows."""
    cert, key = folder / f"{name[-9:]}.pem", folder / f"{name[-9:]}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=receiver", "-addext", f"subjectAltName={name}", "-keyout", key, "-out", cert], check=True, capture_output=True, timeout=30)
    return cert, key


class Receiver:
    """Keeps every request.

    answers      the status of each request in turn; the last one holds for all further ones
    fields       fields of the answers
    wait_s       so long it takes to answer; None: for ever
    certificate  (certificate, key): it speaks TLS
    """

    def __init__(self, port, answers=(200,), fields=None, wait_s=0, certificate=None):
        self.requests = []  # (path, fields, body)
        self.asked = threading.Event()
        self._answers = list(answers)
        self._end = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((self.path, self.headers, body))
                receiver.asked.set()
                receiver._end.wait(wait_s)
                answers = receiver._answers
                self.send_response(answers.pop(0) if len(answers) > 1 else answers[0])
                for name, value in (fields or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # A client that went away.

        self._server = Server(("127.0.0.1", port), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._server.shutdown()
        self._server.server_close()

    def messages(self):
        """What was told, each message once, however often it was tried."""
        return list({x["delivery"]: x for x in (json.loads(body) for _, _, body in list(self.requests))}.values())

    def notices(self, **like):
        return [x for message in self.messages() for x in message["notices"] if all(x[name] == value for name, value in like.items())]
