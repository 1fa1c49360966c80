"""What the repository gives to Prometheus, Alertmanager and Grafana, read as text. Standard library only."""

import json
import pathlib
import re

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
RULES = REPOSITORY / "ops" / "prometheus" / "rules"
DASHBOARDS = REPOSITORY / "ops" / "grafana" / "dashboards"
METRIC = re.compile(r"\b(?:camwall|process)_[a-z_]+\b")
RECORD = re.compile(r"\bcamwall:[a-z_]+\b")


def rules_text():
    return "\n".join(file.read_text() for file in sorted(RULES.glob("*.yml")))


def alerts():
    """The names of all alerts."""
    return re.findall(r"^\s*- alert: (\w+)$", rules_text(), re.MULTILINE)


def records():
    return set(re.findall(r"^\s*- record: (\S+)$", rules_text(), re.MULTILINE))


def documented_metrics():
    """{name: type} of docs/reference/metrics.md."""
    text = (REPOSITORY / "docs" / "reference" / "metrics.md").read_text()
    return dict(re.findall(r"^\| `([a-z_]+)` \| (\w+) \|", text, re.MULTILINE))


def series_names():
    """The names under which the documented metrics are asked for."""
    result = set()
    for name, kind in documented_metrics().items():
        result |= {f"{name}_bucket", f"{name}_count", f"{name}_sum"} if kind == "histogram" else {name}
    return result


def dashboards():
    """{file name: dashboard}"""
    return {file.name: json.loads(file.read_text()) for file in sorted(DASHBOARDS.glob("*.json"))}


def panels(dashboard):
    """All panels, those in closed rows too."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels", [])


def queries(dashboard):
    """(where, expression) of each panel and variable."""
    for panel in panels(dashboard):
        for target in panel.get("targets", []):
            yield f"{dashboard['title']} / {panel['title']}", target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield f"{dashboard['title']} / ${variable['name']}", variable["query"]["query"]
