"""satchel.codec.bits: bit order, bounded inflating, and what a compressed list may be."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.codec import bits
from satchel.errors import CodecError

LIST = bytes(range(256)) * 64
MEMBER = gzip.compress(LIST, mtime=0)
LIMIT = 1 << 20


def refused(data: bytes, limit_bytes: int = LIMIT) -> str:
    with pytest.raises(CodecError) as caught:
        bits.inflate(data, limit_bytes=limit_bytes)
    return caught.value.code


@given(st.binary(max_size=5000))
def test_what_is_deflated_inflates_again_here_and_in_the_standard_library(data: bytes) -> None:
    packed = bits.deflate(data)
    assert bits.inflate(packed, limit_bytes=5000) == data
    assert gzip.decompress(packed) == data
    assert bits.inflate(gzip.compress(data), limit_bytes=5000) == data


def test_the_same_data_deflates_to_the_same_bytes_without_a_time() -> None:
    packed = bits.deflate(LIST)
    assert packed == bits.deflate(bytearray(LIST))
    assert packed[4:8] == bytes(4)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1f\x8b",
        MEMBER[:10],
        MEMBER[:-1],
        MEMBER[:-9],
        MEMBER[: len(MEMBER) // 2],
        MEMBER[:-8] + bytes(4) + MEMBER[-4:],
        MEMBER[:-4] + bytes(4),
        MEMBER + b"\x00",
        MEMBER + MEMBER,
        gzip.compress(MEMBER, mtime=0),
        zlib.compress(LIST),
        LIST,
        MEMBER[:2] + b"\x07" + MEMBER[3:],
    ],
    ids=[
        "empty",
        "magic alone",
        "header alone",
        "cut in the length",
        "cut before the checksum",
        "cut in the middle",
        "wrong checksum",
        "wrong length",
        "a byte behind",
        "two members",
        "gzip in gzip",
        "zlib",
        "not compressed",
        "another method",
    ],
)
def test_what_is_not_exactly_one_sound_member_is_refused(data: bytes) -> None:
    assert refused(data) == "codec.inflate"


def test_a_list_that_only_begins_like_gzip_is_a_list() -> None:
    data = b"\x1f\x8b\x08" + bytes(500)
    assert bits.inflate(bits.deflate(data), limit_bytes=LIMIT) == data


def test_a_flipped_bit_is_noticed() -> None:
    chance = random.Random(20261124)
    for _ in range(200):
        broken = bytearray(MEMBER)
        # The header's time, flags and system (bytes 4 to 9) say nothing about the content.
        broken[chance.randrange(10, len(broken))] ^= 1 << chance.randrange(8)
        assert refused(bytes(broken)) == "codec.inflate"


def test_the_limit_is_exact() -> None:
    assert bits.inflate(MEMBER, limit_bytes=len(LIST)) == LIST
    assert refused(MEMBER, len(LIST) - 1) == "codec.inflate_limit"


def test_a_bomb_is_refused_without_its_memory() -> None:
    bomb = gzip.compress(bytes(64 << 20))
    tracemalloc.start()
    try:
        assert refused(bomb) == "codec.inflate_limit"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20


BOMB = """
import zlib
from satchel.codec import bits
from satchel.errors import CodecError
packer = zlib.compressobj(9, zlib.DEFLATED, 31)
parts = [packer.compress(bytes(1 << 20)) for _ in range(512)]
parts.append(packer.flush())
try:
    bits.inflate(b"".join(parts), limit_bytes=2 << 20)
except CodecError as fault:
    # Not ru_maxrss: Linux carries the mark of the process that forked over into the new program.
    peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))
    print(fault.code, int(peak.split()[1]) // 1024)
"""


def test_a_bomb_of_512_mib_stays_under_200_mib_resident() -> None:
    done = subprocess.run([sys.executable, "-c", BOMB], capture_output=True, text=True, timeout=60, check=True)
    code, resident_mib = done.stdout.split()
    assert code == "codec.inflate_limit"
    assert int(resident_mib) < 200


def test_the_fallback_without_isal_gives_the_same_content_and_the_same_refusals() -> None:
    program = (
        "import sys; sys.modules['isal'] = None\n"
        "import gzip\n"
        "from satchel.codec import bits\n"
        "from satchel.errors import CodecError\n"
        "assert bits._engine.__name__ == 'zlib'\n"
        "data = bytes(range(256)) * 64\n"
        "good = gzip.compress(data)\n"
        "assert bits.inflate(bits.deflate(data), limit_bytes=len(data)) == data\n"
        "for bad in (good[:-1], good + b'x', good + good, good[:-8] + bytes(8), gzip.compress(good), b''):\n"
        "    try: bits.inflate(bad, limit_bytes=1 << 20)\n"
        "    except CodecError as fault: assert fault.code == 'codec.inflate'\n"
        "    else: raise SystemExit('accepted')\n"
        "try: bits.inflate(good, limit_bytes=100)\n"
        "except CodecError as fault: assert fault.code == 'codec.inflate_limit'\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_bit_0_is_the_left_most_bit() -> None:
    data = bytes.fromhex("8001")
    assert [index for index in range(16) if bits.get(data, index)] == [0, 15]


@given(st.binary(min_size=1, max_size=40), st.sampled_from([1, 2, 3, 4, 5, 8, 12]))
def test_every_entry_is_the_slice_of_the_bit_text(data: bytes, size: int) -> None:
    text = "".join(f"{byte:08b}" for byte in data)
    for index in range(len(text) // size):
        assert bits.get(data, index, size) == int(text[index * size : (index + 1) * size], 2)


@given(st.binary(min_size=2, max_size=40), st.sampled_from([1, 2, 4, 7, 8]), st.data())
def test_what_is_put_is_got_and_nothing_else_changes(data: bytes, size: int, draw: st.DataObject) -> None:
    count = len(data) * 8 // size
    index = draw.draw(st.integers(0, count - 1))
    value = draw.draw(st.integers(0, (1 << size) - 1))
    changed = bytearray(data)
    bits.put(changed, index, value, size)
    assert len(changed) == len(data)
    for other in range(count):
        assert bits.get(changed, other, size) == (value if other == index else bits.get(data, other, size))


@pytest.mark.parametrize("index,size", [(-1, 1), (16, 1), (8, 2), (2, 8), (0, 0), (0, 17), (1 << 40, 1)])
def test_an_index_outside_of_the_list_is_an_index_error(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        bits.get(bytes(2), index, size)
    with pytest.raises(IndexError):
        bits.put(bytearray(2), index, 0, size)


@pytest.mark.parametrize("value,size", [(2, 1), (-1, 1), (256, 8)])
def test_a_value_too_wide_for_its_entry_is_refused(value: int, size: int) -> None:
    data = bytearray(2)
    with pytest.raises(ValueError):
        bits.put(data, 0, value, size)
    assert data == bytearray(2)


def test_random_bits_read_like_a_number() -> None:
    data = os.urandom(1 << 14)
    number = int.from_bytes(data, "big")
    for index in range(0, len(data) * 8, 997):
        assert bits.get(data, index) == number >> (len(data) * 8 - 1 - index) & 1
