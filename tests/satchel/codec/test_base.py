"""satchel.codec.base: one spelling per value, with `multiformats` as oracle."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multiformats import multibase, varint

from satchel.codec import base
from satchel.errors import CodecError


@given(st.binary(max_size=120))
def test_base58_agrees_with_multiformats_and_reads_back(data: bytes) -> None:
    text = base.base58_encode(data)
    assert "z" + text == multibase.encode(data, "base58btc")
    assert base.base58_decode(text) == data


@given(st.integers(0, 40), st.binary(max_size=40))
def test_leading_zero_bytes_survive_base58(zeros: int, data: bytes) -> None:
    raw = bytes(zeros) + data
    assert base.base58_decode(base.base58_encode(raw)) == raw


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 66, 89, 90, 91, 128, 200, 300])
def test_base58_reads_back_at_every_length(size: int) -> None:
    for data in (bytes(size), b"\xff" * size, bytes(range(size % 256)) + b"\x80" * (size - size % 256)):
        assert base.base58_decode(base.base58_encode(data)) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "+", " 1", "1\n", "é", "1\u200b2", "\x00", "２"])
def test_characters_outside_of_base58btc_are_refused(text: str) -> None:
    for whole in (text, "abc" + text + "xyz"):
        with pytest.raises(CodecError) as caught:
            base.base58_decode(whole)
        assert caught.value.code == "codec.base58"


def test_a_long_base58_text_is_refused_before_the_quadratic_work() -> None:
    start = time.perf_counter()
    with pytest.raises(CodecError) as caught:
        base.base58_decode("2" * 10_000_000)
    assert caught.value.code == "codec.base58"
    assert time.perf_counter() - start < 1
    assert len(base.base58_decode("2" * 512)) > 300
    with pytest.raises(CodecError):
        base.base58_decode("2" * 513)


@given(st.binary(max_size=300))
def test_base64url_agrees_with_the_standard_library_and_reads_back(data: bytes) -> None:
    text = base.base64url_encode(data)
    assert text == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    assert base.base64url_decode(text) == data


@pytest.mark.parametrize(
    "text",
    ["AA==", "AAA=", "A", "AAAAA", "AB", "AAB", "A+A/", "AA A", "AA\n", "\tAA", "AÄ", "AA.", "AA\u200b", "=", "AA AA"],
)
def test_a_second_spelling_of_base64url_is_refused(text: str) -> None:
    with pytest.raises(CodecError) as caught:
        base.base64url_decode(text)
    assert caught.value.code == "codec.base64url"


@given(st.binary(min_size=1, max_size=40))
def test_of_all_last_characters_only_one_is_accepted_for_the_same_bytes(data: bytes) -> None:
    text = base.base64url_encode(data)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same = []
    for char in alphabet:
        try:
            if base.base64url_decode(text[:-1] + char) == data:
                same.append(char)
        except CodecError:
            continue
    assert same == [text[-1]]


@given(st.integers(0, 2**63 - 1), st.binary(max_size=5))
def test_a_varint_agrees_with_multiformats_and_reads_back(number: int, rest: bytes) -> None:
    encoded = base.varint_encode(number)
    assert encoded == varint.encode(number)
    assert base.varint_decode(encoded + rest) == (number, rest)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80", b"\xff\xff", b"\x80\x00", b"\xed\x81\x00", b"\xed\x80\x00", b"\xff" * 9, b"\x80" * 9 + b"\x01"],
    ids=bytes.hex,
)
def test_a_cut_long_or_padded_varint_is_refused(data: bytes) -> None:
    with pytest.raises(CodecError) as caught:
        base.varint_decode(data)
    assert caught.value.code == "codec.varint"


@pytest.mark.parametrize("number", [-1, 2**63])
def test_a_number_outside_of_nine_bytes_is_not_written(number: int) -> None:
    with pytest.raises(CodecError) as caught:
        base.varint_encode(number)
    assert caught.value.code == "codec.varint"


@given(st.binary(max_size=80), st.sampled_from("zu"))
def test_multibase_reads_back_with_an_allowed_prefix_alone(data: bytes, prefix: str) -> None:
    text = base.multibase_encode(data, prefix)
    assert base.multibase_decode(text, allowed="zu") == base.multibase_decode(text, allowed=prefix) == data
    with pytest.raises(CodecError) as caught:
        base.multibase_decode(text, allowed="z" if prefix == "u" else "u")
    assert caught.value.code == "codec.multibase"


@pytest.mark.parametrize("text", ["", "f00", "mAA", "U", "Z11", "\u200bz11", " z11", "11", "Mz"])
def test_any_other_multibase_is_refused(text: str) -> None:
    with pytest.raises(CodecError) as caught:
        base.multibase_decode(text, allowed="zu")
    assert caught.value.code == "codec.multibase"
    with pytest.raises(CodecError):
        base.multibase_encode(b"", text[:1] or "f")
