"""IRIs: RFC 3986 resolution, and what is no IRI."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satchel.linked.iri import is_blank, is_disputed, is_iri, is_language, is_like_keyword, resolve

# RFC 3986 §5.4, base http://a/b/c/d;p?q
REFERENCES = {
    "g:h": "g:h",
    "g": "http://a/b/c/g",
    "./g": "http://a/b/c/g",
    "g/": "http://a/b/c/g/",
    "/g": "http://a/g",
    "//g": "http://g",
    "?y": "http://a/b/c/d;p?y",
    "g?y": "http://a/b/c/g?y",
    "#s": "http://a/b/c/d;p?q#s",
    "g#s": "http://a/b/c/g#s",
    ";x": "http://a/b/c/;x",
    "": "http://a/b/c/d;p?q",
    ".": "http://a/b/c/",
    "./": "http://a/b/c/",
    "..": "http://a/b/",
    "../g": "http://a/b/g",
    "../..": "http://a/",
    "../../g": "http://a/g",
    "../../../g": "http://a/g",
    "/./g": "http://a/g",
    "/../g": "http://a/g",
    "g.": "http://a/b/c/g.",
    "..g": "http://a/b/c/..g",
    "./../g": "http://a/b/g",
    "./g/.": "http://a/b/c/g/",
    "g/../h": "http://a/b/c/h",
    "g;x=1/../y": "http://a/b/c/y",
    "g?y/../x": "http://a/b/c/g?y/../x",
    "g#s/../x": "http://a/b/c/g#s/../x",
}


@pytest.mark.parametrize(("reference", "expected"), REFERENCES.items())
def test_a_reference_resolves_as_rfc_3986_says(reference: str, expected: str) -> None:
    assert resolve("http://a/b/c/d;p?q", reference) == expected


def test_a_path_is_put_under_a_host_that_has_none() -> None:
    assert resolve("http://a", "g") == "http://a/g"


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example",
        "did:key:z6Mk#z6Mk",
        "urn:uuid:1",
        "mailto:a@b.example",
        "https://a.example/é?q[]=1#f",
        "x:",
    ],
)
def test_an_absolute_iri_is_one(text: str) -> None:
    assert is_iri(text)


@pytest.mark.parametrize(
    "text", ["", "a", "/a", "//a", "#a", ":a", "1:a", "_:a", "@id", "é:a", "a b:c", " https://a.example"]
)
def test_a_text_without_a_scheme_is_no_iri(text: str) -> None:
    assert not is_iri(text)


@pytest.mark.parametrize(
    "char", [*'<>"{}|^`\\', *" \t\n\r\x00\x7f\x85\xa0\u1680\u2003\u2028\u2029\u202f\u3000\ufeff", "\ud800"]
)
def test_a_character_that_another_reader_would_cut_at_is_in_no_iri(char: str) -> None:
    assert not is_iri(f"https://a.example/{char}b")
    assert not is_iri(f"https://a.example/b{char}")


@pytest.mark.parametrize("char", [*'<>"{}|^`\\', *"\x00\x7f\x85"])
def test_a_character_that_processors_write_in_different_ways_is_disputed(char: str) -> None:
    assert is_disputed(f"https://a.example/{char}b") and is_blank(f"_:a{char}b")


@pytest.mark.parametrize("char", [*" \t\n\r\xa0\u1680\u2003\u2028\u2029\u202f\u3000\ufeff", "\ud800"])
def test_white_space_and_half_characters_are_in_no_identifier(char: str) -> None:
    assert not is_disputed(f"https://a.example/{char}b") and not is_blank(f"_:a{char}b")


def test_a_second_number_sign_is_in_no_iri() -> None:
    assert is_iri("https://a.example/#b") and not is_iri("https://a.example/#b#c")


def test_only_letters_after_the_at_sign_look_like_a_keyword() -> None:
    assert is_like_keyword("@evil") and is_like_keyword("@id")
    assert not is_like_keyword("@") and not is_like_keyword("@a1") and not is_like_keyword("a@b")


@pytest.mark.parametrize("tag", ["en", "de-CH-1996", "x-a", "EN"])
def test_a_language_tag_is_one(tag: str) -> None:
    assert is_language(tag)


@pytest.mark.parametrize("tag", ["", "en_US", "e n", "toolonglanguage", "12", "en-", "-en", "en\n"])
def test_a_broken_language_tag_is_none(tag: str) -> None:
    assert not is_language(tag)


@settings(derandomize=True)
@given(st.text(alphabet="ab/.?#:;", max_size=20))
def test_what_resolves_against_an_absolute_base_is_stable(reference: str) -> None:
    once = resolve("http://a/b/c", reference)
    assert resolve("http://other/", once) == once
