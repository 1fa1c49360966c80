"""Rules, runbooks, metrics and dashboards hold together."""

import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))

from prometheus_files import METRIC, RECORD, REPOSITORY, RULES, alerts, dashboards, panels, queries, records, rules_text, series_names  # noqa: E402

PROMETHEUS = REPOSITORY / "ops" / "prometheus"
WAITS = "(for|keep_firing_for|group_wait|group_interval)"
CASES = sorted(pathlib.Path(__file__).parent.glob("*.test.yml"))


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_rules_are_good():
    run("promtool", "check", "rules", *sorted(RULES.glob("*.yml")))


def test_the_examples_are_good():
    run("promtool", "check", "config", PROMETHEUS / "prometheus.yml")
    run("amtool", "check-config", PROMETHEUS / "alertmanager.yml")


@pytest.mark.parametrize("case", CASES, ids=lambda x: x.name)
def test_the_alerts_fire_when_they_should_and_only_then(case):
    run("promtool", "test", "rules", case)


def test_every_alert_has_a_case():
    cases = "\n".join(case.read_text() for case in CASES)
    for name in alerts():
        assert re.search(rf'alertname(="|: ){name}\b', cases), f"no case lets {name} fire"


def test_every_alert_has_a_section_of_the_runbooks_and_points_there():
    sections = re.findall(r"^## (\w+)$", (REPOSITORY / "docs" / "guide" / "runbooks.md").read_text(), re.MULTILINE)
    assert sorted(sections) == sorted(alerts())
    pointed = re.findall(r"runbook_url: (\S+)#(\w+)$", rules_text(), re.MULTILINE)
    assert [anchor for _, anchor in pointed] == [name.lower() for name in alerts()]
    assert {of_package(page) for page, _ in pointed} == {REPOSITORY / "docs" / "guide" / "runbooks.md"}


def of_package(path):
    """What the package installs as `path`, in the repository; None if it installs no such file or folder."""
    text = (REPOSITORY / "ops" / "cmake" / "package.cmake").read_text()
    for name, value in re.findall(r"^set\((\w+) (\S+)\)$", text, re.MULTILINE):
        text = text.replace(f"${{{name}}}", value)
    for kind, sources, destination in re.findall(r"install\((DIRECTORY|FILES) ([^()]*?) DESTINATION (\S+)", text):
        for source in sources.replace("${CMAKE_SOURCE_DIR}/", "").split():
            installed = pathlib.PurePosixPath("/usr", destination, "" if source.endswith("/") else pathlib.PurePosixPath(source).name)
            if pathlib.PurePosixPath(path).is_relative_to(installed):
                found = REPOSITORY / source / pathlib.PurePosixPath(path).relative_to(installed)
                return found if found.exists() else None
    return None


@pytest.mark.parametrize("page", [*sorted((REPOSITORY / "docs" / "guide").glob("*.md")), REPOSITORY / "ops" / "package" / "wall.yaml"], ids=lambda x: x.name)
def test_the_files_of_the_package_that_are_named_are_installed(page):
    for path in re.findall(r"/usr/share/(?:doc/)?camwall/[\w./-]*\w", page.read_text()):
        assert of_package(path), f"{path} is in no package"


def test_the_guide_lists_every_alert_with_its_severity():
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", (REPOSITORY / "docs" / "guide" / "monitoring.md").read_text(), re.MULTILINE)
    rules = re.findall(r"- alert: (\w+)\n.*?severity: (\w+)\n", rules_text(), re.DOTALL)
    assert sorted(rows) == sorted(rules)


def test_the_rules_ask_for_nothing_that_does_not_exist():
    assert set(METRIC.findall(rules_text())) - {"camwall_server", "camwall_cameras", "camwall_viewers", "camwall_records"} <= series_names()
    assert set(RECORD.findall(rules_text())) == records()


def test_in_a_hurry_only_the_waits_differ():
    sys.path.insert(0, str(PROMETHEUS))
    try:
        from in_a_hurry import hurried
    finally:
        sys.path.remove(str(PROMETHEUS))
    for file in (*RULES.glob("*.yml"), PROMETHEUS / "alertmanager.yml"):
        before, after = file.read_text().splitlines(), hurried(file.read_text(), 60).splitlines()
        changed = [new.strip() for old, new in zip(before, after, strict=True) if old != new]
        assert all(re.fullmatch(rf"{WAITS}: \d+ms( #.*)?", line) for line in changed)
        assert len(changed) == sum(bool(re.match(rf"\s*{WAITS}:", line)) for line in before)
    assert hurried("    for: 1m\n", 60) == "    for: 1000ms\n"


def test_the_dashboards_are_well_formed():
    found = dashboards()
    assert len({x["uid"] for x in found.values()}) == len({x["title"] for x in found.values()}) == len(found) == 4
    for name, dashboard in found.items():
        assert dashboard["schemaVersion"] >= 36 and dashboard["editable"] is False, name
        ids = [x["id"] for x in panels(dashboard)]
        assert len(set(ids)) == len(ids), f"{name}: an id twice"
        taken = {}
        for panel in dashboard["panels"]:
            place = panel["gridPos"]
            assert 0 <= place["x"] and place["x"] + place["w"] <= 24, f"{name}: {panel['title']} is beside the grid"
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    assert (x, y) not in taken, f"{name}: {panel['title']} covers {taken[(x, y)]}"
                    taken[(x, y)] = panel["title"]


def test_the_dashboards_ask_for_nothing_that_does_not_exist():
    for dashboard in dashboards().values():
        variables = {x["name"] for x in dashboard["templating"]["list"]}
        for where, expression in queries(dashboard):
            assert set(METRIC.findall(expression)) <= series_names(), where
            assert set(RECORD.findall(expression)) <= records(), where
            assert set(re.findall(r"\$(\w+)", expression)) <= variables | {"__rate_interval"}, where
