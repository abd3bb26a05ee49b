"""Whatever the bytes are, reading gives an envelope that keeps them, and judging gives a report."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.codec import base
from satchel.credential import bake, read
from tests.attack.forge import badge, judged, signed, to_bytes
from tests.attack.test_image import png, svg
from verifier.report import to_text

GOOD = to_bytes(signed(badge()))
SEEDS: dict[str, bytes] = {
    "json": GOOD,
    "png": bake.bake(png(), GOOD),
    "svg": bake.bake(svg("<g/>"), GOOD),
    "jwt": b".".join(base.base64url_encode(part).encode() for part in (b'{"alg":"EdDSA"}', GOOD, b"s" * 64)),
    "sd-jwt": b"eyJhbGciOiJub25lIn0.eyJfc2QiOltdfQ.eA~WyJhIiwiYiIsImMiXQ~",
}
edits = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "cut", "repeat"]), st.floats(0, 1), st.binary(max_size=6)
    ),
    min_size=1,
    max_size=4,
)


def edited(raw: bytes, changes: list[tuple[str, float, bytes]]) -> bytes:
    for how, where, piece in changes:
        at = int(where * len(raw))
        match how:
            case "replace":
                raw = raw[:at] + piece + raw[at + len(piece) :]
            case "insert":
                raw = raw[:at] + piece + raw[at:]
            case "delete":
                raw = raw[:at] + raw[at + len(piece) + 1 :]
            case "cut":
                raw = raw[:at]
            case _:
                raw = raw[:at] + raw[at : at + 200] * 2 + raw[at + 200 :]
    return raw


def check(raw: bytes) -> None:
    envelope = read.read(raw, name="any")
    assert envelope.raw == raw
    assert envelope.digest == hashlib.sha256(raw).hexdigest()
    assert (envelope.value is None) or envelope.fault is None
    to_text(judged(raw), 80)


@given(st.binary(max_size=200))
def test_any_bytes_have_a_report(raw: bytes) -> None:
    check(raw)


@pytest.mark.parametrize("kind", SEEDS)
@given(changes=edits)
def test_an_edited_file_of_a_known_kind_has_a_report(kind: str, changes: list[tuple[str, float, bytes]]) -> None:
    check(edited(SEEDS[kind], changes))


@pytest.mark.parametrize("kind", SEEDS)
def test_every_beginning_of_a_file_of_a_known_kind_has_a_report(kind: str) -> None:
    raw = SEEDS[kind]
    for end in range(0, len(raw), max(1, len(raw) // 120)):
        check(raw[:end])
