"""Compiles the named Python files in memory: a syntax error fails, and no __pycache__ is left behind."""

import sys


def main() -> int:
    failed = False
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            source = file.read()
        try:
            compile(source, path, "exec")
        except SyntaxError as error:
            print(f"{path}:{error.lineno}:{error.offset}: {error.msg}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
