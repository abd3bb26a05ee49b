"""The page /verify in a real browser: file, link, text, drop, paste; keyboard alone, no script, 320 px, paper, axe."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
import segno
from playwright.async_api import Page

from tests.attack.forge import LEARNER, badge, did_of, signed, to_bytes
from tests.browser.nodes import FILES, Files, file_server, verifier
from tests.browser.watch import Watch, faults, overflow
from tests.verifier.facet.test_parts import presented, stacked

pytestmark = pytest.mark.asyncio(loop_scope="session")

GOOD = to_bytes(signed(badge()))
ALTERED = to_bytes(signed(badge()) | {"name": "Another"})
EXPIRED = to_bytes(signed(badge(validUntil="2026-06-01T00:00:00Z")))
LISTED = to_bytes(
    signed(
        badge(
            credentialStatus={
                "id": f"{FILES}/status/1#7",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "7",
                "statusListCredential": f"{FILES}/status/1",
            }
        )
    )
)
STACK = stacked(GOOD, ALTERED)
PRESENTED = to_bytes(presented(signed(badge())))
VERDICTS = {
    "Accepted": GOOD,
    "Rejected": ALTERED,
    "Undecided": LISTED,
    "Not readable": b"Dear Sir or Madam",
}


def code(text: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="png", scale=6)
    return drawn.getvalue()


@dataclass
class Site:
    """The verifier's address, and the files of a learner behind their origin."""

    url: str
    files: Files


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site() -> AsyncIterator[Site]:
    held = {
        "/badge.json": ("application/vc", GOOD),
        "/page": ("text/html", b"<!doctype html>"),
        "/big.json": ("application/json", b" " * (8 * 1024 * 1024 + 1)),
    }
    async with file_server(held) as (files, base), verifier({FILES: base}) as url:
        yield Site(url=url, files=files)


async def choose(page: Page, raw: bytes, name: str = "badge.json") -> None:
    kind = "image/png" if name.endswith(".png") else "application/json"
    await page.get_by_label("File").set_input_files({"name": name, "mimeType": kind, "buffer": raw})


async def verdict(page: Page, raw: bytes, name: str = "badge.json") -> None:
    """The page with the verdict on this file."""
    await page.goto("/verify")
    await choose(page, raw, name)
    await page.get_by_role("button", name="Check it").click()
    await page.get_by_role("heading", name="What was checked", exact=True).wait_for()


async def heading(page: Page) -> str:
    return (await page.locator("h1").inner_text()).strip()


async def drop(page: Page, raw: bytes, name: str) -> None:
    """A file falls onto the page, as a browser tells it."""
    await page.evaluate(
        """([bytes, name]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name));
          for (const kind of ["dragover", "drop"]) {
            document.querySelector("h1").dispatchEvent(
              new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
          }
        }""",
        [list(raw), name],
    )


@pytest.mark.parametrize("word", VERDICTS)
async def test_a_chosen_file_gets_its_verdict_first_and_in_words(chromium: Watch, site: Site, word: str) -> None:
    async with chromium.page(site.url) as page:
        await verdict(page, VERDICTS[word])
        assert await heading(page) == word
        # The verdict is announced, and stands before everything that the file says of itself.
        assert await page.locator("main > :first-child").get_attribute("role") == "status"
        if word != "Accepted":
            assert await page.locator(".verdict p").count() >= 2, "the reason stands beside the verdict"
        details = page.locator("details", has_text="For experts")
        assert await details.get_attribute("open") is None
        await details.locator("summary").click()
        assert await details.get_by_text("SHA-256").is_visible()


async def test_the_reason_beside_the_verdict_is_the_one_that_decided(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url) as page:
        await verdict(page, EXPIRED)
        said = await page.locator(".verdict").inner_text()
        assert "Dates:" in said and "Signature" not in said
        assert "Nothing that the file says is confirmed" not in await page.locator("main").inner_text()


async def test_a_pasted_text_is_checked(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url, permissions=["clipboard-read", "clipboard-write"]) as page:
        await page.goto("/verify")
        await page.evaluate("(text) => navigator.clipboard.writeText(text)", GOOD.decode())
        await page.get_by_label("Or its text").focus()
        await page.keyboard.press("Control+V")
        await page.get_by_role("button", name="Check it").click()
        await page.locator(".verdict").wait_for()
        assert await heading(page) == "Accepted"
        assert "the pasted text" in await page.locator("main").inner_text()


async def test_a_dropped_file_is_checked_at_once(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url) as page:
        await page.goto("/verify")
        assert await page.get_by_text("you may drop it anywhere").is_visible()
        await drop(page, GOOD, "dropped.json")
        await page.locator(".verdict").wait_for()
        assert await heading(page) == "Accepted"
        assert "dropped.json" in await page.locator("dl.card").inner_text()
        # And again on the page of the verdict, over something that was typed in before.
        await page.get_by_label("Or its text").fill("left over")
        await drop(page, ALTERED, "second.json")
        await page.get_by_text("second.json").wait_for()
        assert await heading(page) == "Rejected"


async def test_several_dropped_files_and_a_picture_in_the_clipboard(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url) as page:
        await page.goto("/verify")
        await page.evaluate(
            """() => {
              const data = new DataTransfer();
              data.items.add(new File(["a"], "a")); data.items.add(new File(["b"], "b"));
              document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
            }"""
        )
        assert "One file at a time: 2 were dropped." in await page.locator("#chosen").inner_text()
        await page.evaluate(
            """(bytes) => {
              const data = new DataTransfer();
              data.items.add(new File([new Uint8Array(bytes)], "pasted.json"));
              const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
              document.body.dispatchEvent(event);
            }""",
            list(GOOD),
        )
        await page.locator(".verdict").wait_for()
        assert await heading(page) == "Accepted"


async def test_a_link_is_fetched_through_the_guard_and_checked(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url) as page:
        await page.goto("/verify")
        await page.get_by_label("Or a link to it").fill(f"{FILES}/badge.json")
        await page.keyboard.press("Enter")
        await page.locator(".verdict").wait_for()
        assert await heading(page) == "Accepted"
        assert f"{FILES}/badge.json (from its address)" in await page.locator("dl.card").inner_text()
        assert site.files.asked[-1] == "/badge.json"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"{FILES}/none.json", "fetch.not_found"),
        (f"{FILES}/page", "fetch.media_type"),
        (f"{FILES}/big.json", "fetch.too_large"),
        ("http://learner.example/badge.json", "fetch.url"),
        ("https://127.0.0.1/badge.json", "fetch.address"),
        ("https://localhost/badge.json", "fetch.address"),
        ("https://169.254.169.254/latest/meta-data", "fetch.address"),
        ("https://[::1]/", "fetch.address"),
        ("https://learner.example:22/", "fetch.port"),
        ("https://user@learner.example/badge.json", "fetch.url"),
        ("file:///etc/passwd", "fetch.url"),
        ("javascript:alert(1)", "fetch.url"),
    ],
)
async def test_a_link_that_may_not_be_fetched_is_refused_and_the_form_comes_again(
    chromium: Watch, site: Site, url: str, said: str
) -> None:
    asked = len(site.files.asked)
    async with chromium.page(site.url) as page:
        await page.goto("/verify")
        await page.get_by_label("Or a link to it").fill(url)
        await page.keyboard.press("Enter")
        await page.get_by_role("alert").wait_for()
        assert said in await page.get_by_role("alert").inner_text()
        assert await page.get_by_role("button", name="Check it").is_visible()
    assert len(site.files.asked) - asked == (
        1 if said in ("fetch.not_found", "fetch.media_type", "fetch.too_large") else 0
    )


async def test_a_dropped_link_is_fetched(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url) as page:
        await page.goto("/verify")
        await page.evaluate(
            """(url) => {
              const data = new DataTransfer();
              data.setData("text/uri-list", "# a comment\\r\\n" + url);
              document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
            }""",
            f"{FILES}/badge.json",
        )
        await page.locator(".verdict").wait_for()
        assert await heading(page) == "Accepted"


async def test_the_code_of_a_photographed_link_leads_to_the_verdict(chromium: Watch, site: Site) -> None:
    pytest.importorskip("zxingcpp", reason="the extra `qr` is not installed")
    async with chromium.page(site.url) as page:
        await verdict(page, code(f"{FILES}/badge.json"), "photo.png")
        assert await heading(page) == "Accepted"
        assert "named by the QR code of the picture" in await page.locator("dl.card").inner_text()
        await page.goto("/verify")
        await choose(page, code("https://10.0.0.1/x"), "photo.png")
        await page.get_by_role("button", name="Check it").click()
        assert "fetch.address" in await page.get_by_role("alert").inner_text()


async def test_the_keyboard_alone_is_enough(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url) as page:
        await page.goto("/verify")
        order = []
        for _ in range(6):
            await page.keyboard.press("Tab")
            order.append(await page.evaluate("document.activeElement.id || document.activeElement.innerText"))
            # Whoever goes by the keyboard sees where they are.
            shown = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert shown != "none", order
        assert order[:4] == ["Skip to the content", "file", "url", "text"]
        assert order[4].startswith("Is it this person?")
        assert order[5] == "Check it"
        await page.get_by_label("Or its text").focus()
        await page.keyboard.insert_text(GOOD.decode())
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("ada@school.example")
        await page.keyboard.press("Enter")
        await page.locator(".verdict").wait_for()
        assert await heading(page) == "Undecided"
        assert "Subject:" in await page.locator(".verdict").inner_text()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main", "the skip link leads to the content"


async def test_everything_works_without_script(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url, java_script_enabled=False) as page:
        await page.goto("/verify")
        # What needs the script is not promised.
        assert not await page.get_by_text("you may drop it").is_visible()
        await choose(page, STACK, "stack.zip")
        await page.get_by_role("button", name="Check it").click()
        assert await heading(page) == "Rejected"
        # What is bad lies open, what is good is one click away.
        assert await page.locator("details", has_text="parts/02.json").get_by_text("Signature: wrong.").is_visible()
        good = page.locator("details", has_text="parts/01.json")
        assert not await good.get_by_text("Signature: in order.").is_visible()
        await good.locator("summary").first.click()
        assert await good.get_by_text("Signature: in order.").is_visible()
        await page.get_by_label("Or a link to it").fill(f"{FILES}/badge.json")
        await page.get_by_role("button", name="Check it").click()
        assert await heading(page) == "Accepted"


async def test_a_presentation_answers_the_question_that_was_asked(chromium: Watch, site: Site) -> None:
    for challenge, expected in (("c-1", "Accepted"), ("c-2", "Rejected")):
        async with chromium.page(site.url) as page:
            await page.goto("/verify")
            await choose(page, PRESENTED)
            await page.get_by_text("Is it this person?").click()
            await page.get_by_label("Challenge").fill(challenge)
            await page.get_by_label("Domain").fill("https://employer.example")
            await page.get_by_label("DID of the holder").fill(did_of(LEARNER))
            await page.get_by_label("The holder must have signed").check()
            await page.get_by_role("button", name="Check it").click()
            await page.locator(".verdict").wait_for()
            assert await heading(page) == expected
            if expected == "Rejected":
                assert "does not answer this challenge" in await page.locator(".verdict").inner_text()


async def test_a_credential_alone_does_not_show_that_its_holder_sent_it(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url) as page:
        await page.goto("/verify")
        await choose(page, GOOD)
        await page.get_by_text("Is it this person?").click()
        await page.get_by_label("The holder must have signed").check()
        await page.get_by_role("button", name="Check it").click()
        await page.locator(".verdict").wait_for()
        assert await heading(page) == "Rejected"
        assert "Subject:" in await page.locator(".verdict").inner_text()


async def test_nothing_given_and_two_things_given_are_told(chromium: Watch, site: Site) -> None:
    async with chromium.page(site.url) as page:
        await page.goto("/verify")
        await page.get_by_role("button", name="Check it").click()
        assert "given.nothing" in await page.get_by_role("alert").inner_text()
        await choose(page, GOOD)
        await page.get_by_label("Or its text").fill("x")
        await page.get_by_role("button", name="Check it").click()
        await page.get_by_text("given.several").wait_for()


SHOWN = {"the form": None, "a verdict": LISTED, "a stack": STACK, "a refusal": b""}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shown", SHOWN)
async def test_axe_finds_nothing_wrong(chromium: Watch, site: Site, shown: str, scheme: str) -> None:
    context = await chromium.browser.new_context(base_url=site.url, bypass_csp=True, color_scheme=scheme)  # type: ignore[arg-type]
    try:
        page = await context.new_page()
        raw = SHOWN[shown]
        if raw is None:
            await page.goto("/verify")
        elif raw:
            await verdict(page, raw, "stack.zip" if raw is STACK else "badge.json")
        else:
            await page.goto("/verify")
            await page.get_by_role("button", name="Check it").click()
            await page.get_by_role("alert").wait_for()
        await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert await faults(page) == []
    finally:
        await context.close()


async def test_axe_bites(chromium: Watch, site: Site) -> None:
    context = await chromium.browser.new_context(base_url=site.url, bypass_csp=True)
    try:
        page = await context.new_page()
        await page.goto("/verify")
        await page.evaluate("document.querySelector('label').remove()")
        assert any(fault.startswith("label") for fault in await faults(page))
    finally:
        await context.close()


@pytest.mark.parametrize("shown", ["the form", "a verdict", "a stack"])
async def test_320_pixels_are_wide_enough(chromium: Watch, site: Site, shown: str) -> None:
    async with chromium.page(site.url, viewport={"width": 320, "height": 640}) as page:
        raw = SHOWN[shown]
        if raw is None:
            await page.goto("/verify")
        else:
            await verdict(page, raw, "stack.zip" if raw is STACK else "badge.json")
        await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert await overflow(page) == []
        for target in await page.locator("button, input, select, textarea, summary").all():
            box = await target.bounding_box()
            assert box is not None
            assert box["height"] >= 44 or await target.get_attribute("type") == "checkbox"


async def test_the_verdict_prints_whole_and_without_the_form(chromium: Watch, site: Site) -> None:
    reader = pytest.importorskip("pypdf", reason="pypdf is absent: the printed page cannot be read")
    async with chromium.page(site.url) as page:
        await verdict(page, STACK, "stack.zip")
        await page.emulate_media(media="print")
        assert not await page.get_by_role("button", name="Check it").is_visible()
        assert not await page.get_by_text("Check another one").is_visible()
        # Paper has nothing to click: what is folded on the screen is open on it.
        assert await page.get_by_text("Signature: wrong.").first.is_visible()
        assert await page.get_by_text("SHA-256").is_visible()
        printed = " ".join(
            sheet.extract_text() for sheet in reader.PdfReader(io.BytesIO(await page.pdf(format="A4"))).pages
        )
    for words in ("Rejected", "parts/02.json", "SHA-256", "Checked at"):
        assert words in printed
    assert "Check it" not in printed


async def test_no_page_lets_a_script_of_a_credential_run(chromium: Watch, site: Site) -> None:
    bad = '"><img src=x onerror="window.ran=1"><script>window.ran=1</script><svg onload="window.ran=1">{{7*7}}'
    document = badge(name=bad)
    document["issuer"]["name"] = bad
    document["credentialSubject"]["achievement"]["name"] = bad
    for raw in (to_bytes(signed(document)), to_bytes(signed(badge()) | {bad: bad}), bad.encode()):
        async with chromium.page(site.url) as page:
            await verdict(page, raw, "badge.json")
            assert await page.evaluate("window.ran") is None
            assert await page.locator("main img, main svg, main script").count() == 0


async def test_the_policy_of_the_page_blocks_what_is_put_into_it(chromium: Watch, site: Site) -> None:
    """Row 144: the policy itself, tried from inside the page."""
    context = await chromium.browser.new_context(base_url=site.url)
    try:
        page = await context.new_page()
        await page.goto("/verify")
        blocked = await page.evaluate(
            """async () => {
              const blocked = [];
              document.addEventListener("securitypolicyviolation", (event) => blocked.push(event.effectiveDirective));
              const put = (tag, change) => {
                const made = document.createElement(tag);
                change(made);
                document.body.append(made);
              };
              put("script", (one) => { one.textContent = "window.ran = 1"; });
              put("style", (one) => { one.textContent = "body { color: red }"; });
              put("img", (one) => { one.src = "https://tracker.example/1.png"; });
              put("iframe", (one) => { one.src = "https://evil.example/"; });
              put("object", (one) => { one.data = "https://evil.example/x.swf"; });
              put("base", (one) => { one.href = "https://evil.example/"; });
              put("form", (one) => { one.action = "https://evil.example/"; one.method = "post"; one.id = "away"; });
              document.getElementById("away").submit();
              try { await fetch("https://evil.example/"); } catch (fault) { /* as it should be */ }
              for (let n = 0; n < 100 && blocked.length < 8; n++) await new Promise((go) => setTimeout(go, 100));
              return [blocked.sort(), window.ran === undefined];
            }"""
        )
        directives, stayed_out = blocked
        assert stayed_out
        expected = {
            "script-src-elem",
            "style-src-elem",
            "img-src",
            "frame-src",
            "object-src",
            "base-uri",
            "connect-src",
        }
        assert expected | {"form-action"} <= set(directives), directives
        framed = await context.new_page()
        await framed.set_content(f'<iframe src="{site.url}/verify"></iframe>')
        frame = framed.frames[1]
        await frame.wait_for_load_state()
        assert await frame.locator("#check").count() == 0, "the page lets nobody frame it"
    finally:
        await context.close()


async def test_the_program_gives_the_same_verdict_as_the_page(chromium: Watch, site: Site) -> None:
    context = await chromium.browser.new_context(base_url=site.url)
    try:
        answer = await context.request.post(
            "/api/v1/verify", data=STACK, headers={"Content-Type": "application/zip"}, max_redirects=0
        )
        report = json.loads(await answer.body())
    finally:
        await context.close()
    assert report["verdict"] == "rejected"
    assert [one["verdict"] for one in report["inner"]] == ["accepted", "rejected"]


@pytest.mark.parametrize(
    "fault",
    [
        "console.warn('odd')",
        "setTimeout(() => { throw new Error('odd'); })",
        "document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))",
        "fetch('/nowhere-else').then(() => fetch('https://elsewhere.example/')).catch(() => 0)",
    ],
)
async def test_the_watch_over_a_page_bites(chromium: Watch, site: Site, fault: str) -> None:
    with pytest.raises(AssertionError):
        async with chromium.page(site.url) as page:
            await page.goto("/verify")
            await page.evaluate(fault)
            await page.wait_for_timeout(200)
