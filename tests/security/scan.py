#!/usr/bin/env python3
"""Lets two scanners of others, wapiti and sqlmap, at every route of the API's document: scan.py [--seconds 900] [--into build/scan]

Once as nobody and once as a viewer, against a whole server with users and two cameras. Prints a table; the status is 1 for a finding of
medium or high severity, for an answer 500, or when the server is not well afterwards. What the scanners wrote stays in the folder."""

import argparse
import collections
import concurrent.futures
import dataclasses
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from simulator import Simulator, build_dir  # noqa: E402
from wall import Wall  # noqa: E402

PORT = 22550
PASSWORD = "correct horse battery"
LEVELS = {1: "low", 2: "medium", 3: "high"}
# nikto and wapp want lists from the network, ssrf a server there; buster tries thousands of names and heeds no limit of time, and all our
# names are in the document; brute_login_form is our own throttle's test.
MODULES = "backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,shellshock,sql,xss,xxe"
ENDLESS = {"/api/v1/events"}  # Server-sent events: a scanner would wait for their end. (wapiti's -x fails with Python 3.11.)
SEGMENTS = {"id": "gate", "camera": "gate", "stream": "main", "file": "video.m3u8", "path": "app.css", "secret": "x", "token": "x"}
CODES = "400,401,403,404,405,406,409,411,412,413,414,415,416,422,426,428,429,500,501,503,504"
# What looks like a finding and is none; `tests/integration/test_access_abuse.py` asks the same in a way that can tell.
EXPLAINED = {
    "wapiti: Htaccess Bypass": "any answer but 401 to the method ABC counts; ours is 501, and nothing else is in it",
    "wapiti: Cross Site Request Forgery": "the form of the login has no token: another origin's POST is 403, and the cookie is SameSite=Strict",
}
INJECTABLE = re.compile(r"identified the following injection point|is vulnerable|appears to be '.*' injectable")


@dataclasses.dataclass
class Operation:
    method: str
    path: str  # Filled in, with the query.
    body: str
    kind: str

    @property
    def name(self):
        return re.sub(r"\W+", "_", f"{self.method}_{self.path.partition('?')[0]}").strip("_")


def sample_of(schema, document, depth=0):
    """A value that fits a schema, as far as a scanner needs it."""
    if "$ref" in schema:
        return sample_of(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, depth)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return sample_of(schema[several][0], document, depth)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if kind == "object":
        names = list(schema.get("properties", {}))[:8] if depth < 2 else []
        return {name: sample_of(schema["properties"][name], document, depth + 1) for name in names}
    if kind == "array":
        return []
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return True if kind == "boolean" else "rtsp://127.0.0.1/x" if "rtsp" in schema.get("pattern", "") else "a"


def operations(document):
    for pattern, methods in document["paths"].items():
        if pattern in ENDLESS:
            continue
        shared = methods.get("parameters", [])
        for method, what in methods.items():
            if method == "parameters":
                continue
            path = re.sub(r"{(\w+)}", lambda m: SEGMENTS[m[1]], pattern)
            query = "&".join(f"{x['name']}={SEGMENTS.get(x['name']) or sample_of(x.get('schema', {}), document)}"
                             for x in shared + what.get("parameters", []) if x["in"] == "query")
            body, kind = "", ""
            for kind, content in list(what.get("requestBody", {}).get("content", {}).items())[:1]:
                body = json.dumps(sample_of(content.get("schema", {}), document))
            yield Operation(method.upper(), path + ("?" + query if query else ""), body, kind)


def configuration(cameras, hashes):
    return f"""
server: {{listen: "127.0.0.1:0"}}
hls: {{directory: hls}}
state_dir: state
limits: {{requests_per_second: 10000}}
users:
  - {{name: boss, role: admin, password_hash: "{hashes['password']}"}}
  - {{name: guard, role: viewer, tokens: [{{name: scanner, hash: "{hashes['token']}"}}]}}
cameras:
  - {{id: gate, url: "{cameras.url('gate')}"}}
  - {{id: dark, url: "rtsp://admin:hidden@127.0.0.1:1/x"}}
"""


def camwall(*arguments, given=""):
    return subprocess.run([build_dir() / "camwall", *arguments], input=given, capture_output=True, text=True, check=True).stdout


def wapiti(base, all_operations, header, folder, seconds):
    """[(severity, what, where)]"""
    folder.mkdir(parents=True)
    starts = [x for operation in all_operations if operation.method == "GET" for x in ("-s", base + operation.path)]
    modules = len(MODULES.split(","))
    command = ["wapiti", "-u", base + "/", "--scope", "domain", "-d", "3", *starts,
               "-m", MODULES, "-t", "5", "-S", "aggressive", "--max-scan-time", str(seconds / 3), "--max-attack-time", str(max(5, seconds * 2 / 3 / modules)),
               "--flush-session", "--store-session", folder / "session", "--no-bugreport", "-v", "0", "-f", "json", "-o", folder / "report.json",
               *(("-H", header) if header else ())]
    with (folder / "log").open("wb") as log:
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, timeout=seconds * 2 + 60)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            return [("medium", "wapiti: did not come to an end", str(error)[-100:])]
    report = json.loads((folder / "report.json").read_text())
    return [(LEVELS[x["level"]], f"wapiti: {what}", f"{x['method']} {x['path']} {x['info']}")
            for part in ("vulnerabilities", "anomalies") for what, found in report[part].items() for x in found]


def mark(operation):
    """The request with sqlmap's mark at each place where a client may write what it likes."""
    path, _, query = operation.path.partition("?")
    path = "/".join(x + "*" if x in SEGMENTS.values() else x for x in path.split("/"))
    query = "&".join(x + "*" for x in query.split("&") if x)
    return path + ("?" + query if query else ""), re.sub(r'": "([^"]*)"', r'": "\1*"', operation.body)


def sqlmap(address, operation, header, folder, seconds):
    path, body = mark(operation)
    if "*" not in path + body:
        return [], False
    file = folder / f"{operation.name}.http"
    fields = [f"Host: {address}", *([header] if header else []), *([f"Content-Type: {operation.kind}"] if operation.kind else [])]
    file.write_text("\r\n".join([f"{operation.method} {path} HTTP/1.1", *fields, "", body]))
    command = ["sqlmap", "-r", file, "--batch", "--ignore-stdin", "--level", "1", "--risk", "1", "--threads", "2", "--technique", "BEUSQ", "--ignore-code", CODES, "--skip-waf",
               "--disable-coloring", "--flush-session", "--output-dir", folder / operation.name]
    log = folder / f"{operation.name}.log"
    with log.open("wb") as out:
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=False, timeout=seconds)
        except subprocess.TimeoutExpired:
            return [], True
    said = log.read_text(errors="replace")
    if "all tested parameters do not appear to be injectable" not in said and not INJECTABLE.search(said):
        return [("medium", "sqlmap: did not come to an end", f"{operation.name}: {said[-300:]}")], False
    return [("high", "sqlmap: injection", operation.name)] if INJECTABLE.search(said) else [], False


def scan(role, header, base, all_operations, folder, seconds):
    """(findings, operations that sqlmap tested, of these not to the end)"""
    address = base.removeprefix("http://")
    found = wapiti(base, all_operations, header, folder / "wapiti", seconds / 2)
    (folder / "sqlmap").mkdir()
    deadline = time.monotonic() + seconds / 2
    tried, cut = 0, 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        def one(operation):
            left = deadline - time.monotonic()
            return sqlmap(address, operation, header, folder / "sqlmap", left) if left > 5 else ([], True)
        for more, was_cut in pool.map(one, all_operations):
            found += more
            tried += 1
            cut += was_cut
    return [(role, *x) for x in found], tried, cut


def ask(port, path, token=""):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        link.request("GET", path, headers={"Authorization": "Bearer " + token} if token else {})
        return (answer := link.getresponse()).status, answer.read().decode()
    finally:
        link.close()


def look_afterwards(wall, token):
    """What the server itself tells of the scans: [(severity, what, where)]"""
    found = []
    status, cameras = ask(wall.port, "/api/v1/cameras/gate", token)
    if status != 200 or json.loads(cameras)["phase"] != "live":
        found.append(("high", "the wall is not well afterwards", f"{status} {cameras}"))
    for line in ask(wall.port, "/metrics", token)[1].splitlines():
        if line.startswith("camwall_http_requests_total") and 'code="500"' in line:
            found.append(("medium", "an answer 500", line))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=900, help="for all of it, about")
    parser.add_argument("--into", type=pathlib.Path, default=ROOT / "build" / "scan")
    given = parser.parse_args()
    for program in ("wapiti", "sqlmap"):
        if not shutil.which(program):
            sys.exit(f"{program} is not here: apt-get install wapiti sqlmap")
    shutil.rmtree(given.into, ignore_errors=True)
    all_operations = list(operations(json.loads((ROOT / "static" / "openapi.json").read_text())))
    made = camwall("make-token", "--name", "scanner")
    token = made.splitlines()[0]
    hashes = {"token": re.search(r"sha256:[0-9a-f]{64}", made)[0], "password": camwall("hash-password", given=PASSWORD + "\n").strip()}
    mounts = [{"name": "gate", "auth": "digest", "user": "admin", "password": "seen", "streams": [{"path": "main", "clip": "cam01_sub.mov"}]}]
    begin, rows = time.monotonic(), []
    with Simulator(demo=0, cameras=mounts, port=PORT) as cameras, Wall(configuration(cameras, hashes)) as wall:
        for role, header in (("nobody", ""), ("viewer", f"Authorization: Bearer {token}")):
            found, tried, cut = scan(role, header, f"http://127.0.0.1:{wall.port}", all_operations, given.into / role, given.seconds / 2)
            rows += found
            print(f"{role}: {len(all_operations)} operations; sqlmap tried {tried}, {cut} of them not to the end", flush=True)
        rows += [("afterwards", *x) for x in look_afterwards(wall, token)]
    for (severity, who, what), count in sorted(collections.Counter((x[1], x[0], x[2]) for x in rows).items()):
        print(f"{severity:7} {who:10} {count:4} {what}" + (f"  (none: {EXPLAINED[what]})" if what in EXPLAINED else ""))
    (given.into / "findings.json").write_text(json.dumps(rows, indent=1))
    bad = [x for x in rows if x[1] != "low" and x[2] not in EXPLAINED]
    for x in bad:
        print(*x, file=sys.stderr)
    print(f"{len(rows)} findings, {len(bad)} of them medium or high, in {time.monotonic() - begin:.0f} s; reports in {given.into}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
