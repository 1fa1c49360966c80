"""Checks the text of all files named on standard input: blanks, tabs, line ends, length, and notes left behind."""

import re
import sys
from pathlib import Path

TEXT = {".cpp", ".hpp", ".py", ".js", ".mjs", ".css", ".html", ".yaml", ".yml", ".md", ".sh", ".cmake", ".txt", ".in", ".json"}
NOT_OURS = {"LICENSE", "package-lock.json"}
CODE = {".cpp", ".hpp", ".py", ".js", ".mjs", ".sh"}
LINES_MAX = 450  # A longer file holds more than one subject.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")


def problems(path: Path) -> list[str]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"{path}: not UTF-8: {error.reason}"]
    out = []
    if text and not text.endswith("\n"):
        out.append(f"{path}: no line break at the end")
    if text.endswith("\n\n"):
        out.append(f"{path}: empty lines at the end")
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            out.append(f"{path}:{number}: blanks at the end of the line")
        if "\t" in line:
            out.append(f"{path}:{number}: a tab")
        if path.suffix in CODE and UNFINISHED.search(line):
            out.append(f"{path}:{number}: an unfinished note; an issue is the place for it")
    if path.suffix in CODE and len(lines) > LINES_MAX:
        out.append(f"{path}: {len(lines)} lines, more than {LINES_MAX}")
    return out


def main() -> int:
    paths = [Path(line.strip()) for line in sys.stdin]
    found = []
    for path in paths:
        if path.suffix in TEXT and path.name not in NOT_OURS and not path.is_symlink():
            found += problems(path)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
