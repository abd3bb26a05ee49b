"""Server-rendered pages: Jinja2 with every value shown safely, one style sheet, files with their hash in the name.

No page holds script or style in its own text, so the strict policy of satchel.node.connection can stand. Templates
extend `base.html`. A node adds its own folder: `Pages([("verifier", "page")])`; the ground's folder comes last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from satchel.node.problem import HttpFault
from satchel.node.route import Answer, Call, Reply, Route
from satchel.text import for_html

HTML: Final = "text/html"
SHOWN_LIMIT: Final = 4000

_GROUND: Final = ("satchel.node", "page")
_MEDIA_TYPES: Final = MappingProxyType(
    {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png", "woff2": "font/woff2"}
)


class Pages:
    """The templates and files of (package, folder) pairs. Files lie in `static/` of a folder, one namespace for all.

    In a template every value is shown as satchel.text.for_html does, without being asked: escaped once, controls and
    bidirectional signs made visible, cut at 4000 characters. `{{ x | shown(80) }}` cuts sooner; `{{ u | web_address }}`
    is the URL when it is https, else `#`; `{{ asset("satchel.css") }}` is a file's address. An unknown name is an
    error, never an empty place.
    """

    def __init__(self, folders: Sequence[tuple[str, str]] = ()) -> None:
        places = (*folders, _GROUND)
        self._files: dict[str, tuple[bytes, str]] = {}
        self._assets: dict[str, str] = {}
        for package, folder in places:
            self._take_files(package, folder)
        self._environment = Environment(
            loader=ChoiceLoader([PackageLoader(package, folder) for package, folder in places]),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters["shown"] = _shown
        self._environment.filters["web_address"] = _web_address
        self._environment.globals |= {"asset": self.asset, "lang": "en"}

    def _take_files(self, package: str, folder: str) -> None:
        static = files(package) / folder / "static"
        if not static.is_dir():
            return
        for file in sorted(static.iterdir(), key=lambda one: one.name):
            stem, _, suffix = file.name.rpartition(".")
            if file.name in self._assets or suffix not in _MEDIA_TYPES:
                raise ValueError(f"{package}: {file.name} cannot be served")
            raw = file.read_bytes()
            name = f"{stem}.{hashlib.sha256(raw).hexdigest()[:16]}.{suffix}"
            self._assets[file.name] = f"/static/{name}"
            self._files[name] = (raw, _MEDIA_TYPES[suffix])

    def asset(self, name: str) -> str:
        """The address of a file, with its hash in it: a changed file has another address."""
        return self._assets[name]

    def render(self, template: str, **values: object) -> bytes:
        """The page's bytes. Raises jinja2.TemplateError for an unknown template or name: a fault of ours."""
        return self._environment.get_template(template).render(**values).encode("utf-8")

    def reply(self, template: str, *, status: int = 200, **values: object) -> Reply:
        """The page as a reply that nobody keeps."""
        return Reply(status=status, body=self.render(template, **values), media_type=HTML)

    def route(self) -> Route:
        """The row of the table that serves the files, for as long as anyone likes to keep them."""
        kinds = sorted({media_type for _, media_type in self._files.values()})
        return Route(
            method="GET",
            path="/static/{name}",
            name="show_file",
            summary="A style sheet, script or image of the pages.",
            handler=self._serve,
            answers=tuple(Answer(summary="The file.", media_type=kind) for kind in kinds),
            tags=("pages",),
        )

    async def _serve(self, call: Call) -> Reply:
        found = self._files.get(call.params["name"])
        if found is None:
            raise HttpFault("http.not_found", "no such file")
        raw, media_type = found
        return Reply(body=raw, media_type=media_type, cache_control="public, max-age=31536000, immutable")


def _shown(value: object, limit: int = SHOWN_LIMIT) -> object:
    """What stands in the page for a value. Markup is ours already; all else is text from outside, never trusted."""
    if isinstance(value, Markup):
        return value
    return Markup(for_html(str(value), limit=limit))


def _web_address(value: object) -> str:
    """The URL when a click on it can only open an https page: no script, no data, no other scheme."""
    text = str(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        return "#"
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= 2000
    return text if plain and parts.scheme == "https" and parts.hostname else "#"
