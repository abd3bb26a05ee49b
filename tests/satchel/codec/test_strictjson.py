"""satchel.codec.strictjson: what is read, and with which code everything else is refused."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.codec import strictjson
from satchel.errors import Malformed
from tests.shared import SHARED, needs_shared

HALF_PAIR = chr(92) + "ud83d"

REFUSED = {
    "empty": (b"", "parse.empty"),
    "white space alone": (b" \r\n\t", "parse.empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "parse.empty"),
    "cut in an object": (b'{"a":', "parse.not_json"),
    "cut in a text": (b'{"a":"b', "parse.not_json"),
    "two documents": (b"{}{}", "parse.not_json"),
    "two documents on two lines": (b"{}\n{}", "parse.not_json"),
    "a trailing comma": (b'{"a":1,}', "parse.not_json"),
    "a comment": (b'{"a":1} // x', "parse.not_json"),
    "single quotes": (b"{'a':1}", "parse.not_json"),
    "a name without quotes": (b"{a:1}", "parse.not_json"),
    "HTML": (b"<!doctype html><p>hello", "parse.not_json"),
    "a control character in a text": (b'["\x01"]', "parse.not_json"),
    "a raw newline in a text": (b'["a\nb"]', "parse.not_json"),
    "a null byte behind": (b"{}\x00", "parse.not_json"),
    "an unknown escape": (rb'["\x41"]', "parse.not_json"),
    "a hexadecimal number": (b"[0x10]", "parse.not_json"),
    "a plus sign": (b"[+1]", "parse.not_json"),
    "a leading zero": (b"[01]", "parse.not_json"),
    "a number without whole part": (b"[.5]", "parse.not_json"),
    "a number without fraction": (b"[1.]", "parse.not_json"),
    "a second byte order mark": (b"\xef\xbb\xbf\xef\xbb\xbf{}", "parse.not_json"),
    "UTF-16 without a mark": ('{"a":1}'.encode("utf-16-le"), "parse.not_json"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "parse.not_utf8"),
    "latin-1": ('{"a":"é"}'.encode("latin-1"), "parse.not_utf8"),
    "overlong": (b'{"a":"\xc0\xaf"}', "parse.not_utf8"),
    "CESU-8": (b'{"a":"\xed\xa0\xbd\xed\xb8\x80"}', "parse.not_utf8"),
    "a surrogate as UTF-8": (b'{"a":"\xed\xa0\x80"}', "parse.not_utf8"),
    "beyond Unicode": (b'{"a":"\xf4\x90\x80\x80"}', "parse.not_utf8"),
    "NaN": (b'{"a":NaN}', "parse.number"),
    "Infinity": (b"[Infinity]", "parse.number"),
    "minus Infinity": (b"[-Infinity]", "parse.number"),
    "a float beyond the doubles": (b"[1e400]", "parse.number"),
    "a float of many digits": (b"[0." + b"1" * 1000 + b"]", "parse.number"),
    "2^53 + 1": (b"[9007199254740993]", "parse.number"),
    "-2^53 - 1": (b"[-9007199254740993]", "parse.number"),
    "a hundred thousand digits": (b"[" + b"9" * 100_000 + b"]", "parse.number"),
    "half a pair, high": (rb'{"a":"\ud83d"}', "parse.surrogate"),
    "half a pair, low": (rb'{"a":"\uDE00"}', "parse.surrogate"),
    "half a pair in a name": (rb'{"\ud800":1}', "parse.surrogate"),
    "a pair the wrong way round": (rb'["\ude00\ud83d"]', "parse.surrogate"),
    "half a pair deep inside": (rb'{"a":[{"b":["x","\ud83dy"]}]}', "parse.surrogate"),
    "the same member twice": (b'{"issuer":1,"issuer":2}', "parse.duplicate_key"),
    "the same member twice with the same value": (b'{"a":1,"a":1}', "parse.duplicate_key"),
    "the same member once escaped": (rb'{"issuer":1,"iss\u0075er":2}', "parse.duplicate_key"),
    "the same member twice inside": (b'{"a":[{"proof":{},"b":0,"proof":{}}]}', "parse.duplicate_key"),
    "65 levels": (b"[" * 65 + b"]" * 65, "parse.too_deep"),
    "65 levels of objects": (b'{"a":' * 65 + b"1" + b"}" * 65, "parse.too_deep"),
    "5,000 levels": (b"[" * 5000 + b"]" * 5000, "parse.too_deep"),
    "a million open brackets": (b"[" * 1_000_000, "parse.too_deep"),
    "levels behind an escaped quote": (rb'["\"",' + b"[" * 70 + b"]" * 71, "parse.too_deep"),
    "levels behind a text of a backslash": (rb'["\\",' + b"[" * 70 + b"]" * 71, "parse.too_deep"),
    "levels behind brackets in texts": (b'["]]]]",' + b"[" * 70 + b"]" * 71, "parse.too_deep"),
    "16 MiB": (b" " * (16 * 1024 * 1024), "parse.too_large"),
}


@pytest.mark.parametrize("raw,code", REFUSED.values(), ids=REFUSED.keys())
def test_malformed_text_is_refused_with_its_own_code(raw: bytes, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        strictjson.parse(raw)
    assert caught.value.code == code
    assert caught.value.next_step


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 8_000_000,
        b'{"a":' * 1_000_000,
        b'"[]' * 2_000_000,
        b'"' * 8_000_000,
        b"\\" * 8_000_000,
        b"9" * 8_000_000,
        b"[" + b"0." + b"1" * 8_000_000 + b"]",
        b"[" + b"1e" + b"9" * 8_000_000 + b"]",
        b'{"' + b"k" * 8_000_000 + b'":1,',
        b'{"a":"' + rb"\ud800" * 1_000_000 + b'"}',
        b"[" * 64 + b"]" * 64 + b"[]" * 2_000_000,
    ],
    ids=[
        "brackets",
        "objects",
        "broken texts",
        "quotes",
        "backslashes",
        "digits",
        "fraction",
        "exponent",
        "long name",
        "halves",
        "flat",
    ],
)
def test_no_text_of_the_largest_size_takes_long_to_refuse(raw: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(Malformed):
        strictjson.parse(raw)
    assert time.perf_counter() - start < 5


def test_a_member_named_twice_is_named_and_its_name_cannot_write_to_the_terminal() -> None:
    with pytest.raises(Malformed) as caught:
        strictjson.parse(rb'{"a\u001b[2J":1,"b":2,"a\u001b[2J":3}')
    assert caught.value.details["member"] == "a\x1b[2J"
    assert "\x1b" not in caught.value.message


def test_a_byte_order_mark_is_reported_and_is_no_part_of_the_value() -> None:
    assert strictjson.parse(b'\xef\xbb\xbf{"a":1}') == strictjson.Parsed(value={"a": 1}, bom=True)
    assert strictjson.parse(b'{"a":1}') == strictjson.Parsed(value={"a": 1}, bom=False)


@pytest.mark.parametrize(
    "raw,value",
    [
        (b"null", None),
        (b"true", True),
        (b"[]", []),
        (b' "x" ', "x"),
        (b"9007199254740992", 2**53),
        (b"-9007199254740992", -(2**53)),
        (b"-0", 0),
        (b"1e3", 1000.0),
        (b"5e-324", 5e-324),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\\ud83d"', HALF_PAIR),
        (b'"\x7f"', "\x7f"),
        (b'{"a":{"a":1},"b":{"a":1}}', {"a": {"a": 1}, "b": {"a": 1}}),
        (b'{"__proto__":1,"":2}', {"__proto__": 1, "": 2}),
    ],
)
def test_every_json_value_may_stand_at_the_top(raw: bytes, value: object) -> None:
    read = strictjson.loads(raw)
    assert read == value
    assert type(read) is type(value)


def test_64_levels_are_read_also_beside_many_brackets_in_texts() -> None:
    raw = b"[" * 63 + b'["[[[[[[\\"[[[[", "' + b"{" * 200 + b'"]' + b"]" * 63
    assert json.loads(raw) == strictjson.loads(raw)


def test_many_flat_objects_are_not_deep() -> None:
    raw = b"[" + b",".join([b'{"a":[1]}'] * 1000) + b"]"
    assert strictjson.loads(raw) == [{"a": [1]}] * 1000


def test_the_limit_of_bytes_is_the_callers() -> None:
    assert strictjson.loads(b"[1]", limit_bytes=3) == [1]
    with pytest.raises(Malformed) as caught:
        strictjson.loads(b"[10]", limit_bytes=3)
    assert caught.value.code == "parse.too_large"


@pytest.mark.parametrize("raw", [b"[]", b"null", b"1", b'"x"', b"true"])
def test_what_must_be_an_object_is_refused_as_anything_else(raw: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        strictjson.load_object(raw)
    assert caught.value.code == "parse.not_object"


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=30,
)


@given(JSON_VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_every_sound_value_is_read_as_the_standard_library_reads_it(
    value: object, ascii_only: bool, indent: int | None
) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert strictjson.loads(raw) == value


TOKENS = [*'[]{}:,"\\ ', "\n", "1", "-", ".", "e", "a", "null", "tru", '"a"', '"\\"', "\\u005b", '""', '{"a":', "[[["]


@given(st.lists(st.sampled_from(TOKENS), max_size=40).map("".join), st.integers(0, 3))
def test_any_text_is_read_as_the_standard_library_reads_it_or_refused(text: str, levels: int) -> None:
    raw = ("[" * (levels * 30) + text + "]" * (levels * 30)).encode()
    try:
        mine: object = strictjson.loads(raw)
    except Malformed:
        return
    assert json.loads(raw) == mine


@given(
    st.integers(1, 130), st.lists(st.sampled_from(['"[[["', '"\\\\"', '"\\"["', '""', "1", '{"]":"}"}']), max_size=5)
)
def test_the_depth_that_is_counted_is_the_depth_that_is_there(depth: int, items: list[str]) -> None:
    inside = ",".join(items)
    raw = ("[" * depth + inside + "]" * depth).encode()
    deepest = depth + any(item.startswith("{") for item in items)
    if deepest <= strictjson.DEPTH_LIMIT:
        assert strictjson.loads(raw) == json.loads(raw)
    else:
        with pytest.raises(Malformed) as caught:
            strictjson.loads(raw)
        assert caught.value.code == "parse.too_deep"


@needs_shared
def test_every_real_credential_is_read_as_the_standard_library_reads_it() -> None:
    read, refused = 0, []
    for path in sorted((SHARED / "data" / "signed").rglob("*.json")):
        raw = path.read_bytes()
        try:
            theirs = json.loads(raw.decode("utf-8-sig"))
        except ValueError:
            refused.append(path.name)
            with pytest.raises(Malformed):
                strictjson.loads(raw)
            continue
        assert strictjson.loads(raw) == theirs, path
        read += 1
    assert read > 100
    assert len(refused) < 5


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"a": 1, "b": {"z":1,  "a":[ 2 ]}}', b'{"z":1,  "a":[ 2 ]}'),
        (b'\xef\xbb\xbf \n{ "b" : "\\u00e9\xc3\xa9 }{" }\r\n', b'"\\u00e9\xc3\xa9 }{"'),
        (b'{"x": {"b": 1}, "y": ["b", 2], "b":-1.50e1}', b"-1.50e1"),
        (b'{"\\u0062": true}', b"true"),
        (b'{"a": "b"}', None),
        (b"{}", None),
        (b"{ }", None),
    ],
)
def test_a_member_is_given_byte_for_byte(raw: bytes, found: bytes | None) -> None:
    assert strictjson.member(raw, "b") == found


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"[]", "parse.not_object"), (b'{"b": 1, "b": 2}', "parse.duplicate_key"), (b'{"b": 1} x', "parse.not_json")],
)
def test_a_member_is_taken_from_strict_json_only(raw: bytes, code: str) -> None:
    with pytest.raises(Malformed) as fault:
        strictjson.member(raw, "b")
    assert fault.value.code == code
