from __future__ import annotations

import pytest

from satchel.credential.carrier import Carried, choose
from satchel.errors import BakeError

NEW, OTHER, OLD = (
    Carried(generation="ob3", payload=b"new"),
    Carried(generation="ob3", payload=b"other"),
    Carried(generation="ob2", payload=b"old"),
)


def test_one_credential_is_chosen_without_notes() -> None:
    assert choose([NEW], has_trailing_bytes=False).notes == ()
    assert choose([OLD], has_trailing_bytes=False).payload == b"old"


def test_everything_a_reader_should_be_told_is_noted_at_once() -> None:
    baked = choose([NEW, OLD, NEW], has_trailing_bytes=True)
    assert baked.payload == b"new"
    assert baked.notes == ("parse.baked_twice", "parse.also_ob2", "parse.trailing_bytes")


@pytest.mark.parametrize("found", [[NEW, OTHER], [OTHER, NEW, NEW], [OLD, NEW, OTHER]])
def test_credentials_that_differ_are_refused_in_any_order(found: list[Carried]) -> None:
    with pytest.raises(BakeError) as refused:
        choose(found, has_trailing_bytes=False)
    assert refused.value.code == "bake.several"


def test_an_image_that_carries_none_is_refused() -> None:
    with pytest.raises(BakeError) as refused:
        choose([], has_trailing_bytes=True)
    assert refused.value.code == "bake.none"
