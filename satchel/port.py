"""Protocols and records that cross rooms: what the core asks of the world, and what the world answers.

Nothing here does work. The rooms below satchel.node take these as arguments and stay pure.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NewType, Protocol, TypeAlias, TypeVar

from satchel.errors import FetchError

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = "dict[str, JsonValue]"

Did = NewType("Did", str)
DidUrl = NewType("DidUrl", str)
ContextUrl = NewType("ContextUrl", str)

Purpose: TypeAlias = Literal["did", "status", "schema", "registry", "framework", "evidence"]
Source: TypeAlias = Literal["network", "cache", "mirror", "stapled"]

Clock: TypeAlias = Callable[[], datetime]
"""Gives the present as an aware UTC datetime."""

Entropy: TypeAlias = Callable[[int], bytes]
"""Gives n random bytes."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One document that the core wants: an https URL, why, what it accepts and how many bytes at most."""

    url: str
    purpose: Purpose
    accept: tuple[str, ...] = ("application/json",)
    limit_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What came back: the body's bytes exactly as served, and where they came from."""

    url: str
    final_url: str
    status: int
    media_type: str
    body: bytes
    fetched_at: datetime
    source: Source


class Fetch(Protocol):
    """The only way to the network. `__call__` raises FetchError; `all` gives either, in the order asked."""

    async def __call__(self, request: Request, /) -> Fetched: ...

    async def all(self, requests: Sequence[Request], /) -> tuple[Fetched | FetchError, ...]: ...


class DocumentCopies(Protocol):
    """DID documents that this node has seen, and when: what a did:web, which has no history, said earlier."""

    def of(self, url: str, /) -> tuple[Fetched, ...]:
        """What was seen at this URL, oldest first: each document once for every time that it came up anew."""

    def keep(self, document: Fetched, /) -> None:
        """Notes that this document was served."""


class Signer(Protocol):
    """A private key behind a wall: it signs bytes and shows its public half as a Multikey string."""

    @property
    def id(self) -> str:
        """The verification method's DID URL that others find the public key under."""

    @property
    def algorithm(self) -> str:
        """The key type's name: `Ed25519`."""

    def public(self) -> str:
        """The public key as `publicKeyMultibase`."""

    def sign(self, message: bytes, /) -> bytes:
        """The raw signature over exactly these bytes."""


Completeness: TypeAlias = Literal["complete", "slice", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFramework:
    """A copy of a skills framework that this node holds. `digest` is the lower-case hex SHA-256 of what was imported,
    `release` the publisher's own name of it, `released` its date (YYYY-MM-DD) or "", `prefixes` how its URIs begin."""

    id: str
    title: str
    kind: str
    release: str
    released: str
    completeness: Completeness
    licence: str
    digest: str
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldNode:
    """A skill, competence or occupation in one held copy. `labels` are (language, text), preferred ones first;
    `obsolete_since` is a date, "" when unknown, and counts only when `is_obsolete`."""

    uri: str
    framework: HeldFramework
    labels: tuple[tuple[str, str], ...]
    code: str
    kind: str
    level: str
    is_obsolete: bool
    obsolete_since: str
    replaced_by: tuple[str, ...]


class FrameworkShelf(Protocol):
    """The node's own copies of skills frameworks: what an alignment is judged by, never the issuer's words."""

    def frameworks(self) -> tuple[HeldFramework, ...]: ...

    def nodes(self, uri: str, /) -> tuple[HeldNode, ...]:
        """The node of this URI in every copy that has it."""


def drive(work: Coroutine[object, None, T]) -> T:
    """The result of a coroutine that never suspends, without an event loop.

    Raises RuntimeError when it does suspend: then its Fetch was not an offline one.
    """
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        work.close()
    raise RuntimeError("drive() was given a coroutine that waits for the world; use an event loop")
