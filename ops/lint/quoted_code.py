"""Checks that code quoted in CONTRIBUTING.md is what the files hold: each block whose first line is `// <path>` is one whole file."""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"^```\w*\n// (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main() -> int:
    page = Path("CONTRIBUTING.md")
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    stale = [name for name, code in blocks if Path(name).read_text(encoding="utf-8") != code]
    for name in stale:
        print(f"{page}: the quotation of {name} is not what the file holds")
    return 1 if stale or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())
