"""Holds for every integration test: what a sanitizer says of a process is a failure, whoever started the process."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from sanitizers import Reports  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def all_reports(tmp_path_factory):
    reports = Reports(tmp_path_factory.mktemp("sanitizers"))
    reports.collect()
    yield reports
    # Walls and cameras of a whole module have ended by now.
    complaint = reports.take()
    assert not complaint, complaint


@pytest.fixture(autouse=True)
def no_report(all_reports):
    yield
    complaint = all_reports.take()
    assert not complaint, complaint
