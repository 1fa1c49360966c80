#!/usr/bin/python3
"""Makes a man page of a page of the reference: man_page.py NAME.SECTION "what it is" IN.md OUT

Knows what those pages use: headings, paragraphs, lists, tables and blocks of code. A table becomes a list of its first column.
"""

import re
import sys
from pathlib import Path


def escaped(text):
    """Text of roff: no control line by accident, and hyphens that can be copied."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return r"\&" + text if text[:1] in (".", "'") else text


def inline(text):
    """Links become their text, code and emphasis bold."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace(r"\|", "|")
    parts = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    bold = (rf"\fB{escaped(part.strip('`*'))}\fR" if part[:1] in ("`", "*") and len(part) > 2 else escaped(part) for part in parts)
    return "".join(bold)


def cells(line):
    return [x.strip() for x in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def table(lines):
    """One item a row; columns beyond the second name themselves."""
    head, _, *rows = [cells(x) for x in lines]
    for row in rows:
        yield ".TP"
        yield inline(row[0]) or r"\&"
        said = [inline(row[1])] if len(row) > 1 and row[1] else []
        said += [rf"{inline(name)}: {inline(value)}" for name, value in zip(head[2:], row[2:]) if value]
        yield ". ".join(x.rstrip(".") for x in said) + "." if said else r"\&"


def blocks(text):
    """(kind, lines) of the page, in order."""
    for block in re.findall(r"```.*?\n```|(?:^\|[^\n]*\n?)+|[^\n]+(?:\n(?!```|\|)[^\n]+)*", text, re.DOTALL | re.MULTILINE):
        lines = block.splitlines()
        if block.startswith("```"):
            yield "code", lines[1:-1]
        elif block.startswith("#"):
            yield "heading", lines[:1]
            if lines[1:]:
                yield from blocks("\n".join(lines[1:]))
        elif block.startswith("|"):
            yield "table", lines
        elif re.match(r"[-*] |\d+\. ", block):
            yield "list", re.split(r"\n(?=[-*] |\d+\. )", block)
        else:
            yield "paragraph", lines


def roff(text):
    for kind, lines in blocks(text):
        if kind == "heading":
            level, _, title = lines[0].partition(" ")
            if level == "#":
                yield ".SH DESCRIPTION"
            else:
                yield f'.{"SH" if level == "##" else "SS"} "{inline(title)}"'
        elif kind == "code":
            yield from (".PP", ".EX", *(escaped(x) for x in lines), ".EE")
        elif kind == "table":
            yield from table(lines)
            yield ".PP"
        elif kind == "list":
            for item in lines:
                yield r".IP \(bu 2"
                yield inline(" ".join(x.strip() for x in item.splitlines()).partition(" ")[2])
        else:
            yield ".PP"
            yield inline(" ".join(x.strip() for x in lines))


def main():
    page, what, source, target = sys.argv[1:]
    name, section = page.rsplit(".", 1)
    out = [f'.TH "{name.upper()}" "{section}" "" "camwall" "camwall"', ".SH NAME", rf"{escaped(name)} \- {escaped(what)}"]
    out += roff(Path(source).read_text(encoding="utf-8"))
    other = {"1": "camwall.yaml(5)", "5": "camwall(1)"}[section]
    out += [".SH SEE ALSO", rf".BR {other} ,", "/usr/share/doc/camwall/docs"]
    Path(target).write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
