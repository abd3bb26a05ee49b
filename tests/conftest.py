"""Under SATCHEL_REQUIRE=all nothing is skipped in silence: a skip fails unless allowed_skips.txt names the test."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, no database on disk, no judgement of single times: CI is a shared machine.
settings.register_profile(
    "same",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("same")

ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")
STRICT = pytest.StashKey[dict[str, str]]()


def read_allowed_skips(path: Path) -> dict[str, str]:
    """Test id -> reason, from lines `test id # reason`; empty lines and lines beginning with # are notes.

    Raises pytest.UsageError for a line without a reason.
    """
    allowed: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        test_id, mark, reason = line.partition(" # ")
        if not mark or not reason.strip():
            raise pytest.UsageError(f"{path.name} line {number}: write `test id # reason`")
        allowed[test_id.strip()] = reason.strip()
    return allowed


def pytest_configure(config: pytest.Config) -> None:
    required = os.environ.get("SATCHEL_REQUIRE", "")
    if required not in ("", "all"):
        raise pytest.UsageError("SATCHEL_REQUIRE is `all` or not set")
    if required:
        config.stash[STRICT] = read_allowed_skips(ALLOWED_SKIPS)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport, config: pytest.Config) -> None:
    allowed = config.stash.get(STRICT, None)
    if allowed is None or report.outcome != "skipped" or hasattr(report, "wasxfail") or report.nodeid in allowed:
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid} was skipped under SATCHEL_REQUIRE=all ({reason})"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report, item.config)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report, collector.config)
    return report
