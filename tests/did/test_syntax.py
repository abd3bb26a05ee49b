"""did.syntax: what is a DID and what is a DID URL."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from did import syntax
from satchel.errors import DidError


@pytest.mark.parametrize(
    "did,method,id",
    [
        ("did:example:abc", "example", "abc"),
        ("did:web:issuer.example%3A8443:a:b", "web", "issuer.example%3A8443:a:b"),
        ("did:key:z6Mk", "key", "z6Mk"),
        ("did:ex4mple::a", "ex4mple", ":a"),
        ("did:a:A-Za-z0-9._", "a", "A-Za-z0-9._"),
    ],
)
def test_a_did_has_a_method_and_an_id(did: str, method: str, id: str) -> None:
    assert syntax.parse(did) == syntax.ParsedDid(method=method, id=id, did=did)


@pytest.mark.parametrize(
    "did",
    [
        "",
        "did",
        "did:",
        "did:example",
        "did:example:",
        "did:example:a:",
        "did::a",
        "DID:example:a",
        "did:Example:a",
        "did:ex-ample:a",
        "did:example:a/b",
        "did:example:a?b",
        "did:example:a#b",
        "did:example:a b",
        "did:example:a\n",
        " did:example:a",
        "did:example:a%",
        "did:example:a%2",
        "did:example:a%zz",
        "did:example:ä",
        "did:example:a@b",
        "did:example:a\\b",
        "did:example:a\x00",
        "did:example:" + "a" * 2048,
        "https://issuer.example",
        "urn:uuid:1",
    ],
)
def test_what_is_no_did_is_refused(did: str) -> None:
    with pytest.raises(DidError) as caught:
        syntax.parse(did)
    assert caught.value.code == "did.invalid"
    with pytest.raises(DidError) as caught:
        syntax.split_url(did.replace("/", "[").replace("?", "[").replace("#", "["))
    assert caught.value.code == "did.invalid"


@pytest.mark.parametrize(
    "url,parts",
    [
        ("did:example:a", ("did:example:a", "", None, None)),
        ("did:example:a#k", ("did:example:a", "", None, "k")),
        ("did:example:a#", ("did:example:a", "", None, "")),
        ("did:example:a?versionId=1#k", ("did:example:a", "", "versionId=1", "k")),
        ("did:example:a/p/q?x=/?#k/?", ("did:example:a", "/p/q", "x=/?", "k/?")),
        ("did:key:z6#z7", ("did:key:z6", "", None, "z7")),
    ],
)
def test_a_did_url_comes_apart(url: str, parts: tuple[str, str, str | None, str | None]) -> None:
    assert syntax.split_url(url) == parts


@pytest.mark.parametrize(
    "url",
    [
        "did:example:a#k#k",
        "did:example:a#k k",
        "did:example:a# k",
        "did:example:a#<",
        "#k",
        "https://a.example#z6Mk",
        "k",
    ],
)
def test_what_is_no_did_url_is_refused(url: str) -> None:
    with pytest.raises(DidError) as caught:
        syntax.split_url(url)
    assert caught.value.code == "did.invalid"


@given(st.text(max_size=60))
def test_the_parts_of_a_did_url_make_it_again(tail: str) -> None:
    url = "did:example:a" + tail
    try:
        did, path, query, fragment = syntax.split_url(url)
    except DidError:
        return
    assert did + path + ("" if query is None else "?" + query) + ("" if fragment is None else "#" + fragment) == url
    assert syntax.parse(did).did == did


@pytest.mark.parametrize("tail", [":" * 2000, "%41" * 600, "a:" * 1000, "a" * 2030 + "ä", "%" * 2000])
def test_no_long_text_makes_the_pattern_slow(tail: str) -> None:
    start = time.perf_counter()
    for read in (syntax.parse, syntax.split_url):
        with pytest.raises(DidError):
            read("did:example:" + tail + "\n")
    assert time.perf_counter() - start < 1
