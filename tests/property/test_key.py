"""Keys, DIDs, status lists and baked pictures are read back as they were written, and broken ones are refused."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from did.create import did_key, did_key_method, did_web
from did.method import web
from did.syntax import parse
from satchel.codec import base
from satchel.credential import bake, status
from satchel.errors import BakeError, DidError, KeyFault, SatchelError
from satchel.key import multikey
from satchel.key.private import PrivateKey

seeds = st.binary(min_size=32, max_size=32)


@given(seeds, st.binary(max_size=100))
def test_a_key_reads_back_from_its_texts_and_signs_the_same(seed: bytes, message: bytes) -> None:
    key = PrivateKey.from_seed(seed)
    again = PrivateKey.from_secret_multikey(key.secret_multikey())
    assert multikey.decode(multikey.encode(key.public())) == key.public() == again.public()
    assert key.sign(message) == again.sign(message)
    assert key.public().verify(message, key.sign(message))
    assert "***" in repr(key) and seed.hex() not in repr(key)


@given(seeds, st.binary(min_size=1, max_size=60), st.data())
def test_one_changed_bit_of_message_or_signature_is_no_signature(
    seed: bytes, message: bytes, draw: st.DataObject
) -> None:
    key = PrivateKey.from_seed(seed)
    signature = key.sign(message)
    bit = draw.draw(st.integers(0, 8 * (len(message) + len(signature)) - 1))
    whole = bytearray(message + signature)
    whole[bit // 8] ^= 1 << bit % 8
    assert not key.public().verify(bytes(whole[: len(message)]), bytes(whole[len(message) :]))


@given(st.binary(max_size=40))
def test_any_bytes_are_a_multikey_that_writes_back_the_same_or_are_refused(raw: bytes) -> None:
    text = base.multibase_encode(raw, "z") if raw else "z"
    try:
        key = multikey.decode(text)
    except KeyFault as refused:
        assert refused.code.startswith("key.")
        return
    assert multikey.encode(key) == text


@given(seeds)
def test_a_did_key_is_read_back_as_its_key(seed: bytes) -> None:
    key = PrivateKey.from_seed(seed).public()
    did = did_key(key)
    assert multikey.decode(parse(did).id) == key
    assert did_key_method(did) == f"{did}#{parse(did).id}"


labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=10)


@given(st.lists(labels, min_size=1, max_size=3), st.lists(labels, max_size=3), st.none() | st.integers(1024, 65535))
def test_a_did_web_leads_to_the_document_of_its_origin(host: list[str], path: list[str], port: int | None) -> None:
    origin = "https://" + ".".join([*host, "example"]) + (f":{port}" if port else "")
    did = did_web(origin, "/".join(path))
    tail = "/".join(path) if path else ".well-known"
    assert web.url_of(did) == f"{origin}/{tail}/did.json"
    assert parse(did).did == did


@given(st.text(max_size=40))
def test_any_text_is_a_did_web_with_an_https_url_or_is_refused(text: str) -> None:
    try:
        url = web.url_of(f"did:web:{text}")
    except DidError as refused:
        assert refused.code.startswith("did.")
        return
    assert url.startswith("https://") and url.endswith("/did.json")
    assert "@" not in url and "\\" not in url and ".." not in url.split("/")


@given(st.sets(st.integers(0, 131_071), max_size=40))
def test_a_status_list_is_read_back_bit_for_bit(indexes: set[int]) -> None:
    data = bytearray(131_072 // 8)
    for index in indexes:
        data[index // 8] |= 0x80 >> index % 8
    assert status.decode(status.encode(bytes(data))) == bytes(data)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + chunk(b"IEND", b"")
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><!-- picture --><g/></svg>'
payloads = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(
    lambda text: b'{"name":' + _quoted(text) + b"}"
)


def _quoted(text: str) -> bytes:
    import json

    return json.dumps(text, ensure_ascii=False).encode()


@pytest.mark.parametrize("image", [PNG, SVG], ids=["png", "svg"])
@given(payload=payloads)
def test_a_baked_payload_comes_out_byte_for_byte(image: bytes, payload: bytes) -> None:
    assume(image is PNG or not any(char in payload.decode() for char in "\ufffe\uffff"))
    baked = bake.bake(image, payload)
    assert bake.unbake(baked) == payload
    again = bake.bake(baked, b'{"name":"second"}')
    assert bake.unbake(again) == b'{"name":"second"}'
    assert payload not in again or payload == b'{"name":"second"}'


@pytest.mark.parametrize("image", [PNG, SVG], ids=["png", "svg"])
@given(data=st.data())
def test_one_changed_byte_of_a_picture_never_crashes_and_a_png_notices_it(image: bytes, data: st.DataObject) -> None:
    baked = bytearray(bake.bake(image, b'{"name":"Knots"}'))
    place = data.draw(st.integers(0, len(baked) - 1))
    baked[place] ^= data.draw(st.integers(1, 255))
    try:
        got = bake.unbake(bytes(baked))
    except SatchelError as refused:
        assert isinstance(refused, BakeError)
        return
    assert got == b'{"name":"Knots"}' or image is SVG
