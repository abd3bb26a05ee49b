"""One real Chromium for all tests of the pages, and a watch over every page that it opens."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser.watch import Watch, launched


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Watch]:
    """The browser. Without Chromium the test is skipped with the reason."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is absent: install Debian's package `chromium`")
    async with launched(path) as watch:
        yield watch
