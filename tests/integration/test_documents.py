"""What the documents name exists: commands, options, targets, files, routes, keys, metrics. Code that a document quotes has a lint step."""

import json
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from simulator import REPOSITORY, build_dir  # noqa: E402

PAGES = sorted([*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("ops/**/README.md"), *REPOSITORY.glob("tests/*/README.md")])
TEXTS = {page.relative_to(REPOSITORY): page.read_text() for page in PAGES}
# Decisions tell of their time, the changelog of what was.
CURRENT = {name: text for name, text in TEXTS.items() if name.name != "CHANGELOG.md" and "decisions" not in name.parts}
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def told(*command):
    return subprocess.run([build_dir() / "camwall", *command, "--help"], capture_output=True, text=True, check=True, timeout=20).stdout


def commands():
    return re.findall(r"^  ([a-z-]+) ", told().partition("Subcommands:")[2], re.MULTILINE)


def options(command):
    return set(re.findall(r"^\s+(?:-\w,)?(--[a-z-]+)", told(command).partition("Options:")[2], re.MULTILINE))


def code_of(text):
    return CODE.findall(text)


def anchors(text):
    """What Markdown makes of headings: small letters, no punctuation, `-` for a space."""
    return {re.sub(r"[^\w -]", "", x.lower()).replace(" ", "-") for x in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


@pytest.fixture(scope="module")
def known():
    return {name: options(name) for name in commands()}


def test_the_reference_has_every_command_and_every_option(known):
    text = TEXTS[pathlib.Path("docs/reference/cli.md")]
    assert set(re.findall(r"^\| `camwall ([a-z-]+)", text, re.MULTILINE)) == set(known) | {"--version"}
    for name, all_options in known.items():
        for option in all_options - {"--help", "--config"}:
            assert f"`{option}" in text or f" {option}" in text, f"camwall {name} {option} is not in cli.md"


def test_completion_offers_what_there_is(known):
    script = REPOSITORY / "ops" / "package" / "completion.bash"

    def offered(*words):
        line = f'source {script}; compopt() {{ :; }}; COMP_WORDS=(camwall {" ".join(words)} ""); COMP_CWORD={len(words) + 1}; _camwall; echo "${{COMPREPLY[@]}}"'
        return set(subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, timeout=20).stdout.split())

    assert offered() == set(known) | {"--help", "--version"}
    for name, all_options in known.items():
        assert offered(name) == all_options | {"--help"}, name


def test_every_command_line_of_the_documents_is_one(known):
    for page, text in CURRENT.items():
        for code in code_of(text):
            for line in re.findall(r"(?:^|\s|/|`)camwall ((?:[a-z-]+)(?: [^`\n]*)?)", code):
                command, _, rest = line.partition(" ")
                if command not in known:
                    assert not rest.startswith("-"), f"{page}: camwall {line}"
                    continue
                for option in re.findall(r"(?<=\s)(--[a-z-]+)", " " + re.split(r"[;|#&]", rest)[0]):
                    assert option in known[command] | {"--help"}, f"{page}: camwall {command} {option}"


def test_every_target_of_make_is_one():
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    for page, text in CURRENT.items():
        named = {x for code in code_of(text) for x in re.findall(r"(?:^|`)make ([a-z-]+)", code, re.MULTILINE)}
        assert named <= targets, page


def test_every_link_leads_somewhere():
    for page, text in TEXTS.items():
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)):
            file = REPOSITORY / page.parent / target if target else REPOSITORY / page
            assert file.exists(), f"{page}: {target}"
            assert not anchor or file.suffix != ".md" or anchor in anchors(file.read_text()), f"{page}: {target}#{anchor}"


def test_every_file_of_the_repository_that_is_named_is_there():
    for page, text in CURRENT.items():
        for code in code_of(text):
            for name in re.findall(r"(?<![\w./-])((?:ops|docs|config|tests|tools)/[\w./-]+\w)", code):
                assert (REPOSITORY / name).exists(), f"{page}: {name}"


def test_every_route_of_the_documents_is_one():
    paths = json.loads((REPOSITORY / "static" / "openapi.json").read_text())["paths"]
    known_routes = [re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$") for path in paths]
    for page, text in CURRENT.items():
        for code in code_of(text):
            for path in re.findall(r"(?<![\w/])(/api/v1/[\w/:<>{}.-]*\w>?)", code):
                plain = re.sub(r"<\w+>|:\w+|\{\w+\}", "x", path)
                assert any(x.match(plain) for x in known_routes) or any(x.startswith(path) for x in paths), f"{page}: {path}"


def test_every_metric_of_the_documents_is_in_their_reference():
    reference = TEXTS[pathlib.Path("docs/reference/metrics.md")]
    known_metrics = set(re.findall(r"camwall_[a-z_]+", reference))
    for page, text in CURRENT.items():
        for code in code_of(text):
            for name in re.findall(r"(?<![\w/.-])(camwall_[a-z_]+?)(?:_bucket|_count|_sum)?(?![\w*<-])", code):
                if name.startswith(("camwall_session", "camwall_link", "camwall_library", "camwall_unit_test", "camwall_program")):
                    continue  # Cookies, and functions of CMake.
                assert name in known_metrics or any(x.startswith(name) for x in known_metrics), f"{page}: {name}"


def test_every_key_of_the_documents_is_in_the_reference():
    reference = TEXTS[pathlib.Path("docs/reference/configuration.md")]
    tables = {x.replace("[]", "") for x in re.findall(r"^\| `([a-z_.\[\]]+)`", reference, re.MULTILINE)}
    known_keys = tables | {x.removeprefix("cameras.").removeprefix("defaults.") for x in tables}
    sections = "|".join({x.split(".")[0] for x in known_keys if "." in x})
    files = (".cpp", ".hpp", ".js", ".py", ".mjs", ".md", ".yaml", ".yml", ".json", ".d", ".log", ".broken")
    for page, text in CURRENT.items():
        for name in re.findall(rf"`((?:{sections})(?:\[\])?\.[a-z_.]+[a-z_])`", text):
            assert name.replace("[]", "") in known_keys or name.endswith(files), f"{page}: {name}"


def test_every_configuration_of_the_documents_is_one(tmp_path):
    """Secrets that it names are not here, and a part of a file may be shown alone; but what it says is a key."""
    shown = [(page, block) for page, text in CURRENT.items() for block in re.findall(r"^ *```yaml\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)]
    assert len(shown) >= 6
    for page, block in shown:
        file = tmp_path / "wall.yaml"
        file.write_text(block)
        said = subprocess.run([build_dir() / "camwall", "check", "-c", file], capture_output=True, text=True, timeout=20, check=False).stderr
        assert "unknown key" not in said and "YAML" not in said, f"{page}: {said}\n{block}"


def test_every_message_that_trouble_is_looked_up_by_is_one_of_the_program():
    told_by = "".join(x.read_text() for room in ("cli", "config", "core", "http", "media") for x in sorted((REPOSITORY / room).rglob("*.cpp")))
    joined = re.sub(r'"\s*"', "", told_by)
    rows = re.findall(r"^\| ([^|]*) \|", TEXTS[pathlib.Path("docs/guide/trouble.md")], re.MULTILINE)
    messages = [x for row in rows for x in re.findall(r"`([^`]+)`", row) if " " in x]
    assert len(messages) >= 6
    for message in messages:
        assert message in joined or message.replace("Landlock", "") in joined, message
    reasons = re.findall(r'^\s+return "(\w+)";', (REPOSITORY / "core" / "phase.cpp").read_text(), re.MULTILINE)
    for word in [x for row in rows if row.startswith("one camera") for x in re.findall(r"`(\w+)`", row)]:
        assert word in reasons or f'"{word}"' in (REPOSITORY / "core" / "phase.cpp").read_text(), word


@pytest.mark.parametrize("page", ["camwall.1", "camwall.yaml.5"])
def test_a_man_page_of_the_reference_is_in_order(page, tmp_path):
    text = {"camwall.1": "cli.md", "camwall.yaml.5": "configuration.md"}[page]
    subprocess.run(["/usr/bin/python3", REPOSITORY / "ops/package/man_page.py", page, "camwall", REPOSITORY / "docs/reference" / text, tmp_path / page], check=True)
    shown = subprocess.run(["man", "--warnings", "-l", tmp_path / page], capture_output=True, text=True, check=True, timeout=30,
                           env={"MANWIDTH": "100", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})
    assert [x for x in shown.stderr.splitlines() if "cannot adjust" not in x] == []
    for word in ("NAME", "DESCRIPTION", "SEE ALSO"):
        assert word in shown.stdout
    assert "`" not in re.sub(r"(?m)^ +\$.*$", "", shown.stdout)
