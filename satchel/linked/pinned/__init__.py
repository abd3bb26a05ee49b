"""The context documents that Satchel knows, each pinned by the SHA-256 of its file. Nothing else is ever read.

The files, their packages and licences are listed in ORIGIN.md. A context is read, verified, parsed and compiled when
the first document names it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol, cast

from satchel.codec import strictjson
from satchel.errors import LinkedError
from satchel.linked.context import CONTEXT_WORK_LIMIT, ActiveContext, Contexts, Work
from satchel.linked.definition import ABSENT
from satchel.linked.refusal import Refused
from satchel.port import JsonValue


class Pin(NamedTuple):
    """One published content of a context URL. `is_published`: the file has the very bytes that the URL serves."""

    url: str
    file: str
    sha256: str
    is_published: bool = False
    label: str = ""


PINS: Final = (
    Pin(
        "https://www.w3.org/2018/credentials/v1",
        "credentials-v1.jsonld",
        "00d7dd6d3ad8b920e3e550dd3a3d9090bffcac84cdbf943da6924b3e0a5c8bb8",
    ),
    Pin(
        "https://www.w3.org/ns/credentials/v2",
        "credentials-v2.jsonld",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
        is_published=True,
    ),
    Pin(
        "https://www.w3.org/2018/credentials/examples/v1",
        "credentials-examples-v1.jsonld",
        "73bebae22e70ebb4466ac2e1f3e3b35c43436217623b51ff3e1b567e1aff4ba2",
    ),
    Pin(
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        "ob-3.0.0.json",
        "9f1c8f9f361ba2994b9b50701f41149919542c50c7b7455b2846d87959295d72",
    ),
    Pin(
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
        "ob-3.0.1.json",
        "5f3d9dd6288ef437ff8286cf95ffbff609c748a66f24a1e9450c45ca64be1571",
        is_published=True,
    ),
    Pin(
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
        "ob-3.0.2.json",
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
        is_published=True,
    ),
    Pin(
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "ob-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
        is_published=True,
    ),
    Pin(
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        "ob-extensions.json",
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
        is_published=True,
    ),
    Pin(
        "https://purl.imsglobal.org/spec/clr/v2p0/context.json",
        "clr-2.0.0.json",
        "e198d7b517d74c5036434ce495086f67b10244709e9a3df9dcb7f8b1579b6167",
    ),
    Pin(
        "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
        "clr-2.0.1.json",
        "880f1902d4158f2f33ce06af41b90719977cd1ea337a9de2e41edb3ff5e543d6",
        is_published=True,
    ),
    Pin(
        "https://w3id.org/security/data-integrity/v1",
        "data-integrity-v1.jsonld",
        "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
        is_published=True,
    ),
    Pin(
        "https://w3id.org/security/data-integrity/v2",
        "data-integrity-v2.jsonld",
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
        is_published=True,
    ),
    Pin(
        "https://w3id.org/security/suites/ed25519-2020/v1",
        "ed25519-2020-v1.jsonld",
        "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
        is_published=True,
    ),
    Pin(
        "https://w3id.org/security/suites/x25519-2020/v1",
        "x25519-2020-v1.jsonld",
        "1fee542597dc2bdc478d4138a5f01d5e6df00d8f0a76c65e4ed71b799079f993",
    ),
    Pin(
        "https://w3id.org/security/multikey/v1",
        "multikey-v1.jsonld",
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
        is_published=True,
    ),
    Pin(
        "https://w3id.org/security/v1",
        "security-v1.jsonld",
        "abaf97e107d1925503c433dcaf3ffd2831697cacc1ed2a293e1bc8030d5bcb47",
        is_published=True,
    ),
    Pin(
        "https://w3id.org/security/v2",
        "security-v2.jsonld",
        "611bd81151d5efe53ec9aed78f5a813e577287bc9451ee26d6879b1b8b46bc3b",
        is_published=True,
    ),
    Pin(
        "https://www.w3.org/ns/credentials/status/v1",
        "bitstring-status-list-v1.jsonld",
        "fd08cbf28ddd829ab2f1978c48f43ab07a112c1c90245a0cfac7ba721c65170c",
    ),
    Pin(
        "https://w3id.org/vc/status-list/2021/v1",
        "status-list-2021-v1.jsonld",
        "634d71c159289f068c96012e4511c657fdf82ac4231900081bda3ba24e2e1160",
    ),
    Pin(
        "https://w3id.org/vc-revocation-list-2020/v1",
        "revocation-list-2020-v1.jsonld",
        "9fe1e5bd6d2f709e4628947c86455f2d97204e07ed7b7ae51d559e35e5238e9d",
    ),
    Pin(
        "https://www.w3.org/ns/did/v1",
        "did-v1.jsonld",
        "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f",
    ),
    Pin(
        "https://w3id.org/dcc/v1",
        "dcc-v1.json",
        "1543695325471b0d23e839a28166ba4ea445cca294ac46fe034ca584cbfc6077",
    ),
)

OLDER: Final = (
    Pin(
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        "ob-3.0-beta.json",
        "5afdfb3d5ddb92417d2b48f0ab2f89d16d1b03696c2f3fa2e67184819e103326",
        label="beta",
    ),
    Pin(
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "ob-3.0.3-older.json",
        "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761",
        label="older",
    ),
)

_OFFICIAL: Final[Mapping[str, Pin]] = MappingProxyType({pin.url: pin for pin in PINS})


class _Reads(Protocol):
    def get_data(self, path: str, /) -> bytes: ...


def urls() -> tuple[str, ...]:
    """All URLs that are known."""
    return tuple(_OFFICIAL)


def digest(url: str) -> str:
    """The SHA-256 of the pinned file, lower-case hex. Raises LinkedError linked.context_unknown."""
    return _pin(url).sha256


def raw(url: str) -> bytes:
    """The exact bytes of the pinned file. Raises LinkedError linked.context_unknown, linked.context_changed."""
    return _read(_pin(url))


def is_published(url: str) -> bool:
    """True when the pinned bytes are those that the URL serves, so that a digest of them may be compared (ORIGIN.md).

    Raises LinkedError linked.context_unknown.
    """
    return _pin(url).is_published


def historical(urls: Iterable[str]) -> tuple[tuple[str, Contexts], ...]:
    """Other published contents of these URLs, to try after the official one: (label, all contexts with that content).

    A label is the URL, a space and which state it is: `https://.../context-3.0.3.json older`.
    """
    wanted = set(urls)
    return tuple((f"{pin.url} {pin.label}", _with(pin)) for pin in OLDER if pin.url in wanted)


def terms_of(urls: tuple[str, ...]) -> Mapping[str, str]:
    """What the terms stand for at the top of a document with these contexts, in this order: an IRI or a keyword.

    Raises LinkedError linked.context_unknown.
    """
    try:
        active = PINNED.compiler().root.local(list(urls), Work(CONTEXT_WORK_LIMIT))
    except Refused as refused:
        raise refused.as_error() from refused
    return MappingProxyType({name: term.iri for name, term in active.terms.items() if term.iri is not None})


@cache
def defined_terms() -> frozenset[str]:
    """Every term that a pinned context defines, at its top or inside a type or property."""
    return frozenset(name for active in _all_contexts() for name in active.terms)


@cache
def used_iris() -> frozenset[str]:
    """Every IRI that a term of a pinned context stands for."""
    return frozenset(
        term.iri for active in _all_contexts() for term in active.terms.values() if term.iri and term.iri[0] != "@"
    )


def _pin(url: str) -> Pin:
    found = _OFFICIAL.get(url)
    if found is None:
        raise LinkedError("linked.context_unknown", f"the context {url[:200]!r} is not known here")
    return found


def _read(pin: Pin) -> bytes:
    # The import system's own reader: importlib.resources costs more to import than the contexts to compile.
    loader = cast(_Reads, __spec__.loader)
    found = loader.get_data(f"{__path__[0]}/{pin.file}")
    if hashlib.sha256(found).hexdigest() != pin.sha256:
        raise LinkedError("linked.context_changed", f"the file {pin.file} is not the pinned content of {pin.url}")
    return found


def _load(url: str) -> JsonValue:
    pin = _OFFICIAL.get(url)
    return None if pin is None else strictjson.loads(_read(pin))


@cache
def _with(pin: Pin) -> Contexts:
    """All official contents except for this one."""
    return Contexts(
        lambda url: strictjson.loads(_read(pin)) if url == pin.url else _load(url), is_trusted=_OFFICIAL.__contains__
    )


def _all_contexts() -> Iterator[ActiveContext]:
    """The pinned contexts, each alone, and all contexts scoped inside them (also those of older contents).

    A context that needs a file that is not held defines nothing that a document could use.
    """
    for contexts, names in ((PINNED, urls()), *((_with(pin), (pin.url,)) for pin in OLDER)):
        for url in names:
            work = Work(10 * CONTEXT_WORK_LIMIT)
            try:
                active = contexts.compiler().root.local(url, work)
            except Refused as refused:
                if refused.code == "linked.context_unknown":
                    continue
                raise
            yield from _inside(active, work, set())


def _inside(active: ActiveContext, work: Work, seen: set[int]) -> Iterator[ActiveContext]:
    yield active
    for term in active.terms.values():
        if term.context is not ABSENT and id(term.context) not in seen:
            seen.add(id(term.context))
            yield from _inside(active.scoped(term, work, by_type=False), work, seen)


PINNED: Final = Contexts(_load, is_trusted=_OFFICIAL.__contains__)
"""The contexts that production reads with."""
