from __future__ import annotations

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from satchel.credential import bake
from satchel.errors import BakeError
from tests.shared import SHARED, needs_shared

from . import pictures
from .pictures import CREDENTIAL, JWS

SAMPLES = SHARED / "data/signed/1edtech-validator/ob30"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
PART = st.text("abcXYZ019-_", min_size=1, max_size=40)


@pytest.mark.parametrize("image", [pictures.png(), pictures.svg()], ids=["png", "svg"])
@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(value=st.dictionaries(st.text(max_size=8), JSON, max_size=5), indent=st.sampled_from([None, 1, "\t"]))
def test_any_json_object_comes_out_as_it_went_in(image: bytes, value: dict[str, object], indent: int | None) -> None:
    payload = json.dumps(value, indent=indent, ensure_ascii=False).encode()
    # XML cannot carry U+FFFE and U+FFFF; test_svg asserts the refusal.
    assume(not any(char in payload.decode() for char in "\ufffe\uffff"))
    assert bake.unbake(bake.bake(image, payload)) == payload


@pytest.mark.parametrize("image", [pictures.png(), pictures.svg()], ids=["png", "svg"])
@settings(max_examples=30, derandomize=True, database=None, deadline=None)
@given(parts=st.tuples(PART, PART, PART), earlier=st.sampled_from([JWS, CREDENTIAL]))
def test_any_token_replaces_what_was_there(image: bytes, parts: tuple[str, str, str], earlier: bytes) -> None:
    payload = ".".join(parts).encode()
    assert bake.unbake(bake.bake(bake.bake(image, earlier), payload)) == payload
    assert bake.bake(bake.bake(image, earlier), payload) == bake.bake(image, payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b'"text"',
        b"{",
        b"not json",
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b"\xef\xbb\xbf{}",
        b'{"a": "\xff"}',
        b"a.b",
        b"a.b.c.d",
        b"a.b.",
        b"a.b.c\n",
        b"a.b=.c",
    ],
)
def test_a_payload_that_is_no_credential_is_refused(payload: bytes) -> None:
    with pytest.raises(BakeError) as refused:
        bake.bake(pictures.png(), payload)
    assert refused.value.code == "bake.payload"


@pytest.mark.parametrize("image", [b"", b"\xff\xd8\xff\xe0 JPEG", b"GIF89a", b"{}", b"%PDF-1.7", b"PK\x03\x04"])
def test_another_kind_of_file_is_refused(image: bytes) -> None:
    for work in (lambda: bake.bake(image, CREDENTIAL), lambda: bake.unbake(image)):
        with pytest.raises(BakeError) as refused:
            work()
        assert refused.value.code == "bake.format"


@needs_shared
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_samples_of_another_vendor_are_read(kind: str) -> None:
    assert json.loads(bake.unbake((SAMPLES / f"simple-json.{kind}").read_bytes()))["type"] == [
        "VerifiableCredential",
        "OpenBadgeCredential",
    ]
    for name in ("simple-jwt", "simple-jwt_v1"):
        assert bake.unbake((SAMPLES / f"{name}.{kind}").read_bytes()).count(b".") == 2


@needs_shared
@pytest.mark.parametrize("name", ["simple-json.png", "simple-json.svg", "simple-jwt.png", "simple-jwt.svg"])
def test_the_samples_of_another_vendor_can_be_baked_again(name: str) -> None:
    image = (SAMPLES / name).read_bytes()
    again = bake.bake(image, CREDENTIAL)
    assert bake.unbake(again) == CREDENTIAL
    assert bake.bake(bake.bake(again, JWS), CREDENTIAL) == again
