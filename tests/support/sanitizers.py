"""What the sanitizers of a build say of any process that a test started: also of those that the wall itself replaces, whose end it heals."""

import os
import pathlib
import re

VARIABLES = ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
OPTIONS = {"UBSAN_OPTIONS": ["print_stacktrace=1"], "LSAN_OPTIONS": ["print_suppressions=0"]}
COMPLAINT = re.compile(r"\b(ERROR|WARNING|FATAL): |\bruntime error: |\bfatal error\b")
REPORT_CHARACTERS_MAX = 8000


class Reports:
    """Every process that inherits this one's environment writes its report into `folder`, a file each."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)

    def collect(self):
        """Points the sanitizers to the folder; what the caller's environment asks of them besides stays in force."""
        for name in VARIABLES:
            given = [os.environ[name]] if os.environ.get(name) else []
            os.environ[name] = ":".join([*OPTIONS.get(name, []), *given, f"log_path={self._folder}/report"])

    def take(self):
        """The reports that came since the last call, as one text. Who was killed while it looked for leaks only says that it could not."""
        texts = []
        for path in sorted(self._folder.glob("report.*")):
            text = path.read_text(errors="replace")
            path.unlink()
            if COMPLAINT.search(text):
                texts.append(f"{path.name}:\n{text[:REPORT_CHARACTERS_MAX]}")
        return "\n".join(texts)
