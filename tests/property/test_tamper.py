"""Every one-character change of a signed document is caught: no changed file stays accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.port import JsonValue
from tests.attack.forge import ACCEPTED, Document, badge, badge_1_1, judged, signed, to_bytes

FULL = badge(
    description="Ties ten knots by feel; K\u00f6nigsstek too.",
    validUntil="2031-03-01T00:00:00Z",
    awardedDate="2026-02-27T12:00:00+01:00",
    evidence=[{"id": "https://school.example/evidence/7", "type": ["Evidence"], "narrative": "Filmed."}],
)
FULL["credentialSubject"]["result"] = [{"type": ["Result"], "value": "9", "status": "Completed"}]
SIGNED: dict[str, Document] = {
    "eddsa-rdfc-2022": signed(FULL),
    "Ed25519Signature2020": signed(badge_1_1(), suite="Ed25519Signature2020"),
}
# One character that another of its kind replaces: letters stay letters and digits digits, so that the change is as
# hard to notice as it can be.
TURNS = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")


def turned(char: str) -> str:
    for ring in TURNS:
        if char in ring:
            return ring[(ring.index(char) + 1) % len(ring)]
    return "x" if char != "x" else "y"


def places(text: str) -> Iterator[int]:
    """Every place inside a JSON text where a character of a member name, a string or a number stands."""
    inside = escaped = False
    for place, char in enumerate(text):
        if (inside and not escaped and char not in '"\\') or (not inside and (char.isalnum() or char in "+-.")):
            yield place
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            inside = not inside


@pytest.mark.parametrize("suite", SIGNED)
def test_the_document_that_is_changed_is_accepted(suite: str) -> None:
    assert judged(SIGNED[suite]).verdict == "accepted"


@pytest.mark.parametrize("suite", SIGNED)
def test_every_character_of_the_file_counts(suite: str) -> None:
    text = to_bytes(SIGNED[suite]).decode()
    kept = [
        text[max(0, place - 30) : place + 30]
        for place in places(text)
        if judged((text[:place] + turned(text[place]) + text[place + 1 :]).encode()).verdict in ACCEPTED
    ]
    assert kept == []


@pytest.mark.parametrize("suite", SIGNED)
def test_every_lost_character_of_the_file_counts(suite: str) -> None:
    text = to_bytes(SIGNED[suite]).decode()
    kept = [
        text[max(0, place - 30) : place + 30]
        for place in places(text)
        if judged((text[:place] + text[place + 1 :]).encode()).verdict in ACCEPTED
    ]
    assert kept == []


def leaves(value: JsonValue, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every string in a document."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))


@pytest.mark.parametrize("suite", SIGNED)
@given(data=st.data())
def test_any_other_character_anywhere_in_a_text_is_caught(suite: str, data: st.DataObject) -> None:
    document = json.loads(json.dumps(SIGNED[suite]))
    path = data.draw(st.sampled_from(list(leaves(document))))
    target = document
    for step in path[:-1]:
        target = target[step]
    text = target[path[-1]]
    place = data.draw(st.integers(0, len(text)))
    char = data.draw(st.characters(exclude_categories=["Cs"]))
    how = data.draw(st.sampled_from(["insert", "replace"]))
    new = text[:place] + char + text[place + (how == "replace") :]
    target[path[-1]] = new
    if new != text:
        assert judged(document).verdict not in ACCEPTED, (path, text, new)
