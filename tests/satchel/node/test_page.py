from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.resources import files
from itertools import product
from pathlib import Path

import aiohttp
import jinja2
import pytest

from satchel.node.guard import Guard, NoTokens
from satchel.node.page import Pages
from satchel.node.route import Answer, Call, Reply, Route
from satchel.node.server import Node, Tcp, build_application, serve
from satchel.text import for_html
from tests.satchel.node.http_ground import ORIGIN, FakeClock

HOSTILE = "<script>alert(1)</script> \" ' & \x1b]52;c;YQ==\x07 \u202egnp.exe \u200b é"
FOLDER = files("satchel.node") / "page"
SHEET = (FOLDER / "static" / "satchel.css").read_text("utf-8")

PAGE = """{% extends "base.html" %}
{% block main %}<h1 title="{{ text }}">{{ text }}</h1><p>{{ text | shown(12) }}</p>
<a href="{{ link | web_address }}">{{ link }}</a>{% endblock %}
"""


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    """The ground's pages and those of a package that stands in a folder of its own, as a role's do."""
    package = tmp_path / "paper_room"
    (package / "page" / "static").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "page" / "note.html").write_text(PAGE)
    (package / "page" / "static" / "note.js").write_text("'use strict';\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield Pages([("paper_room", "page")])
    sys.modules.pop("paper_room", None)


def test_every_value_is_shown_safely_without_being_asked(pages: Pages) -> None:
    page = pages.render("note.html", title=HOSTILE, text=HOSTILE, link="https://a.example/?a=1&b=2").decode()
    shown = for_html(HOSTILE)
    assert page.count(shown) == 3
    assert f"<title>{shown} · Satchel</title>" in page
    assert "<script>" not in page
    assert "&amp;lt;" not in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e]", page)
    assert "<p>&lt;script&gt;aler…</p>" in page
    assert '<a href="https://a.example/?a=1&amp;b=2">' in page


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "http://a.example/",
        "//a.example/",
        "/local",
        "https:",
        "https://[",
        "https://a.example/\nx",
        "https://a.example/\u202e",
        "https://a.example/ x",
    ],
)
def test_a_link_of_a_stranger_leads_to_https_or_nowhere(pages: Pages, link: str) -> None:
    page = pages.render("note.html", title="t", text="t", link=link).decode()
    assert '<a href="#">' in page


def test_a_name_that_is_not_given_is_an_error_never_an_empty_place(pages: Pages) -> None:
    with pytest.raises(jinja2.UndefinedError):
        pages.render("note.html", title="t", text="t")
    with pytest.raises(jinja2.TemplateNotFound):
        pages.render("../secret.html")
    with pytest.raises(KeyError):
        pages.asset("missing.css")


def test_a_file_has_its_hash_in_its_address(pages: Pages) -> None:
    assert re.fullmatch(r"/static/satchel\.[0-9a-f]{16}\.css", pages.asset("satchel.css"))
    assert pages.asset("satchel.css") in pages.render("note.html", title="t", text="t", link="").decode()


def test_two_files_of_one_name_or_an_unknown_kind_are_refused(pages: Pages, tmp_path: Path) -> None:
    static = tmp_path / "paper_room" / "page" / "static"
    (static / "satchel.css").write_text("")
    with pytest.raises(ValueError, match=r"satchel\.css cannot be served"):
        Pages([("paper_room", "page")])
    (static / "satchel.css").rename(static / "program.exe")
    with pytest.raises(ValueError, match=r"program\.exe cannot be served"):
        Pages([("paper_room", "page")])


async def test_files_are_served_for_long_and_pages_for_nobody(pages: Pages) -> None:
    async def show(_call: Call) -> Reply:
        return pages.reply("note.html", title="t", text=HOSTILE, link="")

    clock = FakeClock()
    answers = (Answer(summary="The page.", media_type="text/html"),)
    route = Route(method="GET", path="/note", name="show_note", summary="x", handler=show, answers=answers, tags=("p",))
    node = Node(
        title="t",
        version="1",
        origin=ORIGIN,
        routes=(route, pages.route()),
        guard=Guard(tokens=NoTokens(), clock=clock, seconds=clock.seconds),
        clock=clock,
        entropy=bytes,
    )
    async with serve(build_application(node), at=(Tcp(),)) as serving, aiohttp.ClientSession() as client:
        page = await client.get(f"{serving.urls[0]}/note")
        assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
        text = await page.text()
        for name, kind in (
            ("satchel.css", "text/css"),
            ("satchel.svg", "image/svg+xml"),
            ("note.js", "text/javascript"),
        ):
            assert name == "note.js" or pages.asset(name) in text
            response = await client.get(serving.urls[0] + pages.asset(name))
            assert (response.status, response.content_type) == (200, kind)
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        for name in ("satchel.css", "satchel.0000000000000000.css", "..%2fbase.html", "base.html"):
            response = await client.get(f"{serving.urls[0]}/static/{name}")
            assert response.status == 404
            assert (await response.json(content_type=None))["code"] == "http.not_found"


def test_no_template_holds_script_or_style_or_loads_from_elsewhere() -> None:
    templates = [one for one in FOLDER.iterdir() if one.name.endswith(".html")]
    assert templates
    for template in templates:
        text = template.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?://|\|\s*safe", text), (
            template.name
        )


def test_the_base_page_can_be_used_by_everyone() -> None:
    page = Pages().render("base.html", title="Check a credential").decode()
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "<title>Check a credential · Satchel</title>" in page
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    first_link = re.search(r"<body>\s*(<a [^>]*>)", page)
    assert first_link is not None and first_link[1] == '<a class="skip" href="#main">'
    assert '<main id="main" tabindex="-1">' in page
    assert page.count("<main") == page.count("<header>") == page.count("<footer>") == 1


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of #rrggbb."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_text_has_contrast_in_light_and_dark() -> None:
    schemes = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", SHEET, re.S)
    ]
    assert len(schemes) == 2 and set(schemes[0]) == set(schemes[1])
    for scheme in schemes:
        for ink, paper in product(("ink", "quiet", "link", "good", "warn", "bad"), ("paper", "raised")):
            assert contrast(scheme[ink], scheme[paper]) >= 4.5, (ink, paper, scheme)
        assert contrast(scheme["on-link"], scheme["link"]) >= 4.5
        assert contrast(scheme["line"], scheme["paper"]) >= 3


def test_the_style_sheet_is_small_and_loads_nothing() -> None:
    assert len(SHEET.encode()) < 8000
    assert "url(" not in SHEET and "@import" not in SHEET
    assert SHEET.count("{") == SHEET.count("}")
