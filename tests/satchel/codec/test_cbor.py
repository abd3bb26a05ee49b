"""satchel.codec.cbor: one form out, one reading in; cbor2 and the examples of RFC 8949 as judges."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.codec import cbor
from satchel.codec.cbor import Tagged, decode, encode
from satchel.errors import CodecError

# RFC 8949 appendix A, the rows that are read here.
EXAMPLES: list[tuple[Any, str]] = [
    (0, "00"),
    (1, "01"),
    (10, "0a"),
    (23, "17"),
    (24, "1818"),
    (25, "1819"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"),
    (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"),
    (-10, "29"),
    (-100, "3863"),
    (-1000, "3903e7"),
    (False, "f4"),
    (True, "f5"),
    (None, "f6"),
    (b"", "40"),
    (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"),
    ("IETF", "6449455446"),
    ('"\\', "62225c"),
    ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"),
    ("\U00010151", "64f0908591"),
    ([], "80"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
    ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
    ([*range(1, 26)], "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
]


@pytest.mark.parametrize(("value", "data"), EXAMPLES, ids=lambda value: repr(value)[:20])
def test_the_examples_of_the_rfc_are_read_and_written(value: Any, data: str) -> None:
    assert encode(value).hex() == data
    read = decode(bytes.fromhex(data))
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("value", "data"), [(1.5, "f93e00"), (1.1, "fb3ff199999999999a"), (100000.0, "fa47c35000")])
def test_floats_are_read_and_not_written(value: float, data: str) -> None:
    assert decode(bytes.fromhex(data)) == value
    with pytest.raises(CodecError):
        encode(value)


# RFC 8949 §4.2.1: by the bytes of the encoded key, which is not the older order by length first.
def test_keys_stand_in_the_order_of_their_bytes() -> None:
    value: Any = {10: 1, 100: 2, -1: 3, "z": 4, "aa": 5, b"x": 6}
    assert encode(value).hex() == "a60a0118640220034178" + "06" + "617a04" + "62616105"
    assert decode(encode(value)) == value


KEYS = st.integers(-(2**64), 2**64 - 1) | st.text(max_size=5) | st.binary(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_a_value_reads_back_and_cbor2_reads_the_same(value: Any) -> None:
    data = encode(value)
    assert decode(data) == value
    assert cbor2.loads(data) == value
    assert len(data) == len(cbor2.dumps(value))


@given(st.binary(max_size=40))
def test_any_bytes_are_read_in_one_way_or_refused(data: bytes) -> None:
    try:
        value = decode(data, tags=frozenset((18,)))
    except CodecError as fault:
        assert fault.code == "codec.cbor"
        return
    try:
        again = encode(value)
    except CodecError:
        return  # a float
    assert sorted(again) == sorted(data)  # the same items; only the order of keys may differ


@pytest.mark.parametrize(
    "data",
    [
        "",
        "18",
        "1801",
        "1817",
        "190001",
        "1900ff",
        "1a0000ffff",
        "1b00000000ffffffff",
        "3800",
        "5801ff",
        "61",
        "4401",
        "61ff",
        "62c328",
        "63eda080",
        "0000",
        "80a0",
        "8101ff",
        "82",
        "9f01ff",
        "5f4101ff",
        "7f6161ff",
        "bf6161 01ff",
        "ff",
        "1c",
        "fc",
        "a1",
        "a101",
        "a201020103",
        "a2616101616102",
        "a241010241 0103",
        "a201021801 03",
        "a18001",
        "a1a001",
        "a1f401",
        "a1c06161 01",
        "a1f93c0001",
        "c06161",
        "c11a514b67b0",
        "c249010000000000000000",
        "d81c80",
        "d81d00",
        "d9010081 01",
        "d28443a10126a0f640",
        "f7",
        "f0",
        "f800",
        "f814",
        "f8ff",
        "5bffffffffffffffff",
        "9bffffffffffffffff",
        "bb7fffffffffffffff",
        "9a00ffffff",
    ],
)
def test_what_two_readers_could_read_in_two_ways_is_refused(data: str) -> None:
    with pytest.raises(CodecError) as caught:
        decode(bytes.fromhex(data))
    assert caught.value.code == "codec.cbor"


def test_only_the_listed_tags_are_read() -> None:
    value = Tagged(18, [b"\xa1\x01\x26", {}, None, b""])
    data = encode(value)
    assert data.hex() == "d28443a10126a0f640"
    assert decode(data, tags=frozenset((18,))) == value
    assert decode(encode([value]), tags=frozenset((18,))) == [value]
    with pytest.raises(CodecError):
        decode(data, tags=frozenset((61,)))
    # A tag that the engine would turn into something else is refused also when it is listed.
    with pytest.raises(CodecError):
        decode(bytes.fromhex("c11a514b67b0"), tags=frozenset((1,)))


def test_depth_size_and_count_are_bounded() -> None:
    deep = b"\x81" * cbor.DEPTH_LIMIT + b"\x00"
    decode(deep)
    for data in (b"\x81" + deep, b"\x81" * 1_000_000, b"\xd2" * 100_000, b"\xa1\x00" * 100_000):
        with pytest.raises(CodecError):
            decode(data, tags=frozenset((18,)))
    with pytest.raises(CodecError):
        decode(encode(b"x" * 100), limit_bytes=100)
    decode(encode(b"x" * 98), limit_bytes=100)
    with pytest.raises(CodecError):
        decode(b"\x9a\x00\x02\x00\x00" + b"\x00" * 2**17)


@pytest.mark.parametrize("value", [2**64, -(2**64) - 1, 1.0, float("nan"), (1, 2), {1.5: 1}])
def test_what_has_no_one_form_is_not_written(value: Any) -> None:
    with pytest.raises(CodecError):
        encode(value)
