"""Clients of a wall with users, their passwords, and the program's commands for both. Standard library and pytest."""

import http.client
import json
import subprocess

import pytest

from simulator import build_dir

PASSWORDS = {"guard": "guard-pass", "ops": "ops-pass-1", "boss": "boss-pass-1"}


def camwall(*arguments, given=""):
    return subprocess.run([build_dir() / "camwall", *arguments], input=given, capture_output=True, text=True, check=True, timeout=20)


@pytest.fixture(scope="module")
def hashes():
    return {name: camwall("hash-password", given=password + "\n").stdout.strip() for name, password in PASSWORDS.items()}


class Asker:
    """A client of one wall. `cookie` is sent with every request."""

    def __init__(self, wall, cookie=None):
        self.port = wall.port
        self.cookie = cookie

    def ask(self, method, path, body=None, **fields):
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        if self.cookie:
            fields["Cookie"] = self.cookie
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            link.request(method, path, body, fields)
            answer = link.getresponse()
            answer.text = answer.read().decode(errors="replace")
            return answer
        finally:
            link.close()

    def get(self, path, **fields):
        return self.ask("GET", path, **fields)

    def log_in(self, user, password=None, remember=False, **fields):
        body = json.dumps({"user": user, "password": password or PASSWORDS[user], "remember": remember})
        answer = self.ask("POST", "/api/v1/session", body, Content_Type="application/json", **fields)
        if answer.status == 200:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return answer
