"""docs/reference/trust.md: every file form that it shows is one that is read, and none of its keys is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from satchel.codec import strictjson
from verifier import registry, remote
from verifier.registry import TrustList
from verifier.remote import FederationRegistry

PAGE = (Path(__file__).parents[2] / "docs/reference/trust.md").read_text("utf-8")
EXAMPLES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_page_is_read_and_written_again_as_it_stands(number: int) -> None:
    raw = EXAMPLES[number].encode()
    found = registry.load(raw, name="example")
    if isinstance(found, bytes):
        assert found == raw
        return
    written = registry.list_to_json(found) if isinstance(found, TrustList) else remote.to_json(found)
    assert written == strictjson.load_object(raw)


def test_the_page_shows_each_kind() -> None:
    kinds = [type(registry.load(text.encode(), name="example")) for text in EXAMPLES]
    assert kinds == [TrustList, FederationRegistry, remote.DccRegistry, bytes]


def test_the_page_names_every_key() -> None:
    for key in ("id", "name", "from", "until", "distrusted", "accredits", "may_award", "may_not_award"):
        assert f"`{key}`" in PAGE
    for key in ("type", "url", "entity", "fetch", "jwks", "via", "types", "levels", "fields"):
        assert f"`{key}`" in PAGE
