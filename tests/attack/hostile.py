"""Hostile text for every surface, the files that carry it, and what no surface may let through.

`clean` is for what a terminal or a person gets: no control, override, zero-width or unassigned character, no tower of
marks. `page` is for what a browser gets: no markup that came from outside.
"""

from __future__ import annotations

import json
import unicodedata
from html.parser import HTMLParser
from typing import Any, Final

from did.method import peer
from satchel.key import multikey
from satchel.key.private import LocalSigner
from satchel.proof import suites
from tests.attack.forge import did_of, method_of
from tests.satchel.proof.selective_ground import entropy_of, key_for
from tests.screen import ground
from tests.screen.test_hostile import FORBIDDEN, HOSTILE, MARK, badge

# An argument of a command holds no NUL; a file's name may hold bytes that are no text.
ARGUMENT: Final = HOSTILE.replace("\x00", "") + "\udcff<script>{{7*7}}</script>"
OWN: Final = f"{MARK}\u202egnp\u200b\U000e0041[@click=app.quit]press[/]<script>alert(1)</script>{{{{7*7}}}}"
# An issuer's own settings and templates refuse hidden characters outright; what they let through must stay text.
PLAIN: Final = f"{MARK}[@click=app.quit]press[/]<script>alert(1)</script>{{{{7*7}}}}"

__all__ = [
    "ARGUMENT",
    "FORBIDDEN",
    "HOSTILE",
    "MARK",
    "OWN",
    "PLAIN",
    "badge",
    "clean",
    "did",
    "file",
    "framework",
    "live",
    "template",
]


def file() -> bytes:
    """A badge that is signed for real and hostile in every free text."""
    (raw,) = badge(ground.did_of(ground.key_of("hostile: a learner"))).values()
    return raw


def did() -> str:
    """A did:peer whose own words are hostile: it resolves without asking anybody."""
    key = multikey.encode(ground.key_of("hostile: a peer of peers").public())
    return peer.make_2([("assertionMethod", key)], [{"type": HOSTILE, "id": "#x", "serviceEndpoint": HOSTILE}])


def selective() -> bytes:
    """A badge of which parts can be shown, hostile in every free text."""
    key = key_for("ecdsa-sd-2023")
    (raw,) = badge(ground.did_of(ground.key_of("hostile: a learner"))).values()
    document = json.loads(raw)
    del document["proof"]
    document["issuer"]["id"] = did_of(key)
    signed = suites.sign_base(
        document,
        suite="ecdsa-sd-2023",
        signer=LocalSigner(method_of(key), key),
        created=ground.CREATED,
        entropy=entropy_of(1),
        mandatory=(),
    )
    return json.dumps(signed).encode()


def framework() -> bytes:
    """A framework of plain lines whose texts are hostile."""
    items = [
        {
            "uri": f"https://skills.example/{number}",
            "label": f"{HOSTILE} {number}",
            "alt": [HOSTILE],
            "description": HOSTILE,
        }
        for number in range(2)
    ]
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)


def template(raw: bytes, *, text: str = PLAIN) -> bytes:
    """The example template with this text in every free place."""
    shown = json.dumps(text)
    changes = (
        ("bind: email", "bind: claim"),
        ("id: data-literacy", "id: data-hostile"),
        ("  name: Data Literacy", f"  name: {shown}"),
        ("  description: >-", f"  description: {shown}\n  fieldOfStudy: >-"),
        ("  fieldOfStudy: Data analysis\n", ""),
        ("targetName: analyse and interpret data", f"targetName: {shown}"),
        ("targetFramework: Example Skills Framework", f"targetFramework: {shown}"),
    )
    made = raw.decode()
    for old, new in changes:
        assert old in made, old
        made = made.replace(old, new, 1)
    return made.encode()


def clean(shown: str) -> list[str]:
    """What is wrong with a text that people see, in words; line breaks are ours."""
    found = {char for char in shown if unicodedata.category(char) in FORBIDDEN and char != "\n"}
    wrong = [f"U+{ord(char):04X}" for char in sorted(found)]
    if "\u0301" * 5 in shown:
        wrong.append("a tower of marks")
    return wrong


class _Page(HTMLParser):
    """Collects what a browser would run, load or obey, and the words."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attrs)
        if tag in ("style", "iframe", "object", "embed", "base", "img"):
            self.wrong.append(f"<{tag}>")
        if tag == "script" and not str(given.get("src")).startswith("/static/"):
            self.wrong.append("<script>")
        self.wrong += [name for name in given if name.startswith("on") or name in ("style", "srcdoc", "formaction")]
        for name in ("href", "src", "action"):
            address = given.get(name)
            if address is not None and not str(address).startswith(("/", "#", "https://")):
                self.wrong.append(f"{name}={address}")

    def handle_data(self, data: str) -> None:
        self.words += data


def live(page: bytes) -> list[str]:
    """What is wrong with a page: markup from outside, raw controls, a template that was obeyed."""
    parser = _Page()
    text = page.decode("utf-8")
    parser.feed(text)
    wrong = [*parser.wrong, *clean(text)]
    if MARK + "49" in parser.words or "}49" in parser.words:
        wrong.append("a template was obeyed")
    return wrong
