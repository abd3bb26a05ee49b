"""What one half of a codec writes the other half reads back, and nothing but what it writes."""

from __future__ import annotations

import base64
import gzip
import json
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from satchel.codec import base, bits, jcs, strictjson
from satchel.errors import CodecError, Malformed, SatchelError
from satchel.port import JsonObject, JsonValue

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
# Between 2^53 and 10^21 a double is written as an integer, and such an integer is refused by the strict reader.
doubles = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not 2**53 < abs(x) < 1e21)
numbers = st.integers(-(2**53), 2**53) | doubles
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(st.binary(max_size=80))
def test_base58_reads_back_what_it_wrote(data: bytes) -> None:
    assert base.base58_decode(base.base58_encode(data)) == data


@given(st.text(BASE58, max_size=80))
def test_every_base58_text_is_the_only_text_of_its_bytes(text: str) -> None:
    assert base.base58_encode(base.base58_decode(text)) == text


@given(st.text(max_size=20))
def test_a_text_outside_the_base58_alphabet_is_refused(text: str) -> None:
    assume(set(text) - set(BASE58))
    with pytest.raises(CodecError) as refused:
        base.base58_decode(text)
    assert refused.value.code == "codec.base58"


@given(st.binary(max_size=200))
def test_base64url_reads_back_what_it_wrote(data: bytes) -> None:
    text = base.base64url_encode(data)
    assert text == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    assert base.base64url_decode(text) == data


@given(st.text("ABCDwxyz0189-_+/= \n", max_size=12))
@example("AB==")
@example("AB")
@example("A")
def test_a_base64url_text_is_refused_or_is_the_only_text_of_its_bytes(text: str) -> None:
    try:
        data = base.base64url_decode(text)
    except CodecError as refused:
        assert refused.code == "codec.base64url"
        return
    assert base.base64url_encode(data) == text


@given(st.binary(max_size=60), st.sampled_from("zu"))
def test_multibase_reads_back_what_it_wrote(data: bytes, prefix: str) -> None:
    assume(data)
    text = base.multibase_encode(data, prefix)
    assert text[0] == prefix
    assert base.multibase_decode(text, allowed=prefix) == data
    other = "u" if prefix == "z" else "z"
    with pytest.raises(CodecError) as refused:
        base.multibase_decode(text, allowed=other)
    assert refused.value.code == "codec.multibase"


@given(st.integers(0, 2**63 - 1), st.binary(max_size=4))
def test_varint_reads_back_what_it_wrote_and_leaves_the_rest(number: int, rest: bytes) -> None:
    assert base.varint_decode(base.varint_encode(number) + rest) == (number, rest)


@given(st.binary(max_size=12))
@example(b"\x80\x00")
@example(b"\xff" * 10)
def test_a_varint_is_refused_or_is_the_shortest_of_its_number(data: bytes) -> None:
    try:
        number, rest = base.varint_decode(data)
    except CodecError as refused:
        assert refused.code == "codec.varint"
        return
    assert base.varint_encode(number) + rest == data


@given(st.binary(max_size=5000))
def test_inflate_reads_back_what_deflate_wrote_and_so_does_gzip(data: bytes) -> None:
    packed = bits.deflate(data)
    assert packed == bits.deflate(data)
    assert gzip.decompress(packed) == data
    assert bits.inflate(packed, limit_bytes=len(data)) == data


@given(st.binary(min_size=1, max_size=5000))
def test_inflate_stops_one_byte_before_the_end(data: bytes) -> None:
    with pytest.raises(CodecError) as refused:
        bits.inflate(bits.deflate(data), limit_bytes=len(data) - 1)
    assert refused.value.code == "codec.inflate_limit"


@given(st.binary(min_size=1, max_size=400), st.data())
def test_one_changed_byte_of_compressed_data_never_gives_other_data(data: bytes, draw: st.DataObject) -> None:
    packed = bytearray(bits.deflate(data))
    place = draw.draw(st.integers(0, len(packed) - 1))
    packed[place] ^= draw.draw(st.integers(1, 255))
    try:
        assert bits.inflate(bytes(packed), limit_bytes=len(data)) == data  # a byte of the header that means nothing
    except CodecError as refused:
        assert refused.code in {"codec.inflate", "codec.inflate_limit"}


@given(st.binary(min_size=8, max_size=64), st.sampled_from([1, 2, 4, 8]), st.data())
def test_a_bit_field_is_put_where_it_is_read_and_nowhere_else(data: bytes, size: int, draw: st.DataObject) -> None:
    count = len(data) * 8 // size
    index = draw.draw(st.integers(0, count - 1))
    value = draw.draw(st.integers(0, 2**size - 1))
    changed = bytearray(data)
    bits.put(changed, index, value, size)
    shown = "".join(f"{byte:08b}" for byte in changed)  # most significant bit first: index 0 is left-most
    assert shown[index * size : (index + 1) * size] == f"{value:0{size}b}"
    for place in range(count):
        assert bits.get(bytes(changed), place, size) == (value if place == index else bits.get(data, place, size))


@given(values)
def test_canonical_json_is_read_back_as_the_same_value(value: JsonValue) -> None:
    encoded = jcs.encode(value)
    again = strictjson.loads(encoded)
    assert again == value
    assert jcs.encode(again) == encoded


@given(st.dictionaries(texts, st.integers(0, 9), max_size=6), st.randoms())
def test_canonical_json_does_not_depend_on_the_order_of_members(value: JsonObject, random: Random) -> None:
    members = list(value.items())
    random.shuffle(members)
    assert jcs.encode(dict(members)) == jcs.encode(value)


@given(values)
def test_the_strict_reader_agrees_with_the_library_on_what_is_plain_json(value: JsonValue) -> None:
    raw = json.dumps(value, ensure_ascii=False).encode()
    assert strictjson.loads(raw) == json.loads(raw) == value


tokens = st.lists(
    st.sampled_from(
        [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            '"a"',
            '"b"',
            '"\\u0061"',
            '"\\ud800"',
            '"\\ud83d\\ude00"',
            "1",
            "-0",
            "1e400",
            "01",
            "+1",
            ".5",
            "NaN",
            "-Infinity",
            "true",
            "null",
            "nul",
            " ",
            "\n",
            "/**/",
            '"',
            "\\",
            "\u2028",
            "\x00",
        ]
    ),
    max_size=14,
).map("".join)


@given(tokens)
def test_the_strict_reader_never_takes_what_the_library_refuses_and_never_crashes(text: str) -> None:
    raw = text.encode()
    try:
        value = strictjson.loads(raw)
    except Malformed as refused:
        assert refused.code.startswith("parse.")
        return
    assert json.loads(raw) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_as_malformed(raw: bytes) -> None:
    try:
        strictjson.parse(raw)
    except SatchelError as refused:
        assert isinstance(refused, Malformed)
