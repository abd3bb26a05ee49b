from __future__ import annotations

import pytest

from satchel.credential.read import read
from tests.attack.forge import badge, signed, to_bytes
from verifier.facet import parse

GOOD = to_bytes(signed(badge()))


def test_a_readable_file_passes() -> None:
    found = parse.facet(read(GOOD))
    assert (found.outcome, found.code) == ("pass", "parse.ok")


@pytest.mark.parametrize(("raw", "code"), [(b"", "parse.empty"), (b"hello", "parse.not_credential")])
def test_the_fault_of_the_envelope_is_the_facets_code(raw: bytes, code: str) -> None:
    found = parse.facet(read(raw))
    assert (found.outcome, found.code) == ("fail", code)


def test_a_note_of_the_envelope_warns_and_stands_in_the_details() -> None:
    found = parse.facet(read(b"\xef\xbb\xbf" + GOOD))
    assert (found.outcome, found.code, found.details) == ("warn", "parse.bom", {"notes": ["parse.bom"]})
