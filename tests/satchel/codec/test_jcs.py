"""satchel.codec.jcs against the vectors of RFC 8785 and a second way to write numbers."""

from __future__ import annotations

import json
import math
import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from satchel.codec import jcs, strictjson
from satchel.errors import CodecError
from satchel.port import JsonValue
from tests.satchel.codec.test_strictjson import JSON_VALUES
from tests.shared import SHARED, needs_shared

VECTORS = SHARED / "vectors" / "rfc8785"
NAMES = sorted(path.stem for path in (VECTORS / "input").glob("*.json"))


@needs_shared
def test_the_vectors_are_at_hand() -> None:
    assert len(NAMES) == 6


@needs_shared
@pytest.mark.parametrize("name", NAMES)
def test_a_vector_of_rfc_8785_gives_its_very_bytes(name: str) -> None:
    value = strictjson.loads((VECTORS / "input" / f"{name}.json").read_bytes())
    encoded = jcs.encode(value)
    assert encoded == (VECTORS / "output" / f"{name}.json").read_bytes()
    assert encoded == bytes.fromhex((VECTORS / "outhex" / f"{name}.txt").read_text())


# RFC 8785 appendix B: the bits of a double and how ECMAScript writes it.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize("bits,text", NUMBERS.items())
def test_a_number_is_written_as_ecmascript_writes_it(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert jcs.encode(number) == text.encode()


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_reads_back_as_itself_and_has_the_exponent_where_ecmascript_has_it(number: float) -> None:
    text = jcs.encode(number).decode()
    assert float(text) == number
    assert ("e" in text) == (number != 0 and not 1e-6 <= abs(number) < 1e21)


@given(JSON_VALUES)
def test_the_canonical_form_reads_back_as_the_value_and_is_its_own_canonical_form(value: JsonValue) -> None:
    assume(not _has_large_float(value))
    encoded = jcs.encode(value)
    again = strictjson.loads(encoded)
    assert again == json.loads(encoded) == value
    assert jcs.encode(again) == encoded


def _has_large_float(value: JsonValue) -> bool:
    """A float of 2^53 and more is written as an integer of the shortest digits, and refused on reading."""
    match value:
        case float():
            return abs(value) >= 2**53
        case list():
            return any(map(_has_large_float, value))
        case dict():
            return any(map(_has_large_float, value.values()))
        case _:
            return False


def test_names_are_sorted_by_utf_16_units_and_not_by_code_points() -> None:
    value: JsonValue = {"\ufb33": 1, "\U0001f600": 2, "a": 3, "\r": 4, "€": 5}
    assert list(json.loads(jcs.encode(value))) == ["\r", "a", "€", "\U0001f600", "\ufb33"]


def test_the_order_of_members_does_not_matter_and_that_of_items_does() -> None:
    assert jcs.encode({"b": 1, "a": [2, 1]}) == jcs.encode({"a": [2, 1], "b": 1}) == b'{"a":[2,1],"b":1}'
    assert jcs.encode([1, 2]) != jcs.encode([2, 1])


def test_true_is_not_one_and_one_is_not_a_float() -> None:
    assert jcs.encode([True, 1, 1.0, False, 0, None]) == b"[true,1,1,false,0,null]"


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        2**53 + 1,
        -(2**53) - 1,
        "\ud800",
        {"\udc00": 1},
        {"a": {1, 2}},
        {1: "a"},
        b"bytes",
        (1, 2),
    ],
    ids=repr,
)
def test_what_is_no_json_value_has_no_canonical_form(value: JsonValue) -> None:
    with pytest.raises(CodecError) as caught:
        jcs.encode([value])
    assert caught.value.code == "codec.jcs"


def test_a_value_nested_too_deep_is_refused_without_a_recursion_error() -> None:
    value: JsonValue = 1
    for _ in range(strictjson.DEPTH_LIMIT):
        value = [value]
    assert jcs.encode(value) == b"[" * 64 + b"1" + b"]" * 64
    for _ in range(10_000):
        value = {"a": value}
    with pytest.raises(CodecError) as caught:
        jcs.encode(value)
    assert caught.value.code == "codec.jcs"
