from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satchel.node.problem import HttpFault
from verifier import form

TYPE = "multipart/form-data; boundary=XyZ"


def part(name: str, content: bytes, more: str = "") -> bytes:
    return f'--XyZ\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--XyZ--\r\n"


def test_fields_and_files_are_read_byte_for_byte() -> None:
    picture = b"\x89PNG\r\n\x1a\n\x00\r\n--Xy\r\n\n\r"
    fields = form.read(body(part("file", picture, '; filename="a%22b.png"'), part("text", "é".encode())), TYPE)
    assert (fields["file"].content, fields["file"].file_name) == (picture, 'a"b.png')
    assert (fields["text"].text(), fields["text"].file_name) == ("é", "")


@given(st.binary(max_size=200))
def test_any_content_without_the_delimiter_comes_out_as_it_went_in(content: bytes) -> None:
    if b"\r\n--XyZ" not in b"\r\n" + content + b"\r\n":
        assert form.read(body(part("file", content)), TYPE)["file"].content == content


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        form.read(b"--XyZ" + raw, TYPE)
    except HttpFault as fault:
        assert fault.code == "http.body_invalid"


def test_the_quoted_boundary_is_the_same() -> None:
    assert form.read(body(part("a", b"1")), 'multipart/form-data; boundary="XyZ"')["a"].content == b"1"


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (body(part("a", b"")), "multipart/form-data"),
        (body(part("a", b"")), "multipart/form-data; boundary="),
        (body(part("a", b"")), "multipart/form-data; boundary=" + "x" * 71),
        (body(part("a", b"")), "multipart/form-data; boundary=Other"),
        (b"", TYPE),
        (b"preamble\r\n" + body(part("a", b"")), TYPE),
        (part("a", b""), TYPE),
        (body(part("a", b""), part("a", b"")), TYPE),
        (body(*[part(str(number), b"") for number in range(17)]), TYPE),
        (body(part("a", b"", '; x="' + "y" * 5000 + '"')), TYPE),
        (body(part("a", b"", "\r\nContent-Transfer-Encoding: base64")), TYPE),
        (body(b"--XyZ\r\nContent-Type: text/plain\r\n\r\n\r\n"), TYPE),
        (body(b"--XyZ\r\nContent-Disposition: attachment\r\n\r\n\r\n"), TYPE),
        (body(b'--XyZ\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\r\n'), TYPE),
        (body(b"--XyZ\r\n"), TYPE),
    ],
)
def test_what_no_browser_sends_is_refused(raw: bytes, content_type: str) -> None:
    with pytest.raises(HttpFault) as fault:
        form.read(raw, content_type)
    assert fault.value.code == "http.body_invalid"


def test_text_that_is_no_utf_8_is_refused_when_it_is_read_as_text() -> None:
    with pytest.raises(HttpFault) as fault:
        form.read(body(part("a", b"\xff")), TYPE)["a"].text()
    assert fault.value.code == "http.body_invalid"
