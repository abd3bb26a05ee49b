"""Chromium under watch: whatever a page complains of, asks elsewhere for, or fails to load makes the test red."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, async_playwright

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE: Final = Path(__file__).parents[1] / "peers" / "node_modules" / "axe-core" / "axe.min.js"
# Listens before the page's own text is read; what the policy blocks is told here even when nothing is logged.
_LISTEN: Final = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(event.violatedDirective + " " + event.blockedURI);
});
"""


@dataclass
class Seen:
    """What one page did besides showing itself."""

    said: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    statuses: dict[str, int] = field(default_factory=dict)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(f"error {error}"))
        page.on("requestfailed", lambda request: self.failed.append(f"{request.url} {request.failure}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium notes a 4xx document here too; the test knows the status of what it asked for.
        if "the server responded with a status of" not in message.text:
            self.said.append(f"{message.type} {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.hosts.add(urlsplit(request.url).netloc)

    def _response(self, response: Response) -> None:
        self.statuses[urlsplit(response.url).path] = response.status


@dataclass
class Watch:
    """The browser, and the pages that it opens under watch."""

    browser: Browser

    @contextlib.asynccontextmanager
    async def page(self, base: str, **options: Any) -> AsyncIterator[Page]:
        """A page of a fresh context. At the end nothing may have been blocked, logged, lost or asked of others."""
        context = await self.browser.new_context(base_url=base, **options)
        seen = Seen()
        try:
            await context.add_init_script(_LISTEN)
            page = await context.new_page()
            seen.watch(page)
            yield page
            if options.get("java_script_enabled", True):
                assert await page.evaluate("window.violations") == []
        finally:
            await context.close()
        assert seen.said == [] and seen.failed == []
        assert seen.hosts <= {urlsplit(base).netloc}
        assert not {
            path: status for path, status in seen.statuses.items() if path.startswith("/static/") and status != 200
        }


@contextlib.asynccontextmanager
async def launched(path: str) -> AsyncIterator[Watch]:
    """The browser at this path until the block ends."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield Watch(browser)
        finally:
            await browser.close()


async def faults(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it stands: rule, element, and why. Nothing incomplete is passed by in
    silence but contrast over pictures, which it cannot compute."""
    if not AXE.is_file():
        pytest.skip("axe-core is absent: run `make peers`")
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    assert len(found["passes"]) > 10, "axe did not look at the page"
    return [
        f"{one['id']}: {node['html'][:200]} {json.dumps(node['any'] or node['all'] or node['none'])[:300]}"
        for one in [*found["violations"], *found["incomplete"]]
        for node in one["nodes"]
    ]


async def overflow(page: Page) -> list[str]:
    """The elements that stick out of a narrow page, by their markup."""
    found: list[str] = await page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
        [...document.querySelectorAll("body *")]
          .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
          .map((one) => one.outerHTML.slice(0, 120))"""
    )
    return found
