"""satchel.credential.archive: one plain zip file, read in one way only."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.credential import archive
from satchel.credential.archive import StackFault

ENTRIES = (("manifest.json", b"{}"), ("parts/01.json", b'{"a": 1}'), ("parts/02.png", b""))
RAW = archive.write(ENTRIES)


def code_of(raw: bytes, *, entries_limit: int = 100) -> str:
    with pytest.raises(StackFault) as fault:
        archive.read(raw, entries_limit=entries_limit)
    return fault.value.code


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    """A zip file by the standard library."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as written:
        for name, content in entries:
            written.writestr(zipfile.ZipInfo(name), content, method)
        written.comment = comment
    return file.getvalue()


@given(st.lists(st.tuples(st.from_regex(r"[a-z/.]{1,20}", fullmatch=True), st.binary(max_size=200)), max_size=8))
def test_what_was_written_is_read_again(entries: list[tuple[str, bytes]]) -> None:
    assert archive.read(archive.write(entries), entries_limit=8) == tuple(entries)


def test_other_software_reads_it_and_we_read_what_other_software_stores() -> None:
    with zipfile.ZipFile(io.BytesIO(RAW)) as file:
        assert file.testzip() is None
        assert [(one.filename, file.read(one)) for one in file.infolist()] == list(ENTRIES)
    assert archive.read(zipped(*ENTRIES), entries_limit=3) == ENTRIES


def test_the_same_entries_give_the_same_bytes() -> None:
    assert archive.write(ENTRIES) == RAW


def test_compressed_entries_are_refused_before_anything_swells() -> None:
    bomb = zipped(("manifest.json", bytes(50_000_000)), method=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    assert code_of(bomb) == "stack.compressed"


def test_encrypted_entries_are_refused() -> None:
    raw = bytearray(zipped(ENTRIES[0]))
    place = raw.rindex(b"PK\x01\x02")
    raw[place + 8] |= 1
    assert code_of(bytes(raw)) == "stack.compressed"


def test_names_that_are_not_ascii_are_refused() -> None:
    assert code_of(zipped(("manifést.json", b""))) == "stack.name"
    assert code_of(zipped(("x" * 101, b""))) == "stack.name"


def test_too_many_entries_are_refused_by_their_stated_number() -> None:
    assert code_of(RAW, entries_limit=2) == "stack.too_many"


def test_bytes_before_between_and_behind_the_entries_are_refused() -> None:
    assert code_of(b"#!/bin/sh\n" + RAW) == "stack.zip"
    assert code_of(RAW + b"\n") == "stack.zip"
    assert code_of(zipped(*ENTRIES, comment=b"hello")) == "stack.zip"
    # A gap before the directory, with every offset corrected.
    directory = RAW.index(b"PK\x01\x02")
    end = bytearray(RAW[-22:])
    end[16:20] = struct.pack("<I", directory + 4)
    assert code_of(RAW[:directory] + b"gap!" + RAW[directory:-22] + bytes(end)) == "stack.zip"


def test_two_descriptions_of_one_entry_are_refused() -> None:
    for field in (6, 8, 10, 12, 14, 18, 22, 28):  # flags, method, time, date, checksum, sizes, extra length
        raw = bytearray(RAW)
        raw[field] ^= 1
        assert code_of(bytes(raw)) == "stack.zip", field
    renamed = RAW.replace(b"manifest.json", b"manifesT.json", 1)
    assert code_of(renamed) == "stack.zip"


def test_overlapping_entries_are_refused() -> None:
    raw = bytearray(RAW)
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 1)
    raw[second + 42 : second + 46] = struct.pack("<I", 0)  # its data is the first entry's
    assert code_of(bytes(raw)) == "stack.zip"


def test_data_that_reaches_into_the_directory_is_refused() -> None:
    name, content = b"parts/01.json", b"{}"
    size = len(content) + 20
    described = struct.pack("<3HHIIIH", 0, 0, 0, 33, zlib.crc32(content), size, size, len(name))
    local = b"PK\x03\x04" + struct.pack("<H", 20) + described + struct.pack("<H", 0) + name + content
    line = b"PK\x01\x02" + struct.pack("<HH", 20, 20) + described + struct.pack("<4HII", 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(line), len(local), 0)
    assert code_of(local + line + end) == "stack.zip"


def test_extra_fields_and_comments_of_entries_are_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        one = zipfile.ZipInfo("manifest.json")
        one.extra = struct.pack("<HH", 0x5455, 0)
        written.writestr(one, b"{}")
    assert code_of(file.getvalue()) == "stack.zip"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        one = zipfile.ZipInfo("manifest.json")
        one.comment = b"x"
        written.writestr(one, b"{}")
    assert code_of(file.getvalue()) == "stack.zip"


def test_changed_content_is_noticed() -> None:
    assert code_of(RAW.replace(b'{"a": 1}', b'{"a": 2}')) == "stack.zip"


def silent_places() -> set[int]:
    """The bytes that say nothing about names or content: the versions, and the attributes of a directory line."""
    places: set[int] = set()
    at = RAW.find(archive.SIGNATURE)
    while at >= 0:
        places |= {at + 4, at + 5}
        at = RAW.find(archive.SIGNATURE, at + 1)
    at = RAW.find(b"PK\x01\x02")
    while at >= 0:
        places |= {at + field for field in (4, 5, 6, 7, *range(36, 42))}
        at = RAW.find(b"PK\x01\x02", at + 1)
    return places


def test_no_cut_file_is_read_and_no_byte_can_change_unseen() -> None:
    for length in range(len(RAW)):
        assert code_of(RAW[:length]) == "stack.zip", length
    silent = silent_places()
    for place in range(len(RAW)):
        for bit in (1, 0x80):
            raw = bytearray(RAW)
            raw[place] ^= bit
            if place in silent:
                assert archive.read(bytes(raw), entries_limit=100) == ENTRIES
            else:
                assert code_of(bytes(raw)).startswith("stack."), place


def both_headers(field: int, value: bytes) -> bytes:
    """The first entry with this field (its place in the local header) changed in both of its descriptions."""
    raw = bytearray(RAW)
    line = raw.index(b"PK\x01\x02")
    raw[field : field + len(value)] = value
    raw[line + field + 2 : line + field + 2 + len(value)] = value
    return bytes(raw)


def test_descriptions_that_agree_on_something_else_are_refused_too() -> None:
    assert both_headers(6, b"\x00\x08") != RAW
    assert archive.read(both_headers(6, b"\x00\x08"), entries_limit=9) == ENTRIES  # a name in UTF-8, as ASCII is
    assert code_of(both_headers(6, b"\x08\x00")) == "stack.zip"  # sizes behind the data
    assert code_of(both_headers(6, b"\x01\x00")) == "stack.compressed"
    assert code_of(both_headers(8, b"\x08\x00")) == "stack.compressed"
    assert code_of(both_headers(22, b"\x03\x00\x00\x00")) == "stack.zip"  # another size when unpacked
    assert code_of(both_headers(14, b"\x00\x00\x00\x00")) == "stack.zip"  # another checksum


def test_a_name_may_have_a_hundred_characters() -> None:
    entries = (("x" * 100, b"1"),)
    assert archive.read(archive.write(entries), entries_limit=1) == entries
    assert code_of(archive.write([("x" * 101, b"1")])) == "stack.name"


def test_the_empty_file_and_no_zip_at_all_are_refused() -> None:
    assert code_of(b"") == "stack.zip"
    assert code_of(b"{}" * 50) == "stack.zip"
    assert archive.read(archive.write(()), entries_limit=0) == ()
