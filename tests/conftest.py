"""Shared fixtures: the real dataset, opened once, and the folder of the reference material."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hankelod.pipeline.traversal import publish
from hankelod.records.dataset import Dataset
from support.checking import check_all
from support.commands import hankelod
from support.folders import ROOT


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """The real dataset of this repository."""
    return Dataset(ROOT)


@pytest.fixture(scope="session")
def checked(dataset: Dataset):
    """The report on the real dataset, and its records."""
    return check_all(dataset)


@pytest.fixture(scope="session")
def dist(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real dataset, published."""
    out = tmp_path_factory.mktemp("publication") / "dist"
    publish(dataset, out)
    return out


@pytest.fixture(scope="session")
def server(dist: Path):
    """A server of the real dataset's publication, with a short time limit."""
    pytest.importorskip("uvicorn")
    from support.server import Server

    with Server(dist, "--workers", "4", "--time-limit", "2", "--memory-limit", "256") as running:
        yield running


@pytest.fixture(scope="session")
def shared() -> Path:
    """The ministry's document and the reference data, which are no part of the repository."""
    folder = os.environ.get("HANKELOD_SHARED")
    if not folder:
        pytest.skip("HANKELOD_SHARED is unset: the source document and the reference data are not here")
    return Path(folder)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the real dataset to change: data, ontology and shapes."""
    for name in ("data", "ontology", "shapes", "texts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="session")
def run():
    """The command line, as a function."""
    return hankelod


SLOW: dict[str, str] = {
    "tests/intake/test_documents.py::test_a_line_of_one_thing_over_and_over_is_read": "long lines, read to their end",
    "tests/pipeline/test_traversal.py": "datasets cut into chunks, by processes and by Dask",
    "tests/pipeline/test_publication.py": "whole publications, one of them from an installed wheel",
    "tests/publication/test_comparison.py": "pairs of publications",
    "tests/publication/test_exchange.py": "kills, failing calls, full disks: hundreds of publications",
    "tests/publication/test_history.py": "publications one after the other",
    "tests/publication/test_verification.py": "damage of every kind, each in a publication of its own",
    "tests/records/test_hostile.py": "files of a gigabyte, a million records, arbitrary bytes",
    "tests/records/test_records.py::test_bad_record_alone": "each bad record by itself",
    "tests/repository/test_benchmarks.py": "every benchmark, at a tiny size",
    "tests/repository/test_browser_assets.py": "a browser",
    "tests/repository/test_docs.py::test_the_examples_run": "every command of the documentation",
    "tests/repository/test_workflows.py": "linters of workflows",
    "tests/serving/test_attacks.py": "a server under attack, with a thousand connections and none",
    "tests/serving/test_documents.py": "a server, asked for everything",
    "tests/serving/test_safety.py": "a server under load, and time limits waited for",
    "tests/serving/test_shares.py::test_64_heavy_queries_of_one_client_hold_up_no_other": "heavy queries",
    "tests/serving/test_switch.py": "publications that change while they are served",
    "tests/site/test_browser.py": "a browser",
    "tests/site/test_hostile.py": "a browser",
    "tests/site/test_search.py": "a browser",
    "tests/exports/test_documents.py": "every document, in four engines",
    "tests/validation/test_engines.py": "two engines on damaged records",
    "tests/validation/test_report_in_rdf.py": "pySHACL on damaged records",
    "tests/validation/test_other_engines.py": "engines that others wrote, on damaged records",
}
"""Tests that `pytest -m "not slow"` leaves out, so that the others take two minutes; by file or by function."""


def pytest_collection_modifyitems(items):
    for item in items:
        name = item.nodeid.split("[")[0]
        if name in SLOW or name.split("::")[0] in SLOW:
            item.add_marker(pytest.mark.slow)


ALLOWED_SKIPS: dict[str, str] = {
    "tests/repository/test_policy.py::test_the_last_release_is_not_broken_in_silence": "before the first release",
    "tests/repository/test_deployment.py::test_virtuoso": "not every Debian has the package; docs/serving.md",
    "tests/publication/test_exchange.py::test_a_full_disk": "only root may mount a disk; failing calls stand for it",
    "tests/publication/test_exchange.py::test_a_read_only_disk": "only root may mount a small disk",
}
"""Tests that may skip where everything is to run, with the reason."""


def unexpected(report: pytest.TestReport) -> bool:
    """Decide whether a skip is neither listed nor one for want of the ministry's document, where that is not here."""
    assert isinstance(report.longrepr, tuple)
    unset = "HANKELOD_SHARED" in report.longrepr[2] and not os.environ.get("HANKELOD_SHARED")
    return not unset and report.nodeid not in ALLOWED_SKIPS


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Name each skip that fails the run: with `HANKELOD_CI`, every test is to run."""
    if os.environ.get("HANKELOD_CI"):
        for report in filter(unexpected, terminalreporter.stats.get("skipped", [])):
            line = f"skipped, but everything is to run here: {report.nodeid}: {report.longrepr[2]}"
            terminalreporter.write_line(line, red=True)


def pytest_sessionfinish(session, exitstatus):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("HANKELOD_CI") and any(map(unexpected, skipped)) and not hasattr(session.config, "workerinput"):
        session.exitstatus = 1
